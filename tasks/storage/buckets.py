"""How buckets are reached, with patience, and what it means when they are not.

What they are reached with is in access, how a failure is told in refusals.
"""

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
from tasks.storage.access import Options, options
from tasks.storage.addresses import Address
from tasks.storage.grants import credentials_for
from tasks.storage.refusals import in_words, is_refusal

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
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")
_REFUSED = (
    *(PermissionDeniedError, UnauthenticatedError, PermissionError),
    FileNotFoundError,
)
_ENDPOINTS = (
    *("AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AWS_ENDPOINT_URL_S3"),
    *("AZURE_ENDPOINT", "AZURE_STORAGE_ENDPOINT"),
)


def bucket(place: Address) -> Any:  # noqa: ANN401 - one of obstore's, by scheme
    """Reach a bucket with what is granted for it, or as the environment says.

    Args:
        place: In it.

    Returns:
        The bucket, which tries again what may pass: throttling, 5xx and lost
        connections.

    Raises:
        UserError: Credentials or environment do not say enough, or what is no sense.
    """
    said = options(place, credentials_for(place.uri))
    try:
        return from_url(
            f"{place.scheme}://{place.bucket}",
            client_options={"allow_http": _plain_http(said), "timeout": _LONGEST},
            retry_config=RETRIES,
            **said,
        )
    except (BaseError, ValueError) as error:
        raise UserError(
            f"{place.scheme}://{place.bucket} cannot be reached: {in_words(error)}. "
            "Set endpoint, region and credentials in the environment, or in the block "
            "that the config names."
        ) from None


def _plain_http(said: Options) -> bool:
    """Take an endpoint without TLS if the user named one: a store of his own."""
    own = said.get("config", {}).get("endpoint")
    named = [own] if own else [os.environ.get(name, "") for name in _ENDPOINTS]
    return any(endpoint.startswith("http://") for endpoint in named)


@contextmanager
def reported(uri: str) -> Iterator[None]:
    """Tell a failure of the storage by who can act.

    Its cause is left out: obstore's own text holds what was asked and answered, and a
    store may answer with keys, tokens and signatures.

    Args:
        uri: What is worked on.

    Raises:
        UserError: Not permitted, or no such bucket.
        TransientError: Any other failure.
    """
    try:
        yield
    except (BaseError, OSError) as error:
        told = f"Cannot use {uri!r}: {in_words(error)}."
        if isinstance(error, InvalidPathError):  # obstore lists all or nothing
            raise UserError(f"{told} Rename or remove that object.") from None
        refused = isinstance(error, _REFUSED) or is_refusal(error)
        if not (refused or _no_bucket(error)):
            raise TransientError(told) from None
        raise UserError(
            f"{told} Check the name of the bucket, and what these credentials may "
            "do there."
        ) from None


def patiently(uri: str, act: Callable[[], T]) -> T:
    """Try again what obstore does not when a connection is lost.

    That is a list that breaks off half-way, a removal, and a put that must create. The
    first put may have been done all the same; then the next is told that the name is
    taken, and who calls has to compare.

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


def _no_bucket(error: Exception) -> bool:
    """Recognise what obstore has no error for; a listing meets it."""
    return any(f"<Code>{code}<" in str(error) for code in _NO_BUCKET)
