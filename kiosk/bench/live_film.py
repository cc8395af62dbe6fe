"""A sealed capture record of a rendered person who did what an active check asked: what a live check would have left behind."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from kiosk.domain.challenge import CaptureOrigin, Challenge, ChallengeKind, RecordedFrame
from kiosk.domain.check import CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import DeviceKey
from kiosk.services.capture_record import record_of, seal_record
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.specimens.face_actor import FaceActor
from kiosk.specimens.face_rig import Mesh

FPS = 10
_LONGEST_S = 40.0
_EARLIER_S = 60.0


class FilmEngines(Protocol):
    """What is needed of the engines."""

    def face_mesh(self, image: Image) -> Mesh: ...
    def active_check(self, challenge: Challenge, reference: Image | None) -> ActiveCheck: ...


class _Earlier:
    """kiosk.ports.Clock of a minute ago: the film runs at its own pace, and its record must not seem to show more time than passed."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now_utc(self) -> str:
        return _text(self._now - timedelta(seconds=_EARLIER_S))

    def today(self) -> str:
        return self._now.date().isoformat()

    def monotonic(self) -> float:
        return 0.0


class LiveFilm:
    """One run that passed, to be sealed as often as wanted: each record is good for one use, drawing the person takes seconds."""

    def __init__(self, frames: tuple[RecordedFrame, ...], challenge: Challenge, key: DeviceKey, *, virtual: bool = False) -> None:
        self._frames = frames
        self._challenge = challenge
        self._key = key
        self._origin = CaptureOrigin(key.device_id, "film", virtual, "bench")

    def sealed(self) -> bytes:
        """A record closed now, of a challenge with a nonce of its own."""
        now, old = datetime.now(UTC), self._challenge
        challenge = replace(ChallengeBook(_Earlier(now)).issue(old.session, [old.kind]), steps=old.steps)
        record = record_of(self._frames, origin=self._origin, made_at=_text(now), session=old.session, challenge=challenge)
        return seal_record(record, self._key)


def live_film(
    engines: FilmEngines,
    key: DeviceKey,
    selfie: Image,
    *,
    session: str = "film",
    kind: ChallengeKind = ChallengeKind.HEAD_TURN,
    seed: int = 1,
    virtual: bool = False,
) -> LiveFilm:
    """A person drawn from a picture does what is asked, and passes on these engines.

    Args: `selfie` a frontal face as a camera frames it, BGR. Raises BadInput(NOT_ENOUGH_DATA) when the film did not pass.
    """
    challenge = ChallengeBook(_Earlier(datetime.now(UTC)), random=random.Random(seed)).issue(session, [kind])
    run = engines.active_check(challenge, selfie)
    actor = FaceActor(selfie, engines.face_mesh(selfie), seed=seed)
    at, number = 0.0, 0
    while at < _LONGEST_S and not run.finished:
        number += 1
        at += 1 / FPS
        actor.hear(run.judge(Frame(actor(at), 100 + at, "film", number)))
    check = run.check()
    if check.status is not CheckStatus.PASSED:
        raise BadInput(ErrorCode.NOT_ENOUGH_DATA, f"the drawn person did not pass the active check: {check.label.value}")
    return LiveFilm(tuple(run.recorded()), challenge, key, virtual=virtual)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
