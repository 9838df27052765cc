"""Profiles of AWS's own files, read by boto3. When they count is in access."""

import boto3
from botocore.exceptions import BotoCoreError

from schemas.errors import UserError


def session(profile: str) -> tuple[boto3.Session | None, dict[str, str]]:
    """Open a profile.

    Args:
        profile: As AWS_PROFILE names it; empty for the default one.

    Returns:
        The session, and region and endpoint as obstore takes them; None and nothing
        if it has no credentials: the machine's own role is then asked for some.

    Raises:
        UserError: There is no such profile, or the files cannot be read.
    """
    try:
        found = boto3.Session(profile_name=profile or None)
        if found.get_credentials() is None:
            return None, {}
        client = found.client("s3", region_name=found.region_name or "us-east-1")
    except (BotoCoreError, ValueError) as error:
        # Not the text: a parser's may quote the line that it stumbled over.
        raise UserError(
            f"The AWS profile {profile or 'default'!r} cannot be used "
            f"({type(error).__name__}). Correct AWS_PROFILE or the files in ~/.aws."
        ) from None
    told = {"region": client.meta.region_name, "endpoint": client.meta.endpoint_url}
    return found, told
