"""A sealed capture record of a rendered person who did what an active check asked."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from kiosk.compose.engines import Engines
from kiosk.domain.challenge import CaptureOrigin, ChallengeKind
from kiosk.domain.check import CheckStatus
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import DeviceKey
from kiosk.services.capture_record import record_of, seal_record
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.specimens.face_actor import FaceActor

FPS = 10
_LONGEST_S = 40.0


class _Earlier:
    """kiosk.ports.Clock of a minute ago: the film runs at its own pace, and its record must not seem to show more time than passed."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now_utc(self) -> str:
        return _text(self._now - timedelta(seconds=60))

    def today(self) -> str:
        return self._now.date().isoformat()

    def monotonic(self) -> float:
        return 0.0


def live_record(
    engines: Engines,
    key: DeviceKey,
    selfie: Image,
    *,
    session: str = "film",
    kind: ChallengeKind = ChallengeKind.SMILE,
    seed: int = 1,
    virtual: bool = False,
) -> bytes:
    """The record of a run that passed on these engines, closed now. `selfie`: a frontal face as a camera frames it, BGR."""
    now = datetime.now(UTC)
    challenge = ChallengeBook(_Earlier(now), random=random.Random(seed)).issue(session, [kind])
    run = engines.active_check(challenge, selfie)
    actor = FaceActor(selfie, engines.face_mesh(selfie), seed=seed)
    at, number = 0.0, 0
    while at < _LONGEST_S and not run.finished:
        number += 1
        at += 1 / FPS
        actor.hear(run.judge(Frame(actor(at), 100 + at, "film", number)))
    check = run.check()
    assert check.status is CheckStatus.PASSED, f"the film did not pass: {check.label}"
    origin = CaptureOrigin(key.device_id, "film", virtual, "test")
    return seal_record(
        record_of(run.recorded(), origin=origin, made_at=_text(datetime.now(UTC)), session=session, challenge=challenge), key
    )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
