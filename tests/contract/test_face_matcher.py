"""What every FaceMatcher keeps: the same person matches in print and in light, others do not, and templates do not mix."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.engines.face_detector import BlazeFaceDetector, YuNetDetector
from kiosk.engines.face_dlib import DlibFaceMatcher
from kiosk.engines.face_sface import SFaceMatcher
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import load_image
from kiosk.imaging.face_align import box_from_points
from kiosk.imaging.frame import Image
from kiosk.ports import FaceDetector, FaceMatcher
from tests.fakes.faces import astronaut, printed

DLIB, SFACE = "dlib_resnet_v1", "sface_2021dec"
SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"


@pytest.fixture(scope="module", params=[DLIB, pytest.param(SFACE, marks=pytest.mark.full_models)])
def pair(request: pytest.FixtureRequest) -> tuple[FaceMatcher, FaceDetector]:
    """A matcher and the detector that it is paired with."""
    if request.param == DLIB:
        library: ModelLibrary = request.getfixturevalue("model_library")
        matcher = DlibFaceMatcher(library.path(DLIB), library.path("dlib_5_landmarks"))
        return matcher, BlazeFaceDetector(library.path("blazeface_short"))
    library = request.getfixturevalue("full_model_library")
    if library.find(SFACE) is None:
        pytest.skip("model sface_2021dec is not installed; its publisher's address cannot be reached from every machine")
    return SFaceMatcher(library.path(SFACE)), YuNetDetector(library.path("yunet_n_640"))


def template(pair: tuple[FaceMatcher, FaceDetector], picture: Image) -> Embedding:
    matcher, detector = pair
    faces = detector.detect(picture)
    assert faces, "the test's own picture must show a face"
    return matcher.embed(picture, faces[0])


def similarity(pair: tuple[FaceMatcher, FaceDetector], one: Image, other: Image) -> Similarity:
    return pair[0].compare(template(pair, one), template(pair, other))


def test_a_template_is_stable_and_names_its_model(pair: tuple[FaceMatcher, FaceDetector]) -> None:
    one, two = template(pair, astronaut()), template(pair, astronaut())
    assert one == two
    assert one.model == pair[0].model_id
    assert len(one.vector) == 128
    same = pair[0].compare(one, two)
    assert same.score == pytest.approx(1, abs=1e-6)
    assert same.is_match
    assert not same.is_borderline
    assert same.model == pair[0].model_id


@pytest.mark.parametrize("change", ["mirrored", "darker", "warmer", "smaller", "turned"])
def test_the_same_person_in_another_light_or_size_matches(pair: tuple[FaceMatcher, FaceDetector], change: str) -> None:
    picture = astronaut()
    turn = cv2.getRotationMatrix2D((220, 130), 15, 1.0)
    changed = {
        "mirrored": lambda: picture[:, ::-1],
        "darker": lambda: picture * 0.5,
        "warmer": lambda: np.clip(picture * np.array([0.8, 1.0, 1.15]), 0, 255),
        "smaller": lambda: cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA),
        "turned": lambda: cv2.warpAffine(picture, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE),
    }[change]()
    result = similarity(pair, picture, np.ascontiguousarray(changed, np.uint8))
    assert result.is_match
    assert not result.is_borderline


@pytest.mark.parametrize("width_px", [100, 70])
def test_a_small_printed_portrait_matches_its_owner(pair: tuple[FaceMatcher, FaceDetector], width_px: int) -> None:
    picture = astronaut()
    card = printed(picture, pair[1].detect(picture)[0], width_px=width_px)
    assert similarity(pair, card, picture).is_match


def test_templates_of_another_model_are_refused(pair: tuple[FaceMatcher, FaceDetector]) -> None:
    one = template(pair, astronaut())
    with pytest.raises(BadInput) as caught:
        pair[0].compare(one, Embedding(one.vector, "another"))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_half_a_face_gives_a_template_and_no_crash(pair: tuple[FaceMatcher, FaceDetector]) -> None:
    face = pair[1].detect(astronaut())[0]
    half = np.ascontiguousarray(astronaut()[:, :222])
    assert len(pair[0].embed(half, face).vector) == 128


def sample(name: str) -> Image:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("the sample pictures beside the project are not here")
    return load_image(path)


@pytest.mark.parametrize(("one", "other"), [("obama", "obama2"), ("obama", "obama3"), ("obama2", "obama3")])
def test_two_pictures_of_one_person_match(pair: tuple[FaceMatcher, FaceDetector], one: str, other: str) -> None:
    assert similarity(pair, sample(f"faces/{one}.jpg"), sample(f"faces/{other}.jpg")).is_match


@pytest.mark.parametrize("width_px", [100, 70])
def test_a_printed_portrait_matches_another_picture_of_its_owner_and_nobody_else(
    pair: tuple[FaceMatcher, FaceDetector], width_px: int
) -> None:
    picture = sample("faces/obama.jpg")
    card = printed(picture, pair[1].detect(picture)[0], width_px=width_px)
    assert similarity(pair, card, sample("faces/obama2.jpg")).is_match
    assert not similarity(pair, card, sample("faces/biden.jpg")).is_match
    assert not similarity(pair, card, astronaut()).is_match


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("faces/obama.jpg", "faces/biden.jpg"),
        ("dis/document-front.jpeg", "dis/face-smile.jpeg"),
        ("liveness/image_T1.jpg", "faces/obama2.jpg"),
    ],
)
def test_two_people_do_not_match(pair: tuple[FaceMatcher, FaceDetector], one: str, other: str) -> None:
    assert not similarity(pair, sample(one), sample(other)).is_match


def test_dlib_sees_an_upright_centred_face_whatever_the_roll(model_library: ModelLibrary) -> None:
    """Wrong alignment costs more than a worse model: eyes level, at their places in the 150 px chip."""
    matcher = DlibFaceMatcher(model_library.path(DLIB), model_library.path("dlib_5_landmarks"))
    detector = BlazeFaceDetector(model_library.path("blazeface_short"))
    straight = matcher.chip(astronaut(), detector.detect(astronaut())[0])
    turn = cv2.getRotationMatrix2D((220, 130), 20, 1.0)
    picture = np.asarray(cv2.warpAffine(astronaut(), turn, (512, 512), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    turned = matcher.chip(picture, detector.detect(picture)[0])
    assert straight.shape == turned.shape == (150, 150, 3)
    inner = slice(30, 120)
    assert np.abs(straight[inner, inner].astype(int) - turned[inner, inner].astype(int)).mean() < 14


def test_dlib_does_not_care_whose_box_it_was_given(model_library: ModelLibrary) -> None:
    """The box is made from the points, so that a detector that ends at the brows and one that ends at the hair give the same."""
    matcher = DlibFaceMatcher(model_library.path(DLIB), model_library.path("dlib_5_landmarks"))
    face = BlazeFaceDetector(model_library.path("blazeface_short")).detect(astronaut())[0]
    taller = Face(box_from_points(face, width=3, height=4, down=0.1), face.score, face.points, face.model)
    assert matcher.embed(astronaut(), face) == matcher.embed(astronaut(), taller)


@pytest.mark.parametrize("missing", ["embedding", "points"])
def test_dlib_s_missing_and_wrong_files_are_said(model_library: ModelLibrary, tmp_path: Path, missing: str) -> None:
    files = {"embedding": model_library.path(DLIB), "points": model_library.path("dlib_5_landmarks")}
    with pytest.raises(ModelFault) as caught:
        DlibFaceMatcher(*{**files, missing: tmp_path / "none.dat"}.values())
    assert caught.value.code is ErrorCode.MODEL_MISSING
    (tmp_path / "junk.dat").write_bytes(b"no model" * 100)
    with pytest.raises(ModelFault) as caught:
        DlibFaceMatcher(*{**files, missing: tmp_path / "junk.dat"}.values())
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_sface_s_missing_and_wrong_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(ModelFault) as caught:
        SFaceMatcher(tmp_path / "none.onnx")
    assert caught.value.code is ErrorCode.MODEL_MISSING
    (tmp_path / "junk.onnx").write_bytes(b"no model" * 100)
    with pytest.raises(ModelFault) as caught:
        SFaceMatcher(tmp_path / "junk.onnx")
    assert caught.value.code is ErrorCode.MODEL_CORRUPT
