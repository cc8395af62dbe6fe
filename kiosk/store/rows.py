"""Rows of the customer tables, read and dropped within a transaction of somebody else."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlite_utils import Database as Tables

from kiosk.domain.errors import BadInput, ErrorCode, KioskBug
from kiosk.ports import StoredCustomer


def customer_key(tables: Tables, customer_id: str) -> bytes:
    """Raises BadInput(CUSTOMER_NOT_FOUND)."""
    row = tables.execute('SELECT "key" FROM customers WHERE id = ?', (customer_id,)).fetchone()
    if row is None:
        raise not_found(customer_id)
    return bytes(row[0])


def forget(tables: Tables, customer_id: str, name: str) -> list[str]:
    """Drop the facts and blobs that `name` (or, ending in ".", prefix) means; returns the files that are now nobody's."""
    condition, values = ("substr(name, 1, ?) = ?", (len(name), name)) if name.endswith(".") else ("name = ?", (name,))
    tables.execute(f"DELETE FROM facts WHERE customer_id = ? AND {condition}", (customer_id, *values))
    return forget_blobs(tables, customer_id, condition, values)


def forget_blobs(tables: Tables, customer_id: str, condition: str, values: tuple[object, ...]) -> list[str]:
    where = f"WHERE customer_id = ? AND {condition}"
    files = [str(row[0]) for row in tables.execute(f"SELECT file FROM blobs {where}", (customer_id, *values))]
    tables.execute(f"DELETE FROM blobs {where}", (customer_id, *values))
    return files


def indexed_files(tables: Tables) -> set[str]:
    return {str(row[0]) for row in tables.execute("SELECT file FROM blobs")}


def customers(tables: Tables, where: str, values: tuple[object, ...]) -> tuple[StoredCustomer, ...]:
    """Newest first, with facts, steps and names of blobs."""

    def of_customer(columns: str, table: str, order: str) -> Iterable[tuple[str, ...]]:
        source = f"{table} JOIN customers ON customers.id = {table}.customer_id"
        return tables.execute(f"SELECT {table}.customer_id, {columns} FROM {source} {where} ORDER BY {order}", values)

    steps: dict[str, list[tuple[str, str]]] = {}
    for customer_id, step, at in of_customer("steps.step, steps.at", "steps", "steps.seq"):
        steps.setdefault(customer_id, []).append((step, at))
    facts: dict[str, dict[str, object]] = {}
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
            facts=facts.get(row[0], {}),  # type: ignore[arg-type]  # what json.loads gives is Json
            blobs=tuple(blobs.get(row[0], ())),
        )
        for row in rows
    )


def to_json(name: str, value: object) -> str:
    """Raises KioskBug, which names the fact and never its value."""
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise KioskBug(f"fact {name} is not JSON: {type(error).__name__}") from None


def not_found(customer_id: str) -> BadInput:
    return BadInput(ErrorCode.CUSTOMER_NOT_FOUND, f"no customer {customer_id}")
