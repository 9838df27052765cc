"""The role of one column: what it is named for, and what its type allows.

What a table's columns must have between them is in columns.
"""

import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.survey import Role
from tasks.algorithms.labels import is_text
from tasks.algorithms.ordinal import check_levels
from tasks.algorithms.sides import unlearnt

_DIGITS = 38  # of decimal128; Arrow interpolates no wider ones


def role_of(field: pa.Field, config: BalanceConfig) -> Role | None:
    """Give a column its role, as asked or else as its type says.

    Args:
        field: A column of the source.
        config: Names target, key, ignored, categorical and numeric columns.

    Returns:
        None where no model takes its type.

    Raises:
        UserError: It cannot have the role that the config gives it.
    """
    if field.name == config.target:
        return "target"
    if field.name in config.key:
        check_names(field, "key")
        return "key"
    unread = pa.types.is_null(field.type) or field.name == unlearnt(config.split)
    if unread or field.name in config.ignore:
        return "ignore"
    if field.name == config.weight:
        return _weight_role(field)
    return _feature_role(field, config)


def _weight_role(field: pa.Field) -> Role:
    if feature_role(field.type) != "numeric":
        raise UserError(
            f"weight column {field.name!r} has type {field.type}; what a row counts "
            "for is a number, so name another column"
        )
    return "weight"


def _feature_role(field: pa.Field, config: BalanceConfig) -> Role | None:
    """Read a column as asked, or else as its type says."""
    if field.name in config.ordinal:
        check_levels(field.name, field.type, config.ordinal[field.name])
        return "ordinal"
    usual = feature_role(field.type)
    if usual and field.name in config.categorical:
        return "categorical"
    if usual and field.name in config.numeric:
        return _numeric_role(field, usual)
    return usual


def _numeric_role(field: pa.Field, usual: Role) -> Role:
    if usual == "categorical" and not pa.types.is_boolean(field.type):
        raise UserError(
            f"column {field.name!r} has type {field.type}, which cannot be numeric; "
            "numbers, moments and booleans can, so convert it in the source"
        )
    return "numeric" if usual == "categorical" else usual


def check_names(field: pa.Field, role: str) -> None:
    """Hold a column against what may name rows (role key) or groups of them (group).

    Raises:
        UserError: No value of its type names anything.
    """
    if feature_role(field.type) is None:
        what = {"key": "a row", "group": "a group"}[role]
        raise UserError(
            f"{role} column {field.name!r} has type {field.type}, which cannot name "
            f"{what}; use text, numbers, dates or booleans"
        )


def feature_role(kind: pa.DataType) -> Role | None:
    """Tell how a model reads a type; None when it cannot.

    >>> feature_role(pa.decimal128(9, 2)), feature_role(pa.list_(pa.int8()))
    ('numeric', None)
    """
    types = pa.types
    if types.is_dictionary(kind):
        return feature_role(kind.value_type) and "categorical"
    if types.is_decimal(kind):
        return "numeric" if kind.precision <= _DIGITS else None
    if types.is_integer(kind) or types.is_floating(kind):
        return "numeric"
    if types.is_temporal(kind) and not types.is_interval(kind):
        return "temporal"
    return "categorical" if is_text(kind) or types.is_boolean(kind) else None
