"""The web enrolment (seed 002, protocols 3) without a transport: initialise, document, face, complete, once, with its error codes.

    INITIALIZED -> DOCUMENT_FRONT -> (DOCUMENT_BACK when two-sided) -> FACE -> COMPLETED; any -> EXPIRED at the token's exp

Which steps there are is configured; they may come in any order but front before back, and `complete` wants all of them.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from kiosk.domain.countries import alpha3
from kiosk.domain.document import Document, PageSide, Region
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault, StoreFault
from kiosk.domain.face import EnrolmentFaceCode
from kiosk.imaging.decode import decode_image
from kiosk.imaging.frame import Image
from kiosk.ports import Clock, CustomerStore, DeviceKey, Json, StoredCustomer
from kiosk.services.protocols.applicant import ApplicantForm
from kiosk.services.protocols.case_files import (
    FINISHED,
    CaseFiles,
    fact,
    page_blobs,
    page_facts,
    page_names,
    region_blob,
    stored_document,
    stored_pages,
)
from kiosk.services.protocols.codec import from_json, to_json
from kiosk.services.protocols.engine_desk import DeskEngines, EngineDesk
from kiosk.services.protocols.enrolment_factors import (
    NEEDED_OF_BOTH,
    NEEDED_OF_DOCUMENT,
    NEEDED_OF_FACE,
    Factor,
    decision_of,
    factors_of,
)
from kiosk.services.protocols.refusals import EnrolmentCode, EnrolmentRefusal
from kiosk.services.protocols.tokens import Claims, epoch_of, read_token, sign_token
from kiosk.services.records import checks_json, document_json, person_json

_log = logging.getLogger(__name__)

WORKFLOW = "enrolment"
_PURPOSE = "enrolment"
_FACT, _RESULT, _FACE, _SELFIE = "enrolment", "enrolment.result", "selfie", "selfie.picture"
_MOST_EXTERNAL_ID = 512
_ONE_SIDED = frozenset({"passport", "visa"})


class EnrolmentStep(StrEnum):
    DOCUMENT = "document"
    FACE = "face"


class EnrolmentState(StrEnum):
    INITIALIZED = "INITIALIZED"
    DOCUMENT_FRONT = "DOCUMENT_FRONT"
    DOCUMENT_BACK = "DOCUMENT_BACK"
    FACE = "FACE"
    COMPLETED = "COMPLETED"


@dataclass(frozen=True, slots=True)
class EnrolmentSettings:
    """Attributes:
    steps: what is collected, in the order in which a screen asks for it.
    valid_s: life of the access token and of the session.
    keep_s: so long after its last change an unfinished session is kept.
    least_age: years, for the factor "Age verification".
    url: where the enrolment's screens are; the token is appended.
    """

    steps: tuple[EnrolmentStep, ...] = (EnrolmentStep.DOCUMENT, EnrolmentStep.FACE)
    valid_s: int = 3600
    keep_s: float = 2 * 3600.0
    least_age: int = 18
    url: str = "/web-enrolment/"
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class EnrolmentStart:
    """The answer to `initialize`; `expires_at` UTC ISO 8601."""

    access_token: str
    session_id: str
    web_enrolment_url: str
    expires_at: str

    def body(self) -> dict[str, Json]:
        return {"accessToken": self.access_token, "sessionId": self.session_id, "webEnrolmentUrl": self.web_enrolment_url}


class EnrolmentService:
    """One per process and store. Thread-safe; all state is in the store."""

    def __init__(
        self, store: CustomerStore, engines: DeskEngines, key: DeviceKey, clock: Clock, settings: EnrolmentSettings | None = None
    ) -> None:
        self._settings = settings or EnrolmentSettings()
        if not self._settings.steps:
            raise BadInput(ErrorCode.WORKFLOW_INVALID, "an enrolment needs at least one step")
        self._files = CaseFiles(store, clock, workflow=WORKFLOW, keep_s=self._settings.keep_s)
        self._desk = EngineDesk(engines)
        self._key = key
        self._clock = clock

    def initialize(self, session_id: str, return_url: str, *, external_id: str = "", form: ApplicantForm | None = None) -> EnrolmentStart:
        """Raises BadInput(BAD_ARGUMENT): the id is no GUID or was used before, the external id is too long, the URL is no http URL."""
        try:
            session_id = str(uuid.UUID(session_id))
        except ValueError:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "sessionId is not a GUID") from None
        if not return_url.startswith(("https://", "http://")):
            raise BadInput(ErrorCode.BAD_ARGUMENT, "returnUrl must begin with https:// or http://")
        if len(external_id) > _MOST_EXTERNAL_ID:
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"externalId has more than {_MOST_EXTERNAL_ID} characters")
        now = epoch_of(self._clock.now_utc())
        claims = Claims(session_id, _PURPOSE, now, now + self._settings.valid_s, self._settings.tenant)
        data: Json = {
            "returnUrl": return_url,
            "externalId": external_id,
            "form": to_json(form or ApplicantForm()),
            "state": EnrolmentState.INITIALIZED.value,
        }
        self._files.begin(session_id, {_FACT: data})
        token = sign_token(claims, self._key)
        expires = datetime.fromtimestamp(claims.exp, UTC)
        return EnrolmentStart(token, session_id, f"{self._settings.url}?token={token}", expires.isoformat().replace("+00:00", "Z"))

    # --- the calls -------------------------------------------------------------------------------------------------

    def document(self, token: str, picture: bytes) -> dict[str, Json]:
        """One side; the front first. A refusal keeps what was there."""
        return self._answer(lambda: self._document(self._open(token), picture))

    def face(self, token: str, picture: bytes) -> dict[str, Json]:
        """The applicant's photograph; the first of the nine codes that applies, or none."""
        return self._answer(lambda: self._face(self._open(token), picture))

    def complete(self, token: str) -> dict[str, Json]:
        """Judges what was collected and closes the session; nothing opens it again."""
        return self._answer(lambda: self._complete(self._open(token)))

    def next_step(self, token: str) -> EnrolmentState | None:
        """What a screen asks for now; None when everything is there and `complete` is due. Raises EnrolmentRefusal."""
        case = self._open(token)
        missing = self._missing(case)
        return missing[0] if missing else None

    def event(self, token: str) -> dict[str, Json]:
        """What the host page is told: {sessionId, hasCompleted, hasError, error?}."""
        try:
            case = self._open(token)
        except EnrolmentRefusal as refusal:
            if refusal.answer is EnrolmentCode.SESSION_ALREADY_COMPLETED:
                return {"sessionId": self._session_in(token), "hasCompleted": True, "hasError": False}
            return {"sessionId": self._session_in(token), "hasCompleted": False, "hasError": True, "error": refusal.answer.value}
        return {"sessionId": case.id, "hasCompleted": False, "hasError": False}

    def result(self, session_id: str) -> dict[str, Json]:
        """For the integrator: every factor with its level, the decision, what was read. Raises BadInput: CUSTOMER_NOT_FOUND, WRONG_STEP."""
        case = self._files.load(session_id)
        if not fact(case, _RESULT):
            raise BadInput(ErrorCode.WRONG_STEP, "the enrolment is not completed")
        return fact(case, _RESULT)

    def sweep(self) -> int:
        return self._files.sweep()

    # --- inside ----------------------------------------------------------------------------------------------------

    def _answer(self, call: Callable[[], dict[str, Json]]) -> dict[str, Json]:
        try:
            return {"hasError": False} | call()
        except EnrolmentRefusal as refusal:
            return refusal.body()
        except BadInput as error:
            # erased while the call ran, by its time-out or by staff: the token opens nothing any more
            gone = error.code is ErrorCode.CUSTOMER_NOT_FOUND
            answer = EnrolmentCode.SESSION_UNAUTHORIZED if gone else EnrolmentCode.INTERNAL_ERROR
            return EnrolmentRefusal(answer, str(error), error.code).body()
        except (ModelFault, StoreFault) as error:
            _log.error("an enrolment call failed: %s", error.code.value)
            return EnrolmentRefusal(EnrolmentCode.INTERNAL_ERROR, error.code.value, error.code).body()

    def _open(self, token: str) -> StoredCustomer:
        """Raises EnrolmentRefusal: SESSION_UNAUTHORIZED, SESSION_ALREADY_COMPLETED."""
        try:
            claims = read_token(token, self._key, purpose=_PURPOSE, now=self._clock.now_utc())
            case = self._files.load(claims.session_id)
        except BadInput as error:
            raise EnrolmentRefusal(EnrolmentCode.SESSION_UNAUTHORIZED, str(error), error.code) from error
        _refuse_completed(case)
        return case

    def _session_in(self, token: str) -> str:
        try:
            return read_token(token, self._key, purpose=_PURPOSE, now=self._clock.now_utc()).session_id
        except BadInput:
            return ""

    def _document(self, case: StoredCustomer, picture: bytes) -> dict[str, Json]:
        expected = self._expected_side(case)
        image = self._image(picture, EnrolmentCode.DOCUMENT_NOT_RECOGNIZED)
        try:
            result = self._desk.read_page(image, expected=expected)
        except BadInput as error:
            raise EnrolmentRefusal(EnrolmentCode.DOCUMENT_NOT_RECOGNIZED, str(error), error.code) from error
        side = expected if result.page.side is PageSide.UNKNOWN else result.page.side
        if side is not expected:
            raise EnrolmentRefusal(EnrolmentCode.WRONG_SIDE, f"the {expected.value} is wanted")
        if expected is PageSide.FRONT:
            if not result.page.type.type and result.page.mrz is None:
                raise EnrolmentRefusal(EnrolmentCode.DOCUMENT_NOT_RECOGNIZED, "what it shows names no kind of document")
            self._check_portrait(result.portrait)
        result = replace(result, page=replace(result.page, side=side))
        with self._files.guarded(case.id):
            now = self._again(case.id)
            if self._expected_side(now) is not expected:
                raise EnrolmentRefusal(EnrolmentCode.WRONG_SIDE, "this side was handed in meanwhile")
            # a front that is taken again begins the document anew: its back may be another's
            forget = page_names(side) | (page_names(PageSide.BACK) if side is PageSide.FRONT else frozenset())
            state = EnrolmentState.DOCUMENT_FRONT if side is PageSide.FRONT else EnrolmentState.DOCUMENT_BACK
            facts = page_facts(result, side) | {_FACT: {**fact(now, _FACT), "state": state.value}}
            self._files.commit(case.id, state.value.lower(), facts=facts, blobs=page_blobs(result, side, picture), forget=forget)
        document = stored_document(self._files.load(case.id), self._desk.rules)
        return {
            "isTwoSideDocument": self._is_two_sided(document),
            "pageSide": side.value.upper(),
            "country": alpha3(document.type.country) if document.type.country else "",
            "type": document.type.type.upper().replace("-", "_"),
        }

    def _expected_side(self, case: StoredCustomer) -> PageSide:
        """The back once the front of a two-sided document is there; a one-sided page, or a whole document, is taken anew."""
        pages = stored_pages(case)
        if PageSide.FRONT not in pages or PageSide.BACK in pages:
            return PageSide.FRONT
        return PageSide.BACK if self._is_two_sided(stored_document(case, self._desk.rules)) else PageSide.FRONT

    def _is_two_sided(self, document: Document) -> bool:
        if document.type.type:
            return document.type.type not in _ONE_SIDED
        return self._desk.rules.needs_back(document)

    def _check_portrait(self, portrait: Image | None) -> None:
        obstacle = None if portrait is None else self._desk.obstacle(portrait)
        if portrait is None or obstacle is not None:
            why = "no portrait was found" if obstacle is None else f"the portrait cannot be compared: {obstacle.value}"
            raise EnrolmentRefusal(EnrolmentCode.FACE_QUALITY_LOW, why)

    def _face(self, case: StoredCustomer, picture: bytes) -> dict[str, Json]:
        image = self._image(picture, EnrolmentFaceCode.FACE_NOT_FOUND)
        codes = self._desk.face_codes(image)
        if codes:
            raise EnrolmentRefusal(EnrolmentFaceCode(codes[0]), "the face in the picture cannot be used")
        with self._files.guarded(case.id):
            state: Json = {**fact(self._again(case.id), _FACT), "state": EnrolmentState.FACE.value}
            facts: dict[str, Json] = {_FACT: state, _FACE: {"at": self._clock.now_utc()}}
            self._files.commit(case.id, "face", facts=facts, blobs={_SELFIE: picture}, forget=frozenset({_FACE, f"{_FACE}."}))
        return {}

    def _complete(self, case: StoredCustomer) -> dict[str, Json]:
        if self._missing(case):
            raise EnrolmentRefusal(EnrolmentCode.MISSING_DOCUMENT_AND_FACE, "not everything was handed in", ErrorCode.NOT_ENOUGH_DATA)
        body, record = self._judged(case)
        with self._files.guarded(case.id):
            now = self._again(case.id)
            # what was judged must be what is closed: a picture that came meanwhile is judged, too
            if now.steps != case.steps:
                if self._missing(now):  # a front that was taken again took the back with it
                    raise EnrolmentRefusal(
                        EnrolmentCode.MISSING_DOCUMENT_AND_FACE, "a page was replaced meanwhile", ErrorCode.NOT_ENOUGH_DATA
                    )
                body, record = self._judged(now)
            state: Json = {**fact(now, _FACT), "state": EnrolmentState.COMPLETED.value}
            self._files.commit(case.id, "completed", facts={_FACT: state, _RESULT: body, **record}, status=FINISHED)
        return {"customerReturnUrl": str(fact(case, _FACT)["returnUrl"])}

    def _judged(self, case: StoredCustomer) -> tuple[dict[str, Json], dict[str, Json]]:
        """The result, and the facts that every stored customer has. Raises ModelFault."""
        document = stored_document(case, self._desk.rules)
        selfie = self._files.image(case, _SELFIE)
        blob = region_blob(case, Region.PORTRAIT)
        portrait = None if blob is None else self._files.image(case, blob)
        checks = list(self._desk.rules.checks(document)) if document.pages else []
        if selfie is not None:
            checks.append(self._desk.passive_liveness([selfie]))
            checks.extend(self._desk.age_gender(document, selfie, portrait).checks)
            if document.pages:
                checks.append(self._desk.face_match(portrait, selfie))
        form = from_json(ApplicantForm, fact(case, _FACT).get("form"))
        inspection = self._desk.rules.inspect(document)
        factors = factors_of(checks, document, inspection, form, today=self._clock.today(), least_age=self._settings.least_age)
        body: dict[str, Json] = {
            "sessionId": case.id,
            "externalId": fact(case, _FACT).get("externalId", ""),
            "decision": decision_of(factors, self._needed()).value,
            "trustFactors": [{"name": factor.value, "level": level.value} for factor, level in factors.items()],
        }
        record: dict[str, Json] = {"checks": checks_json(tuple(checks))}
        if document.pages:
            record["customer"] = {"id": case.id, **person_json(document), "document": document_json(document)}
        return body, record

    def _needed(self) -> frozenset[Factor]:
        steps = self._settings.steps
        needed: frozenset[Factor] = frozenset()
        if EnrolmentStep.DOCUMENT in steps:
            needed |= NEEDED_OF_DOCUMENT
        if EnrolmentStep.FACE in steps:
            needed |= NEEDED_OF_FACE
        return needed | (NEEDED_OF_BOTH if len(set(steps)) == 2 else frozenset())

    def _missing(self, case: StoredCustomer) -> list[EnrolmentState]:
        missing: list[EnrolmentState] = []
        for step in self._settings.steps:
            if step is EnrolmentStep.FACE:
                missing += [] if _SELFIE in case.blobs else [EnrolmentState.FACE]
                continue
            pages = stored_pages(case)
            if PageSide.FRONT not in pages:
                missing.append(EnrolmentState.DOCUMENT_FRONT)
            elif self._expected_side(case) is PageSide.BACK:
                missing.append(EnrolmentState.DOCUMENT_BACK)
        return missing

    def _again(self, session_id: str) -> StoredCustomer:
        """As it is now, inside the guard. Raises EnrolmentRefusal(SESSION_ALREADY_COMPLETED)."""
        case = self._files.load(session_id)
        _refuse_completed(case)
        return case

    def _image(self, picture: bytes, refused: StrEnum) -> Image:
        try:
            return decode_image(picture)
        except BadInput as error:
            raise EnrolmentRefusal(refused, str(error), error.code) from error


def _refuse_completed(case: StoredCustomer) -> None:
    if case.status == FINISHED:
        raise EnrolmentRefusal(EnrolmentCode.SESSION_ALREADY_COMPLETED, "the enrolment is completed", ErrorCode.WRONG_STEP)
