"""Whether a verdict lets a version be published. What follows is up to publishing."""

from schemas.config import PublishWhen
from schemas.verdict import Verdict

_REFUSED: dict[PublishWhen, tuple[Verdict, ...]] = {
    PublishWhen.ALWAYS: (),
    PublishWhen.UNLESS_HURT: ("hurt",),
    PublishWhen.IF_HELPED: ("hurt", "no difference", "not evaluated"),
}
_FOUND: dict[Verdict, str] = {
    "helped": "balancing helped",
    "no difference": "balancing made no difference",
    "hurt": "balancing hurt",
    "not evaluated": "nothing was evaluated",
}


def objection(when: PublishWhen, verdict: Verdict) -> str | None:
    """Say why a version may not be published.

    Args:
        when: What the verdict must be.
        verdict: What came of balancing; one that is not known does not hurt.

    Returns:
        A sentence, or None if the version may be published.

    >>> objection(PublishWhen.UNLESS_HURT, "hurt")
    "Held back: balancing hurt, and 'publish: unless_hurt' lets no such version out."
    >>> objection(PublishWhen.UNLESS_HURT, "not evaluated")
    """
    if verdict not in _REFUSED[when]:
        return None
    return (
        f"Held back: {_FOUND[verdict]}, and 'publish: {when}' lets no such version out."
    )
