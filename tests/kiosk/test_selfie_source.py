"""A selfie that is a picture of the document is told from one of a person, also of one who holds the document."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kiosk.compose.engines import Engines
from kiosk.compose.setup import load_setup
from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import Document, DocumentType, PageSide
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.frame import Image
from kiosk.imaging.page_in_picture import page_in_picture
from kiosk.services.person_checks import PersonChecks, PersonQuestion
from kiosk.services.selfie_source import is_on_page
from kiosk.specimens.specimen import specimen
from tests.fakes.faces import astronaut, on_canvas
from tests.fakes.held_up import held_up
from tests.fakes.memory_store import MemoryCustomerStore


@pytest.fixture(scope="module")
def detector(model_library: ModelLibrary) -> BlazeFaceDetector:
    return BlazeFaceDetector(model_library.path("blazeface_short"))


@pytest.fixture(scope="module")
def page() -> Image:
    """With the astronaut's portrait, who is also the person of the selfies: the face alone must not decide."""
    return specimen("td1").pages[PageSide.FRONT]


@pytest.mark.parametrize("width", [1000, 700, 500])
def test_the_document_held_before_the_camera_is_no_selfie(detector: BlazeFaceDetector, page: Image, width: int) -> None:
    selfie = held_up(page, width)
    assert is_on_page(page, detector.detect(page)[0], selfie, detector.detect(selfie)[0])


def test_the_page_is_found_where_it_is(page: Image) -> None:
    quad = page_in_picture(page, held_up(page, 700))
    assert quad is not None
    assert quad[0] == pytest.approx((60, 60 + 0.03 * 442), abs=6)
    assert quad[2] == pytest.approx((60 + 0.98 * 700, 60 + 442), abs=6)


def test_who_holds_the_document_beside_the_face_is_a_person(detector: BlazeFaceDetector, page: Image) -> None:
    selfie = held_up(page, 560, left=700)
    selfie[:640, :640] = cv2.resize(astronaut(), (640, 640))
    face = min(detector.detect(astronaut()), key=lambda one: one.box[0])
    person = next(found for found in detector.detect(selfie) if abs(found.box[0] - 1.25 * face.box[0]) < 40)
    assert page_in_picture(page, selfie) is not None
    assert not is_on_page(page, detector.detect(page)[0], selfie, person)


@pytest.mark.parametrize(
    "selfie", [astronaut, lambda: on_canvas(astronaut(), width=1280, height=720, at=(300, 60)), lambda: astronaut()[:300, 60:400].copy()]
)
def test_the_person_of_the_portrait_is_not_taken_for_it(detector: BlazeFaceDetector, page: Image, selfie: object) -> None:
    picture = selfie()  # type: ignore[operator]
    assert not is_on_page(page, detector.detect(page)[0], picture, detector.detect(picture)[0])


@pytest.mark.parametrize("picture", [np.full((300, 400, 3), 128, np.uint8), np.zeros((40, 40, 3), np.uint8)])
def test_a_picture_without_features_shows_no_page(page: Image, picture: Image) -> None:
    assert page_in_picture(page, picture) is None
    assert page_in_picture(picture, page) is None


def test_another_document_of_the_same_issuer_is_not_this_page(page: Image) -> None:
    assert page_in_picture(page, specimen("td3").pages[PageSide.FRONT]) is None


def test_the_decision_hears_of_it_though_no_liveness_model_is_there(model_library: ModelLibrary, page: Image) -> None:
    engines = Engines(load_setup(), model_library)
    question = PersonQuestion("one", Document(DocumentType(), (), {}), page, held_up(page, 1000), page=page)
    checks = {check.name: check for check in PersonChecks(engines, MemoryCustomerStore()).judge(question).checks}
    assert checks[CheckName.FACE_MATCH].status is CheckStatus.PASSED  # a matcher cannot tell
    live = checks[CheckName.PASSIVE_LIVENESS]
    assert (live.status, live.label) == (CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD)
    assert live.params == {"reason": "ID_USED_AS_SELFIE"}
    usual = PersonQuestion("one", Document(DocumentType(), (), {}), page, astronaut(), page=page)
    checks = {check.name: check for check in PersonChecks(engines, MemoryCustomerStore()).judge(usual).checks}
    assert checks[CheckName.PASSIVE_LIVENESS].label is CheckLabel.MODEL_MISSING
