"""What the scripts of the active checks share: one step after another, each shown before it can be done."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from kiosk.domain.challenge import Assertion
from kiosk.domain.check import CheckLabel
from kiosk.domain.guidance import AdviceCode
from kiosk.services.liveness.observation import Observation

FRONTAL_DEG, LEVEL_DEG = 12.0, 20.0
"""Yaw and pitch of a face that looks at the camera."""
REACTION_S = 0.3
"""Nobody reads, understands and has done it sooner."""
_TICK_S = 0.004
"""Times of a record are rounded."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a script says to one frame.

    Attributes:
        fault: what went wrong: the attempt is over. final: the challenge is, too: a person does not do that by mistake, or it cannot be
            told from an attack.
    """

    advice: AdviceCode
    fault: CheckLabel | None = None
    final: bool = False


def lasted(begin: float, now: float, seconds: float) -> bool:
    return now - begin >= seconds - _TICK_S


class Script(Protocol):
    """One kind of active check, without pixels. Fed with frames on which one face was seen and nothing had jumped."""

    @property
    def under_way(self) -> bool:
        """From here on what goes wrong counts; before, the person is still coming."""
        ...

    @property
    def done(self) -> bool: ...
    @property
    def advice(self) -> AdviceCode:
        """What is asked for now."""
        ...

    @property
    def progress(self) -> float: ...
    @property
    def state(self) -> Hashable:
        """Changes with every frame on which something was decided: such frames belong into the record."""
        ...

    @property
    def shows(self) -> Assertion | None:
        """What the last frame shows, if it is one that was asked for."""
        ...

    @property
    def neutral(self) -> bool:
        """Whether the person has just been asked for nothing but to look at the camera: such a frame may be the selfie."""
        ...

    @property
    def face_size(self) -> float | None: ...
    @property
    def look_at(self) -> tuple[float, float] | None: ...
    @property
    def give_up_s(self) -> float:
        """From the first face on; then the challenge counts as failed."""
        ...

    def see(self, seen: Observation) -> Reply: ...
    def restart(self) -> None: ...
    def outcome(self) -> CheckLabel:
        """When done: OK, FLAT_FACE, or INCONCLUSIVE."""
        ...

    def measured(self) -> tuple[float, float]:
        """What was measured against its bound, both 0..1."""
        ...


@dataclass(frozen=True, slots=True)
class FrontRules:
    """The beginning of each script. Sizes are face heights in frame heights.

    Attributes:
        seconds: how long the person must look into the camera at first.
    """

    seconds: float = 0.3
    smallest: float = 0.2
    largest: float = 0.85


class Front:
    """The person looks into the camera for a moment, in good light and near enough."""

    def __init__(self, rules: FrontRules | None = None) -> None:
        self._rules = rules or FrontRules()
        self.since: float | None = None

    def see(self, seen: Observation) -> tuple[bool, AdviceCode]:
        """(whether it has been so for long enough, advice)."""
        advice = self._obstacle(seen)
        if advice is not None:
            self.since = None
            return False, advice
        if self.since is None:
            self.since = seen.at
        return lasted(self.since, seen.at, self._rules.seconds), AdviceCode.HOLD_STILL

    def restart(self) -> None:
        self.since = None

    def _obstacle(self, seen: Observation) -> AdviceCode | None:
        if seen.light is not None:
            return seen.light
        if seen.size < self._rules.smallest:
            return AdviceCode.COME_CLOSER
        if seen.size > self._rules.largest:
            return AdviceCode.MOVE_BACK
        return None if is_frontal(seen) else AdviceCode.LOOK_STRAIGHT


def is_frontal(seen: Observation) -> bool:
    return abs(seen.yaw) <= FRONTAL_DEG and abs(seen.pitch) <= LEVEL_DEG
