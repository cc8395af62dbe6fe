"""MRZ lines for printing. Written apart from the product's own parser, so that a mistake there is not mirrored here.

Source: ICAO Doc 9303 (8th edition) part 3 section 4.9 (check digits, transliteration), part 5 (TD1), 6 (TD2), 4 (TD3), 7 (MRV-A, MRV-B).
"""

from __future__ import annotations

import unicodedata

_WEIGHTS = (7, 3, 1)
_SPECIAL = {"Å": "AA", "Ä": "AE", "Æ": "AE", "Ö": "OE", "Ø": "OE", "Ü": "UE", "ß": "SS", "Þ": "TH", "Ð": "D", "Ł": "L", "Ñ": "N"}


def check_digit(text: str) -> str:
    """Modulo 10 with weights 7, 3, 1 over 0-9 = 0-9, A-Z = 10-35, < = 0."""
    total = 0
    for place, character in enumerate(text):
        value = 0 if character == "<" else int(character, 36)
        total += value * _WEIGHTS[place % 3]
    return str(total % 10)


def transliterate(name: str) -> str:
    """A printed name into A-Z and fillers: hyphens and spaces become <, apostrophes vanish, accents are dropped or spelled out."""
    written = []
    for character in name.upper():
        if character in _SPECIAL:
            written.append(_SPECIAL[character])
        elif character in " -":
            written.append("<")
        elif character not in "'’.,":  # noqa: RUF001  (both apostrophes are meant)
            written.append("".join(part for part in unicodedata.normalize("NFD", character) if part.isascii() and part.isalnum()))
    return "".join(written)


def _padded(text: str, length: int) -> str:
    return text[:length].ljust(length, "<")


def _date(iso: str) -> str:
    return iso[2:4] + iso[5:7] + iso[8:10]


def mrz_lines(
    form: str,
    *,
    state: str,
    surname: str,
    given_names: str,
    number: str,
    nationality: str,
    date_of_birth: str,
    gender: str,
    date_of_expiry: str,
    optional: str = "",
) -> tuple[str, ...]:
    """Lines of form "TD1", "TD2", "TD3", "MRV-A" or "MRV-B". Dates YYYY-MM-DD, gender M, F or X."""
    names = f"{transliterate(surname)}<<{transliterate(given_names)}"
    number9 = _padded(number, 9)
    number_checked = number9 + check_digit(number9)
    birth, expiry = _date(date_of_birth), _date(date_of_expiry)
    birth_checked, expiry_checked = birth + check_digit(birth), expiry + check_digit(expiry)
    sex = gender if gender in "MF" else "<"
    country, nation = _padded(state, 3), _padded(nationality, 3)
    if form == "TD1":
        extra = _padded(optional, 15)
        composite = check_digit(number_checked + extra + birth_checked + expiry_checked + "<" * 11)
        return (
            f"I<{country}{number_checked}{extra}",
            f"{birth_checked}{sex}{expiry_checked}{nation}{'<' * 11}{composite}",
            _padded(names, 30),
        )
    start = f"{number_checked}{nation}{birth_checked}{sex}{expiry_checked}"
    if form == "TD2":
        extra = _padded(optional, 7)
        return _padded(f"I<{country}{names}", 36), start + extra + check_digit(number_checked + birth_checked + expiry_checked + extra)
    if form == "TD3":
        extra = _padded(optional, 14)
        extra_checked = extra + check_digit(extra)
        composite = check_digit(number_checked + birth_checked + expiry_checked + extra_checked)
        return _padded(f"P<{country}{names}", 44), start + extra_checked + composite
    width = {"MRV-A": 44, "MRV-B": 36}[form]
    return _padded(f"V<{country}{names}", width), _padded(start + optional, width)


def with_wrong_digit(lines: tuple[str, ...], form: str) -> tuple[str, ...]:
    """The same lines with the check digit of the document number misprinted by one."""
    line, column = (0, 14) if form == "TD1" else (1, 9)
    changed = list(lines)
    wrong = str((int(lines[line][column]) + 1) % 10)
    changed[line] = lines[line][:column] + wrong + lines[line][column + 1 :]
    return tuple(changed)
