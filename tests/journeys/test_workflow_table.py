"""Every numbered workflow through its happy way and through each of its failures, and the result in the documented shape.

What a picture is worth is said once, in `DOCUMENTS`, `SELFIES`, `CHECKS` and `REFERENCES`; what a workflow makes of it follows from the
protocol's chains (protocols 2.4 and 2.5, written down again here, not taken from the product). Each workflow is run with nothing wrong and
with each single thing wrong; `--cross-product` runs every combination of them.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.capability import Category
from kiosk.ports import Json
from kiosk.services.execution_order import Judgement
from kiosk.services.execution_requests import CredentialRequest, InitiateRequest
from kiosk.services.executions import Initiated
from tests.fakes.device_key import MemoryDeviceKey
from tests.journeys.judged import JudgedEngines, Made, World, facemap_of, found, make_files

PROTOCOLS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "protocols.md"
Entry = tuple[str, str]
OK, MATCH, READ = ("PASSED", "OK"), ("PASSED", "MATCH"), ("PASSED", "OK")
PRECONDITION = ("NOT_EXECUTED", "PRECONDITION_NOT_FULFILLED")
TECHNICAL = ("NOT_EXECUTED", "TECHNICAL_ERROR")
ABSENT = ("NOT_EXECUTED", "NOT_UPLOADED")
NOT_POSSIBLE = ("WARNING", "NOT_POSSIBLE")
NO_MATCH = ("REJECTED", "NO_MATCH")
FAILED = ("REJECTED", "FAILED")

# --- what is handed in, and what it is worth -------------------------------------------------------------------------


@dataclass(frozen=True)
class Doc:
    """A document: its pictures, and what each capability says of it. `grave`: what data_checks or image_checks make of the whole."""

    parts: tuple[tuple[str, str], ...]
    usability: Entry = OK
    image_checks: Entry = OK
    data_checks: Entry = OK
    grave: str = "REVIEW"
    has_portrait: bool = True


DOCUMENTS: Mapping[str, Doc] = {
    "passport": Doc((("FRONT", "passport"),)),
    "card": Doc((("FRONT", "front"), ("BACK", "back"))),
    "expired": Doc((("FRONT", "expired"),), data_checks=("WARNING", "DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT"), grave="REJECT"),
    "misprint": Doc((("FRONT", "misprint"),), data_checks=("REJECTED", "MRZ_CHECKSUM")),
    "grey copy": Doc((("FRONT", "copy"),), image_checks=("WARNING", "OTHER_REJECTION")),
    "another card's back": Doc((("FRONT", "front"), ("BACK", "other back")), data_checks=("REJECTED", "MISMATCH_HRZ_MRZ_DATA")),
    "front alone": Doc((("FRONT", "front"),), usability=("WARNING", "MISSING_PAGE"), data_checks=PRECONDITION),
    "wrong side": Doc((("FRONT", "back"),), usability=("WARNING", "MISSING_PAGE"), data_checks=PRECONDITION, has_portrait=False),
    "unreadable": Doc((("FRONT", "blank"),), usability=("REJECTED", "BAD_QUALITY"), has_portrait=False),
    "no document": Doc((("FRONT", "smaller"),), usability=("REJECTED", "NOT_A_DOCUMENT"), has_portrait=False),
}


@dataclass(frozen=True)
class Face:
    """A selfie. `live`: what the passive check says where it runs. `face`: whose it is, "" for nobody's."""

    picture: str
    usability: Entry = OK
    live: Entry = OK
    live_outcome: str = "ACCEPT"
    face: str = "holder"


SELFIES: Mapping[str, Face] = {
    "selfie": Face("selfie"),
    "another person's": Face("other", face="other"),
    "no face": Face(
        "wall", usability=("WARNING", "LIVENESS_UNDETERMINED"), live=("REJECTED", "NO_FACE_PRESENT"), live_outcome="REVIEW", face=""
    ),
    "two people": Face(
        "two", usability=("WARNING", "LIVENESS_UNDETERMINED"), live=("REJECTED", "MULTIPLE_PEOPLE"), live_outcome="REVIEW", face="other"
    ),
    "the document's file": Face(
        "", usability=("WARNING", "LIVENESS_UNDETERMINED"), live=("REJECTED", "ID_USED_AS_SELFIE"), live_outcome="REJECT", face=""
    ),
    "a print": Face("print", live=("REJECTED", "LIVENESS_UNDETERMINED"), live_outcome="REJECT"),
}
NEEDS_PASSIVE = {"a print"}
NEEDS_NO_FILM = {"no face", "two people", "the document's file", "a print"}
"""As single faults these are tried without a live check: it would be replayed once more for each, and what the table wants to see is the
picture's own part. `--cross-product` tries both."""


