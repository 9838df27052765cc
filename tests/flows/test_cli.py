"""The command: what it prints, its exit codes, and what it answers to bad input."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.cli import main
from tests.datasets import DATA

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def evenkeel(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Run the command in this process; publish under the test's folder."""

    def run(*arguments: object) -> tuple[int, str, str]:
        words = list(map(str, arguments))
        if words[0] == "run":
            words += ["--no-prefect"]
            if "--output" not in words:
                words += ["--output", str(tmp_path / "out")]
        try:
            code = main(words)
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def _besides_progress(err: str) -> str:
    return re.sub(r"^[a-z]+: [\d,]+ rows? in .*\n", "", err, flags=re.MULTILINE)


def _write(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def _plain(path: Path, rows: int = 60) -> Path:
    labels = ["a" if place % 4 else "b" for place in range(rows)]
    return _write(path, x=[float(n) for n in range(rows)], y=labels)


GLASS = DATA / "glass.parquet"


def test_run_show_survey_and_run_again(evenkeel: Command, tmp_path: Path) -> None:
    code, out, err = evenkeel("run", GLASS, "--target", "Type")
    assert (code, _besides_progress(err)) == (0, "")
    assert "Decision: SMOTE" in out
    assert "Balancing " in out
    code, shown, _ = evenkeel("show", tmp_path / "out" / "glass")
    assert code == 0
    assert shown == out
    code, again, _ = evenkeel("run", GLASS, "--target", "Type")
    assert code == 0
    assert again.startswith("Nothing to do")
    code, survey, _ = evenkeel("survey", GLASS, "--target", "Type")
    assert code == 0
    assert "imbalance ratio" in survey
    assert "Decision: SMOTE" in survey


def test_json_is_one_record_and_nothing_else(evenkeel: Command, tmp_path: Path) -> None:
    request = (GLASS, "--target", "Type", "--evaluator", "none", "--json")
    code, out, err = evenkeel("run", *request)
    record = json.loads(out)
    assert (code, _besides_progress(err)) == (0, "")
    assert record["status"] == "published"
    assert Path(record["train"]).is_dir()
    assert Path(record["report"]).is_file()
    _, out, _ = evenkeel("run", *request)
    assert json.loads(out)["status"] == "unchanged"
    _, out, _ = evenkeel("show", tmp_path / "out" / "glass", "--json")
    assert json.loads(out)["classes"] == record["classes"]
    _, out, _ = evenkeel("survey", GLASS, "--target", "Type", "--json")
    assert json.loads(out)["counts"]["headlamps"] == 29


def test_options_override_the_config_file(evenkeel: Command, tmp_path: Path) -> None:
    config = tmp_path / "glass.yaml"
    config.write_text(
        f"source: {GLASS}\ntarget: Type\nname: panes\nevaluation: {{evaluator: none}}\n"
        "strategy: {kind: smote, ratio: 0.5, k_neighbors: 3}\n"
    )
    words = ("--config", config, "--strategy", "random_over", "--json")
    _, out, _ = evenkeel("run", *words)
    record = json.loads(out)
    assert record["dataset"] == "panes"
    assert record["decision"]["strategy"] == "random_over"
    assert min(item["train"] for item in record["classes"]) == 30


def test_a_class_called_yes_is_no_boolean(evenkeel: Command, tmp_path: Path) -> None:
    config = tmp_path / "bank.yaml"
    config.write_text(
        f"source: {DATA / 'bank_marketing.parquet'}\ntarget: y\n"
        "contract: {allowed: [yes, no]}\nevaluation: {evaluator: none}\n"
        "strategy: {rows: {yes: 4500, no: 20000}, standardize: false}\n"
    )
    _, out, _ = evenkeel("run", "--config", config, "--json")
    classes = {item["label"]: item["train"] for item in json.loads(out)["classes"]}
    assert classes == {"no": 20_000, "yes": 4_500}


def test_the_tutorial_is_printed(evenkeel: Command) -> None:
    code, out, _ = evenkeel("tutorial")
    assert code == 0
    assert "112" in out


BAD = {
    "missing file": ["no/such.parquet", "--target", "y"],
    "ratio above 1": [GLASS, "--target", "Type", "--ratio", "1.5"],
    "ratio of 0": [GLASS, "--target", "Type", "--ratio", "0"],
    "k below 1": [GLASS, "--target", "Type", "--k-neighbors", "0"],
    "no target": [GLASS],
    "no source": ["--target", "Type"],
    "holdout of 1": [GLASS, "--target", "Type", "--holdout", "1"],
    "name is no slug": [GLASS, "--target", "Type", "--name", "../x"],
    "unknown strategy": [GLASS, "--target", "Type", "--strategy", "magic"],
    "unknown sampler": [GLASS, "--target", "Type", "--strategy", "sampler:Smote"],
    "sampler without a name": [GLASS, "--target", "Type", "--strategy", "sampler"],
    "sampler that reaches no ratio": [
        *(GLASS, "--target", "Type", "--ratio", "0.5"),
        *("--strategy", "sampler:TomekLinks"),
    ],
    "unknown evaluator": [GLASS, "--target", "Type", "--evaluator", "oracle"],
    "target as key": [GLASS, "--target", "Type", "--key", "Type"],
    "negative seed": [GLASS, "--target", "Type", "--seed", "-1"],
    "unknown scheme": ["http://host/x.parquet", "--target", "y"],
    "no config file": ["--config", "no/such.yaml"],
}


def _refused(answer: tuple[int, str, str], *words: str) -> None:
    code, out, err = answer
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert err.strip()
    for word in words:
        assert word in err


@pytest.mark.parametrize("words", BAD.values(), ids=BAD)
def test_a_bad_request_is_refused_and_writes_nothing(
    words: Sequence[str], evenkeel: Command, tmp_path: Path
) -> None:
    _refused(evenkeel("run", *words))
    assert not (tmp_path / "out").exists()


def _bad_sources() -> dict[str, tuple[Callable[[Path], object], str]]:
    ab = ["a", "b"] * 30
    return {
        "empty directory": (lambda _: None, "No Parquet"),
        "not Parquet": (
            lambda at: (at / "x.parquet").write_text("a,b\n1,2\n"),
            "x.parquet",
        ),
        "truncated": (
            lambda at: (at / "x.parquet").write_bytes(GLASS.read_bytes()[:4_000]),
            "x.parquet",
        ),
        "target absent": (
            lambda at: _write(at / "x.parquet", Y=ab),
            "did you mean 'Y'",
        ),
        "target all null": (
            lambda at: _write(at / "x.parquet", y=pa.nulls(9, pa.string())),
            "null in all 9 rows",
        ),
        "one class": (lambda at: _write(at / "x.parquet", y=["a"] * 9), "one class"),
        "fractional target": (
            lambda at: _write(at / "x.parquet", y=[0.5, 1.0]),
            "continuous",
        ),
        "many classes": (
            lambda at: _write(at / "x.parquet", y=list(range(500))),
            "max_classes",
        ),
        "binary target": (lambda at: _write(at / "x.parquet", y=[b"a"]), "binary"),
        "schemas differ": (
            lambda at: (
                _write(at / "x.parquet", y=ab),
                _write(at / "z.parquet", y=[1, 2]),
            ),
            "z.parquet",
        ),
        "zero rows": (
            lambda at: _write(at / "x.parquet", y=pa.array([], pa.string())),
            "rows",
        ),
        "duplicate columns": (
            lambda at: pq.write_table(
                pa.Table.from_arrays([pa.array(ab), pa.array(ab)], ["y", "y"]),
                at / "x.parquet",
            ),
            "'y'",
        ),
        "nested feature": (
            lambda at: _write(at / "x.parquet", y=ab, tags=[["t"]] * 60),
            "--ignore tags",
        ),
        "nearly unique text": (
            lambda at: _write(
                at / "x.parquet",
                y=["a"] * 100 + ["b"] * 20,
                note=[f"note {n}" for n in range(120)],
            ),
            "note",
        ),
        "key repeats": (
            lambda at: _write(at / "x.parquet", y=ab, id=[1, 1, *range(58)]),
            "key 'id' repeats",
        ),
        "key is null": (
            lambda at: _write(at / "x.parquet", y=ab, id=[None, *range(59)]),
            "holds nulls",
        ),
        "too many missing": (
            lambda at: _write(at / "x.parquet", y=["a", "b", None] * 9),
            "max_rejected_share",
        ),
    }


@pytest.mark.parametrize("case", _bad_sources())
def test_a_bad_source_is_refused_and_writes_nothing(
    case: str, evenkeel: Command, tmp_path: Path
) -> None:
    make, word = _bad_sources()[case]
    source = tmp_path / "source"
    source.mkdir()
    make(source)
    key = ["--key", "id"] if "key" in case else []
    words = ["--target", "y", "--strategy", "smote", *key]
    _refused(evenkeel("run", source, *words), word)
    assert not (tmp_path / "out").exists()


def test_an_output_inside_the_source_is_refused(
    evenkeel: Command, tmp_path: Path
) -> None:
    _plain(tmp_path / "x.parquet")
    answer = evenkeel("run", tmp_path, "--target", "y", "--output", tmp_path / "out")
    _refused(answer, "inside")
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_written_is_refused(
    evenkeel: Command, tmp_path: Path
) -> None:
    source = _plain(tmp_path / "x.parquet")
    (tmp_path / "file").touch()
    output = tmp_path / "file" / "out"
    _refused(evenkeel("run", source, "--target", "y", "--output", output), "file")


def test_an_empty_place_holds_no_version(evenkeel: Command, tmp_path: Path) -> None:
    _refused(evenkeel("show", tmp_path / "nothing"), "nothing is published")


def test_a_config_file_that_is_no_mapping_is_refused(
    evenkeel: Command, tmp_path: Path
) -> None:
    config = tmp_path / "text.yaml"
    config.write_text("source\n")
    _refused(evenkeel("run", "--config", config), "holds no mapping")


def test_what_is_unknown_in_a_config_is_named(
    evenkeel: Command, tmp_path: Path
) -> None:
    config = tmp_path / "typo.yaml"
    config.write_text(f"source: {GLASS}\ntarget: Type\nstrategy: {{knd: smote}}\n")
    _refused(evenkeel("run", "--config", config), "strategy.knd")


def test_what_is_held_back_is_said_with_the_reason_and_the_report(
    evenkeel: Command, tmp_path: Path
) -> None:
    request = (GLASS, "--target", "Type", "--evaluator", "none")
    gated = (*request, "--publish", "if_helped")
    code, out, err = evenkeel("run", *gated)
    assert (code, _besides_progress(err)) == (0, "")
    said = " ".join(out.split())
    assert said.startswith("glass is held back: nothing was published. Held back: ")
    assert "nothing was evaluated, and 'publish: if_helped'" in said
    (manifest,) = tmp_path.glob("out/glass/data/*/held-back.json")
    assert str(manifest.parent / "report" / "report.html") in out
    assert str(manifest) in out
    code, out, _ = evenkeel("run", *gated)
    assert (code, out.startswith("glass is still held back")) == (0, True)
    _, out, _ = evenkeel("run", *gated, "--json")
    record = json.loads(out)
    assert (record["status"], record["manifest"]) == ("held back", str(manifest))
    _refused(evenkeel("show", tmp_path / "out" / "glass"), "nothing is published")
    _, out, _ = evenkeel("run", *request, "--json")
    assert json.loads(out)["status"] == "published"


def test_priors_that_moved_are_said_by_run_and_show(
    evenkeel: Command, tmp_path: Path
) -> None:
    source = tmp_path / "drifting.parquet"
    request = (source, "--target", "y", "--evaluator", "none")
    _write(source, x=[float(n) for n in range(220)], y=["a"] * 200 + ["b"] * 20)
    assert "Since version" not in evenkeel("run", *request)[1]
    _write(source, x=[float(n) for n in range(290)], y=["a"] * 200 + ["b"] * 90)
    code, out, err = evenkeel("run", *request)
    assert (code, _besides_progress(err)) == (0, "")
    assert "Since version 1 the class priors moved (G-test p <0.001" in out
    _, shown, _ = evenkeel("show", tmp_path / "out" / "drifting")
    assert shown == out


def test_rejected_rows_and_notes_are_said(evenkeel: Command, tmp_path: Path) -> None:
    labels = ["a"] * 200 + ["b"] * 20 + ["lone"] + [None] * 4
    source = _write(
        tmp_path / "few.parquet", x=[float(n) for n in range(len(labels))], y=labels
    )
    words = ("--target", "y", "--strategy", "smote", "--evaluator", "none")
    code, out, _ = evenkeel("run", source, *words)
    assert code == 0
    assert "Rejected: 4 rows, null: label is missing" in out
    assert "  - One row has no neighbour" in out


def test_unbalance_writes_corrected_probabilities(
    evenkeel: Command, tmp_path: Path
) -> None:
    source = _plain(tmp_path / "plain.parquet")
    strategy = ("--strategy", "random_under", "--evaluator", "none")
    assert evenkeel("run", source, "--target", "y", *strategy)[0] == 0
    table = _write(tmp_path / "p.parquet", p_a=[0.5, 1.0], p_b=[0.5, 0.0])
    words = ("unbalance", "--manifest", tmp_path / "out/plain", "--probabilities")
    code, out, err = evenkeel(*words, table, "--out", tmp_path / "q.parquet")
    assert (code, err) == (0, "")
    assert "2 rows corrected for plain, version 1" in out
    assert "0.5000 → 0.7500" in out
    corrected = pq.read_table(tmp_path / "q.parquet").to_pydict()
    assert corrected["p_a"] == pytest.approx([0.75, 1])
    code, out, _ = evenkeel(*words, table, "--out", tmp_path / "r.parquet", "--json")
    assert json.loads(out)["classes"][1]["mean_after"] == pytest.approx(0.125)
    code, _, err = evenkeel(*words, table, "--out", tmp_path / "q.parquet")
    assert code == 2
    assert "is there already" in err


def test_a_wrong_item_of_a_list_is_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["compare", "x.parquet", "--target", "y", "--strategies", "sampl"]
    assert main(words) == 2
    told = capsys.readouterr().err
    assert told.startswith("evenkeel: tournament.approaches.0: input should be 'none'")
    assert ";" not in told
