"""Check rules of the numbers that states give persons and documents, as published by them. Each takes the number without separators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from kiosk.domain.mrz_layout import DIGITS, LETTERS, check_digit

NumberCheck = Callable[[str], bool]
"""True when the number holds. Any text may come in."""


def holds(rule: str, number: str) -> bool:
    """Does `number` (capitals and digits, no separators) keep the rule? Raises KeyError for a rule that is none."""
    return NUMBER_CHECKS[rule](number)


def _digits(number: str, count: int) -> list[int] | None:
    return [int(one) for one in number] if len(number) == count and number.isascii() and number.isdecimal() else None


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def czech_slovak_birth_number(number: str) -> bool:
    """Rodné číslo: YYMMDD and a serial; ten digits (from 1954 on) divide by 11 (Czech act 133/2000, Slovak act 301/1995).

    Women have 50 added to the month, overflow series 20 or 70. Until 1985 a remainder of ten of the first nine was printed as 0.
    """
    digits = _digits(number, 10) or _digits(number, 9)
    if digits is None:
        return False
    year, month, day = int(number[:2]), int(number[2:4]), int(number[4:6])
    for added in (70, 50, 20):
        if month > added:
            month -= added
            break
    if len(digits) == 9:
        return year <= 53 and _is_date(1900 + year, month, day)
    if not _is_date((1900 if year >= 54 else 2000) + year, month, day):
        return False
    return int(number) % 11 == 0 or (int(number[:9]) % 11 == 10 and digits[9] == 0)


def polish_pesel(number: str) -> bool:
    """PESEL: eleven digits, weights 1 3 7 9; the century stands in the month (Polish act on the register of inhabitants, article 15)."""
    digits = _digits(number, 11)
    if digits is None:
        return False
    century, month = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}[digits[2] // 2], int(number[2:4]) % 20
    weighted = sum(weight * digit for weight, digit in zip((1, 3, 7, 9) * 3, digits[:10], strict=False))
    return _is_date(century + int(number[:2]), month, int(number[4:6])) and (10 - weighted % 10) % 10 == digits[10]


def _polish(number: str, letters: int, length: int) -> bool:
    """Letters as in the MRZ (A = 10), weights 7 3 1 over all but the check digit, which stands right behind the letters."""
    if len(number) != length or not (number[:letters].isascii() and number[:letters].isalpha() and number[:letters].isupper()):
        return False
    if not (number[letters:].isascii() and number[letters:].isdecimal()):
        return False
    values = [int(one, 36) for one in number[:letters] + number[letters + 1 :]]
    return sum(weight * value for weight, value in zip((7, 3, 1) * 3, values, strict=False)) % 10 == int(number[letters])


def polish_identity_card(number: str) -> bool:
    """ABC123456: the fourth character is the check digit."""
    return _polish(number, 3, 9)


def polish_passport(number: str) -> bool:
    """AB1234567: the third character is the check digit."""
    return _polish(number, 2, 9)


def romanian_cnp(number: str) -> bool:
    """Cod numeric personal: SYYMMDDJJNNNC, weights 279146358279, remainder by 11, ten becomes one (Romanian act 105/1996)."""
    digits = _digits(number, 13)
    if digits is None or digits[0] == 0:
        return False
    century = {1: 1900, 2: 1900, 3: 1800, 4: 1800, 5: 2000, 6: 2000}.get(digits[0])
    dates = (1900, 2000) if century is None else (century,)
    if not any(_is_date(one + int(number[1:3]), int(number[3:5]), int(number[5:7])) for one in dates):
        return False
    remainder = sum(weight * digit for weight, digit in zip((2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9), digits, strict=False)) % 11
    return (1 if remainder == 10 else remainder) == digits[12]


_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"


def spanish_dni(number: str) -> bool:
    """DNI: eight digits and the letter of their remainder by 23; NIE: X, Y or Z stands for 0, 1 or 2 (Spanish royal decree 1553/2005)."""
    if len(number) != 9 or not number.isascii():
        return False
    body = {"X": "0", "Y": "1", "Z": "2"}.get(number[0], number[0]) + number[1:8]
    return body.isdecimal() and _DNI[int(body) % 23] == number[8]


def dutch_bsn(number: str) -> bool:
    """Burgerservicenummer: nine digits, weights 9 … 2 and -1, divides by 11."""
    digits = _digits(number, 9)
    return digits is not None and any(digits) and sum(w * d for w, d in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True)) % 11 == 0


_GERMAN = frozenset("0123456789CFGHJKLMNPRTVWXYZ")


def german_serial(number: str) -> bool:
    """Nine characters without vowels and letters that look like digits; a tenth is the check digit of ICAO 9303-3 4.9 (PAuswV, PassV)."""
    if len(number) == 10:
        return german_serial(number[:9]) and number[9].isdecimal() and check_digit(number[:9]) == int(number[9])
    return len(number) == 9 and set(number) <= _GERMAN and any(one.isalpha() for one in number)


def icao_number(number: str) -> bool:
    """The last character is the check digit of the others (ICAO 9303-3 4.9)."""
    if len(number) < 4 or not set(number) <= set(DIGITS + LETTERS) or not number[-1].isdecimal():
        return False
    return check_digit(number[:-1]) == int(number[-1])


def french_card_number(number: str) -> bool:
    """Twelve digits of the card of 1988: year and month of the application, department, serial. The month must be one; no check digit."""
    digits = _digits(number[:4] + number[6:], 10) if len(number) == 12 else None
    return digits is not None and 1 <= int(number[2:4]) <= 12


NUMBER_CHECKS: Mapping[str, NumberCheck] = {
    "cz-sk-birth-number": czech_slovak_birth_number,
    "pl-pesel": polish_pesel,
    "pl-identity-card": polish_identity_card,
    "pl-passport": polish_passport,
    "ro-cnp": romanian_cnp,
    "es-dni": spanish_dni,
    "nl-bsn": dutch_bsn,
    "de-serial": german_serial,
    "fr-card-1988": french_card_number,
    "icao-9303": icao_number,
}
"""By the names that templates use."""

WITHOUT_DIGIT = frozenset({"de-serial", "fr-card-1988"})
"""Rules that know what a number looks like and have no check digit that could prove it was read right."""
