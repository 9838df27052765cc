"""Errors cross process pools: they pickle with their message."""

import pickle

import pytest

from schemas.batch import BatchFailedError, Ended
from schemas.errors import TransientError, UserError, VerificationError


@pytest.mark.parametrize("kind", [UserError, TransientError, VerificationError])
def test_an_error_keeps_its_message_through_pickle(kind: type[Exception]) -> None:
    error = pickle.loads(pickle.dumps(kind("the fact, the limit, the way out")))
    assert isinstance(error, kind)
    assert str(error) == "the fact, the limit, the way out"


def test_a_batch_that_failed_keeps_how_each_ended_through_pickle() -> None:
    ended = (Ended(dataset="a", source="a.parquet", status="failed", error="gone"),)
    error = pickle.loads(pickle.dumps(BatchFailedError("1 of 1 failed", ended)))
    assert (str(error), error.ended) == ("1 of 1 failed", ended)
