"""Fields of one page by source: the visual zone by its labels, the MRZ by its format. Barcodes: `services/aamva.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kiosk.domain.document import DATE_FIELDS, Field, FieldName, PageSide, Quad, Reading, Source
from kiosk.domain.mrz import Mrz, MrzFormat, birth_date_iso, expiry_date_iso
from kiosk.domain.mrz_layout import layout_of
from kiosk.imaging import geometry
from kiosk.ports import TextLine
from kiosk.services.aamva import barcode_fields, is_aamva
from kiosk.services.document_boxes import box_of
from kiosk.services.document_dates import Tense, dates_in
from kiosk.services.document_layout import Found, find_values
from kiosk.services.document_licence import licence_values
from kiosk.services.document_names import looks_same_number, same_but_for_lost_accents, same_name, same_number, with_blanks
from kiosk.services.document_values import Context, in_order_of, of_state, value_of
from kiosk.services.document_words import Words, load_words
from kiosk.services.national_numbers import national_number

__all__ = ["Readings", "barcode_fields", "context_of", "fields_of", "is_aamva", "mrz_fields", "reconciled", "visual_fields"]

Readings = Mapping[FieldName, tuple[Reading, ...]]

# by which check digit a field is proven, ICAO 9303-4 to 9303-7
_PROVEN_BY = {
    FieldName.DOCUMENT_NUMBER: "documentNumber",
    FieldName.DATE_OF_BIRTH: "dateOfBirth",
    FieldName.DATE_OF_EXPIRY: "dateOfExpiry",
    FieldName.PERSONAL_NUMBER: "personalNumber",
}

UNPROVEN_NAME = 0.985
"""The most that a name of the MRZ is sure by itself: no check digit covers it (9303-3 4.9)."""
_NAMES = (FieldName.SURNAME, FieldName.GIVEN_NAMES)
LOST_ACCENT = 0.9
"""The most that a printed name is sure that the MRZ of its page spells as if it had an accent."""
_NUMBER_LENGTH = 9
_SAME_PLACE = 0.5
_MRZ_NAMES = {
    FieldName.SURNAME: "surname",
    FieldName.GIVEN_NAMES: "givenNames",
    FieldName.DATE_OF_BIRTH: "dateOfBirth",
    FieldName.GENDER: "gender",
    FieldName.NATIONALITY: "nationality",
    FieldName.PERSONAL_NUMBER: "personalNumberOrOptionalDataSecondLine",
    FieldName.DOCUMENT_NUMBER: "documentNumber",
    FieldName.DATE_OF_EXPIRY: "dateOfExpiry",
    FieldName.ISSUING_STATE: "issuingState",
}


def fields_of(*readings: Readings) -> tuple[Field, ...]:
    """One Field per name with the readings of all sources, in the order of FieldName."""
    return tuple(
        Field(name, found) for name in FieldName if (found := tuple(reading for source in readings for reading in source.get(name, ())))
    )


def context_of(today: str, *, state: str = "", words: Words | None = None) -> Context:
    """What values are read by on a document of `state`, "" where it is not known: 06/08/1985 is then read day first and asks for a look."""
    return of_state(state, Context(words or load_words(), today))


def visual_fields(lines: Sequence[TextLine], side: PageSide, context: Context) -> dict[FieldName, tuple[Reading, ...]]:
    """What the printed labels of a page give."""
    fields: dict[FieldName, tuple[Reading, ...]] = {}
    for found in _found(lines, context):
        confidence = found.box.sureness * (0.85 + 0.15 * min(found.likeness, found.value.fit))
        box = found.box
        printed = Reading(found.value.value, Source.VISUAL_ZONE, round(confidence, 4), side, box.quad, box.text, accents=box.accents)
        fields[found.field] = (printed,)
    return fields


def _found(lines: Sequence[TextLine], context: Context) -> list[Found]:
    """By labels in words; where numbers are the labels, by these before the words."""
    numbered = licence_values(lines, context)
    fields = {one.field for one in numbered}
    # what a number labels is no other field's value, and a licence that names surname and given names has no full name
    return [
        *numbered,
        *(
            one
            for one in find_values(lines, context)
            if one.field not in fields
            and not any(geometry.inside_fraction(one.box.quad, other.box.quad) > _SAME_PLACE for other in numbered)
            and not (one.field is FieldName.FULL_NAME and fields & set(_NAMES))
        ),
    ]


def mrz_fields(mrz: Mrz, side: PageSide, quads: Sequence[Quad], today: str) -> dict[FieldName, tuple[Reading, ...]]:
    """What the MRZ says. Proven is what a check digit of its own covers and holds for, with no character of it chosen in doubt.

    A date with an unknown day or month keeps what is known (YYYY-MM, YYYY); it is not called proven, because a source that says the whole
    date says more.

    Args:
        quads: of the MRZ's lines in the straightened page; may be empty.
    """
    values = mrz.values
    expiry = expiry_date_iso(values.get("dateOfExpiry", ""), today)
    normalised = {
        FieldName.DATE_OF_BIRTH: birth_date_iso(values.get("dateOfBirth", ""), today, before=expiry),
        FieldName.DATE_OF_EXPIRY: expiry,
        FieldName.PERSONAL_NUMBER: _personal_number(mrz),
    }
    found: dict[FieldName, tuple[Reading, ...]] = {}
    for name, key in _MRZ_NAMES.items():
        value = normalised.get(name, values.get(key, ""))
        raw = values.get(key, value)
        if not value:
            continue
        proven = mrz.proves(_PROVEN_BY.get(name, "")) and (name not in DATE_FIELDS or len(value) == 10)
        if name is FieldName.PERSONAL_NUMBER and mrz.format is not MrzFormat.TD3:
            proven = mrz.valid  # by its own check and the composite digit
        confidence = 1.0 if proven else round(mrz.field_confidences.get(key, mrz.confidence), 4)
        if name in _NAMES:
            proven, confidence = False, min(confidence, UNPROVEN_NAME)
        found[name] = (Reading(value, Source.MRZ, confidence, side, _line_of(key, mrz, quads), raw, proven, _room(name, key, mrz)),)
    return found


def reconciled(
    labelled: dict[FieldName, tuple[Reading, ...]], lines: Sequence[TextLine], known: Readings, side: PageSide, context: Context
) -> dict[FieldName, tuple[Reading, ...]]:
    """The labelled values of a page that also shows an MRZ, mended where the labels were misread.

    Where the page prints just what the MRZ says, that text is the field's printed value, whatever text a label seemed to point at.
    A contradiction therefore needs a labelled value that differs and no text that agrees: a document whose printed name, number or
    date was changed does not print the true one as well. What is found only by being equal can confirm the MRZ, never contradict it.
    """
    found = dict(labelled)
    context = in_order_of(lines, context)
    plain_lines = [line for line in lines if line.text.count("<") < 3]
    for name, readings in known.items():
        if name not in _ANCHORED or not readings:
            continue
        said = readings[0]
        printed = found.get(name)
        if printed and _says_same(name, printed[0].value, said.value):
            found[name] = (with_blanks(printed[0], said), *printed[1:]) if name in _NAMES else printed
            continue
        anchor = _anchor(name, said, plain_lines, side, context)
        if anchor is not None:
            found[name] = (with_blanks(anchor, said) if name in _NAMES else anchor,)
        elif printed and _belongs_elsewhere(name, printed[0], known):
            del found[name]
        elif printed and name in _NAMES and same_but_for_lost_accents(printed[0].value, said.value, room=said.room):
            # SOLVI above SOELVI: an accent was missed, however clear the letters look without it
            found[name] = (replace(printed[0], confidence=min(printed[0].confidence, LOST_ACCENT)), *printed[1:])
    issue = _third_date(plain_lines, known, side, context)
    # a date that a label claims for another field is left there: if it is the wrong one, that is a contradiction to be looked at
    claimed = {readings[0].quad for readings in found.values()}
    if issue is not None and FieldName.DATE_OF_ISSUE not in found and issue.quad not in claimed:
        found[FieldName.DATE_OF_ISSUE] = (issue,)
    return found


_ANCHORED = (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_EXPIRY)


def _anchor(name: FieldName, said: Reading, lines: Sequence[TextLine], side: PageSide, context: Context) -> Reading | None:
    for line in lines:
        value = value_of(name, line.text, context)
        if value is not None and _says_same(name, value.value, said.value):
            box = box_of(line)
            return Reading(value.value, Source.VISUAL_ZONE, box.sureness, side, line.quad, line.text, accents=box.accents)
    return None


def _belongs_elsewhere(name: FieldName, printed: Reading, known: Readings) -> bool:
    """The labelled text is another field's proven value (a personal number under "No.")."""
    return any(
        other is not name and any(reading.proven and same_number(reading.value, printed.value) for reading in readings)
        for other, readings in known.items()
    )


