"""Publishing: look for the version that is there, begin a new one, commit it.

How a commit is made visible is in storage.commits; what is verified, verification.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.records import (
    Attempt,
    Check,
    Evaluation,
    Evidence,
    FileEntry,
    Manifest,
    Published,
    ResamplePlan,
    Survey,
)
from tasks.algorithms.identity import run_key
from tasks.algorithms.passport import draw_up
from tasks.storage import workspace
from tasks.storage.commits import commit, read_head
from tasks.storage.location import check_apart, locate

logger = logging.getLogger(__name__)


@task(name="find-published", cache_policy=NO_CACHE)
def find_published(config: BalanceConfig, survey: Survey) -> Published:
    """Look what is published, and whether it is what this run would make.

    Args:
        config: What is asked for.
        survey: What the source holds now.

    Returns:
        The version to follow, and its manifest if there is nothing to do.
    """
    root = workspace.dataset_root(config.output, survey.name)
    head = read_head(root)
    if head is None:
        return Published(version=None, unchanged=None)
    same = head.run_key == run_key(config, survey.fingerprint)
    lost = [entry.path for entry in head.files if not _is_whole(root, entry)]
    if same and lost:
        logger.warning("version %d lacks %s: making it anew", head.version, lost[0])
    return Published(
        version=head.version, unchanged=head if same and not lost else None
    )


def published_evaluation(manifest: Manifest, root: str) -> Evaluation | None:
    """Read the whole evaluation of a version from its metrics.json.

    Args:
        manifest: Of the version.
        root: OUTPUT/NAME as a path.

    Returns:
        None if it was not evaluated, or the file is not there any more.
    """
    for entry in manifest.files:
        path = Path(workspace.absolute(root, entry.path))
        if path.name == "metrics.json" and path.is_file():
            found = json.loads(path.read_bytes())["evaluation"]
            return found and Evaluation.model_validate_json(json.dumps(found))
    return None


def _is_whole(root: str, entry: FileEntry) -> bool:
    path = Path(workspace.absolute(root, entry.path))
    return path.is_file() and path.stat().st_size == entry.bytes


def published_version(place: str) -> tuple[Manifest, str]:
    """Read the version that is published at OUTPUT/NAME, without any task run.

    Args:
        place: OUTPUT/NAME.

    Returns:
        The manifest, and OUTPUT/NAME as an absolute path.

    Raises:
        UserError: Nothing is published there.
    """
    root = locate(place).path
    head = read_head(root)
    if head is None:
        raise UserError(
            f"nothing is published at {place!r}; give OUTPUT/NAME of a dataset that "
            "'evenkeel run' has balanced"
        )
    return head, root


@task(name="begin", cache_policy=NO_CACHE)
def begin_attempt(
    config: BalanceConfig, survey: Survey, plan: ResamplePlan, parent: int | None
) -> Attempt:
    """Make the place where this run's files are written, invisible to readers.

    Args:
        config: Source and output.
        survey: Name of the dataset.
        plan: Names the run.
        parent: The version that was published when the run began.

    Returns:
        The attempt.

    Raises:
        UserError: The output lies inside the source, or cannot be written to.
    """
    check_apart(config.source, workspace.dataset_root(config.output, survey.name))
    attempt = workspace.begin(config.output, survey.name, plan.run_key)
    return attempt.model_copy(update={"parent": parent})


@contextmanager
def discarded_on_error(attempt: Attempt) -> Iterator[None]:
    """Leave nothing behind when a run fails; a killed one leaves what no one reads."""
    try:
        yield
    except BaseException:
        workspace.discard(attempt)
        raise


@task(name="publish", cache_policy=NO_CACHE)
def publish(
    evidence: Evidence,
    attempt: Attempt,
    files: Sequence[FileEntry],
    checks: Sequence[Check],
) -> Manifest:
    """Commit a verified attempt as the next version: all of it at once, or nothing.

    Args:
        evidence: What the stages found.
        attempt: Where the files lie.
        files: All files of the version.
        checks: What was verified.

    Returns:
        The manifest as published; a twin's, if another run of the same was first.
    """
    workspace.drop_scratch(attempt)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    draft = draw_up(evidence, attempt, files, checks, created)
    manifest = commit(attempt, draft)
    if manifest.attempt != attempt.attempt:
        workspace.discard(attempt)
    return manifest
