"""The customer flow of DIS: bodies as the protocol documents them, in any order, in parallel, and gone when its time is over."""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kiosk.compose.engines import Engines
from kiosk.domain.challenge import Challenge
from kiosk.domain.trust import BooleanRule, ScoreBounds, TrustFactorDefinition, TrustFactorType
from kiosk.imaging.decode import decode_image, encode_jpeg
from kiosk.ports import Json
from kiosk.services.protocols.codec import from_json
from kiosk.services.protocols.dis_access import DisSettings, image_bytes
from kiosk.services.protocols.dis_customer import DisCustomer, DisService
from kiosk.services.protocols.dis_document import DocumentWish
from kiosk.services.protocols.refusals import DisCode, DisRefusal
from kiosk.services.template_match import Advice
from tests.fakes.challenge_film import sealed_film
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.memory_store import MemoryCustomerStore
from tests.journeys.judged import at_rest, other_person

FILMED = ("MULTI_RANGE_LIVENESS", "MAGNIFEYE_LIVENESS") if os.environ.get("KIOSK_ALL_FILMS") else ("MAGNIFEYE_LIVENESS",)
"""Rendering a person takes seconds each; KIOSK_ALL_FILMS=1 plays both."""
OPENAPI = Path(__file__).resolve().parents[4] / "shared" / "reference" / "dis-openapi-1.65.0.json"
Pictures = Mapping[str, bytes]


@pytest.fixture
def service(store: MemoryCustomerStore, engines: Engines, key: MemoryDeviceKey, clock: object) -> DisService:
    return DisService(store, engines, key, clock, DisSettings(cache_s=600))  # type: ignore[arg-type]


@pytest.fixture
def customer(service: DisService) -> DisCustomer:
    return service.customer(str(service.create_customer()["id"]))


def refusal(call: Callable[[], object]) -> DisCode:
    with pytest.raises(DisRefusal) as caught:
        call()
    answer = caught.value.answer
    assert isinstance(answer, DisCode)
    return answer


def conforms(body: Json, schema: str) -> None:
    """Every member is one that the OpenAPI document has, of its type and enumeration, and none that it requires is missing.

    Without that document the test goes on with what it knows itself; `test_the_openapi_document_is_there_to_compare_with` tells.
    """
    if not OPENAPI.is_file():
        return
    schemas = json.loads(OPENAPI.read_text("utf-8"))["components"]["schemas"]
    _conforms(body, {"$ref": f"#/components/schemas/{schema}"}, schemas, schema)


_TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}


