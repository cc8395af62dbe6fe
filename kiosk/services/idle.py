"""Is anybody still there: asks in time, and says when nobody answered."""

from __future__ import annotations

from kiosk.domain.events import StillThere
from kiosk.ports import Clock
from kiosk.services.bus import Bus

WARN_BEFORE_S = 15
STAFF_WAIT_S = 300
"""How long after a call for staff nobody is timed out."""


class IdleWatch:
    """Counts idle seconds of the step that is on. `touch` may be called from any thread; the rest belongs to the session lane."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self._clock = clock
        self._bus = bus
        self._last_activity = clock.monotonic()
        self._staff_until = 0.0
        self._warned = False

    def touch(self) -> None:
        """Somebody is there; staff, if called, have come. Takes the question away."""
        self._last_activity = self._clock.monotonic()
        self._staff_until = 0.0
        if self._warned:
            self._warned = False
            self._bus.publish(StillThere(None))

    def call_staff(self) -> None:
        """For some minutes no time-out chases the customer away, unless somebody touches the screen before."""
        self.touch()
        self._staff_until = self._clock.monotonic() + STAFF_WAIT_S

    def begin(self) -> None:
        """A step was entered."""
        self._last_activity = self._clock.monotonic()
        self._warned = False

    def is_over(self, timeout_s: float, *, ask: bool) -> bool:
        """Whether the step's time is over; asks "are you still there" before, when `ask`. 0 seconds = never."""
        if timeout_s <= 0 or self._clock.monotonic() < self._staff_until:
            return False
        idle_s = self._clock.monotonic() - self._last_activity
        if not ask:
            return idle_s >= timeout_s
        left_s = timeout_s + WARN_BEFORE_S - idle_s
        if idle_s >= timeout_s and left_s > 0:
            self._warned = True
            self._bus.publish(StillThere(max(1, round(left_s))))
        return left_s <= 0
