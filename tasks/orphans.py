"""Orphans: runs within a run that died, which nobody is left to end.

How one run is reported and cleaned up after is in failures.
"""

from typing import Any

from prefect import Flow, State
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
)
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelled, Crashed

from tasks.failures import clean_up, harmless, report_failure


def end_orphans(flow: Flow[..., Any], flow_run: FlowRun, state: State) -> None:
    """Mark the runs within a run as it was marked, and clean up after each.

    Args:
        flow: Any whose subflows have parameters that ``failures.asked`` understands.
        flow_run: The run that crashed or was cancelled.
        state: How it ended.
    """
    message = f"The run that it was part of, {flow_run.id}, ended as {state.name}."
    ended: State = (
        Crashed(message=message) if state.is_crashed() else Cancelled(message=message)
    )
    with harmless(flow, flow_run, "end the runs within it"):
        for orphan in _within(flow_run):
            if orphan.state is not None and not orphan.state.is_final():
                _end(orphan, ended)
                clean_up(flow, orphan, ended)
                if ended.is_crashed():
                    report_failure(flow, orphan, ended)


def report_refusal(flow: Flow[..., Any], flow_run: FlowRun, state: State) -> None:
    """Tell of a run that failed before any run within it began; these tell themselves.

    Args:
        flow: As for ``end_orphans``.
        flow_run: The run that failed.
        state: How it ended; its message is the reason.
    """
    with harmless(flow, flow_run, "look for runs within it"):
        if not _within(flow_run):
            report_failure(flow, flow_run, state)


def _within(run: FlowRun) -> list[FlowRun]:
    parent = FlowRunFilterParentFlowRunId(any_=[run.id])
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_run_filter=FlowRunFilter(parent_flow_run_id=parent)
        )


def _end(run: FlowRun, state: State) -> None:
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, state, force=True)
