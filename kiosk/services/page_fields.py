"""The fields of one page and what the page is: by labels first, then by the template that they point to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain.document import Barcode, Field, FieldName, PageSide
from kiosk.services.document_classification import PageClass, classify_page
from kiosk.services.document_fields import (
    Readings,
    barcode_fields,
    context_of,
    fields_of,
    mrz_fields,
    reconciled,
    visual_fields,
)
from kiosk.services.page_look import PageLook
from kiosk.services.template_fields import merge_readings, read_fields
from kiosk.services.template_match import Advice, evidence_from

MIN_READING_CONFIDENCE = 0.65


@dataclass(frozen=True, slots=True)
class PageFields:
    """`kind.side` is the page's side as its template tells, else as it was taken for."""

    fields: tuple[Field, ...]
    kind: PageClass


def page_fields(look: PageLook, barcodes: Sequence[Barcode], side: PageSide, *, today: str, advice: Advice | None = None) -> PageFields:
    """Reads the page and says what it is.

    Args:
        side: what the page is taken for, by its MRZ, face and barcodes.
        today: YYYY-MM-DD.
        advice: what the caller knows of the document.
    """
    coded = barcode_fields(barcodes, side, today)
    state = look.mrz.values.get("issuingState", "") if look.mrz is not None else ""
    state = state or next((reading.value for reading in coded.get(FieldName.ISSUING_STATE, ())), "")
    context = context_of(today, state=state)
    labelled: Readings = _sure(visual_fields(look.lines, side, context))
    height, width = look.image.shape[:2]
    texts = [line.text for line in look.lines]
    evidence = evidence_from(texts, look.mrz, labelled, today=today, size=(width, height), located=look.location is not None, side=side)
    kind = classify_page(evidence, advice=advice)
    if kind.match is not None:
        template = kind.match.template
        # of an edition that is not sure the places may differ: labels and formats hold
        size = (width, height) if kind.match.edition_sure else None
        by_template = _sure(read_fields(look.lines, template, kind.side, context, size=size))
        labelled = merge_readings(dict(by_template), labelled, template, kind.side, context)
    machine = mrz_fields(look.mrz, kind.side, look.mrz_quads, today) if look.mrz is not None else {}
    printed = reconciled(dict(labelled), look.lines, machine, kind.side, context)
    return PageFields(fields_of(printed, machine, barcode_fields(barcodes, kind.side, today)), kind)


def names_document(look: PageLook, *, today: str) -> bool:
    """Whether what was read is surely a known document's: its title and its state stand on it."""
    if len(look.lines) < 3:
        return False
    height, width = look.image.shape[:2]
    texts = [line.text for line in look.lines]
    evidence = evidence_from(texts, look.mrz, {}, today=today, size=(width, height), located=look.location is not None)
    return classify_page(evidence).match is not None


def _sure(readings: Readings) -> Readings:
    """Without what was read too badly to be worth a look."""
    return {
        name: kept for name, found in readings.items() if (kept := tuple(one for one in found if one.confidence >= MIN_READING_CONFIDENCE))
    }
