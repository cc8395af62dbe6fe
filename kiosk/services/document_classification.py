"""What a document is and which of its sides a page shows: by a template, by its MRZ, by what it prints; and what is odd about its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain.countries import alpha3, same_state
from kiosk.domain.document import DocumentPage, DocumentType, PageFinding, PageSide, SupportLevel, SupportMethod
from kiosk.domain.mrz import Mrz, MrzFormat
from kiosk.domain.mrz_layout import CARD_FORMATS, layout_of
from kiosk.services.document_templates import load_templates
from kiosk.services.document_words import load_words
from kiosk.services.template_match import Advice, Evidence, TemplateMatch, best_of, evidence_of, other_side, score_templates
from kiosk.services.template_model import Template

__all__ = ["Advice", "DocumentClass", "PageClass", "classify_document", "classify_page", "kind_of_code"]

_LEAST_LABELS = 2


@dataclass(frozen=True, slots=True)
class PageClass:
    """What one page is. `match` None = no template; `side` as the template says, else as it was taken for."""

    type: DocumentType
    side: PageSide
    match: TemplateMatch | None = None


@dataclass(frozen=True, slots=True)
class DocumentClass:
    """What the pages together are.

    Attributes:
        pages: in the order given, as classified together.
        findings: per page in the same order; those of the last page are what its upload answers.
    """

    type: DocumentType
    pages: tuple[PageClass, ...]
    findings: tuple[tuple[PageFinding, ...], ...]


def classify_page(evidence: Evidence, *, templates: Sequence[Template] | None = None, advice: Advice | None = None) -> PageClass:
    """One page by itself.

    Args:
        evidence: see `template_match.evidence_from` (while reading) and `evidence_of` (a page that was read).
        templates: None = those of resources/documents.
        advice: restricts what the document may be; one that contradicts it is NOT_SUPPORTED.
    """
    known = load_templates() if templates is None else templates
    return _class_of(evidence, best_of(score_templates(evidence, known, advice)), advice)


def classify_document(
    pages: Sequence[DocumentPage], *, today: str, templates: Sequence[Template] | None = None, advice: Advice | None = None
) -> DocumentClass:
    """All pages of one document, in the order in which they were handed in.

    The pages together decide on the template: a front that could be of two editions becomes sure by its back.
    """
    known = load_templates() if templates is None else templates
    seen = [evidence_of(page, today) for page in pages]
    scored = [score_templates(one, known, advice) for one in seen]  # once: it is what costs, and does not depend on the other pages
    alone = [_class_of(one, best_of(matches), advice) for one, matches in zip(seen, scored, strict=True)]
    together = _together(seen, scored, known, advice)
    findings: list[tuple[PageFinding, ...]] = []
    for number in range(len(pages)):
        before = _together(seen[:number], scored[:number], known, advice) if number else ()
        now = _together(seen[: number + 1], scored[: number + 1], known, advice)
        findings.append(_findings(number, seen, alone, before, now))
    return DocumentClass(_type_of_all(seen, together), together, tuple(findings))


def kind_of_code(code: str, worded: str) -> str:
    """ICAO 9303-4 4.2.2.1, 9303-5 4.2.2.1, 9303-7: P passport, V visa, A, C and I other official travel documents; D driving licence.

    Args:
        code: the first two characters of an MRZ.
        worded: what the print says, for any other code.
    """
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


# --- together ------------------------------------------------------------------------------------------------------


def _together(
    seen: Sequence[Evidence], scored: Sequence[Sequence[TemplateMatch]], templates: Sequence[Template], advice: Advice | None
) -> tuple[PageClass, ...]:
    """Every page with the template that fits all pages best; a page that speaks against it keeps a class of its own."""
    classes: list[PageClass] = []
    for number, evidence in enumerate(seen):
        match = best_of(scored[number])
        others = [other for place, other in enumerate(scored) if place != number]
        if match is not None and not match.edition_sure:
            match = _settled_edition(match, scored[number], others)
        elif match is None:
            match = _by_other_page(evidence, others, templates)
        classes.append(_class_of(evidence, match, advice))
    return tuple(classes)


def _settled_edition(match: TemplateMatch, own: Sequence[TemplateMatch], others: Sequence[Sequence[TemplateMatch]]) -> TemplateMatch:
    """The edition that the other page is sure of, where this page allows several."""
    for other in others:
        sure = best_of(other)
        if sure is not None and sure.edition_sure and sure.template.id in match.editions:
            same = next((one for one in own if one.template.id == sure.template.id and one.side is match.side), None)
            if same is not None:
                return same
    return match


def _by_other_page(evidence: Evidence, others: Sequence[Sequence[TemplateMatch]], templates: Sequence[Template]) -> TemplateMatch | None:
    """A page that alone says too little is the other side of a document that is sure, when something of it fits."""
    for other in others:
        sure = best_of(other)
        if sure is not None and not sure.template.is_generic:
            found = other_side(evidence, sure, templates)
            if found is not None:
                return found
    return None


def _type_of_all(seen: Sequence[Evidence], classes: Sequence[PageClass]) -> DocumentType:
    """The best-known page's type, with what only another one says."""
    if not classes:
        return DocumentType()
    best = max((one.type for one in classes), key=_rank)
    merged: dict[str, str] = {}
    for name in ("type", "country", "mrtd"):
        merged[name] = getattr(best, name) or next((getattr(one.type, name) for one in classes if getattr(one.type, name)), "")
    support = best.support
    if support is SupportLevel.MRZ_EXTRACTION_ONLY and any(one.labels >= _LEAST_LABELS for one in seen):
        support = SupportLevel.GENERIC_SUPPORT
    return DocumentType(merged["type"], merged["country"], merged["mrtd"], best.edition, best.template, support, best.method)


