"""Everything that is measured of a candidate: its name, its direction, what it can be.

How each is computed is in metrics, curves and the engine.
"""

import math
from typing import NamedTuple

from schemas.evaluation import Metric
from tasks.algorithms.tables import METRICS

_ANY = (-math.inf, math.inf)
_POSITIVE = (0.0, math.inf)


class Measure(NamedTuple):
    """What there is to know of a measure."""

    name: str
    """For people."""
    better: str
    """higher or lower; else what is right, or where it comes from."""
    bounds: tuple[float, float] = (0, 1)
    """What it can be at all."""


_BOUNDS = {
    Metric.MCC: (-1.0, 1.0),
    Metric.BRIER: (0.0, 2.0),
    Metric.LOG_LOSS: _POSITIVE,
}

MEASURES = {
    metric.value: Measure(name, better, _BOUNDS.get(metric, (0.0, 1.0)))
    for metric, (name, better) in METRICS.items()
} | {
    "calibration_intercept": Measure("calibration intercept", "0 is right", _ANY),
    "calibration_slope": Measure("calibration slope", "1 is right", _ANY),
    "expected_calibration_error": Measure("calibration error", "lower"),
    "threshold": Measure("threshold", "tuned"),
    "cost": Measure("cost per row", "lower", _POSITIVE),
    "train_rows": Measure("training rows", "resampled", _POSITIVE),
    "fit_seconds": Measure("seconds to fit", "lower", _POSITIVE),
    "rank": Measure("mean rank", "lower", (1, math.inf)),
}
"""By the name of the field of its scores or of its result; rank is made of all."""


def gain_sign(measure: str) -> int:
    """Give 1 where more is better, -1 where less is.

    >>> gain_sign("macro_f1"), gain_sign("brier")
    (1, -1)
    """
    return -1 if MEASURES[measure].better == "lower" else 1
