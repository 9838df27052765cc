"""Which credentials are meant for which place, while a run's work is done.

Where they are kept is not known here: who asks for the work loads them. Places without
any are reached as the environment says. What a store makes of them is in access.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NoReturn


@dataclass(frozen=True)
class Credentials:
    """What a place is reached with; never shown, and never sent to another process."""

    name: str
    """Of what holds them."""
    values: tuple[tuple[str, str], ...] = field(repr=False)
    """By the names of environment variables, sorted."""

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: results and parameters are stored.

        Raises:
            TypeError: Always.
        """
        raise TypeError(f"the credentials of {self.name!r} stay in their process")


Grants = tuple[tuple[str, Credentials | None], ...]
"""URIs of folders, and what each, with all below, is reached with; None: environment.
"""

_granted: ContextVar[Grants] = ContextVar("granted", default=())


@contextmanager
def granting(grants: Grants) -> Iterator[None]:
    """Have places reached with these credentials, and no others, in the body.

    Args:
        grants: The longest URI that a place lies at or below decides.
    """
    before = _granted.set(grants)
    try:
        yield
    finally:
        _granted.reset(before)


def granted() -> Grants:
    """Tell what is granted here; threads must take it along, see threads."""
    return _granted.get()


def credentials_for(uri: str) -> Credentials | None:
    """Find the credentials of a place.

    Args:
        uri: Without a slash at its end.

    Returns:
        Those of the longest URI it lies at or below; None to use the environment.
    """
    fitting = [
        (len(prefix), found)
        for prefix, found in granted()
        if f"{uri}/".startswith(f"{prefix}/")
    ]
    return max(fitting, key=lambda one: one[0])[1] if fitting else None
