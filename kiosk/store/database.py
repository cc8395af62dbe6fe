"""The SQLCipher database: one thread that writes, any thread that reads, every error translated at this door.

    caller ── write(task) ──> queue ──> writer thread: BEGIN IMMEDIATE · task · COMMIT (fsynced) ──> result
    caller ── read(task) ───> a read-only connection of the pool, one snapshot

Another process (the command line beside the running kiosk) may do the same at the same time: SQLite's write lock orders the two.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlcipher3 import dbapi2
from sqlite_utils import Database as Tables

from kiosk.domain.errors import ErrorCode, KioskBug, StoreFault
from kiosk.store.faults import is_full, store_errors, translated

T = TypeVar("T")

_IDLE_READERS = 4


@dataclass(frozen=True, slots=True)
class _Job:
    task: Callable[[Tables], Any]
    undo: Callable[[], None] | None
    transaction: bool
    future: Future[Any]


class Database:
    """Owns the connections and the writer thread "store-writer". Thread-safe. `close` it before the program ends."""

    def __init__(self, path: Path, key: bytes, *, create: bool = False, busy_timeout_s: float = 10.0) -> None:
        """Opens and reads the first page, so that a damaged file is known at once.

        Args:
            key: 32 raw bytes, used as they are (no key derivation: the key is random).
            create: make the file when it is not there; without it a missing file is an error.
            busy_timeout_s: how long to wait for another process that is writing.

        Raises:
            StoreFault: STORE_DAMAGED, STORE_UNAVAILABLE, STORE_FULL.
        """
        self.path = path
        self._key = key
        self._busy_timeout_s = busy_timeout_s
        self._lock = threading.Lock()
        self._closed = False
        self._readers: list[Tables] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        with store_errors(path.parent):
            self._writer: Tables | None = self._connect("rwc" if create else "rw")
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def write(self, task: Callable[[Tables], T], *, undo: Callable[[], None] | None = None) -> T:
        """Run `task` in one transaction on the writer thread; returns its result after the commit is on disk.

        Args:
            task: raises to roll everything back; must not call `write`.
            undo: takes back what `task` did outside the database. Called (on the writer thread) when nothing was committed for certain;
                not called when it cannot be known, as after a failed fsync: then the sweep at the next start decides by what is there.
        """
        return self.submit(task, undo=undo).result()

    def submit(self, task: Callable[[Tables], T], *, undo: Callable[[], None] | None = None) -> Future[T]:
        """As `write`, without waiting."""
        return self._enqueue(task, undo, transaction=True)

    def read(self, task: Callable[[Tables], T]) -> T:
        """Run `task` on this thread, on a read-only connection, in one snapshot."""
        tables = self._take_reader()
        try:
            with store_errors(self.path.parent):
                tables.execute("BEGIN")
                result = task(tables)
                tables.execute("COMMIT")
        except BaseException:
            # a connection that has seen damage stays in error (SQLCipher keeps a "deferred error"): do not use it again
            tables.close()
            raise
        self._give_back(tables)
        return result

    def truncate_log(self) -> None:
        """Move the write-ahead log into the database and empty it, so that erased rows do not live on in it.

        Does nothing while a reader of another process needs the log; the next call, or the last close, does it then.
        """

        def checkpoint(tables: Tables) -> None:
            tables.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        self._enqueue(checkpoint, None, transaction=False).result()

    def close(self) -> None:
        """Idempotent; waits for what is queued."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
            readers, self._readers = self._readers, []
        self._thread.join()
        for tables in readers:
            tables.close()

    # --- the writer thread -----------------------------------------------------------------------------------------

    def _enqueue(self, task: Callable[[Tables], T], undo: Callable[[], None] | None, *, transaction: bool) -> Future[T]:
        if threading.current_thread() is self._thread:
            raise KioskBug("a write was asked for inside a write")
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise _closed()
            self._jobs.put(_Job(task, undo, transaction, future))
        return future

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                if self._writer is None:
                    self._writer = self._connect("rw")
                job.future.set_result(self._run(self._writer, job))
            except (dbapi2.Error, OSError) as error:
                fault = translated(error, self.path.parent)
                fault.__cause__ = error
                job.future.set_exception(fault)
            except BaseException as error:
                job.future.set_exception(error)
        self._drop_writer()

    def _run(self, tables: Tables, job: _Job) -> Any:
        if not job.transaction:
            return job.task(tables)
        committing = False
        try:
            tables.execute("BEGIN IMMEDIATE")
            result = job.task(tables)
            committing = True
            tables.execute("COMMIT")
            return result
        except BaseException as error:
            self._roll_back(tables, error)
            if job.undo is not None and (not committing or is_full(error)):
                job.undo()
            raise

    def _roll_back(self, tables: Tables, error: BaseException) -> None:
        try:
            if tables.conn.in_transaction:
                tables.execute("ROLLBACK")
        except dbapi2.Error:
            self._drop_writer()
            return
        if isinstance(error, dbapi2.Error) and not is_full(error):
            self._drop_writer()

    def _drop_writer(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(dbapi2.Error):
                self._writer.close()
            self._writer = None

    # --- connections -----------------------------------------------------------------------------------------------

    def _take_reader(self) -> Tables:
        with self._lock:
            if self._closed:
                raise _closed()
            if self._readers:
                return self._readers.pop()
        with store_errors(self.path.parent):
            return self._connect("rw", read_only=True)

    def _give_back(self, tables: Tables) -> None:
        with self._lock:
            if not self._closed and len(self._readers) < _IDLE_READERS:
                self._readers.append(tables)
                return
        tables.close()

    def _connect(self, mode: str, *, read_only: bool = False) -> Tables:
        connection = dbapi2.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,  # transactions are begun and ended here, never by the driver
            check_same_thread=False,  # the pool hands connections on, to one thread at a time
            timeout=self._busy_timeout_s,
        )
        try:
            # SQLCipher writes each bad page to stderr; we say it once, as an error with a code
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            connection.execute("PRAGMA temp_store = MEMORY")  # temporary files would be plain text
            connection.execute("PRAGMA foreign_keys = ON")
            if read_only:
                connection.execute("PRAGMA query_only = ON")
            else:
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("PRAGMA journal_mode = WAL").fetchall()
                connection.execute("PRAGMA synchronous = FULL")  # each commit is fsynced: kill -9 and power loss
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            return Tables(connection, execute_plugins=False)  # plug-ins of other programs must not see this connection
        except BaseException:
            connection.close()
            raise


def _closed() -> StoreFault:
    return StoreFault(ErrorCode.STORE_UNAVAILABLE, "the store is closed")
