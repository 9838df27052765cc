"""The balance flow: a config in, a published version out. Stages are in pipeline."""

from prefect import flow, runtime, tags

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.records import Outcome
from tasks.artifacts import show_in_ui
from tasks.credentials import with_credentials
from tasks.engines import Engine
from tasks.events import announce
from tasks.failures import WHEN_CANCELLED, WHEN_FAILED
from tasks.flow_running import PrefectRunner
from tasks.survey import dataset_name, title
from tasks.turns import turn


def run_name() -> str:
    """Name a run after its dataset and strategy, as lists of runs show it."""
    config = runtime.flow_run.parameters["config"]
    return f"balance / {title(config)} / {config.strategy.kind}"


@flow(
    name="balance",
    flow_run_name=run_name,
    task_runner=Engine(),
    persist_result=False,
    on_failure=WHEN_FAILED,
    on_crashed=WHEN_FAILED,
    on_cancellation=WHEN_CANCELLED,
)
def balance(config: BalanceConfig, force: bool = False) -> Outcome:  # noqa: FBT001, FBT002 - a check box in the UI's form
    """Balance one imbalanced Parquet dataset and prove what balancing did.

    Args:
        config: Source, target, strategy, and how it is judged.
        force: Make the version anew even if nothing changed since it was published.

    Returns:
        The version that is published now, and what was found on the way.
    """
    return run_balance(config, force=force)


@with_credentials
def run_balance(config: BalanceConfig, *, force: bool = False) -> Outcome:
    """Balance, show and announce a dataset inside a flow run, when it is its turn.

    Args:
        config: Source, target, strategy, and how it is judged.
        force: Make the version anew even if nothing changed since it was published.

    Returns:
        The version that is published now, and what was found on the way.

    Raises:
        UserError: The person who wrote the config or the data can mend it.
    """
    run, name = PrefectRunner(), dataset_name(config)
    with turn(name), tags(name, config.strategy.kind):
        outcome = balance_dataset(config, run, force=force)
        run(show_in_ui, outcome)
        run(announce, outcome)
    return outcome
