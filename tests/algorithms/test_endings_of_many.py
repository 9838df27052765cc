"""How several runs ended: failures first, nothing left out, one line each."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.batch import Ended
from tasks.algorithms.endings_of_many import (
    count_line,
    ended_badly,
    ended_rows,
    failure_line,
)

GOOD = ("published", "unchanged", "rolled back", "held back")
ENDED = st.builds(
    Ended,
    dataset=st.text(min_size=1, max_size=80),
    source=st.just("x"),
    status=st.sampled_from([*GOOD, "failed"]),
    error=st.none() | st.text(max_size=600),
)


@given(st.lists(ENDED, min_size=1))
def test_every_run_has_a_row_and_failures_come_first(ended: list[Ended]) -> None:
    rows = ended_rows(ended)
    assert len(rows) == len(ended)
    good = [row["Status"] != "failed" for row in rows]
    assert good == sorted(good)
    assert all(str(row["Dataset"]).isprintable() for row in rows)
    counted = [int(part.split()[0]) for part in count_line(ended).split(", ")]
    assert sum(counted) == len(ended)


def test_failures_are_counted_and_named_but_for_very_many() -> None:
    ended = [ended_badly(f"set-{n}", "x", ValueError()) for n in range(12)]
    line = failure_line(ended)
    assert line.startswith("12 of 12 datasets failed: set-0, set-1, ")
    assert line.endswith("set-9, ...")
