"""The customer flow of DIS (dis-openapi 1.65) without a transport: create, selfie, liveness, document, get, inspect, erase, sessions.

Bodies that are returned are those of the protocol; what it refuses is a DisRefusal with its code. All state is in the customer store: two
processes, or one that was restarted, see the same customer. Every call is thread-safe.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.domain.check import Check, CheckStatus
from kiosk.domain.document import FieldName, Source
from kiosk.domain.errors import BadInput
from kiosk.domain.face import AgeGender
from kiosk.domain.trust import TrustFactorDefinition, evaluate
from kiosk.ports import Clock, CustomerStore, DeviceKey, Json, StoredCustomer
from kiosk.services.age_gender import selfie_inspection_json, sex_of, years_between
from kiosk.services.face_report import mask_json, report_json
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.services.protocols.case_files import FINISHED, LIMITS, CaseFiles, fact, region_blob, stored_pages
from kiosk.services.protocols.codec import from_json, to_json
from kiosk.services.protocols.dis_access import BASE, SESSION, DisAccess, DisSettings, session_of, told, valid_id
from kiosk.services.protocols.dis_document import CROPS, DisDocument, document_of, portrait_guess
from kiosk.services.protocols.dis_liveness import DisLiveness, evaluations_of, face_of, liveness_images, records_of
from kiosk.services.protocols.engine_desk import DeskEngines, EngineDesk
from kiosk.services.protocols.refusals import DisCode, DisRefusal
from kiosk.services.protocols.tokens import Claims, epoch_of, read_token, sign_token
from kiosk.services.protocols.trust import KNOWN_FACTORS, evaluation_json, values_of_inspections
from kiosk.services.record_verify import RecordVerifier
from kiosk.services.records import document_json, person_json

WORKFLOW = "dis"
MASK_WORN = 0.5
_PURPOSE = "dis-session"
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SELFIE, _PICTURE = "selfie", "selfie.picture"
_LINKS = {"portrait": "portrait", "ghost-portrait": "ghostPortrait", "signature": "signature", "fingerprint": "fingerprint"}


class DisService:
    """One per process and store. `sweep` is to be called now and then: what nobody asks for again must go, too."""

    def __init__(
        self, store: CustomerStore, engines: DeskEngines, key: DeviceKey, clock: Clock, settings: DisSettings | None = None
    ) -> None:
        self._settings = settings or DisSettings()
        self._files = CaseFiles(store, clock, workflow=WORKFLOW, keep_s=self._settings.cache_s)
        self._desk = EngineDesk(engines)
        self._key = key
        self._clock = clock
        self._book = ChallengeBook(clock, valid_s=self._settings.challenge_s)
        self._verifier = RecordVerifier(key)
        self._ended_lock = threading.Lock()
        self._ended: dict[str, int] = {}  # ended session -> when its token expires anyway

    # --- sessions --------------------------------------------------------------------------------------------------

    def create_session(self, timeout_s: int) -> dict[str, Json]:
        """A request session: customers that are made in it can be reached only with its token, and end with it."""
        if isinstance(timeout_s, bool) or not 1 <= timeout_s <= 24 * 3600:
            raise DisRefusal(DisCode.INVALID_REQUEST_BODY, "timeout is a number of seconds from 1 to 86400")
        now = epoch_of(self._clock.now_utc())
        token = sign_token(Claims(str(uuid.uuid4()), _PURPOSE, now, now + timeout_s), self._key)
        return {"token": base64.b64encode(token.encode()).decode("ascii")}

    def end_session(self, token: str) -> None:
        """Erases what was made in it. A session that is over already is fine."""
        try:
            claims = self._claims(token)
        except DisRefusal:
            self.sweep()  # an expired token can no longer say whose it was; its customers end at the same time
            return
        with self._ended_lock:
            now = epoch_of(self._clock.now_utc())
            self._ended = {session: exp for session, exp in self._ended.items() if exp > now} | {claims.session_id: claims.exp}
        for case in self._files.all():
            if session_of(case) == claims.session_id and case.status != FINISHED:
                with self._files.guarded(case.id):
                    self._files.erase(case.id)

    def _claims(self, token: str) -> Claims:
        try:
            text = base64.b64decode(token, validate=True).decode("ascii")
            claims = read_token(text, self._key, purpose=_PURPOSE, now=self._clock.now_utc())
        except (binascii.Error, UnicodeDecodeError, BadInput) as error:
            raise DisRefusal(DisCode.FORBIDDEN, "no such session") from error
        with self._ended_lock:
            if claims.session_id in self._ended:
                raise DisRefusal(DisCode.FORBIDDEN, "the session has ended")
        return claims

    def _may_enter(self, case: StoredCustomer, token: str) -> None:
        bound = session_of(case)
        if bound and (not token or self._claims(token).session_id != bound):
            raise DisRefusal(DisCode.FORBIDDEN, "the customer belongs to a session: its token is needed")
        if token and not bound:
            self._claims(token)

    # --- customers -------------------------------------------------------------------------------------------------

    def create_customer(self, *, customer_id: str = "", token: str = "") -> dict[str, Json]:
        """Args: `customer_id`: the caller's own UUID version 4; `token` of a session, which takes one customer.

        Raises DisRefusal: INVALID_ID, ALREADY_EXISTS, FORBIDDEN.
        """
        chosen = valid_id(customer_id) if customer_id else str(uuid.uuid4())
        if uuid.UUID(chosen).version != 4:
            raise DisRefusal(DisCode.INVALID_ID, "the id is not a UUID of version 4")
        if not token:
            self._begin(chosen, {})
        else:
            claims = self._claims(token)
            until = datetime.fromtimestamp(claims.exp, UTC).isoformat().replace("+00:00", "Z")
            with self._files.guarded(claims.session_id):
                if any(session_of(case) == claims.session_id for case in self._files.all()):
                    # what was captured in a session is bound to one person; 403 is all that the protocol has for it
                    raise DisRefusal(DisCode.FORBIDDEN, "the session has its customer already")
                self._begin(chosen, {SESSION: {"id": claims.session_id}, LIMITS: {"until": until}})
        return {"id": chosen, "links": {"self": f"{BASE}/{chosen}"}}

    def _begin(self, customer_id: str, facts: Mapping[str, Json]) -> None:
        try:
            self._files.begin(customer_id, facts)
        except BadInput as error:
            raise DisRefusal(DisCode.ALREADY_EXISTS, "a customer of this id is there already", error.code) from error

    def customer(self, customer_id: str, token: str = "") -> DisCustomer:
        """Raises DisRefusal: INVALID_ID, NOT_FOUND, FORBIDDEN."""
        access = DisAccess(valid_id(customer_id), token, self._files, self._desk, self._key, self._settings, self._may_enter)
        access.load()
        return DisCustomer(access, DisDocument(access), DisLiveness(access, self._book, self._verifier))

    def delete_customer(self, customer_id: str, token: str = "") -> None:
        """One that is not there is fine (204)."""
        try:
            self.customer(customer_id, token).delete()
        except DisRefusal as error:
            if error.answer is not DisCode.NOT_FOUND:
                raise

    def sweep(self) -> int:
        """Erases everybody whose time is over; returns how many."""
        return self._files.sweep()


@dataclass(frozen=True, slots=True)
class DisCustomer:
    """One customer. Keep it no longer than a request: each call looks at the store again."""

    access: DisAccess
    document: DisDocument
    liveness: DisLiveness

    def delete(self) -> None:
        with self.access.files.guarded(self.access.id):
            self.access.load()
            self.access.files.erase(self.access.id)

    def hand_over(self, status: str, *, external_id: str = "") -> None:
        """DIS `store`. FINISHED: from here on retention decides what becomes of the record, not the cache; it changes no more."""
        if status not in ("IN_PROGRESS", FINISHED):
            raise DisRefusal(DisCode.INVALID_REQUEST_BODY, "onboardingStatus is IN_PROGRESS or FINISHED")
        if external_id and not _EXTERNAL_ID.fullmatch(external_id):
            raise DisRefusal(DisCode.INVALID_REQUEST_BODY, "externalId has 1 to 64 of A-Z a-z 0-9 . _ -")
        with self.access.changing() as case:
            with told():
                record = customer_json(case, self.access)["customer"]
            facts: dict[str, Json] = {"customer": record, "dis.store": {"externalId": external_id, "onboardingStatus": status}}
            self.access.files.commit(self.access.id, "handed_over", facts=facts, status=status)

    # --- selfie ----------------------------------------------------------------------------------------------------

    def put_selfie(self, *, image: bytes | None = None, origin: str = "") -> dict[str, Json]:
        """A picture, or a liveness record's selfie by its link. A face that is not found is told in the answer, and nothing changes."""
        if (image is None) == (not origin):
            raise DisRefusal(DisCode.INVALID_REQUEST_BODY, "a selfie is an image or selfieOrigin, one of the two")
        case = self.access.load()
        data = image if image is not None else self._by_reference(case, origin)
        picture = self.access.image(data)
        report = face_of(self.access, picture)
        if report is None:
            return {"errorCode": "NO_FACE_DETECTED"}
        mask = mask_json(report.attributes)
        detection = report_json(report)["detection"]
        facts: dict[str, Json] = {
            _SELFIE: {"detection": detection, "origin": origin, "mask": None if mask is None else mask["score"]},
            "selfie.aspects": to_json(self.access.desk.guess(picture)),
        }
        with self.access.changing():
            # evaluations of active checks compared the person with the selfie that was there
            forget = frozenset({_SELFIE, "selfie.", "liveness.evaluations"})
            self.access.files.commit(self.access.id, "selfie", facts=facts, blobs={_PICTURE: data}, forget=forget)
        body: dict[str, Json] = {"detection": detection, "links": {"self": f"{self.access.base}/selfie"}}
        return body | ({"warnings": list(report.warnings)} if report.warnings else {})

    def selfie(self, width: int | None = None, height: int | None = None) -> dict[str, Json]:
        """DIS `ImageCrop`."""
        return self.access.crop(_PICTURE, self.access.load(), width, height)

    def delete_selfie(self) -> None:
        with self.access.changing():
            self.access.files.commit(self.access.id, "selfie_deleted", forget=frozenset({_SELFIE, "selfie.", "liveness.evaluations"}))

    def _by_reference(self, case: StoredCustomer, link: str) -> bytes:
        for record in records_of(case):
            if link == f"{self.access.base}/liveness/records/{record['id']}/selfie":
                return self.access.files.blob(self.access.id, f"{record['blob']}.selfie")
        raise DisRefusal(DisCode.NOT_FOUND, "selfieOrigin names no liveness selfie of this customer")

    # --- what is known ---------------------------------------------------------------------------------------------

    def get(self) -> dict[str, Json]:
        """DIS `GetCustomerResponse`; partial as long as not everything is there."""
        case = self.access.load()
        with told():
            return customer_json(case, self.access)

    def inspect(self) -> dict[str, Json]:
        """DIS `CustomerInspectResponse`. An absent member was not looked at; it is never false."""
        return self._inspected()[0]

    def disclose(self) -> dict[str, Json]:
        """DIS `CustomerInspectDiscloseResponse`: the scores behind the similarities."""
        return self._inspected()[1]

    def _inspected(self) -> tuple[dict[str, Json], dict[str, Json]]:
        access, case = self.access, self.access.load()
        with told():
            body: dict[str, Json] = {"security": _security(case), "links": {"documentInspection": f"{access.base}/document/inspect"}}
            selfie = access.files.image(case, _PICTURE)
            if selfie is None:
                return body, {}
            blob = region_blob(case, CROPS["portrait"])
            portrait = None if blob is None else access.files.image(case, blob)
            checks = {
                "documentPortrait": access.desk.face_match(portrait, selfie),
                "livenessSelfies": access.desk.liveness_match(selfie, liveness_images(access, case)),
            }
            document = document_of(case, access.desk.rules)
            inspection = selfie_inspection_json(access.desk.age_gender(document, selfie, portrait), document)
        judged = {name: check for name, check in checks.items() if check.status is not CheckStatus.NOT_EXECUTED}
        if judged:
            inspection["similarityWith"] = {name: check.status is not CheckStatus.REJECTED for name, check in judged.items()}
        mask = fact(case, _SELFIE).get("mask")
        if isinstance(mask, int | float):
            inspection["hasMask"] = mask >= MASK_WORN
        disclosed: dict[str, Json] = {name: _scored(check) for name, check in judged.items() if check.score is not None}
        return {"selfieInspection": inspection, **body}, {"selfieInspection": {"similarityWith": disclosed}} if disclosed else {}

    # --- trust -----------------------------------------------------------------------------------------------------

    def evaluate_trust(self, definitions: list[TrustFactorDefinition], *, disabled: frozenset[str] = frozenset()) -> dict[str, Json]:
        """DIS `TrustEvaluationResponse` of the integrator's own factors."""
        case = self.access.load()
        inspection, disclosure = self._inspected()
        documents: tuple[dict[str, Json], dict[str, Json]] = ({}, {})
        if stored_pages(case):
            documents = self.document.inspect(), self.document.disclose()
        values = values_of_inspections(inspection, disclosure, *documents, evaluations_of(case))
        found = evaluate(definitions, values, known=KNOWN_FACTORS, disabled=disabled)
        return {"trustEvaluation": evaluation_json(found), "links": self._trust_links(case)}

    def _trust_links(self, case: StoredCustomer) -> dict[str, Json]:
        base = self.access.base
        links: dict[str, Json] = {"customer": base}
        if _PICTURE in case.blobs:
            links["customerSelfie"] = f"{base}/selfie"
        by_kind: dict[str, Json] = {}
        for record in records_of(case):
            held = by_kind.setdefault(str(record["kind"]) or "PASSIVE", [])
            assert isinstance(held, list)
            held.append(f"{base}/liveness/records/{record['id']}/selfie")
        if by_kind:
            links["customerLivenessRecords"] = by_kind
        return links | _document_links(case, base)


