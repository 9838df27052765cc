"""How stages are called directly: in order, with progress, and to the first error."""

import pytest
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.running import DirectRunner


@task(name="halve", cache_policy=NO_CACHE)
def halve(number: int, by: int) -> int:
    """Divide without a rest, or fail."""
    if number % by:
        raise ArithmeticError(f"{number} is odd")
    return number // by


def test_results_come_in_order_and_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    run = DirectRunner(lambda *said: told.append(said))
    assert run.map(halve, [8, 6, 4], 2) == [4, 3, 2]
    assert told == [("halve", done, 3) for done in range(4)]
    assert run(halve, 2, 2) == 1
    assert told[-1] == ("halve", 1, 1)


def test_the_first_error_ends_the_rest() -> None:
    with pytest.raises(ArithmeticError, match="3 is odd"):
        DirectRunner().map(halve, [2, 3, 5], 2)
