"""The applicant's form against the document: names in any order, case and script, the date of birth exactly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.document import Document, FieldName
from kiosk.domain.transliteration import LETTERS
from kiosk.services.document_names import same_but_for_lost_accents, same_name, transliterated


@dataclass(frozen=True, slots=True)
class ApplicantForm:
    """As the applicant typed it; `date_of_birth` YYYY-MM-DD. An empty value is not compared. `skip`: the caller wants no comparison."""

    first_name: str = ""
    last_name: str = ""
    date_of_birth: str = ""
    skip: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.first_name or self.last_name or self.date_of_birth)


class Agreement(StrEnum):
    SAME = "SAME"
    PART = "PART"  # part of the name stands on the document, or its halves are exchanged
    DIFFERENT = "DIFFERENT"
    UNKNOWN = "UNKNOWN"  # the document does not say


def compare_form(form: ApplicantForm, document: Document) -> Agreement:
    """The worst of what was typed; UNKNOWN when the document lacks any of it and nothing differs."""
    first, last = document.value(FieldName.GIVEN_NAMES), document.value(FieldName.SURNAME)
    full = document.value(FieldName.FULL_NAME)
    found: list[Agreement] = []
    if form.date_of_birth:
        born = document.value(FieldName.DATE_OF_BIRTH)
        same = len(born) >= 4 and form.date_of_birth.startswith(born)  # a document may leave day and month out
        found.append(Agreement.UNKNOWN if not born else Agreement.SAME if same else Agreement.DIFFERENT)
    typed_full = " ".join(part for part in (form.first_name, form.last_name) if part)
    if typed_full and (first or last):
        parts = [_agreement(typed, said) for typed, said in ((form.first_name, first), (form.last_name, last)) if typed]
        if Agreement.DIFFERENT in parts and _agreement(typed_full, f"{last} {first}") in (Agreement.SAME, Agreement.PART):
            parts = [Agreement.PART]  # first and last name typed into each other's place
        found.extend(parts)
    elif typed_full:
        found.append(_agreement(typed_full, full))
    return next(
        one for one in (Agreement.DIFFERENT, Agreement.UNKNOWN, Agreement.PART, Agreement.SAME) if one in found or one is Agreement.SAME
    )


def _agreement(typed: str, said: str) -> Agreement:
    if not said:
        return Agreement.UNKNOWN
    mine, yours = _words(typed), _words(said)
    if not mine:
        return Agreement.UNKNOWN
    if sorted(mine) == sorted(yours) or _one_name(typed, said):
        return Agreement.SAME
    least, most = sorted((mine, yours), key=len)
    left = list(most)
    for word in least:
        match = next((other for other in left if word == other or _one_name(word, other)), None)
        if match is None:
            return Agreement.DIFFERENT
        left.remove(match)
    return Agreement.PART if left else Agreement.SAME


def _one_name(one: str, other: str) -> bool:
    """Whether either may be how the other is written in A to Z; a form without accents is as good as the document's with them."""
    pairs = ((one, other), (other, one))
    if any(same_name(printed, plain) or same_but_for_lost_accents(printed, plain) for printed, plain in pairs):
        return True
    return transliterated(one) == transliterated(other) != ""


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", _bare(name)) if word]


def _bare(name: str) -> str:
    """Capitals without accents; letters of other scripts as ICAO 9303-3 writes them."""
    letters = unicodedata.normalize("NFC", name.upper())
    latin = "".join(one if unicodedata.normalize("NFD", one)[0].isascii() else LETTERS.get(one, (one,))[0] for one in letters)
    return "".join(letter for letter in unicodedata.normalize("NFD", latin) if not unicodedata.combining(letter))
