"""The shape of the database, as steps that are applied once each, in order, and recorded by name (sqlite-utils' own mechanism).

A migration that has shipped is never changed: add another. The caller holds one BEGIN IMMEDIATE around all of them, so that two
processes cannot migrate at once and a failed one leaves the database as it was.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database as Tables
from sqlite_utils.migrations import Migrations

from kiosk.domain.errors import ErrorCode, StoreFault

STORE_MIGRATIONS = Migrations("store")
_known: list[str] = []


def _migration(name: str) -> Callable[[Callable[[Tables], None]], Callable[[Tables], None]]:
    _known.append(name)
    return STORE_MIGRATIONS(name=name)


@_migration("0001_customers")
def _customers(tables: Tables) -> None:
    for statement in (
        """CREATE TABLE customers (
            id TEXT PRIMARY KEY, workflow TEXT NOT NULL, status TEXT NOT NULL,
            created_at TEXT NOT NULL, updated_at TEXT NOT NULL, "key" BLOB NOT NULL) STRICT""",
        "CREATE INDEX customers_created ON customers (created_at)",
        # one row per confirmation: a step confirmed again after going back stands twice, as it happened
        """CREATE TABLE steps (
            seq INTEGER PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            step TEXT NOT NULL, at TEXT NOT NULL) STRICT""",
        "CREATE INDEX steps_customer ON steps (customer_id, seq)",
        """CREATE TABLE facts (
            customer_id TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            name TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (customer_id, name)) STRICT""",
        """CREATE TABLE blobs (
            customer_id TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            name TEXT NOT NULL, file TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
            media_type TEXT NOT NULL, PRIMARY KEY (customer_id, name)) STRICT""",
        # no reference to customers: audit lines outlive the customer
        """CREATE TABLE audit (
            seq INTEGER PRIMARY KEY, at TEXT NOT NULL, customer_id TEXT NOT NULL, event TEXT NOT NULL,
            detail TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL) STRICT""",
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    ):
        tables.execute(statement)


@_migration("0002_templates")
def _templates(tables: Tables) -> None:
    # the key begins with the customer, so that deleting one does not walk through all templates
    tables.execute(
        """CREATE TABLE templates (
            customer_id TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            model TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (customer_id, model)) STRICT"""
    )


@_migration("0003_codes")
def _codes(tables: Tables) -> None:
    # no reference to customers: the counts per contact outlive whoever gave it; `contact` is a keyed hash (codes.py)
    tables.execute("CREATE TABLE codes (contact TEXT PRIMARY KEY, json TEXT NOT NULL, keep_until TEXT NOT NULL) STRICT")


def schema_version(tables: Tables) -> str:
    """Name of the last migration applied; "" for none."""
    applied = STORE_MIGRATIONS.applied(tables)
    return applied[-1].name if applied else ""


def needs_migration(tables: Tables) -> bool:
    """Raises StoreFault(STORE_TOO_NEW) when the database holds a migration that this program does not know."""
    applied = {migration.name for migration in STORE_MIGRATIONS.applied(tables)}
    if not applied.issubset(_known):
        raise StoreFault(ErrorCode.STORE_TOO_NEW, "the store was made by a newer version of this program: install that version")
    return len(applied) < len(_known)


def migrate(tables: Tables) -> None:
    """Apply what is pending. Called inside a transaction; raises StoreFault(STORE_TOO_NEW)."""
    if needs_migration(tables):
        STORE_MIGRATIONS.apply(tables)
