"""Fields of one page by source: the visual zone by its labels, the MRZ by its format, a barcode by its standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.domain.countries import is_known
from kiosk.domain.document import Barcode, Field, FieldName, PageSide, Quad, Reading, Source
from kiosk.domain.mrz import Mrz, MrzFormat, birth_date_iso, expiry_date_iso
from kiosk.ports import TextLine
from kiosk.services.document_dates import Tense, dates_in
from kiosk.services.document_layout import find_values
from kiosk.services.document_names import looks_same_number, same_name, same_number
from kiosk.services.document_values import Context, value_of
from kiosk.services.document_words import Words, load_words

Readings = Mapping[FieldName, tuple[Reading, ...]]

# by which check digit a field is proven, ICAO 9303-4 to 9303-7
_PROVEN_BY = {
    FieldName.DOCUMENT_NUMBER: "documentNumber",
    FieldName.DATE_OF_BIRTH: "dateOfBirth",
    FieldName.DATE_OF_EXPIRY: "dateOfExpiry",
    FieldName.PERSONAL_NUMBER: "personalNumber",
}


def fields_of(*readings: Readings) -> tuple[Field, ...]:
    """One Field per name with the readings of all sources, in the order of FieldName."""
    return tuple(
        Field(name, found) for name in FieldName if (found := tuple(reading for source in readings for reading in source.get(name, ())))
    )


def context_of(today: str, *, state: str = "", words: Words | None = None) -> Context:
    return Context(words or load_words(), today, month_first=state in ("USA",))


def visual_fields(lines: Sequence[TextLine], side: PageSide, context: Context) -> dict[FieldName, tuple[Reading, ...]]:
    """What the printed labels of a page give."""
    fields: dict[FieldName, tuple[Reading, ...]] = {}
    for found in find_values(lines, context):
        confidence = found.box.confidence * (0.85 + 0.15 * min(found.likeness, found.value.fit))
        fields[found.field] = (Reading(found.value.value, Source.VISUAL_ZONE, round(confidence, 4), side, found.box.quad, found.box.text),)
    return fields


def mrz_fields(mrz: Mrz, side: PageSide, quads: Sequence[Quad], today: str) -> dict[FieldName, tuple[Reading, ...]]:
    """What the MRZ says. Proven is what a check digit of its own covers, as it was read (or repaired) and holds.

    Args:
        quads: of the MRZ's lines in the straightened page; may be empty.
    """
    values = mrz.values
    texts: dict[FieldName, tuple[str, str]] = {
        FieldName.SURNAME: (values.get("surname", ""), values.get("surname", "")),
        FieldName.GIVEN_NAMES: (values.get("givenNames", ""), values.get("givenNames", "")),
        FieldName.DATE_OF_BIRTH: (_whole(birth_date_iso(values.get("dateOfBirth", ""), today)), values.get("dateOfBirth", "")),
        FieldName.GENDER: (values.get("gender", ""), values.get("gender", "")),
        FieldName.NATIONALITY: (values.get("nationality", ""), values.get("nationality", "")),
        FieldName.PERSONAL_NUMBER: (_personal_number(mrz), _personal_number(mrz)),
        FieldName.DOCUMENT_NUMBER: (values.get("documentNumber", ""), values.get("documentNumber", "")),
        FieldName.DATE_OF_EXPIRY: (_whole(expiry_date_iso(values.get("dateOfExpiry", ""), today)), values.get("dateOfExpiry", "")),
        FieldName.ISSUING_STATE: (values.get("issuingState", ""), values.get("issuingState", "")),
    }
    found: dict[FieldName, tuple[Reading, ...]] = {}
    for name, (value, raw) in texts.items():
        if not value:
            continue
        proven = mrz.check_digits.get(_PROVEN_BY.get(name, ""), False)
        quad = _line_of(name, mrz, quads)
        found[name] = (Reading(value, Source.MRZ, 1.0 if proven else round(mrz.confidence, 4), side, quad, raw, proven),)
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
    plain_lines = [line for line in lines if line.text.count("<") < 3]
    for name, readings in known.items():
        if name not in _ANCHORED or not readings:
            continue
        said = readings[0]
        printed = found.get(name)
        if printed and _says_same(name, printed[0].value, said.value):
            continue
        anchor = _anchor(name, said, plain_lines, side, context)
        if anchor is not None:
            found[name] = (anchor,)
        elif printed and _belongs_elsewhere(name, printed[0], known):
            del found[name]
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
            return Reading(value.value, Source.VISUAL_ZONE, line.confidence, side, line.quad, line.text)
    return None


def _belongs_elsewhere(name: FieldName, printed: Reading, known: Readings) -> bool:
    """The labelled text is another field's proven value (a personal number under "No.")."""
    return any(
        other is not name and any(reading.proven and same_number(reading.value, printed.value) for reading in readings)
        for other, readings in known.items()
    )


