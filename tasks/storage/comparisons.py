"""Files of comparisons, beside the versions of a dataset and no part of any.

What is in them is decided in tasks.leaderboards.
"""

from collections.abc import Mapping

from tasks.storage.stores import store_at

FOLDER = "_compare"
LEADERBOARD = "leaderboard.json"
_KEY_SHOWN = 16


def comparison_place(root: str, key: str) -> str:
    """Give the folder of a comparison as a path or URI.

    Args:
        root: OUTPUT/NAME as a path or URI.
        key: Of the comparison, hexadecimal.
    """
    return f"{root}/{_folder(key)}"


def read_comparison(root: str, key: str) -> bytes | None:
    """Read the leaderboard of a comparison.

    Args:
        root: OUTPUT/NAME as a path or URI; it need not exist.
        key: Of the comparison, hexadecimal.

    Returns:
        The content of leaderboard.json; None if nothing was compared so.

    Raises:
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    return store_at(root).read(f"{_folder(key)}/{LEADERBOARD}")


def write_comparison(root: str, key: str, files: Mapping[str, bytes]) -> None:
    """Write the files of a comparison, leaderboard.json last: it says that all are.

    Args:
        root: OUTPUT/NAME as a path or URI.
        key: Of the comparison, hexadecimal.
        files: Contents by name. Files that are there stay as they are, each whole: a
            twin's, or those of a run that was killed before its last.

    Raises:
        UserError: The place is full or cannot be written to.
        TransientError: The storage failed.
    """
    store = store_at(root)
    for name in sorted(files, key=lambda name: (name == LEADERBOARD, name)):
        with store.stage(f"{_folder(key)}/{name}") as staged:
            staged.write(files[name])
            staged.publish()


def _folder(key: str) -> str:
    return f"{FOLDER}/{key[:_KEY_SHOWN]}"
