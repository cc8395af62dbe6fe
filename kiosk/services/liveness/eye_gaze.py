"""Eye gaze: the eyes follow a dot into corners drawn at random while the head stays; measured against the person's own look ahead."""

from __future__ import annotations

import statistics
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np

from kiosk.domain.challenge import Assertion
from kiosk.domain.check import CheckLabel
from kiosk.domain.guidance import AdviceCode
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.script import Front, FrontRules, Reply, is_frontal, lasted

CORNERS: Mapping[Assertion, tuple[float, float]] = {
    Assertion.EYE_GAZE_TOP_LEFT: (0.06, 0.06),
    Assertion.EYE_GAZE_TOP_RIGHT: (0.94, 0.06),
    Assertion.EYE_GAZE_BOTTOM_LEFT: (0.06, 0.94),
    Assertion.EYE_GAZE_BOTTOM_RIGHT: (0.94, 0.94),
}
"""Where the dot stands, of the preview as the customer sees it (mirrored)."""
_CENTRE = (0.5, 0.5)
ENOUGH = 4
"""DIS: eyes must be found for at least four corners."""


@dataclass(frozen=True, slots=True)
class GazeRules:
    """Shifts of the irises against the look ahead, in eye widths.

    Attributes:
        across, down: least shift for a corner. head: degrees by which the head may have moved since the look ahead.
        settle_s: eyes need so long to get there; held_s: how long they are measured; longest_s: for one corner.
    """

    across: float = 0.028
    down: float = 0.012
    head: float = 7.0
    settle_s: float = 0.35
    held_s: float = 0.4
    ahead_s: float = 0.8
    longest_s: float = 6.0
    fewest: int = 3

    def for_record(self) -> GazeRules:
        """A little wider: a record is a selection of the frames, and JPEG moves a mesh by a hair."""
        return replace(self, across=0.9 * self.across, down=0.9 * self.down, held_s=0.5 * self.held_s, fewest=2)


class _Phase(Enum):
    FRONT = auto()
    AHEAD = auto()
    CORNERS = auto()
    DONE = auto()


