"""What the server-driven session is given from outside, and the shape of what it says: the preflight payload of seed 004."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from kiosk.domain.check import Check, CheckLabel, CheckName, not_executed
from kiosk.domain.decision import Policy
from kiosk.domain.document import Document
from kiosk.domain.errors import ErrorCode
from kiosk.imaging.decode import MAX_BYTES
from kiosk.ports import Json
from kiosk.services.contacts import Contact, ContactKind
from kiosk.services.one_time_codes import CodeAnswer, CodeSending
from kiosk.services.proofs.judge import ProofKind, ProofResult
from kiosk.services.protocols.levels import POLL_AFTER_S, TERMINAL, Level, LevelScreen, Show
from kiosk.services.protocols.refusals import SessionCode, SessionRefusal

CHANNEL = json.dumps({"channel": "BynnKycChannel"}, separators=(",", ":"))
"""ActionCable's identifier: JSON inside a string."""
CONTACT_SHOWS: Mapping[Show, ContactKind] = {Show.PHONE: ContactKind.PHONE, Show.EMAIL: ContactKind.EMAIL}
PROOF_SHOWS: Mapping[Show, ProofKind] = {Show.PROOF_OF_ADDRESS: ProofKind.ADDRESS, Show.PROOF_OF_FUNDS: ProofKind.FUNDS}
NEEDS_CHECK: Mapping[Show, tuple[CheckName, ...]] = {
    Show.CONSENT: (CheckName.CONSENT,),
    Show.LIVENESS: (CheckName.ACTIVE_LIVENESS, CheckName.CAPTURE_INTEGRITY),
    Show.PROOF_OF_ADDRESS: (CheckName.PROOF_OF_ADDRESS,),
    Show.PROOF_OF_FUNDS: (CheckName.PROOF_OF_FUNDS,),
    Show.PHONE: (CheckName.PHONE_VERIFICATION,),
    Show.EMAIL: (CheckName.EMAIL_VERIFICATION,),
    Show.NFC: (CheckName.CHIP_READ,),
}
"""What a screen that was not left out must have given for an acceptance."""
_REQUIREMENTS: Mapping[Show, str] = {
    Show.CONSENT: "consent",
    Show.DOCUMENT_FRONT: "identity_document",
    Show.DOCUMENT_BACK: "identity_document",
    Show.LIVENESS: "liveness",
    Show.PROOF_OF_ADDRESS: "proof_of_address",
    Show.PROOF_OF_FUNDS: "proof_of_funds",
    Show.PHONE: "phone_verification",
    Show.EMAIL: "email_verification",
    Show.NFC: "nfc",
}
_ORDER = tuple(_REQUIREMENTS)
_MOST_BYTES = 64 * 2**20
"""The protocol's limit for documents; pictures keep the product's own."""


WISH = "the customer's wish"
LACKS: Mapping[str, CheckLabel] = {
    "a gateway for codes": CheckLabel.GATEWAY_FAILED,
    "a reader of proofs": CheckLabel.MODEL_MISSING,
    "a chip reader": CheckLabel.DEVICE_MISSING,
    WISH: CheckLabel.SKIPPED,
}
"""Why a screen was left out, in words, and what its check says then."""


class ProofDesk(Protocol):
    """Judges a proof of address or of funds."""

    def judge(self, kind: ProofKind, files: Sequence[bytes], customer: Document) -> ProofResult:
        """Args: `files` JPEG, PNG or PDF, the pages of one proof. Raises BadInput when nothing can be read in them, ModelFault."""
        ...


class CodeDesk(Protocol):
    """`services.one_time_codes.OneTimeCodes`."""

    def can_send(self, kind: ContactKind) -> bool: ...
    def send(self, contact: Contact, *, language: str) -> CodeSending: ...
    def check(self, contact: Contact, typed: str) -> CodeAnswer: ...


def requires(policy: Policy, level: Level, skipped: frozenset[str]) -> Policy:
    """The level's policy, with the checks of every screen that was not left out required besides."""
    asked = {name for screen in level.screens if screen.show.value not in skipped for name in NEEDS_CHECK.get(screen.show, ())}
    return replace(policy, required=policy.required | asked)


