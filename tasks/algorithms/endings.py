"""How a run ended, in words that say what is to be done, if anything.

What the evaluation came to is in wording.
"""

from schemas.manifest import Manifest
from schemas.records import Outcome
from tasks.algorithms.gate import objection

_UNCHANGED = (
    "Source, config and seed are those of this version, which is published and whole. "
    "--force (force in the UI's form) makes it anew."
)
_SAME = "Source, config and seed are the same since, so no work was done."
_NOTHING = "No version is published."
_KEPT = "Its data and report are kept until another version is held back."


def ending(outcome: Outcome) -> tuple[str, str]:
    """Say how a run ended.

    Args:
        outcome: Of the run.

    Returns:
        A title, and sentences that say why and what stands now. Plain text.
    """
    manifest = outcome.manifest
    name, version = manifest.dataset, manifest.version
    match outcome.status:
        case "published":
            title = f"{name}: version {version} is published"
            checked = f"All {len(manifest.checks)} checks passed."
            return title, f"{checked} {_follows(manifest)}"
        case "unchanged":
            title = f"Nothing to do: version {version} of {name} is what is asked for"
            return title, _UNCHANGED
        case "rolled back":
            title = f"Nothing was published: version {version} of {name} stays"
            return title, _stays(manifest)
        case "held back":
            if outcome.evidence:
                return f"{name} is held back: nothing was published", _aside(outcome)
            return f"{name} is still held back: nothing was done", _aside(outcome)


def heading(manifest: Manifest) -> str:
    """Name a version."""
    old = manifest.restores
    restored = f", restores version {old.version}" if old else ""
    return f"{manifest.dataset}, version {manifest.version}{restored}"


def ending_line(outcome: Outcome) -> str:
    """Say how a run ended, in the width of a card."""
    manifest = outcome.manifest
    if outcome.status != "held back":
        return f"Version {manifest.version}: {outcome.status}"
    if outcome.evidence is None:
        return f"Still held back: {manifest.verdict}"
    stands = f", v{manifest.parent} stays" if manifest.parent else ""
    return f"Held back: {manifest.verdict}{stands}"


def _follows(manifest: Manifest) -> str:
    if manifest.parent is None:
        return "It is the first version."
    return f"It follows version {manifest.parent}."


def _stays(manifest: Manifest) -> str:
    old = manifest.restores
    restored = f", which restores version {old.version}," if old else ""
    return (
        "Source, config and seed are those of a version that was rolled back. Version "
        f"{manifest.version}{restored} stays until one of them changes. --force (force "
        "in the UI's form) publishes what was rolled back all the same."
    )


def _aside(outcome: Outcome) -> str:
    manifest = outcome.manifest
    stands = f"Version {manifest.parent} stays." if manifest.parent else _NOTHING
    said = [
        str(objection(manifest.config.publish, manifest.verdict)),
        "" if outcome.evidence else _SAME,
        stands,
        _KEPT,
        "'publish: always' publishes whatever the verdict.",
    ]
    return " ".join(filter(None, said))
