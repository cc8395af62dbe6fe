"""The checks of a read document, pure: same document, same day, same checks. What could not be checked says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.countries import is_known
from kiosk.domain.document import DATE_FIELDS, Document, Field, FieldName, PageFinding, PageSide, PageWarning, Source
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.domain.mrz import Mrz, last_day, may_be_date
from kiosk.domain.mrz_layout import Kind, layout_of
from kiosk.services.document_merge import NAMES, accents_open, agree, contradict, merge
from kiosk.services.document_pages import IDENTITY, are_of_one_document, distinct, has_aamva, has_back, has_front
from kiosk.services.document_templates import template_by_id

MAX_AGE_YEARS = 120
MAX_VALIDITY_YEARS: Mapping[str, int] = {"passport": 11, "visa": 11, "driving-licence": 60}
"""From issue (or today) to expiry: passports run ten years, with what is left of the last one added; identity cards for the old may run
without an end (2099, 9999) and have no limit."""
LEAST_LINES = 3
"""A page with fewer lines of text has shown too little to be judged."""

_ESSENTIAL = (FieldName.SURNAME, FieldName.DATE_OF_BIRTH, FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_EXPIRY)
_NAMED = frozenset({FieldName.SURNAME, FieldName.FULL_NAME})
_BINDING = 2
"""Pages or zones are tied together by so many of name, birth date and number; a sex or a state alone fits half of mankind."""

_FIELD_VALUES = frozenset(name.value for name in FieldName)
# of these an unusable picture results: the rest makes reading harder and shows in the fields' confidence
_GRAVE = frozenset(
    {PageWarning.DOCUMENT_OUT_OF_IMAGE, PageWarning.SHARPNESS_LOW, PageWarning.BRIGHTNESS_LOW, PageWarning.HOTSPOTS_SCORE_HIGH}
)


def document_checks(document: Document, *, today: str, needs_back: bool, threshold: float = OCR_THRESHOLD) -> tuple[Check, ...]:
    """Every check that the document alone allows, in the order people read them.

    All are judged on what the document says. What a person typed over it is another check's matter (OPERATOR_EDITS).

    Args:
        today: YYYY-MM-DD, local.
        needs_back: the front announces a back (`DocumentRules.needs_back`).
        threshold: confidence below which a field counts as read unsurely, 0..1.
    """
    said = document.as_read()
    return (
        _usability(said, needs_back),
        _mrz_check_digits(said, needs_back),
        _expiry(said, today),
        _plausibility(said, today),
        _consistency(said, today, needs_back),
        _ocr_confidence(said, threshold),
    )


def uncertain_fields(document: Document, *, threshold: float = OCR_THRESHOLD) -> frozenset[FieldName]:
    """Fields that a person must look at: sources disagree, or nothing proves a value that was read unsurely."""
    impossible = set(_no_dates(document))
    return frozenset(name for name, field in document.fields.items() if _is_uncertain(field, threshold, impossible))


def _is_uncertain(field: Field, threshold: float, impossible: set[FieldName]) -> bool:
    chosen = field.chosen
    if chosen.source is Source.OPERATOR:
        return False
    pairs = list(combinations(field.readings, 2))
    if field.name in impossible or any(not agree(field.name, *pair) or accents_open(field.name, *pair) for pair in pairs):
        return True
    if field.name in NAMES and chosen.room == 0 and field.of(Source.VISUAL_ZONE) is None:
        return True  # only the MRZ says it and its line is full: there may be more of it
    return not chosen.proven and chosen.confidence < threshold


def _usability(document: Document, needs_back: bool) -> Check:
    name, model = CheckName.DOCUMENT_USABILITY, "page_quality"
    inputs = tuple(f"document.{page.side.value}" for page in document.pages)
    if not document.pages:
        return not_executed(name, CheckLabel.INPUT_MISSING)
    if not _is_known(document):
        # labels as documents have them, on something that does not say what it is: a library card has a name and a photograph, too
        status = CheckStatus.WARNING if len(document.fields) >= LEAST_LINES else CheckStatus.REJECTED
        return Check(name, status, CheckLabel.NOT_A_KNOWN_DOCUMENT, inputs=inputs, model=model)
    label = _wrong_pages(document, needs_back)
    if label is not None:
        return Check(name, CheckStatus.WARNING, label, inputs=inputs, model=model)
    if _lacks_mrz(document):
        return Check(name, CheckStatus.WARNING, CheckLabel.MRZ_UNREADABLE, inputs=inputs, model=model)
    score = min(min(page.quality.sharpness, page.quality.hotspots) for page in document.pages)
    warnings = sorted({warning.value for page in document.pages for warning in page.quality.warnings if warning in _GRAVE})
    if warnings:
        params = {"warnings": ", ".join(warnings)}
        return Check(name, CheckStatus.WARNING, CheckLabel.LOW_QUALITY, round(score, 3), inputs=inputs, model=model, params=params)
    return Check(name, CheckStatus.PASSED, CheckLabel.OK, round(score, 3), inputs=inputs, model=model)


def _lacks_mrz(document: Document) -> bool:
    """A passport or visa, or the page of a known document that bears the lines, without any that could be read: it may be half a page."""
    if document.mrz is not None or any(page.mrz is not None for page in document.pages):
        return False
    if document.type.type in ("passport", "visa"):
        return True
    templates = [(page.side, template_by_id(page.type.template)) for page in document.pages if page.type.template]
    return any(template is not None and template.mrz is not None and template.mrz.page is side for side, template in templates)


def _is_known(document: Document) -> bool:
    """It names its kind, or has a zone or barcode that only identity documents have."""
    return document.type.type != "" or document.mrz is not None or _is_aamva(document)


def _is_aamva(document: Document) -> bool:
    return any(has_aamva(page) for page in document.pages)


def _wrong_pages(document: Document, needs_back: bool) -> CheckLabel | None:
    mismatch = PageFinding.DOCUMENT_TYPE_MISMATCH_BETWEEN_PAGES
    if not are_of_one_document(document.pages) or any(mismatch in page.findings for page in document.pages):
        return CheckLabel.PAGES_DIFFER
    if not has_front(document.pages):
        return CheckLabel.FRONT_MISSING
    # handed in as a back and being none counts as missing even where no back is needed
    handed_in = any(page.side is PageSide.BACK for page in document.pages)
    return CheckLabel.BACK_MISSING if (needs_back or handed_in) and not has_back(document.pages) else None


def _mrz_check_digits(document: Document, needs_back: bool) -> Check:
    name = CheckName.MRZ_CHECK_DIGITS
    zones = [page.mrz for page in document.pages if page.mrz is not None] or ([document.mrz] if document.mrz is not None else [])
    if zones:
        # every zone is judged: a good one on the back does not heal a wrong one on the front
        return max((_zone_check(mrz) for mrz in zones), key=lambda check: _SEVERITY[check.status])
    if any(line.count("<") >= 3 for page in document.pages for line in page.text_lines):
        return not_executed(name, CheckLabel.MRZ_UNREADABLE, inputs=("document.mrz",))
    if document.type.type == "driving-licence" or _is_aamva(document):
        return not_executed(name, CheckLabel.NOT_APPLICABLE)
    if needs_back and not has_back(document.pages):
        return not_executed(name, CheckLabel.INPUT_MISSING, inputs=("document.back",))
    # whether a document of unknown kind has lines cannot be known either
    label = CheckLabel.MRZ_UNREADABLE if document.type.type else CheckLabel.INPUT_MISSING
    return not_executed(name, label, inputs=("document.mrz",))


_SEVERITY = {CheckStatus.PASSED: 0, CheckStatus.NOT_EXECUTED: 1, CheckStatus.WARNING: 2, CheckStatus.REJECTED: 3}


def _zone_check(mrz: Mrz) -> Check:
    name, model = CheckName.MRZ_CHECK_DIGITS, "icao9303-3-4.9"
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
    if mrz.doubtful_repairs:
        params = {"count": str(len(mrz.doubtful_repairs))}
        return Check(name, CheckStatus.WARNING, CheckLabel.REPAIRED, 1.0, 1.0, inputs, model, params=params)
    return Check(name, CheckStatus.PASSED, CheckLabel.OK, 1.0, 1.0, inputs, model)


def _expiry(document: Document, today: str) -> Check:
    name, model, inputs = CheckName.DOCUMENT_EXPIRY, "expiry_date", (FieldName.DATE_OF_EXPIRY.value,)
    field = document.fields.get(FieldName.DATE_OF_EXPIRY)
    last = last_day(field.chosen.value) if field is not None else ""
    if field is None or not last:
        return not_executed(name, CheckLabel.INPUT_MISSING, inputs=inputs)
    chosen = field.chosen
    params = {"date": chosen.value, "field": FieldName.DATE_OF_EXPIRY.value}
    if not chosen.proven and len({day < today for one in field.readings if (day := last_day(one.value))}) > 1:
        # valid by one source and expired by another, and nothing proves either
        return Check(name, CheckStatus.WARNING, CheckLabel.LOW_CONFIDENCE, inputs=inputs, model=model, params=params)
    if last < today:
        return Check(name, CheckStatus.REJECTED, CheckLabel.EXPIRED, inputs=inputs, model=model, params=params)
    return Check(name, CheckStatus.PASSED, CheckLabel.OK, inputs=inputs, model=model, params=params)


def _plausibility(document: Document, today: str) -> Check:
    name, model = CheckName.DATA_PLAUSIBILITY, "plausibility_rules"
    born = _span(document.value(FieldName.DATE_OF_BIRTH))
    issued = _span(document.value(FieldName.DATE_OF_ISSUE))
    expires = _span(document.value(FieldName.DATE_OF_EXPIRY))
    limit = MAX_VALIDITY_YEARS.get(document.type.type)
    states = [(field, document.value(field)) for field in (FieldName.NATIONALITY, FieldName.ISSUING_STATE) if document.value(field)]
    if document.mrz is not None and not states:
        states = [(FieldName.ISSUING_STATE, document.type.country)]
    # of a date without its day, the end that keeps the rule counts: what cannot be known breaks none
    rules: list[tuple[bool, FieldName]] = []
    if born is not None:
        rules += [(born.first <= today, FieldName.DATE_OF_BIRTH), (_years(born.last, today) <= MAX_AGE_YEARS, FieldName.DATE_OF_BIRTH)]
    if issued is not None:
        rules.append((issued.first <= today, FieldName.DATE_OF_ISSUE))
    if born is not None and issued is not None:
        rules.append((born.first < issued.last, FieldName.DATE_OF_ISSUE))
    if issued is not None and expires is not None:
        rules.append((issued.first < expires.last, FieldName.DATE_OF_EXPIRY))
    if born is not None and expires is not None:
        rules.append((born.first < expires.last, FieldName.DATE_OF_EXPIRY))
    if expires is not None and limit is not None:
        since = issued.last if issued is not None else today
        rules.append((_years(since, expires.first) <= limit, FieldName.DATE_OF_EXPIRY))
    rules += [(is_known(code), field) for field, code in states]
    # no reading has it, and no printed date makes it good
    rules += [(False, field) for field in _no_dates(document)]
    broken = list(dict.fromkeys(field for holds, field in rules if not holds))
    inputs = tuple(dict.fromkeys(field.value for _, field in rules))
    score = round(sum(holds for holds, _ in rules) / max(1, len(rules)), 3)
    if broken:
        params = {"field": broken[0].value, "fields": ", ".join(field.value for field in broken)}
        # dates that contradict each other are wrong; a code that we do not know may be new or only misread
        status = CheckStatus.REJECTED if any(field in DATE_FIELDS for field in broken) else CheckStatus.WARNING
        return Check(name, status, CheckLabel.IMPLAUSIBLE, score, 1.0, inputs, model, params=params)
    missing = _missing(document)
    if missing:
        params = {"field": missing[0].value, "fields": ", ".join(field.value for field in missing)}
        return not_executed(name, CheckLabel.INPUT_MISSING, inputs=tuple(field.value for field in missing), **params)
    return Check(name, CheckStatus.PASSED, CheckLabel.OK, score, 1.0, inputs, model)


def _no_dates(document: Document) -> list[FieldName]:
    """Dates of the document's zones that no calendar has (month 13), whatever their check digits say."""
    zones = [page.mrz for page in document.pages if page.mrz is not None] or ([document.mrz] if document.mrz is not None else [])
    return [
        FieldName(part.name)
        for mrz in zones
        for part in layout_of(mrz.format).fields
        if part.kind is Kind.DATE and not may_be_date(mrz.lines[part.place.line][part.place.start : part.place.end])
    ]


