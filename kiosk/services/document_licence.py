"""The numbered fields of driving licences: "1." is a label only on a page that shows a run of them with values that fit.

Two numberings are alike and yet not the same: that of Europe and of the Vienna convention of 1968 (Directive 2006/126/EC, annex I:
4c authority, 5 licence number), and that of North America (AAMVA DL/ID Card Design Standard, annex A: 4d customer number, 5 document
discriminator), which prints an abbreviation behind the number ("3 DOB"). Whole words behind the number ("3. DATE OF BIRTH") speak for
neither: many states outside both print them in English. A page that shows neither manner surely gives what both mean alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from kiosk.domain.document import DATE_FIELDS, FieldName
from kiosk.ports import TextLine
from kiosk.services.document_boxes import Box, boxes_of, in_column, is_beside, joined_boxes, part_of
from kiosk.services.document_dates import Tense, dates_in
from kiosk.services.document_layout import Found
from kiosk.services.document_values import DOUBTFUL, Context, Value, dated_value, doubted, in_order_of, value_of
from kiosk.services.document_words import compact, plain

LEAST_NUMBERS = 4
_LEAST_DATES = 2
_LEAST_WORDS = 3
_LIKENESS = 0.98
"""A number is a short label: its place in the run and the form of its value speak for it, no letters do."""
_ADDRESS_LINES = 3
_LEAST_COLUMN = 2
"""So many bare numbers at one margin besides a third are a run: an address has not as many lines that begin with one."""
_HOUSE = re.compile(r"\d+[^\W\d_]?(?:\s|$)")
"""A number of its own behind field 8's: the first one is the field's then. "8 1/2 STATION ROAD" is one house."""
_ORDINAL = re.compile(r"\d{1,2}\s?\.\s*(?=[^\W\d])")
_SPECK = 2
"""So many letters behind a number may be a part of the pattern, or the first ones of the value, read twice."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "1": ("LN", "FAMILY NAME", "LAST NAME"),
    "2": ("FN", "GIVEN NAMES", "FIRST NAME"),
    "3": ("DOB", "DATE OF BIRTH"),
    "4a": ("ISS", "ISSUED", "ISS DATE"),
    "4b": ("EXP", "EXPIRES", "EXP DATE"),
    "4d": (
        "DLN",
        "DL NO",
        "DL",
        "LIC NO",
        "LICENSE NO",
        "LICENCE NO",
        "LICENSE NUMBER",
        "LICENCE NUMBER",
        "LIC",
        "ID",
        "ID NO",
        "CUST NO",
        "NO",
    ),
    "5": ("DD", "DD NO"),
    "8": ("ADD", "ADDRESS"),
    "9": ("CLASS", "CL"),
    "9a": ("END", "ENDORSE", "ENDORSEMENTS"),
    "12": ("RESTR", "REST", "RSTR", "RESTRICTIONS"),
    "15": ("SEX",),
    "16": ("HGT", "HT", "HEIGHT"),
    "17": ("WGT", "WT", "WEIGHT"),
    "18": ("EYES", "EYE"),
    "19": ("HAIR",),
}
"""What licences print in English behind a number; the longest first is looked for."""
_ABBREVIATIONS = frozenset(
    "LN FN DOB ISS EXP DLN DL LIC CUST DD ADD CL END RESTR REST RSTR HGT HT WGT WT".split(),
)
"""Of these words the first ones that only North America prints."""
_COMMON = {
    "1": FieldName.SURNAME,
    "2": FieldName.GIVEN_NAMES,
    "3": FieldName.DATE_OF_BIRTH,
    "4a": FieldName.DATE_OF_ISSUE,
    "4b": FieldName.DATE_OF_EXPIRY,
    "8": FieldName.ADDRESS,
}
_EUROPEAN = {**_COMMON, "4c": FieldName.ISSUING_AUTHORITY, "5": FieldName.DOCUMENT_NUMBER}
_AMERICAN = {**_COMMON, "4d": FieldName.DOCUMENT_NUMBER, "15": FieldName.GENDER}
_EUROPEAN_ORDER = ("1", "2", "3", "4a", "4c", "4b", "4d", "5", "8", "9")

