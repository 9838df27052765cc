"""What a user may ask for, and what is refused before any file is opened."""

import pytest
from pydantic import ValidationError

from schemas.config import BalanceConfig
from schemas.contest import Approach, TournamentConfig
from schemas.contract import TargetContract
from schemas.strategy import Strategy, StrategyKind


def test_a_config_survives_json() -> None:
    config = BalanceConfig(
        source="x",
        target="y",
        strategy=Strategy(fractions={"a": 0.25, "b": 0.75}),
        contract=TargetContract(allowed=("a", "b")),
    )
    assert BalanceConfig.model_validate_json(config.model_dump_json()) == config


def test_labels_are_text_whatever_yaml_reads() -> None:
    contract = TargetContract.model_validate({"allowed": [1, True, "x"]})
    assert contract.allowed == ("1", "true", "x")
    assert Strategy.model_validate({"rows": {3: 5}}).rows == {"3": 5}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"strategy": {"rows": {"a": 1}, "fractions": {"a": 1}}}, "not both"),
        ({"strategy": {"rows": {"a": 0}}}, "rows must be 1 or more"),
        ({"strategy": {"fractions": {"a": 0.5, "b": 0.4}}}, "sum to 0.9"),
        ({"strategy": {"fractions": {"a": 1.5, "b": -0.5}}}, "must be positive"),
        ({"key": ["y"]}, "cannot be key as well"),
        ({"ignore": ["y"]}, "cannot be ignore as well"),
        ({"categorical": ["y"]}, "cannot be categorical as well"),
        ({"contract": {"rare_below": 5}}, "one of rare_into and rare_drop"),
        ({"contract": {"rare_into": "z"}}, "give it and one of the two"),
        (
            {"contract": {"rare_below": 5, "rare_into": "z", "rare_drop": True}},
            "one of the two",
        ),
        (
            {"contract": {"rare_below": 5, "rare_into": "z", "allowed": ["a", "b"]}},
            "'z' is not among allowed",
        ),
        ({"strategy": {"leave": ["a"], "rows": {"a": 5}}}, "or given a size"),
        ({"strategy": {"leave": ["a"], "fractions": {"a": 1}}}, "or given a size"),
        ({"ordinal": {"y": ["a", "b"]}}, "cannot be ordinal as well"),
        ({"weight": "y"}, "cannot be weight as well"),
        ({"ordinal": {"x": ["a"]}}, "two levels or more of 'x'"),
        ({"ordinal": {"x": ["a", "b", "a"]}}, "each once"),
        ({"name": "a/b"}, "should match pattern"),
        ({"name": "a\n"}, "should match pattern"),
        ({"strateggy": {}}, "Extra inputs"),
    ],
)
def test_a_contradiction_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        BalanceConfig.model_validate({"source": "x", "target": "y", **fields})


def test_samplers_may_be_written_for_short() -> None:
    found = Strategy.model_validate({"kind": "sampler:SMOTETomek"})
    assert found == Strategy(kind=StrategyKind.SAMPLER, name="SMOTETomek")
    assert Strategy.model_validate(found.model_dump()) == found
    board = TournamentConfig.model_validate({"approaches": ["smote", "sampler:ADASYN"]})
    assert (board.approaches, board.samplers) == ((Approach.SMOTE,), ("ADASYN",))
    alone = TournamentConfig.model_validate({"approaches": ["sampler:ADASYN"]})
    assert (alone.approaches, alone.samplers) == ((Approach.NONE,), ("ADASYN",))


def test_classes_in_parameters_are_text_however_deep() -> None:
    given = {"kind": "sampler:SMOTE", "params": {"sampling_strategy": {1: 50}}}
    assert Strategy.model_validate(given).params == {"sampling_strategy": {"1": 50}}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "sampler"}, "needs the name of a sampler"),
        ({"kind": "sampler:"}, "at least 1 character"),
        ({"name": "SMOTE"}, "go with kind sampler"),
        ({"kind": "smote", "params": {"k_neighbors": 3}}, "go with kind sampler"),
        ({"kind": "sampler:SMOTE", "params": {"x": object()}}, "valid JSON"),
    ],
)
def test_half_a_sampler_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Strategy.model_validate(fields)


def test_a_tournament_wants_samplers_one_by_one() -> None:
    with pytest.raises(ValidationError, match="name samplers one by one"):
        TournamentConfig.model_validate({"approaches": ["sampler"]})
