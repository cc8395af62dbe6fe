"""What is erased, why, and the receipt that it leaves: a change to a stored customer that takes something away or stands beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class DataKind(StrEnum):
    """What is kept of a customer, by how much it can do to them. FACTS are the customer: erased with everything else."""

    PICTURES = "pictures"
    TEMPLATES = "templates"  # numbers that describe a face: rows for the search, and facemaps
    RECORDS = "records"  # sealed records of live checks
    FACTS = "facts"


class ErasureReason(StrEnum):
    REQUEST = "REQUEST"  # the customer or a colleague asked
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"  # three years without being asked again
    RETENTION = "RETENTION"


KNOWN_AS = "known_as"
"""The fact that names stored customers with this face: a list of {"customer": id, "score"}."""

MENTIONS = (KNOWN_AS, "execution.")
"""Where other customers' facts name a customer: names, or beginnings that end in ".". What was searched for stands in executions, too."""


def kind_of_blob(name: str) -> DataKind:
    """By the parts of a blob's name: "liveness.record" is a record, "credential.<id>.FACEMAP" a template, everything else a picture."""
    parts = name.lower().split(".")
    if "facemap" in parts or "enrolled" in parts:
        return DataKind.TEMPLATES
    return DataKind.RECORDS if "record" in parts else DataKind.PICTURES


@dataclass(frozen=True, slots=True)
class Revision:
    """A change to one stored customer, made in one transaction with its audit line.

    Attributes:
        event: of the audit line (`store.audit.AuditEvent`).
        detail: of the audit line: ids, codes and counts, never personal data. What was erased is counted by the store.
        facts: put in, JSON values; replace what was there.
        drop_facts, drop_blobs: names to erase, exactly as they are.
        templates: erase all face templates.
        whole: erase the customer; nothing above but `event` and `detail` counts then.
        mentions: facts of other customers, by name or by beginnings that end in ".": of their lists, at any depth, the entries that are
            this customer's id or {"customer": id, …} are erased.
        step: also a confirmed step of this name; "" = none.
        only_if_erased: change nothing when there is nothing to erase.
    """

    event: str
    detail: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    drop_facts: Collection[str] = ()
    drop_blobs: Collection[str] = ()
    templates: bool = False
    whole: bool = False
    mentions: Collection[str] = ()
    step: str = ""
    only_if_erased: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """A line of the audit chain that says what was done: proof that outlives what it is about.

    Attributes:
        seq, hash: number and hash of the line; with them anybody finds it, and `verify_audit` proves that it stands as it was written.
        event: of the line.
        detail: "reason", "erased" {kind: how many}, and what else the change has to say. No personal data.
    """

    seq: int
    hash: str
    at: str
    customer_id: str
    event: str
    detail: Mapping[str, object]

    @property
    def reason(self) -> str:
        return str(self.detail.get("reason", ""))

    @property
    def erased(self) -> dict[str, int]:
        """How many of each kind; empty when nothing was erased."""
        counts = self.detail.get("erased")
        return {str(kind): int(count) for kind, count in counts.items()} if isinstance(counts, dict) else {}