_NUMBER = r"(?:4[abcd]|9a|1[2-9]|[1-9])"
_FIRST = re.compile(rf"^\W{{0,2}}(?P<number>{_NUMBER})(?!\d)(?P<dot>\s?[.:)])?\s*(?P<rest>.*)$", re.IGNORECASE)
_DATE = re.compile(r"^\W*\d{1,2}\s?[./\-]\s?\d{1,2}\s?[./\-]\s?\d{2,4}(?![\d./\-])")
# within a line only what cannot be a part of a value begins a field: a number with its word, or 4a. 4b. 4c. with a point
_WITHIN = re.compile(
    rf"(?<=\s)(?:{_NUMBER}\s?(?={'|'.join(sorted({w for ws in _WORDS.values() for w in ws if len(w) > 2}, key=len, reverse=True))})\b"
    r"|4[abcd]\s?\.)"
)


class _Manner(StrEnum):
    AMERICAN = "american"
    EUROPEAN = "european"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A number at the beginning of a text, and what follows it in the same text.

    Attributes:
        box: of number and word.
        rest: what follows, None where nothing does.
        dotted: "1."; worded: "3 DOB"; short: its word is an abbreviation of North America.
    """

    number: str
    box: Box
    rest: Box | None
    dotted: bool
    worded: bool
    short: bool = False
    whole: Box | None = None
    """The text that number and rest were taken from."""

    @property
    def bare(self) -> bool:
        """Nothing but a number before other text: "2 ROSE-MARIE", and as well the house of an address."""
        return self.rest is not None and not (self.dotted or self.worded)


@dataclass(frozen=True, slots=True)
class _Valued:
    """A number with its value; `box` is the value's."""

    entry: _Entry
    value: Value
    box: Box


def licence_values(lines: Sequence[TextLine], context: Context) -> tuple[Found, ...]:
    """The values of numbered fields; nothing where the page shows no run of numbers whose values fit and agree with one another."""
    entries, texts = _taken_apart(lines)
    if len({entry.number for entry in entries}) < LEAST_NUMBERS:
        return ()
    manner = _manner_of(entries)
    if manner is _Manner.EUROPEAN:
        # a number without its point is somebody's handwriting or the house of an address
        entries = [entry for entry in entries if entry.dotted or entry.rest is None]
    meaning = {_Manner.AMERICAN: _AMERICAN, _Manner.EUROPEAN: _EUROPEAN, _Manner.EITHER: _COMMON}[manner]
    if manner is _Manner.AMERICAN:
        context = replace(context, month_first=True, order_told=context.month_first or not context.order_told)
    context = in_order_of(lines, context)
    valued: dict[FieldName, _Valued] = {}
    for number, field in meaning.items():
        found = [one for entry in entries if entry.number == number and (one := _valued(entry, field, texts, context)) is not None]
        # a number that stands twice with other values labels neither
        if found and len({one.value.value for one in found}) == 1:
            valued[field] = found[0]
    if not _is_run(valued, entries, manner):
        return ()
    if manner is _Manner.EUROPEAN and (place := _place_of_birth(valued.get(FieldName.DATE_OF_BIRTH), texts, context)) is not None:
        valued[FieldName.PLACE_OF_BIRTH] = place
    if FieldName.ADDRESS in valued:
        taken = [one.box for field, one in valued.items() if field is not FieldName.ADDRESS]
        valued[FieldName.ADDRESS] = _whole_address(valued[FieldName.ADDRESS], texts, taken, context)
    return tuple(Found(field, doubted(one.value), one.box, _LIKENESS, 0.0) for field, one in valued.items())


def american_numbers(lines: Sequence[TextLine]) -> int:
    """How many numbers with the abbreviations of North America stand on the page; fewer than four are none."""
    count = len({entry.number for entry in _taken_apart(lines)[0] if entry.worded})
    return count if count >= LEAST_NUMBERS else 0


# --- numbers -------------------------------------------------------------------------------------------------------


def _taken_apart(lines: Sequence[TextLine]) -> tuple[list[_Entry], list[Box]]:
    """Numbers with what follows them, and the texts that begin with none."""
    entries: list[_Entry] = []
    texts: list[Box] = []
    for whole in boxes_of(lines):
        if whole.text.count("<") >= 3:
            continue
        for box in _pieces(whole):
            entry = _entry(box)
            if entry is None:
                texts.append(box)
            else:
                entries.append(entry)
    fields = [entry for entry in entries if _is_field(entry, entries)]
    texts += [entry.whole for entry in entries if entry.whole is not None and entry not in fields]
    return fields, texts


