"""Age and sex beside the document: what is compared, what is left out, and that no estimate ever rejects anybody."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.domain.check import ADVISORY, CheckLabel, CheckStatus
from kiosk.domain.document import Document, DocumentType, Field, FieldName, Reading, Source
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import AgeGender, Face
from kiosk.imaging.frame import Image
from kiosk.services.age_gender import (
    AgeGenderJudge,
    AgeGenderJudgement,
    portrait_inspection_json,
    selfie_inspection_json,
    years_between,
)

TODAY = "2026-07-01"
FACE = Face((0, 0, 10, 10), 0.9, ((1, 1),) * 5, "test")
SELFIE, PORTRAIT, NOBODY = (np.full((4, 4, 3), number, np.uint8) for number in (1, 2, 3))


class ScriptedEstimator:
    """AgeGenderEstimator that knows pictures by their first pixel: (age, female) per picture."""

    model_id = "scripted"

    def __init__(self, selfie: tuple[float, float] = (40.0, 0.1), portrait: tuple[float, float] = (35.0, 0.1)) -> None:
        self._guesses = {1: selfie, 2: portrait}

    def estimate(self, image: Image, face: Face) -> AgeGender:
        age, female = self._guesses[int(image[0, 0, 0])]
        return AgeGender(age, int(age) // 10 * 10, int(age) // 10 * 10 + 9, female, self.model_id)


class BrokenEstimator(ScriptedEstimator):
    def estimate(self, image: Image, face: Face) -> AgeGender:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, "made up")


def document(**values: str | dict[Source, str]) -> Document:
    """Values by field name, of the MRZ unless said otherwise."""
    names = {"born": FieldName.DATE_OF_BIRTH, "issued": FieldName.DATE_OF_ISSUE, "sex": FieldName.GENDER}
    fields = {}
    for key, value in values.items():
        said = {Source.MRZ: value} if isinstance(value, str) else value
        fields[names[key]] = Field(names[key], tuple(Reading(text, source, 0.9) for source, text in said.items()))
    return Document(DocumentType(), (), fields)


def judged(
    papers: Document,
    *,
    selfie: Image | None = SELFIE,
    portrait: Image | None = PORTRAIT,
    estimator: ScriptedEstimator | None = None,
    missing: bool = False,
) -> AgeGenderJudgement:
    def find(image: Image) -> Face | None:
        return None if image is NOBODY else FACE

    return AgeGenderJudge(None if missing else estimator or ScriptedEstimator(), find, lambda: TODAY).judge(papers, selfie, portrait)


ALL = document(born="1986-07-01", issued="2021-07-01", sex="M")


def test_what_fits_the_document_passes() -> None:
    result = judged(ALL)
    assert [check.status for check in result.checks] == [CheckStatus.PASSED, CheckStatus.PASSED]
    assert result.years_from_birth == pytest.approx(0, abs=0.01)
    assert result.years_from_portrait == pytest.approx(0, abs=0.01)
    assert result.age.score == pytest.approx(1.0, abs=0.01)
    assert result.age.inputs == ("selfie", "document", "document.front")
    assert all(check.model == "scripted" for check in result.checks)


@pytest.mark.parametrize(
    ("born", "status"), [("1971-07-02", CheckStatus.PASSED), ("1971-06-20", CheckStatus.WARNING), ("2002-01-01", CheckStatus.WARNING)]
)
def test_more_than_fifteen_years_off_asks_for_a_look(born: str, status: CheckStatus) -> None:
    check = judged(document(born=born)).age
    assert check.status is status
    assert (check.label is CheckLabel.STANDS_OUT) is (status is CheckStatus.WARNING)
    assert check.score is not None
    assert check.threshold is not None
    assert (check.score < check.threshold) is (status is CheckStatus.WARNING)


def test_the_portraits_age_is_adjusted_for_the_documents_age() -> None:
    """A portrait of a person of 25, on a document of ten years ago, fits a selfie of 35, not one of 25."""
    papers = document(issued="2016-07-01")
    fits = judged(papers, estimator=ScriptedEstimator(selfie=(35, 0), portrait=(25, 0)))
    too_young = judged(papers, estimator=ScriptedEstimator(selfie=(25, 0), portrait=(33, 0)))
    assert fits.years_from_portrait == pytest.approx(0, abs=0.01)
    assert too_young.years_from_portrait == pytest.approx(-18, abs=0.01)
    assert (fits.age.status, too_young.age.status) == (CheckStatus.PASSED, CheckStatus.WARNING)


@pytest.mark.parametrize("papers", [document(born="1986-07-01"), document(born="1986-07-01", issued="2030-01-01")])
def test_without_a_date_of_issue_that_can_be_the_portrait_is_not_compared(papers: Document) -> None:
    result = judged(papers)
    assert result.years_from_portrait is None
    assert result.age.inputs == ("selfie", "document")


def test_the_greatest_difference_over_the_sources_counts_and_what_was_typed_counts_alone() -> None:
    both = document(born={Source.VISUAL_ZONE: "1986-07-01", Source.MRZ: "1966-07-01"})
    typed = document(born={Source.VISUAL_ZONE: "1966-07-01", Source.OPERATOR: "1986-07-01"})
    assert judged(both).years_from_birth == pytest.approx(-20, abs=0.01)
    assert judged(typed).years_from_birth == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("said", "female", "status", "label"),
    [
        ("M", 0.1, CheckStatus.PASSED, CheckLabel.OK),
        ("F", 0.9, CheckStatus.PASSED, CheckLabel.OK),
        ("M", 0.9, CheckStatus.WARNING, CheckLabel.STANDS_OUT),
        ("F", 0.15, CheckStatus.WARNING, CheckLabel.STANDS_OUT),
        ("F", 0.4, CheckStatus.NOT_EXECUTED, CheckLabel.INCONCLUSIVE),
        ("M", 0.6, CheckStatus.NOT_EXECUTED, CheckLabel.INCONCLUSIVE),
        ("X", 0.1, CheckStatus.NOT_EXECUTED, CheckLabel.NOT_APPLICABLE),
        ("", 0.1, CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING),
    ],
)
def test_sex_is_told_only_where_the_face_tells_it(said: str, female: float, status: CheckStatus, label: CheckLabel) -> None:
    check = judged(document(sex=said), estimator=ScriptedEstimator(selfie=(40, female))).gender
    assert (check.status, check.label) == (status, label)


@pytest.mark.logs_warnings
def test_an_engine_that_fails_leaves_both_not_executed() -> None:
    assert {(check.status, check.label) for check in judged(ALL, estimator=BrokenEstimator()).checks} == {
        (CheckStatus.NOT_EXECUTED, CheckLabel.ENGINE_FAILED)
    }


@pytest.mark.parametrize(
    ("options", "label"),
    [({"missing": True}, CheckLabel.MODEL_MISSING), ({"selfie": None}, CheckLabel.INPUT_MISSING), ({"selfie": NOBODY}, CheckLabel.NO_FACE)],
)
def test_what_is_missing_is_said_and_nothing_passes(options: dict[str, object], label: CheckLabel) -> None:
    checks = judged(ALL, **options).checks  # type: ignore[arg-type]
    assert {(check.status, check.label) for check in checks} == {(CheckStatus.NOT_EXECUTED, label)}


def test_without_any_date_the_age_is_not_judged() -> None:
    assert judged(document(sex="M")).age.label is CheckLabel.INPUT_MISSING


def test_both_are_advisory() -> None:
    assert {check.name for check in judged(ALL).checks} <= ADVISORY


@pytest.mark.parametrize(
    ("earlier", "later", "years"),
    [
        ("1986-07-01", TODAY, 40.0),
        ("1986", TODAY, 40.0),
        ("1986-07", TODAY, 39.96),
        ("2026-07-02", TODAY, None),
        ("", TODAY, None),
        ("1986-13-01", TODAY, None),
        ("<<<<", TODAY, None),
    ],
)
def test_years_are_counted_from_what_a_document_may_say(earlier: str, later: str, years: float | None) -> None:
    assert years_between(earlier, later) == (None if years is None else pytest.approx(years, abs=0.01))


# --- JSON in the shapes of DIS -------------------------------------------------------------------------------------


def test_the_selfie_inspection_has_every_part_when_all_is_known() -> None:
    papers = document(
        born={Source.VISUAL_ZONE: "1986-07-01", Source.MRZ: "1986-07-01"},
        issued="2021-07-01",
        sex={Source.VISUAL_ZONE: "F", Source.MRZ: "M"},
    )
    assert selfie_inspection_json(judged(papers), papers) == {
        "genderEstimate": "M",
        "genderConsistency": {"documentPortrait": True, "viz": False, "mrz": True},
        "ageEstimate": 40,
        "ageDifferenceWith": {"documentPortrait": 0, "dateOfBirth": 0},
    }
    assert portrait_inspection_json(judged(papers), papers) == {
        "genderEstimate": "M",
        "genderConsistency": {"viz": False, "mrz": True},
        "ageEstimate": 35,
        "ageDifferenceWith": {"dateOfBirth": 0},
    }


@pytest.mark.parametrize("options", [{"missing": True}, {"selfie": None}, {"selfie": NOBODY, "portrait": None}])
def test_a_field_is_absent_not_false_when_its_input_is_missing(options: dict[str, object]) -> None:
    result = judged(ALL, **options)  # type: ignore[arg-type]
    assert selfie_inspection_json(result, ALL) == {}
    assert portrait_inspection_json(result, ALL) == {}


def test_what_the_face_does_not_tell_is_absent() -> None:
    result = judged(document(sex="M"), portrait=None, estimator=ScriptedEstimator(selfie=(30, 0.5)))
    assert selfie_inspection_json(result, document(sex="M")) == {"ageEstimate": 30}
    assert selfie_inspection_json(judged(document(sex="X"), portrait=None), document(sex="X")) == {"ageEstimate": 40, "genderEstimate": "M"}
