"""Accounts and executions: who may call what when, and that a refused call leaves nothing half done. No engines."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.capability import Category, Channel, ExecutionState, Part
from kiosk.domain.check import Check, CheckName, CheckStatus
from kiosk.domain.decision import Decision, Outcome, decide
from kiosk.domain.document import Document, DocumentType, Field, FieldName, Reading, Source
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.domain.face import Embedding
from kiosk.flow.definition import Preset
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import Json, StepCommit, StoredCustomer
from kiosk.services.accounts import ExecutionFault, credential_of, execution_of
from kiosk.services.capabilities import decide_capability
from kiosk.services.execution_judge import ExecutionJudge
from kiosk.services.execution_limits import RECORD_MAGIC, PartLimits
from kiosk.services.execution_order import Judgement, JudgingOrder
from kiosk.services.execution_requests import CredentialRequest, InitiateRequest
from kiosk.services.executions import Executions, Initiated
from kiosk.services.override import outcome_in_force, override, overrides_of
from kiosk.services.risk import risk_of
from kiosk.services.workflows import load_any_workflow, load_policy
from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.memory_store import MemoryCustomerStore

RESOURCES = Path(__file__).parents[2] / "resources"
PICTURE = encode_jpeg(np.full((60, 80, 3), 127, np.uint8))
FACEMAP = b"KFMP" + bytes(60)
MODEL = "a_model"
F = ExecutionFault


class MovableClock:
    """kiosk.ports.Clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime.fromisoformat("2026-03-01T10:00:00.000+00:00")

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def now_utc(self) -> str:
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def today(self) -> str:
        return self.now.date().isoformat()

    def monotonic(self) -> float:
        return self.now.timestamp()


