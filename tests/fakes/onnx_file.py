"""Small ONNX files made by tests, so that adapters run real sessions where the published weights cannot be had.

Field numbers are those of onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

_FLOAT, _INT64 = 1, 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _bytes(field: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def tensor(name: str, values: npt.NDArray[np.float32] | npt.NDArray[np.int64]) -> bytes:
    kind, raw = (_INT64, values.astype("<i8")) if values.dtype == np.int64 else (_FLOAT, values.astype("<f4"))
    return b"".join(_number(1, side) for side in values.shape) + _number(2, kind) + _bytes(8, name) + _bytes(9, raw.tobytes())


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], ints: Mapping[str, Sequence[int] | int] | None = None) -> bytes:
    """One operation; attributes are whole numbers or lists of them."""
    out = b"".join(_bytes(1, name) for name in inputs) + b"".join(_bytes(2, name) for name in outputs)
    out += _bytes(3, outputs[0]) + _bytes(4, kind)
    for name, value in (ints or {}).items():
        body = _number(3, value) + _number(20, 2) if isinstance(value, int) else b"".join(_number(8, one) for one in value) + _number(20, 7)
        out += _bytes(5, _bytes(1, name) + body)
    return out


def _value(name: str, shape: Sequence[int]) -> bytes:
    dims = b"".join(_bytes(1, _number(1, side)) for side in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dims)))


def onnx_file(
    nodes: Sequence[bytes],
    weights: Sequence[bytes],
    inputs: Mapping[str, Sequence[int]],
    outputs: Mapping[str, Sequence[int]],
    *,
    opset: int = 13,
) -> bytes:
    """A whole model: float inputs and outputs by name with their shapes."""
    graph = b"".join(_bytes(1, one) for one in nodes) + _bytes(2, "graph") + b"".join(_bytes(5, one) for one in weights)
    graph += b"".join(_bytes(11, _value(name, shape)) for name, shape in inputs.items())
    graph += b"".join(_bytes(12, _value(name, shape)) for name, shape in outputs.items())
    return _number(1, 7) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, opset))


def pooled_directions(size: int, *, cells: int = 14, seed: int = 1) -> npt.NDArray[np.float64]:
    """3 x cells*cells x `size`: what `pooled_projection` projects on."""
    directions = np.random.default_rng(seed).normal(size=(3, cells * cells, size))
    return directions - directions.mean(axis=1, keepdims=True)


def pooled_projection(name: str, *, size: int, side_px: int = 112, cell_px: int = 8, seed: int = 1) -> bytes:
    """A stand-in for an embedding network: means of square cells of a 1x3xNxN picture, projected on `size` random directions.

    It tells pictures apart by their pixels in place, so that it feels a wrong alignment, channel order or scale; it knows no faces. An
    even brightness gives nothing, as the directions add up to zero in each channel.
    """
    cells = side_px // cell_px
    weights = tensor("directions", pooled_directions(size, cells=cells, seed=seed).reshape(-1, size).astype(np.float32))
    nodes = [
        node("AveragePool", [name], ["cells"], {"kernel_shape": [cell_px, cell_px], "strides": [cell_px, cell_px]}),
        node("Flatten", ["cells"], ["flat"], {"axis": 1}),
        node("MatMul", ["flat", "directions"], ["embedding"]),
    ]
    return onnx_file(nodes, [weights], {name: (1, 3, side_px, side_px)}, {"embedding": (1, size)})
