"""Values between two values, in any numeric or temporal type of Arrow.

Which two, and how far between them, is drawn in smote.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.algorithms.integers import from_integers, to_integers

Floats = npt.NDArray[np.float64]

_DIGITS = 17  # of a factor in [0, 1) as a decimal: all that float64 holds
_WIDEST = 76  # digits of decimal256


def between(parents: pa.Array, neighbours: pa.Array, lam: Floats) -> pa.Array:
    """Interpolate row by row: ``parent + lam * (neighbour - parent)``.

    Floats are computed in float64 and then cast; everything else is exact but for one
    rounding, half to even, to a whole tick or to the last digit of a decimal.

    Args:
        parents: Shape (rows,), of an integer, float, decimal or temporal type.
        neighbours: Shape and type of parents.
        lam: Shape (rows,), in [0, 1).

    Returns:
        Type of parents; each value lies between its two, both included. Where either
        is null, NaN or infinite: the parent's value as it is.

    Source: Chawla et al. (2002), https://doi.org/10.1613/jair.953

    >>> ends = pa.array([1, 2, None]), pa.array([8, None, 9])
    >>> between(*ends, np.array([0.5, 0.5, 0.5])).to_pylist()
    [5, 2, None]
    """
    usable = pc.and_(_usable(parents), _usable(neighbours))
    made = _interpolate(parents, neighbours, lam)
    # if_else widens short decimals
    return pc.if_else(usable, made, parents).cast(parents.type)


def _usable(values: pa.Array) -> pa.Array:
    if pa.types.is_floating(values.type):
        return pc.is_finite(values).fill_null(False)
    return values.is_valid()


def _interpolate(parents: pa.Array, neighbours: pa.Array, lam: Floats) -> pa.Array:
    if pa.types.is_floating(parents.type):
        return pa.array(_floats(_doubles(parents), _doubles(neighbours), lam)).cast(
            parents.type
        )
    if pa.types.is_decimal(parents.type):
        return _decimals(parents, neighbours, lam)
    made = _integers(_words(parents), _words(neighbours), lam)
    return from_integers(pa.array(made), parents.type)


def _doubles(values: pa.Array) -> Floats:
    floats: Floats = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return floats


def _floats(parents: Floats, neighbours: Floats, lam: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        gap = neighbours - parents
        near = parents + lam * gap
        # A gap beyond float64 has ends of opposite signs: nothing cancels here.
        far = (1 - lam) * parents + lam * neighbours
    return np.where(np.isfinite(gap), near, far)


def _words(values: pa.Array) -> npt.NDArray[np.int64 | np.uint64]:
    words: npt.NDArray[np.int64 | np.uint64] = to_integers(values).fill_null(0)
    return np.asarray(words)


def _integers(
    parents: npt.NDArray[np.int64 | np.uint64],
    neighbours: npt.NDArray[np.int64 | np.uint64],
    lam: Floats,
) -> npt.NDArray[np.int64 | np.uint64]:
    """Interpolate without a sum or difference that needs more than 64 bits."""
    up = neighbours >= parents
    start, end = parents.view(np.uint64), neighbours.view(np.uint64)
    gap = np.where(up, end - start, start - end)
    # With lam < 1 the product stays below the gap even where float64 rounds it up.
    step = np.rint(lam * gap).astype(np.uint64)
    return np.where(up, start + step, start - step).view(parents.dtype)


def _decimals(parents: pa.Array, neighbours: pa.Array, lam: Floats) -> pa.Array:
    """Interpolate in 256 bits, so that products of 38 digits keep them all."""
    kind = parents.type
    wide = pa.decimal256(kind.precision, kind.scale)
    start, end = parents.cast(wide), neighbours.cast(wide)
    share = pa.array(lam).cast(pa.decimal256(_DIGITS, _DIGITS))
    exact = pc.add(start, pc.multiply(pc.subtract(end, start), share))
    rounded = pc.round(exact, ndigits=kind.scale, round_mode="half_to_even")
    return rounded.cast(pa.decimal256(_WIDEST, kind.scale)).cast(kind)
