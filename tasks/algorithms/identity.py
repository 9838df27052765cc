"""What makes two runs the same run. The fingerprint is made by the survey."""

import hashlib
import json
from typing import Any

from schemas.config import BalanceConfig, StrategyKind

FORMAT = 3
"""Raised when the same config begins to mean other bytes."""

_WITHOUT_MEANING = {
    *("source", "output", "name", "publish", "watch", "tournament"),
    *("source_credentials", "output_credentials"),
}
_LATER = {"split"}
"""Fields that came after runs had keys: left out where they ask for nothing new."""

_COMPARED: dict[str, Any] = {
    "target": True,
    "key": True,
    "ignore": True,
    "holdout": True,
    "split": True,
    "seed": True,
    "contract": True,
    "strategy": {"k_neighbors", "standardize", "max_growth"},
    "evaluation": {"metric", "trees"},
    "tournament": True,
}
"""What decides how a tournament ends."""


def run_key(config: BalanceConfig, fingerprint: str) -> str:
    """Name a run by what decides its bytes: content, config, seed and format.

    Args:
        config: Where things lie, what they are called, when a version is published,
            with which credentials, and what is watched do not matter.
        fingerprint: Of the source's content.

    Returns:
        64 hexadecimal digits (sha256 of canonical JSON).
    """
    without = _WITHOUT_MEANING | _unasked(config)
    if config.strategy.kind is StrategyKind.EVIDENCE:
        without = without - {"tournament"}
    meaning = config.model_dump(mode="json", exclude=without)
    return _hash({"config": meaning, "fingerprint": fingerprint, "format": FORMAT})


def comparison_key(config: BalanceConfig, fingerprint: str) -> str:
    """Name a comparison by what decides its result, as run_key names a run.

    Args:
        config: What is not compared on does not matter, such as the strategy.
        fingerprint: Of the source's content.

    Returns:
        64 hexadecimal digits (sha256 of canonical JSON).
    """
    meaning = config.model_dump(
        mode="json", include=_COMPARED, exclude=_unasked(config)
    )
    return _hash({"compare": meaning, "fingerprint": fingerprint, "format": FORMAT})


def _unasked(config: BalanceConfig) -> set[str]:
    fields = BalanceConfig.model_fields
    return {name for name in _LATER if getattr(config, name) == fields[name].default}


def _hash(value: dict[str, object]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
