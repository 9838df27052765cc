"""A run whose whole was interrupted ends at a stage or a part, not after its last."""

from threading import Event

import pytest

from schemas.errors import EvenkeelError
from tasks.progress import follow_call, follow_parts, silent
from tasks.stopping import go_on, stopped_by


def test_stages_and_parts_begin_no_more_and_what_is_done_is_done() -> None:
    event = Event()
    with stopped_by(event):
        follower, sizes = follow_parts("halve", [1, 2], (), silent)
        follower.count(sizes[0])
        event.set()
        with pytest.raises(EvenkeelError, match="was interrupted"):
            follower.count(sizes[1])
        with pytest.raises(EvenkeelError, match="was interrupted"):
            follow_call("publish", silent)
        follower.finish()  # what is published is not told to have failed
    go_on()
