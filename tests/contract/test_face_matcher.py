"""What every FaceMatcher keeps: the same person matches in print and in light, others do not, and templates do not mix."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_dlib import DlibFaceMatcher
from kiosk.engines.face_edgeface import EdgeFaceMatcher
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.face_sface import SFaceMatcher
from kiosk.engines.face_yunet import YuNetDetector
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import load_image
from kiosk.imaging.face_align import ARCFACE_112, align_face, box_from_points, similarity_transform
from kiosk.imaging.face_pose import five_points
from kiosk.imaging.frame import Image
from kiosk.ports import FaceDetector, FaceMatcher
from tests.fakes.faces import ASTRONAUT_EYES, astronaut, printed
from tests.fakes.onnx_file import pooled_directions, pooled_projection

DLIB, SFACE, EDGEFACE = "dlib_resnet_v1", "sface_2021dec", "edgeface_xs"
SMALL_SFACE, SMALL_EDGEFACE = "sface with a small file", "edgeface with a small file"
SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
SIZES = {DLIB: 128, SFACE: 128, EDGEFACE: 512, SMALL_SFACE: 128, SMALL_EDGEFACE: 512}
PUBLISHED = [
    DLIB,
    *(pytest.param(one, marks=pytest.mark.full_models) for one in ((SFACE, "yunet"), (SFACE, "blazeface"), (EDGEFACE, "yunet"))),
]


@dataclass(frozen=True)
class Pair:
    """A matcher and the detector that it is paired with."""

    matcher: FaceMatcher
    detector: FaceDetector
    size: int


def small_file(folder: Path, name: str, size: int) -> Path:
    """A file of the network's contract that knows pixels in place, and no faces."""
    path = folder / f"{name}_{size}.onnx"
    path.write_bytes(pooled_projection(name, size=size))
    return path


def published(request: pytest.FixtureRequest, model: str, detector: str) -> Pair:
    library: ModelLibrary = request.getfixturevalue("full_model_library")
    if library.find(model) is None:
        pytest.skip(f"model {model} is not installed; its publisher's address cannot be reached from every machine")
    made: type[SFaceMatcher | EdgeFaceMatcher] = SFaceMatcher if model == SFACE else EdgeFaceMatcher
    if detector == "yunet":
        return Pair(made(library.path(model)), YuNetDetector(library.path("yunet_n_640")), SIZES[model])
    mesh = FaceMeshLandmarker(library.path("facemesh_468"))
    return Pair(made(library.path(model), landmarker=mesh), BlazeFaceDetector(library.path("blazeface_short")), SIZES[model])


def small(request: pytest.FixtureRequest, which: str) -> Pair:
    """With the default set's detector, whose mouth corners are made up."""
    library: ModelLibrary = request.getfixturevalue("model_library")
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("small")
    mesh = FaceMeshLandmarker(library.path("facemesh_468"))
    detector = BlazeFaceDetector(library.path("blazeface_short"))
    size = SIZES[which]
    if which == SMALL_SFACE:
        return Pair(SFaceMatcher(small_file(folder, "data", size), landmarker=mesh), detector, size)
    return Pair(EdgeFaceMatcher(small_file(folder, "input", size), landmarker=mesh), detector, size)


def pair_of(request: pytest.FixtureRequest) -> Pair:
    if request.param == DLIB:
        library: ModelLibrary = request.getfixturevalue("model_library")
        matcher = DlibFaceMatcher(library.path(DLIB), library.path("dlib_5_landmarks"))
        return Pair(matcher, BlazeFaceDetector(library.path("blazeface_short")), SIZES[DLIB])
    if isinstance(request.param, tuple):
        return published(request, *request.param)
    return small(request, request.param)


@pytest.fixture(scope="module", params=[*PUBLISHED, SMALL_SFACE, SMALL_EDGEFACE])
def any_pair(request: pytest.FixtureRequest) -> Pair:
    """Every adapter, also those whose published file is not here."""
    return pair_of(request)


@pytest.fixture(scope="module", params=PUBLISHED)
def pair(request: pytest.FixtureRequest) -> Pair:
    """Matchers that know people."""
    return pair_of(request)


