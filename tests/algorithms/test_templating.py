"""No value can change the shape of a page of markdown."""

from hypothesis import example, given
from hypothesis import strategies as st

from tasks.algorithms.captions import one_line
from tasks.algorithms.templating import HTML, MARKDOWN, escape_markdown
from tests import evidence
from tests.outline import outline_of, squeezed

LABELS = st.text(max_size=50) | st.sampled_from(evidence.HOSTILE)


@given(LABELS)
@example("\\|")
@example("www.example.org and a@b.cd")
def test_escaped_text_reads_as_it_was_in_a_cell(text: str) -> None:
    table = f"| a | b |\n| - | - |\n| x{escape_markdown(text)}x | y |\n"
    outline = outline_of(table)

    assert outline.tags.count("td") == 2
    assert squeezed(f"x{one_line(text)}x") in squeezed("".join(outline.text))


def test_bare_addresses_are_no_links() -> None:
    outline = outline_of(escape_markdown("<https://e.org> [a](b) ![c](d)"))

    assert outline.tags == ["p"]


def test_numbers_have_as_many_digits_as_readers_need() -> None:
    shown = {0.00012: "0.0001", 0.5: "0.500", 472.41: "472.4", 1_234: "1,234"}

    for environment in (HTML, MARKDOWN):
        template = environment.from_string("{{ value }}")
        assert [template.render(value=v) for v in shown] == list(shown.values())
        assert template.render(value=None) == "\N{EN DASH}"
