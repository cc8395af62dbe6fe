"""What no protocol takes (issue 5, "Bad input"): after the end, twice, for two people, for somebody who is gone; nothing half done.

One test per item and protocol; those of numbered workflows are in tests/kiosk/test_refused_calls.py, of workflow and level files in
tests/flow/test_definition.py and test_guided_session.py.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping

import pytest

from kiosk.compose.engines import Engines
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.paths import find_paths
from kiosk.ports import Json
from kiosk.services.protocols.case_files import CaseFiles
from kiosk.services.protocols.dis_access import DisSettings
from kiosk.services.protocols.dis_customer import DisCustomer, DisService
from kiosk.services.protocols.engine_desk import EngineDesk
from kiosk.services.protocols.enrolment import EnrolmentService
from kiosk.services.protocols.guided_session import GuidedSessions
from kiosk.services.protocols.levels import Show, parse_level
from kiosk.services.protocols.refusals import DisCode, DisRefusal, SessionCode, SessionRefusal
from kiosk.services.workflows import load_policy
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.memory_store import MemoryCustomerStore

RESOURCES = find_paths().resources
URL = "https://bank.example/done"
CARD = 'title = "t"\npolicy = "kiosk"\n[[screen]]\nshow = "consent_screen"\n[[screen]]\nshow = "scan_id_document_front_screen"\ntries = 2\n'
Pictures = Mapping[str, bytes]


@pytest.fixture
def dis(store: MemoryCustomerStore, engines: Engines, key: MemoryDeviceKey, clock: object) -> DisService:
    return DisService(store, engines, key, clock, DisSettings(cache_s=600))  # type: ignore[arg-type]


@pytest.fixture
def enrolment(store: MemoryCustomerStore, engines: Engines, key: MemoryDeviceKey, clock: object) -> EnrolmentService:
    return EnrolmentService(store, engines, key, clock)  # type: ignore[arg-type]


@pytest.fixture
def sessions(store: MemoryCustomerStore, engines: Engines, key: MemoryDeviceKey, clock: object) -> GuidedSessions:
    return GuidedSessions(
        store,
        engines,
        key,
        clock,  # type: ignore[arg-type]
        levels={"card": parse_level("card", CARD)},
        policies=lambda key: load_policy(RESOURCES, key),
    )


def kept(store: MemoryCustomerStore) -> object:
    return {one.id: (dict(one.facts), one.blobs, one.status) for one in store.customers()}


def answered(call: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises((DisRefusal, SessionRefusal)) as caught:
        call()
    return caught.value.answer.value, caught.value.status


def meanwhile(monkeypatch: pytest.MonkeyPatch, event: Callable[[], object]) -> None:
    """It happens while a page is read: after everything was looked at, before anything is written."""
    read = EngineDesk.read_page

    def slow(desk: EngineDesk, *arguments: object, **options: object) -> object:
        result = read(desk, *arguments, **options)  # type: ignore[arg-type]
        event()
        return result

    monkeypatch.setattr(EngineDesk, "read_page", slow)


# --- after the end -------------------------------------------------------------------------------------------------


def finished(dis: DisService, pictures: Pictures) -> DisCustomer:
    customer = dis.customer(str(dis.create_customer()["id"]))
    customer.document.create()
    customer.liveness.create()
    customer.document.add_page(pictures["passport"])
    customer.hand_over("FINISHED", external_id="case-1")
    return customer


AFTER: Mapping[str, Callable[[DisCustomer, Pictures], object]] = {
    "a page": lambda c, p: c.document.add_page(p["passport"]),
    "a selfie": lambda c, p: c.put_selfie(image=p["selfie"]),
    "a liveness selfie": lambda c, p: c.liveness.add_selfie("NONE", image=p["selfie"]),
    "a new document": lambda c, p: c.document.create(),
    "no document": lambda c, p: c.document.delete(),
    "a new liveness": lambda c, p: c.liveness.create(),
    "a challenge": lambda c, p: c.liveness.challenge("MAGNIFEYE_LIVENESS"),
    "no selfie": lambda c, p: c.delete_selfie(),
    "the hand-over again": lambda c, p: c.hand_over("FINISHED", external_id="case-2"),
}


@pytest.mark.parametrize("what", AFTER)
def test_dis_takes_nothing_for_a_customer_who_was_handed_over(
    what: str, dis: DisService, store: MemoryCustomerStore, pictures: Pictures
) -> None:
    customer = finished(dis, pictures)
    before = kept(store)
    assert answered(lambda: AFTER[what](customer, pictures)) == ("CONFLICT", 409)
    assert kept(store) == before
    customer.get()  # and what is known can still be asked for, and erased
    customer.delete()
    assert store.customers() == ()


def test_an_enrolment_takes_nothing_after_it_was_completed(
    enrolment: EnrolmentService, store: MemoryCustomerStore, pictures: Pictures
) -> None:
    token = enrolment.initialize(str(uuid.uuid4()), URL).access_token
    enrolment.document(token, pictures["passport"])
    enrolment.face(token, pictures["selfie"])
    assert enrolment.complete(token)["hasError"] is False
    before = kept(store)
    calls: tuple[Callable[[], object], ...] = (
        lambda: enrolment.document(token, pictures["passport"]),
        lambda: enrolment.face(token, pictures["selfie"]),
        lambda: enrolment.complete(token),
    )
    for call in calls:
        assert call() == {"hasError": True, "error": "SESSION_ALREADY_COMPLETED"}
    assert kept(store) == before


def test_a_session_takes_nothing_after_it_was_decided(sessions: GuidedSessions, store: MemoryCustomerStore, pictures: Pictures) -> None:
    session = str(sessions.create("card")["session_id"])
    sessions.consent(session, True)
    sessions.upload_media(session, Show.DOCUMENT_FRONT, pictures["passport"])
    before = kept(store)
    for call in (
        lambda: sessions.upload_media(session, Show.DOCUMENT_FRONT, pictures["passport"]),
        lambda: sessions.consent(session, True),
        lambda: sessions.consent(session, False),
        lambda: sessions.update(session, {"first_name": "Anna"}),
        lambda: sessions.skip(session),
        lambda: sessions.cancel(session),
        lambda: sessions.start_liveness(session),
    ):
        assert answered(call) == ("unprocessable_entity", 422)
    assert kept(store) == before


# --- twice, at once --------------------------------------------------------------------------------------------------


def at_once(call: Callable[[], object], times: int = 4) -> list[str]:
    """What came of each call."""
    outcomes: list[str] = []

    def run() -> None:
        try:
            said = call()
            outcomes.append(str(said.get("error", "done")) if isinstance(said, dict) else "done")
        except (DisRefusal, SessionRefusal) as refusal:
            outcomes.append(refusal.answer.value)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return sorted(outcomes)


def test_of_two_hand_overs_one_counts(dis: DisService) -> None:
    customer = dis.customer(str(dis.create_customer()["id"]))
    assert at_once(lambda: customer.hand_over("FINISHED")) == ["CONFLICT"] * 3 + ["done"]


def test_of_two_completions_one_counts(enrolment: EnrolmentService, store: MemoryCustomerStore, pictures: Pictures) -> None:
    token = enrolment.initialize(str(uuid.uuid4()), URL).access_token
    enrolment.document(token, pictures["passport"])
    enrolment.face(token, pictures["selfie"])
    assert at_once(lambda: enrolment.complete(token)) == ["SESSION_ALREADY_COMPLETED"] * 3 + ["done"]
    (customer,) = store.customers()
    assert [step for step, _ in customer.steps].count("completed") == 1


def test_of_two_last_answers_one_decides(sessions: GuidedSessions, store: MemoryCustomerStore, pictures: Pictures) -> None:
    session = str(sessions.create("card")["session_id"])
    sessions.consent(session, True)
    outcomes = at_once(lambda: sessions.upload_media(session, Show.DOCUMENT_FRONT, pictures["passport"]), 2)
    assert outcomes == ["done", "unprocessable_entity"]
    assert [step for step, _ in store.load(session).steps].count("decided") == 1


def test_a_page_taken_again_while_it_is_completed_is_not_left_out(
    enrolment: EnrolmentService, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The front of a card taken anew takes its back with it: what is closed must be what was judged, and whole."""
    token = enrolment.initialize(str(uuid.uuid4()), URL).access_token
    for side in ("front", "back"):
        assert enrolment.document(token, pictures[side])["hasError"] is False
    enrolment.face(token, pictures["selfie"])
    match = EngineDesk.face_match

    def slow(desk: EngineDesk, *arguments: object) -> object:
        monkeypatch.setattr(EngineDesk, "face_match", match)
        assert enrolment.document(token, pictures["front"])["hasError"] is False
        return match(desk, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(EngineDesk, "face_match", slow)
    assert enrolment.complete(token) == {"hasError": True, "error": "MISSING_DOCUMENT_AND_FACE"}
    enrolment.document(token, pictures["back"])
    assert enrolment.complete(token)["hasError"] is False


# --- two people ------------------------------------------------------------------------------------------------------


def test_a_request_session_of_dis_has_one_customer(dis: DisService, store: MemoryCustomerStore) -> None:
    token = str(dis.create_session(300)["token"])
    first = str(dis.create_customer(token=token)["id"])
    before = kept(store)
    assert answered(lambda: dis.create_customer(token=token)) == ("FORBIDDEN", 403)
    assert answered(lambda: dis.create_customer(token=token, customer_id=str(uuid.uuid4()))) == ("FORBIDDEN", 403)
    assert kept(store) == before
    dis.delete_customer(first, token)
    dis.create_customer(token=token)  # the first is gone: the session may begin again


def test_of_customers_that_come_at_once_a_session_takes_one(dis: DisService, store: MemoryCustomerStore) -> None:
    token = str(dis.create_session(300)["token"])
    assert at_once(lambda: dis.create_customer(token=token)) == ["FORBIDDEN"] * 3 + ["done"]
    assert len(store.customers()) == 1


def test_a_session_of_an_enrolment_is_begun_for_one_applicant(enrolment: EnrolmentService, store: MemoryCustomerStore) -> None:
    session = str(uuid.uuid4())
    enrolment.initialize(session, URL)
    before = kept(store)
    with pytest.raises(BadInput) as caught:
        enrolment.initialize(session, URL, external_id="another")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert kept(store) == before


def test_a_session_asks_each_screen_once_of_one_customer(sessions: GuidedSessions, store: MemoryCustomerStore) -> None:
    session = str(sessions.create("card")["session_id"])
    sessions.consent(session, True)
    before = kept(store)
    assert answered(lambda: sessions.consent(session, True)) == ("unprocessable_entity", 422)
    assert kept(store) == before
    assert sessions.create("card")["session_id"] != session


# --- gone meanwhile --------------------------------------------------------------------------------------------------


def test_a_customer_of_dis_who_was_deleted_while_a_page_was_read_stays_deleted(
    dis: DisService, store: MemoryCustomerStore, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = dis.customer(str(dis.create_customer()["id"]))
    customer.document.create()
    meanwhile(monkeypatch, lambda: dis.delete_customer(customer.access.id))
    assert answered(lambda: customer.document.add_page(pictures["passport"])) == ("NOT_FOUND", 404)
    assert store.customers() == ()


def test_a_session_of_dis_that_ended_while_a_page_was_read_leaves_nothing(
    dis: DisService, store: MemoryCustomerStore, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = str(dis.create_session(300)["token"])
    customer = dis.customer(str(dis.create_customer(token=token)["id"]), token)
    customer.document.create()
    meanwhile(monkeypatch, lambda: dis.end_session(token))
    answer, status = answered(lambda: customer.document.add_page(pictures["passport"]))
    assert (answer, status) in (("NOT_FOUND", 404), ("FORBIDDEN", 403))
    assert store.customers() == ()


def test_an_enrolment_that_was_erased_while_a_page_was_read_stays_erased(
    enrolment: EnrolmentService, store: MemoryCustomerStore, pictures: Pictures, clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = str(uuid.uuid4())
    token = enrolment.initialize(session, URL).access_token
    meanwhile(monkeypatch, lambda: store.delete(session, clock.now_utc()))  # type: ignore[attr-defined]
    assert enrolment.document(token, pictures["passport"]) == {"hasError": True, "error": "SESSION_UNAUTHORIZED"}
    assert enrolment.complete(token) == {"hasError": True, "error": "SESSION_UNAUTHORIZED"}
    assert store.customers() == ()


@pytest.mark.parametrize("how", ["cancelled", "erased", "expired"])
def test_a_session_that_is_gone_while_a_page_was_read_keeps_nothing(
    how: str,
    sessions: GuidedSessions,
    store: MemoryCustomerStore,
    pictures: Pictures,
    clock: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = str(sessions.create("card")["session_id"])
    sessions.consent(session, True)
    ends: Mapping[str, Callable[[], object]] = {
        "cancelled": lambda: sessions.cancel(session),
        "erased": lambda: store.delete(session, clock.now_utc()),  # type: ignore[attr-defined]
        "expired": lambda: clock.pass_s(24 * 3600),  # type: ignore[attr-defined]
    }
    meanwhile(monkeypatch, ends[how])
    answer, status = answered(lambda: sessions.upload_media(session, Show.DOCUMENT_FRONT, pictures["passport"]))
    assert (answer, status) in {("gone", 410), ("not_found", 404)}
    assert all(not one.blobs and set(one.facts) <= {"session"} for one in store.customers())


# --- too late --------------------------------------------------------------------------------------------------------


def test_each_protocol_says_in_its_own_words_that_time_is_over(
    dis: DisService,
    enrolment: EnrolmentService,
    sessions: GuidedSessions,
    store: MemoryCustomerStore,
    pictures: Pictures,
    clock: object,
) -> None:
    customer = dis.customer(str(dis.create_customer()["id"]))
    customer.document.create()
    token = enrolment.initialize(str(uuid.uuid4()), URL).access_token
    session = str(sessions.create("card")["session_id"])
    sessions.consent(session, True)
    clock.pass_s(24 * 3600)  # type: ignore[attr-defined]
    assert answered(lambda: customer.document.add_page(pictures["passport"])) == ("NOT_FOUND", 404)
    assert enrolment.document(token, pictures["passport"]) == {"hasError": True, "error": "SESSION_UNAUTHORIZED"}
    answer, status = answered(lambda: sessions.upload_media(session, Show.DOCUMENT_FRONT, pictures["passport"]))
    assert (answer, status) in {("gone", 410), ("not_found", 404)}
    assert all(not one.blobs for one in store.customers())


def test_no_protocol_sees_the_customers_of_another(
    dis: DisService, enrolment: EnrolmentService, sessions: GuidedSessions, store: MemoryCustomerStore, clock: object
) -> None:
    own = str(uuid.uuid4())
    store.begin(own, "3", clock.now_utc())  # type: ignore[attr-defined]
    guided = str(sessions.create("card")["session_id"])
    applicant = str(uuid.uuid4())
    enrolment.initialize(applicant, URL)
    for foreign in (own, guided, applicant):
        assert answered(lambda foreign=foreign: dis.customer(foreign)) == ("NOT_FOUND", 404)  # type: ignore[misc]
    customer = str(dis.create_customer()["id"])
    for foreign in (own, applicant, customer):
        assert answered(lambda foreign=foreign: sessions.preflight(foreign)) == ("not_found", 404)  # type: ignore[misc]
    for foreign in (own, guided, customer):
        with pytest.raises(BadInput) as caught:
            enrolment.result(foreign)
        assert caught.value.code is ErrorCode.CUSTOMER_NOT_FOUND


def test_what_was_left_by_a_crash_between_two_calls_is_swept(store: MemoryCustomerStore, clock: object) -> None:
    files = CaseFiles(store, clock, workflow="dis", keep_s=60)  # type: ignore[arg-type]
    facts: dict[str, Json] = {"a": 1}
    files.begin("one", facts)
    clock.pass_s(61)  # type: ignore[attr-defined]
    assert files.sweep() == 1
    assert store.customers() == ()


def test_the_codes_are_those_of_the_protocols() -> None:
    for code in (DisCode.CONFLICT, DisCode.FORBIDDEN, DisCode.NOT_FOUND):
        assert DisRefusal(code, "x").status == {"CONFLICT": 409, "FORBIDDEN": 403, "NOT_FOUND": 404}[code.value]
    assert SessionRefusal(SessionCode.GONE, "x").status == 410
