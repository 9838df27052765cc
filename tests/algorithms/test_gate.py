"""The gate lets a version out by its verdict alone."""

from typing import get_args

import pytest

from schemas.config import PublishWhen
from schemas.verdict import Verdict
from tasks.algorithms.gate import objection

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def _out(when: PublishWhen) -> set[Verdict]:
    return {verdict for verdict in VERDICTS if objection(when, verdict) is None}


def test_each_gate_lets_out_what_it_says() -> None:
    assert _out(PublishWhen.ALWAYS) == set(VERDICTS)
    assert _out(PublishWhen.UNLESS_HURT) == set(VERDICTS) - {"hurt"}
    assert _out(PublishWhen.IF_HELPED) == {"helped"}


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("when", PublishWhen)
def test_an_objection_names_the_verdict_and_the_gate(
    when: PublishWhen, verdict: Verdict
) -> None:
    said = objection(when, verdict)
    if said is not None:
        assert said.startswith("Held back: ")
        assert verdict.split()[-1] in said
        assert f"'publish: {when}'" in said
