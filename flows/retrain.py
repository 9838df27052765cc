"""The retrain flow, an example to replace. What it does lives in tasks.retraining."""

from prefect import flow, runtime

from schemas.records import Retrained
from tasks.flow_running import PrefectRunner
from tasks.retraining import show_model, title, train_model


def run_name() -> str:
    """Name a run after the version that it trains on, as lists of runs show it."""
    return title(runtime.flow_run.parameters["manifest"])


@flow(name="retrain", flow_run_name=run_name, persist_result=False)
def retrain(manifest: str) -> Retrained:
    """Train a model on a balanced version. An example: replace it by your own.

    Args:
        manifest: Where the version's manifest lies, as evenkeel.dataset.balanced says.

    Returns:
        What it was trained on, and its score on the holdout.
    """
    run = PrefectRunner()
    found = run(train_model, manifest)
    run(show_model, found)
    return found
