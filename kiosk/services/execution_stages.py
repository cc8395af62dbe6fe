"""The stages of judging an execution, one per capability: each runs its engines and gives checks. One thread at a time."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from kiosk.domain.capability import CHECKS_OF, FIRST_PART, Capability, CapabilityName, Category, CredentialRef, Part
from kiosk.domain.challenge import CaptureRecord
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput, ErrorCode, KioskError, ModelFault, StoreFault
from kiosk.domain.face import Embedding
from kiosk.imaging.decode import decode_image
from kiosk.imaging.frame import Image
from kiosk.ports import Clock, CodeLedger, CustomerStore, DeviceKey
from kiosk.services import selfie_source
from kiosk.services.capabilities import extraction
from kiosk.services.capture_record import frames_of, open_record, selfie_from_record
from kiosk.services.execution_limits import RECORD_MAGIC, PartLimits
from kiosk.services.execution_order import ExecutionEngines, Handed, JudgingOrder, RecordReplay, Screening, Seen
from kiosk.services.extraction_data import extraction_data
from kiosk.services.facemap import authenticate, open_facemap
from kiosk.services.known_person import KnownPeople
from kiosk.services.person_checks import gravest, person_of
from kiosk.services.reading import PageResult
from kiosk.services.record_verify import RULE, RecordVerifier, integrity_check

_log = logging.getLogger(__name__)

_N, _L, _C = CheckName, CheckLabel, CapabilityName
_MOST_PASSIVE_FRAMES = 6


class Stages:
    """Holds no customer. `replay` None = records are not judged; `screening` None = no list is there."""

    def __init__(
        self,
        engines: ExecutionEngines,
        store: CustomerStore,
        key: DeviceKey,
        clock: Clock,
        *,
        replay: RecordReplay | None,
        screening: Screening | None,
        allow_virtual: bool,
        limits: PartLimits,
        ledger: CodeLedger | None = None,
    ) -> None:
        self._engines = engines
        self._store = store
        self._key = key
        self._clock = clock
        self._replay = replay
        self._screening = screening
        self._allow_virtual = allow_virtual
        self._records = RecordVerifier(key, ledger=ledger)
        self._limits = limits

    def missing(self, handed: Handed) -> tuple[Check, ...]:
        names = {Category.ID: _N.DOCUMENT_USABILITY, Category.SELFIE: _N.SELFIE_QUALITY}
        name = names.get(handed.ref.category)
        return () if name is None else (not_executed(name, _L.INPUT_MISSING),)

    def usability(self, handed: Handed, seen: Seen) -> tuple[Check, ...]:
        if handed.ref.id in seen.looked:
            return seen.looked[handed.ref.id]
        match handed.ref.category:
            case Category.ID:
                return self._read(handed, seen)
            case Category.SELFIE:
                return self._look_at(handed, seen)
            case Category.FACEMAP:
                return self._open(handed, seen)
            case Category.DOCUMENT:
                return (not_executed(_N.DOCUMENT_USABILITY, _L.ENGINE_FAILED),)

    def _read(self, handed: Handed, seen: Seen) -> tuple[Check, ...]:
        rules = self._engines.document_rules
        at = time.perf_counter()
        reading = seen.readings.get(handed.ref.id)
        pages, refused = self._pages(handed) if reading is None else reading.result()
        seen.portrait_pages.extend(page.straightened for page in pages if page.portrait is not None)
        if reading is not None:
            # what it took there, not what was left to wait for here
            seen.add_time(_C.USABILITY, sum(page.timings_ms["total"] for page in pages) - (time.perf_counter() - at) * 1000)
        if refused is not None:
            return (refused,)
        document = rules.merge([page.page for page in pages])
        seen.pages[handed.ref.id], seen.documents[handed.ref.id] = pages, document
        seen.rule_checks[handed.ref.id] = rules.checks(document)
        return of(seen.rule_checks[handed.ref.id], (_N.DOCUMENT_USABILITY,))

    def _pages(self, handed: Handed) -> tuple[list[PageResult], Check | None]:
        """The pages as read, and the check that refuses them. Raises ModelFault, BadInput for a part that is no picture."""
        reader = self._engines.document_reader()
        pages: list[PageResult] = []
        for part, side in ((Part.FRONT, PageSide.FRONT), (Part.BACK, PageSide.BACK)):
            if part not in handed.parts:
                continue
            try:
                pages.append(reader.read_page(self._picture(handed.parts[part]), expected=side))
            except BadInput as error:
                label = _L.LOW_QUALITY if error.code is ErrorCode.IMAGE_BLANK else _L.NOT_A_KNOWN_DOCUMENT
                inputs = (f"document.{side.value}",)
                return pages, Check(_N.DOCUMENT_USABILITY, CheckStatus.REJECTED, label, inputs=inputs, model="page_quality")
        return pages, None

    @contextmanager
    def ahead(self, seen: Seen) -> Iterator[None]:
        """Documents are read on a thread of their own while the faces are looked at here: each leaves half of two cores idle.

        Nothing is decided by it: the stages find what was worked out already, or do it themselves. The two share face detectors, which are
        thread-safe; page, text, MRZ and barcode engines are the reading's alone, the verifier with all else that it has is this thread's.
        """
        documents = [one for one in seen.order.handed if one.ref.category is Category.ID and Part.FRONT in one.parts]
        faces = [one for one in seen.order.handed if one.ref.category in (Category.SELFIE, Category.FACEMAP) and one.parts]
        if not documents or not faces:
            yield
            return
        with ThreadPoolExecutor(1, "reading") as pool:
            seen.readings = {one.ref.id: pool.submit(self._pages, one) for one in documents}
            self._faces_ahead(faces, seen)
            yield

    def _faces_ahead(self, faces: Sequence[Handed], seen: Seen) -> None:
        """A fault comes again in the stage that it belongs to, and is told there."""
        judged = {rule.name for rule in seen.order.definition.capabilities}
        at = time.perf_counter()
        with suppress(KioskError):
            for one in faces:
                if FIRST_PART[one.ref.category] in one.parts:
                    seen.looked[one.ref.id] = self.usability(one, seen)
            seen.add_time(_C.USABILITY, (time.perf_counter() - at) * 1000)
            made = [check for checks in seen.looked.values() for check in checks]
            if _C.LIVENESS in judged and all(check.status is not CheckStatus.REJECTED for check in made):
                at = time.perf_counter()
                self._presence(seen)
                seen.add_time(_C.LIVENESS, (time.perf_counter() - at) * 1000)

    def _look_at(self, handed: Handed, seen: Seen) -> tuple[Check, ...]:
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

    def _open(self, handed: Handed, seen: Seen) -> tuple[Check, ...]:
        data = handed.parts[Part.FACEMAP]
        if data.startswith(RECORD_MAGIC) and not handed.rule.reference:
            return (self._take_record(data, seen),)
        matcher = self._engines.matcher()
        if matcher is None:
            return (not_executed(_N.CAPTURE_INTEGRITY, _L.MODEL_MISSING, inputs=("facemap",)),)
        try:
            open_facemap(data, self._key, matcher.model_id)
        except BadInput:
            if handed.rule.reference:
                # the institution's file is at fault, not the customer: there is nothing to compare with
                return (not_executed(_N.FACE_MATCH, _L.RECORD_INVALID, inputs=("facemap",)),)
            params = {"of": "FACEMAP"}
            return (Check(_N.CAPTURE_INTEGRITY, CheckStatus.REJECTED, _L.RECORD_INVALID, inputs=("facemap",), model=RULE, params=params),)
        if handed.rule.reference:
            seen.facemap = data
        return (Check(_N.CAPTURE_INTEGRITY, CheckStatus.PASSED, inputs=("facemap",), model=RULE),)

    def _take_record(self, data: bytes, seen: Seen) -> Check:
        """CAPTURE_INTEGRITY: this device's, whole, fresh, used once; bound to the session where one is named."""
        if seen.record_check is not None and data == seen.record_data:
            return seen.record_check  # the same live check stands for the selfie and for the facemap
        seen.record_data = data
        outcome: CaptureRecord | BadInput
        try:
            record = open_record(data, self._key)
            session = seen.order.record_session or record.session
            outcome = self._records.verify(
                data,
                session=session,
                now=self._clock.now_utc(),
                challenge=record.challenge,
                nonce=record.nonce,
                use=seen.order.execution_id,
            )
            seen.record = outcome
        except BadInput as error:
            outcome = error
        seen.record_check = integrity_check(outcome, None, allow_virtual=self._allow_virtual)
        return seen.record_check

    def image_checks(self, ref: CredentialRef, seen: Seen, data: dict[str, object]) -> tuple[Check, ...]:
        checks = of(seen.rule_checks.get(ref.id, ()), CHECKS_OF[_C.IMAGE_CHECKS])
        if not seen.is_searched:
            return checks
        matcher = self._engines.matcher()
        if matcher is None:
            return (*checks, not_executed(_N.KNOWN_PERSON, _L.MODEL_MISSING, inputs=("selfie",)))
        template = self.template(seen)
        if template is None:
            return (*checks, not_executed(_N.KNOWN_PERSON, _L.LOW_QUALITY, inputs=("selfie",)))
        found = KnownPeople(self._store, matcher).check(template, person_of(seen.documents[ref.id]), customer_id=seen.order.account_id)
        seen.hits = found.hits
        status = "ERROR" if found.check.status is CheckStatus.NOT_EXECUTED else "DONE"
        data["faceSearchFindings"] = {"status": status, "findings": [hit.customer_id for hit in found.hits]}
        return (*checks, found.check)

    def extraction(self, refs: tuple[CredentialRef, ...], seen: Seen) -> tuple[tuple[Check, ...], Capability]:
        checks = of(seen.rule_checks.get(refs[0].id, ()), CHECKS_OF[_C.EXTRACTION])
        data = extraction_data(seen.documents[refs[0].id], self._clock.today())
        return checks, extraction(refs, data, id=new_id())

    def _presence_of_person(self, seen: Seen) -> tuple[Check, ...]:
        """`_presence`, and that no selfie is a picture of the document: that needs its pages, which are read while faces are looked at."""
        checks = self._presence(seen)
        if seen.is_sourced:
            return checks
        seen.is_sourced = True
        known = any(check.params.get("reason") == selfie_source.REASON for check in checks)
        began = time.perf_counter()
        if not known and self._is_of_page(seen):
            refusal = selfie_source.refusal(ms=round((time.perf_counter() - began) * 1000, 1))
            seen.presence = tuple(refusal if check.name is _N.PASSIVE_LIVENESS else check for check in checks)
        return seen.presence

    def _is_of_page(self, seen: Seen) -> bool:
        verifier = self._engines.verifier()
        for selfie, result in seen.selfies.values():
            face = verifier.portrait_face(selfie) if result is None else result.face
            if face is None:
                continue
            if any(selfie_source.is_on_page(page, verifier.portrait_face(page), selfie, face) for page in seen.portrait_pages):
                return True
        return False

    def _presence(self, seen: Seen) -> tuple[Check, ...]:
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
            params = {"reason": selfie_source.REASON}
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

    def _replay_record(self, seen: Seen) -> None:
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

    def liveness(self, seen: Seen, data: dict[str, object]) -> tuple[Check, ...]:
        checks = self._presence_of_person(seen)
        document = next(iter(seen.documents.values()), None)
        data["type"] = seen.record.challenge.kind.value if seen.record is not None and seen.record.challenge is not None else "PASSIVE"
        guess = self._engines.age_gender().judge(document or self._engines.document_rules.merge([]), seen.selfie, seen.any_portrait)
        if guess.selfie is not None:
            years = round(guess.selfie.age)
            data["predictedAge"] = years
        return (*checks, *guess.checks) if document is not None else checks

    def similarity(self, handed: Sequence[Handed], seen: Seen) -> tuple[Check, ...]:
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

    def authentication(self, seen: Seen, data: dict[str, object]) -> tuple[Check, ...]:
        presence = self._presence_of_person(seen)
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

    def screen(self, ref: CredentialRef, seen: Seen, data: dict[str, object]) -> tuple[Check, ...]:
        if self._screening is None:
            return (not_executed(_N.WATCHLIST_SCREENING, _L.LIST_MISSING, inputs=("document.front",)),)
        check, found = self._screening(seen.documents[ref.id], seen.order.user_reference)
        data.update(found)
        return (check,)

    def screen_all(self, seen: Seen) -> Check:
        """The gravest of what the lists say of the documents that were read, asked under the account's own id, as at the screens."""
        if self._screening is None:
            return not_executed(_N.WATCHLIST_SCREENING, _L.LIST_MISSING, inputs=("document.front",))
        try:
            checks = [self._screening(document, seen.order.account_id)[0] for document in seen.documents.values()]
        except StoreFault:
            raise
        except KioskError as error:
            _log.error("screening could not run: %s", error.code.value)
            return not_executed(_N.WATCHLIST_SCREENING, _L.ENGINE_FAILED, inputs=("document.front",))
        return gravest(checks) if checks else not_executed(_N.WATCHLIST_SCREENING, _L.INPUT_MISSING, inputs=("document.front",))

    def template(self, seen: Seen) -> Embedding | None:
        """Of the selfie; None when there is none that can be compared."""
        return None if seen.selfie is None else self._engines.verifier().embed_selfie(seen.selfie)

    def _picture(self, data: bytes) -> Image:
        return decode_image(data, max_bytes=self._limits.max_bytes, max_side_px=self._limits.max_side_px)


def _is_document_file(order: JudgingOrder) -> bool:
    """The very file of the document was handed in as the selfie."""
    faces = {one.parts[Part.FACE] for one in order.handed if Part.FACE in one.parts}
    return any(one.parts.get(part) in faces for one in order.handed for part in (Part.FRONT, Part.BACK))


def of(checks: Sequence[Check], names: Sequence[CheckName]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.name in names)


def new_id() -> str:
    return str(uuid.uuid4())
