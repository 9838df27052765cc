"""What the environment says of a run: which engine, and whether there is a Prefect API.

Whoever balances on a laptop has none, and is told so here without importing Prefect,
which takes longer than a small run. Engines themselves are in engines.
"""

import os
import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from schemas.errors import UserError

ENGINE = "EVENKEEL_ENGINE"

_ENGINES = ("threads", "processes", "dask")
# Where Prefect looks for its settings:
# https://docs.prefect.io/v3/concepts/settings-and-profiles
_VARIABLES = ("PREFECT_API", "PREFECT_HOME", "PREFECT_PROFILE")
_PROFILES = "~/.prefect/profiles.toml"


def engine_name() -> str:
    """Read which engine EVENKEEL_ENGINE names: threads, processes or dask.

    Raises:
        UserError: There is no such engine.
    """
    name = os.environ.get(ENGINE, "").strip() or "threads"
    if name not in _ENGINES:
        known = ", ".join(_ENGINES)
        raise UserError(
            f"{ENGINE} is {name!r}, which is no engine. Give one of {known}, or unset "
            "it for threads."
        )
    return name


def needs_flow_run() -> bool:
    """Tell whether a server is configured, or an engine that only a flow run has.

    Raises:
        UserError: There is no such engine.
    """
    return engine_name() != "threads" or api_is_configured()


def api_is_configured() -> bool:
    """Tell whether Prefect knows the address of an API.

    Prefect is asked only if it is imported already, or if some place that it would read
    may name one.
    """
    if "prefect" not in sys.modules and not _may_be_configured():
        return False
    from prefect.settings import get_current_settings  # noqa: PLC0415 - see above

    return get_current_settings().api.url is not None


def flow_run_id() -> str:
    """Name the flow run that this is a part of; empty outside of any."""
    if "prefect" not in sys.modules:
        return ""
    from prefect import runtime  # noqa: PLC0415 - see above

    return runtime.flow_run.id or ""


def _may_be_configured() -> bool:
    return (
        any(name.upper().startswith(_VARIABLES) for name in os.environ)
        or Path("prefect.toml").exists()
        or "prefect" in _text(".env").lower()
        or "PREFECT_API" in _text(_PROFILES)
        or not {"api", "profiles_path"}.isdisjoint(_project_settings())
    )


def _text(path: str) -> str:
    with suppress(OSError):
        return Path(path).expanduser().read_text(encoding="utf-8", errors="replace")
    return ""


def _project_settings() -> dict[str, Any]:
    """Read Prefect's part of pyproject.toml; a broken one is Prefect's to tell."""
    try:
        project = tomllib.loads(_text("pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return {"api": None}
    found: dict[str, Any] = project.get("tool", {}).get("prefect", {})
    return found
