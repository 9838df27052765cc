"""The estimate of memory: grows with what is gathered, not with what is streamed."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.config import BalanceConfig
from schemas.evaluation import EvaluatorKind
from schemas.strategy import StrategyKind
from schemas.survey import Column, Survey
from tasks.algorithms.memory import (
    Item,
    estimate,
    estimate_comparison,
    numbers_within,
)
from tasks.planning import draft

ROWS = st.integers(2, 10**9)
THREADS = st.integers(1, 64)
FEATURES = st.integers(1, 2_000)


def survey(counts: dict[str, int], features: int) -> Survey:
    """Describe a table of floats, which need not exist."""
    names = [f"x{place}" for place in range(features)]
    columns = [
        Column(name=name, type="double", role="numeric", nullable=True)
        for name in names
    ]
    target = Column(name="y", type="string", role="target", nullable=True)
    return Survey(
        name="t",
        source="t",
        fingerprint="",
        fragments=(),
        rows=sum(counts.values()),
        arrow_schema=b"",
        columns=(*columns, target),
        counts=counts,
        rejections=(),
    )


def needed(  # noqa: PLR0913 - what the estimate depends on
    minority: int,
    majority: int,
    *,
    kind: StrategyKind = StrategyKind.SMOTE,
    evaluator: EvaluatorKind = EvaluatorKind.NONE,
    key: tuple[str, ...] = (),
    features: int = 20,
    threads: int = 2,
) -> tuple[Item, Item]:
    """Estimate for two classes."""
    config = BalanceConfig.model_validate(
        {
            "source": "t",
            "target": "y",
            "key": key,
            "strategy": {"kind": kind},
            "evaluation": {"evaluator": evaluator},
        }
    )
    found = survey({"rare": minority, "usual": majority}, features)
    _, classes = draft(config.model_copy(update={"key": ()}), found)
    return estimate(config, found, classes, 8 * features + 8, threads)


def total(items: tuple[Item, Item]) -> int:
    return sum(item.bytes for item in items)


@given(
    ROWS, ROWS, st.sampled_from([StrategyKind.RANDOM_OVER, StrategyKind.RANDOM_UNDER])
)
def test_rows_that_are_only_streamed_need_no_memory(
    rows: int, more: int, kind: StrategyKind
) -> None:
    assert needed(rows, rows + more, kind=kind) == needed(2, 2, kind=kind)


@given(ROWS, ROWS, ROWS)
def test_smote_needs_a_byte_at_most_for_a_row_of_the_majority(
    rows: int, more: int, most: int
) -> None:
    usual = rows + more
    before, after = needed(rows, usual), needed(rows, usual + most)
    assert 0 <= total(after) - total(before) <= most


@given(ROWS, ROWS, FEATURES, THREADS)
def test_smote_needs_more_for_a_larger_minority(
    rows: int, more: int, features: int, threads: int
) -> None:
    usual = 10**10
    before = needed(rows, usual, features=features, threads=threads)
    after = needed(rows + more, usual, features=features, threads=threads)
    assert total(before) <= total(after)


@given(st.integers(2, 10**7), FEATURES, FEATURES, THREADS, THREADS)
def test_wider_rows_and_more_threads_need_more(
    rows: int, features: int, more: int, threads: int, others: int
) -> None:
    before = needed(rows, 2 * rows, features=features, threads=threads)
    wider = needed(rows, 2 * rows, features=features + more, threads=threads)
    busier = needed(rows, 2 * rows, features=features, threads=threads + others)
    assert total(before) <= min(total(wider), total(busier))


@given(ROWS)
def test_an_evaluation_needs_no_more_for_rows_beyond_its_cap(more: int) -> None:
    def judged(rows: int) -> int:
        return total(
            needed(
                rows,
                rows,
                kind=StrategyKind.NONE,
                evaluator=EvaluatorKind.RANDOM_FOREST,
            )
        )

    assert judged(500_000) == judged(500_000 + more)
    assert judged(40_000) < judged(60_000) < judged(500_000)


def test_a_key_needs_nine_bytes_a_row() -> None:
    _, most = needed(10**8, 9 * 10**8, kind=StrategyKind.RANDOM_UNDER, key=("x0",))
    assert most.bytes == 9 * 10**9
    assert most.remedy == "do without a key"


def test_a_case_that_was_measured() -> None:
    """Two threads on 1,000,000 rows x 20, 40 % of them rare, took 630 MB.

    That is with 200 MB of pages of files, libraries' among them.
    """
    items = needed(399_519, 600_481)
    assert 430e6 < total(items) < 1.5 * 630e6
    assert items[1].purpose.startswith("319,615 rows of 1 class(es)")


def test_a_search_in_a_file_that_was_measured() -> None:
    """Of 4,000,000 rows x 20 by coarse codes, 206 MB; whole vectors take 4 bytes each.

    Before their points lay in a file it was estimated at 5 GB.
    """
    _, most = needed(5_000_000, 50_000_000)
    assert most.purpose.startswith("4,000,000 rows of 1 class(es)")
    assert 206e6 + 4_000_000 * 20 * 4 < most.bytes < 1.25e9


@given(st.integers(1, 10**7), st.integers(1, 10**7), THREADS)
def test_a_tournament_needs_more_for_more_rows_and_matches_at_once(
    rare: int, usual: int, threads: int
) -> None:
    found = survey({"rare": rare, "usual": usual}, 20)
    config = BalanceConfig(source="t", target="y")

    def compared(times: int, threads: int) -> int:
        rows = {"rare": rare * times, "usual": usual * times}
        return total(estimate_comparison(config, found, rows, 168, threads))

    once = compared(1, threads)
    assert once < compared(2, threads)
    assert once < compared(1, threads + 1)


def test_one_hot_columns_need_more_memory_than_codes() -> None:
    """Reckoned with as many as there may be: levels are not known yet."""
    text = Column(name="town", type="string", role="categorical", nullable=True)
    found = survey({"rare": 5_000, "usual": 95_000}, 1)
    found = found.model_copy(update={"columns": (text, *found.columns)})
    coded, wide = (
        sum(item.bytes for item in _judged(found, encoding))
        for encoding in ("ordinal", "one_hot")
    )
    rows = 80_000 + 80_000 + 20_000  # as they were, balanced, and held out
    assert wide - coded == rows * 49 * 32


def _judged(found: Survey, encoding: str) -> tuple[Item, Item]:
    asked = {"evaluation": {"encoding": encoding}, "strategy": {"kind": "none"}}
    config = BalanceConfig.model_validate({"source": "t", "target": "y", **asked})
    _, classes = draft(config, found)
    return estimate(config, found, classes, 16, 2)


@given(st.integers(2, 10**6), st.integers(1, 10**6))
def test_a_sampler_needs_memory_for_all_rows(few: int, more: int) -> None:
    def of_all(rows: int) -> Item:
        config = BalanceConfig.model_validate(
            {
                "source": "t",
                "target": "y",
                "strategy": {"kind": "none"},
                "evaluation": {"evaluator": "none"},
            }
        )
        found = survey({"rare": 2, "usual": rows}, 20)
        _, classes = draft(config, found)
        return max(estimate(config, found, classes, 168, 1, sampler=True))

    smaller, larger = (of_all(rows).bytes for rows in (few, few + more))
    assert smaller <= larger
    assert "which stream" in of_all(10**8).remedy


@given(st.integers(0, 10**12))
def test_a_matrix_and_its_copies_fit_into_what_is_there(there: int) -> None:
    found = numbers_within(there)
    assert found >= 0
    assert found * 8 * 6 <= there
