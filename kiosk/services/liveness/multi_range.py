"""Multi-range: the face fills ovals of several sizes in a random order, and its proportions change with distance as a head's do."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np

from kiosk.domain.challenge import Assertion
from kiosk.domain.check import CheckLabel
from kiosk.domain.guidance import AdviceCode
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.perspective import PerspectiveRules, View, judge_perspective, view_of
from kiosk.services.liveness.script import REACTION_S, Front, FrontRules, Reply, is_frontal, lasted

FACE_HEIGHTS: Mapping[Assertion, float] = {
    Assertion.FACE_SIZE_ZERO: 0.26,
    Assertion.FACE_SIZE_ONE: 0.33,
    Assertion.FACE_SIZE_TWO: 0.41,
    Assertion.FACE_SIZE_THREE: 0.50,
    Assertion.FACE_SIZE_FOUR: 0.60,
    Assertion.FACE_SIZE_FIVE: 0.72,
}
"""Hairline to chin in frame heights: from about 1 m to 0.35 m before a webcam."""


@dataclass(frozen=True, slots=True)
class RangeRules:
    """Sizes are compared by the logarithm of their ratio; two neighbouring sizes are about 0.2 apart.

    Attributes:
        fits: how near the asked size counts as reached. held_s: how long; still: at most so much change a second meanwhile.
        astray: so far away from where the person was, against the asked direction, or beyond the asked size, is another movement.
        longest_s: for one size.
    """

    fits: float = 0.11
    held_s: float = 0.45
    still: float = 0.35
    astray: float = 0.27
    longest_s: float = 12.0
    most_frames: int = 12

    def for_record(self) -> RangeRules:
        """Wider: a record is a selection of the frames, and JPEG moves a mesh by a hair. So what was held for as long as asked may seem to
        begin a frame later; of a slow camera's frames that is a third of the time."""
        return replace(self, fits=1.12 * self.fits, held_s=0.5 * self.held_s, astray=1.1 * self.astray, still=1.6 * self.still)


class _Phase(Enum):
    FRONT = auto()
    RANGE = auto()
    DONE = auto()


class MultiRange:
    """A `Script`. Going astray ends the challenge: a film in another order must not find the asked one by going on."""

    give_up_s = 70.0
    look_at: tuple[float, float] | None = None

    def __init__(self, steps: tuple[Assertion, ...], rules: RangeRules | None = None, perspective: PerspectiveRules | None = None) -> None:
        self._steps = steps
        self._rules = rules or RangeRules()
        self._perspective = perspective or PerspectiveRules()
        self._front = Front(FrontRules(smallest=0.18, largest=0.9))
        self.restart()

    def restart(self) -> None:
        self._front.restart()
        self._phase = _Phase.FRONT
        self.shows: Assertion | None = None
        self._index = 0
        self._views: list[View] = []
        self._ratio = 0.0
        self._verdict = CheckLabel.INCONCLUSIVE
        self._size = 0.0
        self._begin(0.0, 0.0)

    def _begin(self, at: float, size: float) -> None:
        """The next size is asked for; `size` is where the person is, logarithm of face height."""
        self._shown_at, self._came_from = at, size
        self._held: list[Observation] = []

    @property
    def _target(self) -> float:
        return math.log(FACE_HEIGHTS[self._steps[min(self._index, len(self._steps) - 1)]])

    @property
    def under_way(self) -> bool:
        return self._phase is not _Phase.FRONT

    @property
    def done(self) -> bool:
        return self._phase is _Phase.DONE

    @property
    def neutral(self) -> bool:
        return True

    @property
    def state(self) -> Hashable:
        return self._phase, self._index, min(len(self._held), 4), self._front.since is None

    @property
    def face_size(self) -> float | None:
        return None if self._phase is not _Phase.RANGE else FACE_HEIGHTS[self._steps[self._index]]

    @property
    def advice(self) -> AdviceCode:
        if self._phase is _Phase.FRONT:
            return AdviceCode.LOOK_STRAIGHT
        if self._phase is _Phase.DONE:
            return AdviceCode.TAKEN
        off = self._size - self._target
        if abs(off) <= self._rules.fits:
            return AdviceCode.HOLD_STILL
        return AdviceCode.FIT_THE_OVAL

    @property
    def progress(self) -> float:
        if self.done:
            return 1.0
        held = (self._held[-1].at - self._held[0].at) / self._rules.held_s if self._held else 0.0
        way = abs(self._target - self._came_from)
        there = 1 - abs(self._size - self._target) / way if way > 0.01 and self._phase is _Phase.RANGE else 0.0
        return (self._index + 0.6 * float(np.clip(there, 0, 1)) + 0.35 * float(np.clip(held, 0, 1))) / len(self._steps)

    def see(self, seen: Observation) -> Reply:
        rules = self._rules
        self.shows = None
        self._size = math.log(max(seen.size, 1e-3))
        if self._phase is _Phase.FRONT:
            ready, advice = self._front.see(seen)
            if not ready:
                return Reply(advice)
            self._phase = _Phase.RANGE
            self._begin(seen.at, self._size)
        if not is_frontal(seen):
            self._held = []
            return Reply(AdviceCode.LOOK_STRAIGHT)
        if seen.at - self._shown_at > rules.longest_s:
            return Reply(self.advice, CheckLabel.CHALLENGE_FAILED)
        if self._is_astray():
            return Reply(self.advice, CheckLabel.CHALLENGE_FAILED, final=True)
        if abs(self._size - self._target) > rules.fits:
            self._held = []
            return Reply(self.advice)
        self._hold(seen)
        if self._held and lasted(self._held[0].at, self._held[-1].at, rules.held_s):
            self._arrived(seen)
        return Reply(self.advice)

    def _is_astray(self) -> bool:
        """Further from the asked size than the person was when it was asked for, or beyond it."""
        way = 1.0 if self._target >= self._came_from else -1.0
        if abs(self._target - self._came_from) <= self._rules.fits:  # already there
            return abs(self._size - self._target) > self._rules.astray + self._rules.fits
        done = way * (self._size - self._came_from)
        beyond = way * (self._size - self._target)
        return done < -self._rules.astray or beyond > self._rules.astray

    def _hold(self, seen: Observation) -> None:
        if self._held:
            passed_s = seen.at - self._held[0].at
            changed = abs(self._size - math.log(max(self._held[0].size, 1e-3)))
            if passed_s > 0.15 and changed / passed_s > self._rules.still:
                self._held = []  # passing through
        # nobody has read the new size yet: what fits is chance
        if seen.at - self._shown_at >= REACTION_S:
            self._held.append(seen)
        self.shows = self._steps[self._index] if self._held else None

    def _arrived(self, seen: Observation) -> None:
        view = view_of(self._held[-self._rules.most_frames :])
        if view is not None:
            self._views.append(view)
        self._index += 1
        if self._index < len(self._steps):
            self._begin(seen.at, self._size)
            return
        self._phase = _Phase.DONE
        self._verdict, self._ratio = judge_perspective(self._views, self._perspective)

    def outcome(self) -> CheckLabel:
        return self._verdict

    def measured(self) -> tuple[float, float]:
        """How much perspective changed, as a share of what geometry makes expect."""
        return float(np.clip(self._ratio, 0, 1)), self._perspective.least