_SUPPORT_RANK = {
    SupportLevel.FULL_SUPPORT: 3,
    SupportLevel.GENERIC_SUPPORT: 2,
    SupportLevel.MRZ_EXTRACTION_ONLY: 2,
    SupportLevel.NOT_SUPPORTED: 0,
}


def _rank(kind: DocumentType) -> tuple[int, bool, bool, bool]:
    return _SUPPORT_RANK[kind.support], bool(kind.template), bool(kind.mrtd), bool(kind.country)


# --- findings ------------------------------------------------------------------------------------------------------


def _findings(
    number: int, seen: Sequence[Evidence], alone: Sequence[PageClass], before: Sequence[PageClass], now: Sequence[PageClass]
) -> tuple[PageFinding, ...]:
    """What there is to say when page `number` is handed in after the earlier ones."""
    found: list[PageFinding] = []
    this, earlier = now[number], now[:number]
    if any(_differ(one.type, this.type) or _other_edition(one, this) or _other_edition(this, one) for one in earlier):
        found.append(PageFinding.DOCUMENT_TYPE_MISMATCH_BETWEEN_PAGES)
    if any(_changed(one, other) for one, other in zip(before, now, strict=False)):
        found.append(PageFinding.PAGE_CLASSIFICATION_CHANGED)
    if this.side is PageSide.BACK and not any(one.side is not PageSide.BACK for one in earlier):
        found.append(PageFinding.MISSING_FRONT_PAGE)
    # a bare back tells nothing alone: beside a known front it is taken for its other side
    unknown = this.type.support is SupportLevel.NOT_SUPPORTED
    beside_known = any(one.type.support is not SupportLevel.NOT_SUPPORTED for one in earlier) and this.side is not PageSide.FRONT
    if unknown and not beside_known:
        found.append(PageFinding.DOCUMENT_TYPE_NOT_RECOGNIZED)
    return tuple(found)


def _differ(one: DocumentType, other: DocumentType) -> bool:
    if one.country and other.country and not same_state(one.country, other.country):
        return True
    if any(a and b and a != b for a, b in ((one.type, other.type), (one.mrtd, other.mrtd))):
        return True
    return bool(one.template and other.template and one.template != other.template)


