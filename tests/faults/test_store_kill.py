"""Killed at any moment (kill -9), the next start finds every confirmed step and no half one.

`pytest tests/faults/test_store_kill.py --kills 500` for the long run; the normal suite takes a sample.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.store.customers import SqlCustomerStore
from tests.faults.store_child import Nursery, check, files_on_disk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

MANY = 10_000
Opener = Callable[..., SqlCustomerStore]


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def kill_one(nursery: Nursery, folder: Path, customer: str, *, after_steps: int | None, then_s: float) -> int:
    """Start a writer, kill it `then_s` after its step `after_steps` (None: after its start); returns the steps that it confirmed."""
    nursery.order(folder, customer, MANY)
    pid, confirmed, killed = 0, 0, False
    while True:
        waits_for_kill = pid and not killed and (after_steps is None or confirmed >= after_steps)
        words = nursery.line(then_s if waits_for_kill else None)
        if words is None:
            os.kill(pid, signal.SIGKILL)
            killed = True
        elif words[0] == "pid":
            pid = int(words[1])
        elif words[0] == "step":
            confirmed = int(words[2])
            if waits_for_kill:
                # what was confirmed on the way there must not put the moment off
                os.kill(pid, signal.SIGKILL)
                killed = True
        elif words[0] == "ended":
            assert killed, "the writer ended by itself"
            return confirmed


def test_every_confirmed_step_and_no_half_one_survives_a_kill(nursery: Nursery, opened: Opener, tmp_path: Path, kills: int) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    folder = tmp_path / "store"
    opened(folder).close()
    found: dict[str, int] = {}
    for number in range(kills):
        customer = f"c{number}"
        confirmed = kill_one(nursery, folder, customer, after_steps=chance.randrange(7), then_s=chance.uniform(0, 0.02))
        store = opened(folder)
        found[customer] = check(store, customer, confirmed)
        assert store.verify_audit().intact, f"seed {seed}, kill {number}: {store.verify_audit().problem}"
        assert files_on_disk(folder) == store.health().blobs, f"seed {seed}, kill {number}: orphans after the sweep"
        store.close()
    store = opened(folder)
    for customer, steps in found.items():
        assert check(store, customer, steps) == steps
    assert store.health().problems == ()
    assert sum(found.values()) > 0, "no step was ever confirmed: the test has tested nothing"


def test_a_kill_during_the_first_start_leaves_a_store_that_opens(nursery: Nursery, opened: Opener, tmp_path: Path, kills: int) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    folder = tmp_path / "fresh"
    for number in range(max(4, kills // 3)):
        confirmed = kill_one(nursery, folder, "c", after_steps=None, then_s=chance.uniform(0, 0.06))
        store = opened(folder)
        check(store, "c", confirmed)
        assert store.verify_audit().intact, f"seed {seed}, kill {number}"
        assert store.health().problems == (), f"seed {seed}, kill {number}"
        store.close()
        shutil.rmtree(folder)
