"""Changes to a model in memory: only what is asked for changes, results stay, and no bytes crash the walk."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.engines.models import ModelLibrary
from kiosk.engines.onnx_edit import (
    TINY,
    NotOnnx,
    float_shapes,
    metadata_of,
    with_initializers,
    without_tiny_weights,
)
from kiosk.engines.text_alphabet import Alphabet, alphabet_of, is_kept, kept_classes, listed_characters, only_kept_classes


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def number(field_number: int, value: int) -> bytes:
    return bytes([field_number << 3, value])


def tensor(name: str, values: np.ndarray) -> bytes:
    dims = b"".join(number(1, side) for side in values.shape)
    return dims + number(2, 1) + field(8, name.encode()) + field(9, values.astype("<f4").tobytes())


def model(*tensors: bytes) -> bytes:
    """ir_version, a graph with weights, and metadata: what the walk meets in a real file."""
    graph = field(2, b"graph") + b"".join(field(5, one) for one in tensors)
    return number(1, 8) + field(7, graph) + field(14, field(1, b"key") + field(2, "wert ä".encode()))


WEIGHTS = np.array([[1.0, 1e-39, -2.0], [-1e-41, 0.0, 1e-20]], np.float32)


def test_subnormal_weights_become_zero_and_all_others_stay() -> None:
    before = model(tensor("w", WEIGHTS))
    after = without_tiny_weights(before)
    assert len(after) == len(before)
    assert after == model(tensor("w", np.where(np.abs(WEIGHTS) < TINY, 0, WEIGHTS)))


def test_a_model_without_tiny_weights_is_the_very_same() -> None:
    before = model(tensor("w", np.ones((2, 2), np.float32)))
    assert without_tiny_weights(before) is before


def test_weights_are_replaced_by_name_and_the_rest_is_copied() -> None:
    before = model(tensor("w", WEIGHTS), tensor("b", np.array([1, 2, 3], np.float32)))
    after = with_initializers(before, {"w": lambda weights: weights[:, :2]})
    assert float_shapes(before) == {"w": (2, 3), "b": (3,)}
    assert float_shapes(after) == {"w": (2, 2), "b": (3,)}
    assert metadata_of(after) == {"key": "wert ä"}
    with pytest.raises(NotOnnx, match="no weights other"):
        with_initializers(before, {"other": lambda weights: weights})


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_walk(data: bytes) -> None:
    for walk in (without_tiny_weights, float_shapes, metadata_of):
        try:
            walk(data)
        except NotOnnx:
            pass


@given(st.integers(0, 120), st.integers(0, 255))
def test_a_damaged_model_is_refused_or_followed_but_never_crashes(place: int, byte: int) -> None:
    damaged = bytearray(model(tensor("w", WEIGHTS)))
    damaged[place % len(damaged)] = byte
    try:
        without_tiny_weights(bytes(damaged))
        float_shapes(bytes(damaged))
    except NotOnnx:
        pass


# --- the alphabet --------------------------------------------------------------------------------------------------


def test_the_recogniser_computes_the_same_text_from_its_kept_classes(model_library: ModelLibrary) -> None:
    """The logits of what is kept are the very ones of the whole model: after a softmax, ratios of probabilities are the same."""
    import onnxruntime

    path = model_library.path("ppocrv6_rec_small")
    data = path.read_bytes()
    characters = listed_characters(data)
    assert characters is not None
    kept = kept_classes(characters)
    assert 500 < len(kept) < 3000 < len(characters)
    feed = {"x": np.random.default_rng(5).uniform(-1, 1, (1, 3, 48, 96)).astype(np.float32)}
    (whole,) = onnxruntime.InferenceSession(data).run(None, feed)
    (cut,) = onnxruntime.InferenceSession(only_kept_classes(data)).run(None, feed)
    assert cut.shape == (1, whole.shape[1], len(kept))
    expected = whole[0][:, kept]
    expected = expected / expected.sum(axis=1, keepdims=True)
    assert np.allclose(cut[0], expected, atol=1e-4)


@pytest.mark.parametrize("letter", ["A", "z", "ž", "Ő", "ß", "Ω", "ș", "7", "<", "№", "€", " "])
def test_what_documents_are_printed_in_is_kept(letter: str) -> None:
    assert is_kept(letter)


@pytest.mark.parametrize("sign", ["龍", "國", "🙂", "ab", ""])
def test_what_they_are_not_printed_in_is_not(sign: str) -> None:
    assert not is_kept(sign)


def test_a_look_alike_makes_a_reading_doubtful_and_is_never_read() -> None:
    alphabet = Alphabet(["", "A", "米", "\uff21", "1"])
    steps = np.array([[0.1, 0.3, 0.6, 0, 0], [0.9, 0.1, 0, 0, 0], [0.1, 0.2, 0, 0.7, 0], [0, 0, 0, 0, 1]], np.float32)
    text, confidence = alphabet.text_of(steps)
    assert text == "AA1"  # the full-width letter counts for the plain one
    assert confidence == pytest.approx((0.3 + 0.9 + 1.0) / 3)


def test_an_alphabet_that_does_not_fit_the_classes_is_refused() -> None:
    with pytest.raises(NotOnnx):
        alphabet_of("A\nB\n龍", 9)
    assert alphabet_of("A\nB\n龍", 5).characters == ("", "A", "B", "龍", " ")
    assert alphabet_of("A\nB\n龍", 4).characters == ("", "A", "B", " ")
