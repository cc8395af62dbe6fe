"""What the answers of a server-driven session come to: its checks; and what the service reads of what it is handed."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.check import Check, CheckLabel, CheckName, not_executed
from kiosk.domain.document import Document, Region
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import decode_image
from kiosk.imaging.frame import Image
from kiosk.ports import Json, StoredCustomer
from kiosk.services.person_checks import subject_of
from kiosk.services.protocols.case_files import CaseFiles, fact, region_blob, stored_document
from kiosk.services.protocols.codec import from_json
from kiosk.services.protocols.engine_desk import EngineDesk
from kiosk.services.protocols.levels import Show
from kiosk.services.protocols.refusals import SessionCode, SessionRefusal
from kiosk.services.watchlist.screening import WatchlistScreener

CHECKS = "session.checks"
"""Fact: by screen, the checks that its answer gave."""
APPLICANT = frozenset(
    {"unique_id", "first_name", "last_name", "email_address", "phone_number", "phone_country", "country_code", "i18n", "vendor_data"}
)


def session_checks(case: StoredCustomer, files: CaseFiles, desk: EngineDesk) -> tuple[Check, ...]:
    """Every check of a session whose answers are all there, but for the lists. Raises ModelFault, StoreFault."""
    document = stored_document(case, desk.rules)
    selfie = files.image(case, "selfie.picture")
    blob = region_blob(case, Region.PORTRAIT)
    portrait = None if blob is None else files.image(case, blob)
    answers = [check for answer in fact(case, CHECKS).values() for check in from_json(tuple[Check, ...], answer)]
    frames = [files.image(case, name) for name in case.blobs if name.startswith("liveness.frame.")]
    live = [frame for frame in frames if frame is not None]
    checks = [*answers, *(desk.rules.checks(document) if document.pages else ())]
    if selfie is not None:
        checks.append(desk.selfie_check(selfie))
        checks.append(desk.face_match(portrait, selfie))
        checks.append(desk.passive_liveness(live or [selfie]))
        checks.append(desk.liveness_match(selfie, live))
        checks.extend(desk.age_gender(document, selfie, portrait).checks)
    return tuple(checks)


def screening_check(document: Document, screener: WatchlistScreener | None, session_id: str) -> Check:
    """WATCHLIST_SCREENING of whom the document names, asked under the session's id: staff reviews a hit as of any customer."""
    if screener is None:
        return not_executed(CheckName.WATCHLIST_SCREENING, CheckLabel.LIST_MISSING)
    return screener.screen(subject_of(document), session_id).check


def applicant_of(given: Mapping[str, str] | None) -> dict[str, str]:
    found = dict(given or {})
    unknown = sorted(set(found) - APPLICANT)
    if unknown:
        raise SessionRefusal(SessionCode.UNPROCESSABLE, f"an applicant has no {', '.join(unknown)}")
    return found


def show_of(app_screen: str) -> Show:
    try:
        return Show(app_screen)
    except ValueError:
        raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{app_screen!r} is no screen") from None


def image_of(data: bytes) -> Image:
    """Raises SessionRefusal: TOO_LARGE, UNPROCESSABLE."""
    try:
        return decode_image(data)
    except BadInput as error:
        large = error.code in (ErrorCode.IMAGE_BYTES_EXCEEDED, ErrorCode.IMAGE_PIXELS_EXCEEDED)
        raise SessionRefusal(SessionCode.TOO_LARGE if large else SessionCode.UNPROCESSABLE, str(error), error.code) from error


def mapping_of(state: Mapping[str, Json], name: str) -> dict[str, Json]:
    value = state.get(name)
    return dict(value) if isinstance(value, dict) else {}


def number_of(tries: Mapping[str, Json], show: Show) -> int:
    value = tries.get(show.value, 0)
    return value if isinstance(value, int) else 0
