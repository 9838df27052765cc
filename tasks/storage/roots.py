"""The folders that runs may read and write. What a path means is location's.

``EVENKEEL_ALLOWED_ROOTS`` lists them, comma-separated; prefect.yaml sets it for the
runs of its deployments, whose parameters come from anyone who may emit an event.
"""

import os
from pathlib import Path

from schemas.errors import UserError

ROOTS = "EVENKEEL_ALLOWED_ROOTS"


def check_allowed(path: Path, named: str) -> None:
    """Refuse a path outside all allowed folders.

    Args:
        path: Absolute and real, so that no link and no ``..`` is left in it.
        named: How the path was given; the message says it.

    Raises:
        UserError: The path lies in none of the folders, or one of them is no path.
            When none are set, any path will do: a laptop is its user's.
    """
    listed = os.environ.get(ROOTS, "")
    if not listed.strip():
        return
    roots = [_real(root.strip()) for root in listed.split(",") if root.strip()]
    if not any(path.is_relative_to(root) for root in roots):
        shown = ", ".join(repr(str(root)) for root in roots) or "none"
        raise UserError(
            f"{named!r} leads to {str(path)!r}, outside of the folders that this "
            f"installation may use: {shown}. Move the data there, or add a folder to "
            f"{ROOTS}, comma-separated, where the run gets its environment."
        )


def _real(root: str) -> Path:
    """Resolve a folder, which need not exist; a relative one from the run's folder."""
    try:
        return Path(root).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(
            f"{ROOTS} lists {root!r}, which cannot be a folder: {error}. Correct it."
        ) from error
