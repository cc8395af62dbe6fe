"""Numbered workflows beyond the table (test_workflow_table.py): what is read, compared across executions, screened, and what faults do."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping

import pytest

from kiosk.domain.capability import Category
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.document import Document, FieldName
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.flow.definition import Preset
from kiosk.flow.workflow import Workflow, parse
from kiosk.ports import Json
from kiosk.services.execution_requests import CredentialRequest
from kiosk.services.executions import Executions
from kiosk.services.workflows import load_policy
from kiosk.specimens.specimen import specimen
from tests.journeys.judged import RESOURCES, JudgedEngines, TodayClock, World, found

OK, MATCH = ("PASSED", "OK"), ("PASSED", "MATCH")
TECHNICAL = ("NOT_EXECUTED", "TECHNICAL_ERROR")


@pytest.fixture(scope="module")
def engines(judged_engines: JudgedEngines) -> JudgedEngines:
    return judged_engines


@pytest.fixture(scope="module")
def pictures(drawn_pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return drawn_pictures


def test_what_was_extracted_is_in_the_protocols_words(engines: JudgedEngines, pictures: Mapping[str, bytes]) -> None:
    _, judgement = World(engines, pictures).run("1", [("FRONT", pictures["passport"])])
    truth = specimen("td3").truth.fields
    data = next(one.data for one in judgement.capabilities if one.name.value == "extraction")
    assert (data["type"], data["issuingCountry"]) == ("PASSPORT", "UTO")
    assert (data["firstName"], data["lastName"]) == (truth[FieldName.GIVEN_NAMES], truth[FieldName.SURNAME])
    born = truth[FieldName.DATE_OF_BIRTH]
    assert data["dateOfBirth"] == born
    assert data["dateOfBirthParts"] == dict(zip(("year", "month", "day"), born.split("-"), strict=True))
    assert (data["documentNumber"], data["expiryDate"]) == (truth[FieldName.DOCUMENT_NUMBER], truth[FieldName.DATE_OF_EXPIRY])


def test_a_stored_id_is_compared_with_a_new_selfie(engines: JudgedEngines, pictures: Mapping[str, bytes]) -> None:
    world = World(engines, pictures)
    first, _ = world.run("1", [("FRONT", pictures["passport"])])
    stored = [CredentialRequest(Category.ID, first.credentials[0].id)]
    _, judgement = world.run("5", [("FACE", pictures["selfie"])], account=first.account_id, credentials=stored)
    assert found(judgement) == {"usability": [OK, OK], "similarity": [MATCH]}
    assert judgement.decision.outcome.value == "ACCEPT"
    _, judgement = world.run("5", [("FACE", pictures["wall"])], account=first.account_id, credentials=stored)
    assert found(judgement)["similarity"] == [("WARNING", "NOT_POSSIBLE")]
    assert judgement.decision.outcome.value == "REVIEW"


def test_authentication_wants_a_facemap_on_file(engines: JudgedEngines, pictures: Mapping[str, bytes]) -> None:
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
    engines: JudgedEngines, pictures: Mapping[str, bytes], check: Check, label: tuple[str, str], outcome: str
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


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        (Check(CheckName.WATCHLIST_SCREENING, CheckStatus.PASSED), "ACCEPT"),
        (Check(CheckName.WATCHLIST_SCREENING, CheckStatus.WARNING, CheckLabel.ALERT), "REVIEW"),
        (not_executed(CheckName.WATCHLIST_SCREENING, CheckLabel.LIST_MISSING), "ACCEPT"),
        (not_executed(CheckName.WATCHLIST_SCREENING, CheckLabel.ENGINE_FAILED), "REVIEW"),
        (not_executed(CheckName.WATCHLIST_SCREENING, CheckLabel.INPUT_MISSING), "REVIEW"),
    ],
)
def test_a_workflow_without_the_capability_is_screened_where_its_policy_screens(
    engines: JudgedEngines, pictures: Mapping[str, bytes], check: Check, outcome: str
) -> None:
    """The check is in the decision; the result has the capabilities of the workflow and no other."""
    asked: list[tuple[str, str]] = []

    def screening(document: Document, user_reference: str) -> tuple[Check, Mapping[str, Json]]:
        asked.append((document.value(FieldName.SURNAME), user_reference))
        return check, {}

    begun, judgement = World(engines, pictures, screening).run("2", [("FRONT", pictures["passport"])])
    assert asked == [(specimen("td3").truth.fields[FieldName.SURNAME], begun.account_id)]
    assert set(found(judgement)) == {"usability", "imageChecks", "extraction", "dataChecks"}
    assert [one for one in judgement.checks if one.name is CheckName.WATCHLIST_SCREENING] == [check]
    assert judgement.decision.outcome.value == outcome


def test_who_cannot_be_screened_because_nothing_was_read_is_told_so(engines: JudgedEngines, pictures: Mapping[str, bytes]) -> None:
    def screening(document: Document, user_reference: str) -> tuple[Check, Mapping[str, Json]]:
        raise AssertionError("there is no document")

    _, judgement = World(engines, pictures, screening).run("1", [("FRONT", pictures["blank"])])
    listed = [(one.status, one.label) for one in judgement.checks if one.name is CheckName.WATCHLIST_SCREENING]
    assert listed == [(CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)]
    assert judgement.decision.outcome.value != "ACCEPT"


def test_who_is_only_compared_is_not_screened(engines: JudgedEngines, pictures: Mapping[str, bytes]) -> None:
    def screening(document: Document, user_reference: str) -> tuple[Check, Mapping[str, Json]]:
        raise AssertionError("no name is taken")

    parts = [("FRONT", pictures["passport"]), ("FACE", pictures["selfie"])]
    wanted = [CredentialRequest(Category.ID), CredentialRequest(Category.SELFIE)]
    _, judgement = World(engines, pictures, screening).run("20", parts, credentials=wanted)
    assert CheckName.WATCHLIST_SCREENING not in {one.name for one in judgement.checks}


@pytest.mark.logs_warnings
def test_an_engine_that_fails_is_a_technical_error_of_its_own_capabilities(engines: JudgedEngines, pictures: Mapping[str, bytes]) -> None:
    broken = engines.broken(age_gender=ModelFault(ErrorCode.MODEL_CORRUPT, "broken"))
    _, judgement = World(broken, pictures).run("3", [("FRONT", pictures["passport"]), ("FACE", pictures["selfie"])])
    assert found(judgement)["liveness"] == [TECHNICAL]
    assert found(judgement)["dataChecks"] == [OK]
    assert judgement.decision.outcome.value == "REVIEW"


@pytest.mark.parametrize(
    ("countries", "types", "label"), [(("SVK",), (), "UNSUPPORTED_COUNTRY"), ((), ("ID_CARD",), "UNSUPPORTED_DOCUMENT_TYPE")]
)
def test_another_document_than_the_preset_is_told(
    engines: JudgedEngines, pictures: Mapping[str, bytes], countries: tuple[str, ...], types: tuple[str, ...], label: str
) -> None:
    wanted = CredentialRequest(Category.ID, countries=Preset(countries), types=Preset(types))
    _, judgement = World(engines, pictures).run("1", [("FRONT", pictures["passport"])], credentials=[wanted])
    assert found(judgement) == {"usability": [("WARNING", label)], "extraction": [OK]}


def always(workflow: Workflow) -> Callable[[str], Workflow]:
    return lambda _key: workflow


def test_an_integrators_bands_turn_the_same_score_into_another_decision(engines: JudgedEngines, pictures: Mapping[str, bytes]) -> None:
    """A wrong check digit is for a colleague (score 40); a workflow that rejects from 40 rejects it. No band makes an end milder."""
    text = (RESOURCES / "workflows" / "2.toml").read_text("utf-8")
    told = {}
    for rejected_from in (71, 40):
        bands = f"\n[risk]\nwarning_from = 31\nrejected_from = {rejected_from}\n"
        own = text.replace("[timeouts]", bands + "\n[timeouts]", 1)
        world = World(engines, pictures)
        world.executions = Executions(
            world.store,
            TodayClock(),
            workflow=always(parse("2", tomllib.loads(own), own)),
            policy=lambda key: load_policy(RESOURCES, key),
        )
        begun, judgement = world.run("2", [("FRONT", pictures["misprint"])])
        assert judgement.decision.outcome.value == "REVIEW"
        told[rejected_from] = world.executions.details(begun.account_id, begun.execution_id)["decision"]
    assert told == {
        71: {"type": "WARNING", "details": {"label": "WARNING"}, "risk": {"score": 40.0}},
        40: {"type": "REJECTED", "details": {"label": "REJECTED"}, "risk": {"score": 40.0}},
    }
