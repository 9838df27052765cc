"""One table of texts that try to be more than text, for all tests of outlets."""

from tests import evidence

MARK = "FORGED"
"""No line of a log, no cell of a table may begin with it."""

TEXTS = tuple(
    dict.fromkeys(
        (
            *(text for text in evidence.HOSTILE if text.strip()),
            f"x\n{MARK} | INFO | all is well",
            f"x\r\n{MARK}\r",
            f"x\u2028{MARK}\u2029{MARK}\x85{MARK}\x0b{MARK}\x0c{MARK}",
            f"%0a{MARK}",
            f"\u202e{MARK}\u2066",
            "\x1b]0;title\x07\x1b[2J",
            "=1+1",
            "@SUM(A1)",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "..",
            "../../../etc/passwd",
            "/etc/passwd",
            "C:\\windows\\x",
            "${jndi:ldap://127.0.0.1/x}",
            "'; DROP TABLE x; --",
            '"><script>document.title="RAN"</script>',
            "javascript:document.title='RAN'",
            "<a href='javascript:alert(5)'>x</a>",
            "<iframe srcdoc='<script>parent.document.title=1</script>'>",
            "%s %d {0} {x!r}",
            "\ufeff\u200b\u00ad",
            "a" * 5_000,
        )
    )
)


def is_one_clean_line(text: str) -> bool:
    """Tell whether text can neither begin a line nor steer a terminal or a reader."""
    return all(c.isprintable() or c == "\u200d" for c in text)
