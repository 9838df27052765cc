"""The yardstick itself: the tables it makes, and tiny cases from end to end."""

import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from schemas.evaluation import Metric
from tests.benchmarks.bench import Bench, Finding
from tests.benchmarks.cases import CASES
from tests.benchmarks.data import write_files, write_mixed, write_source
from tests.benchmarks.forest import fit
from tests.benchmarks.honesty import simulated
from tests.benchmarks.kept import Measured, measure_once
from tests.benchmarks.limit import read, write
from tests.benchmarks.measure import Cost, measure
from tests.benchmarks.reference import measured
from tests.benchmarks.report import costs_table, findings_table, page
from tests.benchmarks.search import search

_ROWS = 5_000
_MB = 10**6


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Measure once, on tables that are tiny even for a quick look."""
    return _Tiny(tmp_path, full=False, pairs=1, say=lambda _: None)


class _Tiny(Bench):
    def size(self, full: int, quick: int) -> int:
        assert full > quick
        return _ROWS


class _Few(Bench):
    def size(self, full: int, quick: int) -> int:
        assert full > quick
        return 4


def test_the_table_is_the_same_each_time(tmp_path: Path) -> None:
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for path in paths:
        write_source(path, _ROWS)
    one, same = map(pq.read_table, paths)
    assert one.equals(same)


def test_the_table_has_a_rare_class_and_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "source.parquet"
    write_source(path, 250_001)
    footer = pq.ParquetFile(path).metadata
    assert (footer.num_rows, footer.num_columns) == (250_001, 21)
    assert [footer.row_group(place).num_rows for place in range(2)] == [250_000, 1]
    minority = pq.read_table(path, columns=["y"]).column("y").to_numpy()
    assert 0.009 < minority.mean() < 0.011


def test_files_hold_the_rows_of_the_one_beside_them(tmp_path: Path) -> None:
    write_files(tmp_path / "many", 3, 100)
    paths = sorted((tmp_path / "many").iterdir())
    assert [pq.read_metadata(path).num_rows for path in paths] == [100] * 3
    assert pq.read_table(tmp_path / "many").equals(
        pq.read_table(tmp_path / "many.parquet")
    )


def test_the_mixed_table_has_two_columns_of_many_levels(tmp_path: Path) -> None:
    write_mixed(tmp_path / "mixed.parquet", 50_000)
    table = pq.read_table(tmp_path / "mixed.parquet")
    assert table.num_columns == 7 + 1
    assert min(len(table[name].unique()) for name in ("c0", "c1")) > 4_900


def test_the_limit_reads_all_and_writes_as_many_rows_as_asked(tmp_path: Path) -> None:
    source = tmp_path / "source.parquet"
    write_source(source, _ROWS)
    written = tmp_path / "written"
    written.mkdir()
    write(str(source), 3 * _ROWS + 1, written)
    assert read(str(source)) == _ROWS
    assert read(str(written)) == 3 * _ROWS + 1


def test_a_process_and_its_children_are_charged_for_what_they_take() -> None:
    work = "held = bytearray(300_000_000); import time; time.sleep(1)"
    child = f"subprocess.run([sys.executable, '-c', {work!r}], check=True)"
    # There is a module in the standard library that runs what it is given.
    cost, said = measure(
        ["timeit", "-n1", "-r1", f"import subprocess, sys; {work}; {child}"]
    )
    assert "1 loop" in said
    assert cost.peak > 300 * _MB  # this process, whose mark it has, may be larger
    assert cost.total > 600 * _MB
    assert cost.wall > 2


def test_a_process_that_fails_is_not_measured() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure(["timeit", "raise SystemExit(3)"])


def test_the_page_says_what_was_reached() -> None:
    found = [
        Finding("smote", "≤ 1 s", "0.5 s", reached=True),
        Finding("smote", "< 1 GB", "2 GB", reached=False),
    ]
    costs = {"smote: ours": Cost(2, 3, 100 * _MB, 200 * _MB)}
    told = page("make bench", [Measured(tuple(found), costs, load=2.5, minutes=61.25)])
    assert "load while cases ended: 2.5 to 2.5" in told
    assert "time: 61.2 minutes" in told
    assert told.startswith("# evenkeel: 1 of 2 figures reached")
    assert findings_table(found).splitlines()[2:] == [
        "| smote | ≤ 1 s | 0.5 s | yes |",
        "| smote | < 1 GB | 2 GB | **no** |",
    ]
    line = "| smote: ours | 2.0 | 3.0 | 100 | 200 |"
    assert costs_table(costs).splitlines()[-1] == line
    assert line in told


def test_a_case_that_was_kept_is_not_measured_again(
    bench: Bench, tmp_path: Path
) -> None:
    def case(at: Bench) -> list[Finding]:
        at.costs["ours"] = Cost(1, 2, 3, 4)
        return [Finding("smote", "≤ 1 s", "0.5 s", reached=True)]

    def never(_: Bench) -> list[Finding]:
        raise AssertionError("measured again")

    bench.costs["of another case"] = Cost(9, 9, 9, 9)
    first = measure_once("smote", case, bench, tmp_path / "new")
    assert first.costs == {"ours": Cost(1, 2, 3, 4)}
    assert measure_once("smote", never, bench, tmp_path / "new") == first
    with pytest.raises(AssertionError, match="measured again"):
        measure_once("smote", never, bench, None)


def test_what_chance_alone_tells_apart_is_not_recommended(tmp_path: Path) -> None:
    class Short(Bench):
        def size(self, full: int, quick: int) -> int:
            return min(full, quick, 25)

    found = simulated(Short(tmp_path, full=False, pairs=1, say=lambda _: None))
    assert found.reached
    assert found.target == "≤ 5 % of 25 simulated tournaments"


def test_a_tiny_case_is_measured(bench: Bench) -> None:
    found = list(CASES["smote"](bench))
    assert len(found) == 3
    assert [name.split(": ")[1] for name in bench.costs] == [
        "ours",
        "notebook",
        "I/O limit",
    ]
    assert all(path.suffix == ".parquet" for path in bench.folder.iterdir())


def test_trials_are_counted(tmp_path: Path) -> None:
    few = _Few(tmp_path, full=False, pairs=1, say=lambda _: None)
    found = list(CASES["false help"](few))
    assert [one.case.rpartition(": ")[2] for one in found] == ["4 trials"] * 4
    for one in found:
        helped, _, rest = one.measured.partition(" ")
        assert one.reached is (int(helped) == 0)
        assert "Clopper and Pearson" in rest


def test_programs_tell_both_ways() -> None:
    found = search(2_000)
    assert found["recall"] == 1
    assert min(found.values()) > 0
    seconds, area = fit(1_000, accelerate=False)
    assert seconds > 0
    assert 0.6 < area < 0.9


def test_scores_are_those_of_the_reference() -> None:
    """To the last digit where the same is drawn, and macro-F1 has the same meaning.

    That of the reference counts classes that a fold has no row of but that are guessed;
    imputation and the levels of horse_colic are not known from the table.
    """
    found = measured(1_000, lambda _: None)
    assert set(found) == {"ecoli", "glass", "horse_colic"}
    assert all(gap.deviations < 2 for gaps in found.values() for gap in gaps)
    ranks = (Metric.ROC_AUC, Metric.AVERAGE_PRECISION)
    drawn = {("none", metric) for metric in Metric}
    drawn |= {("class_weight", metric) for metric in ranks}
    same = [
        gap
        for dataset in ("ecoli", "glass")
        for gap in found[dataset]
        if (gap.approach, gap.metric) in drawn
    ]
    assert len(same) == 2 * (3 + 2)
    for gap in same:
        assert gap.found == pytest.approx(gap.expected, abs=1e-6)
