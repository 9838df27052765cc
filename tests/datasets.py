"""The shipped datasets, with the roles that their columns have."""

from pathlib import Path

from schemas.config import BalanceConfig

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
}
"""Target, and columns to ignore: identifiers and what is known only afterwards."""


def request(name: str, output: Path, **fields: object) -> BalanceConfig:
    """Ask for a shipped dataset to be balanced."""
    target, ignore = ROLES[name]
    return BalanceConfig.model_validate(
        {
            "source": str(DATA / f"{name}.parquet"),
            "target": target,
            "ignore": ignore,
            "output": str(output),
            **fields,
        }
    )
