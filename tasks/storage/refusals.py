"""What a store said when it failed, with nothing of what it was asked with."""

import os
import re
from collections.abc import Iterator

from tasks.storage.grants import granted

_STATUS = re.compile(r"status code: (\d{3}[A-Za-z ]*)")
_SAID = re.compile(r"<(Code|Message)>([^<]{1,200})<")
_QUOTED = re.compile(r'(?<=: string )"(?:[^"\\]|\\.)*"')  # of a key that is no JSON
_USER = re.compile(r"(?<=://)[^/@\s]*@")
_SECRET = re.compile(r"(AWS|AZURE|GOOGLE)_.*(KEY|KEY_ID|TOKEN|SECRET|PASSWORD)")
_REFUSALS = ("401", "403")
_NOBODY = ("169.254.", "metadata.google.internal")  # who machines ask for their role
_MOST = 300  # characters
_SHORTEST = 6  # characters that are worth hiding
_HIDDEN = "***"


def in_words(error: Exception) -> str:
    """Tell a failure in a line.

    Args:
        error: Its text may hold a dump of the request, and the whole of the answer,
            in which stores repeat keys, tokens and what was signed.

    Returns:
        What was tried, the status, and the code and message of the answer. What the
        environment or a grant holds as a secret is hidden in it.
    """
    first = str(error).split("\n", 1)[0]
    if any(who in first for who in _NOBODY):
        first = "there are no credentials, and this machine has no role to lend any"
    elif found := _STATUS.search(first):
        said = [text for _, text in _SAID.findall(str(error)[found.end() :])]
        first = ": ".join([first[: found.end()].rstrip(), *said[:2]])
    first = _QUOTED.sub(_HIDDEN, _USER.sub("", first))
    return _without_secrets(first)[:_MOST].rstrip(". ")


def is_refusal(error: Exception) -> bool:
    """Tell whether the store knows who asks, or not, and will not have it.

    Listings fail by this with an error of no kind.
    """
    text = str(error)
    found = _STATUS.search(text)
    status = found[1] if found else ""
    return status.startswith(_REFUSALS) or any(who in text for who in _NOBODY)


def _without_secrets(text: str) -> str:
    for secret in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return text


def _secrets() -> Iterator[str]:
    held = [found.values for _, found in granted() if found]
    named = [*os.environ.items(), *(pair for values in held for pair in values)]
    for name, value in named:
        if _SECRET.fullmatch(name) and len(value) >= _SHORTEST:
            yield value
