"""The numbered fields of driving licences: "1." is a label only on a page that shows a run of them with values that fit.

Two numberings are alike and yet not the same: that of Europe and of the Vienna convention of 1968 (Directive 2006/126/EC, annex I:
4c authority, 5 licence number), and that of North America (AAMVA DL/ID Card Design Standard, annex A: 4d customer number, 5 document
discriminator), which prints an abbreviation behind the number ("3 DOB"). A page that shows neither manner surely gives what both
mean alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from kiosk.domain.document import DATE_FIELDS, FieldName
from kiosk.ports import TextLine
from kiosk.services.document_boxes import Box, boxes_of, joined_boxes, part_of
from kiosk.services.document_dates import Tense, dates_in
from kiosk.services.document_layout import Found
from kiosk.services.document_values import Context, Value, value_of
from kiosk.services.document_words import compact, plain

LEAST_NUMBERS = 4
_LEAST_DATES = 2
_LEAST_WORDS = 3
_LIKENESS = 0.98
"""A number is a short label: its place in the run and the form of its value speak for it, no letters do."""
_ADDRESS_LINES = 3
_SPECK = 2
"""So many letters behind a number may be a part of the pattern, or the first ones of the value, read twice."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "1": ("LN", "FAMILY NAME", "LAST NAME"),
    "2": ("FN", "GIVEN NAMES", "FIRST NAME"),
    "3": ("DOB", "DATE OF BIRTH"),
    "4a": ("ISS", "ISSUED", "ISS DATE"),
    "4b": ("EXP", "EXPIRES", "EXP DATE"),
    "4d": ("DLN", "DL NO", "DL", "LIC NO", "LICENSE NO", "LIC", "ID", "ID NO", "CUST NO", "NO"),
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
"""What North American licences print behind a number; the longest first is looked for."""
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
        dotted: "1."; worded: "3 DOB".
    """

    number: str
    box: Box
    rest: Box | None
    dotted: bool
    worded: bool


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
    context = replace(context, month_first=context.month_first or (manner is _Manner.AMERICAN and not _has_day_first(lines)))
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
    return tuple(Found(field, one.value, one.box, _LIKENESS, 0.0) for field, one in valued.items())


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
    return entries, texts


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
    return _Entry(number, label, part_of(box, start, 1.0, rest) if rest else None, dotted, worded)


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
    worded = {entry.number for entry in entries if entry.worded}
    dotted = {entry.number for entry in entries if entry.dotted and not entry.worded}
    if len(worded) >= _LEAST_WORDS and len(worded) > len(dotted):
        return _Manner.AMERICAN
    if not worded and len(dotted) >= LEAST_NUMBERS:
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
        return Value(found[0].value, 1.0, found[0].other)
    if field is FieldName.ADDRESS and len(plain(text)) < 4:
        return None
    return value_of(field, text, context)


def _candidates(entry: _Entry, texts: Sequence[Box]) -> list[Box]:
    """The texts that may be the value of a number that stands alone: right of it, and below it where a word makes it a heading."""
    label = entry.box if entry.rest is None else replace(entry.box, right=entry.rest.right)
    height = max(1.0, label.height)
    beside: list[tuple[float, Box]] = []
    below: list[tuple[float, Box]] = []
    for text in texts:
        overlap = min(text.bottom, label.bottom) - max(text.top, label.top)
        away = (text.left - label.right) / height
        if overlap >= 0.5 * min(height, text.height) and -0.9 <= away <= 4:
            beside.append((away, text))
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
    value = value_of(FieldName.ADDRESS, whole.text, context)
    return replace(first, value=value, box=whole) if value is not None else first


def _has_day_first(lines: Sequence[TextLine]) -> bool:
    """Whether a date on the page can only be read with its day first, and its month is none."""
    return any(
        int(match[1]) > 12 >= int(match[2])
        for line in lines
        for match in re.finditer(r"(?<!\d)(\d{2})[/\-.](\d{2})[/\-.]\d{4}(?!\d)", line.text)
    )