def _other_edition(sure: PageClass, open_: PageClass) -> bool:
    """Whether one page is surely of a template that is none of those that the other may be of."""
    if sure.match is None or open_.match is None or not sure.match.edition_sure or open_.match.edition_sure:
        return False
    return sure.match.template.id not in open_.match.editions


def _changed(before: PageClass, now: PageClass) -> bool:
    """A page that becomes better known by itself has not changed; one that another page makes something else has."""
    old, new = before.type, now.type
    parts = ((old.type, new.type), (old.edition, new.edition), (old.template, new.template), (alpha3(old.country), alpha3(new.country)))
    taken_over = old.support is not SupportLevel.FULL_SUPPORT and new.support is SupportLevel.FULL_SUPPORT
    return before.side is not now.side or taken_over or any(a and a != b for a, b in parts)


# --- one page ------------------------------------------------------------------------------------------------------


def _class_of(evidence: Evidence, match: TemplateMatch | None, advice: Advice | None) -> PageClass:
    mrz = evidence.mrz
    if match is not None:
        template = match.template
        if template.is_generic:
            country = mrz.values.get("issuingState", "") if mrz is not None else evidence.country
            kind = DocumentType(
                template.type,
                country,
                _size_of(template.mrtd),
                "",
                template.id,
                SupportLevel.FULL_SUPPORT,
                SupportMethod.GLOBAL_PASSPORT_SUPPORT,
            )
        else:
            sure = match.edition_sure
            kind = DocumentType(
                template.type,
                template.country,
                _size_of(template.mrtd),
                template.edition if sure else "",
                template.id if sure else "",
                SupportLevel.FULL_SUPPORT,
                SupportMethod.FULL_TEMPLATE_SUPPORT,
            )
        if advice is None or _allowed(kind, advice):
            return PageClass(kind, match.side, match)
    kind = _generic_type(evidence)
    if advice is not None and not _allowed(kind, advice):
        return PageClass(DocumentType(support=SupportLevel.NOT_SUPPORTED), _side_of(evidence))
    return PageClass(kind, _side_of(evidence))


def _size_of(mrtd: str) -> str:
    """A national zone by the size of its document ("FRA-ID" is a TD2), as DIS names it."""
    return layout_of(MrzFormat(mrtd)).mrtd if mrtd else ""


def _allowed(kind: DocumentType, advice: Advice) -> bool:
    return advice.allows(country=kind.country, type=kind.type, mrtd=kind.mrtd, edition=kind.edition)


def _side_of(evidence: Evidence) -> PageSide:
    """Without a template: an MRZ that is not a card's stands on the front (ICAO 9303-4, 9303-7); else as it was taken for."""
    if evidence.mrz is not None and evidence.mrz.format not in CARD_FORMATS:
        return PageSide.FRONT
    return evidence.side


def _generic_type(evidence: Evidence) -> DocumentType:
    words = load_words()
    worded = _worded_type(evidence.texts)
    if evidence.mrz is None:
        country = evidence.country or next((code for text in evidence.texts for code in words.states_in(text)), "")
        support = SupportLevel.GENERIC_SUPPORT if evidence.labels >= _LEAST_LABELS else SupportLevel.NOT_SUPPORTED
        return DocumentType(worded, country, support=support)
    mrz: Mrz = evidence.mrz
    kind, country = kind_of_code(mrz.values.get("documentCode", ""), worded), mrz.values.get("issuingState", "")
    if evidence.labels < _LEAST_LABELS:
        return DocumentType(kind, country, _size_of(mrz.format.value), support=SupportLevel.MRZ_EXTRACTION_ONLY)
    return DocumentType(kind, country, _size_of(mrz.format.value), support=SupportLevel.GENERIC_SUPPORT)


def _worded_type(texts: Sequence[str]) -> str:
    """The kind of document that a page names most, "" when it names none; short lines count double."""
    words = load_words()
    counts: dict[str, int] = {}
    for text in texts:
        for kind in words.types_in(text):
            counts[kind] = counts.get(kind, 0) + (2 if len(text) < 40 else 1)
    return max(counts, key=lambda kind: counts[kind], default="")
