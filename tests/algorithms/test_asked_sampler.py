"""How a sampler is set up: a config's sizes and neighbours in the library's terms."""

import pytest

from schemas.errors import UserError
from schemas.plan import SamplerUse
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.asked_sampler import (
    asked_sampler,
    by_code,
    cleans,
    cleans_after,
    grows,
    sized_like,
)
from tasks.algorithms.samplers import sampler_names

TRAIN = {"a": 100, "b": 40, "c": 10}


def asked(name: str, **fields: object) -> SamplerUse:
    given = {"kind": "sampler", "name": name, **fields}
    return asked_sampler(Strategy.model_validate(given), TRAIN)


@pytest.mark.parametrize("name", sampler_names())
def test_by_itself_a_sampler_is_as_the_library_has_it(name: str) -> None:
    assert asked(name) == SamplerUse(name=name, params={})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SMOTE", StrategyKind.RANDOM_OVER),
        ("SMOTEENN", StrategyKind.RANDOM_OVER),
        ("NearMiss", StrategyKind.RANDOM_UNDER),
        ("ClusterCentroids", StrategyKind.RANDOM_UNDER),
        ("TomekLinks", None),
    ],
)
def test_what_sizes_a_sampler_reaches(name: str, kind: StrategyKind | None) -> None:
    assert sized_like(name) is kind
    assert cleans(name) == (kind is None)
    assert grows(name) == (kind is StrategyKind.RANDOM_OVER)
    assert cleans_after(name) == (name == "SMOTEENN")


@pytest.mark.parametrize(
    ("name", "fields", "sizes"),
    [
        ("SMOTE", {"ratio": 0.5}, {"b": 50, "c": 50}),
        ("NearMiss", {"ratio": 0.5}, {"a": 20, "b": 20}),
        ("SMOTE", {"rows": {"c": 30}}, {"c": 30}),
        ("SMOTE", {"max_growth": 1.0}, {}),
        ("SMOTE", {"leave": ["a"]}, {"c": 40}),
        ("NearMiss", {"cap_rows": 30}, {"a": 10, "b": 10}),
        ("TomekLinks", {"leave": ["a"]}, ["b"]),
    ],
)
def test_sizes_are_rows_of_the_classes_that_change(
    name: str, fields: dict[str, object], sizes: object
) -> None:
    assert asked(name, **fields).params == {"sampling_strategy": sizes}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("SMOTE", {"k_neighbors": 2}),
        ("SMOTETomek", {"smote__k_neighbors": 2}),
        ("TomekLinks", {}),
    ],
)
def test_neighbours_go_where_there_are_any(name: str, params: dict[str, int]) -> None:
    assert asked(name, k_neighbors=2).params == params
    assert asked(name, k_neighbors=2, params=params).params == params


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("Smote", {}, "nearest name is 'SMOTE'"),
        ("SMOTE", {"params": {"k": 1}}, "Its parameters are sampling_strategy"),
        ("TomekLinks", {"ratio": 0.5}, "finds for itself how many"),
        ("SMOTEENN", {"leave": ["a"]}, "leaves none as it is"),
        ("SMOTE", {"rows": {"a": 5}}, "reaches what random_over does.*drops none"),
        ("SMOTENC", {"params": {"categorical_features": [0]}}, "told by evenkeel"),
        (
            "SMOTE",
            {"ratio": 0.5, "params": {"sampling_strategy": "auto"}},
            "sizes twice",
        ),
    ],
)
def test_what_cannot_be_set_up_is_refused(
    name: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        asked(name, **fields)


def test_classes_are_told_by_code() -> None:
    use = SamplerUse(name="SMOTE", params={"sampling_strategy": {"c": 30, "b": 50}})
    labels = ("a", "b", "c")
    assert by_code(use, labels, []) == {"sampling_strategy": {2: 30, 1: 50}}
    some = SamplerUse(name="TomekLinks", params={"sampling_strategy": ["a", "c"]})
    assert by_code(some, labels, []) == {"sampling_strategy": [0, 2]}
    nominal = SamplerUse(name="SMOTENC", params={})
    assert by_code(nominal, labels, [3]) == {"categorical_features": [3]}