@dataclass(frozen=True)
class LiveCheck:
    """A capture record in the FACEMAP credential. `liveness` None = as without it, but complete."""

    usability: Entry
    liveness: Entry | None = None
    outcome: str = "REVIEW"
    """Where the record itself is at fault."""


UNDETERMINED = ("WARNING", "LIVENESS_UNDETERMINED")
CHECKS: Mapping[str, LiveCheck] = {
    "live check": LiveCheck(OK, outcome="ACCEPT"),
    "no live check": LiveCheck(ABSENT),
    "changed record": LiveCheck(UNDETERMINED, ("REJECTED", "MANIPULATED"), "REJECT"),
    "another device's record": LiveCheck(UNDETERMINED, ("REJECTED", "MANIPULATED"), "REJECT"),
    "old record": LiveCheck(UNDETERMINED, ("REJECTED", "MANIPULATED"), "REJECT"),
    "camera of software": LiveCheck(UNDETERMINED, ("REJECTED", "DIGITAL_COPY"), "REJECT"),
}
REFERENCES = ("own", "changed", "another device's", "another person's")
"""Facemaps to be compared with: uploaded in workflow 16."""


# --- the workflows, as the protocol has them -------------------------------------------------------------------------


@dataclass(frozen=True)
class Flow:
    """Slots that a run fills, and its chains: capability -> what must hold before."""

    slots: tuple[str, ...]
    chains: Mapping[str, tuple[str, ...]]


DOCUMENT_CHAIN = {"usability": (), "imageChecks": ("usability",), "extraction": ("imageChecks",), "dataChecks": ("extraction",)}
FLOWS: Mapping[str, Flow] = {
    "1": Flow(("document",), {"usability": (), "extraction": ("usability",)}),
    "2": Flow(("document",), DOCUMENT_CHAIN),
    "3": Flow(("document", "selfie", "check"), {**DOCUMENT_CHAIN, "liveness": ("usability",), "similarity": ("usability",)}),
    "5": Flow(("stored", "selfie"), {"usability": (), "similarity": ("usability",)}),
    "6": Flow(("selfie", "check"), {"usability": (), "liveness": ("usability",)}),
    "9": Flow(("selfie", "check"), {"usability": (), "authentication": ("usability",)}),
    "16": Flow(("reference", "selfie", "check"), {"usability": (), "authentication": ("usability",)}),
    "20": Flow(("document", "selfie"), {"usability": (), "similarity": ("usability",)}),
    "20 two IDs": Flow(("document", "document"), {"usability": (), "similarity": ("usability",)}),
    "20 two selfies": Flow(("selfie", "selfie"), {"usability": (), "similarity": ("usability",)}),
    "32": Flow(
        ("document", "selfie", "check"),
        {**DOCUMENT_CHAIN, "liveness": ("usability",), "similarity": ("usability",), "watchlistScreening": ("extraction",)},
    ),
}
CHOICES: Mapping[str, Sequence[str]] = {
    "document": tuple(DOCUMENTS),
    "stored": tuple(DOCUMENTS),
    "selfie": tuple(SELFIES),
    "check": tuple(CHECKS),
    "reference": REFERENCES,
}
CATEGORY = {"document": "ID", "stored": "ID", "selfie": "SELFIE", "check": "FACEMAP", "reference": "FACEMAP"}
CREDENTIALS = {"20 two IDs": (Category.ID, Category.ID), "20 two selfies": (Category.SELFIE, Category.SELFIE)}
GRAVITY = ("ACCEPT", "REVIEW", "REJECT")


