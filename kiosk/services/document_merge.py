"""All pages of one document as one: every field with what each source said. What the document is, `document_classification` tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from kiosk.domain.countries import alpha3
from kiosk.domain.document import DATE_FIELDS, Document, DocumentPage, DocumentType, Field, FieldName, PageSide, Reading, Source
from kiosk.domain.mrz import Mrz
from kiosk.imaging.rectify import ID1_RATIO
from kiosk.services.document_dates import Tense, dates_in
from kiosk.services.document_names import (
    has_words_shortened,
    is_part_of_name,
    lacks_words,
    leaves_accents_open,
    looks_same_number,
    same_but_for_lost_accents,
    same_name,
    same_number,
    with_blanks,
)

NAMES = frozenset({FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.FULL_NAME})
NUMBERS = frozenset({FieldName.DOCUMENT_NUMBER, FieldName.PERSONAL_NUMBER})
STATES = frozenset({FieldName.NATIONALITY, FieldName.ISSUING_STATE})
FREE_TEXTS = frozenset({FieldName.ADDRESS, FieldName.PLACE_OF_BIRTH, FieldName.ISSUING_AUTHORITY})
MAX_CONFIDENCE = 0.999
UNCONFIRMED_ACCENTS = 0.985
"""The most that a printed name is sure whose accents the MRZ does not confirm."""
SAME_WORDS = 0.5
"""Two addresses that share half of the shorter one's words are one, written otherwise."""
UNKNOWN_TYPE = DocumentType()
_TWO_SIDED = frozenset({"identity-card", "driving-licence", "residence-permit"})
_SIDES = {PageSide.FRONT: 0, PageSide.BACK: 1, PageSide.UNKNOWN: 2}


def merge(pages: Sequence[DocumentPage], *, today: str, kind: DocumentType = UNKNOWN_TYPE) -> Document:
    """The document that the pages show. The front comes first whatever the order of the pictures.

    Args:
        today: YYYY-MM-DD.
        kind: what the document is; it decides nothing about the fields.
    """
    ordered = tuple(sorted(pages, key=lambda page: _SIDES[page.side]))
    mrz = _best_mrz(ordered)
    readings: dict[FieldName, list[Reading]] = {}
    for page in ordered:
        for found in page.fields:
            readings.setdefault(found.name, []).extend(found.readings)
    _full_names(readings)
    fields = {name: Field(name, _agreed(name, _settled(name, readings[name], today))) for name in FieldName if readings.get(name)}
    _without_half_names(fields)
    return Document(
        type=kind,
        pages=ordered,
        fields=fields,
        mrz=mrz,
        barcodes=tuple(barcode for page in ordered for barcode in page.barcodes),
    )


def needs_back(document: Document) -> bool:
    """True for ID-1 cards whose front holds no MRZ; passports and visas have everything on one page."""
    if document.type.type in ("passport", "visa"):
        return False
    fronts = [page for page in document.pages if page.side is not PageSide.BACK]
    if not fronts or any(page.mrz is not None for page in fronts):
        return False
    width, height = fronts[0].size
    ratio = max(width, height) / max(1, min(width, height))
    # a picture taken as the page alone may be cut anyhow: then only the kind of document tells
    return fronts[0].quad is None or abs(ratio / ID1_RATIO - 1.0) < 0.08 or document.type.type in _TWO_SIDED


def agree(name: FieldName, one: Reading, other: Reading) -> bool:
    """Do two readings of a field say the same, the MRZ's way of writing allowed for (ICAO 9303-3 section 6)?

    A date without its day or month agrees with every one that it may be.
    """
    if one.value == other.value:
        return True
    if name in NAMES:
        return _same_names(name, one, other)
    if name in NUMBERS:
        return same_number(one.value, other.value) or _is_cut_number(one, other) or _is_cut_number(other, one)
    if name in STATES:
        return alpha3(one.value) == alpha3(other.value)
    if name in DATE_FIELDS:
        shorter, longer = sorted((one.value, other.value), key=len)
        return len(shorter) in (4, 7) and longer.startswith(f"{shorter}-")
    return _tight(one.value) == _tight(other.value)


def contradict(name: FieldName, one: Reading, other: Reading) -> bool:
    """Do two readings say different things, beyond what a reader's slip explains?

    A slip is an accent that was missed, a number in which O was taken for 0, one of two surnames or lines that was not read, an address
    in other words. Such readings do not agree either: they ask for a look. So does a name of which a whole word is missing, here or there.
    """
    if agree(name, one, other):
        return False
    sources = (one.source, other.source)
    if name in FREE_TEXTS:
        return _overlap(one.value, other.value) < SAME_WORDS
    if name in NUMBERS and Source.VISUAL_ZONE in sources and one.source is not other.source:
        return not looks_same_number(one.value, other.value)
    if name not in NAMES or Source.MRZ not in sources:
        return True
    printed, mrz = (other, one) if one.source is Source.MRZ else (one, other)
    mrz_names = {mrz.value, mrz.raw or mrz.value} if name is FieldName.FULL_NAME else {mrz.value}
    return not any(_may_be_slip(name, printed.value, written, mrz.room) for written in mrz_names)


