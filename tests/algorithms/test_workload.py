"""How many rows the call of a stage works on."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.written import Check, FileEntry, Shard, SyntheticPart
from tasks.algorithms.workload import call_size, part_sizes
from tests import evidence

BINARY = evidence.binary()
runs = st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)).map(sorted)


@given(st.lists(runs))
def test_the_rows_of_parts_are_those_between_their_ends(ends: list[list[int]]) -> None:
    shards = [Shard(start=start, stop=stop) for start, stop in ends]
    made = [SyntheticPart(code=0, number=0, start=a, stop=b) for a, b in ends]
    expected = [stop - start for start, stop in ends]
    assert part_sizes(shards, ()) == part_sizes(made, (BINARY.plan,)) == expected


def test_a_class_has_its_donors() -> None:
    codes = range(len(BINARY.plan.classes))
    sizes = part_sizes(codes, (BINARY.survey, BINARY.plan))
    assert sizes == [item.kept for item in BINARY.plan.classes]


def test_items_of_which_one_has_no_rows_have_none() -> None:
    assert part_sizes([1, 2], ()) is None
    assert part_sizes([Shard(start=0, stop=1), "x"], (BINARY.plan,)) is None
    assert part_sizes([], ()) == []


def test_a_survey_and_a_plan_have_the_rows_of_the_source() -> None:
    plan = BINARY.plan
    assert call_size((), BINARY.survey) == BINARY.survey.rows
    assert call_size((), plan) == sum(item.source for item in plan.classes)


def test_an_evaluation_learns_once_from_each_training_set() -> None:
    found = BINARY.evaluation
    assert found
    rows = {model.name: model.train_rows for model in found.models}
    assert set(rows) == {"baseline", "threshold_moved", "balanced"}
    expected = rows["baseline"] + rows["balanced"] + found.holdout_rows
    assert call_size((), found) == expected


def test_verified_are_the_rows_of_all_files() -> None:
    check = Check(name="bytes", success=True, note="")
    files = [
        FileEntry(path=f"data/a/{name}", rows=rows, bytes=1, sha256="0" * 64)
        for name, rows in (("train/x", 10), ("lineage/x", 4), ("report/x", None))
    ]
    assert call_size((BINARY.survey, [], files), (check,)) == 14


def test_other_stages_work_on_no_rows() -> None:
    for found in (None, (), "x", 3, [BINARY.survey]):
        assert call_size((BINARY.plan,), found) is None
