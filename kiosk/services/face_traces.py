"""Where a face has left traces in what is stored of a customer, and each fact without them, in the shape that its readers expect."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.check import CheckLabel, CheckName
from kiosk.domain.erasure import KNOWN_AS
from kiosk.ports import Json

FACE_CHECKS = frozenset(
    {
        CheckName.SELFIE_QUALITY,
        CheckName.FACE_MATCH,
        CheckName.PASSIVE_LIVENESS,
        CheckName.ACTIVE_LIVENESS,
        CheckName.LIVENESS_MATCH,
        CheckName.CAPTURE_INTEGRITY,
        CheckName.FLASH_RESPONSE,
        CheckName.KNOWN_PERSON,
        CheckName.AGE_CONSISTENCY,
        CheckName.GENDER_CONSISTENCY,
    }
)
"""Checks that measured a face before the camera."""

ERASED_LABEL = CheckLabel.DECLINED.value
"""In place of what was found: a label that every reader knows."""
ERASED_SENTENCE = "What was measured here has been erased, because the consent to it ended."

# parts of the dotted names of facts and blobs; those of credentials (accounts) are in capitals
_FACE_FACTS = frozenset({KNOWN_AS, "selfieInspection"})
_FACE_PARTS = frozenset({"selfie", "liveness", "facemap", "face", "enrolled"})
_FACE_CAPABILITIES = frozenset({"liveness", "similarity", "authentication"})
_FACE_SEARCH = "faceSearchFindings"
_FACE_CREDENTIALS = frozenset({"SELFIE", "FACEMAP"})


def is_of_face(name: str) -> bool:
    """Whether a fact or blob of this name is of the face alone, and goes as a whole."""
    return name in _FACE_FACTS or not _FACE_PARTS.isdisjoint(name.lower().split("."))


def without_face(name: str, value: Json) -> Json:
    """A fact that stays, without what was measured of a face. Equal to `value` when there is nothing of it."""
    if name == "customer" and isinstance(value, dict):
        value = _customer(value)
    elif name.startswith("execution.") and isinstance(value, dict):
        value = _execution(value)
    elif name.startswith("credential.") and isinstance(value, dict) and value.get("category") in _FACE_CREDENTIALS:
        value = {**value, "parts": {}}
    return _walked(value)


def without_parts(name: str, value: Json, dropped: frozenset[str]) -> Json:
    """A credential's fact that names no part whose blob is erased: what is not there must not be asked for."""
    if not name.startswith("credential.") or not isinstance(value, dict) or not isinstance(parts := value.get("parts"), dict):
        return value
    return {**value, "parts": {part: at for part, at in parts.items() if f"{name}.{part}" not in dropped}}


def _walked(value: Json) -> Json:
    """Checks and reasons at any depth: protocols keep theirs under names of their own."""
    if isinstance(value, list):
        return [_walked(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if value.get("name") in FACE_CHECKS and "status" in value:
        return _without_measures(value)
    if value.get("check") in FACE_CHECKS and "outcome" in value:
        said = {"toCustomer": ERASED_SENTENCE} if "toCustomer" in value else {}
        return {**value, "label": ERASED_LABEL, "sentence": ERASED_SENTENCE, **said}
    return {key: _walked(entry) for key, entry in value.items()}


def _without_measures(check: Mapping[str, Json]) -> dict[str, Json]:
    """Name and status stay: which checks the decision rested on, and how each ended."""
    empty: dict[str, Json] = {"score": None, "threshold": None, "inputs": [], "model": "", "ms": 0.0, "params": {}}
    kept: dict[str, Json] = {**check, "label": ERASED_LABEL, **{key: nothing for key, nothing in empty.items() if key in check}}
    return kept | ({"sentence": ERASED_SENTENCE} if "sentence" in check else {})


def _customer(customer: Mapping[str, Json]) -> dict[str, Json]:
    """Without the link to the selfie, and without age and sex as they were estimated of it (DIS keeps them beside the document's)."""
    after = dict(customer)
    for name in ("links", "age", "gender"):
        said = customer.get(name)
        if not isinstance(said, dict) or not any(map(is_of_face, said)):
            continue
        after[name] = left = {key: entry for key, entry in said.items() if not is_of_face(key)}
        if not left and name != "links":
            del after[name]
    return after


def _execution(record: Mapping[str, Json]) -> dict[str, Json]:
    """A workflow execution of an account: the protocol's verdicts stay, what they were computed from does not."""
    after = dict(record)
    request, result = record.get("request"), record.get("result")
    if isinstance(request, dict) and record.get("state") in ("INITIATED", "ACQUIRED"):
        after["request"] = {**request, "consented": False}  # nothing more is read or compared in it
    if isinstance(result, dict) and isinstance(capabilities := result.get("capabilities"), dict):
        found: dict[str, Json] = {}
        for capability, entries in capabilities.items():
            if capability in _FACE_CAPABILITIES and isinstance(entries, list):
                entries = [_verdict(entry) for entry in entries]
            found[capability] = _without_findings(entries)
        after["result"] = {**result, "capabilities": found, "explanation": [ERASED_SENTENCE]}
    return after


def _without_findings(entries: Json) -> Json:
    """Without the ids of stored customers with this face."""
    if not isinstance(entries, list):
        return entries
    after: list[Json] = []
    for entry in entries:
        data = entry.get("data") if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(data, dict) and _FACE_SEARCH in data:
            entry = {**entry, "data": {key: value for key, value in data.items() if key != _FACE_SEARCH}}
        after.append(entry)
    return after


def _verdict(entry: Json) -> Json:
    if not isinstance(entry, dict):
        return entry
    return {key: value for key, value in entry.items() if key not in ("data", "validFaceMapForAuthentication")}
