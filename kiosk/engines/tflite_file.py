"""Reads a .tflite file: its tensors, weights and operations, without TensorFlow.

The file is a FlatBuffer of the schema tensorflow/lite/schema/schema.fbs (Apache-2.0). A table begins with the distance back to its list
of field positions; fields are known by their numbers in the schema. Every place and every size is checked: a changed file raises NotOnnx.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kiosk.engines.onnx_wire import NotOnnx

_FILE_KIND = b"TFL3"
_MOST_SIDES, _LONGEST_SIDE = 4, 4096
"""Of a tensor. These networks see pictures of 128 and 192 pixels and give up to 1404 numbers; a changed size would ask for all memory."""
_TYPES: Final = {0: "<f4", 1: "<f2", 2: "<i4"}
"""TensorType: 32-bit floats, 16-bit floats, 32-bit whole numbers."""
_MODEL_OPERATORS, _MODEL_GRAPHS, _MODEL_BUFFERS = 1, 2, 4
_GRAPH_TENSORS, _GRAPH_INPUTS, _GRAPH_OUTPUTS, _GRAPH_OPERATIONS = 0, 1, 2, 3
_TENSOR_SHAPE, _TENSOR_TYPE, _TENSOR_BUFFER, _TENSOR_NAME = 0, 1, 2, 3
_OPERATION_KIND, _OPERATION_INPUTS, _OPERATION_OUTPUTS, _OPERATION_OPTIONS = 0, 1, 2, 4
_OPERATOR_OLD_CODE, _OPERATOR_CODE = 0, 3


@dataclass(frozen=True, slots=True)
class Tensor:
    """`values` None: computed, not stored. Shapes as TensorFlow has them: sample, row, column, channel."""

    name: str
    shape: tuple[int, ...]
    values: npt.NDArray[Any] | None


@dataclass(frozen=True, slots=True)
class Operation:
    """`code` of BuiltinOperator; inputs and outputs are numbers of tensors; `options` as bytes or numbers by the field's number."""

    code: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: _Options


@dataclass(frozen=True, slots=True)
class TfliteFile:
    """The first graph of a file."""

    tensors: tuple[Tensor, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operations: tuple[Operation, ...]


def read_tflite(data: bytes) -> TfliteFile:
    """Raises NotOnnx for what is no such file."""
    if data[4:8] != _FILE_KIND:
        raise NotOnnx("this is no .tflite file")
    buffer = _FlatBuffer(data)
    model = buffer.number("<I", 0)
    codes = [
        max(buffer.byte(one, _OPERATOR_OLD_CODE), buffer.integer(one, _OPERATOR_CODE)) for one in buffer.tables(model, _MODEL_OPERATORS)
    ]
    graphs, buffers = buffer.tables(model, _MODEL_GRAPHS), buffer.tables(model, _MODEL_BUFFERS)
    if not graphs:
        raise NotOnnx("the file holds no graph")
    tensors = tuple(_tensor(buffer, one, buffers) for one in buffer.tables(graphs[0], _GRAPH_TENSORS))
    operations = []
    for one in buffer.tables(graphs[0], _GRAPH_OPERATIONS):
        used = buffer.integers(one, _OPERATION_INPUTS), buffer.integers(one, _OPERATION_OUTPUTS)
        kind = buffer.integer(one, _OPERATION_KIND)
        if not 0 <= kind < len(codes) or any(not 0 <= number < len(tensors) for numbers in used for number in numbers):
            raise NotOnnx("an operation refers to what is not there")
        operations.append(Operation(codes[kind], *used, _Options(buffer, buffer.table(one, _OPERATION_OPTIONS))))
    ends = buffer.integers(graphs[0], _GRAPH_INPUTS), buffer.integers(graphs[0], _GRAPH_OUTPUTS)
    if any(not 0 <= number < len(tensors) for numbers in ends for number in numbers):
        raise NotOnnx("the graph begins or ends at what is not there")
    return TfliteFile(tensors, *ends, tuple(operations))


def _tensor(buffer: _FlatBuffer, table: int, buffers: list[int]) -> Tensor:
    shape, number = buffer.integers(table, _TENSOR_SHAPE), buffer.integer(table, _TENSOR_BUFFER)
    if not 0 <= number < len(buffers) or not all(0 < side <= _LONGEST_SIDE for side in shape):
        raise NotOnnx("a tensor without a place or a shape")
    if not 0 < len(shape) <= _MOST_SIDES:
        raise NotOnnx("a tensor of no dimensions, or of too many")
    raw = buffer.content(buffers[number], 0)
    name = buffer.content(table, _TENSOR_NAME).decode("utf-8", "replace")
    if not raw:
        return Tensor(name, shape, None)
    kind = _TYPES.get(buffer.byte(table, _TENSOR_TYPE))
    if kind is None or np.dtype(kind).itemsize * math.prod(shape) != len(raw):
        raise NotOnnx(f"the weights {name} are of an unknown kind or number")
    return Tensor(name, shape, np.frombuffer(raw, kind).reshape(shape))


class _FlatBuffer:
    """Fields of tables by number; what is not there is 0 or empty."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def number(self, form: str, at: int) -> int:
        if not 0 <= at <= len(self._data) - struct.calcsize(form):
            raise NotOnnx("the file ends too early")
        value: int = struct.unpack_from(form, self._data, at)[0]
        return value

    def _field(self, table: int, number: int) -> int:
        """Where a field of a table lies; 0 when it is not there."""
        positions = table - self.number("<i", table)
        slot = 4 + 2 * number
        if slot >= self.number("<H", positions):
            return 0
        offset = self.number("<H", positions + slot)
        return table + offset if offset else 0

    def byte(self, table: int, number: int) -> int:
        at = self._field(table, number)
        return self.number("<B", at) if at else 0

    def integer(self, table: int, number: int) -> int:
        at = self._field(table, number)
        return self.number("<i", at) if at else 0

    def table(self, table: int, number: int) -> int:
        """Where a table that a field points to begins; 0 when there is none."""
        at = self._field(table, number)
        return at + self.number("<I", at) if at else 0

    def _vector(self, table: int, number: int, size: int) -> tuple[int, int]:
        start = self.table(table, number)
        if not start:
            return 0, 0
        count = self.number("<I", start)
        if start + 4 + count * size > len(self._data):
            raise NotOnnx("the file ends within a list")
        return start + 4, count

    def content(self, table: int, number: int) -> bytes:
        at, count = self._vector(table, number, 1)
        return self._data[at : at + count]

    def integers(self, table: int, number: int) -> tuple[int, ...]:
        at, count = self._vector(table, number, 4)
        return struct.unpack_from(f"<{count}i", self._data, at)

    def tables(self, table: int, number: int) -> list[int]:
        at, count = self._vector(table, number, 4)
        return [place + self.number("<I", place) for place in range(at, at + 4 * count, 4)]


@dataclass(frozen=True, slots=True)
class _Options:
    """Of one operation."""

    _buffer: _FlatBuffer
    _table: int

    def byte(self, number: int) -> int:
        return self._buffer.byte(self._table, number) if self._table else 0

    def integer(self, number: int) -> int:
        return self._buffer.integer(self._table, number) if self._table else 0
