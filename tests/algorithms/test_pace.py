"""How fast a stage goes and when it ends: never in the past, and true at a steady rate.

Every moment is a number that the test chooses; no test waits.
"""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.algorithms.pace import (
    Pace,
    advance,
    begin,
    duration,
    finish,
    left,
    percent,
    told,
)

moments = st.floats(0, 1e6)
waits = st.floats(0, 1e4)
parts = st.lists(st.tuples(st.integers(0, 10**7), waits), max_size=30)
"""Rows of each part, and the seconds since the one before."""
rates = st.floats(0.1, 1e7)


def _run(start: float, counted: list[tuple[int, float]]) -> list[tuple[Pace, float]]:
    """Give the pace after each part, and the moment."""
    now, pace = start, begin(sum(rows for rows, _ in counted), start)
    paces = [(pace, now)]
    for rows, wait in counted:
        now += wait
        pace = advance(pace, rows, now)
        paces.append((pace, now))
    return paces


def _steady(rate: float, sizes: list[int]) -> list[tuple[Pace, float]]:
    """Let one worker do parts of any size, at one rate."""
    return _run(0.0, [(rows, rows / rate) for rows in sizes])


@given(moments, parts, waits)
def test_time_left_is_never_negative_nor_nothing(
    start: float, counted: list[tuple[int, float]], later: float
) -> None:
    for pace, now in _run(start, counted):
        ahead = left(pace, now + later)
        assert ahead is None or ahead > 0


@given(rates, st.lists(st.integers(1, 10**7), min_size=1, max_size=30))
def test_at_a_steady_rate_the_end_is_the_end(rate: float, sizes: list[int]) -> None:
    end = sum(sizes) / rate
    for pace, now in _steady(rate, sizes):
        ahead = left(pace, now)
        assert ahead is None or now + ahead == pytest.approx(end)


@given(rates, st.lists(st.integers(1, 10**4), min_size=3, max_size=30))
def test_what_was_measured_for_long_enough_is_told(
    rate: float, sizes: list[int]
) -> None:
    for pace, now in _steady(rate, sizes)[2:-1]:
        waves = sizes[0] / rate < 0.49 * now
        if waves and now > 2 and pace.done < pace.total:
            assert left(pace, now) is not None


@given(moments, parts)
def test_nothing_is_foretold_within_two_seconds_or_one_wave(
    start: float, counted: list[tuple[int, float]]
) -> None:
    for pace, now in _run(start, counted):
        first = start if pace.first is None else pace.first
        if now - start < 2 or now - first < first - start:
            assert left(pace, now) is None
            assert "left" not in told(pace, now)
            assert (
                pace.over or "/s" not in told(pace, now) or not pace.total - pace.done
            )


@given(moments, parts, st.floats(0, 100))
def test_between_parts_the_time_left_falls_as_time_passes(
    start: float, counted: list[tuple[int, float]], later: float
) -> None:
    for pace, now in _run(start, counted):
        before, after = left(pace, now), left(pace, now + later)
        if before is None:
            assert after is None
        else:
            assert (after or 0) == pytest.approx(max(before - later, 0), abs=1e-6)


@given(moments, parts)
def test_a_part_moves_the_end_no_further_than_halfway(
    start: float, counted: list[tuple[int, float]]
) -> None:
    paces = _run(start, counted)
    for (before, _), (after, now) in pairwise(paces):
        if before.end is None or after.end is None:
            continue
        said = max(before.end, now)
        rest = (after.total - after.done) * (now - start)
        likely = now + rest / after.done
        assert after.end - said == pytest.approx((likely - said) / 2, abs=1e-3)


@pytest.mark.parametrize("workers", [1, 2, 4, 8])
def test_waves_of_workers_end_when_foretold(workers: int) -> None:
    waves, second = 20, 3.0
    pace, ends = begin(waves * workers * 10, 0.0), []
    for wave in range(1, waves + 1):
        for worker in range(workers):
            pace = advance(pace, 10, wave * second + worker / 1_000)
        ends.append(pace.end)
    true = waves * second
    assert ends[0] is None
    assert ends[1:] == pytest.approx([true] * (waves - 1), rel=0.2)
    assert ends[9:] == pytest.approx([true] * (waves - 9), rel=0.03)


@given(moments, parts, waits)
def test_words_are_one_line_and_name_the_rows(
    start: float, counted: list[tuple[int, float]], later: float
) -> None:
    for pace, now in _run(start, counted):
        words = told(pace, now + later)
        assert words.isprintable()
        assert 0 <= percent(pace) <= 100
        assert "-" not in words
        if pace.total:
            assert f"{pace.done:,}" in words


@given(st.floats(0, 1e7))
def test_a_duration_can_be_read_back(seconds: float) -> None:
    sizes = {"h": 3600, "min": 60, "s": 1}
    said = re.findall(r"([\d,]+) (h|min|s)", duration(seconds))
    read = sum(int(count.replace(",", "")) * sizes[unit] for count, unit in said)
    assert abs(read - seconds) <= (0.5 if seconds < 3599 else 31)
    assert all(int(count) < 60 for count, unit in said if unit != "h")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (190, "3 min 10 s"),
        (3599.9, "1 h 0 min"),
        (7500, "2 h 5 min"),
        (100 * 3600, "100 h 0 min"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_stage_is_told_from_its_begin_to_its_end() -> None:
    pace = begin(5_000, 100.0)
    assert told(pace, 101.0) == "0 of 5,000 rows, 1 s so far"
    pace = advance(pace, 1_000, 102.0)
    assert told(pace, 103.0) == "1,000 of 5,000 rows, 3 s so far"
    pace = advance(pace, 1_000, 104.0)
    assert told(pace, 104.0) == "2,000 of 5,000 rows, 500 rows/s, 6 s left"
    assert told(pace, 106.5) == "2,000 of 5,000 rows, 500 rows/s, 4 s left"
    # The next part is so late that what was foretold is wrong.
    assert told(pace, 120.0) == "2,000 of 5,000 rows, 500 rows/s, 20 s so far"
    pace = advance(pace, 3_000, 125.0)
    assert told(pace, 126.0) == "5,000 rows in 25 s, 200 rows/s"
    assert told(finish(pace, 126.0), 200.0) == "5,000 rows in 26 s, 192 rows/s"
    assert percent(pace) == 100


@given(st.integers(1, 10**12), st.floats(0.1, 1e6))
def test_a_rate_is_true_to_three_digits(rows: int, seconds: float) -> None:
    words = told(finish(begin(0, 0.0), seconds, rows), seconds)
    (shown,) = re.findall(r"([\d,.]+) rows/s", words)
    assert float(shown.replace(",", "")) == pytest.approx(rows / seconds, rel=0.006)


def test_parts_are_counted_where_there_are_no_rows() -> None:
    pace = advance(begin(12, 0.0, "parts"), 1, 2.0)
    assert told(pace, 2.0) == "1 of 12 parts, 2 s so far"
    assert told(finish(pace, 4.0), 4.0) == "1 part in 4.0 s, 0.250 parts/s"


@given(moments, waits)
def test_a_stage_without_rows_ends_without_a_word(start: float, spent: float) -> None:
    assume(start + spent >= start)
    pace = begin(0, start)
    assert told(pace, start + spent).endswith("so far")
    assert told(finish(pace, start + spent), start + spent) == ""
    assert percent(pace) == 0


def test_what_took_no_time_had_no_rate() -> None:
    assert told(finish(begin(0, 5.0), 5.01, 1_000), 5.01) == "1,000 rows in under 0.1 s"
