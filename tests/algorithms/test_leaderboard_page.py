"""Leaderboards say what was found, and no text of the data can change their shape."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from schemas.evaluation import Metric
from schemas.tournament import Estimate, Leaderboard, Sentinel
from tasks.algorithms import leaderboard_figures
from tasks.algorithms.captions import one_line
from tasks.algorithms.leaderboard_page import html, markdown
from tests import evidence, hostile, matches
from tests.matches import KNN, candidate
from tests.outline import Outline, outline_of

pytest_plugins = ["tests.chromium"]

TEXTS = st.text(max_size=50) | st.sampled_from(evidence.HOSTILE)
GAINS = {one: 0.1 * (one.approach == "smote") for one in matches.field()}
FAILED = Sentinel(
    roc_auc=Estimate(mean=0.9, interval=(0.8, 1.0)),
    passed=False,
    suspects=hostile.TEXTS,
)


def _hostile(text: str) -> dict[str, object]:
    return {
        "target": text,
        "source": text,
        "minority": text,
        "classes": {"no": 883, text: 117},
        "notes": (text, text),
        "sentinel": FAILED.model_copy(update={"suspects": (text,)}),
    }


FEW = matches.results({candidate("none"): 0.0, candidate("smote", 1.0): 0.1})
MANY = matches.results(
    GAINS | {one.model_copy(update={"learner": KNN}): 0.0 for one in GAINS}
)
MADE = {
    "helped": matches.leaderboard(matches.results(GAINS)),
    "many": matches.leaderboard(MANY, Metric.BRIER),
    "failed": matches.leaderboard(FEW, fields=_hostile("a <b>b</b>\n| c")),
    "alone": matches.leaderboard(
        matches.results({candidate("none"): 0.0}), fields={"sentinel": None}
    ),
}
DRAWN = {name: leaderboard_figures.draw(board) for name, board in MADE.items()}


@pytest.mark.parametrize("name", MADE)
def test_same_leaderboard_same_page(name: str) -> None:
    board = MADE[name]
    again = Leaderboard.model_validate_json(board.model_dump_json())

    assert html(board, DRAWN[name]) == html(again, leaderboard_figures.draw(again))


@given(TEXTS)
@settings(deadline=None, max_examples=20)
def test_no_text_changes_the_shape_of_a_page(text: str) -> None:
    plain, odd = (
        matches.leaderboard(FEW, fields=_hostile(each)) for each in ("plain", text)
    )

    assert Outline(html(odd, {})).tags == Outline(html(plain, {})).tags
    assert outline_of(markdown(odd, {})).tags == outline_of(markdown(plain, {})).tags
    assert one_line(text) in "".join(Outline(html(odd, {})).text)


@pytest.mark.parametrize("name", MADE)
def test_the_page_loads_and_runs_nothing(name: str) -> None:
    page = html(MADE[name], DRAWN[name])

    assert "script" not in {tag.split()[0] for tag in Outline(page).tags}
    assert not re.search(r"(src|href)=\"(?!data:image/svg)", page)
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page
    assert page.count("<img ") == len(DRAWN[name]) == page.count(' alt="')


@pytest.mark.parametrize("name", MADE)
def test_both_pages_tell_the_recommendation_and_every_candidate(name: str) -> None:
    board = MADE[name]
    text = "".join(Outline(html(board, {})).text)
    brief = "".join(outline_of(markdown(board, {})).text)

    for sentence in re.split(r"(?<=\.) ", board.recommendation.sentence):
        assert sentence in text
        assert sentence in brief
    lines = [tag for tag in Outline(html(board, {})).tags if tag.split()[0] == "tr"]
    assert len(lines) == 3 * (len(board.standings) + 1)


def test_a_leak_is_told_before_anything_else() -> None:
    text = "".join(Outline(html(MADE["failed"], {})).text)

    assert "Do not trust these scores" in text.split("Do not balance")[0]
    assert "Do not trust these scores" in markdown(MADE["failed"], {})
    for name in ("helped", "many"):
        assert "Do not trust" not in html(MADE[name], {})
        assert "leaks no label as far as can be seen" in html(MADE[name], {})
    assert "the sentinel was skipped" in html(MADE["alone"], {})


@pytest.mark.parametrize("name", MADE)
def test_markdown_fits_an_artifact(name: str) -> None:
    assert len(markdown(MADE[name], DRAWN[name]).encode()) < 150_000


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", MADE)
def test_a_browser_shows_every_picture_and_never_scrolls_sideways(
    name: str, width: int, page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "leaderboard.html"
    path.write_text(html(MADE[name], DRAWN[name]), encoding="utf-8")
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split(",")[0]))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path.as_uri())

    widths = page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert len(widths) == len(DRAWN[name])
    assert all(each > 0 for each in widths)
    assert asked - {path.as_uri()} <= {"data:image/svg+xml;base64"}
    assert page.evaluate("document.documentElement.scrollWidth") == width
