"""What a store's failure is told as: facts, and nothing that was asked with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.storage.grants import Credentials, granting
from tasks.storage.refusals import in_words, is_refusal

SECRET = "EVENKEEL/SECRET+0123456789abcdef"  # noqa: S105 - nobody's
ANSWER = (
    "Generic S3 error: Error performing GET http://host/b?prefix=k in 1ms - Server "
    "returned non-2xx status code: 403 Forbidden: <Error><Code>Denied</Code><Message>"
    "Not you</Message><AWSAccessKeyId>{0}</AWSAccessKeyId><StringToSign>{0}"
    "</StringToSign></Error>\n\nDebug source:\n{0}"
)


def test_an_answer_is_its_status_code_and_message() -> None:
    told = in_words(ValueError(ANSWER.format(SECRET)))
    assert told.endswith("status code: 403 Forbidden: Denied: Not you")


@given(st.text(min_size=1))
def test_nothing_but_code_and_message_is_told(text: str) -> None:
    text = text.replace("<", "")
    assert in_words(ValueError(ANSWER.format(text))) == in_words(
        ValueError(ANSWER.format(""))
    )


@pytest.mark.parametrize(
    "name",
    ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_STORAGE_ACCOUNT_KEY"],
)
def test_secrets_are_hidden_wherever_they_are_from(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with granting((("s3://b", Credentials("x", ((name, SECRET),))),)):
        assert in_words(OSError(f"no route to {SECRET}")) == "no route to ***"
    assert SECRET in in_words(OSError(SECRET))
    monkeypatch.setenv(name, SECRET)
    assert in_words(OSError(f"no route to {SECRET}")) == "no route to ***"


def test_a_value_of_a_key_is_not_quoted() -> None:
    told = in_words(ValueError('invalid type: string "a\\"b", expected a boolean'))
    assert told == "invalid type: string ***, expected a boolean"


def test_a_user_in_an_endpoint_is_left_out() -> None:
    told = in_words(OSError("GET http://me:word@host:1/b failed."))
    assert told == "GET http://host:1/b failed"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (ANSWER, True),
        (ANSWER.replace("403 Forbidden", "401 Unauthorized"), True),
        ("Error performing PUT http://169.254.169.254/latest/api/token", True),
        (ANSWER.replace("403 Forbidden", "503 Slow Down"), False),
        ("connection reset", False),
    ],
)
def test_who_is_refused_need_not_try_again(text: str, refused: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_refusal(ValueError(text)) == refused


def test_no_credentials_at_all_are_told_as_that() -> None:
    error = OSError("Error performing GET http://169.254.169.254/x: refused")
    assert in_words(error).startswith("there are no credentials")
