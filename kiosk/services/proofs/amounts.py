"""Amounts of money as they are printed: 1 234,56 €, EUR 1.234,56, £1,234.56, 1234,56 zł."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_SIGNS: Mapping[str, str] = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP", "$": "USD", "usd": "USD", "zł": "PLN", "zl": "PLN", "pln": "PLN",
    "kč": "CZK", "kc": "CZK", "czk": "CZK", "ft": "HUF", "huf": "HUF", "lei": "RON", "ron": "RON", "chf": "CHF", "uah": "UAH", "₴": "UAH",
}  # fmt: skip
_SIGN = "|".join(sorted((re.escape(sign) for sign in _SIGNS), key=len, reverse=True))
_NUMBER = r"[-−+]?\s?\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})*(?:[.,]\d{1,2})?(?!\d)|[-−+]?\s?\d+(?:[.,]\d{1,2})?(?!\d)"  # noqa: RUF001
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_SIGN})\s?(?P<first>{_NUMBER})|(?P<second>{_NUMBER})\s?(?P<after>{_SIGN})(?!\w))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Amount:
    """`currency` ISO 4217."""

    value: Decimal
    currency: str


def amounts_in(text: str) -> tuple[Amount, ...]:
    """Every number with a currency beside it, left to right. A number without one is no amount."""
    found: list[Amount] = []
    for match in _AMOUNT.finditer(text):
        number = match["first"] or match["second"]
        sign = (match["before"] or match["after"]).casefold()
        value = _decimal(number)
        if value is not None:
            found.append(Amount(value, _SIGNS[sign]))
    return tuple(found)


def _decimal(printed: str) -> Decimal | None:
    """One or two digits behind the last point or comma are cents; three are thousands."""
    text = re.sub(r"[\s'\u00a0\u202f+]", "", printed).replace("−", "-")  # noqa: RUF001 - the minus that is printed
    match = re.fullmatch(r"(-?[\d.,]*?)(?:[.,](\d{1,2}))?", text)
    if match is None:
        return None
    whole = re.sub(r"[.,]", "", match[1])
    return Decimal(f"{whole}.{match[2]}") if match[2] else Decimal(whole) if whole not in ("", "-") else None