def left_out_checks(skipped: Mapping[str, Json]) -> tuple[Check, ...]:
    """What the screens that were left out would have given. Args: `skipped`: reason by screen."""
    reasons = {Show(show): LACKS.get(str(reason), CheckLabel.SKIPPED) for show, reason in skipped.items()}
    return tuple(not_executed(name, label) for show, label in reasons.items() for name in NEEDS_CHECK.get(show, ()))


def preflight_json(session_id: str, screen: LevelScreen, state: Mapping[str, Json], document_type: str) -> dict[str, Json]:
    """What the service pushes and what a poll gives. `extra_data` is ours: why a screen is shown again, when to ask again."""
    again = state.get("again") or ""
    show = screen.show
    extra: dict[str, Json] = {"again": again} if again and show not in TERMINAL else {}
    if show in POLL_AFTER_S:
        extra["poll_after_s"] = POLL_AFTER_S[show]
    return {
        "identifier": CHANNEL,
        "message": {
            "extra_data": extra,
            "session": {"kyc_level": state.get("level"), "web_sdk_return_url": state.get("return_url") or None},
            "session_id": session_id,
            "entity_id_state": _document_state(show, state),
            "entity_id_document_type": document_type.replace("-", "_") or "unknown",
            "requirement": None if show not in _REQUIREMENTS else _requirement(show, bool(again)),
            "screen": {"show": show.value, "parameters": _parameters(screen)},
        },
    }


def _requirement(show: Show, again: bool) -> dict[str, Json]:
    return {
        "requirement_type": _REQUIREMENTS[show],
        "status": "needs_resubmission" if again else "awaiting_receipt",
        "flow_order": 100 * (1 + _ORDER.index(show)),
    }


def _document_state(show: Show, state: Mapping[str, Json]) -> str:
    answered = state.get("answered")
    done = answered if isinstance(answered, dict) else {}
    again = bool(state.get("again"))
    if again and show is Show.DOCUMENT_FRONT:
        return "front_received_but_needs_resubmission"
    if again and show is Show.DOCUMENT_BACK:
        return "back_received_but_needs_resubmission"
    if Show.DOCUMENT_BACK.value in done:
        return "front_and_back_received"
    return "front_received" if Show.DOCUMENT_FRONT.value in done else "none_received"


def _parameters(screen: LevelScreen) -> dict[str, Json]:
    parameters: dict[str, Json] = {"title": screen.title, "text": screen.text}
    if screen.show in (Show.DOCUMENT_FRONT, Show.DOCUMENT_BACK, *PROOF_SHOWS):
        parameters |= {"camera": "back", "camera_quality": "ultra", "allow_manual_upload": screen.allow_manual_upload}
        parameters["multipage"] = screen.show in PROOF_SHOWS
    if screen.show is Show.LIVENESS:
        parameters |= {"camera": "front", "camera_quality": "ultra"}
    if screen.show not in TERMINAL:
        parameters["optional"] = screen.optional
    return parameters


def media_of(data: bytes, *, pdf: bool) -> str:
    """The kind of what was handed in, by its first bytes. Raises SessionRefusal: TOO_LARGE, UNSUPPORTED_MEDIA."""
    if data.startswith(b"%PDF-") and pdf:
        limit, kind = _MOST_BYTES, "pdf"
    elif data.startswith(b"\xff\xd8\xff") or data.startswith(b"\x89PNG\r\n\x1a\n"):
        limit, kind = MAX_BYTES, "jpeg" if data[0] == 0xFF else "png"
    else:
        what = "JPEG, PNG or PDF" if pdf else "JPEG or PNG"
        raise SessionRefusal(SessionCode.UNSUPPORTED_MEDIA, f"{what} is wanted", ErrorCode.IMAGE_FORMAT_UNSUPPORTED)
    if len(data) > limit:
        raise SessionRefusal(SessionCode.TOO_LARGE, f"more than {limit // 2**20} MB", ErrorCode.IMAGE_BYTES_EXCEEDED)
    return kind


def strict_bytes(text: str) -> bytes:
    """Of a member `…_base64_strict`: no line breaks, no data: prefix. Raises SessionRefusal(UNPROCESSABLE)."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SessionRefusal(SessionCode.UNPROCESSABLE, "not strict base64", ErrorCode.INVALID_DATA) from None
