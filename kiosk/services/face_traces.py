"""Where a face has left traces in what is stored of a customer, and each fact without them, in the shape that its readers expect."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.check import CheckLabel, CheckName
from kiosk.ports import Json

KNOWN_AS = "known_as"
"""The fact that names stored customers with this face: a list of {"customer": id, "score"}."""

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
_FACE_PARTS = frozenset({"selfie", "liveness", "facemap", "face", "enrolled"})
_FACE_CAPABILITIES = frozenset({"liveness", "similarity", "authentication"})
_FACE_CREDENTIALS = frozenset({"SELFIE", "FACEMAP"})


def is_of_face(name: str) -> bool:
    """Whether a fact or blob of this name is of the face alone, and goes as a whole."""
    return name == KNOWN_AS or not _FACE_PARTS.isdisjoint(name.lower().split("."))


def without_face(name: str, value: Json) -> Json:
    """A fact that stays, without what was measured of a face. Equal to `value` when there is nothing of it."""
    if name == "customer" and isinstance(value, dict) and isinstance(links := value.get("links"), dict):
        value = {**value, "links": {key: link for key, link in links.items() if not is_of_face(key)}}
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
            found[capability] = entries
        after["result"] = {**result, "capabilities": found, "explanation": [ERASED_SENTENCE]}
    return after


def _verdict(entry: Json) -> Json:
    if not isinstance(entry, dict):
        return entry
    return {key: value for key, value in entry.items() if key not in ("data", "validFaceMapForAuthentication")}
