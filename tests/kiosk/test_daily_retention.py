"""Retention while a kiosk runs: at its start, then daily, between customers, and without the kiosk's own thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.events import StepEntered
from kiosk.domain.views import StepProgress, WelcomeView
from kiosk.services.bus import Bus
from kiosk.services.daily_retention import AGAIN_S, EVERY_S, DailyRetention
from kiosk.services.retention import RetentionResult, run
from kiosk.services.retention_rules import load_retention
from kiosk.store.customers import open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.customers import RESOURCES, FixedClock, finished_customer

SOON = 30.0
NOTHING = RetentionResult((), (), ())


class Clock(FixedClock):
    seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


class Kiosk:
    """A bus, a clock, and a retention whose runs are seen in `runs`. `result`: what a run does."""

    def __init__(self) -> None:
        self.bus, self.clock = Bus(), Clock()
        self.runs: queue.Queue[str] = queue.Queue()
        self.result: Callable[[Callable[[], bool]], RetentionResult] = lambda _go_on: NOTHING
        self.daily = DailyRetention(self._run, self.bus, self.clock)
        self.daily.start()

    def _run(self, go_on: Callable[[], bool]) -> RetentionResult:
        self.runs.put(threading.current_thread().name)
        return self.result(go_on)

    def enter(self, screen: str) -> None:
        view = WelcomeView("Trial")
        self.bus.publish(StepEntered(screen, screen, view, StepProgress((), -1, 1), can_go_back=False, generation=1, timeout_s=0))

    def ran(self) -> str:
        return self.runs.get(timeout=SOON)

    def pass_time(self, seconds: float) -> None:
        """Time goes on; entering a screen lets the thread look at the clock at once."""
        self.clock.seconds += seconds
        self.enter("welcome")

    def is_still(self) -> bool:
        """Whether no run begins: the thread has looked, and waits."""
        try:
            self.runs.get(timeout=0.15)
        except queue.Empty:
            return True
        return False


@pytest.fixture
def kiosk() -> Iterator[Kiosk]:
    made = Kiosk()
    yield made
    made.daily.close()


def test_it_runs_at_the_start_and_then_daily_on_a_thread_of_its_own(kiosk: Kiosk) -> None:
    kiosk.enter("welcome")
    assert kiosk.ran() == "kiosk-retention"
    kiosk.pass_time(EVERY_S - 1)
    assert kiosk.is_still()
    kiosk.pass_time(1)
    kiosk.ran()


def test_nothing_runs_while_a_customer_is_there(kiosk: Kiosk) -> None:
    kiosk.enter("consent")
    assert kiosk.is_still()
    kiosk.enter("document_capture")
    assert kiosk.is_still()
    kiosk.enter("welcome")
    kiosk.ran()


def test_a_customer_who_comes_ends_the_run_and_the_rest_is_taken_later(kiosk: Kiosk) -> None:
    came = threading.Event()

    def long_run(go_on: Callable[[], bool]) -> RetentionResult:
        assert go_on()
        kiosk.enter("language")
        assert not go_on()
        came.set()
        return RetentionResult((), (), (), complete=False)

    kiosk.result = long_run
    kiosk.enter("welcome")
    kiosk.ran()
    assert came.wait(SOON)
    kiosk.result = lambda _go_on: NOTHING
    kiosk.pass_time(AGAIN_S - 1)
    assert kiosk.is_still()
    kiosk.pass_time(1)
    kiosk.ran()


@pytest.mark.logs_warnings
@pytest.mark.parametrize("error", [BadInput(ErrorCode.BAD_ARGUMENT, "the clock"), RuntimeError("a driver")])
def test_what_fails_is_logged_and_tried_again_the_next_day(kiosk: Kiosk, error: Exception) -> None:
    def fails(_go_on: Callable[[], bool]) -> RetentionResult:
        raise error

    kiosk.result = fails
    kiosk.enter("welcome")
    kiosk.ran()
    kiosk.pass_time(AGAIN_S)
    assert kiosk.is_still()
    kiosk.pass_time(EVERY_S)
    kiosk.ran()


def test_closing_ends_a_run_after_the_customer_it_is_at(kiosk: Kiosk) -> None:
    begun = threading.Event()

    def waits(go_on: Callable[[], bool]) -> RetentionResult:
        begun.set()
        while go_on():
            pass
        return RetentionResult((), (), (), complete=False)

    kiosk.result = waits
    kiosk.enter("welcome")
    assert begun.wait(SOON)
    kiosk.daily.close()
    assert not any(thread.name == "kiosk-retention" for thread in threading.enumerate())
    kiosk.daily.close()


def test_a_run_that_is_told_to_stop_erases_no_further_customer(tmp_path: Path) -> None:
    clock = FixedClock()
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    rules = load_retention(RESOURCES / "retention.toml")
    try:
        for _ in range(3):
            finished_customer(store, clock, finish=False)
        clock.go_on(days=8)
        answers = iter((True, False))
        first = run(store, clock, rules, go_on=lambda: next(answers))
        assert (len(first.receipts), first.complete, len(store.customers())) == (1, False, 2)
        second = run(store, clock, rules)
        assert (len(second.receipts), second.complete, store.customers()) == (2, True, ())
        assert store.verify_audit().intact
    finally:
        store.close()
