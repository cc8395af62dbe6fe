"""MagnifEye: a look into the camera, then in one unbroken movement so near that the eyes fill the frame."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np

from kiosk.domain.challenge import Assertion
from kiosk.domain.check import CheckLabel
from kiosk.domain.guidance import AdviceCode
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.perspective import PerspectiveRules, View, judge_perspective, view_of
from kiosk.services.liveness.script import REACTION_S, Front, FrontRules, Reply, is_frontal


@dataclass(frozen=True, slots=True)
class MagnifyRules:
    """What the movement must be.

    Attributes:
        fills: outer eye distance in frame widths at which the eyes fill the frame.
        back: the eyes may become smaller by this share of the largest so far, no more.
        shortest_s, longest_s: from the moment it is asked for.
        views: frames at the beginning and at the largest that perspective is told by.
        apart: logarithm of the ratio of their sizes, at least: less and the perspective cannot be told.
        largest_whole: face height in frame heights up to which the mesh sees it all.
    """

    fills: float = 0.5
    back: float = 0.15
    shortest_s: float = 0.6
    longest_s: float = 15.0
    views: int = 8
    apart: float = 0.35
    largest_whole: float = 0.92

    def for_record(self) -> MagnifyRules:
        """A little wider: a record is a selection of the frames, and JPEG moves a mesh by a hair."""
        return replace(self, fills=0.93 * self.fills, back=1.3 * self.back, shortest_s=0.8 * self.shortest_s, apart=0.85 * self.apart)


class _Phase(Enum):
    FRONT = auto()
    NEARER = auto()
    DONE = auto()


class MagnifyEye:
    """A `Script`. The face is judged by perspective while it is still whole; from there the same eyes are followed into the close-up."""

    give_up_s = 40.0
    look_at: tuple[float, float] | None = None

    def __init__(self, rules: MagnifyRules | None = None, perspective: PerspectiveRules | None = None) -> None:
        self._rules = rules or MagnifyRules()
        self._perspective = perspective or PerspectiveRules(smallest=0.05)
        self._front = Front(FrontRules(seconds=0.5, smallest=0.25, largest=0.55))
        self._furthest = 0.0
        self.restart()

    def restart(self) -> None:
        self._front.restart()
        self._phase = _Phase.FRONT
        self.shows: Assertion | None = None
        self._far: list[Observation] = []
        self._near: list[Observation] = []
        self._shown_at = 0.0
        self._largest = self._at_start = 0.0
        self._ratio = 0.0
        self._verdict = CheckLabel.INCONCLUSIVE

    @property
    def under_way(self) -> bool:
        return self._phase is not _Phase.FRONT

    @property
    def done(self) -> bool:
        return self._phase is _Phase.DONE

    @property
    def neutral(self) -> bool:
        return self._phase is _Phase.FRONT

    @property
    def state(self) -> Hashable:
        return self._phase, self._front.since is None

    @property
    def face_size(self) -> float | None:
        return 0.42 if self._phase is _Phase.FRONT else None

    @property
    def advice(self) -> AdviceCode:
        if self._phase is _Phase.FRONT:
            return AdviceCode.LOOK_STRAIGHT
        return AdviceCode.EYES_TO_CAMERA if self._phase is _Phase.NEARER else AdviceCode.TAKEN

    @property
    def progress(self) -> float:
        if self._phase is not _Phase.NEARER or self._largest <= 0 or self._at_start <= 0:
            return 1.0 if self.done else 0.0
        way = math.log(self._rules.fills / self._at_start)
        return 0.98 * float(np.clip(math.log(self._largest / self._at_start) / max(way, 1e-6), 0, 1))

    def see(self, seen: Observation) -> Reply:
        rules = self._rules
        self.shows = None
        width = seen.frame_size[0]
        if self._phase is _Phase.FRONT:
            return self._at_front(seen)
        if seen.at - self._shown_at > rules.longest_s:
            return Reply(self.advice, CheckLabel.CHALLENGE_FAILED)
        whole = seen.face is not None and seen.size <= rules.largest_whole
        # near the frame's border a mesh guesses what it does not see: there the details are followed
        eyes = (seen.eyes_px if whole or seen.close_up <= 0 else seen.close_up) / width
        if eyes <= 0:
            return Reply(self.advice)
        if eyes < (1 - rules.back) * self._largest:
            return Reply(AdviceCode.LOOK_STRAIGHT, CheckLabel.CHALLENGE_FAILED)
        self._largest = self._furthest = max(self._largest, eyes)
        if whole and is_frontal(seen):
            self._keep_near(seen)
        if eyes < rules.fills:
            return Reply(self.advice)
        if seen.at - self._shown_at < max(rules.shortest_s, REACTION_S):
            return Reply(AdviceCode.LOOK_STRAIGHT, CheckLabel.IMPLAUSIBLE_TIMING)
        self.shows = Assertion.MAGNIFEYE
        self._finish()
        return Reply(self.advice)

    def _at_front(self, seen: Observation) -> Reply:
        if seen.face is None:
            self._front.restart()
            return Reply(AdviceCode.SHOW_FACE)
        ready, advice = self._front.see(seen)
        if self._front.since is None:
            self._far = []
            return Reply(advice)
        self._far = [*self._far, seen][-self._rules.views :]
        if ready:
            self._phase, self._shown_at, self.shows = _Phase.NEARER, seen.at, Assertion.FRONT
            self._largest = self._at_start = seen.eyes_px / seen.frame_size[0]
        return Reply(self.advice if ready else advice)

    def _keep_near(self, seen: Observation) -> None:
        """The frames with the largest whole face; those far smaller than the largest are of no use for it."""
        near = [one for one in self._near if one.eyes_px > 0.8 * seen.eyes_px]
        self._near = [*near, seen][-self._rules.views :]

    def _finish(self) -> None:
        self._phase = _Phase.DONE
        views: list[View] = [view for view in (view_of(self._far), view_of(self._near)) if view is not None]
        apart = len(views) == 2 and math.log(views[1].eyes_px / max(views[0].eyes_px, 1e-6)) >= self._rules.apart
        if apart:
            self._verdict, self._ratio = judge_perspective(views, self._perspective)

    def outcome(self) -> CheckLabel:
        return self._verdict

    def measured(self) -> tuple[float, float]:
        """How much perspective changed, as a share of what geometry makes expect."""
        return float(np.clip(self._ratio, 0, 1)), self._perspective.least
