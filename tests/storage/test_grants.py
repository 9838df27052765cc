"""Which credentials a place gets: those of the longest folder it lies in."""

import pickle
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.storage.grants import Credentials, credentials_for, granted, granting
from tasks.storage.threads import on_threads

SEGMENTS = st.lists(st.sampled_from(["a", "ab", "b"]), max_size=4)
READER = Credentials("reader", (("AWS_SECRET_ACCESS_KEY", "EVENKEEL-SECRET"),))
WRITER = Credentials("writer", ())


def _uri(segments: list[str]) -> str:
    return "/".join(["s3://bucket", *segments])


@given(st.lists(SEGMENTS, max_size=6), SEGMENTS)
def test_the_longest_folder_decides(folders: list[list[str]], place: list[str]) -> None:
    grants = tuple((_uri(one), Credentials("/".join(one), ())) for one in folders)
    above = ["/".join(one) for one in folders if place[: len(one)] == one]
    with granting(grants):
        found = credentials_for(_uri(place))
    assert (found and found.name) == (max(above, key=len) if above else None)


def test_a_folder_may_be_left_to_the_environment() -> None:
    with granting((("s3://b", READER), ("s3://b/out", None))):
        assert credentials_for("s3://b/in") == READER
        assert credentials_for("s3://b/out/name") is None
        assert credentials_for("s3://bb") is None
    assert granted() == ()


def test_threads_know_what_is_granted() -> None:
    with granting((("s3://b", READER),)):
        assert on_threads(credentials_for, ["s3://b/x"] * 9) == [READER] * 9
    assert on_threads(credentials_for, ["s3://b/x"]) == [None]


def test_the_first_error_of_a_thread_is_raised() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        on_threads(int, ["1", "x", "3"])


@given(st.text(string.ascii_letters, min_size=8, max_size=20))
def test_secrets_are_not_shown_and_do_not_travel(secret: str) -> None:
    held = Credentials("b", (("AWS_SECRET_ACCESS_KEY", secret),))
    assert repr(held) == "Credentials(name='b')"
    with pytest.raises(TypeError, match="'b' stay in their process"):
        pickle.dumps(held)
