"""How fast a stage goes and when it ends, and the words for it.

Moments are readings of any one clock in seconds, passed in. What a stage's rows are is
in workload; who is told is in tasks.progress.
"""

import math
from dataclasses import dataclass, replace

_ENOUGH = 2.0  # seconds to be measured before anything is foretold
_MINUTE, _HOUR = 60, 3600
_SHORT = 10  # seconds that are told with a decimal
_FLASH = 0.1  # seconds in which no rate can be measured


@dataclass(frozen=True)
class Pace:
    """How far a stage is, by the size of its parts."""

    total: int
    """Rows of all parts; 0 while they are not known."""
    unit: str
    """What is counted, in the plural."""
    began: float
    """When the stage began."""
    counted: float
    """When a part was counted last."""
    first: float | None = None
    """When a part was counted first."""
    done: int = 0
    end: float | None = None
    """When the stage will end; None until that can be told honestly."""
    over: bool = False


def begin(total: int, now: float, unit: str = "rows") -> Pace:
    """Start to measure a stage.

    Args:
        total: Rows of all parts, 0 if that is not known.
        now: The moment.
        unit: What is counted, in the plural.

    Returns:
        A pace of nothing yet.
    """
    return Pace(total=total, unit=unit, began=now, counted=now)


def advance(pace: Pace, rows: int, now: float) -> Pace:
    """Count a part that is done, and foretell the end anew.

    Args:
        pace: Before the part.
        rows: Of the part.
        now: The moment, not before the last one.

    Returns:
        The pace after the part.
    """
    first = now if pace.first is None else pace.first
    counted = replace(pace, done=pace.done + rows, counted=now, first=first)
    return replace(counted, end=_end(counted, first))


def finish(pace: Pace, now: float, rows: int | None = None) -> Pace:
    """Say that a stage is over.

    Args:
        pace: So far.
        now: The moment.
        rows: All that were worked on, if they were not counted part by part.

    Returns:
        The last pace of the stage.
    """
    done = pace.done if rows is None else rows
    return replace(pace, total=done, done=done, counted=now, end=None, over=True)


def _end(pace: Pace, first: float) -> float | None:
    """Go half of the way from what was foretold to what the mean rate says.

    Parts that run side by side end in waves: after the first part of a wave the mean
    rate is too low, and halving keeps the end from jumping to and fro. Before a second
    wave nothing is known, for the first may lack all parts but one.
    """
    spent = pace.counted - pace.began
    waves = pace.counted - first >= first - pace.began
    if spent < _ENOUGH or not waves or not pace.done:
        return None
    likely = pace.counted + (pace.total - pace.done) * spent / pace.done
    if pace.end is None:
        return likely
    return (max(pace.end, pace.counted) + likely) / 2


def left(pace: Pace, now: float) -> float | None:
    """Tell how long a stage will still take.

    Args:
        pace: When the end was foretold last.
        now: The moment.

    Returns:
        Seconds, above 0; None when too little was measured, when the stage is done, and
        when what was foretold has proved wrong.
    """
    if pace.end is None or pace.end <= now or pace.done >= pace.total:
        return None
    return pace.end - now


def percent(pace: Pace) -> float:
    """Give the share of the rows that is done, 0 to 100."""
    return 100 * pace.done / pace.total if pace.total else 0.0


def told(pace: Pace, now: float) -> str:
    """Tell how far a stage is, or how fast it was.

    Args:
        pace: Of the stage.
        now: The moment.

    Returns:
        Plain words on one line; empty for a stage that is over and counted nothing.

    >>> told(begin(0, 0.0), 3.0)
    '3 s so far'
    >>> told(finish(begin(0, 0.0), 8.0, 10_000), 8.0)
    '10,000 rows in 8.0 s, 1,250 rows/s'
    """
    if pace.over or 0 < pace.total <= pace.done:
        return _summary(pace)
    if not pace.total:
        return f"{duration(now - pace.began)} so far"
    said = [f"{pace.done:,} of {_many(pace.total, pace.unit)}"]
    if pace.end is not None:
        said.append(_rate(pace))
    ahead = left(pace, now)
    if ahead is not None:
        said.append(f"{duration(math.ceil(ahead))} left")
    else:
        said.append(f"{duration(now - pace.began)} so far")
    return ", ".join(said)


def _summary(pace: Pace) -> str:
    spent = pace.counted - pace.began
    if not pace.done:
        return ""
    if spent < _FLASH:
        return f"{_many(pace.done, pace.unit)} in under 0.1 s"
    time = f"{spent:.1f} s" if spent < _SHORT else duration(spent)
    return f"{_many(pace.done, pace.unit)} in {time}, {_rate(pace)}"


def _rate(pace: Pace) -> str:
    """Tell the mean rate by three digits, for more of them would only flicker."""
    rate = pace.done / (pace.counted - pace.began)
    digits = 2 - math.floor(math.log10(rate))
    shown = f"{round(rate, digits):,.{max(digits, 0)}f}"
    return f"{shown} {pace.unit}/s"


def _many(count: int, unit: str) -> str:
    return f"{count:,} {unit.removesuffix('s') if count == 1 else unit}"


def duration(seconds: float) -> str:
    """Tell a time in the two largest of hours, minutes and seconds.

    Args:
        seconds: 0 or more.

    Returns:
        Such as ``7 s``, ``3 min 10 s`` and ``2 h 5 min``.
    """
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    minutes = round(whole / _MINUTE)
    return f"{minutes // _MINUTE:,} h {minutes % _MINUTE} min"
