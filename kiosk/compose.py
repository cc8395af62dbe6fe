"""The one file that names concrete adapters: puts settings, models, devices, store and services together for the doors.

Everything is made when it is first asked for, so that a door pays only for what it uses: no model is loaded to show a screen.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.config import CameraConfig, Config, load_config
from kiosk.domain.challenge import Challenge, ChallengeKind
from kiosk.domain.decision import Policy
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput, ErrorCode, KioskError, ModelFault
from kiosk.paths import Paths, find_paths
from kiosk.services.clock import SystemClock

if TYPE_CHECKING:
    from kiosk.devices.finder import DeviceFinder
    from kiosk.devices.virtual_camera import VirtualCamera
    from kiosk.engines.easyocr_reader import EasyOcrTextReader
    from kiosk.engines.models import ModelInfo, ModelLibrary
    from kiosk.engines.providers import ProviderNote
    from kiosk.engines.text_reader import RapidTextReader
    from kiosk.imaging.frame import Image
    from kiosk.ports import AgeGenderEstimator, DeviceKey, FaceDetector, FaceLandmarker, FaceMatcher, PassiveLiveness, Scanner
    from kiosk.services.age_gender import AgeGenderJudge
    from kiosk.services.consent_texts import ConsentSet
    from kiosk.services.doctor import Looks
    from kiosk.services.document_guide import DocumentGuide
    from kiosk.services.document_rules import DocumentRules
    from kiosk.services.face_guide import FaceGuide
    from kiosk.services.face_report import FaceReporter
    from kiosk.services.liveness.active import ActiveCheck
    from kiosk.services.mrz_cascade import MrzCascade
    from kiosk.services.reading import DocumentReader
    from kiosk.services.retention_rules import RetentionRules
    from kiosk.services.verification import Verifier
    from kiosk.services.watchlist.screening import WatchlistScreener
    from kiosk.services.watchlist.shelf import WatchlistShelf
    from kiosk.services.watchlist.updating import WatchlistUpdater
    from kiosk.store.customers import SqlCustomerStore
    from kiosk.store.health import StoreHealth


@dataclass(frozen=True, slots=True)
class Setup:
    """Where things lie and what the settings say."""

    paths: Paths
    config: Config


def load_setup() -> Setup:
    """Raises BadInput when the settings file is wrong; one that the environment names must be there."""
    paths = find_paths()
    return Setup(paths, load_config(paths.config, must_exist=bool(os.environ.get("KIOSK_CONFIG"))))


def model_library(setup: Setup) -> ModelLibrary:
    from kiosk.engines.models import ModelLibrary

    return ModelLibrary(setup.paths.manifest, setup.paths.models, setup.config.models.order)


@contextmanager
def open_customer_store(setup: Setup) -> Iterator[SqlCustomerStore]:
    """Raises StoreFault. Closed when the block ends."""
    from kiosk.store.customers import open_store

    store = open_store(setup.paths.data)
    try:
        yield store
    finally:
        store.close()


def device_key(setup: Setup) -> DeviceKey:
    """This device's key; made at the first call. Raises StoreFault."""
    from kiosk.store.device_key import open_device_key

    return open_device_key(setup.paths.data)


def retention_rules(setup: Setup, path: Path | None = None) -> RetentionRules:
    """Of `path`, or resources/retention.toml. Raises BadInput with file, line and what is wrong there."""
    from kiosk.services.retention_rules import load_retention
    from kiosk.services.workflows import workflow_keys

    resources = setup.paths.resources
    return load_retention(resources / "retention.toml" if path is None else path, workflows=workflow_keys(resources))


def watchlist_shelf(setup: Setup) -> WatchlistShelf:
    """The lists that are installed in the data folder."""
    from kiosk.services.watchlist.shelf import WatchlistShelf

    return WatchlistShelf(setup.paths.data / "watchlists", SystemClock())


def watchlist_screener(setup: Setup, store: SqlCustomerStore | None = None) -> WatchlistScreener:
    """Screens against the lists of `watchlist_shelf`. Staff's verdicts are in the store's audit chain; without a store there are none."""
    from kiosk.services.watchlist.review import review_fields, review_of
    from kiosk.services.watchlist.screening import WatchlistScreener
    from kiosk.store.watchlists import SqlScreeningReviews

    reviews = None if store is None else SqlScreeningReviews(store.database, review_fields, review_of)
    days = setup.config.watchlists.outdated_after_days
    return WatchlistScreener(watchlist_shelf(setup), SystemClock(), reviews, outdated_after_days=days)