def _room(name: FieldName, key: str, mrz: Mrz) -> int | None:
    """Places left behind a value that may have been cut, None for what is written out.

    A surname gives way to given names only when it takes more than its half of their common field (9303-4 4.2.3). Visas alone cut
    numbers (9303-7 4.2.2.2): the others have room for a long one or none.
    """
    if name is FieldName.DOCUMENT_NUMBER and mrz.format in (MrzFormat.MRV_A, MrzFormat.MRV_B):
        return _NUMBER_LENGTH - len(mrz.values.get(key, ""))
    if name not in _NAMES:
        return None
    places = {part.name: part.place for part in layout_of(mrz.format).fields}
    place = places.get(key) or places["name"]
    text = mrz.lines[place.line][place.start : place.end]
    left = len(text) - len(text.rstrip("<"))
    shared = key not in places
    if name is FieldName.SURNAME and shared and mrz.values.get("givenNames") and 2 * len(mrz.values.get(key, "")) < len(text):
        return None
    return left


def _personal_number(mrz: Mrz) -> str:
    """TD3 has a place for it; the optional data of cards is one only where the issuing state's own check says so."""
    if mrz.format is MrzFormat.TD3:
        return mrz.values.get("personalNumberOrOptionalDataSecondLine", "").replace("<", "")
    return national_number(mrz)


