"""A store that overwrites what is there is noticed before anything is published."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.running import DirectRunner
from tasks.storage.commits import read_head
from tasks.storage.keeping import PROBE
from tasks.storage.stores import store_at
from tests.proxy import Asked, before
from tests.s3 import S3


def _overwrite(asked: Asked) -> None:
    asked.headers.pop("if-none-match", None)


def _config(folder: Path, output: str) -> BalanceConfig:
    labels = ["a"] * 60 + ["b"] * 20
    pq.write_table(pa.table({"y": labels, "x": range(80)}), folder / "t.parquet")
    source = str(folder / "t.parquet")
    off = {"evaluator": "none"}
    asked = {"source": source, "target": "y", "output": output, "evaluation": off}
    return BalanceConfig.model_validate(asked)


def test_a_store_that_ignores_put_if_absent_is_refused(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = s3.bucket()
    with before(s3, _overwrite) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        for _ in range(2):  # the probe that is left makes the store no better
            with pytest.raises(UserError, match=r"ignores If-None-Match.*honours it"):
                balance_dataset(_config(tmp_path, f"s3://{name}"), DirectRunner())
    assert s3.keys(name) == [f"t/{PROBE}"]


def test_a_store_that_honours_it_is_asked_once(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = f"s3://{s3.bucket()}"
    with before(s3) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        outcome = balance_dataset(_config(tmp_path, root), DirectRunner())
        probes = [one for one in proxy.asked if one.path.endswith(PROBE)]
        assert [one.method for one in probes] == ["PUT", "PUT"]
        assert all(one.headers["if-none-match"] == "*" for one in probes)
        store_at(f"{root}/t").make("data")
        assert len([one for one in proxy.asked if one.path.endswith(PROBE)]) == 2
        assert read_head(f"{root}/t") == outcome.manifest
