"""What a bucket is reached with: environment, profile, or credentials of its own.

Which place has credentials of its own is in grants; how requests are made, in buckets.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from tasks.storage.addresses import Address
from tasks.storage.grants import Credentials

Options = dict[str, Any]
"""Arguments of obstore's from_url: config, and perhaps credential_provider."""

_AWS = {
    "AWS_ACCESS_KEY_ID": "access_key_id",
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_SESSION_TOKEN": "token",
    "AWS_REGION": "region",
    "AWS_DEFAULT_REGION": "region",
    "AWS_ENDPOINT_URL": "endpoint",
    "AWS_ENDPOINT_URL_S3": "endpoint",
}
_GOOGLE = {"GOOGLE_SERVICE_ACCOUNT_KEY": "service_account_key"}
_AZURE = {
    "AZURE_STORAGE_ACCOUNT_NAME": "account_name",
    "AZURE_STORAGE_ACCOUNT_KEY": "access_key",
    "AZURE_STORAGE_SAS_KEY": "sas_token",
    "AZURE_STORAGE_ENDPOINT": "endpoint",
}
_KNOWN = {"s3": _AWS, "gs": _GOOGLE, "abfs": _AZURE}
_NEEDED = {
    "s3": [{"access_key_id", "secret_access_key"}],
    "gs": [{"service_account_key"}],
    "abfs": [{"account_name", "access_key"}, {"account_name", "sas_token"}],
}
_FILES = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
_AWS_REGION = "us-east-1"


def options(place: Address, own: Credentials | None) -> Options:
    """Say what a bucket is reached with.

    Args:
        place: In it.
        own: Credentials for it alone. Of the environment, nothing that signs a request
            or says where it goes is mixed with them. None: as the environment says.

    Returns:
        Nothing more where obstore reads the environment itself.

    Raises:
        UserError: The credentials are not of this kind of store, or are not whole; or
            the environment names a profile that cannot be read.
    """
    if own is None:
        return _profile() if place.scheme == "s3" else {}
    said = _checked(place.scheme, own)
    match place.scheme:
        case "s3":
            return _signing(said)
        case "abfs":
            return _azure(said)
        case _:
            return _google(said, own)


def _checked(scheme: str, own: Credentials) -> dict[str, str]:
    """Translate names; an unknown one is not shown, for it may be a secret itself."""
    known = _KNOWN[scheme]
    said = {known[name]: value for name, value in own.values if name in known}
    strange = len([name for name, _ in own.values if name not in known])
    whole = any(needed <= set(filter(said.get, said)) for needed in _NEEDED[scheme])
    if strange or not whole:
        fact = f"{strange} names that are not known" if strange else "too few names"
        raise UserError(
            f"The block {own.name!r} holds {fact}, for {scheme}://. Give it a JSON "
            f"record of these, each a text: {', '.join(known)}."
        )
    return said


def _signing(said: Mapping[str, str]) -> Options:
    region = said.get("region", _AWS_REGION)
    return {
        "config": {
            "region": region,
            "endpoint": said.get("endpoint", f"https://s3.{region}.amazonaws.com"),
            "skip_signature": "false",
            "virtual_hosted_style_request": "false",
        },
        "credential_provider": _always(
            access_key_id=said["access_key_id"],
            secret_access_key=said["secret_access_key"],
            token=said.get("token"),
        ),
    }


def _azure(said: Mapping[str, str]) -> Options:
    account = said["account_name"]
    endpoint = said.get("endpoint", f"https://{account}.blob.core.windows.net")
    kind = "access_key" if "access_key" in said else "sas_token"
    return {
        "config": {
            "account_name": account,
            "endpoint": endpoint,
            "skip_signature": "false",
            "use_emulator": "false",
        },
        "credential_provider": _always(**{kind: said[kind]}),
    }


def _google(said: Mapping[str, str], own: Credentials) -> Options:
    """Refuse a mixture: obstore would let a file of the environment win."""
    for name in ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH"):
        if os.environ.get(name):
            raise UserError(
                f"Both {name} and the block {own.name!r} say who asks Google. Unset "
                f"{name}, or put its key into a block as well."
            )
    return {"config": {**said, "skip_signature": "false"}}


def _always(**credential: str | None) -> Callable[[], dict[str, object]]:
    return lambda: {**credential, "expires_at": None}


def _profile() -> Options:
    """Read AWS's files by boto3, which obstore does not; keys in variables go first."""
    named = os.environ.get("AWS_PROFILE", "")
    if not named and (os.environ.get("AWS_ACCESS_KEY_ID") or not _has_files()):
        return {}
    try:
        from obstore.auth.boto3 import (  # noqa: PLC0415 - half a second, and an extra
            Boto3CredentialProvider,
        )

        from tasks.storage.profiles import session  # noqa: PLC0415 - the same
    except ImportError as error:
        if not named:
            return {}
        raise UserError(
            f"AWS_PROFILE is {named!r}, and boto3, which reads profiles, is missing. "
            "Install it with pip install 'evenkeel[cloud]', or set AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY."
        ) from error
    found, config = session(named)
    if found is None:
        return {}
    return {"config": config, "credential_provider": Boto3CredentialProvider(found)}


def _has_files() -> bool:
    return any(
        Path(os.environ.get(name) or f"~/.aws/{file}").expanduser().is_file()
        for name, file in _FILES.items()
    )
