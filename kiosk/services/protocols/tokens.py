"""Tokens that this device signs: compact JWT (RFC 7519) with EdDSA (RFC 8037), so that a door needs no table of sessions."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import DeviceKey, Json

_HEADER = {"alg": "EdDSA", "typ": "JWT"}
_MOST_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `nbf`, `exp`: seconds since 1970; `purpose`: what it opens; a token of one purpose opens no other."""

    session_id: str
    purpose: str
    nbf: int
    exp: int
    tenant: str = ""


def epoch_of(utc: str) -> int:
    """Whole seconds since 1970 of an ISO 8601 time."""
    return int(datetime.fromisoformat(utc).timestamp())


def sign_token(claims: Claims, key: DeviceKey) -> str:
    payload: Mapping[str, Json] = {
        "sessionId": claims.session_id,
        "tenant": claims.tenant,
        "aud": claims.purpose,
        "nbf": claims.nbf,
        "exp": claims.exp,
    }
    signed = f"{_encoded(_HEADER)}.{_encoded(payload)}"
    return f"{signed}.{_text(key.sign(signed.encode()))}"


def read_token(token: str, key: DeviceKey, *, purpose: str, now: str) -> Claims:
    """Raises BadInput: INVALID_DATA for what this device did not sign for this purpose, TIMED_OUT for one that is not valid now."""
    refused = BadInput(ErrorCode.INVALID_DATA, "the token was not made by this device, or was changed")
    parts = token.split(".")
    if len(token) > _MOST_CHARACTERS or len(parts) != 3 or parts[0] != _encoded(_HEADER):
        raise refused
    try:
        signature, payload = _bytes(parts[2]), json.loads(_bytes(parts[1]))
    except (binascii.Error, ValueError):
        raise refused from None
    if not key.verify(f"{parts[0]}.{parts[1]}".encode(), signature) or not isinstance(payload, dict):
        raise refused
    session, nbf, exp = payload.get("sessionId"), payload.get("nbf"), payload.get("exp")
    if payload.get("aud") != purpose or not isinstance(session, str) or not isinstance(nbf, int) or not isinstance(exp, int):
        raise refused
    if not nbf <= epoch_of(now) < exp:
        raise BadInput(ErrorCode.TIMED_OUT, "the token has expired or is not valid yet")
    return Claims(session, purpose, nbf, exp, str(payload.get("tenant", "")))


def _encoded(part: Mapping[str, Json]) -> str:
    return _text(json.dumps(part, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
