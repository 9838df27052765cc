"""A real S3 server as a process of its own, for tests that read and write buckets.

It is moto: it speaks S3 and honours If-None-Match, and takes any credentials.
"""

import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import boto3

from tests.project import until

_WHO = "evenkeel-tests"
_REGION = "us-east-1"


class S3(NamedTuple):
    """A server, and how it is reached."""

    endpoint: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process that uses it has in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": _REGION,
            "AWS_ACCESS_KEY_ID": _WHO,
            "AWS_SECRET_ACCESS_KEY": _WHO,
        }

    @property
    def client(self) -> Any:  # noqa: ANN401 - boto3 makes its classes as it runs
        """Reach it without any code of ours."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=_REGION,
            aws_access_key_id=_WHO,
            aws_secret_access_key=_WHO,
        )

    def bucket(self) -> str:
        """Make an empty bucket.

        Returns:
            Its name, one that no other has: this process keeps stores by their URI.
        """
        name = f"test-{secrets.token_hex(8)}"
        self.client.create_bucket(Bucket=name)
        return name

    def upload(self, path: Path, bucket: str, key: str) -> str:
        """Put a file.

        Returns:
            Its URI.
        """
        self.client.upload_file(str(path), bucket, key)
        return f"s3://{bucket}/{key}"

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """List all keys of a bucket."""
        pages = self.client.get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=bucket, Prefix=prefix)
        return [item["Key"] for page in found for item in page.get("Contents", [])]

    def read(self, bucket: str, key: str) -> bytes:
        """Read an object."""
        return bytes(self.client.get_object(Bucket=bucket, Key=key)["Body"].read())


@contextmanager
def serving() -> Iterator[S3]:
    """Run a server on a free port of this machine, as long as the body."""
    command = [str(Path(sys.executable).with_name("moto_server")), "-p", "0"]
    with tempfile.TemporaryFile("w+b") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own words

        def endpoint() -> str | None:
            log.seek(0)
            found = re.search(rb"Running on (http://[\d.]+:\d+)", log.read())
            return found and found[1].decode()

        try:
            yield S3(until(endpoint, "the S3 server"))
        finally:
            process.terminate()
            process.wait()
