"""Strategy evidence: a tournament on training rows decides, and the version says so."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.balance import balance
from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.records import Outcome
from schemas.strategy import StrategyKind
from schemas.tournament import Leaderboard
from tasks.auditing import audit
from tasks.planning import draft
from tasks.running import DirectRunner
from tasks.storage.commits import read_head
from tasks.survey import survey_source


def source_at(folder: Path) -> Path:
    """Write two classes that overlap, one of them rare."""
    rng, rows = np.random.default_rng(0), 1_200
    rare = rng.random(rows) < 0.1
    table = {"x": rng.normal(rare * 1.2), "z": rng.normal(size=rows)}
    path = folder / "drawn.parquet"
    pq.write_table(pa.table({**table, "y": np.where(rare, "yes", "no")}), path)
    return path


def asked(folder: Path, *approaches: str, **fields: object) -> BalanceConfig:
    """Ask for what is best in balanced accuracy, which resampling surely raises."""
    tournament = {"learners": ["logistic_regression"], "ratios": [1.0], "folds": 4}
    return BalanceConfig.model_validate(
        {
            "source": str(source_at(folder)),
            "target": "y",
            "output": str(folder / "out"),
            "strategy": {"kind": "evidence"},
            "evaluation": {
                "evaluator": "logistic_regression",
                "metric": "balanced_accuracy",
                "resamples": 100,
            },
            "tournament": {**tournament, "approaches": approaches},
            **fields,
        }
    )


def files(outcome: Outcome) -> dict[str, str]:
    """Hash all files of a version by their place in it."""
    return {
        entry.path.split("/", 2)[2]: entry.sha256 for entry in outcome.manifest.files
    }


def test_the_winner_is_the_decision_and_the_version_tells_why(tmp_path: Path) -> None:
    config = asked(tmp_path, "random_under")
    outcome = balance_dataset(config, DirectRunner())
    manifest = outcome.manifest
    assert manifest.decision.strategy is StrategyKind.RANDOM_UNDER
    assert len({item.train for item in manifest.classes}) == 1
    told = manifest.tournament
    assert told
    assert manifest.decision.reason == told.recommendation.sentence
    assert {one.name for one in told.contenders} == {
        "none, logistic_regression",
        "random_under to 1:1, logistic_regression",
    }
    (page,) = [one.path for one in manifest.files if one.path.endswith("board.json")]
    text = Path(outcome.root, page).read_text(encoding="utf-8")
    board = Leaderboard.model_validate_json(text)
    assert board.recommendation == told.recommendation
    assert board.rows == sum(one.kept + one.dropped for one in manifest.classes)
    report = Path(outcome.root, page).with_name("report.html")
    shown = report.read_text(encoding="utf-8")
    assert "Found by a tournament" in shown
    assert "<bdi>random_under to 1:1</bdi>" in shown
    assert "<bdi>&#39;&#39;</bdi>" not in shown
    assert all(check.success for check in audit(outcome.root, 1))
    assert balance_dataset(config, DirectRunner()).status == "unchanged"


@pytest.mark.parametrize(
    ("approach", "kind"), [("threshold", "none"), ("weights", "weights")]
)
def test_rows_stay_as_they_are_where_that_is_best(
    tmp_path: Path, approach: str, kind: str
) -> None:
    outcome = balance_dataset(asked(tmp_path, approach), DirectRunner())
    manifest = outcome.manifest
    assert manifest.decision.strategy == kind
    assert manifest.tournament
    assert manifest.tournament.recommendation.candidate.approach == approach
    assert all(item.train == item.kept for item in manifest.classes)
    said = " ".join(manifest.decision.notes)
    assert ("published as they are" in said) == (approach == "threshold")
    assert all(check.success for check in audit(outcome.root, 1))


def test_nothing_is_done_unless_it_is_better(tmp_path: Path) -> None:
    config = asked(tmp_path, "smote", "random_over")
    metric = {**config.evaluation.model_dump(), "metric": "brier"}
    config = asked(tmp_path, "smote", "random_over", evaluation=metric)
    manifest = balance_dataset(config, DirectRunner()).manifest
    assert manifest.decision.strategy is StrategyKind.NONE
    assert manifest.decision.reason.startswith("Do not balance")


def test_the_same_is_made_byte_for_byte(tmp_path: Path) -> None:
    config = asked(tmp_path, "random_under", "smote")
    first, second = (
        balance_dataset(
            config.model_copy(update={"output": str(tmp_path / place)}), DirectRunner()
        )
        for place in ("a", "b")
    )
    ours, theirs = files(first), files(second)
    assert set(ours) == set(theirs)
    differing = {name for name in ours if ours[name] != theirs[name]}
    assert not {name for name in differing if "leaderboard" in name}
    assert not {name for name in differing if name.endswith(".parquet")}


def test_too_few_rows_publish_nothing(tmp_path: Path) -> None:
    table = pa.table({"x": range(4), "y": ["a", "a", "b", "b"]})
    pq.write_table(table, tmp_path / "few.parquet")
    config = asked(tmp_path, "smote").model_copy(
        update={"source": str(tmp_path / "few.parquet"), "name": "few"}
    )
    with pytest.raises(UserError, match="there cannot be 4 folds"):
        balance_dataset(config, DirectRunner())
    assert read_head(str(tmp_path / "out" / "few")) is None


def test_a_survey_leaves_the_decision_open(tmp_path: Path) -> None:
    config = asked(tmp_path, "smote")
    decision, _ = draft(config, survey_source.fn(config))
    assert decision.strategy is StrategyKind.NONE
    assert decision.reason.startswith("Open until a tournament")


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_a_flow_run_does_the_same_and_shows_the_leaderboard(tmp_path: Path) -> None:
    config = asked(tmp_path, "random_under", name="decided")
    manifest = balance(config).manifest
    direct = config.model_copy(update={"output": str(tmp_path / "direct")})
    assert balance_dataset(direct, DirectRunner()).manifest.tournament == (
        manifest.tournament
    )
    with get_client(sync_client=True) as client:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=["decided-leaderboard"]))
        (shown,) = client.read_artifacts(artifact_filter=wanted)
    assert "random_under to 1:1" in str(shown.data)


@pytest.mark.parametrize("sizes", [{"ratio": 0.5}, {"rows": {"a": 1}}])
def test_sizes_are_not_asked_for_beside_evidence(sizes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="evidence finds the sizes itself"):
        BalanceConfig.model_validate(
            {"source": "x", "target": "y", "strategy": {"kind": "evidence", **sizes}}
        )
