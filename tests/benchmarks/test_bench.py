"""The yardstick itself: the table it makes, and one tiny case from end to end."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.benchmarks.cases import Comparison, compare, make_source, whole_run
from tests.benchmarks.data import write_source
from tests.benchmarks.limit import read, write
from tests.benchmarks.measure import Cost, measure
from tests.benchmarks.report import comparison_table, page, whole_run_table

_ROWS = 5_000
_MB = 10**6


def test_the_table_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.parquet", "b.parquet", "c.parquet")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_source(path, _ROWS, seed)
    one, same, other = map(pq.read_table, paths)
    assert one.equals(same)
    assert not one.equals(other)


def test_the_table_has_a_rare_class_and_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "source.parquet"
    write_source(path, 250_001)
    footer = pq.ParquetFile(path).metadata
    assert (footer.num_rows, footer.num_columns) == (250_001, 21)
    assert [footer.row_group(place).num_rows for place in range(2)] == [250_000, 1]
    minority = pq.read_table(path, columns=["y"]).column("y").to_numpy()
    assert 0.009 < minority.mean() < 0.011


def test_the_limit_reads_all_and_writes_as_many_rows_as_asked(tmp_path: Path) -> None:
    source = tmp_path / "source.parquet"
    write_source(source, _ROWS)
    written = tmp_path / "written"
    written.mkdir()
    write(str(source), 3 * _ROWS + 1, written)
    assert read(str(source)) == _ROWS
    assert read(str(written)) == 3 * _ROWS + 1


def test_a_process_is_charged_for_what_it_takes() -> None:
    work = "held = bytearray(400_000_000); sum(range(3_000_000)); print('done')"
    cost, said = measure([sys.executable, "-c", work])
    assert said == "done\n"
    assert cost.peak > 400 * _MB
    assert cost.wall > 0.02
    assert cost.cpu > 0.02


def test_a_process_that_fails_is_not_measured() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_ratios_say_how_often_ours_goes_into_the_other() -> None:
    ours, notebook = Cost(2, 3, 100 * _MB), Cost(10, 12, 850 * _MB)
    found = Comparison("smote", ours, notebook, limit=Cost(1.6, 2, 50 * _MB))
    last = comparison_table([found]).splitlines()[-1]
    assert last == (
        "| smote to 1:1 | 2.0 (3.0) | 10.0 (12.0) | 1.6 (2.0) | 5.0x (4.0x) "
        "| 1.2x (1.5x) | 100 | 850 | 8.5x |"
    )


def test_a_tiny_case_is_measured_and_told(tmp_path: Path) -> None:
    source = tmp_path / "source.parquet"
    make_source(source, _ROWS)
    said: list[str] = []
    found = compare("smote", source, 1, said.append)
    started = whole_run("none", source, 1, said.append)
    assert len(said) == 2
    assert found.limit.cpu < found.ours.cpu
    tables = comparison_table([found]), whole_run_table({"none": started})
    told = page("make bench", "tiny", dict(zip(("one", "two"), tables, strict=True)))
    assert "| smote to 1:1 |" in told
    assert "| none |" in told
    assert [path.name for path in tmp_path.iterdir()] == ["source.parquet"]
