"""The list of strategies: one line each, and the same for programs."""

import json

import pytest

from flows.cli import main
from tasks.algorithms.catalogue import catalogue


def test_every_strategy_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strategies"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [one.split(": ")[0] for one in lines] == [one.name for one in catalogue()]
    tomek = next(one for one in lines if one.startswith("sampler:SMOTETomek: "))
    assert "In memory" in tomek
    assert "Batista" in tomek


def test_programs_get_one_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strategies", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)["strategies"]
    assert found == [one._asdict() for one in catalogue()]
