"""A kiosk that is started erases what was kept long enough, before anybody stands there."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.compose.kiosk import Kiosk
from kiosk.compose.setup import load_setup
from kiosk.config import SessionConfig
from kiosk.services.clock import SystemClock
from kiosk.store.customers import SqlCustomerStore, open_store
from tests.fakes.customers import FixedClock, finished_customer

SOON_S = 30.0


def left_once_settled(store: SqlCustomerStore, count: int) -> set[str]:
    until = time.monotonic() + SOON_S
    while len(found := {one.id for one in store.customers()}) > count and time.monotonic() < until:
        threading.Event().wait(0.02)
    return found


@pytest.mark.usefixtures("kiosk_models")
def test_what_is_due_is_erased_at_the_start_and_leaves_receipts(kiosk_home: Path) -> None:
    clock = FixedClock(SystemClock().now_utc())
    clock.go_on(days=-8)
    store = open_store(kiosk_home)
    forgotten = finished_customer(store, clock, finish=False)  # a branch keeps what is unfinished for seven days
    kept = finished_customer(store, clock)
    store.close()
    setup = load_setup()
    kiosk = Kiosk(replace(setup, config=replace(setup.config, session=SessionConfig("branch"))), use_real=False)
    try:
        assert {one.id for one in kiosk.store.customers()} == {forgotten, kept}, "not before the welcome screen is on"
        kiosk.runner.start()
        assert left_once_settled(kiosk.store, 1) == {kept}
        assert [(line.customer_id, line.reason) for line in kiosk.store.receipts()] == [(forgotten, "RETENTION")]
        assert kiosk.store.verify_audit().intact
    finally:
        kiosk.close()
    assert not any(thread.name == "kiosk-retention" for thread in threading.enumerate())
