"""Laws of steady: it holds for all who are inside, and leaves things as they were."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest
from threadpoolctl import threadpool_info

from tasks.algorithms.steady import RACE, steady


def threads() -> list[int]:
    """Tell how many threads each library may use."""
    return [library["num_threads"] for library in threadpool_info()]


def test_one_thread_until_the_last_has_left() -> None:
    before = threads()
    first, second = ExitStack(), ExitStack()
    first.enter_context(steady())
    second.enter_context(steady())
    first.close()
    assert set(threads()) <= {1}
    second.close()
    assert threads() == before


def test_filters_are_as_they_were_whatever_the_order() -> None:
    before = list(warnings.filters)
    together = Barrier(8)

    def stay(_: int) -> None:
        together.wait()
        with steady():
            warnings.warn("The least populated class is small", stacklevel=1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(stay, range(8)))
    assert list(warnings.filters) == before


def test_what_a_race_of_threads_says_is_no_news(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        warnings, "showwarning", lambda message, *_: told.append(str(message))
    )
    with warnings.catch_warnings(), steady():
        warnings.resetwarnings()  # as a thread of a forest does
        warnings.warn(f"{RACE} Parallel", stacklevel=1)
        warnings.warn("else", stacklevel=1)
    assert told == ["else"]
