"""Judges an active check again from its capture record, as a server would: the recorded frames before a fresh run of the same challenge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from kiosk.domain.challenge import CaptureRecord
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import decode_image
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import FaceDetector, FaceLandmarker, FaceMatcher
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.liveness.frames import FrameWatch
from kiosk.services.liveness.run import RunRules, active_check
from kiosk.services.record_verify import is_late

RECORD_RULES = RunRules(restarts=0, lost_s=1.5, whole=True)
"""A record is of one attempt; its frames are a selection, so a face may be out of sight for longer between two of them."""
_MAX_GAP_S, _REPEAT_S = 2.5, 0.25


class ReplayEngines(Protocol):
    """What is needed of the engines."""

    def check_parts(self) -> tuple[FaceDetector, FaceLandmarker, FaceMatcher | None]:
        """What active checks look with. Raises ModelFault(MODEL_MISSING)."""
        ...


def replay_on(engines: ReplayEngines) -> Callable[[CaptureRecord, Image | None], ActiveCheck]:
    """`replayed` of a record and the selfie, seen with what the live check saw with. Raises as `replayed`, and ModelFault."""

    def run(record: CaptureRecord, reference: Image | None) -> ActiveCheck:
        detector, landmarker, matcher = engines.check_parts()
        return replayed(record, detector=detector, landmarker=landmarker, matcher=matcher, reference=reference)

    return run


def replay(
    record: CaptureRecord, *, detector: FaceDetector, landmarker: FaceLandmarker, matcher: FaceMatcher | None, reference: Image | None
) -> Check:
    """ACTIVE_LIVENESS of what was recorded. Seals and signatures are for `services.capture_record`.

    Raises: BadInput INVALID_DATA for a record of no challenge, of another one or with a frame that is no picture; NOT_ENOUGH_DATA for fewer
        frames than the challenge has steps.
    """
    return replayed(record, detector=detector, landmarker=landmarker, matcher=matcher, reference=reference).check()


def replayed(
    record: CaptureRecord, *, detector: FaceDetector, landmarker: FaceLandmarker, matcher: FaceMatcher | None, reference: Image | None
) -> ActiveCheck:
    """As `replay`, the run itself: its check, its frames, its selfie, what is advisory."""
    challenge = record.challenge
    if challenge is None or record.nonce != challenge.nonce or record.session != challenge.session:
        raise BadInput(ErrorCode.INVALID_DATA, "the record is not of an active check, or of another challenge")
    if len(record.frames) < len(challenge.steps) + 1:
        raise BadInput(ErrorCode.NOT_ENOUGH_DATA, f"{len(record.frames)} frames cannot show {len(challenge.steps)} steps")
    run = active_check(
        challenge,
        detector=detector,
        landmarker=landmarker,
        matcher=matcher,
        reference=reference,
        rules=RECORD_RULES,
        frames=FrameWatch(max_gap_s=_MAX_GAP_S, repeat_s=_REPEAT_S),
    )
    for number, recorded in enumerate(record.frames):
        try:
            pixels = decode_image(recorded.jpeg, name="a recorded frame")
        except BadInput as error:
            raise BadInput(ErrorCode.INVALID_DATA, f"frame {number} of the record is not a picture") from error
        run.judge_recorded(Frame(pixels, recorded.at_s, "record", number + 1), recorded.fault)
    return _Expired(run) if is_late(record.made_at, challenge) else run


class _Expired:
    """A run whose challenge had expired when the record was closed: whatever it shows, it came too late."""

    def __init__(self, run: ActiveCheck) -> None:
        self._run = run
        self.challenge, self.finished, self.under_way = run.challenge, True, run.under_way
        self.judge, self.advisory, self.recorded = run.judge, run.advisory, run.recorded
        self.frames, self.selfie = run.frames, run.selfie

    def check(self) -> Check:
        check = self._run.check()
        return replace(check, name=CheckName.ACTIVE_LIVENESS, status=CheckStatus.REJECTED, label=CheckLabel.CHALLENGE_EXPIRED)