def _conforms(body: Json, schema: dict, schemas: dict, where: str) -> None:  # type: ignore[type-arg]
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if "allOf" in schema:
        properties: dict[str, object] = {}
        for part in schema["allOf"]:
            properties |= (schemas[part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part).get("properties", {})
        schema = {"type": "object", "properties": properties, "required": schema.get("required", [])}
    if "oneOf" in schema:
        return
    assert isinstance(body, _TYPES[schema.get("type", "object")]), f"{where}: {body!r}"
    assert "enum" not in schema or body in schema["enum"], f"{where}: {body!r}"
    if isinstance(body, dict):
        assert set(schema.get("required", [])) <= set(body), where
        for name, value in body.items():
            if "additionalProperties" in schema and name not in schema.get("properties", {}):
                _conforms(value, schema["additionalProperties"], schemas, f"{where}.{name}")
                continue
            assert name in schema.get("properties", {}), f"{where}.{name} is not in the protocol"
            _conforms(value, schema["properties"][name], schemas, f"{where}.{name}")
    elif isinstance(body, list):
        for number, item in enumerate(body):
            _conforms(item, schema["items"], schemas, f"{where}[{number}]")


# --- the happy path ------------------------------------------------------------------------------------------------


def test_the_openapi_document_is_there_to_compare_with() -> None:
    if not OPENAPI.is_file():
        pytest.skip("the OpenAPI document of DIS is not beside the project: shapes are not compared with it")
    with pytest.raises(AssertionError):
        conforms({"unheard_of": 1}, "CreateSelfieResponse")


def test_a_whole_customer_in_the_documented_shapes(service: DisService, pictures: Pictures) -> None:
    created = service.create_customer()
    conforms(created, "CreateCustomerResponse")
    customer = service.customer(str(created["id"]))
    selfie = customer.put_selfie(image=pictures["selfie"])
    conforms(selfie, "CreateSelfieResponse")
    assert selfie["detection"]
    assert "errorCode" not in selfie
    conforms(customer.liveness.create(), "CreateCustomerLivenessResponse")
    link = f"/api/v1/customers/{created['id']}/selfie"
    assert customer.liveness.add_selfie("NONE", origin=link) == {}
    evaluated = customer.liveness.evaluate("PASSIVE_LIVENESS") if _has_liveness(service) else {}
    conforms(evaluated, "EvaluateCustomerLivenessResponse")
    conforms(customer.liveness.retrieve("PASSIVE_LIVENESS"), "RetrieveLivenessSelfiesResponse")
    wish = DocumentWish(advice=Advice(editions=("2008-2019",)))  # the API's own example, an edition that is not installed
    conforms(customer.document.create(wish), "CreateDocumentResponse")
    back, front = customer.document.add_page(pictures["back"]), customer.document.add_page(pictures["front"])
    for page, side in ((back, "back"), (front, "front")):
        conforms(page, "CreateDocumentPageResponse")
        assert page["pageType"] == side
        conforms(customer.document.page(side), "ImageCrop")
        conforms(customer.document.quality(side), "DocumentPageQuality")
    assert back["warnings"] == ["MISSING_FRONT_PAGE"]
    assert "warnings" not in front
    conforms(customer.document.crop("portrait"), "ImageCrop")
    known = customer.get()
    conforms(known, "GetCustomerResponse")
    assert known["customer"]["surname"]["mrz"] == "ERIKSSON"  # type: ignore[index, call-overload]
    assert sorted(known["customer"]["document"]["pageTypes"]) == ["back", "front"]  # type: ignore[index, call-overload, arg-type]
    inspection = customer.inspect()
    conforms(inspection, "CustomerInspectResponse")
    similarity = inspection["selfieInspection"]["similarityWith"]  # type: ignore[index, call-overload]
    assert similarity == {"documentPortrait": True, "livenessSelfies": True}
    conforms(customer.disclose(), "CustomerInspectDiscloseResponse")
    conforms(customer.document.inspect(), "DocumentInspectResponse")
    conforms(customer.document.disclose(), "DocumentInspectDiscloseResponse")
    assert customer.document.inspect()["expired"] is False
    service.delete_customer(str(created["id"]))
    assert refusal(customer.get) is DisCode.NOT_FOUND


def _has_liveness(service: DisService) -> bool:
    return service._desk._engines.verifier()._liveness is not None


def test_a_record_of_multi_range_or_magnifeye_is_evaluated_once_and_gives_the_selfie(
    service: DisService, customer: DisCustomer, engines: Engines, key: MemoryDeviceKey, clock: object, pictures: Pictures
) -> None:
    selfie = decode_image(pictures["selfie"])
    customer.liveness.create()
    for kind in FILMED:
        assert customer.liveness.evaluate(kind) == {"errorCode": "NOT_ENOUGH_DATA"}
        issued = customer.liveness.challenge(kind)
        challenge = from_json(Challenge, issued["challenge"])
        if kind == "MULTI_RANGE_LIVENESS":
            assert issued["details"] == {"challengeSequence": [step.value.removeprefix("FACE_SIZE_") for step in challenge.steps]}
            conforms({"details": issued["details"]}, "LivenessChallengeResponse")
        clock.pass_s(60)  # type: ignore[attr-defined]
        data = sealed_film(engines, key, challenge, selfie, made_at=clock.now_utc())  # type: ignore[attr-defined]
        added = customer.liveness.add_record(data)
        conforms(added, "CreateCustomerLivenessRecordResponse")
        assert customer.liveness.add_record(data) == {"errorCode": "INVALID_DATA"}, "a record is good once"
        evaluated = customer.liveness.evaluate(kind)
        conforms(evaluated, "EvaluateCustomerLivenessResponse")
        assert evaluated == {"score": 1.0}
    by_reference = customer.put_selfie(origin=str(added["links"]["selfie"]))  # type: ignore[index, call-overload]
    assert "detection" in by_reference
    assert customer.inspect()["security"]["videoInjection"] == {"evaluated": True, "detected": False}  # type: ignore[index, call-overload]
    # what was evaluated with another selfie as reference does not count any more
    assert "magnifeye_liveness" not in _results(customer)


def _results(customer: DisCustomer) -> list[str]:
    wanted = TrustFactorDefinition("magnifeye_liveness", TrustFactorType.SCORE, ScoreBounds(reject_low=0.5))
    results = customer.evaluate_trust([wanted])["trustEvaluation"]["trustFactorEvaluationResults"]  # type: ignore[index, call-overload]
    return [str(one["trustFactorName"]) for one in results]  # type: ignore[index, call-overload, union-attr]


def test_trust_of_a_customer_in_the_documented_shape(customer: DisCustomer, pictures: Pictures) -> None:
    customer.put_selfie(image=pictures["selfie"])
    customer.document.create()
    customer.document.add_page(pictures["front"])
    score, boolean = TrustFactorType.SCORE, TrustFactorType.BOOLEAN
    wanted = [
        TrustFactorDefinition("document_face_match", score, ScoreBounds(reject_low=0.1)),
        TrustFactorDefinition("document_not_expired", boolean, rule=BooleanRule.REJECT_IF_FALSE),
    ]
    accepted = customer.evaluate_trust(wanted)
    conforms(accepted, "TrustEvaluationResponse")
    assert accepted["trustEvaluation"]["result"] == "ACCEPT"  # type: ignore[index, call-overload]
    missing = TrustFactorDefinition("multi_range_liveness", score, ScoreBounds(reject_low=0.5))
    doubted = customer.evaluate_trust([*wanted, missing])["trustEvaluation"]
    assert isinstance(doubted, dict)
    assert doubted["result"] == "REVIEW"
    assert doubted["warnings"] == [{"warning": "MISSING_TRUST_FACTOR_DATA", "trustFactorName": "multi_range_liveness"}]


def test_the_integrators_bounds_decide_and_every_factor_tells_its_part(customer: DisCustomer, pictures: Pictures) -> None:
    """SCORE with reject and review bounds, BOOLEAN: another person's selfie, judged by bounds around its score."""
    customer.put_selfie(image=encode_jpeg(at_rest(other_person())))
    customer.document.create()
    customer.document.add_page(pictures["passport"])
    score = customer.disclose()["selfieInspection"]["similarityWith"]["documentPortrait"]["score"]  # type: ignore[index, call-overload]
    valid = TrustFactorDefinition("document_not_expired", TrustFactorType.BOOLEAN, rule=BooleanRule.REJECT_IF_FALSE)
    matches = TrustFactorDefinition("document_face_matches", TrustFactorType.BOOLEAN, rule=BooleanRule.REVIEW_IF_FALSE)
    cases = {
        "REJECT": ScoreBounds(reject_low=score + 0.1, review_low=score + 0.2),
        "REVIEW": ScoreBounds(reject_low=score - 0.1, review_low=score + 0.1),
        "ACCEPT": ScoreBounds(reject_low=score - 0.2, review_low=score - 0.1),
    }
    for result, bounds in cases.items():
        told = customer.evaluate_trust([TrustFactorDefinition("document_face_match", TrustFactorType.SCORE, bounds), valid])
        conforms(told, "TrustEvaluationResponse")
        assert told["trustEvaluation"] == {
            "result": result,
            "trustFactorEvaluationResults": [
                {"trustFactorName": "document_face_match", "result": result, "scoreValue": score},
                {"trustFactorName": "document_not_expired", "result": "ACCEPT", "booleanValue": True},
            ],
        }
    told = customer.evaluate_trust([matches, valid])["trustEvaluation"]
    assert [one["result"] for one in told["trustFactorEvaluationResults"]] == ["REVIEW", "ACCEPT"]  # type: ignore[index, call-overload, union-attr]
    assert told["result"] == "REVIEW"


# --- any order, partial, parallel ----------------------------------------------------------------------------------


def test_pages_and_selfie_that_come_at_once_are_all_kept(customer: DisCustomer, pictures: Pictures) -> None:
    customer.document.create()
    customer.liveness.create()
    calls: list[Callable[[], object]] = [
        lambda: customer.document.add_page(pictures["front"]),
        lambda: customer.document.add_page(pictures["back"]),
        lambda: customer.put_selfie(image=pictures["selfie"]),
        *[lambda: customer.liveness.add_selfie("NONE", image=pictures["selfie"]) for _ in range(4)],
    ]
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    known = customer.get()["customer"]
    assert isinstance(known, dict)
    assert sorted(known["document"]["pageTypes"]) == ["back", "front"]  # type: ignore[index, call-overload, arg-type]
    assert len(customer.liveness.retrieve("PASSIVE_LIVENESS")["selfies"]) == 4  # type: ignore[arg-type]


def test_a_customer_is_known_to_another_process_on_the_same_store(
    customer: DisCustomer, store: MemoryCustomerStore, engines: Engines, key: MemoryDeviceKey, clock: object, pictures: Pictures
) -> None:
    customer.document.create()
    customer.document.add_page(pictures["front"])
    other = DisService(store, engines, key, clock)  # type: ignore[arg-type]
    assert other.customer(customer.access.id).get() == customer.get()


def test_a_page_that_was_read_while_the_document_was_made_anew_is_a_conflict(
    customer: DisCustomer, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.document.create()
    desk, read = customer.access.desk, customer.access.desk.read_page

    def slow(*arguments: object, **options: object) -> object:
        result = read(*arguments, **options)  # type: ignore[arg-type]
        customer.document.create()
        return result

    monkeypatch.setattr(desk, "read_page", slow)
    assert refusal(lambda: customer.document.add_page(pictures["front"])) is DisCode.CONFLICT
    assert "document" not in customer.get()["customer"]  # type: ignore[operator]


# --- failures ------------------------------------------------------------------------------------------------------


def test_pictures_that_show_nothing_are_told_in_the_answer_and_change_nothing(customer: DisCustomer, pictures: Pictures) -> None:
    customer.liveness.create()
    customer.document.create()
    assert customer.put_selfie(image=pictures["wall"]) == {"errorCode": "NO_FACE_DETECTED"}
    assert customer.liveness.add_selfie("NONE", image=pictures["wall"]) == {"errorCode": "NO_FACE_DETECTED"}
    assert customer.liveness.evaluate("PASSIVE_LIVENESS") == {"errorCode": "NOT_ENOUGH_DATA"}
    assert customer.document.add_page(pictures["wall"])["errorCode"] == "NO_CARD_CORNERS_DETECTED"
    assert customer.liveness.add_record(b"anything") == {"errorCode": "INVALID_DATA"}
    assert customer.get() == {"customer": {}}


FAILURES: Mapping[str, tuple[Callable[[DisCustomer], object], DisCode]] = {
    "a page before the document": (lambda customer: customer.document.add_page(b""), DisCode.NOT_FOUND),
    "liveness before it was created": (lambda customer: customer.liveness.evaluate("PASSIVE_LIVENESS"), DisCode.NOT_FOUND),
    "a selfie that is no picture": (lambda customer: customer.put_selfie(image=b"no picture"), DisCode.INVALID_IMAGE),
    "a selfie of nothing": (lambda customer: customer.put_selfie(), DisCode.INVALID_REQUEST_BODY),
    "a selfie of two things": (lambda customer: customer.put_selfie(image=b"x", origin="y"), DisCode.INVALID_REQUEST_BODY),
    "a selfie by a foreign link": (lambda customer: customer.put_selfie(origin="/api/v1/customers/x/selfie"), DisCode.NOT_FOUND),
    "a crop that is not there": (lambda customer: customer.document.crop("signature"), DisCode.NOT_FOUND),
    "a side that is none": (lambda customer: customer.document.page("spine"), DisCode.INVALID_REQUEST_PARAMETER),
    "an unknown source": (
        lambda customer: customer.document.create(DocumentWish(sources=("X",))),
        DisCode.INVALID_REQUEST_BODY,
    ),
    "advice of a size that is none": (
        lambda customer: customer.document.create(DocumentWish(advice=Advice(mrtds=("td9",)))),
        DisCode.INVALID_REQUEST_BODY,
    ),
    "a status that is none": (lambda customer: customer.hand_over("DONE"), DisCode.INVALID_REQUEST_BODY),
    "an external id with a blank": (lambda customer: customer.hand_over("FINISHED", external_id="a b"), DisCode.INVALID_REQUEST_BODY),
}


@pytest.mark.parametrize("what", FAILURES)
def test_each_failure_has_its_code(what: str, customer: DisCustomer) -> None:
    call, code = FAILURES[what]
    assert refusal(lambda: call(customer)) is code


@pytest.mark.parametrize(("body", "code"), [({"url": "https://x"}, DisCode.DATA_DOWNLOADER_DISABLED), ({}, DisCode.INVALID_REQUEST_BODY)])
def test_an_image_is_data_and_is_never_fetched(body: dict[str, Json], code: DisCode) -> None:
    assert refusal(lambda: image_bytes(body)) is code


def test_ids_are_the_callers_own_once(service: DisService) -> None:
    own = str(uuid.uuid4())
    service.create_customer(customer_id=own)
    assert refusal(lambda: service.create_customer(customer_id=own)) is DisCode.ALREADY_EXISTS
    assert refusal(lambda: service.create_customer(customer_id="one")) is DisCode.INVALID_ID
    assert refusal(lambda: service.create_customer(customer_id=str(uuid.uuid1()))) is DisCode.INVALID_ID
    assert refusal(lambda: service.customer(str(uuid.uuid4()))) is DisCode.NOT_FOUND
    service.delete_customer(own)
    service.delete_customer(own)


# --- sessions and time ---------------------------------------------------------------------------------------------


def test_the_end_of_a_session_erases_its_customer(service: DisService, store: MemoryCustomerStore) -> None:
    session = service.create_session(300)
    conforms(session, "CreateSessionResponse")
    token = str(session["token"])
    other = str(service.create_session(300)["token"])
    bound = str(service.create_customer(token=token)["id"])
    free = str(service.create_customer()["id"])
    for wrong in ("", other, "bm9uZQ=="):
        assert refusal(lambda wrong=wrong: service.customer(bound, wrong)) is DisCode.FORBIDDEN  # type: ignore[misc]
    service.customer(bound, token).get()
    service.end_session(token)
    assert [customer.id for customer in store.customers()] == [free]
    assert refusal(lambda: service.create_customer(token=token)) is DisCode.FORBIDDEN


def test_a_session_that_ran_out_takes_its_customer_with_it(service: DisService, store: MemoryCustomerStore, clock: object) -> None:
    token = str(service.create_session(300)["token"])
    bound = str(service.create_customer(token=token)["id"])
    clock.pass_s(301)  # type: ignore[attr-defined]
    assert refusal(lambda: service.customer(bound, token)) is DisCode.NOT_FOUND
    assert store.customers() == ()


def test_what_nobody_touches_for_the_configured_time_is_erased_and_what_was_handed_over_is_not(
    service: DisService, store: MemoryCustomerStore, clock: object, pictures: Pictures
) -> None:
    old, kept = (str(service.create_customer()["id"]) for _ in range(2))
    clock.pass_s(599)  # type: ignore[attr-defined]
    young = str(service.create_customer()["id"])
    service.customer(kept).hand_over("FINISHED", external_id="case-1")
    assert service.sweep() == 0
    clock.pass_s(1)  # type: ignore[attr-defined]
    assert refusal(lambda: service.customer(old)) is DisCode.NOT_FOUND
    assert {customer.id for customer in store.customers()} == {young, kept}
    clock.pass_s(600)  # type: ignore[attr-defined]
    assert service.sweep() == 1
    assert {customer.id for customer in store.customers()} == {kept}
