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

from kiosk.domain.errors import ErrorCode, StoreFault

GENESIS = "0" * 64
_HEAD = "audit_head"


class AuditEvent(StrEnum):
    CUSTOMER_CREATED = "CUSTOMER_CREATED"
    STEP_CONFIRMED = "STEP_CONFIRMED"
    CUSTOMER_DELETED = "CUSTOMER_DELETED"


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What `verify` found.

    Attributes:
        lines: how many lines there are.
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


def append(tables: Tables, *, at: str, customer_id: str, event: AuditEvent, detail: Mapping[str, object]) -> None:
    """Add a line. Called inside a write transaction, which is what keeps the numbers in order across processes."""
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


def verify(tables: Tables) -> AuditReport:
    """Walk the whole chain."""
    lines, previous, bad, problem = 0, GENESIS, 0, ""
    for *line, digest in tables.execute("SELECT seq, at, customer_id, event, detail, previous_hash, hash FROM audit ORDER BY seq"):
        lines += 1
        if not bad:
            expected = lines
            if line[0] != expected:
                bad, problem = expected, f"line {expected} is missing"
            elif line[5] != previous:
                bad, problem = expected, f"line {expected} does not follow the line before it"
            elif _hash(line) != digest:
                bad, problem = expected, f"line {expected} has been changed"
        previous = digest
    if not bad and _head(tables) != f"{lines} {previous}":
        bad, problem = lines + 1, f"lines after line {lines} are missing, or the record of the last line has been changed"
    return AuditReport(lines, bad or None, problem, previous)


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
