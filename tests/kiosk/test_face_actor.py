"""A rendered person who listens does what an active check asks, and so passes it; one who hears nothing does not."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest

from kiosk.domain.challenge import ChallengeKind
from kiosk.domain.check import CheckLabel, CheckStatus
from kiosk.domain.errors import BadInput
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.frame import Frame, Image
from kiosk.services.clock import SystemClock
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.services.liveness.run import active_check
from kiosk.specimens.customer import DemoCustomer
from kiosk.specimens.face_actor import FaceActor

Faces = tuple[BlazeFaceDetector, FaceMeshLandmarker]
SMALL = (640, 360)
FPS = 15


@pytest.fixture(scope="module")
def faces(model_library: ModelLibrary) -> Faces:
    return BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False), FaceMeshLandmarker(model_library.path("facemesh_468"))


@pytest.fixture(scope="module")
def picture() -> Image:
    return np.asarray(cv2.resize(DemoCustomer("td1").selfie_frame, SMALL, interpolation=cv2.INTER_AREA), np.uint8)


def _played(kind: ChallengeKind, picture: Image, faces: Faces, *, hears: bool, seconds: float) -> ActiveCheck:
    """With the real detector and mesh, and no matcher: what was asked is done, and nobody vouches for the person."""
    detector, landmarker = faces
    challenge = ChallengeBook(SystemClock(), random=random.Random(4)).issue("session", [kind])
    run = active_check(challenge, detector=detector, landmarker=landmarker, matcher=None, reference=None)
    person = FaceActor(picture, landmarker.landmarks(picture, detector.detect(picture)[0]))
    number = 0
    while not run.finished and number < seconds * FPS:
        guidance = run.judge(Frame(person(number / FPS), number / FPS, "virtual", number))
        if hears:
            person.hear(guidance)
        number += 1
    return run


@pytest.mark.parametrize("kind", [ChallengeKind.SMILE, ChallengeKind.MAGNIFEYE])
def test_who_listens_does_what_the_check_asks(kind: ChallengeKind, picture: Image, faces: Faces) -> None:
    run = _played(kind, picture, faces, hears=True, seconds=20)
    assert run.finished
    check = run.check()
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.MODEL_MISSING)


def test_who_hears_nothing_does_not_pass(picture: Image, faces: Faces) -> None:
    run = _played(ChallengeKind.SMILE, picture, faces, hears=False, seconds=3)
    assert not run.finished or run.check().label is not CheckLabel.MODEL_MISSING


def test_a_customer_without_landmarks_is_refused() -> None:
    with pytest.raises(BadInput, match="468 landmarks"):
        DemoCustomer("td1").answering(())
