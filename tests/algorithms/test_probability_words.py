"""What is said of probabilities is what was measured of them."""

import pytest

from tasks.algorithms import figures, rendering
from tasks.algorithms.probability_words import probability_sentence, remedy_tried
from tasks.algorithms.tables import per_class_rows, score_rows
from tasks.algorithms.workload import call_size
from tests import evidence

WHOLE = evidence.binary().evaluation
assert WHOLE is not None
BALANCED = WHOLE.models[2].scores


@pytest.mark.parametrize(
    ("brier", "loss", "judgement"),
    [
        (0, 0, "better in both"),
        (0, 9, "better in the Brier score alone"),
        (9, 0, "better in the log loss alone"),
        (BALANCED.brier, BALANCED.log_loss, "better in neither"),
    ],
)
@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("corrected", "Corrected by the formula"),
        ("calibrated", "Calibrated on training rows that were set aside"),
    ],
)
def test_a_remedy_is_judged_by_both_scores(
    name: str, start: str, brier: float, loss: float, judgement: str
) -> None:
    found = evidence.remedied(name, brier, loss)
    said = probability_sentence(found)
    assert remedy_tried(found) == name
    assert f"{start}, they have a Brier score of {brier:.3f}" in said
    assert f"log loss of {loss:.3f}: {judgement}." in said
    assert f"{BALANCED.brier:.3f}" in said


def test_without_a_remedy_nothing_is_said() -> None:
    assert probability_sentence(None) == probability_sentence(WHOLE) == ""
    assert remedy_tried(None) is remedy_tried(WHOLE) is None


@pytest.mark.parametrize("name", ["corrected", "calibrated"])
def test_a_remedy_is_in_table_and_picture_and_on_both_pages(name: str) -> None:
    found = evidence.remedied(name, 0.1, 0.2)
    made = evidence.binary().model_copy(update={"evaluation": found})
    rows = score_rows(found)
    assert {row["Metric"]: row[name.capitalize()] for row in rows}["Brier score"] == 0.1
    assert not any(name in column for column in per_class_rows(found)[0])
    assert name in figures.calibration(found).decode()
    assert name not in figures.confusion(found).decode()
    said = probability_sentence(found)
    assert said in rendering.html(made, {})
    assert f"{name.capitalize()}: " in rendering.html(made, {})
    assert said in rendering.markdown(made, {})


def test_a_correction_trains_nothing_and_a_calibration_does() -> None:
    rows = WHOLE.models[2].train_rows if WHOLE else 0
    plain, corrected, calibrated = (
        call_size((), found)
        for found in (
            WHOLE,
            evidence.remedied("corrected", 0, 0),
            evidence.remedied("calibrated", 0, 0),
        )
    )
    assert plain == corrected
    assert calibrated == (plain or 0) + rows