class EyeGaze:
    """A `Script`. Up and down move an iris by a pixel or two at webcam size: this kind is not drawn unless a workflow names it."""

    give_up_s = 45.0
    face_size: float | None = None

    def __init__(self, steps: tuple[Assertion, ...], rules: GazeRules | None = None) -> None:
        self._steps = steps
        self._rules = rules or GazeRules()
        self._front = Front(FrontRules(smallest=0.35))
        self.restart()

    def restart(self) -> None:
        self._front.restart()
        self._phase = _Phase.FRONT
        self.shows: Assertion | None = None
        self._index = self._met = self._blind = 0
        self._since = 0.0
        self._seen: list[tuple[float, float]] = []
        self._ahead = (0.0, 0.0)
        self._head = (0.0, 0.0)
        self._first_good: float | None = None
        self._wrong: tuple[Assertion | None, float] = (None, 0.0)
        self._verdict = CheckLabel.INCONCLUSIVE

    @property
    def under_way(self) -> bool:
        return self._phase is not _Phase.FRONT

    @property
    def done(self) -> bool:
        return self._phase is _Phase.DONE

    @property
    def neutral(self) -> bool:
        return self._phase in (_Phase.FRONT, _Phase.AHEAD)

    @property
    def state(self) -> Hashable:
        return self._phase, self._index, min(len(self._seen), self._rules.fewest), self._front.since is None

    @property
    def look_at(self) -> tuple[float, float] | None:
        if self._phase is _Phase.CORNERS:
            return CORNERS[self._steps[self._index]]
        return None if self.done else _CENTRE

    @property
    def advice(self) -> AdviceCode:
        if self._phase is _Phase.FRONT:
            return AdviceCode.LOOK_STRAIGHT
        return AdviceCode.TAKEN if self.done else AdviceCode.FOLLOW_THE_DOT

    @property
    def progress(self) -> float:
        return 1.0 if self.done else self._index / (len(self._steps) + 0.5)

    def see(self, seen: Observation) -> Reply:
        self.shows = None
        if self._phase is _Phase.FRONT:
            ready, advice = self._front.see(seen)
            if not ready:
                return Reply(advice)
            self._phase, self._since, self._seen = _Phase.AHEAD, seen.at, []
        if not is_frontal(seen):
            return Reply(AdviceCode.LOOK_STRAIGHT)
        return self._look_ahead(seen) if self._phase is _Phase.AHEAD else self._look_aside(seen)

    def _look_ahead(self, seen: Observation) -> Reply:
        if seen.gaze is not None and seen.at - self._since >= self._rules.settle_s:
            self._seen.append(seen.gaze)
        if seen.at - self._since >= self._rules.longest_s:
            return Reply(self.advice, CheckLabel.CHALLENGE_FAILED)
        if lasted(self._since, seen.at, self._rules.ahead_s) and len(self._seen) >= self._rules.fewest:
            self._ahead = _middle(self._seen)
            self._head = (seen.yaw, seen.pitch)
            self._phase = _Phase.CORNERS
            self._next(seen.at)
        return Reply(self.advice)

    def _next(self, at: float) -> None:
        self._since, self._seen, self._first_good = at, [], None
        self._wrong = (None, 0.0)

    def _look_aside(self, seen: Observation) -> Reply:
        rules = self._rules
        if seen.at - self._since > rules.longest_s:
            self._blind += not self._seen
            return self._after_corner(seen) if not self._seen else Reply(self.advice, CheckLabel.CHALLENGE_FAILED, final=True)
        if max(abs(seen.yaw - self._head[0]), abs(seen.pitch - self._head[1])) > rules.head:
            self._first_good, self._seen = None, []
            return Reply(AdviceCode.HOLD_STILL)
        if seen.gaze is None or seen.at - self._since < rules.settle_s:
            return Reply(self.advice)
        self._seen = [*self._seen, (seen.gaze[0] - self._ahead[0], seen.gaze[1] - self._ahead[1])][-max(rules.fewest, 5) :]
        corner = self._corner_of(_middle(self._seen)) if len(self._seen) >= rules.fewest else None
        if corner is not self._steps[self._index]:
            self._first_good = None
            return self._elsewhere(seen, corner)
        self._wrong = (None, 0.0)
        self.shows = corner
        if self._first_good is None:
            self._first_good = seen.at
        if lasted(self._first_good, seen.at, rules.held_s):
            self._met += 1
            return self._after_corner(seen)
        return Reply(self.advice)

    def _elsewhere(self, seen: Observation, corner: Assertion | None) -> Reply:
        """Eyes may stay where they were, and pass through other corners; resting in one that was not asked for is a film's."""
        if corner is None or (self._index > 0 and corner is self._steps[self._index - 1]):
            self._wrong = (None, 0.0)
        elif self._wrong[0] is not corner:
            self._wrong = (corner, seen.at)
        elif seen.at - self._wrong[1] >= self._rules.held_s:
            return Reply(self.advice, CheckLabel.CHALLENGE_FAILED, final=True)
        return Reply(self.advice)

    def _after_corner(self, seen: Observation) -> Reply:
        self._index += 1
        if self._index < len(self._steps):
            self._next(seen.at)
        else:
            self._phase = _Phase.DONE
            self._verdict = CheckLabel.OK if self._met >= min(ENOUGH, len(self._steps)) else CheckLabel.INCONCLUSIVE
        return Reply(self.advice)

    def _corner_of(self, shift: tuple[float, float]) -> Assertion | None:
        """Which corner of the mirrored screen: the customer's left is the picture's right."""
        across, down = shift
        if abs(across) < self._rules.across or abs(down) < self._rules.down:
            return None
        if across > 0:
            return Assertion.EYE_GAZE_TOP_LEFT if down < 0 else Assertion.EYE_GAZE_BOTTOM_LEFT
        return Assertion.EYE_GAZE_TOP_RIGHT if down < 0 else Assertion.EYE_GAZE_BOTTOM_RIGHT

    def outcome(self) -> CheckLabel:
        return self._verdict

    def measured(self) -> tuple[float, float]:
        """Corners that were met, as a share of those asked for."""
        return float(np.clip(self._met / len(self._steps), 0, 1)), min(ENOUGH, len(self._steps)) / len(self._steps)


def _middle(shifts: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(x for x, _ in shifts), statistics.median(y for _, y in shifts)
