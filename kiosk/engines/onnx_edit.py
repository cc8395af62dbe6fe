"""Small changes to an ONNX model in memory before it is loaded, without the onnx package: the file on the disk stays as published.

Only what is asked for is touched; everything else is copied byte by byte (`onnx_wire` says how such a file is built).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from kiosk.engines.onnx_wire import (
    BYTES,
    GRAPH,
    INITIALIZER,
    METADATA,
    OUTPUT,
    VALUE_INFO,
    NotOnnx,
    Weights,
    dims_of,
    field,
    float_tensors,
    graph_of,
    name_of,
    output_without_shape,
    pieces,
    raw_of,
    tensor,
    values_of,
)

__all__ = ["TINY", "NotOnnx", "Weights", "float_shapes", "metadata_of", "with_initializers", "without_tiny_weights"]

TINY = 1e-30
"""Weights below this change no result in 32-bit floats: what they are multiplied with would have to be above 1e20."""

_TINY_BITS = np.uint32((int(np.float32(TINY).view(np.uint32)) << 1) - 1)


def without_tiny_weights(model: bytes) -> bytes:
    """The same model with weights below `TINY` set to zero; the very same bytes when there are none.

    Training leaves some weights decayed to subnormal numbers (70,000 to 180,000 of two layers of PP-OCRv6's detector), on which a CPU is
    a hundred times slower: these two layers took 250 of 310 ms.

    Raises:
        NotOnnx: the bytes cannot be followed.
    """
    changed: bytearray | None = None
    for raw in float_tensors(model, *graph_of(model)):
        values = np.frombuffer(model, "<u4", (raw.end - raw.at) // 4, raw.at)
        # by their bits without the sign, which order as the numbers do; 0 - 1 wraps round to the largest: twice as fast as comparing floats
        tiny = (values << 1) - np.uint32(1) < _TINY_BITS
        if tiny.any():
            changed = bytearray(model) if changed is None else changed
            np.frombuffer(changed, "<u4", len(values), raw.at)[tiny] = 0
    return model if changed is None else bytes(changed)


def with_initializers(model: bytes, change: Mapping[str, Callable[[Weights], Weights]]) -> bytes:
    """The model with some float weights replaced, by name; shapes may change, so the declared shapes of outputs are left to be inferred.

    Raises:
        NotOnnx: a name is not among the model's float weights with raw data.
    """
    graph_at, graph_end = graph_of(model)
    wanted = dict(change)
    parts: list[bytes] = []
    for piece in pieces(model, graph_at, graph_end):
        if piece.number == VALUE_INFO:
            continue
        if piece.number == OUTPUT:
            parts.append(field(OUTPUT, output_without_shape(model, piece)))
            continue
        name = name_of(model, piece) if piece.number == INITIALIZER else ""
        if name not in wanted:
            parts.append(model[piece.start : piece.end])
            continue
        parts.append(field(INITIALIZER, tensor(name, wanted.pop(name)(values_of(model, piece)))))
    if wanted:
        raise NotOnnx(f"the model has no weights {', '.join(sorted(wanted))}")
    graph = b"".join(parts)
    before, after = b"", b""
    for piece in pieces(model, 0, len(model)):
        if piece.number == GRAPH:
            before, after = model[: piece.start], model[piece.end :]
    return before + field(GRAPH, graph) + after


def float_shapes(model: bytes) -> dict[str, tuple[int, ...]]:
    """Name and shape of every float weight with raw data. Raises NotOnnx."""
    shapes: dict[str, tuple[int, ...]] = {}
    for piece in pieces(model, *graph_of(model)):
        if piece.number == INITIALIZER and raw_of(model, piece) is not None:
            shapes[name_of(model, piece)] = dims_of(model, piece)
    return shapes


def metadata_of(model: bytes) -> dict[str, str]:
    """The model's own key-value metadata, without loading it. Raises NotOnnx."""
    found: dict[str, str] = {}
    for piece in pieces(model, 0, len(model)):
        if piece.number == METADATA and piece.wire == BYTES:
            texts = {part.number: model[part.at : part.end] for part in pieces(model, piece.at, piece.end) if part.wire == BYTES}
            found[texts.get(1, b"").decode("utf-8", "replace")] = texts.get(2, b"").decode("utf-8", "replace")
    return found
