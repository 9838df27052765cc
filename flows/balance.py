"""The balance flow: a config in, a published version out. Stages are in pipeline."""

from prefect import flow, runtime

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.records import Outcome
from tasks.artifacts import show_in_ui
from tasks.events import announce
from tasks.running import PrefectRunner
from tasks.survey import dataset_name


def run_name() -> str:
    """Name a run after its dataset and strategy, as lists of runs show it."""
    config = runtime.flow_run.parameters["config"]
    try:
        name = dataset_name(config)
    except UserError:
        name = config.source  # the survey is about to say what is wrong with it
    return f"balance / {name} / {config.strategy.kind}"


@flow(name="balance", flow_run_name=run_name, persist_result=False)
def balance(config: BalanceConfig, force: bool = False) -> Outcome:  # noqa: FBT001, FBT002 - a check box in the UI's form
    """Balance one imbalanced Parquet dataset and prove what balancing did.

    Args:
        config: Source, target, strategy, and how it is judged.
        force: Make the version anew even if nothing changed since it was published.

    Returns:
        The version that is published now, and what was found on the way.
    """
    outcome = balance_dataset(config, PrefectRunner(), force=force)
    show_in_ui(outcome)
    announce(outcome)
    return outcome
