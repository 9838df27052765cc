"""A case of probabilities after undersampling; tests.rare_priors has the trial."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bench import Bench, Finding
from tests.rare_priors import undersampled

_OFF = 0.25  # of an intercept
_WORSE = 0.0005  # of a Brier score


def undone(bench: Bench) -> Iterator[Finding]:
    """Undersample a class of one in a hundred to 1:1, and correct what is predicted."""
    rows = bench.size(120_000, 60_000)
    bench.say(f"probabilities: logistic regression, {rows:,} rows")
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        found = undersampled(Path(folder), rows)
    case = f"logistic regression, {rows:,} rows, prior {found.prior:.4f}, undersampled"
    logit = math.log(found.prior / (1 - found.prior))
    yield Finding(
        case,
        f"calibration intercept: logit of the prior, and 0 once corrected, ± {_OFF}",
        f"{found.before:.2f} for {logit:.2f}, and {found.after:.2f}",
        abs(found.before - logit) <= _OFF and abs(found.after) <= _OFF,
    )
    brier = found.evaluated
    yield Finding(
        case,
        f"Brier score, corrected: that of no balancing, ± {_WORSE}",
        f"{brier['balanced']:.4f}, corrected {brier['corrected']:.4f}; "
        f"{brier['baseline']:.4f} without balancing",
        abs(brier["corrected"] - brier["baseline"]) <= _WORSE,
    )
