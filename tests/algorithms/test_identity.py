"""Names of runs that were given once stay what they are, whatever fields come later."""

import pytest

from schemas.config import BalanceConfig
from tasks.algorithms.identity import comparison_key, run_key

KNOWN = [
    ({}, "11c0b637a956cb25", "f6d21d611450e9bc"),
    (
        {"strategy": {"kind": "evidence", "max_growth": 2}},
        "a6bbd350b447c2b9",
        "d0e999feabb2e6fe",
    ),
]
"""Keys as of FORMAT 4; a change of theirs has all that is published made anew."""


@pytest.mark.parametrize(("fields", "run", "comparison"), KNOWN)
def test_what_nobody_asked_for_changes_no_key(
    fields: dict[str, object], run: str, comparison: str
) -> None:
    config = BalanceConfig.model_validate({"source": "x", "target": "y", **fields})
    assert run_key(config, "0").startswith(run)
    assert comparison_key(config, "0").startswith(comparison)


@pytest.mark.parametrize(
    "later",
    [{"evaluation": {"encoding": "one_hot"}}, {"infinities": "reject"}],
)
def test_a_later_field_that_is_asked_for_names_another_run(
    later: dict[str, object],
) -> None:
    plain = {"source": "x", "target": "y"}
    one, other = map(BalanceConfig.model_validate, (plain, {**plain, **later}))
    assert run_key(one, "0") != run_key(other, "0")
    assert comparison_key(one, "0") != comparison_key(other, "0")