def accents_open(name: FieldName, one: Reading, other: Reading) -> bool:
    """A printed name that agrees with the MRZ, which does not tell whether its accents were read right."""
    if name not in NAMES or (one.source is Source.MRZ) is (other.source is Source.MRZ) or not agree(name, one, other):
        return False
    printed, mrz = (other, one) if one.source is Source.MRZ else (one, other)
    orders = {mrz.value, mrz.raw or mrz.value} if name is FieldName.FULL_NAME else {mrz.value}
    return printed.source is Source.VISUAL_ZONE and all(leaves_accents_open(printed.value, order, room=mrz.room) for order in orders)


def is_cut_form(name: FieldName, mrz: Reading, printed: Reading) -> bool:
    """The MRZ has the printed name, but for accents, only up to the end of its line."""
    if name not in NAMES or mrz.source is not Source.MRZ or printed.source is not Source.VISUAL_ZONE or mrz.room is None:
        return False
    cut = same_but_for_lost_accents(printed.value, mrz.value, room=mrz.room)
    return cut and not same_but_for_lost_accents(printed.value, mrz.value)


def _may_be_slip(name: FieldName, printed: str, mrz: str, room: int | None) -> bool:
    if same_but_for_lost_accents(printed, mrz, room=room) or is_part_of_name(printed, mrz) or lacks_words(printed, mrz):
        return True
    return name is FieldName.FULL_NAME and room == 0 and has_words_shortened(printed, mrz)


def _same_names(name: FieldName, one: Reading, other: Reading) -> bool:
    """A printed name against a coded one; between two of a kind none may be cut. Full names in either order."""
    pairs = [(other, one)] if one.source is Source.MRZ else [(one, other)] if other.source is Source.MRZ else [(one, other), (other, one)]
    if any(same_name(printed.value, mrz.value, room=mrz.room) for printed, mrz in pairs):
        return True
    turned = [(printed, mrz) for printed, mrz in pairs if name is FieldName.FULL_NAME and mrz.raw]
    return any(same_name(printed.value, mrz.raw, room=mrz.room) for printed, mrz in turned)


def _full_names(readings: dict[FieldName, list[Reading]]) -> None:
    """Where a full name is printed, what machines read of its parts is said of it too (DIS `fullName.mrz`), so that it can be compared.

    Of such a reading `raw` has the other order, surname first.
    """
    if not any(reading.source is Source.VISUAL_ZONE for reading in readings.get(FieldName.FULL_NAME, ())):
        return
    for source in (Source.MRZ, Source.BARCODE):
        said = [reading for reading in readings[FieldName.FULL_NAME] if reading.source is source]
        surname, given = (_first(readings.get(name, ()), source) for name in (FieldName.SURNAME, FieldName.GIVEN_NAMES))
        if not said and surname is not None and given is not None:
            room = surname.room if given.room is None else given.room
            whole = replace(surname, room=room, value=f"{given.value} {surname.value}", raw=f"{surname.value} {given.value}")
            sure = min(surname.confidence, given.confidence)
            readings[FieldName.FULL_NAME].append(replace(whole, confidence=sure, proven=surname.proven and given.proven))


def _first(readings: Sequence[Reading], source: Source) -> Reading | None:
    return next((reading for reading in readings if reading.source is source), None)


