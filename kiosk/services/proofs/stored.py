"""Whom a proof must name: a customer, as their document says."""

from __future__ import annotations

from kiosk.domain.document import Document, FieldName
from kiosk.ports import StoredCustomer
from kiosk.services.person_checks import person_of
from kiosk.services.proofs.judge import ProofSubject
from kiosk.services.stored_person import best_value, stored_person


def document_subject(document: Document) -> ProofSubject:
    """Empty where the document gives no name or no address: then the check says that its input is missing."""
    address = document.value(FieldName.ADDRESS)
    return ProofSubject(person_of(document).name, (address,) if address else ())


def stored_subject(customer: StoredCustomer) -> ProofSubject:
    """Empty where the record has no name or no address: then the check says that its input is missing."""
    record = customer.facts.get("customer")
    document = record.get("document") if isinstance(record, dict) else None
    texts = document.get("additionalTexts") if isinstance(document, dict) else None
    address = best_value(texts.get(FieldName.ADDRESS.value)) if isinstance(texts, dict) else ""
    return ProofSubject(stored_person(customer).name, (address,) if address else ())
