"""A person before a camera who listens: does what the kiosk asks for at the moment, after the time that people take."""

from __future__ import annotations

import threading
from dataclasses import fields

from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.imaging.frame import Image
from kiosk.specimens.face_film import Act, Body, FaceFilm, as_photographed, distance, hold, magnifeye, smile, turn
from kiosk.specimens.face_rig import FaceRig, Mesh

REACTION_S = 0.45
"""From seeing an advice to moving."""
_TURN_DEG = 32.0
_BODY = Body(blinks=True)
_FRONT = {"yaw": 0.0, "pitch": 0.0, "gaze_x": 0.0, "gaze_y": 0.0}


class FaceActor:
    """callable(seconds) -> Image, as cameras of software play it. `hear` may be called from another thread."""

    def __init__(self, image: Image, landmarks: Mesh, *, body: Body = _BODY, pace: float = 1.0, seed: int = 0) -> None:
        """Args: `image` BGR with a frontal face, `landmarks` its 468 points; `pace` 2 = twice as slow."""
        self._image, self._landmarks = image, landmarks
        self._rig = FaceRig(image, landmarks)
        self._body = body
        self._pace = pace
        self._seed = seed
        self._lock = threading.Lock()
        self._film = self._filmed(hold(1.0))
        self._asked: tuple[object, ...] = ()
        self._now = 0.0

    def hear(self, guidance: Guidance) -> None:
        """What the screen says now. The same thing said again changes nothing."""
        asked = (guidance.advice, guidance.face_size, guidance.look_at)
        with self._lock:
            acts = None if asked == self._asked else self._acts(guidance)
            self._asked = asked
            if acts is None:
                return
            look = self._film.look_at(self._now)
            start = [Act(0.0, {one.name: getattr(look, one.name) for one in fields(look)})]
            # the film's time goes on, so that sway and noise do
            self._film = self._filmed([*start, *hold(self._now + REACTION_S * self._pace), *acts])

    def __call__(self, seconds: float) -> Image:
        with self._lock:
            self._now = seconds
            return self._film(seconds)

    def _filmed(self, script: list[Act]) -> FaceFilm:
        return FaceFilm(self._image, self._landmarks, script, body=self._body, seed=self._seed, rig=self._rig)

    def _acts(self, guidance: Guidance) -> list[Act] | None:
        """What a person does then; None for what asks for nothing new."""
        seconds = 0.8 * self._pace
        match guidance.advice:
            case AdviceCode.TURN_LEFT:
                return turn("left", _TURN_DEG, seconds)
            case AdviceCode.TURN_RIGHT:
                return turn("right", _TURN_DEG, seconds)
            case AdviceCode.LOOK_BACK | AdviceCode.LOOK_STRAIGHT:
                return [Act(seconds, _FRONT)]
            case AdviceCode.NEUTRAL_FACE:
                return [Act(seconds, {**_FRONT, "smile": 0.0, "mouth": 0.0})]
            case AdviceCode.SMILE:
                return smile(1.0, 0.6 * self._pace)
            case AdviceCode.FIT_THE_OVAL if guidance.face_size is not None:
                return distance(guidance.face_size, 1.1 * self._pace)
            case AdviceCode.EYES_TO_CAMERA:
                return magnifeye(1.8 * self._pace)
            case AdviceCode.FOLLOW_THE_DOT if guidance.look_at is not None:
                x, y = guidance.look_at  # as the customer sees the mirrored screen: their left is the picture's right
                return [Act(0.4 * self._pace, {"gaze_x": 0.9 * (1 - 2 * x), "gaze_y": 0.9 * (2 * y - 1)})]
            case AdviceCode.ONCE_MORE | AdviceCode.MOVE_BACK:
                return as_photographed(seconds)
        return None
