"""The active check of a session: issues the challenge, runs it, seals what the camera saw, and says what came of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kiosk import __version__
from kiosk.domain.challenge import DEFAULT_KINDS, Challenge, ChallengeKind
from kiosk.domain.check import Check, CheckLabel, CheckStatus
from kiosk.domain.errors import BadInput
from kiosk.imaging.frame import Image
from kiosk.ports import CameraInfo, Clock, DeviceKey
from kiosk.services.capture_coding import RecordFault, refusal
from kiosk.services.capture_record import origin_of, record_of, seal_record
from kiosk.services.liveness.active import ActiveCheck, FromOneCamera
from kiosk.services.liveness.challenges import EXPIRED, ChallengeBook
from kiosk.services.record_verify import RecordVerifier, integrity_check, verified

_log = logging.getLogger(__name__)

LIVENESS_TRIES = 3
"""After so many a colleague is asked for."""


@dataclass(frozen=True, slots=True)
class LivenessOutcome:
    """What came of one run.

    Attributes:
        check: ACTIVE_LIVENESS.
        others: CAPTURE_INTEGRITY and what is advisory.
        frames: sharp frontal pictures of the run, for the passive check and for comparing with the selfie.
        record: the sealed capture record; None when nothing was recorded.
    """

    check: Check
    others: tuple[Check, ...] = ()
    frames: tuple[Image, ...] = ()
    record: bytes | None = None


class LivenessEngines(Protocol):
    """What is needed of the engine set."""

    def active_check(self, challenge: Challenge, reference: Image | None) -> ActiveCheck:
        """Raises ModelFault."""
        ...


def is_failure(outcome: LivenessOutcome) -> bool:
    """Whether it costs a try: what the machine could not do is nobody's failure, and would fail again."""
    impossible = outcome.check.label in (CheckLabel.MODEL_MISSING, CheckLabel.ENGINE_FAILED)
    return outcome.check.status is not CheckStatus.PASSED and not impossible


class LivenessStep:
    """One per session runner. `issue` belongs to the session lane; `begin` and `finish` to the analysis lane.

    Args:
        kinds: one of them is drawn for each try.
        flashes: whether the screen shows colours meanwhile.
        staffed: a colleague looks on, so that a virtual camera is a warning.
    """

    def __init__(
        self,
        engines: LivenessEngines,
        key: DeviceKey,
        clock: Clock,
        *,
        kinds: Sequence[ChallengeKind] = DEFAULT_KINDS,
        flashes: bool = False,
        staffed: bool = False,
        allow_virtual: bool = False,
    ) -> None:
        self._engines = engines
        self._key = key
        self._clock = clock
        self._kinds = tuple(kinds)
        self._flashes = flashes
        self._staffed = staffed
        self._allow_virtual = allow_virtual
        self._book = ChallengeBook(clock)
        self._verifier = RecordVerifier(key)
        self._untried: Challenge | None = None

    def issue(self, session: str) -> Challenge:
        """What was issued to the session before is void: whoever cancels in the middle begins with another challenge.

        Whoever leaves before anything was done is asked for the same again: it costs no try, and one could else go back and forth until a
        challenge is drawn that fits the film at hand.
        """
        self._book.forget(session)
        before = self._untried if self._untried is not None and self._untried.session == session else None
        self._untried = self._book.issue(session, self._kinds, flashes=self._flashes, instead_of=before)
        return self._untried

    def begin(self, challenge: Challenge, reference: Image | None) -> ActiveCheck:
        """The one run of a challenge that `issue` gave. Raises ModelFault, BadInput(INVALID_DATA) for any other challenge."""
        run = self._engines.active_check(challenge, reference)
        self._book.begin(challenge)
        return run

    def tried(self, challenge: Challenge) -> None:
        """The person began to do what it asks, or its run came to an end: the next challenge is drawn anew."""
        if self._untried is not None and self._untried.id == challenge.id:
            self._untried = None

    def finish(self, run: ActiveCheck, camera: CameraInfo | None) -> LivenessOutcome:
        """Judges the run, seals what was seen and verifies the seal as whoever reads the record will."""
        made_at = self._clock.now_utc()  # before faces are compared, which takes a moment: the record was closed with its last frame
        challenge = run.challenge
        self.tried(challenge)
        late = self._redeem(challenge)
        check = run.check()
        if late is not None:
            check = replace(check, status=CheckStatus.REJECTED, label=late)
        frames = run.recorded()
        record = None
        if frames:
            made = record_of(
                frames,
                origin=origin_of(self._key, camera, f"kiosk {__version__}"),
                made_at=made_at,
                session=challenge.session,
                challenge=challenge,
            )
            record = seal_record(made, self._key)
        outcome = verified(self._verifier, record, session=challenge.session, now=self._clock.now_utc(), challenge=challenge)
        if camera is not None and isinstance(run, FromOneCamera) and run.source not in ("", camera.id):
            # the record would vouch for a camera that saw nothing of it
            outcome = refusal(RecordFault.OTHER_CAMERA)
        integrity = integrity_check(outcome, camera, allow_virtual=self._allow_virtual, staffed=self._staffed)
        return LivenessOutcome(check, (integrity, *run.advisory()), run.frames, record)

    def _redeem(self, challenge: Challenge) -> CheckLabel | None:
        """A challenge is good for one run, whatever came of it. Why it is not good any more, or None."""
        try:
            self._book.redeem(challenge.id, challenge.session)
        except BadInput as error:
            reason = error.params.get("reason")
            _log.warning("a challenge could not be redeemed: %s", reason)
            return CheckLabel.CHALLENGE_EXPIRED if reason == EXPIRED else CheckLabel.CHALLENGE_FAILED
        return None
