"""Where the parts of a version lie. What is in them is written elsewhere."""

from schemas.manifest import Manifest
from tasks.storage.commits import data_folder, manifest_path
from tasks.storage.held_back import held_back_path
from tasks.storage.stores import store_at


def places(root: str, manifest: Manifest) -> dict[str, str]:
    """Give the absolute paths, or URIs, of the parts that people and programs ask for.

    Args:
        root: OUTPUT/NAME as a path or URI.
        manifest: Of a version published or held back there.

    Returns:
        The folders train and holdout, and the files report and manifest.
    """
    data, aside = data_folder(manifest), held_back_path(manifest)
    held_back = store_at(root).size(aside) is not None
    parts = {
        "train": f"{data}/train",
        "holdout": f"{data}/holdout",
        "report": f"{data}/report/report.html",
        "manifest": aside if held_back else manifest_path(manifest.version),
    }
    return {name: f"{root}/{path}" for name, path in parts.items()}
