"""Head turn: to sides drawn at random and back, each in one movement in which the nose moves against the eyes."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np

from kiosk.domain.challenge import Assertion
from kiosk.domain.check import CheckLabel
from kiosk.domain.guidance import AdviceCode
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.script import FRONTAL_DEG, REACTION_S, Front, Reply


@dataclass(frozen=True, slots=True)
class TurnRules:
    """What a turn must be. Angles in degrees towards the asked side.

    Attributes:
        turned: a turn starts and ends frontal and reaches this. The mesh is flatter than heads are: a head turned by 25 degrees reads as
            21 (rendered turns: 10 -> 7 to 8, 20 -> 17 to 19, 25 -> 21, 30 -> 23 to 24).
        wrong: so far to the other side is the other side.
        shortest_s, longest_s: from leaving the front until back there.
        steps_out, steps_back: frames that must be seen between half of frontal and turned, on the way out and back: two pictures are no
            movement. On the way out one is enough where frames are further apart than `slow_s`: a head is turned in 0.3 s.
        parallax: eye distances by which the nose must move against the eyes; on a flat picture that is turned it does not.
    """

    frontal: float = FRONTAL_DEG
    turned: float = 21.0
    wrong: float = 16.0
    shortest_s: float = 0.4
    longest_s: float = 12.0
    steps_out: int = 2
    steps_back: int = 1
    slow_s: float = 0.13
    parallax: float = 0.08

    def for_record(self) -> TurnRules:
        """A little wider: a record is a selection of the frames, and JPEG moves a mesh by a hair."""
        return replace(self, turned=0.94 * self.turned, parallax=0.85 * self.parallax, shortest_s=0.8 * self.shortest_s, steps_out=1)


_LESS = 0.85
"""Of the furthest turn: from here on the head is on its way back."""


class _Phase(Enum):
    FRONT = auto()
    OUT = auto()
    BACK = auto()
    DONE = auto()


class HeadTurn:
    """A `Script`. The other side ends the challenge: a film that turns to all sides must not find the asked one by trying."""

    give_up_s = 40.0
    face_size: float | None = None
    look_at: tuple[float, float] | None = None

    def __init__(self, steps: tuple[Assertion, ...], rules: TurnRules | None = None) -> None:
        self._steps = steps
        self._rules = rules or TurnRules()
        self._front = Front()
        self._peak = 0.0
        self.restart()

    def restart(self) -> None:
        self._front.restart()
        self._phase = _Phase.FRONT
        self._index = 0
        self._turn = self._furthest = 0.0
        self.shows: Assertion | None = None
        self._begin(0.0, 0.0)

    def _begin(self, at: float, nose: float) -> None:
        """A turn is asked for from now on."""
        self._shown_at, self._start_nose = at, nose
        self._left_at: float | None = None
        self._between = 0
        self._furthest = 0.0
        self._last_at, self._longest_step_s = at, 0.0

    @property
    def _side(self) -> Assertion:
        return self._steps[min(self._index, len(self._steps) - 1)]

    @property
    def _sign(self) -> float:
        return -1.0 if self._side is Assertion.TURN_LEFT else 1.0  # Pose: negative yaw = to the person's left

    @property
    def under_way(self) -> bool:
        return self._phase is not _Phase.FRONT

    @property
    def done(self) -> bool:
        return self._phase is _Phase.DONE

    @property
    def neutral(self) -> bool:
        return self._phase is _Phase.FRONT or self._left_at is None

    @property
    def state(self) -> Hashable:
        return self._phase, self._index, min(self._between, 3), self._left_at is None, self._front.since is None

    @property
    def advice(self) -> AdviceCode:
        if self._phase is _Phase.FRONT:
            return AdviceCode.LOOK_STRAIGHT
        if self._phase is _Phase.DONE:
            return AdviceCode.TAKEN
        if self._phase is _Phase.BACK:
            return AdviceCode.LOOK_BACK
        return AdviceCode.TURN_LEFT if self._side is Assertion.TURN_LEFT else AdviceCode.TURN_RIGHT

    @property
    def progress(self) -> float:
        """The way out fills a turn's part to 0.7, the way back the rest."""
        if self.done:
            return 1.0
        part = 0.0
        if self._phase is _Phase.OUT:
            part = 0.7 * float(np.clip(self._turn / self._rules.turned, 0, 1))
        elif self._phase is _Phase.BACK:
            part = 0.7 + 0.29 * float(np.clip(1 - self._turn / max(self._furthest, 1.0), 0, 1))
        return (self._index + part) / len(self._steps)

    def see(self, seen: Observation) -> Reply:
        rules = self._rules
        self.shows = None
        if self._phase is _Phase.FRONT:
            ready, advice = self._front.see(seen)
            if not ready:
                return Reply(advice)
            self._phase = _Phase.OUT
            self._begin(seen.at, seen.nose)
        self._turn = self._sign * seen.yaw
        self._longest_step_s = max(self._longest_step_s, seen.at - self._last_at)
        self._last_at = seen.at
        if self._turn < -rules.wrong:
            return Reply(self.advice, CheckLabel.CHALLENGE_FAILED, final=True)
        if self._left_at is None:
            if abs(seen.yaw) <= rules.frontal:
                if not self._between:
                    self._start_nose = seen.nose
                self._between = self._between + 1 if self._turn > rules.frontal / 2 else 0
                return Reply(self.advice)
            self._left_at = seen.at
        if seen.at - self._left_at > rules.longest_s:
            return Reply(AdviceCode.LOOK_STRAIGHT, CheckLabel.CHALLENGE_FAILED)
        self._furthest = max(self._furthest, self._turn)
        self._peak = max(self._peak, self._turn)
        return self._out(seen) if self._phase is _Phase.OUT else self._back(seen)

    def _out(self, seen: Observation) -> Reply:
        rules = self._rules
        if self._turn >= rules.turned:
            if seen.at - self._shown_at < REACTION_S:
                return Reply(AdviceCode.LOOK_STRAIGHT, CheckLabel.IMPLAUSIBLE_TIMING)
            slow = self._longest_step_s > rules.slow_s
            if self._between < (min(1, rules.steps_out) if slow else rules.steps_out):
                return Reply(AdviceCode.LOOK_STRAIGHT, CheckLabel.CHALLENGE_FAILED if slow else CheckLabel.SEQUENCE_CUT)
            # towards the person's left the nose moves to the right in the picture
            if -self._sign * (seen.nose - self._start_nose) < rules.parallax:
                return Reply(AdviceCode.LOOK_STRAIGHT, CheckLabel.FLAT_FACE)
            self._phase, self._between, self.shows = _Phase.BACK, 0, self._side
        elif self._turn > rules.frontal:
            self._between += 1
        else:  # came back before it was far enough: once more from here
            self._begin(self._shown_at, seen.nose)
        return Reply(self.advice)

    def _back(self, seen: Observation) -> Reply:
        rules = self._rules
        if abs(seen.yaw) > rules.frontal:
            self._between += self._turn < max(rules.turned, _LESS * self._furthest)
            return Reply(self.advice)
        self._between += self._turn > rules.frontal / 2
        assert self._left_at is not None
        if self._between < rules.steps_back:
            return Reply(AdviceCode.LOOK_STRAIGHT, CheckLabel.SEQUENCE_CUT)
        if seen.at - self._left_at < rules.shortest_s:
            return Reply(AdviceCode.LOOK_STRAIGHT, CheckLabel.IMPLAUSIBLE_TIMING)
        self._index += 1
        self.shows = Assertion.FRONT
        if self._index == len(self._steps):
            self._phase = _Phase.DONE
        else:
            self._phase = _Phase.OUT
            self._begin(seen.at, seen.nose)
        return Reply(self.advice)

    def outcome(self) -> CheckLabel:
        return CheckLabel.OK

    def measured(self) -> tuple[float, float]:
        """The furthest turn that was read, as a share of 90 degrees."""
        return float(np.clip(self._peak / 90, 0, 1)), self._rules.turned / 90
