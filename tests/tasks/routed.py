"""What a plan says of the mixed table, held against its rows taken one by one."""

from schemas.plan import ResamplePlan
from tasks.algorithms.routing import route
from tests.tasks.attempts import mixed_table


def check_routed(plan: ResamplePlan) -> None:
    """See that rows, each a batch of its own, go where the plan counts them."""
    table = mixed_table()
    cut = [route(table.slice(row, 1), row, plan) for row in range(table.num_rows)]
    for code, item in enumerate(plan.classes):
        mine = [row for row in cut if row.codes[0] == code]
        assert len(mine) == item.source
        assert sum(bool(row.holdout[0]) for row in mine) == item.holdout
        assert sum(row.times[0] > 0 for row in mine) == item.kept
        assert sum(bool(row.dropped[0]) for row in mine) == item.dropped
        written = sum(int(row.times[0]) for row in mine)
        assert written == item.kept + item.duplicated
