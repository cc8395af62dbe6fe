"""dlib's published face network as an ONNX model: reads dlib's own file and writes the same arithmetic for ONNX Runtime.

dlib computes it with plain loops over one core's matrix product, ONNX Runtime a dozen times as fast. The file is dlib's serialisation
(dlib/serialize.h, dlib/dnn/core.h and layers.h, Boost licence) of `anet_type` as in its example dnn_face_recognition_ex.cpp:

    whole numbers   a byte of which the low half counts the bytes that follow, lowest first, and the top bit is the sign
    reals           mantissa and exponent of two, both whole numbers
    text            its length, then its bytes
    tensors         version 2, samples, channels, rows, columns, then 32-bit floats, lowest byte first

Layers follow in the order in which they compute. Nothing is skipped: what is not exactly this network is refused.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from kiosk.engines.onnx_edit import NotOnnx
from kiosk.engines.onnx_write import GraphWriter

INPUT, OUTPUT = "chip", "embedding"
INPUT_PX, SIZE = 150, 128
MEAN_RGB: Final = (122.782, 117.001, 104.298)
SCALE = 256.0
"""The input is (RGB - MEAN_RGB) / SCALE; the file says the same mean, which is checked."""
_LEVELS: Final = ((32, False, 3), (64, True, 3), (128, True, 2), (256, True, 2), (256, True, 0))
"""Filters, whether the level halves the picture first, and how many plain residuals follow (alevel4 to alevel0)."""
_NAME_LIMIT = 64

Weights = npt.NDArray[np.float32]


def onnx_of(file: bytes) -> bytes:
    """The network as ONNX: `chip` 1 x 3 x 150 x 150 (RGB, less the mean, by 256) to `embedding` 1 x 128, all float32.

    Affine layers are folded into the convolutions before them, so results differ from dlib's in the last digits of a float.

    Raises:
        NotOnnx: the file is not dlib's face network.
    """
    reader = _Reader(file)
    _head(reader)
    network = _Network(reader)
    value = network.convolution(INPUT, inputs=3, filters=32, side=7, stride=2)
    value = network.relu(value)
    value = network.pool("max_pool_2", "MaxPool", value, side=3)
    channels, size = 32, ((INPUT_PX - 7) // 2 + 1 - 3) // 2 + 1
    for filters, halves, plain in _LEVELS:
        if halves:
            value, size = network.down(value, channels, filters, size)
            channels = filters
        for _ in range(plain):
            value = network.residual(value, channels)
    network.end(value, channels)
    if reader.at != len(file):
        raise NotOnnx("something follows the last layer")
    return network.graph.model({INPUT: (1, 3, INPUT_PX, INPUT_PX)}, {OUTPUT: (1, SIZE)})


def _head(reader: _Reader) -> None:
    """Loss, then the versions of every layer from the last to the first, then the input."""
    reader.expect(1)
    reader.layer("loss_metric_2")
    reader.real(), reader.real()  # margin and distance of the training
    # versions are small, and the length of the input's name, which comes after them, is not
    while (version := reader.number()) < _SMALLEST_LENGTH:
        if version not in (1, 2, 3):
            raise NotOnnx(f"a layer of version {version}")
    if reader.take(version) != _INPUT_NAME:
        raise NotOnnx("the first layer is not the input of dlib's face network")
    mean = (reader.real(), reader.real(), reader.real())
    if not np.allclose(mean, MEAN_RGB, atol=1e-3):
        raise NotOnnx("the input has another mean")
    reader.expect(INPUT_PX, INPUT_PX)


_INPUT_NAME = b"input_rgb_image_sized"
_SMALLEST_LENGTH = len(_INPUT_NAME)


class _Network:
    """Reads layer after layer and writes what it computes."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self.graph = GraphWriter()

    def convolution(self, value: str, *, inputs: int, filters: int, side: int, stride: int) -> str:
        """con and the affine layer behind it. dlib pads by half the filter, and not at all where it takes steps."""
        pad = 0 if stride != 1 else side // 2
        reader = self._reader
        reader.layer("con_4")
        kernel_size = filters * inputs * side * side
        flat = reader.tensor(kernel_size + filters, 1, 1, 1)
        reader.expect(filters, side, side, stride, stride, pad, pad)
        reader.expect(1, filters, inputs, side, side)  # where in the tensor the filters lie
        reader.expect(1, 1, filters, 1, 1)  # and the biases
        for _ in range(4):
            reader.real()  # how fast it learnt
        reader.layer_end()
        if value == INPUT:
            reader.expect(1)  # the layer upon the input also keeps how many samples it makes of one
        gamma, beta = self._affine(filters)
        kernel = flat[:kernel_size].reshape(filters, inputs, side, side) * gamma[:, None, None, None]
        weights = (self.graph.weights(kernel), self.graph.weights(flat[kernel_size:] * gamma + beta))
        return self.graph.node("Conv", value, *weights, kernel_shape=(side, side), strides=(stride, stride), pads=(pad,) * 4)

    def _affine(self, channels: int) -> tuple[Weights, Weights]:
        reader = self._reader
        reader.layer("affine_")
        flat = reader.tensor(2 * channels, 1, 1, 1)
        reader.expect(1, 1, channels, 1, 1)
        reader.expect(1, 1, channels, 1, 1)
        reader.expect(0)  # one pair of numbers for each channel
        reader.layer_end()
        return flat[:channels], flat[channels:]

    def relu(self, value: str) -> str:
        self._reader.layer("relu_")
        self._reader.layer_end()
        return self.graph.node("Relu", value)

    def pool(self, name: str, operator: str, value: str, *, side: int) -> str:
        """Windows `side` wide in steps of two, none of them over the edge."""
        reader = self._reader
        reader.layer(name)
        reader.expect(side, side, 2, 2, 0, 0)
        reader.layer_end()
        return self.graph.node(operator, value, kernel_shape=(side, side), strides=(2, 2), pads=(0, 0, 0, 0))

    def residual(self, value: str, channels: int) -> str:
        """ares: two convolutions, added to what they were given."""
        return self._added(self._block(value, channels, channels, stride=1), value)

    def down(self, value: str, channels: int, filters: int, size: int) -> tuple[str, int]:
        """ares_down: the same in steps of two, added to means of what they were given. Returns the value and its side in pixels."""
        block = self._block(value, channels, filters, stride=2)
        skipped = self.pool("avg_pool_2", "AveragePool", value, side=2)
        stepped, averaged = (size - 3) // 2 + 1, (size - 2) // 2 + 1
        # add_prev takes the larger of both in each direction and zeros for what is missing: at the right, below, and in further channels
        side = max(stepped, averaged)
        block = self._padded(block, 0, side - stepped)
        skipped = self._padded(skipped, filters - channels, side - averaged)
        return self._added(block, skipped), side

    def _block(self, value: str, inputs: int, filters: int, *, stride: int) -> str:
        first = self.relu(self.convolution(value, inputs=inputs, filters=filters, side=3, stride=stride))
        return self.convolution(first, inputs=filters, filters=filters, side=3, stride=1)

    def _added(self, block: str, other: str) -> str:
        self._reader.layer("add_prev_")
        self._reader.layer_end()
        return self.relu(self.graph.node("Add", block, other))

    def _padded(self, value: str, channels: int, pixels: int) -> str:
        if channels == pixels == 0:
            return value
        pads = self.graph.weights(np.array([0, 0, 0, 0, 0, channels, pixels, pixels], np.int64))
        return self.graph.node("Pad", value, pads)

    def end(self, value: str, channels: int) -> None:
        """avg_pool_everything and fc_no_bias."""
        reader = self._reader
        reader.layer("avg_pool_2")
        reader.expect(0, 0, 1, 1, 0, 0)
        reader.layer_end()
        reader.layer("fc_2")
        reader.expect(SIZE, channels)
        projection = reader.tensor(channels, SIZE, 1, 1).reshape(channels, SIZE)
        reader.expect(1, channels, SIZE, 1, 1)
        reader.expect(1, 0, 0, 0, 0)  # no bias
        reader.expect(1)
        for _ in range(4):
            reader.real()
        reader.layer_end()
        mean = self.graph.node("Flatten", self.graph.node("GlobalAveragePool", value), axis=1)
        self.graph.node("MatMul", mean, self.graph.weights(projection), output=OUTPUT)


