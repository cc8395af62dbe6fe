"""Judges what an execution collected: runs the engines stage by stage, in the order of the workflow's chains, and decides.

A stage whose predecessor does not hold is not run; one whose engine fails leaves its checks not executed. Holds no customer between calls.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.domain.capability import CHECKS_OF, FIRST_PART, Capability, CapabilityName, Category, CredentialRef, Part
from kiosk.domain.challenge import CaptureRecord
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Decision, Outcome, Policy, decide
from kiosk.domain.document import Document, PageSide
from kiosk.domain.errors import BadInput, ErrorCode, KioskError, ModelFault, StoreFault
from kiosk.domain.face import Embedding
from kiosk.flow.definition import CapabilityRule, CredentialRule, Definition
from kiosk.imaging.crop import around_box
from kiosk.imaging.decode import decode_image, encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.ports import Clock, CustomerStore, DeviceKey, FaceMatcher, Json
from kiosk.services.age_gender import AgeGenderJudge
from kiosk.services.capabilities import (
    NOT_UPLOADED,
    PRECONDITION,
    decide_capability,
    extraction,
    is_blocked,
    not_executed_capability,
    policy_for,
    refs_for,
)
from kiosk.services.capture_record import frames_of, open_record, selfie_from_record
from kiosk.services.document_rules import DocumentRules
from kiosk.services.execution_limits import RECORD_MAGIC
from kiosk.services.extraction_data import TYPE_OF, UNSUPPORTED, extraction_data
from kiosk.services.face_search import FaceHit
from kiosk.services.facemap import FacemapTemplate, authenticate, make_facemap, open_facemap
from kiosk.services.known_person import KnownPeople
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.person_checks import person_of
from kiosk.services.reading import DocumentReader, PageResult
from kiosk.services.record_verify import RULE, RecordVerifier, integrity_check
from kiosk.services.risk import Risk, risk_of
from kiosk.services.verification import SelfieResult, Verifier

_log = logging.getLogger(__name__)

_N, _L, _C = CheckName, CheckLabel, CapabilityName
_MOST_PASSIVE_FRAMES = 6
RecordReplay = Callable[[CaptureRecord, Image | None], ActiveCheck]
"""Judges an active check from its record (`services.liveness.replay.replayed` on the installed engines). Raises ModelFault, BadInput."""


class ExecutionEngines(Protocol):
    """What is needed of the engine set. All but `document_rules` may raise ModelFault."""

    @property
    def document_rules(self) -> DocumentRules: ...
    def document_reader(self) -> DocumentReader: ...
    def verifier(self) -> Verifier: ...
    def matcher(self) -> FaceMatcher | None: ...
    def age_gender(self) -> AgeGenderJudge: ...


class Screening(Protocol):
    """Looks a person up in the lists."""

    def __call__(self, document: Document, user_reference: str) -> tuple[Check, Mapping[str, Json]]:
        """WATCHLIST_SCREENING, and the protocol's data (searchDate, searchStatus, searchId, searchReference, searchResults)."""
        ...


@dataclass(frozen=True, slots=True)
class Handed:
    """One credential with the parts that were handed in."""

    ref: CredentialRef
    rule: CredentialRule
    parts: Mapping[Part, bytes]


