"""What the store leaves on the disk: nothing that others may read, and no customer who never confirmed a step."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.ports import StepCommit
from kiosk.store.customers import SqlCustomerStore

AT = "2025-06-01T10:00:00.000Z"
Opener = Callable[..., SqlCustomerStore]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes, SIGKILL and locks of POSIX")


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder.parent)): stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}


@pytest.mark.usefixtures("usual_umask")
def test_everything_in_the_data_folder_is_its_owners_alone(opened: Opener, tmp_path: Path) -> None:
    folder = tmp_path / "above" / "store"
    for _ in range(2):  # when it is made, and when it is opened again
        store = opened(folder)
        customer = f"c{len(store.customers())}"
        store.begin(customer, "branch", AT)
        store.commit(StepCommit(customer, "front", AT, {"a": 1}, {"p": b"\xff\xd8\xff"}))
        found = modes(folder)
        assert {"store/store.db", "store/store.db-wal", "store/store.db-shm", "store/store.key", "store/store.lock"} <= set(found)
        assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}
        store.close()
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700, "the folder above was made by us too"


def begin_and_die(folder: Path, customer: str) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from kiosk.store.customers import open_store; "
        "store = open_store(Path(sys.argv[1])); store.begin(sys.argv[2], 'branch', sys.argv[3]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", program, str(folder), customer, AT]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_a_customer_killed_before_the_first_step_is_gone_at_the_next_start(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    store.begin("kept", "branch", AT)
    store.commit(StepCommit("kept", "consent", AT, {}, {}))
    store.close()
    begin_and_die(tmp_path / "store", "ghost")
    store = opened()
    assert [customer.id for customer in store.customers()] == ["kept"]
    assert store.verify_audit().intact
    assert store.verify_audit().lines == 4, "begun and dropped are both in the trail"


def test_a_customer_who_is_about_to_confirm_elsewhere_is_left_alone(opened: Opener) -> None:
    kiosk = opened()
    kiosk.begin("c", "branch", AT)
    assert [customer.id for customer in opened().customers()] == ["c"]
    kiosk.commit(StepCommit("c", "consent", AT, {}, {}))
    assert [step for step, _ in opened().load("c").steps] == ["consent"]
