"""What was found of a person as JSON, in the shapes of DIS 1.65 (`CustomerInspectResponse`). What could not be told is absent."""

from __future__ import annotations

from kiosk.domain.check import Check, CheckName, CheckStatus
from kiosk.domain.document import Document
from kiosk.ports import Json
from kiosk.services import age_gender
from kiosk.services.person_checks import PersonJudgement

_CHIP = "document.chip"


def selfie_inspection_json(judgement: PersonJudgement, document: Document) -> dict[str, Json]:
    """`SelfieInspection`: similarityWith, and age and sex where a model estimated them. Empty when nothing was compared or estimated."""
    body: dict[str, Json] = {}
    similar: dict[str, Json] = {name: check.status is not CheckStatus.REJECTED for name, check in _compared(judgement).items()}
    if similar:
        body["similarityWith"] = similar
    if judgement.age_gender is not None:
        body |= age_gender.selfie_inspection_json(judgement.age_gender, document)
    return body


def _compared(judgement: PersonJudgement) -> dict[str, Check]:
    """Comparisons that were made, by DIS name. A match that a person should look at is one."""
    found: dict[str, Check] = {}
    for check in judgement.checks:
        if check.status is CheckStatus.NOT_EXECUTED:
            continue
        if check.name is CheckName.FACE_MATCH:
            found["chipPortrait" if _CHIP in check.inputs else "documentPortrait"] = check
        elif check.name is CheckName.LIVENESS_MATCH:
            found["livenessSelfies"] = check
    return found
