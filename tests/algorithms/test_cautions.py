"""What is doubtful is said in order; what is not, is not."""

from schemas.findings import Findings, Giveaway, Memorisation, Overlap, Rarity
from tasks.algorithms.cautions import (
    cautions,
    memorisation_rows,
    memorisation_sentence,
)

CLEAN = Findings(
    overlap=Overlap(rows=90, others=360, repeated=0, same_label=0, distinct=360),
    giveaways=(),
    memorisation=(),
    rarities=(),
)
COPIED = Memorisation(
    label="yes",
    synthetic=1_000,
    real=233,
    copies=21,
    to_real=0.691,
    between_real=1.239,
    closer=0.929,
    astray=0.02,
    astray_real=0.288,
)


def with_copies(*copies: int) -> Findings:
    made = tuple(COPIED.model_copy(update={"copies": count}) for count in copies)
    return CLEAN.model_copy(update={"memorisation": made})


def test_nothing_inspected_and_nothing_found_need_no_caution() -> None:
    assert cautions(None) == cautions(CLEAN) == ()


def test_leaks_come_first_then_copies_then_rarity() -> None:
    found = with_copies(21).model_copy(
        update={
            "overlap": CLEAN.overlap.model_copy(update={"repeated": 9}),
            "giveaways": (Giveaway(column="c", label=None, score=1, rows=9),),
            "rarities": (
                Rarity(
                    label="yes", rows=7, interval=(0.2, 0.8), needed=21, source_rows=70
                ),
            ),
        }
    )
    rows, column, copies, rare = cautions(found)
    assert rows.startswith("9 of 90 holdout rows also occur in train")
    assert column.startswith("Column 'c' alone predicts the target")
    assert copies == (
        "21 of 1,000 synthetic rows of class yes that were looked at are copies of "
        "training rows."
    )
    assert rare.startswith("No verdict is possible on class 'yes': ")


def test_one_copy_in_a_hundred_is_worth_a_word() -> None:
    assert len(cautions(with_copies(9))) == 0
    assert len(cautions(with_copies(10))) == 1
    told = cautions(with_copies(*[10] * 9))
    assert len(told) == 4
    assert told[-1] == "So it is in 6 more classes."


def test_the_class_that_copies_most_is_told() -> None:
    less = COPIED.model_copy(update={"label": "no", "closer": 0.5})
    told = memorisation_sentence((less, COPIED))
    assert told.startswith("Of 1,000 synthetic rows of class yes, 92.9% lie closer")
    assert told.endswith(
        "2.0% are closest to a row of another class, and so are 28.8% of its training "
        "rows."
    )
    assert memorisation_sentence(()) == ""
    assert [row["Class"] for row in memorisation_rows((less, COPIED))] == ["no", "yes"]
