"""A photograph of a face behind the customer: the guide sees past it, and so does what judges the picture that is taken. Real engines."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.views import CaptureResult
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import LIVE_PRESENCE, FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.frame import Frame, Image
from kiosk.services.bus import Bus
from kiosk.services.capture_steps import CaptureSteps, Taken, Work
from kiosk.services.face_guide import FaceGuide
from kiosk.services.liveness.observation import Observer
from kiosk.services.liveness_step import LivenessOutcome
from kiosk.services.verification import SelfieResult, Verifier
from tests.fakes.faces import astronaut, frame_at

FPS = 10


@dataclass
class Room:
    """A customer who sways a little, and a photograph on the wall whose face is `size` as wide as the customer's."""

    size: float
    moves: bool = False
    noise: np.random.Generator = field(default_factory=lambda: np.random.default_rng(4))

    def picture(self, number: int) -> Image:
        photo = astronaut()
        sway = 3 * np.sin(0.6 * number)
        moved = np.array([[1.5, 0, 240 - 1.5 * 223 + sway], [0, 1.5, 270 - 1.5 * 130]], np.float32)
        room = np.asarray(cv2.warpAffine(photo, moved, (640, 480), borderMode=cv2.BORDER_REPLICATE), np.uint8)
        face = photo[20:240, 130:310]
        hung = cv2.resize(face, None, fx=1.5 * self.size, fy=1.5 * self.size, interpolation=cv2.INTER_AREA)
        rows, columns = hung.shape[:2]
        top = 8 + (round(6 + 6 * float(np.sin(0.9 * number))) if self.moves else 0)
        room[top : top + rows, 632 - columns : 632] = hung[: 480 - top]
        noisy = room + self.noise.normal(0, 2, room.shape)
        return np.asarray(noisy.clip(0, 255), np.uint8)


class Engines:
    """The part of an engine set that the selfie step asks for."""

    def __init__(self, library: ModelLibrary) -> None:
        path = library.path("blazeface_short")
        self.quick, self.thorough = BlazeFaceDetector(path, thorough=False), BlazeFaceDetector(path, thorough=True)
        self.landmarker = FaceMeshLandmarker(library.path("facemesh_468"), min_presence=LIVE_PRESENCE)

    def face_guide(self) -> FaceGuide:
        return FaceGuide(self.quick, self.landmarker)

    def verifier(self) -> Verifier:
        return Verifier(self.thorough, self.landmarker, quick_detector=self.quick)


class Camera:
    """CaptureService of a room; ends the work after ten seconds."""

    camera = None

    def __init__(self, room: Room, work: Work) -> None:
        self.room, self.work = room, work

    def wait_newer(self, number: int, _timeout_s: float) -> Frame | None:
        if number + 1 >= 10 * FPS:
            self.work.stop.set()
            return None
        return Frame(self.room.picture(number + 1), (number + 1) / FPS, "camera", number + 1)


class Heard:
    """Listener."""

    def __init__(self) -> None:
        self.taken: Taken | None = None
        self.view: CaptureResult | None = None

    def activity(self) -> None: ...
    def busy(self, work: Work, label: str) -> None: ...
    def offered(self, work: Work, taken: Taken | None, view: CaptureResult) -> None:
        self.taken, self.view = taken, view

    def checked(self, work: Work, outcome: LivenessOutcome) -> None: ...


@pytest.fixture(scope="module")
def engines(model_library: ModelLibrary) -> Engines:
    return Engines(model_library)


@pytest.mark.parametrize("size", [0.45, 0.65], ids=["seen by the thorough look alone", "seen by the guide"])
def test_the_customer_before_a_picture_gets_a_selfie_that_counts_one_face(engines: Engines, size: float) -> None:
    heard, work = Heard(), Work(1, threading.Event())
    CaptureSteps(engines, Camera(Room(size), work), Bus(), heard).selfie(work)  # type: ignore[arg-type]  # a part of each is enough
    assert heard.view is not None
    assert heard.view.usable, heard.view.advice
    assert heard.taken is not None
    result, frame = heard.taken
    assert isinstance(result, SelfieResult)
    assert result.faces == 1
    assert result.face.box[0] + result.face.box[2] / 2 < 320, "the customer's, not the picture's"
    with pytest.raises(BadInput) as caught:
        engines.verifier().selfie(frame.pixels, strict=True)
    assert caught.value.code is ErrorCode.MULTIPLE_FACES_DETECTED, "alone it cannot be told from a person"


@pytest.mark.parametrize(("size", "taken"), [(0.45, True), (0.65, False)])
def test_what_moves_is_a_person_and_no_selfie_comes_of_it(engines: Engines, size: float, taken: bool) -> None:
    """The guide takes no picture while it sees a second person; one that it did not see has the picture refused."""
    heard, work = Heard(), Work(1, threading.Event())
    CaptureSteps(engines, Camera(Room(size, moves=True), work), Bus(), heard).selfie(work)  # type: ignore[arg-type]
    assert heard.taken is None
    assert (heard.view is not None) is taken
    if heard.view is not None:
        assert (heard.view.usable, heard.view.advice) == (False, AdviceCode.ONE_PERSON.value)


def test_before_a_picture_as_large_as_the_face_the_customer_is_asked_nearer(engines: Engines) -> None:
    """What looks at the taken picture alone takes its largest face; it must be the customer's by far."""
    guide, room = engines.face_guide(), Room(0.85)
    advice = [guide.judge(frame_at(number / FPS, room.picture(number))).advice for number in range(6 * FPS)]
    assert advice[0] is AdviceCode.ONE_PERSON
    assert advice[-1] is AdviceCode.COME_CLOSER
    assert not guide.ready


@pytest.mark.parametrize(("size", "rivalled"), [(0.65, False), (0.85, True)])
def test_a_live_frame_beside_a_picture_as_large_is_marked(engines: Engines, size: float, rivalled: bool) -> None:
    observer, room = Observer(engines.quick, engines.landmarker), Room(size)
    seen = [observer.observe(Frame(room.picture(number), number / FPS, "camera", number)) for number in range(4 * FPS)]
    assert seen[-1].others == 0
    assert seen[-1].face is not None
    assert seen[-1].face.box[0] < 320
    assert seen[-1].rivalled is rivalled
