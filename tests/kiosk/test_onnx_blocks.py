"""The rewriting for ONNX Runtime's blocked layout: the same results, and nothing is touched that another node needs."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.models import ModelLibrary
from kiosk.engines.onnx_blocks import BLOCK, in_blocks
from kiosk.engines.onnx_edit import NotOnnx, float_shapes
from kiosk.engines.onnx_write import GraphWriter
from kiosk.engines.ort import OnnxSession
from kiosk.engines.passive_liveness import MinifasLiveness
from kiosk.imaging.decode import load_image

RANDOM = np.random.default_rng(6)
BEGINNING = RANDOM.bit_generator.state
SIDE = 12


@pytest.fixture(autouse=True)
def _the_same_numbers() -> None:
    """Whatever ran before: with other numbers a network of one channel may give nothing but zeros."""
    RANDOM.bit_generator.state = BEGINNING


def weights(*shape: int) -> np.ndarray:
    return RANDOM.normal(0, 0.4, shape).astype(np.float32)


def network(*, channels: int = 13, slopes: np.ndarray | None = None, also: str = "") -> bytes:
    """Convolution, PRelu, depthwise convolution, PRelu, convolution; `also` uses the first value a second time."""
    graph = GraphWriter()
    slopes = RANDOM.uniform(-0.5, 1, (channels, 1, 1)).astype(np.float32) if slopes is None else slopes
    first = graph.node("Conv", "x", graph.weights(weights(channels, 3, 1, 1)), graph.weights(weights(channels)), kernel_shape=(1, 1))
    value = graph.node("PRelu", first, graph.weights(slopes))
    depthwise = {"kernel_shape": (3, 3), "pads": (1, 1, 1, 1), "strides": (2, 2), "group": channels}
    value = graph.node("Conv", value, graph.weights(weights(channels, 1, 3, 3)), **depthwise)
    value = graph.node("PRelu", value, graph.weights(slopes / 2))
    value = graph.node("Conv", value, graph.weights(weights(4, channels, 1, 1)), graph.weights(weights(4)), kernel_shape=(1, 1))
    outputs = {"y": (1, 4, SIDE // 2, SIDE // 2)}
    if also == "output":
        graph.node("Relu", first, output="z")
        outputs["z"] = (1, channels, SIDE, SIDE)
    graph.node("Relu", value, output="y")
    return graph.model({"x": (1, 3, SIDE, SIDE)}, outputs)


def run(model: bytes, folder: Path, name: str, *, edited: bool) -> tuple[np.ndarray, ...]:
    path = folder / f"{name}.onnx"
    path.write_bytes(model)
    session = OnnxSession(path, threads=1, edit=in_blocks if edited else None)
    return session.run({"x": np.random.default_rng(7).normal(size=(1, 3, SIDE, SIDE)).astype(np.float32)})


@pytest.mark.parametrize("channels", [1, 13, 16, 31])
@pytest.mark.parametrize("also", ["", "output"])
def test_results_are_the_same(tmp_path: Path, channels: int, also: str) -> None:
    model = network(channels=channels, also=also)
    before, after = (run(model, tmp_path, str(edited), edited=edited) for edited in (False, True))
    for one, two in zip(before, after, strict=True):
        assert one.shape == two.shape
        assert np.abs(one - two).max() < 1e-5
        assert np.abs(one).max() > 0.1, "the test must compare something"


def test_channels_are_filled_to_whole_blocks_where_only_prelu_and_convolutions_see_them() -> None:
    wide = float_shapes(in_blocks(network(channels=13))).values()
    assert (BLOCK, 3, 1, 1) in wide
    assert (BLOCK, 1, 3, 3) in wide
    assert (4, BLOCK, 1, 1) in wide
    kept = float_shapes(in_blocks(network(channels=13, also="output"))).values()
    assert (13, 3, 1, 1) in kept


@pytest.mark.parametrize(
    ("side", "steep", "also", "twice"), [(1, False, "", 1), (5, False, "", 0), (1, True, "", 0), (1, False, "output", 0)]
)
def test_a_convolution_of_few_weights_is_computed_twice_instead_of_prelu(
    tmp_path: Path, side: int, *, steep: bool, also: str, twice: int
) -> None:
    """Not one of many weights, none behind which a slope is above 1, and none whose own values are needed."""
    graph = GraphWriter()
    slopes = np.full((13, 1, 1), 1.5 if steep else 0.3, np.float32)
    value = graph.node("Conv", "x", graph.weights(weights(13, 3, side, side)), graph.weights(weights(13)), kernel_shape=(side, side))
    wide = (1, 13, SIDE - side + 1, SIDE - side + 1)
    outputs = {"y": wide} | ({"z": wide} if also else {})
    if also:
        graph.node("Relu", value, output="z")
    graph.node("PRelu", value, graph.weights(slopes), output="y")
    model = graph.model({"x": (1, 3, SIDE, SIDE)}, outputs)
    # else the convolution once, and two of one pixel
    assert in_blocks(model).count(b"Conv") == (2 if twice else 3)
    before, after = (run(model, tmp_path, str(edited), edited=edited) for edited in (False, True))
    assert all(np.abs(one - two).max() < 1e-5 for one, two in zip(before, after, strict=True))


@pytest.mark.parametrize("slope", [-1.0, 0.0, 1.0, 1.5])
def test_every_slope_gives_what_prelu_gives(tmp_path: Path, slope: float) -> None:
    steep = network(slopes=np.full((13, 1, 1), slope, np.float32))
    assert b"PRelu" not in in_blocks(steep)
    before, after = (run(steep, tmp_path, str(edited), edited=edited)[0] for edited in (False, True))
    assert np.abs(before - after).max() < 1e-5


def test_bytes_that_are_no_model_are_refused() -> None:
    with pytest.raises(NotOnnx):
        in_blocks(b"no model at all")


MODEL = network()


@given(at=st.integers(0, 2000), value=st.integers(0, 255))
def test_no_changed_byte_crashes_the_walk(at: int, value: int) -> None:
    model = bytearray(MODEL)
    model[at % len(model)] = value
    with contextlib.suppress(NotOnnx):
        in_blocks(bytes(model))


SHARED = Path(__file__).parents[2].parent / "shared"
MINIFAS = SHARED / "models" / "minifas_98.20_fp32.onnx"
PRESENTED = ("liveness/image_T1.jpg", "liveness/image_F1.jpg", "liveness/image_F2.jpg", "faces/obama.jpg", "dis/document-front.jpeg")


@pytest.mark.skipif(not MINIFAS.is_file(), reason="MiniFAS' published file is not beside the project, and PyPI does not give it")
def test_minifas_scores_live_people_and_attacks_as_published(model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Live: T1 and a portrait; attacks: F1, F2, a printed card. P(live) as the product asks for it."""
    if not (SHARED / "samples").is_dir():
        pytest.skip("the sample pictures beside the project are not here")
    detector = BlazeFaceDetector(model_library.path("blazeface_short"))
    rewritten = MinifasLiveness(MINIFAS)
    monkeypatch.setattr("kiosk.engines.passive_liveness.in_blocks", lambda model: model)
    as_published = MinifasLiveness(MINIFAS)
    scores = []
    for name in PRESENTED:
        picture = load_image(SHARED / "samples" / name)
        face = detector.detect(picture)[0]
        one, two = (model.assess(picture, face).score for model in (rewritten, as_published))
        assert abs(one - two) < 1e-5
        scores.append(two)
    assert min(scores) < 0.1, "the test must compare an attack"
    assert max(scores) > 0.9, "the test must compare a person"


@pytest.mark.full_models
def test_minifas_gives_the_same_logits(full_model_library: ModelLibrary) -> None:
    path = full_model_library.path("minifas_v2se")
    pictures = np.random.default_rng(8).random((2, 3, 128, 128), np.float32)
    before, after = (OnnxSession(path, threads=1, edit=edit).run({"input": pictures})[0] for edit in (None, in_blocks))
    assert np.abs(before - after).max() < 1e-4
    slopes = [shape for shape in float_shapes(in_blocks(path.read_bytes())).values() if len(shape) == 3]
    assert not slopes
