"""Rewrites a network so that ONNX Runtime keeps it in its blocked layout on the CPU: the same results, in less than half the time.

ONNX Runtime computes convolutions on blocks of 8 or 16 channels. A depthwise convolution of 103 channels, and every PRelu, falls out of
that layout: values are reordered before and after, and its PRelu takes 4 ns a number. MiniFAS is made of just these (docs/decisions/0046).
So, before the model is loaded,

    channels that only depthwise convolutions and PRelu see are filled up to whole blocks with weights of zero: the added channels are 0
        all the way, and the next convolution has weights of zero for them, too;
    PRelu(x) with slopes a becomes a x + Relu((1 - a) x), two depthwise convolutions of one pixel; a x + (1 - a) Relu(x) where a slope is
        above 1, which is one step more;
    behind a convolution of few weights x is not needed at all: the convolution is computed twice, with weights times a and times 1 - a,
        which takes less time than to read its many results twice again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kiosk.engines.onnx_wire import (
    BYTES,
    GRAPH,
    INITIALIZER,
    NODE,
    OUTPUT,
    VALUE_INFO,
    VARINT,
    NotOnnx,
    Weights,
    field,
    graph_of,
    name_of,
    pieces,
    raw_of,
    tensor,
    values_of,
    varint_at,
)
from kiosk.engines.onnx_write import node

BLOCK = 16
"""Channels; whole blocks of 16 are whole blocks of 8."""
_FEW_WEIGHTS = 32
"""Of a filter. On MiniFAS's 32 -> 103 channels of 64 x 64 once more takes 0.9 ms, reading and writing them two more times 1.9."""


def in_blocks(model: bytes) -> bytes:
    """The same network for ONNX Runtime's blocked layout; what does not fit the two rules above stays as it is.

    Raises:
        NotOnnx: the bytes cannot be followed.
    """
    graph = _Graph(model)
    nodes = [made for one in graph.nodes for made in graph.rewritten(one)]
    at, end = graph_of(model)
    parts = [field(NODE, one) for one in nodes]
    for piece in pieces(model, at, end):
        if piece.number in (NODE, VALUE_INFO) or (piece.number == INITIALIZER and name_of(model, piece) in graph.replaced):
            continue  # declared shapes are left to be inferred
        parts.append(model[piece.start : piece.end])
    parts += [field(INITIALIZER, tensor(name, values)) for name, values in graph.made.items()]
    rest = (piece for piece in pieces(model, 0, len(model)))
    return b"".join(field(GRAPH, b"".join(parts)) if piece.number == GRAPH else model[piece.start : piece.end] for piece in rest)


@dataclass(frozen=True, slots=True)
class _Node:
    """One operation: its bytes, and of its attributes `group`."""

    raw: bytes
    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    group: int


