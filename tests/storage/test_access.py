"""Buckets are asked in the name of whom environment, profile or block say."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import UserError
from tasks.storage.access import options
from tasks.storage.addresses import Address
from tasks.storage.buckets import bucket
from tasks.storage.grants import Credentials, granting
from tasks.storage.stores import store_at
from tests.proxy import Asked, Refused, before
from tests.s3 import S3

S3_PLACE = Address("s3", "bucket", "a")
GOOGLE = Address("gs", "bucket", "a")
AZURE = Address("abfs", "container", "a/b")
KEYS = {"AWS_ACCESS_KEY_ID": "BLOCKKEY", "AWS_SECRET_ACCESS_KEY": "EVENKEEL-SECRET"}
SERVICE = '{"client_email": "a@b.c", "private_key": "", "private_key_id": "", '
KEYLESS = SERVICE + '"gcs_base_url": "http://127.0.0.1:1", "disable_oauth": true}'


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def _block(values: Mapping[str, str]) -> Credentials:
    return Credentials("secret/mine", tuple(sorted(values.items())))


def _profile(folder: Path, name: str, endpoint: str = "") -> None:
    (folder / "credentials").write_text(
        f"[{name}]\naws_access_key_id = PROFILEKEY\naws_secret_access_key = x\n"
    )
    (folder / "config").write_text(
        f"[profile {name}]\nregion = eu-central-1\n"
        + (f"endpoint_url = {endpoint}\n" if endpoint else "")
    )


def test_each_way_signs_with_its_own_key(
    s3_server: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = {way: s3_server.bucket() for way in ("environment", "block", "profile")}
    with before(s3_server) as one, before(s3_server) as other:
        block = _block({**KEYS, "AWS_ENDPOINT_URL": other.endpoint})
        monkeypatch.setenv("AWS_ENDPOINT_URL", one.endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ENVIRONMENTKEY")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "ENVIRONMENTTOKEN")
        store_at(f"s3://{names['environment']}").replace("x", b"1")
        with granting(((f"s3://{names['block']}", block),)):
            store_at(f"s3://{names['block']}").replace("x", b"1")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_PROFILE", "night")
        _profile(tmp_path, "night")
        store_at(f"s3://{names['profile']}").replace("x", b"1")
    assert one.who("PUT") == {
        ("ENVIRONMENTKEY", names["environment"]),
        ("PROFILEKEY", names["profile"]),
    }
    assert other.who("PUT") == {("BLOCKKEY", names["block"])}
    assert not [ask for ask in other.asked if "x-amz-security-token" in ask.headers]


def _lend(asked: Asked) -> Refused | None:
    """Answer as a machine does that lends its role."""
    key = {
        "AccessKeyId": "ROLEKEY",
        "SecretAccessKey": "x",
        "Token": "ROLETOKEN",
        "Expiration": "2099-01-01T00:00:00Z",
        "Code": "Success",
    }
    answers = {
        "/latest/api/token": b"token",
        "/latest/meta-data/iam/security-credentials/": b"role",
        "/latest/meta-data/iam/security-credentials/role": json.dumps(key).encode(),
        "/container": json.dumps(key).encode(),
    }
    found = answers.get(asked.path)
    return Refused(200, found) if found else None


@pytest.mark.parametrize("kind", ["machine", "container"])
def test_a_role_signs_where_nothing_else_is_said(
    kind: str, s3_server: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = s3_server.bucket()
    with before(s3_server, _lend) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        if kind == "machine":
            monkeypatch.setenv("AWS_METADATA_ENDPOINT", proxy.endpoint)
        else:
            (tmp_path / "token").write_text("word")
            token, lender = str(tmp_path / "token"), f"{proxy.endpoint}/container"
            monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token)
            monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", lender)
        store_at(f"s3://{name}").replace("x", b"1")
    assert ("ROLEKEY", name) in proxy.who("PUT")


def test_one_place_reached_in_two_ways_has_two_stores() -> None:
    with granting((("s3://bucket-x", _block(KEYS)),)):
        granted = store_at("s3://bucket-x")
        assert store_at("s3://bucket-x") is granted
    assert store_at("s3://bucket-x") is not granted


def test_a_profile_names_region_and_endpoint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    _profile(tmp_path, "default", "http://127.0.0.1:5")
    (tmp_path / "config").write_text(
        (tmp_path / "config").read_text().replace("profile default", "default")
    )
    told = options(S3_PLACE, None)
    assert told["config"] == {
        "region": "eu-central-1",
        "endpoint": "http://127.0.0.1:5",
    }
    assert told["credential_provider"]()["access_key_id"] == "PROFILEKEY"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "variables go first")
    assert options(S3_PLACE, None) == {}


def test_without_profile_or_files_obstore_asks_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert options(S3_PLACE, None) == {}
    (tmp_path / "config").write_text("[default]\nregion = eu-central-1\n")
    assert options(S3_PLACE, None) == {}
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(UserError, match=r"'nobody' cannot be used.*Correct AWS_PROF"):
        options(S3_PLACE, None)


def test_a_damaged_file_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "night")
    (tmp_path / "credentials").write_text("EVENKEEL-SECRET without any section\n")
    with pytest.raises(UserError, match="cannot be used") as caught:
        options(S3_PLACE, None)
    assert "EVENKEEL-SECRET" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_profile_without_boto3_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _profile(tmp_path, "night")
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "tasks.storage.profiles", raising=False)
    monkeypatch.delitem(sys.modules, "obstore.auth.boto3", raising=False)
    assert options(S3_PLACE, None) == {}
    monkeypatch.setenv("AWS_PROFILE", "night")
    with pytest.raises(UserError, match=r"boto3.*pip install 'evenkeel\[cloud\]'"):
        options(S3_PLACE, None)


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (S3_PLACE, KEYS),
        (GOOGLE, {"GOOGLE_SERVICE_ACCOUNT_KEY": KEYLESS}),
        (
            AZURE,
            {
                "AZURE_STORAGE_ACCOUNT_NAME": "account",
                "AZURE_STORAGE_ACCOUNT_KEY": "RVZFTktFRUw=",
            },
        ),
        (
            AZURE,
            {
                "AZURE_STORAGE_ACCOUNT_NAME": "account",
                "AZURE_STORAGE_SAS_KEY": "sv=1&sig=EVENKEEL",
            },
        ),
    ],
)
def test_a_block_opens_each_kind_of_store(
    place: Address, values: Mapping[str, str]
) -> None:
    with granting(((place.uri, _block(values)),)):
        opened = bucket(place)
    shown = repr(opened)
    assert place.bucket in shown
    assert not any(value in shown for value in values.values() if value != "account")


@pytest.mark.parametrize(
    ("place", "values", "fact"),
    [
        (S3_PLACE, {**KEYS, "AKIAEVENKEEL": "x"}, "1 names that are not known"),
        (S3_PLACE, {"AWS_ACCESS_KEY_ID": "x"}, "too few names"),
        (S3_PLACE, {**KEYS, "AWS_SECRET_ACCESS_KEY": ""}, "too few names"),
        (GOOGLE, KEYS, "2 names that are not known"),
        (AZURE, {"AZURE_STORAGE_ACCOUNT_NAME": "x"}, "too few names"),
    ],
)
def test_a_block_that_does_not_fit_is_refused_unseen(
    place: Address, values: Mapping[str, str], fact: str
) -> None:
    with pytest.raises(UserError, match=fact) as caught:
        options(place, _block(values))
    assert "EVENKEEL" not in str(caught.value)


def test_a_file_of_google_and_a_block_are_not_mixed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", "/some/file.json")
    with pytest.raises(UserError, match="Unset GOOGLE_SERVICE_ACCOUNT"):
        options(GOOGLE, _block({"GOOGLE_SERVICE_ACCOUNT_KEY": KEYLESS}))


def test_the_environment_opens_google_and_azure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No request is made: there is no server of theirs to ask."""
    (tmp_path / "key.json").write_text(KEYLESS)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(UserError, match=r"none\.json.*Set endpoint"):
        bucket(GOOGLE)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(tmp_path / "key.json"))
    assert _config(bucket(GOOGLE))["bucket"] == "bucket"
    with pytest.raises(UserError, match="Account must be specified"):
        bucket(AZURE)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "RVZFTktFRUw=")
    assert _config(bucket(AZURE)) == {"container_name": "container"}
    assert bucket(AZURE).prefix is None


def _config(opened: Any) -> dict[str, str]:  # noqa: ANN401 - one of obstore's
    return dict(opened.config)
