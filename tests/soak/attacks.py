"""Attacks as cases of the soak. What is tried is in hostile and parquet_attacks."""

from tests.soak.hostile import hostile
from tests.soak.outcome import Outcome
from tests.soak.parquet_attacks import bombs, corrupted
from tests.soak.record import Record, Soak

_FILES = "no death, hang or swollen memory: each damaged file an error that names it"
_PARAMETERS = "0 reads or writes outside the allowed roots"


def corrupted_files(soak: Soak) -> Record:
    """Read files with flipped bytes, cut short, with pages exchanged or huge sizes."""
    return _record(soak, _FILES, corrupted(soak.size(1_000, 50)))


def bomb_files(soak: Soak) -> Record:
    """Read small files that declare, or hold, what would fill any memory."""
    return _record(soak, _FILES, bombs())


def hostile_parameters(soak: Soak) -> Record:
    """Give every door paths that try to lead elsewhere."""
    return _record(soak, _PARAMETERS, hostile(step=soak.size(1, 24)))


def _record(soak: Soak, target: str, found: Outcome) -> Record:
    said = "; ".join(found.failures[:3]) or (
        f"longest {found.worst_seconds:.1f} s, largest process {found.peak_mb:,.0f} MB"
    )
    soak.say(f"{found.name}: {found.tried:,} tried, {found.failed} failed")
    fine = found.tried > 0 and not found.failed
    return Record(found.name, target, f"{found.tried:,}", said, reached=fine)
