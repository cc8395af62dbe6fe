"""What every ledger of one-time codes promises, over the encrypted store's and the fake."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ports import CodeLedger, CodeRecord
from kiosk.store.customers import open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.code_ledger import MemoryCodeLedger

NOW, LATER, MUCH_LATER = "2025-06-01T10:00:00.000Z", "2025-06-02T10:00:00.000Z", "2025-06-03T10:00:00.000Z"


@pytest.fixture(params=["sql", "memory"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CodeLedger]:
    if request.param == "memory":
        yield MemoryCodeLedger()
        return
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    yield store.code_ledger
    store.close()


def keep(ledger: CodeLedger, contact: str, until: str = LATER, now: str = NOW, **state: int) -> None:
    ledger.change(contact, lambda _: CodeRecord(dict(state), until), now=now)


def test_of_a_contact_never_seen_nothing_is_known(ledger: CodeLedger) -> None:
    assert ledger.read("phone:+421905123456") is None


def test_what_is_kept_is_read_and_handed_to_the_next_change(ledger: CodeLedger) -> None:
    keep(ledger, "a", tries=1)
    keep(ledger, "b", tries=7)
    seen: list[object] = []

    def change(kept: object) -> CodeRecord:
        seen.append(kept)
        return CodeRecord({"tries": 2}, LATER)

    ledger.change("a", change, now=NOW)
    assert seen == [{"tries": 1}]
    assert (ledger.read("a"), ledger.read("b")) == ({"tries": 2}, {"tries": 7})


def test_nothing_to_keep_forgets_the_contact(ledger: CodeLedger) -> None:
    keep(ledger, "a", tries=1)
    ledger.change("a", lambda _: None, now=NOW)
    assert ledger.read("a") is None


def test_a_change_drops_what_was_to_be_kept_until_now(ledger: CodeLedger) -> None:
    keep(ledger, "old", tries=1)
    keep(ledger, "new", until=MUCH_LATER, now=LATER, tries=2)
    assert ledger.read("old") is None
    assert ledger.read("new") == {"tries": 2}


def test_a_change_that_raises_leaves_all_as_it_was(ledger: CodeLedger) -> None:
    keep(ledger, "a", tries=1)

    def broken(_: object) -> CodeRecord:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ledger.change("a", broken, now=MUCH_LATER)
    assert ledger.read("a") == {"tries": 1}


def test_changes_of_several_threads_do_not_lose_one_another(ledger: CodeLedger) -> None:
    def count(kept: object) -> CodeRecord:
        tries = kept["tries"] if isinstance(kept, dict) else 0
        return CodeRecord({"tries": tries + 1}, LATER)

    def work() -> None:
        for _ in range(5):
            ledger.change("a", count, now=NOW)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.read("a") == {"tries": 20}


def test_the_store_keeps_the_record_over_a_restart_and_no_contact_in_it(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    keep(store.code_ledger, "phone:+421905123456", tries=3)
    store.close()
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    try:
        assert store.code_ledger.read("phone:+421905123456") == {"tries": 3}
        rows = store._database.read(lambda tables: list(tables.execute("SELECT contact, json FROM codes")))
        assert len(rows) == 1
        assert "905123456" not in str(rows)
    finally:
        store.close()
