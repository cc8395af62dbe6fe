"""One customer in memory and in the store: what is confirmed is stored first, and what is finished stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Outcome, Policy, decide
from kiosk.domain.document import Document, DocumentPage, Field, FieldName, PageQuality, PageSide, Reading, Source
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.domain.face import Embedding
from kiosk.ports import Json
from kiosk.services.clock import SystemClock
from kiosk.services.document_rules import DocumentRules
from kiosk.services.liveness_step import LivenessOutcome
from kiosk.services.onboarding import FINISHED, REFUSED, Onboarding
from kiosk.services.person_checks import PersonJudgement
from kiosk.services.reading import PageResult
from kiosk.services.step_answers import StepAnswer, left_out
from tests.fakes.customers import consents
from tests.fakes.memory_store import MemoryCustomerStore

NOBODY = PersonJudgement(())
PASSED = LivenessOutcome(Check(CheckName.ACTIVE_LIVENESS, CheckStatus.PASSED), record=b"sealed")
POLICY = Policy("trial", required=frozenset(CheckName), on_rejected={})
FULL = StoreFault(ErrorCode.STORE_FULL, "no space left")


def page(side: PageSide, *, portrait: bool = False) -> PageResult:
    picture = np.full((54, 86, 3), 200, np.uint8)
    fields = (Field(FieldName.SURNAME, (Reading("ERIKSSON", Source.VISUAL_ZONE, 0.99, side),)),)
    read = DocumentPage(side, None, 1.0, (86, 54), PageQuality(1, 1, 1, 86), fields)
    return PageResult(read, picture, picture if portrait else None, {"total": 1.0})


@pytest.fixture
def store() -> MemoryCustomerStore:
    return MemoryCustomerStore()


@pytest.fixture
def onboarding(store: MemoryCustomerStore) -> Onboarding:
    today = "2026-11-21"
    return Onboarding(
        store=store,
        clock=SystemClock(),
        policy=POLICY,
        workflow="trial",
        rules=DocumentRules(lambda: today),
        consents=consents().current(today),
    )


def consented(onboarding: Onboarding) -> Onboarding:
    onboarding.consent("consent", accepted=True, language="en")
    return onboarding


def test_nothing_is_kept_without_consent(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    with pytest.raises(BadInput) as caught:
        onboarding.keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")
    assert caught.value.code is ErrorCode.CONSENT_MISSING
    assert store.customers() == ()


def test_a_finished_customer_is_not_erased_by_leaving(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding).decide("decision", NOBODY)
    onboarding.wipe()
    onboarding.erase()
    assert [customer.status for customer in store.customers()] == [FINISHED]


def test_an_unfinished_customer_is_erased(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding).erase()
    assert store.customers() == ()


def test_a_decision_that_could_not_be_stored_was_not_made(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding)
    store.fail_next = FULL
    with pytest.raises(StoreFault):
        onboarding.decide("decision", NOBODY)
    assert onboarding.decision is None
    assert not onboarding.finished
    onboarding.erase()
    assert store.customers() == ()


def test_what_could_not_be_stored_is_not_known(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding)
    store.fail_next = FULL
    with pytest.raises(StoreFault):
        onboarding.keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")
    assert "document.front" not in onboarding.flags
    onboarding.keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")
    store.fail_next = FULL
    with pytest.raises(StoreFault):
        onboarding.forget(frozenset({"document.front"}))
    assert "document.front" in onboarding.flags


def test_a_page_of_the_other_side_is_never_a_matter_of_course(onboarding: Onboarding) -> None:
    consented(onboarding)
    onboarding.keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT, portrait=True), b"jpeg")
    onboarding.keep_page("document_back", PageSide.BACK, page(PageSide.FRONT, portrait=True), b"jpeg")
    usability = next(check for check in onboarding.judge(()) if check.name is CheckName.DOCUMENT_USABILITY)
    assert usability.status is not CheckStatus.PASSED
    assert onboarding.pages[PageSide.BACK].portrait is None


def test_the_portrait_never_comes_from_a_back(onboarding: Onboarding) -> None:
    consented(onboarding)
    onboarding.keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")
    onboarding.keep_page("document_back", PageSide.BACK, page(PageSide.BACK, portrait=True), b"jpeg")
    assert onboarding.portrait is None


def active(onboarding: Onboarding) -> Check:
    return next(check for check in onboarding.judge(()) if check.name is CheckName.ACTIVE_LIVENESS)


def test_a_lost_live_check_stays_lost_until_a_colleague_lifts_it(onboarding: Onboarding) -> None:
    consented(onboarding)
    onboarding.keep_liveness("liveness", LivenessOutcome(Check(CheckName.ACTIVE_LIVENESS, CheckStatus.REJECTED, CheckLabel.FLAT_FACE)))
    assert "liveness.failed" in onboarding.flags
    onboarding.forget(frozenset({"liveness"}))
    onboarding.keep_liveness("liveness", PASSED)
    assert active(onboarding).status is CheckStatus.REJECTED
    assert onboarding.liveness_reason == "FLAT_FACE"
    onboarding.allow_liveness_again()
    onboarding.forget(frozenset({"liveness"}))
    onboarding.keep_liveness("liveness", PASSED)
    assert active(onboarding).status is CheckStatus.PASSED
    assert "liveness.failed" not in onboarding.flags


def test_a_pass_after_a_colleague_lifted_failures_is_still_for_a_look(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding).liveness_failures = 3
    onboarding.keep_liveness("liveness", LivenessOutcome(Check(CheckName.ACTIVE_LIVENESS, CheckStatus.REJECTED, CheckLabel.FLAT_FACE)))
    onboarding.allow_liveness_again()
    onboarding.keep_liveness("liveness", PASSED)
    assert (active(onboarding).status, active(onboarding).params["failures"]) == (CheckStatus.WARNING, "3")
    assert "liveness.failed" not in onboarding.flags
    assert store.load(onboarding.customer_id).facts["liveness"]["failures"] == 3  # type: ignore[index,call-overload]  # a fact is JSON


@pytest.mark.parametrize(("failures", "status"), [(0, CheckStatus.PASSED), (2, CheckStatus.PASSED), (3, CheckStatus.WARNING)])
def test_a_pass_after_three_failures_is_for_a_look(onboarding: Onboarding, failures: int, status: CheckStatus) -> None:
    consented(onboarding).liveness_failures = failures
    onboarding.keep_liveness("liveness", PASSED)
    assert active(onboarding).status is status


CONFIRMED = StepAnswer("phone", Check(CheckName.PHONE_VERIFICATION, CheckStatus.PASSED), {"value": "+421902123456"})
PROVED = StepAnswer("proof.address", Check(CheckName.PROOF_OF_ADDRESS, CheckStatus.PASSED), {}, {"proof.address.1": b"%PDF-"})


def test_answers_of_steps_are_flags_facts_and_checks_and_going_back_forgets_them(
    onboarding: Onboarding, store: MemoryCustomerStore
) -> None:
    consented(onboarding)
    onboarding.keep_answer("phone", CONFIRMED)
    onboarding.keep_answer("proof", PROVED)
    onboarding.keep_answer("chip", left_out("chip", CheckLabel.DEVICE_MISSING))
    assert {"phone", "phone.passed", "proof.address", "proof.address.passed", "chip.skipped"} <= onboarding.flags
    assert not {"chip", "phone.skipped"} & onboarding.flags
    stored = store.load(onboarding.customer_id)
    assert stored.facts["phone"]["value"] == "+421902123456"  # type: ignore[index, call-overload]
    assert stored.facts["chip"]["check"]["label"] == "DEVICE_MISSING"  # type: ignore[index, call-overload]
    assert store.blob(onboarding.customer_id, "proof.address.1") == b"%PDF-"
    onboarding.forget(frozenset({"proof.address", "phone"}))
    stored = store.load(onboarding.customer_id)
    assert not {"phone", "proof.address"} & set(stored.facts)
    assert "proof.address.1" not in stored.blobs
    assert not any(flag.startswith(("phone", "proof")) for flag in onboarding.flags)


def test_an_answer_that_could_not_be_stored_is_not_known(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding)
    store.fail_next = FULL
    with pytest.raises(StoreFault):
        onboarding.keep_answer("phone", CONFIRMED)
    assert "phone" not in onboarding.flags


def test_nothing_is_kept_of_a_contact_without_consent(onboarding: Onboarding) -> None:
    with pytest.raises(BadInput):
        onboarding.keep_answer("phone", CONFIRMED)


def test_a_proof_is_judged_again_with_the_document_as_it_is_at_the_end(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    def again(document: Document) -> tuple[Check, dict[str, Json]]:
        name = document.value(FieldName.SURNAME)
        status = CheckStatus.PASSED if name == "ERIKSSON" else CheckStatus.WARNING
        return Check(CheckName.PROOF_OF_ADDRESS, status), {"name": name}

    consented(onboarding).keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")
    onboarding.keep_answer("proof", replace(PROVED, judge_again=again))
    onboarding.keep_review("review", {FieldName.SURNAME: "SOMEBODY"})
    onboarding.decide("decision", NOBODY)
    found = {check.name: check.status for check in onboarding.checks}
    assert found[CheckName.PROOF_OF_ADDRESS] is CheckStatus.WARNING
    assert store.load(onboarding.customer_id).facts["proof.address"]["name"] == "SOMEBODY"  # type: ignore[index, call-overload]


def test_what_the_machine_could_not_do_is_no_lost_live_check(onboarding: Onboarding) -> None:
    impossible = Check(CheckName.ACTIVE_LIVENESS, CheckStatus.NOT_EXECUTED, CheckLabel.MODEL_MISSING)
    consented(onboarding).keep_liveness("liveness", LivenessOutcome(impossible))
    assert "liveness.failed" not in onboarding.flags


def test_pictures_of_a_camera_made_of_software_are_for_a_look(onboarding: Onboarding) -> None:
    sealed = Check(CheckName.CAPTURE_INTEGRITY, CheckStatus.PASSED)
    passed = LivenessOutcome(Check(CheckName.ACTIVE_LIVENESS, CheckStatus.PASSED), (sealed,))
    consented(onboarding).keep_liveness("liveness", passed)
    onboarding.virtual_camera = True
    found = next(check for check in onboarding.judge(()) if check.name is CheckName.CAPTURE_INTEGRITY)
    assert (found.status, found.label) == (CheckStatus.WARNING, CheckLabel.VIRTUAL_CAMERA)


@pytest.mark.parametrize(("outcome", "kept"), [(Outcome.REJECT, 0), (Outcome.REVIEW, 1)])
def test_the_face_of_a_rejected_customer_is_not_kept_for_searches(
    store: MemoryCustomerStore, onboarding: Onboarding, outcome: Outcome, kept: int
) -> None:
    onboarding._policy = Policy("trial", frozenset(), {CheckName.FACE_MATCH: outcome})
    lost = Check(CheckName.FACE_MATCH, CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD)
    assert consented(onboarding).decide("decision", PersonJudgement((lost,), Embedding((0.0, 1.0), "trial"))).outcome is outcome
    assert len(store.templates("trial")[0]) == kept


def test_the_record_of_the_live_check_is_kept_and_goes_with_it(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding).keep_liveness("liveness", PASSED)
    assert store.blob(onboarding.customer_id, "liveness.record") == b"sealed"
    onboarding.forget(frozenset({"liveness"}))
    assert "liveness.record" not in store.load(onboarding.customer_id).blobs


def test_who_does_not_agree_to_comparing_faces_has_nothing_of_the_face_kept(onboarding: Onboarding) -> None:
    onboarding.consent("consent", accepted=True, biometrics=False, language="en")
    assert {"consent.accepted"} <= onboarding.flags
    assert "consent.biometrics" not in onboarding.flags
    with pytest.raises(BadInput) as caught:
        onboarding.keep_liveness("liveness", PASSED)
    assert caught.value.code is ErrorCode.CONSENT_MISSING
    assert onboarding.person_question().declined
    left_out = {check.name: check.label for check in onboarding.judge(()) if check.label is CheckLabel.DECLINED}
    assert set(left_out) == {CheckName.SELFIE_QUALITY, CheckName.ACTIVE_LIVENESS, CheckName.CAPTURE_INTEGRITY}
    assert onboarding.decide("decision", NOBODY).outcome is Outcome.REVIEW


@pytest.mark.parametrize(("can", "label"), [(True, CheckLabel.INPUT_MISSING), (False, CheckLabel.MODEL_MISSING)])
def test_a_live_check_that_was_not_made_says_why(onboarding: Onboarding, can: bool, label: CheckLabel) -> None:
    turn = next(check for check in consented(onboarding).judge((), can_check_actively=can) if check.name is CheckName.ACTIVE_LIVENESS)
    assert (turn.status, turn.label) == (CheckStatus.NOT_EXECUTED, label)


def test_an_edit_stands_beside_what_was_read_and_is_told(onboarding: Onboarding) -> None:
    consented(onboarding)
    onboarding.keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")
    onboarding.keep_review("review", {FieldName.SURNAME: "ERIKSEN "})
    surname = onboarding.document().fields[FieldName.SURNAME]
    assert surname.chosen.value == "ERIKSEN"
    assert surname.of(Source.VISUAL_ZONE) is not None
    assert CheckName.OPERATOR_EDITS in {check.name for check in onboarding.judge(())}
    onboarding.keep_review("review", {FieldName.SURNAME: "ERIKSSON"})  # as read: no edit
    assert onboarding.edits == {}


def test_no_accept_from_nothing(onboarding: Onboarding) -> None:
    assert consented(onboarding).decide("decision", NOBODY).outcome is not Outcome.ACCEPT


def test_the_document_is_merged_once_for_the_pages_there_are(onboarding: Onboarding, monkeypatch: pytest.MonkeyPatch) -> None:
    merged: list[int] = []
    merge = DocumentRules.merge

    def counted(rules: DocumentRules, pages: Sequence[DocumentPage]) -> Document:
        merged.append(len(pages))
        return merge(rules, pages)

    monkeypatch.setattr(DocumentRules, "merge", counted)
    consented(onboarding).keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")
    first = onboarding.document()
    assert onboarding.flags
    assert onboarding.document() is first
    onboarding.keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")  # taken again
    assert onboarding.document() is not first
    onboarding.keep_review("review", {FieldName.SURNAME: "STERN"})
    assert onboarding.document().value(FieldName.SURNAME) == "STERN"
    assert merged == [1, 1]


def test_a_document_that_was_forgotten_is_not_remembered(onboarding: Onboarding) -> None:
    for end in (lambda: onboarding.forget(frozenset({"document.front"})), onboarding.wipe):
        consented(onboarding).keep_page("document_front", PageSide.FRONT, page(PageSide.FRONT), b"jpeg")
        assert onboarding.document().pages
        end()
        assert onboarding._merged == ((), None)
        assert onboarding.document().pages == ()


WRONG_CODES = StepAnswer("phone", Check(CheckName.PHONE_VERIFICATION, CheckStatus.REJECTED, CheckLabel.TOO_MANY_TRIES))
OLD_BILL = StepAnswer("proof.address", Check(CheckName.PROOF_OF_ADDRESS, CheckStatus.REJECTED, CheckLabel.TOO_OLD))


@pytest.mark.parametrize("refused", [WRONG_CODES, OLD_BILL], ids=["phone", "proof"])
def test_going_back_and_not_now_take_no_refusal_away(onboarding: Onboarding, store: MemoryCustomerStore, refused: StepAnswer) -> None:
    consented(onboarding)
    name = refused.name
    onboarding.keep_answer("step", refused)
    onboarding.forget(frozenset({name}))
    stored = store.load(onboarding.customer_id).facts
    assert stored[REFUSED][name]["label"] == refused.check.label.value  # type: ignore[index, call-overload]
    assert name not in stored
    onboarding.keep_answer("step", left_out(name))
    onboarding.decide("decision", NOBODY)
    assert refused.check in onboarding.checks
    assert REFUSED in store.load(onboarding.customer_id).facts
    optional = Policy("optional", required=frozenset())
    assert decide((refused.check,), optional).outcome is not Outcome.ACCEPT


def test_what_is_judged_later_counts_instead_of_a_refusal(onboarding: Onboarding) -> None:
    consented(onboarding).keep_answer("step", OLD_BILL)
    onboarding.forget(frozenset({"proof.address"}))
    onboarding.keep_answer("step", PROVED)
    onboarding.decide("decision", NOBODY)
    assert PROVED.check in onboarding.checks
    assert OLD_BILL.check not in onboarding.checks


def test_a_store_that_fails_washes_no_refusal_away(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding)
    store.fail_next = FULL
    with pytest.raises(StoreFault):
        onboarding.keep_answer("step", WRONG_CODES)
    onboarding.forget(frozenset({"phone"}))
    onboarding.keep_answer("step", left_out("phone"))
    assert WRONG_CODES.check in onboarding.judge(())


def test_who_declines_after_all_leaves_no_refusal_behind(onboarding: Onboarding, store: MemoryCustomerStore) -> None:
    consented(onboarding).keep_answer("step", WRONG_CODES)
    onboarding.forget(frozenset({"phone", "consent"}))
    onboarding.consent("consent", accepted=False, language="en")
    assert set(store.load(onboarding.customer_id).facts) == {"consent"}
    assert WRONG_CODES.check not in onboarding.judge(())
