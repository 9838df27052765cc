"""Run the command and tell what was unpickled: python -m tests.flows.unpickled WORDS.

A process of its own, for an audit hook stays until its end.
"""

import sys

from flows.cli import main

FOUND: list[str] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "pickle.find_class":
        FOUND.append(".".join(map(str, arguments)))


if __name__ == "__main__":
    sys.addaudithook(_watch)
    code = main(sys.argv[1:])
    sys.stdout.write(f"\nunpickled: {FOUND}\n")
    sys.exit(code)
