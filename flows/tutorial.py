"""The data-balancing tutorial as a flow. Its steps are in walk."""

from prefect import flow

from flows.walk import walk
from tasks.algorithms.lessons import Tutorial
from tasks.tutorial import publish_page


@flow(name="tutorial", persist_result=False)
def tutorial() -> Tutorial:
    """Walk the data-balancing tutorial and store its page as an artifact.

    Returns:
        What all steps found.
    """
    found = walk(lambda stage, *args: stage(*args))
    publish_page(found)
    return found
