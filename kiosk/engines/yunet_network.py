"""YuNet as an ONNX model for pictures of any size: the published file is fixed to 640 x 640, and its heads are twelve small branches.

The same convolutions with the same weights, in the order of the file. A level's four heads (score of a face, score of an object, box,
points) look at the same values, so they become one convolution of 16 filters, which is one block of ONNX Runtime's layout.

Of the file are checked the kinds of operations in it, and the number, order and shapes of its convolutions; how they are joined, their
strides and margins are written here and not compared. That it is the published file says the hash in the manifest, which is checked before.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kiosk.engines.onnx_wire import INITIALIZER, NODE, NotOnnx, Weights, graph_of, name_of, pieces, raw_of, values_of
from kiosk.engines.onnx_write import GraphWriter

INPUT = "picture"
STRIDES = (8, 16, 32)
OUTPUTS = tuple(f"cells_{stride}" for stride in STRIDES)
ROW = 16
"""Numbers of a cell: logits of "a face" and of "an object", box (4), five points (10)."""
_HEADS = (1, 4, 1, 10)
"""Filters of the heads in the order of the file: face, box, object, points."""
_NODE_INPUT, _NODE_OPERATOR = 1, 4


def onnx_of(file: bytes) -> bytes:
    """The network as ONNX: `picture` 1 x 3 x rows x columns, BGR, 0..255, sides whole multiples of 32, to `cells_8`, `cells_16` and
    `cells_32`, each 1 x rows / stride x columns / stride x ROW.

    Raises:
        NotOnnx: an operation that YuNet n has not, or other convolutions than those of YuNet n as libfacedetection publishes it.
    """
    network = _Network(file)
    value = network.stem()
    value = network.pool(network.unit(value, 16, 16))
    value = network.unit(network.unit(value, 16, 16), 16, 64)
    value = network.unit(network.unit(value, 64, 64), 64, 64)
    eighth = network.unit(network.unit(network.pool(value), 64, 64), 64, 64)
    sixteenth = network.unit(network.unit(network.pool(eighth), 64, 64), 64, 64)
    value = network.unit(network.unit(network.pool(sixteenth), 64, 64), 64, 64)
    thirty_second = network.unit(value, 64, 64)
    sixteenth = network.unit(network.sum_with_smaller(sixteenth, thirty_second), 64, 64)
    eighth = network.unit(network.sum_with_smaller(eighth, sixteenth), 64, 64)
    levels = [network.unit(level, 64, 64) for level in (eighth, sixteenth, thirty_second)]
    network.heads(levels)
    network.end()
    return network.graph.model({INPUT: (1, 3, None, None)}, dict.fromkeys(OUTPUTS, (1, None, None, ROW)))


class _Network:
    """Takes convolution after convolution from the file and writes what it computes."""

    def __init__(self, file: bytes) -> None:
        self.graph = GraphWriter()
        self._convolutions = iter(list(_convolutions(file)))

    def stem(self) -> str:
        weights = self._weights((16, 3, 3, 3))
        value = self.graph.node("Conv", INPUT, *weights, kernel_shape=(3, 3), strides=(2, 2), pads=(1, 1, 1, 1))
        return self.graph.node("Relu", value)

    def unit(self, value: str, inputs: int, filters: int) -> str:
        """A convolution of one pixel, and a depthwise one of 3 x 3 behind it."""
        value = self.graph.node("Conv", value, *self._weights((filters, inputs, 1, 1)), kernel_shape=(1, 1))
        return self.graph.node("Relu", self._depthwise(value, self._weights((filters, 1, 3, 3)), filters))

    def pool(self, value: str) -> str:
        return self.graph.node("MaxPool", value, kernel_shape=(2, 2), strides=(2, 2))

    def sum_with_smaller(self, value: str, half: str) -> str:
        """`value` and the level of half its size, each pixel of which is four."""
        scales = self.graph.weights(np.array([1, 1, 2, 2], np.float32))
        how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self.graph.node("Add", value, self.graph.node("Resize", half, "", scales, **how))

    def heads(self, levels: list[str]) -> None:
        pairs = [[(self._take((filters, 64, 1, 1)), self._take((filters, 1, 3, 3))) for _ in levels] for filters in _HEADS]
        for number, (level, output) in enumerate(zip(levels, OUTPUTS, strict=True)):
            face, box, thing, points = (kind[number] for kind in pairs)
            parts = (face, thing, box, points)
            narrow, deep = (self._joined([pair[which] for pair in parts]) for which in (0, 1))
            value = self.graph.node("Conv", level, *narrow, kernel_shape=(1, 1))
            self.graph.node("Transpose", self._depthwise(value, deep, ROW), output=output, perm=(0, 2, 3, 1))

    def end(self) -> None:
        if next(self._convolutions, None) is not None:
            raise NotOnnx("a convolution too many")

    def _depthwise(self, value: str, weights: tuple[str, str], group: int) -> str:
        return self.graph.node("Conv", value, *weights, kernel_shape=(3, 3), pads=(1, 1, 1, 1), group=group)

    def _joined(self, parts: list[tuple[Weights, Weights]]) -> tuple[str, str]:
        """Kernels and biases of several convolutions as those of one."""
        kernels, biases = zip(*parts, strict=True)
        return self.graph.weights(np.concatenate(kernels)), self.graph.weights(np.concatenate(biases))

    def _weights(self, shape: tuple[int, ...]) -> tuple[str, str]:
        kernel, bias = self._take(shape)
        return self.graph.weights(kernel), self.graph.weights(bias)

    def _take(self, shape: tuple[int, ...]) -> tuple[Weights, Weights]:
        kernel, bias = next(self._convolutions, (None, None))
        if kernel is None or bias is None or kernel.shape != shape or bias.shape != shape[:1]:
            raise NotOnnx("the convolutions are not those of YuNet")
        return kernel, bias


def _convolutions(model: bytes) -> Iterator[tuple[Weights, Weights]]:
    """Kernel and bias of each, in the order in which they compute. Raises NotOnnx, also where another operation is among them."""
    at, end = graph_of(model)
    weights = {name_of(model, one): one for one in pieces(model, at, end) if one.number == INITIALIZER and raw_of(model, one) is not None}
    for piece in pieces(model, at, end):
        if piece.number != NODE:
            continue
        inputs, operator = [], ""
        for part in pieces(model, piece.at, piece.end):
            if part.number == _NODE_INPUT:
                inputs.append(model[part.at : part.end].decode("utf-8", "replace"))
            elif part.number == _NODE_OPERATOR:
                operator = model[part.at : part.end].decode("utf-8", "replace")
        if operator not in _OPERATORS:
            raise NotOnnx(f"operation {operator} is none of YuNet's")
        if operator != "Conv":
            continue
        if len(inputs) != 3 or not all(name in weights for name in inputs[1:]):
            raise NotOnnx("a convolution without weights")
        yield values_of(model, weights[inputs[1]]), values_of(model, weights[inputs[2]])


_OPERATORS = frozenset({"Conv", "Relu", "MaxPool", "Resize", "Add", "Transpose", "Reshape", "Sigmoid"})
