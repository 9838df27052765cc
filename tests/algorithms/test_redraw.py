"""Synthetic rows pass the schema, and are the same whatever they are made with."""

import json
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import UserError
from schemas.survey import Column
from tasks.algorithms import smote
from tasks.algorithms.bounds import bounded_in_made, judge
from tasks.algorithms.redraw import make
from tests.algorithms.mixed import roles


def _model(values: list[int], **checks: object) -> smote.Model:
    table = pa.table({"x": values, "z": np.arange(len(values)) * 0.5})
    first, second = roles(table.schema)
    columns: tuple[Column, ...] = (first, second)
    if checks:
        columns = (first.model_copy(update={"checks": json.dumps(checks)}), second)
    k = min(5, len(values) - 1)
    return smote.prepare(table, columns, smote.Lot(7, 1), k=k, standardize=True)


EVEN = list(range(0, 40, 2))


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, 60), max_size=4))
def test_rows_made_in_parts_are_those_made_at_once(cuts: list[int]) -> None:
    model = _model(EVEN, isin=EVEN)
    whole = make(0, 60, model)
    ends = [0, *sorted(cuts), 60]
    parts = [make(a, b, model) for a, b in pairwise(ends)]
    assert pa.concat_tables(part.table for part in parts).equals(whole.table)
    assert sum(part.redrawn for part in parts) == whole.redrawn > 0
    for place, drawn in enumerate(whole.drawn):
        assert np.array_equal(np.concatenate([p.drawn[place] for p in parts]), drawn)


def test_rows_pass_keep_their_parents_and_follow_from_what_is_told() -> None:
    model = _model(EVEN, isin=EVEN)
    made = make(0, 200, model)
    assert not judge(made.table, bounded_in_made(model.columns)).unfit.any()
    assert set(made.table["x"].to_pylist()) <= set(EVEN)
    first = smote.draw(0, 200, model)
    np.testing.assert_array_equal(made.drawn.parents, first.parents)
    assert made.redrawn == int(
        judge(smote.derive(model, *first), bounded_in_made(model.columns)).unfit.sum()
    )
    again = smote.derive(model, *made.drawn)
    assert again.equals(made.table)
    around = model.found.neighbours[made.drawn.parents]
    assert (around == made.drawn.neighbours[:, np.newaxis]).any(axis=1).all()


def test_what_lies_between_bounds_that_parents_pass_is_drawn_once() -> None:
    made = make(0, 100, _model(EVEN, in_range={"min_value": 0, "max_value": 38}))
    plain = make(0, 100, _model(EVEN))
    assert made.redrawn == plain.redrawn == 0
    assert made.table.equals(plain.table)


def test_rows_that_never_pass_stop_the_run_with_the_way_out() -> None:
    model = _model([0, 1_000_000], isin=[0])
    with pytest.raises(UserError, match=r"schema 50 times.*random_over"):
        make(0, 10, model)
