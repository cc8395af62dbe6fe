"""Customers in the encrypted store: the adapter of `ports.CustomerStore`.

open_store(folder) -> SqlCustomerStore

folder/store.json   which key, where it is, that the database was made        (keys.py)
folder/store.key    the key, where there is no keyring
folder/store.db     SQLCipher                                                 (database.py, migrations.py, audit.py)
folder/blobs/ab/…   encrypted pictures                                        (blobs.py)
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlite_utils import Database as Tables

from kiosk.domain.erasure import MENTIONS, Receipt, Revision
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.paths import make_private
from kiosk.ports import StepCommit, StoredCustomer
from kiosk.store import audit, revisions, rows, templates
from kiosk.store.audit import AuditEvent, AuditReport
from kiosk.store.blobs import KEY_BYTES, BlobEntry, BlobFolder, missing_file
from kiosk.store.codes import SqlCodeLedger
from kiosk.store.database import Database
from kiosk.store.faults import store_errors
from kiosk.store.files import Presence, folder_lock
from kiosk.store.health import StoreHealth, measure
from kiosk.store.keys import DATABASE_FILE, KeyPlace, OpenedKey, mark_made, open_key
from kiosk.store.migrations import migrate, needs_migration

_log = logging.getLogger(__name__)

IN_PROGRESS = "IN_PROGRESS"
_BLOB_READS = 3


def open_store(folder: Path, *, keys: KeyPlace | None = None, busy_timeout_s: float = 10.0) -> SqlCustomerStore:
    """The store in `folder`, made on the first call.

    Args:
        keys: where a new store keeps its key; None = `KIOSK_STORE_KEY`, else the keyring when there is one, else a key file.
        busy_timeout_s: how long a write waits for another process.

    Raises:
        StoreFault: STORE_KEY_MISSING, STORE_KEY_WRONG, STORE_DAMAGED, STORE_TOO_NEW, STORE_FULL, STORE_UNAVAILABLE.
    """
    with store_errors(folder):
        make_private(folder)
        presence = Presence(folder)
    try:
        return _open(folder, keys, busy_timeout_s, presence)
    except BaseException:
        presence.close()
        raise


def _open(folder: Path, keys: KeyPlace | None, busy_timeout_s: float, presence: Presence) -> SqlCustomerStore:
    opened = open_key(folder, keys)
    if opened.record.made:
        database = _existing(folder, opened, busy_timeout_s)
    else:
        with store_errors(folder), folder_lock(folder):
            # another process may have made it while this one waited
            opened = open_key(folder, keys)
            database = _existing(folder, opened, busy_timeout_s) if opened.record.made else _new(folder, opened, busy_timeout_s)
    store = SqlCustomerStore(database, BlobFolder(folder / "blobs"), opened.record.place, presence)
    try:
        if presence.alone:
            # a process that died between erasing and emptying the log left old keys in it
            store._empty_log()
            store.drop_unconfirmed()
        store.sweep()
    except StoreFault as fault:
        _log.warning("leftovers not swept: %s", fault.code)  # they do no harm; the next start tries again
    presence.settle()
    return store


def _existing(folder: Path, opened: OpenedKey, busy_timeout_s: float) -> Database:
    path = folder / DATABASE_FILE
    with store_errors(folder):
        # SQLite would take an empty file for a new database and the sweep would then erase every picture
        if not path.exists() or path.stat().st_size == 0:
            raise StoreFault(ErrorCode.STORE_DAMAGED, f"{DATABASE_FILE} is missing or empty: restore it from a backup")
    database = Database(path, opened.key, busy_timeout_s=busy_timeout_s)
    with _closed_on_error(database):
        if database.read(needs_migration):
            database.write(migrate)
    return database


def _new(folder: Path, opened: OpenedKey, busy_timeout_s: float) -> Database:
    path = folder / DATABASE_FILE
    # made before SQLite opens it: the log files get the mode that the database has when they are made
    path.touch(mode=0o600)
    if os.name == "posix":
        path.chmod(0o600)  # one that a start left behind which died here
    database = Database(path, opened.key, create=True, busy_timeout_s=busy_timeout_s)
    with _closed_on_error(database):
        database.write(migrate)
        mark_made(folder, opened.record)
    return database


@contextmanager
def _closed_on_error(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise


class SqlCustomerStore:
    """`ports.CustomerStore` on SQLCipher and encrypted files. Thread-safe; writes run on the database's own thread."""

    def __init__(self, database: Database, blobs: BlobFolder, key_place: KeyPlace, presence: Presence) -> None:
        self._database = database
        self._blobs = blobs
        self._key_place = key_place
        self._presence = presence

    # --- the port --------------------------------------------------------------------------------------------------

    @property
    def database(self) -> Database:
        """For what else is kept in it: the verdicts of screenings."""
        return self._database

    def begin(self, customer_id: str, workflow: str, at: str) -> None:
        """Raises BadInput(BAD_ARGUMENT) when the customer is there already; StoreFault."""

        def task(tables: Tables) -> None:
            if tables.execute("SELECT 1 FROM customers WHERE id = ?", (customer_id,)).fetchone():
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"customer {customer_id} is there already")
            tables.execute(
                'INSERT INTO customers (id, workflow, status, created_at, updated_at, "key") VALUES (?, ?, ?, ?, ?, ?)',
                (customer_id, workflow, IN_PROGRESS, at, at, secrets.token_bytes(KEY_BYTES)),
            )
            detail = {"workflow": workflow}
            audit.append(tables, at=at, customer_id=customer_id, event=AuditEvent.CUSTOMER_CREATED, detail=detail)

        self._database.write(task)

    def commit(self, step: StepCommit) -> None:
        """One transaction: forget, facts, blobs, template, step, status, audit line. Raises BadInput(CUSTOMER_NOT_FOUND), StoreFault."""
        facts = [(step.customer_id, name, rows.to_json(name, value)) for name, value in step.facts.items()]
        vector = b"" if step.template is None else templates.packed(step.template)
        written: list[str] = []
        replaced: list[str] = []

        def task(tables: Tables) -> None:
            key = rows.customer_key(tables, step.customer_id)
            for name in sorted(step.forget):
                replaced.extend(rows.forget(tables, step.customer_id, name))
            if templates.FORGOTTEN_WITH in step.forget:
                templates.forget(tables, step.customer_id)
            if step.template is not None:
                templates.put(tables, step.customer_id, key, step.template.model, vector)
            for name in step.blobs:
                replaced.extend(rows.forget_blobs(tables, step.customer_id, "name = ?", (name,)))
            # The files are written while the database's write lock is held: so another process's sweep never takes one for an orphan.
            for name, data in step.blobs.items():
                file = self._blobs.new_name()
                written.append(file)
                entry = self._blobs.write(file, data, key=key, customer_id=step.customer_id, name=name)
                tables.execute(
                    "INSERT INTO blobs (customer_id, name, file, sha256, size, media_type) VALUES (?, ?, ?, ?, ?, ?)",
                    (step.customer_id, name, entry.file, entry.sha256, entry.size, entry.media_type),
                )
            self._blobs.sync(written)
            for fact in facts:
                tables.execute("INSERT OR REPLACE INTO facts (customer_id, name, json) VALUES (?, ?, ?)", fact)
            tables.execute("INSERT INTO steps (customer_id, step, at) VALUES (?, ?, ?)", (step.customer_id, step.step, step.at))
            tables.execute(
                "UPDATE customers SET updated_at = ?, status = coalesce(?, status) WHERE id = ?", (step.at, step.status, step.customer_id)
            )
            detail: dict[str, object] = {"step": step.step, "facts": sorted(step.facts), "blobs": sorted(step.blobs)}
            if step.forget:
                detail["forget"] = sorted(step.forget)
            if step.status is not None:
                detail["status"] = step.status
            if step.template is not None:
                detail["template"] = step.template.model
            audit.append(tables, at=step.at, customer_id=step.customer_id, event=AuditEvent.STEP_CONFIRMED, detail=detail)

        self._database.write(task, undo=lambda: self._discard(written))
        self._discard(replaced)

    def load(self, customer_id: str) -> StoredCustomer:
        """Raises BadInput(CUSTOMER_NOT_FOUND), StoreFault."""
        found = self._database.read(lambda tables: rows.customers(tables, "WHERE customers.id = ?", (customer_id,)))
        if not found:
            raise rows.not_found(customer_id)
        return found[0]

    def blob(self, customer_id: str, name: str) -> bytes:
        """Raises BadInput (CUSTOMER_NOT_FOUND; BAD_ARGUMENT when the customer has no blob of that name), StoreFault(STORE_DAMAGED)."""

        def look(tables: Tables) -> tuple[bytes, BlobEntry]:
            key = rows.customer_key(tables, customer_id)
            row = tables.execute(
                "SELECT file, sha256, size, media_type FROM blobs WHERE customer_id = ? AND name = ?", (customer_id, name)
            ).fetchone()
            if row is None:
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"customer {customer_id} has no picture {name}")
            return key, BlobEntry(*row)

        before = None
        for _ in range(_BLOB_READS):
            key, entry = self._database.read(look)
            if entry == before:
                break
            try:
                return self._blobs.read(entry, key=key, customer_id=customer_id, name=name)
            except FileNotFoundError:
                before = entry  # replaced between the look and the read: look again; the same row again means that the file is lost
        raise missing_file(entry.file)

    def customers(self) -> tuple[StoredCustomer, ...]:
        return self._database.read(lambda tables: rows.customers(tables, "", ()))

    def templates(self, model: str) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
        """Raises StoreFault."""
        return self._database.read(lambda tables: templates.of_model(tables, model))

    def delete(self, customer_id: str, at: str) -> None:
        """Erases the rows, with them the key that alone could read the pictures, what others' facts say of them, and then the files.

        Raises BadInput(CUSTOMER_NOT_FOUND).
        """
        files: list[str] = []

        def task(tables: Tables) -> None:
            rows.customer_key(tables, customer_id)
            files.extend(rows.forget_blobs(tables, customer_id, "true", ()))
            tables.execute("DELETE FROM customers WHERE id = ?", (customer_id,))  # facts, steps and templates go with it
            detail: dict[str, object] = {"blobs": len(files)}
            if mentioned := revisions.forget_mentions(tables, customer_id, MENTIONS):
                detail["erased"] = {"mentions": mentioned}
            audit.append(tables, at=at, customer_id=customer_id, event=AuditEvent.CUSTOMER_DELETED, detail=detail)

        self._database.write(task)
        self._discard(files)
        # the customer's key is still in the log, in pages that secure_delete cannot reach
        self._empty_log()

    def _empty_log(self) -> None:
        """What is erased is committed by now; on a full disk the log is emptied by the last close or the next start."""
        try:
            self._database.truncate_log()
        except StoreFault as fault:
            if fault.code is not ErrorCode.STORE_FULL:
                raise
            _log.info("the log could not be emptied on a full disk")

    def close(self) -> None:
        """Idempotent."""
        self._database.close()
        self._presence.close()

    # --- besides the port ------------------------------------------------------------------------------------------

    def unfinished(self) -> tuple[StoredCustomer, ...]:
        """Customers whose onboarding was cut off, newest first."""
        return self._database.read(lambda tables: rows.customers(tables, "WHERE customers.status = ?", (IN_PROGRESS,)))

    def revise(self, customer_id: str, at: str, plan: Callable[[StoredCustomer], Revision | None]) -> Receipt | None:
        """Change what is stored of a customer after their onboarding, or erase it: one transaction with its audit line.

        Args:
            plan: called within the transaction, on the writer thread, with the customer as stored at that moment; None or an exception
                changes nothing. It must not call the store.

        Returns the audit line's receipt; None when nothing was changed. Where anything was erased, what is left has a new key and the old
        one is gone: copies of the erased files, in a backup of the blobs or on the disk, cannot be read any more.

        Raises BadInput(CUSTOMER_NOT_FOUND), StoreFault (STORE_DAMAGED when a picture that stays cannot be read), and what `plan` raises.
        """
        work = revisions.Work(self._blobs)
        receipt = self._database.write(
            lambda tables: revisions.apply(tables, work, customer_id, at, plan), undo=lambda: self._discard(work.written)
        )
        if receipt is not None and receipt.erased:
            self._discard(work.replaced)
            # the old key is still in the log, in pages that secure_delete cannot reach
            self._empty_log()
        return receipt

    def receipts(self, customer_id: str | None = None) -> tuple[Receipt, ...]:
        """Everything that `revise`, `delete` and `trim_audit` have left, oldest first."""
        return self._database.read(lambda tables: audit.receipts(tables, customer_id))

    def template_counts(self) -> Mapping[str, int]:
        """How many face templates each customer has who has any."""
        return self._database.read(templates.counts)

    def trim_audit(self, before: str, at: str) -> Receipt | None:
        """Drop the oldest audit lines: those before `before` (UTC time), up to the first about a customer who is still stored."""
        return self._database.write(lambda tables: audit.trim(tables, before=before, at=at))

    def last_audit_at(self) -> str:
        """When the latest audit line was written; "" when there is none."""
        return self._database.read(audit.last_at)

    @property
    def code_ledger(self) -> SqlCodeLedger:
        """What is remembered of one-time codes; valid until `close`."""
        return SqlCodeLedger(self._database)

    def verify_audit(self) -> AuditReport:
        """Raises StoreFault when the database cannot be read."""
        return self._database.read(audit.verify)

    def health(self) -> StoreHealth:
        """Reads everything once; see `health.measure`."""
        return measure(self._database, self._blobs, self._key_place)

    def sweep(self) -> int:
        """Erase files that no row names: a process died before its commit or before it unlinked. Returns how many."""
        if not self._blobs.names() - self._database.read(rows.indexed_files):
            return 0

        def task(tables: Tables) -> int:
            # under the write lock no process is between writing a file and committing its row
            orphans = self._blobs.names() - rows.indexed_files(tables)
            return len(orphans) - self._blobs.remove(orphans)

        swept = self._database.write(task)
        _log.info("swept %d orphaned files", swept)
        return swept

    def drop_unconfirmed(self) -> int:
        """Remove customers without a single step: a process died between `begin` and the first commit. Returns how many.

        For a process that has the store to itself: another one's customer may be about to confirm their first step.
        """
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

        def without_steps(tables: Tables) -> list[str]:
            found = tables.execute("SELECT id FROM customers WHERE NOT EXISTS (SELECT 1 FROM steps WHERE customer_id = customers.id)")
            return [str(row[0]) for row in found]

        def task(tables: Tables) -> int:
            begun = without_steps(tables)
            for customer_id in begun:
                tables.execute("DELETE FROM customers WHERE id = ?", (customer_id,))
                detail = {"blobs": 0, "unconfirmed": True}
                audit.append(tables, at=at, customer_id=customer_id, event=AuditEvent.CUSTOMER_DELETED, detail=detail)
            return len(begun)

        if not self._database.read(without_steps):
            return 0
        dropped = self._database.write(task)
        _log.info("dropped %d customers without a confirmed step", dropped)
        return dropped

    def _discard(self, files: list[str]) -> None:
        # what is done is done: a file that stays is an orphan for the next sweep, not a reason to call the commit failed
        if left := self._blobs.remove(files):
            _log.warning("%d old files not removed, the next start will", left)
