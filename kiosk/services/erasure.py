"""Erasing what is kept of a customer, as a whole, by kind, or what a consent to biometrics rested on. Each leaves a receipt.

The store erases in one transaction and gives what stays a new key (`store.revisions`); this says what belongs to what.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from kiosk.domain.erasure import MENTIONS, DataKind, ErasureReason, Receipt, Revision, kind_of_blob
from kiosk.domain.errors import KioskBug
from kiosk.domain.operators import operator_id
from kiosk.ports import Clock, Json, StoredCustomer
from kiosk.services.face_traces import is_of_face, without_face, without_parts

CUSTOMER_DELETED, DATA_ERASED, CONSENT_WITHDRAWN = "CUSTOMER_DELETED", "DATA_ERASED", "CONSENT_WITHDRAWN"
"""Events of the audit chain."""

SENT = "sent"
"""The fact that a customer has reached the remote, stored by a step of the same name: {"through": `updated_at` of the customer as they were
sent}. Anything that was confirmed after that makes them unsent again."""


class RevisableStore(Protocol):
    """What is needed of the store besides `ports.CustomerStore`; `SqlCustomerStore` has it."""

    def load(self, customer_id: str) -> StoredCustomer: ...
    def customers(self) -> tuple[StoredCustomer, ...]: ...
    def revise(self, customer_id: str, at: str, plan: Callable[[StoredCustomer], Revision | None]) -> Receipt | None:
        """One transaction with its audit line; see `SqlCustomerStore.revise`."""
        ...

    def receipts(self, customer_id: str | None = None) -> tuple[Receipt, ...]: ...
    def template_counts(self) -> Mapping[str, int]: ...
    def trim_audit(self, before: str, at: str) -> Receipt | None: ...
    def last_audit_at(self) -> str: ...


def erase_customer(store: RevisableStore, clock: Clock, customer_id: str, *, by: str = "") -> Receipt:
    """Erase a customer because they, or a colleague (`by`, an operator's id), asked. Raises BadInput, StoreFault."""
    detail = {"by": operator_id(by)} if by else {}
    receipt = store.revise(customer_id, clock.now_utc(), lambda customer: everything(customer, ErasureReason.REQUEST, **detail))
    if receipt is None:
        raise KioskBug("an erasure left no receipt")
    return receipt


def everything(customer: StoredCustomer, reason: ErasureReason, **detail: object) -> Revision:
    """The whole customer: key, facts, pictures, records, templates, and what other customers' facts say of them."""
    return Revision(CUSTOMER_DELETED, {"reason": reason.value, **_copies(customer), **detail}, whole=True, mentions=MENTIONS)


def biometrics(
    customer: StoredCustomer, reason: ErasureReason, consent: Mapping[str, Json], *, event: str = DATA_ERASED, **detail: object
) -> Revision:
    """What rested on the consent to comparing faces: selfie, live check and its record, templates, facemap, scores, found likenesses.

    The decision stays, and which checks it rested on, with their statuses: what was decided has to be accounted for. Of what was measured
    nothing stays. The portrait is part of the document, and rests on another purpose.

    Args: `consent` the customer's fact as it is to be from now on.
    """
    facts: dict[str, object] = {"consent": consent}
    for name, value in customer.facts.items():
        if name != "consent" and not is_of_face(name) and (after := without_face(name, value)) != value:
            facts[name] = after
    return Revision(
        event,
        {"reason": reason.value, **_copies(customer), **detail},
        facts=facts,
        drop_facts=tuple(name for name in customer.facts if is_of_face(name)),
        drop_blobs=tuple(name for name in customer.blobs if is_of_face(name)),
        templates=True,
        mentions=MENTIONS,
    )


def kinds(customer: StoredCustomer, which: Collection[DataKind], reason: ErasureReason, at: str, **detail: object) -> Revision:
    """Some kinds of data, the facts not among them. Nothing happens when there is nothing of these kinds."""
    erased = customer.facts.get("erased")
    note: Json = {"kinds": [kind.value for kind in DataKind if kind in which], "reason": reason.value, "at": at}
    dropped = frozenset(name for name in customer.blobs if kind_of_blob(name) in which)
    facts: dict[str, object] = {"erased": [*(erased if isinstance(erased, list) else []), note]}
    for name, value in customer.facts.items():
        if (after := without_parts(name, value, dropped)) != value:
            facts[name] = after
    enrolled = customer.facts.get("facemap")
    refers = isinstance(enrolled, dict) and f"credential.{enrolled.get('credential')}.ENROLLED" in dropped
    return Revision(
        DATA_ERASED,
        {"reason": reason.value, **_copies(customer), **detail},
        facts=facts,
        drop_facts=("facemap",) if refers else (),
        drop_blobs=tuple(sorted(dropped)),
        templates=DataKind.TEMPLATES in which,
        only_if_erased=True,
    )


def has_been_sent(customer: StoredCustomer) -> bool:
    """Whether the remote has everything: what was confirmed after the sending is not there yet."""
    sent = customer.facts.get(SENT)
    through = sent.get("through") if isinstance(sent, dict) else None
    return isinstance(through, str) and all(at <= through for step, at in customer.steps if step != SENT)


def _copies(customer: StoredCustomer) -> dict[str, object]:
    """A receipt says when a copy is elsewhere: it has to be asked for there, too."""
    return {"sent": True} if SENT in customer.facts else {}
