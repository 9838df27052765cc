"""The toy table is the one every number of the tutorial was published for."""

import hashlib

import numpy as np
import pyarrow as pa

from tasks.algorithms.counts import count
from tasks.algorithms.toy import toy_table

CONTENT = "9310190230976abeb8a8520e0543e791bc64e749fe4340ef061104e7e67a807d"


def test_every_value_is_the_published_one() -> None:
    digest = hashlib.sha256()
    for column in toy_table().columns:
        digest.update(column.to_numpy().astype("<i8").tobytes())
    assert digest.hexdigest() == CONTENT


def test_columns_are_integers_and_classes_are_imbalanced() -> None:
    table = toy_table()
    assert table.shape == (200, 5)
    assert {field.type for field in table.schema} == {pa.int64()}
    assert count(table.column("target")).rows == {"0": 27, "1": 61, "2": 112}


def test_drawing_it_leaves_the_global_generator_alone() -> None:
    before = np.random.get_state(legacy=False)  # noqa: NPY002 - it is what must not move
    toy_table()
    after = np.random.get_state(legacy=False)  # noqa: NPY002 - the same
    np.testing.assert_equal(after, before)
