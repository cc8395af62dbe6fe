"""Several processes on one store: the command line beside the running kiosk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.store.customers import SqlCustomerStore
from tests.faults.store_child import AT, Nursery, check, files_on_disk, step

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")

Opener = Callable[..., SqlCustomerStore]


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def test_processes_that_write_at_once_lose_nothing(nursery: Nursery, opened: Opener, tmp_path: Path) -> None:
    """Also while another process sweeps: a picture on its way to its commit is no orphan."""
    folder = tmp_path / "store"
    store = opened(folder)
    customers = ("a", "b", "c")
    for customer in customers:
        nursery.order(folder, customer, 8)
    ended: dict[str, int] = {}
    while len(ended) < len(customers):
        words = nursery.line()
        assert words is not None
        if words[0] == "ended":
            ended[words[1]] = int(words[2])
        store.sweep()
    assert ended == dict.fromkeys(customers, 0)
    for customer in customers:
        assert check(store, customer, 8) == 8
    report = store.verify_audit()
    assert report.intact
    assert report.lines == len(customers) * 9
    store.sweep()
    assert files_on_disk(folder) == store.health().blobs


def test_processes_that_make_the_store_at_once_make_one(nursery: Nursery, opened: Opener, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    customers = ("a", "b", "c", "d")
    for customer in customers:
        nursery.order(folder, customer, 1)
    ended = 0
    while ended < len(customers):
        words = nursery.line()
        assert words is not None
        if words[0] == "ended":
            assert words[2] == "0", f"{words[1]} failed"
            ended += 1
    store = opened(folder)
    for customer in customers:
        assert check(store, customer, 1) == 1
    assert store.verify_audit().intact


def test_what_another_process_has_written_is_seen_at_once(opened: Opener) -> None:
    one, other = opened(), opened()
    one.begin("c", "branch", AT)
    one.commit(step("c", 1))
    assert check(other, "c", 1) == 1
    other.delete("c", AT)
    assert one.customers() == ()


def test_a_store_that_another_process_keeps_locked_is_unavailable_and_works_again_after(opened: Opener, tmp_path: Path) -> None:
    store = opened(busy_timeout_s=0.1)
    store.begin("c", "branch", AT)
    blocker = dbapi2.connect(str(tmp_path / "store" / "store.db"), isolation_level=None)
    try:
        key = (tmp_path / "store" / "store.key").read_text().strip()
        blocker.execute(f"PRAGMA key = \"x'{key}'\"")
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFault) as caught:
            store.commit(step("c", 1))
        assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
        assert store.load("c").steps == (), "reading goes on while another writes"
        blocker.execute("ROLLBACK")
    finally:
        blocker.close()
    store.commit(step("c", 1))
    assert check(store, "c", 1) == 1
    assert files_on_disk(tmp_path / "store") == 2
