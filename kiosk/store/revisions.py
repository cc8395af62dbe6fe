"""A change to one stored customer, or their erasure, within one transaction: rows, a new key for what stays, the audit line."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sqlite_utils import Database as Tables

from kiosk.domain.erasure import DataKind, Receipt, Revision, kind_of_blob
from kiosk.ports import StoredCustomer
from kiosk.store import audit, rows, templates
from kiosk.store.audit import AuditEvent
from kiosk.store.blobs import KEY_BYTES, BlobEntry, BlobFolder, missing_file


@dataclass(slots=True)
class Work:
    """What a revision does outside the database: `written` files are taken back when it fails, `replaced` ones removed when it is done."""

    blobs: BlobFolder
    written: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)


def apply(tables: Tables, work: Work, customer_id: str, at: str, plan: Callable[[StoredCustomer], Revision | None]) -> Receipt | None:
    """Called inside a write transaction. See `SqlCustomerStore.revise`."""
    key = rows.customer_key(tables, customer_id)
    customer = rows.customers(tables, "WHERE customers.id = ?", (customer_id,))[0]
    revision = plan(customer)
    if revision is None:
        return None
    facts = {name: rows.to_json(name, value) for name, value in revision.facts.items()}
    erased = _counted(tables, customer, revision)
    if revision.only_if_erased and not erased:
        return None
    if revision.whole:
        work.replaced.extend(rows.forget_blobs(tables, customer_id, "true", ()))
        tables.execute("DELETE FROM customers WHERE id = ?", (customer_id,))  # facts, steps and templates go with it
    else:
        for name in revision.drop_facts:
            tables.execute("DELETE FROM facts WHERE customer_id = ? AND name = ?", (customer_id, name))
        for name in revision.drop_blobs:
            work.replaced.extend(rows.forget_blobs(tables, customer_id, "name = ?", (name,)))
        if revision.templates:
            templates.forget(tables, customer_id)
        if any(kind in erased for kind in (DataKind.PICTURES, DataKind.RECORDS, DataKind.TEMPLATES)):
            _change_key(tables, work, customer_id, key)
        for name, text in facts.items():
            tables.execute("INSERT OR REPLACE INTO facts (customer_id, name, json) VALUES (?, ?, ?)", (customer_id, name, text))
        if revision.step:
            tables.execute("INSERT INTO steps (customer_id, step, at) VALUES (?, ?, ?)", (customer_id, revision.step, at))
            tables.execute("UPDATE customers SET updated_at = ? WHERE id = ?", (at, customer_id))
    if mentioned := forget_mentions(tables, customer_id, revision.mentions):
        erased["mentions"] = mentioned
    detail = dict(revision.detail)
    if erased:
        detail["erased"] = dict(erased)
    return audit.append(tables, at=at, customer_id=customer_id, event=AuditEvent(revision.event), detail=detail)


def _counted(tables: Tables, customer: StoredCustomer, revision: Revision) -> Counter[str]:
    """What is about to go, by kind; kinds of which there is nothing are left out."""
    counts: Counter[str] = Counter()
    for name in customer.blobs:
        if revision.whole or name in revision.drop_blobs:
            counts[kind_of_blob(name).value] += 1
    if revision.whole or revision.templates:
        counts[DataKind.TEMPLATES.value] += templates.counts(tables).get(customer.id, 0)
    counts[DataKind.FACTS.value] += sum(revision.whole or name in revision.drop_facts for name in customer.facts)
    return +counts


def _change_key(tables: Tables, work: Work, customer_id: str, old_key: bytes) -> None:
    """A new key for what stays. What went was sealed with the old one, which is overwritten."""
    key = secrets.token_bytes(KEY_BYTES)
    statement = "SELECT name, file, sha256, size, media_type FROM blobs WHERE customer_id = ? ORDER BY name"
    for name, *columns in tables.execute(statement, (customer_id,)).fetchall():
        entry = BlobEntry(*columns)
        try:
            data = work.blobs.read(entry, key=old_key, customer_id=customer_id, name=name)
        except FileNotFoundError:
            raise missing_file(entry.file) from None
        file = work.blobs.new_name()
        work.written.append(file)
        work.blobs.write(file, data, key=key, customer_id=customer_id, name=name)
        tables.execute("UPDATE blobs SET file = ? WHERE customer_id = ? AND name = ?", (file, customer_id, name))
        work.replaced.append(entry.file)
    work.blobs.sync(work.written)
    templates.reseal(tables, customer_id, old_key, key)
    tables.execute('UPDATE customers SET "key" = ? WHERE id = ?', (key, customer_id))


def forget_mentions(tables: Tables, customer_id: str, names: Collection[str]) -> int:
    """What other customers' facts say of this one; see `Revision.mentions`. Returns how many entries were erased.

    Called inside a write transaction. A fact that is a list goes with its last entry.
    """
    dropped = 0
    for name in names:
        condition, values = ("substr(name, 1, ?) = ?", (len(name), name)) if name.endswith(".") else ("name = ?", (name,))
        statement = f"SELECT customer_id, name, json FROM facts WHERE {condition} AND customer_id <> ? AND instr(json, ?)"
        for other, fact, text in tables.execute(statement, (*values, customer_id, customer_id)).fetchall():
            kept, count = _without(json.loads(text), customer_id)
            if not count:
                continue
            dropped += count
            if kept:
                tables.execute("UPDATE facts SET json = ? WHERE customer_id = ? AND name = ?", (json.dumps(kept), other, fact))
            else:
                tables.execute("DELETE FROM facts WHERE customer_id = ? AND name = ?", (other, fact))
    return dropped


def _without(value: object, customer_id: str) -> tuple[object, int]:
    """A fact without the entries about this customer in its lists, and how many there were."""
    if isinstance(value, dict):
        inner = {key: _without(entry, customer_id) for key, entry in value.items()}
        return {key: after for key, (after, _) in inner.items()}, sum(count for _, count in inner.values())
    if not isinstance(value, list):
        return value, 0
    kept = [entry for entry in value if not (entry == customer_id or (isinstance(entry, dict) and entry.get("customer") == customer_id))]
    within = [_without(entry, customer_id) for entry in kept]
    return [after for after, _ in within], len(value) - len(kept) + sum(count for _, count in within)
