"""Small changes to an ONNX model in memory before it is loaded, without the onnx package: the file on the disk stays as published.

An ONNX file is a protocol buffer (onnx/onnx.proto): ModelProto 7 = graph, 14 = metadata_props (1 = key, 2 = value); GraphProto
5 = initializer, 12 = output, 13 = value_info; TensorProto 1 = dims, 2 = data_type, 8 = name, 9 = raw_data. Only these are touched;
everything else is copied byte by byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

TINY = 1e-30
"""Weights below this change no result in 32-bit floats: what they are multiplied with would have to be above 1e20."""

_TINY_BITS = np.uint32((int(np.float32(TINY).view(np.uint32)) << 1) - 1)
_GRAPH, _METADATA = 7, 14
_INITIALIZER, _OUTPUT, _VALUE_INFO = 5, 12, 13
_DIMS, _DATA_TYPE, _NAME, _RAW = 1, 2, 8, 9
_FLOAT = 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Weights = npt.NDArray[np.float32]


class NotOnnx(ValueError):
    """The bytes are no ONNX model, or one that is built in another way than expected."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One field of a message: bytes `start` to `end` with its tag; its content begins at `at`."""

    number: int
    wire: int
    start: int
    at: int
    end: int


def without_tiny_weights(model: bytes) -> bytes:
    """The same model with weights below `TINY` set to zero; the very same bytes when there are none.

    Training leaves some weights decayed to subnormal numbers (70,000 to 180,000 of two layers of PP-OCRv6's detector), on which a CPU is
    a hundred times slower: these two layers took 250 of 310 ms.

    Raises:
        NotOnnx: the bytes cannot be followed.
    """
    changed: bytearray | None = None
    for tensor in _float_tensors(model, *_graph_of(model)):
        values = np.frombuffer(model, "<u4", (tensor.end - tensor.at) // 4, tensor.at)
        # by their bits without the sign, which order as the numbers do; 0 - 1 wraps round to the largest: twice as fast as comparing floats
        tiny = (values << 1) - np.uint32(1) < _TINY_BITS
        if tiny.any():
            changed = bytearray(model) if changed is None else changed
            np.frombuffer(changed, "<u4", len(values), tensor.at)[tiny] = 0
    return model if changed is None else bytes(changed)


def with_initializers(model: bytes, change: Mapping[str, Callable[[Weights], Weights]]) -> bytes:
    """The model with some float weights replaced, by name; shapes may change, so the declared shapes of outputs are left to be inferred.

    Raises:
        NotOnnx: a name is not among the model's float weights with raw data.
    """
    graph_at, graph_end = _graph_of(model)
    wanted = dict(change)
    parts: list[bytes] = []
    for piece in _pieces(model, graph_at, graph_end):
        if piece.number == _VALUE_INFO:
            continue
        if piece.number == _OUTPUT:
            parts.append(_field(_OUTPUT, _output_without_shape(model, piece)))
            continue
        name = _name_of(model, piece) if piece.number == _INITIALIZER else ""
        if name not in wanted:
            parts.append(model[piece.start : piece.end])
            continue
        parts.append(_field(_INITIALIZER, _tensor(name, wanted.pop(name)(_values_of(model, piece)))))
    if wanted:
        raise NotOnnx(f"the model has no weights {', '.join(sorted(wanted))}")
    graph = b"".join(parts)
    before, after = b"", b""
    for piece in _pieces(model, 0, len(model)):
        if piece.number == _GRAPH:
            before, after = model[: piece.start], model[piece.end :]
    return before + _field(_GRAPH, graph) + after


def float_shapes(model: bytes) -> dict[str, tuple[int, ...]]:
    """Name and shape of every float weight with raw data. Raises NotOnnx."""
    shapes: dict[str, tuple[int, ...]] = {}
    for piece in _pieces(model, *_graph_of(model)):
        if piece.number == _INITIALIZER and _raw_of(model, piece) is not None:
            shapes[_name_of(model, piece)] = _dims_of(model, piece)
    return shapes


def metadata_of(model: bytes) -> dict[str, str]:
    """The model's own key-value metadata, without loading it. Raises NotOnnx."""
    found: dict[str, str] = {}
    for piece in _pieces(model, 0, len(model)):
        if piece.number == _METADATA and piece.wire == _BYTES:
            texts = {part.number: model[part.at : part.end] for part in _pieces(model, piece.at, piece.end) if part.wire == _BYTES}
            found[texts.get(1, b"").decode("utf-8", "replace")] = texts.get(2, b"").decode("utf-8", "replace")
    return found


# --- reading -------------------------------------------------------------------------------------------------------


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise NotOnnx("the file ends within a number")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _pieces(data: bytes, start: int, end: int) -> Iterator[_Piece]:
    at = start
    while at < end:
        tag, content = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            _, stop = _varint(data, content)
        elif wire == _BYTES:
            length, content = _varint(data, content)
            stop = content + length
        elif wire in (_FIXED64, _FIXED32):
            stop = content + (8 if wire == _FIXED64 else 4)
        else:
            raise NotOnnx(f"field {number} has an unknown kind")
        if number == 0 or stop > end:
            raise NotOnnx("the file ends within a field")
        yield _Piece(number, wire, at, content, stop)
        at = stop


def _graph_of(model: bytes) -> tuple[int, int]:
    for piece in _pieces(model, 0, len(model)):
        if piece.number == _GRAPH and piece.wire == _BYTES:
            return piece.at, piece.end
    raise NotOnnx("there is no graph")


def _float_tensors(model: bytes, at: int, end: int) -> Iterator[_Piece]:
    """The raw data of every float weight."""
    for piece in _pieces(model, at, end):
        if piece.number == _INITIALIZER:
            raw = _raw_of(model, piece)
            if raw is not None:
                yield raw


def _raw_of(model: bytes, tensor: _Piece) -> _Piece | None:
    raw, kind = None, 0
    for piece in _pieces(model, tensor.at, tensor.end):
        if piece.number == _RAW and piece.wire == _BYTES:
            raw = piece
        elif piece.number == _DATA_TYPE:
            kind, _ = _varint(model, piece.at)
    return raw if kind == _FLOAT else None


def _name_of(model: bytes, tensor: _Piece) -> str:
    for piece in _pieces(model, tensor.at, tensor.end):
        if piece.number == _NAME and piece.wire == _BYTES:
            return model[piece.at : piece.end].decode("utf-8", "replace")
    return ""


def _dims_of(model: bytes, tensor: _Piece) -> tuple[int, ...]:
    dims: list[int] = []
    for piece in _pieces(model, tensor.at, tensor.end):
        if piece.number != _DIMS:
            continue
        at = piece.at
        while at < piece.end:  # one number, or several packed
            value, at = _varint(model, at)
            dims.append(value)
    return tuple(dims)


def _values_of(model: bytes, tensor: _Piece) -> Weights:
    raw = _raw_of(model, tensor)
    if raw is None:
        raise NotOnnx(f"the weights {_name_of(model, tensor)} are not raw floats")
    values: npt.NDArray[Any] = np.frombuffer(model, "<f4", (raw.end - raw.at) // 4, raw.at)
    return values.reshape(_dims_of(model, tensor)).astype(np.float32)


# --- writing -------------------------------------------------------------------------------------------------------


def _number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, content: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(content)) + content


def _tensor(name: str, values: Weights) -> bytes:
    dims = b"".join(_number(_DIMS << 3) + _number(int(side)) for side in values.shape)
    kind = _number(_DATA_TYPE << 3) + _number(_FLOAT)
    return dims + kind + _field(_NAME, name.encode()) + _field(_RAW, np.ascontiguousarray(values, "<f4").tobytes())


def _output_without_shape(model: bytes, output: _Piece) -> bytes:
    """ValueInfoProto 1 = name, 2 = TypeProto (1 = tensor type: 1 = element type). The shape is inferred when the model is loaded."""
    name = b""
    for piece in _pieces(model, output.at, output.end):
        if piece.number == 1 and piece.wire == _BYTES:
            name = model[piece.at : piece.end]
    element = _number(1 << 3) + _number(_FLOAT)
    return _field(1, name) + _field(2, _field(1, element))
