"""What a machine leaves: from its own files, laid out in a folder."""

from pathlib import Path

import pyarrow as pa
import pytest

from schemas.errors import UserError
from tasks.storage.memory import obtainable, use_frugal_pool

GB = 2**30


def lay_out(system: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = system / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return system


MACHINE = {
    "proc/meminfo": "MemTotal: 16777216 kB\nMemFree: 1 kB\nMemAvailable: 8388608 kB\n",
    "proc/self/status": "Name: python\nVmHWM: 2097152 kB\nVmRSS: 1048576 kB\n",
}
SECOND = {
    "proc/self/cgroup": "0::/jobs/one\n",
    "sys/fs/cgroup/jobs/memory.max": f"{6 * GB}\n",
    "sys/fs/cgroup/jobs/memory.current": f"{5 * GB}\n",
    "sys/fs/cgroup/jobs/memory.stat": f"anon 1\nfile {3 * GB}\nshmem {GB}\n",
    "sys/fs/cgroup/jobs/one/memory.max": "max\n",
    "sys/fs/cgroup/jobs/one/memory.current": "7\n",
}
FIRST = {
    "proc/self/cgroup": "9:cpu,cpuacct:/\n4:memory:/jobs\n0::/\n",
    "sys/fs/cgroup/memory/jobs/memory.limit_in_bytes": f"{5 * GB}\n",
    "sys/fs/cgroup/memory/jobs/memory.usage_in_bytes": f"{4 * GB}\n",
    "sys/fs/cgroup/memory/jobs/memory.stat": f"cache {GB}\nrss 5\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{2**63 - 4096}\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "1\n",
}


def test_a_machine_leaves_what_is_available_and_what_is_ours(tmp_path: Path) -> None:
    assert obtainable(system=lay_out(tmp_path, MACHINE)) == 9 * GB


@pytest.mark.parametrize("groups", [FIRST, SECOND], ids=["version 1", "version 2"])
def test_the_tightest_control_group_decides(
    groups: dict[str, str], tmp_path: Path
) -> None:
    found = obtainable(system=lay_out(tmp_path, MACHINE | groups))
    assert found == {4: 3 * GB, 6: 4 * GB}[4 if groups is FIRST else 6]


def test_a_group_may_leave_more_than_the_machine(tmp_path: Path) -> None:
    wide = SECOND | {"sys/fs/cgroup/jobs/memory.max": f"{60 * GB}\n"}
    assert obtainable(system=lay_out(tmp_path, MACHINE | wide)) == 9 * GB


def test_where_nothing_can_be_asked_nothing_is_told(tmp_path: Path) -> None:
    assert obtainable(system=tmp_path) is None


def test_this_machine_leaves_something() -> None:
    found = obtainable()
    assert found is None or found > 2**20


@pytest.mark.parametrize(
    ("size", "found"),
    [
        ("123", 123),
        ("4GB", 4 * 10**9),
        (" 1.5 gb ", 1_500_000_000),
        ("512MiB", 512 * 2**20),
        ("2k", 2_000),
    ],
)
def test_a_limit_comes_before_what_the_machine_says(size: str, found: int) -> None:
    assert obtainable(size) == found


@pytest.mark.parametrize("size", ["much", "-1", "4 GBs", "GB"])
def test_a_limit_that_is_no_size_is_told(size: str) -> None:
    with pytest.raises(UserError, match=r"EVENKEEL_MEMORY_LIMIT is .* 4GB"):
        obtainable(size)


def test_a_pool_that_the_user_named_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pa.default_memory_pool()
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "system")
    pa.set_memory_pool(pa.system_memory_pool())
    use_frugal_pool()
    assert pa.default_memory_pool().backend_name == "system"
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL")
    use_frugal_pool()
    backends = pa.supported_memory_backends()
    wanted = "jemalloc" if "jemalloc" in backends else "system"
    assert pa.default_memory_pool().backend_name == wanted
    pa.set_memory_pool(before)
