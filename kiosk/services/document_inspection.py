"""What an inspection of a document finds: pure, from the document as read and the day. What could not be looked at is None, never False."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import median
from types import MappingProxyType

from kiosk.domain.document import Document, DocumentPage, Field, FieldName, Reading, Signal, Source, Suspicion
from kiosk.domain.inspection import OCR_THRESHOLD, DocumentInspection, PageScores, PageTampering
from kiosk.domain.mrz import Mrz, last_day
from kiosk.services.document_merge import contradict


def inspect(document: Document, *, today: str, threshold: float = OCR_THRESHOLD) -> DocumentInspection:
    """Inspects a merged document. What a person typed over it does not count: it is the document that is inspected.

    Args:
        today: YYYY-MM-DD, the day of onboarding.
        threshold: confidence of a visual zone's field below which it is listed as low, 0..1.
    """
    fields = document.as_read().fields
    confidences = _ocr_confidences(document)
    compared = {source: _inconsistent(fields, source) for source in (Source.MRZ, Source.BARCODE)}
    zones = [page.mrz for page in document.pages if page.mrz is not None] or ([document.mrz] if document.mrz is not None else [])
    return DocumentInspection(
        expired=_expired(fields, today),
        mrz_valid=_mrz_valid(zones),
        ocr_confidence=float(median(confidences.values())) if confidences else None,
        low_confidence=tuple(name for name, confidence in confidences.items() if confidence < threshold),
        consistent=_consistent(fields),
        inconsistent_with_mrz=compared[Source.MRZ],
        inconsistent_with_barcodes=compared[Source.BARCODE],
        tampering=MappingProxyType({page.side: _tampering(page) for page in _by_side(document) if page.signals}),
        scores=MappingProxyType({page.side: _scores(page) for page in _by_side(document) if page.signals}),
    )


def _mrz_valid(zones: Sequence[Mrz]) -> bool | None:
    """False where a check digit speaks against a zone; None without one, and where a zone is in doubt: not known, never True."""
    if any(not mrz.holds for mrz in zones):
        return False
    return True if zones and all(mrz.valid for mrz in zones) else None


def _ocr_confidences(document: Document) -> Mapping[FieldName, float]:
    """Per printed field what the text reader alone was sure of: merged fields are surer by what other sources say. Of two the better."""
    found: dict[FieldName, float] = {}
    for field in (field for page in document.pages for field in page.fields):
        for reading in _of(field, Source.VISUAL_ZONE):
            found[field.name] = max(found.get(field.name, 0.0), reading.confidence)
    return {name: found[name] for name in FieldName if name in found}


def _by_side(document: Document) -> tuple[DocumentPage, ...]:
    """One page per side: of several pictures of a side the last was handed in to be used."""
    return tuple({page.side: page for page in document.pages}.values())


def _expired(fields: Mapping[FieldName, Field], today: str) -> bool | None:
    """By the chosen date; one without a day runs to the end of its month."""
    field = fields.get(FieldName.DATE_OF_EXPIRY)
    last = last_day(field.chosen.value) if field is not None else ""
    return last < today if last else None


def _consistent(fields: Mapping[FieldName, Field]) -> bool | None:
    """No reading of any page or source contradicts another one of the same field; None when only one source spoke."""
    pairs = [(field.name, one, other) for field in fields.values() for one, other in combinations(field.readings, 2)]
    if all(one.source is other.source for _, one, other in pairs):
        return None
    return not any(contradict(name, one, other) for name, one, other in pairs)


def _inconsistent(fields: Mapping[FieldName, Field], source: Source) -> tuple[FieldName, ...] | None:
    """Fields whose printed value a source contradicts; None when it has no field that is printed as well."""
    printed = {name: _of(field, Source.VISUAL_ZONE) for name, field in fields.items()}
    coded = {name: _of(field, source) for name, field in fields.items()}
    both = [name for name in fields if printed[name] and coded[name]]
    if not both:
        return None
    return tuple(name for name in both if any(contradict(name, one, other) for one in printed[name] for other in coded[name]))


def _of(field: Field, source: Source) -> tuple[Reading, ...]:
    return tuple(reading for reading in field.readings if reading.source is source)


def _tampering(page: DocumentPage) -> PageTampering:
    found = _signals(page)
    retouched = found.get(Suspicion.TEXT_RETOUCHED)
    texts: tuple[FieldName, ...] | None = None
    if retouched is not None and retouched.score is not None:
        texts = tuple(name for name, score in retouched.fields.items() if score >= retouched.threshold)
    return PageTampering(
        colour_profile_change=_any_raised(found.get(Suspicion.COLOUR_PROFILE), found.get(Suspicion.GREY_COPY)),
        looks_like_screenshot=_any_raised(found.get(Suspicion.SCREEN)),
        looks_like_print_copy=_any_raised(found.get(Suspicion.PRINT_COPY)),
        grey_copy=_any_raised(found.get(Suspicion.GREY_COPY)),
        portrait_substituted=_any_raised(found.get(Suspicion.PORTRAIT_SUBSTITUTED)),
        tampered_texts=texts,
    )


def _scores(page: DocumentPage) -> PageScores:
    """Signals say how suspicious, most scores of DIS how genuine: those are turned round."""
    found = {suspicion: signal.score for suspicion, signal in _signals(page).items()}
    screen, printed = found.get(Suspicion.SCREEN), found.get(Suspicion.PRINT_COPY)
    attacks = [score for score in (screen, printed) if score is not None]
    colours = [score for one in (Suspicion.COLOUR_PROFILE, Suspicion.GREY_COPY) if (score := found.get(one)) is not None]
    retouched = _signals(page).get(Suspicion.TEXT_RETOUCHED)
    return PageScores(
        colour_profile=_turned(max(colours)) if colours else None,
        portrait_genuine=_turned(found.get(Suspicion.PORTRAIT_SUBSTITUTED)),
        # genuine towards the attacks that were looked for, and only when both were
        genuine=_turned(max(attacks)) if len(attacks) == 2 else None,
        screen=screen,
        printed=printed,
        texts={name: 1.0 - score for name, score in retouched.fields.items()}
        if retouched is not None and retouched.score is not None
        else {},
    )


def _signals(page: DocumentPage) -> Mapping[Suspicion, Signal]:
    return {signal.suspicion: signal for signal in page.signals}


def _any_raised(*signals: Signal | None) -> bool | None:
    """Is any of those raised that were measured; None when none was."""
    measured = [signal for signal in signals if signal is not None and signal.score is not None]
    return any(signal.raised for signal in measured) if measured else None


def _turned(score: float | None) -> float | None:
    return None if score is None else 1.0 - score