@pytest.fixture(scope="module", params=[SMALL_SFACE, SMALL_EDGEFACE])
def aligned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FaceMatcher:
    """The networks on the ArcFace template, fed with a face whose points are given."""
    folder = tmp_path_factory.mktemp("aligned")
    if request.param == SMALL_SFACE:
        return SFaceMatcher(small_file(folder, "data", 128))
    return EdgeFaceMatcher(small_file(folder, "input", 512))


def template(pair: Pair, picture: Image) -> Embedding:
    faces = pair.detector.detect(picture)
    assert faces, "the test's own picture must show a face"
    return pair.matcher.embed(picture, faces[0])


def similarity(pair: Pair, one: Image, other: Image) -> Similarity:
    return pair.matcher.compare(template(pair, one), template(pair, other))


def test_a_template_is_stable_and_names_its_model(any_pair: Pair) -> None:
    one, two = template(any_pair, astronaut()), template(any_pair, astronaut())
    assert one == two
    assert one.model == any_pair.matcher.model_id
    assert len(one.vector) == any_pair.size
    same = any_pair.matcher.compare(one, two)
    assert same.score == pytest.approx(1, abs=1e-6)
    assert same.is_match
    assert not same.is_borderline
    assert same.model == any_pair.matcher.model_id


@pytest.mark.parametrize("change", ["mirrored", "darker", "warmer", "smaller", "turned"])
def test_the_same_person_in_another_light_or_size_matches(pair: Pair, change: str) -> None:
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
def test_a_small_printed_portrait_matches_its_owner(pair: Pair, width_px: int) -> None:
    picture = astronaut()
    card = printed(picture, pair.detector.detect(picture)[0], width_px=width_px)
    assert similarity(pair, card, picture).is_match


def test_templates_of_another_model_are_refused(any_pair: Pair) -> None:
    one = template(any_pair, astronaut())
    with pytest.raises(BadInput) as caught:
        any_pair.matcher.compare(one, Embedding(one.vector, "another"))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_half_a_face_gives_a_template_and_no_crash(any_pair: Pair) -> None:
    face = any_pair.detector.detect(astronaut())[0]
    half = np.ascontiguousarray(astronaut()[:, :222])
    assert len(any_pair.matcher.embed(half, face).vector) == any_pair.size


def sample(name: str) -> Image:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("the sample pictures beside the project are not here")
    return load_image(path)


@pytest.mark.parametrize(("one", "other"), [("obama", "obama2"), ("obama", "obama3"), ("obama2", "obama3")])
def test_two_pictures_of_one_person_match(pair: Pair, one: str, other: str) -> None:
    assert similarity(pair, sample(f"faces/{one}.jpg"), sample(f"faces/{other}.jpg")).is_match


@pytest.mark.parametrize("width_px", [100, 70])
def test_a_printed_portrait_matches_another_picture_of_its_owner_and_nobody_else(pair: Pair, width_px: int) -> None:
    picture = sample("faces/obama.jpg")
    card = printed(picture, pair.detector.detect(picture)[0], width_px=width_px)
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
def test_two_people_do_not_match(pair: Pair, one: str, other: str) -> None:
    assert not similarity(pair, sample(one), sample(other)).is_match


def turned_astronaut(degrees: float, scale: float, shift: tuple[float, float], side: int = 900) -> tuple[Image, np.ndarray]:
    """The photograph turned about the face, and the 2x3 matrix of what was done."""
    matrix = cv2.getRotationMatrix2D((222, 125), degrees, scale)
    matrix[:, 2] += np.array([side / 2 - 222 + shift[0], side / 2 - 125 + shift[1]])
    return np.asarray(cv2.warpAffine(astronaut(), matrix, (side, side), flags=cv2.INTER_AREA, borderValue=(90, 90, 90)), np.uint8), matrix


FACE_POINTS = (*ASTRONAUT_EYES, (228.0, 133.0), (204.0, 152.0), (247.0, 154.0))


def given_face(points: np.ndarray | tuple[tuple[float, float], ...]) -> Face:
    return Face((0, 0, 1, 1), 1.0, tuple((float(x), float(y)) for x, y in points), "given")