class _Reader:
    """Numbers, text and tensors of dlib's serialisation, one after the other. Every method raises NotOnnx."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def skip(self, count: int) -> None:
        if not 0 <= count <= len(self._data) - self.at:
            raise NotOnnx("the file ends too early")
        self.at += count

    def take(self, count: int) -> bytes:
        self.skip(count)
        return self._data[self.at - count : self.at]

    def number(self) -> int:
        control = self.take(1)[0]
        size = control & 0x0F
        if control & 0x70 or not 1 <= size <= 8:
            raise NotOnnx(f"no number of dlib's at byte {self.at - 1}")
        value = int.from_bytes(self.take(size), "little")
        return -value if control & 0x80 else value

    def real(self) -> float:
        mantissa, exponent = self.number(), self.number()
        if abs(exponent) > 1000:  # infinities and what is no number have exponents above
            raise NotOnnx("a number is not finite")
        return math.ldexp(mantissa, exponent)

    def text(self) -> bytes:
        length = self.number()
        if not 0 <= length <= _NAME_LIMIT:
            raise NotOnnx("a name of impossible length")
        return self.take(length)

    def expect(self, *numbers: int) -> None:
        for wanted in numbers:
            found = self.number()
            if found != wanted:
                raise NotOnnx(f"{found} where {wanted} was expected, at byte {self.at}")

    def layer(self, name: str) -> None:
        if self.text() != name.encode():
            raise NotOnnx(f"another layer where {name} was expected, at byte {self.at}")

    def layer_end(self) -> None:
        """What add_layer keeps beside the layer: three flags, and three tensors that are empty unless it is being trained."""
        if set(self.take(3)) - set(b"01"):
            raise NotOnnx("a flag is neither 0 nor 1")
        for _ in range(3):
            self.tensor(0, 0, 0, 0)

    def tensor(self, samples: int, channels: int, rows: int, columns: int) -> Weights:
        """Flat; raises NotOnnx for another shape."""
        self.expect(2, samples, channels, rows, columns)
        count = samples * channels * rows * columns
        start = self.at
        self.skip(4 * count)
        return np.frombuffer(self._data, "<f4", count, start)  # a view: no copy of the weights
