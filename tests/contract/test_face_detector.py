"""What every FaceDetector keeps: faces of all sizes found, none where there is none, points in order, nothing changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Face
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_yunet import YuNetDetector
from kiosk.engines.models import ModelLibrary
from kiosk.ports import FaceDetector
from tests.fakes.faces import ASTRONAUT_EYES, astronaut, on_canvas

BLAZEFACE, YUNET = "blazeface_short", "yunet_n_640"


def make(model: str, path: Path, *, thorough: bool = True) -> FaceDetector:
    return BlazeFaceDetector(path, thorough=thorough) if model == BLAZEFACE else YuNetDetector(path, thorough=thorough)


@pytest.fixture(params=[BLAZEFACE, pytest.param(YUNET, marks=pytest.mark.full_models)])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def path(model: str, request: pytest.FixtureRequest) -> Path:
    library: ModelLibrary = request.getfixturevalue("model_library" if model == BLAZEFACE else "full_model_library")
    return library.path(model)


@pytest.fixture
def detector(model: str, path: Path) -> FaceDetector:
    return make(model, path)


def assert_astronaut(face: Face, *, at: tuple[float, float] = (0, 0), scale: float = 1.0) -> None:
    for found, (x, y) in zip(face.points[:2], ASTRONAUT_EYES, strict=True):
        assert np.hypot(found[0] - at[0] - scale * x, found[1] - at[1] - scale * y) < 9 * scale


def test_the_face_is_found_with_its_points_in_order(detector: FaceDetector, model: str) -> None:
    faces = detector.detect(astronaut())
    assert len(faces) == 1
    face = faces[0]
    assert_astronaut(face)
    assert face.model == detector.model_id == model
    assert 0.5 <= face.score <= 1
    right, left, nose, mouth_right, mouth_left = face.points
    assert right[0] < nose[0] < left[0]
    assert max(right[1], left[1]) < nose[1] < min(mouth_right[1], mouth_left[1])
    assert mouth_right[0] < mouth_left[0]
    x, y, width, height = face.box
    assert all(x < px < x + width and y < py < y + height for px, py in face.points)


def test_a_mirrored_picture_gives_the_mirrored_face(detector: FaceDetector) -> None:
    picture = astronaut()
    face = detector.detect(np.ascontiguousarray(picture[:, ::-1]))[0]
    (right, left) = ((512 - x, y) for x, y in reversed(ASTRONAUT_EYES))
    assert np.hypot(face.points[0][0] - right[0], face.points[0][1] - right[1]) < 9
    assert np.hypot(face.points[1][0] - left[0], face.points[1][1] - left[1]) < 9


@pytest.mark.parametrize("size", [(720, 1280), (1600, 1200), (200, 200), (40, 30)])
def test_where_there_is_no_face_none_is_found(detector: FaceDetector, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (*size, 3), dtype=np.uint8)
    assert detector.detect(noise) == ()
    assert detector.detect(np.full((*size, 3), 90, np.uint8)) == ()


def test_two_people_are_two_faces_the_larger_first(detector: FaceDetector) -> None:
    canvas = on_canvas(astronaut()[:320], width=1280, height=720, at=(60, 60), scale=1.2)
    small = on_canvas(astronaut()[:320], width=500, height=400, at=(0, 0), scale=0.9)
    canvas[200:600, 740:1240] = small
    faces = detector.detect(canvas)
    assert len(faces) == 2
    assert_astronaut(faces[0], at=(60, 60), scale=1.2)
    assert_astronaut(faces[1], at=(740, 200), scale=0.9)


def test_a_portrait_on_a_card_in_a_large_photograph_is_found(detector: FaceDetector) -> None:
    """About 75 px of 1600: a twentieth of the picture."""
    portrait = astronaut()[30:230, 120:320]
    faces = detector.detect(on_canvas(portrait, width=1600, height=1200, at=(330, 520), scale=0.8))
    assert len(faces) == 1
    assert_astronaut(faces[0], at=(330 - 0.8 * 120, 520 - 0.8 * 30), scale=0.8)


@pytest.mark.parametrize("left", [20, 420, 800])
def test_live_frames_need_no_thorough_search_for_a_person_at_arm_s_length(model: str, path: Path, left: int) -> None:
    faces = make(model, path, thorough=False).detect(on_canvas(astronaut()[:320], width=1280, height=720, at=(left, 150), scale=1.5))
    assert len(faces) == 1
    assert_astronaut(faces[0], at=(left, 150), scale=1.5)


def test_a_face_that_fills_the_picture_is_found(detector: FaceDetector) -> None:
    face = detector.detect(np.ascontiguousarray(astronaut()[66:178, 178:270]))
    assert len(face) == 1


def test_the_picture_is_not_changed_and_may_be_read_only(detector: FaceDetector) -> None:
    picture = astronaut()
    picture.setflags(write=False)
    assert detector.detect(picture) == detector.detect(picture)


def test_a_missing_file_is_said(model: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFault) as caught:
        make(model, tmp_path / "none.bin")
    assert caught.value.code is ErrorCode.MODEL_MISSING


def test_a_file_that_is_no_model_is_said(model: str, tmp_path: Path) -> None:
    (tmp_path / "junk.onnx").write_bytes(b"no model" * 100)
    with pytest.raises(ModelFault) as caught:
        make(model, tmp_path / "junk.onnx")
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_a_folder_with_letters_beyond_ascii_changes_nothing(model: str, path: Path, tmp_path: Path, detector: FaceDetector) -> None:
    """OpenCV opens its own file names through the ANSI code page on Windows."""
    folder = tmp_path / "modèles-škola"
    folder.mkdir()
    shutil.copyfile(path, folder / path.name)
    here, there = detector.detect(astronaut())[0], make(model, folder / path.name).detect(astronaut())[0]
    assert np.allclose(here.box, there.box, atol=0.5)
    assert abs(here.score - there.score) < 0.01
