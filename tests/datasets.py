"""The datasets of the tests, with the roles that their columns have."""

from pathlib import Path

import pyarrow.parquet as pq

from schemas.config import BalanceConfig
from tasks.algorithms.toy import toy_table

DATA = Path(__file__).parent / "data"

ROLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "abalone": ("Rings", ()),
    "adult": ("income", ()),
    "bank_marketing": ("y", ("duration",)),
    "ecoli": ("class", ()),
    "glass": ("Type", ()),
    "horse_colic": (
        "outcome",
        (
            "hospital_number",
            "surgical_lesion",
            "lesion_type_1",
            "lesion_type_2",
            "lesion_type_3",
        ),
    ),
    "hypothyroid": ("Class", ()),
    "seed_toy": ("target", ()),
}
"""Target, and columns to ignore: identifiers and what is known only afterwards."""


QUICK = {
    "folds": 2,
    "repeats": 1,
    "learners": ["knn"],
    "approaches": ["threshold", "random_under_corrected", "smote"],
    "ratios": [1.0],
    "max_rows": 300,
    "sentinel": False,
}
"""A tournament of a second, for strategy evidence."""


def source_of(name: str, folder: Path) -> Path:
    """Find a dataset; the tutorial's toy table is made and not shipped."""
    if name != "seed_toy":
        return DATA / f"{name}.parquet"
    source = folder.with_name(f"{folder.name}-source") / "seed_toy.parquet"
    source.parent.mkdir(exist_ok=True)
    pq.write_table(toy_table(), source)
    return source


def request(name: str, output: Path, **fields: object) -> BalanceConfig:
    """Ask for a dataset to be balanced."""
    target, ignore = ROLES[name]
    source = source_of(name, output)
    return BalanceConfig.model_validate(
        {
            "source": str(source),
            "target": target,
            "ignore": ignore,
            "output": str(output),
            **fields,
        }
    )
