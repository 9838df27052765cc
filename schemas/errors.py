"""What can go wrong, sorted by who can act. No message is made here but the hint's.

Facts stay in ``args`` so that every error pickles across process pools
(https://docs.python.org/3/library/pickle.html#pickling-class-instances).
"""

_JOINER = "\u200d"  # makes one emoji of several


class EvenkeelError(Exception):
    """Anything evenkeel raises on purpose; one line of what can be seen.

    A message may name a label, a column or a file, and these are data: a line break in
    one would begin a line of a log that nobody wrote.
    """

    def __str__(self) -> str:
        """Escape control characters, directional marks and line breaks."""
        text = super().__str__()
        return "".join(
            c if c.isprintable() or c == _JOINER else repr(c)[1:-1] for c in text
        )


class UserError(EvenkeelError):
    """The person who wrote the config or the data can mend it; never retried."""


class TransientError(EvenkeelError):
    """The storage or the network failed; worth another try."""


class VerificationError(EvenkeelError):
    """What was written is not what was planned; nothing is published."""
