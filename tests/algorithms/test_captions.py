"""Labels are shown on one line, in a bounded width, and stay distinct."""

from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.captions import cells, one_line, percent, printable, shorten


@given(st.text())
def test_a_line_has_only_what_can_be_seen(text: str) -> None:
    shown = one_line(text).replace("\u200d", "")

    assert shown.isprintable()


@given(st.text())
def test_text_that_can_be_seen_is_not_changed(text: str) -> None:
    if text.isprintable():
        assert one_line(text) == text


@given(st.text(max_size=8))
def test_every_label_shows(label: str) -> None:
    assert printable(label).strip()


@given(st.text(), st.integers(1, 30))
def test_short_labels_fit_and_start_alike(label: str, width: int) -> None:
    short = shorten(label, width)

    assert cells(short) <= width
    assert printable(label).startswith(short.removesuffix("…"))


def test_blank_labels_are_told_apart() -> None:
    blanks = (None, "", " ", "  ", "\t")

    assert len({printable(label) for label in blanks}) == len(blanks)


def test_a_label_of_a_megabyte_is_no_trouble() -> None:
    """It took minutes when letters were taken from its end one by one."""
    assert shorten("日本" * 500_000, 9) == "日本日本…"


@given(st.floats(0, 1))
def test_only_nothing_is_zero_percent(share: float) -> None:
    assert (percent(share) == "0.0%") is (share == 0)
