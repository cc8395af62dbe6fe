"""Every numbered workflow times every call that it must refuse: the protocol's reason and status, and nothing half done. No engines."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain.capability import PARTS_OF, Category, Channel, ExecutionState, Part
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.ports import Json, StepCommit
from kiosk.services.accounts import ENROLLED, ExecutionFault, credential_of, execution_of, part_blob
from kiosk.services.execution_requests import CredentialRequest, InitiateRequest
from kiosk.services.executions import Executions, Initiated
from kiosk.services.workflows import load_any_workflow, load_policy, workflow_keys
from tests.fakes.memory_store import MemoryCustomerStore
from tests.kiosk.test_executions import FACEMAP, PICTURE, MovableClock, StubJudge

RESOURCES = Path(__file__).parents[2] / "resources"
KEYS = ("1", "2", "3", "5", "6", "9", "16", "20", "32")
F = ExecutionFault
DATA = {Part.FRONT: PICTURE, Part.BACK: PICTURE, Part.FACE: PICTURE, Part.FACEMAP: FACEMAP}


class Bank:
    """One store, and one account with everything on file: an ID, a selfie, a facemap."""

    def __init__(self) -> None:
        self.store, self.clock = MemoryCustomerStore(), MovableClock()
        self.executions = self.opened()
        first = self.executions.create(InitiateRequest("3", consented=True))
        self.account, self.stored_id = first.account_id, first.credentials[0].id
        for one in first.credentials[:2]:
            part = PARTS_OF[one.category][0]
            self.executions.add_part(self.account, first.execution_id, one.id, part, PICTURE)
        self.executions.finalize(self.account, first.execution_id)
        facts: dict[str, Json] = {"facemap": {"credential": self.stored_id, "execution": first.execution_id, "at": self.clock.now_utc()}}
        blobs = {part_blob(self.stored_id, ENROLLED): FACEMAP}
        self.store.commit(StepCommit(self.account, "enrolled", self.clock.now_utc(), facts, blobs))

    def opened(self) -> Executions:
        """A service on the same store, as another process has it."""
        return Executions(
            self.store,
            self.clock,
            workflow=lambda key: load_any_workflow(RESOURCES, key),
            policy=lambda key: load_policy(RESOURCES, key),
        )

    def request(self, key: str, **more: object) -> InitiateRequest:
        stored = (CredentialRequest(Category.ID, self.stored_id),) if key == "5" else ()
        return replace(InitiateRequest(key, stored, user_reference="u-1", consented=True), **more)  # type: ignore[arg-type]

    def begun(self, key: str, **more: object) -> Initiated:
        return self.executions.update(self.account, self.request(key, **more))

    def fill(self, begun: Initiated) -> None:
        for one in begun.credentials:
            if one.channels and not one.kept:
                part = PARTS_OF[one.category][0]
                self.executions.add_part(begun.account_id, begun.execution_id, one.id, part, DATA[part], channel=one.channels[0])

    def add(self, begun: Initiated, *, channel: Channel | None = None, part: Part | None = None) -> object:
        """One part of the first credential that takes one."""
        one = next(credential for credential in begun.credentials if credential.channels and not credential.kept)
        name = part or PARTS_OF[one.category][0]
        return self.executions.add_part(begun.account_id, begun.execution_id, one.id, name, DATA[name], channel=channel or one.channels[0])

    def finalize(self, begun: Initiated) -> object:
        return self.executions.finalize(begun.account_id, begun.execution_id)

    def process(self, begun: Initiated, judge: StubJudge | None = None) -> object:
        return self.executions.process(begun.account_id, begun.execution_id, judge or StubJudge())

    def state(self, begun: Initiated) -> ExecutionState:
        return execution_of(self.store.load(begun.account_id), begun.execution_id).state

    def kept(self) -> object:
        return {one.id: (dict(one.facts), one.blobs, one.status) for one in self.store.customers()}


@pytest.fixture
def bank() -> Bank:
    return Bank()


def refused(bank: Bank, reason: ExecutionFault, call: Callable[[], object]) -> None:
    before = bank.kept()
    with pytest.raises(BadInput) as caught:
        call()
    assert (caught.value.params["reason"], caught.value.params["http"]) == (reason.value, STATUS[reason])
    assert bank.kept() == before


STATUS = {
    **dict.fromkeys((F.ACCOUNT_NOT_FOUND, F.EXECUTION_NOT_FOUND, F.CREDENTIAL_NOT_FOUND, F.PART_NOT_FOUND), 404),
    **dict.fromkeys((F.CHANNEL_NOT_ALLOWED, F.CONSENT_MISSING, F.ALREADY_FINALIZED, F.NOT_FINALIZED, F.ALREADY_PROCESSED), 403),
    **dict.fromkeys((F.TOKEN_EXPIRED, F.SESSION_EXPIRED), 401),
    **dict.fromkeys((F.REQUEST_INVALID, F.PART_INVALID, F.CREDENTIAL_INCOMPLETE, F.UPDATE_ONLY, F.CREATE_ONLY, F.NOT_ON_FILE), 400),
    F.USER_REFERENCE_MISSING: 400,
}


def ended(bank: Bank, key: str, seconds: float, *, started: bool) -> Initiated:
    begun = bank.begun(key)
    if started:
        bank.add(begun)
    bank.clock.forward(seconds)
    bank.executions.status(begun.account_id, begun.execution_id)  # so that the time is over before the refused call
    return begun


def another(bank: Bank) -> Initiated:
    return bank.executions.create(InitiateRequest("1", consented=True))


Failure = tuple[ExecutionFault, Callable[[Bank, str], Callable[[], object]]]


def _deleted(bank: Bank, key: str, *, account: bool) -> Initiated:
    begun = bank.begun(key)
    bank.fill(begun)
    bank.finalize(begun)
    if account:
        bank.executions.delete_account(begun.account_id)
    else:
        bank.executions.delete_execution(begun.account_id, begun.execution_id)
    return begun


def _finalized(bank: Bank, key: str) -> Initiated:
    begun = bank.begun(key)
    bank.fill(begun)
    bank.finalize(begun)
    return begun


def _calls(what: str, begun: Initiated, bank: Bank) -> Callable[[], object]:
    return {"part": lambda: bank.add(begun), "finalize": lambda: bank.finalize(begun), "process": lambda: bank.process(begun)}[what]


FAILURES: Mapping[str, Failure] = {
    "an account that is not there": (F.ACCOUNT_NOT_FOUND, lambda b, k: lambda: b.executions.update("nobody", b.request(k))),
    "a credential that is not there": (
        F.CREDENTIAL_NOT_FOUND,
        lambda b, k: lambda: b.executions.update(b.account, b.request(k, credentials=_naming(k, "nothing"))),
    ),
    "a credential of another account": (
        F.CREDENTIAL_NOT_FOUND,
        lambda b, k: _with_foreign_credential(b, k),
    ),
    "a token life that is none": (F.REQUEST_INVALID, lambda b, k: lambda: b.begun(k, token_lifetime="5")),
    "a reference that is too long": (F.REQUEST_INVALID, lambda b, k: lambda: b.begun(k, customer_internal_reference="x" * 101)),
    "a part without consent": (F.CONSENT_MISSING, lambda b, k: _calls("part", b.begun(k, consented=False), b)),
    "a part of another account": (F.EXECUTION_NOT_FOUND, lambda b, k: _in_another_account(b, k)),
    "a part of another execution": (F.CREDENTIAL_NOT_FOUND, lambda b, k: _of_another_execution(b, k)),
    "a part that the category has not": (F.PART_INVALID, lambda b, k: _wrong_part(b, k)),
    "a part by another channel": (F.CHANNEL_NOT_ALLOWED, lambda b, k: _wrong_channel(b, k)),
    "finalising with nothing": (F.CREDENTIAL_INCOMPLETE, lambda b, k: _calls("finalize", b.begun(k), b)),
    "judging before finalising": (F.NOT_FINALIZED, lambda b, k: _calls("process", b.begun(k), b)),
    "a part after finalising": (F.ALREADY_FINALIZED, lambda b, k: _calls("part", _finalized(b, k), b)),
    "two finalisations": (F.ALREADY_FINALIZED, lambda b, k: _calls("finalize", _finalized(b, k), b)),
    "judging twice": (F.ALREADY_PROCESSED, lambda b, k: _processed(b, k, "process")),
    "a part after the end": (F.ALREADY_PROCESSED, lambda b, k: _processed(b, k, "part")),
    "finalising after the end": (F.ALREADY_PROCESSED, lambda b, k: _processed(b, k, "finalize")),
    "a part with an expired token": (F.TOKEN_EXPIRED, lambda b, k: _calls("part", ended(b, k, 1800, started=False), b)),
    "finalising with an expired token": (F.TOKEN_EXPIRED, lambda b, k: _calls("finalize", ended(b, k, 1800, started=False), b)),
    "a part in an expired session": (F.SESSION_EXPIRED, lambda b, k: _calls("part", ended(b, k, 900, started=True), b)),
    "finalising an expired session": (F.SESSION_EXPIRED, lambda b, k: _calls("finalize", ended(b, k, 900, started=True), b)),
    "judging an expired session": (F.SESSION_EXPIRED, lambda b, k: _calls("process", ended(b, k, 900, started=True), b)),
    "judging in a deleted account": (F.ACCOUNT_NOT_FOUND, lambda b, k: _calls("process", _deleted(b, k, account=True), b)),
    "a part in a deleted account": (F.ACCOUNT_NOT_FOUND, lambda b, k: _calls("part", _deleted(b, k, account=True), b)),
    "judging a deleted execution": (F.EXECUTION_NOT_FOUND, lambda b, k: _calls("process", _deleted(b, k, account=False), b)),
}


def _first(key: str) -> Category:
    definition = load_any_workflow(RESOURCES, key).definition
    assert definition is not None
    return next(rule.category for rule in definition.credentials if not rule.reference)


def _naming(key: str, credential_id: str) -> tuple[CredentialRequest, ...]:
    """The workflow's first credential by its id; 20 wants two."""
    more = (CredentialRequest(Category.SELFIE),) if key == "20" else ()
    return (CredentialRequest(_first(key), credential_id), *more)


