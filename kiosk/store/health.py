"""What the doctor asks of the store."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2
from sqlite_utils import Database as Tables

from kiosk.domain.errors import KioskError
from kiosk.store.blobs import BlobEntry, BlobFolder
from kiosk.store.database import Database
from kiosk.store.faults import store_errors
from kiosk.store.keys import KeyPlace
from kiosk.store.migrations import schema_version

_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """One look at the store.

    Attributes:
        database_bytes: database with its write-ahead log; `blobs_bytes`: all encrypted pictures.
        free_bytes: on the disk of the store.
        schema_version: name of the last migration.
        key_place: KEYRING or FILE.
        problems: what is wrong, one line each without personal data; empty = sound. Bounded.
    """

    folder: Path
    database_bytes: int
    blobs_bytes: int
    blobs: int
    customers: int
    unfinished: int
    free_bytes: int
    cipher_version: str
    schema_version: str
    key_place: KeyPlace
    problems: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class _Counts:
    customers: int
    unfinished: int
    cipher_version: str
    schema_version: str
    blobs: tuple[BlobEntry, ...]


def measure(database: Database, blobs: BlobFolder, key_place: KeyPlace) -> StoreHealth:
    """Reads every page of the database and looks at every picture file: seconds for a large store, so never on the way of a customer."""
    folder = database.path.parent
    problems: list[str] = []
    counts = _Counts(0, 0, "", "", ())
    for part in (_pages, _rows):
        try:
            problems.extend(database.read(part))
        except KioskError as error:
            problems.append(str(error))
    try:
        counts = database.read(_counts)
    except KioskError as error:
        problems.append(str(error))
    problems.extend(f"stored picture {entry.file} is missing or cut short" for entry in counts.blobs if not blobs.is_whole(entry))
    with store_errors(folder):
        return StoreHealth(
            folder=folder,
            database_bytes=sum(path.stat().st_size for path in (database.path, Path(f"{database.path}-wal")) if path.exists()),
            blobs_bytes=blobs.bytes_used(),
            blobs=len(counts.blobs),
            customers=counts.customers,
            unfinished=counts.unfinished,
            free_bytes=shutil.disk_usage(folder).free,
            cipher_version=counts.cipher_version,
            schema_version=counts.schema_version,
            key_place=key_place,
            problems=tuple(dict.fromkeys(problems))[:_MOST_PROBLEMS],
        )


def _pages(tables: Tables) -> list[str]:
    # the HMAC of every page that is in the file (pages still in the log are checked when they are read)
    return [str(row[0]) for row in tables.execute("PRAGMA cipher_integrity_check")]


def _rows(tables: Tables) -> list[str]:
    try:
        found = [str(row[0]) for row in tables.execute(f"PRAGMA quick_check({_MOST_PROBLEMS})")]
    except dbapi2.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def _counts(tables: Tables) -> _Counts:
    customers, unfinished = tables.execute("SELECT count(*), count(*) FILTER (WHERE status = 'IN_PROGRESS') FROM customers").fetchone()
    entries = tuple(BlobEntry(*row) for row in tables.execute("SELECT file, sha256, size, media_type FROM blobs"))
    version = str(tables.execute("PRAGMA cipher_version").fetchone()[0])
    return _Counts(customers, unfinished, version, schema_version(tables), entries)
