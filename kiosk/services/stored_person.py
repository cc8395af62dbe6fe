"""What a stored customer's record says of the person: the values that count, of all that its sources said."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.document import FieldName
from kiosk.ports import Json, StoredCustomer

_BEST_FIRST = ("operator", "mrz", "barcode", "visualZone")


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """`name` as it may be shown; `date_of_birth` YYYY-MM-DD; "" where the record has none."""

    name: str
    date_of_birth: str


def stored_person(customer: StoredCustomer, *, typed: bool = True) -> StoredPerson:
    """Of a customer whose decision was stored; all empty for one in progress. Args: `typed` False: as the document says."""
    full = stored_value(customer, FieldName.FULL_NAME, typed=typed)
    parts = (stored_value(customer, FieldName.GIVEN_NAMES, typed=typed), stored_value(customer, FieldName.SURNAME, typed=typed))
    return StoredPerson(full or " ".join(part for part in parts if part), stored_value(customer, FieldName.DATE_OF_BIRTH, typed=typed))


def stored_value(customer: StoredCustomer, name: FieldName, *, typed: bool = True) -> str:
    """Of a field of the person. Args: `typed` False leaves out what somebody typed over it, unless nothing else is known."""
    record = customer.facts.get("customer")
    sources = record.get(name.value) if isinstance(record, dict) else None
    if not typed and isinstance(sources, dict):
        sources = {source: value for source, value in sources.items() if source != "operator"} or sources
    return best_value(sources)


def best_value(sources: Json) -> str:
    """Of a field as DIS writes it, {source: value}: typed before MRZ before barcode before printed. "" when there is none."""
    if not isinstance(sources, dict):
        return ""
    values = {source: value for source, value in sources.items() if isinstance(value, str)}
    return next((values[source] for source in (*_BEST_FIRST, *values) if source in values), "")
