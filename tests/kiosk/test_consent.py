"""Consent: the rules for comparing faces, the stored answer, its withdrawal and what goes with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.consent import VERDICT_SENTENCES, BiometricConsent, BiometricVerdict, ConsentPlace, Obtained, judge_biometric, valid_until
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import Json, StepCommit
from kiosk.services.consent import (
    biometric_consent,
    consent_fact,
    has_lapsed,
    may_still_compare,
    require_biometric_consent,
    shown_texts,
    user_consent,
    withdraw,
)
from kiosk.services.face_traces import FACE_CHECKS, is_of_face, without_face
from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.customers import HOME, MODEL, RESOURCES, SCORE, FixedClock, consents, finished_customer

NOW = "2026-11-21T10:00:00.000Z"
AGREED = "2026-11-01T10:00:00.000Z"
YES, NO, NA = Obtained


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlCustomerStore]:
    made = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    yield made
    made.close()


# --- comparing faces -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "state", "obtained", "at", "verdict"),
    [
        ("SVK", "", YES, AGREED, BiometricVerdict.ALLOWED),
        ("SVK", "", NA, "", BiometricVerdict.ALLOWED),
        ("SVK", "", None, "", BiometricVerdict.ALLOWED),
        ("", "", YES, AGREED, BiometricVerdict.COUNTRY_MISSING),
        ("SK", "", YES, AGREED, BiometricVerdict.COUNTRY_UNKNOWN),
        ("QQQ", "", YES, AGREED, BiometricVerdict.COUNTRY_UNKNOWN),
        ("D", "", YES, AGREED, BiometricVerdict.COUNTRY_UNKNOWN),
        ("USA", "IL", YES, AGREED, BiometricVerdict.ALLOWED),
        ("USA", "IL", NA, "", BiometricVerdict.ALLOWED),
        ("USA", "", YES, AGREED, BiometricVerdict.STATE_MISSING),
        ("CAN", "", YES, AGREED, BiometricVerdict.STATE_MISSING),
        ("AUS", "", YES, AGREED, BiometricVerdict.STATE_MISSING),
        ("CAN", "QC", YES, AGREED, BiometricVerdict.ALLOWED),
        ("AUS", "NSW", YES, AGREED, BiometricVerdict.ALLOWED),
        ("USA", "ZZ", YES, AGREED, BiometricVerdict.STATE_UNKNOWN),
        ("USA", "il", YES, AGREED, BiometricVerdict.STATE_UNKNOWN),
        ("USA", "IL", None, "", BiometricVerdict.ANSWER_MISSING),
        ("USA", "IL", YES, "", BiometricVerdict.TIME_MISSING),
        ("USA", "IL", NO, "", BiometricVerdict.REFUSED),
        ("SVK", "", NO, AGREED, BiometricVerdict.REFUSED),
        ("SVK", "", YES, "yesterday", BiometricVerdict.TIME_WRONG),
        ("SVK", "", YES, "2026-11-01T10:00:00", BiometricVerdict.TIME_WRONG),
        ("SVK", "", YES, "2026-11-21T10:00:00.001Z", BiometricVerdict.TIME_WRONG),
        ("SVK", "", YES, "2023-11-21T10:00:00.001Z", BiometricVerdict.ALLOWED),
        ("SVK", "", YES, "2023-11-21T10:00:00.000Z", BiometricVerdict.EXPIRED),
        ("SVK", "", YES, "2023-11-21T12:00:00.000+02:00", BiometricVerdict.EXPIRED),
    ],
)
def test_whether_faces_may_be_compared(country: str, state: str, obtained: Obtained | None, at: str, verdict: BiometricVerdict) -> None:
    assert judge_biometric(BiometricConsent(ConsentPlace(country, state), obtained, at), NOW) is verdict


@pytest.mark.parametrize(
    ("ip", "need", "verdict"),
    [
        ("", False, BiometricVerdict.ALLOWED),
        ("", True, BiometricVerdict.IP_MISSING),
        ("192.0.2.7", True, BiometricVerdict.ALLOWED),
        ("2001:db8::1", True, BiometricVerdict.ALLOWED),
        ("192.0.2.777", False, BiometricVerdict.IP_WRONG),
    ],
)
def test_the_address_belongs_to_the_record_of_a_remote_customer(ip: str, need: bool, verdict: BiometricVerdict) -> None:
    assert judge_biometric(BiometricConsent(ConsentPlace("SVK", ip=ip)), NOW, need_ip=need) is verdict


def test_a_consent_of_a_leap_day_ends_on_the_28th() -> None:
    assert valid_until("2024-02-29T09:00:00.000Z") == "2027-02-28T09:00:00.000Z"


def test_every_verdict_has_a_sentence() -> None:
    assert set(VERDICT_SENTENCES) == set(BiometricVerdict)


def test_the_protocols_own_record_is_understood_and_enforced_at_the_capture() -> None:
    body: dict[str, Json] = {
        "userIp": "192.0.2.7",
        "userLocation": {"country": "USA", "state": "IL"},
        "consent": {"obtained": "yes", "obtainedAt": "2022-07-20T17:20:35.000Z"},
    }
    consent = user_consent(body)
    require_biometric_consent(consent, "2025-07-20T17:20:34.999Z", need_ip=True)
    with pytest.raises(BadInput) as caught:
        require_biometric_consent(consent, "2025-07-20T17:20:35.000Z", need_ip=True)
    assert (caught.value.code, caught.value.params["reason"]) == (ErrorCode.CONSENT_MISSING, "EXPIRED")
    assert user_consent({}) == BiometricConsent(ConsentPlace())
    with pytest.raises(BadInput, match="yes, no or na"):
        user_consent({"consent": {"obtained": "maybe"}})


# --- the stored answer ---------------------------------------------------------------------------------------------


def test_an_answer_says_which_words_when_where_and_who() -> None:
    texts = consents().current("2026-11-21")
    place = ConsentPlace("USA", "IL", "branch-7")
    fact = consent_fact(texts, accepted=True, biometrics=False, language="sk", at=AGREED, recorded_by="op-1", place=place)
    assert (fact["version"], fact["language"], fact["at"], fact["recordedBy"]) == ("2026-11b", "sk", AGREED, "op-1")
    assert fact["place"] == {"country": "USA", "state": "IL", "site": "branch-7"}
    assert fact["texts"] == [
        {"purpose": purpose, "sha256": texts.texts[purpose, "sk"].sha256, "accepted": purpose != "biometric"}
        for purpose in ("identify", "biometric", "store")
    ]
    assert fact["biometric"] == {"obtained": "no"}
    agreed = consent_fact(texts, accepted=True, biometrics=True, language="en", at=AGREED)
    assert agreed["biometric"] == {"obtained": "yes", "obtainedAt": AGREED, "validUntil": "2029-11-01T10:00:00.000Z"}
    assert "recordedBy" not in agreed
    assert biometric_consent(agreed) == BiometricConsent(ConsentPlace(), YES, AGREED)


def test_a_refusal_is_a_refusal_of_everything() -> None:
    fact = consent_fact(consents().current("2026-11-21"), accepted=False, biometrics=True, language="en", at=AGREED)
    assert (fact["accepted"], fact["biometrics"], fact["biometric"]) == (False, False, {"obtained": "no"})
    assert isinstance(fact["texts"], list)
    assert not any(isinstance(row, dict) and row["accepted"] for row in fact["texts"])


def test_a_name_is_no_operators_id() -> None:
    with pytest.raises(BadInput, match="not by name"):
        consent_fact(consents().current("2026-11-21"), accepted=True, biometrics=True, language="en", at=AGREED, recorded_by="Anna Maria")


def test_what_was_agreed_to_is_shown_word_by_word(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    customer = store.load(finished_customer(store, clock, biometrics=False))
    shown = shown_texts(customer, consents())
    assert [(row.purpose, row.accepted, row.same) for row in shown] == [
        ("identify", True, True), ("biometric", False, True), ("store", True, True),
    ]  # fmt: skip
    assert shown[0].text is not None
    assert shown[0].text.heading == "Prečítame váš doklad"


def test_an_answer_from_before_the_hashes_proves_no_words(store: SqlCustomerStore) -> None:
    store.begin("c", "branch", NOW)
    old: Json = {"accepted": True, "biometrics": False, "version": "2026-11", "purposes": ["identify", "biometric"], "language": "en"}
    store.commit(StepCommit("c", "consent", NOW, {"consent": old}, {}))
    shown = shown_texts(store.load("c"), consents())
    assert [(row.purpose, row.accepted, row.same) for row in shown] == [("identify", True, False), ("biometric", False, False)]


def test_what_was_agreed_to_under_older_words_still_stands(store: SqlCustomerStore) -> None:
    """A newer version asks who comes from now on; nobody's answer changes, and each keeps the words that it was given to."""
    texts, clock = consents(), FixedClock()
    customer = finished_customer(store, clock)
    old = texts.version("2026-11")
    assert old is not None
    fact = consent_fact(old, accepted=True, biometrics=True, language="sk", at=AGREED, recorded_by="op-anna", place=HOME)
    store.commit(StepCommit(customer, "consent", clock.now, {"consent": fact}, {}))
    assert texts.current(clock.today()).version != "2026-11"
    shown = shown_texts(store.load(customer), texts)
    assert [(row.purpose, row.accepted, row.same) for row in shown] == [
        ("identify", True, True), ("biometric", True, True), ("store", True, True),
    ]  # fmt: skip
    assert not any("sankčných" in row.text.text for row in shown if row.text is not None)
    assert may_still_compare(store.load(customer), clock.now)
    receipt = withdraw(store, clock, texts, customer, "biometric", by="op-ben")
    assert (receipt.detail["version"], receipt.erased["templates"]) == ("2026-11", 1)


