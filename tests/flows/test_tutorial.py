"""The tutorial is the same with and without Prefect's engine."""

from statistics import fmean

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.tutorial import tutorial
from flows.walk import walk
from tasks.algorithms.lesson_page import describe
from tasks.algorithms.lessons import Tutorial

EVEN = {"0": 112, "1": 112, "2": 112}


@pytest.fixture(scope="module")
def walked() -> Tutorial:
    return walk(lambda stage, *args: stage.fn(*args))


def test_each_number_is_that_of_its_step(walked: Tutorial) -> None:
    assert walked.counts == {"0": 27, "1": 61, "2": 112}
    assert walked.resampled == {
        "RandomOverSampler": EVEN,
        "RandomUnderSampler": {"0": 27, "1": 27, "2": 27},
        "SMOTE": EVEN,
    }
    assert [line.support for line in walked.report.classes] == [4, 16, 20]
    assert 0.281 <= fmean(walked.knn.macro_f1) <= 0.328


def test_the_leak_is_seen_before_the_folds_and_not_inside(walked: Tutorial) -> None:
    honest = fmean(walked.forest.macro_f1)
    assert walked.resampled_before.keys() == walked.resampled_inside.keys()
    for name, leaky in walked.resampled_before.items():
        assert fmean(leaky.macro_f1) > 2 * honest
        assert fmean(walked.resampled_inside[name].macro_f1) < honest + 0.1
    duplicates = fmean(walked.resampled_before["RandomOverSampler"].macro_f1)
    assert duplicates > fmean(walked.resampled_before["SMOTE"].macro_f1)


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_a_flow_run_finds_the_same_and_stores_its_page(walked: Tutorial) -> None:
    assert tutorial() == walked
    with get_client(sync_client=True) as client:
        stored = client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["tutorial"]))
        )
    assert [(page.type, page.data) for page in stored] == [
        ("markdown", describe(walked))
    ]