class _Graph:
    """Who uses what; collects what is made new.

    Attributes:
        made: new weights by name.
        replaced: names of weights that nobody needs any more.
    """

    def __init__(self, model: bytes) -> None:
        at, end = graph_of(model)
        self.nodes: list[_Node] = []
        self.made: dict[str, Weights] = {}
        self.replaced: set[str] = set()
        self._weights: dict[str, Weights] = {}
        self._filled: dict[str, int] = {}  # values that have become wider, and how wide
        self._joined: set[str] = set()  # values of PRelu that the convolution before it computes
        users: dict[str, list[_Node]] = {}
        needed: set[str] = set()
        for piece in pieces(model, at, end):
            if piece.number == NODE:
                one = _node_of(model[piece.at : piece.end])
                self.nodes.append(one)
                for name in one.inputs:
                    users.setdefault(name, []).append(one)
            elif piece.number == INITIALIZER and raw_of(model, piece) is not None:
                self._weights[name_of(model, piece)] = values_of(model, piece)
            elif piece.number == OUTPUT:
                needed.add(_text(model[piece.at : piece.end], 1))
        self._users: Mapping[str, list[_Node]] = users
        self._needed = needed

    def rewritten(self, one: _Node) -> Iterator[bytes]:
        """What takes the node's place; called in the graph's order."""
        if self._is_convolution(one):
            prelu = self._prelu_to_join(one)
            if prelu is None:
                yield self._convolution(one)
            else:
                yield from self._twice(one, prelu)
        elif self._is_prelu(one):
            if one.outputs[0] not in self._joined:
                yield from self._prelu(one)
        else:
            yield one.raw

    # --- which nodes ------------------------------------------------------------------------------------------------

    def _owns(self, names: tuple[str, ...]) -> bool:
        """Whether these are weights that no other node uses."""
        return all(name in self._weights and len(self._users[name]) == 1 for name in names)

    def _is_convolution(self, one: _Node) -> bool:
        if one.operator != "Conv" or len(one.inputs) < 2 or len(one.outputs) != 1 or not self._owns(one.inputs[1:]):
            return False
        return self._weights[one.inputs[1]].ndim == 4 and (one.group == 1 or self._is_depthwise(one))

    def _is_depthwise(self, one: _Node) -> bool:
        shape: tuple[int, ...] = self._weights[one.inputs[1]].shape
        return one.group == shape[0] > 1 == shape[1]

    def _is_prelu(self, one: _Node) -> bool:
        if one.operator != "PRelu" or len(one.inputs) != 2 or len(one.outputs) != 1 or not self._owns(one.inputs[1:]):
            return False
        slopes = self._weights[one.inputs[1]]
        return slopes.ndim == 3 and slopes.shape[1:] == (1, 1) and slopes.shape[0] > 1

    def _prelu_to_join(self, one: _Node) -> _Node | None:
        """The PRelu behind a convolution that had better be computed twice."""
        output = one.outputs[0]
        users = self._users.get(output, [])
        if len(users) != 1 or output in self._needed or not self._is_prelu(users[0]) or self._is_depthwise(one):
            return None
        if users[0].inputs[0] != output or any(self._weights[name].ndim != 1 for name in one.inputs[2:]):
            return None
        few = math.prod(self._weights[one.inputs[1]].shape[1:]) <= _FEW_WEIGHTS
        return users[0] if few and bool((self._weights[users[0].inputs[1]] <= 1).all()) else None

    def _may_fill(self, value: str) -> bool:
        """Whether all that see a value keep added channels of zero at zero, or leave them out."""
        users = self._users.get(value, [])
        if not users or value in self._needed:
            return False
        return all(self._takes_filled(user, value) for user in users)

    def _takes_filled(self, user: _Node, value: str) -> bool:
        if value != user.inputs[0] or value in user.inputs[1:]:
            return False
        if self._is_convolution(user):
            return not self._is_depthwise(user) or self._may_fill(user.outputs[0])
        return self._is_prelu(user) and self._may_fill(user.outputs[0])

    # --- what they become -------------------------------------------------------------------------------------------

    def _convolution(self, one: _Node) -> bytes:
        output = one.outputs[0]
        kernel, bias = self._widened(one)
        wanted = kernel.shape[0]
        if one.inputs[0] not in self._filled and wanted == self._weights[one.inputs[1]].shape[0]:
            return one.raw
        if wanted != self._weights[one.inputs[1]].shape[0]:
            self._filled[output] = wanted
        weights = [self._new(name, values) for name, values in zip(one.inputs[1:], (kernel, bias), strict=False) if values is not None]
        return _changed(one.raw, [one.inputs[0], *weights], output, wanted if self._is_depthwise(one) else 1)

    def _widened(self, one: _Node) -> tuple[Weights, Weights | None]:
        """Kernel and bias for the channels that the input has become, and for whole blocks where only PRelu and the like see them."""
        kernel = self._weights[one.inputs[1]]
        bias = self._weights[one.inputs[2]] if len(one.inputs) > 2 else None
        known, output = self._filled.get(one.inputs[0]), one.outputs[0]
        if self._is_depthwise(one):
            wanted = known or kernel.shape[0]
        else:
            if known is not None:
                kernel = _filled(kernel, known, axis=1)
            wanted = -(-kernel.shape[0] // BLOCK) * BLOCK if self._feeds_prelu(output) and self._may_fill(output) else kernel.shape[0]
        return _filled(kernel, wanted, axis=0), None if bias is None else _filled(bias, wanted, axis=0)

    def _twice(self, one: _Node, prelu: _Node) -> Iterator[bytes]:
        kernel, bias = self._widened(one)
        output, channels = prelu.outputs[0], kernel.shape[0]
        if channels != self._weights[one.inputs[1]].shape[0]:
            self._filled[output] = channels
        slopes = _filled(self._weights[prelu.inputs[1]].reshape(-1), channels, axis=0)
        self._joined.add(output)
        self.replaced.add(prelu.inputs[1])
        kept, raised, positive = (f"{output}/{name}" for name in ("kept", "raised", "positive"))
        for name, factors in ((raised, 1 - slopes), (kept, slopes)):
            weights = [self._new(one.inputs[1], kernel * factors.reshape(-1, 1, 1, 1))]
            if bias is not None:
                weights.append(self._new(one.inputs[2], bias * factors))
            yield _changed(one.raw, [one.inputs[0], *weights], name, 1)
        yield node("Relu", (raised,), positive)
        yield node("Add", (kept, positive), output)

    def _feeds_prelu(self, value: str) -> bool:
        return all(user.operator == "PRelu" for user in self._users.get(value, []))

    def _prelu(self, one: _Node) -> Iterator[bytes]:
        value, output = one.inputs[0], one.outputs[0]
        slopes = self._weights[one.inputs[1]]
        channels: int = self._filled.get(value) or slopes.shape[0]
        if value in self._filled:
            self._filled[output] = channels
        slopes = _filled(slopes.reshape(-1, 1, 1, 1), channels, axis=0)
        below, above = self._new(one.inputs[1], slopes), self._new(one.inputs[1], 1 - slopes)
        kept, raised, positive = (f"{output}/{name}" for name in ("kept", "raised", "positive"))
        if (slopes <= 1).all():
            yield node("Conv", (value, above), raised, kernel_shape=(1, 1), group=channels)
            yield node("Relu", (raised,), positive)
        else:
            yield node("Relu", (value,), raised)
            yield node("Conv", (raised, above), positive, kernel_shape=(1, 1), group=channels)
        yield node("Conv", (value, below), kept, kernel_shape=(1, 1), group=channels)
        yield node("Add", (kept, positive), output)

    def _new(self, replaced: str, values: Weights) -> str:
        self.replaced.add(replaced)
        name = f"blocks_{len(self.made)}"
        self.made[name] = values
        return name


def _filled(values: Weights, size: int, *, axis: int) -> Weights:
    """Zeros behind `values` along one axis."""
    if size < values.shape[axis]:
        raise NotOnnx("weights do not fit what they are multiplied with")
    missing = [(0, size - values.shape[number] if number == axis else 0) for number in range(values.ndim)]
    return np.pad(values, missing)


# --- nodes ---------------------------------------------------------------------------------------------------------

_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_OPERATOR, _NODE_ATTRIBUTE = 1, 2, 3, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_INT = 1, 3


def _node_of(raw: bytes) -> _Node:
    inputs, outputs, operator, group = [], [], "", 1
    for piece in pieces(raw, 0, len(raw)):
        content = raw[piece.at : piece.end]
        if piece.number == _NODE_INPUT:
            inputs.append(content.decode("utf-8", "replace"))
        elif piece.number == _NODE_OUTPUT:
            outputs.append(content.decode("utf-8", "replace"))
        elif piece.number == _NODE_OPERATOR:
            operator = content.decode("utf-8", "replace")
        elif piece.number == _NODE_ATTRIBUTE and _text(content, _ATTRIBUTE_NAME) == "group":
            group = _whole(content)
    return _Node(raw, operator, tuple(inputs), tuple(outputs), group)


def _changed(raw: bytes, inputs: list[str], output: str, group: int) -> bytes:
    """The node with other inputs, another output and another `group`, and without a name, which must be its own."""
    parts = [*(field(_NODE_INPUT, name.encode()) for name in inputs), field(_NODE_OUTPUT, output.encode())]
    for piece in pieces(raw, 0, len(raw)):
        if piece.number in (_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME):
            continue
        if piece.number == _NODE_ATTRIBUTE and _text(raw[piece.at : piece.end], _ATTRIBUTE_NAME) == "group":
            continue
        parts.append(raw[piece.start : piece.end])
    grouped = node("", (), "", group=group)  # its only attribute is what is wanted
    attribute = next(grouped[piece.start : piece.end] for piece in pieces(grouped, 0, len(grouped)) if piece.number == _NODE_ATTRIBUTE)
    return b"".join([*parts, attribute])


def _text(message: bytes, number: int) -> str:
    for piece in pieces(message, 0, len(message)):
        if piece.number == number and piece.wire == BYTES:
            return message[piece.at : piece.end].decode("utf-8", "replace")
    return ""


def _whole(attribute: bytes) -> int:
    for piece in pieces(attribute, 0, len(attribute)):
        if piece.number == _ATTRIBUTE_INT and piece.wire == VARINT:
            return varint_at(attribute, piece.at)[0]
    return 1
