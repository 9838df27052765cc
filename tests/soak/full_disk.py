"""Storage that gives out at each step of a run: full, over a quota, read-only.

python -m tests.soak.full_disk FOLDER EVERY prints the tally, in a mount namespace of
its own, where FOLDER is a small disk in memory. What a step is, is said in steps.
"""

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from tasks.storage.commits import data_folder, read_version
from tests.soak.children import import_what, told
from tests.soak.datasets import Place, begin, is_pointed_to, run, versions
from tests.soak.steps import Step, watch_steps

_BALLAST = "ballast"
Fail = Callable[[Path], bool]
"""Lets the storage give out; False if that is not possible just now."""


def fill(disk: Path) -> bool:
    """Write until there is no room, in a process that is not watched."""
    command = ["dd", "if=/dev/zero", f"of={disk / _BALLAST}", "bs=4k"]
    return bool(subprocess.run(command, check=False, capture_output=True).returncode)  # noqa: S603 - our own disk


def limit(_: Path) -> bool:
    """Let no file grow any more, as a quota does: write(2) then fails with EFBIG."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    return True


def lock(disk: Path) -> bool:
    """Make the disk read-only, which is refused while a file is being written."""
    return _remount(disk, "ro")


def _remount(disk: Path, how: str) -> bool:
    command = ["mount", "-o", f"remount,{how}", str(disk)]
    return not subprocess.run(command, check=False, capture_output=True).returncode  # noqa: S603 - our own disk


FAILURES: dict[str, Fail] = {"full": fill, "quota": limit, "read-only": lock}


def attempt(place: Place, failure: str, point: int) -> dict[str, Any]:
    """Run; from the n-th step on the storage gives out. Tell how it ended."""
    steps, done = count(1), [False]
    disk = Path(place.output)

    def fail(_: Step) -> None:
        if next(steps) >= point and not done[0]:
            done[0] = FAILURES[failure](disk)

    watch_steps(disk, before=fail)
    try:
        run(place, point)
    except UserError as error:
        return {"failed": done[0], "said": str(error)}
    return {"failed": done[0], "said": ""}


def look(place: Place, before: int) -> dict[str, Any]:
    """Tell what is new, and what lies where nothing should be left."""
    found, root = versions(place.root, before + 1), Path(place.root)
    listed = [f"_commits/{n:020d}.json" for n in range(1, before + len(found) + 1)]
    kept = {
        data_folder(read_version(place.root, number))
        for number, _ in enumerate(listed, 1)
    }
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    above = {path for path in files if not path.startswith("data/")}
    attempts = {f"data/{path.name}" for path in (root / "data").iterdir()}
    return {
        "moved": len(found),
        "whole": all(item.whole for item in found),
        "above": sorted(above - {*listed, "latest.json"}),
        "staged": sorted(attempts - kept),
    }


def tried(place: Place, failure: str, point: int, before: int) -> dict[str, Any]:
    """Let a run meet a failure, then run again with the storage mended."""
    ended = told(partial(attempt, place, failure, point))
    left = told(partial(look, place, before))
    _remount(Path(place.output), "rw")
    Path(place.output, _BALLAST).unlink(missing_ok=True)
    told(lambda: run(place, point).version)
    after = told(partial(look, place, before))
    pointed = told(partial(is_pointed_to, place.root))
    whole = left["whole"] and after["whole"] and pointed
    clear(place, left)
    facts = {"failure": failure, "point": point, "after": after["moved"]}
    return {**ended, **left, **facts, "whole": whole}


def clear(place: Place, left: dict[str, Any]) -> None:
    """Remove what a run left, so that the next is not blamed for it."""
    for path in left["staged"]:
        shutil.rmtree(Path(place.root, path))
    for path in left["above"]:
        Path(place.root, path).unlink()


def main(folder: str, every: str) -> None:
    """Print a line of JSON for each failure at each step."""
    disk = Path(folder)
    place = Place("disk", folder, disk.parent)
    import_what(partial(begin, place))
    before = 1
    for failure in FAILURES:
        for point in count(1, int(every)):
            line = tried(place, failure, point, before)
            before += line["after"]
            if not line["failed"]:
                break
            sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
