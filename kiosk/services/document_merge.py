"""All pages of one document as one: what it is, and every field with what each source said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kiosk.domain.countries import alpha3
from kiosk.domain.document import DATE_FIELDS, Document, DocumentPage, DocumentType, Field, FieldName, PageSide, Reading, Source
from kiosk.domain.mrz import Mrz
from kiosk.imaging.rectify import ID1_RATIO
from kiosk.services.document_dates import Tense, dates_in
from kiosk.services.document_names import same_but_for_lost_accents, same_name, same_number
from kiosk.services.document_words import load_words

NAMES = frozenset({FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.FULL_NAME})
NUMBERS = frozenset({FieldName.DOCUMENT_NUMBER, FieldName.PERSONAL_NUMBER})
STATES = frozenset({FieldName.NATIONALITY, FieldName.ISSUING_STATE})
MAX_CONFIDENCE = 0.999
_SIDES = {PageSide.FRONT: 0, PageSide.BACK: 1, PageSide.UNKNOWN: 2}


def merge(pages: Sequence[DocumentPage], *, today: str) -> Document:
    """The document that the pages show. The front comes first whatever the order of the pictures."""
    ordered = tuple(sorted(pages, key=lambda page: _SIDES[page.side]))
    mrz = _best_mrz(ordered)
    readings: dict[FieldName, list[Reading]] = {}
    for page in ordered:
        for found in page.fields:
            readings.setdefault(found.name, []).extend(found.readings)
    fields = {name: Field(name, _agreed(name, _settled(name, readings[name], today))) for name in FieldName if readings.get(name)}
    _without_half_names(fields)
    return Document(
        type=_type_of(ordered, mrz, fields),
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
    return fronts[0].quad is None or abs(ratio / ID1_RATIO - 1.0) < 0.08 or document.type.type in ("identity-card", "driving-licence")


def agree(name: FieldName, one: Reading, other: Reading) -> bool:
    """Do two readings of a field say the same, the MRZ's way of writing allowed for (ICAO 9303-3 section 6)?"""
    if one.value == other.value:
        return True
    if name in NAMES:
        if other.source is Source.MRZ:
            return same_name(one.value, other.value)
        if one.source is Source.MRZ:
            return same_name(other.value, one.value)
        return same_name(one.value, other.value, may_be_cut=False) or same_name(other.value, one.value, may_be_cut=False)
    if name in NUMBERS:
        return same_number(one.value, other.value) or _is_cut_number(one, other) or _is_cut_number(other, one)
    if name in STATES:
        return alpha3(one.value) == alpha3(other.value)
    return " ".join(one.value.upper().split()) == " ".join(other.value.upper().split())


def contradict(name: FieldName, one: Reading, other: Reading) -> bool:
    """Do two readings say different things, beyond what a reader's slip with accents explains?"""
    if agree(name, one, other):
        return False
    if name not in NAMES or Source.MRZ not in (one.source, other.source):
        return True
    printed, mrz = (other, one) if one.source is Source.MRZ else (one, other)
    return not same_but_for_lost_accents(printed.value, mrz.value)


def _is_cut_number(printed: Reading, mrz: Reading) -> bool:
    """The MRZ of a visa holds the first nine characters of a longer number (ICAO 9303-7 4.2.2.2)."""
    return mrz.source is Source.MRZ and len(mrz.value) == 9 and len(printed.value) > 9 and printed.value.startswith(mrz.value)


def _best_mrz(pages: Sequence[DocumentPage]) -> Mrz | None:
    zones = [page.mrz for page in pages if page.mrz is not None]
    return max(zones, key=lambda mrz: (mrz.valid, sum(mrz.check_digits.values()), mrz.confidence), default=None)


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
    """States by their alpha-3 codes; a date that can be read two ways (06/08/1985) read the way another source proves."""
    settled: list[Reading] = []
    proven = {reading.value for reading in readings if reading.proven}
    for reading in readings:
        if name in STATES and reading.value == "D":
            reading = replace(reading, value=alpha3(reading.value))
        if name in DATE_FIELDS and reading.source is Source.VISUAL_ZONE and proven and reading.value not in proven:
            tense = Tense.FUTURE if name is FieldName.DATE_OF_EXPIRY else Tense.PAST
            others = {dated.other for dated in dates_in(reading.raw, tense=tense, today=today)}
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
    for reading in readings:
        backed = [other for other in readings if other.source is not reading.source and agree(name, reading, other)]
        spelled_out = name in NAMES and reading.source is Source.MRZ and any(other.value != reading.value for other in backed)
        if backed and not reading.proven and not spelled_out:
            doubt = (1.0 - reading.confidence) * min(1.0 - min(other.confidence, 0.99) for other in backed)
            surest = max(reading.confidence, *(other.confidence for other in backed if name in NAMES), 0.0)
            reading = replace(reading, confidence=round(max(surest, min(MAX_CONFIDENCE, 1.0 - doubt)), 4))
        result.append(reading)
    # of equally sure readings the first is chosen
    result.sort(key=lambda one: one.source is not Source.VISUAL_ZONE)
    return tuple(result)


def _type_of(pages: Sequence[DocumentPage], mrz: Mrz | None, fields: Mapping[FieldName, Field]) -> DocumentType:
    lines = [text for page in pages for text in page.text_lines if text.count("<") < 3]
    words = load_words()
    kinds: Counter[str] = Counter()
    for text in lines:
        kinds.update({kind: (2 if len(text) < 40 else 1) for kind in words.types_in(text)})
    worded = kinds.most_common(1)[0][0] if kinds else ""
    country = ""
    if mrz is not None:
        country = mrz.values.get("issuingState", "")
    elif FieldName.ISSUING_STATE in fields:
        country = fields[FieldName.ISSUING_STATE].chosen.value
    else:
        country = next((code for text in lines for code in words.states_in(text)), "")
    if mrz is None:
        return DocumentType(worded, country, "")
    return DocumentType(kind_of_code(mrz.values.get("documentCode", ""), worded), country, mrz.format.value)


def kind_of_code(code: str, worded: str) -> str:
    """ICAO 9303-4 4.2.2.1, 9303-5 4.2.2.1, 9303-7: P passport, V visa, A, C and I other official travel documents; D driving licence."""
    match code[:1]:
        case "P":
            return "passport"
        case "V":
            return "visa"
        case "D":
            return "driving-licence"
        case "I" | "A" | "C":
            return "identity-card"
        case _:
            return worded
