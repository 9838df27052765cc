"""Blocks that a config names open its places, on every engine, and are never told."""

import json
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import cloudpickle
import pytest
from prefect import flow
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.settings import get_current_settings
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner
from prefect_dask.task_runners import DaskTaskRunner

from flows.balance import balance
from flows.pipeline import balance_dataset
from flows.watch import watch
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.survey import Survey
from tasks import credentials
from tasks.credentials import entrusted, with_grants
from tasks.flow_running import PrefectRunner
from tasks.running import DirectRunner
from tasks.storage.commits import read_head
from tasks.storage.grants import credentials_for
from tasks.survey import survey_source
from tests.project import ROOT, until
from tests.proxy import Asked, Proxy, Refused, before
from tests.s3 import S3

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

READER, WRITER = "EVENKEELREADERKEY", "EVENKEELWRITERKEY"
SECRETS = (
    *("EVENKEEL/reader+SECRET", "EVENKEEL/writer+SECRET", "EVENKEEL-writer-TOKEN"),
    *("EVENKEEL/environment+SECRET", "EVENKEEL-environment-TOKEN"),
)
ENGINES: list[Callable[[], TaskRunner[Any]]] = [
    lambda: ThreadPoolTaskRunner(max_workers=2),
    lambda: ProcessPoolTaskRunner(max_workers=1),
    lambda: DaskTaskRunner(
        cluster_kwargs={
            "n_workers": 1,
            "processes": True,
            "dashboard_address": "127.0.0.1:0",  # None is port 8787
        }
    ),
]


@dataclass
class _Stores:
    """Two stores, one to read and one to write, each behind a proxy that records."""

    source: Proxy
    output: Proxy
    config: BalanceConfig

    @property
    def root(self) -> str:
        return f"{self.config.output}/ecoli"


def _save(name: str, endpoint: str, **values: str) -> None:
    record = {"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1", **values}
    Secret(value=json.dumps(record)).save(name, overwrite=True)


@pytest.fixture
def stores(s3_server: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Stores]:
    raw, out = s3_server.bucket(), s3_server.bucket()
    source = s3_server.upload(
        ROOT / "tests/data/ecoli.parquet", raw, "in/ecoli.parquet"
    )
    with before(s3_server) as reading, before(s3_server) as writing:
        _save(
            "reader",
            reading.endpoint,
            AWS_ACCESS_KEY_ID=READER,
            AWS_SECRET_ACCESS_KEY=SECRETS[0],
        )
        _save(
            "writer",
            writing.endpoint,
            AWS_ACCESS_KEY_ID=WRITER,
            AWS_SECRET_ACCESS_KEY=SECRETS[1],
            AWS_SESSION_TOKEN=SECRETS[2],
        )
        credentials._loaded.clear()  # noqa: SLF001 - ports changed since the last test
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "EVENKEELENVIRONMENT")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRETS[3])
        monkeypatch.setenv("AWS_SESSION_TOKEN", SECRETS[4])
        asked = {
            "source": source,
            "target": "class",
            "output": f"s3://{out}/balanced",
            "source_credentials": "reader",
            "output_credentials": "secret/writer",
            "strategy": {"kind": "smote_under"},
            "evaluation": {"evaluator": "none"},
            "contract": {"min_rows_per_class": 1},
        }
        yield _Stores(reading, writing, BalanceConfig.model_validate(asked))


def _keys(proxy: Proxy) -> set[str]:
    return {key for one in ("GET", "PUT", "HEAD", "POST") for key, _ in proxy.who(one)}


def test_each_place_is_reached_with_its_own_block(stores: _Stores) -> None:
    outcome = balance(stores.config)
    assert outcome.status == "published"
    assert balance(stores.config).status == "unchanged"
    assert _keys(stores.source) == {READER}
    assert _keys(stores.output) == {WRITER}
    assert {one.method for one in stores.source.asked} <= {"GET", "HEAD"}
    with entrusted(stores.config):
        assert read_head(stores.root) == outcome.manifest


def test_direct_and_watched_it_is_the_same(stores: _Stores) -> None:
    outcome = balance_dataset(stores.config, DirectRunner())
    (seen,) = watch([stores.config])
    assert (outcome.status, seen.status) == ("published", "waiting")
    assert _keys(stores.source) == {READER}
    assert _keys(stores.output) == {WRITER}


@pytest.mark.parametrize("engine", ENGINES, ids=["threads", "processes", "dask"])
def test_a_stage_loads_its_blocks_where_it_runs(
    stores: _Stores, engine: Callable[[], TaskRunner[Any]]
) -> None:
    config = stores.config

    @flow(name="entrusted", task_runner=engine(), persist_result=False)
    def surveyed() -> list[Survey]:
        with entrusted(config):
            return PrefectRunner().map(survey_source, [config, config])

    one, two = surveyed()
    assert one == two
    assert one.rows == 336
    assert _keys(stores.source) == {READER}


def test_only_names_travel(stores: _Stores) -> None:
    with entrusted(stores.config):
        stage = with_grants(survey_source)
    sent = cloudpickle.dumps(stage)
    assert b"secret/writer" in sent
    assert not [secret for secret in SECRETS if secret.encode() in sent]
    assert with_grants(survey_source) is survey_source
    assert pickle.loads(pickle.dumps(stores.config)) == stores.config


def test_the_names_of_blocks_do_not_make_another_run(stores: _Stores) -> None:
    balance_dataset(stores.config, DirectRunner())
    renamed = stores.config.model_copy(update={"source_credentials": "secret/reader"})
    assert balance_dataset(renamed, DirectRunner()).status == "unchanged"


