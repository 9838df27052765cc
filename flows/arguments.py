"""The words and options of the `evenkeel` command; what they do is in commands."""

import argparse
from collections.abc import Callable
from typing import Any

from flows import commands

_PUBLISH = ("always", "unless_hurt", "if_helped")
_SEVERAL: dict[str, Any] = {"nargs": "+", "action": "extend"}


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="evenkeel",
        description="Balanced training data, on schedule, with evidence.",
        epilog="Exit codes: 0 done or nothing to do, 2 you can mend it, 1 other.",
    )
    add = top.add_subparsers(required=True, metavar="COMMAND").add_parser
    _add_run(add("run", help="balance a dataset and publish it"))
    _add_survey(add("survey", help="diagnosis and decision only, no writing"))
    _add_compare(add("compare", help="what to do about imbalance, by a tournament"))
    _add_strategies(add("strategies", help="all strategies: needs and papers"))
    _add_place(add("show", help="the published version of a dataset"), commands.show)
    _add_place(add("versions", help="all versions of a dataset"), commands.versions)
    _add_rollback(add("rollback", help="publish an old version again"))
    _add_prune(add("prune", help="remove old versions"))
    _add_verify(add("verify", help="check a version against its manifest"))
    _add_unbalance(add("unbalance", help="probabilities under the real priors"))
    ui = add("ui", help="a local Prefect server, with all deployments")
    _add_request(ui)
    ui.set_defaults(act=commands.ui)
    _add_automations(add("automations", help="alerts, and an end for dead runs"))
    tutorial = add("tutorial", help="the tutorial, and what it omits")
    tutorial.set_defaults(act=commands.tutorial)
    return top


def _add_run(command: argparse.ArgumentParser) -> None:
    _add_request(command)
    add = command.add_argument
    add("--force", action="store_true", help="redo even if nothing changed")
    add("--json", action="store_true", help="one JSON record on stdout")
    add("--concurrency", type=int, metavar="N", help="datasets at once (default: 2)")
    _add_prefect(command)
    _add_tournament(command, "the tournament of --strategy evidence")
    command.set_defaults(act=commands.run)


def _add_prefect(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--prefect",
        action=argparse.BooleanOptionalAction,
        help="as a flow run; the default where a Prefect API address is configured",
    )


def _add_survey(command: argparse.ArgumentParser) -> None:
    _add_request(command)
    command.add_argument(
        "--json", action="store_true", help="one JSON record on stdout"
    )
    command.set_defaults(act=commands.survey)


def _add_compare(command: argparse.ArgumentParser) -> None:
    _add_source(command)
    _add_tournament(command, "the tournament")
    _add_output(command)
    add = command.add_argument
    add("--json", action="store_true", help="one JSON record on stdout")
    _add_prefect(command)
    command.set_defaults(act=commands.compare)


def _add_strategies(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--json", action="store_true", help="one JSON record on stdout"
    )
    command.set_defaults(act=commands.strategies)


def _add_tournament(command: argparse.ArgumentParser, title: str) -> None:
    add = command.add_argument_group(title).add_argument
    add(
        "--strategies",
        **_SEVERAL,
        metavar="NAME",
        help="what is tried (default: all); sampler:NAME too",
    )
    add("--ratios", **_SEVERAL, type=float, metavar="R", help="default: .1 .25 .5 1")
    add("--learner", **_SEVERAL, metavar="MODEL", help="default: random_forest")
    add("--folds", type=int, metavar="N", help="parts of the rows (default: 5)")
    add("--repeats", type=int, metavar="N", help="times they are parted (default: 3)")
    add("--group", metavar="COL", help="whose equal values stay in one fold")
    add("--max-rows", type=int, metavar="N", help="compared on (default: 20,000)")
    add("--cost-fp", type=float, metavar="X", help="of taking a row for the minority's")
    add("--cost-fn", type=float, metavar="X", help="of missing a row of the minority")
    add(
        "--sentinel",
        action=argparse.BooleanOptionalAction,
        help="try to predict permuted labels too, which must fail (default: yes)",
    )