def test_after_three_years_a_stored_face_is_not_compared_any_more(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    customer = store.load(finished_customer(store, clock))
    assert may_still_compare(customer, clock.now)
    assert may_still_compare(customer, "2029-11-21T09:59:59.999Z")
    assert not may_still_compare(customer, "2029-11-21T10:00:00.000Z")
    without = store.load(finished_customer(store, clock, biometrics=False))
    assert not may_still_compare(without, clock.now)
    assert has_lapsed({"biometric": {"obtained": "yes", "obtainedAt": "?"}}, clock.now), "a time that cannot be read proves nothing"


# --- withdrawal ----------------------------------------------------------------------------------------------------


def test_withdrawing_biometrics_erases_all_that_was_made_of_the_face(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    kept = finished_customer(store, clock)
    customer_id = finished_customer(store, clock, looks_like=kept)
    before = store.load(customer_id)
    assert str(SCORE) in json.dumps(dict(before.facts))
    assert before.facts["selfieInspection"] == {"similarityWith": {"documentPortrait": True}, "ageEstimate": 67, "genderEstimate": "M"}
    document = {name: store.blob(customer_id, name) for name in before.blobs if name.startswith("document.")}
    assert len(document) == 3
    clock.go_on(days=2)

    receipt = withdraw(store, clock, consents(), customer_id, "biometric", by="op-2")

    after = store.load(customer_id)
    assert {name: store.blob(customer_id, name) for name in after.blobs} == document
    assert set(before.facts) - set(after.facts) == {"selfie", "liveness", "known_as", "selfieInspection"}
    assert store.templates(MODEL)[0] == (kept,)
    text = json.dumps(dict(after.facts))
    for trace in (str(SCORE), "0.4321", "0.91", "0.82", "BORDERLINE", "borderline"):
        assert trace not in text, trace
    assert "/selfie" not in text
    consent = after.facts["consent"]
    assert isinstance(consent, dict)
    assert consent["biometrics"] is False
    assert consent["accepted"] is True
    assert consent["withdrawn"] == [{"purpose": "biometric", "at": clock.now, "by": "op-2"}]
    assert (receipt.event, receipt.reason) == ("CONSENT_WITHDRAWN", "CONSENT_WITHDRAWN")
    assert receipt.erased == {"pictures": 2, "records": 1, "templates": 1, "facts": 4}
    assert receipt.detail["purpose"] == "biometric"
    assert store.receipts(customer_id) == (receipt,)
    assert store.verify_audit().intact
    assert not may_still_compare(after, clock.now)


def test_the_decision_and_what_it_rested_on_stay_without_the_measures(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    customer_id = finished_customer(store, clock)
    before = store.load(customer_id).facts
    withdraw(store, clock, consents(), customer_id, "biometric", by="op-2")
    after = store.load(customer_id).facts

    def rows(facts: object, keys: tuple[str, ...]) -> list[tuple[object, ...]]:
        assert isinstance(facts, list)
        return [tuple(row[key] for key in keys) for row in facts]

    assert rows(before["checks"], ("name", "status")) == rows(after["checks"], ("name", "status"))
    decided, still = before["decision"], after["decision"]
    assert isinstance(decided, dict)
    assert isinstance(still, dict)
    assert decided["outcome"] == still["outcome"]
    assert rows(decided["reasons"], ("check", "outcome")) == rows(still["reasons"], ("check", "outcome"))
    assert isinstance(after["checks"], list)
    for check in after["checks"]:
        assert isinstance(check, dict)
        if check["name"] in FACE_CHECKS:
            assert (check["score"], check["threshold"], check["model"], check["label"]) == (None, None, "", "DECLINED")


def test_what_others_records_say_of_this_face_goes_too(store: SqlCustomerStore) -> None:
    """A likeness is a measure of two faces: it rests on both consents."""
    clock = FixedClock()
    first = finished_customer(store, clock)
    second = finished_customer(store, clock, looks_like=first)
    assert "known_as" in store.load(second).facts
    receipt = withdraw(store, clock, consents(), first, "biometric", by="op-2")
    assert "known_as" not in store.load(second).facts
    assert receipt.erased["mentions"] == 1
    assert "selfie" in store.load(second).facts, "the other's own face stays theirs"


def test_withdrawing_what_everything_rests_on_erases_everything(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    customer_id = finished_customer(store, clock)
    with pytest.raises(BadInput, match="confirm") as caught:
        withdraw(store, clock, consents(), customer_id, "store", by="customer")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert len(store.load(customer_id).blobs) == 6, "nothing is erased by asking"
    receipt = withdraw(store, clock, consents(), customer_id, "store", by="customer", sure=True)
    assert store.customers() == ()
    assert (receipt.event, receipt.reason, receipt.detail["purpose"]) == ("CUSTOMER_DELETED", "CONSENT_WITHDRAWN", "store")
    assert receipt.erased["pictures"] == 5
    assert store.receipts(customer_id) == (receipt,)


@pytest.mark.parametrize(
    ("biometrics", "purpose", "by", "code"),
    [
        (False, "biometric", "op-2", ErrorCode.CONSENT_MISSING),
        (True, "advertising", "op-2", ErrorCode.BAD_ARGUMENT),
        (True, "biometric", "", ErrorCode.BAD_ARGUMENT),
        (True, "biometric", "Anna Maria", ErrorCode.BAD_ARGUMENT),
    ],
)
def test_a_withdrawal_that_cannot_be_changes_nothing(
    store: SqlCustomerStore, biometrics: bool, purpose: str, by: str, code: ErrorCode
) -> None:
    clock = FixedClock()
    customer_id = finished_customer(store, clock, biometrics=biometrics)
    before, lines = store.load(customer_id), store.verify_audit().lines
    with pytest.raises(BadInput) as caught:
        withdraw(store, clock, consents(), customer_id, purpose, by=by)
    assert caught.value.code is code
    assert store.load(customer_id) == before
    assert store.verify_audit().lines == lines


def test_nobody_withdraws_twice_or_for_an_unknown_customer(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    customer_id = finished_customer(store, clock)
    withdraw(store, clock, consents(), customer_id, "biometric", by="op-2")
    with pytest.raises(BadInput, match="withdrawn already") as caught:
        withdraw(store, clock, consents(), customer_id, "biometric", by="op-2")
    assert caught.value.code is ErrorCode.CONSENT_MISSING
    withdraw(store, clock, consents(), customer_id, "identify", by="op-2", sure=True)
    for unknown in (customer_id, "nobody"):
        with pytest.raises(BadInput) as caught:
            withdraw(store, clock, consents(), unknown, "biometric", by="op-2")
        assert caught.value.code is ErrorCode.CUSTOMER_NOT_FOUND
    assert len(store.receipts(customer_id)) == 2


def test_who_was_never_asked_or_refused_has_nothing_to_withdraw(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    store.begin("never", "branch", NOW)
    store.begin("refused", "branch", NOW)
    fact = consent_fact(consents().current("2026-11-21"), accepted=False, biometrics=False, language="en", at=NOW)
    store.commit(StepCommit("refused", "consent", NOW, {"consent": fact}, {}))
    for customer_id in ("never", "refused"):
        for purpose in ("biometric", "store"):
            with pytest.raises(BadInput) as caught:
                withdraw(store, clock, consents(), customer_id, purpose, by="op-2", sure=True)
            assert caught.value.code is ErrorCode.CONSENT_MISSING


def test_a_receipt_says_when_a_copy_is_elsewhere(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    customer_id = finished_customer(store, clock)
    store.commit(StepCommit(customer_id, "sent", clock.now, {"sent": {"through": clock.now}}, {}))
    assert withdraw(store, clock, consents(), customer_id, "biometric", by="op-2").detail["sent"] is True


def test_receipts_hold_nothing_of_the_customer(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    customer_id = finished_customer(store, clock)
    withdraw(store, clock, consents(), customer_id, "biometric", by="op-2")
    withdraw(store, clock, consents(), customer_id, "identify", by="op-2", sure=True)
    text = json.dumps([dict(receipt.detail) for receipt in store.receipts()])
    assert "ERIKSSON" not in text
    assert str(SCORE) not in text


# --- traces elsewhere ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "of_face"),
    [
        ("selfie.picture", True),
        ("selfie.aspects", True),
        ("liveness.evaluations", True),
        ("credential.0a.FACE", True),
        ("credential.0a.FACEMAP", True),
        ("credential.0a.ENROLLED", True),
        ("facemap", True),
        ("known_as", True),
        ("selfieInspection", True),
        ("credential.0a.FRONT", False),
        ("document.front.portrait", False),
        ("page.front", False),
        ("proof.address.1", False),
        ("credential.0a", False),
        ("checks", False),
    ],
)
def test_what_is_of_the_face_is_known_by_its_name(name: str, of_face: bool) -> None:
    assert is_of_face(name) is of_face


def test_the_accounts_of_the_numbered_workflows_lose_the_measures_and_keep_the_verdicts() -> None:
    entry: Json = {"id": "1", "decision": {"type": "PASSED", "details": {"label": "MATCH"}}, "data": {"similarity": "0.73"}}
    extraction: Json = [{"id": "2", "data": {"firstName": "ANNA"}}]
    execution: Json = {
        "state": "PROCESSED",
        "request": {"consented": True},
        "result": {
            "capabilities": {"similarity": [entry], "extraction": extraction},
            "explanation": ["likeness 0.73"],
            "outcome": "ACCEPT",
        },
    }
    after = without_face("execution.x", execution)
    assert "0.73" not in json.dumps(after)
    assert isinstance(after, dict)
    result = after["result"]
    assert isinstance(result, dict)
    assert result["outcome"] == "ACCEPT"
    assert result["capabilities"] == {
        "similarity": [{"id": "1", "decision": {"type": "PASSED", "details": {"label": "MATCH"}}}],
        "extraction": extraction,
    }
    assert after["request"] == {"consented": True}
    begun = without_face("execution.y", {"state": "INITIATED", "request": {"consented": True}, "result": {}})
    assert begun == {"state": "INITIATED", "request": {"consented": False}, "result": {}}


def test_an_execution_names_nobody_with_this_face_any_more() -> None:
    checked: Json = [{"id": "1", "data": {"faceSearchFindings": {"status": "DONE", "findings": ["another-customer"]}, "other": "stays"}}]
    execution: Json = {"state": "PROCESSED", "result": {"capabilities": {"imageChecks": checked}}}
    after = without_face("execution.x", execution)
    assert "faceSearchFindings" not in json.dumps(after)
    assert '"imageChecks": [{"id": "1", "data": {"other": "stays"}}]' in json.dumps(after)


def test_a_handed_over_customer_keeps_age_and_sex_of_the_document_alone() -> None:
    """As DIS hands one over: estimates of the selfie stand beside what the document says."""
    record: Json = {
        "age": {"selfie": "34", "mrz": "33", "documentPortrait": "35"},
        "gender": {"selfie": "M", "visualZone": "M"},
        "document": {"links": {"portrait": "/p"}},
    }
    assert without_face("customer", record) == {
        "age": {"mrz": "33", "documentPortrait": "35"},
        "gender": {"visualZone": "M"},
        "document": {"links": {"portrait": "/p"}},
    }
    assert without_face("customer", {"age": {"selfie": "34"}, "surname": {"mrz": "E"}}) == {"surname": {"mrz": "E"}}


def test_what_executions_of_others_found_of_this_face_goes_too(store: SqlCustomerStore) -> None:
    clock = FixedClock()
    first, other = finished_customer(store, clock), finished_customer(store, clock)
    found: Json = {"result": {"capabilities": {"imageChecks": [{"data": {"faceSearchFindings": {"findings": [first, "x"]}}}]}}}
    store.commit(StepCommit(other, "workflow_processed", clock.now, {"execution.e": found}, {}))
    receipt = withdraw(store, clock, consents(), first, "biometric", by="op-2")
    assert receipt.erased["mentions"] == 1
    assert '"findings": ["x"]' in json.dumps(store.load(other).facts["execution.e"])


def test_a_facemap_on_file_is_not_referred_to_any_more() -> None:
    parts: Json = {"FACE": "2026-11-21T10:00:00.000Z"}
    assert without_face("credential.1", {"category": "SELFIE", "parts": parts}) == {"category": "SELFIE", "parts": {}}
    assert without_face("credential.1", {"category": "ID", "parts": parts}) == {"category": "ID", "parts": parts}


def test_checks_under_any_name_lose_their_measures_and_stay_readable() -> None:
    from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
    from kiosk.services.protocols.codec import from_json, to_json

    face = Check(CheckName.FACE_MATCH, CheckStatus.PASSED, score=SCORE, threshold=0.6, model=MODEL, params={"of": "0.7351"})
    mrz = Check(CheckName.MRZ_CHECK_DIGITS, CheckStatus.PASSED, score=0.99)
    after = without_face("session.checks", {"kept": [to_json(face), to_json(mrz)]})
    assert isinstance(after, dict)
    rows = after["kept"]
    assert isinstance(rows, list)
    assert from_json(Check, rows[0]) == Check(CheckName.FACE_MATCH, CheckStatus.PASSED, CheckLabel.DECLINED)
    assert from_json(Check, rows[1]) == mrz


def test_an_account_whose_consent_is_withdrawn_can_still_be_read_and_takes_no_more_parts(store: SqlCustomerStore) -> None:
    """Through the service that the numbered workflows use, on the real store."""
    from kiosk.domain.capability import Category, Channel, Part
    from kiosk.services.accounts import credential_of, execution_of
    from kiosk.services.execution_limits import PartLimits
    from kiosk.services.execution_requests import InitiateRequest
    from kiosk.services.executions import Executions
    from kiosk.services.workflows import load_any_workflow, load_policy

    clock = FixedClock()
    executions = Executions(
        store,
        clock,
        workflow=lambda key: load_any_workflow(RESOURCES, key),
        policy=lambda key: load_policy(RESOURCES, key),
        limits=PartLimits(max_bytes=100_000, max_side_px=500),
    )
    begun = executions.create(InitiateRequest("3", consented=True))
    parts = {Category.ID: Part.FRONT, Category.SELFIE: Part.FACE}
    picture = encode_jpeg(np.full((60, 80, 3), 127, np.uint8))
    for credential in begun.credentials:
        if credential.category in parts:
            channel = credential.channels[0] if Channel.API not in credential.channels else Channel.API
            executions.add_part(begun.account_id, begun.execution_id, credential.id, parts[credential.category], picture, channel=channel)
    assert len(store.load(begun.account_id).blobs) == 2

    receipt = withdraw(store, clock, consents(), begun.account_id, "biometric", by="customer")

    account = store.load(begun.account_id)
    assert receipt.erased == {"pictures": 1}
    assert [name.rsplit(".", 1)[1] for name in account.blobs] == ["FRONT"]
    assert execution_of(account, begun.execution_id).request["consented"] is False
    for credential in begun.credentials:
        kept = credential_of(account, credential.id)
        assert tuple(kept.parts) == ((Part.FRONT,) if credential.category is Category.ID else ())
    selfie = next(one for one in begun.credentials if one.category is Category.SELFIE)
    with pytest.raises(BadInput) as caught:
        executions.add_part(begun.account_id, begun.execution_id, selfie.id, Part.FACE, picture, channel=selfie.channels[0])
    assert caught.value.code is ErrorCode.CONSENT_MISSING