def watchlist_updater(setup: Setup) -> WatchlistUpdater:
    """Fetches what [watchlists.sources] of the settings names."""
    from kiosk.gateways.published_files import PublishedFiles
    from kiosk.services.watchlist.updating import WatchlistUpdater

    watchlists = setup.config.watchlists
    return WatchlistUpdater(watchlist_shelf(setup), PublishedFiles(watchlists), SystemClock(), watchlists.sources)


def consents_in_force(setup: Setup) -> ConsentSet:
    """The texts that customers are asked to agree to today. Raises BadInput(WORKFLOW_INVALID), also where an offered language has none."""
    from kiosk.services.consent_texts import load_consents

    consents = load_consents(setup.paths.resources).current(SystemClock().today())
    missing = sorted(set(setup.config.languages.offered) - set(consents.languages))
    if missing:
        what = f"consent {consents.version} has no texts in {', '.join(missing)}, which [languages] offers"
        raise BadInput(ErrorCode.WORKFLOW_INVALID, what)
    return consents


def decision_policy(setup: Setup, key: str, consents: ConsentSet) -> Policy:
    """The policy `key` as it holds on this machine, for who agrees to these texts. Raises BadInput(WORKFLOW_INVALID).

    A face is searched for among earlier customers only where the words say so: without, it stays required, and a colleague looks. Where the
    settings say where lists come from, lists are to be there, and a customer waits when none is.
    """
    from kiosk.services.workflows import load_policy

    policy = load_policy(setup.paths.resources, key)
    if not consents.covers_search:
        policy = replace(policy, one_to_many=False)
    if setup.config.watchlists.sources:
        policy = replace(policy, required=policy.required | policy.expected, expected=frozenset())
    return policy


def has_store(setup: Setup) -> bool:
    """Whether a store was made in the data folder. Looking makes none."""
    from kiosk.store.keys import RECORD_FILE

    return (setup.paths.data / RECORD_FILE).exists()


def camera_finder(setup: Setup, *virtual: VirtualCamera, use_real: bool = True) -> DeviceFinder:
    """The machine's cameras and the virtual ones that the settings name, plus those given."""
    from kiosk.devices.finder import DeviceFinder
    from kiosk.devices.virtual_camera import VirtualCamera

    configured = [
        VirtualCamera(camera.source, fps=camera.fps, size=(camera.width, camera.height))
        for camera in dict.fromkeys((setup.config.document_camera, setup.config.selfie_camera))
        if camera.kind == "virtual"
    ]
    return DeviceFinder([*virtual, *configured], use_real=use_real)


def camera_id(camera: CameraConfig) -> str:
    """What `CameraFinder.camera` is asked for."""
    return f"virtual:{camera.source}" if camera.kind == "virtual" else camera.name


def film_camera(scene: Callable[[float], Image], *, fps: float, name: str) -> VirtualCamera:
    """A camera that shows what `scene` draws at each second since it was put on. For measuring."""
    from kiosk.devices.virtual_camera import VirtualCamera

    return VirtualCamera(scene, fps=fps, camera_id=name, name=name)


def folder_scanner(folder: Path) -> Scanner:
    """Watches from now on: what lies there already is never given."""
    from kiosk.devices.watched_folder import WatchedFolder

    return WatchedFolder(folder)


def doctor_looks(setup: Setup) -> Looks:
    """Everything that `kiosk doctor` looks at. Looking makes nothing: no store, no key, no folder."""
    from kiosk.engines.model_install import statuses
    from kiosk.engines.ort import available_providers
    from kiosk.services.doctor import ListsLook, Looks
    from kiosk.services.retention import preview
    from kiosk.services.sound_parts import sound_finding

    wishes = setup.config.accessibility

    def store() -> StoreHealth | None:
        if not has_store(setup):
            return None
        with open_customer_store(setup) as opened:
            return opened.health()

    def provider_notes() -> Sequence[ProviderNote]:
        with Engines(setup) as engines:
            return engines.provider_notes()

    def last_activity() -> str:
        if not has_store(setup):
            return ""
        with open_customer_store(setup) as opened:
            return max((customer.updated_at for customer in opened.customers()), default="")

    def watchlists() -> ListsLook:
        shelf, screener = watchlist_shelf(setup), watchlist_screener(setup)
        versions, notes = shelf.versions(), dict(shelf.noted())
        installed = [version.name for version in versions]
        failed = {name for name, note in notes.items() if note.failed_at} | (set(setup.config.watchlists.sources) - set(notes))
        return ListsLook(installed, [version.name for version in versions if screener.is_outdated(version)], sorted(failed))

    def overdue() -> int:
        if not has_store(setup):
            return 0
        with open_customer_store(setup) as opened:
            due = preview(opened, SystemClock(), retention_rules(setup))
            return sum(not entry.waits for entry in due)

    return Looks(
        clock=SystemClock(),
        data_folder=setup.paths.data,
        models_folder=setup.paths.models,
        cameras=lambda: camera_finder(setup).cameras(),
        models=lambda: statuses(model_library(setup), afresh=True),
        providers=available_providers,
        provider_notes=None if setup.config.models.provider == "cpu" else provider_notes,
        store=store,
        watchlists=watchlists if _names_are_looked_for(setup) else None,
        overdue=overdue,
        last_activity=last_activity,
        min_free_mb=setup.config.limits.min_free_disk_mb,
        text_engine=setup.config.text.engine,
        sound=lambda: sound_finding(sound=wishes.sound, speech=wishes.speech),
    )


