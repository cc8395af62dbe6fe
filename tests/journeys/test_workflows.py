"""Every numbered workflow through its happy way and its failures: real engines on specimens; and `kiosk run` as staff uses it.

Results of the engines are remembered between cases (the same picture gives the same answer), so that each is read once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.cli import main
from kiosk.compose import Engines, Setup
from kiosk.config import Config
from kiosk.domain.capability import Category, Part
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import Document, FieldName, PageSide
from kiosk.domain.errors import BadInput, ErrorCode, KioskError, ModelFault
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.paths import find_paths
from kiosk.ports import Json
from kiosk.services.execution_judge import ExecutionJudge
from kiosk.services.execution_order import Judgement, Screening
from kiosk.services.execution_requests import CredentialRequest, InitiateRequest
from kiosk.services.executions import Executions, Initiated
from kiosk.services.facemap import FacemapTemplate, make_facemap
from kiosk.services.reading import DocumentReader, PageResult
from kiosk.services.workflows import load_any_workflow, load_policy
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, astronaut, specimen
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.memory_store import MemoryCustomerStore
from tests.journeys.conftest import PHOTO

RESOURCES = Path(__file__).parents[2] / "resources"
OK, MATCH = ("PASSED", "OK"), ("PASSED", "MATCH")
PRECONDITION = ("NOT_EXECUTED", "PRECONDITION_NOT_FULFILLED")
TECHNICAL = ("NOT_EXECUTED", "TECHNICAL_ERROR")
ABSENT = ("NOT_EXECUTED", "NOT_UPLOADED")


def photo(page: Image) -> bytes:
    return encode_jpeg(Desk(size=PHOTO).shot(page, Placement(width=fitting_width(page, PHOTO))))


@pytest.fixture(scope="module")
def pictures() -> Mapping[str, bytes]:
    passport = specimen("td3").pages[PageSide.FRONT]
    return {
        "passport": photo(passport),
        "expired": photo(specimen("td3", expired=True).pages[PageSide.FRONT]),
        "misprint": photo(specimen("td3", misprint=True).pages[PageSide.FRONT]),
        "selfie": encode_jpeg(SelfieScene(astronaut(), ASTRONAUT_FACE, story="still").at_rest),
        "smaller": encode_jpeg(astronaut()),
        "wall": encode_jpeg(np.random.default_rng(1).integers(90, 160, (480, 640, 3), dtype=np.uint8)),
        "blank": encode_jpeg(np.full((480, 640, 3), 200, np.uint8)),
    }


class RememberingReader:
    """A DocumentReader that reads a picture once."""

    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader
        self._known: dict[bytes, PageResult | BadInput] = {}

    def read_page(self, image: Image, *, expected: PageSide | None = None) -> PageResult:
        key = image.tobytes() + str(expected).encode()
        if key not in self._known:
            try:
                self._known[key] = self._reader.read_page(image, expected=expected)
            except BadInput as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, BadInput):
            raise found
        return found


@dataclass
class TestEngines:
    """The installed engines; `faults`: what fails when it is asked for."""

    __test__ = False
    engines: Engines
    faults: dict[str, KioskError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reader = RememberingReader(self.engines.document_reader())

    def document_reader(self) -> RememberingReader:
        return self._reader

    def __getattr__(self, name: str) -> Any:
        if name in self.faults:
            raise self.faults[name]
        return getattr(self.engines, name)


@pytest.fixture(scope="module")
def engines(model_library: ModelLibrary) -> Any:
    with Engines(Setup(find_paths(), Config()), model_library) as made:
        yield TestEngines(made)


class Clock:
    def now_utc(self) -> str:
        return (datetime.now(UTC) + timedelta(0)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def today(self) -> str:
        return "2026-03-01"

    def monotonic(self) -> float:
        return 0.0


class World:
    """One store and one device; each judgement by a judge of its own, as after a restart."""

    def __init__(self, engines: TestEngines, pictures: Mapping[str, bytes], screening: Screening | None = None) -> None:
        self.engines, self.pictures, self.screening = engines, pictures, screening
        self.store, self.key = MemoryCustomerStore(), MemoryDeviceKey()
        self.executions = Executions(
            self.store,
            Clock(),
            workflow=lambda key: load_any_workflow(RESOURCES, key),
            policy=lambda key: load_policy(RESOURCES, key),
        )

    def run(
        self, workflow: str, parts: Sequence[tuple[str, bytes]], *, account: str = "", credentials: Sequence[CredentialRequest] = ()
    ) -> tuple[Initiated, Judgement]:
        """`parts`: FRONT, BACK, FACE, FACEMAP or REFERENCE, each for the next credential that takes it."""
        request = InitiateRequest(workflow, tuple(credentials), user_reference="u-1", consented=True)
        begun = self.executions.update(account, request) if account else self.executions.create(request)
        taken: set[tuple[str, str]] = set()
        for name, data in parts:
            part = Part.FACEMAP if name == "REFERENCE" else Part(name)
            category = {Part.FACE: Category.SELFIE, Part.FACEMAP: Category.FACEMAP}.get(part, Category.ID)
            fitting = [one for one in begun.credentials if one.category is category and one.reference is (name == "REFERENCE")]
            credential = next(one for one in fitting if one.channels and (one.id, name) not in taken)
            taken.add((credential.id, name))
            self.executions.add_part(begun.account_id, begun.execution_id, credential.id, part, data, channel=credential.channels[0])
        self.executions.finalize(begun.account_id, begun.execution_id)
        judge = ExecutionJudge(self.engines, self.store, self.key, Clock(), screening=self.screening)
        return begun, self.executions.process(begun.account_id, begun.execution_id, judge)

    def facemap(self) -> bytes:
        matcher = self.engines.matcher()
        from kiosk.imaging.decode import decode_image

        template = self.engines.verifier().embed_selfie(decode_image(self.pictures["smaller"]))
        return make_facemap([FacemapTemplate(template)], matcher, self.key, created=Clock().now_utc())


def found(judgement: Judgement) -> dict[str, list[tuple[str, str]]]:
    result: dict[str, list[tuple[str, str]]] = {}
    for one in judgement.capabilities:
        result.setdefault(one.name.value, []).append((one.status.value, one.label))
    return result


ID_FINE = {"usability": [OK], "extraction": [OK]}
DOCUMENT_FINE = {"imageChecks": [OK], "extraction": [OK], "dataChecks": [OK]}
PASSPORT, SELFIE = ("FRONT", "passport"), ("FACE", "selfie")
WITHOUT_PASSIVE_MODEL = {"liveness": [TECHNICAL]}


@dataclass(frozen=True)
class Case:
    workflow: str
    parts: tuple[tuple[str, str], ...]
    outcome: str
    capabilities: Mapping[str, list[tuple[str, str]]]
    credentials: tuple[Category, ...] = ()


THREE = (PASSPORT, SELFIE)
CASES = {
    "1": Case("1", (PASSPORT,), "ACCEPT", ID_FINE),
    "1 no document": Case(
        "1", (("FRONT", "smaller"),), "REVIEW", {"usability": [("REJECTED", "NOT_A_DOCUMENT")], "extraction": [PRECONDITION]}
    ),
    "1 blank": Case("1", (("FRONT", "blank"),), "REVIEW", {"usability": [("REJECTED", "BAD_QUALITY")], "extraction": [PRECONDITION]}),
    "2": Case("2", (PASSPORT,), "ACCEPT", {"usability": [OK], **DOCUMENT_FINE}),
    "2 expired": Case(
        "2",
        (("FRONT", "expired"),),
        "REJECT",
        {"usability": [OK], **DOCUMENT_FINE, "dataChecks": [("WARNING", "DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT")]},
    ),
    "2 misprint": Case("2", (("FRONT", "misprint"),), "REVIEW", {"dataChecks": [("REJECTED", "MRZ_CHECKSUM")], "extraction": [OK]}),
    "3": Case("3", THREE, "REVIEW", {"usability": [OK, OK, ABSENT], **DOCUMENT_FINE, "similarity": [MATCH], **WITHOUT_PASSIVE_MODEL}),
    "3 no face": Case(
        "3",
        (PASSPORT, ("FACE", "wall")),
        "REVIEW",
        {
            "usability": [OK, ("WARNING", "LIVENESS_UNDETERMINED"), ABSENT],
            **DOCUMENT_FINE,
            "liveness": [("REJECTED", "NO_FACE_PRESENT")],
            "similarity": [("WARNING", "NOT_POSSIBLE")],
        },
    ),
    "3 document as selfie": Case(
        "3", (PASSPORT, ("FACE", "passport")), "REJECT", {**DOCUMENT_FINE, "liveness": [("REJECTED", "ID_USED_AS_SELFIE")]}
    ),
    "3 no document": Case(
        "3",
        (("FRONT", "smaller"), SELFIE),
        "REVIEW",
        {
            "usability": [("REJECTED", "NOT_A_DOCUMENT"), OK, ABSENT],
            "imageChecks": [PRECONDITION],
            "extraction": [PRECONDITION],
            "dataChecks": [PRECONDITION],
            "similarity": [PRECONDITION],
            **WITHOUT_PASSIVE_MODEL,
        },
    ),
    "6": Case("6", (SELFIE,), "REVIEW", {"usability": [OK, ABSENT], **WITHOUT_PASSIVE_MODEL}),
    "6 no face": Case(
        "6",
        (("FACE", "wall"),),
        "REVIEW",
        {"usability": [("WARNING", "LIVENESS_UNDETERMINED"), ABSENT], "liveness": [("REJECTED", "NO_FACE_PRESENT")]},
    ),
    "20 ID and selfie": Case("20", THREE, "ACCEPT", {"usability": [OK, OK], "similarity": [MATCH]}),
    "20 two IDs": Case(
        "20",
        (PASSPORT, ("FRONT", "expired")),
        "ACCEPT",
        {"usability": [OK, OK], "similarity": [MATCH]},
        (Category.ID, Category.ID),
    ),
    "20 two selfies": Case(
        "20",
        (SELFIE, ("FACE", "smaller")),
        "ACCEPT",
        {"usability": [OK, OK], "similarity": [MATCH]},
        (Category.SELFIE, Category.SELFIE),
    ),
    "20 no face": Case(
        "20",
        (SELFIE, ("FACE", "wall")),
        "REVIEW",
        {"usability": [OK, ("WARNING", "LIVENESS_UNDETERMINED")], "similarity": [("WARNING", "NOT_POSSIBLE")]},
        (Category.SELFIE, Category.SELFIE),
    ),
    "32 no list": Case(
        "32",
        THREE,
        "REVIEW",
        {**DOCUMENT_FINE, "similarity": [MATCH], "watchlistScreening": [("NOT_EXECUTED", "INVALID_MERCHANT_SETTINGS")]},
    ),
    "32 no document": Case("32", (("FRONT", "smaller"), SELFIE), "REVIEW", {"watchlistScreening": [PRECONDITION]}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_workflow_gives_the_documented_labels(engines: TestEngines, pictures: Mapping[str, bytes], case: Case) -> None:
    world = World(engines, pictures)
    parts = [(name, pictures[picture]) for name, picture in case.parts]
    begun, judgement = world.run(case.workflow, parts, credentials=[CredentialRequest(one) for one in case.credentials])
    assert {name: found(judgement)[name] for name in case.capabilities} == case.capabilities
    assert judgement.decision.outcome.value == case.outcome, [reason.check for reason in judgement.decision.reasons]
    definition = load_any_workflow(RESOURCES, case.workflow).definition
    assert definition is not None
    details = world.executions.details(begun.account_id, begun.execution_id)
    shown: Any = details["capabilities"]
    assert set(shown) == {rule.name.value for rule in definition.capabilities}
    ids = {one["id"] for one in details["credentials"]}  # type: ignore[union-attr,index,call-overload]
    for entries in shown.values():
        for entry in entries:
            assert set(entry) <= {"id", "credentials", "decision", "data", "validFaceMapForAuthentication"}
            assert {one["id"] for one in entry["credentials"]} <= ids
            assert set(entry["decision"]) == {"type", "details"}
    type_ = {"ACCEPT": "PASSED", "REVIEW": "WARNING", "REJECT": "REJECTED"}[case.outcome]
    assert details["decision"]["type"] == type_  # type: ignore[index,call-overload]
    json.dumps(details)


def test_what_was_extracted_is_in_the_protocols_words(engines: TestEngines, pictures: Mapping[str, bytes]) -> None:
    _, judgement = World(engines, pictures).run("1", [("FRONT", pictures["passport"])])
    truth = specimen("td3").truth.fields
    data = next(one.data for one in judgement.capabilities if one.name.value == "extraction")
    assert (data["type"], data["issuingCountry"]) == ("PASSPORT", "UTO")
    assert (data["firstName"], data["lastName"]) == (truth[FieldName.GIVEN_NAMES], truth[FieldName.SURNAME])
    born = truth[FieldName.DATE_OF_BIRTH]
    assert data["dateOfBirth"] == born
    assert data["dateOfBirthParts"] == dict(zip(("year", "month", "day"), born.split("-"), strict=True))
    assert (data["documentNumber"], data["expiryDate"]) == (truth[FieldName.DOCUMENT_NUMBER], truth[FieldName.DATE_OF_EXPIRY])


def test_a_stored_id_is_compared_with_a_new_selfie(engines: TestEngines, pictures: Mapping[str, bytes]) -> None:
    world = World(engines, pictures)
    first, _ = world.run("1", [("FRONT", pictures["passport"])])
    stored = [CredentialRequest(Category.ID, first.credentials[0].id)]
    _, judgement = world.run("5", [("FACE", pictures["selfie"])], account=first.account_id, credentials=stored)
    assert found(judgement) == {"usability": [OK, OK], "similarity": [MATCH]}
    assert judgement.decision.outcome.value == "ACCEPT"
    _, judgement = world.run("5", [("FACE", pictures["wall"])], account=first.account_id, credentials=stored)
    assert found(judgement)["similarity"] == [("WARNING", "NOT_POSSIBLE")]
    assert judgement.decision.outcome.value == "REVIEW"


def authenticated(world: World, facemap: bytes, face: str = "selfie") -> dict[str, list[tuple[str, str]]]:
    """By workflow 16, in an account that is there."""
    first, _ = world.run("6", [("FACE", world.pictures["selfie"])])
    _, judgement = world.run("16", [("REFERENCE", facemap), ("FACE", world.pictures[face])], account=first.account_id)
    return found(judgement)


def test_an_uploaded_facemap_must_be_this_devices(engines: TestEngines, pictures: Mapping[str, bytes]) -> None:
    world = World(engines, pictures)
    facemap = world.facemap()
    assert authenticated(world, facemap)["usability"] == [OK, OK, ABSENT]
    assert authenticated(world, facemap)["authentication"] == [TECHNICAL]  # the model of passive liveness is not there
    changed = bytearray(facemap)
    changed[-1] ^= 1
    assert authenticated(world, bytes(changed)) == {
        "usability": [("REJECTED", "BAD_QUALITY"), OK, ABSENT],
        "authentication": [PRECONDITION],
    }
    assert authenticated(world, facemap, "wall")["authentication"] == [("REJECTED", "FAILED")]


def test_authentication_wants_a_facemap_on_file(engines: TestEngines, pictures: Mapping[str, bytes]) -> None:
    world = World(engines, pictures)
    first, _ = world.run("6", [("FACE", pictures["selfie"])])
    with pytest.raises(BadInput) as caught:
        world.run("9", [("FACE", pictures["selfie"])], account=first.account_id)
    assert caught.value.params["reason"] == "NOT_ON_FILE"


@pytest.mark.parametrize(
    ("check", "label", "outcome"),
    [
        (Check(CheckName.WATCHLIST_SCREENING, CheckStatus.PASSED), OK, "REVIEW"),
        (Check(CheckName.WATCHLIST_SCREENING, CheckStatus.WARNING, CheckLabel.ALERT), ("WARNING", "ALERT"), "REVIEW"),
    ],
)
def test_screening_asks_for_the_name_that_was_read(
    engines: TestEngines, pictures: Mapping[str, bytes], check: Check, label: tuple[str, str], outcome: str
) -> None:
    asked: list[tuple[str, str]] = []

    def screening(document: Document, user_reference: str) -> tuple[Check, Mapping[str, Json]]:
        asked.append((document.value(FieldName.SURNAME), user_reference))
        return check, {"searchStatus": "DONE", "searchResults": int(check.status is CheckStatus.WARNING)}

    world = World(engines, pictures, screening)
    _, judgement = world.run("32", [("FRONT", pictures["passport"]), ("FACE", pictures["selfie"])])
    assert asked == [(specimen("td3").truth.fields[FieldName.SURNAME], "u-1")]
    assert found(judgement)["watchlistScreening"] == [label]
    assert judgement.decision.outcome.value == outcome
    assert (
        next(one.data for one in judgement.capabilities if one.label == label[1] and "searchStatus" in one.data)["searchStatus"] == "DONE"
    )


@pytest.mark.logs_warnings
def test_an_engine_that_fails_is_a_technical_error_of_its_own_capabilities(engines: TestEngines, pictures: Mapping[str, bytes]) -> None:
    broken = TestEngines(engines.engines, {"age_gender": ModelFault(ErrorCode.MODEL_CORRUPT, "broken")})
    broken._reader = engines.document_reader()
    _, judgement = World(broken, pictures).run("3", [("FRONT", pictures["passport"]), ("FACE", pictures["selfie"])])
    assert found(judgement)["liveness"] == [TECHNICAL]
    assert found(judgement)["dataChecks"] == [OK]
    assert judgement.decision.outcome.value == "REVIEW"


@pytest.mark.parametrize(
    ("countries", "types", "label"), [(("SVK",), (), "UNSUPPORTED_COUNTRY"), ((), ("ID_CARD",), "UNSUPPORTED_DOCUMENT_TYPE")]
)
def test_another_document_than_the_preset_is_told(
    engines: TestEngines, pictures: Mapping[str, bytes], countries: tuple[str, ...], types: tuple[str, ...], label: str
) -> None:
    from kiosk.flow.definition import Preset

    wanted = CredentialRequest(Category.ID, countries=Preset(countries), types=Preset(types))
    _, judgement = World(engines, pictures).run("1", [("FRONT", pictures["passport"])], credentials=[wanted])
    assert found(judgement) == {"usability": [("WARNING", label)], "extraction": [OK]}


# --- as staff uses it ------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    code = main([*map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)
