"""Reports say what the evidence says, and no label can change their shape."""

import html as entities
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from schemas.config import BalanceConfig
from schemas.manifest import Search
from schemas.records import Evidence
from schemas.survey import Rejection
from tasks.algorithms import figures
from tasks.algorithms.captions import shorten
from tasks.algorithms.rendering import html, markdown
from tasks.algorithms.wording import verdict_sentence
from tests import evidence
from tests.outline import Outline, outline_of

pytest_plugins = ["tests.chromium"]

MADE = {
    "binary": evidence.binary(),
    "many": evidence.many(),
    "undersampled": evidence.undersampled(),
    "drifted": evidence.drifted(),
}
DRAWN = {name: figures.draw(m.plan, m.evaluation) for name, m in MADE.items()}
LABELS = st.text(max_size=50) | st.sampled_from(evidence.HOSTILE)


@pytest.mark.parametrize("name", MADE)
def test_same_evidence_same_page(name: str) -> None:
    made = MADE[name]
    again = Evidence.model_validate_json(made.model_dump_json())

    assert html(made, DRAWN[name]) == html(again, DRAWN[name])
    assert markdown(made, DRAWN[name]) == markdown(again, DRAWN[name])


@given(LABELS)
@settings(deadline=None)
def test_no_label_changes_the_shape_of_the_page(label: str) -> None:
    plain = Outline(html(evidence.binary(minority="plain"), {}))
    outline = Outline(html(evidence.binary(minority=label), {}))

    assert outline.tags == plain.tags
    assert shorten(label, 100) in outline.text


@given(LABELS)
@settings(deadline=None)
def test_no_label_changes_the_shape_of_the_markdown(label: str) -> None:
    plain = outline_of(markdown(evidence.binary(minority="plain"), {}))
    outline = outline_of(markdown(evidence.binary(minority=label), {}))

    assert outline.tags == plain.tags


@pytest.mark.parametrize("name", MADE)
def test_the_page_loads_and_runs_nothing(name: str) -> None:
    page = html(MADE[name], DRAWN[name])
    outline = Outline(page)

    assert "script" not in {tag.split()[0] for tag in outline.tags}
    assert not re.search(r"(src|href)=\"(?!data:image/svg)", page)
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page
    assert page.count("<img ") == len(DRAWN[name]) == page.count(' alt="')


@pytest.mark.parametrize("name", MADE)
def test_both_reports_tell_the_verdict_and_the_decision(name: str) -> None:
    made = MADE[name]
    sentences = (verdict_sentence(made.evaluation), made.plan.decision.reason)
    text = "".join(Outline(html(made, {})).text)
    brief = "".join(outline_of(markdown(made, {})).text)

    for sentence in (*sentences, *made.plan.decision.notes, made.correction.note):
        assert sentence in text
        assert sentence in brief


@pytest.mark.parametrize("name", MADE)
def test_drift_and_what_the_gate_says_are_told_where_there_are_any(name: str) -> None:
    made = MADE[name]
    pages = ("".join(Outline(html(made, {})).text), markdown(made, {}))

    for page in pages:
        assert ("Since version 4" in page) is (name == "drifted")
        assert ("Held back: balancing hurt" in page) is (name == "drifted")


def test_searches_in_blocks_are_told_in_both_reports() -> None:
    case = MADE["binary"]
    search = Search(label="a", donors=10**7, k=5, method="m", recall=1, blocks=382)
    told = case.model_copy(update={"searches": (search,)})
    for write in (html, markdown):
        assert "in 382 blocks from a file" in write(told, {})
        assert "blocks from a file" not in write(case, {})


def test_counts_that_did_not_change_are_no_drift() -> None:
    made = MADE["drifted"]
    assert made.drift
    same = made.drift.model_copy(update={"before": made.drift.after})
    none = made.model_copy(update={"drift": None})

    for write in (html, markdown):
        again = made.model_copy(update={"drift": same})
        assert write(again, {}) == write(none, {})


@pytest.mark.parametrize("name", MADE)
def test_markdown_fits_an_artifact(name: str) -> None:
    text = markdown(MADE[name], DRAWN[name])

    assert len(text.encode()) < 150_000
    assert "![Training rows of each class" in text
    assert "data:image/svg+xml;base64," in text


def test_figures_that_do_not_fit_an_artifact_are_left_out() -> None:
    large = {"distribution": b"x" * 30_000, "confusion": b"x" * 60_000}

    assert markdown(MADE["binary"], large).count("](data:") == 1


def test_markdown_on_disk_links_to_the_figures_beside_it() -> None:
    text = markdown(MADE["binary"], DRAWN["binary"], "figures")

    assert re.findall(r"\]\((.*)\)", text) == [
        f"figures/{name}.svg" for name in DRAWN["binary"]
    ]


