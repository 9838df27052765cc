"""Labels as people read them: one line, bounded width. Labels as codes are in labels.

A label is data: it may be blank, hold control characters or run to a page.
"""

import unicodedata

_WIDE = "WF"  # East Asian wide and fullwidth characters fill two cells
_JOINER = "\u200d"  # makes one emoji of several


def one_line(text: str) -> str:
    r"""Write text on one line, with nothing in it that cannot be seen.

    Args:
        text: Any text.

    Returns:
        The text with control characters, directional marks and line breaks escaped as
        in Python, so that different texts stay different.

    >>> print(one_line("a\nb\x1b"))
    a\nb\x1b
    """
    return "".join(
        c if c.isprintable() or c == _JOINER else repr(c)[1:-1] for c in text
    )


def printable(label: str | None) -> str:
    """Write a label on one line, in quotes where it would not be seen.

    Args:
        label: Any text; None is a missing label.

    >>> printable("a"), printable(" "), printable(None)
    ('a', "' '", '(missing)')
    """
    if label is None:
        return "(missing)"
    return one_line(label) if label.strip() else repr(label)


def cells(text: str) -> int:
    """Measure text in character cells, as a terminal does.

    >>> cells("abc"), cells("日本")
    (3, 4)
    """
    return sum(2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)


def shorten(label: str | None, width: int) -> str:
    """Write a label on one line of at most so many cells.

    Args:
        label: Any text; None is a missing label.
        width: Cells, 1 or more.

    Returns:
        The printable label; its start and an ellipsis where it is too long.

    >>> shorten("iris-versicolor", 8), shorten("iris", 8)
    ('iris-ve…', 'iris')
    """
    text = printable(label)
    if cells(text) <= width:
        return text
    text = text[:width]  # a label may run to megabytes
    while cells(text) > width - 1:
        text = text[:-1]
    return text + "…"


def quoted(label: str, width: int) -> str:
    r"""Write a label in quotes, for a sentence.

    Args:
        label: Any text.
        width: Cells of the label, 1 or more.

    >>> print(quoted("a\nb", 9), quoted("", 9), quoted("long", 3))
    'a\nb' '' 'lo…'
    """
    text = shorten(label, width)
    return f"'{text}'" if label.strip() else text  # blank ones have quotes already


def percent(share: float) -> str:
    """Write a share so that little does not look like nothing.

    Args:
        share: 0 or more.

    >>> percent(0.117), percent(0.00002), percent(0)
    ('11.7%', '<0.1%', '0.0%')
    """
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"  # noqa: PLR2004 - .1% would show 0.0%
