"""A second person decides otherwise: beside the machine's decision, with a reason, in the audit chain."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.decision import Outcome
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import StepCommit
from kiosk.services.override import machine_outcome, outcome_in_force, override, overrides_of, taken_by_of, unproven
from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.customers import FixedClock, finished_customer

WHY = "The photograph is old; I compared it with the person."
ACCEPT, REVIEW, REJECT = Outcome


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlCustomerStore]:
    made = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    yield made
    made.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def test_an_override_stands_beside_the_decision_and_in_the_chain(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    before = store.load(customer_id).facts
    assert machine_outcome(before) is REVIEW
    clock.go_on(hours=1)

    entry, receipt = override(store, clock, customer_id, ACCEPT, by="op-ben", reason=WHY)

    customer = store.load(customer_id)
    assert customer.facts["decision"] == before["decision"]
    assert customer.facts["checks"] == before["checks"]
    assert overrides_of(customer.facts) == (entry,)
    assert (entry.outcome, entry.was, entry.by, entry.taken_by, entry.reason, entry.at) == (
        ACCEPT, REVIEW, "op-ben", ("op-anna",), WHY, clock.now,
    )  # fmt: skip
    assert (machine_outcome(customer.facts), outcome_in_force(customer.facts)) == (REVIEW, ACCEPT)
    assert customer.steps[-1] == ("override", clock.now)
    assert (receipt.event, receipt.detail["from"], receipt.detail["to"]) == ("DECISION_OVERRIDDEN", "REVIEW", "ACCEPT")
    assert WHY not in str(receipt.detail)
    assert store.verify_audit().intact
    assert unproven(customer.facts, store.receipts(customer_id)) == ()


@pytest.mark.parametrize("key", ["reason", "by", "outcome", "at", "takenBy"])
def test_an_override_that_is_changed_later_shows(store: SqlCustomerStore, clock: FixedClock, key: str) -> None:
    customer_id = finished_customer(store, clock)
    override(store, clock, customer_id, ACCEPT, by="op-ben", reason=WHY)
    facts: Any = dict(store.load(customer_id).facts)
    record = facts["overrides"][0]
    record[key] = {"outcome": "REJECT", "takenBy": ["op-cyn"]}.get(key, "2026-01-01T00:00:00.000Z")
    store.commit(StepCommit(customer_id, "behind the back", clock.now, {"overrides": [record]}, {}))
    assert len(unproven(store.load(customer_id).facts, store.receipts(customer_id))) == 1


@pytest.mark.parametrize("by", ["op-anna", "OP-Anna", " op-anna "])
def test_who_took_the_data_does_not_decide(store: SqlCustomerStore, clock: FixedClock, by: str) -> None:
    customer_id = finished_customer(store, clock)
    with pytest.raises(BadInput, match="second person") as caught:
        override(store, clock, customer_id, ACCEPT, by=by, reason=WHY)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert overrides_of(store.load(customer_id).facts) == ()


def test_where_nobody_knows_who_took_the_data_they_have_to_be_named(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock, recorded_by="")
    with pytest.raises(BadInput, match="does not say who"):
        override(store, clock, customer_id, ACCEPT, by="op-ben", reason=WHY)
    with pytest.raises(BadInput, match="second person"):
        override(store, clock, customer_id, ACCEPT, by="op-ben", reason=WHY, taken_by="op-Ben")
    entry, receipt = override(store, clock, customer_id, ACCEPT, by="op-ben", reason=WHY, taken_by="op-anna")
    assert entry.taken_by == ("op-anna",)
    assert receipt.detail["takenBy"] == ["op-anna"]
    with pytest.raises(BadInput, match="op-anna took"):
        override(store, clock, customer_id, REJECT, by="op-anna", reason=WHY)


def test_naming_another_never_frees_who_the_record_names(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    for taken_by in ("op-cyn", "customer"):
        with pytest.raises(BadInput, match="second person"):
            override(store, clock, customer_id, ACCEPT, by="op-anna", reason=WHY, taken_by=taken_by)
    with pytest.raises(BadInput, match="op-cyn took"):
        override(store, clock, customer_id, ACCEPT, by="op-cyn", reason=WHY, taken_by="op-cyn")


def test_at_a_kiosk_the_customer_was_alone_and_any_colleague_is_a_second_person(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock, workflow="kiosk", recorded_by="customer")
    assert taken_by_of(store.load(customer_id).facts) == ("customer",)
    override(store, clock, customer_id, ACCEPT, by="op-anna", reason=WHY)
    assert outcome_in_force(store.load(customer_id).facts) is ACCEPT


def test_whoever_typed_over_the_document_took_the_data_too(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    store.commit(StepCommit(customer_id, "review", clock.now, {"review": {"edits": {}, "by": "op-ben"}}, {}))
    with pytest.raises(BadInput, match="op-ben took"):
        override(store, clock, customer_id, ACCEPT, by="op-ben", reason=WHY)


def test_nobody_overrides_the_same_decision_twice(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    override(store, clock, customer_id, ACCEPT, by="op-ben", reason=WHY)
    with pytest.raises(BadInput, match="overridden this decision before"):
        override(store, clock, customer_id, REJECT, by="OP-BEN", reason=WHY)
    override(store, clock, customer_id, REJECT, by="op-cyn", reason=WHY)
    facts = store.load(customer_id).facts
    assert [(entry.was, entry.outcome, entry.by) for entry in overrides_of(facts)] == [
        (REVIEW, ACCEPT, "op-ben"), (ACCEPT, REJECT, "op-cyn"),
    ]  # fmt: skip
    assert unproven(facts, store.receipts(customer_id)) == ()


def test_of_two_at_once_one_comes_second(tmp_path: Path, store: SqlCustomerStore, clock: FixedClock) -> None:
    """Two processes: the rule is asked within the transaction, so nothing is lost and nobody slips past it."""
    customer_id = finished_customer(store, clock)
    other = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    try:
        with ThreadPoolExecutor(2) as pool:
            tries = [
                pool.submit(override, which, clock, customer_id, ACCEPT, by=by, reason=WHY)
                for which, by in ((store, "op-ben"), (other, "op-cyn"))
            ]
        errors = [attempt.exception() for attempt in tries]
    finally:
        other.close()
    assert [str(error) for error in errors if error is not None] == ["the decision is ACCEPT already"]
    assert len(overrides_of(store.load(customer_id).facts)) == 1


@pytest.mark.parametrize("reason", ["", "   ok   ", "1234567890 1234567890", "because\nof it all" + "x" * 500, "............"])
def test_a_reason_that_says_nothing_is_none(store: SqlCustomerStore, clock: FixedClock, reason: str) -> None:
    customer_id = finished_customer(store, clock)
    with pytest.raises(BadInput, match="a reason"):
        override(store, clock, customer_id, ACCEPT, by="op-ben", reason=reason)


@pytest.mark.parametrize("by", ["", "x", "Ben Novak", "customer", "a" * 65, "op;ben"])
def test_an_operator_is_an_id(store: SqlCustomerStore, clock: FixedClock, by: str) -> None:
    customer_id = finished_customer(store, clock)
    with pytest.raises(BadInput, match="an operator is named by an id"):
        override(store, clock, customer_id, ACCEPT, by=by, reason=WHY)


def test_what_is_not_decided_or_unknown_or_the_same_is_not_overridden(store: SqlCustomerStore, clock: FixedClock) -> None:
    finished, open_one = finished_customer(store, clock), finished_customer(store, clock, finish=False)
    for customer_id, outcome, code in (
        ("nobody", ACCEPT, ErrorCode.CUSTOMER_NOT_FOUND),
        (open_one, ACCEPT, ErrorCode.WRONG_STEP),
        (finished, REVIEW, ErrorCode.BAD_ARGUMENT),
    ):
        with pytest.raises(BadInput) as caught:
            override(store, clock, customer_id, outcome, by="op-ben", reason=WHY)
        assert caught.value.code is code


def test_nobody_accepts_a_customer_who_refused(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    consent: Any = dict(store.load(customer_id).facts)["consent"]
    store.commit(StepCommit(customer_id, "consent", clock.now, {"consent": {**consent, "accepted": False}}, {}))
    with pytest.raises(BadInput) as caught:
        override(store, clock, customer_id, ACCEPT, by="op-ben", reason=WHY)
    assert caught.value.code is ErrorCode.CONSENT_MISSING
    override(store, clock, customer_id, REJECT, by="op-ben", reason=WHY)
