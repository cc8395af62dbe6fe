"""Dates as documents print them, and as they are kept: 06.08.1985, 06 AUG/AOU 85, 6/8/1985, 1985-08-06 -> 1985-08-06."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.services.document_words import Words, load_words


class Tense(StrEnum):
    """On which side of today a date lies: decides the century of a two-digit year."""

    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """One date in a line.

    Attributes:
        other: the month-first reading of 06/08/1985 (day first, where the month was asked for first), "" when there is none.
        day_first_by_form: 06.08.1985, 06 08 1985: nobody writes the month first so; with slashes and dashes both orders are in use.
    """

    value: str
    other: str = ""
    day_first_by_form: bool = False


_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?[./\-, ]\s?(\d{1,2})\s?[./\-, ]\s?(\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})\s?[./\- ]\s?(\d{1,2})\s?[./\- ]\s?(\d{1,2})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})[\s.\-]{0,3}([^\W\d_]{3,}[^\d]{0,24}?)[\s.\-/]{0,3}(\d{4}|\d{2})(?!\d)")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,9})\.?\s{1,2}(\d{1,2}),?\s{1,2}(\d{4})(?!\d)")
_WHOLE = re.compile(r"(?<![\d./\-])(\d{1,2})\s?([./\-])\s?(\d{1,2})\s?\2\s?(?:(?:18|19|20|21)\d{2}|(?<=[./])\d{2})(?![\d/\-]|\.\d)")
"""A numeric date that is nothing more and nothing less: what the order of all dates of a page may be told by."""
_COMPACT = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
# the recogniser takes O for 0 and l for 1 inside a date now and then
_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "|": "1"})


def dates_in(text: str, *, tense: Tense, today: str, month_first: bool = False) -> tuple[PrintedDate, ...]:
    """Every date in a line, left to right; impossible ones are left out.

    Args:
        today: YYYY-MM-DD.
        month_first: 06/08/1985 is the eighth of June (United States).
    """
    words = load_words()
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, PrintedDate]] = []

    def keep(match: re.Match[str], dated: PrintedDate | None) -> None:
        if dated is not None and not any(match.start() < end and start < match.end() for start, end in taken):
            taken.append(match.span())
            found.append((match.start(), dated))

    for match in _ISO.finditer(text):
        keep(match, _single(iso_date(int(match[1]), int(match[2]), int(match[3]))))
    for match in _NAMED.finditer(text):
        keep(match, _named(match, words, tense, today))
    for match in _MONTH_FIRST.finditer(text):
        month = words.month(match[1])
        keep(match, _single(iso_date(int(match[3]), month, int(match[2]))) if month else None)
    digits = text.translate(_DIGITS) if any(c.isdigit() for c in text) else text
    for match in _NUMERIC.finditer(digits):
        keep(match, _numeric(match, tense, today, month_first))
    for match in _COMPACT.finditer(digits):
        keep(match, _single(iso_date(int(match[3]), int(match[2]), int(match[1]))))
    return tuple(dated for _, dated in sorted(found, key=lambda one: one[0]))


def orders_in(texts: Iterable[str]) -> frozenset[bool]:
    """Which orders the dates of a page show that can be read one way only: True the month first (03/25/2002), False the day (25/03/2002).

    Empty where none tells; both where they contradict one another.
    """
    pairs = [(int(match[1]), int(match[3])) for text in texts for match in _WHOLE.finditer(text)]
    return frozenset(two > 12 for one, two in pairs if 12 < max(one, two) <= 31 and 1 <= min(one, two) <= 12)


def full_year(year: int, tense: Tense, today: str) -> int:
    """Two digits -> four: never more than ten years ahead for the past, the nearest to now for the future."""
    if year >= 100:
        return year
    this = int(today[:4])
    if tense is Tense.FUTURE:
        return min((this // 100 * 100 + shift + year for shift in (-100, 0, 100)), key=lambda full: abs(full - this))
    full = this // 100 * 100 + year
    return full if full <= this else full - 100


def _numeric(match: re.Match[str], tense: Tense, today: str, month_first: bool) -> PrintedDate | None:
    one, two, year = int(match[1]), int(match[2]), full_year(int(match[3]), tense, today)
    day_first, other = iso_date(year, two, one), iso_date(year, one, two)
    if month_first:
        day_first, other = other, day_first
    value = day_first or other
    if not value:
        return None
    return PrintedDate(value, other if other != value else "", day_first_by_form=not set(match[0]) & set("/-"))


def _named(match: re.Match[str], words: Words, tense: Tense, today: str) -> PrintedDate | None:
    months = [month for word in re.findall(r"[^\W\d_]{3,}", match[2]) if (month := words.month(word))]
    if not months:
        return None
    return _single(iso_date(full_year(int(match[3]), tense, today), months[0], int(match[1])))


def _single(value: str) -> PrintedDate | None:
    return PrintedDate(value) if value else None


def iso_date(year: int, month: int, day: int) -> str:
    """YYYY-MM-DD, or "" for a day that is none or that no living person's document prints."""
    if not 1880 <= year <= 2150:
        return ""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