@dataclass(frozen=True, slots=True)
class JudgingOrder:
    """What is to be judged.

    Attributes:
        facemap: enrolled earlier in this account, that the customer is compared with; None when there is none.
        record_session: session that a capture record must be bound to; "" = whatever it names itself (files handed in by staff).
        url: of the account, for links.
    """

    account_id: str
    definition: Definition
    policy: Policy
    handed: tuple[Handed, ...]
    consented: bool
    user_reference: str = ""
    facemap: bytes | None = None
    record_session: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of it.

    Attributes:
        enrolled: credential id and the facemap made of it; only where the decision is ACCEPT.
        template, selfie_crop: to be kept for later searches, where the policy searches.
    """

    capabilities: tuple[Capability, ...]
    checks: tuple[Check, ...]
    decision: Decision
    risk: Risk
    document: Document | None
    timings_ms: Mapping[str, float]
    enrolled: tuple[str, bytes] | None = None
    template: Embedding | None = None
    selfie_crop: bytes | None = None
    hits: tuple[FaceHit, ...] = ()


@dataclass(slots=True)
class _Seen:
    """What is known of one execution while it is judged."""

    order: JudgingOrder
    documents: dict[str, Document] = field(default_factory=dict)
    pages: dict[str, list[PageResult]] = field(default_factory=dict)
    rule_checks: dict[str, tuple[Check, ...]] = field(default_factory=dict)
    selfies: dict[str, tuple[Image, SelfieResult | None]] = field(default_factory=dict)
    selfie_checks: list[Check] = field(default_factory=list)
    record: CaptureRecord | None = None
    record_check: Check | None = None
    active: Check | None = None
    advisory: tuple[Check, ...] = ()
    frames: tuple[Image, ...] = ()
    facemap: bytes | None = None
    presence: tuple[Check, ...] = ()
    hits: tuple[FaceHit, ...] = ()

    def portrait(self, credential: str) -> Image | None:
        return next((page.portrait for page in self.pages.get(credential, ()) if page.portrait is not None), None)

    @property
    def selfie(self) -> Image | None:
        return next((image for image, _ in self.selfies.values()), None)


class ExecutionJudge:
    """Used by one thread at a time, as its engines are."""

    def __init__(
        self,
        engines: ExecutionEngines,
        store: CustomerStore,
        key: DeviceKey,
        clock: Clock,
        *,
        replay: RecordReplay | None = None,
        screening: Screening | None = None,
        allow_virtual: bool = False,
        max_bytes: int,
        max_side_px: int,
    ) -> None:
        """Args: `replay` None = records are not judged; `screening` None = no list is there."""
        self._engines = engines
        self._store = store
        self._key = key
        self._clock = clock
        self._replay = replay
        self._screening = screening
        self._allow_virtual = allow_virtual
        self._records = RecordVerifier(key)
        self._max_bytes, self._max_side_px = max_bytes, max_side_px

    def judge(self, order: JudgingOrder) -> Judgement:
        """Raises StoreFault; whatever else goes wrong shows in the checks."""
        began = time.perf_counter()
        seen, decided, checks = _Seen(order), list[Capability](), list[Check]()
        timings: dict[str, float] = {}
        pairs = [(one.ref, one.rule) for one in order.handed]
        optional = frozenset(one.ref.id for one in order.handed if not one.rule.required)
        checks.append(_consent(order.consented))
        for rule in order.definition.capabilities:
            at = time.perf_counter()
            for refs in refs_for(rule, pairs):
                if is_blocked(rule, refs, decided, optional):
                    decided.append(not_executed_capability(rule.name, refs, PRECONDITION, id=_new_id()))
                    checks.extend(_blocked(rule.name, checks))
                    continue
                made, capability = self._entry(rule, refs, seen)
                checks.extend(made)
                decided.append(capability)
            timings[rule.name.value] = round((time.perf_counter() - at) * 1000, 1)
        found = _once(checks)
        policy = policy_for(order.policy, order.definition)
        decision = decide(found, policy)
        risk = risk_of(decision, decided, order.definition.bands)
        searched = self._searches(seen) and decision.outcome is not Outcome.REJECT
        enrolled = self._enrol(seen, decision)
        if enrolled is not None:
            decided = [_with_facemap(one, f"{order.url}/credentials/{enrolled[0]}/parts/FACEMAP") for one in decided]
        timings["total"] = round((time.perf_counter() - began) * 1000, 1)
        return Judgement(
            capabilities=tuple(decided),
            checks=found,
            decision=decision,
            risk=risk,
            document=next(iter(seen.documents.values()), None),
            timings_ms=timings,
            enrolled=enrolled,
            template=self._template(seen) if searched else None,
            selfie_crop=_crop(seen) if searched else None,
            hits=seen.hits,
        )

    # --- one capability --------------------------------------------------------------------------------------------

    def _entry(self, rule: CapabilityRule, refs: tuple[CredentialRef, ...], seen: _Seen) -> tuple[tuple[Check, ...], Capability]:
        handed = [one for one in seen.order.handed if one.ref in refs]
        if rule.name is _C.USABILITY and FIRST_PART[refs[0].category] not in handed[0].parts:
            return self._missing(handed[0]), not_executed_capability(rule.name, refs, NOT_UPLOADED, id=_new_id())
        data: dict[str, object] = {}
        try:
            match rule.name:
                case _C.USABILITY:
                    checks = self._usability(handed[0], seen)
                case _C.IMAGE_CHECKS:
                    checks = self._image_checks(refs[0], seen, data)
                case _C.EXTRACTION:
                    return self._extraction(refs, seen)
                case _C.DATA_CHECKS:
                    checks = _of(seen.rule_checks.get(refs[0].id, ()), CHECKS_OF[_C.DATA_CHECKS])
                case _C.LIVENESS:
                    checks = self._liveness(seen, data)
                case _C.SIMILARITY:
                    checks = self._similarity(handed, seen)
                case _C.AUTHENTICATION:
                    checks = self._authentication(seen, data)
                case _C.WATCHLIST_SCREENING:
                    checks = self._screen(refs[0], seen, data)
        except StoreFault:
            raise
        except KioskError as error:
            _log.error("%s could not run: %s", rule.name.value, error.code.value)
            label = _L.MODEL_MISSING if error.code is ErrorCode.MODEL_MISSING else _L.ENGINE_FAILED
            checks = tuple(not_executed(name, label) for name in _essential(rule.name, refs))
        judged = checks
        if rule.name is _C.LIVENESS:
            judged = (*checks, *seen.selfie_checks)
        elif rule.name is _C.IMAGE_CHECKS:
            judged = (*checks, *_of(seen.rule_checks.get(refs[0].id, ()), (_N.DOCUMENT_USABILITY,)))
        capability = decide_capability(rule.name, refs, judged, id=_new_id(), data=data)
        if rule.name is _C.USABILITY and capability.status is CheckStatus.PASSED and (label_ := _unsupported(handed[0], seen)):
            capability = Capability(capability.id, rule.name, refs, CheckStatus.WARNING, label_)
        if rule.name is _C.SIMILARITY:
            spelled = {"MATCH": "MATCH", "NO_MATCH": "NOT_MATCH"}.get(capability.label, "NOT_POSSIBLE")
            capability = Capability(
                capability.id, rule.name, refs, capability.status, capability.label, capability.checks, {"similarity": spelled}
            )
        return checks, capability

    def _missing(self, handed: Handed) -> tuple[Check, ...]:
        names = {Category.ID: _N.DOCUMENT_USABILITY, Category.SELFIE: _N.SELFIE_QUALITY}
        name = names.get(handed.ref.category)
        return () if name is None else (not_executed(name, _L.INPUT_MISSING),)

    def _usability(self, handed: Handed, seen: _Seen) -> tuple[Check, ...]:
        match handed.ref.category:
            case Category.ID:
                return self._read(handed, seen)
            case Category.SELFIE:
                return self._look_at(handed, seen)
            case Category.FACEMAP:
                return self._open(handed, seen)
            case Category.DOCUMENT:
                return (not_executed(_N.DOCUMENT_USABILITY, _L.ENGINE_FAILED),)

    def _read(self, handed: Handed, seen: _Seen) -> tuple[Check, ...]:
        reader, rules = self._engines.document_reader(), self._engines.document_rules
        pages: list[PageResult] = []
        for part, side in ((Part.FRONT, PageSide.FRONT), (Part.BACK, PageSide.BACK)):
            if part not in handed.parts:
                continue
            try:
                pages.append(reader.read_page(self._picture(handed.parts[part]), expected=side))
            except BadInput as error:
                label = _L.LOW_QUALITY if error.code is ErrorCode.IMAGE_BLANK else _L.NOT_A_KNOWN_DOCUMENT
                check = Check(_N.DOCUMENT_USABILITY, CheckStatus.REJECTED, label, inputs=(f"document.{side.value}",), model="page_quality")
                return (check,)
        document = rules.merge([page.page for page in pages])
        seen.pages[handed.ref.id], seen.documents[handed.ref.id] = pages, document
        seen.rule_checks[handed.ref.id] = rules.checks(document)
        return _of(seen.rule_checks[handed.ref.id], (_N.DOCUMENT_USABILITY,))

    def _look_at(self, handed: Handed, seen: _Seen) -> tuple[Check, ...]:
        data = handed.parts[Part.FACE]
        if data.startswith(RECORD_MAGIC):
            integrity = self._take_record(data, seen)
            if seen.record is None:
                return integrity, not_executed(_N.SELFIE_QUALITY, _L.INPUT_MISSING, inputs=("selfie",))
            image = selfie_from_record(seen.record)
        else:
            integrity, image = None, self._picture(data)
        try:
            result = self._engines.verifier().selfie(image, strict=False)
            check = result.check
            seen.selfies[handed.ref.id] = image, result
        except BadInput:
            check = Check(_N.SELFIE_QUALITY, CheckStatus.REJECTED, _L.NO_FACE, inputs=("selfie",))
            seen.selfies[handed.ref.id] = image, None
        seen.selfie_checks.append(check)
        return (check,) if integrity is None else (check, integrity)

    def _open(self, handed: Handed, seen: _Seen) -> tuple[Check, ...]:
        data = handed.parts[Part.FACEMAP]
        if data.startswith(RECORD_MAGIC) and not handed.rule.reference:
            return (self._take_record(data, seen),)
        matcher = self._engines.matcher()
        if matcher is None:
            return (not_executed(_N.CAPTURE_INTEGRITY, _L.MODEL_MISSING, inputs=("facemap",)),)
        try:
            open_facemap(data, self._key, matcher.model_id)
        except BadInput:
            params = {"of": "FACEMAP"}
            return (Check(_N.CAPTURE_INTEGRITY, CheckStatus.REJECTED, _L.RECORD_INVALID, inputs=("facemap",), model=RULE, params=params),)
        if handed.rule.reference:
            seen.facemap = data
        return (Check(_N.CAPTURE_INTEGRITY, CheckStatus.PASSED, inputs=("facemap",), model=RULE),)

    def _take_record(self, data: bytes, seen: _Seen) -> Check:
        """CAPTURE_INTEGRITY: this device's, whole, fresh, used once; bound to the session where one is named."""
        outcome: CaptureRecord | BadInput
        try:
            record = open_record(data, self._key)
            session = seen.order.record_session or record.session
            outcome = self._records.verify(data, session=session, now=self._clock.now_utc(), challenge=record.challenge, nonce=record.nonce)
            seen.record = outcome
        except BadInput as error:
            outcome = error
        seen.record_check = integrity_check(outcome, None, allow_virtual=self._allow_virtual)
        return seen.record_check

    def _image_checks(self, ref: CredentialRef, seen: _Seen, data: dict[str, object]) -> tuple[Check, ...]:
        checks = _of(seen.rule_checks.get(ref.id, ()), CHECKS_OF[_C.IMAGE_CHECKS])
        if not self._searches(seen):
            return checks
        matcher = self._engines.matcher()
        if matcher is None:
            return (*checks, not_executed(_N.KNOWN_PERSON, _L.MODEL_MISSING, inputs=("selfie",)))
        template = self._template(seen)
        if template is None:
            return (*checks, not_executed(_N.KNOWN_PERSON, _L.LOW_QUALITY, inputs=("selfie",)))
        found = KnownPeople(self._store, matcher).check(template, person_of(seen.documents[ref.id]), customer_id=seen.order.account_id)
        seen.hits = found.hits
        status = "ERROR" if found.check.status is CheckStatus.NOT_EXECUTED else "DONE"
        data["faceSearchFindings"] = {"status": status, "findings": [hit.customer_id for hit in found.hits]}
        return (*checks, found.check)

    def _extraction(self, refs: tuple[CredentialRef, ...], seen: _Seen) -> tuple[tuple[Check, ...], Capability]:
        checks = _of(seen.rule_checks.get(refs[0].id, ()), CHECKS_OF[_C.EXTRACTION])
        data = extraction_data(seen.documents[refs[0].id], self._clock.today())
        return checks, extraction(refs, data, id=_new_id())

    def _presence(self, seen: _Seen) -> tuple[Check, ...]:
        """Everything that says whether a live person was there; once per execution."""
        if seen.presence:
            return seen.presence
        verifier, selfie = self._engines.verifier(), seen.selfie
        if seen.record is not None:
            self._replay_record(seen)
        live = seen.frames
        frames = live or (() if selfie is None else (selfie,))
        passive = verifier.passive_liveness(frames, inputs=("liveness",) if live else ("selfie",))
        if _is_document_file(seen.order):
            params = {"reason": "ID_USED_AS_SELFIE"}
            passive = Check(
                _N.PASSIVE_LIVENESS, CheckStatus.REJECTED, _L.BELOW_THRESHOLD, inputs=("selfie",), model="same_file", params=params
            )
        seen.presence = (
            passive,
            seen.active or not_executed(_N.ACTIVE_LIVENESS, _L.INPUT_MISSING, inputs=("liveness",)),
            verifier.liveness_match(selfie, live),
            seen.record_check or not_executed(_N.CAPTURE_INTEGRITY, _L.INPUT_MISSING, inputs=("liveness",)),
            *seen.advisory,
        )
        return seen.presence

    def _replay_record(self, seen: _Seen) -> None:
        assert seen.record is not None
        if seen.record.challenge is None:
            pictures = [frame.pixels for frame in frames_of(seen.record)]
            seen.frames = tuple(pictures[:: max(1, -(-len(pictures) // _MOST_PASSIVE_FRAMES))])
            return
        if self._replay is None:
            seen.active = not_executed(_N.ACTIVE_LIVENESS, _L.MODEL_MISSING, inputs=("liveness",))
            return
        try:
            run = self._replay(seen.record, seen.selfie)
            seen.active, seen.frames, seen.advisory = run.check(), run.frames, run.advisory()
        except ModelFault as error:
            _log.error("the active check could not be replayed: %s", error.code.value)
            seen.active = not_executed(_N.ACTIVE_LIVENESS, _L.ENGINE_FAILED, inputs=("liveness",))
        except BadInput as error:
            params = {"reason": error.code.value}
            seen.active = Check(_N.ACTIVE_LIVENESS, CheckStatus.REJECTED, _L.CHALLENGE_FAILED, inputs=("liveness",), params=params)

    def _liveness(self, seen: _Seen, data: dict[str, object]) -> tuple[Check, ...]:
        checks = self._presence(seen)
        document = next(iter(seen.documents.values()), None)
        data["type"] = seen.record.challenge.kind.value if seen.record is not None and seen.record.challenge is not None else "PASSIVE"
        guess = self._engines.age_gender().judge(document or self._engines.document_rules.merge([]), seen.selfie, self._portrait(seen))
        if guess.selfie is not None:
            years = round(guess.selfie.age)
            data["predictedAge"] = years
        return (*checks, *guess.checks) if document is not None else checks

    def _portrait(self, seen: _Seen) -> Image | None:
        return next((portrait for ref in seen.pages if (portrait := seen.portrait(ref)) is not None), None)

    def _similarity(self, handed: Sequence[Handed], seen: _Seen) -> tuple[Check, ...]:
        faces: list[tuple[str, Image | None]] = []
        for one in handed:
            if one.ref.category is Category.ID:
                faces.append(("document.front", seen.portrait(one.ref.id)))
            else:
                faces.append(("selfie", seen.selfies[one.ref.id][0] if one.ref.id in seen.selfies else None))
        if len(faces) < 2:
            return (not_executed(_N.FACE_MATCH, _L.INPUT_MISSING),)
        (one_name, one_face), (other_name, other_face) = faces[:2]
        return (self._engines.verifier().face_match(one_face, other_face, inputs=(one_name, other_name)),)

    def _authentication(self, seen: _Seen, data: dict[str, object]) -> tuple[Check, ...]:
        presence = self._presence(seen)
        data["type"] = "JUMIO_STANDARD"
        matcher, reference = self._engines.matcher(), seen.facemap or seen.order.facemap
        inputs = ("facemap", "selfie")
        if matcher is None:
            return (not_executed(_N.FACE_MATCH, _L.MODEL_MISSING, inputs=inputs), *presence)
        if reference is None or seen.selfie is None:
            return (not_executed(_N.FACE_MATCH, _L.INPUT_MISSING, inputs=inputs), *presence)
        template = self._engines.verifier().embed_selfie(seen.selfie)
        if template is None:
            return (not_executed(_N.FACE_MATCH, _L.LOW_QUALITY, inputs=inputs), *presence)
        return (authenticate(open_facemap(reference, self._key, matcher.model_id), (template,), matcher), *presence)

    def _screen(self, ref: CredentialRef, seen: _Seen, data: dict[str, object]) -> tuple[Check, ...]:
        if self._screening is None:
            return (not_executed(_N.WATCHLIST_SCREENING, _L.LIST_MISSING, inputs=("document.front",)),)
        check, found = self._screening(seen.documents[ref.id], seen.order.user_reference)
        data.update(found)
        return (check,)

    # --- what is kept ----------------------------------------------------------------------------------------------

    def _searches(self, seen: _Seen) -> bool:
        """Faces are searched for where the policy wants it and a person is onboarded: a document and a selfie, no stored ones."""
        categories = {one.ref.category for one in seen.order.handed}
        return seen.order.policy.one_to_many and seen.order.definition.number in (0, 3, 32) and {Category.ID, Category.SELFIE} <= categories

    def _template(self, seen: _Seen) -> Embedding | None:
        return None if seen.selfie is None else self._engines.verifier().embed_selfie(seen.selfie)

    def _enrol(self, seen: _Seen, decision: Decision) -> tuple[str, bytes] | None:
        """A facemap only of somebody who was accepted as live: what authenticates later must be beyond doubt now."""
        names = {rule.name for rule in seen.order.definition.capabilities}
        if decision.outcome is not Outcome.ACCEPT or _C.LIVENESS not in names or seen.selfie is None:
            return None
        matcher = self._engines.matcher()
        credential = next((one.ref.id for one in seen.order.handed if one.ref.category is Category.FACEMAP), "")
        credential = credential or next(one.ref.id for one in seen.order.handed if one.ref.category is Category.SELFIE)
        verifier = self._engines.verifier()
        found = [verifier.embed_selfie(image) for image in (seen.selfie, *seen.frames)]
        templates = [FacemapTemplate(template) for template in found if template is not None]
        if matcher is None or not templates:
            return None
        try:
            return credential, make_facemap(templates, matcher, self._key, created=self._clock.now_utc(), customer=seen.order.account_id)
        except BadInput as error:
            _log.info("no facemap was made: %s", error.code.value)
            return None

    def _picture(self, data: bytes) -> Image:
        return decode_image(data, max_bytes=self._max_bytes, max_side_px=self._max_side_px)


def _crop(seen: _Seen) -> bytes | None:
    for image, result in seen.selfies.values():
        if result is not None:
            return encode_jpeg(around_box(image, result.face.box, margin=0.45))
    return None


def _is_document_file(order: JudgingOrder) -> bool:
    """The very file of the document was handed in as the selfie."""
    faces = {one.parts[Part.FACE] for one in order.handed if Part.FACE in one.parts}
    return any(one.parts.get(part) in faces for one in order.handed for part in (Part.FRONT, Part.BACK))


def _unsupported(handed: Handed, seen: _Seen) -> str:
    """Not what the preset allows, where that is known; "" when it is, or when it cannot be told."""
    document = seen.documents.get(handed.ref.id)
    if document is None:
        return ""
    data = extraction_data(document, "")
    countries, types = handed.rule.countries, handed.rule.types
    kind, country = TYPE_OF.get(document.type.type, UNSUPPORTED), data.get("issuingCountry")
    if countries.defined and countries.values and country is not None and country not in countries.values:
        return "UNSUPPORTED_COUNTRY"
    if types.defined and types.values and document.type.type and kind not in types.values:
        return "UNSUPPORTED_DOCUMENT_TYPE"
    return ""


def _with_facemap(capability: Capability, href: str) -> Capability:
    if capability.name is not _C.LIVENESS:
        return capability
    data = {**capability.data, "validFaceMapForAuthentication": href}
    return Capability(capability.id, capability.name, capability.credentials, capability.status, capability.label, capability.checks, data)


def _consent(consented: bool) -> Check:
    if consented:
        return Check(_N.CONSENT, CheckStatus.PASSED, inputs=("consent",))
    return not_executed(_N.CONSENT, _L.INPUT_MISSING, inputs=("consent",))


def _essential(name: CapabilityName, refs: tuple[CredentialRef, ...]) -> tuple[CheckName, ...]:
    if name is not _C.USABILITY:
        return CHECKS_OF[name]
    first = {Category.SELFIE: _N.SELFIE_QUALITY, Category.FACEMAP: _N.CAPTURE_INTEGRITY}
    return (first.get(refs[0].category, _N.DOCUMENT_USABILITY),)


def _blocked(name: CapabilityName, made: Sequence[Check]) -> tuple[Check, ...]:
    """The checks of a capability that was not run, but for those that another one made."""
    known = {check.name for check in made}
    return tuple(not_executed(one, _L.PRECONDITION_NOT_FULFILLED) for one in CHECKS_OF[name] if one not in known)


def _of(checks: Sequence[Check], names: Sequence[CheckName]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.name in names)


def _once(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Of checks of one name all that say something; one that was not executed only where no other of its name was."""
    run = {check.name for check in checks if check.status is not CheckStatus.NOT_EXECUTED}
    kept: list[Check] = []
    for check in checks:
        idle = check.status is CheckStatus.NOT_EXECUTED
        if check in kept or (idle and (check.name in run or any(one.name is check.name for one in kept))):
            continue
        kept.append(check)
    return tuple(kept)


def _new_id() -> str:
    return str(uuid.uuid4())
