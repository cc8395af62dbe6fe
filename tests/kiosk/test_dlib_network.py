"""dlib's network in ONNX Runtime: dlib's own numbers, and no other file is taken for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Embedding
from kiosk.engines.dlib_network import onnx_of
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_dlib import DlibFaceMatcher, interchangeable
from kiosk.engines.models import ModelLibrary
from kiosk.engines.onnx_edit import NotOnnx, float_shapes
from kiosk.imaging.decode import load_image
from kiosk.imaging.frame import Image
from tests.fakes.faces import astronaut

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "faces"
NETWORK, POINTS = "dlib_resnet_v1", "dlib_5_landmarks"
SAME = 1e-5
"""Both compute in 32-bit floats, in another order; 3e-7 was seen."""


@pytest.fixture(scope="module")
def file(model_library: ModelLibrary) -> bytes:
    return model_library.path(NETWORK).read_bytes()


@pytest.fixture(scope="module")
def matcher(model_library: ModelLibrary) -> DlibFaceMatcher:
    return DlibFaceMatcher(model_library.path(NETWORK), model_library.path(POINTS))


@pytest.fixture(scope="module")
def by_dlib(model_library: ModelLibrary) -> Callable[[Image], np.ndarray]:
    """The reference: dlib's own code on an RGB chip."""
    import dlib

    network = dlib.face_recognition_model_v1(str(model_library.path(NETWORK)))
    return lambda chip: np.array(network.compute_face_descriptor(np.ascontiguousarray(chip)))


def chips(matcher: DlibFaceMatcher, detector: BlazeFaceDetector, picture: Image) -> list[Image]:
    """The aligned face (RGB), and what becomes of it mirrored, turned, dark, blurred and cut."""
    chip = np.ascontiguousarray(matcher.chip(picture, detector.detect(picture)[0])[:, :, ::-1])
    turned = cv2.warpAffine(chip, cv2.getRotationMatrix2D((75, 75), 25, 1.2), (150, 150))
    half = chip.copy()
    half[:, 70:] = 0
    changed = [chip[:, ::-1], chip[::-1], turned, chip * 0.4, cv2.GaussianBlur(chip, (0, 0), 3), half]
    return [chip, *(np.ascontiguousarray(one, np.uint8) for one in changed)]


def test_the_numbers_are_those_of_dlib(
    model_library: ModelLibrary, matcher: DlibFaceMatcher, by_dlib: Callable[[Image], np.ndarray]
) -> None:
    detector = BlazeFaceDetector(model_library.path("blazeface_short"))
    shown = chips(matcher, detector, astronaut())
    shown += [np.zeros((150, 150, 3), np.uint8), np.full((150, 150, 3), 255, np.uint8)]
    shown.append(np.random.default_rng(4).integers(0, 256, (150, 150, 3), dtype=np.uint8))
    assert max(np.abs(matcher.embed_chip(chip).vector - by_dlib(chip)).max() for chip in shown) < SAME


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample pictures beside the project are not here")
@pytest.mark.parametrize("name", ["obama", "obama2", "biden"])
def test_templates_of_both_are_interchangeable(
    model_library: ModelLibrary, matcher: DlibFaceMatcher, by_dlib: Callable[[Image], np.ndarray], name: str
) -> None:
    picture = load_image(SAMPLES / f"{name}.jpg")
    face = BlazeFaceDetector(model_library.path("blazeface_short")).detect(picture)[0]
    stored = Embedding(tuple(by_dlib(matcher.chip(picture, face)[:, :, ::-1])), matcher.model_id)
    assert np.abs(np.subtract(stored.vector, matcher.embed(picture, face).vector)).max() < SAME
    assert matcher.compare(stored, matcher.embed(picture, face)).score > 0.9999
    other = matcher.embed(astronaut(), BlazeFaceDetector(model_library.path("blazeface_short")).detect(astronaut())[0])
    assert matcher.compare(stored, other).score == pytest.approx(matcher.compare(matcher.embed(picture, face), other).score, abs=SAME)


def test_the_network_has_the_layers_that_were_published(file: bytes) -> None:
    shapes = list(float_shapes(onnx_of(file)).values())
    assert len([shape for shape in shapes if len(shape) == 4]) == 29
    assert shapes[0] == (32, 3, 7, 7)
    assert shapes[-1] == (256, 128)


@pytest.mark.parametrize("kept", [0, 1, 5, 300, 330, 345, 20_000, 22_334_850, -1])
def test_a_file_cut_short_is_refused(file: bytes, kept: int) -> None:
    with pytest.raises(NotOnnx):
        onnx_of(file[:kept])


def test_a_file_with_something_behind_its_end_is_refused(file: bytes) -> None:
    with pytest.raises(NotOnnx, match="follows"):
        onnx_of(file + b"\0")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"loss_metric_2", b"loss_metric_3"),
        (b"sized\x03\x62\x90\xf5\x81\x11", b"sized\x03\x62\x90\xf5\x81\x10"),  # the mean of red
        (b"\x01\x96\x01\x96", b"\x01\x96\x01\x97"),  # 150 x 150
        (b"max_pool_2\x01\x03", b"max_pool_2\x01\x02"),
        (b"avg_pool_2\x01\x02", b"avg_pool_2\x01\x03"),
        (b"affine_", b"affinf_"),
        (b"add_prev_", b"mult_prev"),
        (b"con_4\x01\x02\x02\x80\x12", b"con_4\x01\x02\x02\x81\x12"),  # how many weights
        (b"fc_2\x01\x80", b"fc_2\x01\x7f"),
    ],
)
def test_another_network_is_refused(file: bytes, old: bytes, new: bytes) -> None:
    assert old in file, "the test must change something"
    with pytest.raises(NotOnnx):
        onnx_of(file.replace(old, new, 1))


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reading(data: bytes) -> None:
    head = b"\x01\x01\x01\x0dloss_metric_2"
    for bytes_read in (data, head + data):
        with pytest.raises(NotOnnx):
            onnx_of(bytes_read)


def test_a_refused_file_is_a_corrupt_model(model_library: ModelLibrary, file: bytes, tmp_path: Path) -> None:
    changed = tmp_path / "changed.dat"
    changed.write_bytes(file.replace(b"affine_", b"affinf_", 1))
    with pytest.raises(ModelFault, match="not the model it should be") as caught:
        DlibFaceMatcher(changed, model_library.path(POINTS))
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_a_provider_whose_templates_drift_is_refused() -> None:
    """A thousandth is nothing to the cosine, but templates are stored: those of today are compared with those of next year's machine."""
    here = [np.random.default_rng(5).normal(0, 0.1, (1, 128)).astype(np.float32)]
    assert interchangeable(here, [here[0] + 1e-6]) == pytest.approx(1)
    assert interchangeable(here, [here[0] + np.float32(2e-3)]) == 0
    assert interchangeable(here, [here[0][:, :64]]) == 0
    assert interchangeable(here, [np.full((1, 128), np.nan, np.float32)]) == 0
