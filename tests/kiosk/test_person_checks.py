"""What the engines judge of a person for the decision, on real engines and the store in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.compose.engines import Engines
from kiosk.compose.setup import load_setup
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import Document, DocumentType, Field, FieldName, Reading, Source
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.models import ModelLibrary
from kiosk.ports import FaceMatcher, StepCommit
from kiosk.services.age_gender import AgeGenderJudge
from kiosk.services.clock import SystemClock
from kiosk.services.onboarding import with_edits
from kiosk.services.person_checks import PersonChecks, PersonQuestion
from kiosk.services.verification import Verifier
from kiosk.services.watchlist.screening import WatchlistScreener
from kiosk.services.watchlist.shelf import WatchlistShelf
from tests.fakes.faces import astronaut
from tests.fakes.memory_store import MemoryCustomerStore

AT = "2026-11-21T10:00:00.000Z"


def document(given: str, surname: str) -> Document:
    said = {FieldName.GIVEN_NAMES: given, FieldName.SURNAME: surname, FieldName.DATE_OF_BIRTH: "1950-02-03"}
    fields = {name: Field(name, (Reading(value, Source.MRZ, 1.0),)) for name, value in said.items()}
    return Document(DocumentType(), (), fields)


@pytest.fixture(scope="module")
def engines(model_library: ModelLibrary) -> Engines:
    return Engines(load_setup(), model_library)


def question(customer_id: str, **changes: object) -> PersonQuestion:
    base = PersonQuestion(customer_id, document("ANNA", "NOVAK"), astronaut(), astronaut(), (astronaut(),), search=True)
    return replace(base, **changes)  # type: ignore[arg-type]  # the keys are those of the class


def keep_under(store: MemoryCustomerStore, checks: PersonChecks, customer_id: str, given: str, surname: str) -> None:
    judgement = checks.judge(question(customer_id))
    record = {"givenNames": {"mrz": given}, "surname": {"mrz": surname}, "dateOfBirth": {"mrz": "1950-02-03"}}
    store.begin(customer_id, "branch", AT)
    store.commit(StepCommit(customer_id, "decision", AT, {"customer": record}, {}, template=judgement.template))  # type: ignore[dict-item]


def test_one_person_on_document_selfie_and_live_frames_is_told_so(engines: Engines) -> None:
    found = {check.name: check.status for check in PersonChecks(engines, MemoryCustomerStore()).judge(question("one")).checks}
    assert found[CheckName.FACE_MATCH] is CheckStatus.PASSED
    assert found[CheckName.LIVENESS_MATCH] is CheckStatus.PASSED
    assert found[CheckName.KNOWN_PERSON] is CheckStatus.PASSED


def test_a_face_that_was_onboarded_under_another_name_is_found(engines: Engines) -> None:
    store = MemoryCustomerStore()
    keep_under(store, PersonChecks(engines, store), "earlier", "EVA", "STERN")
    judgement = PersonChecks(engines, store).judge(question("later"))
    known = next(check for check in judgement.checks if check.name is CheckName.KNOWN_PERSON)
    assert (known.status, known.label) == (CheckStatus.WARNING, CheckLabel.FOUND_BEFORE)
    assert [hit.customer_id for hit in judgement.hits] == ["earlier"]


def test_a_customer_kept_a_moment_ago_is_found_by_the_next_search(engines: Engines) -> None:
    store = MemoryCustomerStore()
    checks = PersonChecks(engines, store)
    first = checks.judge(question("earlier"))
    assert first.hits == ()
    store.begin("earlier", "branch", AT)
    store.commit(StepCommit("earlier", "decision", AT, {}, {}, template=first.template))
    checks.keep("earlier", first.template)
    assert [hit.customer_id for hit in checks.judge(question("later")).hits] == ["earlier"]


def test_without_search_no_template_is_made(engines: Engines) -> None:
    judgement = PersonChecks(engines, MemoryCustomerStore()).judge(question("one", search=False))
    assert judgement.template is None
    assert CheckName.KNOWN_PERSON not in {check.name for check in judgement.checks}


def test_who_declined_is_compared_with_nothing(engines: Engines) -> None:
    judgement = PersonChecks(engines, MemoryCustomerStore()).judge(question("one", declined=True))
    assert judgement.template is None
    assert {check.status for check in judgement.checks} == {CheckStatus.NOT_EXECUTED}
    assert {check.label for check in judgement.checks} == {CheckLabel.DECLINED}


def test_what_was_looked_at_ahead_is_not_looked_at_again_and_says_the_same(engines: Engines) -> None:
    checks = PersonChecks(engines, MemoryCustomerStore())
    asked = question("one")
    look = checks.look(asked)
    assert look is not None
    plain, ahead = checks.judge(asked), checks.judge(asked, look)
    assert ahead.checks[: len(look.checks)] == look.checks  # the very checks, with their times
    assert [(one.name, one.status, one.label, one.score) for one in ahead.checks] == [
        (one.name, one.status, one.label, one.score) for one in plain.checks
    ]


def test_a_look_at_other_pictures_counts_for_nothing(engines: Engines) -> None:
    checks = PersonChecks(engines, MemoryCustomerStore())
    look = checks.look(question("one"))
    nobody = np.full((200, 200, 3), 128, np.uint8)
    judged = checks.judge(question("one", selfie=nobody), look)
    assert next(check for check in judged.checks if check.name is CheckName.FACE_MATCH).status is not CheckStatus.PASSED


class BrokenEngines:
    def verifier(self) -> Verifier:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, "broken")

    def matcher(self) -> FaceMatcher | None:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, "broken")

    def age_gender(self) -> AgeGenderJudge:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, "broken")


@pytest.mark.logs_warnings
def test_engines_that_cannot_be_loaded_pass_nothing() -> None:
    judgement = PersonChecks(BrokenEngines(), MemoryCustomerStore()).judge(question("one"))
    assert {(check.status, check.label) for check in judgement.checks} == {(CheckStatus.NOT_EXECUTED, CheckLabel.ENGINE_FAILED)}


LIST = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,program_ids,dataset,"
    "first_seen,last_seen,last_change\n"
    '"T-1","Person","Anna Novak","","1950-02-03","sk","","","","","","","Test list","","2026-11-20T00:00:00",""\n'
)


def screened(tmp_path: Path, text: str = "", **changes: object) -> Check:
    shelf = WatchlistShelf(tmp_path / "lists", SystemClock())
    if text:
        (tmp_path / "targets.simple.csv").write_text(text)
        shelf.import_list(tmp_path / "targets.simple.csv")
    checks = PersonChecks(BrokenEngines(), MemoryCustomerStore(), WatchlistScreener(shelf, SystemClock()))
    found = checks.judge(question("one", declined=True, screening=True, **changes)).checks
    return next(check for check in found if check.name is CheckName.WATCHLIST_SCREENING)


def test_a_listed_name_is_for_a_colleague_even_where_no_face_is_compared(tmp_path: Path) -> None:
    check = screened(tmp_path, LIST)
    assert (check.status, check.label) == (CheckStatus.WARNING, CheckLabel.ALERT)


def test_another_name_is_on_no_list(tmp_path: Path) -> None:
    check = screened(tmp_path, LIST, document=document("EVA", "STERN"))
    assert (check.status, check.label) == (CheckStatus.PASSED, CheckLabel.OK)


def test_a_name_typed_over_the_document_does_not_lead_past_the_lists(tmp_path: Path) -> None:
    check = screened(tmp_path, LIST, document=with_edits(document("ANNA", "NOVAK"), {FieldName.SURNAME: "STERN"}))
    assert (check.status, check.label) == (CheckStatus.WARNING, CheckLabel.ALERT)


def test_without_a_list_nobody_is_cleared(tmp_path: Path) -> None:
    check = screened(tmp_path)
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.LIST_MISSING)
