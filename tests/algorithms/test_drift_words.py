"""Drift is told with its numbers, the largest change first."""

import json

from hypothesis import given
from hypothesis import strategies as st

from schemas.config import WatchConfig
from tasks.algorithms.captions import cells
from tasks.algorithms.drift import drift
from tasks.algorithms.drift_words import drift_line, drift_rows, drift_sentence
from tests import evidence

counts = st.dictionaries(
    st.text(max_size=5) | st.sampled_from(evidence.HOSTILE),
    st.integers(1, 10**9),
    max_size=8,
)
LIMITS = WatchConfig()
CARD = 37  # characters that a card shows


@given(counts, counts, st.integers(1, 10**6))
def test_any_drift_is_told_in_plain_values(
    before: dict[str, int], after: dict[str, int], version: int
) -> None:
    found = drift(before, after, version, LIMITS)
    rows, line, sentence = drift_rows(found), drift_line(found), drift_sentence(found)

    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert len(rows) == len(before | after)
    assert sum(int(str(row["Rows now"])) for row in rows) == sum(after.values())
    assert all(cells(str(row["Class"])) <= 40 for row in rows)
    assert len(line) <= CARD
    assert sentence.replace("\u200d", "").isprintable()
    assert f"version {version}" in sentence
    for said in (line, sentence):
        assert ("did not move" in said) is not found.moved


def test_the_largest_change_comes_first_with_its_sign() -> None:
    found = drift({"a": 50, "b": 50, "c": 100}, {"a": 90, "b": 40, "c": 70}, 3, LIMITS)
    rows = drift_rows(found)

    assert [(row["Class"], row["Change, points"]) for row in rows] == [
        ("a", "+20.00"),
        ("c", "-15.00"),
        ("b", "-5.00"),
    ]
    assert rows[0]["Share then"] == "25.0%"
    said = drift_sentence(found)
    assert said.startswith("Since version 3 the class priors moved (G-test p <0.001")
    assert said.endswith("most in a: 25.0% → 45.0%).")


def test_classes_that_came_and_went_are_named() -> None:
    new = {f"n{place}": 10 for place in range(7)}
    found = drift({"a": 90, "old": 10}, {"a": 30, **new}, 1, LIMITS)

    said = drift_sentence(found)
    assert "New: n0, n1, n2, n3, n4 and 2 more. Gone: old." in said
    changes = {row["Class"]: row["Change, points"] for row in drift_rows(found)}
    assert (changes["n6"], changes["old"]) == ("new", "gone")


def test_the_same_counts_moved_nowhere() -> None:
    found = drift({"a": 9, "b": 1}, {"a": 9, "b": 1}, 2, LIMITS)

    assert drift_line(found) == "G-test p 1.000, w 0.00: did not move"
    assert "most in" not in drift_sentence(found)
    assert {row["Change, points"] for row in drift_rows(found)} == {"+0.00"}


def test_nothing_to_compare_with_is_said() -> None:
    assert drift_line(None) == "No earlier version to compare with"
