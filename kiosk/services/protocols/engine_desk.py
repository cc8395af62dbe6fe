"""What the protocols ask of the engines, one question at a time, whichever thread asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from kiosk.domain.challenge import CaptureRecord
from kiosk.domain.check import Check, CheckLabel, CheckName, not_executed
from kiosk.domain.document import Document, DocumentType, PageSide
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.face import AgeGender, FaceIssue
from kiosk.imaging.frame import Image
from kiosk.ports import FaceDetector, FaceLandmarker, FaceMatcher
from kiosk.services.age_gender import AgeGenderJudge, AgeGenderJudgement
from kiosk.services.document_rules import DocumentRules
from kiosk.services.face_report import FaceReport, FaceReporter
from kiosk.services.liveness.replay import replayed
from kiosk.services.reading import DocumentReader, PageResult
from kiosk.services.template_match import Advice
from kiosk.services.verification import Verifier

_NOTHING = Document(DocumentType(), ())


class DeskEngines(Protocol):
    """The part of the engine set that is needed here (`kiosk.compose.engines.Engines`). The calls may load models and raise ModelFault."""

    @property
    def document_rules(self) -> DocumentRules: ...
    def document_reader(self) -> DocumentReader: ...
    def verifier(self) -> Verifier: ...
    def matcher(self) -> FaceMatcher | None: ...
    def age_gender(self) -> AgeGenderJudge: ...
    def face_reporter(self) -> FaceReporter: ...
    def face_parts(self, model_ids: Sequence[str] = ()) -> tuple[FaceDetector, FaceLandmarker | None, tuple[FaceMatcher, ...]]: ...


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a capture record shows when it is judged again: ACTIVE_LIVENESS, and its sharp frontal frames."""

    check: Check
    frames: tuple[Image, ...]


class EngineDesk:
    """Thread-safe: engines are used by one thread at a time, so pages that come in parallel are read one after the other."""

    def __init__(self, engines: DeskEngines) -> None:
        self._engines = engines
        self._lock = threading.Lock()

    @property
    def rules(self) -> DocumentRules:
        return self._engines.document_rules

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else asks the engines meanwhile."""
        with self._lock:
            yield

    def read_page(self, image: Image, *, expected: PageSide | None = None, advice: Advice | None = None) -> PageResult:
        """Raises BadInput(NO_DOCUMENT_DETECTED), ModelFault."""
        with self._lock:
            return self._engines.document_reader().read_page(image, expected=expected, advice=advice)

    def face(self, image: Image) -> FaceReport:
        """Raises BadInput(NO_FACE_DETECTED), ModelFault."""
        with self._lock:
            return self._engines.face_reporter().report(image)

    def face_codes(self, image: Image) -> tuple[str, ...]:
        """Codes of the enrolment protocol, the gravest first. Raises ModelFault."""
        with self._lock:
            return tuple(code.value for code in self._engines.face_reporter().codes(image))

    def obstacle(self, image: Image) -> FaceIssue | None:
        """Why the largest face of a picture cannot be compared; None when it can. Raises ModelFault."""
        with self._lock:
            found = self._engines.verifier().usable_template(image)
        return found if isinstance(found, FaceIssue) else None

    def face_match(self, portrait: Image | None, selfie: Image | None) -> Check:
        with self._lock:
            return self._engines.verifier().face_match(portrait, selfie)

    def liveness_match(self, selfie: Image | None, frames: Sequence[Image]) -> Check:
        with self._lock:
            return self._engines.verifier().liveness_match(selfie, frames)

    def selfie_check(self, image: Image) -> Check:
        """SELFIE_QUALITY of the largest face. Raises ModelFault."""
        try:
            with self._lock:
                return self._engines.verifier().selfie(image, strict=False).check
        except BadInput:
            return not_executed(CheckName.SELFIE_QUALITY, CheckLabel.NO_FACE, inputs=("selfie",))

    def passive_liveness(self, frames: Sequence[Image]) -> Check:
        with self._lock:
            return self._engines.verifier().passive_liveness(frames, inputs=("liveness",))

    def age_gender(self, document: Document, selfie: Image | None, portrait: Image | None) -> AgeGenderJudgement:
        with self._lock:
            return self._engines.age_gender().judge(document, selfie, portrait)

    def guess(self, image: Image) -> AgeGender | None:
        """Age and sex of the largest face; None without a face or a model."""
        return self.age_gender(_NOTHING, image, None).selfie

    def replay(self, record: CaptureRecord, reference: Image | None) -> Replayed:
        """Raises BadInput: INVALID_DATA, NOT_ENOUGH_DATA as `services.liveness.replay`; ModelFault."""
        with self._lock:
            matcher = self._engines.matcher()
            detector, landmarker, _ = self._engines.face_parts((matcher.model_id,) if matcher is not None else ())
            if landmarker is None:
                raise ModelFault(ErrorCode.MODEL_MISSING, "the active check needs the face_landmarks model: kiosk models install")
            run = replayed(record, detector=detector, landmarker=landmarker, matcher=matcher, reference=reference)
            return Replayed(run.check(), run.frames)
