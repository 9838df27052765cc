"""All strategies there are, one entry each: what it does, what it needs, its paper.

Of imbalanced-learn's samplers all of it is drawn from the library. How a strategy is
carried out is in plan, smote and resampled.
"""

import inspect
import re
from typing import NamedTuple

from schemas.strategy import SAMPLER, StrategyKind
from tasks.algorithms.asked_sampler import CATEGORIES, CODED, cleans, cleans_after
from tasks.algorithms.samplers import find_sampler, sampler_names

_CHAWLA = "Chawla et al. (2002), https://doi.org/10.1613/jair.953"
_SIZES = "reaches ratio, rows and fractions"
_STREAMS = "streams tables of any size"
_GROWN = "streams all but the classes it grows"


class Entry(NamedTuple):
    """A strategy."""

    name: str
    """As --strategy takes it."""
    does: str
    needs: str
    paper: str
    """Where it comes from; empty where nothing is cited."""


_OWN = {
    StrategyKind.AUTO: ("decides by the policy, from the class counts", "", ""),
    StrategyKind.NONE: ("publishes the training rows as they are", _STREAMS, ""),
    StrategyKind.RANDOM_OVER: (
        "repeats rows of smaller classes, evenly",
        f"{_STREAMS}; {_SIZES}; traceable",
        "",
    ),
    StrategyKind.RANDOM_UNDER: (
        "drops rows of larger classes at random",
        f"{_STREAMS}; {_SIZES}; traceable",
        "",
    ),
    StrategyKind.SMOTE: (
        "makes rows between real ones, of any mix of columns",
        f"{_GROWN}; k_neighbors=5 or fewer; {_SIZES}; traceable to both parents",
        _CHAWLA,
    ),
    StrategyKind.SMOTE_UNDER: (
        "makes rows of smaller classes and drops rows of larger ones, to meet between",
        "as smote, and makes fewer",
        _CHAWLA,
    ),
    StrategyKind.WEIGHTS: (
        "weights the rows, and neither adds nor drops any",
        f"{_STREAMS}; a model that takes weights; {_SIZES}",
        "",
    ),
    StrategyKind.EVIDENCE: (
        "does what a tournament on the training rows recommends",
        "2 rows of each class for each fold",
        "Nadeau and Bengio (2003), https://doi.org/10.1023/A:1024068626366",
    ),
}


def catalogue() -> tuple[Entry, ...]:
    """List our own strategies, then every sampler of imbalanced-learn by name."""
    own = [Entry(kind.value, *told) for kind, told in _OWN.items()]
    return (*own, *map(_sampler, sampler_names()))


def line(entry: Entry) -> str:
    """Write a strategy on one line, for a terminal."""
    told = ". ".join(part[:1].upper() + part[1:] for part in entry[1:] if part)
    return f"{entry.name}: {told}"


def _sampler(name: str) -> Entry:
    documented = inspect.getdoc(find_sampler(name)) or ""
    return Entry(
        name=f"{SAMPLER}{name}",
        does=documented.partition("\n")[0].rstrip("."),
        needs="; ".join(["in memory", *_needs(name, documented)]),
        paper=paper(documented),
    )


def _needs(name: str, documented: str) -> list[str]:
    found = _columns(name)
    found += [
        f"{parameter}={default}"
        for parameter, default in _defaults(name).items()
        if parameter.endswith("_neighbors") and isinstance(default, int)
    ]
    found.append("finds sizes itself" if cleans(name) else _SIZES)
    if cleans_after(name):
        found[-1] = f"{_SIZES} before it cleans"
    told = "sample_indices_" in documented
    found.append("traceable" if told else "rows it makes are not traceable")
    return found


def _defaults(name: str) -> dict[str, object]:
    parameters = inspect.signature(find_sampler(name)).parameters.values()
    return {one.name: one.default for one in parameters}


def _columns(name: str) -> list[str]:
    parameters = _defaults(name)
    if CATEGORIES in parameters:
        return ["a column of categories and one of numbers"]
    return ["takes every value for a category"] if CODED in parameters else []


def paper(documented: str) -> str:
    r"""Draw the paper of a class from its docstring: the last one it refers to.

    Args:
        documented: In numpy's format.

    Returns:
        The reference on one line; empty if there is none.

    >>> paper('References\n----------\n.. [1] A. B., "C,"\n   2003.\n')
    'A. B., "C," 2003'
    """
    _, _, after = documented.partition("References\n")
    section = re.split(r"\n\n[A-Z]\w+\n-+\n", after)[0]
    cited = re.split(r"\.\. \[\d+\] ", section)[1:]
    return " ".join(cited[-1].split()).rstrip(".") if cited else ""
