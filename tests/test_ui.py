"""`evenkeel ui`, and what its pages show: seen in Chromium, labels being hostile."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Dialog, Page, expect

from flows.pipeline import balance_dataset
from flows.servers import free_port
from schemas.config import BalanceConfig
from tasks.running import DirectRunner
from tests.chromium import browser, page
from tests.project import copy_project

__all__ = ["browser", "page"]  # fixtures

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.browser,
]

LABELS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "[x](javascript:alert(3))",
)
SCREENSHOTS = "EVENKEEL_SCREENSHOTS"
"""Environment variable: a folder to keep pictures of the pages in."""


@dataclass(frozen=True)
class _Site:
    """A served UI: its address, a flow run, and the artifacts of the run."""

    address: str
    run: str
    artifacts: dict[str, str]


def _hostile(
    path: Path, counts: Sequence[int] = (160, 60, 30), missing: int = 0
) -> Path:
    labels = [
        label for label, count in zip(LABELS, counts, strict=True) for _ in range(count)
    ]
    values = [float(LABELS.index(label) + n % 7) for n, label in enumerate(labels)]
    columns = {"y": [*labels, *[None] * missing], "x": [*values, *[0.0] * missing]}
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Site]:
    """Run `evenkeel ui` in a process of its own, and stop it by SIGTERM."""
    folder = tmp_path_factory.mktemp("ui")
    source = _hostile(folder / "hostile.parquet")
    words = ["ui", str(source), "--target", "y", "--output", str(folder / "out")]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "flows.cli", *words],
        # What its deployments run at their times must not write into this project.
        cwd=copy_project(folder / "project"),
        env={
            **os.environ,
            "PREFECT_HOME": str(folder / "home"),
            # Other tests find 4200 free at the same moment.
            "PREFECT_SERVER_API_PORT": str(free_port()),
        },
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield _read(process)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


@pytest.fixture(scope="module")
def night(site: _Site, tmp_path_factory: pytest.TempPathFactory) -> _Site:
    """Make a night to be called for: priors moved, rows rejected, nothing published."""
    folder = tmp_path_factory.mktemp("night")
    source = _hostile(folder / "night.parquet")
    asked = {"source": str(source), "target": "y", "output": str(folder / "out")}
    balance_dataset(BalanceConfig.model_validate(asked), DirectRunner())
    _hostile(source, counts=(100, 90, 60), missing=9)
    gated = {**asked, "publish": "if_helped", "strategy": {"kind": "random_under"}}
    config = folder / "night.json"
    config.write_text(json.dumps(gated))
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "flows.cli", "run", "--config", str(config)],
        env={
            **os.environ,
            "PREFECT_HOME": str(folder / "home"),
            "PREFECT_API_URL": f"{site.address}/api",
        },
        check=True,
        timeout=200,
    )
    begun = {"state": {"type": {"not_any_": ["SCHEDULED"]}}}
    runs = _ask(site.address, "flow_runs", flow_runs=begun)
    name = "balance / night / random_under"
    (run,) = (one["id"] for one in runs if one["name"] == name)
    return _Site(site.address, run, _artifacts(site.address, run))


def _read(process: subprocess.Popen[str]) -> _Site:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    found = re.search(r"(http://\S+)/v2/runs/flow-run/(\S+)", said)
    assert found, said
    address, run = found.groups()
    return _Site(address, run, _artifacts(address, run))


def _artifacts(address: str, run: str) -> dict[str, str]:
    wanted = {"flow_run_id": {"any_": [run]}}
    found = _ask(address, "artifacts", artifacts=wanted)
    return {one["key"]: one["id"] for one in found if one["key"]}


def _ask(address: str, what: str, **asked: object) -> list[dict[str, str]]:
    request = Request(  # noqa: S310 - http to this machine
        f"{address}/api/{what}/filter",
        data=json.dumps(asked).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        return list(json.load(answer))


@pytest.fixture
def look(page: Page, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open pages that must run nothing of what labels say, and picture the last one."""
    alerts: list[str] = []
    errors: list[str] = []

    def refuse(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(30_000)
    yield page
    folder = Path(os.environ.get(SCREENSHOTS, tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert not alerts
    assert not errors
    assert not page.locator("img[src='x'], [onerror], a[href^='javascript']").count()


def _artifact(site: _Site, kind: str) -> str:
    (key,) = (key for key in site.artifacts if key.endswith(f"-{kind}"))
    return f"{site.address}/v2/artifacts/artifact/{site.artifacts[key]}"


def _see_pictures(page: Page, count: int) -> None:
    # The page renders more than once, so ask for the pictures until all are there.
    page.wait_for_function(
        f"document.images.length === {count} && [...document.images]"
        ".every(image => image.complete && image.naturalWidth > 0)"
    )


def test_the_run_page_tells_what_each_stage_found(site: _Site, look: Page) -> None:
    look.goto(f"{site.address}/v2/runs/flow-run/{site.run}")
    expect(look.get_by_text("balance / hostile / auto").first).to_be_visible()
    for stage in ("survey: 250 rows", "plan: smote, 200", "publish: version 1"):
        expect(look.get_by_text(stage)).to_be_visible(timeout=30_000)


def test_the_cards_say_the_result(site: _Site, look: Page) -> None:
    look.goto(f"{site.address}/v2/runs/flow-run/{site.run}?tab=Artifacts")
    for name in site.artifacts:
        expect(look.get_by_text(name, exact=True).first).to_be_visible(timeout=30_000)
    expect(look.get_by_text(re.compile("→ .* macro-F1"))).to_be_visible()
    expect(look.get_by_text("smote: 200 → 384 rows")).to_be_visible()


def test_the_report_shows_every_picture_and_hostile_labels_as_text(
    site: _Site, look: Page
) -> None:
    look.goto(_artifact(site, "report"))
    expect(look.get_by_role("heading", name="balance report")).to_be_visible(
        timeout=30_000
    )
    _see_pictures(look, 5)
    for label in LABELS:
        expect(look.locator("body")).to_contain_text(label)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("classes", ("Train before", "Share after", *LABELS)),
        ("evaluation", ("Threshold moved", "macro-F1", "log loss")),
        ("quality", ("no row was rejected",)),
        ("drift", ("No earlier version to compare with",)),
    ],
)
def test_tables_are_tables(
    site: _Site, look: Page, kind: str, words: tuple[str, ...]
) -> None:
    look.goto(_artifact(site, kind))
    for word in words:
        expect(look.locator("table")).to_contain_text(word, timeout=30_000)


@pytest.mark.parametrize(
    ("kind", "pictures"), [("verdict", 1), ("decision", 0), ("published", 1)]
)
def test_short_pages_open(site: _Site, look: Page, kind: str, pictures: int) -> None:
    look.goto(_artifact(site, kind))
    expect(look.locator("h1").last).to_be_visible(timeout=30_000)
    _see_pictures(look, pictures)


def test_a_night_without_a_version_is_told_by_its_cards(
    night: _Site, look: Page
) -> None:
    look.goto(f"{night.address}/v2/runs/flow-run/{night.run}?tab=Artifacts")
    for line in (
        re.compile(r"Held back: .*, v1 stays"),
        re.compile(r"G-test p <0\.001, w .*: moved"),
        "9 of 259 rows rejected (3.5%)",
    ):
        expect(look.get_by_text(line)).to_be_visible(timeout=30_000)


def test_one_page_tells_what_happened_at_night(night: _Site, look: Page) -> None:
    look.goto(_artifact(night, "published"))
    title = look.get_by_role(
        "heading", name="night is held back: nothing was published"
    )
    expect(title).to_be_visible(timeout=30_000)
    _see_pictures(look, 1)
    body = look.locator("body")
    for words in (
        "'publish: if_helped' lets no such version out. Version 1 stays.",
        "Since version 1 the class priors moved",
        "random_under was asked for",
        "9 of 259 rows rejected",
        "label is missing",
        "held-back.json",
        *LABELS,
    ):
        expect(body).to_contain_text(words)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("drift", ("Share then", "64.0%", "40.0%", "-24.00", *LABELS)),
        ("quality", ("label is missing", "(missing)", "3.5%")),
    ],
)
def test_tables_of_a_night(
    night: _Site, look: Page, kind: str, words: tuple[str, ...]
) -> None:
    look.goto(_artifact(night, kind))
    for word in words:
        expect(look.locator("table")).to_contain_text(word, timeout=30_000)


def test_the_report_of_a_night_has_drift_and_gate_on_it(
    night: _Site, look: Page
) -> None:
    look.goto(_artifact(night, "report"))
    title = look.get_by_role("heading", name="Since version 1")
    expect(title).to_be_visible(timeout=30_000)
    _see_pictures(look, 5)
    expect(look.locator("body")).to_contain_text("Held back: balancing")
