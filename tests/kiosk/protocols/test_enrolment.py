"""The web enrolment: each side and the face once, its error codes exactly, one use, and what it comes to."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from kiosk.compose.engines import Engines
from kiosk.domain.document import Document, DocumentType, Field, FieldName, PageSide, Reading, Source
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.imaging.decode import decode_image, encode_jpeg
from kiosk.services.protocols.applicant import Agreement, ApplicantForm, compare_form
from kiosk.services.protocols.enrolment import EnrolmentService, EnrolmentSettings, EnrolmentState, EnrolmentStep
from kiosk.services.protocols.enrolment_factors import Factor, Level, decision_of
from kiosk.specimens.specimen import ASTRONAUT_FACE, specimen
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.faces import on_canvas
from tests.fakes.memory_store import MemoryCustomerStore
from tests.journeys.judged import at_rest, other_person, photo

URL = "https://bank.example/done"
Pictures = Mapping[str, bytes]
Make = Callable[..., EnrolmentService]


@pytest.fixture
def make(store: MemoryCustomerStore, engines: Engines, key: MemoryDeviceKey, clock: object) -> Make:
    return lambda **settings: EnrolmentService(store, engines, key, clock, EnrolmentSettings(**settings))  # type: ignore[arg-type]


@pytest.fixture
def service(make: Make) -> EnrolmentService:
    return make()


def token_of(service: EnrolmentService, **options: object) -> str:
    return service.initialize(str(uuid.uuid4()), URL, **options).access_token  # type: ignore[arg-type]


def error(code: str) -> dict[str, object]:
    return {"hasError": True, "error": code}


ANNA = ApplicantForm("Anna Maria", "Eriksson")


def test_document_then_face_then_complete(service: EnrolmentService, pictures: Pictures) -> None:
    session = str(uuid.uuid4())
    started = service.initialize(session, URL, external_id="case 7", form=ANNA)
    assert started.body() == {
        "accessToken": started.access_token,
        "sessionId": session,
        "webEnrolmentUrl": f"/web-enrolment/?token={started.access_token}",
    }
    token = started.access_token
    assert service.next_step(token) is EnrolmentState.DOCUMENT_FRONT
    two_sided = {"hasError": False, "isTwoSideDocument": True, "country": "UTO", "type": "IDENTITY_CARD"}
    assert service.document(token, pictures["front"]) == {**two_sided, "pageSide": "FRONT"}
    assert service.next_step(token) is EnrolmentState.DOCUMENT_BACK
    assert service.document(token, pictures["back"]) == {**two_sided, "pageSide": "BACK"}
    assert service.next_step(token) is EnrolmentState.FACE
    assert service.face(token, pictures["selfie"]) == {"hasError": False}
    assert service.next_step(token) is None
    assert service.event(token) == {"sessionId": session, "hasCompleted": False, "hasError": False}
    assert service.complete(token) == {"hasError": False, "customerReturnUrl": URL}
    assert service.event(token) == {"sessionId": session, "hasCompleted": True, "hasError": False}
    result = service.result(session)
    levels = {one["name"]: one["level"] for one in result["trustFactors"]}  # type: ignore[index, call-overload, union-attr]
    assert set(levels) == {factor.value for factor in Factor}
    assert (levels["Applicant integrity"], levels["Face Verification"], levels["Document Expiration"]) == ("HIGH", "HIGH", "HIGH")
    assert levels["Barcode cross check"] == "UNAVAILABLE"
    assert result["decision"] in ("HIGH", "MEDIUM")
    assert result["externalId"] == "case 7"


def test_it_can_be_used_once(service: EnrolmentService, pictures: Pictures) -> None:
    token = token_of(service)
    service.document(token, pictures["passport"])
    service.face(token, pictures["selfie"])
    service.complete(token)
    again = error("SESSION_ALREADY_COMPLETED")
    assert [service.document(token, pictures["front"]), service.face(token, pictures["selfie"]), service.complete(token)] == [again] * 3


def test_a_passport_has_one_side(service: EnrolmentService, pictures: Pictures) -> None:
    token = token_of(service)
    said = service.document(token, pictures["passport"])
    assert (said["isTwoSideDocument"], said["pageSide"], said["type"]) == (False, "FRONT", "PASSPORT")
    assert service.next_step(token) is EnrolmentState.FACE


def test_the_front_comes_first_and_each_side_once(service: EnrolmentService, pictures: Pictures) -> None:
    token = token_of(service)
    assert service.document(token, pictures["back"]) == error("WRONG_SIDE")
    assert service.document(token, pictures["front"])["hasError"] is False
    assert service.document(token, pictures["front"]) == error("WRONG_SIDE")
    assert service.next_step(token) is EnrolmentState.DOCUMENT_BACK


def faces(pictures: Pictures) -> Mapping[str, bytes]:
    """By the code that the enrolment answers, a picture of which it is true."""
    selfie = decode_image(pictures["selfie"])
    height, width = selfie.shape[:2]
    two = on_canvas(selfie, width=2 * width, height=height, at=(0, 0))
    two[:, width:] = selfie
    return {
        "FACE_NOT_FOUND": pictures["wall"],
        "TOO_MANY_FACES": encode_jpeg(two),
        "FACE_TOO_SMALL": encode_jpeg(on_canvas(selfie, width=width, height=height, at=(width // 2 - 60, height // 2 - 40), scale=0.12)),
    }


@pytest.mark.parametrize("code", ["FACE_NOT_FOUND", "TOO_MANY_FACES", "FACE_TOO_SMALL"])
def test_a_face_that_cannot_be_used_has_its_code_and_is_not_kept(code: str, service: EnrolmentService, pictures: Pictures) -> None:
    token = token_of(service)
    assert service.face(token, faces(pictures)[code]) == error(code)
    service.document(token, pictures["passport"])
    assert service.next_step(token) is EnrolmentState.FACE


def test_what_is_no_picture_or_no_document_is_not_recognized(service: EnrolmentService, pictures: Pictures) -> None:
    token = token_of(service)
    for picture in (b"", b"no picture", pictures["wall"], pictures["selfie"]):
        assert service.document(token, picture) == error("DOCUMENT_NOT_RECOGNIZED")
    assert service.face(token, b"no picture") == error("FACE_NOT_FOUND")


def test_a_document_whose_portrait_cannot_be_compared_is_refused(service: EnrolmentService) -> None:
    """A passport with an empty place where the face should be."""
    blank = np.full((512, 512, 3), 150, np.uint8)
    page = specimen("td3", portrait=blank, portrait_face=ASTRONAUT_FACE).pages[PageSide.FRONT]
    token = token_of(service)
    assert service.document(token, encode_jpeg(photo(page))) == error("FACE_QUALITY_LOW")
    assert service.next_step(token) is EnrolmentState.DOCUMENT_FRONT


ENDS: Mapping[str, tuple[ApplicantForm, str, str, str]] = {
    "everything in order": (ApplicantForm("Anna Maria", "Eriksson"), "passport", "selfie", ""),
    "another name in the form": (ApplicantForm("Eva", "Svensson"), "passport", "selfie", "Applicant integrity"),
    "another birthday in the form": (ApplicantForm("Anna Maria", "Eriksson", "1970-01-01"), "passport", "selfie", "Applicant integrity"),
    "an expired document": (ApplicantForm(), "expired", "selfie", "Document Expiration"),
    "another person's face": (ApplicantForm(), "passport", "other", "Face Verification"),
}


@pytest.mark.parametrize("what", ENDS)
def test_what_is_wrong_makes_its_factor_low_and_with_it_the_whole(what: str, service: EnrolmentService, pictures: Pictures) -> None:
    form, document_, face, low = ENDS[what]
    drawn = {
        "expired": lambda: encode_jpeg(photo(specimen("td3", expired=True).pages[PageSide.FRONT])),
        "other": lambda: encode_jpeg(at_rest(other_person())),
    }
    session = str(uuid.uuid4())
    token = service.initialize(session, URL, form=form).access_token
    for call, name in ((service.document, document_), (service.face, face)):
        assert call(token, drawn[name]() if name in drawn else pictures[name])["hasError"] is False
    assert service.complete(token)["hasError"] is False
    result = service.result(session)
    levels = {one["name"]: one["level"] for one in result["trustFactors"]}  # type: ignore[index, call-overload, union-attr]
    assert [name for name, level in levels.items() if level == "LOW"] == ([low] if low else [])
    # without the model of passive liveness nobody is called HIGH
    assert result["decision"] == ("LOW" if low else "HIGH" if levels["Face Liveness"] == "HIGH" else "MEDIUM")


@pytest.mark.parametrize("given", [(), ("passport",), ("front",), ("selfie",)])
def test_complete_wants_everything(given: tuple[str, ...], service: EnrolmentService, pictures: Pictures) -> None:
    token = token_of(service)
    for name in given:
        (service.face if name == "selfie" else service.document)(token, pictures[name])
    assert service.complete(token) == error("MISSING_DOCUMENT_AND_FACE")


def test_a_face_alone_is_enough_where_it_is_the_only_step(make: Make, pictures: Pictures) -> None:
    service = make(steps=(EnrolmentStep.FACE,))
    token = token_of(service)
    service.face(token, pictures["selfie"])
    assert service.complete(token) == {"hasError": False, "customerReturnUrl": URL}


def test_a_token_of_another_device_or_time_or_form_opens_nothing(
    service: EnrolmentService, store: MemoryCustomerStore, engines: Engines, clock: object
) -> None:
    token = token_of(service)
    head, body, signature = token.split(".")
    other = EnrolmentService(store, engines, MemoryDeviceKey("other"), clock)  # type: ignore[arg-type]
    forged = [token_of(other), f"{head}.{body}.{signature[:-4]}AAAA", f"e30.{body}.{signature}", f"{head}.{body}.", "", "a.b.c"]
    for wrong in forged:
        assert service.complete(wrong) == error("SESSION_UNAUTHORIZED")
    clock.pass_s(3600)  # type: ignore[attr-defined]
    assert service.complete(token) == error("SESSION_UNAUTHORIZED")
    assert service.event(token) == {"sessionId": "", "hasCompleted": False, "hasError": True, "error": "SESSION_UNAUTHORIZED"}


def test_a_session_is_begun_once_with_a_guid_and_a_url(service: EnrolmentService) -> None:
    session = str(uuid.uuid4())
    service.initialize(session, URL)
    for arguments in ((session, URL), ("one", URL), (str(uuid.uuid4()), "javascript:x")):
        with pytest.raises(BadInput) as caught:
            service.initialize(*arguments)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.logs_warnings
def test_a_fault_of_ours_is_internal_and_nothing_is_half_done(
    service: EnrolmentService, store: MemoryCustomerStore, pictures: Pictures
) -> None:
    token = token_of(service)
    store.fail_next = StoreFault(ErrorCode.STORE_FULL, "no space left")
    assert service.face(token, pictures["selfie"]) == error("INTERNAL_ERROR")
    assert all("selfie.picture" not in customer.blobs for customer in store.customers())


# --- the applicant's form and the levels ---------------------------------------------------------------------------


def document(**values: str) -> Document:
    return Document(
        DocumentType(), (), {FieldName(name): Field(FieldName(name), (Reading(value, Source.MRZ, 1.0),)) for name, value in values.items()}
    )


MULLER = document(givenNames="HANS PETER", surname="MUELLER", dateOfBirth="1980-05-17")


@pytest.mark.parametrize(
    ("form", "found"),
    [
        (ApplicantForm("Hans Peter", "Müller", "1980-05-17"), Agreement.SAME),
        (ApplicantForm("hans-peter", "MUELLER", "1980-05-17"), Agreement.SAME),
        (ApplicantForm("Peter Hans", "Müller"), Agreement.SAME),
        (ApplicantForm("Hans", "Müller", "1980-05-17"), Agreement.PART),
        (ApplicantForm("Müller", "Hans Peter"), Agreement.PART),
        (ApplicantForm("Hans Peter", "Maier"), Agreement.DIFFERENT),
        (ApplicantForm("Hans Peter", "Müller", "1980-05-18"), Agreement.DIFFERENT),
        (ApplicantForm("Eva", "Müller"), Agreement.DIFFERENT),
    ],
)
def test_the_form_is_compared_whatever_its_script_and_order(form: ApplicantForm, found: Agreement) -> None:
    assert compare_form(form, MULLER) is found


def test_a_name_in_cyrillic_is_the_one_in_the_mrz() -> None:
    assert compare_form(ApplicantForm("Иван", "Петров"), document(givenNames="IVAN", surname="PETROV")) is Agreement.SAME


def test_what_the_document_does_not_say_is_unknown() -> None:
    assert compare_form(replace(ANNA, date_of_birth="1980-01-01"), document(surname="ERIKSSON")) is Agreement.UNKNOWN


@pytest.mark.parametrize(
    ("levels", "decision"),
    [
        ({}, Level.MEDIUM),
        ({Factor.FACE_VERIFICATION: Level.HIGH}, Level.HIGH),
        ({Factor.FACE_VERIFICATION: Level.HIGH, Factor.CROSS_CHECK: Level.UNAVAILABLE}, Level.HIGH),
        ({Factor.FACE_VERIFICATION: Level.UNKNOWN}, Level.MEDIUM),
        ({Factor.FACE_VERIFICATION: Level.HIGH, Factor.CROSS_CHECK: Level.MEDIUM}, Level.MEDIUM),
        ({Factor.FACE_VERIFICATION: Level.MEDIUM, Factor.CROSS_CHECK: Level.LOW}, Level.LOW),
    ],
)
def test_the_decision_sums_up_the_factors(levels: dict[Factor, Level], decision: Level) -> None:
    assert decision_of(levels, frozenset({Factor.FACE_VERIFICATION})) is decision
