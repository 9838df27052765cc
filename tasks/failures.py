"""Hooks of flow runs that fail: the world is told, and nothing is left lying about.

They may run in another process than the run did, after it was killed: all they know is
the run's id and its parameters as JSON. How a run fails is Prefect's concern.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from prefect import Flow, State
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.flows import FlowStateHook
from prefect.logging.loggers import flow_run_logger
from pydantic import ValidationError

from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.algorithms.captions import shorten
from tasks.arrivals import chosen
from tasks.credentials import with_credentials
from tasks.events import emit
from tasks.storage.staging import abandoned
from tasks.storage.workspace import discard
from tasks.survey import dataset_name

UNKNOWN = "unknown"
_READ = 4_000  # characters of a reason that are looked at
_REASON = 500  # cells of it that are told


def report_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State) -> None:
    """Emit ``evenkeel.dataset.failed`` with the reason in words.

    Args:
        flow: Any whose parameters ``asked`` understands.
        flow_run: The run that failed or crashed.
        state: How it ended; its message is the reason.
    """
    with harmless(flow, flow_run, "tell of its failure"):
        facts = {
            "dataset": _dataset(asked(flow_run.parameters)),
            "reason": shorten((state.message or "no reason known")[:_READ], _REASON),
            "state": state.type.value.capitalize(),
            "flow_run_id": str(flow_run.id),
            "flow_run_name": _name(flow_run),
        }
        run = {
            "prefect.resource.id": f"prefect.flow-run.{flow_run.id}",
            "prefect.resource.role": "flow-run",
            "prefect.resource.name": facts["flow_run_name"],
        }
        emit("evenkeel.dataset.failed", facts["dataset"], facts, related=[run])


def clean_up(flow: Flow[..., Any], flow_run: FlowRun, state: State) -> None:
    """Remove what the run wrote and did not publish; of no other run anything.

    Args:
        flow: Any whose parameters ``asked`` understands.
        flow_run: The run that failed, crashed or was cancelled.
        state: How it ended.
    """
    with harmless(flow, flow_run, f"clean up after it {state.name}"):
        config = asked(flow_run.parameters)
        for _ in range(_discarded(config, str(flow_run.id)) if config else 0):
            flow_run_logger(flow_run, flow).info("removed what was left unfinished")


def asked(parameters: Mapping[str, Any]) -> BalanceConfig | None:
    """Read which dataset a run was asked to balance.

    Args:
        parameters: Of a run, as JSON: ``config``; or ``dataset``, the name of one of
            ``datasets``. Any ``source`` beside them changes neither name nor output.

    Returns:
        The config; None if the parameters name none, or an invalid one.
    """
    try:
        if "config" in parameters:
            return BalanceConfig.model_validate(parameters["config"])
        datasets = [BalanceConfig.model_validate(one) for one in parameters["datasets"]]
        return chosen(datasets, str(parameters["dataset"]), None)
    except (LookupError, TypeError, ValidationError, UserError):
        return None


@with_credentials
def _discarded(config: BalanceConfig, owner: str) -> int:
    found = abandoned(config.output, owner)
    for attempt in found:
        discard(attempt)
    return len(found)


def _name(run: FlowRun) -> str:
    """Ask for the name: a worker knows the one from before the run gave itself one."""
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run.id).name


def _dataset(config: BalanceConfig | None) -> str:
    try:
        return dataset_name(config) if config else UNKNOWN
    except UserError:  # there is no source to name it after
        return UNKNOWN


@contextmanager
def harmless(flow: Flow[..., Any], run: FlowRun, what: str) -> Iterator[None]:
    """Let no hook fail a run once more: what fails in the body is a warning of its log.

    Args:
        flow: Of the run.
        run: That the hook is about.
        what: Is tried, in words.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a hook must not fail a run once more
        flow_run_logger(run, flow).warning("could not %s: %s", what, error)


WHEN_FAILED: list[FlowStateHook[..., Any]] = [report_failure, clean_up]
"""For on_failure and on_crashed of a flow that balances."""

WHEN_CANCELLED: list[FlowStateHook[..., Any]] = [clean_up]
"""For its on_cancellation."""
