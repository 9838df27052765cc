"""Where the parts of a version lie. What is in them is written elsewhere."""

from pathlib import Path

from schemas.records import Manifest
from tasks.storage.commits import data_folder, manifest_path
from tasks.storage.held_back import held_back_path


def places(root: str, manifest: Manifest) -> dict[str, Path]:
    """Give the absolute paths of the parts that people and programs ask for.

    Args:
        root: OUTPUT/NAME as a path.
        manifest: Of a version published or held back there.

    Returns:
        The folders train and holdout, and the files report and manifest.
    """
    data = Path(root) / data_folder(manifest)
    aside = held_back_path(Path(root), manifest)
    published = manifest_path(Path(root), manifest.version)
    return {
        "train": data / "train",
        "holdout": data / "holdout",
        "report": data / "report" / "report.html",
        "manifest": aside if aside.exists() else published,
    }
