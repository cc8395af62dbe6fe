"""An inspection and the quality of a page as JSON, in the shapes of DIS 1.65. An absent member was not looked at; it is never false."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.domain.document import PageQuality, PageWarning
from kiosk.domain.inspection import DocumentInspection, PageScores, PageTampering
from kiosk.imaging.page_quality import Level, quality_levels
from kiosk.ports import Json

_WARNINGS = frozenset({PageWarning.DOCUMENT_CLOSE_TO_IMAGE_BORDER})


def inspection_json(inspection: DocumentInspection) -> dict[str, Json]:
    """`DocumentInspectResponse`: of `portraitInspection` and `chipInspection` nothing is known here."""
    body: dict[str, Json] = {}
    if inspection.expired is not None:
        body["expired"] = inspection.expired
    if inspection.mrz_valid is not None:
        body["mrzInspection"] = {"valid": inspection.mrz_valid}
    if inspection.ocr_confidence is not None:
        body["visualZoneInspection"] = _visual_zone(inspection, inspection.ocr_confidence)
    pages = _sided((side.value, _tampering(page)) for side, page in inspection.tampering.items())
    if pages:
        body["pageTampering"] = pages
    return body


def disclosure_json(inspection: DocumentInspection) -> dict[str, Json]:
    """`DocumentInspectDiscloseResponse`: the raw scores, 0..1, in the directions of DIS."""
    pages = _sided((side.value, _disclosed(page)) for side, page in inspection.scores.items())
    return {"pageTampering": pages} if pages else {}


def quality_json(quality: PageQuality) -> dict[str, Json]:
    """`DocumentPageQuality`: fine, issues, warnings, and score and level of each measure."""
    issues: list[Json] = [warning.value for warning in quality.warnings if warning not in _WARNINGS]
    warnings: list[Json] = [warning.value for warning in quality.warnings if warning in _WARNINGS]
    levels = quality_levels(quality)
    # DIS counts hotspots, here the score says how free of them the page is
    hotspots = 1.0 - quality.hotspots
    return {
        "fine": not issues,
        "issues": issues,
        "warnings": warnings,
        "details": {
            "sharpness": _measure(quality.sharpness, levels.sharpness),
            "brightness": _measure(quality.brightness, levels.brightness),
            "hotspots": _measure(hotspots, levels.hotspots),
        },
    }


def _visual_zone(inspection: DocumentInspection, confidence: float) -> dict[str, Json]:
    ocr: dict[str, Json] = {"confidence": round(confidence, 4)}
    ocr["lowOcrConfidenceTexts"] = [name.value for name in inspection.low_confidence]
    body: dict[str, Json] = {"ocrConfidence": ocr}
    compared: dict[str, Json] = {}
    found = {"mrz": inspection.inconsistent_with_mrz, "barcodes": inspection.inconsistent_with_barcodes}
    for source, names in found.items():
        if names is not None:
            compared[source] = {"inconsistentTexts": [name.value for name in names]}
    if inspection.consistent is not None:
        consistency: dict[str, Json] = {"consistent": inspection.consistent}
        if compared:
            consistency["consistencyWith"] = compared
        body["textConsistency"] = consistency
    return body


def _tampering(page: PageTampering) -> dict[str, Json]:
    found = {
        "colorProfileChangeDetected": page.colour_profile_change,
        "looksLikeScreenshot": page.looks_like_screenshot,
        "tamperedTexts": bool(page.tampered_texts) if page.tampered_texts is not None else None,
        "looksLikePrintCopy": page.looks_like_print_copy,
    }
    return {name: value for name, value in found.items() if value is not None}


def _disclosed(page: PageScores) -> dict[str, Json]:
    scores = {
        "colorProfileChangeDetected": page.colour_profile,
        # deprecated in DIS, kept by it: low = looks like a screenshot
        "looksLikeScreenshot": None if page.screen is None else 1.0 - page.screen,
        "documentPortraitGenuine": page.portrait_genuine,
        "presentationAttackDetectionGenuine": page.genuine,
        "presentationAttackScreenClass": page.screen,
        "presentationAttackPrintClass": page.printed,
    }
    body: dict[str, Json] = {name: {"score": round(score, 4)} for name, score in scores.items() if score is not None}
    if page.texts:
        body["tamperedTexts"] = {name.value: {"score": round(score, 4)} for name, score in page.texts.items()}
    return body


def _measure(score: float, level: Level) -> dict[str, Json]:
    return {"score": round(score, 4), "level": level.value}


def _sided(pages: Iterable[tuple[str, dict[str, Json]]]) -> dict[str, Json]:
    """By side, without those that nothing is known of."""
    return {side: page for side, page in pages if page}