def _add_place(
    command: argparse.ArgumentParser, act: Callable[[argparse.Namespace], None]
) -> None:
    add = command.add_argument
    add("place", metavar="NAME", help="OUTPUT/NAME, a path or URI; or NAME alone")
    add("--output", metavar="DIR", help="where NAME lies (default: balanced)")
    add("--json", action="store_true", help="one JSON record on stdout")
    command.set_defaults(act=act)


def _add_rollback(command: argparse.ArgumentParser) -> None:
    _add_place(command, commands.rollback)
    command.add_argument("version", type=int, metavar="VERSION", help="its number")


def _add_prune(command: argparse.ArgumentParser) -> None:
    _add_place(command, commands.prune)
    add = command.add_argument
    add("--keep", type=int, required=True, metavar="N", help="of the newest, 1 or more")
    add(
        "--older-than",
        type=float,
        default=1.0,
        metavar="DAYS",
        help="since it was replaced, lest someone still read it (default: 1)",
    )
    add("--dry-run", action="store_true", help="remove nothing, tell what would be")


def _add_verify(command: argparse.ArgumentParser) -> None:
    _add_place(command, commands.verify)
    command.add_argument(
        "--version", type=int, metavar="N", help="which (default: the published one)"
    )


def _add_unbalance(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "--manifest",
        required=True,
        metavar="M",
        help="of what the model was trained on: OUTPUT/NAME/_commits/NUMBER.json; or "
        "OUTPUT/NAME or NAME, for the published version",
    )
    add(
        "--probabilities",
        required=True,
        metavar="P",
        help="Parquet, a column for each class called LABEL or p_LABEL",
    )
    add("--out", required=True, metavar="Q", help="the Parquet file to write")
    add(
        "--unweighted",
        action="store_true",
        help="the model was trained without the weights that the version has",
    )
    add("--anyway", action="store_true", help="even if the manifest says: not safe")
    add("--json", action="store_true", help="one JSON record on stdout")
    command.set_defaults(act=commands.unbalance)


def _add_automations(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--notify", metavar="TYPE/NAME", help="alert by this block of the server's"
    )
    command.set_defaults(act=commands.automations)


def _add_request(command: argparse.ArgumentParser) -> None:
    _add_source(command)
    add = command.add_argument
    add(
        "--strategy",
        metavar="NAME",
        help="how to balance, one of 'evenkeel strategies' (default: auto)",
    )
    add("--ratio", type=float, metavar="R", help="minority:majority after (default: 1)")
    add(
        "--weight-column",
        metavar="NAME",
        help="weights of training rows (weights: weight; random_under: none)",
    )
    add("--evaluator", metavar="MODEL", help="random_forest (default), knn, ..., none")
    add("--publish", choices=_PUBLISH, help="if the verdict allows (default: always)")
    _add_output(command)


def _add_source(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("source", metavar="SOURCE", nargs="?", help="file, directory or glob")
    add("--target", metavar="COLUMN", help="the column that holds the class")
    add("--name", help="name of the dataset, a slug (default: from SOURCE)")
    add("--key", **_SEVERAL, metavar="COL", help="columns that name a row")
    add("--ignore", **_SEVERAL, metavar="COL", help="not learnt from; '*_id' does too")
    add("--features", metavar="FILE.yaml", help="a Pandera schema that rows must pass")
    add("--categorical", **_SEVERAL, metavar="COL", help="whose numbers are levels")
    add("--holdout", type=float, metavar="SHARE", help="share held out (default: 0.2)")
    add(
        "--split",
        metavar="KIND[:COLUMN]",
        help="group:COL, time:COL or column:COL=VALUE (default: stratified)",
    )
    add("--metric", help="primary metric (default: macro_f1)")
    add(
        "--k-neighbors", type=int, metavar="K", help="neighbours for SMOTE (default: 5)"
    )
    add("--seed", type=int, metavar="N", help="same seed, same bytes (default: 0)")
    add("--config", metavar="FILE.yaml", help="fields, or a list of datasets (run)")


def _add_output(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--output", metavar="DIR", help="write under DIR/NAME (default: balanced)")
