"""Personal numbers in the optional data of cards: named only where the issuing state's own check proves that it is one.

9303 leaves the optional data of TD1 and TD2 to the issuer, so nothing there may be called a personal number by its place alone. These
numbers carry check characters, and most of them the birth date: a text for which all of that holds is one.

    BEL  TD1  YYMMDD, serial, 97 less the remainder by 97 (of the number with a 2 before it for those born from 2000 on)
    ESP  TD1  DNI: eight digits and the letter of their remainder by 23
    EST  TD1  century and sex, YYMMDD, serial, digit by weights 1 2 3 … then 3 4 5 … modulo 11; LTU the same
    POL  TD1  PESEL
    ROU  TD2  the CNP without its birth date: its first digit and its last six (seen on PRADO's specimens; Romanian act 105/1996)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.domain.mrz import Mrz, MrzFormat
from kiosk.services.number_checks import holds

_PLACES = ("optionalDataFirstLine", "optionalDataSecondLine")


def national_number(mrz: Mrz) -> str:
    """The holder's national number that the card's optional data holds, or "" when none is proven."""
    rule = _RULES.get((mrz.values.get("issuingState", ""), mrz.format))
    birth = mrz.values.get("dateOfBirth", "")
    if rule is None or not _digits(birth, 6) or not mrz.check_digits.get("dateOfBirth", False):
        return ""
    texts = (mrz.values.get(name, "").replace("<", "") for name in _PLACES)
    return next((number for text in texts if (number := rule(text, birth))), "")


def _digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdecimal()


def _belgian(text: str, birth: str) -> str:
    if not _digits(text, 11) or text[:6] != birth:
        return ""
    return text if any(97 - int(lead + text[:9]) % 97 == int(text[9:]) for lead in ("", "2")) else ""


def _baltic(text: str, birth: str) -> str:
    if not _digits(text, 11) or text[1:7] != birth:
        return ""
    for weights in ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)):
        rest = sum(int(digit) * weight for digit, weight in zip(text, weights, strict=False)) % 11
        if rest < 10:
            return text if rest == int(text[10]) else ""
    return text if text[10] == "0" else ""


def _spanish(text: str, _birth: str) -> str:
    return text if holds("es-dni", text) else ""


def _polish(text: str, birth: str) -> str:
    same_day = text[:2] == birth[:2] and text[4:6] == birth[4:] and text[2:4].isdecimal() and int(text[2:4]) % 20 == int(birth[2:4])
    return text if same_day and holds("pl-pesel", text) else ""


def _romanian(text: str, birth: str) -> str:
    whole = text[:1] + birth + text[1:]
    return whole if holds("ro-cnp", whole) else ""


_RULES: Mapping[tuple[str, MrzFormat], Callable[[str, str], str]] = {
    ("BEL", MrzFormat.TD1): _belgian,
    ("ESP", MrzFormat.TD1): _spanish,
    ("EST", MrzFormat.TD1): _baltic,
    ("LTU", MrzFormat.TD1): _baltic,
    ("POL", MrzFormat.TD1): _polish,
    ("ROU", MrzFormat.TD2): _romanian,
}
