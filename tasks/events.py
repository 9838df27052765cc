"""Events: what a run tells the rest of the world, such as a retraining deployment.

What people read of a run is in artifacts.
"""

from collections.abc import Mapping

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from schemas.records import Outcome
from tasks.storage.places import places

_NAMES = {
    "published": "evenkeel.dataset.balanced",
    "unchanged": "evenkeel.dataset.unchanged",
}


@task(name="announce", task_run_name="announce", cache_policy=NO_CACHE)
def announce(outcome: Outcome) -> None:
    """Emit ``evenkeel.dataset.balanced`` or ``.unchanged`` for the dataset.

    The resource is ``evenkeel.dataset.NAME``; the payload says which version, where its
    parts lie, how its priors changed, and whether balancing helped.

    Args:
        outcome: How the run ended.
    """
    emit(_NAMES[outcome.status], outcome.manifest.dataset, payload(outcome))


def emit(event: str, dataset: str, facts: Mapping[str, object]) -> None:
    """Emit an event about a dataset.

    Args:
        event: Its name, ``evenkeel.…``.
        dataset: Name of the dataset, a slug; the resource is evenkeel.dataset.NAME.
        facts: The payload; plain JSON values.
    """
    emit_event(
        event,
        resource={
            "prefect.resource.id": f"evenkeel.dataset.{dataset}",
            "prefect.resource.name": dataset,
        },
        payload=dict(facts),
    )


def payload(outcome: Outcome) -> dict[str, object]:
    """Tell what a trigger can pass on as parameters; plain JSON values.

    Args:
        outcome: How the run ended.

    Returns:
        Dataset, version, run key, verdict, strategy, rows, and absolute paths.
    """
    manifest = outcome.manifest
    where = places(outcome.root, manifest)
    return {
        "dataset": manifest.dataset,
        "version": manifest.version,
        "run_key": manifest.run_key,
        "verdict": manifest.verdict,
        "strategy": manifest.decision.strategy.value,
        "train_rows": sum(item.train for item in manifest.classes),
        **{name: str(path) for name, path in where.items()},
    }
