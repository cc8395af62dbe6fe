"""A capture record is good once on this device: the store remembers for as long as the record could be used again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.ports import CodeLedger
from kiosk.services.capture_coding import RecordFault
from kiosk.services.capture_record import seal_record
from kiosk.services.record_verify import RecordVerifier
from kiosk.store.customers import open_store
from tests.fakes.code_ledger import MemoryCodeLedger
from tests.kiosk.test_capture_record import CHALLENGE, KEY, NOW, SEALED, SESSION, record

SOON, LATER = "2026-03-01T10:09:00.000Z", "2026-03-01T12:00:00.000Z"


@pytest.fixture(params=["memory", "store"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CodeLedger]:
    if request.param == "memory":
        yield MemoryCodeLedger()
        return
    with closing(open_store(tmp_path / "store")) as store:
        yield store.code_ledger


def reason(verifier: RecordVerifier, *, use: str = "", now: str = NOW, data: bytes = SEALED) -> str:
    """ "" = taken."""
    try:
        verifier.verify(data, session=SESSION, now=now, challenge=CHALLENGE, use=use)
    except BadInput as error:
        return str(error.params["reason"])
    return ""


def test_what_one_process_used_is_refused_by_the_next(ledger: CodeLedger) -> None:
    assert reason(RecordVerifier(KEY, ledger=ledger), use="one") == ""
    assert reason(RecordVerifier(KEY, ledger=ledger), use="two") == RecordFault.REPLAYED
    assert reason(RecordVerifier(KEY, ledger=ledger)) == RecordFault.REPLAYED
    assert reason(RecordVerifier(KEY), use="two") == "", "without the store nothing is known of it"


@pytest.mark.parametrize("shared", [True, False])
def test_the_same_use_may_ask_again_and_no_other(ledger: CodeLedger, shared: bool) -> None:
    """Judging that was cut off by a fault of ours begins anew; the customer's live check is not lost by it."""
    verifier = RecordVerifier(KEY, ledger=ledger if shared else None)
    assert [reason(verifier, use="one") for _ in range(3)] == ["", "", ""]
    assert reason(verifier, use="two") == RecordFault.REPLAYED
    assert reason(verifier) == RecordFault.REPLAYED


def test_without_a_named_use_nothing_is_good_twice(ledger: CodeLedger) -> None:
    verifier = RecordVerifier(KEY, ledger=ledger)
    assert [reason(verifier), reason(verifier)] == ["", RecordFault.REPLAYED]


def test_what_is_refused_has_not_used_the_record_up(ledger: CodeLedger) -> None:
    verifier = RecordVerifier(KEY, ledger=ledger)
    with pytest.raises(BadInput):
        verifier.verify(SEALED, session="another", now=NOW, challenge=CHALLENGE, use="one")
    assert reason(verifier, use="two") == ""


def test_it_is_remembered_until_the_record_is_too_old_anyway() -> None:
    ledger = MemoryCodeLedger()
    assert reason(RecordVerifier(KEY, ledger=ledger), use="one") == ""
    assert reason(RecordVerifier(KEY, ledger=ledger), use="two", now=SOON) == RecordFault.REPLAYED
    (text, until), *more = ledger.kept.values()
    assert not more
    assert SOON < until < LATER
    assert KEY.device_id not in text
    assert reason(RecordVerifier(KEY, ledger=ledger), use="two", now=LATER) == RecordFault.EXPIRED
    fresh = replace(CHALLENGE, nonce="ef" * 16, issued_at="2026-03-01T11:59:30Z", expires_at="2026-03-01T12:01:30Z")
    sealed = seal_record(record(challenge=fresh, nonce=fresh.nonce, made_at=LATER), KEY)
    RecordVerifier(KEY, ledger=ledger).verify(sealed, session=SESSION, now=LATER, challenge=fresh, use="three")
    assert len(ledger.kept) == 1, "the old one is forgotten"


def test_of_many_processes_at_once_one_may_use_it(ledger: CodeLedger) -> None:
    outcomes: list[str] = []
    threads = [
        threading.Thread(target=lambda number=number: outcomes.append(reason(RecordVerifier(KEY, ledger=ledger), use=f"use-{number}")))
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["", *[RecordFault.REPLAYED] * 5]


def test_a_store_that_fails_is_no_verdict_on_the_record() -> None:
    class Full(MemoryCodeLedger):
        def change(self, *_arguments: object, **_options: object) -> None:
            raise StoreFault(ErrorCode.STORE_FULL, "full")

    with pytest.raises(StoreFault):
        RecordVerifier(KEY, ledger=Full()).verify(SEALED, session=SESSION, now=NOW, challenge=CHALLENGE, use="one")
