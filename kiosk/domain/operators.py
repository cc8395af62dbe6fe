"""Who did it: operators are known by ids, never by names."""

from __future__ import annotations

import re

from kiosk.domain.errors import BadInput, ErrorCode

CUSTOMER = "customer"
"""Recorded where the customer answered for themselves, with nobody beside them."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")


def operator_id(text: str) -> str:
    """The id, trimmed. Raises BadInput(BAD_ARGUMENT): a name with spaces is a name, and names are not kept."""
    trimmed = text.strip()
    if not _ID.fullmatch(trimmed) or same_operator(trimmed, CUSTOMER):
        what = "an operator is named by an id of 2 to 64 letters, digits, dots, hyphens and underscores, not by name"
        raise BadInput(ErrorCode.BAD_ARGUMENT, what)
    return trimmed


def same_operator(one: str, other: str) -> bool:
    """Whether two ids are one person's: capitals do not make a second one."""
    return one.strip().casefold() == other.strip().casefold()
