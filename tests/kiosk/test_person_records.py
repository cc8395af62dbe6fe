"""selfieInspection as DIS writes it: three-valued."""

from __future__ import annotations

import pytest

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.document import Document, DocumentType, Field, FieldName, Reading, Source
from kiosk.domain.face import AgeGender
from kiosk.ports import Json
from kiosk.services.age_gender import AgeGenderJudgement
from kiosk.services.person_checks import PersonJudgement
from kiosk.services.person_records import selfie_inspection_json

EMPTY = Document(DocumentType(), (), {})
NO_AGE = not_executed(CheckName.AGE_CONSISTENCY, CheckLabel.MODEL_MISSING)
NO_SEX = not_executed(CheckName.GENDER_CONSISTENCY, CheckLabel.MODEL_MISSING)


def compared(name: CheckName, status: CheckStatus, score: float, *inputs: str) -> Check:
    return Check(name, status, score=score, threshold=0.5, inputs=inputs)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ((), {}),
        ((not_executed(CheckName.FACE_MATCH, CheckLabel.LOW_QUALITY),), {}),
        ((compared(CheckName.FACE_MATCH, CheckStatus.REJECTED, 0.3, "document.front", "selfie"),), {"documentPortrait": False}),
        ((compared(CheckName.FACE_MATCH, CheckStatus.WARNING, 0.55, "document.chip", "selfie"),), {"chipPortrait": True}),
        (
            (
                compared(CheckName.FACE_MATCH, CheckStatus.PASSED, 0.8, "document.front", "selfie"),
                compared(CheckName.LIVENESS_MATCH, CheckStatus.PASSED, 0.9, "selfie", "liveness"),
            ),
            {"documentPortrait": True, "livenessSelfies": True},
        ),
    ],
)
def test_what_was_not_compared_is_absent_and_never_false(checks: tuple[Check, ...], expected: dict[str, Json]) -> None:
    body = selfie_inspection_json(PersonJudgement((*checks, NO_AGE, NO_SEX), age_gender=AgeGenderJudgement(NO_AGE, NO_SEX)), EMPTY)
    assert body == ({"similarityWith": expected} if expected else {})


def test_age_and_sex_come_with_it_where_they_were_estimated() -> None:
    papers = Document(DocumentType(), (), {FieldName.GENDER: Field(FieldName.GENDER, (Reading("F", Source.MRZ, 1.0),))})
    guess = AgeGender(34.4, 30, 39, 0.95, "fairface")
    judgement = PersonJudgement((NO_AGE, NO_SEX), age_gender=AgeGenderJudgement(NO_AGE, NO_SEX, guess))
    assert selfie_inspection_json(judgement, papers) == {"ageEstimate": 34, "genderEstimate": "F", "genderConsistency": {"mrz": True}}