def _tight(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def _overlap(one: str, other: str) -> float:
    """Share of the words of the shorter text that the other has as well."""
    mine, yours = (Counter(_words(text)) for text in (one, other))
    return (mine & yours).total() / max(1, min(mine.total(), yours.total()))


def _words(text: str) -> list[str]:
    return [word for part in text.upper().split() if (word := _tight(part))]


def _is_cut_number(printed: Reading, mrz: Reading) -> bool:
    """The MRZ of a visa holds the first nine characters of a longer number (ICAO 9303-7 4.2.2.2)."""
    return mrz.source is Source.MRZ and mrz.room == 0 and len(printed.value) > 9 and printed.value.startswith(mrz.value)


def _best_mrz(pages: Sequence[DocumentPage]) -> Mrz | None:
    zones = [page.mrz for page in pages if page.mrz is not None]
    return max(zones, key=lambda mrz: (mrz.valid, mrz.holds, sum(mrz.check_digits.values()), mrz.confidence), default=None)


def _without_half_names(fields: dict[FieldName, Field]) -> None:
    """A full name of one word, beside a surname or given names, is one of these read under a label that was misread."""
    full = fields.get(FieldName.FULL_NAME)
    if full is None or not (FieldName.SURNAME in fields or FieldName.GIVEN_NAMES in fields):
        return
    whole = tuple(reading for reading in full.readings if len(reading.value.replace(",", " ").split()) > 1)
    if whole:
        fields[FieldName.FULL_NAME] = Field(FieldName.FULL_NAME, whole)
    else:
        del fields[FieldName.FULL_NAME]


def _settled(name: FieldName, readings: Sequence[Reading], today: str) -> list[Reading]:
    """States by their alpha-3 codes; dates by what another source says more of them; printed names with the blanks that the MRZ has.

    A date that can be read two ways (06/08/1985) is read the way that a check digit proves or a barcode says. The century of an MRZ's date,
    which has two digits of the year, is that of the same date printed with four.
    """
    settled: list[Reading] = []
    proven = [reading.value for reading in readings if reading.proven or reading.source is Source.BARCODE]
    printed = {reading.value for reading in readings if reading.source is Source.VISUAL_ZONE and reading.value[:4] in reading.raw}
    coded = next((one for one in readings if name in NAMES and one.source is Source.MRZ), None)
    for reading in readings:
        if coded is not None and reading.source is Source.VISUAL_ZONE:
            reading = with_blanks(reading, coded)
        if name in STATES and reading.value == "D":
            reading = replace(reading, value=alpha3(reading.value))
        if name in DATE_FIELDS and reading.source is Source.MRZ and reading.value not in printed:
            century = next((value for value in printed if len(value) == 10 and value[2:] == reading.value[2:]), "")
            reading = replace(reading, value=century or reading.value)
        if name in DATE_FIELDS and reading.source is Source.VISUAL_ZONE and proven and reading.value not in proven:
            tense = Tense.FUTURE if name is FieldName.DATE_OF_EXPIRY else Tense.PAST
            ways = [{dated.value, dated.other} for dated in dates_in(reading.raw, tense=tense, today=today)]
            others = {way for both in ways if reading.value in both for way in both}
            agreed = next((value for value in proven if value in others), "")
            if agreed:
                reading = replace(reading, value=agreed)
        settled.append(reading)
    return settled


def _agreed(name: FieldName, readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Independent sources that say the same make each other surer: the chance that both err alike is the product of their errors.

    Of a printed name and the MRZ's form of it the printed one gains: it alone has the accents.
    """
    result: list[Reading] = []
    # what is printed first: a name's form in the MRZ is no surer an answer than the printed one with its accents
    for reading in sorted(readings, key=lambda one: one.source is Source.MRZ):
        backed = [other for other in readings if other.source is not reading.source and agree(name, reading, other)]
        spelled_out = name in NAMES and reading.source is Source.MRZ and any(other.value != reading.value for other in backed)
        if backed and not reading.proven and not spelled_out:
            doubt = (1.0 - reading.confidence) * min(1.0 - min(other.confidence, 0.99) for other in backed)
            surest = max(reading.confidence, *(other.confidence for other in backed if name in NAMES), 0.0)
            raised = max(surest, min(MAX_CONFIDENCE, 1.0 - doubt))
            if any(accents_open(name, reading, other) for other in backed):
                raised = min(surest, UNCONFIRMED_ACCENTS)
            if name in NAMES and all(other.source is Source.MRZ for other in backed):
                # its letters are vouched for, not their accents, be they read or missed
                raised = min(raised, max(reading.confidence, reading.accents))
            reading = replace(reading, confidence=round(raised, 4))
        printed = [one.confidence for one in result if name in NAMES and one.source is Source.VISUAL_ZONE and agree(name, reading, one)]
        if reading.source is Source.MRZ and printed:
            reading = replace(reading, confidence=min(reading.confidence, max(printed)))
        longer = [other.confidence for other in readings if is_cut_form(name, reading, other)]
        if longer:
            # what the line's end cut is no answer where the rest is printed, be it with an accent misread
            reading = replace(reading, confidence=min(reading.confidence, *longer))
        fuller = [other for other in backed if name in DATE_FIELDS and len(other.value) > len(reading.value)]
        if fuller:
            # a part of a date is no answer where the whole one is known
            reading = replace(reading, confidence=round(min(reading.confidence, *(0.99 * other.confidence for other in fuller)), 4))
        result.append(reading)
    # of equally sure readings the first is chosen
    result.sort(key=lambda one: one.source is not Source.VISUAL_ZONE)
    return tuple(result)
