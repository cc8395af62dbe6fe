"""Active liveness: what a customer is asked to do before the camera, drawn at random, and what a capture record says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.check import CheckLabel


class ChallengeKind(StrEnum):
    """Kinds of active check; DIS names of the liveness types in `DIS_TYPE`."""

    HEAD_TURN = "HEAD_TURN"
    SMILE = "SMILE"
    MULTI_RANGE = "MULTI_RANGE"
    MAGNIFEYE = "MAGNIFEYE"
    EYE_GAZE = "EYE_GAZE"


DEFAULT_KINDS = (ChallengeKind.HEAD_TURN, ChallengeKind.SMILE)
"""Drawn from where nobody says otherwise: kinds that no print passes, however it is bent (docs/decisions/0053)."""


class Assertion(StrEnum):
    """What one moment of the sequence must show; the strings are those of DIS where it has one."""

    FRONT = "FRONT"
    TURN_LEFT = "TURN_LEFT"  # the person's own left
    TURN_RIGHT = "TURN_RIGHT"
    NEUTRAL = "NEUTRAL"
    SMILE = "SMILE"
    FACE_SIZE_ZERO = "FACE_SIZE_ZERO"  # the smallest, furthest away
    FACE_SIZE_ONE = "FACE_SIZE_ONE"
    FACE_SIZE_TWO = "FACE_SIZE_TWO"
    FACE_SIZE_THREE = "FACE_SIZE_THREE"
    FACE_SIZE_FOUR = "FACE_SIZE_FOUR"
    FACE_SIZE_FIVE = "FACE_SIZE_FIVE"
    MAGNIFEYE = "MAGNIFEYE"
    EYE_GAZE_TOP_LEFT = "EYE_GAZE_TOP_LEFT"  # corners as the customer sees the screen
    EYE_GAZE_TOP_RIGHT = "EYE_GAZE_TOP_RIGHT"
    EYE_GAZE_BOTTOM_LEFT = "EYE_GAZE_BOTTOM_LEFT"
    EYE_GAZE_BOTTOM_RIGHT = "EYE_GAZE_BOTTOM_RIGHT"


@dataclass(frozen=True, slots=True)
class Challenge:
    """Issued by `services.liveness.challenges`; good for one session, once, until it expires.

    Attributes:
        id, nonce: random, hexadecimal; the nonce is what a capture record must repeat.
        session: the customer or session it is bound to.
        steps: in the order in which they must be shown.
        issued_at, expires_at: UTC, ISO 8601.
        flashes: colours "#RRGGBB" that the screen shows one after another while it runs; empty = no flash.
    """

    id: str
    kind: ChallengeKind
    session: str
    steps: tuple[Assertion, ...]
    nonce: str
    issued_at: str
    expires_at: str
    flashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One frame of a capture record.

    Attributes:
        jpeg: encoded picture as the camera gave it, not mirrored.
        at_s: seconds since the first frame of the record.
        shows: the assertion that it was taken for, or None for what lies between.
        colour: what the screen shone with when it was taken, "#RRGGBB" or "".
        fault: what was wrong when it came, told by frames that the record leaves out, too: the attempt ended with it; None = nothing.
    """

    jpeg: bytes
    at_s: float
    shows: Assertion | None = None
    colour: str = ""
    fault: CheckLabel | None = None


@dataclass(frozen=True, slots=True)
class CaptureOrigin:
    """Where a record was made. `device_id`: fingerprint of the device's public key; `camera`: name; `virtual`: made of software."""

    device_id: str
    camera: str
    virtual: bool
    software: str


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """What the camera saw during one check; sealed by `services.capture_record` into the protocols' octet-stream.

    Attributes:
        challenge: None for a passive record, whose nonce then stands in `nonce` alone.
        made_at: UTC, ISO 8601, when the record was closed.
    """

    session: str
    nonce: str
    challenge: Challenge | None
    origin: CaptureOrigin
    made_at: str
    frames: tuple[RecordedFrame, ...]
