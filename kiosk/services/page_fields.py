"""The fields of one page and what the page is: by labels first, then by the template that they point to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kiosk.domain.document import Barcode, Field, FieldName, PageSide, Reading
from kiosk.domain.national_letters import languages_of
from kiosk.imaging import geometry
from kiosk.ports import TextLine
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
from kiosk.services.document_letters import languages_read, respelled
from kiosk.services.document_templates import load_templates, template_by_id
from kiosk.services.document_values import Context
from kiosk.services.page_look import PageLook
from kiosk.services.template_fields import merge_readings, read_fields
from kiosk.services.template_layout import by_layout
from kiosk.services.template_match import Advice, Evidence, TemplateMatch, evidence_from, score_templates

MIN_READING_CONFIDENCE = 0.65
CUT_CONFIDENCE = 0.75
"""The most that a value is sure which runs into the edge of its page."""
GUESSED_MARK = 0.9
"""The most that a value is sure whose cedilla or comma below was set by the letters of other values."""
_EDGE = 0.005
_ROMANIAN = frozenset("ĂăȚțŢţ")
_TURKISH = frozenset("ĞğŞş")
_TURKISH_ALONE = frozenset("Ğğİı")
_CEDILLA = str.maketrans("Șș", "Şş")
_COMMA_BELOW_S = str.maketrans("Şş", "Șș")
_COMMA_BELOW_T = str.maketrans("Ţţ", "Țț")


@dataclass(frozen=True, slots=True)
class _Spelling:
    """Which S a page has. `proof`: letters that a value has in that language alone; None = the document is known to be in it."""

    table: Mapping[int, int]
    proof: frozenset[str] | None


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
    match = kind.match
    if match is None or not match.edition_sure:
        match = _by_layout(look, evidence, context, advice, match) or match
    languages = match.template.languages if match is not None else ()
    languages = languages or languages_of(kind.type.country)
    told = bool(languages)
    languages = languages or languages_read(look.lines, context.words)
    lines = respelled(look.lines, languages, told=told)
    if lines != look.lines:
        labelled = _sure(visual_fields(lines, side, context))
    if match is not None:
        template = match.template
        # of an edition that is not sure the places may differ: labels and formats hold
        size = (width, height) if match.edition_sure else None
        by_template = dict(_sure(read_fields(lines, template, match.side, context, size=size)))
        # which edition it is does not show: what one of them calls its labels may be what stands here
        for other in filter(None, map(template_by_id, match.editions[1:])):
            more = _sure(read_fields(lines, other, match.side, context))
            by_template |= {name: found for name, found in more.items() if name not in by_template}
        labelled = merge_readings(dict(by_template), labelled, template, match.side, context)
    machine = mrz_fields(look.mrz, kind.side, look.mrz_quads, today) if look.mrz is not None else {}
    letters = _s_of(lines, told and "ro" in languages)
    labelled = {name: tuple(_cut(_spelled(one, letters), width) for one in found) for name, found in labelled.items()}
    printed = reconciled(dict(labelled), lines, machine, kind.side, context)
    return PageFields(fields_of(printed, machine, barcode_fields(barcodes, kind.side, today)), kind)


def _by_layout(
    look: PageLook, evidence: Evidence, context: Context, advice: Advice | None, known: TemplateMatch | None
) -> TemplateMatch | None:
    """What the document is called may not be read; where its values stand tells how to read them, and not what it is.

    Args:
        known: as far as titles and labels tell; None = they tell nothing.
    """
    if look.mrz is None or not look.mrz.holds or look.location is None:
        return None
    height, width = look.image.shape[:2]
    allowed = [one for one in score_templates(evidence, load_templates(), advice) if "mrz" in one.reasons]
    if known is not None:
        allowed = [one for one in allowed if one.template.id in known.editions]
    return by_layout(look.lines, allowed, context, (width, height))


def names_document(look: PageLook, *, today: str) -> bool:
    """Whether what was read is surely a known document's: its title and its state stand on it."""
    if len(look.lines) < 3:
        return False
    height, width = look.image.shape[:2]
    texts = [line.text for line in look.lines]
    evidence = evidence_from(texts, look.mrz, {}, today=today, size=(width, height), located=look.location is not None)
    return classify_page(evidence).match is not None


def _s_of(lines: Sequence[TextLine], romanian: bool) -> _Spelling:
    """Romanian has commas below where Turkish has cedillas; fonts and readers mix them: which S has what, by all letters of the page.

    Args:
        romanian: the document is known to be; labels alone do not tell ("Adresa" is Czech, Slovak and Romanian).
    """
    if romanian:
        return _Spelling(_COMMA_BELOW_S, None)
    if any(not _ROMANIAN.isdisjoint(line.text) for line in lines):
        return _Spelling(_COMMA_BELOW_S, _ROMANIAN)
    if any(not _TURKISH.isdisjoint(line.text) for line in lines):
        return _Spelling(_CEDILLA, _TURKISH_ALONE)
    return _Spelling({}, None)


def _spelled(reading: Reading, letters: _Spelling) -> Reading:
    """With the S of the document's language, doubted where only other values tell that; T with a cedilla is no other language's letter."""
    value = reading.value.translate(_COMMA_BELOW_T)
    settled = value.translate(letters.table)
    if settled != value and letters.proof is not None and letters.proof.isdisjoint(value):
        sure, accents = min(reading.confidence, GUESSED_MARK), min(reading.accents, GUESSED_MARK)
        return replace(reading, value=settled, confidence=sure, accents=accents)
    return reading if settled == reading.value else replace(reading, value=settled)


def _cut(reading: Reading, width: int) -> Reading:
    """A value that begins or ends at the page's very edge may go on beyond it: clear letters say nothing of those that are not there."""
    if reading.quad is None:
        return reading
    left, _, right, _ = geometry.bounds(reading.quad)
    inside = _EDGE * width < left and right < (1.0 - _EDGE) * width
    return reading if inside else replace(reading, confidence=min(reading.confidence, CUT_CONFIDENCE))


def _sure(readings: Readings) -> Readings:
    """Without what was read too badly to be worth a look."""
    return {
        name: kept for name, found in readings.items() if (kept := tuple(one for one in found if one.confidence >= MIN_READING_CONFIDENCE))
    }
