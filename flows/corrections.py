"""What the command prints of corrected probabilities; the terminal is in console."""

from rich.table import Table
from rich.text import Text

from flows.console import print_json, terminal
from schemas.records import Unbalanced
from tasks.algorithms.captions import shorten

_WIDTH = 40  # cells of a label


def show_unbalanced(found: Unbalanced, *, as_json: bool) -> None:
    """Print what became of the probabilities of each class."""
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    out = terminal()
    title = f"{found.rows:,} rows corrected for {found.dataset}, version"
    out.print(Text(f"{title} {found.version}", style="bold"))
    table = Table(header_style="bold")
    table.add_column("class", min_width=5)
    table.add_column("prior learnt → real", justify="right", no_wrap=True)
    table.add_column("mean probability", justify="right", no_wrap=True)
    for item in found.classes:
        table.add_row(
            Text(shorten(item.label, _WIDTH)),
            f"{item.prior_learnt:.4f} → {item.prior_real:.4f}",
            f"{item.mean_before:.4f} → {item.mean_after:.4f}",
        )
    out.print(table)
    out.print(Text(found.note if found.safe else f"Not safe: {found.note}"))
    out.print(Text(f"\nwritten {found.out}"), soft_wrap=True)
