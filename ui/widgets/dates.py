"""Dates as people type them on a kiosk: day, month, year."""

from __future__ import annotations

import re
from datetime import date

from kiosk.domain.document import FieldName
from ui import strings

_TYPED = re.compile(r"\s*(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4})\s*|\s*(\d{2})(\d{2})(\d{4})\s*")
_PART = re.compile(r"\d{4}(-\d{2})?")  # a document may leave the day or the month of a birth out
_OLDEST_YEAR = 1900


def parse(text: str) -> date | None:
    """A date from day, month, year with any usual separator, or from ISO; None when it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        pass
    found = _TYPED.fullmatch(text)
    if not found:
        return None
    day, month, year = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def short(stored: str) -> str:
    """A stored date (YYYY-MM-DD) as it is typed in the language that is on; what is no date is left as it is."""
    try:
        day = date.fromisoformat(stored)
    except ValueError:
        return stored
    return strings.date_separator().join((f"{day.day:02}", f"{day.month:02}", f"{day.year:04}"))


def pattern() -> str:
    return strings.translate("fields", "DD/MM/YYYY")


def problem(name: FieldName, stored: str | None, today: date) -> str:
    """What is wrong with a typed date, in words, or empty. `stored` None = it is no date at all.

    A part of a date is right as it was read; typed dates are whole ones (`parse`).
    """
    if stored and _PART.fullmatch(stored):
        return ""
    try:
        day = date.fromisoformat(stored or "")
    except ValueError:
        return strings.translate("fields", "Write it as day, month, year: {pattern}").format(pattern=pattern())
    if day.year < _OLDEST_YEAR:
        return strings.translate("fields", "The year can't be that early")
    if name in (FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_ISSUE) and day > today:
        return strings.translate("fields", "This day hasn't come yet")
    return ""
