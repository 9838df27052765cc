"""Tries parameters at every door in a process that is watched: ``python -m`` this file.

Its argument is the folder to work in, its environment names the roots and the server of
buckets; its input is a JSON list of parameters, its output what became of them.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from pydantic import ValidationError

from flows.asking import balance_config
from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import EvenkeelError
from tasks.arrivals import chosen
from tasks.observing import observe
from tasks.retraining import train_model
from tasks.running import DirectRunner
from tests.soak.opens import Opens

_OPTIONS = ("strategy", "ratio", "k_neighbors", "evaluator", "metric")
Try = Callable[[str], object]


def _config(home: str, **fields: str) -> BalanceConfig:
    asked = {
        "source": f"{home}/in/x.parquet",
        "output": f"{home}/out",
        "name": "toy",
        "target": "y",
        "evaluation": {"evaluator": "none"},
        **fields,
    }
    return BalanceConfig.model_validate(asked)


def _run(config: BalanceConfig) -> object:
    return balance_dataset(config, DirectRunner())


def _by_file(home: str, folder: Path, **fields: str) -> BalanceConfig:
    """Write a config as a user does, and read it as the command does."""
    path = folder / "config.yaml"
    values = {**_config(home).model_dump(mode="json"), **fields}
    path.write_text(yaml.safe_dump(values), encoding="utf-8", errors="replace")
    options = dict.fromkeys(_OPTIONS)
    return balance_config(argparse.Namespace(config=str(path), **options))


def doors(home: str, folder: Path) -> dict[str, Try]:
    """Name the ways by which a parameter reaches a run.

    Args:
        home: A place of the allowed roots, with a source in it.
        folder: Where configs may be written.
    """
    own = _config(home)
    return {
        "source": lambda text: _run(_config(home, source=text)),
        "output": lambda text: _run(_config(home, output=text)),
        "name": lambda text: _run(_config(home, name=text)),
        "event": lambda text: _run(chosen([own], "toy", text)),
        "event's dataset": lambda text: chosen([own], text, None),
        "watched": lambda text: observe(_config(home, source=text), time.time()),
        "file, source": lambda text: _run(_by_file(home, folder, source=text)),
        "file, output": lambda text: _run(_by_file(home, folder, output=text)),
        "manifest": train_model.fn,
    }


def main() -> None:
    """Try each parameter of the input at each door."""
    base = Path(sys.argv[1])
    roots = [base / "root", base / "scratch"]
    tempfile.tempdir = str(base / "scratch")
    os.chdir(base / "root")
    home = os.environ["EVENKEEL_HOME_OF_TRIES"]
    _run(_config(home))  # what is imported or kept for later is not what is looked for
    opens, found = Opens(roots, base / "outside"), {}
    tried, worst = 0, 0.0
    for text in json.load(sys.stdin):
        for door, act in doors(home, base / "scratch").items():
            tried, began = tried + 1, time.monotonic()
            wrong = [*_try(act, text), *opens.found()]
            worst = max(worst, time.monotonic() - began)
            if wrong:
                found[f"{door}: {text[:100]!r}"] = wrong[:3]
    told = {"tried": tried, "found": found, "seconds": worst, "mb": _peak_mb()}
    json.dump(told, sys.stdout)


def _peak_mb() -> float:
    """Ask the kernel; getrusage would tell the peak of who started this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _try(act: Try, text: str) -> list[str]:
    try:
        act(text)
    except (EvenkeelError, ValidationError) as error:
        return [] if str(error).strip() else ["an error without a word"]
    except Exception as error:  # noqa: BLE001 - what it is, is what is tested
        return [f"{type(error).__name__}: {error}"[:300]]
    return []


if __name__ == "__main__":
    main()
