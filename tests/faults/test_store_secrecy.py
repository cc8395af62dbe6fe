"""Nothing of a customer is ever on the disk in plain text, and what is deleted cannot be read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.domain.face import Embedding
from kiosk.ports import StepCommit
from kiosk.store.blobs import BlobEntry, BlobFolder
from kiosk.store.customers import SqlCustomerStore
from tests.faults.store_child import AT, files_on_disk

Opener = Callable[..., SqlCustomerStore]

SECRET = "Q7-KNOWN-SECRET-OF-THE-CUSTOMER"
CUSTOMER = "customer-id-in-no-file"


FACE = Embedding(tuple(np.random.default_rng(4).normal(size=128).astype(np.float32).tolist()), "a_model")


def vector_bytes(template: Embedding) -> bytes:
    return np.asarray(template.vector, "<f4").tobytes()


def assert_nowhere(folder: Path, *words: bytes) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        assert not [word for word in words if word in data], path.name


def test_no_plain_text_at_any_moment(opened: Opener, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    words = (SECRET.encode(), CUSTOMER.encode(), b"document.front", b"CREATE TABLE", b"SQLite format 3")
    store = opened(folder)
    store.begin(CUSTOMER, "branch", AT)
    picture = b"\xff\xd8\xff" + SECRET.encode() * 1000
    store.commit(StepCommit(CUSTOMER, "front", AT, facts={"document.front": SECRET * 500}, blobs={"document.front.picture": picture}))
    assert (folder / "store.db-wal").stat().st_size > 0, "the log is looked at too"
    assert_nowhere(folder, *words)
    # a sort of more than the cache spills into a temporary file, where temp_store is not MEMORY
    store._database.read(lambda tables: tables.execute("SELECT json FROM facts ORDER BY json").fetchall())
    assert_nowhere(folder, *words)
    store.close()
    assert_nowhere(folder, *words)
    store = opened(folder)
    assert store.load(CUSTOMER).facts == {"document.front": SECRET * 500}
    store.delete(CUSTOMER, AT)
    assert_nowhere(folder, *words)
    store.close()
    assert_nowhere(folder, *words)


def test_deleting_erases_key_rows_files_and_log(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    store.begin(CUSTOMER, "branch", AT)
    store.commit(StepCommit(CUSTOMER, "front", AT, facts={"f": SECRET}, blobs={"a": b"1" * 5000, "b": b"2"}, template=FACE))
    store.delete(CUSTOMER, AT)
    assert files_on_disk(tmp_path / "store") == 0
    assert (tmp_path / "store" / "store.db-wal").stat().st_size == 0, "old pages hold the key"
    for table in ("customers", "facts", "steps", "blobs", "templates"):
        assert store._database.read(lambda tables, table=table: tables.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) == 0
    report = store.verify_audit()
    assert (report.intact, report.lines) == (True, 3)


def decrypted_pages(path: Path) -> bytes:
    """What someone sees who holds the key: SQLCipher 4 pages are AES-256-CBC, IV and HMAC in the last 80 bytes; salt comes first."""
    key = bytes.fromhex((path.parent / "store.key").read_text())
    data = path.read_bytes()
    pages = []
    for start in range(0, len(data), 4096):
        page = data[start : start + 4096]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(page[-80:-64])).decryptor()
        pages.append(decryptor.update(page[16 if start == 0 else 0 : -80]) + decryptor.finalize())
    return b"".join(pages)


def test_deleted_pages_are_overwritten_inside_the_database(opened: Opener) -> None:
    """Looked at with the key: what is left of the pages of a deleted customer holds neither the facts nor the key."""
    store = opened()
    store.begin("other", "branch", AT)
    store.begin(CUSTOMER, "branch", AT)
    store.commit(StepCommit(CUSTOMER, "front", AT, facts={f"f{number}": SECRET * 200 for number in range(20)}, blobs={}))
    key = store._database.read(lambda tables: tables.execute('SELECT "key" FROM customers WHERE id = ?', (CUSTOMER,)).fetchone()[0])

    store._database.truncate_log()
    before = decrypted_pages(store._database.path)
    assert SECRET.encode() in before
    assert key in before
    store.delete(CUSTOMER, AT)
    after = decrypted_pages(store._database.path)
    assert b"CUSTOMER_DELETED" in after
    assert SECRET.encode() not in after
    assert key not in after


def test_the_files_of_one_customer_cannot_be_read_with_the_key_of_another(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    for customer in ("a", "b"):
        store.begin(customer, "branch", AT)
        store.commit(StepCommit(customer, "front", AT, facts={}, blobs={"selfie": b"the same picture"}))
    rows = store._database.read(lambda tables: tables.execute("SELECT file, sha256, size, media_type FROM blobs").fetchall())
    keys = [row[0] for row in store._database.read(lambda tables: tables.execute('SELECT "key" FROM customers').fetchall())]
    assert len(set(keys)) == 2
    assert all(len(key) == 32 for key in keys)
    blobs = BlobFolder(tmp_path / "store" / "blobs")
    readable = 0
    for row in rows:
        for key in keys:
            for customer in ("a", "b"):
                try:
                    blobs.read(BlobEntry(*row), key=key, customer_id=customer, name="selfie")
                    readable += 1
                except StoreFault:
                    continue
    assert readable == 2, "each file with one key, for one customer"


def test_a_face_template_is_never_on_the_disk_in_plain_text_not_even_within_the_database(opened: Opener, tmp_path: Path) -> None:
    """Looked at from outside, and with the database's key: the customer's own key is needed besides."""
    folder, secret = tmp_path / "store", vector_bytes(FACE)
    store = opened(folder)
    store.begin(CUSTOMER, "branch", AT)
    store.commit(StepCommit(CUSTOMER, "selfie", AT, facts={}, blobs={}, template=FACE))
    assert vector_bytes(Embedding(tuple(store.templates("a_model")[1][0].tolist()), "a_model")) == secret
    assert_nowhere(folder, secret, secret[:64], b"a_model")
    store._database.truncate_log()
    pages = decrypted_pages(store._database.path)
    assert b"a_model" in pages, "the row is looked at"
    assert secret[:64] not in pages
    sealed = store._database.read(lambda tables: tables.execute("SELECT sealed FROM templates").fetchone()[0])
    assert sealed in pages
    store.delete(CUSTOMER, AT)
    assert sealed not in decrypted_pages(store._database.path)
    assert_nowhere(folder, secret, secret[:64])


def test_a_forgotten_template_is_overwritten_inside_the_database(opened: Opener) -> None:
    store = opened()
    store.begin(CUSTOMER, "branch", AT)
    store.commit(StepCommit(CUSTOMER, "selfie", AT, facts={}, blobs={}, template=FACE))
    sealed = store._database.read(lambda tables: tables.execute("SELECT sealed FROM templates").fetchone()[0])
    store.commit(StepCommit(CUSTOMER, "back", AT, facts={}, blobs={}, forget=frozenset({"selfie"})))
    store._database.truncate_log()
    assert sealed not in decrypted_pages(store._database.path)


@pytest.mark.parametrize("change", ["exchanged", "other model", "byte", "short"])
def test_a_template_that_was_moved_or_changed_is_damage(opened: Opener, change: str) -> None:
    """By someone who holds the database's key: no row can stand in for another."""
    store = opened()
    for customer, number in (("a", 1.0), ("b", 2.0)):
        store.begin(customer, "branch", AT)
        store.commit(StepCommit(customer, "selfie", AT, facts={}, blobs={}, template=Embedding((number, 0.5), "m")))
    statement = {
        "exchanged": "UPDATE templates SET customer_id = CASE customer_id WHEN 'a' THEN 'b2' ELSE 'a' END",
        "other model": "UPDATE templates SET model = 'n'",
        "byte": "UPDATE templates SET sealed = zeroblob(length(sealed)) WHERE customer_id = 'a'",
        "short": "UPDATE templates SET sealed = substr(sealed, 1, length(sealed) - 4) WHERE customer_id = 'a'",
    }[change]
    store.begin("b2", "branch", AT)
    store._database.write(lambda tables: tables.execute(statement))
    with pytest.raises(StoreFault) as caught:
        store.templates("n" if change == "other model" else "m")
    assert caught.value.code is ErrorCode.STORE_DAMAGED


def test_errors_and_logs_hold_nothing_of_the_customer(opened: Opener, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    store = opened()
    store.begin("c", "branch", AT)
    store.commit(StepCommit("c", "front", AT, facts={"name": SECRET}, blobs={"selfie": SECRET.encode()}))
    store.delete("c", AT)
    store.close()
    assert SECRET not in caplog.text
