"""Smile: a mouth at rest for a while that nobody can know beforehand, then, when asked, a smile against that person's own rest."""

from __future__ import annotations

import statistics
from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np

from kiosk.domain.challenge import Assertion
from kiosk.domain.check import CheckLabel
from kiosk.domain.guidance import AdviceCode
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.script import REACTION_S, Front, Reply, is_frontal, lasted


@dataclass(frozen=True, slots=True)
class SmileRules:
    """What a smile must be.

    Attributes:
        rest: the mouth at rest may vary by so much, in outer eye distances.
        wider: the mouth must be wider than at rest by this share; lift: its corners higher by so much, in outer eye distances.
        held_s: how long the smile must last.
        judged_s: when the way to it has still not been seen after so long, it was not there. Sooner the smile may yet be growing.
        steps: frames between rest and smile that must be seen: two pictures are no movement. Between: wider by a quarter of `wider`,
            and by less than `short` of how wide the smile becomes.
        most_yaw: beyond this a mouth cannot be measured.
    """

    rest: float = 0.035
    wider: float = 0.1
    lift: float = 0.012
    held_s: float = 0.25
    judged_s: float = 0.25
    steps: int = 1
    short: float = 0.6
    longest_s: float = 15.0
    most_yaw: float = 16.0

    def for_record(self) -> SmileRules:
        """A little wider: a record is a selection of the frames, and JPEG moves a mesh by a hair."""
        return replace(self, wider=0.88 * self.wider, lift=0.8 * self.lift, held_s=0.5 * self.held_s, rest=1.2 * self.rest)


_SLOW_S = 0.15
"""Frames so far apart may miss a quick smile's way: that is no proof of a cut."""


class _Phase(Enum):
    FRONT = auto()
    REST = auto()
    SMILE = auto()
    DONE = auto()


class Smile:
    """A `Script`. Teeth need not be seen. A film of a smile can pass when its moment fits: passive liveness must stand beside this check.

    Args:
        rest_s: how long the mouth must be at rest before the smile is asked for; drawn anew for each challenge.
    """

    give_up_s = 40.0
    face_size: float | None = None
    look_at: tuple[float, float] | None = None

    def __init__(self, rest_s: float, rules: SmileRules | None = None) -> None:
        self._rest_s = rest_s
        self._rules = rules or SmileRules()
        self._front = Front()
        self._best = 0.0
        self.restart()

    def restart(self) -> None:
        self._front.restart()
        self._phase = _Phase.FRONT
        self.shows: Assertion | None = None
        self._rest: list[tuple[float, float, float]] = []
        self._mouth = self._lift = 0.0
        self._shown_at = 0.0
        self._way: list[float] = []  # how much wider since the mouth left its rest
        self._held: list[float] = []
        self._smiles_since: float | None = None
        self._last_at = self._step_s = 0.0
        self._share = 0.0

    @property
    def under_way(self) -> bool:
        return self._phase is not _Phase.FRONT

    @property
    def done(self) -> bool:
        return self._phase is _Phase.DONE

    @property
    def neutral(self) -> bool:
        return self._phase in (_Phase.FRONT, _Phase.REST)

    @property
    def state(self) -> Hashable:
        return self._phase, min(len(self._way), 3), self._smiles_since is None, bool(self._rest), self._front.since is None

    @property
    def advice(self) -> AdviceCode:
        match self._phase:
            case _Phase.FRONT:
                return AdviceCode.LOOK_STRAIGHT
            case _Phase.REST:
                return AdviceCode.NEUTRAL_FACE
            case _Phase.SMILE:
                return AdviceCode.SMILE
            case _Phase.DONE:
                return AdviceCode.TAKEN

    @property
    def progress(self) -> float:
        if self._phase is _Phase.REST and self._rest:
            return 0.4 * min(1.0, (self._rest[-1][0] - self._rest[0][0]) / self._rest_s)
        return {_Phase.SMILE: 0.4 + 0.55 * min(1.0, self._share), _Phase.DONE: 1.0}.get(self._phase, 0.0)

    def see(self, seen: Observation) -> Reply:
        self.shows = None
        if self._phase is _Phase.FRONT:
            ready, advice = self._front.see(seen)
            if not ready:
                return Reply(advice)
            self._phase = _Phase.REST
        if abs(seen.yaw) > self._rules.most_yaw or not is_frontal(seen):
            return Reply(AdviceCode.LOOK_STRAIGHT)
        return self._at_rest(seen) if self._phase is _Phase.REST else self._smiling(seen)

    def _at_rest(self, seen: Observation) -> Reply:
        self._rest.append((seen.at, seen.mouth, seen.lift))
        middle = statistics.median(mouth for _, mouth, _ in self._rest)
        if abs(seen.mouth - middle) > self._rules.rest:
            self._rest = [self._rest[-1]]  # the mouth moved: from here again
        elif lasted(self._rest[0][0], seen.at, self._rest_s):
            self._mouth, self._lift = middle, statistics.median(lift for _, _, lift in self._rest)
            self._phase, self._shown_at, self.shows = _Phase.SMILE, seen.at, Assertion.NEUTRAL
            self._last_at = seen.at
        return Reply(self.advice)

    def _smiling(self, seen: Observation) -> Reply:
        rules = self._rules
        if seen.at - self._shown_at > rules.longest_s:
            return Reply(AdviceCode.NEUTRAL_FACE, CheckLabel.CHALLENGE_FAILED)
        wider, lift = seen.mouth / max(self._mouth, 1e-6) - 1, seen.lift - self._lift
        self._share = float(np.clip(min(wider / rules.wider, lift / rules.lift), 0, 2))
        self._best = max(self._best, wider)
        step_s, self._last_at = seen.at - self._last_at, seen.at
        self._way = [*self._way, wider] if wider > 0.25 * rules.wider else []
        if self._share < 1:
            self._smiles_since = None
            if wider < 0:  # the rest was a little of a smile
                self._mouth += 0.3 * (seen.mouth - self._mouth)
                self._lift += 0.3 * (seen.lift - self._lift)
            return Reply(self.advice)
        if self._smiles_since is None:
            if seen.at - self._shown_at < REACTION_S:
                return Reply(AdviceCode.NEUTRAL_FACE, CheckLabel.IMPLAUSIBLE_TIMING)
            self._smiles_since, self._step_s, self._held = seen.at, step_s, []
        self.shows = Assertion.SMILE
        self._held.append(wider)
        if not lasted(self._smiles_since, seen.at, rules.held_s):
            return Reply(self.advice)
        # judged when the smile stands: only then it is known how wide it is, and what was on the way to it
        short = rules.short * statistics.median(self._held[len(self._held) // 2 :])
        if sum(width < short for width in self._way) < rules.steps:
            if not lasted(self._smiles_since, seen.at, rules.judged_s):
                return Reply(self.advice)
            return Reply(AdviceCode.NEUTRAL_FACE, CheckLabel.CHALLENGE_FAILED if self._step_s > _SLOW_S else CheckLabel.SEQUENCE_CUT)
        self._phase = _Phase.DONE
        return Reply(self.advice)

    def outcome(self) -> CheckLabel:
        return CheckLabel.OK

    def measured(self) -> tuple[float, float]:
        """How much wider the mouth became, as a share of its width at rest."""
        return float(np.clip(self._best, 0, 1)), self._rules.wider
