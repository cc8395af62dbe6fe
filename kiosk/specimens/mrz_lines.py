"""MRZ lines for printing. Written apart from the product's own parser, so that a mistake there is not mirrored here.

Source: ICAO Doc 9303 (8th edition) part 3 section 4.9 (check digits, transliteration), part 5 (TD1), 6 (TD2), 4 (TD3), 7 (MRV-A, MRV-B).
"""

from __future__ import annotations

import unicodedata

_WEIGHTS = (7, 3, 1)
_SPECIAL = {"Å": "AA", "Ä": "AE", "Æ": "AE", "Ö": "OE", "Ø": "OE", "Ü": "UE", "ß": "SS", "Þ": "TH", "Ð": "D", "Ł": "L", "Ñ": "N"} | {
    "Đ": "D", "Ħ": "H", "Œ": "OE", "Ŧ": "T", "Ŋ": "N", "ẞ": "SS", "Ĳ": "IJ"
}  # fmt: skip


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
    """Unknown day or month are fillers (9303-3 4.8)."""
    return iso[2:4] + (iso[5:7] or "<<") + (iso[8:10] or "<<")


def names_field(surname: str, given_names: str, length: int) -> str:
    """Both names in `length` characters, cut where they must be so that something of each remains (9303-3 4.6, 9303-4 4.2.3)."""
    primary, secondary = transliterate(surname), transliterate(given_names)
    if not secondary:
        return _padded(primary, length)
    room = length - 2 - min(len(secondary), 4)
    return _padded(f"{primary[:room].rstrip('<')}<<{secondary}", length)


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
    optional_second: str = "",
    code: str = "",
) -> tuple[str, ...]:
    """Lines of form "TD1", "TD2", "TD3", "MRV-A" or "MRV-B".

    Args:
        number: of more than nine characters goes on in the optional data (9303-5 4.2.4, 9303-6 4.2.4), for cards only.
        date_of_birth, date_of_expiry: YYYY-MM-DD, or YYYY-MM, YYYY with the rest unknown. gender: M, F or X.
        optional_second: of a TD1's second line.
        code: the first two characters; I<, P< or V< when empty.
    """
    code = _padded(code or {"T": "P" if form == "TD3" else "I", "M": "V"}[form[0]], 2)
    if len(number) > 9:
        number_checked = number[:9] + "<"
        optional = number[9:] + check_digit(number) + "<" + optional
    else:
        number9 = _padded(number, 9)
        number_checked = number9 + check_digit(number9)
    birth, expiry = _date(date_of_birth), _date(date_of_expiry)
    birth_checked, expiry_checked = birth + check_digit(birth), expiry + check_digit(expiry)
    sex = gender if gender in "MF" else "<"
    country, nation = _padded(state, 3), _padded(nationality, 3)
    if form == "TD1":
        extra, second = _padded(optional, 15), _padded(optional_second, 11)
        composite = check_digit(number_checked + extra + birth_checked + expiry_checked + second)
        return (
            f"{code}{country}{number_checked}{extra}",
            f"{birth_checked}{sex}{expiry_checked}{nation}{second}{composite}",
            names_field(surname, given_names, 30),
        )
    start = f"{number_checked}{nation}{birth_checked}{sex}{expiry_checked}"
    if form == "TD2":
        extra = _padded(optional, 7)
        return code + country + names_field(surname, given_names, 31), start + extra + check_digit(
            number_checked + birth_checked + expiry_checked + extra
        )
    if form == "TD3":
        extra = _padded(optional, 14)
        extra_checked = extra + check_digit(extra)
        composite = check_digit(number_checked + birth_checked + expiry_checked + extra_checked)
        return code + country + names_field(surname, given_names, 39), start + extra_checked + composite
    width = {"MRV-A": 44, "MRV-B": 36}[form]
    return code + country + names_field(surname, given_names, width - 5), _padded(start + optional, width)


def french_lines(*, surname: str, given_names: str, number: str, office: str, date_of_birth: str, gender: str) -> tuple[str, str]:
    """The two lines of 36 of the older French identity card: they look like a TD2's and are none; their IDFRA tells them apart.

    Args:
        number: 12 digits: year and month of issue, three digits of the department, five of the card. office: six digits.
        date_of_birth: YYYY-MM-DD.

    Source: arrêté du 24 mars 1988; as described in public MRZ documentation: check digits over the number, the date of birth, and over
    everything before the last character.
    """
    first = f"IDFRA{_padded(transliterate(surname), 25)}{office}"
    # here two fillers stand between given names, one for a hyphen
    given = _padded(transliterate(given_names.replace(" ", "  ")), 14)
    birth = _date(date_of_birth)
    second = f"{number}{check_digit(number)}{given}{birth}{check_digit(birth)}{gender if gender in 'MF' else '<'}"
    return first, second + check_digit(first + second)


def with_wrong_digit(lines: tuple[str, ...], form: str) -> tuple[str, ...]:
    """The same lines with the check digit of the document number misprinted by one.

    `form` as in `mrz_lines`; lines of `french_lines` are known by their beginning. A number of more than nine
    characters has its digit elsewhere: the date of birth's is misprinted then.
    """
    line, column = (1, 12) if lines[0].startswith("IDFRA") else (0, 14) if form == "TD1" else (1, 9)
    if lines[line][column] == "<":
        line, column = (1, 6) if form == "TD1" else (1, 19)
    changed = list(lines)
    wrong = str((int(lines[line][column]) + 1) % 10)
    changed[line] = lines[line][:column] + wrong + lines[line][column + 1 :]
    return tuple(changed)
