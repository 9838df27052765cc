"""A look tells a change from none, reads as little as it can, and tells it once."""

import logging
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect.settings import PREFECT_API_KEY, PREFECT_API_URL, temporary_settings

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.records import Sighting
from tasks.algorithms.sightings import is_news
from tasks.observing import observe, remember
from tasks.running import DirectRunner
from tasks.survey import survey_source
from tasks.watching import look
from tests.project import until

DAYS = 86_400
REREAD = "Read again, its content is that of version 1."
LABELS = ["no"] * 180 + ["yes"] * 20


def save(
    config: BalanceConfig,
    labels: Sequence[str],
    name: str = "0.parquet",
    shift: float = 0,
) -> Path:
    """Write rows whose number alone gives the bytes of their file."""
    path = Path(config.source, name)
    path.parent.mkdir(exist_ok=True)
    table = pa.table(
        {"x": np.arange(len(labels), dtype=float) + shift, "y": list(labels)}
    )
    pq.write_table(table, path, compression="none", use_dictionary=["y"])
    return path


def age(path: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


def watched(folder: Path, **fields: object) -> BalanceConfig:
    """Ask for a folder of one file to be watched; by default files settle at once."""
    config = BalanceConfig.model_validate(
        {
            "source": str(folder / "source"),
            "target": "y",
            "name": "toy",
            "output": str(folder / "out"),
            "evaluation": {"evaluator": "none"},
            "watch": {"settle_seconds": 0},
            **fields,
        }
    )
    save(config, LABELS)
    return config


def publish(config: BalanceConfig) -> int:
    return balance_dataset(config, DirectRunner()).manifest.version


def see(config: BalanceConfig) -> Sighting:
    """Look as the task does, and take the event for sent."""
    found, marker = observe(config, time.time())
    if marker:
        remember(marker, found)
    return found


def spoil(path: Path) -> None:
    """Break all of a file but its name, size and time."""
    found = path.stat()
    path.write_bytes(b"\xff" * found.st_size)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.fixture
def published(tmp_path: Path) -> BalanceConfig:
    config = watched(tmp_path)
    assert publish(config) == 1
    return config


def test_what_was_never_published_is_news_once(tmp_path: Path) -> None:
    config = watched(tmp_path)
    first = see(config)
    assert (first.status, first.version, first.drift) == ("changed", None, None)
    assert (first.files, first.rows) == (1, len(LABELS))
    assert first.fingerprint == survey_source.fn(config).fingerprint
    again = see(config)
    assert (again.status, again.fingerprint) == ("told", first.fingerprint)
    assert first.note in again.note


def test_what_is_published_is_unchanged(published: BalanceConfig) -> None:
    found = see(published)
    assert (found.status, found.version, found.rows) == ("unchanged", 1, len(LABELS))
    assert not is_news(found)


def test_of_old_files_only_the_footers_are_read(published: BalanceConfig) -> None:
    path = Path(published.source, "0.parquet")
    content = bytearray(path.read_bytes())
    content[4:40] = b"\xff" * 36  # the first page
    path.write_bytes(content)
    age(path, 2 * DAYS)
    assert see(published).status == "unchanged"


def test_files_that_were_looked_at_are_not_read_again(
    published: BalanceConfig,
) -> None:
    path = Path(published.source, "0.parquet")
    age(path, 60)
    assert see(published).note == REREAD
    spoil(path)
    assert see(published).status == "unchanged"
    save(published, LABELS, "1.parquet")
    shutil.copy(Path(published.source, "1.parquet"), path)
    assert see(published).status == "changed"
    spoil(path)
    assert see(published).status == "told"


def test_a_new_file_is_a_change(published: BalanceConfig) -> None:
    save(published, LABELS, "1.parquet")
    found = see(published)
    assert (found.status, found.files, found.rows) == ("changed", 2, 2 * len(LABELS))
    assert found.drift
    assert (found.drift.effect, found.drift.moved) == (0, False)
    assert (
        "400 rows in 2 file(s); version 1 was made of 200 rows in 1 file(s)"
        in found.note
    )


def test_a_file_of_the_same_size_is_a_change(published: BalanceConfig) -> None:
    size = Path(published.source, "0.parquet").stat().st_size
    assert save(published, LABELS, shift=0.5).stat().st_size == size
    assert see(published).status == "changed"


def test_a_file_rewritten_while_a_run_had_read_it_is_a_change(
    published: BalanceConfig,
) -> None:
    path = save(published, LABELS, shift=0.5)
    age(path, 3_600)  # before the version was created
    assert see(published).status == "changed"


def test_a_file_that_was_touched_is_unchanged(published: BalanceConfig) -> None:
    path = Path(published.source, "0.parquet")
    for seconds in (30, 20, 10):
        age(path, seconds)
        assert see(published).status == "unchanged"


def test_another_feature_schema_is_no_news_of_the_source(
    published: BalanceConfig, tmp_path: Path
) -> None:
    schema = tmp_path / "features.yaml"
    schema.write_text("columns: {x: {nullable: true}}")
    asked = published.model_copy(update={"features": str(schema)})
    assert see(asked).status == "unchanged"
    assert publish(asked) == 2  # for a run it is


@pytest.mark.parametrize("kept", [0, 3, 100, -20])
def test_a_file_cut_short_waits(published: BalanceConfig, kept: int) -> None:
    path = save(published, LABELS, "1.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[:kept])
    for _ in range(2):
        found = see(published)
        assert (found.status, found.files) == ("waiting", 2)
        assert "'1.parquet'" in found.note
    path.write_bytes(whole)
    assert see(published).status == "changed"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(30, "'1.parquet' was written 30 s ago"), (-600, "s ahead of our clock")],
)
def test_a_young_file_waits_until_it_has_settled(
    published: BalanceConfig, seconds: float, said: str
) -> None:
    config = published.model_copy(
        update={"watch": published.watch.model_copy(update={"settle_seconds": 60})}
    )
    age(Path(config.source, "0.parquet"), DAYS)
    path = save(config, LABELS, "1.parquet")
    age(path, seconds)
    found, marker = observe(config, time.time())
    assert (found.status, marker) == ("waiting", None)
    assert said in found.note
    age(path, 61)
    assert see(config).status == "changed"


