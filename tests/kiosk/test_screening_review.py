"""Staff confirms or dismisses a hit of a stored customer: who may, what is kept, and what becomes of the decision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Decision, Outcome, Reason, redecide
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.ports import StepCommit
from kiosk.services.override import SCREENING_REVIEWS, machine_outcome, outcome_in_force, override, taken_by_of
from kiosk.services.screening_review import review, screened, unproven_reviews, waiting
from kiosk.services.watchlist.review import Review, ReviewReason, Verdict, review_fields, review_of
from kiosk.services.watchlist.screening import WatchlistScreener
from kiosk.services.watchlist.shelf import WatchlistShelf
from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.keys import KeyPlace
from kiosk.store.watchlists import SqlScreeningReviews
from tests.fakes.customers import FixedClock, finished_customer

WHY = "The date of birth on the list is another one."
ACCEPT, REVIEW, REJECT = Outcome
LISTED = """<?xml version="1.0"?><export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-11-20T10:00:00">
<sanctionEntity logicalId="7"><subjectType code="person"/><nameAlias wholeName="Anna Testperson"/></sanctionEntity>
<sanctionEntity logicalId="8"><subjectType code="person"/><nameAlias wholeName="Anna Typedperson"/></sanctionEntity></export>"""
SECOND = LISTED.replace('logicalId="8"', 'logicalId="9"').replace("Typedperson", "Testperson-Other")
FACE: dict[str, Any] = {"check": "face_match", "label": "BORDERLINE", "outcome": "REVIEW", "sentence": "It is not certain."}
HIT: dict[str, Any] = {"check": "watchlist_screening", "label": "ALERT", "outcome": "REVIEW", "sentence": "A name like this."}


class Desk:
    """A store with customers, lists and verdicts."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock()
        self.store: SqlCustomerStore = open_store(folder / "store", keys=KeyPlace.FILE)
        self.shelf = WatchlistShelf(folder / "watchlists", self.clock)
        reviews: SqlScreeningReviews[Review] = SqlScreeningReviews(self.store.database, review_fields, review_of)
        self.screener = WatchlistScreener(self.shelf, self.clock, reviews)
        self._folder = folder

    def lists(self, content: str = LISTED) -> None:
        (self._folder / "eu.xml").write_text(content)
        self.shelf.import_list(self._folder / "eu.xml", name="eu")

    def customer(self, *reasons: dict[str, Any], recorded_by: str = "op-anna", typed: str = "") -> str:
        """A customer named Anna Testperson whose decision rests on `reasons`."""
        customer_id = finished_customer(self.store, self.clock, recorded_by=recorded_by)
        outcome = max((reason["outcome"] for reason in reasons), default="ACCEPT", key=["ACCEPT", "REVIEW", "REJECT"].index)
        surname = {"mrz": "TESTPERSON"} | ({"operator": typed} if typed else {})
        facts: Any = {
            "customer": {"givenNames": {"mrz": "ANNA"}, "surname": surname, "dateOfBirth": {"mrz": "1990-01-02"}},
            "decision": {"outcome": outcome, "policy": "branch", "reasons": list(reasons)},
            "checks": [{"name": row["check"], "status": "WARNING", "label": row["label"], "sentence": row["sentence"]} for row in reasons],
        }
        self.store.commit(StepCommit(customer_id, "decision", self.clock.now, facts, {}))
        return customer_id

    def review(self, customer: str, hit: str, verdict: Verdict, by: str = "op-ben", reason: str = WHY, **more: Any) -> Any:
        return review(self.store, self.screener, self.clock, customer, hit, verdict, by=by, reason=reason, **more)[0]

    def in_force(self, customer: str) -> Outcome | None:
        return outcome_in_force(self.store.load(customer).facts)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.lists()
    yield made
    assert made.store.verify_audit().intact
    made.store.close()


def test_a_hit_is_shown_with_what_matched_and_nothing_changes(desk: Desk) -> None:
    customer = desk.customer(HIT)
    before = desk.store.load(customer)
    found = screened(desk.store, desk.screener, customer)
    assert [view.reference for view in found.hits] == ["eu:7"]
    view = found.hits[0]
    assert (view.verdict, view.hit.listed.names, view.hit.source.source_date) == (None, ("Anna Testperson",), "2026-11-20")
    assert view.hit.reasons == ("NAME",)
    assert found.check.label is CheckLabel.ALERT
    assert desk.store.load(customer) == before
    assert [one.id for one in waiting(desk.store.customers())] == [customer]


