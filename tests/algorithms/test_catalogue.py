"""The catalogue lists all there is, each on one line, with its paper."""

from schemas.strategy import StrategyKind
from tasks.algorithms.catalogue import catalogue, line
from tasks.algorithms.samplers import sampler_names

UNCITED = {"ClusterCentroids", "RandomUnderSampler"}  # by imbalanced-learn itself


def test_every_strategy_is_listed_once() -> None:
    names = [one.name for one in catalogue()]
    own = [kind.value for kind in StrategyKind if kind is not StrategyKind.SAMPLER]
    assert sorted(names) == sorted([*own, *map("sampler:{}".format, sampler_names())])


def test_each_is_one_line_with_what_it_needs_and_its_paper() -> None:
    for one in catalogue():
        assert one.does
        assert "\n" not in line(one)
        assert line(one).startswith(f"{one.name}: ")
        if one.name.startswith("sampler:"):
            assert one.needs.startswith("in memory")
            name = one.name.removeprefix("sampler:")
            assert bool(one.paper) == (name not in UNCITED)
            assert "Examples" not in one.paper


def test_of_two_papers_the_own_one_is_told() -> None:
    found = {one.name: one.paper for one in catalogue()}
    assert found["sampler:BorderlineSMOTE"].startswith("H. Han, W. Wen-Yuan")
    assert "Morgan" not in found["sampler:ADASYN"]
