"""Sharing: runs of one process that work at once wait for each other's memory.

How much a run needs is estimated in algorithms.memory; what there is, read in storage;
a run that is alone, or would not even fit alone, is guarding's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Condition


class SharedMemory:
    """Knows what each run at work will take at most."""

    def __init__(self) -> None:
        """Begin with no run."""
        self._claims: dict[object, int] = {}
        self._changed = Condition()

    @contextmanager
    def for_a_run(self) -> Iterator[None]:
        """Have the run in the body share this memory, and give its part back after."""
        run = object()
        before = _sharing.set((self, run))
        try:
            yield
        finally:
            _sharing.reset(before)
            self._give_back(run)

    def claim(
        self, run: object, common: int, own: int, look: Callable[[], int | None]
    ) -> int | None:
        """Wait until a run fits beside those that hold a claim; if there is none, not.

        Args:
            run: Whose claim it is; a former one of it is forgotten.
            common: Bytes that all runs of a process take together.
            own: Bytes that this one takes beside.
            look: Tells how many bytes there are, those already taken included.

        Returns:
            What there is now; None where it cannot be told.
        """
        with self._changed:
            self._claims.pop(run, None)
            while (
                self._claims
                and (there := look()) is not None
                and common + sum(self._claims.values()) + own > there
            ):
                self._changed.wait()
            self._claims[run] = own
            return look()

    def _give_back(self, run: object) -> None:
        with self._changed:
            self._claims.pop(run, None)
            self._changed.notify_all()


_sharing: ContextVar[tuple[SharedMemory, object] | None] = ContextVar(
    "sharing", default=None
)


def room(common: int, own: int, look: Callable[[], int | None]) -> int | None:
    """Tell what memory a run may have, once no other that it shares with needs it.

    Args:
        common: As for ``SharedMemory.claim``.
        own: As for ``SharedMemory.claim``.
        look: As for ``SharedMemory.claim``.

    Returns:
        Bytes; at once where the run shares with none.
    """
    shared = _sharing.get()
    if shared is None:
        return look()
    memory, run = shared
    return memory.claim(run, common, own, look)