@pytest.mark.parametrize(("degrees", "scale", "shift"), [(0, 1, (30, -20)), (25, 1.6, (0, 0)), (-40, 2.5, (-60, 40)), (180, 0.9, (0, 0))])
def test_turn_size_and_place_make_no_difference(aligned: FaceMatcher, degrees: float, scale: float, shift: tuple[float, float]) -> None:
    picture, matrix = turned_astronaut(degrees, scale, shift)
    moved = np.array(FACE_POINTS) @ matrix[:, :2].T + matrix[:, 2]
    straight = aligned.embed(astronaut(), given_face(FACE_POINTS))
    assert float(np.dot(aligned.embed(picture, given_face(moved)).vector, straight.vector)) > 0.97
    wrong = aligned.embed(picture, given_face(moved + np.array([0.5 * math.dist(moved[0], moved[1]), 0])))
    assert float(np.dot(wrong.vector, straight.vector)) < 0.8  # or the line above would prove nothing


def test_the_network_sees_what_its_contract_says(aligned: FaceMatcher) -> None:
    """RGB order; EdgeFace scaled to -1..1, SFace as it is: the template is the one computed by hand."""
    chip = align_face(astronaut(), FACE_POINTS)[:, :, ::-1].astype(np.float64)
    size = SIZES[SMALL_SFACE] if aligned.model_id == SFACE else SIZES[SMALL_EDGEFACE]
    fed = (chip - 127.5) / 127.5 if aligned.model_id == EDGEFACE else chip
    cells = fed.reshape(14, 8, 14, 8, 3).mean(axis=(1, 3)).transpose(2, 0, 1).reshape(3, -1)
    by_hand = np.einsum("cp,cps->s", cells, pooled_directions(size))
    vector = aligned.embed(astronaut(), given_face(FACE_POINTS)).vector
    assert np.allclose(vector, by_hand / np.linalg.norm(by_hand), atol=2e-4)
    assert math.isclose(float(np.linalg.norm(vector)), 1, abs_tol=1e-9)


@pytest.mark.parametrize("degrees", [0, 20, -35])
def test_sface_s_alignment_is_opencv_s_own(tmp_path: Path, degrees: float) -> None:
    picture, matrix = turned_astronaut(degrees, 0.9, (10, 5))
    points = np.array(FACE_POINTS) @ matrix[:, :2].T + matrix[:, 2]
    native = cv2.FaceRecognizerSF.create(str(small_file(tmp_path, "data", 128)), "")
    row = np.array([[0, 0, 1, 1, *points.ravel(), 1]], np.float32)
    theirs = np.asarray(native.alignCrop(picture, row), np.int16)
    ours = align_face(picture, given_face(points).points).astype(np.int16)
    assert np.abs(theirs - ours).mean() < 2


def test_where_mouth_corners_are_made_up_the_mesh_gives_the_points(model_library: ModelLibrary, tmp_path: Path) -> None:
    detector = BlazeFaceDetector(model_library.path("blazeface_short"))
    mesh = FaceMeshLandmarker(model_library.path("facemesh_468"))
    file = small_file(tmp_path, "input", 512)
    face = detector.detect(astronaut())[0]
    exact = given_face(five_points(mesh.landmarks(astronaut(), face)))
    refined = EdgeFaceMatcher(file, landmarker=mesh).embed(astronaut(), face)
    assert refined == EdgeFaceMatcher(file).embed(astronaut(), exact)
    assert refined != EdgeFaceMatcher(file).embed(astronaut(), face)


@pytest.mark.full_models
def test_the_mesh_s_points_align_as_yunet_s_do(full_model_library: ModelLibrary) -> None:
    """Within two of the 112 pixels, on the mean over the five points."""
    face = YuNetDetector(full_model_library.path("yunet_n_640")).detect(astronaut())[0]
    mesh = FaceMeshLandmarker(full_model_library.path("facemesh_468"))
    by_mesh = similarity_transform(five_points(mesh.landmarks(astronaut(), face)), ARCFACE_112)
    by_yunet = similarity_transform(face.points, ARCFACE_112)
    points = np.c_[np.array(face.points), np.ones(5)]
    assert np.linalg.norm(points @ by_mesh.T - points @ by_yunet.T, axis=1).mean() < 2


