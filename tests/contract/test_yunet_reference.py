"""YuNet in ONNX Runtime finds what OpenCV's own FaceDetectorYN finds, and no other file is taken for it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.face_yunet import YuNetDetector
from kiosk.engines.models import ModelLibrary
from kiosk.engines.onnx_wire import NotOnnx
from kiosk.engines.onnx_write import GraphWriter
from kiosk.engines.yunet_network import onnx_of
from kiosk.imaging.frame import Image
from tests.fakes.faces import astronaut, on_canvas


@pytest.fixture
def path(full_model_library: ModelLibrary) -> Path:
    return full_model_library.path("yunet_n_640")


def pictures() -> list[Image]:
    """One face, two, a small one, one cut, turned, dark, none; sides that are no multiples of 32 among them."""
    face = astronaut()
    two = on_canvas(face[:320], width=640, height=480, at=(0, 40), scale=0.9)
    two[100:420, 340:640] = on_canvas(face[:320], width=300, height=320, at=(0, 0), scale=0.55)
    turned = cv2.warpAffine(face, cv2.getRotationMatrix2D((256, 256), 25, 0.9), (512, 512))
    small = on_canvas(face, width=640, height=360, at=(400, 120), scale=0.25)
    noise = np.random.default_rng(5).integers(0, 256, (241, 323, 3), dtype=np.uint8)
    dark = (face * 0.25).astype(np.uint8)
    return [face, two, small, np.ascontiguousarray(face[:, :225]), np.asarray(turned, np.uint8), dark, noise, face[40:77, 100:131].copy()]


@pytest.mark.full_models
def test_faces_are_those_of_opencv(path: Path) -> None:
    ours = YuNetDetector(path)
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        theirs = cv2.FaceDetectorYN.create(
            "onnx", np.frombuffer(path.read_bytes(), np.uint8), np.empty(0, np.uint8), (320, 320), 0.7, 0.3, 200
        )
    finally:
        cv2.utils.logging.setLogLevel(level)
    seen = []
    for picture in pictures():
        theirs.setInputSize((picture.shape[1], picture.shape[0]))
        rows: object = theirs.detect(picture)[1]
        expected = np.zeros((0, 15)) if rows is None else np.asarray(rows, np.float64)
        found = [[*face.box, *np.ravel(face.points), face.score] for face in ours._detect_once(picture)]
        assert np.allclose(np.reshape(found, (-1, 15)), expected, atol=1e-2), picture.shape
        seen.append(len(expected))
    assert max(seen) == 2
    assert min(seen) == 0
    assert seen.count(1) >= 3, "the test must compare something"


@pytest.mark.full_models
@pytest.mark.parametrize("kept", [0, 7, 60, 5000, 100_000])
def test_a_file_cut_short_is_refused(path: Path, tmp_path: Path, kept: int) -> None:
    (tmp_path / "cut.onnx").write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ModelFault) as caught:
        YuNetDetector(tmp_path / "cut.onnx")
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


@pytest.mark.full_models
@pytest.mark.parametrize("seed", range(10))
def test_no_changed_byte_crashes_the_reading(path: Path, seed: int) -> None:
    random, changed = np.random.default_rng(seed), bytearray(path.read_bytes())
    for at in random.integers(0, len(changed), 20):
        changed[at] = random.integers(256)
    with contextlib.suppress(NotOnnx):
        onnx_of(bytes(changed))


def test_another_network_is_refused() -> None:
    graph = GraphWriter()
    kernel, bias = graph.weights(np.zeros((16, 3, 3, 3), np.float32)), graph.weights(np.zeros(16, np.float32))
    graph.node("Conv", "x", kernel, bias, output="y", kernel_shape=(3, 3))
    with pytest.raises(NotOnnx, match="not those of YuNet"):
        onnx_of(graph.model({"x": (1, 3, 32, 32)}, {"y": (1, 16, 30, 30)}))
    graph.node("Tanh", "y", output="z")
    with pytest.raises(NotOnnx, match="Tanh"):
        onnx_of(graph.model({"x": (1, 3, 32, 32)}, {"z": (1, 16, 30, 30)}))
