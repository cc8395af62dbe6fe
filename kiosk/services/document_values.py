"""What a printed text can be a value of: normalised forms per field, or nothing when it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kiosk.domain.document import DATE_FIELDS, FieldName
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.ports import TextLine
from kiosk.services.document_boxes import box_of
from kiosk.services.document_dates import PrintedDate, Tense, dates_in, orders_in
from kiosk.services.document_words import Words, plain

_TENSES = {FieldName.DATE_OF_EXPIRY: Tense.FUTURE}
_CLASSES = frozenset({"AM", "BE", "CE", "DE"})
"""Classes of vehicles on driving licences that are letters alone (Directive 2006/126/EC): the list of them stands beside the legend's names
of fields. Somebody may be called so; then the MRZ or the barcode says it, or nothing does."""
DOUBTFUL = 0.4
"""The fit of what may as well be something else: 0.85 + 0.15 * 0.4 of a clear line's sureness is below the threshold for a look (0.92)."""
_MONTH_FIRST = frozenset({"USA"})
_EITHER_ORDER = frozenset({"CAN", "PHL"})
"""States that are known to write dates in either order."""
_CARON = re.compile(r"(?<=[ĎďĽľŤť])['\u2019\u00b4`](?=[^\W\d_])")
"""The caron of these letters is printed as an apostrophe, which readers give a second time as one; no name has one behind them."""
_LEAST_WORD = 5
_LEAST_ADDRESS = 3
_COMMAS = re.compile(r"\s*,\s*")
_NUMBERED = re.compile(r"^\s*\d{1,2}[a-d]?\s*[.)]\s*(?=\D)")


@dataclass(frozen=True, slots=True)
class Context:
    """What values are read by.

    Attributes:
        today: YYYY-MM-DD.
        month_first: how 06/08/1985 is read, as documents of the United States print it.
        order_told: the issuing state or the page itself tells that it is read so; otherwise such a date asks for a look.
    """

    words: Words
    today: str
    month_first: bool = False
    order_told: bool = True


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field.

    Attributes:
        fit: 0..1, how typical the text is of the field.
        other: a second way to read it that nothing rules out (a date's), "" where there is none.
        proven: a check digit of it holds.
    """

    value: str
    fit: float = 1.0
    other: str = ""
    proven: bool = False


def of_state(state: str, context: Context) -> Context:
    """The context for what a state issued ("" where none is known): day first, but for those that are known to write otherwise."""
    return replace(context, month_first=state in _MONTH_FIRST, order_told=bool(state) and state not in _EITHER_ORDER)


def in_order_of(lines: Sequence[TextLine], context: Context) -> Context:
    """The context with the order of day and month that the page's own dates show: one order for all of them.

    Where they contradict one another or what is known of the document, the order is not told. Only lines that were read surely count: one
    misread figure would turn all dates.
    """
    orders = orders_in(line.text for line in lines if box_of(line).sureness >= OCR_THRESHOLD)
    if not orders:
        return context
    if len(orders) > 1:
        return replace(context, order_told=False)
    (month_first,) = orders
    return replace(context, month_first=month_first, order_told=not context.order_told or month_first is context.month_first)


def dated_value(dated: PrintedDate, context: Context, fit: float = 1.0) -> Value:
    """A printed date as a value. `other` is set where nobody can tell which of its readings is meant."""
    told = context.order_told or (dated.day_first_by_form and not context.month_first)
    return Value(dated.value, fit, "" if told else dated.other)


def doubted(value: Value) -> Value:
    """A value that can be read two ways fits so little that it asks for a look, however clear its letters are."""
    return replace(value, fit=min(value.fit, DOUBTFUL)) if value.other else value


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
        case FieldName.ADDRESS if sum(map(str.isalnum, text)) < _LEAST_ADDRESS:
            return None  # two strokes of the ground's print, read as letters
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
    return dated_value(dated, context, 1.0 if len(text) <= 24 else 0.8)


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
    if any(len(word) >= _LEAST_WORD and not set(word.upper()).isdisjoint("AEIOU") for word in re.findall(r"(?<!\w)[^\W\d_]+(?!\w)", text)):
        return None  # a word stands by itself: a label that is not known, or another text
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