def no_mesh(*_arguments: object) -> tuple[tuple[float, float, float], ...]:
    return ()


def test_without_a_mesh_the_detector_s_points_stay(model_library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = FaceMeshLandmarker(model_library.path("facemesh_468"))
    monkeypatch.setattr(FaceMeshLandmarker, "landmarks", no_mesh)
    file = small_file(tmp_path, "input", 512)
    face = given_face(FACE_POINTS)
    assert EdgeFaceMatcher(file, landmarker=mesh).embed(astronaut(), face) == EdgeFaceMatcher(file).embed(astronaut(), face)


DLIB_TEMPLATE = ((0.85957, 0.21350), (0.64606, 0.22897), (0.12058, 0.21373), (0.33409, 0.22906), (0.49011, 0.62780))
"""dlib's mean face: outer and inner corner of the left eye, of the right eye, base of the nose; the chip has 0.25 of padding around it."""


@pytest.mark.parametrize(("degrees", "scale", "shift"), [(0, 1, (0, 0)), (20, 1.5, (40, -30)), (-25, 2.2, (-50, 20))])
def test_dlib_s_five_points_land_on_its_template(
    model_library: ModelLibrary, degrees: float, scale: float, shift: tuple[float, float]
) -> None:
    """Found again in the chip, which they were used to cut, they lie where the network expects them, within two of 150 pixels."""
    matcher = DlibFaceMatcher(model_library.path(DLIB), model_library.path("dlib_5_landmarks"))
    detector = BlazeFaceDetector(model_library.path("blazeface_short"))
    picture, _ = turned_astronaut(degrees, scale, shift)
    chip = matcher.chip(picture, detector.detect(picture)[0])
    framed = cv2.copyMakeBorder(chip, 75, 75, 75, 75, cv2.BORDER_REPLICATE)  # the detector wants surroundings
    found = np.array(matcher.five_points(np.asarray(framed, np.uint8), detector.detect(np.asarray(framed, np.uint8))[0])) - 75
    expected = (0.25 + np.array(DLIB_TEMPLATE)) / 1.5 * 150
    assert np.linalg.norm(found - expected, axis=1).mean() < 2.0


def test_dlib_s_alignment_is_that_of_its_own_pipeline(model_library: ModelLibrary) -> None:
    """Our box made from another detector's points gives what its own detector's box gives."""
    import dlib

    matcher = DlibFaceMatcher(model_library.path(DLIB), model_library.path("dlib_5_landmarks"))
    picture = astronaut()
    rgb = np.ascontiguousarray(picture[:, :, ::-1])
    box = dlib.get_frontal_face_detector()(rgb, 1)[0]
    shape = dlib.shape_predictor(str(model_library.path("dlib_5_landmarks")))(rgb, box)
    theirs = np.array([(point.x, point.y) for point in shape.parts()])
    ours = matcher.five_points(picture, BlazeFaceDetector(model_library.path("blazeface_short")).detect(picture)[0])
    assert np.linalg.norm(np.array(ours) - theirs, axis=1).max() < 0.05 * math.dist(*ASTRONAUT_EYES)


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


@pytest.mark.parametrize("made", [SFaceMatcher, EdgeFaceMatcher])
def test_missing_and_wrong_onnx_files_are_said(tmp_path: Path, made: Callable[[Path], FaceMatcher]) -> None:
    with pytest.raises(ModelFault) as caught:
        made(tmp_path / "none.onnx")
    assert caught.value.code is ErrorCode.MODEL_MISSING
    (tmp_path / "junk.onnx").write_bytes(b"no model" * 100)
    with pytest.raises(ModelFault) as caught:
        made(tmp_path / "junk.onnx")
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_an_edgeface_of_another_size_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelFault, match="128 numbers") as caught:
        EdgeFaceMatcher(small_file(tmp_path, "input", 128)).embed(astronaut(), given_face(FACE_POINTS))
    assert caught.value.code is ErrorCode.MODEL_CORRUPT
