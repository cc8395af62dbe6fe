"""The trust factors that exist here, where their values come from, and the request and answer of DIS (trust-evaluation, 1.65).

The vendor's own names are not public but for a few; those are used where the meaning is the same. docs/guides/protocol-services.md has the
table for integrators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.trust import BooleanRule, ScoreBounds, TrustEvaluation, TrustFactorDefinition, TrustFactorType
from kiosk.ports import Json, StoredCustomer

_SCORE, _BOOLEAN = TrustFactorType.SCORE, TrustFactorType.BOOLEAN
Values = dict[str, float | bool | None]

KNOWN_FACTORS: Mapping[str, TrustFactorType] = {
    "passive_liveness": _SCORE,
    "magnifeye_liveness": _SCORE,
    "multi_range_liveness": _SCORE,
    "smile_liveness": _SCORE,
    "eye_gaze_liveness": _SCORE,
    "document_face_match": _SCORE,
    "liveness_selfie_similarity": _SCORE,
    "age_difference_with_document_portrait": _SCORE,
    "age_difference_with_date_of_birth": _SCORE,
    "ocr_confidence": _SCORE,
    "document_liveness": _SCORE,
    "document_portrait_genuine": _SCORE,
    "document_face_matches": _BOOLEAN,
    "liveness_selfies_match": _BOOLEAN,
    "face_mask_worn": _BOOLEAN,
    "gender_consistent_with_document_portrait": _BOOLEAN,
    "gender_consistent_with_viz": _BOOLEAN,
    "gender_consistent_with_mrz": _BOOLEAN,
    "video_injection": _BOOLEAN,
    "document_not_expired": _BOOLEAN,
    "mrz_checksum_valid": _BOOLEAN,
    "texts_consistent": _BOOLEAN,
    "low_ocr_confidence_texts": _BOOLEAN,
    "color_profile_changed": _BOOLEAN,
    "looks_like_screenshot": _BOOLEAN,
    "looks_like_print_copy": _BOOLEAN,
    "texts_tampered": _BOOLEAN,
}

_SELFIE_PATHS: Mapping[str, str] = {
    "age_difference_with_document_portrait": "ageDifferenceWith.documentPortrait",
    "age_difference_with_date_of_birth": "ageDifferenceWith.dateOfBirth",
    "document_face_matches": "similarityWith.documentPortrait",
    "liveness_selfies_match": "similarityWith.livenessSelfies",
    "face_mask_worn": "hasMask",
    "gender_consistent_with_document_portrait": "genderConsistency.documentPortrait",
    "gender_consistent_with_viz": "genderConsistency.viz",
    "gender_consistent_with_mrz": "genderConsistency.mrz",
}
_PAGE_FLAGS: Mapping[str, str] = {
    "color_profile_changed": "colorProfileChangeDetected",
    "looks_like_screenshot": "looksLikeScreenshot",
    "looks_like_print_copy": "looksLikePrintCopy",
    "texts_tampered": "tamperedTexts",
}
_PAGE_SCORES: Mapping[str, str] = {
    "document_liveness": "presentationAttackDetectionGenuine.score",
    "document_portrait_genuine": "documentPortraitGenuine.score",
}


def values_of_inspections(
    customer: Mapping[str, Json],
    customer_scores: Mapping[str, Json],
    document: Mapping[str, Json],
    document_scores: Mapping[str, Json],
    evaluations: Mapping[str, Json],
) -> Values:
    """Values by factor name from the four inspections of DIS and the liveness evaluations by type; what is absent there has no value here.

    Of several pages the worst counts.
    """
    values: Values = {name: _at(customer, f"selfieInspection.{path}") for name, path in _SELFIE_PATHS.items()}
    values["document_face_match"] = _at(customer_scores, "selfieInspection.similarityWith.documentPortrait.score")
    values["liveness_selfie_similarity"] = _at(customer_scores, "selfieInspection.similarityWith.livenessSelfies.score")
    values["video_injection"] = _at(customer, "security.videoInjection.detected")
    expired = _at(document, "expired")
    values["document_not_expired"] = None if expired is None else not expired
    values["mrz_checksum_valid"] = _at(document, "mrzInspection.valid")
    values["texts_consistent"] = _at(document, "visualZoneInspection.textConsistency.consistent")
    values["ocr_confidence"] = _at(document, "visualZoneInspection.ocrConfidence.confidence")
    low = _node(document, "visualZoneInspection.ocrConfidence.lowOcrConfidenceTexts")
    values["low_ocr_confidence_texts"] = bool(low) if isinstance(low, list) else None
    for name, path in _PAGE_FLAGS.items():
        flags = [flag for page in _pages(document) if (flag := _at(page, path)) is not None]
        values[name] = any(flags) if flags else None
    for name, path in _PAGE_SCORES.items():
        scores = [score for page in _pages(document_scores) if (score := _at(page, path)) is not None]
        values[name] = min(scores) if scores else None
    for kind in ("passive", "magnifeye", "multi_range", "smile", "eye_gaze"):
        values[f"{kind}_liveness"] = _at(evaluations, f"{kind.upper()}_LIVENESS.score")
    return values


_SCORE_CHECKS: Mapping[CheckName, str] = {
    CheckName.PASSIVE_LIVENESS: "passive_liveness",
    CheckName.FACE_MATCH: "document_face_match",
    CheckName.LIVENESS_MATCH: "liveness_selfie_similarity",
}
_TRUE_WHEN_PASSED: Mapping[CheckName, str] = {
    CheckName.FACE_MATCH: "document_face_matches",
    CheckName.LIVENESS_MATCH: "liveness_selfies_match",
    CheckName.DOCUMENT_EXPIRY: "document_not_expired",
    CheckName.MRZ_CHECK_DIGITS: "mrz_checksum_valid",
    CheckName.DATA_CONSISTENCY: "texts_consistent",
}
_TRUE_WHEN_RAISED: Mapping[CheckName, str] = {
    CheckName.OCR_CONFIDENCE: "low_ocr_confidence_texts",
    CheckName.COLOUR_PROFILE: "color_profile_changed",
    CheckName.SCREEN_RECAPTURE: "looks_like_screenshot",
    CheckName.PRINT_COPY: "looks_like_print_copy",
    CheckName.TEXT_RETOUCHED: "texts_tampered",
}


def values_of_checks(customer: StoredCustomer) -> Values:
    """Values by factor name from the checks of a customer who was onboarded at the kiosk; factors without a check have none."""
    values: Values = {}
    stored = customer.facts.get("checks")
    for check in stored if isinstance(stored, list) else []:
        if not isinstance(check, dict) or check.get("status") == CheckStatus.NOT_EXECUTED.value:
            continue
        try:
            name = CheckName(str(check.get("name")))
        except ValueError:
            continue  # of a newer version
        score = check.get("score")
        if name in _SCORE_CHECKS and isinstance(score, int | float):
            values[_SCORE_CHECKS[name]] = float(score)
        if name in (CheckName.FACE_MATCH, CheckName.LIVENESS_MATCH):
            values[_TRUE_WHEN_PASSED[name]] = check.get("status") != CheckStatus.REJECTED.value
        elif check.get("label") == CheckLabel.REPAIRED.value:
            continue  # read in doubt: neither valid nor wrong
        elif name in _TRUE_WHEN_PASSED:
            values[_TRUE_WHEN_PASSED[name]] = check.get("status") == CheckStatus.PASSED.value
        elif name in _TRUE_WHEN_RAISED:
            values[_TRUE_WHEN_RAISED[name]] = check.get("status") != CheckStatus.PASSED.value
    return values


# --- JSON ----------------------------------------------------------------------------------------------------------


def definitions_json() -> dict[str, Json]:
    """DIS `TrustFactorDefinitionsResponse`."""
    return {"trustFactorDefinitions": [{"name": name, "type": kind.value} for name, kind in KNOWN_FACTORS.items()]}


def parse_definitions(body: Json) -> list[TrustFactorDefinition]:
    """Of DIS `TrustEvaluationRequest`. One factor that is wrong does not refuse the others: it comes out invalid.

    Raises BadInput(INVALID_DATA) when the body is not a request at all.
    """
    listed = body.get("trustFactorDefinitions") if isinstance(body, dict) else None
    if not isinstance(listed, list) or not listed:
        raise BadInput(ErrorCode.INVALID_DATA, "trustFactorDefinitions must be a list of at least one definition")
    return [_definition(one) for one in listed]


def _definition(one: Json) -> TrustFactorDefinition:
    name = one.get("name") if isinstance(one, dict) else None
    if not isinstance(one, dict) or not isinstance(name, str) or not name:
        raise BadInput(ErrorCode.INVALID_DATA, "a definition needs a name")
    kinds = {kind.value: kind for kind in TrustFactorType}
    kind = kinds.get(str(one.get("type")))
    rules = {rule.value: rule for rule in BooleanRule}
    written = one.get("booleanConfiguration")
    rule = rules.get(written) if isinstance(written, str) else None
    wrong = (written is not None and rule is None) or bool(set(one) - {"name", "type", "scoreConfiguration", "booleanConfiguration"})
    configuration = one.get("scoreConfiguration")
    bounds = None if configuration is None else _bounds(configuration)
    wrong = wrong or (configuration is not None and bounds is None)
    return TrustFactorDefinition(name, None if wrong else kind, bounds, rule)


def _bounds(configuration: Json) -> ScoreBounds | None:
    """None when it has a member that is no bound or no number."""
    names = {"rejectLow": "reject_low", "rejectHigh": "reject_high", "reviewLow": "review_low", "reviewHigh": "review_high"}
    if not isinstance(configuration, dict) or set(configuration) - set(names):
        return None
    found: dict[str, float] = {}
    for name, value in configuration.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        found[names[name]] = float(value)
    return ScoreBounds(**found)


def evaluation_json(evaluation: TrustEvaluation) -> dict[str, Json]:
    """DIS `TrustEvaluation`; warnings and errors are absent when there are none."""
    results: list[Json] = [
        {
            "trustFactorName": one.name,
            "result": one.result.value,
            ("booleanValue" if isinstance(one.value, bool) else "scoreValue"): one.value,
        }
        for one in evaluation.results
    ]
    body: dict[str, Json] = {"result": evaluation.result.value, "trustFactorEvaluationResults": results}
    if evaluation.warnings:
        body["warnings"] = [{"warning": code.value, "trustFactorName": name} for code, name in evaluation.warnings]
    if evaluation.errors:
        body["errors"] = [{"error": code.value, "trustFactorName": name} for code, name in evaluation.errors]
    return body


def _node(data: Mapping[str, Json], path: str) -> Json:
    found: Json = dict(data)
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _at(data: Mapping[str, Json], path: str) -> float | bool | None:
    found = _node(data, path)
    return found if isinstance(found, bool | int | float) else None


def _pages(body: Mapping[str, Json]) -> Sequence[dict[str, Json]]:
    pages = body.get("pageTampering")
    return [page for page in pages.values() if isinstance(page, dict)] if isinstance(pages, dict) else []
