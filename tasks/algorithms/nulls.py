"""Which columns may be null in what is published. What is missing is said in smote."""

from schemas.plan import ResamplePlan
from schemas.survey import Survey
from tasks.algorithms.columns import source_schema

_EMPTY = {"key", "ignore"}


def with_nulls(survey: Survey, plan: ResamplePlan) -> Survey:
    """Let columns be null that synthetic rows have no value for, if any are made.

    A writer may declare a column not null only because it happens to hold no null, as
    DuckDB does.

    Args:
        survey: Of the source.
        plan: Says whether rows are made; a sampler may always make some.

    Returns:
        The same, whose keys and ignored columns may be null where that is needed.
    """
    made = plan.sampler is not None or any(item.synthetic for item in plan.classes)
    if not made or all(c.nullable for c in survey.columns if c.role in _EMPTY):
        return survey
    columns = tuple(
        column.model_copy(update={"nullable": True})
        if column.role in _EMPTY
        else column
        for column in survey.columns
    )
    schema = source_schema(survey)
    for place, column in enumerate(columns):
        field = schema.field(column.name).with_nullable(column.nullable)
        schema = schema.set(place, field)
    update = {"columns": columns, "arrow_schema": schema.serialize().to_pybytes()}
    return survey.model_copy(update=update)
