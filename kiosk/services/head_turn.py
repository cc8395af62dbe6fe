"""Active liveness: the person turns the head to a side that was chosen at random, and back, in one continuous movement."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.imaging.face_pose import Mesh, head_pose
from kiosk.imaging.face_quality import LIVE, FaceLimits, eye_span, face_region, face_sharpness, light_of, too_bright, too_dark
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import FaceDetector, FaceLandmarker, FaceMatcher
from kiosk.services.face_guide import find_faces, light_advice, movement, outline_of

_log = logging.getLogger(__name__)

LEFT, RIGHT = "left", "right"


@dataclass(frozen=True, slots=True)
class TurnRules:
    """What a turn must be. Angles in degrees towards the asked side, times in seconds of `Frame.taken_at`.

    Attributes:
        frontal, turned: a turn starts and ends within the first and reaches the second. The mesh is flatter than heads are: a head turned
            by 25 degrees reads as 21 (rendered turns: 10 -> 7 to 8, 20 -> 17 to 19, 25 -> 21, 30 -> 23 to 24).
        wrong: so far to the other side starts it anew.
        jump_deg, jump_deg_per_s: yaw may differ by the first plus the second times the time between two frames; heads turn at up to 200
            degrees a second. jump_widths likewise for the place of the face, in face widths.
        steps_out, steps_back: frames that must be seen between half of frontal and turned, on the way out and back: two pictures are no
            movement.
        parallax: eye distances by which the nose must move against the eyes; on a flat picture that is turned it does not.
        give_up_s: from the first face until the challenge counts as failed; restarts: after so many it does, too.
    """

    frontal: float = 12.0
    turned: float = 21.0
    wrong: float = 16.0
    front_s: float = 0.3
    lost_s: float = 0.5
    shortest_s: float = 0.4
    longest_s: float = 12.0
    jump_deg: float = 14.0
    jump_deg_per_s: float = 180.0
    jump_widths: float = 0.25
    jump_widths_per_s: float = 3.0
    steps_out: int = 2
    steps_back: int = 1
    parallax: float = 0.08
    give_up_s: float = 40.0
    restarts: int = 6
    most_frames: int = 5


class _Phase(Enum):
    FRONT = auto()
    OUT = auto()
    BACK = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class _Sight:
    """One frame with one face. `turn`: degrees towards the asked side; `nose`: its place against the eyes, in eye distances."""

    frame: Frame
    face: Face
    turn: float
    nose: float


class HeadTurnChallenge:
    """One challenge; feed it frames until `finished`, then ask `check` (which compares faces and takes a moment). One thread.

    Args:
        side: "left" or "right", the person's own; the caller draws it with `secrets`.
        reference: the selfie; who turns the head must be the same person. Without it only start and end are compared.
    """

    def __init__(
        self,
        side: str,
        detector: FaceDetector,
        landmarker: FaceLandmarker,
        matcher: FaceMatcher | None,
        reference: Image | None,
        *,
        rules: TurnRules | None = None,
        limits: FaceLimits = LIVE,
    ) -> None:
        if side not in (LEFT, RIGHT):
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"the side of a head turn is {LEFT} or {RIGHT}")
        self.side = side
        self._sign = -1.0 if side == LEFT else 1.0  # Pose: negative yaw = to the person's left
        self._turn_advice = AdviceCode.TURN_LEFT if side == LEFT else AdviceCode.TURN_RIGHT
        self._detector, self._landmarker, self._matcher = detector, landmarker, matcher
        self._reference = reference
        self._rules = rules or TurnRules()
        self._limits = limits
        self._phase = _Phase.FRONT
        self._first_face_at: float | None = None
        self._last: _Sight | None = None
        self._restarts = 0
        self._frames: list[tuple[float, Image]] = []
        self._front_since: float | None = None
        self._left_at: float | None = None
        self._start: _Sight | None = None
        self._end: _Sight | None = None
        self._steps = 0
        self._peak = 0.0

    @property
    def finished(self) -> bool:
        return self._phase in (_Phase.DONE, _Phase.FAILED)

    @property
    def frames(self) -> tuple[Image, ...]:
        """Some frontal frames, for passive liveness."""
        return tuple(image for _, image in self._frames)

    def judge(self, frame: Frame) -> Guidance:
        if self.finished:
            return self._guidance(frame, AdviceCode.TAKEN, None)
        at = frame.taken_at
        if self._first_face_at is not None and at - self._first_face_at > self._rules.give_up_s:
            self._phase = _Phase.FAILED
            return self._guidance(frame, AdviceCode.LOOK_STRAIGHT, None)
        faces = find_faces(self._detector, frame.pixels)
        mesh = self._landmarker.landmarks(frame.pixels, faces[0]) if len(faces) == 1 else ()
        if not mesh:
            return self._without_face(frame, several=len(faces) > 1)
        face = faces[0]
        if self._first_face_at is None:
            self._first_face_at = at
        sight = _Sight(frame, face, self._sign * head_pose(mesh).yaw, _nose_place(mesh))
        advice = self._step(sight)
        self._last = sight
        return self._guidance(frame, advice, face)

    def check(self) -> Check:
        """HEAD_TURN: PASSED, REJECTED (CHALLENGE_FAILED | DIFFERENT_PERSON), NOT_EXECUTED when nobody was there or it was not finished."""
        began = time.perf_counter()
        inputs = ("liveness",) if self._reference is None else ("liveness", "selfie")
        if self._phase is _Phase.FAILED:
            return self._check(CheckStatus.REJECTED, CheckLabel.CHALLENGE_FAILED, inputs, began)
        if self._phase is not _Phase.DONE or self._start is None or self._end is None:
            return not_executed(CheckName.ACTIVE_LIVENESS, CheckLabel.INPUT_MISSING, inputs=inputs)
        if self._matcher is None:
            return not_executed(CheckName.ACTIVE_LIVENESS, CheckLabel.MODEL_MISSING, inputs=inputs)
        try:
            worst = self._least_similar(self._matcher, self._start, self._end)
        except ModelFault as error:
            _log.error("the head turn could not compare faces: %s", error.code.value)
            return not_executed(CheckName.ACTIVE_LIVENESS, CheckLabel.ENGINE_FAILED, inputs=inputs)
        if worst is None:
            return not_executed(CheckName.ACTIVE_LIVENESS, CheckLabel.PRECONDITION_NOT_FULFILLED, inputs=inputs)
        if not worst.is_match:
            return Check(
                CheckName.ACTIVE_LIVENESS,
                CheckStatus.REJECTED,
                CheckLabel.DIFFERENT_PERSON,
                score=round(worst.score, 4),
                threshold=worst.threshold,
                inputs=inputs,
                model=worst.model,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )
        return self._check(CheckStatus.PASSED, CheckLabel.OK, inputs, began)

    # --- frames ----------------------------------------------------------------------------------------------------

    def _step(self, sight: _Sight) -> AdviceCode:
        rules, at = self._rules, sight.frame.taken_at
        if self._last is not None and self._is_cut(self._last, sight):
            return self._restart(AdviceCode.LOOK_STRAIGHT)
        if self._phase is _Phase.FRONT:
            return self._step_front(sight)
        if sight.turn < -rules.wrong:
            return self._restart(self._turn_advice)
        if self._left_at is None:
            if abs(sight.turn) <= rules.frontal:
                self._keep_frontal(sight)
                self._start = sight
                self._steps = self._steps + 1 if sight.turn > rules.frontal / 2 else 0
                return self._turn_advice
            self._left_at = at
        if at - self._left_at > rules.longest_s:
            return self._restart(AdviceCode.LOOK_STRAIGHT)
        if self._phase is _Phase.OUT:
            return self._step_out(sight)
        return self._step_back(sight)

    def _step_front(self, sight: _Sight) -> AdviceCode:
        advice = self._obstacle(sight)
        if advice is None and abs(sight.turn) > self._rules.frontal:
            advice = AdviceCode.LOOK_STRAIGHT
        if advice is not None:
            self._front_since = None
            return advice
        at = sight.frame.taken_at
        if self._front_since is None:
            self._front_since = at
        self._keep_frontal(sight)
        if at - self._front_since >= self._rules.front_s:
            self._phase, self._start = _Phase.OUT, sight
        return self._turn_advice

    def _step_out(self, sight: _Sight) -> AdviceCode:
        self._peak = max(self._peak, sight.turn)
        if sight.turn >= self._rules.turned:
            assert self._start is not None
            # towards the person's left the nose moves to the right in the picture
            parallax = -self._sign * (sight.nose - self._start.nose)
            if self._steps < self._rules.steps_out or parallax < self._rules.parallax:
                return self._restart(AdviceCode.LOOK_STRAIGHT)
            self._phase, self._steps = _Phase.BACK, 0
            return AdviceCode.LOOK_BACK
        if sight.turn > self._rules.frontal:
            self._steps += 1
        else:  # came back before it was far enough: once more from here
            self._left_at, self._steps, self._peak = None, 0, 0.0
            self._start = sight
        return self._turn_advice

    def _step_back(self, sight: _Sight) -> AdviceCode:
        self._peak = max(self._peak, sight.turn)
        if abs(sight.turn) > self._rules.frontal:
            if sight.turn < self._rules.turned:
                self._steps += 1
            return AdviceCode.LOOK_BACK
        assert self._left_at is not None
        if self._steps < self._rules.steps_back or sight.frame.taken_at - self._left_at < self._rules.shortest_s:
            return self._restart(AdviceCode.LOOK_STRAIGHT)
        self._keep_frontal(sight)
        self._end, self._phase = sight, _Phase.DONE
        return AdviceCode.TAKEN

    def _without_face(self, frame: Frame, *, several: bool) -> Guidance:
        at = frame.taken_at
        if several:
            self._restart(AdviceCode.ONE_PERSON, counts=self._phase is not _Phase.FRONT)
            self._last = None
            return self._guidance(frame, AdviceCode.ONE_PERSON, None)
        lost_s = at - self._last.frame.taken_at if self._last is not None else self._rules.lost_s + 1
        if lost_s <= self._rules.lost_s:
            return self._guidance(frame, self._current_advice(), None)
        if self._phase is not _Phase.FRONT:
            self._restart(AdviceCode.SHOW_FACE)
        self._front_since, self._last = None, None
        return self._guidance(frame, light_advice(frame.pixels) or AdviceCode.SHOW_FACE, None)

    def _obstacle(self, sight: _Sight) -> AdviceCode | None:
        """What must be put right before the turn begins."""
        image, face = sight.frame.pixels, sight.face
        light = light_of(face_region(image, face))
        if too_dark(light, self._limits):
            return AdviceCode.TOO_DARK
        if too_bright(light, self._limits):
            return AdviceCode.TOO_BRIGHT
        share = 2.3 * eye_span(face) / min(image.shape[:2])
        if share < 0.8 * self._limits.smallest or eye_span(face) < self._limits.min_eye_distance_px:
            return AdviceCode.COME_CLOSER
        return AdviceCode.MOVE_BACK if share > 1.1 * self._limits.largest else None

    def _is_cut(self, before: _Sight, now: _Sight) -> bool:
        passed_s = now.frame.taken_at - before.frame.taken_at
        if passed_s < 0:
            return True
        if passed_s > self._rules.lost_s:
            return self._phase is not _Phase.FRONT
        rules = self._rules
        if abs(now.turn - before.turn) > rules.jump_deg + rules.jump_deg_per_s * passed_s:
            return True
        if movement(before.face, now.face) > rules.jump_widths + rules.jump_widths_per_s * passed_s:
            return True
        size = eye_span(now.face) / max(eye_span(before.face), 1e-6)
        return not 0.65 < size < 1.55

    # --- state -----------------------------------------------------------------------------------------------------

    def _begin_anew(self) -> None:
        self._front_since = self._left_at = self._start = self._end = None
        self._steps = 0
        self._peak = 0.0

    def _restart(self, advice: AdviceCode, *, counts: bool = True) -> AdviceCode:
        if counts and self._phase is not _Phase.FRONT:
            self._restarts += 1
        self._phase = _Phase.FAILED if self._restarts >= self._rules.restarts else _Phase.FRONT
        self._frames = []  # perhaps of somebody else
        self._begin_anew()
        return advice

    def _current_advice(self) -> AdviceCode:
        return {_Phase.FRONT: AdviceCode.LOOK_STRAIGHT, _Phase.OUT: self._turn_advice}.get(self._phase, AdviceCode.LOOK_BACK)

    def _keep_frontal(self, sight: _Sight) -> None:
        """A few sharp frontal frames, spread over time; the oldest are the first to go."""
        at = sight.frame.taken_at
        if self._frames and at - self._frames[-1][0] < 0.15:
            return
        if face_sharpness(face_region(sight.frame.pixels, sight.face)) >= self._limits.sharpness:
            self._frames = [*self._frames, (at, sight.frame.pixels)][-self._rules.most_frames :]

    def _guidance(self, frame: Frame, advice: AdviceCode, face: Face | None) -> Guidance:
        return Guidance(
            advice=advice,
            outline=outline_of(face, frame.pixels) if face is not None else None,
            steady=advice in (self._turn_advice, AdviceCode.LOOK_BACK, AdviceCode.TAKEN),
            progress=self._progress(),
            frame_taken_at=frame.taken_at,
        )

    def _progress(self) -> float:
        """The way out fills the ring to 0.7, the way back the rest."""
        if self._phase is _Phase.DONE:
            return 1.0
        turn = self._last.turn if self._last is not None else 0.0
        if self._phase is _Phase.OUT:
            return 0.7 * float(np.clip(turn / self._rules.turned, 0, 1))
        if self._phase is _Phase.BACK:
            return 0.7 + 0.29 * float(np.clip(1 - turn / max(self._peak, 1.0), 0, 1))
        return 0.0

    # --- the outcome -----------------------------------------------------------------------------------------------

    def _least_similar(self, matcher: FaceMatcher, start: _Sight, end: _Sight) -> Similarity | None:
        """The worst of start-end, reference-start, reference-end; None when the reference shows no face."""
        one, other = matcher.embed(start.frame.pixels, start.face), matcher.embed(end.frame.pixels, end.face)
        pairs: list[tuple[Embedding, Embedding]] = [(one, other)]
        if self._reference is not None:
            faces = find_faces(self._detector, self._reference)
            if not faces:
                return None
            selfie = matcher.embed(self._reference, faces[0])
            pairs += [(selfie, one), (selfie, other)]
        return min((matcher.compare(*pair) for pair in pairs), key=lambda similarity: similarity.score)

    def _check(self, status: CheckStatus, label: CheckLabel, inputs: tuple[str, ...], began: float) -> Check:
        """Score: the furthest turn that was read, as a share of 90 degrees."""
        return Check(
            CheckName.ACTIVE_LIVENESS,
            status,
            label,
            score=round(float(np.clip(self._peak / 90, 0, 1)), 4),
            threshold=round(self._rules.turned / 90, 4),
            inputs=inputs,
            model=self._landmarker.model_id,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )


def _nose_place(mesh: Mesh) -> float:
    """Where the nose tip stands along the line of the outer eye corners, from their middle, in their distance (picture axes)."""
    right, left, nose = (np.asarray(mesh[index][:2]) for index in (33, 263, 1))
    across = left - right
    return float((nose - (right + left) / 2).dot(across) / max(float(across.dot(across)), 1e-9))
