"""What a printed text can be a value of: normalised forms per field, or nothing when it cannot be one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kiosk.domain.document import DATE_FIELDS, FieldName
from kiosk.services.document_dates import Tense, dates_in
from kiosk.services.document_words import Words, plain

_TENSES = {FieldName.DATE_OF_EXPIRY: Tense.FUTURE}
_CLASSES = frozenset({"AM", "BE", "CE", "DE"})
"""Classes of vehicles on driving licences that are letters alone (Directive 2006/126/EC): the list of them stands beside the legend's names
of fields. Somebody may be called so; then the MRZ or the barcode says it, or nothing does."""
_CARON = re.compile(r"(?<=[ĎďĽľŤť])['\u2019\u00b4`](?=[^\W\d_])")
"""The caron of these letters is printed as an apostrophe, which readers give a second time as one; no name has one behind them."""
_COMMAS = re.compile(r"\s*,\s*")
_NUMBERED = re.compile(r"^\s*\d{1,2}[a-d]?\s*[.)]\s*(?=\D)")


@dataclass(frozen=True, slots=True)
class Context:
    """`today` YYYY-MM-DD; `month_first` for documents of the United States."""

    words: Words
    today: str
    month_first: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """`fit` 0..1: how typical the text is of the field; `other` a second way to read it (a date's); `proven` a check digit of it holds."""

    value: str
    fit: float = 1.0
    other: str = ""
    proven: bool = False


def value_of(field: FieldName, text: str, context: Context) -> Value | None:
    """The normalised value of `field` that `text` is, or None."""
    text = _CARON.sub("", text.strip(" :;.,|_-*"))
    if not text:
        return None
    if field in DATE_FIELDS:
        return _date(field, text, context)
    match field:
        case FieldName.GENDER:
            return _gender(text, context)
        case FieldName.NATIONALITY | FieldName.ISSUING_STATE:
            state = context.words.state(text) if len(text) <= 60 else ""
            return Value(state) if state else None
        case FieldName.DOCUMENT_NUMBER:
            return _document_number(text, context)
        case FieldName.PERSONAL_NUMBER:
            return _personal_number(text)
        case FieldName.SURNAME | FieldName.GIVEN_NAMES | FieldName.FULL_NAME:
            # French documents part given names by commas (JEAN, PAUL); of a full name the comma parts surname and given names
            return _name(_COMMAS.sub(" ", text) if field is FieldName.GIVEN_NAMES else text)
        case _:
            return _free(text, context)


def _date(field: FieldName, text: str, context: Context) -> Value | None:
    found = dates_in(text, tense=_TENSES.get(field, Tense.PAST), today=context.today, month_first=context.month_first)
    if not found:
        return None
    # a period ("17.10.03-09.05.2013") begins with the issue and ends with the expiry
    dated = found[-1] if field is FieldName.DATE_OF_EXPIRY else found[0]
    if field is FieldName.DATE_OF_BIRTH and dated.value > context.today:
        return None
    return Value(dated.value, 1.0 if len(text) <= 24 else 0.8, dated.other)


def _gender(text: str, context: Context) -> Value | None:
    if len(text) > 24:
        return None
    parts = [plain(part) for part in re.split(r"[/|,\s]+", text) if plain(part)]
    if not parts or len(parts) > 3:
        return None
    letters = [context.words.genders.get(part) for part in parts]
    # "N/F", "K/F": the last one is the international letter (9303-4 4.1.1.1)
    last = letters[-1]
    if last is None or (len(parts) > 1 and letters[0] is None and len(parts[0]) > 2):
        return None
    return Value(last)


def _document_number(text: str, context: Context) -> Value | None:
    if dates_in(text, tense=Tense.PAST, today=context.today):
        return None
    text = re.sub(r"\b(nr|no|number|seria|serie)\b\.?", " ", text, flags=re.IGNORECASE)
    tight = re.sub(r"[\s.\-/]", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9]{5,16}", tight):
        return None
    digits = sum(c.isdigit() for c in tight)
    # words have vowels; numbers that mix letters and digits mostly leave them out, as German serials do
    if digits < 2 or (digits / len(tight) < 0.3 and not set(tight).isdisjoint("AEIOU")):
        return None
    return Value(tight, 1.0 if len(tight) >= 7 else 0.8)


def _personal_number(text: str) -> Value | None:
    tight = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9/\-+.]{6,20}", tight) or re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{2,4}\.?", tight):
        return None
    digits = sum(c.isdigit() for c in tight)
    return Value(tight.strip(".-/+")) if digits >= 5 and digits / len(tight) >= 0.5 else None


def _name(text: str) -> Value | None:
    text = _NUMBERED.sub("", text)
    if any(c.isdigit() or c in "<>=@#%&" for c in text):
        return None
    letters = [c for c in text if c.isalpha()]
    if plain(text).upper() in _CLASSES:
        return None
    if not letters or len(letters) < 0.6 * len(text.replace(" ", "")) or len(text) > 60 or len(text.split()) > 8:
        return None
    if len({_script(c) for c in letters}) > 1:
        return None  # Greek or Cyrillic taken for Latin here and there: no reading of a name
    # a single letter is a type, a sex or a class far more often than a name
    return Value(_capitals(text)) if len(letters) >= 2 else None


def _script(letter: str) -> str:
    return "Greek" if "\u0370" <= letter <= "\u03ff" else "Cyrillic" if "\u0400" <= letter <= "\u04ff" else "other"


def _free(text: str, context: Context) -> Value | None:
    text = _NUMBERED.sub("", text)
    if "<<" in text or sum(c.isalpha() for c in text) < 2 or plain(text).upper() in _CLASSES:
        return None
    fit = 1.0
    if dates_in(text, tense=Tense.PAST, today=context.today):
        fit = 0.4
    return Value(_capitals(text), fit)


def _capitals(text: str) -> str:
    """As printed, in capitals; ß stays what it is on documents, SS would be another name to a reader of the visual zone."""
    joined = " ".join(text.split()).strip(" ,;:-")
    return joined.replace("ß", "ẞ").upper().replace("ẞ", "ß")
