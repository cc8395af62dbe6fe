"""Writes a small ONNX graph as bytes, without the onnx package: for networks that are published in another form.

Field numbers beside those of `onnx_wire`: ModelProto 1 = ir_version, 8 = opset_import; GraphProto 2 = name; NodeProto 1 = input,
2 = output, 4 = op_type, 5 = attribute; AttributeProto 1 = name, 3 = i, 4 = s, 8 = ints, 20 = type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.engines.onnx_wire import (
    GRAPH,
    INITIALIZER,
    INPUT,
    NODE,
    OUTPUT,
    Array,
    field,
    field_head,
    float_value,
    number_field,
    tensor_parts,
)

OPSET, _IR_VERSION = 13, 7
_INT, _STRING, _INTS = 2, 3, 7
Attribute = int | str | Sequence[int]


class GraphWriter:
    """Collects nodes and weights in the order in which they compute; values are named by their numbers."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._weights: list[tuple[bytes, memoryview]] = []

    def weights(self, values: Array) -> str:
        """A constant; returns its name."""
        name = f"w{len(self._weights)}"
        head, raw = tensor_parts(name, values)
        self._weights.append((field_head(INITIALIZER, len(head) + len(raw)) + head, raw))
        return name

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Attribute) -> str:
        """One operation of one output; returns its name."""
        name = output or f"v{len(self._nodes)}"
        body = node(operator, inputs, name, **attributes)
        self._nodes.append(body)
        return name

    def model(self, inputs: Mapping[str, Sequence[int | None]], outputs: Mapping[str, Sequence[int | None]]) -> bytes:
        """The whole model: float inputs and outputs by name with their shapes; None is a side that differs from run to run."""
        parts: list[bytes | memoryview] = [field(NODE, one) for one in self._nodes]
        parts += [field(2, b"graph"), *(piece for pair in self._weights for piece in pair)]
        parts += [field(INPUT, float_value(*one)) for one in inputs.items()] + [field(OUTPUT, float_value(*one)) for one in outputs.items()]
        head = number_field(1, _IR_VERSION) + field_head(GRAPH, sum(map(len, parts)))
        # one join: each copy of the weights would cost as much memory as the model
        return b"".join([head, *parts, field(8, field(1, b"") + number_field(2, OPSET))])


def node(operator: str, inputs: Sequence[str], output: str, **attributes: Attribute) -> bytes:
    """A NodeProto of one output; attributes are whole numbers, lists of them, or words."""
    body = b"".join(field(1, one.encode()) for one in inputs) + field(2, output.encode()) + field(4, operator.encode())
    return body + b"".join(field(5, field(1, key.encode()) + _attribute(value)) for key, value in attributes.items())


def _attribute(value: Attribute) -> bytes:
    if isinstance(value, str):
        return field(4, value.encode()) + number_field(20, _STRING)
    if isinstance(value, int):
        return number_field(3, value) + number_field(20, _INT)
    return b"".join(number_field(8, one) for one in value) + number_field(20, _INTS)
