"""An example of retraining: a model from a published version. Replace it by your own.

It reads nothing but the manifest that an event names and the files listed there. No
model is kept: what becomes of one is not for a project that balances data to say.
"""

import numpy as np
import pyarrow as pa
from prefect.artifacts import create_markdown_artifact

from schemas.errors import VerificationError
from schemas.evaluation import EvaluatorKind
from schemas.manifest import Manifest
from schemas.records import Retrained
from tasks.acceleration import accelerates
from tasks.algorithms import metrics, models
from tasks.algorithms.captions import shorten
from tasks.algorithms.columns import assign
from tasks.algorithms.features import to_frame
from tasks.algorithms.labels import encode
from tasks.algorithms.row_weights import row_weights
from tasks.algorithms.tables import METRICS
from tasks.artifacts import artifact_key
from tasks.manifests import PLACE, read_version
from tasks.stage import stage
from tasks.storage.commits import data_folder
from tasks.storage.location import locate
from tasks.storage.workspace import absolute, describe, open_part

_WIDTH = 60  # cells of a location that no one vouches for


@stage("train-model")
def train_model(manifest: str) -> Retrained:
    """Train the config's evaluator on a version's training rows, score its holdout.

    All rows are read into memory.

    Args:
        manifest: Where the manifest lies, OUTPUT/NAME/_commits/NUMBER.json, as the
            event ``evenkeel.dataset.balanced`` says; inside the allowed roots.

    Returns:
        What it was trained on, and its score by the config's metric.

    Raises:
        UserError: The manifest may not be read, or is not where manifests are.
        VerificationError: The manifest or a file was changed after it was written.
    """
    version, root = read_version(manifest)
    train, holdout = (_rows(version, root, part) for part in ("train", "holdout"))
    return Retrained(
        dataset=version.dataset,
        version=version.version,
        train_rows=train.num_rows,
        holdout_rows=holdout.num_rows,
        metric=version.config.evaluation.metric,
        score=_score(version, train, holdout) if holdout.num_rows else None,
    )


@stage("show-model", run_name="show-model")
def show_model(found: Retrained) -> None:
    """Store what was trained as the markdown artifact ``NAME-model``.

    Args:
        found: Of train_model.
    """
    name, better = METRICS[found.metric]
    value = "undefined" if found.score is None else f"{found.score:.3f}"
    score = f"{name} {value} ({better} is better)"
    create_markdown_artifact(
        f"# Model of version {found.version}\n\n"
        f"- Training rows: {found.train_rows:,}\n"
        f"- Holdout rows: {found.holdout_rows:,}\n"
        f"- On the holdout: {score}\n",
        key=artifact_key(found.dataset, "model"),
        description=f"Trained on version {found.version}: {score}",
    )


def title(manifest: str) -> str:
    """Name a run after the version that it trains on, before anything is read.

    Args:
        manifest: Where its manifest lies, whatever an event says.

    Returns:
        One line.
    """
    if place := PLACE.search(manifest):
        return f"retrain / {shorten(place[1], _WIDTH)} / version {int(place[2])}"
    return f"retrain / {shorten(manifest, _WIDTH)}"


def _rows(version: Manifest, root: str, part: str) -> pa.Table:
    """Read the rows of a part, each file as it was when it was published."""
    folder = f"{data_folder(version)}/{part}/"
    tables = []
    for entry in version.files:
        if entry.path.startswith(folder):
            locate(absolute(root, entry.path))  # a link may lead out of the roots
            if describe(root, entry) != entry:
                raise VerificationError(f"{entry.path} was changed; balance again.")
            tables.append(open_part(root, entry).read())
    return pa.concat_tables(tables)


def _score(version: Manifest, train: pa.Table, holdout: pa.Table) -> float | None:
    judged, target = version.config.evaluation, version.target
    labels = [item.label for item in version.classes if item.train or item.holdout]
    kind = judged.evaluator
    if kind is EvaluatorKind.NONE:
        kind = EvaluatorKind.RANDOM_FOREST
    columns = assign(holdout.schema, version.config)
    column = version.weight_column
    given = None if column is None else train.column(column).to_numpy()
    weights = row_weights(train, columns, given) if models.takes_weights(kind) else None
    probabilities = models.fit_predict(
        models.make(
            kind,
            judged.trees,
            version.seed,
            columns,
            encoding=judged.encoding,
            accelerate=accelerates(),
        ),
        to_frame(train, columns),
        encode(train.column(target), labels),
        to_frame(holdout, columns),
        len(labels),
        weights=weights,
    )
    predicted = probabilities.argmax(axis=1).astype(np.int32)
    true = encode(holdout.column(target), labels)
    found = metrics.scores(true, probabilities, predicted)
    score: float | None = getattr(found, judged.metric)
    return score
