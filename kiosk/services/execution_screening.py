"""The lists as an execution asks them: the person of a read document, screened under the caller's reference."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.check import Check
from kiosk.domain.countries import alpha3
from kiosk.domain.document import Document, FieldName
from kiosk.ports import Json
from kiosk.services.execution_order import Screening
from kiosk.services.person_checks import person_of
from kiosk.services.watchlist.model import Sex, Subject
from kiosk.services.watchlist.screening import WatchlistScreener, capability_json


def screening_of(screener: WatchlistScreener) -> Screening:
    """For `ExecutionJudge`."""

    def look_up(document: Document, user_reference: str) -> tuple[Check, Mapping[str, Json]]:
        found = screener.screen(subject_of(document), user_reference)
        data = capability_json(found)["data"]
        return found.check, data if isinstance(data, dict) else {}

    return look_up


def subject_of(document: Document) -> Subject:
    """Whom to look for: what the document says of its holder."""
    person = person_of(document)
    nationality, sex = document.value(FieldName.NATIONALITY), document.value(FieldName.GENDER)
    return Subject(
        name=person.name,
        birth=person.date_of_birth,
        countries=(alpha3(nationality),) if nationality else (),
        sex=Sex(sex) if sex in ("M", "F") else Sex.UNKNOWN,
    )
