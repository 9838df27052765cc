"""There are parameters enough, and who watches them sees what is opened."""

import subprocess
import sys
from pathlib import Path

from tests.soak.parameters import parameters


def test_there_are_enough_parameters() -> None:
    places = dict.fromkeys(("root", "outside", "bucket", "trap"), "x")
    assert len(list(parameters(**places))) >= 300


# What cannot see anything proves nothing.
def test_opens_are_seen(tmp_path: Path) -> None:
    for name in ("outside", "root", "else"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_bytes(b"1")
    script = (
        "import sys, os, pathlib, pyarrow\n"
        "from tests.soak.opens import Opens\n"
        "base = pathlib.Path(sys.argv[1])\n"
        "opens = Opens([base / 'root'], base / 'outside')\n"
        "def tell(): print(len(opens.found()))\n"
        "(base / 'root' / 'x').read_bytes(); tell()\n"
        "(base / 'else' / 'x').read_bytes(); tell()\n"
        "os.mkdir(base / 'else' / 'new'); tell()\n"
        "os.listdir(base); tell()\n"
        "pyarrow.OSFile(str(base / 'outside' / 'x')).close(); tell()\n"
        "os.system('true'); tell()\n"
        "pathlib.Path(pyarrow.__file__).read_bytes(); tell()\n"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0", "1", "1", "1", "1", "1", "0"]
