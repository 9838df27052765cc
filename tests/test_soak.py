"""The soak's quick part: every case once, in small, each a test of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.cases import CASES
from tests.soak.kept import Tried, try_once
from tests.soak.quote import quoted
from tests.soak.record import Record
from tests.soak.report import findings_table, page

ROOT = Path(__file__).parents[1]
_PATIENCE = 900  # seconds: two minutes on two cores with nothing else to do
pytestmark = pytest.mark.timeout(_PATIENCE + 60)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Run all in one process of its own, for it forks: the lines of the table."""
    folder = tmp_path_factory.mktemp("soak")
    told = folder / "page.md"
    words = ["--quick", "--dir", str(folder), "--results", str(told)]
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.soak", *words],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
        timeout=_PATIENCE,
    )
    assert told.exists(), done.stderr
    lines = [line for line in told.read_text().splitlines() if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines[2:]]
    return dict(zip(CASES, cells, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_what_is_claimed_holds(case: str, found: dict[str, list[str]]) -> None:
    name, _, tried, said, _, reached = found[case]
    if reached == "not tried":
        pytest.skip(f"{name}: {said}")
    assert reached == "yes", f"{name}: tried {tried}, found {said}"


def test_the_page_tells_what_held_and_what_could_not_be_tried() -> None:
    records = [
        Record("kills", "0 lost", "9", "none", reached=True),
        Record("races", "0 lost", "9", "one", reached=False),
        Record("disks", "told", "nothing", "not permitted", reached=None),
    ]
    found = [Tried(record, began=0, seconds=246) for record in records]
    assert findings_table(found).splitlines()[2:] == [
        "| kills | 0 lost | 9 | none | 4.1 | yes |",
        "| races | 0 lost | 9 | one | 4.1 | **no** |",
        "| disks | told | nothing | not permitted | 4.1 | not tried |",
    ]
    told = page("make soak", found)
    assert quoted(told).splitlines()[2:] == [
        "| kills | 9 | none | yes |",
        "| races | 9 | one | **no** |",
        "| disks | nothing | not permitted | not tried |",
    ]
    assert told.startswith("# evenkeel: 1 of 3 laws of reliability held")
    assert "time: 12 minutes" in told
    assert "Not tried" not in told
    assert "Not tried this time: nights." in page("make soak", found, ["nights"])


def test_a_case_that_was_kept_is_not_tried_again(tmp_path: Path) -> None:
    records = iter([Record("kills", "0 lost", "9", "none", reached=True)])
    first = try_once("killed", lambda: next(records), tmp_path / "new")
    assert try_once("killed", lambda: next(records), tmp_path / "new") == first
    with pytest.raises(StopIteration):
        try_once("races", lambda: next(records), tmp_path / "new")
    with pytest.raises(StopIteration):
        try_once("killed", lambda: next(records), None)
