"""Hashes files, on disk and in buckets. What a hash is compared with, others know."""

import hashlib

import pyarrow as pa

_PIECE, _REMOTE_PIECE = 256 << 10, 8 << 20  # bytes; a remote piece is a request


def sha256(file: pa.NativeFile) -> str:
    """Hash a file from its beginning to its end.

    Args:
        file: Open for reading, at any place.

    Returns:
        The hash in hexadecimal.
    """
    size = _PIECE if isinstance(file, pa.OSFile) else _REMOTE_PIECE
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(size):
        digest.update(piece)
    return digest.hexdigest()
