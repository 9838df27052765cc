"""A manifest to commit. What a real one says is tested with publishing."""

from collections.abc import Sequence

from schemas.config import BalanceConfig
from schemas.manifest import (
    Environment,
    Manifest,
    ManifestSource,
    ProbabilityCorrection,
)
from schemas.plan import Decision, Diagnosis
from schemas.strategy import StrategyKind
from schemas.written import Attempt, FileEntry

_EVEN = Diagnosis(
    classes=2,
    rows=10,
    imbalance_ratio=1.0,
    minority_share=0.5,
    pielou_j=1.0,
    hill_1=2.0,
    hill_2=2.0,
    gini_simpson=1.0,
    total_variation=0.0,
    imbalance_degree=0.0,
    lrid=0.0,
    p_value=1.0,
)


def draft(
    attempt: Attempt,
    files: Sequence[FileEntry] = (),
    parent: int | None = None,
    dataset: str = "toy",
) -> Manifest:
    """Draft the manifest of an attempt that began with the version ``parent``."""
    return Manifest(
        dataset=dataset,
        version=1,
        parent=parent,
        run_key=attempt.run_key,
        attempt=attempt.attempt,
        created="2024-05-01T00:00:00Z",
        source=ManifestSource(uri="toy.parquet", fingerprint="0", rows=10, files=()),
        target="class",
        config=BalanceConfig(source="toy.parquet", target="class"),
        seed=0,
        decision=Decision(strategy=StrategyKind.NONE, reason="It is balanced."),
        diagnosis=_EVEN,
        classes=(),
        rejections=(),
        probability_correction=ProbabilityCorrection(formula="", safe=True, note=""),
        evaluation=None,
        verdict="not evaluated",
        checks=(),
        files=tuple(files),
        environment=Environment(python="3.11", packages={}),
    )
