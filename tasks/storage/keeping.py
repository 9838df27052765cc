"""Whether a store keeps what is there when something else is put in its place.

rclone and s3rver, among others, take S3's ``If-None-Match: *`` and ignore it: of two
runs at once the later would overwrite what the earlier published.
"""

from io import BytesIO
from typing import IO, Protocol

from schemas.errors import UserError

PROBE = "_commits/probe"


class Putting(Protocol):
    """The part of a store that is tried."""

    root: str

    def put(self, path: str, data: IO[bytes], /) -> bool:
        """Put an object whole; False when its name is taken."""


def keeps(store: Putting) -> None:
    """See that a name which is taken stays taken.

    Args:
        store: Of OUTPUT/NAME. It is left with a small object that is no version.

    Raises:
        UserError: It does not.
        TransientError: The storage failed.
    """
    # The first may find another run's probe, which answers the question as well.
    if store.put(PROBE, BytesIO(b"1")) and store.put(PROBE, BytesIO(b"2")):
        raise UserError(
            f"The store of {store.root!r} overwrites what is there though asked not to "
            "(it ignores If-None-Match), so that runs at once could destroy each "
            "other's versions. Publish to a store that honours it, as S3, GCS, Azure, "
            "MinIO and Ceph do, or to a local folder."
        )
