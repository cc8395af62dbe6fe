"""Lanes of work beside a door's own thread: one keeps a session's order, one works with the engines, one waits for the outside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress


class Lanes:
    """Each lane carries out one job after another. After `stop_taking` nothing new is taken; `close` waits for what runs.

    Threads: every method may be called from any thread.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        """`failed` is called on the session lane for every error of a session job."""
        self._failed = failed
        self._session = ThreadPoolExecutor(1, "session")
        self._analysis = ThreadPoolExecutor(1, "analysis")
        self._outside = ThreadPoolExecutor(1, "outside")
        self._closing = threading.Event()

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    def pause(self, seconds: float) -> bool:
        """Waits; True as soon as the lanes are closing."""
        return self._closing.wait(seconds)

    def post(self, action: Callable[[], object]) -> None:
        """Carried out on the session lane, after everything that was posted before."""
        if not self._closing.is_set():
            with suppress(RuntimeError):  # closed between the two: what comes now is of no use to anybody
                self._session.submit(self._guarded, action)

    def analyse(self, job: Callable[[], object], failed: Callable[[Exception], object]) -> None:
        """Carried out on the analysis lane, which alone touches the engines. An error goes to `failed` on the session lane."""
        self._submit(self._analysis, job, failed)

    def ask_outside(self, job: Callable[[], object], failed: Callable[[Exception], object]) -> None:
        """As `analyse`, on the lane for what waits for somebody else (a gateway, a chip reader, a scanner); it touches no engine."""
        self._submit(self._outside, job, failed)

    def _submit(self, lane: ThreadPoolExecutor, job: Callable[[], object], failed: Callable[[Exception], object]) -> None:
        def guarded() -> None:
            try:
                job()
            except Exception as error:  # told to the session lane, which is the one to decide; the name `error` ends with this block
                caught = error
                self.post(lambda: failed(caught))

        if not self._closing.is_set():
            with suppress(RuntimeError):
                lane.submit(guarded)

    def stop_taking(self) -> None:
        self._closing.set()

    def close(self, last: Callable[[], object]) -> None:
        """`last` is the session lane's last job. Blocks until all lanes have ended: for a gateway's time-out at most."""
        self._closing.set()
        self._session.submit(self._guarded, last)
        self._session.shutdown(wait=True)
        self._analysis.shutdown(wait=True)
        self._outside.shutdown(wait=True)

    def _guarded(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as error:  # one of the three places where errors are caught: the owner says what comes of it
            self._failed(error)
