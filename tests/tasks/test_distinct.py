"""Datasets of one run have names of their own."""

from pathlib import Path

import pytest

from schemas.errors import UserError
from tasks.distinct import check_distinct
from tests.datasets import request


def test_datasets_that_would_be_taken_for_one_another_are_refused(
    tmp_path: Path,
) -> None:
    unnamed = request("glass", tmp_path)
    config = unnamed.model_copy(update={"name": "panes"})
    other = unnamed.model_copy(update={"name": "glass"})
    check_distinct([config, unnamed])
    with pytest.raises(UserError, match="Two datasets are called 'panes'"):
        check_distinct([config, config.model_copy(update={"output": "elsewhere"})])
    with pytest.raises(UserError, match="Two datasets are called 'glass'"):
        check_distinct([unnamed, config, other])
    with pytest.raises(UserError, match="There is no dataset"):
        check_distinct([])
