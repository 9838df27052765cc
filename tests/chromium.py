"""A page in headless Chromium, for tests that look at what people see."""

import functools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# Not for the session: while Playwright runs, asyncio.run() fails in other tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium for the tests of one module."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=_executable(), args=list(ARGUMENTS)
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page of its own context."""
    with browser.new_context() as context:
        yield context.new_page()


@functools.cache
def _executable() -> Path:
    found = shutil.which("chromium") or _install()
    if found is None:
        pytest.skip("no chromium on the path, and apt-get cannot install it")
    return Path(found)


def _install() -> str | None:
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    wait = ["-o", "DPkg::Lock::Timeout=120"]  # other test workers may be at it
    install = ["install", "-y", "--no-install-recommends", "chromium"]
    for arguments in (["update"], [*wait, *install]):
        subprocess.run([apt, *arguments], check=False, capture_output=True, timeout=240)  # noqa: S603 - fixed arguments
    return shutil.which("chromium")
