"""A rendered person who listens: does what an active check asks for at that moment, as people do, instead of playing a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.imaging.frame import Image
from kiosk.specimens.face_film import Act, Body, FaceFilm, as_photographed, distance, hold, magnifeye, smile, turn
from kiosk.specimens.face_rig import FaceRig, Look, Mesh

_REACTION_S = 0.45
_KEPT = 8
_TURN_DEG = 32.0
_CORNER = 0.42
"""How far from the middle of the screen a dot in its corner stands."""
_GAZE = 0.9
_FRONT = {"yaw": 0.0, "pitch": 0.0, "gaze_x": 0.0, "gaze_y": 0.0}
_AGAIN_S = 1.5
"""Advice about the distance is followed once more after so long."""


@dataclass(frozen=True, slots=True)
class _Move:
    """From one look to another between two moments (seconds of the film)."""

    begin: float
    end: float
    before: Look
    after: Look


class AnsweringFilm(FaceFilm):
    """callable(seconds) -> Image for the camera's thread; `hear` may be called from another.

    Movements are those of `film_for`, each begun a reaction time after it was asked for.
    """

    def __init__(
        self,
        image: Image,
        landmarks: Mesh,
        *,
        pace: float = 1.0,
        body: Body | None = None,
        size: tuple[int, int] | None = None,
        seed: int = 0,
        rig: FaceRig | None = None,
    ) -> None:
        """Args: `pace` 2 = twice as slow; the rest as for `FaceFilm`."""
        super().__init__(image, landmarks, hold(0.0), body=body or Body(blinks=True), size=size, seed=seed, rig=rig)
        self._pace = pace
        self._now = 0.0
        still = super().look_at(0.0)
        self._moves: tuple[_Move, ...] = (_Move(0.0, 0.0, still, still),)
        self._heard: tuple[object, ...] = ()
        self._heard_at = 0.0

    def __call__(self, seconds: float) -> Image:
        self._now = seconds
        return super().__call__(seconds)

    def look_at(self, seconds: float) -> Look:
        move = next((move for move in reversed(self._moves) if move.begin <= seconds), self._moves[0])
        share = min(1.0, max(0.0, (seconds - move.begin) / (move.end - move.begin))) if move.end > move.begin else 1.0
        share = share * share * (3 - 2 * share)
        mixed = {}
        for name in Look.__slots__:
            a, b = getattr(move.before, name), getattr(move.after, name)
            mixed[name] = a ** (1 - share) * b**share if name == "size" else a + (b - a) * share
        return Look(**mixed)

    def hear(self, guidance: Guidance) -> None:
        """Follow an advice; the same one only once."""
        asked = (guidance.advice, guidance.face_size, guidance.look_at)
        distance_again = guidance.advice in (AdviceCode.COME_CLOSER, AdviceCode.MOVE_BACK) and self._now - self._heard_at > _AGAIN_S
        if asked == self._heard and not distance_again:
            return
        begin = self._now + _REACTION_S
        before = self.look_at(begin)
        acts = _answer(guidance, before)
        if not acts:
            return
        self._heard, self._heard_at = asked, self._now
        rest = self._moves[0].after
        moves = list(self._moves)
        for act in acts:
            wanted = {name: getattr(rest, name) if value is None else value for name, value in act.to.items()}
            after = replace(before, **wanted)
            end = begin + act.seconds * self._pace
            moves.append(_Move(begin, end, before, after))
            begin, before = end, after
        # a movement that was planned and has not begun is dropped: people do the last thing they were asked for
        first = self._now + _REACTION_S
        kept = [move for move in moves[: -len(acts)] if move.begin <= first]
        self._moves = (moves[0], *kept[1:][-_KEPT:], *moves[-len(acts) :])


def _answer(guidance: Guidance, look: Look) -> Sequence[Act]:
    """What a willing person does at this advice; nothing when it asks for nothing."""
    size = look.size or 0.4
    match guidance.advice:
        case AdviceCode.TURN_LEFT:
            return turn("left", _TURN_DEG, 0.75)
        case AdviceCode.TURN_RIGHT:
            return turn("right", _TURN_DEG, 0.75)
        case AdviceCode.LOOK_STRAIGHT | AdviceCode.LOOK_BACK:
            return [Act(0.75, _FRONT)]
        case AdviceCode.NEUTRAL_FACE:
            return [Act(0.5, {**_FRONT, "smile": 0.0, "mouth": 0.0})]
        case AdviceCode.SMILE:
            return smile(1.0, 0.55)
        case AdviceCode.FIT_THE_OVAL if guidance.face_size is not None:
            return distance(guidance.face_size, 1.1)
        case AdviceCode.COME_CLOSER:
            return distance(min(0.5, size * 1.25), 0.8)
        case AdviceCode.MOVE_BACK:
            return distance(size * 0.8, 0.8)
        case AdviceCode.EYES_TO_CAMERA:
            return magnifeye(1.7)
        case AdviceCode.FOLLOW_THE_DOT if guidance.look_at is not None:
            # the screen is mirrored: what is left for the person is right in the picture
            x, y = guidance.look_at
            across, down = (float(np.clip(one, -1, 1)) * _GAZE for one in ((0.5 - x) / _CORNER, (y - 0.5) / _CORNER))
            return [Act(0.3, {"gaze_x": across, "gaze_y": down})]
        case AdviceCode.ONCE_MORE | AdviceCode.SHOW_FACE:
            return as_photographed(0.9)
    return ()
