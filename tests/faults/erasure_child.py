"""Erases in processes that are killed at named points: forked one per point, so that all take a second.

    python -m tests.faults.erasure_child ROOT CUSTOMER HOW POINT…

ROOT/POINT is the store of each; HOW is "part" (biometrics withdrawn), "whole" or "kinds" (retention). Prints "POINT SIGNAL" lines.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from kiosk.domain.erasure import DataKind, ErasureReason
from kiosk.services.consent import withdraw
from kiosk.services.erasure import erase_customer, kinds
from kiosk.store import audit, revisions
from kiosk.store.blobs import BlobFolder
from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.database import Database
from kiosk.store.keys import KeyPlace
from tests.fakes.customers import FixedClock, consents

POINTS = ("start", "write 1", "write 3", "synced", "line", "committed", "discarded", "end")
LATER = "2026-11-22T10:00:00.000Z"


def _die(*_: object, **__: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(owner: Any, name: str, *, calls: int = 1, then: Any = _die) -> None:
    """`owner.name` does its work `calls` times; after the last the process dies."""
    whole = getattr(owner, name)
    done = 0

    def half(*arguments: Any, **options: Any) -> Any:
        nonlocal done
        result = whole(*arguments, **options)
        done += 1
        if done == calls:
            then()
        return result

    setattr(owner, name, half)


def _arm(point: str) -> None:
    if point == "start":
        _after(revisions, "_counted")
    elif point.startswith("write"):
        _after(BlobFolder, "write", calls=int(point.split()[1]))
    elif point == "synced":
        _after(BlobFolder, "sync")
    elif point == "line":
        _after(audit, "append")
    elif point == "committed":
        setattr(SqlCustomerStore, "_discard", _die)  # noqa: B010
    elif point == "discarded":
        setattr(Database, "truncate_log", _die)  # noqa: B010


def erase(store: SqlCustomerStore, customer: str, how: str) -> None:
    clock = FixedClock(LATER)
    if how == "whole":
        erase_customer(store, clock, customer)
    elif how == "part":
        withdraw(store, clock, consents(), customer, "biometric", by="op-2")
    else:
        which = (DataKind.RECORDS, DataKind.TEMPLATES)
        store.revise(customer, LATER, lambda found: kinds(found, which, ErasureReason.RETENTION, LATER))


def _main(root: Path, customer: str, how: str, points: list[str]) -> None:
    for point in points:
        pid = os.fork()
        if pid == 0:
            try:
                store = open_store(root / point, keys=KeyPlace.FILE)
                _arm(point)
                erase(store, customer, how)
                store.close()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{point}\t{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
