"""The list of all strategies, one line each; what it says is the catalogue's."""

import sys

from flows.console import print_json
from tasks.algorithms.catalogue import catalogue, line


def show_strategies(*, as_json: bool) -> None:
    """Print what there is to choose from."""
    found = catalogue()
    if as_json:
        print_json({"strategies": [one._asdict() for one in found]})
        return
    sys.stdout.writelines(f"{line(one)}\n" for one in found)
