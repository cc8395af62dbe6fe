"""What is remembered of one-time codes per contact: the adapter of `ports.CodeLedger`.

A contact is kept as its HMAC-SHA-256 under a random key of this store (row "codes.key" of meta), never in the clear: the counts must
outlive a customer who is erased, or erasing would give five more processes. The record itself is JSON of `services.one_time_codes`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping

from sqlite_utils import Database as Tables

from kiosk.ports import CodeRecord, Json
from kiosk.store.database import Database

_KEY_ROW = "codes.key"
_KEY_BYTES = 32


class SqlCodeLedger:
    """`ports.CodeLedger` in the customers' database. Thread-safe and process-safe: a change is one write transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, contact: str) -> Mapping[str, Json] | None:
        """Raises StoreFault."""

        def look(tables: Tables) -> Mapping[str, Json] | None:
            key = _key(tables)
            return None if key is None else _record(tables, _hidden(key, contact))

        return self._database.read(look)

    def change(self, contact: str, change: Callable[[Mapping[str, Json] | None], CodeRecord | None], *, now: str) -> None:
        """Raises StoreFault, and what `change` raises: then nothing is changed."""

        def task(tables: Tables) -> None:
            tables.execute("DELETE FROM codes WHERE keep_until <= ?", (now,))
            hidden = _hidden(_key(tables) or _new_key(tables), contact)
            made = change(_record(tables, hidden))
            if made is None:
                tables.execute("DELETE FROM codes WHERE contact = ?", (hidden,))
            else:
                row = (hidden, json.dumps(made.state, allow_nan=False), made.keep_until)
                tables.execute("INSERT OR REPLACE INTO codes (contact, json, keep_until) VALUES (?, ?, ?)", row)

        self._database.write(task)


def _record(tables: Tables, hidden: str) -> Mapping[str, Json] | None:
    row = tables.execute("SELECT json FROM codes WHERE contact = ?", (hidden,)).fetchone()
    if row is None:
        return None
    found: Mapping[str, Json] = json.loads(row[0])
    return found


def _key(tables: Tables) -> bytes | None:
    row = tables.execute("SELECT value FROM meta WHERE name = ?", (_KEY_ROW,)).fetchone()
    return None if row is None else bytes.fromhex(str(row[0]))


def _new_key(tables: Tables) -> bytes:
    key = secrets.token_bytes(_KEY_BYTES)
    tables.execute("INSERT INTO meta (name, value) VALUES (?, ?)", (_KEY_ROW, key.hex()))
    return key


def _hidden(key: bytes, contact: str) -> str:
    return hmac.new(key, contact.encode(), hashlib.sha256).hexdigest()