def test_when_the_only_reason_is_dismissed_the_customer_is_accepted(desk: Desk) -> None:
    customer = desk.customer(HIT)
    done = desk.review(customer, "eu:7", Verdict.DISMISSED, because=ReviewReason.OTHER_BIRTH)
    assert (done.was, done.outcome, done.check.label) == (REVIEW, ACCEPT, CheckLabel.DISMISSED)
    facts = desk.store.load(customer).facts
    assert (machine_outcome(facts), outcome_in_force(facts)) == (REVIEW, ACCEPT)
    assert facts["decision"]["reasons"] == [HIT]  # type: ignore[index,call-overload]  # a fact is JSON
    assert waiting(desk.store.customers()) == ()
    assert desk.store.load(customer).steps[-1][0] == "screening_review"


def test_what_else_there_is_decides_when_a_hit_is_dismissed(desk: Desk) -> None:
    customer = desk.customer(HIT, FACE)
    assert desk.review(customer, "7", Verdict.DISMISSED).outcome is REVIEW
    rejected = desk.customer(HIT, {**FACE, "label": "BELOW_THRESHOLD", "outcome": "REJECT"})
    assert desk.review(rejected, "7", Verdict.DISMISSED).outcome is REJECT


def test_a_confirmed_hit_is_for_a_person_and_never_a_rejection(desk: Desk) -> None:
    customer = desk.customer(HIT)
    done = desk.review(customer, "eu:7", Verdict.CONFIRMED)
    assert (done.outcome, done.check.label) == (REVIEW, CheckLabel.CONFIRMED)
    assert screened(desk.store, desk.screener, customer).hits[0].verdict is Verdict.CONFIRMED
    # a decision of before the list had them: nobody stays accepted who is on it
    accepted = desk.customer()
    assert desk.review(accepted, "eu:7", Verdict.CONFIRMED).outcome is REVIEW


def test_all_hits_have_to_be_dismissed(desk: Desk) -> None:
    desk.lists(SECOND)
    customer = desk.customer(HIT)
    assert len(screened(desk.store, desk.screener, customer).hits) == 2
    assert desk.review(customer, "eu:7", Verdict.DISMISSED).outcome is REVIEW
    assert desk.review(customer, "eu:9", Verdict.DISMISSED).outcome is ACCEPT


def test_what_was_typed_over_the_document_does_not_hide_either_name(desk: Desk) -> None:
    customer = desk.customer(HIT, typed="TYPEDPERSON")
    assert {view.reference for view in screened(desk.store, desk.screener, customer).hits} == {"eu:7", "eu:8"}
    assert desk.review(customer, "eu:8", Verdict.DISMISSED).outcome is REVIEW
    assert desk.review(customer, "eu:7", Verdict.DISMISSED).outcome is ACCEPT


@pytest.mark.parametrize("by", ["op-anna", "OP-ANNA"])
def test_who_took_the_data_does_not_judge_the_hit(desk: Desk, by: str) -> None:
    customer = desk.customer(HIT)
    with pytest.raises(BadInput, match="second person"):
        desk.review(customer, "eu:7", Verdict.DISMISSED, by=by)
    assert SCREENING_REVIEWS not in desk.store.load(customer).facts


def test_where_nobody_knows_who_took_the_data_they_have_to_be_named(desk: Desk) -> None:
    customer = desk.customer(HIT, recorded_by="")
    with pytest.raises(BadInput, match="does not say who"):
        desk.review(customer, "eu:7", Verdict.DISMISSED)
    desk.review(customer, "eu:7", Verdict.DISMISSED, taken_by="op-cyn")
    assert taken_by_of(desk.store.load(customer).facts) == ("op-cyn",)
    with pytest.raises(BadInput, match="op-cyn took"):
        override(desk.store, desk.clock, customer, REJECT, by="op-cyn", reason=WHY)


def test_a_verdict_is_changed_by_another_person_only(desk: Desk) -> None:
    customer = desk.customer(HIT)
    desk.review(customer, "eu:7", Verdict.CONFIRMED)
    with pytest.raises(BadInput, match="another person"):
        desk.review(customer, "eu:7", Verdict.DISMISSED, by="OP-BEN")
    with pytest.raises(BadInput, match="CONFIRMED already"):
        desk.review(customer, "eu:7", Verdict.CONFIRMED, by="op-cyn")
    assert desk.review(customer, "eu:7", Verdict.DISMISSED, by="op-cyn").outcome is ACCEPT


