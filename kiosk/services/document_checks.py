"""The checks of a read document, pure: same document, same day, same checks. What could not be checked says so."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from statistics import median

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.countries import is_known
from kiosk.domain.document import DATE_FIELDS, Document, Field, FieldName, PageSide, PageWarning, Reading, Source
from kiosk.domain.mrz import Mrz, MrzRepair
from kiosk.domain.mrz_layout import LAYOUTS, Kind
from kiosk.services.document_merge import agree, contradict

CONFIDENCE_THRESHOLD = 0.92
MAX_AGE_YEARS = 120
MAX_VALIDITY_YEARS = 20
LEAST_LINES = 3
"""A page with fewer lines of text has shown too little to be judged."""

_FIELD_VALUES = frozenset(name.value for name in FieldName)
# of these an unusable picture results: the rest makes reading harder and shows in the fields' confidence
_GRAVE = frozenset(
    {PageWarning.DOCUMENT_OUT_OF_IMAGE, PageWarning.SHARPNESS_LOW, PageWarning.BRIGHTNESS_LOW, PageWarning.HOTSPOTS_SCORE_HIGH}
)


def document_checks(document: Document, *, today: str, needs_back: bool) -> tuple[Check, ...]:
    """Every check that the document alone allows, in the order people read them.

    Args:
        today: YYYY-MM-DD, local.
        needs_back: the front announces a back (`DocumentReader.needs_back`).
    """
    return (
        _usability(document, needs_back),
        _mrz_check_digits(document, needs_back),
        _expiry(document, today),
        _plausibility(document, today),
        _consistency(document),
        _ocr_confidence(document),
    )


def uncertain_fields(document: Document) -> frozenset[FieldName]:
    """Fields that a person must look at: sources disagree, or nothing proves a value that was read unsurely."""
    return frozenset(name for name, field in document.fields.items() if _is_uncertain(field))


def _is_uncertain(field: Field) -> bool:
    chosen = field.chosen
    if chosen.source is Source.OPERATOR:
        return False
    if any(not agree(field.name, one, other) for one, other in combinations(field.readings, 2)):
        return True
    return not chosen.proven and chosen.confidence < CONFIDENCE_THRESHOLD


def _has_back(document: Document) -> bool:
    return any(page.side is PageSide.BACK for page in document.pages) or len(document.pages) > 1


def _usability(document: Document, needs_back: bool) -> Check:
    name, model = CheckName.DOCUMENT_USABILITY, "page_quality"
    inputs = tuple(f"document.{page.side.value}" for page in document.pages)
    if not document.pages:
        return not_executed(name, CheckLabel.INPUT_MISSING)
    known = document.mrz is not None or document.type.type != "" or len(document.fields) >= LEAST_LINES
    if not known:
        return Check(name, CheckStatus.REJECTED, CheckLabel.NOT_A_KNOWN_DOCUMENT, inputs=inputs, model=model)
    if needs_back and not _has_back(document):
        return Check(name, CheckStatus.WARNING, CheckLabel.BACK_MISSING, inputs=inputs, model=model)
    score = min(min(page.quality.sharpness, page.quality.hotspots) for page in document.pages)
    warnings = sorted({warning.value for page in document.pages for warning in page.quality.warnings if warning in _GRAVE})
    if warnings:
        params = {"warnings": ", ".join(warnings)}
        return Check(name, CheckStatus.WARNING, CheckLabel.LOW_QUALITY, round(score, 3), inputs=inputs, model=model, params=params)
    return Check(name, CheckStatus.PASSED, CheckLabel.OK, round(score, 3), inputs=inputs, model=model)


def _mrz_check_digits(document: Document, needs_back: bool) -> Check:
    name, model = CheckName.MRZ_CHECK_DIGITS, "icao9303-3-4.9"
    mrz = document.mrz
    if mrz is None:
        if needs_back and not _has_back(document):
            return not_executed(name, CheckLabel.INPUT_MISSING, inputs=("document.back",))
        if _has_mrz_by_design(document):
            return not_executed(name, CheckLabel.MRZ_UNREADABLE, inputs=("document.mrz",))
        return not_executed(name, CheckLabel.NOT_APPLICABLE)
    wrong = [digit for digit, holds in mrz.check_digits.items() if not holds]
    holding = sum(mrz.check_digits.values()) / max(1, len(mrz.check_digits))
    inputs = ("document.mrz",)
    if wrong:
        params = {"checks": ", ".join(wrong), "count": str(len(wrong)), "format": mrz.format.value}
        named = [digit for digit in wrong if digit in _FIELD_VALUES]
        if named:
            params |= {"field": named[0], "fields": ", ".join(named)}
        return Check(name, CheckStatus.REJECTED, CheckLabel.CHECK_DIGIT_WRONG, round(holding, 3), 1.0, inputs, model, params=params)
    # look-alikes that the alphabet of their place settles (O in a date) are reading; a changed character that could be either is repair
    doubtful = [repair for repair in mrz.repairs if not _is_forced(mrz, repair)]
    if doubtful:
        params = {"count": str(len(doubtful))}
        return Check(name, CheckStatus.WARNING, CheckLabel.REPAIRED, 1.0, 1.0, inputs, model, params=params)
    return Check(name, CheckStatus.PASSED, CheckLabel.OK, 1.0, 1.0, inputs, model)


def _is_forced(mrz: Mrz, repair: MrzRepair) -> bool:
    """The place leaves no other choice: it holds letters only or digits only. In a number, which may hold both, it is a guess."""
    if repair.read.upper() == repair.taken:
        return True
    kind = next(
        (
            field.kind
            for field in LAYOUTS[mrz.format].fields
            if field.place.line == repair.line and field.place.start <= repair.column < field.place.end
        ),
        Kind.CHECK,
    )
    return kind is not Kind.TEXT


def _has_mrz_by_design(document: Document) -> bool:
    """Passports and visas always, cards of the European Union and others that showed some of its fillers."""
    if document.type.type in ("passport", "visa"):
        return True
    if document.type.type == "driving-licence":
        return False
    if any(line.count("<") >= 3 for page in document.pages for line in page.text_lines):
        return True
    # ID cards have one as a rule; a residence permit or a card that shows none on two pages may be a national form without
    return document.type.type == "identity-card" and _has_back(document)


def _expiry(document: Document, today: str) -> Check:
    name, model = CheckName.DOCUMENT_EXPIRY, "expiry_date"
    field = document.fields.get(FieldName.DATE_OF_EXPIRY)
    if field is None:
        return not_executed(name, CheckLabel.INPUT_MISSING, inputs=("dateOfExpiry",))
    chosen = field.chosen
    if _date(chosen.value) is None:
        return not_executed(name, CheckLabel.INPUT_MISSING, inputs=("dateOfExpiry",))
    params = {"date": chosen.value, "field": FieldName.DATE_OF_EXPIRY.value}
    if chosen.value < today:
        return Check(name, CheckStatus.REJECTED, CheckLabel.EXPIRED, inputs=("dateOfExpiry",), model=model, params=params)
    return Check(name, CheckStatus.PASSED, CheckLabel.OK, inputs=("dateOfExpiry",), model=model, params=params)


def _plausibility(document: Document, today: str) -> Check:
    name, model = CheckName.DATA_PLAUSIBILITY, "plausibility_rules"
    born = _date(document.value(FieldName.DATE_OF_BIRTH))
    issued = _date(document.value(FieldName.DATE_OF_ISSUE))
    expires = _date(document.value(FieldName.DATE_OF_EXPIRY))
    now = date.fromisoformat(today)
    states = [(field, document.value(field)) for field in (FieldName.NATIONALITY, FieldName.ISSUING_STATE) if document.value(field)]
    if document.mrz is not None and not states:
        states = [(FieldName.ISSUING_STATE, document.type.country)]
    if born is None and issued is None and expires is None and not states:
        return not_executed(name, CheckLabel.INPUT_MISSING)
    rules: list[tuple[bool, FieldName]] = []
    if born is not None:
        rules += [(born <= now, FieldName.DATE_OF_BIRTH), (now.year - born.year <= MAX_AGE_YEARS, FieldName.DATE_OF_BIRTH)]
    if issued is not None:
        rules.append((issued <= now, FieldName.DATE_OF_ISSUE))
    if born is not None and issued is not None:
        rules.append((born < issued, FieldName.DATE_OF_ISSUE))
    if issued is not None and expires is not None:
        rules.append((issued < expires, FieldName.DATE_OF_EXPIRY))
    if born is not None and expires is not None:
        rules.append((born < expires, FieldName.DATE_OF_EXPIRY))
    if expires is not None:
        rules.append((expires.year - now.year <= MAX_VALIDITY_YEARS or not _is_limited(document), FieldName.DATE_OF_EXPIRY))
    rules += [(is_known(code), field) for field, code in states]
    broken = list(dict.fromkeys(field for holds, field in rules if not holds))
    inputs = tuple(dict.fromkeys(field.value for _, field in rules))
    score = round(sum(holds for holds, _ in rules) / len(rules), 3)
    if broken:
        params = {"field": broken[0].value, "fields": ", ".join(field.value for field in broken)}
        # dates that contradict each other are wrong; a code that we do not know may be new or only misread
        status = CheckStatus.REJECTED if any(field in DATE_FIELDS for field in broken) else CheckStatus.WARNING
        return Check(name, status, CheckLabel.IMPLAUSIBLE, score, 1.0, inputs, model, params=params)
    return Check(name, CheckStatus.PASSED, CheckLabel.OK, score, 1.0, inputs, model)


def _is_limited(document: Document) -> bool:
    """Whether the kind of document expires within decades; identity cards for the old may run without an end (2099, 9999)."""
    return document.type.type in ("passport", "visa")


def _consistency(document: Document) -> Check:
    name, model = CheckName.DATA_CONSISTENCY, "icao9303-3-6"
    compared: list[FieldName] = []
    differing: list[FieldName] = []
    for field in document.fields.values():
        pairs = [(one, other) for one, other in combinations(_read(field), 2) if _comparable(one, other)]
        if not pairs:
            continue
        compared.append(field.name)
        if any(contradict(field.name, one, other) for one, other in pairs):
            differing.append(field.name)
    if not compared:
        # one source only: there is nothing that could contradict it
        return not_executed(name, CheckLabel.NOT_APPLICABLE)
    score = round(1.0 - len(differing) / len(compared), 3)
    inputs = tuple(field.value for field in compared)
    if not differing:
        return Check(name, CheckStatus.PASSED, CheckLabel.OK, score, 1.0, inputs, model, params={"count": str(len(compared))})
    params = {"field": differing[0].value, "fields": ", ".join(field.value for field in differing), "count": str(len(differing))}
    # a difference that rests on a doubtful reading may be the reader's error: it asks for a look instead of rejecting
    sure = any(_surely_differs(document.fields[field]) for field in differing)
    status = CheckStatus.REJECTED if sure else CheckStatus.WARNING
    return Check(name, status, CheckLabel.INCONSISTENT, score, 1.0, inputs, model, params=params)


def _read(field: Field) -> list[Reading]:
    return [reading for reading in field.readings if reading.source is not Source.OPERATOR]


def _comparable(one: Reading, other: Reading) -> bool:
    return one.source is not other.source or one.page is not other.page


def _surely_differs(field: Field) -> bool:
    """Both sides were read surely, and the values are of the kind that has one right form (dates, numbers, sexes)."""
    strict = field.name in DATE_FIELDS or field.name in (FieldName.DOCUMENT_NUMBER, FieldName.GENDER, FieldName.PERSONAL_NUMBER)
    return strict and any(
        _comparable(one, other) and contradict(field.name, one, other) and min(one.confidence, other.confidence) >= 0.97
        for one, other in combinations(_read(field), 2)
    )


def _ocr_confidence(document: Document) -> Check:
    name, model = CheckName.OCR_CONFIDENCE, "ocr_confidence"
    read = {field.name: field.chosen for field in document.fields.values() if field.chosen.source in (Source.VISUAL_ZONE, Source.MRZ)}
    if not read:
        return not_executed(name, CheckLabel.INPUT_MISSING)
    score = float(median(reading.confidence for reading in read.values()))
    low = [field for field, reading in read.items() if reading.confidence < CONFIDENCE_THRESHOLD and not reading.proven]
    inputs = tuple(field.value for field in read)
    params = {"fields": ", ".join(field.value for field in low), "count": str(len(low))} if low else {}
    if low:
        params["field"] = low[0].value
    status = CheckStatus.PASSED if score >= CONFIDENCE_THRESHOLD and len(low) <= len(read) // 3 else CheckStatus.WARNING
    label = CheckLabel.OK if status is CheckStatus.PASSED else CheckLabel.LOW_CONFIDENCE
    return Check(name, status, label, round(score, 4), CONFIDENCE_THRESHOLD, inputs, model, params=params)


def _date(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso) if len(iso) == 10 else None
    except ValueError:
        return None
