"""Names of runs that were given once stay what they are, whatever fields come later."""

import pytest

from schemas.config import BalanceConfig
from tasks.algorithms.identity import comparison_key, run_key

KNOWN = [
    ({}, "7af088d6b189986e", "68cc5bc59c178462"),
    (
        {"strategy": {"kind": "evidence", "max_growth": 2}},
        "671623a4ad457ad3",
        "24bd5d90fa6c4621",
    ),
]
"""Keys as of FORMAT 3; a change of theirs has all that is published made anew."""


@pytest.mark.parametrize(("fields", "run", "comparison"), KNOWN)
def test_what_nobody_asked_for_changes_no_key(
    fields: dict[str, object], run: str, comparison: str
) -> None:
    config = BalanceConfig.model_validate({"source": "x", "target": "y", **fields})
    assert run_key(config, "0").startswith(run)
    assert comparison_key(config, "0").startswith(comparison)


def test_a_later_field_that_is_asked_for_names_another_run() -> None:
    plain = {"source": "x", "target": "y"}
    wide = {**plain, "evaluation": {"encoding": "one_hot"}}
    one, other = map(BalanceConfig.model_validate, (plain, wide))
    assert run_key(one, "0") != run_key(other, "0")
    assert comparison_key(one, "0") != comparison_key(other, "0")
