"""What the accelerated library finds is what must be found, or it says nothing."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from tasks.algorithms import exact
from tasks.algorithms.arrays import Means
from tasks.algorithms.categories import Points

accelerated = pytest.importorskip("tasks.algorithms.accelerated", exc_type=ImportError)
daal4py = pytest.importorskip("daal4py")
K = 6
RANDOM = np.random.default_rng(0)
KINDS = {
    "normal": RANDOM.normal(size=(1_500, 9)),
    "far away": RANDOM.normal(size=(1_500, 9)) + 1e9,
    "grid": np.unique(RANDOM.integers(0, 4, size=(3_000, 8)), axis=0).astype(float),
    "some ties": np.concatenate(
        [RANDOM.normal(size=(2_000, 9)), 50.0 + np.indices((2,) * 9).reshape(9, -1).T]
    ),
    "fewer than asked": RANDOM.normal(size=(K + 1, 9)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_where_it_decides_no_other_point_is_as_near(kind: str) -> None:
    points = KINDS[kind]
    search = accelerated.Search(Points(points, points), K)
    found, tied = search.decide(slice(0, len(points)))
    centred = points - points.mean(axis=0)
    truth = np.argsort(cdist(centred, centred), axis=1, kind="stable")[:, :K]
    assert np.array_equal(np.sort(found[~tied]), np.sort(truth[~tied]))
    assert tied.mean() == {"normal": 0, "far away": 1, "fewer than asked": 0}.get(
        kind, tied.mean()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_its_threads_and_blocks_do_not_show(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = Points(KINDS[kind], KINDS[kind])
    found = []
    before = daal4py.num_threads()
    for threads in (1, 2, 7):
        daal4py.daalinit(threads)
        found.append(exact.search(points, K, Means(accelerate=True)))
    daal4py.daalinit(before)
    if found[0].method == exact.ACCELERATED:
        monkeypatch.setattr(exact, "_BLOCK", 500)
        found.append(exact.search(points, K, Means(accelerate=True)))
    assert len({(item.found.tobytes(), item.method) for item in found}) == 1


def test_where_most_are_tied_all_are_compared_by_scikit_learn() -> None:
    for kind, points in KINDS.items():
        made = exact.search(Points(points, points), K, Means(accelerate=True))
        few = kind in {"normal", "some ties", "fewer than asked"}
        assert made.method == (exact.ACCELERATED if few else exact.METHOD), kind


def test_the_few_that_are_tied_are_found_by_scikit_learn() -> None:
    points = Points(KINDS["some ties"], KINDS["some ties"])
    usual = exact.search(points, K)
    _, tied = accelerated.Search(points, K).decide(slice(0, 2_512))
    made = exact.search(points, K, Means(accelerate=True))
    assert not tied[:2_000].any()
    assert tied[2_000:].all()
    assert np.array_equal(np.sort(made.found), np.sort(usual.found))
