"""The tutorial's stages as tasks. What they compute lives in algorithms."""

from tasks.algorithms import lessons, toy
from tasks.algorithms.lesson_page import describe
from tasks.algorithms.lessons import Tutorial
from tasks.stage import stage

make_toy_table = stage("make-toy-table")(toy.toy_table)
count_classes = stage("count-classes")(lessons.class_counts)
resample = stage("resample")(lessons.resample)
split = stage("split")(lessons.split)
cross_validate = stage("cross-validate")(lessons.cross_validate)
report_forest = stage("report-forest")(lessons.report_forest)


@stage("publish-page")
def publish_page(tutorial: Tutorial) -> None:
    """Store the tutorial's page as the markdown artifact ``tutorial`` of the run.

    Args:
        tutorial: What all steps found.
    """
    from prefect.artifacts import (  # noqa: PLC0415 - the command has no need of it
        create_markdown_artifact,
    )

    create_markdown_artifact(
        key="tutorial",
        markdown=describe(tutorial),
        description="What balancing does, and how it misleads, on a toy table.",
    )