def combinations(flow: Flow, *, all_of_them: bool) -> list[tuple[str, ...]]:
    """Nothing wrong; each single thing wrong; or everything with everything."""
    whole = [tuple(CHOICES[slot]) for slot in flow.slots]
    if all_of_them:
        return [chosen for chosen in itertools.product(*whole) if _makes_sense(flow, chosen)]
    fine = tuple(choices[0] for choices in whole)
    found_ = [fine]
    for place, choices in enumerate(whole):
        for other in choices[1:]:
            chosen = (*fine[:place], other, *fine[place + 1 :])
            if other in NEEDS_NO_FILM:
                chosen = tuple("no live check" if one == "live check" else one for one in chosen)
            found_.append(chosen)
    return [chosen for chosen in found_ if _makes_sense(flow, chosen)]


def _makes_sense(flow: Flow, chosen: tuple[str, ...]) -> bool:
    """The file of the document can be a selfie only where there is a document, and is one picture of it."""
    return "the document's file" not in chosen or ("document" in flow.slots and chosen[flow.slots.index("document")] == "passport")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if {"key", "chosen"} <= set(metafunc.fixturenames):
        whole = metafunc.config.getoption("cross_product", False) or bool(os.environ.get("KIOSK_CROSS_PRODUCT"))
        cases = [(key, chosen) for key, flow in FLOWS.items() for chosen in combinations(flow, all_of_them=whole)]
        metafunc.parametrize(("key", "chosen"), cases, ids=[f"{key}: {', '.join(chosen)}" for key, chosen in cases])


# --- what the protocol says must come of it ---------------------------------------------------------------------------


@dataclass
class Expected:
    """`either`: where two things are wrong with the liveness, which of the two is named is not said by the protocol."""

    entries: dict[str, list[Entry]]
    outcome: str
    either: frozenset[Entry] = frozenset()


def expected(key: str, chosen: tuple[str, ...], *, has_passive: bool) -> Expected:
    """By the chains alone: usability per credential, then each capability unless what must hold before does not."""
    flow = FLOWS[key]
    slots = list(zip(flow.slots, chosen, strict=True))
    outcomes = ["ACCEPT"]
    usable: list[tuple[str, str, Entry]] = [(slot, choice, _usability(slot, choice)) for slot, choice in slots]
    entries: dict[str, list[Entry]] = {"usability": [entry for _, _, entry in usable]}
    outcomes += ["REVIEW" for slot, _, entry in usable if entry != OK and slot != "check"]
    documents = [DOCUMENTS[choice] for slot, choice in slots if slot in ("document", "stored")]
    faces = [SELFIES[choice] for slot, choice in slots if slot == "selfie"]
    checks = [CHECKS[choice] for slot, choice in slots if slot == "check"]
    document_holds = all(holds(entry) for slot, _, entry in usable if CATEGORY[slot] == "ID")
    faces_hold = all(holds(entry) for slot, _, entry in usable if CATEGORY[slot] != "ID" and entry != ABSENT)
    if "extraction" in flow.chains:
        outcomes += _document_part(flow, documents[0], document_holds, entries)
    if "liveness" in flow.chains:
        entry, outcome = _liveness(faces[0], checks[0], has_passive=has_passive)
        entries["liveness"] = [entry if faces_hold else PRECONDITION]
        outcomes.append(outcome if faces_hold else "REVIEW")
    if "similarity" in flow.chains:
        entry, outcome = _similarity(documents, faces)
        runs = document_holds and all(holds(one) for slot, _, one in usable if slot == "selfie")
        entries["similarity"] = [entry if runs else PRECONDITION]
        outcomes.append(outcome if runs else "REVIEW")
    if "authentication" in flow.chains:
        reference = next((choice for slot, choice in slots if slot == "reference"), "own")
        entry, outcome = _authentication(faces[0], checks[0], reference, has_passive=has_passive)
        entries["authentication"] = [entry if faces_hold else PRECONDITION]
        # a record at fault is told whether or not there is something to compare with
        outcomes.append(outcome if faces_hold else max("REVIEW", checks[0].outcome, key=GRAVITY.index))
    if "watchlistScreening" in flow.chains:
        runs = holds(entries["extraction"][0])
        entries["watchlistScreening"] = [("NOT_EXECUTED", "INVALID_MERCHANT_SETTINGS") if runs else PRECONDITION]  # no list is installed
        outcomes.append("REVIEW")
    either: frozenset[Entry] = frozenset()
    if "liveness" in flow.chains and checks[0].liveness is not None:
        either = frozenset({checks[0].liveness, faces[0].live}) - {OK}
        if faces[0].face != "holder":
            either |= {("REJECTED", "MANIPULATED")}  # another person than in the record, where that can be looked into
    return Expected(entries, max(outcomes, key=GRAVITY.index), either)


