"""The compare flow: a config in, a leaderboard out. Stages are in comparison."""

from prefect import flow, runtime, tags

from flows.comparison import compare_dataset
from schemas.config import BalanceConfig
from schemas.tournament import Compared
from tasks.engines import Engine
from tasks.flow_running import PrefectRunner
from tasks.leaderboard_artifacts import show_leaderboard
from tasks.survey import dataset_name, title


def run_name() -> str:
    """Name a run after its dataset, as lists of runs show it."""
    config = runtime.flow_run.parameters["config"]
    return f"compare / {title(config)}"


@flow(
    name="compare",
    flow_run_name=run_name,
    task_runner=Engine(),
    persist_result=False,
)
def compare(config: BalanceConfig) -> Compared:
    """Compare what can be done about imbalance, fitted inside every training fold.

    Args:
        config: Source and target; tournament says what is compared, evaluation.metric
            by what. Nothing is balanced.

    Returns:
        The leaderboard, best first, with a recommendation, and where it lies.
    """
    run, name = PrefectRunner(), dataset_name(config)
    with tags(name):
        compared = compare_dataset(config, run)
        run(show_leaderboard, compared)
    return compared
