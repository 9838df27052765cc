"""What may leak is said with its numbers, and what is chance is called so."""

from schemas.findings import Giveaway, Overlap
from tasks.algorithms.suspects import suspects

CLEAN = Overlap(rows=900, others=3_600, repeated=0, same_label=0, distinct=3_600)
SOME = CLEAN.model_copy(update={"repeated": 12, "same_label": 11})


def test_nothing_found_is_nothing_said() -> None:
    assert suspects(CLEAN, (), folds=False) == ()


def test_repeated_rows_are_counted_on_their_side() -> None:
    (holdout,) = suspects(SOME, (), folds=False)
    start = "12 of 900 holdout rows also occur in train, 11 of them with the same label"
    assert holdout.startswith(f"{start}: scores on those measure memory.")
    (folds,) = suspects(SOME, (), folds=True)
    assert folds.startswith("12 of 900 rows also occur in another fold")


def test_rows_that_repeat_with_other_labels_are_no_help_to_a_model() -> None:
    (told,) = suspects(SOME.model_copy(update={"same_label": 0}), (), folds=True)
    assert told.endswith(
        "0 of them with the same label: a model that remembers them is wrong."
    )


def test_a_sample_says_at_least_and_a_coarse_table_that_it_is_chance() -> None:
    sampled = SOME.model_copy(update={"sampled": True, "distinct": 40})
    (told,) = suspects(sampled, (), folds=False)
    assert told.startswith("At least 12 of 900")
    assert told.endswith(
        "features take only 40 different values in 3,600 rows, so that is to be "
        "expected."
    )


def test_columns_are_named_with_what_they_tell() -> None:
    copy = Giveaway(column="copy", label=None, score=1, rows=300)
    died = Giveaway(column="died\nof", label="<b>", score=0.995, rows=12)
    one, other = suspects(CLEAN, (copy, died), folds=False)
    assert one.startswith(
        "Column 'copy' alone predicts the target (balanced accuracy 1.000, 300 rows"
    )
    assert "class <b> (balanced accuracy 0.995" in other
    assert "\n" not in other


def test_many_columns_are_counted() -> None:
    many = [Giveaway(column=f"c{n}", label=None, score=1, rows=9) for n in range(8)]
    told = suspects(CLEAN, many, folds=False)
    assert len(told) == 6
    assert told[-1] == "So do 3 more columns."
