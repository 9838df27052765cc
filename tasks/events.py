"""Events: what a run tells the rest of the world, such as a retraining deployment.

What people read of a run is in artifacts. An event is kept small: a server refuses one
above some megabyte, and a trigger's template is handed all of it.
"""

from collections.abc import Mapping, Sequence

from prefect.events import Event, emit_event

from schemas.config import BalanceConfig
from schemas.records import Drift, Outcome, Sighting
from tasks.algorithms.captions import shorten
from tasks.algorithms.endings import ending
from tasks.algorithms.gate import objection
from tasks.stage import stage
from tasks.storage.commits import data_folder
from tasks.storage.places import places

_NAMES = {
    "published": "evenkeel.dataset.balanced",
    "unchanged": "evenkeel.dataset.unchanged",
    "rolled back": "evenkeel.dataset.unchanged",
    "held back": "evenkeel.dataset.held-back",
}
_TOLD = 50  # classes, and reasons, of which an event tells
_LABEL = 60  # cells of a label
_NOTE = 1_000  # cells of a sentence


@stage("announce", run_name="announce")
def announce(outcome: Outcome) -> None:
    """Emit ``evenkeel.dataset.balanced``, ``.unchanged`` or ``.held-back``.

    The resource is ``evenkeel.dataset.NAME``; the payload says which version, where its
    parts lie, how its priors changed, and whether balancing helped. A new version with
    rejected rows has ``evenkeel.dataset.rejected-rows`` follow.

    Args:
        outcome: How the run ended.
    """
    dataset = outcome.manifest.dataset
    emit(_NAMES[outcome.status], dataset, payload(outcome))
    if outcome.status == "published" and outcome.manifest.rejections:
        emit("evenkeel.dataset.rejected-rows", dataset, rejected_rows(outcome))


def announce_sighting(config: BalanceConfig, sighting: Sighting) -> list[Event | None]:
    """Emit ``evenkeel.source.changed``, and ``.drifted`` if the priors moved as well.

    Args:
        config: Of the dataset.
        sighting: Whose source changed: changed, drifted or unfit.

    Returns:
        What was emitted; it arrives later, if at all.
    """
    changed = {
        "dataset": sighting.dataset,
        "source": config.source,
        "version": sighting.version,
        "fingerprint": sighting.fingerprint,
        "rows": sighting.rows,
        "files": sighting.files,
        "note": shorten(sighting.note, _NOTE),
    }
    emitted = [emit("evenkeel.source.changed", sighting.dataset, changed)]
    if sighting.status == "drifted" and sighting.drift:
        facts = {**changed, **drift_facts(sighting.drift)}
        emitted.append(emit("evenkeel.source.drifted", sighting.dataset, facts))
    return emitted


def emit(
    event: str,
    dataset: str,
    facts: Mapping[str, object],
    related: Sequence[Mapping[str, str]] = (),
) -> Event | None:
    """Emit an event about a dataset.

    Args:
        event: Its name, ``evenkeel.…``.
        dataset: Name of the dataset, a slug; the resource is evenkeel.dataset.NAME.
        facts: The payload; plain JSON values.
        related: Labels of related resources, prefect.resource.id and .role at least.
            Inside of a run, Prefect adds the run by itself.

    Returns:
        The event, which arrives later; None if Prefect emits none.
    """
    return emit_event(
        event,
        resource={
            "prefect.resource.id": f"evenkeel.dataset.{dataset}",
            "prefect.resource.name": dataset,
        },
        related=[dict(labels) for labels in related],
        payload=dict(facts),
    )


def payload(outcome: Outcome) -> dict[str, object]:
    """Tell what a trigger can pass on as parameters; plain JSON values.

    Args:
        outcome: How the run ended.

    Returns:
        Dataset, version, which one it restores (None: none), run key, verdict,
        strategy, rows, and absolute paths; the reason as well, if what a run made was
        held back, or rolled back before.
    """
    manifest = outcome.manifest
    where = places(outcome.root, manifest)
    return {
        "dataset": manifest.dataset,
        "version": manifest.version,
        "restores": manifest.restores and manifest.restores.version,
        "run_key": manifest.run_key,
        "verdict": manifest.verdict,
        "strategy": manifest.decision.strategy.value,
        "train_rows": sum(item.train for item in manifest.classes),
        **{name: str(path) for name, path in where.items()},
        **_reason(outcome),
    }


def _reason(outcome: Outcome) -> dict[str, object]:
    manifest = outcome.manifest
    match outcome.status:
        case "held back":
            return {"reason": objection(manifest.config.publish, manifest.verdict)}
        case "rolled back":
            return {"reason": ending(outcome)[1]}
        case _:
            return {}


def rejected_rows(outcome: Outcome) -> dict[str, object]:
    """Tell how many rows broke the contract, and why; plain JSON values.

    Args:
        outcome: With one rejection or more.

    Returns:
        Dataset, version, rows, their share of the source, the folder that holds them,
        and the reasons with the most rows. A missing label is None.
    """
    manifest = outcome.manifest
    ordered = sorted(manifest.rejections, key=lambda one: -one.rows)
    rows = sum(one.rows for one in ordered)
    return {
        "dataset": manifest.dataset,
        "version": manifest.version,
        "rows": rows,
        "share": rows / manifest.source.rows,
        "reasons": [
            {"label": _label(one.label), "reason": one.reason, "rows": one.rows}
            for one in ordered[:_TOLD]
        ],
        "more_reasons": _more(ordered),
        "rejected": f"{outcome.root}/{data_folder(manifest)}/rejected",
    }


def drift_facts(drift: Drift) -> dict[str, object]:
    """Tell how far priors moved, and of which classes; plain JSON values.

    Args:
        drift: As found.

    Returns:
        The measures; the shares of the classes that moved most, in 0..1; and those that
        appeared or vanished. Of each, how many more there are.
    """
    before, after = _shares(drift.before), _shares(drift.after)
    labels = list(dict.fromkeys([*before, *after]))
    labels.sort(key=lambda k: -abs(after.get(k, 0.0) - before.get(k, 0.0)))
    return {
        "g": drift.g,
        "p_value": drift.p_value,
        "effect": drift.effect,
        "classes": [
            {
                "label": _label(label),
                "before": before.get(label, 0.0),
                "after": after.get(label, 0.0),
            }
            for label in labels[:_TOLD]
        ],
        "more_classes": _more(labels),
        "appeared": [_label(label) for label in drift.appeared[:_TOLD]],
        "more_appeared": _more(drift.appeared),
        "vanished": [_label(label) for label in drift.vanished[:_TOLD]],
        "more_vanished": _more(drift.vanished),
    }


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    rows = sum(counts.values())
    return {label: count / rows if rows else 0.0 for label, count in counts.items()}


def _label(label: str | None) -> str | None:
    return None if label is None else shorten(label, _LABEL)


def _more(items: Sequence[object]) -> int:
    return max(0, len(items) - _TOLD)
