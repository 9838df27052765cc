"""Acceleration: whether models may be trained by scikit-learn-intelex on this machine.

What it trains is in algorithms.models, which may not look at the environment.
"""

import os
from importlib.util import find_spec

SWITCH = "EVENKEEL_ACCELERATE"


def accelerates() -> bool:
    """Tell whether the accelerated scikit-learn is there and not switched off.

    Returns:
        False where its wheel is not installed, or EVENKEEL_ACCELERATE is 0.
    """
    return os.environ.get(SWITCH) != "0" and find_spec("sklearnex") is not None
