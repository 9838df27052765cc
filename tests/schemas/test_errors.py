"""Errors cross process pools: they pickle with their message."""

import pickle

import pytest

from schemas.errors import TransientError, UserError, VerificationError


@pytest.mark.parametrize("kind", [UserError, TransientError, VerificationError])
def test_an_error_keeps_its_message_through_pickle(kind: type[Exception]) -> None:
    error = pickle.loads(pickle.dumps(kind("the fact, the limit, the way out")))
    assert isinstance(error, kind)
    assert str(error) == "the fact, the limit, the way out"