def _line_of(key: str, mrz: Mrz, quads: Sequence[Quad]) -> Quad | None:
    if len(quads) != len(mrz.lines):
        return None
    layout = layout_of(mrz.format)
    if key in ("surname", "givenNames") and all(part.name != key for part in layout.fields):
        return quads[layout.names_line]
    return next((quads[part.place.line] for part in layout.fields if part.name == key), None)


def _says_same(name: FieldName, printed: str, known: str) -> bool:
    if name in (FieldName.SURNAME, FieldName.GIVEN_NAMES):
        return same_name(printed, known)
    if name is FieldName.DOCUMENT_NUMBER:
        return same_number(printed, known) or looks_same_number(printed, known)
    return printed == known


def _third_date(lines: Sequence[TextLine], known: Readings, side: PageSide, context: Context) -> Reading | None:
    birth = next((r.value for r in known.get(FieldName.DATE_OF_BIRTH, ())), "")
    expiry = next((r.value for r in known.get(FieldName.DATE_OF_EXPIRY, ())), "")
    if not birth or not expiry:
        return None
    other: dict[str, TextLine] = {}
    for line in lines:
        for dated in dates_in(line.text, tense=Tense.PAST, today=context.today, month_first=context.month_first):
            if dated.value not in (birth, expiry) and birth < dated.value < min(expiry, context.today):
                other[dated.value] = line
    if len(other) != 1:
        return None
    value, line = next(iter(other.items()))
    return Reading(value, Source.VISUAL_ZONE, round(0.9 * box_of(line).sureness, 4), side, line.quad, line.text)
