"""The audit trail: a chain in which each line holds the hash of the one before, so that a missing or changed line shows.

Lines hold ids and codes only. The hash of the last line stands in `meta` too, so that lines cut off the end show as well. Who holds
the database key can write a whole new chain: to guard against that, keep `AuditReport.head` somewhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database as Tables

from kiosk.domain.erasure import Receipt
from kiosk.domain.errors import ErrorCode, StoreFault

GENESIS = "0" * 64
_HEAD = "audit_head"


class AuditEvent(StrEnum):
    CUSTOMER_CREATED = "CUSTOMER_CREATED"
    STEP_CONFIRMED = "STEP_CONFIRMED"
    CUSTOMER_DELETED = "CUSTOMER_DELETED"
    DATA_ERASED = "DATA_ERASED"  # part of what was kept of a customer
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"  # with what was erased for it; of everything: CUSTOMER_DELETED
    DECISION_OVERRIDDEN = "DECISION_OVERRIDDEN"
    SCREENING_REVIEWED = "SCREENING_REVIEWED"  # staff confirmed or dismissed a hit on a watchlist
    AUDIT_TRIMMED = "AUDIT_TRIMMED"  # lines at the start were dropped, this one says up to which


RECEIPTS = (
    AuditEvent.CUSTOMER_DELETED,
    AuditEvent.DATA_ERASED,
    AuditEvent.CONSENT_WITHDRAWN,
    AuditEvent.DECISION_OVERRIDDEN,
    AuditEvent.SCREENING_REVIEWED,
    AuditEvent.AUDIT_TRIMMED,
)
"""Events whose lines are receipts: of what was erased, withdrawn, overridden or reviewed."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What `verify` found.

    Attributes:
        lines: how many lines there are (fewer than the last one's number where old ones were dropped).
        first_bad: number of the first line that is missing, changed or out of place; None = the chain holds.
        problem: what is wrong with it, one line, "" when nothing.
        head: hash of the last line.
    """

    lines: int
    first_bad: int | None
    problem: str
    head: str

    @property
    def intact(self) -> bool:
        return self.first_bad is None


def append(tables: Tables, *, at: str, customer_id: str, event: AuditEvent, detail: Mapping[str, object]) -> Receipt:
    """Add a line; returns its receipt. Called inside a write transaction, which is what keeps the numbers in order across processes."""
    seq, previous = _parsed_head(tables)
    line = (seq + 1, at, customer_id, str(event), json.dumps(detail, sort_keys=True, ensure_ascii=False), previous)
    digest = _hash(line)
    tables.execute(
        "INSERT INTO audit (seq, at, customer_id, event, detail, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)", (*line, digest)
    )
    tables.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_HEAD, f"{seq + 1} {digest}"),
    )
    return Receipt(seq + 1, digest, at, customer_id, str(event), json.loads(line[4]))


def receipts(tables: Tables, customer_id: str | None = None) -> tuple[Receipt, ...]:
    """Lines of the events in RECEIPTS, oldest first; of one customer, or of all."""
    marks = ", ".join("?" * len(RECEIPTS))
    which, values = ("", ()) if customer_id is None else (" AND customer_id = ?", (customer_id,))
    found = tables.execute(
        f"SELECT seq, hash, at, customer_id, event, detail FROM audit WHERE event IN ({marks}){which} ORDER BY seq",
        (*(str(event) for event in RECEIPTS), *values),
    )
    return tuple(Receipt(seq, digest, at, customer, event, json.loads(detail)) for seq, digest, at, customer, event, detail in found)


def last_at(tables: Tables) -> str:
    """When the latest line was written; "" when there is none."""
    row = tables.execute("SELECT max(at) FROM audit").fetchone()
    return str(row[0] or "")


def trim(tables: Tables, *, before: str, at: str) -> Receipt | None:
    """Drop the lines before `before`, up to the first about a customer who is still stored; None when there are none.

    Only the start of a chain can go: the line that is left first still holds the hash of the last that went, and the receipt, itself a
    line, says that this is where the chain begins. Called inside a write transaction.
    """
    kept = tables.execute("SELECT min(seq) FROM audit WHERE at >= ? OR customer_id IN (SELECT id FROM customers)", (before,)).fetchone()[0]
    last = tables.execute(
        "SELECT seq, hash, (SELECT count(*) FROM audit AS older WHERE older.seq <= audit.seq) FROM audit "
        "WHERE ? IS NULL OR seq < ? ORDER BY seq DESC LIMIT 1",
        (kept, kept),
    ).fetchone()
    if last is None:
        return None
    through, digest, count = last
    tables.execute("DELETE FROM audit WHERE seq <= ?", (through,))
    detail = {"reason": "RETENTION", "lines": count, "through": through, "hash": digest}
    return append(tables, at=at, customer_id="", event=AuditEvent.AUDIT_TRIMMED, detail=detail)


def verify(tables: Tables) -> AuditReport:
    """Walk the whole chain."""
    lines, bad, problem = 0, 0, ""
    last, previous = _start(tables)
    for *line, digest in tables.execute("SELECT seq, at, customer_id, event, detail, previous_hash, hash FROM audit ORDER BY seq"):
        lines += 1
        if not bad:
            expected = last + 1
            if line[0] != expected:
                bad, problem = expected, f"line {expected} is missing"
            elif line[5] != previous:
                bad, problem = expected, f"line {expected} does not follow the line before it"
            elif _hash(line) != digest:
                bad, problem = expected, f"line {expected} has been changed"
        last, previous = line[0], digest
    if not bad and _head(tables) != f"{last} {previous}":
        bad, problem = last + 1, f"lines after line {last} are missing, or the record of the last line has been changed"
    return AuditReport(lines, bad or None, problem, previous)


def _start(tables: Tables) -> tuple[int, str]:
    """Number and hash of the last line that was dropped at the start by `trim`, as its receipt says; of none, 0 and GENESIS.

    The receipt is a line of the chain: to change it, all lines after it must be changed, too.
    """
    row = tables.execute("SELECT detail FROM audit WHERE event = ? ORDER BY seq DESC LIMIT 1", (str(AuditEvent.AUDIT_TRIMMED),)).fetchone()
    if row is None:
        return 0, GENESIS
    try:
        detail = json.loads(row[0])
        return int(detail["through"]), str(detail["hash"])
    except (ValueError, KeyError, TypeError):
        return 0, GENESIS  # changed: the chain then has no start, which is what is told


def _head(tables: Tables) -> str:
    row = tables.execute("SELECT value FROM meta WHERE name = ?", (_HEAD,)).fetchone()
    return f"0 {GENESIS}" if row is None else str(row[0])


def _parsed_head(tables: Tables) -> tuple[int, str]:
    # taken from `meta`, not from the last line that is there: else the next line would hide that lines were cut off
    seq, _, digest = _head(tables).partition(" ")
    try:
        return int(seq), digest
    except ValueError:
        raise StoreFault(ErrorCode.STORE_DAMAGED, "the record of the last audit line is damaged: restore the store from a backup") from None


def _hash(line: list[object] | tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(list(line), ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