def _names_are_looked_for(setup: Setup) -> bool:
    """By the policy of the workflow that the settings name; a workflow or policy that is wrong is told elsewhere."""
    from kiosk.services.capabilities import policy_for
    from kiosk.services.workflows import load_any_workflow, load_policy

    try:
        workflow = load_any_workflow(setup.paths.resources, setup.config.session.workflow)
        policy = load_policy(setup.paths.resources, workflow.policy)
    except KioskError:
        return False
    return (policy if workflow.definition is None else policy_for(policy, workflow.definition)).screening


class Engines:
    """services.engine_set.EngineSet on the adapters that are installed. Built piece by piece; the pieces are kept until `close`.

    Construction is guarded by a lock; the engines themselves are used by one thread at a time.
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
        from kiosk.services.document_guide import DocumentGuide

        # thirty frames a second: outlines alone cost a third of what the network and outlines together do, and the customer sees the frame
        return DocumentGuide(ClassicalPageLocator(), side=side, reference=front)

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
        """What became of the wish for a provider, per model, for staff; empty when the CPU was asked for. Loads the text models."""
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
            from kiosk.engines.face_detector import YuNetDetector

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


class Kiosk:
    """Everything a door with a camera needs, put together. Made on any thread; `close` ends all threads and frees the engines."""

    def __init__(self, setup: Setup, *, virtual: Sequence[VirtualCamera] = (), use_real: bool = True, camera: str | None = None) -> None:
        """Args: `camera` for both pictures, instead of what the settings say. Raises StoreFault, BadInput(WORKFLOW_INVALID)."""
        from kiosk.compose_contacts import answer_desks
        from kiosk.services.bus import Bus
        from kiosk.services.camera_trust import require_real_camera
        from kiosk.services.capture import CaptureService
        from kiosk.services.daily_retention import DailyRetention
        from kiosk.services.retention import run as run_retention
        from kiosk.services.session_runner import SessionRunner
        from kiosk.services.step_views import RunnerSettings
        from kiosk.services.workflows import load_workflow
        from kiosk.store.customers import open_store

        config = setup.config
        workflow = load_workflow(setup.paths.resources, config.session.workflow)
        consents = consents_in_force(setup)
        policy = decision_policy(setup, workflow.policy, consents)
        rules = retention_rules(setup)
        self.setup = setup
        self.bus = Bus()
        self.engines = Engines(setup)
        self.store = open_store(setup.paths.data)
        self.retention = DailyRetention(
            lambda go_on: run_retention(self.store, self.engines.clock, rules, go_on=go_on), self.bus, self.engines.clock
        )
        allow_virtual = config.capture.allow_virtual_cameras
        self.capture = CaptureService(
            camera_finder(setup, *virtual, use_real=use_real),
            self.bus,
            self.engines.clock,
            accepts=lambda camera: require_real_camera(camera, allow=allow_virtual, staffed=workflow.staffed),
        )
        self.runner = SessionRunner(
            workflow=workflow,
            policy=policy,
            engines=self.engines,
            store=self.store,
            capture=self.capture,
            bus=self.bus,
            clock=self.engines.clock,
            settings=RunnerSettings(
                document_camera=camera_id(config.document_camera) if camera is None else camera,
                selfie_camera=camera_id(config.selfie_camera) if camera is None else camera,
                brand=config.theme.brand,
                languages=config.languages.offered,
                language=config.languages.default,
                manual_after_s=config.timings.manual_after_s,
                help_after_s=config.timings.help_after_s,
                challenges=tuple(ChallengeKind(kind) for kind in config.liveness.challenges),
                # what moves or flashes is off where motion is reduced; a check of colours that nobody was shown would be wrong
                flashes=config.liveness.flashes and not config.theme.reduced_motion,
                allow_virtual_cameras=allow_virtual,
            ),
            device_key=device_key(setup),
            consents=consents,
            screener=watchlist_screener(setup, self.store),
            desks=answer_desks(setup, self.engines, self.store.code_ledger),
        )
        self.retention.start()

    def close(self) -> None:
        self.retention.close()
        self.runner.close()
        self.store.close()
        self.engines.close()
