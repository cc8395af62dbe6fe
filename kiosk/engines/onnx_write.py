"""Writes a small ONNX graph as bytes, without the onnx package: for networks that are published in another form.

Field numbers are those of onnx/onnx.proto: ModelProto 1 = ir_version, 7 = graph, 8 = opset_import; GraphProto 1 = node, 2 = name,
5 = initializer, 11 = input, 12 = output; NodeProto 1 = input, 2 = output, 4 = op_type, 5 = attribute; AttributeProto 1 = name, 3 = i,
8 = ints, 20 = type; TensorProto 1 = dims, 2 = data_type, 8 = name, 9 = raw_data; ValueInfoProto 1 = name, 2 = type.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

OPSET, _IR_VERSION = 13, 7
_FLOAT, _INT64 = 1, 7
_INT, _INTS = 2, 7
_BYTES = 2

Array = npt.NDArray[np.float32] | npt.NDArray[np.int64]


class GraphWriter:
    """Collects nodes and weights in the order in which they compute; values are named by their numbers."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._weights: list[tuple[bytes, memoryview]] = []

    def weights(self, values: Array) -> str:
        """A constant; returns its name."""
        name = f"w{len(self._weights)}"
        kind = _INT64 if values.dtype == np.int64 else _FLOAT
        raw = np.ascontiguousarray(values, "<i8" if kind == _INT64 else "<f4").reshape(-1).data.cast("B")  # no copy
        dims = b"".join(_number(1, side) for side in values.shape)
        head = dims + _number(2, kind) + _field(8, name.encode()) + _head(9, len(raw))
        self._weights.append((_head(5, len(head) + len(raw)) + head, raw))
        return name

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: int | Sequence[int]) -> str:
        """One operation of one output; returns its name."""
        name = output or f"v{len(self._nodes)}"
        body = b"".join(_field(1, one.encode()) for one in inputs) + _field(2, name.encode()) + _field(4, operator.encode())
        for key, value in attributes.items():
            body += _field(5, _field(1, key.encode()) + _attribute(value))
        self._nodes.append(body)
        return name

    def model(self, inputs: dict[str, Sequence[int]], outputs: dict[str, Sequence[int]]) -> bytes:
        """The whole model: float inputs and outputs by name with their shapes."""
        parts: list[bytes | memoryview] = [_field(1, one) for one in self._nodes]
        parts += [_field(2, b"graph"), *(piece for pair in self._weights for piece in pair)]
        parts += [_field(11, _value(*one)) for one in inputs.items()] + [_field(12, _value(*one)) for one in outputs.items()]
        head = _number(1, _IR_VERSION) + _head(7, sum(map(len, parts)))
        # one join: each copy of the weights would cost as much memory as the model
        return b"".join([head, *parts, _field(8, _field(1, b"") + _number(2, OPSET))])


def _attribute(value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _number(3, value) + _number(20, _INT)
    return b"".join(_number(8, one) for one in value) + _number(20, _INTS)


def _value(name: str, shape: Sequence[int]) -> bytes:
    dims = b"".join(_field(1, _number(1, side)) for side in shape)
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, _FLOAT) + _field(2, dims)))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _head(field: int, size: int) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(size)


def _field(field: int, content: bytes) -> bytes:
    return _head(field, len(content)) + content
