"""What can go wrong, sorted by who can act. No message is made here but the hint's.

Facts stay in ``args`` so that every error pickles across process pools
(https://docs.python.org/3/library/pickle.html#pickling-class-instances).
"""


class EvenkeelError(Exception):
    """Anything evenkeel raises on purpose."""


class UserError(EvenkeelError):
    """The person who wrote the config or the data can mend it; never retried."""


class TransientError(EvenkeelError):
    """The storage or the network failed; worth another try."""


class VerificationError(EvenkeelError):
    """What was written is not what was planned; nothing is published."""