@pytest.fixture
def restless(published: BalanceConfig) -> Iterator[BalanceConfig]:
    """Rewrite the time of a file without end."""
    path, stop = Path(published.source, "0.parquet"), Event()

    def touch() -> None:
        for moment in count():
            os.utime(path, ns=(0, moment * 1_000))
            if stop.is_set():
                return

    thread = Thread(target=touch)
    thread.start()
    yield published
    stop.set()
    thread.join()


def test_files_that_change_while_they_are_read_wait(restless: BalanceConfig) -> None:
    told = "Files changed while they were read."
    assert until(lambda: see(restless).note == told, told)


def test_priors_that_moved_are_drift(published: BalanceConfig) -> None:
    save(published, ["no"] * 120 + ["yes"] * 80)
    found = see(published)
    assert found.status == "drifted"
    assert found.drift
    assert found.drift.moved
    assert (found.drift.before, found.drift.after) == (
        {"no": 180, "yes": 20},
        {"no": 120, "yes": 80},
    )
    assert see(published).status == "told"


def test_a_class_that_is_new_is_drift(published: BalanceConfig) -> None:
    save(published, [*LABELS, "maybe"])
    found = see(published)
    assert found.status == "drifted"
    assert found.drift
    assert found.drift.appeared == ("maybe",)


def test_rejected_labels_are_no_drift(tmp_path: Path) -> None:
    config = watched(tmp_path, contract={"allowed": ["no", "yes"]})
    save(config, [*LABELS, "?"])
    publish(config)
    save(config, [*LABELS, "?", "!"])
    found = see(config)
    assert found.status == "changed"
    assert found.drift
    assert found.drift.before == found.drift.after == {"no": 180, "yes": 20}