def _echo(method: str, asked: Asked) -> Refused | None:
    """Refuse a method as S3 does, which repeats what was asked and with what."""
    if asked.method != method:
        return None
    told = "".join(f"{name}: {value} " for name, value in asked.headers.items())
    body = f"<Error><Code>Denied</Code><Message>No</Message><S>{told}{SECRETS}</S>"
    return Refused(403, f"{body}</Error>".encode())


def _database() -> bytes:
    held = get_current_settings().server.database.connection_url
    assert held
    path = Path(held.get_secret_value().split("///")[1])
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def _logs(run: str) -> str:
    # Asked for by run: of all the logs of a long session, a page has but the first.
    only = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[UUID(run)]))
    with get_client(sync_client=True) as client:
        return "\n".join(str(log.message) for log in client.read_logs(only))


def test_no_secret_is_written_anywhere(
    stores: _Stores,
    s3_server: S3,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG, "tasks")
    caplog.set_level(logging.DEBUG, "flows")
    balance(stores.config)
    failed = []
    for place, method in (("writer", "PUT"), ("reader", "GET")):
        with before(s3_server, partial(_echo, method)) as refusing:
            _save(
                place,
                refusing.endpoint,
                AWS_ACCESS_KEY_ID=READER,
                AWS_SECRET_ACCESS_KEY=SECRETS[0],
                AWS_SESSION_TOKEN=SECRETS[2],
            )
            credentials._loaded.clear()  # noqa: SLF001 - it changed
            state = balance(stores.config, force=True, return_state=True)
            assert "403 Forbidden: Denied: No" in str(state.message)
            failed.append(str(state.state_details.flow_run_id))
            assert refusing.asked
    for run in failed:
        until(lambda run=run: "403 Forbidden" in _logs(run), "the log of a failure")  # type: ignore[misc]
    name = stores.config.output.removeprefix("s3://").split("/")[0]
    files = b"".join(s3_server.read(name, key) for key in s3_server.keys(name))
    said = capfd.readouterr()
    written = [files, _database(), caplog.text.encode(), said.out.encode()]
    written.append(said.err.encode())
    assert b"secret/writer" in files
    assert b"403 Forbidden" in _database()
    for secret in SECRETS:
        assert not [text for text in written if secret.encode() in text], secret


def test_a_failing_command_tells_no_secret(stores: _Stores, s3_server: S3) -> None:
    config = stores.config
    with before(s3_server, partial(_echo, "GET")) as refusing:
        words = ["run", config.source, "--target", "class", "--output", config.output]
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "flows.cli", *words, "--no-prefect"],
            env={**os.environ, "AWS_ENDPOINT_URL": refusing.endpoint},
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
    assert done.returncode == 2
    assert b"403 Forbidden: Denied: No" in done.stderr
    assert not [one for one in SECRETS if one.encode() in done.stdout + done.stderr]


@pytest.mark.parametrize(
    ("held", "fact"),
    [
        (SECRETS[0], "no JSON record"),
        (json.dumps([SECRETS[0]]), "no JSON record"),
        (json.dumps({SECRETS[0]: 5}), "no JSON record"),
        (json.dumps({}), "no JSON record"),
        (json.dumps({SECRETS[0]: "x"}), "1 names that are not known"),
    ],
)
def test_a_block_of_something_else_is_refused_unseen(
    held: str, fact: str, stores: _Stores
) -> None:
    Secret(value=held).save("odd", overwrite=True)
    credentials._loaded.clear()  # noqa: SLF001 - it changed
    odd = stores.config.model_copy(update={"source_credentials": "odd"})
    with pytest.raises(UserError, match=fact) as caught:
        balance_dataset(odd, DirectRunner())
    assert SECRETS[0] not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_block_that_is_not_there_is_named(stores: _Stores) -> None:
    lost = stores.config.model_copy(update={"output_credentials": "no-such-block"})
    with pytest.raises(UserError, match=r"no block 'no-such-block'.*under Blocks"):
        balance(lost)


def test_one_folder_is_not_reached_in_two_ways(stores: _Stores) -> None:
    above = stores.config.source.rpartition("/")[0]
    mixed = stores.config.model_copy(update={"output": above})
    with pytest.raises(UserError, match="both source and output"):
        balance_dataset(mixed, DirectRunner())


def test_local_places_need_no_block(tmp_path: Path) -> None:
    config = BalanceConfig(
        source=str(ROOT / "tests/data/ecoli.parquet"),
        target="class",
        output=str(tmp_path),
        source_credentials="no-such-block",
    )
    with entrusted(config):
        assert survey_source.fn(config).rows == 336


def test_a_glob_and_an_output_of_the_environment_are_told_apart(
    stores: _Stores,
) -> None:
    bucket = stores.config.source.rsplit("/", 2)[0]
    changed = {
        "source": f"{bucket}/in/*/x[12].parquet",
        "output": f"{bucket}/out",
        "output_credentials": None,
    }
    with entrusted(stores.config.model_copy(update=changed)):
        found = credentials_for(f"{bucket}/in/2026/x1.parquet")
        assert found is not None
        assert found.name == "reader"
        assert credentials_for(bucket) == found
        assert credentials_for(f"{bucket}/out/name") is None


def test_without_an_api_a_block_is_refused_in_words(stores: _Stores) -> None:
    words = json.dumps(stores.config.model_dump(mode="json"))
    script = "import sys; from flows.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"}
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, "run", "--config", "/dev/stdin", "--no-prefect"],
        input=words.encode(),
        env={**environment, "PREFECT_PROFILES_PATH": os.devnull},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"no Prefect API to ask for it. Set PREFECT_API_URL" in done.stderr
