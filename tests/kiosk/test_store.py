"""The encrypted store besides its port: audit, health, unfinished customers, the writer, migrations."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database as Tables

from kiosk.domain.errors import ErrorCode, KioskBug, StoreFault
from kiosk.domain.face import Embedding
from kiosk.ports import StepCommit
from kiosk.store import customers as customers_module
from kiosk.store import migrations
from kiosk.store.blobs import BlobFolder, media_type_of
from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.keys import KeyPlace

AT = "2025-06-01T10:00:00.000Z"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlCustomerStore]:
    made = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    yield made
    made.close()


def steps(store: SqlCustomerStore, count: int, customer: str = "c") -> None:
    store.begin(customer, "branch", AT)
    for number in range(count):
        store.commit(StepCommit(customer, f"s{number}", AT, facts={"number": number}, blobs={"picture": b"\xff\xd8\xff" + bytes([number])}))


def change(store: SqlCustomerStore, sql: str) -> None:
    store._database.write(lambda tables: tables.execute(sql))


# --- audit ---------------------------------------------------------------------------------------------------------


def test_an_empty_audit_trail_is_intact(store: SqlCustomerStore) -> None:
    report = store.verify_audit()
    assert (report.intact, report.lines, report.head) == (True, 0, "0" * 64)


def test_every_change_leaves_a_line_with_ids_and_codes_only(store: SqlCustomerStore) -> None:
    store.begin("c", "branch", AT)
    store.commit(StepCommit("c", "front", AT, {"document.front": "SECRET"}, {"p": b"SECRET"}, frozenset({"selfie."}), "FINISHED"))
    store.delete("c", AT)
    rows = store._database.read(lambda tables: tables.execute("SELECT event, customer_id, detail FROM audit ORDER BY seq").fetchall())
    assert rows == [
        ("CUSTOMER_CREATED", "c", '{"workflow": "branch"}'),
        (
            "STEP_CONFIRMED",
            "c",
            '{"blobs": ["p"], "facts": ["document.front"], "forget": ["selfie."], "status": "FINISHED", "step": "front"}',
        ),
        ("CUSTOMER_DELETED", "c", '{"blobs": 1}'),
    ]
    assert store.verify_audit().intact


@pytest.mark.parametrize(
    ("sql", "first_bad"),
    [
        ("UPDATE audit SET at = '2020' WHERE seq = 3", 3),
        ("UPDATE audit SET customer_id = 'other' WHERE seq = 1", 1),
        ("UPDATE audit SET event = 'CUSTOMER_DELETED' WHERE seq = 2", 2),
        ("UPDATE audit SET detail = '{}' WHERE seq = 4", 4),
        ("UPDATE audit SET hash = previous_hash WHERE seq = 2", 2),
        ("UPDATE audit SET previous_hash = hash WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq > 2", 3),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET seq = seq + 10 WHERE seq = 5", 5),
        ("UPDATE meta SET value = '0 0' WHERE name = 'audit_head'", 6),
        ("DELETE FROM meta WHERE name = 'audit_head'", 6),
    ],
)
def test_a_missing_or_changed_line_is_found(store: SqlCustomerStore, sql: str, first_bad: int) -> None:
    steps(store, 4)
    assert store.verify_audit().intact
    change(store, sql)
    report = store.verify_audit()
    assert not report.intact
    assert report.first_bad == first_bad
    assert report.problem


def test_lines_cut_off_the_end_still_show_after_more_work(store: SqlCustomerStore) -> None:
    steps(store, 2)
    change(store, "DELETE FROM audit WHERE seq = 3")
    store.commit(StepCommit("c", "more", AT, {}, {}))
    assert store.verify_audit().first_bad == 3


def test_a_step_that_fails_leaves_no_audit_line(store: SqlCustomerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    steps(store, 1)

    def fails(*_: object, **__: object) -> None:
        raise StoreFault(ErrorCode.STORE_UNAVAILABLE, "made up")

    with monkeypatch.context() as patched:
        patched.setattr(BlobFolder, "sync", fails)
        with pytest.raises(StoreFault):
            store.commit(StepCommit("c", "s1", AT, {"number": 1}, {"picture": b"1"}))
    assert store.verify_audit().lines == 2
    assert store.load("c").facts == {"number": 0}


# --- health and unfinished -----------------------------------------------------------------------------------------


def test_health_counts_what_is_there(store: SqlCustomerStore, tmp_path: Path) -> None:
    steps(store, 2, "a")
    steps(store, 1, "b")
    store.commit(StepCommit("b", "done", AT, {}, {}, status="FINISHED"))
    health = store.health()
    assert (health.customers, health.unfinished, health.blobs) == (2, 1, 2)
    assert health.is_sound
    assert health.folder == tmp_path / "store"
    assert health.database_bytes >= 4096
    assert health.blobs_bytes == 2 * (17 + 4 + 16)
    assert health.free_bytes > 0
    assert health.cipher_version.startswith("4.")
    assert health.schema_version == "0003_codes"
    assert health.key_place is KeyPlace.FILE


def test_unfinished_gives_those_whose_onboarding_was_cut_off(store: SqlCustomerStore) -> None:
    steps(store, 1, "cut")
    steps(store, 1, "done")
    store.commit(StepCommit("done", "end", AT, {}, {}, status="FINISHED"))
    assert [customer.id for customer in store.unfinished()] == ["cut"]


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBP", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVE", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_media_types_are_told_by_the_first_bytes(start: bytes, media_type: str) -> None:
    assert media_type_of(start) == media_type


# --- the writer and its readers ------------------------------------------------------------------------------------


def test_replaced_and_forgotten_pictures_are_unlinked(store: SqlCustomerStore, tmp_path: Path) -> None:
    steps(store, 3)
    assert len([path for path in (tmp_path / "store" / "blobs").rglob("*") if path.is_file()]) == 1
    store.commit(StepCommit("c", "back", AT, {}, {}, forget=frozenset({"picture"})))
    assert not [path for path in (tmp_path / "store" / "blobs").rglob("*") if path.is_file()]


def test_a_picture_replaced_while_it_is_read_is_read_again(store: SqlCustomerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that the index named is gone by the time it is opened: that is no damage."""
    steps(store, 1)
    real = BlobFolder.read
    turns = []

    def replaced_first(self: BlobFolder, *args: object, **named: object) -> bytes:
        turns.append(1)
        if len(turns) == 1:
            store.commit(StepCommit("c", "again", AT, {}, {"picture": b"newer"}))
        return real(self, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(BlobFolder, "read", replaced_first)
    assert store.blob("c", "picture") == b"newer"
    assert len(turns) == 2


def test_a_write_inside_a_write_is_our_bug_not_a_deadlock(store: SqlCustomerStore) -> None:
    def inner(tables: Tables) -> None:
        store._database.write(lambda tables: None)

    with pytest.raises(KioskBug):
        store._database.write(inner)
    steps(store, 1)


def test_readers_cannot_write(store: SqlCustomerStore) -> None:
    with pytest.raises(StoreFault):
        store._database.read(lambda tables: tables.execute("DELETE FROM audit"))


def test_the_writer_thread_ends_with_the_store(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    assert [thread for thread in threading.enumerate() if thread is store._database._thread]
    store.close()
    assert not store._database._thread.is_alive()


def test_close_waits_for_what_is_queued(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    going_on = threading.Event()
    slow = store._database.submit(lambda tables: going_on.wait(10))
    quick = store._database.submit(lambda tables: tables.execute("INSERT INTO meta VALUES ('a', 'b')"))
    closer = threading.Thread(target=store.close)
    closer.start()
    going_on.set()
    closer.join(10)
    assert slow.done()
    assert quick.exception(0) is None


# --- migrations ----------------------------------------------------------------------------------------------------


def test_an_old_database_is_migrated_at_the_start_and_keeps_its_data(
    store: SqlCustomerStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps(store, 1)
    store.close()
    set_of = migrations.STORE_MIGRATIONS
    monkeypatch.setattr(set_of, "_migrations", list(set_of._migrations))
    monkeypatch.setattr(migrations, "_known", list(migrations._known))

    @migrations._migration("9001_note")
    def _note(tables: Tables) -> None:
        tables.execute("ALTER TABLE customers ADD COLUMN note TEXT")

    again = open_store(tmp_path / "store")
    try:
        assert again.health().schema_version == "9001_note"
        assert again.load("c").facts == {"number": 0}
    finally:
        again.close()


def test_a_store_made_before_there_were_templates_gets_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        set_of = migrations.STORE_MIGRATIONS
        patched.setattr(set_of, "_migrations", [one for one in set_of._migrations if one.name == "0001_customers"])
        patched.setattr(migrations, "_known", ["0001_customers"])
        old = open_store(tmp_path / "store", keys=KeyPlace.FILE)
        assert old.health().schema_version == "0001_customers"
        steps(old, 1)
        old.close()
    store = open_store(tmp_path / "store")
    try:
        assert store.load("c").facts == {"number": 0}
        assert store.templates("m")[0] == ()
        store.commit(StepCommit("c", "selfie", AT, facts={}, blobs={}, template=Embedding((1.0, 2.0), "m")))
        assert store.templates("m")[0] == ("c",)
    finally:
        store.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    store: SqlCustomerStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps(store, 1)
    store.close()
    with monkeypatch.context() as patched:
        set_of = migrations.STORE_MIGRATIONS
        patched.setattr(set_of, "_migrations", list(set_of._migrations))
        patched.setattr(migrations, "_known", list(migrations._known))

        @migrations._migration("9001_half")
        def _half(tables: Tables) -> None:
            tables.execute("DROP TABLE facts")
            tables.execute("SELECT nonsense")

        with pytest.raises(StoreFault):
            open_store(tmp_path / "store")
    again = open_store(tmp_path / "store")
    try:
        assert again.load("c").facts == {"number": 0}
        assert again.health().schema_version == "0003_codes"
    finally:
        again.close()


@pytest.mark.logs_warnings
def test_a_sweep_that_fails_does_not_keep_the_store_shut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: SqlCustomerStore) -> int:
        raise StoreFault(ErrorCode.STORE_UNAVAILABLE, "made up")

    monkeypatch.setattr(customers_module.SqlCustomerStore, "sweep", fails)
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    try:
        steps(store, 1)
    finally:
        store.close()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFault) as caught:
        open_store(tmp_path / "file" / "store", keys=KeyPlace.FILE)
    assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