def _with_foreign_credential(bank: Bank, key: str) -> Callable[[], object]:
    stranger = bank.executions.create(InitiateRequest("3", consented=True))
    wanted = next(one for one in stranger.credentials if one.category is _first(key))
    return lambda: bank.executions.update(bank.account, bank.request(key, credentials=_naming(key, wanted.id)))


def _in_another_account(bank: Bank, key: str) -> Callable[[], object]:
    begun, stranger = bank.begun(key), another(bank)
    return lambda: bank.add(replace(begun, account_id=stranger.account_id))


def _of_another_execution(bank: Bank, key: str) -> Callable[[], object]:
    begun, other = bank.begun(key), bank.begun("1")
    return lambda: bank.add(replace(begun, credentials=other.credentials))


def _wrong_part(bank: Bank, key: str) -> Callable[[], object]:
    begun = bank.begun(key)
    one = next(credential for credential in begun.credentials if credential.channels)
    wrong = Part.FACE if one.category is not Category.SELFIE else Part.FRONT
    return lambda: bank.executions.add_part(begun.account_id, begun.execution_id, one.id, wrong, PICTURE, channel=one.channels[0])


def _wrong_channel(bank: Bank, key: str) -> Callable[[], object]:
    """By a channel that the credential has not; where it has all, to a credential that was finalised before."""
    begun = bank.begun(key)
    for one in begun.credentials:
        for channel in set(Channel) - set(one.channels):
            part = PARTS_OF[one.category][0]
            return lambda: bank.executions.add_part(begun.account_id, begun.execution_id, one.id, part, DATA[part], channel=channel)
    again = bank.begun(key, credentials=(CredentialRequest(Category.ID, bank.stored_id),))
    return lambda: bank.executions.add_part(again.account_id, again.execution_id, bank.stored_id, Part.FRONT, PICTURE)


