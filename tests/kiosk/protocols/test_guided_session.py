"""The server-driven session: the service chooses every screen, and what is not for the screen that is on is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from kiosk.compose.engines import Engines
from kiosk.domain.challenge import Challenge, ChallengeKind
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import Document
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.imaging.decode import decode_image
from kiosk.paths import find_paths
from kiosk.ports import Json
from kiosk.services.contact_step import MOST_CODES
from kiosk.services.contacts import Contact, ContactKind
from kiosk.services.one_time_codes import CodeAnswer, CodeSending, SendOutcome
from kiosk.services.proofs.judge import ProofKind, ProofResult
from kiosk.services.protocols import session_course
from kiosk.services.protocols.codec import from_json
from kiosk.services.protocols.guided_session import GuidedSessions
from kiosk.services.protocols.levels import Level, Show, load_levels, parse_level
from kiosk.services.protocols.refusals import SessionCode, SessionRefusal
from kiosk.services.protocols.session_parts import strict_bytes
from kiosk.services.workflows import load_policy
from tests.fakes.challenge_film import sealed_film
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.memory_store import MemoryCustomerStore
from tests.fakes.nfc_reader import GROUPS, FakeNfcReader

RESOURCES = find_paths().resources
LEVELS = load_levels(RESOURCES)
Pictures = Mapping[str, bytes]


@dataclass
class ReadCodes:
    """CodeDesk whose codes are all 12345678."""

    tries: int = 2
    sent: list[Contact] = field(default_factory=list)
    outcome: SendOutcome = SendOutcome.SENT

    def can_send(self, kind: ContactKind) -> bool:
        return True

    def send(self, contact: Contact, *, language: str) -> CodeSending:
        self.sent.append(contact)
        return CodeSending(self.outcome, 30, 300)

    def check(self, contact: Contact, typed: str) -> CodeAnswer:
        name = CheckName.PHONE_VERIFICATION if contact.kind is ContactKind.PHONE else CheckName.EMAIL_VERIFICATION
        if typed == "12345678":
            return CodeAnswer(Check(name, CheckStatus.PASSED), 0)
        self.tries -= 1
        label = CheckLabel.CODE_WRONG if self.tries else CheckLabel.TOO_MANY_TRIES
        return CodeAnswer(Check(name, CheckStatus.REJECTED, label), self.tries)


class GoodProofs:
    """ProofDesk that believes every proof but an empty PDF."""

    def judge(self, kind: ProofKind, files: Sequence[bytes], customer: Document) -> ProofResult:
        if files[0] == b"%PDF-":
            raise BadInput(ErrorCode.IMAGE_EMPTY, "nothing in it")
        return ProofResult(kind, Check(CheckName(f"proof_of_{kind.value}"), CheckStatus.PASSED))


@dataclass
class Desk:
    sessions: GuidedSessions
    store: MemoryCustomerStore
    events: list[str]
    codes: ReadCodes


Opened = Callable[..., Desk]


@pytest.fixture
def opened(store: MemoryCustomerStore, engines: Engines, key: MemoryDeviceKey, clock: object) -> Opened:
    def make(**parts: object) -> Desk:
        events: list[str] = []
        codes = ReadCodes()
        given: dict[str, object] = {"codes": codes, "proofs": GoodProofs(), "levels": LEVELS, "engines": engines} | parts
        sessions = GuidedSessions(
            store,
            key=key,
            clock=clock,  # type: ignore[arg-type]
            policies=lambda key: load_policy(RESOURCES, key),
            tell=lambda event, _: events.append(event),
            **given,  # type: ignore[arg-type]
        )
        return Desk(sessions, store, events, codes)

    return make


def on(payload: Mapping[str, Json]) -> str:
    return str(payload["message"]["screen"]["show"])  # type: ignore[index, call-overload]


def again(payload: Mapping[str, Json]) -> str:
    return str(payload["message"]["extra_data"].get("again", ""))  # type: ignore[index, call-overload, union-attr]


def refusal(call: Callable[[], object]) -> SessionCode:
    with pytest.raises(SessionRefusal) as caught:
        call()
    answer = caught.value.answer
    assert isinstance(answer, SessionCode)
    assert set(caught.value.body()) == {"error"}
    return answer


def screens(*shown: str | tuple[str, int]) -> str:
    """A level file of these screens; with a number, of so many tries."""
    tables = [f'show = "{one}"' if isinstance(one, str) else f'show = "{one[0]}"\ntries = {one[1]}' for one in shown]
    return 'title = "t"\npolicy = "kiosk"\n' + "".join(f"[[screen]]\n{table}\n" for table in tables)


def begun(desk: Desk, level: str = "full") -> str:
    session = str(desk.sessions.create(level, {"phone_number": "+421902123456"})["session_id"])
    desk.sessions.consent(session, True)
    return session


# --- the happy path ------------------------------------------------------------------------------------------------


def test_a_whole_session_is_led_from_screen_to_screen(
    opened: Opened, engines: Engines, key: MemoryDeviceKey, clock: object, pictures: Pictures
) -> None:
    # a smile makes the shortest film; the other checks have their own tests
    smiling = tuple(replace(one, challenges=(ChallengeKind.SMILE,)) if one.challenges else one for one in LEVELS["full"].screens)
    desk = opened(levels={"full": replace(LEVELS["full"], screens=smiling)})
    sessions = desk.sessions
    created = sessions.create("full", {"phone_number": "0902 123 456"}, return_url="https://bank.example/done")
    session = str(created["session_id"])
    first = sessions.preflight(session)
    assert set(first) == {"identifier", "message"}
    assert first["identifier"] == '{"channel":"BynnKycChannel"}'
    assert on(first) == "consent_screen"
    assert on(sessions.consent(session, True)) == "phone_verification_start_screen"
    assert sessions.start_code(session, "phone_verification_start_screen")["sent"] is True
    assert desk.codes.sent[0].value == "+421902123456"
    assert on(sessions.complete_code(session, "phone_verification_start_screen", "12345678")) == "email_verification_start_screen"
    sessions.start_code(session, "email_verification_start_screen", "Anna@Example.org")
    front = sessions.complete_code(session, "email_verification_start_screen", "12345678")
    assert on(front) == "scan_id_document_front_screen"
    assert front["message"]["requirement"] == {  # type: ignore[index, call-overload]
        "requirement_type": "identity_document",
        "status": "awaiting_receipt",
        "flow_order": 200,
    }
    assert front["message"]["entity_id_state"] == "none_received"  # type: ignore[index, call-overload]
    back = sessions.upload_media(session, "scan_id_document_front_screen", pictures["front"])
    assert on(back) == "scan_id_document_back_screen"
    assert back["message"]["entity_id_state"] == "front_received"  # type: ignore[index, call-overload]
    # the reader of chips is missing here and the level allows it: the screen does not come
    assert on(sessions.upload_media(session, "scan_id_document_back_screen", pictures["back"])) == "liveness_screen"
    challenge = from_json(Challenge, sessions.start_liveness(session))
    clock.pass_s(60)  # type: ignore[attr-defined]
    film = sealed_film(engines, key, challenge, decode_image(pictures["selfie"]), made_at=clock.now_utc())  # type: ignore[attr-defined]
    assert on(sessions.complete_liveness(session, film)) == "proof_of_address_screen"
    assert on(sessions.upload_proof(session, "proof_of_address_screen", [b"%PDF-1.7 a bill"])) == "proof_of_funds_screen"
    last = sessions.upload_proof(session, "proof_of_funds_screen", [pictures["front"], pictures["back"]])
    result = sessions.result(session)
    outcome = result["decision"]["outcome"]  # type: ignore[index, call-overload]
    assert on(last) == {"ACCEPT": "successful_screen", "REVIEW": "completed_screen", "REJECT": "rejected_screen"}[str(outcome)]
    assert outcome != "REJECT", result["decision"]
    found = {check["name"]: check["status"] for check in result["checks"]}  # type: ignore[index, call-overload, union-attr]
    passed = (
        "consent",
        "face_match",
        "active_liveness",
        "capture_integrity",
        "proof_of_address",
        "phone_verification",
        "email_verification",
    )
    assert {name: found.get(name) for name in passed} == dict.fromkeys(passed, "PASSED")
    assert result["skipped"] == {"nfc_capture_screen": "a chip reader"}
    assert found["chip_read"] == "NOT_EXECUTED"
    assert sessions.show(session)["web_sdk_return_url"] == "https://bank.example/done"
    assert desk.events[0] == "session.created"
    assert desk.events[-1] == "proof_of_funds.received"
    assert "session.completed" in desk.events
    assert refusal(lambda: sessions.cancel(session)) is SessionCode.UNPROCESSABLE


def test_a_passport_has_no_back_and_what_is_optional_can_be_skipped(opened: Opened, pictures: Pictures) -> None:
    sessions = (desk := opened()).sessions
    session = begun(desk)
    sessions.skip(session)
    assert on(sessions.skip(session)) == "scan_id_document_front_screen"
    assert refusal(lambda: sessions.skip(session)) is SessionCode.UNPROCESSABLE
    assert on(sessions.upload_media(session, "scan_id_document_front_screen", pictures["passport"])) == "liveness_screen"


# --- failures ------------------------------------------------------------------------------------------------------


def test_a_refused_consent_ends_it_and_leaves_nothing_of_the_person(opened: Opened, store: MemoryCustomerStore) -> None:
    desk = opened()
    session = str(desk.sessions.create("identity", {"first_name": "Anna"})["session_id"])
    assert refusal(lambda: desk.sessions.consent(session, False)) is SessionCode.GONE
    for call in (desk.sessions.show, desk.sessions.preflight, desk.sessions.cancel):
        assert refusal(lambda call=call: call(session)) is SessionCode.GONE  # type: ignore[misc]
    assert set(store.load(session).facts) == {"session"}
    assert "session.consent.reject" in desk.events


def test_a_cancelled_or_expired_session_is_gone_and_its_pictures_with_it(
    opened: Opened, store: MemoryCustomerStore, clock: object, pictures: Pictures
) -> None:
    desk = opened()
    for end in ("cancel", "expire"):
        session = str(desk.sessions.create("identity")["session_id"])
        desk.sessions.consent(session, True)
        desk.sessions.upload_media(session, "scan_id_document_front_screen", pictures["front"])
        assert store.load(session).blobs
        if end == "cancel":
            desk.sessions.cancel(session)
        else:
            clock.pass_s(3600)  # type: ignore[attr-defined]
        assert refusal(lambda session=session: desk.sessions.preflight(session)) is SessionCode.GONE  # type: ignore[misc]
        assert store.load(session).blobs == ()
        assert set(store.load(session).facts) == {"session"}
    clock.pass_s(24 * 3600)  # type: ignore[attr-defined]
    assert desk.sessions.sweep() == 2


@pytest.mark.parametrize("ending", ["cancel", "expire"])
def test_of_a_session_that_ended_early_nothing_that_was_typed_is_kept(
    ending: str, opened: Opened, store: MemoryCustomerStore, clock: object
) -> None:
    desk = opened()
    number, address = "+421902123456", "anna@example.org"
    session = str(
        desk.sessions.create("full", {"phone_number": number, "vendor_data": "v-7"}, return_url="https://bank.example/anna")["session_id"]
    )
    desk.sessions.consent(session, True)
    desk.sessions.start_code(session, Show.PHONE)
    desk.sessions.complete_code(session, Show.PHONE, "12345678")
    desk.sessions.start_code(session, Show.EMAIL, address)
    assert all(word in json.dumps(store.load(session).facts) for word in (number, address))
    if ending == "cancel":
        desk.sessions.cancel(session)
    else:
        clock.pass_s(3600)  # type: ignore[attr-defined]
        assert refusal(lambda: desk.sessions.preflight(session)) is SessionCode.GONE
    facts = store.load(session).facts
    assert {name: set(value) for name, value in facts.items() if isinstance(value, dict)} == {
        "session": {"level", "policy", "until", "state"}
    }
    assert not [word for word in (number, address, "anna", "v-7", "bank") if word in json.dumps(facts)]


UPLOADS: Mapping[str, tuple[Callable[[GuidedSessions, str, Pictures], object], SessionCode]] = {
    "media for a screen that is not on": (lambda s, i, p: s.upload_media(i, Show.DOCUMENT_BACK, p["back"]), SessionCode.UNPROCESSABLE),
    "media for a screen that takes none": (lambda s, i, p: s.upload_media(i, Show.LIVENESS, p["front"]), SessionCode.UNPROCESSABLE),
    "media for no screen": (lambda s, i, p: s.upload_media(i, "selfie_screen", p["front"]), SessionCode.UNPROCESSABLE),
    "a PDF for a page": (lambda s, i, p: s.upload_media(i, Show.DOCUMENT_FRONT, b"%PDF-1.7"), SessionCode.UNSUPPORTED_MEDIA),
    "a film for a page": (
        lambda s, i, p: s.upload_media(i, Show.DOCUMENT_FRONT, b"\x00\x00\x00\x18ftypmp42"),
        SessionCode.UNSUPPORTED_MEDIA,
    ),
    "too much for a page": (
        lambda s, i, p: s.upload_media(i, Show.DOCUMENT_FRONT, p["front"] + bytes(10 * 2**20)),
        SessionCode.TOO_LARGE,
    ),
    "half a picture": (lambda s, i, p: s.upload_media(i, Show.DOCUMENT_FRONT, p["front"][:5000]), SessionCode.UNPROCESSABLE),
    "a proof too early": (lambda s, i, p: s.upload_proof(i, Show.PROOF_OF_FUNDS, [p["front"]]), SessionCode.UNPROCESSABLE),
    "liveness too early": (lambda s, i, p: s.start_liveness(i), SessionCode.UNPROCESSABLE),
    "consent twice": (lambda s, i, p: s.consent(i, True), SessionCode.UNPROCESSABLE),
    "a chip too early": (lambda s, i, p: s.read_chip(i), SessionCode.UNPROCESSABLE),
    "a result before the end": (lambda s, i, p: s.result(i), SessionCode.UNPROCESSABLE),
    "an unknown session": (lambda s, i, p: s.preflight("nobody"), SessionCode.NOT_FOUND),
    "an applicant's shoe size": (lambda s, i, p: s.update(i, {"shoe_size": "44"}), SessionCode.UNPROCESSABLE),
}


@pytest.mark.parametrize("what", UPLOADS)
def test_what_is_not_for_the_screen_is_refused_and_changes_nothing(what: str, opened: Opened, pictures: Pictures) -> None:
    desk = opened()
    session = begun(desk, "identity")
    before = desk.store.load(session)
    call, code = UPLOADS[what]
    assert refusal(lambda: call(desk.sessions, session, pictures)) is code
    assert desk.store.load(session) == before


def test_a_picture_that_cannot_be_used_asks_again_and_the_last_try_goes_on_without(opened: Opened, pictures: Pictures) -> None:
    text = screens("consent_screen", ("scan_id_document_front_screen", 3), "liveness_screen")
    desk = opened(levels={"three": parse_level("three", text)})
    session = begun(desk, "three")
    for name, reason in (("wall", "NO_DOCUMENT_DETECTED"), ("back", "WRONG_SIDE")):
        payload = desk.sessions.upload_media(session, "scan_id_document_front_screen", pictures[name])
        assert (on(payload), again(payload)) == ("scan_id_document_front_screen", reason)
        assert payload["message"]["entity_id_state"] == "front_received_but_needs_resubmission"  # type: ignore[index, call-overload]
    assert on(desk.sessions.upload_media(session, "scan_id_document_front_screen", pictures["wall"])) == "liveness_screen"


def test_failed_liveness_uses_up_its_tries_and_ends_with_a_person(opened: Opened, pictures: Pictures) -> None:
    text = screens("consent_screen", ("scan_id_document_front_screen", 1), ("liveness_screen", 2))
    desk = opened(levels={"two": parse_level("two", text)})
    session = begun(desk, "two")
    sessions = desk.sessions
    sessions.upload_media(session, "scan_id_document_front_screen", pictures["wall"])
    assert refusal(lambda: sessions.complete_liveness(session, b"x")) is SessionCode.UNPROCESSABLE
    sessions.start_liveness(session)
    assert again(sessions.complete_liveness(session, b"no record")) == "RECORD_INVALID"
    assert on(sessions.complete_liveness(session, b"no record")) in ("completed_screen", "rejected_screen")
    assert sessions.result(session)["decision"]["outcome"] != "ACCEPT"  # type: ignore[index, call-overload]


def test_asking_again_draws_no_other_challenge_and_letting_one_expire_is_a_try(opened: Opened, pictures: Pictures, clock: object) -> None:
    """Else a client could ask until a challenge is drawn that fits the film at hand."""
    text = screens("consent_screen", ("scan_id_document_front_screen", 1), ("liveness_screen", 3))
    desk = opened(levels={"three": parse_level("three", text)})
    session = begun(desk, "three")
    sessions = desk.sessions
    sessions.upload_media(session, "scan_id_document_front_screen", pictures["wall"])
    first = sessions.start_liveness(session)
    clock.pass_s(100)  # type: ignore[attr-defined]
    assert all(sessions.start_liveness(session) == first for _ in range(20))
    clock.pass_s(21)  # type: ignore[attr-defined]
    second = sessions.start_liveness(session)
    assert second["nonce"] != first["nonce"]
    assert again(sessions.preflight(session)) == "CHALLENGE_EXPIRED"
    clock.pass_s(121)  # type: ignore[attr-defined]
    asked = []
    for _ in range(12):
        asked.append(sessions.start_liveness(session))
        clock.pass_s(121)  # type: ignore[attr-defined]
    assert len({one["nonce"] for one in asked}) == 12
    assert all((one["kind"], one["steps"]) == (asked[0]["kind"], asked[0]["steps"]) for one in asked), "the last try stays what it is"
    assert on(sessions.complete_liveness(session, b"no record")) in ("completed_screen", "rejected_screen")


def test_wrong_codes_leave_the_screen_on_until_the_tries_are_used_up(opened: Opened) -> None:
    desk = opened()
    session = begun(desk)
    desk.sessions.start_code(session, "phone_verification_start_screen")
    first = desk.sessions.complete_code(session, "phone_verification_start_screen", "0")
    assert (on(first), again(first)) == ("phone_verification_start_screen", "CODE_WRONG")
    assert on(desk.sessions.complete_code(session, "phone_verification_start_screen", "0")) == "email_verification_start_screen"
    assert refusal(lambda: desk.sessions.start_code(session, "email_verification_start_screen", "nobody")) is SessionCode.UNPROCESSABLE


def test_what_was_confirmed_is_the_contact_that_the_code_went_to(opened: Opened, store: MemoryCustomerStore) -> None:
    desk = opened()
    session = begun(desk)
    desk.sessions.start_code(session, "phone_verification_start_screen")
    desk.sessions.update(session, {"phone_number": "+421902999999"})
    desk.sessions.complete_code(session, "phone_verification_start_screen", "12345678")
    assert store.load(session).facts["phone"]["value"] == "+421902123456"  # type: ignore[index, call-overload]


def test_a_code_that_was_never_sent_confirms_nothing_and_leaves_the_screen_on(opened: Opened) -> None:
    desk = opened()
    session = begun(desk)
    payload = desk.sessions.complete_code(session, "phone_verification_start_screen", "12345678")
    assert (on(payload), again(payload)) == ("phone_verification_start_screen", "INPUT_MISSING")


def test_a_gateway_that_goes_on_failing_ends_the_screen_with_a_check_that_was_not_executed(opened: Opened, pictures: Pictures) -> None:
    text = screens("consent_screen", ("phone_verification_start_screen", 2), ("scan_id_document_front_screen", 1))
    desk = opened(levels={"phone": parse_level("phone", text)})
    desk.codes.outcome = SendOutcome.GATEWAY_FAILED
    session = begun(desk, "phone")
    first = desk.sessions.start_code(session, "phone_verification_start_screen")
    assert (first["sent"], first["reason"]) == (False, "GATEWAY_FAILED")
    assert on(desk.sessions.preflight(session)) == "phone_verification_start_screen"
    desk.sessions.start_code(session, "phone_verification_start_screen")
    assert on(desk.sessions.preflight(session)) == "scan_id_document_front_screen"
    desk.sessions.upload_media(session, "scan_id_document_front_screen", pictures["wall"])
    result = desk.sessions.result(session)
    found = {check["name"]: (check["status"], check["label"]) for check in result["checks"]}  # type: ignore[index, call-overload, union-attr]
    assert found["phone_verification"] == ("NOT_EXECUTED", "GATEWAY_FAILED")
    assert result["decision"]["outcome"] == "REVIEW"  # type: ignore[index, call-overload]


def test_one_session_sends_so_many_codes_and_no_more(opened: Opened) -> None:
    desk = opened()
    session = begun(desk)
    for number in range(MOST_CODES):
        assert desk.sessions.start_code(session, "phone_verification_start_screen", f"+42190212345{number}")["sent"]
    assert not desk.sessions.start_code(session, "phone_verification_start_screen", "+421902123459")["sent"]
    assert len(desk.codes.sent) == MOST_CODES
    assert on(desk.sessions.preflight(session)) == "email_verification_start_screen"


def test_a_chip_that_was_read_is_kept_as_it_is(opened: Opened, pictures: Pictures, store: MemoryCustomerStore) -> None:
    desk = opened(nfc=FakeNfcReader(GROUPS))
    session = begun(desk, "identity")
    desk.sessions.upload_media(session, "scan_id_document_front_screen", pictures["passport"])
    assert on(desk.sessions.read_chip(session)) == "liveness_screen"
    assert store.blob(session, "document.chip.dg1") == GROUPS["dg1"]


def test_a_chip_that_cannot_be_read_asks_again(opened: Opened, pictures: Pictures) -> None:
    desk = opened(nfc=FakeNfcReader(BadInput(ErrorCode.TIMED_OUT, "no chip was held to the reader")))
    session = begun(desk, "identity")
    payload = desk.sessions.upload_media(session, "scan_id_document_front_screen", pictures["passport"])
    assert on(payload) == "nfc_capture_screen"
    assert again(desk.sessions.read_chip(session)) == "TIMED_OUT"
    assert on(desk.sessions.skip(session)) == "liveness_screen"


def test_a_level_that_this_machine_cannot_give_is_refused_at_the_start(opened: Opened) -> None:
    text = screens("consent_screen", "scan_id_document_front_screen", "nfc_capture_screen")
    desk = opened(levels={"chip": parse_level("chip", text)})
    assert refusal(lambda: desk.sessions.create("chip")) is SessionCode.UNPROCESSABLE
    assert refusal(lambda: desk.sessions.create("nothing")) is SessionCode.NOT_FOUND
    assert desk.store.customers() == ()


def test_an_engine_that_fails_at_the_end_loses_nothing_and_the_next_call_decides(
    opened: Opened, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = screens("consent_screen", "scan_id_document_front_screen")
    desk = opened(levels={"card": parse_level("card", text)})
    session = begun(desk, "card")

    def broken(*_what: object) -> tuple[Check, ...]:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, "broken")

    with monkeypatch.context() as fault:
        fault.setattr(session_course, "session_checks", broken)
        with pytest.raises(ModelFault):
            desk.sessions.upload_media(session, "scan_id_document_front_screen", pictures["passport"])
    assert on(desk.sessions.preflight(session)) == "completed_screen"
    assert desk.sessions.result(session)["decision"]["outcome"] == "REVIEW"  # type: ignore[index, call-overload]


# --- levels --------------------------------------------------------------------------------------------------------

HEAD = 'title = "t"\npolicy = "kiosk"\n'
GOOD = HEAD + '[[screen]]\nshow = "consent_screen"\n[[screen]]\nshow = "scan_id_document_front_screen"\n'
WRONG = {
    "not TOML": ("title =", "not TOML"),
    "no screen": (HEAD, "line 1: there is no"),
    "no policy": (GOOD.replace('policy = "kiosk"\n', ""), "policy is missing"),
    "an unknown key": (GOOD + 'colour = "red"\n', "line 7: unknown colour"),
    "an unknown screen": (GOOD + '[[screen]]\nshow = "fingers_screen"\n', "line 8: 'fingers_screen' is no screen"),
    "a terminal screen": (GOOD + '[[screen]]\nshow = "completed_screen"\n', "line 8: completed_screen is shown at the end"),
    "a screen twice": (GOOD + '[[screen]]\nshow = "consent_screen"\n', "line 8: consent_screen stands twice"),
    "no consent": (GOOD.replace("consent_screen", "liveness_screen"), "line 4: consent_screen comes first"),
    "a chip before the document": (
        HEAD + '[[screen]]\nshow = "consent_screen"\n[[screen]]\nshow = "nfc_capture_screen"\n',
        "line 6: nfc_capture_screen comes after",
    ),
    "no document": (HEAD + '[[screen]]\nshow = "consent_screen"\n', "no scan_id_document_front_screen"),
    "optional consent": (
        GOOD.replace('consent_screen"', 'consent_screen"\noptional = true', 1),
        "line 5: consent_screen cannot be optional",
    ),
    "an unknown challenge": (GOOD + '[[screen]]\nshow = "liveness_screen"\nchallenges = ["DANCE"]\n', "line 9: 'DANCE'"),
    "no time": (GOOD.replace("[[screen]]", "valid_s = 1\n[[screen]]", 1), "line 3: valid_s"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_level_with_a_mistake_is_refused_with_file_and_line(what: str) -> None:
    text, said = WRONG[what]
    with pytest.raises(BadInput) as caught:
        parse_level("mine", text)
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID
    assert str(caught.value).startswith("mine.toml")
    assert said in str(caught.value)


def test_the_levels_of_the_product_can_be_run() -> None:
    assert set(LEVELS) == {"identity", "full"}
    assert all(isinstance(level, Level) and load_policy(RESOURCES, level.policy) for level in LEVELS.values())


@pytest.mark.parametrize("text", ["aGk\n=", "data:image/png;base64,aGk=", "a"])
def test_strict_base64_is_strict(text: str) -> None:
    assert refusal(lambda: strict_bytes(text)) is SessionCode.UNPROCESSABLE
    assert strict_bytes("aGk=") == b"hi"