def test_an_override_stands_unless_an_accepted_customer_is_confirmed_to_be_listed(desk: Desk) -> None:
    customer = desk.customer(HIT)
    override(desk.store, desk.clock, customer, REJECT, by="op-cyn", reason=WHY)
    assert desk.review(customer, "eu:7", Verdict.DISMISSED).outcome is REJECT
    accepted = desk.customer(HIT)
    override(desk.store, desk.clock, accepted, ACCEPT, by="op-cyn", reason=WHY)
    assert desk.review(accepted, "eu:7", Verdict.CONFIRMED).outcome is REVIEW
    assert desk.in_force(accepted) is REVIEW
    override(desk.store, desk.clock, accepted, REJECT, by="op-dan", reason=WHY)
    assert desk.in_force(accepted) is REJECT, "the later of the two is in force"


def test_the_chain_holds_codes_and_a_hash_and_a_change_shows(desk: Desk) -> None:
    customer = desk.customer(HIT)
    desk.review(customer, "eu:7", Verdict.DISMISSED)
    line = desk.store.receipts(customer)[-1]
    assert (line.event, line.detail["verdict"], line.detail["reason"], line.detail["entry"]) == (
        "SCREENING_REVIEWED", "DISMISSED", "IN_WORDS", "7",
    )  # fmt: skip
    assert not {word for word in ("Testperson", "TESTPERSON", WHY) if word in str(line.detail)}
    facts: Any = dict(desk.store.load(customer).facts)
    assert unproven_reviews(facts, desk.store.receipts(customer)) == 0
    facts[SCREENING_REVIEWS][0]["outcome"] = "REJECT"
    assert unproven_reviews(facts, desk.store.receipts(customer)) == 1


def test_a_dismissal_is_void_when_the_list_says_something_else(desk: Desk) -> None:
    customer = desk.customer(HIT)
    desk.review(customer, "eu:7", Verdict.DISMISSED)
    desk.lists(LISTED.replace('wholeName="Anna Testperson"', 'wholeName="Anna Testperson" gender="F"'))
    view = screened(desk.store, desk.screener, customer).hits[0]
    assert view.verdict is None
    assert desk.review(customer, "eu:7", Verdict.DISMISSED).outcome is ACCEPT


def test_dismissed_on_lists_that_are_too_old_is_not_cleared(desk: Desk) -> None:
    customer = desk.customer(HIT)
    desk.clock.go_on(days=60)
    done = desk.review(customer, "eu:7", Verdict.DISMISSED)
    assert (done.check.label, done.outcome) == (CheckLabel.LIST_OUTDATED, REVIEW)


@pytest.mark.parametrize("reason", ["", "no", "x" * 501])
def test_a_verdict_needs_a_reason(desk: Desk, reason: str) -> None:
    customer = desk.customer(HIT)
    with pytest.raises(BadInput, match="a reason"):
        desk.review(customer, "eu:7", Verdict.DISMISSED, reason=reason)


def test_what_cannot_be_reviewed_is_told(desk: Desk) -> None:
    customer = desk.customer(HIT)
    undecided = finished_customer(desk.store, desk.clock, finish=False)
    for target, hit, code in (
        (customer, "eu:8", ErrorCode.BAD_ARGUMENT),
        (undecided, "eu:7", ErrorCode.WRONG_STEP),
        ("nobody", "eu:7", ErrorCode.CUSTOMER_NOT_FOUND),
    ):
        with pytest.raises(BadInput) as caught:
            desk.review(target, hit, Verdict.DISMISSED)
        assert caught.value.code is code
    desk.shelf.remove("eu")
    with pytest.raises(BadInput, match="no list is installed"):
        screened(desk.store, desk.screener, customer)


def test_a_damaged_list_is_said(desk: Desk, tmp_path: Path) -> None:
    customer = desk.customer(HIT)
    next((tmp_path / "watchlists").glob("eu/*/list.json")).write_text("{")
    with pytest.raises(StoreFault):
        screened(desk.store, desk.screener, customer)


