"""The cases of the soak, by name and in order. What each does is in its own module."""

from collections.abc import Callable, Mapping

from tests.soak.attacks import bomb_files, corrupted_files, hostile_parameters
from tests.soak.clocks import clocks
from tests.soak.crashes import crash_images
from tests.soak.failing_disks import failing_disks
from tests.soak.faults import faulty
from tests.soak.kills import killed
from tests.soak.nights import keyed_holdout, nights
from tests.soak.racing import concurrent
from tests.soak.record import Record, Soak
from tests.soak.wholes import whole_runs

CASES: Mapping[str, Callable[[Soak], Record]] = {
    "killed": killed,
    "crash-images": crash_images,
    "whole-runs": whole_runs,
    "concurrent": concurrent,
    "faults": faulty,
    "failing-disks": failing_disks,
    "clocks": clocks,
    "nights": nights,
    "keyed-holdout": keyed_holdout,
    "corrupted-files": corrupted_files,
    "bomb-files": bomb_files,
    "hostile-parameters": hostile_parameters,
}
