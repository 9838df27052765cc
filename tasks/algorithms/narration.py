"""What a stage found, as one line of a log. Sentences of the report are in wording."""

from collections.abc import Callable, Sequence
from typing import Any

from schemas.findings import Findings
from schemas.manifest import Search
from schemas.plan import ResamplePlan, Schedule
from schemas.records import Drift, Outcome, Published
from schemas.survey import Survey
from schemas.tournament import Compared, Forfeit, Leaderboard, MatchResult
from schemas.verdict import Evaluation
from schemas.written import Attempt, Check, FileEntry, ShardResult
from tasks.algorithms.captions import shorten
from tasks.algorithms.cautions import cautions
from tasks.algorithms.drift_words import drift_sentence
from tasks.algorithms.endings import ending_line
from tasks.algorithms.wording import strategy_name, verdict_sentence

_LABEL = 40  # cells of a label


def narrate(found: object) -> str:
    """Tell in one line, with numbers, what a stage found.

    Args:
        found: What the stage gave back: a record, or records in lists, one for each
            item it was mapped over.

    Returns:
        Plain text on one line; empty if there is nothing to tell.
    """
    records = _flat(found)
    tell = _TELLERS.get(type(records[0])) if records else None
    return tell(records) if tell else ""


def _flat(found: object) -> list[object]:
    if isinstance(found, list | tuple):
        return [record for item in found for record in _flat(item)]
    return [found]


def _survey(found: Sequence[Survey]) -> str:
    survey = found[0]
    counts = sorted(survey.counts.items(), key=lambda item: item[1])
    (smallest, few), (largest, many) = counts[0], counts[-1]
    rejected = sum(rejection.rows for rejection in survey.rejections)
    return (
        f"{survey.rows:,} rows in {_many(len(survey.fragments), 'file')}, "
        f"{len(counts)} classes from {few:,} ({shorten(smallest, _LABEL)}) to "
        f"{many:,} ({shorten(largest, _LABEL)}), {rejected:,} rows rejected"
    )


def _published(found: Sequence[Published]) -> str:
    published = found[0]
    if published.version is None:
        return "nothing is published yet"
    if published.unchanged:
        return f"version {published.version} is what this run would make"
    if published.rolled_back:
        return f"what this run would make was rolled back to {published.version}"
    return f"version {published.version} has another source, config or seed"


def _plan(found: Sequence[ResamplePlan]) -> str:
    plan = found[0]
    before, after = plan.before, plan.after
    return (
        f"{strategy_name(plan)}, {before.rows:,} → {after.rows:,} training rows, "
        f"imbalance ratio {before.imbalance_ratio:.2f} → {after.imbalance_ratio:.2f}"
    )


def _attempt(found: Sequence[Attempt]) -> str:
    attempt = found[0]
    after = f", after version {attempt.parent}" if attempt.parent else ""
    return f"attempt {attempt.attempt}{after}"


def _shards(found: Sequence[ShardResult]) -> str:
    kept, held_out, dropped, rejected = (
        sum(getattr(result, fate) for result in found)
        for fate in ("kept", "holdout", "dropped", "rejected")
    )
    return (
        f"{kept:,} rows kept for training, {held_out:,} held out, {dropped:,} dropped, "
        f"{rejected:,} rejected"
    )


def _searches(found: Sequence[Search]) -> str:
    donors = sum(search.donors for search in found)
    worst = min(found, key=lambda search: search.recall)
    classes = _classes(len(found))
    large = sum(search.blocks > 0 for search in found)
    cut = f", {_classes(large)} in blocks from a file" if large else ""
    better = " or better" if len(found) > 1 else ""
    return (
        f"neighbours of {_many(donors, 'row')} of {classes}, recall "
        f"{worst.recall:.3f}{better} ({worst.method}){cut}"
    )


def _files(found: Sequence[FileEntry]) -> str:
    rows = sum(entry.rows or 0 for entry in found if "/train/" in entry.path)
    made = f"{rows:,} synthetic rows in " if rows else ""
    size = sum(entry.bytes for entry in found)
    return f"{made}{_many(len(found), 'file')} of {size:,} bytes"


def _evaluation(found: Sequence[Evaluation]) -> str:
    return verdict_sentence(found[0])


def _findings(found: Sequence[Findings]) -> str:
    told = cautions(found[0])
    more = f" (and {len(told) - 1:,} more)" if len(told) > 1 else ""
    return f"{told[0]}{more}" if told else "nothing doubtful in the rows"


def _checks(found: Sequence[Check]) -> str:
    names = ", ".join(check.name for check in found)
    return f"{_many(len(found), 'check')} passed: {names}"


def _drift(found: Sequence[Drift]) -> str:
    return drift_sentence(found[0])


def _schedule(found: Sequence[Schedule]) -> str:
    matches = found[0].matches
    candidates = len({one.candidate for one in matches})
    folds = _many(len({one.fold for one in matches}), "fold")
    return (
        f"{_many(len(matches), 'match')} of {_many(candidates, 'candidate')} in {folds}"
    )


def _results(found: Sequence[MatchResult | Forfeit]) -> str:
    rows = sum(one.train_rows for one in found if isinstance(one, MatchResult))
    return f"{_many(len(found), 'match')} played, models learnt from {rows:,} rows"


def _leaderboard(found: Sequence[Leaderboard]) -> str:
    return found[0].recommendation.sentence


def _compared(found: Sequence[Compared]) -> str:
    return f"{found[0].status}, {found[0].place}"


def _outcome(found: Sequence[Outcome]) -> str:
    outcome = found[0]
    manifest = outcome.manifest
    rows = sum(item.train for item in manifest.classes)
    made = f"{rows:,} training rows in {_many(len(manifest.files), 'file')}"
    if outcome.status in {"held back", "rolled back"}:
        return f"{ending_line(outcome)}, {made}"
    return f"version {manifest.version}, {made}"


def _classes(count: int) -> str:
    return "1 class" if count == 1 else f"{count:,} classes"


def _many(count: int, noun: str) -> str:
    plural = "es" if noun.endswith("ch") else "s"
    return f"{count:,} {noun}" + ("" if count == 1 else plural)


_TELLERS: dict[type, Callable[[Any], str]] = {
    Survey: _survey,
    Published: _published,
    ResamplePlan: _plan,
    Attempt: _attempt,
    ShardResult: _shards,
    Search: _searches,
    FileEntry: _files,
    Evaluation: _evaluation,
    Findings: _findings,
    Check: _checks,
    Drift: _drift,
    Schedule: _schedule,
    MatchResult: _results,
    Forfeit: _results,
    Leaderboard: _leaderboard,
    Compared: _compared,
    Outcome: _outcome,
}