def _is_field(entry: _Entry, entries: Sequence[_Entry]) -> bool:
    """Whether a number before other text numbers a field, and not the house or the street of an address ("2 STATION ROAD", "1. MÁJA 5").

    What stands right beside a number that stands alone is the value of that one. Others of the run stand at the margin of a bare number.
    """
    if entry.rest is None or entry.worded or entry.whole is None:
        return True
    alone = [other for other in entries if other.rest is None and (other.number == "8" or not entry.dotted)]
    if any(is_beside(entry.whole, other.box) for other in alone):
        return False
    if entry.dotted:
        return True
    column = [other for other in entries if other is not entry and in_column(entry.box, other.box)]
    # names stand above the address: what is numbered like one below it is its second line
    if entry.number in ("1", "2") and any(
        other.number == "8" and not other.bare and other.box.middle < entry.box.middle for other in column
    ):
        return False
    return any(not other.bare for other in column) or len(column) >= _LEAST_COLUMN


def _pieces(box: Box) -> Iterator[Box]:
    cuts = [0, *(match.start() for match in _WITHIN.finditer(box.text)), len(box.text)]
    if len(cuts) == 2:
        yield box
        return
    for start, end in pairwise(cuts):
        yield part_of(box, start / len(box.text), end / len(box.text), box.text[start:end].strip())


def _entry(box: Box) -> _Entry | None:
    match = _FIRST.match(box.text)
    if match is None or _DATE.match(box.text):
        return None
    number, rest = match["number"].lower(), match["rest"]
    behind = _behind_word(number, rest)
    worded = behind is not None
    rest = rest if behind is None else behind
    dotted = match["dot"] is not None
    if not (dotted or worded or not rest or number in _COMMON or number == "4d"):
        return None
    start = (len(box.text) - len(rest)) / len(box.text)
    label = part_of(box, 0.0, start, box.text[: len(box.text) - len(rest)]) if rest else box
    said = box.text[match.end("number") : len(box.text) - len(rest)]
    short = worded and _first_word(said) in _ABBREVIATIONS
    return _Entry(number, label, part_of(box, start, 1.0, rest) if rest else None, dotted, worded, short, box)


def _first_word(text: str) -> str:
    return next(iter(re.findall(r"[^\W_]+", text.upper())), "")


def _behind_word(number: str, text: str) -> str | None:
    """What follows the abbreviation of a number, None where another word or none stands there."""
    tokens = [*re.finditer(r"[^\W_]+", text)]
    for count in (3, 2, 1):
        if len(tokens) >= count:
            said = compact(text[: tokens[count - 1].end()])
            if any(said == compact(word) for word in _WORDS.get(number, ())):
                return text[tokens[count - 1].end() :].lstrip(" .:#")
    return None


def _manner_of(entries: Sequence[_Entry]) -> _Manner:
    short = {entry.number for entry in entries if entry.short}
    dotted = {entry.number for entry in entries if entry.dotted and not entry.worded}
    if len(short) >= _LEAST_WORDS and len(short) > len(dotted):
        return _Manner.AMERICAN
    if not any(entry.worded for entry in entries) and len(dotted) >= LEAST_NUMBERS:
        return _Manner.EUROPEAN
    return _Manner.EITHER


def _is_run(valued: Mapping[FieldName, _Valued], entries: Sequence[_Entry], manner: _Manner) -> bool:
    """Whether what was found is a licence's: enough of it, dates that follow one another, numbers where licences have them."""
    dates = [valued[name] for name in (FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_ISSUE, FieldName.DATE_OF_EXPIRY) if name in valued]
    names = [valued[name] for name in (FieldName.SURNAME, FieldName.GIVEN_NAMES) if name in valued]
    if len(valued) < LEAST_NUMBERS or len(dates) < _LEAST_DATES or not names:
        return False
    if any(after.value.value <= before.value.value for before, after in pairwise(dates)):
        return False
    if len(names) == 2 and names[1].box.middle <= names[0].box.middle:
        return False
    # the address stands below the names of its column; higher up it is somebody's house that was taken for the field's number
    address = valued.get(FieldName.ADDRESS)
    if address is not None and any(
        in_column(name.entry.box, address.entry.box) and address.entry.box.middle <= name.entry.box.middle for name in names
    ):
        return False
    if manner is _Manner.AMERICAN:
        return True
    top: dict[str, Box] = {}
    for entry in entries:
        top.setdefault(entry.number, entry.box)
    ordered = [top[number] for number in _EUROPEAN_ORDER if number in top]
    return all(after.middle > before.middle - before.height for before, after in pairwise(ordered))


# --- values --------------------------------------------------------------------------------------------------------


