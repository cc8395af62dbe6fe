"""MediaPipe's networks as ONNX: OpenCV, which reads the same files, computes the same numbers, and no other file is taken for one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.models import ModelLibrary
from kiosk.engines.onnx_wire import NotOnnx
from kiosk.engines.tflite import TfliteNet
from kiosk.engines.tflite_file import read_tflite
from kiosk.engines.tflite_network import onnx_of
from kiosk.imaging.frame import Image
from tests.fakes.faces import astronaut

NETWORKS = {"blazeface_short": (128, ("regressors", "classificators")), "facemesh_468": (192, ("conv2d_21", "conv2d_31"))}


def pictures(side: int) -> list[Image]:
    face = cv2.resize(astronaut()[20:230, 120:330], (side, side), interpolation=cv2.INTER_AREA)
    turned = cv2.warpAffine(face, cv2.getRotationMatrix2D((side / 2, side / 2), 20, 0.8), (side, side))
    noise = np.random.default_rng(9).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return [np.asarray(one, np.uint8) for one in (face, face[:, ::-1], turned, face * 0.3, noise, np.zeros_like(noise))]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_numbers_are_those_of_opencv(model_library: ModelLibrary, name: str) -> None:
    side, outputs = NETWORKS[name]
    ours = TfliteNet(model_library.path(name), outputs)
    theirs = cv2.dnn.readNetFromTFLite(str(model_library.path(name)), cv2.dnn.ENGINE_CLASSIC)
    for picture in pictures(side):
        tensor = np.asarray(cv2.dnn.blobFromImage(np.ascontiguousarray(picture), 1 / 127.5, mean=(127.5,) * 3, swapRB=True), np.float32)
        theirs.setInput(tensor)
        expected = [np.asarray(one).ravel() for one in theirs.forward(list(outputs))]
        for one, two in zip(ours.run(tensor), expected, strict=True):
            # pixels of the input, and logits; where there is no face they run into thousands
            assert np.allclose(one, two, rtol=1e-4, atol=1e-3)
            assert np.abs(two).max() > 1, "the test must compare something"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_file_is_read_as_it_was_published(model_library: ModelLibrary, name: str) -> None:
    side, outputs = NETWORKS[name]
    file = read_tflite(model_library.path(name).read_bytes())
    assert file.tensors[file.inputs[0]].shape == (1, side, side, 3)
    assert {file.tensors[number].name for number in file.outputs} == set(outputs)


def test_a_network_without_the_wanted_output_is_said(model_library: ModelLibrary) -> None:
    with pytest.raises(ModelFault, match="no conv2d_21") as caught:
        TfliteNet(model_library.path("blazeface_short"), ("regressors", "conv2d_21"))
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


@pytest.mark.parametrize("kept", [0, 7, 8, 60, 5000, 100_000])
def test_a_file_cut_short_is_refused(model_library: ModelLibrary, tmp_path: Path, kept: int) -> None:
    whole = model_library.path("blazeface_short").read_bytes()
    (tmp_path / "cut.tflite").write_bytes(whole[:kept])
    with pytest.raises(ModelFault) as caught:
        TfliteNet(tmp_path / "cut.tflite", ("regressors",))
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


@pytest.fixture(scope="module")
def whole(model_library: ModelLibrary) -> bytes:
    return model_library.path("blazeface_short").read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), from_end=st.booleans())
def test_no_changed_byte_crashes_the_reading(whole: bytes, place: float, value: int, from_end: bool) -> None:
    """The tables lie at both ends of the file, the weights between."""
    changed = bytearray(whole)
    at = round(place * 20_000)
    changed[-1 - at if from_end else at] = value
    with contextlib.suppress(NotOnnx):
        onnx_of(bytes(changed))


TABLES = 14_000
"""Bytes at the end of the file, where its tables lie."""


@pytest.fixture
def little_memory() -> Iterator[None]:
    """What asks for gigabytes shall not get them."""
    resource = pytest.importorskip("resource", reason="Windows bounds no process by itself")
    before = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if Path("/proc/self/statm").exists() else 0
    if not in_use:
        pytest.skip("how much memory is in use cannot be told here")
    resource.setrlimit(resource.RLIMIT_AS, (in_use + 1_500_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def changed_at(whole: bytes, at: int, value: int) -> float:
    """Seconds of processor that reading takes with one other byte; a refusal is as good as a network."""
    changed = bytearray(whole)
    changed[at] = value
    began = time.process_time()
    with contextlib.suppress(NotOnnx):
        onnx_of(bytes(changed))
    return time.process_time() - began


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    ("at", "value"),
    [(216874, 1), (220024, 53), (220418, 88), (221472, 0), (223128, 255), (226604, 0), (226336, 0)],
)
def test_a_changed_size_is_refused_before_memory_is_taken_for_it(whole: bytes, at: int, value: int) -> None:
    """Each of these once ended in another error than NotOnnx, or in gigabytes of zeros."""
    assert changed_at(whole, at, value) < 1


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("seed", range(20))
def test_no_changed_byte_of_the_tables_costs_more_than_a_refusal(whole: bytes, seed: int) -> None:
    """A sample: one byte each."""
    random = np.random.default_rng(seed)
    at, value = len(whole) - 1 - int(random.integers(TABLES)), int(random.choice([0, 1, 255, random.integers(256)]))
    assert changed_at(whole, at, value) < 1


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reading(data: bytes) -> None:
    with pytest.raises(NotOnnx):
        read_tflite(data[:4] + b"TFL3" + data[4:])
