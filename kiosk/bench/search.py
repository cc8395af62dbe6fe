"""One to many: time, memory and exactness of the search over made-up templates, and of other libraries where they are installed."""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.bench.machine import summary
from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.imaging.frame import Image
from kiosk.ports import Json
from kiosk.services.face_search import FaceIndex

SIZES = (10_000, 100_000, 1_000_000)
NUMBERS = 128
TOP = 10
_TARGETS_MS: dict[int, float] = {100_000: 10, 1_000_000: 100}
_SCALE = 0.85 / (2 * NUMBERS) ** 0.5
"""Strangers 0.85 apart, as dlib's are."""
_ALIKE = 0.35

Vectors = npt.NDArray[np.float32]
Peer = Callable[[Vectors], Callable[[Vectors], npt.NDArray[np.int64]]]


class DistanceMatcher:
    """ports.FaceMatcher that scores as the dlib adapter does, without its model."""

    @property
    def model_id(self) -> str:
        return "bench"

    def embed(self, image: Image, face: Face) -> Embedding:
        raise NotImplementedError("there are no pictures here")

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        distance = float(np.linalg.norm(np.asarray(one.vector) - np.asarray(other.vector)))
        return Similarity(min(1.0, max(0.0, 1 - distance / 1.2)), 0.0, self.model_id)


def search(sizes: Sequence[int] = SIZES, *, runs: int = 50, peers: bool = False, seed: int = 1) -> dict[str, Json]:
    """Per size: milliseconds of a search, memory, and the share of the nearest ten of a float64 comparison with all that were found.

    Args: `peers` also usearch (HNSW, up to 100,000) and faiss (flat, exact), where installed.
    """
    found: dict[str, Json] = {}
    for size in sizes:
        vectors, wanted = _templates(size, max(runs, 2), seed)
        truth = [_brute_force(vectors, one) for one in wanted[:10]]
        body = _ours(vectors, wanted, truth)
        if size in _TARGETS_MS:
            body["target_ms"] = _TARGETS_MS[size]
        if peers:
            for name, make in _PEERS.items():
                too_many = size > _MOST.get(name, size)
                body[name] = "not built: takes minutes" if too_many else _peer(name, make, vectors, wanted, truth)
        found[f"{size} x {NUMBERS}"] = body
    return found


def _ours(vectors: Vectors, wanted: Vectors, truth: Sequence[set[int]]) -> dict[str, Json]:
    index = FaceIndex(DistanceMatcher())
    began = time.perf_counter()
    index.add_all([str(row) for row in range(len(vectors))], vectors)
    built = time.perf_counter() - began
    spent, right = [], 0
    for number, vector in enumerate(wanted):
        template = Embedding(tuple(vector.tolist()), index.model)
        began = time.perf_counter()
        index.search(template, limit=TOP)
        spent.append((time.perf_counter() - began) * 1000)
        if number < len(truth):
            right += len(truth[number] & {int(hit.customer_id) for hit in index.nearest(template, limit=TOP)})
    began = time.perf_counter()
    for row in range(100):
        index.remove(str(row))
        index.add(str(row), Embedding(tuple(vectors[row].tolist()), index.model))
    changed = (time.perf_counter() - began) * 1000 / 100
    return {
        "search_ms": summary(spent),
        "recall_at_10": right / (TOP * len(truth)),
        "vectors_mb": round(index.vector_bytes / 1e6, 1),
        "build_ms": round(built * 1000, 1),
        "remove_and_add_ms": round(changed, 3),
    }


def _templates(size: int, count: int, seed: int) -> tuple[Vectors, Vectors]:
    """Stored templates, and others of `count` of the same people."""
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((size, NUMBERS), dtype=np.float32) * np.float32(_SCALE)
    again = chance.standard_normal((count, NUMBERS), dtype=np.float32) * np.float32(_ALIKE / NUMBERS**0.5)
    return vectors, vectors[chance.integers(size, size=count)] + again


def _brute_force(vectors: Vectors, wanted: Vectors) -> set[int]:
    """Rows of the nearest ten, in float64, without any shortcut."""
    distances = np.empty(len(vectors))
    for start in range(0, len(vectors), 65_536):
        apart = vectors[start : start + 65_536].astype(np.float64) - wanted.astype(np.float64)
        distances[start : start + len(apart)] = np.sqrt((apart * apart).sum(axis=1))
    return {int(row) for row in np.argsort(distances, kind="stable")[:TOP]}


# --- peers ---------------------------------------------------------------------------------------------------------


def _peer(name: str, make: Peer, vectors: Vectors, wanted: Vectors, truth: Sequence[set[int]]) -> Json:
    if importlib.util.find_spec(name) is None:
        return "not installed"
    began = time.perf_counter()
    look = make(vectors)
    built = time.perf_counter() - began
    spent, right = [], 0
    for number, vector in enumerate(wanted):
        began = time.perf_counter()
        rows = look(vector)
        spent.append((time.perf_counter() - began) * 1000)
        if number < len(truth):
            right += len(truth[number] & {int(row) for row in rows})
    return {"search_ms": summary(spent), "recall_at_10": right / (TOP * len(truth)), "build_ms": round(built * 1000, 1)}


def _usearch(vectors: Vectors) -> Callable[[Vectors], npt.NDArray[np.int64]]:
    library: Any = importlib.import_module("usearch.index")
    index = library.Index(ndim=NUMBERS, metric="l2sq", dtype="f32")
    index.add(np.arange(len(vectors)), vectors)
    return lambda vector: np.asarray(index.search(vector, TOP).keys, np.int64)


def _faiss(vectors: Vectors) -> Callable[[Vectors], npt.NDArray[np.int64]]:
    library: Any = importlib.import_module("faiss")
    index = library.IndexFlatL2(NUMBERS)
    index.add(vectors)
    return lambda vector: np.asarray(index.search(vector[np.newaxis], TOP)[1][0], np.int64)


_PEERS: dict[str, Peer] = {"usearch": _usearch, "faiss": _faiss}
_MOST = {"usearch": 100_000}