def _valued(entry: _Entry, field: FieldName, texts: Sequence[Box], context: Context) -> _Valued | None:
    boxes = [entry.rest] if entry.rest is not None else []
    if entry.rest is None or len(entry.rest.text) <= _SPECK:
        boxes += _candidates(entry, texts)
    for box in boxes:
        if field is FieldName.ADDRESS and entry.bare and entry.whole is not None and not _HOUSE.match(box.text):
            # "8 STATION ROAD" is house 8 where the field's number was not read: nobody can tell
            value = _value(field, entry.whole.text, context)
            return None if value is None else _Valued(entry, replace(value, fit=min(value.fit, DOUBTFUL)), entry.whole)
        value = _value(field, box.text, context)
        if value is not None:
            return _Valued(entry, value, box)
        if not entry.worded and box is not entry.rest:
            break  # what stands right beside a bare number is its value or nothing is
    return None


def _value(field: FieldName, text: str, context: Context) -> Value | None:
    if field in DATE_FIELDS:
        tense = Tense.FUTURE if field is FieldName.DATE_OF_EXPIRY else Tense.PAST
        found = dates_in(text, tense=tense, today=context.today, month_first=context.month_first)
        if len(found) != 1 or (field is not FieldName.DATE_OF_EXPIRY and found[0].value > context.today):
            return None
        return dated_value(found[0], context)
    if field is FieldName.ADDRESS and len(plain(text)) < 4:
        return None
    ordinal = _ORDINAL.match(text) if field is FieldName.ADDRESS else None
    if ordinal is None:
        return value_of(field, text, context)
    # the field's number has been taken away: this one is the street's ("1. MÁJA 5")
    value = value_of(field, text[ordinal.end() :], context)
    return None if value is None else replace(value, value=f"{ordinal[0].strip()} {value.value}")


def _candidates(entry: _Entry, texts: Sequence[Box]) -> list[Box]:
    """The texts that may be the value of a number that stands alone: right of it, and below it where a word makes it a heading."""
    label = entry.box if entry.rest is None else replace(entry.box, right=entry.rest.right)
    height = max(1.0, label.height)
    beside: list[tuple[float, Box]] = []
    below: list[tuple[float, Box]] = []
    for text in texts:
        if is_beside(text, label):
            beside.append((text.left, text))
        elif entry.worded and -0.4 <= (text.top - label.bottom) / height <= 0.8 and abs(text.left - label.left) <= 1.5 * height:
            below.append((text.top, text))
    return [box for _, box in (*sorted(beside, key=lambda one: one[0])[:1], *sorted(below, key=lambda one: one[0])[:1])]


def _place_of_birth(birth: _Valued | None, texts: Sequence[Box], context: Context) -> _Valued | None:
    """Behind the date, in its line or beside it; words alone, because a sex or a remark may stand there as well."""
    if birth is None:
        return None
    height = max(1.0, birth.box.height)
    tail = re.search(r"(?<=\d)[\s,]+([^\W\d_][^\d]{2,})$", birth.box.text)
    boxes = [part_of(birth.box, tail.start(1) / len(birth.box.text), 1.0, tail[1])] if tail is not None else []
    if not boxes:
        level = [text for text in texts if min(text.bottom, birth.box.bottom) - max(text.top, birth.box.top) >= 0.5 * height]
        boxes = sorted((text for text in level if 0 <= (text.left - birth.box.right) / height <= 5), key=lambda text: text.left)[:1]
    for box in boxes:
        value = value_of(FieldName.PLACE_OF_BIRTH, box.text, context)
        if value is not None and not any(c.isdigit() for c in box.text):
            return _Valued(birth.entry, value, box)
    return None


def _whole_address(first: _Valued, texts: Sequence[Box], taken: Sequence[Box], context: Context) -> _Valued:
    """With the lines below it at its margin, as far as they follow close and are nobody else's."""
    boxes = [first.box]
    for text in sorted(texts, key=lambda text: text.top):
        last, size = boxes[-1], first.box.height
        # the first line's box begins behind its number by a guess at the width of letters
        margin = -1.5 * size <= text.left - first.box.left <= 1.2 * size or abs(text.left - first.entry.box.left) <= size
        close = -0.6 * size <= text.top - last.bottom <= 0.7 * size and text.middle > last.middle + 0.4 * size
        if len(boxes) >= _ADDRESS_LINES or text in taken or text in boxes or not (margin and close and 0.65 < text.height / size < 1.5):
            continue
        if value_of(FieldName.ADDRESS, text.text, context) is None:
            break
        boxes.append(text)
    whole = joined_boxes(boxes, ", ")
    value = _value(FieldName.ADDRESS, whole.text, context)
    return replace(first, value=replace(value, fit=min(value.fit, first.value.fit)), box=whole) if value is not None else first