def _missing(document: Document) -> list[FieldName]:
    """What a document must say about its holder and itself and could not be read. Dates count when they are dates."""
    found = {name for name, field in document.fields.items() if name not in DATE_FIELDS or last_day(field.chosen.value)}
    if found & _NAMED:
        found |= _NAMED
    return [name for name in _ESSENTIAL if name not in found]


def _consistency(document: Document, today: str, needs_back: bool) -> Check:
    name, model = CheckName.DATA_CONSISTENCY, "icao9303-3-6"
    shown = distinct(document.pages)
    # a picture agrees with itself: what a page says again in another picture of it is no second source
    independent = document if len(shown) == len(document.pages) else merge(shown, today=today)
    compared = [field.name for field in independent.fields.values() if len(field.readings) > 1]
    differing = [
        field.name
        for field in document.fields.values()
        if any(contradict(field.name, one, other) for one, other in combinations(field.readings, 2))
    ]
    inputs = tuple(field.value for field in dict.fromkeys((*compared, *differing)))
    if not differing:
        if sum(not group.isdisjoint(compared) for group in IDENTITY) < _BINDING:
            label = CheckLabel.NOT_APPLICABLE if _is_of_one_zone(document, needs_back) else CheckLabel.INPUT_MISSING
            return not_executed(name, label, inputs=inputs)
        return Check(name, CheckStatus.PASSED, CheckLabel.OK, 1.0, 1.0, inputs, model, params={"count": str(len(compared))})
    score = round(1.0 - len(differing) / len(inputs), 3)
    params = {"field": differing[0].value, "fields": ", ".join(field.value for field in differing), "count": str(len(differing))}
    # a difference that rests on a doubtful reading may be the reader's error: it asks for a look instead of rejecting
    sure = any(_surely_differs(document.fields[field]) for field in differing)
    status = CheckStatus.REJECTED if sure else CheckStatus.WARNING
    return Check(name, status, CheckLabel.INCONSISTENT, score, 1.0, inputs, model, params=params)