def barcode_fields(barcodes: Sequence[Barcode], side: PageSide, today: str) -> dict[FieldName, tuple[Reading, ...]]:
    """What an AAMVA driving licence barcode says (AAMVA DL/ID Card Design Standard, annex D); other contents give nothing."""
    for barcode in barcodes:
        elements = _aamva_elements(barcode.content)
        if elements:
            return _aamva_fields(elements, side, today)
    return {}


def is_aamva(barcode: Barcode) -> bool:
    return bool(_aamva_elements(barcode.content))


def _whole(iso: str) -> str:
    """Dates with an unknown day or month are not a field value here: the form of the field is YYYY-MM-DD."""
    return iso if len(iso) == 10 else ""


def _personal_number(mrz: Mrz) -> str:
    """TD3 has a place for it; the optional data of cards means what its issuer decides, so it is not called a personal number."""
    return mrz.values.get("personalNumberOrOptionalDataSecondLine", "").replace("<", "") if mrz.format is MrzFormat.TD3 else ""


def _line_of(name: FieldName, mrz: Mrz, quads: Sequence[Quad]) -> Quad | None:
    if len(quads) != len(mrz.lines):
        return None
    if mrz.format is MrzFormat.TD1:
        line = {FieldName.SURNAME: 2, FieldName.GIVEN_NAMES: 2, FieldName.DOCUMENT_NUMBER: 0, FieldName.ISSUING_STATE: 0}.get(name, 1)
    else:
        line = 0 if name in (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.ISSUING_STATE) else 1
    return quads[line]


def _says_same(name: FieldName, printed: str, known: str) -> bool:
    if name in (FieldName.SURNAME, FieldName.GIVEN_NAMES):
        return same_name(printed, known, may_be_cut=False)
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
    return Reading(value, Source.VISUAL_ZONE, round(0.9 * line.confidence, 4), side, line.quad, line.text)


_AAMVA = {
    "DCS": FieldName.SURNAME,
    "DAC": FieldName.GIVEN_NAMES,
    "DCT": FieldName.GIVEN_NAMES,
    "DAA": FieldName.FULL_NAME,
    "DBB": FieldName.DATE_OF_BIRTH,
    "DBC": FieldName.GENDER,
    "DAQ": FieldName.DOCUMENT_NUMBER,
    "DBD": FieldName.DATE_OF_ISSUE,
    "DBA": FieldName.DATE_OF_EXPIRY,
    "DCG": FieldName.ISSUING_STATE,
}


def _aamva_elements(content: bytes) -> dict[str, str]:
    text = content.decode("latin-1", errors="replace")
    if not text.startswith("@") or "ANSI " not in text[:12]:
        return {}
    elements: dict[str, str] = {}
    for line in text[4:].replace("\r", "\n").split("\n"):
        line = line.strip()
        for start in range(0, min(len(line), 48)):
            # the first element of a subfile follows its designator ("DL") in the same line
            code = line[start : start + 3]
            begins = start == 0 or line[max(0, start - 2) : start] in ("DL", "ID")
            if begins and code[:1] in ("D", "Z") and code.isalpha() and code.isupper():
                elements.setdefault(code, line[start + 3 :].strip())
                break
    return elements


def _aamva_fields(elements: Mapping[str, str], side: PageSide, today: str) -> dict[FieldName, tuple[Reading, ...]]:
    american = elements.get("DCG", "USA").upper() != "CAN"
    found: dict[FieldName, tuple[Reading, ...]] = {}
    for code, name in _AAMVA.items():
        raw = elements.get(code, "")
        value = _aamva_value(name, raw, american)
        if value and name not in found:
            if name is FieldName.GIVEN_NAMES and elements.get("DAD", "").strip().upper() not in ("", "NONE"):
                value = f"{value} {elements['DAD'].strip().upper()}"
            found[name] = (Reading(value, Source.BARCODE, 1.0, side, None, raw),)
    address = ", ".join(part.strip() for part in (elements.get(code, "") for code in ("DAG", "DAI", "DAJ", "DAK")) if part.strip())
    if address:
        found[FieldName.ADDRESS] = (Reading(address.upper(), Source.BARCODE, 1.0, side, None, address),)
    return found


def _aamva_value(name: FieldName, raw: str, american: bool) -> str:
    text = raw.strip().upper()
    if name in (FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_EXPIRY, FieldName.DATE_OF_ISSUE):
        # MMDDCCYY in the United States, CCYYMMDD in Canada
        if len(text) != 8 or not text.isdecimal():
            return ""
        return f"{text[4:]}-{text[:2]}-{text[2:4]}" if american else f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if name is FieldName.GENDER:
        return {"1": "M", "2": "F", "9": "X"}.get(text, "")
    if name is FieldName.ISSUING_STATE:
        return text if is_known(text) else ""
    if name in (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.FULL_NAME):
        return " ".join(text.replace(",", " ").split())
    return text
