"""`evenkeel ui`, and what its pages show: seen in Chromium, labels being hostile."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Dialog, Page, expect

from flows.servers import HOST, free_port, wait
from schemas.errors import EvenkeelError
from tests.chromium import browser, page

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
    """A served UI: its address, its one flow run, and the artifacts of the run."""

    address: str
    run: str
    artifacts: dict[str, str]


def _hostile(path: Path) -> Path:
    counts = (160, 60, 30)
    labels = [
        label for label, count in zip(LABELS, counts, strict=True) for _ in range(count)
    ]
    columns = {
        "y": labels,
        "x": [float(LABELS.index(label) + n % 7) for n, label in enumerate(labels)],
    }
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
        env={**os.environ, "PREFECT_HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield _read(process)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


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
    asked = {"artifacts": {"flow_run_id": {"any_": [run]}}}
    request = Request(  # noqa: S310 - http to this machine
        f"{address}/api/artifacts/filter",
        data=json.dumps(asked).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        return {one["key"]: one["id"] for one in json.load(answer) if one["key"]}


@pytest.fixture
def look(site: _Site, page: Page, tmp_path: Path) -> Iterator[Page]:
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
    name = re.sub(r"\W+", "-", page.url.removeprefix(site.address)).strip("-")
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert not alerts
    assert not errors


def _artifact(site: _Site, kind: str) -> str:
    return f"{site.address}/v2/artifacts/artifact/{site.artifacts[f'hostile-{kind}']}"


def test_the_run_page_tells_what_each_stage_found(site: _Site, look: Page) -> None:
    look.goto(f"{site.address}/v2/runs/flow-run/{site.run}")
    expect(look.get_by_text("balance / hostile / auto").first).to_be_visible()
    for stage in ("survey: 250 rows", "plan: smote, 200", "publish: version 1"):
        expect(look.get_by_text(stage)).to_be_visible(timeout=30_000)


def test_the_cards_say_the_result(site: _Site, look: Page) -> None:
    look.goto(f"{site.address}/v2/runs/flow-run/{site.run}?tab=Artifacts")
    for name in site.artifacts:
        expect(look.get_by_text(name, exact=True).first).to_be_visible(timeout=30_000)
    expect(look.get_by_text(re.compile("macro-F1 .* → "))).to_be_visible()
    expect(look.get_by_text("smote: 200 → 384 training rows")).to_be_visible()


def test_the_report_shows_every_picture_and_hostile_labels_as_text(
    site: _Site, look: Page
) -> None:
    look.goto(_artifact(site, "report"))
    expect(look.get_by_role("heading", name="balance report")).to_be_visible(
        timeout=30_000
    )
    # The page renders more than once, so ask for the pictures until all are there.
    look.wait_for_function(
        "document.images.length === 5 && [...document.images]"
        ".every(image => image.complete && image.naturalWidth > 0)"
    )
    for label in LABELS:
        expect(look.locator("body")).to_contain_text(label)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("classes", ("Train before", "Share after", *LABELS)),
        ("evaluation", ("Threshold moved", "macro-F1", "log loss")),
    ],
)
def test_tables_are_tables(
    site: _Site, look: Page, kind: str, words: tuple[str, ...]
) -> None:
    look.goto(_artifact(site, kind))
    for word in words:
        expect(look.locator("table")).to_contain_text(word, timeout=30_000)


@pytest.mark.parametrize("kind", ["verdict", "decision", "published"])
def test_short_pages_open(site: _Site, look: Page, kind: str) -> None:
    look.goto(_artifact(site, kind))
    expect(look.locator("h1").last).to_be_visible(timeout=30_000)


def test_another_port_is_taken_where_prefects_own_is_not_free() -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind((HOST, 4200))
            holder.listen()
        except OSError:
            pass  # held by someone else: as good
        assert free_port() != 4200


def test_a_server_that_ends_is_an_error_that_names_its_log(tmp_path: Path) -> None:
    with (
        subprocess.Popen([sys.executable, "-c", ""]) as process,
        pytest.raises(EvenkeelError, match=r"ui\.log"),
    ):
        wait(process, f"http://{HOST}:{free_port()}", tmp_path / "ui.log")