class StubJudge(ExecutionJudge):
    """Finds everything in order, after `meanwhile` happened; what it is asked is in `orders`."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.meanwhile = meanwhile
        self.orders: list[JudgingOrder] = []

    def judge(self, order: JudgingOrder) -> Judgement:
        self.orders.append(order)
        self.meanwhile()
        checks = (Check(CheckName.DOCUMENT_USABILITY, CheckStatus.PASSED),)
        capabilities = tuple(
            decide_capability(rule.name, tuple(one.ref for one in order.handed), checks, id="x")
            for rule in order.definition.capabilities[:1]
        )
        decision = decide(checks, order.policy)
        return Judgement(capabilities, checks, decision, risk_of(decision, capabilities), None, {"total": 1.0})


class World:
    def __init__(self) -> None:
        self.store, self.clock = MemoryCustomerStore(), MovableClock()
        self.executions = Executions(
            self.store,
            self.clock,
            workflow=lambda key: load_any_workflow(RESOURCES, key),
            policy=lambda key: load_policy(RESOURCES, key),
            limits=PartLimits(max_bytes=100_000, max_side_px=500),
        )

    def begin(self, workflow: str = "1", **more: object) -> Initiated:
        request = InitiateRequest(workflow, **{"consented": True, **more})  # type: ignore[arg-type]
        return self.executions.create(request)

    def part(
        self, begun: Initiated, part: Part = Part.FRONT, data: bytes = PICTURE, *, category: Category = Category.ID
    ) -> Mapping[str, Json]:
        credential = next(one for one in begun.credentials if one.category is category)
        return self.executions.add_part(begun.account_id, begun.execution_id, credential.id, part, data, channel=credential.channels[0])

    def finalized(self, workflow: str = "1") -> Initiated:
        begun = self.begin(workflow)
        self.part(begun)
        self.executions.finalize(begun.account_id, begun.execution_id)
        return begun

    def state(self, begun: Initiated) -> ExecutionState:
        return execution_of(self.store.load(begun.account_id), begun.execution_id).state


@pytest.fixture
def world() -> World:
    return World()


def refused(reason: ExecutionFault, http: int, call: Callable[[], object], world: World) -> BadInput:
    """The call is refused for that reason and changes nothing."""
    before = {one.id: (dict(one.facts), one.blobs, one.status) for one in world.store.customers()}
    with pytest.raises(BadInput) as caught:
        call()
    assert (caught.value.params["reason"], caught.value.params["http"]) == (reason.value, http)
    assert {one.id: (dict(one.facts), one.blobs, one.status) for one in world.store.customers()} == before
    return caught.value


# --- the happy way ---------------------------------------------------------------------------------------------------


def test_an_execution_goes_from_initiated_to_processed_and_is_retrieved_in_the_documented_shape(world: World) -> None:
    back = "https://bank.example/callback"
    begun = world.begin(user_reference="u-1", customer_internal_reference="c-1", reporting_criteria="r", callback_url=back)
    assert back in str(world.store.load(begun.account_id).facts), "kept for the door that will call it"
    (credential,) = begun.body["workflowExecution"]["credentials"]  # type: ignore[index,call-overload]
    url = f"/api/v1/accounts/{begun.account_id}/workflow-executions/{begun.execution_id}"
    assert credential == {
        "id": begun.credentials[0].id,
        "category": "ID",
        "allowedChannels": ["API", "SDK", "WEB"],
        "type": {"predefinedType": "RECOMMENDED", "values": ["ID_CARD", "DRIVING_LICENSE", "PASSPORT"]},
        "api": {
            "parts": {side.lower(): f"{url}/credentials/{begun.credentials[0].id}/parts/{side}" for side in ("FRONT", "BACK")},
            "workflowExecution": url,
        },
    }
    assert world.state(begun) is ExecutionState.INITIATED
    world.part(begun)
    answer = world.executions.finalize(begun.account_id, begun.execution_id)
    assert answer["workflowExecution"] == {"id": begun.execution_id}
    assert world.state(begun) is ExecutionState.ACQUIRED
    world.executions.process(begun.account_id, begun.execution_id, StubJudge())
    assert world.executions.status(begun.account_id, begun.execution_id) == {
        "account": {"id": begun.account_id},
        "workflowExecution": {"id": begun.execution_id, "definitionKey": "1", "status": "PROCESSED"},
    }
    details = world.executions.details(begun.account_id, begun.execution_id)
    assert set(details) == {"createdAt", "startedAt", "completedAt", "workflow", "account", "credentials", "capabilities", "decision"}
    assert details["workflow"] == {
        "id": begun.execution_id,
        "status": "PROCESSED",
        "definitionKey": "1",
        "userReference": "u-1",
        "customerInternalReference": "c-1",
        "reportingCriteria": "r",
    }
    part = f"/api/v1/accounts/{begun.account_id}/credentials/{begun.credentials[0].id}/parts/FRONT"
    assert details["credentials"] == [{"id": begun.credentials[0].id, "category": "ID", "parts": [{"classifier": "FRONT", "href": part}]}]
    (entry,) = details["capabilities"]["usability"]  # type: ignore[index,call-overload]
    assert entry == {
        "id": "x",
        "credentials": [{"id": begun.credentials[0].id, "category": "ID"}],
        "decision": {"type": "PASSED", "details": {"label": "OK"}},
    }
    assert details["decision"] == {"type": "WARNING", "details": {"label": "WARNING"}, "risk": {"score": 70.0}}
    assert world.executions.part(begun.account_id, begun.credentials[0].id, Part.FRONT) == PICTURE


def test_a_credential_on_file_is_reused_by_its_id_and_takes_nothing_more(world: World) -> None:
    first = world.finalized()
    kept = first.credentials[0].id
    request = InitiateRequest("5", (CredentialRequest(Category.ID, kept),), consented=True)
    second = world.executions.update(first.account_id, request)
    assert [one.id == kept for one in second.credentials] == [True, False]
    shown = second.body["workflowExecution"]["credentials"][0]  # type: ignore[index,call-overload]
    assert (shown["allowedChannels"], "api" in shown) == ([], False)
    call = lambda: world.executions.add_part(first.account_id, second.execution_id, kept, Part.FRONT, PICTURE)  # noqa: E731
    refused(F.CHANNEL_NOT_ALLOWED, 403, call, world)
    world.part(second, Part.FACE, category=Category.SELFIE)
    world.executions.finalize(second.account_id, second.execution_id)
    judge = StubJudge()
    world.executions.process(second.account_id, second.execution_id, judge)
    assert [(one.ref.category, one.on_file, dict(one.parts)) for one in judge.orders[0].handed] == [
        (Category.ID, True, {Part.FRONT: PICTURE}),
        (Category.SELFIE, False, {Part.FACE: PICTURE}),
    ]
    world.executions.delete_execution(second.account_id, second.execution_id)
    assert world.executions.part(first.account_id, kept, Part.FRONT) == PICTURE  # of the first execution, which is still there


def test_a_request_may_bring_its_own_presets(world: World) -> None:
    wanted = CredentialRequest(Category.ID, countries=Preset(("SVK",)), types=Preset(("PASSPORT",), defined=False))
    begun = world.begin(credentials=(wanted,))
    shown = begun.body["workflowExecution"]["credentials"][0]  # type: ignore[index,call-overload]
    assert shown["country"] == {"predefinedType": "DEFINED", "values": ["SVK"]}
    assert shown["type"] == {"predefinedType": "RECOMMENDED", "values": ["PASSPORT"]}
    kept = credential_of(world.store.load(begun.account_id), begun.credentials[0].id)
    assert kept.countries == Preset(("SVK",))


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (InitiateRequest("5"), F.UPDATE_ONLY),
        (InitiateRequest("9"), F.UPDATE_ONLY),
        (InitiateRequest("16"), F.UPDATE_ONLY),
        (InitiateRequest("32"), F.USER_REFERENCE_MISSING),
        (InitiateRequest("kiosk"), F.REQUEST_INVALID),
        (InitiateRequest("1", (CredentialRequest(Category.SELFIE),)), F.REQUEST_INVALID),
        (InitiateRequest("1", (CredentialRequest(Category.ID),) * 2), F.REQUEST_INVALID),
        (InitiateRequest("20", (CredentialRequest(Category.ID),)), F.REQUEST_INVALID),
        (InitiateRequest("20", (CredentialRequest(Category.ID),) * 3), F.REQUEST_INVALID),
        (InitiateRequest("1", token_lifetime="soon"), F.REQUEST_INVALID),
        (InitiateRequest("1", token_lifetime="10s"), F.REQUEST_INVALID),
        (InitiateRequest("1", token_lifetime="61d"), F.REQUEST_INVALID),
        (InitiateRequest("1", user_reference="x" * 101), F.REQUEST_INVALID),
    ],
)
def test_what_the_workflow_does_not_allow_is_refused_before_an_account_is_made(
    world: World, request_: InitiateRequest, reason: ExecutionFault
) -> None:
    refused(reason, 400, lambda: world.executions.create(request_), world)
    assert world.store.customers() == ()


def test_what_is_not_on_file_cannot_be_used(world: World) -> None:
    first, other = world.finalized(), world.begin()
    update = world.executions.update
    refused(F.NOT_ON_FILE, 400, lambda: update(first.account_id, InitiateRequest("9")), world)
    refused(F.NOT_ON_FILE, 400, lambda: update(first.account_id, InitiateRequest("5")), world)
    unknown = InitiateRequest("5", (CredentialRequest(Category.ID, other.credentials[0].id),))
    refused(F.CREDENTIAL_NOT_FOUND, 404, lambda: update(first.account_id, unknown), world)
    refused(F.NOT_ON_FILE, 400, lambda: update(other.account_id, unknown), world)  # not finalised yet
    wrong = InitiateRequest("3", (CredentialRequest(Category.SELFIE, first.credentials[0].id),))
    refused(F.REQUEST_INVALID, 400, lambda: update(first.account_id, wrong), world)
    refused(F.ACCOUNT_NOT_FOUND, 404, lambda: update("nobody", InitiateRequest("1")), world)


def test_a_part_must_fit_its_credential_channel_and_consent(world: World) -> None:
    begun = world.begin("3")
    identity, selfie, facemap = (one.id for one in begun.credentials)

    def adding(credential: str, part: Part, channel: Channel = Channel.SDK, data: bytes = PICTURE) -> Callable[[], object]:
        return lambda: world.executions.add_part(begun.account_id, begun.execution_id, credential, part, data, channel=channel)

    refused(F.PART_INVALID, 400, adding(identity, Part.FACE), world)
    refused(F.PART_INVALID, 400, adding(selfie, Part.FRONT), world)
    refused(F.CHANNEL_NOT_ALLOWED, 403, adding(facemap, Part.FACEMAP, Channel.API, FACEMAP), world)
    refused(F.CREDENTIAL_NOT_FOUND, 404, adding("none", Part.FRONT), world)
    adding(facemap, Part.FACEMAP, Channel.SDK, FACEMAP)()
    unasked = world.begin(consented=False)
    refused(F.CONSENT_MISSING, 403, lambda: world.part(unasked), world)


def test_the_biometric_consent_of_a_request_is_enforced_when_a_face_is_handed_in(world: World) -> None:
    """protocols 2.3: at acquisition, not at creation. In the USA the answer and its time are needed."""
    lacking: dict[str, Json] = {"userIp": "192.0.2.1", "userLocation": {"country": "USA", "state": "IL"}}
    given: dict[str, Json] = {**lacking, "consent": {"obtained": "yes", "obtainedAt": "2026-02-01T10:00:00.000Z"}}
    old: dict[str, Json] = {**lacking, "consent": {"obtained": "yes", "obtainedAt": "2022-02-01T10:00:00.000Z"}}
    for said in (lacking, old):
        begun = world.begin("3", user_consent=said)
        world.part(begun)  # the document is no face
        refused(F.CONSENT_MISSING, 403, lambda begun=begun: world.part(begun, Part.FACE, category=Category.SELFIE), world)
    world.part(world.begin("3", user_consent=given), Part.FACE, category=Category.SELFIE)


def test_a_consent_that_stands_is_not_replaced_by_a_smaller_one(world: World) -> None:
    begun = world.begin("6")
    world.executions.update(begun.account_id, InitiateRequest("1", consented=True))
    consent = world.store.load(begun.account_id).facts["consent"]
    assert isinstance(consent, dict)
    assert consent["biometrics"] is True
    only_read = world.begin("1")
    assert world.store.load(only_read.account_id).facts["consent"]["biometrics"] is False  # type: ignore[index,call-overload]
    world.executions.update(only_read.account_id, InitiateRequest("6", consented=True))
    assert world.store.load(only_read.account_id).facts["consent"]["biometrics"] is True  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("part", "data", "code"),
    [
        (Part.FRONT, b"", ErrorCode.IMAGE_EMPTY),
        (Part.FRONT, b"%PDF-1.7", ErrorCode.PDF_UNSUPPORTED),
        (Part.FRONT, PICTURE[:-80], ErrorCode.IMAGE_TRUNCATED),
        (Part.FRONT, PICTURE + bytes(100_000), ErrorCode.IMAGE_BYTES_EXCEEDED),
        (Part.FRONT, encode_jpeg(np.zeros((40, 600, 3), np.uint8)), ErrorCode.IMAGE_PIXELS_EXCEEDED),
        (Part.FRONT, RECORD_MAGIC + bytes(50), ErrorCode.IMAGE_UNREADABLE),
        (Part.FACEMAP, PICTURE, ErrorCode.INVALID_DATA),
        (Part.FACEMAP, FACEMAP + bytes(1 << 20), ErrorCode.INVALID_DATA),
    ],
    ids=["empty", "pdf", "cut", "bytes", "pixels", "record", "no-facemap", "large-facemap"],
)
def test_a_file_that_no_part_can_be_is_refused_and_nothing_is_kept(world: World, part: Part, data: bytes, code: ErrorCode) -> None:
    begun = world.begin("3")
    category = Category.FACEMAP if part is Part.FACEMAP else Category.ID
    with pytest.raises(BadInput) as caught:
        world.part(begun, part, data, category=category)
    assert caught.value.code is code
    assert world.store.load(begun.account_id).blobs == ()


def test_the_limits_are_those_of_the_protocol() -> None:
    assert (PartLimits().max_bytes, PartLimits().max_side_px) == (10 * 1024 * 1024, 8000)


def test_finalising_wants_every_required_credential(world: World) -> None:
    begun = world.begin("3")
    world.part(begun)
    error = refused(F.CREDENTIAL_INCOMPLETE, 400, lambda: world.executions.finalize(begun.account_id, begun.execution_id), world)
    assert "SELFIE" in str(error)
    assert "FACEMAP" not in str(error)


def test_nothing_can_be_added_after_finalising_and_nothing_is_finalised_twice(world: World) -> None:
    begun = world.finalized()
    finalize = lambda: world.executions.finalize(begun.account_id, begun.execution_id)  # noqa: E731
    refused(F.ALREADY_FINALIZED, 403, lambda: world.part(begun, Part.BACK), world)
    refused(F.ALREADY_FINALIZED, 403, finalize, world)
    process = lambda: world.executions.process(begun.account_id, begun.execution_id, StubJudge())  # noqa: E731
    process()
    refused(F.ALREADY_PROCESSED, 403, lambda: world.part(begun, Part.BACK), world)
    refused(F.ALREADY_PROCESSED, 403, finalize, world)
    refused(F.ALREADY_PROCESSED, 403, process, world)


def test_of_many_finalisations_at_once_one_wins(world: World) -> None:
    begun = world.begin()
    world.part(begun)
    outcomes: list[str] = []

    def finalize() -> None:
        try:
            world.executions.finalize(begun.account_id, begun.execution_id)
            outcomes.append("done")
        except BadInput as error:
            outcomes.append(str(error.params["reason"]))

    threads = [threading.Thread(target=finalize) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ALREADY_FINALIZED"] * 7 + ["done"]


def test_judging_needs_a_finalised_execution_and_is_not_done_twice_at_once(world: World) -> None:
    begun = world.begin()
    refused(F.NOT_FINALIZED, 403, lambda: world.executions.process(begun.account_id, begun.execution_id, StubJudge()), world)
    world.part(begun)
    world.executions.finalize(begun.account_id, begun.execution_id)
    again: list[str] = []

    def meanwhile() -> None:
        with pytest.raises(BadInput) as caught:
            world.executions.process(begun.account_id, begun.execution_id, StubJudge())
        again.append(str(caught.value.params["reason"]))

    world.executions.process(begun.account_id, begun.execution_id, StubJudge(meanwhile))
    assert again == ["ALREADY_FINALIZED"]


def test_an_account_deleted_while_it_is_judged_stays_deleted(world: World) -> None:
    begun = world.finalized()
    judge = StubJudge(lambda: world.executions.delete_account(begun.account_id))
    with pytest.raises(BadInput) as caught:
        world.executions.process(begun.account_id, begun.execution_id, judge)
    assert caught.value.code is ErrorCode.CUSTOMER_NOT_FOUND
    assert world.store.customers() == ()
    for call in (world.executions.status, world.executions.details):
        refused(F.ACCOUNT_NOT_FOUND, 404, lambda call=call: call(begun.account_id, begun.execution_id), world)
    refused(F.ACCOUNT_NOT_FOUND, 404, lambda: world.part(begun), world)
    refused(F.ACCOUNT_NOT_FOUND, 404, lambda: world.executions.delete_account(begun.account_id), world)


def test_a_store_that_fails_leaves_the_execution_where_it_was(world: World) -> None:
    begun = world.finalized()
    fault = StoreFault(ErrorCode.STORE_FULL, "full")
    with pytest.raises(StoreFault):
        world.executions.process(begun.account_id, begun.execution_id, StubJudge(lambda: setattr(world.store, "fail_next", fault)))
    assert world.state(begun) is ExecutionState.ACQUIRED
    world.executions.process(begun.account_id, begun.execution_id, StubJudge())  # and it can be judged again
    assert world.state(begun) is ExecutionState.PROCESSED


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("started", "wait_s", "state"),
    [
        (False, 1799, ExecutionState.INITIATED),
        (False, 1800, ExecutionState.TOKEN_EXPIRED),
        (True, 899, ExecutionState.INITIATED),
        (True, 900, ExecutionState.SESSION_EXPIRED),
        (True, 7200, ExecutionState.SESSION_EXPIRED),
    ],
)
def test_what_is_not_finalised_in_time_has_expired(world: World, started: bool, wait_s: float, state: ExecutionState) -> None:
    begun = world.begin()
    if started:
        world.part(begun)
    world.clock.forward(wait_s)
    assert world.executions.expire() == (() if state is ExecutionState.INITIATED else (begun.execution_id,))
    assert world.state(begun) is state
    if state is ExecutionState.INITIATED:
        world.part(begun, Part.BACK)
        return
    reason = F[state.value]
    refused(reason, 401, lambda: world.part(begun, Part.BACK), world)
    refused(reason, 401, lambda: world.executions.finalize(begun.account_id, begun.execution_id), world)
    refused(reason, 401, lambda: world.executions.process(begun.account_id, begun.execution_id, StubJudge()), world)
    details = world.executions.details(begun.account_id, begun.execution_id)
    assert details["decision"] == {"type": "NOT_EXECUTED", "details": {"label": state.value}, "risk": {"score": -1.0}}
    assert world.executions.expire() == ()


def test_each_part_begins_the_idle_time_anew_but_not_the_tokens(world: World) -> None:
    begun = world.begin()
    for _ in range(2):
        world.part(begun)
        world.clock.forward(800)
    world.part(begun)
    world.clock.forward(200)
    assert world.executions.status(begun.account_id, begun.execution_id)["workflowExecution"]["status"] == "TOKEN_EXPIRED"  # type: ignore[index,call-overload]


@pytest.mark.parametrize(("text", "seconds"), [("300s", 300), ("30m", 1800), ("2h", 7200), ("60d", 60 * 86400)])
def test_a_request_may_ask_for_another_token_life(world: World, text: str, seconds: int) -> None:
    begun = world.begin(token_lifetime=text)
    world.clock.forward(seconds - 1)
    assert world.executions.expire() == ()
    world.clock.forward(1)
    assert world.executions.expire() == (begun.execution_id,)


def test_a_finalised_execution_does_not_expire(world: World) -> None:
    begun = world.finalized()
    world.clock.forward(10**6)
    assert world.executions.expire() == ()
    world.executions.process(begun.account_id, begun.execution_id, StubJudge())


def test_a_record_must_be_of_this_execution_unless_staff_hands_in_files(world: World) -> None:
    begun, judge = world.finalized(), StubJudge()
    world.executions.process(begun.account_id, begun.execution_id, judge)
    other = world.finalized()
    world.executions.process(other.account_id, other.execution_id, judge, staff_files=True)
    assert [order.record_session for order in judge.orders] == [begun.execution_id, ""]


# --- the account as a customer ---------------------------------------------------------------------------------------


class PersonJudge(ExecutionJudge):
    """Reads this name off the document and comes to this outcome; keeps template and crop of the selfie where they are given."""

    def __init__(self, surname: str, outcome: Outcome, *, selfie: float | None = None) -> None:
        self.surname, self.outcome, self.selfie = surname, outcome, selfie

    def judge(self, order: JudgingOrder) -> Judgement:
        fields = {FieldName.SURNAME: Field(FieldName.SURNAME, (Reading(self.surname, Source.MRZ, 1.0),))}
        checks = (Check(CheckName.DOCUMENT_USABILITY, CheckStatus.PASSED, score=0.5),)
        decision = Decision(self.outcome, order.policy.key)
        judgement = Judgement((), checks, decision, risk_of(decision, (), order.definition.bands), Document(DocumentType(), (), fields), {})
        if self.selfie is None:
            return judgement
        return replace(judgement, template=Embedding((self.selfie, 1.0), MODEL), selfie_crop=self.surname.encode())


def judged(world: World, surname: str, outcome: Outcome, *, account: str = "", selfie: float | None = None) -> Initiated:
    request = InitiateRequest("1", consented=True)
    begun = world.executions.update(account, request) if account else world.executions.create(request)
    world.part(begun)
    world.executions.finalize(begun.account_id, begun.execution_id)
    world.clock.forward(1)
    world.executions.process(begun.account_id, begun.execution_id, PersonJudge(surname, outcome, selfie=selfie))
    return begun


def surname_of(account: StoredCustomer) -> object:
    customer = account.facts["customer"]
    assert isinstance(customer, dict)
    return customer["surname"]


def test_the_last_processed_execution_leaves_nothing_of_the_person(world: World) -> None:
    begun = judged(world, "FIRST", Outcome.ACCEPT, selfie=1.0)
    before = world.store.load(begun.account_id)
    assert {"customer", "checks", "decision"} <= set(before.facts)
    assert "selfie.crop" in before.blobs
    assert world.store.templates(MODEL)[0] == (begun.account_id,)
    world.executions.delete_execution(begun.account_id, begun.execution_id)
    after = world.store.load(begun.account_id)
    assert set(after.facts) == {"consent"}
    assert after.blobs == ()
    assert world.store.template_counts() == {}
    assert "FIRST" not in str(after)
    # and a new one is judged as if there had been none
    judged(world, "SECOND", Outcome.REVIEW, account=begun.account_id)
    assert surname_of(world.store.load(begun.account_id)) == {"mrz": "SECOND"}


def test_when_the_newest_execution_goes_the_one_before_it_stands_again(world: World) -> None:
    first = judged(world, "FIRST", Outcome.ACCEPT, selfie=1.0)
    before = world.store.load(first.account_id).facts
    second = judged(world, "SECOND", Outcome.REJECT, account=first.account_id, selfie=2.0)
    world.executions.delete_execution(first.account_id, second.execution_id)
    after = world.store.load(first.account_id)
    for name in ("customer", "checks", "decision"):
        assert after.facts[name] == before[name], name
    assert outcome_in_force(after.facts) is Outcome.ACCEPT
    assert world.store.template_counts() == {}, "the second one's face: of the first nothing is kept any more"
    assert "selfie.crop" not in after.blobs
    assert "SECOND" not in str(after)


def test_when_an_older_execution_goes_what_is_of_the_newest_stays(world: World) -> None:
    first = judged(world, "FIRST", Outcome.ACCEPT)
    second = judged(world, "SECOND", Outcome.REVIEW, account=first.account_id, selfie=2.0)
    before = world.store.load(first.account_id)
    world.executions.delete_execution(first.account_id, first.execution_id)
    after = world.store.load(first.account_id)
    for name in ("customer", "checks", "decision", "judged", f"execution.{second.execution_id}"):
        assert after.facts[name] == before.facts[name], name
    assert world.store.blob(after.id, "selfie.crop") == b"SECOND"
    assert world.store.templates(MODEL)[0] == (after.id,)


def test_a_face_of_an_older_execution_goes_with_it(world: World) -> None:
    """A later one was rejected and left no face of its own."""
    first = judged(world, "FIRST", Outcome.ACCEPT, selfie=1.0)
    judged(world, "SECOND", Outcome.REJECT, account=first.account_id)
    world.executions.delete_execution(first.account_id, first.execution_id)
    after = world.store.load(first.account_id)
    assert world.store.template_counts() == {}
    assert "selfie.crop" not in after.blobs
    assert surname_of(after) == {"mrz": "SECOND"}
    assert outcome_in_force(after.facts) is Outcome.REJECT


def test_an_execution_that_was_not_judged_takes_nothing_of_the_person_with_it(world: World) -> None:
    first = judged(world, "FIRST", Outcome.ACCEPT, selfie=1.0)
    before = world.store.load(first.account_id)
    second = world.executions.update(first.account_id, InitiateRequest("1", consented=True))
    world.executions.delete_execution(first.account_id, second.execution_id)
    after = world.store.load(first.account_id)
    assert (after.facts, after.blobs) == (before.facts, before.blobs)


def test_a_customer_of_the_screens_keeps_what_the_screens_kept(world: World) -> None:
    world.store.begin("screens", "branch", world.clock.now_utc())
    own: dict[str, Json] = {"customer": {"id": "screens"}, "checks": [], "decision": {"outcome": "ACCEPT"}, "selfie": {"check": {}}}
    blobs, template = {"selfie.crop": b"own"}, Embedding((1.0, 0.0), MODEL)
    world.store.commit(StepCommit("screens", "decision", world.clock.now_utc(), own, blobs, template=template))
    begun = world.executions.update("screens", InitiateRequest("1", consented=True))
    world.executions.delete_execution("screens", begun.execution_id)
    after = world.store.load("screens")
    assert {name: after.facts[name] for name in own} == own
    assert world.store.templates(MODEL)[0] == ("screens",)
    assert world.store.blob("screens", "selfie.crop") == b"own"


def test_a_new_face_takes_the_place_of_all_earlier_ones(world: World) -> None:
    """Also of one of another model: else it would stay when its execution goes."""
    begun = judged(world, "FIRST", Outcome.ACCEPT, selfie=1.0)
    older = StepCommit(begun.account_id, "older", world.clock.now_utc(), {}, {}, template=Embedding((1.0, 0.0, 0.0), "older"))
    world.store.commit(older)
    judged(world, "SECOND", Outcome.ACCEPT, account=begun.account_id, selfie=2.0)
    assert world.store.template_counts() == {begun.account_id: 1}


# --- a colleague's word on an account --------------------------------------------------------------------------------


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[World]:
    """On the real store: overrides need its audit chain."""
    world = World()
    real = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    world.executions = Executions(
        real,
        world.clock,
        workflow=lambda key: load_any_workflow(RESOURCES, key),
        policy=lambda key: load_policy(RESOURCES, key),
        limits=PartLimits(max_bytes=100_000, max_side_px=500),
    )
    world.store = real  # type: ignore[assignment]
    yield world
    real.close()


def test_an_override_is_of_the_execution_that_had_decided(stored: World) -> None:
    def say(outcome: Outcome, by: str) -> None:
        store: SqlCustomerStore = stored.store  # type: ignore[assignment]
        override(store, stored.clock, account, outcome, by=by, reason="I compared the person myself.", taken_by="op-anna")

    def in_force() -> Outcome | None:
        return outcome_in_force(stored.store.load(account).facts)

    first = judged(stored, "FIRST", Outcome.REVIEW)
    account = first.account_id
    say(Outcome.ACCEPT, "op-ben")
    assert overrides_of(stored.store.load(account).facts)[0].execution == first.execution_id
    begun = stored.executions.update(account, InitiateRequest("1", consented=True))
    assert in_force() is Outcome.ACCEPT, "what is only begun has decided nothing"
    stored.executions.delete_execution(account, begun.execution_id)

    second = judged(stored, "SECOND", Outcome.REJECT, account=account)
    assert in_force() is Outcome.REJECT
    with pytest.raises(BadInput, match="REJECT already"):
        say(Outcome.REJECT, "op-cyn")
    say(Outcome.REVIEW, "op-ben")  # of this decision it is their first word
    with pytest.raises(BadInput, match="overridden this decision before"):
        say(Outcome.ACCEPT, "op-ben")
    assert in_force() is Outcome.REVIEW
    assert [entry.outcome for entry in overrides_of(stored.store.load(account).facts)] == [Outcome.ACCEPT, Outcome.REVIEW]

    stored.executions.delete_execution(account, second.execution_id)
    facts = stored.store.load(account).facts
    assert [entry.outcome for entry in overrides_of(facts)] == [Outcome.ACCEPT]
    assert in_force() is Outcome.ACCEPT, "the first execution is the newest again"
    stored.executions.delete_execution(account, first.execution_id)
    assert set(stored.store.load(account).facts) == {"consent"}
    assert in_force() is None