def _processed(bank: Bank, key: str, what: str) -> Callable[[], object]:
    begun = _finalized(bank, key)
    bank.process(begun)
    return _calls(what, begun, bank)


def test_the_table_has_every_numbered_workflow() -> None:
    numbered = [key for key in workflow_keys(RESOURCES) if key.isdigit()]
    assert tuple(numbered) == KEYS


@pytest.mark.parametrize("what", FAILURES)
@pytest.mark.parametrize("key", KEYS)
def test_a_call_that_does_not_fit_is_refused_and_changes_nothing(key: str, what: str, bank: Bank) -> None:
    reason, prepare = FAILURES[what]
    refused(bank, reason, prepare(bank, key))


# --- what only some need --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_only_a_workflow_that_needs_nothing_on_file_opens_an_account(key: str, bank: Bank) -> None:
    if key in ("5", "9", "16"):
        refused(bank, F.UPDATE_ONLY, lambda: bank.executions.create(bank.request(key, credentials=())))
    else:
        begun = bank.executions.create(bank.request(key))
        assert bank.state(begun) is ExecutionState.INITIATED


@pytest.mark.parametrize("key", KEYS)
def test_only_screening_needs_a_user_reference(key: str, bank: Bank) -> None:
    if key == "32":
        refused(bank, F.USER_REFERENCE_MISSING, lambda: bank.begun(key, user_reference=" "))
    else:
        bank.begun(key, user_reference="")


