"""FairFace's adapter where its weights are not: small files of the same contract prove crop, channel order, scale, heads and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Face
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_dlib import DlibFaceMatcher
from kiosk.engines.face_fairface import AGE_GROUPS, CHIP_POINTS, INPUT_PX, FairFaceEstimator
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.face_template import alignment_points
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.face_align import align_face
from tests.fakes.faces import astronaut
from tests.fakes.onnx_file import node, onnx_file, tensor

HEADS = {"race_output": 7, "gender_output": 2, "age_output": 9}
FACE = Face((0, 0, INPUT_PX, INPUT_PX), 0.9, CHIP_POINTS, "test")
"""Lies in a picture of 224 pixels just as the model wants it: the crop is the picture."""


def small_fairface(*, weights: dict[str, np.ndarray] | None = None, biases: dict[str, list[float]] | None = None, **heads: int) -> bytes:
    """Heads are linear in the mean of each channel over the whole picture: logits = mean @ weights + bias. 3 x n weights."""
    nodes, tensors = [node("GlobalAveragePool", ["input"], ["means"]), node("Flatten", ["means"], ["flat"], {"axis": 1})], []
    sizes = {**HEADS, **heads}
    for name, size in sizes.items():
        matrix = (weights or {}).get(name, np.zeros((3, size)))
        tensors.append(tensor(f"{name}_w", np.asarray(matrix, np.float32)))
        tensors.append(tensor(f"{name}_b", np.asarray((biases or {}).get(name, [0.0] * size), np.float32)))
        nodes.append(node("MatMul", ["flat", f"{name}_w"], [f"{name}_m"]))
        nodes.append(node("Add", [f"{name}_m", f"{name}_b"], [name]))
    return onnx_file(nodes, tensors, {"input": (1, 3, INPUT_PX, INPUT_PX)}, {name: (1, size) for name, size in sizes.items()})


def estimator(tmp_path: Path, content: bytes) -> FairFaceEstimator:
    path = tmp_path / "fairface.onnx"
    path.write_bytes(content)
    return FairFaceEstimator(path, threads=1)


def plain(blue: int, green: int, red: int) -> np.ndarray:
    return np.full((INPUT_PX, INPUT_PX, 3), (blue, green, red), np.uint8)


def test_age_is_the_expectation_over_the_groups_with_the_bounds_of_the_likeliest(tmp_path: Path) -> None:
    ages = [-50.0] * 9
    ages[3], ages[4] = np.log(0.75), np.log(0.25)
    guess = estimator(tmp_path, small_fairface(biases={"age_output": ages})).estimate(plain(9, 9, 9), FACE)
    assert guess.age == pytest.approx(0.75 * 25 + 0.25 * 35, abs=0.06)
    assert (guess.youngest, guess.oldest) == AGE_GROUPS[3]
    assert guess.model == "fairface"


@pytest.mark.parametrize(("logits", "female"), [([0.0, 0.0], 0.5), ([3.0, -3.0], 0.0025), ([-3.0, 3.0], 0.9975)])
def test_the_first_of_the_gender_logits_is_male(tmp_path: Path, logits: list[float], female: float) -> None:
    guess = estimator(tmp_path, small_fairface(biases={"gender_output": logits})).estimate(plain(9, 9, 9), FACE)
    assert guess.female == pytest.approx(female, abs=1e-3)


@pytest.mark.parametrize(("channel", "mean", "deviation"), [(0, 0.485, 0.229), (1, 0.456, 0.224), (2, 0.406, 0.225)])
def test_the_picture_comes_as_rgb_normalised_as_imagenet(tmp_path: Path, channel: int, mean: float, deviation: float) -> None:
    """The female logit is the mean of one channel: of RGB, so the last of our BGR is the first."""
    weights = np.zeros((3, 2))
    weights[channel, 1] = 1.0
    network = estimator(tmp_path, small_fairface(weights={"gender_output": weights}))
    picture = plain(40, 100, 220)
    value = (220, 100, 40)[channel] / 255
    logit = (value - mean) / deviation
    assert network.estimate(picture, FACE).female == pytest.approx(1 / (1 + np.exp(-logit)), abs=2e-3)


def test_the_outputs_are_taken_by_name_not_by_place(tmp_path: Path) -> None:
    first = estimator(tmp_path, small_fairface(biases={"gender_output": [-3.0, 3.0]})).estimate(plain(9, 9, 9), FACE)
    assert first.female > 0.99
    sizes = dict(reversed(list(HEADS.items())))
    nodes = [node("GlobalAveragePool", ["input"], ["means"]), node("Flatten", ["means"], ["flat"], {"axis": 1})]
    tensors = []
    for name, size in sizes.items():
        tensors += [tensor(f"{name}_w", np.zeros((3, size), np.float32))]
        tensors += [tensor(f"{name}_b", np.asarray([-3.0, 3.0] if size == 2 else [0.0] * size, np.float32))]
        nodes += [node("MatMul", ["flat", f"{name}_w"], [f"{name}_m"]), node("Add", [f"{name}_m", f"{name}_b"], [name])]
    turned = onnx_file(nodes, tensors, {"input": (1, 3, INPUT_PX, INPUT_PX)}, {name: (1, size) for name, size in sizes.items()})
    assert estimator(tmp_path, turned).estimate(plain(9, 9, 9), FACE).female == pytest.approx(first.female)


def test_the_crop_is_dlibs_face_chip_that_the_model_was_trained_on(model_library: ModelLibrary) -> None:
    """Eyes and mouth of a real face lie where they lie in dlib's chip, within 4 % of its side."""
    picture = astronaut()
    landmarker = FaceMeshLandmarker(model_library.path("facemesh_468"))
    detector = BlazeFaceDetector(model_library.path("blazeface_short"))
    face = detector.detect(picture)[0]
    matcher = DlibFaceMatcher(model_library.path("dlib_resnet_v1"), model_library.path("dlib_5_landmarks"))
    ours = align_face(picture, alignment_points(picture, face, landmarker), CHIP_POINTS, INPUT_PX)
    theirs = matcher.chip(picture, face)  # padding 0.25, as FairFace's own script cuts

    def places(chip: np.ndarray) -> np.ndarray:
        framed = np.full((3 * chip.shape[0], 3 * chip.shape[1], 3), 128, np.uint8)
        framed[chip.shape[0] : 2 * chip.shape[0], chip.shape[1] : 2 * chip.shape[1]] = chip
        points = alignment_points(framed, detector.detect(framed)[0], landmarker)
        return (np.asarray(points) - chip.shape[0]) / chip.shape[0]

    assert np.abs(places(ours) - places(theirs)).max() < 0.04


@pytest.mark.parametrize(("content", "code"), [(b"no model" * 50, ErrorCode.MODEL_CORRUPT), (None, ErrorCode.MODEL_MISSING)])
def test_a_file_that_is_none_or_not_there_is_said(tmp_path: Path, content: bytes | None, code: ErrorCode) -> None:
    path = tmp_path / "fairface.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFault) as caught:
        FairFaceEstimator(path)
    assert caught.value.code is code


def test_a_model_with_other_heads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFault) as caught:
        estimator(tmp_path, small_fairface(age_output=8)).estimate(plain(9, 9, 9), FACE)
    assert caught.value.code is ErrorCode.MODEL_CORRUPT
    nodes = [node("GlobalAveragePool", ["input"], ["means"]), node("Flatten", ["means"], ["other"], {"axis": 1})]
    with pytest.raises(ModelFault) as caught:
        estimator(tmp_path, onnx_file(nodes, [], {"input": (1, 3, INPUT_PX, INPUT_PX)}, {"other": (1, 3)}))
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFault):
        estimator(tmp_path, small_fairface(biases={"age_output": [float("nan")] * 9})).estimate(plain(9, 9, 9), FACE)