def test_long_tables_are_cut_in_markdown_alone() -> None:
    made = evidence.binary()
    classes = tuple(
        one.model_copy(update={"label": f"class {i}"})
        for i, one in enumerate([made.plan.classes[0]] * 90)
    )
    plan = made.plan.model_copy(update={"classes": classes})
    long = made.model_copy(update={"plan": plan, "evaluation": None})

    brief = markdown(long, {})
    assert "(40 more)" in brief
    assert "class 89" in brief
    assert "class 40" not in brief
    assert "class 40" in html(long, {})


def test_of_many_rejections_markdown_says_where_the_others_are() -> None:
    made = evidence.binary()
    rejections = [
        Rejection(label=f"x{place}", reason="label is not allowed", rows=1)
        for place in range(70)
    ]
    survey = made.survey.model_copy(update={"rejections": tuple(rejections)})
    long = made.model_copy(update={"survey": survey})

    assert "And 10 more, in report.html." in markdown(long, {})


def test_the_snippet_of_the_page_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = evidence.binary(target="a'b<c>\"")
    table = pd.DataFrame({made.plan.target: [0, 1], "id": [1, 2], "x": [0.5, 1.5]})
    for side in ("train", "holdout"):
        (tmp_path / side).mkdir()
        table.to_parquet(tmp_path / side / "part.parquet")
    monkeypatch.chdir(tmp_path)
    found = re.search(r"<pre><code>(import.*?)</code>", html(made, {}), re.DOTALL)
    assert found is not None

    names: dict[str, Any] = {}
    exec(entities.unescape(found[1]), names)  # noqa: S102 - this is what readers do

    assert list(names["features"]) == ["x"]
    assert list(names["labels"]) == [0, 1]


@pytest.mark.parametrize("name", MADE)
def test_the_config_of_the_page_is_the_config(name: str) -> None:
    found = re.search(r"<pre><code>(\{.*?)</code>", html(MADE[name], {}), re.DOTALL)
    assert found is not None

    config = json.loads(entities.unescape(found[1]))

    assert BalanceConfig.model_validate(config) == MADE[name].config


def _opened(
    page: Page, made: Evidence, drawn: Mapping[str, bytes], folder: Path
) -> set[str]:
    path = folder / "report.html"
    path.write_text(html(made, drawn), encoding="utf-8")
    seen: set[str] = set()
    page.on("console", lambda message: seen.add(f"console: {message.text}"))
    page.on("pageerror", lambda error: seen.add(f"error: {error}"))
    page.on("dialog", lambda dialog: seen.add(f"dialog: {dialog.message}"))
    page.on("request", lambda request: seen.add(request.url.split(",")[0]))
    page.goto(path.as_uri())
    return seen - {path.as_uri(), "data:image/svg+xml;base64"}


@pytest.mark.browser
@pytest.mark.parametrize("name", MADE)
def test_a_browser_shows_every_picture_and_asks_for_nothing(
    name: str, page: Page, tmp_path: Path
) -> None:
    seen = _opened(page, MADE[name], DRAWN[name], tmp_path)

    widths = page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    assert len(widths) == len(DRAWN[name])
    assert all(width > 0 for width in widths)
    assert seen == set()


@pytest.mark.browser
def test_hostile_labels_run_nothing_and_show_as_text(
    page: Page, tmp_path: Path
) -> None:
    seen = _opened(page, MADE["many"], DRAWN["many"], tmp_path)

    cells = page.locator("tbody bdi").all_text_contents()
    assert {shorten(label, 100) for label in evidence.HOSTILE} <= set(cells)
    assert page.locator("script, svg, main i, main b, bdi *").count() == 0
    assert page.title() == "rings: balance report"
    assert seen == set()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("name", MADE)
def test_the_page_never_scrolls_sideways(
    name: str, width: int, page: Page, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    _opened(page, MADE[name], DRAWN[name], tmp_path)

    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.browser
def test_dark_readers_get_a_dark_page_with_light_figures(
    page: Page, tmp_path: Path
) -> None:
    shades = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        _opened(page, MADE["binary"], DRAWN["binary"], tmp_path)
        shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    figure = page.evaluate("getComputedStyle(document.images[0]).backgroundColor")

    assert shades[0] != shades[1]
    assert figure == "rgb(255, 255, 255)"


def test_weights_are_left_out_of_the_features_and_passed_to_fit() -> None:
    made = evidence.binary()
    plan = made.plan.model_copy(update={"weight_column": "how much"})
    page = entities.unescape(html(made.model_copy(update={"plan": plan}), {}))
    assert "'how much'])" in page
    assert "weights = train['how much']" in page
    assert "sample_weight" not in html(made, {})
