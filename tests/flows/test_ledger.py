"""The commands for the life of versions: what they print, and their exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import main
from flows.ledger import show_checks
from schemas.written import Check
from tests.s3 import S3
from tests.tasks.attempts import config_of

Answer = tuple[int, str, str]
Command = Callable[..., Answer]


@pytest.fixture
def evenkeel(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command in this process."""

    def run(*words: object) -> Answer:
        try:
            code = main(list(map(str, words)))
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture(params=["disk", "bucket"])
def dataset(
    request: pytest.FixtureRequest, tmp_path: Path, evenkeel: Command
) -> tuple[str, str]:
    """Publish three versions; give the name and the output."""
    output = str(tmp_path / "out")
    if request.param == "bucket":
        s3: S3 = request.getfixturevalue("s3")
        output = f"s3://{s3.bucket()}/out"
    source = config_of(tmp_path).source
    words = ("run", source, "--target", "kind", "--ignore", "id", "--no-prefect")
    more = ("--strategy", "random_under", "--evaluator", "none", "--output", output)
    config = tmp_path / "nullable.yaml"
    config.write_text("contract: {nullable: true}\n")
    for seed in range(3):
        code, _, _ = evenkeel(*words, *more, "--seed", seed, "--config", config)
        assert code == 0
    return "mixed", output


def _json(answer: Answer) -> object:
    code, out, err = answer
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_night_at_three(evenkeel: Command, dataset: tuple[str, str]) -> None:
    name, output = dataset
    at = (f"{output}/{name}",)
    code, out, _ = evenkeel("versions", name, "--output", output)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["1", "2", "3"]
    assert out.splitlines()[3].rstrip().endswith("published")
    assert "by its own clock" in out
    code, out, _ = evenkeel("rollback", *at, 1)
    assert code == 0
    assert out.startswith("mixed, version 4, restores version 1\n")
    code, out, _ = evenkeel("rollback", *at, 1)
    assert out.startswith("Nothing to do: the files of version 1 are published.\n")
    assert evenkeel("show", name, "--output", output)[1].startswith("mixed, version 4")
    code, out, _ = evenkeel("verify", *at)
    assert code == 0
    assert out.startswith("mixed, version 4\nok     manifest: ")
    assert "FAILED" not in out
    lines = _json(evenkeel("versions", *at, "--json"))
    assert isinstance(lines, list)
    assert [line["restores"] for line in lines] == [None, None, None, 1]


def test_old_versions_are_pruned(evenkeel: Command, dataset: tuple[str, str]) -> None:
    name, output = dataset
    at = (f"{output}/{name}", "--keep", 1)
    code, out, _ = evenkeel("prune", *at)
    assert code == 0
    assert out.startswith("version 3 kept: it is published\nversion 2 kept: it was rep")
    code, out, _ = evenkeel("prune", *at, "--older-than", 0, "--dry-run")
    assert "version 2 would be removed, with its files" in out
    found = _json(evenkeel("prune", *at, "--older-than", 0, "--json"))
    assert isinstance(found, dict)
    assert found["dry_run"] is False
    assert [one["removed"] for one in found["versions"]] == [False, True, True]
    lines = _json(evenkeel("versions", at[0], "--json"))
    assert isinstance(lines, list)
    assert [line["version"] for line in lines] == [3]


def test_a_version_that_was_harmed_is_told(
    evenkeel: Command, tmp_path: Path, dataset: tuple[str, str]
) -> None:
    name, output = dataset
    if not output.startswith("s3"):
        path = next(Path(output, name, "data").glob("*/train/*"))
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        number = next(
            int(line["version"])
            for line in json.loads(
                evenkeel("versions", f"{output}/{name}", "--json")[1]
            )
            if path.parts[-3].startswith(line["run_key"][:16])
        )
        place = (f"{output}/{name}", "--version", number)
        code, out, err = evenkeel("verify", *place)
        assert code == 1
        assert "FAILED bytes: " in out
        assert "is not what it should be: bytes, the rest" in err
        code, out, err = evenkeel("verify", *place, "--json")
        assert (code, json.loads(out)["ok"]) == (1, False)
        code, _, err = evenkeel("rollback", f"{output}/{name}", number)
        assert code == 1 or number == 3
    assert tmp_path.is_dir()


@pytest.mark.parametrize(
    "words",
    [
        ("versions", "no/such"),
        ("show", "no/such"),
        ("rollback", "no/such", 1),
        ("verify", "no/such"),
        ("prune", "no/such", "--keep", 1),
        ("prune", "no/such", "--keep", 0),
        ("prune", "no/such", "--keep", 1, "--older-than", "nan"),
        ("prune", "no/such", "--keep", 1, "--older-than", "-1"),
        ("prune", "no/such"),
        ("versions", "no/such", "--output", "elsewhere"),
        ("rollback", "no/such", "first"),
        ("verify", "ftp://host/x"),
    ],
)
def test_what_a_user_can_mend_is_told(
    evenkeel: Command, words: tuple[object, ...]
) -> None:
    code, out, err = evenkeel(*words)
    assert (code, out) == (2, "")
    assert err.strip()
    assert "Traceback" not in err


def test_a_version_that_is_not_there_is_refused(
    evenkeel: Command, dataset: tuple[str, str]
) -> None:
    name, output = dataset
    at = f"{output}/{name}"
    for words in (("rollback", at, 9), ("verify", at, "--version", 9)):
        code, _, err = evenkeel(*words)
        assert code == 2
        assert "there is no version 9" in err


def test_a_check_writes_nothing_to_the_terminal_but_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check = Check(name="groups apart", success=True, note="2 groups (a\nb\x1b[31m)")
    show_checks("balanced/toy", 1, [check], as_json=False)
    told = capsys.readouterr().out
    assert "ok     groups apart: 2 groups (a\\nb\\x1b[31m)\n" in told
    assert "\x1b" not in told
