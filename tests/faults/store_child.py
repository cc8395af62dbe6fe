"""Processes that write to a store, to be killed: imported once, then forked per order, so that 500 kills take a minute, not an hour.

Orders come as JSON lines on stdin: {"folder", "customer", "steps"}. Lines on stdout: "pid N", "opened C", "step C N" (after `commit` has
returned), "ended C STATUS". Steps are computed from customer and number alone, so that the parent knows what must be there.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

from kiosk.domain.face import Embedding
from kiosk.ports import Json, StepCommit
from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.keys import KeyPlace

AT = "2025-06-01T10:00:00.000Z"
BLOB_BYTES = 60_000
MODEL = "a_model"


def step(customer: str, number: int) -> StepCommit:
    """Step `number` (from 1): one picture replaces that of the step before, one is added, every fourth step forgets the added ones."""
    return StepCommit(
        customer_id=customer,
        step=f"step{number}",
        at=AT,
        facts={"number": number, f"trail.{number}": number},
        blobs={"selfie": _bytes(customer, number, "selfie"), f"page.{number}": _bytes(customer, number, "page")},
        forget=frozenset({"page.", "trail."}) if number % 4 == 0 else frozenset(),
        template=Embedding((float(number), 0.5), MODEL),
    )


def expected(customer: str, steps: int) -> tuple[dict[str, Json], dict[str, bytes]]:
    """Facts and blobs after so many whole steps."""
    facts: dict[str, Json] = {}
    blobs: dict[str, bytes] = {}
    for number in range(1, steps + 1):
        commit = step(customer, number)
        for kept in (facts, blobs):
            for name in [name for name in kept if name.startswith(tuple(commit.forget))] if commit.forget else []:
                del kept[name]
        facts.update(commit.facts)
        blobs.update(commit.blobs)
    return facts, blobs


def _bytes(customer: str, number: int, name: str) -> bytes:
    return b"\xff\xd8\xff" + hashlib.shake_256(f"{customer} {number} {name}".encode()).digest(BLOB_BYTES)


class Nursery:
    """The parent's side: starts the forking process, gives orders, reads lines. Every wait ends after `limit_s`."""

    def __init__(self, limit_s: float = 60.0) -> None:
        self._limit_s = limit_s
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.store_child"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._buffer = b""

    def order(self, folder: Path, customer: str, steps: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), "customer": customer, "steps": steps}).encode() + b"\n")
        self._process.stdin.flush()

    def line(self, limit_s: float | None = None) -> list[str] | None:
        """The next line as words; None when none came in time and a limit was given."""
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        until = time.monotonic() + (self._limit_s if limit_s is None else limit_s)
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                assert limit_s is not None, "the writing process says nothing"
                return None
            got = os.read(descriptor, 65536)
            assert got, "the writing process is gone"
            self._buffer += got
        first, self._buffer = self._buffer.split(b"\n", 1)
        return first.decode().split()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(self._limit_s)
        self._process.stdout.close()


def check(store: SqlCustomerStore, customer: str, confirmed: int) -> int:
    """Every confirmed step is there, whole, and at most the one that was being committed besides; returns how many."""
    found = {known.id: known for known in store.customers()}.get(customer)
    if found is None:
        assert confirmed == 0, f"{customer}: {confirmed} confirmed steps are lost"
        return 0
    steps = len(found.steps)
    assert confirmed <= steps <= confirmed + 1, f"{customer}: {confirmed} confirmed, {steps} found"
    assert [name for name, _ in found.steps] == [f"step{number}" for number in range(1, steps + 1)]
    facts, blobs = expected(customer, steps)
    assert found.facts == facts, f"{customer}: facts of another step than {steps}"
    assert set(found.blobs) == set(blobs), f"{customer}: blobs of another step than {steps}"
    for name, data in blobs.items():
        assert store.blob(customer, name) == data, f"{customer}: {name} is not that of step {steps}"
    ids, vectors = store.templates(MODEL)
    template = [vector.tolist() for known, vector in zip(ids, vectors, strict=True) if known == customer]
    assert template == ([[float(steps), 0.5]] if steps else []), f"{customer}: template of another step than {steps}"
    return steps


def files_on_disk(folder: Path) -> int:
    return sum(1 for path in (folder / "blobs").rglob("*") if path.is_file())


# --- the forked side -----------------------------------------------------------------------------------------------


def _say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())  # one write, so that lines of several processes never mix


def _live(folder: Path, customer: str, steps: int) -> None:
    store = open_store(folder, keys=KeyPlace.FILE, busy_timeout_s=60)
    _say("opened", customer)
    store.begin(customer, "branch", AT)
    for number in range(1, steps + 1):
        store.commit(step(customer, number))
        _say("step", customer, number)
    store.close()


def _await_end(pid: int, customer: str) -> None:
    _, status = os.waitpid(pid, 0)
    _say("ended", customer, status)


def _main() -> None:
    waiting: list[threading.Thread] = []
    pending = b""
    while got := os.read(0, 65536):
        pending += got
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            order = json.loads(line)
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    _live(Path(order["folder"]), order["customer"], order["steps"])
                    status = 0
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(status)
            _say("pid", pid)
            waiting.append(threading.Thread(target=_await_end, args=(pid, order["customer"])))
            waiting[-1].start()
    for thread in waiting:
        thread.join()


if __name__ == "__main__":
    _main()
