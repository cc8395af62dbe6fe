"""Telephone numbers and e-mail addresses as people write them -> as they are kept and compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.errors import BadInput, ErrorCode


class ContactKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Contact:
    """`value`: E.164 ("+421900123456"), or an address whose domain is in small letters. Personal data: never logged."""

    kind: ContactKind
    value: str


_LONGEST_EMAIL, _LONGEST_LOCAL = 254, 64
"""RFC 5321, 4.5.3.1, with the angle brackets taken off."""
# the dot-atom of RFC 5322, 3.2.3, without comments and quotes, which no customer's address has
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def phone(text: str, *, region: str) -> Contact:
    """A number that can be called, from anything that a person types.

    Args:
        region: ISO 3166 country of numbers written without their country code.

    Raises:
        BadInput: INVALID_DATA when it is no number of its country's plan.
    """
    import phonenumbers  # half a second of tables

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise BadInput(ErrorCode.INVALID_DATA, "this is not a telephone number") from error
    if not phonenumbers.is_valid_number(number):
        raise BadInput(ErrorCode.INVALID_DATA, "no telephone number of that country looks like this")
    kinds = phonenumbers.PhoneNumberType
    if phonenumbers.number_type(number) in (kinds.PREMIUM_RATE, kinds.SHARED_COST, kinds.PAGER, kinds.UAN, kinds.VOICEMAIL):
        raise BadInput(ErrorCode.INVALID_DATA, "this is not a person's telephone number")
    return Contact(ContactKind.PHONE, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email(text: str) -> Contact:
    """An address that mail servers take: dot-atom @ domain with at least two labels (RFC 5321, RFC 5322, IDNA for other letters).

    Raises:
        BadInput: INVALID_DATA.
    """
    local, at, domain = text.strip().rpartition("@")
    wrong = BadInput(ErrorCode.INVALID_DATA, "this is not an e-mail address")
    if not at or len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        raise wrong
    try:
        plain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise wrong from error
    labels = plain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise wrong
    value = f"{local}@{plain}"
    if len(value) > _LONGEST_EMAIL:
        raise wrong
    return Contact(ContactKind.EMAIL, value)


def contact(kind: ContactKind, text: str, *, region: str) -> Contact:
    """`phone` or `email`, by kind."""
    return phone(text, region=region) if kind is ContactKind.PHONE else email(text)


def shown(given: Contact) -> str:
    """What a screen may show of it: enough to know one's own."""
    if given.kind is ContactKind.PHONE:
        return f"{given.value[:4]} ••• {given.value[-3:]}"
    local, _, domain = given.value.partition("@")
    return f"{local[0]}•••@{domain}"


def ledger_key(given: Contact) -> str:
    """What the ledger counts by. Small letters: two spellings of one mailbox must not count apart."""
    return f"{given.kind.value}:{given.value.casefold()}"
