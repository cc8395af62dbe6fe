"""Customers in the encrypted store: the adapter of `ports.CustomerStore`.

open_store(folder) -> SqlCustomerStore

folder/store.json   which key, where it is, that the database was made        (keys.py)
folder/store.key    the key, where there is no keyring
folder/store.db     SQLCipher                                                 (database.py, migrations.py, audit.py)
folder/blobs/ab/…   encrypted pictures                                        (blobs.py)
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlite_utils import Database as Tables

from kiosk.domain.errors import BadInput, ErrorCode, KioskBug, StoreFault
from kiosk.paths import make_private
from kiosk.ports import Json, StepCommit, StoredCustomer
from kiosk.store import audit, templates
from kiosk.store.audit import AuditEvent, AuditReport
from kiosk.store.blobs import KEY_BYTES, BlobEntry, BlobFolder, missing_file
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
        facts = [(step.customer_id, name, _to_json(name, value)) for name, value in step.facts.items()]
        vector = b"" if step.template is None else templates.packed(step.template)
        written: list[str] = []
        replaced: list[str] = []

        def task(tables: Tables) -> None:
            key = _customer_key(tables, step.customer_id)
            for name in sorted(step.forget):
                replaced.extend(_forget(tables, step.customer_id, name))
            if templates.FORGOTTEN_WITH in step.forget:
                templates.forget(tables, step.customer_id)
            if step.template is not None:
                templates.put(tables, step.customer_id, key, step.template.model, vector)
            for name in step.blobs:
                replaced.extend(_forget_blobs(tables, step.customer_id, "name = ?", (name,)))
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
        found = self._database.read(lambda tables: _customers(tables, "WHERE customers.id = ?", (customer_id,)))
        if not found:
            raise _not_found(customer_id)
        return found[0]

    def blob(self, customer_id: str, name: str) -> bytes:
        """Raises BadInput (CUSTOMER_NOT_FOUND; BAD_ARGUMENT when the customer has no blob of that name), StoreFault(STORE_DAMAGED)."""

        def look(tables: Tables) -> tuple[bytes, BlobEntry]:
            key = _customer_key(tables, customer_id)
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
        return self._database.read(lambda tables: _customers(tables, "", ()))

    def templates(self, model: str) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
        """Raises StoreFault."""
        return self._database.read(lambda tables: templates.of_model(tables, model))

    def delete(self, customer_id: str, at: str) -> None:
        """Erases the rows, with them the key that alone could read the pictures, then the files. Raises BadInput(CUSTOMER_NOT_FOUND)."""
        files: list[str] = []

        def task(tables: Tables) -> None:
            _customer_key(tables, customer_id)
            files.extend(_forget_blobs(tables, customer_id, "true", ()))
            tables.execute("DELETE FROM customers WHERE id = ?", (customer_id,))  # facts, steps and templates go with it
            audit.append(tables, at=at, customer_id=customer_id, event=AuditEvent.CUSTOMER_DELETED, detail={"blobs": len(files)})

        self._database.write(task)
        self._discard(files)
        # the customer's key is still in the log, in pages that secure_delete cannot reach
        self._database.truncate_log()

    def close(self) -> None:
        """Idempotent."""
        self._database.close()
        self._presence.close()

    # --- besides the port ------------------------------------------------------------------------------------------

    def unfinished(self) -> tuple[StoredCustomer, ...]:
        """Customers whose onboarding was cut off, newest first."""
        return self._database.read(lambda tables: _customers(tables, "WHERE customers.status = ?", (IN_PROGRESS,)))

    def verify_audit(self) -> AuditReport:
        """Raises StoreFault when the database cannot be read."""
        return self._database.read(audit.verify)

    def health(self) -> StoreHealth:
        """Reads everything once; see `health.measure`."""
        return measure(self._database, self._blobs, self._key_place)

    def sweep(self) -> int:
        """Erase files that no row names: a process died before its commit or before it unlinked. Returns how many."""
        if not self._blobs.names() - self._database.read(_indexed_files):
            return 0

        def task(tables: Tables) -> int:
            # under the write lock no process is between writing a file and committing its row
            orphans = self._blobs.names() - _indexed_files(tables)
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


# --- rows ----------------------------------------------------------------------------------------------------------


def _customer_key(tables: Tables, customer_id: str) -> bytes:
    row = tables.execute('SELECT "key" FROM customers WHERE id = ?', (customer_id,)).fetchone()
    if row is None:
        raise _not_found(customer_id)
    return bytes(row[0])


def _forget(tables: Tables, customer_id: str, name: str) -> list[str]:
    """Drop the facts and blobs that `name` (or, ending in ".", prefix) means; returns the files that are now nobody's."""
    condition, values = ("substr(name, 1, ?) = ?", (len(name), name)) if name.endswith(".") else ("name = ?", (name,))
    tables.execute(f"DELETE FROM facts WHERE customer_id = ? AND {condition}", (customer_id, *values))
    return _forget_blobs(tables, customer_id, condition, values)


def _forget_blobs(tables: Tables, customer_id: str, condition: str, values: tuple[object, ...]) -> list[str]:
    where = f"WHERE customer_id = ? AND {condition}"
    files = [str(row[0]) for row in tables.execute(f"SELECT file FROM blobs {where}", (customer_id, *values))]
    tables.execute(f"DELETE FROM blobs {where}", (customer_id, *values))
    return files


def _indexed_files(tables: Tables) -> set[str]:
    return {str(row[0]) for row in tables.execute("SELECT file FROM blobs")}


def _customers(tables: Tables, where: str, values: tuple[object, ...]) -> tuple[StoredCustomer, ...]:
    def of_customer(columns: str, table: str, order: str) -> Iterable[tuple[str, ...]]:
        source = f"{table} JOIN customers ON customers.id = {table}.customer_id"
        return tables.execute(f"SELECT {table}.customer_id, {columns} FROM {source} {where} ORDER BY {order}", values)

    steps: dict[str, list[tuple[str, str]]] = {}
    for customer_id, step, at in of_customer("steps.step, steps.at", "steps", "steps.seq"):
        steps.setdefault(customer_id, []).append((step, at))
    facts: dict[str, dict[str, Json]] = {}
    for customer_id, name, text in of_customer("facts.name, facts.json", "facts", "facts.name"):
        facts.setdefault(customer_id, {})[name] = json.loads(text)
    blobs: dict[str, list[str]] = {}
    for customer_id, name in of_customer("blobs.name", "blobs", "blobs.name"):
        blobs.setdefault(customer_id, []).append(name)
    # two of the same millisecond: the one entered later is the newer
    rows = tables.execute(
        f"SELECT id, workflow, status, created_at, updated_at FROM customers {where} ORDER BY created_at DESC, rowid DESC", values
    )
    return tuple(
        StoredCustomer(
            id=row[0],
            workflow=row[1],
            status=row[2],
            created_at=row[3],
            updated_at=row[4],
            steps=tuple(steps.get(row[0], ())),
            facts=facts.get(row[0], {}),
            blobs=tuple(blobs.get(row[0], ())),
        )
        for row in rows
    )


def _to_json(name: str, value: Json) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise KioskBug(f"fact {name} is not JSON: {type(error).__name__}") from None


def _not_found(customer_id: str) -> BadInput:
    return BadInput(ErrorCode.CUSTOMER_NOT_FOUND, f"no customer {customer_id}")
