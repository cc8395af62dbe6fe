"""A rendered person who does what an issued challenge asks, sealed as the capture record that the protocols are handed."""

from __future__ import annotations

from kiosk.compose.engines import Engines
from kiosk.domain.challenge import CaptureOrigin, Challenge
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import DeviceKey
from kiosk.services.capture_record import record_of, seal_record
from kiosk.specimens.face_actor import FaceActor

FPS = 6
LONGEST_S = 40.0


def sealed_film(engines: Engines, key: DeviceKey, challenge: Challenge, selfie: Image, *, made_at: str, virtual: bool = False) -> bytes:
    """Args: `selfie` a frontal face as a camera frames it, BGR; `made_at` when the record is closed, UTC ISO 8601."""
    run = engines.active_check(challenge, selfie)
    actor = FaceActor(selfie, engines.face_mesh(selfie), seed=1)
    at, number = 0.0, 0
    while at < LONGEST_S and not run.finished:
        number += 1
        at += 1 / FPS
        actor.hear(run.judge(Frame(actor(at), 100 + at, "film", number)))
    origin = CaptureOrigin(key.device_id, "film", virtual, "test")
    made = record_of(run.recorded(), origin=origin, made_at=made_at, session=challenge.session, challenge=challenge)
    return seal_record(made, key)
