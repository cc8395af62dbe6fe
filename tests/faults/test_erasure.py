"""What was erased cannot be read again, not even with a copy of the files and the key; and an erasure is whole or did not happen."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.store import templates
from kiosk.store.customers import SqlCustomerStore
from tests.fakes.customers import MODEL, SCORE, FixedClock, finished_customer
from tests.faults.erasure_child import POINTS, erase
from tests.faults.store_child import files_on_disk
from tests.faults.test_store_secrecy import decrypted_pages

Opener = Callable[..., SqlCustomerStore]


def key_of(store: SqlCustomerStore, customer: str) -> bytes | None:
    row = store._database.read(lambda tables: tables.execute('SELECT "key" FROM customers WHERE id = ?', (customer,)).fetchone())
    return None if row is None else bytes(row[0])


def copies(store: SqlCustomerStore, folder: Path) -> dict[Path, bytes]:
    """What somebody has who copied all picture files at this moment."""
    return {path: path.read_bytes() for path in (folder / "blobs").rglob("*") if path.is_file()}


def readable(data: bytes, key: bytes, customer: str, names: tuple[str, ...]) -> bool:
    for name in names:
        bound = f'["kiosk-blob", 1, "{customer}", "{name}"]'.encode()
        try:
            AESGCM(key).decrypt(data[5:17], data[17:], bound)
            return True
        except InvalidTag:
            continue
    return False


@pytest.mark.parametrize("how", ["part", "kinds", "whole"])
def test_copies_of_erased_pictures_cannot_be_read_with_any_key_that_is_left(opened: Opener, tmp_path: Path, how: str) -> None:
    folder = tmp_path / "store"
    store = opened(folder)
    customer = finished_customer(store, FixedClock())
    names, before, old_key = store.load(customer).blobs, copies(store, folder), key_of(store, customer)
    assert old_key is not None
    assert all(readable(data, old_key, customer, names) for data in before.values()), "the test can tell"
    sealed = store._database.read(lambda tables: tables.execute("SELECT sealed FROM templates").fetchone()[0])

    erase(store, customer, how)

    new_key = key_of(store, customer)
    assert new_key != old_key
    if new_key is not None:
        assert not any(readable(data, new_key, customer, names) for data in before.values()), "also of what stayed: under a new key now"
        assert all(store.blob(customer, name) for name in store.load(customer).blobs)
    assert files_on_disk(folder) == store.health().blobs
    pages = decrypted_pages(store._database.path)
    assert old_key not in pages, "overwritten inside the database"
    assert sealed not in pages
    assert (folder / "store.db-wal").stat().st_size == 0, "old pages hold the key"
    if how != "kinds":
        assert str(SCORE).encode() not in pages
    assert store.verify_audit().intact
    assert store.health().problems == ()


def test_a_template_that_stays_is_sealed_anew(opened: Opener, tmp_path: Path) -> None:
    """Records are erased, templates not: they move to the new key like the pictures."""
    from kiosk.domain.erasure import DataKind, ErasureReason
    from kiosk.services.erasure import kinds

    store = opened()
    customer = finished_customer(store, FixedClock())
    vector = store.templates(MODEL)[1].tolist()
    at = "2026-11-22T10:00:00.000Z"
    store.revise(customer, at, lambda found: kinds(found, (DataKind.RECORDS,), ErasureReason.RETENTION, at))
    assert store.templates(MODEL)[1].tolist() == vector
    assert store._database.read(templates.counts) == {customer: 1}


def state(store: SqlCustomerStore, customer: str) -> object:
    """Everything of a customer that can be read; None when there is none."""
    if customer not in {known.id for known in store.customers()}:
        return None
    found = store.load(customer)
    return found, {name: store.blob(customer, name) for name in found.blobs}, store.templates(MODEL)[1].tolist()


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
@pytest.mark.parametrize("how", ["part", "whole", "kinds"])
def test_killed_at_any_point_an_erasure_is_whole_or_did_not_happen(opened: Opener, tmp_path: Path, how: str) -> None:
    origin = tmp_path / "origin"
    store = opened(origin)
    customer = finished_customer(store, FixedClock())
    before, old_key = state(store, customer), key_of(store, customer)
    store.close()
    assert old_key is not None
    # nothing is written anew where nothing stays
    points = [point for point in POINTS if how != "whole" or not point.startswith(("write", "synced"))]
    for point in points:
        shutil.copytree(origin, tmp_path / point)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.erasure_child", str(tmp_path), customer, how, *points],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    statuses = dict(line.split("\t") for line in done.stdout.splitlines())
    assert {point for point, status in statuses.items() if int(status) == signal.SIGKILL} == set(points) - {"end"}, done.stderr
    outcomes: dict[str, bool] = {}
    ended = opened(tmp_path / "end")
    after = state(ended, customer)
    assert after != before
    for point in points:
        found = opened(tmp_path / point)
        now = state(found, customer)
        assert now in (before, after), f"{point}: half of it"
        outcomes[point] = now == after
        assert len(found.receipts(customer)) == int(now == after), point
        assert found.verify_audit().intact, point
        assert files_on_disk(tmp_path / point) == found.health().blobs, f"{point}: orphans after the sweep"
        assert found.health().problems == (), point
        if now == after:
            found._database.truncate_log()
            assert old_key not in decrypted_pages(found._database.path), point
            assert (tmp_path / point / "store.db-wal").stat().st_size == 0, point
    committed = {"committed", "discarded", "end"}
    assert {point for point, erased in outcomes.items() if erased} == committed & set(points)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_the_next_start_empties_a_log_that_still_holds_the_old_key(opened: Opener, tmp_path: Path) -> None:
    store = opened(tmp_path / "discarded")
    customer = finished_customer(store, FixedClock())
    store.close()
    subprocess.run(
        [sys.executable, "-m", "tests.faults.erasure_child", str(tmp_path), customer, "part", "discarded"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=120,
        check=True,
    )
    log = tmp_path / "discarded" / "store.db-wal"
    assert log.stat().st_size > 0, "the process died before it emptied the log"
    opened(tmp_path / "discarded")
    assert log.stat().st_size == 0


def test_a_full_disk_leaves_everything_as_it_was(opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import errno

    from kiosk.domain.errors import ErrorCode, StoreFault
    from kiosk.store import blobs

    store = opened()
    customer = finished_customer(store, FixedClock())
    before, files = state(store, customer), files_on_disk(tmp_path / "store")
    written = 0

    def full(path: Path, data: bytes) -> None:
        nonlocal written
        written += 1
        if written == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(data)

    monkeypatch.setattr(blobs, "write_file", full)
    with pytest.raises(StoreFault) as caught:
        erase(store, customer, "part")
    assert caught.value.code is ErrorCode.STORE_FULL
    monkeypatch.undo()
    assert state(store, customer) == before
    assert files_on_disk(tmp_path / "store") == files
    assert store.receipts() == ()
    assert store.verify_audit().intact