def holds(entry: Entry) -> bool:
    return entry[0] in ("PASSED", "WARNING")


def _usability(slot: str, choice: str) -> Entry:
    match slot:
        case "document" | "stored":
            return DOCUMENTS[choice].usability
        case "selfie":
            return SELFIES[choice].usability
        case "check":
            return CHECKS[choice].usability
        case _:
            return OK if choice in ("own", "another person's") else ("REJECTED", "BAD_QUALITY")


def _document_part(flow: Flow, document: Doc, is_usable: bool, entries: dict[str, list[Entry]]) -> list[str]:
    outcomes = []
    judged = {"imageChecks": document.image_checks, "extraction": READ, "dataChecks": document.data_checks}
    for name in ("imageChecks", "extraction", "dataChecks"):
        if name in flow.chains:
            entry = judged[name] if is_usable else PRECONDITION
            entries[name] = [entry]
            if entry not in (OK, READ):
                outcomes.append(document.grave if is_usable else "REVIEW")
    return outcomes


def _liveness(face: Face, check: LiveCheck, *, has_passive: bool) -> tuple[Entry, str]:
    """A record at fault is told before what the picture shows; without the model of the passive check nothing of it is passed.

    Where there is a live check its pictures are judged, and the selfie must show the same person: a print of that person is then as good.
    """
    is_live = check.usability == OK
    if is_live and face.picture == "print":
        face = SELFIES["selfie"]
    outcomes = [check.outcome, face.live_outcome]
    if face.face != "holder" and is_live:
        # somebody else, or nobody, stands before the camera than in the live check
        outcomes.append("REJECT" if face.face else "REVIEW")
    if not has_passive:
        outcomes = [*outcomes, "REVIEW"]
    worst = max(outcomes, key=GRAVITY.index)
    if face.live == ("REJECTED", "ID_USED_AS_SELFIE"):
        return face.live, worst
    if check.liveness is not None:
        return check.liveness, worst
    if face.face == "other" and is_live:
        return ("REJECTED", "MANIPULATED"), worst
    if face.live != OK:
        return face.live, worst
    return (OK if has_passive else TECHNICAL), worst


def _similarity(documents: list[Doc], faces: list[Face]) -> tuple[Entry, str]:
    people = [("holder" if one.has_portrait else "") for one in documents] + [one.face for one in faces]
    if "" in people:
        return NOT_POSSIBLE, "REVIEW"
    return (MATCH, "ACCEPT") if people[0] == people[1] else (NO_MATCH, "REJECT")


def _authentication(face: Face, check: LiveCheck, reference: str, *, has_passive: bool) -> tuple[Entry, str]:
    whose = "other" if reference == "another person's" else "holder"
    if check.usability == OK and face.picture == "print":
        face = SELFIES["selfie"]
    outcomes = [check.outcome, face.live_outcome]
    is_known = face.face == whose
    if face.face and not is_known:
        outcomes.append("REJECT")
    if face.face != "holder" and check.usability == OK:
        outcomes.append("REJECT" if face.face else "REVIEW")
    if not has_passive:
        outcomes.append("REVIEW")
    worst = max(outcomes, key=GRAVITY.index)
    passive_fails = has_passive and face.picture == "print"
    strangers = face.face == "other" and check.usability == OK
    if not is_known or check.liveness is not None or passive_fails or strangers:
        return FAILED, worst
    return (OK if has_passive else TECHNICAL), worst


# --- running it ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engines(judged_engines: JudgedEngines) -> JudgedEngines:
    return judged_engines


