"""ONNX as bytes, without the onnx package: fields of a protocol buffer, and the weights among them.

Field numbers are those of onnx/onnx.proto: ModelProto 7 = graph, 14 = metadata_props; GraphProto 1 = node, 5 = initializer, 11 = input,
12 = output, 13 = value_info; TensorProto 1 = dims, 2 = data_type, 8 = name, 9 = raw_data; ValueInfoProto 1 = name, 2 = type.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

GRAPH, METADATA = 7, 14
NODE, INITIALIZER, INPUT, OUTPUT, VALUE_INFO = 1, 5, 11, 12, 13
FLOAT, INT64 = 1, 7
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_DIMS, _DATA_TYPE, _NAME, _RAW = 1, 2, 8, 9

Weights = npt.NDArray[np.float32]
Array = npt.NDArray[np.float32] | npt.NDArray[np.int64]


class NotOnnx(ValueError):
    """The bytes are no ONNX model, or one that is built in another way than expected."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One field of a message: bytes `start` to `end` with its tag; its content begins at `at`."""

    number: int
    wire: int
    start: int
    at: int
    end: int


# --- reading -------------------------------------------------------------------------------------------------------


def varint_at(data: bytes, at: int) -> tuple[int, int]:
    """The number at a place, and where it ends. Raises NotOnnx, as all that read here."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise NotOnnx("the file ends within a number")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def pieces(data: bytes, start: int, end: int) -> Iterator[Piece]:
    """The fields of a message, one after the other."""
    at = start
    while at < end:
        tag, content = varint_at(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            _, stop = varint_at(data, content)
        elif wire == BYTES:
            length, content = varint_at(data, content)
            stop = content + length
        elif wire in (FIXED64, FIXED32):
            stop = content + (8 if wire == FIXED64 else 4)
        else:
            raise NotOnnx(f"field {number} has an unknown kind")
        if number == 0 or stop > end:
            raise NotOnnx("the file ends within a field")
        yield Piece(number, wire, at, content, stop)
        at = stop


def graph_of(model: bytes) -> tuple[int, int]:
    """Where the graph begins and ends."""
    for piece in pieces(model, 0, len(model)):
        if piece.number == GRAPH and piece.wire == BYTES:
            return piece.at, piece.end
    raise NotOnnx("there is no graph")


def float_tensors(model: bytes, at: int, end: int) -> Iterator[Piece]:
    """The raw data of every float weight."""
    for piece in pieces(model, at, end):
        if piece.number == INITIALIZER:
            raw = raw_of(model, piece)
            if raw is not None:
                yield raw


def raw_of(model: bytes, weight: Piece) -> Piece | None:
    """The data of a float weight that is stored raw; None for any other."""
    raw, kind = None, 0
    for piece in pieces(model, weight.at, weight.end):
        if piece.number == _RAW and piece.wire == BYTES:
            raw = piece
        elif piece.number == _DATA_TYPE:
            kind, _ = varint_at(model, piece.at)
    return raw if kind == FLOAT else None


def name_of(model: bytes, weight: Piece) -> str:
    for piece in pieces(model, weight.at, weight.end):
        if piece.number == _NAME and piece.wire == BYTES:
            return model[piece.at : piece.end].decode("utf-8", "replace")
    return ""


def dims_of(model: bytes, weight: Piece) -> tuple[int, ...]:
    dims: list[int] = []
    for piece in pieces(model, weight.at, weight.end):
        if piece.number != _DIMS:
            continue
        at = piece.at
        while at < piece.end:  # one number, or several packed
            value, at = varint_at(model, at)
            dims.append(value)
    return tuple(dims)


def values_of(model: bytes, weight: Piece) -> Weights:
    """A float weight in its shape; a copy."""
    raw = raw_of(model, weight)
    if raw is None:
        raise NotOnnx(f"the weights {name_of(model, weight)} are not raw floats")
    values: npt.NDArray[Any] = np.frombuffer(model, "<f4", (raw.end - raw.at) // 4, raw.at)
    shape = dims_of(model, weight)
    if math.prod(shape) != len(values):
        raise NotOnnx(f"the weights {name_of(model, weight)} are not as many as they should be")
    return values.reshape(shape).astype(np.float32)


# --- writing -------------------------------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number_field(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def field_head(number: int, size: int) -> bytes:
    """What stands before `size` bytes of content."""
    return varint(number << 3 | BYTES) + varint(size)


def field(number: int, content: bytes) -> bytes:
    return field_head(number, len(content)) + content


def tensor_parts(name: str, values: Array) -> tuple[bytes, memoryview]:
    """A TensorProto in two parts, the second of which is the array's own memory where it lies as the file wants it."""
    kind = INT64 if values.dtype == np.int64 else FLOAT
    raw = np.ascontiguousarray(values, "<i8" if kind == INT64 else "<f4").reshape(-1).data.cast("B")
    dims = b"".join(number_field(_DIMS, int(side)) for side in values.shape)
    return dims + number_field(_DATA_TYPE, kind) + field(_NAME, name.encode()) + field_head(_RAW, len(raw)), raw


def tensor(name: str, values: Array) -> bytes:
    head, raw = tensor_parts(name, values)
    return head + bytes(raw)


def float_value(name: str, shape: Sequence[int | None] | None) -> bytes:
    """A ValueInfoProto of floats (2 = TypeProto, in it 1 = tensor type: 1 = element type, 2 = shape). Without a shape it is
    inferred; a side of None is free."""
    content = number_field(1, FLOAT)
    if shape is not None:
        content += field(2, b"".join(field(1, b"" if side is None else number_field(1, side)) for side in shape))
    return field(1, name.encode()) + field(2, field(1, content))


def output_without_shape(model: bytes, output: Piece) -> bytes:
    """The declaration of an output, its shape left to be inferred when the model is loaded."""
    name = next((model[one.at : one.end] for one in pieces(model, output.at, output.end) if one.number == 1 and one.wire == BYTES), b"")
    return float_value(name.decode("utf-8", "replace"), None)
