"""Whatever is not as planned is caught by the check that is there for it."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.errors import UserError, VerificationError
from tests.tasks.attempts import (
    Written,
    change_cell,
    checks,
    config_of,
    find,
    path_of,
    rewrite,
    write,
)

Tamper = Callable[[Written], Written]

NAMES = [
    "bytes",
    "no row lost",
    "schema",
    "holdout",
    "real training rows",
    "synthetic rows",
    "rejected rows",
    "lineage",
    "parents",
    "re-derived",
]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return write(config_of(tmp_path))


@pytest.mark.parametrize(
    "strategy", ["none", "random_over", "random_under", "smote", "smote_under"]
)
def test_what_the_stages_write_passes_every_check(
    strategy: str, tmp_path: Path
) -> None:
    found = checks(write(config_of(tmp_path, strategy={"kind": strategy})))
    assert [check.name for check in found] == NAMES
    assert all(check.success and check.note for check in found)


@pytest.mark.parametrize("kind", ["weights", "random_under"])
def test_weights_are_read_back(kind: str, tmp_path: Path) -> None:
    strategy = {"kind": kind, "weight_column": "w"}
    written = write(config_of(tmp_path, strategy=strategy))
    assert [check.name for check in checks(written)] == [
        *NAMES[: NAMES.index("lineage")],
        "weights",
        *NAMES[NAMES.index("lineage") :],
    ]
    for change, message in (
        (change_cell("w", 3, 2.5), "weights: .* not those of"),
        (lambda table: table.rename_columns([*table.column_names[:-1], "v"]), "schema"),
        (lambda table: table.drop_columns(["w"]), "schema"),
    ):
        with pytest.raises(VerificationError, match=message):
            checks(rewrite(written, "/train/", change))
        written = write(config_of(tmp_path, strategy=strategy))


def test_a_weight_needs_a_name_of_its_own(tmp_path: Path) -> None:
    strategy = {"kind": "weights", "weight_column": "age"}
    with pytest.raises(UserError, match=r"column 'age' already, .* --weight-column"):
        write(config_of(tmp_path, strategy=strategy))


def test_an_attempt_has_rows_of_every_fate(written: Written) -> None:
    """Else the checks below would look at nothing."""
    (result,) = written.results
    assert min(result.holdout, result.kept, result.dropped, result.rejected) > 0
    assert {entry.path.split("/")[2] for entry in written.files} == {
        "train",
        "holdout",
        "rejected",
        "lineage",
    }


def _without_last(table: pa.Table) -> pa.Table:
    return table.slice(0, table.num_rows - 1)


def _other_type(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("age")
    return table.set_column(place, "age", table.column(place).cast(pa.int32()))


def _same_under_another_name(table: pa.Table) -> pa.Table:
    return table.rename_columns(["ID", *table.column_names[1:]])


def _unlisted(part: str) -> Tamper:
    def forget(written: Written) -> Written:
        entry = find(written, part)
        files = [item for item in written.files if item != entry]
        return written._replace(files=tuple(files))

    return forget


def _changed(part: str, change: Callable[[pa.Table], pa.Table]) -> Tamper:
    return lambda written: rewrite(written, part, change)


def _counted_twice(written: Written) -> Written:
    (result,) = written.results
    again = result.model_copy(update={"dropped": result.dropped + 1})
    return written._replace(results=(again,))


def _more_rows_than_told(written: Written) -> Written:
    entry = find(written, "/holdout/")
    told = entry.model_copy(update={"rows": 0})
    files = [told if item == entry else item for item in written.files]
    return written._replace(files=tuple(files))


TAMPERED: dict[str, tuple[str, Tamper]] = {
    "a dropped row is counted twice": ("no row lost", _counted_twice),
    "a column has another type": ("schema", _changed("/holdout/", _other_type)),
    "a column has another name": (
        "schema",
        _changed("/train/part-", _same_under_another_name),
    ),
    "a file has other rows than told": ("schema", _more_rows_than_told),
    "a row is missing in holdout": ("holdout", _changed("/holdout/", _without_last)),
    "holdout is not listed": ("holdout", _unlisted("/holdout/")),
    "a holdout row has no label": (
        "holdout",
        _changed("/holdout/", change_cell("kind", 0, None)),
    ),
    "a label is changed": (
        "real training rows",
        _changed("/train/part-", change_cell("kind", 0, "huge")),
    ),
    "a synthetic row is missing": (
        "synthetic rows",
        _changed("/train/synthetic-", _without_last),
    ),
    "a synthetic file is not listed": (
        "synthetic rows",
        _unlisted("/train/synthetic-"),
    ),
    "a rejected row is missing": (
        "rejected rows",
        _changed("/rejected/", _without_last),
    ),
    "a rejected row got a label": (
        "rejected rows",
        _changed("/rejected/", change_cell("kind", 0, "big")),
    ),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_exactly_the_right_check_fails(case: str, written: Written) -> None:
    name, tamper = TAMPERED[case]
    tampered = tamper(written)
    with pytest.raises(VerificationError, match="nothing is published") as caught:
        checks(tampered)
    assert failed(caught.value) == [name]


def failed(error: VerificationError) -> list[str]:
    """List the checks that an error names."""
    told = str(error).split(": ", 1)[1]
    return [name for name in NAMES if told.startswith(name) or f"; {name}: " in told]


@pytest.mark.parametrize("part", ["/train/part-", "/train/synthetic-", "/lineage/"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
def test_a_flipped_byte_is_told_as_such(
    share: float, part: str, written: Written
) -> None:
    """And not as what a damaged file looks like to a Parquet reader."""
    entry = find(written, part)
    path = path_of(written, entry)
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 1
    path.write_bytes(data)
    with pytest.raises(VerificationError, match="different: ") as caught:
        checks(written)
    assert failed(caught.value) == ["bytes"]
    assert entry.path in str(caught.value)


def test_a_removed_file_is_named(written: Written) -> None:
    path = path_of(written, find(written, "/train/part-"))
    path.unlink()
    with pytest.raises(VerificationError, match=r"part-00000\.parquet' is gone"):
        checks(written)


def test_the_message_names_label_and_numbers(written: Written) -> None:
    tampered = rewrite(written, "/train/part-", change_cell("kind", 0, "huge"))
    with pytest.raises(VerificationError, match="'huge' has 1, planned 0"):
        checks(tampered)
