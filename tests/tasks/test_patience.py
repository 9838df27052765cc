"""What is tried again, what is not, and how long a stage may take."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect import State
from prefect.states import Failed
from prefect.task_engine import TaskRunTimeoutError

from schemas.errors import TransientError, UserError, VerificationError
from tasks.patience import STAGE_TIMEOUT, may_pass, stage_timeout

PASSING = [
    TransientError("the disk hiccuped"),
    ConnectionResetError("by peer"),
    TimeoutError("of a mount"),
    httpx.ConnectError("no server"),
    httpx.ReadTimeout("slow server"),
]
LASTING = [
    UserError("a typo"),
    VerificationError("other bytes"),
    ValueError("a bug"),
    PermissionError("not yours"),
    TaskRunTimeoutError("it would take as long again"),
]


def _failed(error: Exception) -> State[object]:
    return Failed(data=error)


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    assert may_pass(None, None, _failed(error))


@pytest.mark.parametrize("error", LASTING, ids=repr)
def test_what_stays_is_not(error: Exception) -> None:
    assert not may_pass(None, None, _failed(error))


@given(st.floats(min_value=1e-3, max_value=1e9))
def test_any_number_of_seconds_will_do(seconds: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STAGE_TIMEOUT, str(seconds))
        assert stage_timeout() == seconds


@pytest.mark.parametrize("unset", [None, "", "  "])
def test_four_hours_are_the_default(
    unset: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if unset is None:
        monkeypatch.delenv(STAGE_TIMEOUT, raising=False)
    else:
        monkeypatch.setenv(STAGE_TIMEOUT, unset)
    assert stage_timeout() == 14_400


@pytest.mark.parametrize("bad", ["0", "-1", "nan", "inf", "4h", "None"])
def test_what_is_no_limit_is_told(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STAGE_TIMEOUT, bad)
    with pytest.raises(UserError, match=r"no number of seconds above 0\. Give one"):
        stage_timeout()
