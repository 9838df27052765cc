"""How templates are filled so that no value can change the shape of a page.

What is filled in is put together in rendering and summary.
"""

import html as entities
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tasks.algorithms.captions import one_line, shorten

_MARKUP = re.compile(r"[\\`*_\[\]~#$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def escape_markdown(text: str) -> str:
    r"""Write text so that markdown, in a table too, shows it as it is.

    Args:
        text: Anything; what cannot be seen is escaped as in Python.

    Returns:
        One line without live markup, HTML, mathematics or links.

    >>> escape_markdown("a|b <i>*c*")
    'a&#124;b &lt;i&gt;\\*c\\*'
    """
    quoted = entities.escape(_MARKUP.sub(r"\\\g<0>", one_line(text)), quote=False)
    return quoted.replace("|", "&#124;")


def _shown(value: object) -> object:
    match value:
        case None:
            return "\N{EN DASH}"
        case int():
            return f"{value:,}"
        case float() if 0 < abs(value) < 0.001:  # noqa: PLR2004 - .3f would show 0.000
            return f"{value:.1g}"
        case float():
            return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.1f}"  # noqa: PLR2004 - as many digits again
        case _:
            return value


def _shown_in_markdown(value: object) -> Markup:
    if isinstance(value, Markup):
        return value
    return Markup(escape_markdown(str(_shown(value))))  # noqa: S704 - just escaped


HTML = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    finalize=_shown,
)
HTML.filters["shorten"] = shorten
HTML.filters["one_line"] = one_line
MARKDOWN = HTML.overlay(finalize=_shown_in_markdown)
