"""The loop that keeps a failing thing alive: open, run, close, and again after a growing pause."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from kiosk.domain.errors import DeviceFault, ErrorCode, KioskBug, KioskError

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
STOP_WITHIN_S = 4.0
"""A camera's `read` may block for two seconds; closing takes some more."""


class Worker(ABC):
    """One thread that lives from `start` to `stop`, or to a permanent failure. An object is started once.

    Subclasses write `open`, `run` (one turn; returns soon, a second or two at most) and `close`, all called on the worker's thread, and
    may listen to `failed`. A `DeviceFault` with `retryable=False` and a `KioskBug` are permanent; everything else is temporary: the
    resource is closed and opened again after 0.25 s, doubled at each failure up to 5 s; one good turn starts the pauses anew.
    """

    def __init__(
        self,
        name: str,
        *,
        first_pause_s: float = FIRST_PAUSE_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        """Args: `pause` waits that many seconds and tells whether the worker is to stop; by default it waits for `stop`."""
        self._stopping = threading.Event()
        self._first_pause_s = first_pause_s
        self._longest_pause_s = longest_pause_s
        self._pause = pause or self._stopping.wait
        # A daemon, so that a driver that hangs for ever cannot keep the process from ending.
        self._thread = threading.Thread(target=self._live, name=f"kiosk-{name}", daemon=True)
        self._name = name

    @abstractmethod
    def open(self) -> None: ...

    @abstractmethod
    def run(self) -> None:
        """One turn of the work."""

    @abstractmethod
    def close(self) -> None:
        """Called after every `open`, also after one that raised."""

    def failed(self, code: ErrorCode, permanent: bool) -> None:  # noqa: B027  (listening is optional)
        """What a subclass wants to tell about a failure; called before the pause."""

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def start(self) -> None:
        self._thread.start()

    def stop(self, within_s: float = STOP_WITHIN_S) -> bool:
        """Ask it to end and wait for that. False: it hangs in a driver; it ends, and closes its resource, when the driver returns.

        May be called from the worker's own thread (a subscriber that stops the capture): then it only asks.
        """
        self._stopping.set()
        if self._thread is threading.current_thread() or self._thread.ident is None:
            return True
        self._thread.join(within_s)
        if self._thread.is_alive():
            _log.error("%s did not stop within %.1f s", self._name, within_s)
            return False
        return True

    def _live(self) -> None:
        pause_s = self._first_pause_s
        while not self._stopping.is_set():
            began = time.monotonic()
            code, permanent, turns = self._attempt()
            if code is None:
                return
            if turns:
                pause_s = self._first_pause_s
            _log.info("%s failed: %s after %d turns, %.1f s, permanent %s", self._name, code, turns, time.monotonic() - began, permanent)
            self.failed(code, permanent)
            if permanent or self._pause(pause_s):
                return
            pause_s = min(pause_s * 2, self._longest_pause_s)

    def _attempt(self) -> tuple[ErrorCode | None, bool, int]:
        """Open, run until asked to stop or failed, close. Returns (why it ended, for good, good turns)."""
        turns = 0
        code: ErrorCode | None = None
        permanent = False
        try:
            self.open()
            while not self._stopping.is_set():
                self.run()
                turns += 1
        except DeviceFault as fault:
            code, permanent = fault.code, not fault.retryable
        except KioskError as error:
            code, permanent = error.code, isinstance(error, KioskBug)
        except Exception:
            _log.exception("%s failed unexpectedly", self._name)
            code = ErrorCode.INTERNAL
        try:
            self.close()
        except Exception:
            _log.exception("%s could not close", self._name)
        return code, permanent, turns
