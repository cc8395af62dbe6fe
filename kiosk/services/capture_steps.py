"""What happens before the camera in the capture steps: guide, take, read, offer. Runs on the analysis lane, one step at a time.

It changes nothing of the session: what came of a picture is handed to the listener, with the work it belongs to.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.domain.challenge import Challenge
from kiosk.domain.document import PageSide, Quad
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.events import GuidanceGiven, PictureTaken
from kiosk.domain.face import Face
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import CaptureResult
from kiosk.imaging.crop import around_box
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Frame, Image
from kiosk.services.bus import Bus
from kiosk.services.capture import CaptureService
from kiosk.services.engine_set import EngineSet
from kiosk.services.liveness_step import LivenessOutcome, LivenessStep
from kiosk.services.reading import PageResult
from kiosk.services.screen_views import page_view
from kiosk.services.still_faces import STILL_FOR_S, unmoved
from kiosk.services.verification import SelfieResult

logger = logging.getLogger(__name__)

SELFIE_MARGIN = 0.45
"""Of the face box, on every side: hair, headscarf and chin stay in the crop."""
WRONG_SIDE_TRIES = 2
_MOVED = 0.02
"""Of the frame: an outline that moved so far since the last sign of life is one."""

Taken = tuple[PageResult, Frame] | tuple[SelfieResult, Frame]


@dataclass(slots=True)
class Work:
    """One run of the camera loop for one entered step. `stop` ends it; `by_hand` takes the next frame whatever it shows; `under_way`: a
    person has begun to do what an active check asks."""

    generation: int
    stop: threading.Event = field(default_factory=threading.Event)
    by_hand: threading.Event = field(default_factory=threading.Event)
    under_way: threading.Event = field(default_factory=threading.Event)


class Listener(Protocol):
    """Called on the analysis lane; must not block."""

    def activity(self) -> None:
        """Somebody is moving before the camera."""

    def busy(self, work: Work, label: str) -> None: ...
    def offered(self, work: Work, taken: Taken | None, view: CaptureResult) -> None:
        """`taken` None: nothing that could be kept."""

    def checked(self, work: Work, outcome: LivenessOutcome) -> None: ...


class CaptureSteps:
    """The loops of the capture screens. Each returns when its work is stopped or a picture was handed over."""

    def __init__(self, engines: EngineSet, capture: CaptureService, bus: Bus, listener: Listener) -> None:
        self._engines = engines
        self._capture = capture
        self._bus = bus
        self._listener = listener

    def document(self, work: Work, side: PageSide, front: Image | None, wrong_side_tries: int) -> None:
        """`front`: the straightened front when the back is wanted. After some wrong sides the customer's word counts."""
        guide = self._engines.document_guide(side, front)
        frame = self._guided(work, guide.judge, lambda: guide.ready)
        if frame is None:
            return
        if not work.by_hand.is_set() and guide.best is not None:
            frame = guide.best
        self._take(work)
        reader = self._engines.document_reader()
        try:
            result = reader.read_page(frame.pixels, expected=side)
        except BadInput as error:
            logger.info("page not usable: %s", error.code)
            self._refuse(work, frame.pixels, AdviceCode.SHOW_DOCUMENT)
            return
        opposite = PageSide.BACK if side is PageSide.FRONT else PageSide.FRONT
        if result.page.side is opposite and wrong_side_tries < WRONG_SIDE_TRIES:
            self._refuse(work, result.straightened, AdviceCode.TURN_OVER)
            return
        self._listener.offered(work, (result, frame), page_view(result, self._engines.document_rules))

    def selfie(self, work: Work) -> None:
        guide = self._engines.face_guide()
        frame = self._guided(work, guide.judge, lambda: guide.ready)
        if frame is None:
            return
        if not work.by_hand.is_set() and guide.best is not None:
            frame = guide.best
        self._take(work)
        try:
            result = self._judged(work, frame, guide.pictures)
        except BadInput as error:
            several = error.code is ErrorCode.MULTIPLE_FACES_DETECTED
            self._refuse(work, frame.pixels, AdviceCode.ONE_PERSON if several else AdviceCode.SHOW_FACE)
            return
        if result is None:
            return
        crop = around_box(frame.pixels, result.face.box, margin=SELFIE_MARGIN)
        self._listener.offered(work, (result, frame), CaptureResult(encode_jpeg(crop), usable=True))

    def active_check(self, work: Work, liveness: LivenessStep, challenge: Challenge, reference: Image | None) -> None:
        """`reference`: the selfie; who meets the challenge must be the same person."""
        run = liveness.begin(challenge, reference)

        def judge(frame: Frame) -> Guidance:
            guidance = run.judge(frame)
            if run.under_way and not work.under_way.is_set():
                work.under_way.set()
                liveness.tried(challenge)
            return guidance

        if self._guided(work, judge, lambda: run.finished) is None:
            return
        self._listener.busy(work, "COMPARING")
        self._listener.checked(work, liveness.finish(run, self._capture.camera))

    # --- inside ----------------------------------------------------------------------------------------------------

    def _judged(self, work: Work, frame: Frame, pictures: tuple[Face, ...]) -> SelfieResult | None:
        """None when the step was left. Raises BadInput as `Verifier.selfie`.

        It looks more closely than the guide can, and may find a face that the guide never saw. Then the room is looked at once more a
        moment later: whoever stands before a photograph of a face would else be refused each time.
        """
        verifier = self._engines.verifier()
        try:
            return verifier.selfie(frame.pixels, strict=True, pictures=pictures)
        except BadInput as error:
            if error.code is not ErrorCode.MULTIPLE_FACES_DETECTED:
                raise
            later = self._later(work, frame)
            if later is None:
                if work.stop.is_set():
                    return None
                raise
        hang = unmoved(frame.pixels, later.pixels, verifier.faces(frame.pixels))
        return verifier.selfie(frame.pixels, strict=True, pictures=(*pictures, *hang))

    def _later(self, work: Work, frame: Frame) -> Frame | None:
        """The first frame long enough after this one; None when the step was left or the camera's clock is not to be trusted."""
        number = frame.number
        while not work.stop.is_set():
            newer = self._capture.wait_newer(number, 0.25)
            if newer is None:
                continue
            number = newer.number
            if newer.taken_at < frame.taken_at:
                return None
            if newer.taken_at - frame.taken_at >= STILL_FOR_S:
                return newer
        return None

    def _guided(self, work: Work, judge: Callable[[Frame], Guidance], ready: Callable[[], bool]) -> Frame | None:
        """Judges the newest frame again and again until a picture is due; None when the step was left."""
        number = -1
        last: Guidance | None = None
        while not work.stop.is_set():
            frame = self._capture.wait_newer(number, 0.25)
            if frame is None:
                continue
            number = frame.number
            guidance = judge(frame)
            if work.stop.is_set():
                return None
            self._bus.publish(GuidanceGiven(guidance, work.generation))
            if last is None or _is_life(last, guidance):
                if last is not None:
                    self._listener.activity()
                last = guidance
            if ready() or work.by_hand.is_set():
                return frame
        return None

    def _take(self, work: Work) -> None:
        self._bus.publish(PictureTaken(work.generation))
        self._listener.busy(work, "READING")

    def _refuse(self, work: Work, picture: Image, advice: AdviceCode) -> None:
        self._listener.offered(work, None, CaptureResult(encode_jpeg(picture), usable=False, advice=advice.value))


def _is_life(before: Guidance, now: Guidance) -> bool:
    """Whether something happens before the camera: a document left on the table, a dark room or a poster do not keep a session alive."""
    if (before.outline is None) != (now.outline is None):
        return True
    if before.outline is None or now.outline is None:
        return False
    return _moved(before.outline, now.outline)


def _moved(before: Quad, now: Quad) -> bool:
    return any(math.dist(one, other) > _MOVED for one, other in zip(before, now, strict=True))
