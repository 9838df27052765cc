"""The history of a dataset: what each of its versions is, the one held back included.

What a version holds in full is told by published; when it was stored, by the storage.
"""

from datetime import UTC, datetime

from schemas.errors import VerificationError
from schemas.manifest import HistoryLine, Manifest
from tasks.storage.commits import COMMITS, find_version, manifest_path, numbers
from tasks.storage.held_back import held_back_path, read_held_back
from tasks.storage.stores import store_at

_NS = 1_000_000_000


def history(root: str) -> tuple[HistoryLine, ...]:
    """Tell of every version that is there, in order.

    Args:
        root: OUTPUT/NAME as a path or URI.

    Returns:
        One line for each version, damaged ones included, and one for a version held
        back, which has the number that it would have had.

    Raises:
        UserError: The place may not be read.
        TransientError: The storage failed.
    """
    log = numbers(root)
    stored = _stored(root, COMMITS)
    lines = [
        _line(root, number, stored.get(manifest_path(number)), log[-1])
        for number in log
    ]
    if held := read_held_back(root):
        path = held_back_path(held)
        when = _stored(root, path.rpartition("/")[0]).get(path)
        lines.append(_told(held, when, "held back"))
    return tuple(lines)


def _stored(root: str, folder: str) -> dict[str, str]:
    """Tell when files were stored, by the storage's clock."""
    return {
        item.path: datetime.fromtimestamp(item.modified_ns // _NS, UTC).isoformat()
        for item in store_at(root).files(folder)
    }


def _line(root: str, number: int, stored: str | None, head: int) -> HistoryLine:
    try:
        manifest = find_version(root, number)
    except VerificationError:
        return HistoryLine(version=number, stored=stored, state="damaged")
    if manifest is None:
        return HistoryLine(version=number, stored=None, state="pruned")
    return _told(manifest, stored, "published" if number == head else "")


def _told(manifest: Manifest, stored: str | None, state: str) -> HistoryLine:
    return HistoryLine.model_validate(
        {
            "version": manifest.version,
            "stored": stored,
            "state": state,
            "restores": manifest.restores and manifest.restores.version,
            "strategy": manifest.sampler.name
            if manifest.sampler
            else manifest.decision.strategy.value,
            "train": sum(item.train for item in manifest.classes),
            "holdout": sum(item.holdout for item in manifest.classes),
            "verdict": manifest.verdict,
            "run_key": manifest.run_key,
        }
    )
