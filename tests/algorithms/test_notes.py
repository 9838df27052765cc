"""What a decision says of exceptions: with the numbers of the plan, if it has them."""

import pytest

from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.notes import notes
from tasks.algorithms.plan import allocate

PLANS = allocate(
    {"a": 90, "b": 20}, {"a": 10, "b": 10}, StrategyKind.SMOTE, {"a": 80, "b": 40}, 5
)


@pytest.mark.parametrize("kind", ["smote", "sampler"])
def test_what_a_cap_comes_to_is_told_once_it_is_known(kind: str) -> None:
    name = "SMOTE" if kind == "sampler" else None
    strategy = Strategy(
        kind=StrategyKind(kind), name=name, max_growth=1.5, cap_rows=120
    )
    told = notes(PLANS, strategy.kind, strategy)
    end = ": 90 become 120" if kind == "smote" else ""
    assert f"Growth of the training rows is capped at 1.5 times{end}." in told
    assert f"Training rows are capped at 120{end}." in told
