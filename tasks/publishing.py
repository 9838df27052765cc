"""Publishing: begin a version; commit it, or hold it back.

What is published already is looked for in published; what is verified, verification;
how a commit is made visible, storage.commits.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from schemas.config import BalanceConfig
from schemas.plan import ResamplePlan
from schemas.records import Evidence, Outcome
from schemas.survey import Survey
from schemas.written import Attempt, Check, FileEntry
from tasks.algorithms.gate import objection
from tasks.algorithms.passport import draw_up
from tasks.environment import flow_run_id
from tasks.published import is_restored_for
from tasks.stage import stage
from tasks.storage import workspace
from tasks.storage.commits import commit
from tasks.storage.held_back import hold_back
from tasks.storage.location import check_apart


@stage("begin")
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
    attempt = workspace.begin(config.output, survey.name, plan.run_key, flow_run_id())
    return attempt.model_copy(update={"parent": parent})


@contextmanager
def discarded_on_error(attempt: Attempt) -> Iterator[None]:
    """Leave nothing behind when a run fails; a killed one leaves what no one reads."""
    try:
        yield
    except BaseException:
        workspace.discard(attempt)
        raise


@contextmanager
def discarded(attempt: Attempt) -> Iterator[None]:
    """Leave nothing behind, whatever comes of it."""
    try:
        yield
    finally:
        workspace.discard(attempt)


@stage("publish")
def publish(
    evidence: Evidence,
    attempt: Attempt,
    files: Sequence[FileEntry],
    checks: Sequence[Check],
) -> Outcome:
    """Commit a verified attempt as the next version: all of it at once, or nothing.

    A version that its verdict keeps from being published is held back instead: it lies
    in the attempt's folder, and what is published stays as it is.

    Args:
        evidence: What the stages found.
        attempt: Where the files lie.
        files: All files of the version.
        checks: What was verified.

    Returns:
        How the run ended, with the manifest as published, or as it would have been; a
        twin's, if another run of the same was first.
    """
    workspace.drop_scratch(attempt)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    draft = draw_up(evidence, attempt, files, checks, created)
    if objection(evidence.config.publish, draft.verdict):
        manifest, status = hold_back(attempt, draft), "held back"
    else:
        manifest, status = commit(attempt, draft), "published"
        if is_restored_for(manifest, attempt.run_key):
            status = "rolled back"  # while this run was at work
    if manifest.attempt != attempt.attempt:
        workspace.discard(attempt)
    return Outcome(
        status=status, root=attempt.root, manifest=manifest, evidence=evidence
    )