def customer_json(case: StoredCustomer, access: DisAccess) -> dict[str, Json]:
    """DIS `GetCustomerResponse` of what is stored."""
    document = document_of(case, access.desk.rules)
    customer: dict[str, Json] = person_json(document)
    guesses = {"selfie": _guess(fact(case, "selfie.aspects")), "documentPortrait": portrait_guess(case)}
    ages: dict[str, Json] = {}
    born = document.fields.get(FieldName.DATE_OF_BIRTH)
    for source in (Source.VISUAL_ZONE, Source.MRZ):
        reading = None if born is None else born.of(source)
        years = None if reading is None else years_between(reading.value, access.clock.today())
        if years is not None:
            ages[source.value] = str(int(years))
    ages |= {name: str(round(guess.age)) for name, guess in guesses.items() if guess is not None}
    if ages:
        customer["age"] = ages
    sexes: dict[str, Json] = {name: sex for name, guess in guesses.items() if guess is not None and (sex := sex_of(guess))}
    if sexes:
        said = customer.get("gender")
        customer["gender"] = {**(said if isinstance(said, dict) else {}), **sexes}
    if document.pages:
        customer["document"] = {**_with_authority(document_json(document)), "links": _document_links(case, access.base)}
    return {"customer": customer}


def _with_authority(document: dict[str, Json]) -> dict[str, Json]:
    """DIS requires `issuingAuthority` of every zone; in an MRZ state and authority are one field (9303-3, 3.4)."""
    zones = document.get("mrz")
    if not isinstance(zones, dict):
        return document
    told: dict[str, Json] = {
        name: {"issuingAuthority": zone.get("issuingState", ""), **zone} for name, zone in zones.items() if isinstance(zone, dict)
    }
    return {**document, "mrz": told}


def _document_links(case: StoredCustomer, base: str) -> dict[str, Json]:
    links: dict[str, Json] = {
        _LINKS[name]: f"{base}/document/{name}" for name, region in CROPS.items() if region_blob(case, region) is not None
    }
    pages: dict[str, Json] = {side.value: f"{base}/document/pages/{side.value}" for side in stored_pages(case)}
    return links | ({"pages": pages} if pages else {})


def _guess(stored: Mapping[str, Json]) -> AgeGender | None:
    return from_json(AgeGender, dict(stored)) if stored else None


def _security(case: StoredCustomer) -> dict[str, Json]:
    """`faceCapture` lists libraries of phones and browsers, of which a kiosk's capture is none: it is left out."""
    records = records_of(case)
    injection: dict[str, Json] = {"evaluated": bool(records)}
    if records:
        injection["detected"] = any(bool(record["virtual"]) for record in records)
    devices: list[Json] = list(dict.fromkeys(str(record["deviceId"]) for record in records))
    return {"videoInjection": injection, "deviceIds": devices}


def _scored(check: Check) -> dict[str, Json]:
    return {"score": check.score}
