"""A manifest that was changed after it was written is not believed."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError, VerificationError
from schemas.manifest import Manifest
from schemas.written import Attempt
from tasks.storage.sealing import read_sealed, seal
from tests.storage.drafts import draft

NOBODY = Attempt(root="/nowhere", run_key="a" * 64, attempt="0" * 12)


@given(st.text(st.characters(codec="utf-8")), st.floats(allow_nan=False))
def test_any_program_can_check_a_seal(dataset: str, ratio: float) -> None:
    made = draft(NOBODY, dataset=dataset)
    odd = made.diagnosis.model_copy(update={"imbalance_ratio": ratio})
    sealed = seal(made.model_copy(update={"diagnosis": odd}))
    fields = json.loads(sealed.model_dump_json(indent=2))
    told = fields.pop("sha256")
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == told
    assert seal(sealed) == sealed
    assert Manifest.model_validate_json(sealed.model_dump_json()) == sealed


def test_what_was_sealed_is_read(tmp_path: Path) -> None:
    sealed, path = seal(draft(NOBODY)), tmp_path / "manifest.json"
    path.write_text(sealed.model_dump_json())
    assert read_sealed(str(tmp_path), path.name) == sealed


@pytest.mark.parametrize(("old", "new"), [('"rows":10', '"rows":11'), ("{", "")])
def test_a_broken_seal_is_noticed(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(seal(draft(NOBODY)).model_dump_json().replace(old, new, 1))
    with pytest.raises(VerificationError, match=path.name):
        read_sealed(str(tmp_path), path.name)


def test_a_folder_is_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        read_sealed(str(tmp_path.parent), tmp_path.name)
