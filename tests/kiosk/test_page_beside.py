"""What is found of a page beside its text holds for the picture that was looked at, and for no other."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from kiosk.domain.document import Barcode
from kiosk.domain.face import Face
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.page_quality import measure_page
from kiosk.imaging.recapture import GridEvidence
from kiosk.services import page_beside
from kiosk.services.page_beside import PageEyes, View

QUAD = geometry.box_quad(20, 20, 660, 420)


class _Faces:
    """Stands for a detector: says how it was asked."""

    model_id = "fake"

    def __init__(self, found: tuple[Face, ...] = ()) -> None:
        self.found = found
        self.asked = 0

    def detect(self, image: Image) -> tuple[Face, ...]:
        self.asked += 1
        return self.found


class _Barcodes:
    model_id = "fake"

    def read(self, image: Image) -> tuple[Barcode, ...]:
        return ()


def _print(seed: int = 1) -> Image:
    """Sharp squares, as print has them."""
    cells = np.random.default_rng(seed).integers(0, 2, (25, 40), np.uint8) * np.uint8(200)
    return np.repeat(np.repeat(cells, 16, axis=0), 16, axis=1)[..., None].repeat(3, axis=2) + np.uint8(20)


def _view(page: Image, *, located: bool = True, is_back: bool = False) -> View:
    picture = np.pad(page, ((20, 20), (20, 20), (0, 0)))
    return View(page, picture if located else None, QUAD if located else None, is_back)


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for every search for grids."""
    searches: list[str] = []

    def search(picture: Image, quad: object) -> GridEvidence:
        searches.append(threading.current_thread().name)
        return GridEvidence(1.0, 2.0, 3.0, 20)

    monkeypatch.setattr(page_beside, "grid_evidence", search)
    return searches


def test_grids_are_not_looked_for_twice_in_the_same_picture(looked_for: list[str]) -> None:
    view = _view(_print())
    assert view.picture is not None
    found = PageEyes(_Faces(), None, _Barcodes()).look(view)
    assert found.grids_of(view.picture, QUAD) == GridEvidence(1.0, 2.0, 3.0, 20)
    assert len(looked_for) == 1


def test_grids_are_looked_for_anew_where_the_page_or_its_picture_is_another(looked_for: list[str]) -> None:
    view = _view(_print())
    assert view.picture is not None
    found = PageEyes(_Faces(), None, _Barcodes()).look(view)
    found.grids_of(view.picture, geometry.rolled(QUAD, 2))
    found.grids_of(view.picture.copy(), QUAD)
    assert len(looked_for) == 3


def test_a_blurred_page_and_a_picture_without_an_outline_are_not_searched_for_grids(looked_for: list[str]) -> None:
    eyes = PageEyes(_Faces(), None, _Barcodes())
    assert eyes.look(_view(np.full((400, 640, 3), 128, np.uint8))).grids is None
    assert eyes.look(_view(_print(), located=False)).grids is None
    assert looked_for == []


def test_sharpness_is_that_of_the_page_quality() -> None:
    page = _print()
    assert PageEyes(_Faces(), None, _Barcodes()).look(_view(page)).measures == measure_page(page, framed=True)


@pytest.mark.parametrize(("located", "is_back", "thorough"), [(True, False, 1), (True, True, 0), (False, False, 1)])
def test_the_thorough_detector_is_asked_where_the_quick_one_may_have_missed_a_portrait(located: bool, is_back: bool, thorough: int) -> None:
    quick, slow = _Faces(), _Faces()
    PageEyes(slow, quick, _Barcodes()).look(_view(_print(), located=located, is_back=is_back))
    assert slow.asked == thorough
    assert quick.asked == int(located)


def test_faces_are_given_in_pixels_of_the_page() -> None:
    face = Face((10.0, 10.0, 100.0, 120.0), 0.95, ((35.0, 50.0), (85.0, 50.0), (60.0, 75.0), (40.0, 100.0), (80.0, 100.0)), "fake")
    page = np.repeat(np.repeat(_print(), 2, axis=0), 2, axis=1)
    found = PageEyes(_Faces((face,)), None, _Barcodes()).look(_view(page))
    assert found.faces[0].box == (20.0, 20.0, 200.0, 240.0)
    assert found.portraits == found.faces


def test_measures_are_those_of_the_page_at_its_own_size() -> None:
    page = np.repeat(np.repeat(_print(), 2, axis=0), 2, axis=1)
    seen = PageEyes(_Faces(), None, _Barcodes()).look(_view(page))
    assert page.shape[1] > page_beside.FACE_SIDE_PX
    assert seen.measures == measure_page(page)
