"""What is published already, and what is held back: looked for, and read.

How a version comes to be published is in publishing.
"""

import json
import logging
from typing import Any

from schemas.config import BalanceConfig
from schemas.manifest import Manifest
from schemas.records import Drift, Outcome, Published
from schemas.survey import Survey
from schemas.verdict import Evaluation
from tasks.algorithms.drift import drift
from tasks.algorithms.identity import run_key
from tasks.algorithms.passport import accepted_rows
from tasks.naming import nothing_at
from tasks.stage import stage
from tasks.storage import workspace
from tasks.storage.commits import read_head
from tasks.storage.held_back import read_held_back
from tasks.storage.location import locate
from tasks.storage.stores import store_at

logger = logging.getLogger(__name__)


@stage("find-published")
def find_published(config: BalanceConfig, survey: Survey) -> Published:
    """Look what is published, and whether it is what this run would make.

    Args:
        config: What is asked for.
        survey: What the source holds now.

    Returns:
        The version to follow, and its manifest if there is nothing to do, or if it was
        restored in the place of what the run would make.
    """
    root = workspace.dataset_root(config.output, survey.name)
    head = read_head(root)
    if head is None:
        return Published(version=None, unchanged=None)
    key = run_key(config, survey.fingerprint)
    return Published(
        version=head.version,
        unchanged=head if head.run_key == key and _is_whole(root, head) else None,
        rolled_back=head if is_restored_for(head, key) else None,
        # The priors of other classes would tell nothing.
        counts=accepted_rows(head) if head.target == config.target else {},
    )


@stage("find-held-back")
def find_held_back(
    config: BalanceConfig, survey: Survey, published: Published
) -> Outcome | None:
    """Look whether what this run would make was made before, and held back.

    Args:
        config: What is asked for.
        survey: What the source holds now.
        published: What it would follow; after another version it may fare otherwise.

    Returns:
        The version held back; None if there is work to do.
    """
    root = workspace.dataset_root(config.output, survey.name)
    held = read_held_back(root)
    if held is None or held.run_key != run_key(config, survey.fingerprint):
        return None
    if held.config.publish != config.publish or held.parent != published.version:
        return None
    if not _is_whole(root, held):
        return None
    return Outcome(status="held back", root=root, manifest=held)


def is_restored_for(head: Manifest, key: str) -> bool:
    """Tell whether a version was restored in the place of what a run would make.

    Args:
        head: The published version.
        key: The run key of the run.
    """
    return head.restores is not None and key in head.restores.instead_of


def _is_whole(root: str, manifest: Manifest) -> bool:
    store = store_at(root)
    for entry in manifest.files:
        if store.size(entry.path) != entry.bytes:
            logger.warning(
                "version %d lacks %s: making it anew", manifest.version, entry.path
            )
            return False
    return True


@stage("drift")
def measure_drift(
    config: BalanceConfig, survey: Survey, published: Published
) -> Drift | None:
    """Measure how far the class priors moved since the published version.

    Args:
        config: What counts as moved.
        survey: What the source holds now.
        published: What it held then.

    Returns:
        None when nothing is published, or with another target.
    """
    if published.version is None or not published.counts:
        return None
    return drift(published.counts, survey.counts, published.version, config.watch)


def published_evaluation(manifest: Manifest, root: str) -> Evaluation | None:
    """Read the whole evaluation of a version from its metrics.json.

    Args:
        manifest: Of the version, published or held back.
        root: OUTPUT/NAME as a path or URI.

    Returns:
        None if it was not evaluated, or the file is not there any more.
    """
    found = _metrics(manifest, root).get("evaluation")
    return found and Evaluation.model_validate_json(json.dumps(found))


def published_drift(manifest: Manifest, root: str) -> Drift | None:
    """Read from its metrics.json how far the priors had moved when a version was made.

    Args:
        manifest: Of the version, published or held back.
        root: OUTPUT/NAME as a path or URI.

    Returns:
        None if they had not changed at all, or the file is not there any more.
    """
    found = _metrics(manifest, root).get("drift")
    return found and Drift.model_validate_json(json.dumps(found))


def _metrics(manifest: Manifest, root: str) -> dict[str, Any]:
    for entry in manifest.files:
        if entry.path.endswith("/metrics.json"):
            found = store_at(root).read(entry.path)
            return dict(json.loads(found)) if found else {}
    return {}


def published_version(place: str) -> tuple[Manifest, str]:
    """Read the version that is published at OUTPUT/NAME, without any task run.

    Args:
        place: OUTPUT/NAME.

    Returns:
        The manifest, and OUTPUT/NAME as an absolute path or URI.

    Raises:
        UserError: Nothing is published there.
    """
    root = locate(place).path
    head = read_head(root)
    if head is None:
        raise nothing_at(place)
    return head, root
