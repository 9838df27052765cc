"""The tutorial's stages as tasks. What they compute lives in algorithms."""

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from tasks.algorithms import lessons, toy
from tasks.algorithms.lesson_page import describe
from tasks.algorithms.lessons import Tutorial

make_toy_table = task(name="make-toy-table", cache_policy=NO_CACHE)(toy.toy_table)
count_classes = task(name="count-classes", cache_policy=NO_CACHE)(lessons.class_counts)
resample = task(name="resample", cache_policy=NO_CACHE)(lessons.resample)
split = task(name="split", cache_policy=NO_CACHE)(lessons.split)
cross_validate = task(name="cross-validate", cache_policy=NO_CACHE)(
    lessons.cross_validate
)
report_forest = task(name="report-forest", cache_policy=NO_CACHE)(lessons.report_forest)


@task(name="publish-page", cache_policy=NO_CACHE)
def publish_page(tutorial: Tutorial) -> None:
    """Store the tutorial's page as the markdown artifact ``tutorial`` of the run.

    Args:
        tutorial: What all steps found.
    """
    create_markdown_artifact(
        key="tutorial",
        markdown=describe(tutorial),
        description="What balancing does, and how it misleads, on a toy table.",
    )