@pytest.fixture(scope="module")
def pictures(drawn_pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return drawn_pictures


@pytest.fixture(scope="module")
def made(engines: JudgedEngines, pictures: Mapping[str, bytes]) -> Made:
    return make_files(engines.engines, pictures)


@pytest.fixture(scope="module")
def files(made: Made, engines: JudgedEngines, pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Records and facemaps by the words of `CHECKS` and `REFERENCES`."""
    from dataclasses import replace

    from kiosk.services.capture_record import open_record, seal_record

    record = open_record(made.live, made.key)
    stranger = MemoryDeviceKey("stranger")
    return {
        "live check": made.live,
        "changed record": _flipped(made.live),
        "another device's record": seal_record(replace(record, origin=replace(record.origin, device_id=stranger.device_id)), stranger),
        "old record": made.fresh(made_at="2026-01-01T00:00:00.000Z"),
        "camera of software": made.fresh(origin=replace(record.origin, virtual=True)),
        "own": made.facemap,
        "changed": _flipped(made.facemap),
        "another device's": facemap_of(engines.engines, stranger, pictures["smaller"]),
        "another person's": made.others_facemap,
    }


def _flipped(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[-1] ^= 1
    return bytes(changed)


def walk(
    world: World, key: str, chosen: tuple[str, ...], pictures: Mapping[str, bytes], files: Mapping[str, bytes]
) -> tuple[Initiated, Judgement]:
    """A run of the workflow, with what it needs on file."""
    account, credentials = "", [CredentialRequest(one) for one in CREDENTIALS.get(key, ())]
    parts: list[tuple[str, bytes]] = []
    for slot, choice in zip(FLOWS[key].slots, chosen, strict=True):
        if slot == "document":
            parts += [(part, pictures[name]) for part, name in DOCUMENTS[choice].parts]
        elif slot == "stored":
            begun, _ = world.run("1", [(part, pictures[name]) for part, name in DOCUMENTS[choice].parts])
            account, credentials = begun.account_id, [CredentialRequest(Category.ID, begun.credentials[0].id)]
        elif slot == "selfie":
            parts.append(("FACE", pictures[SELFIES[choice].picture or "passport"]))
        elif slot == "reference":
            parts.append(("REFERENCE", files[choice]))
        elif choice != "no live check":
            parts.append(("FACEMAP", files[choice]))
    if key in ("9", "16"):
        is_happy = chosen == combinations(FLOWS[key], all_of_them=False)[0]
        account = enrolled(world, pictures, files, is_judged=is_happy)
    return world.run(key.split()[0], parts, account=account, credentials=credentials, staff_files=True)


def enrolled(world: World, pictures: Mapping[str, bytes], files: Mapping[str, bytes], *, is_judged: bool) -> str:
    """An account with a facemap: of an accepted workflow 6, or put there (also where no passive check could accept)."""
    if is_judged:
        begun, judgement = world.run("6", [("FACE", pictures["selfie"]), ("FACEMAP", files["live check"])], staff_files=True)
        if judgement.enrolled is not None:
            return begun.account_id
        assert not world.engines.has_passive, judgement.decision.reasons
    else:
        begun = world.executions.create(InitiateRequest("6", consented=True))
    world.put_facemap(begun, files["own"])
    return begun.account_id


def test_a_workflow_ends_as_the_protocol_says(
    key: str,
    chosen: tuple[str, ...],
    engines: JudgedEngines,
    pictures: Mapping[str, bytes],
    made: Made,
    files: Mapping[str, bytes],
) -> None:
    if NEEDS_PASSIVE & set(chosen) and not engines.has_passive:
        pytest.skip("a print is told from a person by the model of passive liveness, which is not installed")
    world = World(engines, pictures, key=made.key)
    begun, judgement = walk(world, key, chosen, pictures, files)
    wanted = expected(key, chosen, has_passive=engines.has_passive)
    reasons = [f"{one.check.value} {one.label.value} {one.outcome.value}" for one in judgement.decision.reasons]
    told = found(judgement)
    if set(told.get("liveness", ())) & wanted.either:
        told["liveness"] = wanted.entries["liveness"]
    assert told == wanted.entries, reasons
    assert judgement.decision.outcome.value == wanted.outcome, reasons
    details = world.executions.details(begun.account_id, begun.execution_id)
    is_documented(json.loads(json.dumps(details)), key.split()[0])
    assert details["decision"] == {
        "type": TYPES[wanted.outcome],
        "details": {"label": TYPES[wanted.outcome]},
        "risk": {"score": float(judgement.risk.score)},
    }
    low, high = {"ACCEPT": (0, 30), "REVIEW": (31, 70), "REJECT": (71, 100)}[wanted.outcome]
    assert low <= judgement.risk.score <= high
    enrols = "liveness" in FLOWS[key].chains and wanted.outcome == "ACCEPT"
    assert (judgement.enrolled is not None) is enrols


# --- the documented shape ---------------------------------------------------------------------------------------------

TYPES = {"ACCEPT": "PASSED", "REVIEW": "WARNING", "REJECT": "REJECTED"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
HREF = re.compile(r"/api/v1/accounts/[0-9a-f-]{36}/credentials/[0-9a-f-]{36}/parts/(FRONT|BACK|FACE|FACEMAP)")
LABELS: Mapping[str, Mapping[str, str]] = {
    "usability": {
        "NOT_EXECUTED": "TECHNICAL_ERROR NOT_UPLOADED PRECONDITION_NOT_FULFILLED",
        "PASSED": "OK",
        "REJECTED": """BAD_QUALITY BLURRED BAD_QUALITY_IMAGE PART_OF_DOCUMENT_MISSING PART_OF_DOCUMENT_HIDDEN DAMAGED_DOCUMENT GLARE
            MISSING_MANDATORY_DATAPOINTS BLACK_WHITE MISSING_PAGE MISSING_SIGNATURE NOT_A_DOCUMENT PHOTOCOPY""",
        "WARNING": "LIVENESS_UNDETERMINED UNSUPPORTED_COUNTRY UNSUPPORTED_DOCUMENT_TYPE",
    },
    "imageChecks": {
        "NOT_EXECUTED": "TECHNICAL_ERROR PRECONDITION_NOT_FULFILLED",
        "PASSED": "OK",
        "REJECTED": """DIGITAL_COPY WATERMARK MANIPULATED_DOCUMENT MANIPULATED_DOCUMENT_PHOTO MANIPULATED_DOCUMENT_EXPIRY
            MANIPULATED_DOCUMENT_NAME MANIPULATED_DOCUMENT_ADDRESS MANIPULATED_DOCUMENT_SECURITY_CHECKS MANIPULATED_DOCUMENT_SIGNATURE
            MANIPULATED_DOCUMENT_PERSONAL_NUMBER MANIPULATED_DOCUMENT_PLACE_OF_BIRTH MANIPULATED_DOCUMENT_GENDER
            MANIPULATED_DOCUMENT_ISSUING_DATE MANIPULATED_DOCUMENT_DOCUMENT_NUMBER OTHER_REJECTION GHOST_IMAGE_DIFFERENT PUNCHED SAMPLE
            FAKE CHIP_MISSING DIGITAL_MANIPULATION MISMATCH_FRONT_BACK FAILED""",
        "WARNING": "DIFFERENT_PERSON REPEATED_FACE",
    },
    "extraction": {"NOT_EXECUTED": "TECHNICAL_ERROR PRECONDITION_NOT_FULFILLED", "PASSED": "OK"},
    "dataChecks": {
        "NOT_EXECUTED": "TECHNICAL_ERROR PRECONDITION_NOT_FULFILLED",
        "PASSED": "OK",
        "REJECTED": """NFC_CERTIFICATE MISMATCHING_DATAPOINTS MRZ_CHECKSUM MISMATCHING_DATA_REPEATED_FACE MISMATCH_HRZ_MRZ_DATA
            HIGH_FRAUD_RISK CUSTOMER_FEEDBACK ID_DATA_MISMATCH LOOKUPS_HIGH_RISK_SAME_DATA""",
        "WARNING": "DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT LOOKUPS_MEDIUM_RISK_IP_ADDRESS LOOKUPS_MEDIUM_RISK_DEVICE",
    },
    "liveness": {
        "NOT_EXECUTED": "TECHNICAL_ERROR PRECONDITION_NOT_FULFILLED",
        "PASSED": "OK",
        "REJECTED": """LIVENESS_UNDETERMINED ID_USED_AS_SELFIE MULTIPLE_PEOPLE DIGITAL_COPY PHOTOCOPY MANIPULATED NO_FACE_PRESENT
            FACE_NOT_FULLY_VISIBLE BLACK_WHITE""",
        "WARNING": "AGE_DIFFERENCE BAD_QUALITY",
    },
    "similarity": {
        "NOT_EXECUTED": "TECHNICAL_ERROR PRECONDITION_NOT_FULFILLED",
        "PASSED": "MATCH",
        "REJECTED": "NO_MATCH",
        "WARNING": "NOT_POSSIBLE",
    },
    "authentication": {"NOT_EXECUTED": "TECHNICAL_ERROR PRECONDITION_NOT_FULFILLED", "PASSED": "OK", "REJECTED": "FAILED"},
    "watchlistScreening": {
        "NOT_EXECUTED": """NOT_ENOUGH_DATA VALIDATION_FAILED INVALID_MERCHANT_SETTINGS TECHNICAL_ERROR EXTRACTION_NOT_DONE
            NO_VALID_ID_CREDENTIAL PRECONDITION_NOT_FULFILLED""",
        "PASSED": "OK",
        "WARNING": "ALERT",
    },
}
"""protocols 2.5, copied by hand: what the product's own table is measured by."""
DOUBTS: Mapping[str, str] = {
    "usability": "BAD_QUALITY GLARE BLURRED PART_OF_DOCUMENT_HIDDEN MISSING_PAGE NOT_A_DOCUMENT MISSING_MANDATORY_DATAPOINTS",
    "imageChecks": "DIGITAL_COPY MANIPULATED_DOCUMENT_PHOTO MANIPULATED_DOCUMENT OTHER_REJECTION MISMATCH_FRONT_BACK",
    "dataChecks": "MRZ_CHECKSUM MISMATCHING_DATAPOINTS MISMATCH_HRZ_MRZ_DATA",
}
"""Labels that the protocol has as REJECTED and the product also says as WARNING (docs/guides/workflows.md, "Where we differ")."""
DATA: Mapping[str, frozenset[str]] = {
    "imageChecks": frozenset({"faceSearchFindings"}),
    "extraction": frozenset(
        """type subType issuingCountry firstName lastName dateOfBirth dateOfBirthParts expiryDate expiryDateParts issuingDate
        issuingDateParts documentNumber state personalNumber optionalMrzField1 optionalMrzField2 gender nationality placeOfBirth
        issuingAuthority issuingPlace address dlCategories currentAge""".split()
    ),
    "liveness": frozenset({"type", "predictedAge", "ageConfidenceRange"}),
    "similarity": frozenset({"similarity"}),
    "authentication": frozenset({"type"}),
    "watchlistScreening": frozenset("searchDate searchStatus searchId searchReference searchResultUrl searchResults".split()),
}
HEAD = {"createdAt", "startedAt", "completedAt", "workflow", "account", "credentials", "capabilities", "decision"}


def is_documented(details: dict[str, Any], number: str) -> None:
    """Keys, forms and labels of the retrieval (protocols 2.6) of a processed execution."""
    assert set(details) == HEAD
    for name in ("createdAt", "startedAt", "completedAt"):
        assert TIME.fullmatch(details[name])
    assert details["createdAt"] <= details["startedAt"] <= details["completedAt"]
    assert set(details["workflow"]) == {"id", "status", "definitionKey", "userReference"}
    assert (details["workflow"]["status"], details["workflow"]["definitionKey"]) == ("PROCESSED", number)
    assert UUID.fullmatch(details["workflow"]["id"])
    assert set(details["account"]) == {"id"}
    categories = {}
    for one in details["credentials"]:
        assert set(one) == {"id", "category", "parts"}
        categories[one["id"]] = one["category"]
        for part in one["parts"]:
            assert set(part) == {"classifier", "href"}
            assert HREF.fullmatch(part["href"]).group(1) == part["classifier"]  # type: ignore[union-attr]
    documented = next(flow for key, flow in FLOWS.items() if key.split()[0] == number).chains
    assert set(details["capabilities"]) == set(documented)
    seen = set()
    for name, entries in details["capabilities"].items():
        assert entries
        for entry in entries:
            assert set(entry) - {"data", "validFaceMapForAuthentication"} == {"id", "credentials", "decision"}
            assert entry["id"] not in seen
            seen.add(entry["id"])
            assert entry["credentials"]
            assert all(categories[one["id"]] == one["category"] and set(one) == {"id", "category"} for one in entry["credentials"])
            _label_is_documented(name, entry["decision"])
            _data_is_documented(name, entry.get("data", {}))
            if "validFaceMapForAuthentication" in entry:
                assert name in ("liveness", "authentication")
                assert HREF.fullmatch(entry["validFaceMapForAuthentication"])


def _label_is_documented(name: str, decision: dict[str, Any]) -> None:
    assert set(decision) == {"type", "details"}
    assert set(decision["details"]) == {"label"}
    kind, label = decision["type"], decision["details"]["label"]
    allowed = set(LABELS[name].get(kind, "").split()) | (set(DOUBTS.get(name, "").split()) if kind == "WARNING" else set())
    assert label in allowed, (name, kind, label)


def _data_is_documented(name: str, data: dict[str, Any]) -> None:
    assert set(data) <= DATA.get(name, frozenset()), (name, set(data))
    match name:
        case "similarity":
            assert data["similarity"] in ("MATCH", "NOT_MATCH", "NOT_POSSIBLE") if data else True
        case "extraction" if data:
            assert data["type"] in ("PASSPORT", "DRIVING_LICENSE", "ID_CARD", "VISA", "UNSUPPORTED")
            for date in ("dateOfBirth", "expiryDate", "issuingDate"):
                assert DATE.fullmatch(data.get(date, "2000-01-01"))
                assert (date in data) is (f"{date}Parts" in data)
            assert data.get("gender", "X") in ("M", "F", "X")
        case "liveness" | "authentication" if data:
            assert isinstance(data["type"], str)
            assert isinstance(data.get("predictedAge", 1), int)


def test_the_labels_are_those_of_the_protocol() -> None:
    """The copy above, against the facts it was copied from, where they are beside the project."""
    if not PROTOCOLS.is_file():
        pytest.skip("the protocols' facts are not beside the project")
    text = PROTOCOLS.read_text("utf-8")
    section = text[text.index("### 2.5") : text.index("### 2.6")]
    for name, by_type in LABELS.items():
        line = next(one for one in section.splitlines() if one.startswith(f"- {name}:"))
        told = set(re.findall(r"[A-Z][A-Z_]{2,}[A-Z]|OK", line))
        for prefix, endings in re.findall(r"([A-Z_]+_)\{([A-Z_,]+)\}", line):
            told |= {prefix + ending for ending in endings.split(",")}
        for labels in by_type.values():
            missing = set(labels.split()) - told - {"TECHNICAL_ERROR", "PRECONDITION_NOT_FULFILLED", "MANIPULATED_DOCUMENT_DOCUMENT_NUMBER"}
            assert not missing, name


def test_the_product_can_say_no_label_that_is_not_in_this_table() -> None:
    from kiosk.domain.capability import EXTENSIONS
    from kiosk.domain.capability import LABELS as OWN

    for name, by_status in OWN.items():
        assert {status.value: set(labels) for status, labels in by_status.items() if labels} == {
            kind: set(labels.split()) for kind, labels in LABELS[name.value].items()
        }
    doubts = {name.value: set().union(*by_status.values()) for name, by_status in EXTENSIONS.items()}
    assert doubts == {name: set(labels.split()) for name, labels in DOUBTS.items()}


def test_a_result_of_another_shape_is_seen() -> None:
    """The check of the shape itself can fail."""
    good: dict[str, Json] = {"type": "PASSED", "details": {"label": "OK"}}
    _label_is_documented("usability", good)
    for wrong in ({**good, "score": 1}, {"type": "PASSED", "details": {"label": "FINE"}}, {"type": "REJECTED", "details": {"label": "OK"}}):
        with pytest.raises(AssertionError):
            _label_is_documented("usability", wrong)
    with pytest.raises(AssertionError):
        _data_is_documented("extraction", {"type": "PASSPORT", "shoeSize": "44"})