@pytest.mark.parametrize(
    ("rows", "share", "sure"), [(100_000, 0.105, True), (200, 0.14, False)]
)
def test_noise_is_no_drift(
    tmp_path: Path,
    rows: int,
    share: float,
    sure: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """Neither a small move of a large table nor a large one of a small table."""
    config = watched(tmp_path)
    save(config, ["no"] * (rows * 9 // 10) + ["yes"] * (rows // 10))
    publish(config)
    few = round(rows * share)
    save(config, ["no"] * (rows - few) + ["yes"] * few)
    found = see(config)
    assert found.status == "changed"
    assert found.drift
    assert (found.drift.p_value <= config.watch.max_p_value) is sure
    assert (found.drift.effect >= config.watch.min_effect) is not sure


def test_of_another_target_no_drift_is_told(published: BalanceConfig) -> None:
    table = pa.table({"x": range(200), "y": LABELS, "z": ["a", "b"] * 100})
    pq.write_table(table, Path(published.source, "0.parquet"))
    found = see(published.model_copy(update={"target": "z"}))
    assert (found.status, found.drift) == ("changed", None)


def test_files_that_go_back_are_news_when_another_version_was_published(
    published: BalanceConfig,
) -> None:
    path = Path(published.source, "0.parquet")
    first, second = path.with_name("_first"), path.with_name("_second")
    shutil.copy2(path, first)
    save(published, LABELS, shift=0.5)
    shutil.copy2(path, second)
    assert [see(published).status for _ in range(2)] == ["changed", "told"]
    shutil.copy2(first, path)
    assert see(published).status == "unchanged"
    shutil.copy2(second, path)
    assert see(published).status == "told"
    save(published, LABELS, shift=2)
    assert publish(published) == 2
    assert see(published).status == "unchanged"
    shutil.copy2(second, path)
    assert [see(published).status for _ in range(2)] == ["changed", "told"]
    shutil.copy2(first, path)
    assert see(published).status == "changed"


def test_a_target_that_is_gone_is_news_once(published: BalanceConfig) -> None:
    path = Path(published.source, "0.parquet")
    pq.write_table(pq.read_table(path).rename_columns(["x", "z"]), path)
    found = see(published)
    assert (found.status, found.files, found.rows) == ("unfit", 1, len(LABELS))
    assert "'y'" in found.note
    assert is_news(found)
    assert see(published).status == "told"


def test_a_broken_contract_is_news(published: BalanceConfig) -> None:
    config = published.model_copy(
        update={
            "contract": published.contract.model_copy(update={"allowed": ("no", "yes")})
        }
    )
    save(config, ["what"] * 200)
    found = see(config)
    assert found.status == "unfit"
    assert "break the contract" in found.note


@pytest.mark.parametrize("name", ["toy", None])
def test_a_source_that_is_gone_is_unfit_and_no_news(
    tmp_path: Path, name: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    config = watched(tmp_path, name=name)
    shutil.rmtree(config.source)
    with caplog.at_level(logging.INFO):
        found = look.fn(config, time.time())
    assert (found.status, found.files) == ("unfit", 0)
    assert found.dataset == (name or config.source)
    assert "does not exist" in found.note
    assert not is_news(found)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_look_logs_one_line_with_numbers(
    published: BalanceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "tasks.watching"):
        look.fn(published, time.time())
    told = [r for r in caplog.records if r.name == "tasks.watching"]
    assert [record.getMessage() for record in told] == [
        f"toy: unchanged, 1 file(s), 200 rows: {REREAD}"
    ]


def test_a_change_whose_event_did_not_arrive_is_told_again(
    published: BalanceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    save(published, LABELS, "1.parquet")
    # With a key and no address Prefect emits no events.
    nobody = {PREFECT_API_KEY: "none"}
    with temporary_settings(nobody, restore_defaults={PREFECT_API_URL}):
        found = [look.fn(published, time.time()).status for _ in range(2)]
    assert found == ["changed", "changed"]
    assert "toy: no event arrived" in caplog.text


def test_a_damaged_manifest_is_told(published: BalanceConfig) -> None:
    (manifest,) = Path(published.output, "toy", "_commits").iterdir()
    manifest.write_text(manifest.read_text().replace("200", "201"))
    found = look.fn(published, time.time())
    assert (found.status, found.files) == ("unfit", 0)
    assert "was changed after it was written" in found.note


def test_an_output_that_takes_no_marker_is_told(published: BalanceConfig) -> None:
    Path(published.output, "toy", "_watch").write_text("in the way")
    found = look.fn(published, time.time())
    assert found.status == "unfit"
    assert "_watch" in found.note


def test_an_error_that_nobody_thought_of_stops_no_other_dataset(
    published: BalanceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    found = look.fn(published, "soon")  # type: ignore[arg-type] # the error
    assert (found.status, found.files) == ("unfit", 0)
    assert found.note.startswith("TypeError")
    assert "Traceback" in caplog.text


def test_a_marker_of_another_release_is_replaced(published: BalanceConfig) -> None:
    save(published, LABELS, "1.parquet")
    see(published)
    (marker,) = Path(published.output, "toy", "_watch").iterdir()
    marker.write_text('{"state": "told"}')
    assert [see(published).status for _ in range(2)] == ["changed", "told"]


def test_another_request_is_another_look(published: BalanceConfig) -> None:
    save(published, LABELS, "1.parquet")
    assert [see(published).status for _ in range(2)] == ["changed", "told"]
    assert see(published.model_copy(update={"seed": 1})).status == "changed"


def test_watching_leaves_the_version_as_it_is(published: BalanceConfig) -> None:
    see(published)
    assert balance_dataset(published, DirectRunner()).status == "unchanged"
