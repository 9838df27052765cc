"""More classes than files may be open, models can tell apart, or a page can show."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.console import show_outcome
from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.records import Outcome
from tasks.algorithms.breadth import JUDGED
from tasks.auditing import audit
from tasks.running import DirectRunner
from tasks.sampling import plan_comparison
from tasks.storage.shards import sharing
from tasks.survey import survey_source

CLASSES, SMALL = 602, 3
REFUSED = 40


def _config(folder: Path) -> BalanceConfig:
    """Ask for classes of 4 rows, but for a few of 2 that get synthetic ones."""
    labels = [
        f"c{n:03d}" for n in range(CLASSES) for _ in range(4 if n >= SMALL else 2)
    ]
    refused = [f"no {n}" for n in range(REFUSED)]
    table = pa.table({"y": [*labels, *refused]})
    numbers = pa.array([float(n % 7) for n in range(table.num_rows)])
    pq.write_table(table.append_column("x", numbers), folder / "many.parquet")
    return BalanceConfig.model_validate(
        {
            "source": str(folder / "many.parquet"),
            "target": "y",
            "output": str(folder / "out"),
            "strategy": {"kind": "smote"},
            "contract": {"max_classes": CLASSES, "allowed": sorted({*labels})},
        }
    )


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Balance them."""
    config = _config(tmp_path_factory.mktemp("many"))
    return balance_dataset(config, DirectRunner())


def test_classes_that_share_a_file_of_donors_are_balanced(outcome: Outcome) -> None:
    assert sharing(CLASSES) > 2
    rows = {item.label: item.synthetic for item in outcome.manifest.classes}
    made = {label: count for label, count in rows.items() if count}
    assert made == {"c000": 1, "c001": 1, "c002": 1}
    assert all(check.success for check in audit(outcome.root, 1))


def test_nothing_is_evaluated_and_that_is_said(outcome: Outcome) -> None:
    assert outcome.manifest.verdict == "not evaluated"
    said = f"models are judged on {JUDGED} classes at most, here are {CLASSES}."
    assert outcome.manifest.decision.notes[-1].endswith(said)


def test_a_tournament_is_refused(tmp_path: Path) -> None:
    config = _config(tmp_path)
    with pytest.raises(UserError, match="602 classes are too many for a tournament"):
        plan_comparison.fn(config, survey_source.fn(config))


def test_pages_and_console_show_the_ends_and_tell_how_many_more(
    outcome: Outcome, capsys: pytest.CaptureFixture[str]
) -> None:
    (report,) = Path(outcome.root).glob("data/*/report/report.html")
    page = report.read_text()
    assert f"({CLASSES - 500} more)" in page
    assert page.count("<tr>") < 700
    show_outcome(outcome, as_json=False)
    printed = capsys.readouterr().out
    assert f"({CLASSES + REFUSED - 100} more)" in printed
    assert "Rejected: 20 rows of 20 more labels" in printed
    assert len(printed.splitlines()) < 160
