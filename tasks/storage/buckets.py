"""How buckets are reached: endpoint, credentials, patience. Objects are in objects."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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

_LONGEST = timedelta(minutes=1)  # that one try may take
RETRIES: "RetryConfig" = {
    "max_retries": 12,
    "retry_timeout": timedelta(minutes=3),  # for all tries of a request
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=15),
        "base": 2,
    },
}
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")
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
        if isinstance(error, InvalidPathError):  # obstore lists all or nothing
            raise UserError(f"{told} Rename or remove that object.") from error
        if isinstance(error, (*_REFUSED, FileNotFoundError)) or _no_bucket(error):
            raise UserError(
                f"{told} Check the name of the bucket, and what these credentials may "
                "do there."
            ) from error
        raise TransientError(told) from error


def _no_bucket(error: Exception) -> bool:
    """Recognise what obstore has no error for; a listing meets it."""
    return any(f"<Code>{code}<" in str(error) for code in _NO_BUCKET)


def _first_line(error: Exception) -> str:
    """Leave out obstore's dump of the request."""
    return str(error).split("\n", 1)[0][:300]
