"""What the environment says: Prefect itself is the oracle of where it looks."""

import os
from pathlib import Path

import pytest
from prefect.settings import Settings, get_current_settings, sources

from tasks import environment
from tasks.environment import api_is_configured

URL = "http://127.0.0.1:4999/api"
PROFILES = f'active = "here"\n[profiles.here]\nPREFECT_API_URL = "{URL}"\n'
PLACES = {
    "prefect.toml": f'[api]\nurl = "{URL}"\n',
    "pyproject.toml": f'[tool.prefect.api]\nurl = "{URL}"\n',
    ".env": f"PREFECT_API_URL={URL}\n",
    ".prefect/profiles.toml": PROFILES,
}
ELSEWHERE = {
    "prefect.toml": 'profiles_path = "p.toml"\n',
    "pyproject.toml": '[tool.prefect]\nprofiles_path = "p.toml"\n',
    ".env": "PREFECT_PROFILES_PATH=p.toml\n",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in a folder, and at home in it, where nothing says anything of Prefect."""
    for name in list(os.environ):
        if name.upper().startswith("PREFECT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sources, "DEFAULT_PREFECT_HOME", tmp_path / ".prefect")
    return tmp_path


def _known() -> bool:
    """Ask Prefect anew, as a fresh process would."""
    return Settings().api.url is not None


def _asks() -> bool:
    return environment._may_be_configured()  # noqa: SLF001 - what saves the import


def test_where_nothing_is_said_prefect_is_not_asked(here: Path) -> None:
    assert not _asks()
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    (here / "pyproject.toml").write_text(project)
    (here / ".env").write_text("AWS_REGION=eu-west-1\n")
    (here / ".prefect").mkdir()
    (here / ".prefect" / "profiles.toml").write_text('active = "ephemeral"\n')
    assert not _asks()
    assert not _known()


@pytest.mark.parametrize("place", PLACES)
def test_an_address_in_a_file_is_found(here: Path, place: str) -> None:
    (here / place).parent.mkdir(exist_ok=True)
    (here / place).write_text(PLACES[place])
    assert _known()
    assert _asks()


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_file_that_names_another_is_followed(here: Path, place: str) -> None:
    (here / "p.toml").write_text(PROFILES)
    (here / place).write_text(ELSEWHERE[place])
    assert _known()
    assert _asks()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PREFECT_API_URL", URL),
        ("prefect_api_url", URL),
        ("PREFECT_API", f'{{"url": "{URL}"}}'),
        ("PREFECT_PROFILES_PATH", "profiles.toml"),
        ("PREFECT_HOME", "."),
    ],
)
def test_an_address_by_a_variable_is_found(
    here: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    (here / "profiles.toml").write_text(PROFILES)
    monkeypatch.setenv(name, value)
    assert _known()
    assert _asks()


def test_a_profile_of_prefects_own_is_found(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / ".prefect").mkdir()
    (here / ".prefect" / "profiles.toml").write_text("[profiles.other]\n")
    monkeypatch.setenv("PREFECT_PROFILE", "local")
    assert _asks()


def test_a_broken_file_is_prefects_to_tell(here: Path) -> None:
    (here / "pyproject.toml").write_text("[tool")
    assert _asks()


def test_where_prefect_is_imported_it_is_asked() -> None:
    known = get_current_settings().api.url is not None
    assert api_is_configured() is known
