"""How a run ended is said with what stands now and the way out."""

import pytest

from schemas.config import PublishWhen
from schemas.records import Outcome
from schemas.verdict import Verdict
from tasks.algorithms.endings import ending, ending_line
from tests import evidence

CARD = 37  # characters that a card shows


def _held_back(parent: int | None, *, again: bool = False) -> Outcome:
    made = evidence.outcome_of(evidence.drifted(), "held back", parent)
    return made.model_copy(update={"evidence": None}) if again else made


def test_a_first_and_a_later_version_are_published() -> None:
    first, later = (
        evidence.outcome_of(evidence.binary(), parent=parent) for parent in (None, 3)
    )
    assert ending(first) == (
        "mammography: version 1 is published",
        "All 1 checks passed. It is the first version.",
    )
    assert ending(later)[0] == "mammography: version 4 is published"
    assert ending(later)[1].endswith("It follows version 3.")
    assert ending_line(later) == "Version 4: published"


def test_nothing_to_do_says_how_to_do_it_all_the_same() -> None:
    outcome = evidence.outcome_of(evidence.binary(), "unchanged", 1)
    title, sentence = ending(outcome)
    assert title == "Nothing to do: version 2 of mammography is what is asked for"
    assert "--force" in sentence
    assert ending_line(outcome) == "Version 2: unchanged"


@pytest.mark.parametrize(
    ("parent", "stands"), [(None, "No version is published."), (3, "Version 3 stays.")]
)
def test_held_back_says_why_what_stands_and_the_way_out(
    parent: int | None, stands: str
) -> None:
    title, sentence = ending(_held_back(parent))
    assert title == "rings is held back: nothing was published"
    assert sentence.startswith("Held back: balancing hurt, and 'publish: unless_hurt'")
    assert stands in sentence
    assert "'publish: always'" in sentence
    assert "no work was done" not in sentence


def test_held_back_again_says_that_nothing_was_done() -> None:
    title, sentence = ending(_held_back(3, again=True))
    assert title == "rings is still held back: nothing was done"
    assert "so no work was done" in sentence
    assert ending_line(_held_back(3, again=True)) == "Still held back: hurt"


@pytest.mark.parametrize("verdict", ["hurt", "no difference", "not evaluated"])
@pytest.mark.parametrize("parent", [None, 999])
def test_a_card_has_room_for_the_line(verdict: Verdict, parent: int | None) -> None:
    outcome = _held_back(parent)
    config = outcome.manifest.config.model_copy(
        update={"publish": PublishWhen.IF_HELPED}
    )
    manifest = outcome.manifest.model_copy(
        update={"verdict": verdict, "config": config}
    )
    line = ending_line(outcome.model_copy(update={"manifest": manifest}))
    assert verdict in line
    assert len(line) <= CARD
