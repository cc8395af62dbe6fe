"""What a stored customer's record says of the person: the values that count, of all that its sources said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.document import FieldName
from kiosk.ports import Json, StoredCustomer

_BEST_FIRST = ("operator", "mrz", "barcode", "visualZone")


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """`name` as it may be shown; `date_of_birth` YYYY-MM-DD; "" where the record has none."""

    name: str
    date_of_birth: str


def stored_person(customer: StoredCustomer) -> StoredPerson:
    """Of a customer whose decision was stored; all empty for one in progress."""
    record = customer.facts.get("customer")
    fields = record if isinstance(record, dict) else {}
    full = _value(fields, FieldName.FULL_NAME)
    parts = (_value(fields, FieldName.GIVEN_NAMES), _value(fields, FieldName.SURNAME))
    return StoredPerson(full or " ".join(part for part in parts if part), _value(fields, FieldName.DATE_OF_BIRTH))


def best_value(sources: Json) -> str:
    """Of a field as DIS writes it, {source: value}: typed before MRZ before barcode before printed. "" when there is none."""
    if not isinstance(sources, dict):
        return ""
    values = {source: value for source, value in sources.items() if isinstance(value, str)}
    return next((values[source] for source in (*_BEST_FIRST, *values) if source in values), "")


def _value(fields: Mapping[str, Json], name: FieldName) -> str:
    return best_value(fields.get(name.value))
