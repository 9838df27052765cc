"""Every state that a power cut may leave of a run is built, and read as a reader would.

What states there are is said in images. The same is done to runs that were mutilated:
a test that could not tell those from ours would prove nothing.
"""

import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from schemas.errors import EvenkeelError
from tests.soak.children import import_what, told
from tests.soak.datasets import NAME, Place, begin, run, versions, write_source
from tests.soak.images import Disk, lay_out, subsets
from tests.soak.record import Record, Soak
from tests.soak.steps import Step, watch_steps

_TARGET = (
    "0 readable versions that fail, 0 published ones lost, in any state POSIX allows; "
    "controls must fail"
)
CONTROLS = ("no fsync", "no folder fsync", "rename")
_PUBLISHED = "published"  # a step of ours: from here on a version must be there
_COMMIT = 12  # steps at the end of a run, which are never left out
_MEMORY = Path("/dev/shm")  # noqa: S108 - thousands of small files come and go


def crash_images(soak: Soak) -> Record:
    """Build the states of a run as it is, and of each that is mutilated."""
    import_what(partial(begin, soak.disk("images")))
    most = soak.size(32, 2)
    first, said = _count(soak, "", most, soak.size(1, 4))
    found, fine = [said], not first["bad"]
    for control in CONTROLS:
        counts, said = _count(soak, control, most, soak.size(1, 20))
        found.append(said)
        fine &= counts["bad"] > 0
    tried = (
        f"{first['steps']} steps, {first['tried']:,} choices of what lasts (all where "
        f"≤ {most}, else a sample), {first['states']:,} states that differ"
    )
    return Record("crash images", _TARGET, tried, "; ".join(found), reached=fine)


def _count(
    soak: Soak, control: str, most: int, stride: int = 1
) -> tuple[dict[str, int], str]:
    place = soak.disk(f"images-{control.replace(' ', '-') or 'ours'}")
    counts = told(partial(_tried, place, control, most, stride))
    said = f"{control or 'as it is'}: {counts['bad']:,} of {counts['states']:,} bad"
    soak.say(f"crash images: {said}, {counts['steps']} steps")
    return counts, said


def _tried(place: Place, control: str, most: int, stride: int) -> dict[str, int]:
    """Record in a child of this child, for what it patches is for good."""
    steps = [_unpacked(item) for item in told(partial(recorded, place, control))]
    return count_bad(place, steps, most, stride)


def recorded(place: Place, control: str = "") -> list[list[str]]:
    """Run twice, a rival coming between the second run and its commit; list the steps.

    Args:
        place: Where they publish.
        control: How they are mutilated; not at all when empty.
    """
    steps: list[Step] = []
    rival = iter([2])

    def publish(seed: int) -> None:
        version = run(place, seed).version
        steps.append(Step(_PUBLISHED, f"{version}", _sealed(place, version)))

    def intrude(step: Step) -> None:
        if step.to.endswith("2.json") and (seed := next(rival, None)) is not None:
            publish(seed)

    write_source(place)
    watch_steps(place.folder, before=intrude, after=steps.append)
    _mutilate(control)
    publish(0)
    publish(1)
    return [_packed(step) for step in steps]


def _packed(step: Step) -> list[str]:
    return [step.kind, step.path, step.to, step.data.hex()]


def _unpacked(item: list[str]) -> Step:
    kind, path, to, data = item
    return Step(kind, path, to, bytes.fromhex(data))


def _sealed(place: Place, number: int) -> str:
    return next(v.sha256 for v in versions(place.root) if v.number == number)


def _mutilate(control: str) -> None:
    """Leave out what makes commits last: between the run and those who watch it."""
    fsync = os.fsync

    def some(handle: int) -> None:
        is_folder = Path(os.readlink(f"/proc/self/fd/{handle}")).is_dir()  # noqa: PTH115 - text is wanted
        if is_folder != (control == "no folder fsync"):
            fsync(handle)

    if control == "rename":
        os.link = os.replace  # type: ignore[assignment] # never called otherwise here
    elif control:
        os.fsync = some  # type: ignore[assignment] # called with numbers alone


def count_bad(
    place: Place, steps: list[Step], most: int, stride: int = 1
) -> dict[str, int]:
    """Build states after each step, and read them.

    Args:
        place: Where the run was.
        steps: What it did.
        most: Choices after each step that are tried all.
        stride: How many steps on the next state is; 1 for all.

    Returns:
        Choices that were tried, steps, states that differ, and the bad among them.
    """
    seen: dict[str, bool] = {}
    tried = 0
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        blobs, image = Path(name, "blobs"), Path(name, "image")
        blobs.mkdir()
        for files, published in _states(str(place.folder), steps, most, stride):
            tried += 1
            mark = _mark(files, published)
            if mark not in seen:
                lay_out(files, blobs, (place.output, image))
                seen[mark] = _is_sound(f"{image}/{NAME}", published)
                shutil.rmtree(image, ignore_errors=True)
    bad = sum(not sound for sound in seen.values())
    return {"tried": tried, "steps": len(steps), "states": len(seen), "bad": bad}


def _states(
    root: str, steps: list[Step], most: int, stride: int
) -> Iterator[tuple[dict[str, bytes], dict[int, str]]]:
    disk, published = Disk(root), dict[int, str]()
    draws = random.Random(0)  # noqa: S311 - the same each time
    for place, step in enumerate(steps):
        if step.kind == _PUBLISHED:
            published = {**published, int(step.path): step.to}
        else:
            disk.take(step)
        if place % stride == 0 or place >= len(steps) - _COMMIT:
            for kept in subsets(disk.pending(), most, draws):
                yield disk.image(kept), published


def _mark(files: dict[str, bytes], published: dict[int, str]) -> str:
    digest = hashlib.sha256(repr(sorted(published)).encode())
    for path, data in sorted(files.items()):
        if not path.endswith(".tmp"):  # which no reader opens
            digest.update(repr((path, len(data), hash(data))).encode())
    return digest.hexdigest()


def _is_sound(root: str, published: dict[int, str]) -> bool:
    """Tell whether all readable versions are whole, the published ones among them."""
    try:
        found = versions(root)
    except EvenkeelError:
        return False
    there = {version.number: version.sha256 for version in found}
    kept = all(there.get(number) == seal for number, seal in published.items())
    return kept and all(version.whole for version in found)
