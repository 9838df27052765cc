"""The folders that runs may read and write. What a path means is location's.

``EVENKEEL_ALLOWED_ROOTS`` lists them, comma-separated; prefect.yaml sets it for the
runs of its deployments, whose parameters come from anyone who may emit an event.
"""

import os
from pathlib import Path

from schemas.errors import UserError
from tasks.storage.addresses import Address, address

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
    listed = _listed()
    if listed is None:
        return
    roots = [_real(root) for root in listed if not address(root)]
    if not any(path.is_relative_to(root) for root in roots):
        raise _outside(named, str(path), listed)


def check_allowed_uri(place: Address, named: str) -> None:
    """Refuse an object outside all allowed places.

    Args:
        place: An object or a prefix.
        named: How it was given; the message says it.

    Raises:
        UserError: It lies in none of the places. When none are set, any will do.
    """
    listed = _listed()
    if listed is None:
        return
    roots = filter(None, map(address, listed))
    if not any(f"{place.uri}/".startswith(f"{root.uri}/") for root in roots):
        raise _outside(named, place.uri, listed)


def _listed() -> list[str] | None:
    listed = os.environ.get(ROOTS, "")
    if not listed.strip():
        return None
    return [root.strip() for root in listed.split(",") if root.strip()]


def _outside(named: str, place: str, listed: list[str]) -> UserError:
    roots = [root if address(root) else str(_real(root)) for root in listed]
    shown = ", ".join(map(repr, roots)) or "none"
    return UserError(
        f"{named!r} leads to {place!r}, outside of the folders that this "
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
