"""The lists as an execution asks them: the person of a read document, screened under the caller's reference."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.check import Check
from kiosk.domain.document import Document
from kiosk.ports import Json
from kiosk.services.execution_order import Screening
from kiosk.services.person_checks import subject_of
from kiosk.services.watchlist.screening import WatchlistScreener, capability_json


def screening_of(screener: WatchlistScreener) -> Screening:
    """For `ExecutionJudge`."""

    def look_up(document: Document, user_reference: str) -> tuple[Check, Mapping[str, Json]]:
        found = screener.screen(subject_of(document), user_reference)
        data = capability_json(found)["data"]
        return found.check, data if isinstance(data, dict) else {}

    return look_up