def test_a_decision_that_changed_meanwhile_is_not_written_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = desk.customer(HIT)
    judged = desk.screener.screen

    def slow(*arguments: Any, **options: Any) -> Any:
        if "also" in options:
            override(desk.store, desk.clock, customer, ACCEPT, by="op-cyn", reason=WHY)
        return judged(*arguments, **options)

    monkeypatch.setattr(desk.screener, "screen", slow)
    with pytest.raises(BadInput, match="meanwhile"):
        desk.review(customer, "eu:7", Verdict.DISMISSED)
    assert desk.in_force(customer) is ACCEPT


@pytest.mark.parametrize("status", [CheckStatus.WARNING, CheckStatus.REJECTED, CheckStatus.NOT_EXECUTED])
def test_a_check_judged_afterwards_asks_for_a_person_at_most(status: CheckStatus) -> None:
    made = Decision(ACCEPT, "branch")
    again = redecide(made, Check(CheckName.WATCHLIST_SCREENING, status, CheckLabel.CONFIRMED))
    assert again == Decision(REVIEW, "branch", (Reason(CheckName.WATCHLIST_SCREENING, CheckLabel.CONFIRMED, REVIEW),))
    assert redecide(again, Check(CheckName.WATCHLIST_SCREENING, CheckStatus.PASSED)) == made


# --- accounts ----------------------------------------------------------------------------------------------------------


def account(desk: Desk, label: str = "ALERT", reference: str = "user-17") -> str:
    """An account whose execution of workflow 32 found somebody on a list."""

    def entry(label: str, **data: str) -> Any:
        return [{"decision": {"type": "WARNING", "details": {"label": label}}, "data": data}]

    capabilities = {
        "extraction": entry("OK", firstName="Anna", lastName="Testperson", dateOfBirth="1990-01-02", nationality="SVK", gender="F"),
        "watchlistScreening": entry(label, searchReference=reference),
    }
    execution: Any = {
        "id": "e1", "workflow": "32", "completed_at": desk.clock.now, "request": {"userReference": reference},
        "result": {"outcome": "REVIEW", "capabilities": capabilities},
    }  # fmt: skip
    desk.store.begin("account-1", "32", desk.clock.now)
    facts: Any = {"execution.e1": execution, "decision": {"outcome": "REVIEW", "policy": "kiosk", "reasons": [HIT]}}
    desk.store.commit(StepCommit("account-1", "execution", desk.clock.now, facts, {}))
    return "account-1"


def test_a_hit_of_an_account_is_dismissed_for_its_user_reference(desk: Desk) -> None:
    customer = account(desk)
    assert [one.id for one in waiting(desk.store.customers())] == [customer]
    asked = screened(desk.store, desk.screener, customer).hits[0].subjects[0]
    assert desk.screener.screen(asked, "user-17").check.label is CheckLabel.ALERT
    before = desk.store.load(customer).facts["execution.e1"]
    with pytest.raises(BadInput, match="does not say who"):
        desk.review(customer, "eu:7", Verdict.DISMISSED)
    done = desk.review(customer, "eu:7", Verdict.DISMISSED, taken_by="customer")
    assert (done.was, done.outcome, done.check.label) == (REVIEW, REVIEW, CheckLabel.DISMISSED)
    assert desk.screener.screen(asked, "user-17").check.label is CheckLabel.DISMISSED, "the next execution passes"
    assert desk.screener.screen(asked, "user-18").check.label is CheckLabel.ALERT
    assert desk.store.load(customer).facts["execution.e1"] == before, "what was reported stays"
    assert desk.in_force(customer) is REVIEW
    assert waiting(desk.store.customers()) == ()
    assert unproven_reviews(desk.store.load(customer).facts, desk.store.receipts(customer)) == 0


def test_an_account_whose_screening_found_nobody_does_not_wait(desk: Desk) -> None:
    account(desk, label="OK")
    assert waiting(desk.store.customers()) == ()


def test_an_account_that_its_policy_screened_is_reviewed_under_its_own_id(desk: Desk) -> None:
    """A workflow without the capability: the check alone says what was found, whatever an older execution of workflow 32 came to."""
    older = account(desk, label="OK")
    facts: Any = {
        "execution.e2": {
            "id": "e2", "workflow": "3", "completed_at": desk.clock.now + "1", "request": {"userReference": "user-17"},
            "result": {"outcome": "REVIEW", "capabilities": {}},
        },
        "checks": [{"name": "watchlist_screening", "status": "WARNING", "label": "ALERT"}],
    }  # fmt: skip
    desk.store.commit(StepCommit(older, "execution", desk.clock.now, facts, {}))
    assert [one.id for one in waiting(desk.store.customers())] == [older]
