"""The engine set on the adapters and models that are installed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kiosk.compose.setup import Setup, model_library
from kiosk.domain.challenge import Challenge
from kiosk.domain.document import PageSide
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.services.clock import SystemClock

if TYPE_CHECKING:
    from kiosk.engines.easyocr_reader import EasyOcrTextReader
    from kiosk.engines.models import ModelInfo, ModelLibrary
    from kiosk.engines.providers import ProviderNote
    from kiosk.engines.text_reader import RapidTextReader
    from kiosk.imaging.frame import Image
    from kiosk.ports import AgeGenderEstimator, FaceDetector, FaceLandmarker, FaceMatcher, PassiveLiveness
    from kiosk.services.age_gender import AgeGenderJudge
    from kiosk.services.document_guide import DocumentGuide
    from kiosk.services.document_rules import DocumentRules
    from kiosk.services.face_guide import FaceGuide
    from kiosk.services.face_report import FaceReporter
    from kiosk.services.liveness.active import ActiveCheck
    from kiosk.services.mrz_cascade import MrzCascade
    from kiosk.services.reading import DocumentReader
    from kiosk.services.verification import Verifier


class Engines:
    """services.engine_set.EngineSet on the adapters that are installed. Built piece by piece; the pieces are kept until `close`.

    Construction is guarded by a lock. What it gives is used by one thread at a time, but that may look at faces on several threads and
    read a document meanwhile: face detectors, landmarkers, matchers and passive liveness are thread-safe (`kiosk.ports`).
    """

    def __init__(self, setup: Setup, library: ModelLibrary | None = None) -> None:
        self.clock = SystemClock()
        self._setup = setup
        self._library = library or model_library(setup)
        self._lock = threading.RLock()
        self._made: dict[str, Any] = {}

    def __enter__(self) -> Engines:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def library(self) -> ModelLibrary:
        return self._library

    @property
    def can_check_actively(self) -> bool:
        from kiosk.engines.face_matchers import matcher_ids

        # without a matcher it cannot be told who met the challenge
        return self._library.best("face_landmarks") is not None and bool(matcher_ids(self._library))

    @property
    def document_rules(self) -> DocumentRules:
        from kiosk.services.document_rules import DocumentRules

        return DocumentRules(self.clock.today, ocr_threshold=self._setup.config.documents.ocr_threshold)

    def document_reader(self) -> DocumentReader:
        with self._lock:
            if "document_reader" not in self._made:
                self._made["document_reader"] = self._make_document_reader()
            reader: DocumentReader = self._made["document_reader"]
            return reader

    def verifier(self) -> Verifier:
        from kiosk.services.verification import Verifier

        with self._lock:
            if "verifier" not in self._made:
                self._made["verifier"] = Verifier(
                    self._detector(), self._landmarker(), self.matcher(), self._liveness(), quick_detector=self.quick_detector()
                )
            verifier: Verifier = self._made["verifier"]
            return verifier

    def document_guide(self, side: PageSide, front: Image | None) -> DocumentGuide:
        from kiosk.engines.page_locator import ClassicalPageLocator
        from kiosk.imaging.page_quality import Strictness
        from kiosk.services.document_guide import DocumentGuide

        strictness = Strictness(self._setup.config.documents.strictness)
        # thirty frames a second: outlines alone cost a third of what the network and outlines together do, and the customer sees the frame
        return DocumentGuide(ClassicalPageLocator(), side=side, reference=front, strictness=strictness)

    def face_guide(self) -> FaceGuide:
        from kiosk.services.face_guide import FaceGuide

        return FaceGuide(self._detector(live=True), self._landmarker(live=True))

    def face_reporter(self) -> FaceReporter:
        from kiosk.services.face_report import FaceReporter

        return FaceReporter(self._detector(), self._landmarker())

    def active_check(self, challenge: Challenge, reference: Image | None) -> ActiveCheck:
        from kiosk.services.liveness.run import active_check

        detector, landmarker, matcher = self.check_parts()
        return active_check(challenge, detector=detector, landmarker=landmarker, matcher=matcher, reference=reference)

    def check_parts(self) -> tuple[FaceDetector, FaceLandmarker, FaceMatcher | None]:
        """What active checks look with, before the camera and in a record of it. Raises ModelFault(MODEL_MISSING)."""
        landmarker = self._landmarker(live=True)
        if landmarker is None:
            raise ModelFault(ErrorCode.MODEL_MISSING, "the active check needs the face_landmarks model: kiosk models install")
        return self._detector(live=True), landmarker, self.matcher()

    def face_mesh(self, image: Image) -> tuple[tuple[float, float, float], ...]:
        """The 468 points of the largest face, pixels; empty when there is none or no model for it. For drawing simulated head turns."""
        landmarker = self._landmarker()
        faces = self._detector().detect(image)
        return landmarker.landmarks(image, faces[0]) if landmarker is not None and faces else ()

    def warm_up(self) -> None:
        self.document_reader()
        self.face_guide()
        self.verifier()

    def close(self) -> None:
        """Frees what holds native resources. Idempotent."""
        with self._lock:
            for part in self._made.values():
                close = getattr(part, "close", None)
                if close is not None:
                    close()
            self._made.clear()

    def text_reader(self) -> RapidTextReader | EasyOcrTextReader:
        """The text engine that the settings name, on the provider that they name."""
        with self._lock:
            if "text_reader" not in self._made:
                self._made["text_reader"] = self._make_text_reader()
            reader: RapidTextReader | EasyOcrTextReader = self._made["text_reader"]
            return reader

    def mrz_reader(self) -> MrzCascade:
        """What `document_reader` reads MRZs with; for measuring it alone."""
        from kiosk.engines.mrz_line_reader import MrzLineReader
        from kiosk.services.mrz_cascade import MrzCascade
        from kiosk.services.mrz_reading import MrzReader

        with self._lock:
            if "mrz_reader" not in self._made:
                lines, finder = (self._library.path(self._needed(task).id) for task in ("mrz_lines", "mrz_finding"))
                quick = MrzLineReader(lines, finder, threads=self._setup.config.models.threads or None)
                self._made["mrz_reader"] = MrzCascade(quick, MrzReader(self.text_reader()))
            reader: MrzCascade = self._made["mrz_reader"]
            return reader

    def provider_notes(self) -> tuple[ProviderNote, ...]:
        """What became of the wish for a provider, per model of text and faces, for staff; empty when the CPU was asked for. Loads them."""
        return (*self.text_provider_notes(), *self._matcher_provider_notes())

    def _matcher_provider_notes(self) -> tuple[ProviderNote, ...]:
        from kiosk.engines.face_dlib import DlibFaceMatcher
        from kiosk.engines.face_edgeface import EdgeFaceMatcher

        matcher = self.matcher()
        return matcher.provider_notes if isinstance(matcher, (DlibFaceMatcher, EdgeFaceMatcher)) else ()  # OpenCV runs SFace

    def text_provider_notes(self) -> tuple[ProviderNote, ...]:
        """As `provider_notes`, of the text models alone."""
        from kiosk.engines.text_reader import RapidTextReader

        reader = self.text_reader()
        return reader.provider_notes if isinstance(reader, RapidTextReader) else ()

    # --- pieces ----------------------------------------------------------------------------------------------------

    def _make_document_reader(self) -> DocumentReader:
        from kiosk.engines.barcode_reader import ZxingBarcodeReader
        from kiosk.engines.page_locator_neural import NeuralPageLocator
        from kiosk.imaging.page_quality import Strictness
        from kiosk.services.reading import DocumentReader

        locator = self._library.path(self._needed("page_location").id)
        return DocumentReader(
            NeuralPageLocator(locator, threads=self._setup.config.models.threads or None),
            self.text_reader(),
            self.mrz_reader(),
            ZxingBarcodeReader(),
            self._detector(),
            quick_detector=self._detector(live=True),
            today=self.clock.today,
            strictness=Strictness(self._setup.config.documents.strictness),
        )

    def _make_text_reader(self) -> RapidTextReader | EasyOcrTextReader:
        models = self._setup.config.models
        if self._setup.config.text.engine == "easyocr":
            from kiosk.engines.easyocr_reader import EasyOcrTextReader

            files = [self._library.path(self._library.tasks[task][0]) for task in ("easyocr_detection", "easyocr_recognition")]
            return EasyOcrTextReader(*files, threads=models.threads or None)
        from kiosk.engines.providers import Provider
        from kiosk.engines.text_reader import RapidTextReader

        letters = self._library.best("text_letters")
        return RapidTextReader(
            self._library.path(self._needed("text_detection").id),
            self._library.path(self._needed("text_recognition").id),
            threads=models.threads or None,
            provider=Provider(models.provider),
            letters=None if letters is None else self._library.path(letters.id),
        )

    def _detector(self, *, live: bool = False) -> FaceDetector:
        """`live`: for frames of a camera, where a face is large and time is short; else small portraits are searched for, too."""
        with self._lock:
            name = "live_detector" if live else "detector"
            if name not in self._made:
                self._made[name] = self._detector_of(self._needed("face_detection"), live=live)
            detector: FaceDetector = self._made[name]
            return detector

    def quick_detector(self) -> FaceDetector | None:
        """For pictures of one large face that is going to be compared; None where the thorough one is as quick: YuNet looks once."""
        with self._lock:
            if "quick_detector" not in self._made:
                info = self._needed("face_detection")
                one_look = info.id.startswith("yunet")
                self._made["quick_detector"] = None if one_look else self._detector_of(info, live=True, exact=True)
            detector: FaceDetector | None = self._made["quick_detector"]
            return detector

    def _detector_of(self, info: ModelInfo, *, live: bool, exact: bool = False) -> FaceDetector:
        path = self._library.path(info.id)
        score = 0.5 if info.threshold is None else info.threshold
        if info.id.startswith("yunet"):
            from kiosk.engines.face_yunet import YuNetDetector

            return YuNetDetector(path, model_id=info.id, min_score=score, thorough=not live)
        from kiosk.engines.face_detector import BlazeFaceDetector

        return BlazeFaceDetector(path, model_id=info.id, min_score=score, thorough=not live, exact=exact or not live)

    def live_face_parts(self) -> tuple[dict[str, FaceDetector], FaceLandmarker | None]:
        """Every installed detector by its id, the one in use first, and the landmarker, as guidance uses them. For measuring."""
        self._needed("face_detection")
        installed = [model_id for model_id in self._library.tasks["face_detection"] if self._library.find(model_id) is not None]
        detectors = {model_id: self._detector_of(self._library.info(model_id), live=True) for model_id in installed}
        return detectors, self._landmarker(live=True)

    def _landmarker(self, *, live: bool = False) -> FaceLandmarker | None:
        """`live`: for frames of a camera, where a face behind a hand is better asked to show itself than measured."""
        with self._lock:
            name = "live_landmarker" if live else "landmarker"
            if name not in self._made:
                info = self._library.best("face_landmarks")
                made: FaceLandmarker | None = None
                if info is not None:
                    from kiosk.engines.face_landmarker import LIVE_PRESENCE, FaceMeshLandmarker

                    presence = LIVE_PRESENCE if live else 0.0
                    made = FaceMeshLandmarker(self._library.path(info.id), model_id=info.id, min_presence=presence)
                self._made[name] = made
            landmarker: FaceLandmarker | None = self._made[name]
            return landmarker

    def matcher(self) -> FaceMatcher | None:
        """What `verifier` compares faces with; None when no embedding model is installed."""
        with self._lock:
            if "matcher" not in self._made:
                self._made["matcher"] = self._make_matcher()
            matcher: FaceMatcher | None = self._made["matcher"]
            return matcher

    def _make_matcher(self) -> FaceMatcher | None:
        from kiosk.engines.face_matchers import matcher_ids

        return next((made for made in map(self._matcher_of, matcher_ids(self._library)) if made is not None), None)

    def _matcher_of(self, model_id: str) -> FaceMatcher | None:
        from kiosk.engines.face_matchers import make_matcher
        from kiosk.engines.providers import Provider

        made_up_corners = not self._needed("face_detection").id.startswith("yunet")
        models = self._setup.config.models
        return make_matcher(
            self._library,
            model_id,
            self._landmarker(),
            made_up_corners=made_up_corners,
            threads=models.threads or None,
            provider=Provider(models.provider),
        )

    def face_parts(self, model_ids: Sequence[str] = ()) -> tuple[FaceDetector, FaceLandmarker | None, tuple[FaceMatcher, ...]]:
        """Detector, landmarker and these matchers, or all that are installed. For measuring. Raises BadInput for an unknown id."""
        from kiosk.engines.face_matchers import matcher_ids

        made = map(self._matcher_of, model_ids or matcher_ids(self._library))
        return self._detector(), self._landmarker(), tuple(matcher for matcher in made if matcher is not None)

    def age_gender(self) -> AgeGenderJudge:
        """Without its model it says so in each check."""
        from kiosk.services.age_gender import AgeGenderJudge

        with self._lock:
            if "age_gender" not in self._made:
                info = self._library.best("age_gender")
                estimator: AgeGenderEstimator | None = None
                if info is not None:
                    from kiosk.engines.face_fairface import FairFaceEstimator

                    made_up_corners = not self._needed("face_detection").id.startswith("yunet")
                    landmarker = self._landmarker() if made_up_corners else None
                    estimator = FairFaceEstimator(self._library.path(info.id), model_id=info.id, landmarker=landmarker)
                self._made["age_gender"] = AgeGenderJudge(estimator, self.verifier().portrait_face, self.clock.today)
            judge: AgeGenderJudge = self._made["age_gender"]
            return judge

    def _liveness(self) -> PassiveLiveness | None:
        with self._lock:
            if "liveness" not in self._made:
                info = self._library.best("passive_liveness")
                made: PassiveLiveness | None = None
                if info is not None:
                    from kiosk.engines.passive_liveness import MinifasLiveness

                    made = MinifasLiveness(self._library.path(info.id), model_id=info.id, threshold=info.threshold)
                self._made["liveness"] = made
            liveness: PassiveLiveness | None = self._made["liveness"]
            return liveness

    def _needed(self, task: str) -> ModelInfo:
        info = self._library.best(task)
        if info is None:
            raise ModelFault(ErrorCode.MODEL_MISSING, f"no model for {task} is installed: kiosk models install")
        return info


def build_engines(setup: Setup) -> Engines:
    return Engines(setup)
