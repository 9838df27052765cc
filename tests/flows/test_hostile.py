"""Labels, columns, names and files are data wherever a run shows them, and no more."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Dialog, Page
from prefect.client.orchestration import get_client

from flows.balance import balance
from flows.pipeline import balance_dataset
from schemas.config import SLUG, BalanceConfig
from schemas.errors import EvenkeelError, UserError
from tasks.algorithms.sightings import sighting_line, sighting_table
from tasks.running import DirectRunner
from tasks.survey import dataset_name, survey_source
from tasks.watching import look
from tests.chromium import browser, page
from tests.hostile import MARK, TEXTS, is_one_clean_line
from tests.outline import outline_of
from tests.project import ROOT

__all__ = ["browser", "page"]  # fixtures

RUNS = {"script", "iframe", "object", "embed", "svg", "style", "link", "base", "form"}
EMPTY = {"evaluator": "none"}


def _table(folder: Path, target: str = "y", column: str = "x") -> Path:
    """Write eight rows of each hostile label, under hostile columns if asked."""
    labels = [text for text in TEXTS for _ in range(8)]
    values = [float(n % 11) for n in range(len(labels))]
    pq.write_table(pa.table({target: labels, column: values}), folder / "t.parquet")
    return folder / "t.parquet"


def _config(folder: Path, **fields: object) -> BalanceConfig:
    asked = {"source": str(folder / "t.parquet"), "target": "y", "evaluation": EMPTY}
    where = {"output": str(folder / "out"), "contract": {"allowed": TEXTS[1:]}}
    lenient = {**where["contract"], "max_rejected_share": 1}  # type: ignore[dict-item]
    fields = {**asked, **where, "contract": lenient, **fields}
    return BalanceConfig.model_validate(fields)


def test_what_is_written_stays_in_its_folder(tmp_path: Path) -> None:
    _table(tmp_path, target="../../y", column="../x")
    before = {path for path in tmp_path.rglob("*") if "out" not in path.parts}
    outcome = balance_dataset(_config(tmp_path, target="../../y"), DirectRunner())
    after = {path for path in tmp_path.rglob("*") if "out" not in path.parts}
    assert before == after
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"t"}
    for entry in outcome.manifest.files:
        assert re.fullmatch(r"[A-Za-z0-9._/-]+", entry.path)
        assert ".." not in entry.path


def test_the_command_prints_nothing_that_steers(tmp_path: Path) -> None:
    config = _config(_table(tmp_path).parent)
    request = tmp_path / "asked.json"
    request.write_text(config.model_dump_json())
    commands = (
        ["survey", "--config", str(request)],
        ["run", "--config", str(request), "--no-prefect"],
        ["show", str(tmp_path / "out" / "t")],
        ["run", "--config", str(request), "--no-prefect", "--json", "--force"],
    )
    for words in commands:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "flows.cli", *words],
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        if "--json" in words:  # one record: what is in it is JSON's to escape
            assert len(json.loads(done.stdout)["classes"]) == len(TEXTS)
            continue
        for line in (done.stdout + done.stderr).decode().split("\n"):
            assert is_one_clean_line(line), line


@pytest.mark.parametrize("text", TEXTS)
def test_an_error_is_one_line_and_a_name_a_slug(text: str, tmp_path: Path) -> None:
    _table(tmp_path)
    asked = {"target": text, "ignore": ["x"]} if text != "x" else {}
    with pytest.raises(UserError) as caught:
        survey_source.fn(_config(tmp_path, **asked))
    assert is_one_clean_line(str(caught.value))
    wrong = _config(tmp_path, source=f"{tmp_path}/{text}")
    sighting = look.fn(wrong, 0.0)
    assert is_one_clean_line(sighting_line(sighting))
    (row,) = sighting_table([sighting])
    assert all(is_one_clean_line(str(value)) for value in row.values())
    name = text.replace("/", "").replace("\0", "")[:100]
    if name not in {"", ".", ".."}:
        (tmp_path / "t.parquet").rename(tmp_path / name)
        named = dataset_name(_config(tmp_path, source=str(tmp_path / name)))
        assert SLUG.fullmatch(named)


@pytest.mark.parametrize("text", TEXTS)
def test_every_error_of_ours_is_one_line(text: str) -> None:
    assert is_one_clean_line(str(EvenkeelError(f"the file {text} is gone")))
    assert EvenkeelError(text).args == (text,)


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_logs_and_artifacts_of_a_run_show_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    config = _config(_table(tmp_path).parent, name="hostile")
    balance(config)
    with pytest.raises(UserError):
        balance(config.model_copy(update={"name": None, "source": f"/no\n{MARK}"}))
    for record in caplog.records:
        assert is_one_clean_line(record.getMessage()), record.getMessage()
    assert not re.search(rf"^\W*{MARK}", caplog.text, re.MULTILINE)
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(limit=200)
        shown = [
            one
            for one in client.read_artifacts(limit=200)
            if one.key and one.key.startswith("hostile-")
        ]
    assert all(is_one_clean_line(run.name) for run in runs)
    assert {one.type for one in shown} == {"markdown", "table"}
    for one in shown:
        assert re.fullmatch(r"[a-z0-9-]+", str(one.key))
        assert is_one_clean_line(one.description or "")
        if one.type == "table":
            _check_cells(json.loads(str(one.data)))
        else:
            _check_page(str(one.data))


def _check_cells(rows: list[dict[str, object]]) -> None:
    assert rows
    for value in (value for row in rows for value in row.values()):
        assert is_one_clean_line(str(value))


def _check_page(text: str) -> None:
    outline = outline_of(text)
    assert not {tag.split()[0] for tag in outline.tags} & RUNS
    assert "a href" not in outline.tags
    assert not re.search(rf"^\W*{MARK}", text, re.MULTILINE)
    assert all(is_one_clean_line(line) for line in text.split("\n"))


@pytest.mark.browser
def test_no_script_of_a_label_or_of_a_stranger_runs(tmp_path: Path, page: Page) -> None:
    outcome = balance_dataset(_config(_table(tmp_path).parent), DirectRunner())
    (report,) = (tmp_path / "out").rglob("report.html")
    ran: list[str] = []

    def refuse(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    title = f"{outcome.manifest.dataset}: balance report"
    assert page.title() == title
    assert page.locator(", ".join(RUNS - {"style"})).count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    # Were a label not escaped, the page's own policy would still stop it.
    hole = "<script>document.title='RAN'</script><img src=x onerror=alert(1)>"
    broken = tmp_path / "broken.html"
    text = report.read_text(encoding="utf-8")
    broken.write_text(text.replace("</body>", f"{hole}</body>"), encoding="utf-8")
    page.goto(broken.as_uri())
    assert page.locator("script").count() == 1
    assert page.title() == title
    free = re.sub(r"<meta http-equiv[^>]*>", "", broken.read_text(encoding="utf-8"))
    assert not ran
    broken.write_text(free, encoding="utf-8")
    page.goto(broken.as_uri())
    assert page.title() == "RAN"  # so that this test can fail
    own = {report.as_uri(), broken.as_uri(), (tmp_path / "x").as_uri()}
    assert {url for url in asked if not url.startswith("data:")} <= own
