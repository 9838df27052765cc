"""Comparing from end to end: what is read, what is written, and on any engine."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.compare import compare
from flows.comparison import compare_dataset, hold_tournament
from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.contest import Approach
from schemas.errors import UserError
from schemas.tournament import Leaderboard
from tasks.algorithms.labels import encode
from tasks.algorithms.leaderboard_words import card
from tasks.algorithms.tournament import Arena
from tasks.environment import ENGINE
from tasks.running import DirectRunner
from tasks.sampling import plan_comparison
from tasks.survey import survey_source
from tasks.tournament import arena
from tests.datasets import request
from tests.s3 import S3

PLAYED = ("threshold", "random_under_corrected", "smote")
QUICK: dict[str, object] = {
    "approaches": PLAYED,
    "ratios": [0.5],
    "folds": 2,
    "repeats": 1,
}


def asked(folder: Path, name: str = "glass", **tournament: object) -> BalanceConfig:
    return request(
        name,
        folder / "out",
        tournament={**QUICK, **tournament},
        evaluation={"trees": 5},
    )


def without_seconds(board: Leaderboard) -> Leaderboard:
    """Leave out the one figure that does not repeat."""
    return board.model_copy(
        update={
            "standings": tuple(
                one.model_copy(
                    update={
                        "estimates": {
                            name: found
                            for name, found in one.estimates.items()
                            if name != "fit_seconds"
                        }
                    }
                )
                for one in board.standings
            )
        }
    )


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Leaderboard:
    config = asked(tmp_path_factory.mktemp("expected"))
    return without_seconds(compare_dataset(config, DirectRunner()).leaderboard)


def test_what_is_written_is_found_again(tmp_path: Path) -> None:
    config = asked(tmp_path)
    found = compare_dataset(config, DirectRunner())
    assert found.status == "compared"
    files = {file.name for file in Path(found.place).iterdir()}
    kinds = ("html", "md", "csv", "json")
    assert files == {f"leaderboard.{kind}" for kind in kinds}
    again = compare_dataset(config, DirectRunner())
    assert (again.status, again.place) == ("unchanged", found.place)
    assert again.leaderboard == found.leaderboard
    other = config.model_copy(update={"seed": 1})
    assert compare_dataset(other, DirectRunner()).place != found.place


def test_nothing_else_is_left_and_versions_are_not_disturbed(tmp_path: Path) -> None:
    config = asked(tmp_path)
    compared = compare_dataset(config, DirectRunner())
    root = Path(compared.place).parents[1]
    assert not [file for file in root.rglob("*") if file.suffix == ".parquet"]
    first = balance_dataset(config, DirectRunner())
    assert (first.status, first.manifest.version) == ("published", 1)
    assert balance_dataset(config, DirectRunner()).status == "unchanged"
    assert compare_dataset(config, DirectRunner()).status == "unchanged"


def test_the_candidates_that_were_asked_for_stand_in_the_leaderboard(
    expected: Leaderboard,
) -> None:
    found = {one.candidate.approach for one in expected.standings}
    assert found == {Approach.NONE, *map(Approach, PLAYED)}
    assert expected.recommendation.candidate in {
        one.candidate for one in expected.standings
    }
    assert expected.sentinel
    assert expected.rows == sum(expected.classes.values()) == 171
    assert not expected.capped


def test_samplers_play_too_by_name(tmp_path: Path) -> None:
    names = ["sampler:TomekLinks", "sampler:RandomUnderSampler"]
    config = asked(tmp_path, approaches=names, learners=["balanced_random_forest"])
    board = compare_dataset(config, DirectRunner()).leaderboard
    assert {one.name.partition(",")[0] for one in board.standings} == {
        "none",
        "TomekLinks",
        "RandomUnderSampler to 1:2",
    }
    with pytest.raises(UserError, match="the nearest name is 'TomekLinks'"):
        compare_dataset(asked(tmp_path, samplers=["Tomek"]), DirectRunner())


def test_a_sampler_that_cannot_work_on_a_fold_is_left_out_by_name(
    tmp_path: Path,
) -> None:
    config = asked(
        tmp_path,
        approaches=["random_under", "sampler:SMOTE", "sampler:TomekLinks"],
        sentinel=True,
    )
    few = config.strategy.model_copy(update={"k_neighbors": 60})
    config = config.model_copy(update={"strategy": few})
    board = compare_dataset(config, DirectRunner()).leaderboard
    assert {one.name.partition(",")[0] for one in board.standings} == {
        "none",
        "random_under to 1:2",
        "TomekLinks",
    }
    assert board.sentinel
    (told,) = [note for note in board.notes if note.startswith("Left out")]
    assert told.startswith("Left out: SMOTE to 1:2, ")
    assert "In fold 1 of repeat 1 SMOTE cannot work on these" in told
    assert "--k-neighbors" in told


BY_GROUP = {"split": {"kind": "group", "column": "g"}}
BY_TIME = {"split": {"kind": "time", "column": "id"}, "ignore": ["id"]}


@pytest.mark.parametrize("fields", [{}, {"key": ["id"]}, BY_GROUP, BY_TIME])
def test_no_row_of_the_holdout_is_compared_on(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    rng, rows = np.random.default_rng(0), 3_000
    source = tmp_path / "drawn.parquet"
    table = pa.table(
        {
            "id": np.arange(rows),
            "x": np.arange(rows) + 0.5,
            "g": np.arange(rows) // 5,
            "y": np.where(rng.random(rows) < 0.1, "rare", "usual"),
        }
    )
    pq.write_table(table, source)
    config = BalanceConfig.model_validate(
        {
            "source": str(source),
            "target": "y",
            **fields,
            "output": str(tmp_path / "out"),
            "strategy": {"kind": "none"},
            "evaluation": {"evaluator": "none"},
            "tournament": {"max_rows": 500, "approaches": ["none"]},
        }
    )
    seen = _compared_on(config)
    outcome = balance_dataset(config, DirectRunner())
    folder = Path(outcome.root, outcome.manifest.files[0].path).parents[1]
    train = pq.read_table(folder / "train")
    assert set(seen.column("x").to_pylist()) <= set(train.column("x").to_pylist())
    rare = np.bincount(encode(seen.column("y"), ["rare", "usual"])) / seen.num_rows
    assert rare[0] == pytest.approx(0.1, abs=0.02)
    assert 495 <= seen.num_rows <= 505


def test_folds_keep_the_groups_of_the_split_together(tmp_path: Path) -> None:
    source = tmp_path / "firms.parquet"
    firms, rng = np.arange(400) // 8, np.random.default_rng(1)
    table = {"firm": firms, "x": np.arange(400) + 0.5, "y": rng.integers(0, 2, 400)}
    pq.write_table(pa.table(table), source)
    config = BalanceConfig.model_validate(
        {
            "source": str(source),
            "target": "y",
            "output": str(tmp_path / "out"),
            "split": {"kind": "group", "column": "firm"},
            "tournament": {"approaches": ["none"], "folds": 3, "repeats": 2},
            "evaluation": {"trees": 5},
        }
    )
    found: list[Arena] = []
    _watch(config, lambda played: found.append(deepcopy(played)))
    groups, deals = found[0].groups, found[0].deals
    assert groups is not None
    assert 1 < len(np.unique(groups)) < 50
    assert found[0].rows.column_names == ["x", "y"]
    for deal in deals:
        assert len(np.unique(deal)) == 3
        assert len(set(zip(groups, deal, strict=True))) == len(np.unique(groups))


def _compared_on(config: BalanceConfig) -> pa.Table:
    """Hold a tournament, and copy what matches are played on."""
    seen: list[pa.Table] = []
    _watch(
        config,
        lambda played: seen.append(pa.Table.from_pylist(played.rows.to_pylist())),
    )
    return seen[0]


def _watch(config: BalanceConfig, look: Callable[[Arena], None]) -> None:
    """Hold a tournament, and look at what matches are played on while it is there."""

    class Watching(DirectRunner):
        def __call__(self, stage, *args):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN002, ANN204
            if stage.name == "rank":
                _, given, survey, schedule, attempt = args
                look(arena(given, survey, schedule.plan, attempt))
            return super().__call__(stage, *args)

    hold_tournament(config, survey_source.fn(config), Watching())


def test_small_classes_keep_a_row_for_each_fold(tmp_path: Path) -> None:
    config = asked(tmp_path, "hypothyroid", max_rows=100, folds=2)
    plan = plan_comparison.fn(config, survey_source.fn(config))
    kept = {item.label: item.kept for item in plan.classes}
    assert kept["secondary_hypothyroid"] == 2
    assert sum(kept.values()) == pytest.approx(100, abs=3)


def test_in_a_bucket_it_is_the_same(
    tmp_path: Path, s3: S3, expected: Leaderboard
) -> None:
    config = asked(tmp_path).model_copy(update={"output": f"s3://{s3.bucket()}/out"})
    found = compare_dataset(config, DirectRunner())
    assert without_seconds(found.leaderboard) == expected
    assert found.place.startswith(f"{config.output}/glass/_compare/")
    assert compare_dataset(config, DirectRunner()).status == "unchanged"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"group": "one"}, "the group column has 1 values"),
        ({"group": "list"}, "group column 'list' has type list"),
        ({"group": "nobody"}, "there is no column 'nobody'"),
        ({"folds": 20, "max_rows": 100}, "no class has 20"),
    ],
)
def test_what_cannot_be_compared_is_told(
    tmp_path: Path, fields: dict[str, object], said: str
) -> None:
    rows = {"one": ["k"] * 24, "x": range(24), "list": [[1]] * 24, "y": ["a", "b"] * 12}
    source = tmp_path / "few.parquet"
    pq.write_table(pa.table(rows), source)
    config = BalanceConfig.model_validate(
        {
            "source": str(source),
            "target": "y",
            "ignore": ["list"],
            "output": str(tmp_path / "out"),
            "tournament": {**QUICK, **fields},
        }
    )
    with pytest.raises(UserError, match=said):
        compare_dataset(config, DirectRunner())
    assert not list((tmp_path / "out").rglob("*.parquet"))


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("engine", ["threads", "processes", "dask"])
def test_the_engine_does_not_show(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected: Leaderboard,
    engine: str,
) -> None:
    monkeypatch.setenv(ENGINE, engine)
    monkeypatch.setenv("DASK_TEMPORARY_DIRECTORY", str(tmp_path / "dask"))
    found = compare(asked(tmp_path))
    assert found.status == "compared"
    assert without_seconds(found.leaderboard) == expected


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_a_flow_run_shows_what_it_found(tmp_path: Path) -> None:
    config = asked(tmp_path).model_copy(update={"name": "panes_compared"})
    board = compare(config).leaderboard
    for kind in ("leaderboard", "recommendation"):
        (shown,) = _artifacts(f"panes-compared-{kind}")
        assert shown.description == card(board)
        assert "none" in str(shown.data)


def _artifacts(key: str) -> list[Any]:
    with get_client(sync_client=True) as client:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        return list(client.read_artifacts(artifact_filter=wanted))
