"""One run of an active check: looks at each frame, watches that the sequence is whole, lets the script judge, and says what came of it."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, replace
from random import Random

from kiosk.domain.challenge import Challenge, ChallengeKind, RecordedFrame
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import ModelFault
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import FaceDetector, FaceLandmarker, FaceMatcher
from kiosk.services.face_guide import SteadyAdvice, outline_of
from kiosk.services.liveness.challenges import VALID_S
from kiosk.services.liveness.eye_gaze import EyeGaze, GazeRules
from kiosk.services.liveness.flash import FlashResponse
from kiosk.services.liveness.frames import FrameWatch
from kiosk.services.liveness.head_turn import HeadTurn, TurnRules
from kiosk.services.liveness.identity import Moments
from kiosk.services.liveness.keepsakes import Keepsakes
from kiosk.services.liveness.magnify_eye import MagnifyEye, MagnifyRules
from kiosk.services.liveness.multi_range import MultiRange, RangeRules
from kiosk.services.liveness.observation import Observation, Observer
from kiosk.services.liveness.perspective import PerspectiveRules
from kiosk.services.liveness.recorder import Recorder
from kiosk.services.liveness.script import Script
from kiosk.services.liveness.smile import Smile, SmileRules
from kiosk.services.liveness.watch import Jumps, SequenceWatch, graver

_log = logging.getLogger(__name__)

RESTARTS = 5
"""After so many attempts that went wrong the challenge counts as failed."""
_REST_S = (0.7, 1.8)
_BLINKLESS_S = 15.0
"""People blink every three to six seconds; eyes that never change for so long are worth a hint."""
_LEAD_S = 1.5
"""Of the time before a check is under way so much is recorded."""
_CROWDED_S = 2.0
_INPUTS = ("liveness",)


@dataclass(frozen=True, slots=True)
class RunRules:
    """How forgiving a run is.

    Attributes:
        restarts: attempts that may go wrong; a record is of one attempt and allows none.
        lost_s: the face may be out of sight for so long.
        valid_s: from the first frame on; then CHALLENGE_EXPIRED.
        whole: the frames end here: what is not done by then was not done (a record), instead of not done yet.
    """

    restarts: int = RESTARTS
    lost_s: float = 0.5
    valid_s: float = VALID_S
    whole: bool = False


class ActiveRun:
    """Implements `ActiveCheck`. Judging needs no pixels: `see` takes observations made elsewhere, with a frame to keep faces by."""

    def __init__(
        self,
        challenge: Challenge,
        script: Script,
        observer: Observer,
        detector: FaceDetector,
        matcher: FaceMatcher | None,
        reference: Image | None,
        *,
        model_id: str,
        rules: RunRules | None = None,
    ) -> None:
        self._challenge = challenge
        self._script = script
        self._observer = observer
        self._detector, self._matcher, self._reference = detector, matcher, reference
        self._model_id = model_id
        self._rules = rules or RunRules()
        jumps = Jumps()
        self._watch = SequenceWatch(jumps=jumps.for_record() if self._rules.whole else jumps, lost_s=self._rules.lost_s)
        self._moments = Moments(Random(challenge.nonce), fewest=2) if self._rules.whole else Moments(Random(challenge.nonce))
        self._flash = FlashResponse(challenge.flashes)
        self._keepsakes = Keepsakes()
        self._recorder = Recorder()
        self._steady = SteadyAdvice(0.35)
        self._began_at: float | None = None
        self._seen_at: float | None = None
        self._first_face_at: float | None = None
        self._restarts = 0
        self._failed: CheckLabel | None = None
        self._failed_now: CheckLabel | None = None
        self._final = False
        self._gravest: CheckLabel | None = None
        self._ended_with: CheckLabel | None = None
        self._finished = False
        self._eyes: list[tuple[float, float]] = []
        self._blinks = 0
        self._eyes_shut = False
        self._was_under_way = self._unfit = False
        self._crowded_at: float | None = None
        self._source = ""

    # --- frames ----------------------------------------------------------------------------------------------------

    @property
    def challenge(self) -> Challenge:
        return self._challenge

    @property
    def under_way(self) -> bool:
        return self._script.under_way

    @property
    def finished(self) -> bool:
        return self._finished

    @property
    def source(self) -> str:
        """Id of the camera that the last frame came from; a run over several is cut."""
        return self._source

    def judge(self, frame: Frame) -> Guidance:
        if self._finished:
            return self._guidance(frame.taken_at, AdviceCode.TAKEN, None, None)
        return self.see(self._observer.observe(frame), frame)

    def judge_recorded(self, frame: Frame, fault: CheckLabel | None) -> Guidance:
        """As `judge`, for a frame of a record; `fault`: what its maker saw wrong with it among all the frames that there were."""
        if self._finished:
            return self._guidance(frame.taken_at, AdviceCode.TAKEN, None, None)
        seen = self._observer.observe(frame)
        return self.see(replace(seen, fault=fault or seen.fault), frame)

    def see(self, seen: Observation, frame: Frame) -> Guidance:
        """As `judge`, for an observation that was made elsewhere; `frame` is what is kept of it."""
        if self._finished:
            return self._guidance(seen.at, AdviceCode.TAKEN, seen, frame)
        self._source = frame.source
        self._began_at = seen.at if self._began_at is None else self._began_at
        if seen.face is not None and self._first_face_at is None:
            self._first_face_at = seen.at
        if seen.fault is CheckLabel.CLOCK_JUMPED:
            self._leap(seen.at)
        self._seen_at = seen.at
        before = self._script.state
        advice = self._step(seen)
        state, colour = self._script.state, self._flash.colour(seen.at)
        self._recorder.see(frame, seen, key=state != before, shows=self._script.shows, colour=colour)
        if not self._script.under_way:
            self._recorder.forget_before(seen.at - _LEAD_S)
        if self._failed_now is not None:
            self._end_attempt(self._failed_now)
        elif seen.face is not None:
            self._keep(frame, seen)
        return self._guidance(seen.at, advice, seen, frame)

    def _leap(self, at: float) -> None:
        """The clock was set: what counts from the run's beginning goes on from where it was. The leap itself is told as such, and whether
        the challenge has expired the book that issued it knows by a clock of its own."""
        moved = at - self._seen_at if self._seen_at is not None else 0.0
        if not math.isfinite(moved):
            return
        if self._began_at is not None:
            self._began_at += moved
        if self._first_face_at is not None:
            self._first_face_at += moved

    def _step(self, seen: Observation) -> AdviceCode:
        self._failed_now, self._final = None, False
        assert self._began_at is not None
        if seen.at - self._began_at > self._rules.valid_s:
            return self._fail(CheckLabel.CHALLENGE_EXPIRED, AdviceCode.ONCE_MORE, final=True)
        if self._first_face_at is not None and seen.at - self._first_face_at > self._script.give_up_s:
            return self._give_up(seen)
        wrong = self._watch.see(seen)
        if wrong is not None:
            return self._wrong(wrong, seen)
        if seen.face is None and seen.close_up <= 0:
            return self._script.advice if self._script.under_way else seen.light or AdviceCode.SHOW_FACE
        if seen.others > 0:
            self._crowded_at = seen.at
            return AdviceCode.ONE_PERSON
        reply = self._script.see(seen)
        if reply.fault is not None:
            return self._fail(reply.fault, reply.advice, final=reply.final)
        if self._script.under_way:
            self._was_under_way = True
            self._flash.begin(seen.at)
            self._flash.see(seen)
        if self._script.done:
            self._finished = True
        return reply.advice

    def _give_up(self, seen: Observation) -> AdviceCode:
        """It took too long. Where nothing could be asked for, the check says what stood in its way."""
        label = CheckLabel.CHALLENGE_FAILED
        if not self._was_under_way:
            if self._crowded_at is not None and seen.at - self._crowded_at < _CROWDED_S:
                label = CheckLabel.SEVERAL_FACES
            elif seen.light is not None:
                self._finished = self._unfit = True
                return seen.light
        return self._fail(label, AdviceCode.ONCE_MORE, final=True)

    def _wrong(self, label: CheckLabel, seen: Observation) -> AdviceCode:
        """Before a check is under way people come and go; what is wrong with the frames themselves counts always."""
        advice = {
            CheckLabel.FACE_LEFT: seen.light or AdviceCode.SHOW_FACE,
            CheckLabel.SEVERAL_FACES: AdviceCode.ONE_PERSON,
        }.get(label, AdviceCode.ONCE_MORE)
        # a camera that hangs or a loop that goes on is one fault, not one with every frame
        goes_on = label is self._ended_with
        if not self._script.under_way and (seen.fault is None or goes_on):
            self._watch.restart()
            self._script.restart()
            self._moments.restart()
            return AdviceCode.LOOK_STRAIGHT if label is CheckLabel.SEQUENCE_CUT and seen.fault is None else advice
        return self._fail(label, advice)

    def _fail(self, label: CheckLabel, advice: AdviceCode, *, final: bool = False) -> AdviceCode:
        self._failed_now, self._final = label, final
        return advice

    def _end_attempt(self, label: CheckLabel) -> None:
        """Begins anew, or ends for good."""
        self._restarts += 1
        self._gravest, self._ended_with = graver(self._gravest, label), label
        self._recorder.attempt_failed(label)
        _log.info("attempt %d of an active check ended: %s", self._restarts, label.value)
        if self._final or self._restarts > self._rules.restarts:
            self._failed, self._finished = self._gravest, True
            return
        self._watch.restart()
        self._script.restart()
        self._moments.restart()
        self._flash.restart()
        self._keepsakes.restart()

    def _keep(self, frame: Frame, seen: Observation) -> None:
        if seen.others == 0:
            self._moments.see(frame, seen, coming=not self._script.under_way)
            self._keepsakes.see(frame, seen, neutral=self._script.neutral)
        shut = seen.eyes < 0.25
        self._blinks += shut and not self._eyes_shut
        self._eyes_shut = shut
        if abs(seen.yaw) < 12:
            self._eyes.append((seen.at, seen.eyes))

    def _guidance(self, at: float, advice: AdviceCode, seen: Observation | None, frame: Frame | None) -> Guidance:
        script = self._script
        well = self._failed is None and not self._unfit
        wanted = script.advice if not self._finished else AdviceCode.TAKEN if well else AdviceCode.ONCE_MORE
        right = advice in (wanted, AdviceCode.HOLD_STILL, AdviceCode.TAKEN)
        # an advice of what is wrong stays a moment, so that it can be read; what is asked for comes at once
        advice = advice if right or self._finished else self._steady.choose(advice, at)
        face = seen.face if seen is not None else None
        return Guidance(
            advice=wanted if self._finished else advice,
            outline=outline_of(face, frame.pixels) if face is not None and frame is not None else None,
            steady=right and well,
            progress=script.progress if well else 0.0,
            frame_taken_at=at,
            face_size=None if self._finished else script.face_size,
            look_at=None if self._finished else script.look_at,
            colour="" if self._finished else self._flash.colour(at),
        )

    # --- what came of it -------------------------------------------------------------------------------------------

    def check(self) -> Check:
        began = time.perf_counter()
        inputs = _INPUTS if self._reference is None else (*_INPUTS, "selfie")
        params = {"challenge": self._challenge.kind.value}
        if self._failed is not None:
            return self._check(CheckStatus.REJECTED, self._failed, inputs, began)
        if self._unfit:
            return replace(not_executed(CheckName.ACTIVE_LIVENESS, CheckLabel.LOW_QUALITY, inputs=inputs), params=params)
        if not self._script.done:
            if self._rules.whole and self._first_face_at is not None:
                return self._check(CheckStatus.REJECTED, self._gravest or CheckLabel.CHALLENGE_FAILED, inputs, began)
            return replace(not_executed(CheckName.ACTIVE_LIVENESS, CheckLabel.INPUT_MISSING, inputs=inputs), params=params)
        outcome = self._script.outcome()
        if outcome is CheckLabel.INCONCLUSIVE:
            return replace(not_executed(CheckName.ACTIVE_LIVENESS, outcome, inputs=inputs), params=params)
        if outcome is not CheckLabel.OK:
            return self._check(CheckStatus.REJECTED, outcome, inputs, began)
        if self._matcher is None:
            return replace(not_executed(CheckName.ACTIVE_LIVENESS, CheckLabel.MODEL_MISSING, inputs=inputs), params=params)
        try:
            worst = self._moments.least_similar(self._matcher, self._detector, self._reference)
        except ModelFault as error:
            _log.error("the active check could not compare faces: %s", error.code.value)
            return replace(not_executed(CheckName.ACTIVE_LIVENESS, CheckLabel.ENGINE_FAILED, inputs=inputs), params=params)
        if worst is None:
            label = CheckLabel.PRECONDITION_NOT_FULFILLED
            return replace(not_executed(CheckName.ACTIVE_LIVENESS, label, inputs=inputs), params=params)
        if not worst.is_match:
            check = self._check(CheckStatus.REJECTED, CheckLabel.DIFFERENT_PERSON, inputs, began)
            return replace(check, score=round(worst.score, 4), threshold=worst.threshold, model=worst.model)
        return self._check(CheckStatus.PASSED, CheckLabel.OK, inputs, began)

    def _check(self, status: CheckStatus, label: CheckLabel, inputs: tuple[str, ...], began: float) -> Check:
        score, threshold = self._script.measured()
        return Check(
            CheckName.ACTIVE_LIVENESS,
            status,
            label,
            score=round(score, 4),
            threshold=round(threshold, 4),
            inputs=inputs,
            model=self._model_id,
            ms=round((time.perf_counter() - began) * 1000, 1),
            params={"challenge": self._challenge.kind.value, "blinks": str(self._blinks), **self._hint()},
        )

    def _hint(self) -> dict[str, str]:
        """Eyes that never changed in a long run: a still picture's, or of somebody who stared; a hint, no more."""
        if len(self._eyes) < 10 or self._blinks or self._eyes[-1][0] - self._eyes[0][0] < _BLINKLESS_S:
            return {}
        values = [value for _, value in self._eyes]
        return {"hint": "EYES_NEVER_CHANGED"} if max(values) - min(values) < 0.35 else {}

    def advisory(self) -> tuple[Check, ...]:
        return (self._flash.check(),) if self._challenge.flashes else ()

    @property
    def frames(self) -> tuple[Image, ...]:
        return self._keepsakes.frames

    @property
    def selfie(self) -> Frame | None:
        return self._keepsakes.selfie

    def recorded(self) -> tuple[RecordedFrame, ...]:
        return self._recorder.frames(failed=self._failed is not None)


