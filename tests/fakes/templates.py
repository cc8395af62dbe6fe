"""Face templates without faces: random vectors with the lengths and spreads of two engines, and those engines' comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.imaging.frame import Image

SIZE = 128


@dataclass
class VectorMatcher:
    """FaceMatcher of vectors: "euclidean" scores as the dlib adapter does, "cosine" as SFace's and EdgeFace's."""

    kind: str = "euclidean"
    model_id: str = "vectors"
    threshold: float = 0.5
    borderline: float = 0.06
    compared: int = 0

    def embed(self, image: Image, face: Face) -> Embedding:
        raise NotImplementedError("there are no pictures here")

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        self.compared += 1
        a, b = np.asarray(one.vector), np.asarray(other.vector)
        score = 1 - float(np.linalg.norm(a - b)) / 1.2 if self.kind == "euclidean" else (float(a @ b) + 1) / 2
        return Similarity(min(1.0, max(0.0, score)), self.threshold, self.model_id, self.borderline)


def people(count: int, *, kind: str = "euclidean", seed: int = 1, crowds: int = 8, closeness: float = 0.15) -> npt.NDArray[np.float32]:
    """count x 128: people in crowds of look-alikes. "euclidean": strangers about 0.85 apart as dlib's are; "cosine": unit vectors.

    Args: `closeness` share of the variance that the crowd has in common.
    """
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(crowds, SIZE))
    own = chance.normal(size=(count, SIZE))
    mixed = closeness**0.5 * centres[chance.integers(crowds, size=count)] + (1 - closeness) ** 0.5 * own
    vectors = mixed * 0.85 / (2 * SIZE) ** 0.5
    if kind == "cosine":
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def template(vector: npt.NDArray[np.float32], model: str = "vectors") -> Embedding:
    return Embedding(tuple(vector.tolist()), model)


def seen_again(vector: npt.NDArray[np.float32], *, kind: str = "euclidean", distance: float = 0.3, seed: int = 1) -> Embedding:
    """Another picture of that person, `distance` away."""
    step = np.random.default_rng(seed).normal(size=vector.shape)
    moved = vector + step * distance / np.linalg.norm(step)
    return template((moved / np.linalg.norm(moved) if kind == "cosine" else moved).astype(np.float32))
