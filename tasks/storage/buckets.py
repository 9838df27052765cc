"""How buckets are reached: endpoint, credentials, patience. Objects are in objects."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from obstore.exceptions import (
    BaseError,
    InvalidPathError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import from_url

from schemas.errors import TransientError, UserError
from tasks.storage.addresses import Address

if TYPE_CHECKING:
    from obstore.store import RetryConfig

T = TypeVar("T")
_LONGEST = timedelta(minutes=1)  # that one try may take
PATIENCE = timedelta(minutes=3)  # for all tries of a request
_PAUSES = (0.1, 15.0)  # seconds after the first failure, and at most
RETRIES: "RetryConfig" = {
    "max_retries": 12,
    "retry_timeout": PATIENCE,
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=15),
        "base": 2,
    },
}
_REFUSED = (PermissionDeniedError, UnauthenticatedError, PermissionError)


def bucket(place: Address) -> Any:  # noqa: ANN401 - one of obstore's, by scheme
    """Reach a bucket as the environment says: AWS_*, GOOGLE_*, AZURE_*.

    Args:
        place: In it.

    Returns:
        The bucket, which tries again what may pass: throttling, 5xx and lost
        connections.

    Raises:
        UserError: The environment does not say enough, or what is no sense.
    """
    try:
        return from_url(
            f"{place.scheme}://{place.bucket}",
            client_options={"allow_http": _plain_http(), "timeout": _LONGEST},
            retry_config=RETRIES,
        )
    except (BaseError, ValueError) as error:
        raise UserError(
            f"{place.scheme}://{place.bucket} cannot be reached: {_first_line(error)}. "
            "Set endpoint, region and credentials in the environment."
        ) from error


def _plain_http() -> bool:
    """Take an endpoint without TLS if the user named one: a store of his own."""
    names = (
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT",
        "AZURE_ENDPOINT",
        "AWS_ENDPOINT_URL_S3",
    )
    return any(os.environ.get(name, "").startswith("http://") for name in names)


@contextmanager
def reported(uri: str) -> Iterator[None]:
    """Tell a failure of the storage by who can act.

    Args:
        uri: What is worked on.

    Raises:
        UserError: Not permitted, or no such bucket.
        TransientError: Any other failure.
    """
    try:
        yield
    except (BaseError, OSError) as error:
        told = f"Cannot use {uri!r}: {_first_line(error)}."
        if isinstance(error, (*_REFUSED, InvalidPathError, FileNotFoundError)):
            raise UserError(
                f"{told} Check the name of the bucket, and what these credentials may "
                "do there."
            ) from error
        raise TransientError(told) from error


def patiently(uri: str, act: Callable[[], T]) -> T:
    """Try again what obstore does not when a connection is lost.

    That is a list that breaks off half-way, and a put that must create. The first put
    may have been done all the same; then the next is told that the name is taken, and
    who calls has to compare.

    Args:
        uri: What is worked on.
        act: Does it; safe to be repeated.

    Returns:
        What it returned.

    Raises:
        UserError: Not permitted, or no such bucket.
        TransientError: It failed as long as patience lasted.
    """
    patient_until = time.monotonic() + PATIENCE.total_seconds()
    pause, longest = _PAUSES
    while True:
        try:
            with reported(uri):
                return act()
        except TransientError:
            if time.monotonic() + pause > patient_until:
                raise
        time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - so that twins part
        pause = min(2 * pause, longest)


def _first_line(error: Exception) -> str:
    """Leave out obstore's dump of the request."""
    return str(error).split("\n", 1)[0][:300]