def script_for(challenge: Challenge, *, record: bool = False) -> Script:
    """The script that checks a challenge, with bounds for live frames or for those of a record."""
    match challenge.kind:
        case ChallengeKind.HEAD_TURN:
            turn = TurnRules()
            return HeadTurn(challenge.steps, turn.for_record() if record else turn)
        case ChallengeKind.SMILE:
            rest_s, smile = Random(challenge.nonce).uniform(*_REST_S), SmileRules()
            return Smile(0.85 * rest_s, smile.for_record()) if record else Smile(rest_s, smile)
        case ChallengeKind.MULTI_RANGE:
            ranges, perspective = RangeRules(), PerspectiveRules()
            return MultiRange(challenge.steps, *((ranges.for_record(), perspective.for_record()) if record else (ranges, perspective)))
        case ChallengeKind.MAGNIFEYE:
            magnify, near = MagnifyRules(), PerspectiveRules(smallest=0.05)
            return MagnifyEye(*((magnify.for_record(), near.for_record()) if record else (magnify, near)))
        case ChallengeKind.EYE_GAZE:
            gaze = GazeRules()
            return EyeGaze(challenge.steps, gaze.for_record() if record else gaze)


def active_check(
    challenge: Challenge,
    *,
    detector: FaceDetector,
    landmarker: FaceLandmarker,
    matcher: FaceMatcher | None,
    reference: Image | None,
    rules: RunRules | None = None,
    frames: FrameWatch | None = None,
) -> ActiveRun:
    """A run of this challenge before a camera.

    Args:
        matcher: None = the person cannot be vouched for, and the check says MODEL_MISSING when all else was right.
        reference: the selfie that who does the challenge must match; None = the faces of the run are compared with one another only.
        frames: what watches the frames themselves; one for live cameras when None.
    """
    kind = challenge.kind
    watch = frames or FrameWatch()
    of_record = rules is not None and rules.whole
    observer = Observer(
        detector,
        landmarker,
        close_up=kind is ChallengeKind.MAGNIFEYE,
        gaze=kind is ChallengeKind.EYE_GAZE,
        frames=watch,
        every_frame=of_record,
    )
    return ActiveRun(
        challenge,
        script_for(challenge, record=of_record),
        observer,
        detector,
        matcher,
        reference,
        model_id=landmarker.model_id,
        rules=rules,
    )