@pytest.mark.parametrize("key", KEYS)
def test_only_authentication_needs_a_facemap_on_file(key: str, bank: Bank) -> None:
    stranger = another(bank)
    if key == "5":
        return  # names a credential, which `a credential of another account` tries

    def update() -> object:
        return bank.executions.update(stranger.account_id, bank.request(key))

    if key == "9":
        refused(bank, F.NOT_ON_FILE, update)
    else:
        update()


@pytest.mark.parametrize("key", ["5"])
def test_similarity_to_a_stored_id_needs_its_id_and_that_it_is_on_file(key: str, bank: Bank) -> None:
    refused(bank, F.NOT_ON_FILE, lambda: bank.begun(key, credentials=()))
    open_one = bank.begun("1").credentials[0].id
    refused(bank, F.NOT_ON_FILE, lambda: bank.begun(key, credentials=(CredentialRequest(Category.ID, open_one),)))


# --- states, and what meanwhile means ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_the_states_are_those_of_the_protocol(key: str, bank: Bank) -> None:
    begun = bank.begun(key)
    seen = [bank.state(begun)]
    bank.fill(begun)
    seen.append(bank.state(begun))
    bank.finalize(begun)
    seen.append(bank.state(begun))
    bank.process(begun)
    seen.append(bank.state(begun))
    assert [state.value for state in seen] == ["INITIATED", "INITIATED", "ACQUIRED", "PROCESSED"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("whole_account", [True, False])
def test_what_was_deleted_while_it_was_judged_stays_deleted(key: str, whole_account: bool, bank: Bank) -> None:
    begun = bank.begun(key)
    bank.fill(begun)
    bank.finalize(begun)

    def meanwhile() -> None:
        if whole_account:
            bank.executions.delete_account(begun.account_id)
        else:
            bank.executions.delete_execution(begun.account_id, begun.execution_id)
        left.append(bank.kept())

    left: list[object] = []
    with pytest.raises(BadInput) as caught:
        bank.process(begun, StubJudge(meanwhile))
    assert caught.value.params["reason"] == ("ACCOUNT_NOT_FOUND" if whole_account else "EXECUTION_NOT_FOUND")
    assert bank.kept() == left[0]


@pytest.mark.parametrize("key", KEYS)
def test_what_was_handed_in_for_an_execution_that_expired_is_forgotten(key: str, bank: Bank) -> None:
    on_file = bank.store.load(bank.account).blobs
    begun = bank.begun(key)
    bank.fill(begun)
    assert len(bank.store.load(bank.account).blobs) > len(on_file)
    bank.clock.forward(900)
    assert bank.executions.expire() == (begun.execution_id,)
    assert bank.store.load(bank.account).blobs == on_file
    account = bank.store.load(bank.account)
    assert all(not credential_of(account, one.id).parts for one in begun.credentials if one.channels and not one.kept)
    details = bank.executions.details(begun.account_id, begun.execution_id)
    assert details["decision"] == {"type": "NOT_EXECUTED", "details": {"label": "SESSION_EXPIRED"}, "risk": {"score": -1.0}}


@pytest.mark.parametrize("key", KEYS)
def test_a_store_that_fails_leaves_every_call_undone_and_it_can_be_made_again(key: str, bank: Bank) -> None:
    begun = bank.begun(key)
    before = bank.kept()
    calls: tuple[Callable[[], object], ...] = (lambda: bank.begun(key), lambda: bank.add(begun))
    for call in calls:
        bank.store.fail_next = StoreFault(ErrorCode.STORE_FULL, "no space left")
        with pytest.raises(StoreFault):
            call()
        assert bank.kept() == before
    bank.fill(begun)
    steps: tuple[Callable[[], object], ...] = (lambda: bank.finalize(begun), lambda: bank.process(begun))
    for step in steps:
        before = bank.kept()
        bank.store.fail_next = StoreFault(ErrorCode.STORE_FULL, "no space left")
        with pytest.raises(StoreFault):
            step()
        assert bank.kept() == before
        step()
    assert bank.state(begun) is ExecutionState.PROCESSED


def test_a_new_account_is_not_left_half_made_when_the_store_fails(bank: Bank) -> None:
    before = bank.kept()
    bank.store.fail_next = StoreFault(ErrorCode.STORE_FULL, "no space left")
    with pytest.raises(StoreFault):
        another(bank)
    left = [one for one in bank.store.customers() if one.id not in before]  # type: ignore[operator]
    assert all(not one.facts and not one.blobs for one in left)  # a record without a step, which the next start of the store drops


def test_parts_of_one_account_that_come_at_once_are_all_kept(bank: Bank) -> None:
    runs = [bank.begun("3") for _ in range(4)]
    threads = [threading.Thread(target=bank.fill, args=(one,)) for one in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    account = bank.store.load(bank.account)
    for one in runs:
        assert all(credential_of(account, credential.id).parts for credential in one.credentials)


def test_a_record_of_another_protocol_is_no_account(bank: Bank) -> None:
    for number, workflow in enumerate(("dis", "enrolment", "session")):
        bank.store.begin(f"c-{number}", workflow, bank.clock.now_utc())
        bank.store.commit(StepCommit(f"c-{number}", "created", bank.clock.now_utc(), {}, {}))
        refused(bank, F.ACCOUNT_NOT_FOUND, lambda number=number: bank.executions.update(f"c-{number}", InitiateRequest("1")))  # type: ignore[misc]


def test_the_guide_tells_every_reason_with_its_status() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "workflows.md").read_text("utf-8")
    told: dict[str, int] = {}
    for reasons, status in re.findall(r"^\| ([A-Z_, ]+) \| (4\d\d) \|", guide, re.MULTILINE):
        told |= dict.fromkeys(reasons.split(", "), int(status))
    assert told == {reason.value: status for reason, status in STATUS.items()}
    assert set(STATUS) == set(ExecutionFault)