def _is_of_one_zone(document: Document, needs_back: bool) -> bool:
    """A known kind of document that is one page, with print on it and nothing for machines. Where a zone is likely it is not."""
    licence = document.type.type == "driving-licence"
    return licence and len(document.pages) == 1 and not needs_back and document.mrz is None and not document.barcodes


def _surely_differs(field: Field) -> bool:
    """Both sides were read surely, and the values are of the kind that has one right form (dates, numbers, sexes)."""
    strict = field.name in DATE_FIELDS or field.name in (FieldName.DOCUMENT_NUMBER, FieldName.GENDER, FieldName.PERSONAL_NUMBER)
    return strict and any(
        contradict(field.name, one, other) and min(one.confidence, other.confidence) >= 0.97
        for one, other in combinations(field.readings, 2)
    )


def _ocr_confidence(document: Document, threshold: float) -> Check:
    name, model = CheckName.OCR_CONFIDENCE, "ocr_confidence"
    read = {field.name: field.chosen for field in document.fields.values() if field.chosen.source in (Source.VISUAL_ZONE, Source.MRZ)}
    if not read:
        return not_executed(name, CheckLabel.INPUT_MISSING)
    score = float(median(reading.confidence for reading in read.values()))
    low = [field for field, reading in read.items() if reading.confidence < threshold and not reading.proven]
    inputs = tuple(field.value for field in read)
    params = {"fields": ", ".join(field.value for field in low), "count": str(len(low))} if low else {}
    if low:
        params["field"] = low[0].value
    status = CheckStatus.PASSED if score >= threshold and len(low) <= len(read) // 3 else CheckStatus.WARNING
    label = CheckLabel.OK if status is CheckStatus.PASSED else CheckLabel.LOW_CONFIDENCE
    return Check(name, status, label, round(score, 4), threshold, inputs, model, params=params)


@dataclass(frozen=True, slots=True)
class _Span:
    """The days that a date may mean, ISO; one day unless its day or month is not known."""

    first: str
    last: str


def _span(iso: str) -> _Span | None:
    last = last_day(iso)
    return _Span((iso + "-01-01")[:10], last) if last else None


def _years(since: str, until: str) -> int:
    """Whole years between two ISO dates."""
    return int(until[:4]) - int(since[:4]) - (until[5:] < since[5:])
