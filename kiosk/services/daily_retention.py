"""Runs retention while a kiosk runs: once at its start, then daily, and only between customers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.domain.errors import KioskError
from kiosk.domain.events import Event, StepEntered
from kiosk.ports import Clock
from kiosk.services.bus import Bus
from kiosk.services.retention import RetentionResult

_log = logging.getLogger(__name__)

EVERY_S = 24 * 3600.0
AGAIN_S = 3600.0
"""After a run that a customer, or a fault of the store, cut short."""
_QUIET_SCREENS = frozenset({"welcome"})
_STOP_WITHIN_S = 10.0

Run = Callable[[Callable[[], bool]], RetentionResult]
"""`services.retention.run`, bound; its argument is asked between two customers whether to go on."""


class DailyRetention:
    """A thread of its own, which sleeps but for a moment a day. Owned by the kiosk; `close` before the store closes.

    A screen that nobody stands before is the welcome screen. When somebody begins while customers are being erased, the run ends after the
    one it is at, and what is left is taken an hour later. A clock that cannot be trusted is logged and tried again the next day.
    """

    def __init__(self, run: Run, bus: Bus, clock: Clock) -> None:
        self._run = run
        self._clock = clock
        self._change = threading.Condition()
        self._quiet = False
        self._closing = False
        self._due_at = clock.monotonic()
        self._unsubscribe = bus.subscribe(self._on_event)
        self._thread = threading.Thread(target=self._live, name="kiosk-retention", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ends the thread after the customer it is at. Idempotent."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._unsubscribe()
        if self._thread.is_alive():
            self._thread.join(_STOP_WITHIN_S)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StepEntered):
            with self._change:
                self._quiet = event.screen in _QUIET_SCREENS
                self._change.notify_all()

    def _may_go_on(self) -> bool:
        with self._change:
            return self._quiet and not self._closing

    def _live(self) -> None:
        while True:
            with self._change:
                while not self._closing and not (self._quiet and self._clock.monotonic() >= self._due_at):
                    # looked at again each minute at most: the clock of a machine that slept went on without this thread
                    left = min(max(0.05, self._due_at - self._clock.monotonic()), 60.0)
                    self._change.wait(left if self._quiet else None)
                if self._closing:
                    return
            self._due_at = self._clock.monotonic() + self._once()

    def _once(self) -> float:
        """Runs; returns the seconds until the next time."""
        try:
            result = self._run(self._may_go_on)
        except KioskError as error:
            _log.error("retention did not run: %s", error.code.value)
            return EVERY_S
        except Exception:  # the thread's own boundary: the next day must come
            _log.exception("retention failed")
            return EVERY_S
        return EVERY_S if result.complete and not result.failed else AGAIN_S
