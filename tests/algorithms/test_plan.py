"""Laws of how many rows each class gets."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from schemas.errors import UserError
from schemas.plan import ClassPlan
from schemas.strategy import Policy, Strategy, StrategyKind
from tasks.algorithms.decide import adds_rows, decide, drops_rows, synthesises
from tasks.algorithms.plan import allocate, holdout_rows, ranks, target_rows
from tests.strategies import counts

_OPEN = {StrategyKind.AUTO, StrategyKind.EVIDENCE, StrategyKind.SAMPLER}
KINDS = st.sampled_from([kind for kind in StrategyKind if kind not in _OPEN])
SHARES = st.floats(0.01, 0.99)
RATIOS = st.floats(0.01, 1)


def _plans(
    source: dict[str, int], share: float, kind: StrategyKind, strategy: Strategy
) -> tuple[ClassPlan, ...]:
    held = {label: holdout_rows(n, share) for label, n in source.items()}
    train = {label: n - held[label] for label, n in source.items()}
    targets = target_rows(train, kind, strategy)
    return allocate(source, held, kind, targets, strategy.k_neighbors)


@given(source=counts, share=SHARES, kind=KINDS, ratio=RATIOS, k=st.integers(1, 9))
def test_every_row_has_one_fate(
    source: dict[str, int], share: float, kind: StrategyKind, ratio: float, k: int
) -> None:
    strategy = Strategy(ratio=ratio, k_neighbors=k)
    for item in _plans(source, share, kind, strategy):
        assert item.source == item.holdout + item.kept + item.dropped
        assert item.train == item.kept + item.duplicated + item.synthetic
        assert item.kept >= 1
        assert adds_rows(kind) or item.duplicated + item.synthetic == 0
        assert drops_rows(kind) or item.dropped == 0
        if item.synthetic:
            assert synthesises(kind)
            assert 1 <= item.k_neighbors <= min(k, item.kept - 1)
        low, high, extra = ranks(item)
        assert 0 <= low <= extra <= high <= item.source
        assert item.duplicated == item.kept * item.copies + extra - low


@given(source=counts, kind=KINDS, ratio=RATIOS)
def test_the_ratio_is_reached(
    source: dict[str, int], kind: StrategyKind, ratio: float
) -> None:
    assume(kind is not StrategyKind.NONE)
    after = target_rows(source, kind, Strategy(ratio=ratio))
    least, most = min(after.values()), max(after.values())
    assert least + 1 > ratio * most


@given(source=counts, ratio=RATIOS)
def test_smote_under_meets_between_the_two(
    source: dict[str, int], ratio: float
) -> None:
    over = target_rows(source, StrategyKind.SMOTE, Strategy(ratio=ratio))
    under = target_rows(source, StrategyKind.RANDOM_UNDER, Strategy(ratio=ratio))
    both = target_rows(source, StrategyKind.SMOTE_UNDER, Strategy(ratio=ratio))
    for label in source:
        assert under[label] - 1 <= both[label] <= over[label] + 1


@given(
    a=st.integers(1, 300),
    b=st.integers(1, 300),
    ratio=st.integers(1, 64).map(lambda n: n / 64),  # products are exact
)
def test_two_classes_get_the_rows_that_imbalanced_learn_gives(
    a: int, b: int, ratio: float
) -> None:
    small, large = sorted((a, b))
    assume(small < int(large * ratio))  # it refuses to do nothing
    train = {"small": small, "large": large}
    rows = [[place] for place in range(small + large)]
    labels = ["small"] * small + ["large"] * large
    for kind, sampler in (
        (StrategyKind.RANDOM_OVER, RandomOverSampler(sampling_strategy=ratio)),
        (StrategyKind.RANDOM_UNDER, RandomUnderSampler(sampling_strategy=ratio)),
    ):
        ours = target_rows(train, kind, Strategy(ratio=ratio))
        _, theirs = sampler.fit_resample(rows, labels)
        assert ours == {name: theirs.count(name) for name in train}


@given(source=counts, growth=st.floats(1, 4), kind=KINDS)
def test_growth_is_capped_and_no_addition_is_lost_below_the_cap(
    source: dict[str, int], growth: float, kind: StrategyKind
) -> None:
    free = target_rows(source, kind, Strategy())
    capped = target_rows(source, kind, Strategy(max_growth=growth))
    total = sum(source.values())
    if sum(free.values()) <= growth * total:
        assert capped == free
    for label, rows in source.items():
        assert min(rows, free[label]) <= capped[label] <= free[label]
    assert sum(capped.values()) <= growth * total


@given(source=counts, kind=KINDS)
def test_fractions_become_the_shares_of_the_training_set(
    source: dict[str, int], kind: StrategyKind
) -> None:
    assume(kind is not StrategyKind.NONE)
    share = {label: 1 / len(source) for label in source}
    after = target_rows(source, kind, Strategy(fractions=share))
    assert max(after.values()) - min(after.values()) <= 1


def test_rows_for_some_classes_leave_the_others_alone() -> None:
    strategy = Strategy(rows={"b": 7})
    after = target_rows({"a": 9, "b": 3}, StrategyKind.SMOTE, strategy)
    assert after == {"a": 9, "b": 7}


@pytest.mark.parametrize(
    ("kind", "strategy", "message"),
    [
        (StrategyKind.SMOTE, Strategy(rows={"a": 5}), "drops none, use random_under"),
        (StrategyKind.RANDOM_UNDER, Strategy(rows={"b": 5}), "adds none, use smote"),
        (StrategyKind.SMOTE, Strategy(rows={"bb": 5}), "did you mean 'b'"),
        (StrategyKind.SMOTE, Strategy(rows={"zzz": 5}), "classes: 'a', 'b'"),
        (StrategyKind.SMOTE, Strategy(fractions={"a": 1.0}), "lacks class 'b'"),
    ],
)
def test_impossible_sizes_are_refused_with_the_way_out(
    kind: StrategyKind, strategy: Strategy, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        target_rows({"a": 9, "b": 3}, kind, strategy)


@pytest.mark.parametrize(
    ("train", "policy", "kind"),
    [
        ({"a": 3, "b": 2}, Policy(), "none"),
        ({"a": 900, "b": 100}, Policy(), "smote"),
        ({"a": 900, "b": 100}, Policy(smote_up_to_rows=99), "random_under"),
        ({"a": 900, "b": 100}, Policy(undersample_above_rows=500), "smote_under"),
        ({"a": 9_000_000, "b": 10_000}, Policy(), "random_under"),
    ],
)
def test_auto_follows_the_policy_and_names_its_numbers(
    train: dict[str, int], policy: Policy, kind: str
) -> None:
    found, reason = decide(train, Strategy(), policy)
    assert found == kind
    assert f"{min(train.values()):,}" in reason
    assert f"{max(train.values()):,}" in reason


@pytest.mark.parametrize(
    ("strategy", "kind"),
    [
        (Strategy(rows={"b": 50}), "smote"),
        (Strategy(rows={"a": 50}), "random_under"),
        (Strategy(rows={"a": 50, "b": 20}), "smote_under"),
        (Strategy(rows={"a": 90}), "none"),
        (Strategy(fractions={"a": 0.6, "b": 0.4}), "smote_under"),
    ],
)
def test_auto_takes_the_strategy_that_the_sizes_need(
    strategy: Strategy, kind: str
) -> None:
    assert decide({"a": 90, "b": 10}, strategy, Policy())[0] == kind
