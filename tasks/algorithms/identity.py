"""What makes two runs the same run. The fingerprint is made by the survey."""

import hashlib
import json
from typing import Any

from schemas.base import Frozen
from schemas.config import BalanceConfig
from schemas.strategy import StrategyKind

FORMAT = 4
"""Raised when the same config begins to mean other bytes."""

_WITHOUT_MEANING = {
    *("source", "output", "name", "publish", "watch", "tournament"),
    *("source_credentials", "output_credentials"),
    "features",  # a path; what is there is part of the fingerprint
}
_LATER: dict[str, tuple[str, ...]] = {
    "": ("split", "categorical", "numeric", "ordinal", "weight", "infinities"),
    "strategy": ("cap_rows", "leave", "name", "params"),
    "evaluation": ("encoding",),
    "tournament": ("samplers",),
    "contract": ("rare_below", "rare_into", "rare_drop"),
}
"""Fields that came after runs had keys, by the part of the config that has them. One
that is as it is by default takes no part in a key, lest every key change."""

_COMPARED: dict[str, Any] = {
    "target": True,
    "key": True,
    "ignore": True,
    "categorical": True,
    "numeric": True,
    "ordinal": True,
    "weight": True,
    "holdout": True,
    "split": True,
    "seed": True,
    "contract": True,
    "infinities": True,
    "strategy": {"k_neighbors", "standardize", "max_growth", "cap_rows", "leave"},
    "evaluation": {"metric", "trees", "encoding"},
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
    without = _WITHOUT_MEANING
    if config.strategy.kind is StrategyKind.EVIDENCE:
        without = without - {"tournament"}
    meaning = _asked(config, config.model_dump(mode="json", exclude=without))
    return _hash({"config": meaning, "fingerprint": fingerprint, "format": FORMAT})


def comparison_key(config: BalanceConfig, fingerprint: str) -> str:
    """Name a comparison by what decides its result, as run_key names a run.

    Args:
        config: What is not compared on does not matter, such as the strategy.
        fingerprint: Of the source's content.

    Returns:
        64 hexadecimal digits (sha256 of canonical JSON).
    """
    meaning = _asked(config, config.model_dump(mode="json", include=_COMPARED))
    return _hash({"compare": meaning, "fingerprint": fingerprint, "format": FORMAT})


def _asked(config: BalanceConfig, dumped: dict[str, Any]) -> dict[str, Any]:
    """Leave out later fields that nobody asked for."""
    for part, fields in _LATER.items():
        model: Frozen = getattr(config, part) if part else config
        within = dumped.get(part, {}) if part else dumped
        for field in fields:
            if getattr(model, field) == type(model).model_fields[field].default:
                within.pop(field, None)
    return dumped


def _hash(value: dict[str, object]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
