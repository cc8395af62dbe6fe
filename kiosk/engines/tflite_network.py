"""MediaPipe's face networks as ONNX models: the same arithmetic, for an inference that computes it in a fraction of the time.

Only the operations that these networks are made of are known; any other is refused. TensorFlow keeps channels last, ONNX before rows and
columns. Inside the network channels are filled up to whole blocks with zeros (`onnx_blocks` says why); what comes out is as wide as it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from kiosk.engines.onnx_blocks import BLOCK, in_blocks
from kiosk.engines.onnx_wire import NotOnnx, Weights
from kiosk.engines.onnx_write import GraphWriter
from kiosk.engines.tflite_file import Operation, TfliteFile, read_tflite

INPUT = "picture"
_ADD, _CONCATENATION, _CONVOLUTION, _DEPTHWISE, _DEQUANTIZE, _MAX_POOL, _RELU, _RESHAPE, _PAD, _PRELU = 0, 2, 3, 4, 6, 17, 19, 22, 34, 54
_SAME = 0
"""Padding so that the output has as many pixels as steps fit in the input; 1 = none."""


def onnx_of(file: bytes) -> bytes:
    """One input, `picture`: 1 x 3 x rows x columns; outputs have their names and shapes of the file.

    Raises:
        NotOnnx: no .tflite file, or one with an operation that is not known here.
    """
    return in_blocks(_Network(read_tflite(file)).model())


class _Network:
    def __init__(self, file: TfliteFile) -> None:
        self._file = file
        self._graph = GraphWriter()
        self._constants: dict[int, npt.NDArray[np.generic]] = {
            number: tensor.values for number, tensor in enumerate(file.tensors) if tensor.values is not None
        }
        self._names: dict[int, str] = {number: INPUT for number in file.inputs}
        # outputs, and what is rolled up to a list, must not have added channels
        self._narrow = {*file.inputs, *file.outputs, *(one.inputs[0] for one in file.operations if one.code == _RESHAPE and one.inputs)}

    def model(self) -> bytes:
        made: Mapping[int, Callable[[Operation], str]] = {
            _ADD: self._add,
            _CONCATENATION: self._concatenation,
            _CONVOLUTION: self._convolution,
            _DEPTHWISE: self._depthwise,
            _MAX_POOL: self._max_pool,
            _RELU: lambda one: self._node(one, "Relu", self._value(one.inputs[0])),
            _RESHAPE: self._reshape,
            _PAD: self._pad,
            _PRELU: self._prelu,
        }
        if len(self._file.inputs) != 1 or len(self._shape(self._file.inputs[0])) != 4:
            raise NotOnnx("the network has not one picture as input")
        for one in self._file.operations:
            if not one.inputs or len(one.outputs) != 1:
                raise NotOnnx("an operation of no inputs, or of several outputs")
            if one.code == _DEQUANTIZE:  # weights are kept as 16-bit floats
                self._constants[one.outputs[0]] = self._constant(one.inputs[0]).astype(np.float32)
            elif one.code in made:
                self._names[one.outputs[0]] = made[one.code](one)
            else:
                raise NotOnnx(f"operation {one.code} is not known")
        outputs = {self._value(number): self._moved(number) for number in self._file.outputs}
        return self._graph.model({INPUT: self._moved(self._file.inputs[0])}, outputs)

    # --- values -----------------------------------------------------------------------------------------------------

    def _shape(self, number: int) -> tuple[int, ...]:
        return self._file.tensors[number].shape

    def _moved(self, number: int) -> tuple[int, ...]:
        """The shape with channels before rows and columns, for pictures."""
        shape = self._shape(number)
        return (shape[0], shape[3], shape[1], shape[2]) if len(shape) == 4 else shape

    def _width(self, number: int) -> int:
        """Channels with those that are added."""
        channels = self._shape(number)[-1]
        return channels if number in self._narrow else -(-channels // BLOCK) * BLOCK

    def _value(self, number: int) -> str:
        if number not in self._names:
            raise NotOnnx("an operation comes before what it needs")
        return self._names[number]

    def _constant(self, number: int) -> npt.NDArray[np.generic]:
        if number not in self._constants:
            raise NotOnnx("weights are computed, not stored")
        return self._constants[number]

    def _weights(self, number: int, order: Sequence[int], shape: Sequence[int]) -> str:
        """Stored floats, turned round and filled with zeros to a shape."""
        values = self._constant(number)
        if values.ndim != len(order) or values.dtype != np.float32:
            raise NotOnnx("weights have another shape than their operation wants")
        turned: Weights = values.transpose(order).astype(np.float32)
        missing = [(0, wanted - had) for had, wanted in zip(turned.shape, shape, strict=True)]
        if any(after < 0 for _, after in missing):
            raise NotOnnx("weights do not fit what they are multiplied with")
        return self._graph.weights(np.pad(turned, missing) if any(after for _, after in missing) else turned)

    def _node(self, one: Operation, operator: str, *inputs: str, **attributes: int | Sequence[int]) -> str:
        """Its output is called as in the file where it is an output of the network."""
        number = one.outputs[0]
        if operator in ("Relu", "Add", "MaxPool", "PRelu") and self._width(number) != self._width(one.inputs[0]):
            raise NotOnnx("an operation changes the number of channels")
        name = self._file.tensors[number].name if number in self._file.outputs else ""
        return self._graph.node(operator, *inputs, output=name, **attributes)

    # --- operations -------------------------------------------------------------------------------------------------

    def _steps(self, one: Operation, side: tuple[int, int], columns: int, rows: int) -> dict[str, Sequence[int]]:
        """Attributes of a window; `columns` and `rows` are the numbers of the options that hold its steps."""
        steps = one.options.integer(rows), one.options.integer(columns)
        if min(steps) < 1:
            raise NotOnnx("a window without steps")
        before, after = [0, 0], [0, 0]
        if one.options.byte(0) == _SAME:
            for axis, (step, wide) in enumerate(zip(steps, side, strict=True)):
                size = self._shape(one.inputs[0])[1 + axis]
                total = max((math.ceil(size / step) - 1) * step + wide - size, 0)
                before[axis], after[axis] = total // 2, total - total // 2
        return {"kernel_shape": side, "strides": steps, "pads": (*before, *after)}

    def _plain(self, one: Operation, activation: int) -> None:
        """Refuses an activation within the operation: these networks have none."""
        if one.options.byte(activation):
            raise NotOnnx("an operation with an activation of its own")

    def _convolution(self, one: Operation) -> str:
        self._plain(one, 3)
        value, kernel, bias = self._three(one)
        _, rows, columns, _ = self._four(kernel)
        width = self._width(one.outputs[0])
        weights = self._weights(kernel, (0, 3, 1, 2), (width, self._width(value), rows, columns))
        inputs = (self._value(value), weights, self._weights(bias, (0,), (width,)))
        return self._node(one, "Conv", *inputs, **self._steps(one, (rows, columns), 1, 2))

    def _depthwise(self, one: Operation) -> str:
        self._plain(one, 4)
        value, kernel, bias = self._three(one)
        _, rows, columns, _ = self._four(kernel)
        width = self._width(one.outputs[0])
        if one.options.integer(3) != 1 or width != self._width(value):
            raise NotOnnx("a depthwise convolution that changes the number of channels")
        inputs = (self._value(value), self._weights(kernel, (3, 0, 1, 2), (width, 1, rows, columns)), self._weights(bias, (0,), (width,)))
        return self._node(one, "Conv", *inputs, group=width, **self._steps(one, (rows, columns), 1, 2))

    def _three(self, one: Operation) -> tuple[int, int, int]:
        if len(one.inputs) != 3:
            raise NotOnnx("a convolution without filters or biases")
        return one.inputs[0], one.inputs[1], one.inputs[2]

    def _four(self, number: int) -> tuple[int, int, int, int]:
        shape = self._shape(number)
        if len(shape) != 4:
            raise NotOnnx("filters of other than four dimensions")
        return shape[0], shape[1], shape[2], shape[3]

    def _max_pool(self, one: Operation) -> str:
        self._plain(one, 5)
        side = one.options.integer(4), one.options.integer(3)
        return self._node(one, "MaxPool", self._value(one.inputs[0]), **self._steps(one, side, 1, 2))

    def _add(self, one: Operation) -> str:
        self._plain(one, 0)
        if len(one.inputs) != 2 or self._shape(one.inputs[0]) != self._shape(one.inputs[1]):
            raise NotOnnx("a sum of unlike shapes")
        return self._node(one, "Add", *(self._value(number) for number in one.inputs))

    def _prelu(self, one: Operation) -> str:
        slopes = self._weights(one.inputs[-1], (2, 0, 1), (self._width(one.outputs[0]), 1, 1))
        return self._node(one, "PRelu", self._value(one.inputs[0]), slopes)

    def _pad(self, one: Operation) -> str:
        """More channels, behind those that are there. Where whole blocks hold them already nothing is to be done."""
        value, output = one.inputs[0], one.outputs[0]
        amounts = self._constant(one.inputs[-1])
        more = self._shape(output)[-1] - self._shape(value)[-1]
        if amounts.shape != (4, 2) or amounts.tolist() != [[0, 0], [0, 0], [0, 0], [0, more]]:
            raise NotOnnx("padding of other than further channels")
        added = self._width(output) - self._width(value)
        if added == 0:
            return self._value(value)
        return self._node(one, "Pad", self._value(value), self._graph.weights(np.array([0, 0, 0, 0, 0, added, 0, 0], np.int64)))

    def _reshape(self, one: Operation) -> str:
        shape = self._graph.weights(np.array(self._shape(one.outputs[0]), np.int64))
        channels_last = self._graph.node("Transpose", self._value(one.inputs[0]), perm=(0, 2, 3, 1))
        return self._node(one, "Reshape", channels_last, shape)

    def _concatenation(self, one: Operation) -> str:
        self._plain(one, 1)
        if len(self._shape(one.outputs[0])) != 3:
            raise NotOnnx("pictures joined")
        return self._node(one, "Concat", *(self._value(number) for number in one.inputs), axis=one.options.integer(0))
