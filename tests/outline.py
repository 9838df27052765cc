"""What a page is made of: its tags, and the text between them."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Outline(HTMLParser):
    """The tags of a page, each with the names of its attributes, and its texts."""

    def __init__(self, page: str) -> None:
        """Read a page of HTML."""
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        names = [name for name, _ in attrs if name != "title"]
        self.tags.append(" ".join([tag, *names]))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text.append(data)


def outline_of(markdown: str) -> Outline:
    """Read a page of markdown."""
    return Outline(MARKDOWN.render(markdown))


def squeezed(text: str) -> str:
    """Write any run of blanks as one."""
    return " ".join(text.split())
