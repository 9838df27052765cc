"""The table of RELIABILITY.md as the README quotes it. Nothing is tried here.

python -m tests.soak.quote puts it there anew.
"""

from pathlib import Path

from tests.benchmarks.report import table

_ROOT = Path(__file__).parents[2]
KEPT = _ROOT / "tests" / "benchmarks" / "RELIABILITY.md"
README = _ROOT / "README.md"
_HEADER = ("case", "tried", "found", "reached")


def quoted(page: str) -> str:
    """Choose what a reader wants first.

    Args:
        page: As report.page makes it.

    Returns:
        Its table with fewer columns, every cell to the letter.
    """
    header, _, *rows = map(_cells, _table(page))
    places = [header.index(name) for name in _HEADER]
    return table(_HEADER, [[row[at] for at in places] for row in rows], "left")


def _cells(line: str) -> list[str]:
    return line.strip("| ").split(" | ")


def _table(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ")]


def requoted(readme: str, page: str) -> str:
    """Put the table into the README's section, in the place of the one there."""
    before, title, rest = readme.partition("## Reliability\n")
    section, following, after = rest.partition("\n## ")
    former = "\n".join(_table(section))
    return "".join(
        (before, title, section.replace(former, quoted(page)), following, after)
    )


if __name__ == "__main__":
    README.write_text(
        requoted(README.read_text("utf-8"), KEPT.read_text("utf-8")), "utf-8"
    )
