"""Several datasets at once: each is tried, no more at once than asked, none in vain."""

import signal
import threading
import time
from _thread import interrupt_main
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.pipeline import balance_dataset
from schemas.batch import BatchFailedError
from schemas.config import BalanceConfig
from schemas.errors import TransientError, UserError
from schemas.records import Outcome
from tasks.batch import balance_each, check_all_ended_well
from tasks.running import DirectRunner
from tasks.stopping import go_on
from tasks.storage.commits import read_head
from tests.datasets import request

LONG = 60.0  # seconds that a busy machine may need
ERRORS = [UserError("no\nsuch"), TransientError("away"), ZeroDivisionError("by 0")]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """End a run, as one that ended well."""
    config = request(
        "glass", tmp_path_factory.mktemp("out"), evaluation={"evaluator": "none"}
    )
    return balance_dataset(config, DirectRunner())


def _named(count: int) -> list[BalanceConfig]:
    return [
        BalanceConfig(source=f"{place}.parquet", target="y", name=f"set-{place}")
        for place in range(count)
    ]


@settings(max_examples=50)
@given(
    errors=st.lists(st.sampled_from([None, *ERRORS]), min_size=1, max_size=7),
    concurrency=st.integers(1, 9),
)
def test_each_is_tried_once_and_told_in_order(
    errors: Sequence[Exception | None], concurrency: int, outcome: Outcome
) -> None:
    lock, at_work, most, tried = threading.Lock(), [0], [0], []

    def balance_one(place: int, config: BalanceConfig) -> Outcome:
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
            tried.append((place, config.name))
        with lock:
            at_work[0] -= 1
        if error := errors[place]:
            raise error
        return outcome

    names = [f"set-{place}" for place in range(len(errors))]
    ended = balance_each(_named(len(errors)), balance_one, concurrency)
    assert sorted(tried) == list(enumerate(names))
    assert most[0] <= concurrency
    assert [one.dataset for one in ended] == names
    assert [one.status == "failed" for one in ended] == [bool(one) for one in errors]
    assert [one.mendable for one in ended] == [one is ERRORS[0] for one in errors]
    if any(errors):
        with pytest.raises(BatchFailedError, match="datasets failed: set-") as caught:
            check_all_ended_well(ended)
        assert caught.value.ended == ended
    else:
        check_all_ended_well(ended)


def test_as_many_work_at_once_as_asked(outcome: Outcome) -> None:
    together = threading.Barrier(3)

    def balance_one(_place: int, _config: BalanceConfig) -> Outcome:
        together.wait(LONG)
        return outcome

    ended = balance_each(_named(3), balance_one, 3)
    assert {one.status for one in ended} == {"published"}


def test_nothing_runs_if_two_have_one_name_or_none_may_run() -> None:
    def balance_one(_place: int, _config: BalanceConfig) -> Outcome:
        raise AssertionError

    twins = [*_named(2), _named(1)[0]]
    with pytest.raises(UserError, match="Two datasets are called 'set-0'"):
        balance_each(twins, balance_one, 2)
    with pytest.raises(UserError, match="concurrency is 0"):
        balance_each(_named(2), balance_one, 0)


def test_a_version_is_summed_up(outcome: Outcome, tmp_path: Path) -> None:
    config = request("glass", tmp_path)
    (good,) = balance_each([config], lambda *_: outcome, 1)
    assert (good.dataset, good.status, good.version) == ("glass", "published", 1)
    assert (good.rows, good.verdict, good.error) == (214, "not evaluated", None)
    assert good.train_rows == sum(item.train for item in outcome.manifest.classes)
    held = outcome.model_copy(update={"status": "held back"})
    (aside,) = balance_each([config], lambda *_: held, 1)
    assert (aside.status, aside.version) == ("held back", None)


def test_an_error_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    def balance_one(place: int, _config: BalanceConfig) -> Outcome:
        raise ERRORS[place]

    ended = balance_each(_named(3), balance_one, 2)
    said = ["no\\nsuch", "away", "ZeroDivisionError: by 0"]
    assert [one.error for one in ended] == said
    # Of what is our own fault, the log has the traceback.
    assert [record.getMessage() for record in caplog.records] == ["set-2 failed"]
    assert caplog.records[0].exc_info


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt; it is ignored by what a shell runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_ends_what_is_at_work_and_begins_nothing_more(
    outcome: Outcome,
) -> None:
    begun = []

    def balance_one(place: int, _config: BalanceConfig) -> Outcome:
        begun.append(place)
        interrupt_main()
        for _ in range(6_000):
            go_on()  # as each stage does
            time.sleep(0.01)
        return outcome

    with pytest.raises(KeyboardInterrupt):
        balance_each(_named(3), balance_one, 1)
    assert begun == [0]
    go_on()


def test_how_many_at_once_does_not_show_in_the_bytes(tmp_path: Path) -> None:
    """Figures among them, which are drawn by a library with global state."""
    found = []
    for at_once in (1, 2):
        output = tmp_path / str(at_once)
        fields = {"evaluation": {"evaluator": "knn"}}
        configs = [request(name, output, **fields) for name in ("glass", "ecoli")]
        ended = balance_each(configs, _balance, at_once)
        assert {one.status for one in ended} == {"published"}
        found.append([_files(output / one.dataset) for one in ended])
    assert found[0] == found[1]
    assert all(found[0])


def _balance(_place: int, config: BalanceConfig) -> Outcome:
    return balance_dataset(config, DirectRunner())


def _files(root: Path) -> dict[str, str]:
    """Hash all of a version but the page that names the folder it lies in."""
    head = read_head(str(root))
    assert head is not None
    hashes = {entry.path.split("/", 2)[2]: entry.sha256 for entry in head.files}
    del hashes["report/report.html"]
    return hashes
