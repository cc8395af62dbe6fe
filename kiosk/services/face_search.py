"""One to many: which stored customers have this face. Exact, over all templates in memory.

    index = FaceIndex(matcher)
    index.add_all(*store.templates(matcher.model_id))
    index.search(template, limit=5, exclude=customer_id) -> SearchResult(hits, threshold, …)

A float32 product with all templates finds the nearest few; what they score is what the engine itself says (`FaceMatcher.compare`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Embedding, Similarity
from kiosk.ports import FaceMatcher

SEARCH_FPIR = 0.01
"""Of a hundred people who were never onboarded, one may be shown another's record to look at (ISO/IEC 19795-1, false-positive
identification rate). The bound of one comparison follows from it and from how many there are."""
MIN_GALLERY = 15
"""From this many templates on, their own likeness says how alike strangers are; below, the engine's margin for a second look is taken."""
_PAIRS_BELOW = 400
"""In a store smaller than this every stored face is compared with every other, too: one face against so few says little."""
_SAMPLE = 20_000
_TAILS = ((20_000, 0.99, 0.999), (4_000, 0.95, 0.995), (1_000, 0.84, 0.98), (0, 0.75, 0.95))
"""From how many likenesses on which two quantiles are read: the upper one stands on 20 or more (10 in the smallest stores)."""
_RESERVE = 8
"""Candidates beyond those asked for: float32 may put two at the edge in the wrong order, the engine's own comparison does not."""
_MATES_MATTER_BELOW = 4_000
"""In a store smaller than this, several records of one person (a tester's, say) could move the quantiles: clear matches are left out."""
_MIN_LIKENESSES = 50
_BISECTIONS = 24
_ROWS = 65_536

Vectors = npt.NDArray[np.float32]


class Metric(StrEnum):
    EUCLIDEAN = "euclidean"  # dlib
    COSINE = "cosine"  # SFace, EdgeFace


@dataclass(frozen=True, slots=True)
class FaceHit:
    """A stored customer with this face; `score` as the engine's `compare` gives it."""

    customer_id: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    Attributes:
        hits: at or above `threshold`, the likest first.
        threshold: the bound for this many templates; never below that of one comparison.
        nearest: score of the likest of all, hit or not; None when there is nobody to compare with.
        compared: templates that were compared.
    """

    hits: tuple[FaceHit, ...]
    threshold: float
    nearest: float | None
    compared: int
    model: str
    ms: float


class FaceIndex:
    """Templates of one model in memory, 4 bytes a number. Thread-safe; adding and removing take no rebuild.

    Rows lie in blocks, so that growing copies nothing. The last row takes the place of one that is removed.
    """

    def __init__(self, matcher: FaceMatcher, *, fpir: float = SEARCH_FPIR) -> None:
        """Args: `fpir` wanted false-positive identification rate, 0..1 exclusive."""
        if not 0 < fpir < 1:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "the false-positive identification rate must lie between 0 and 1")
        self._matcher = matcher
        self._fpir = fpir
        self._lock = threading.Lock()
        self._metric: Metric | None = None
        self._size = 0  # numbers in a template
        self._blocks: list[Vectors] = []
        self._offsets: list[Vectors] = []  # -|v|^2 / 2 per row
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def model(self) -> str:
        return self._matcher.model_id

    @property
    def customers(self) -> frozenset[str]:
        """Whose templates are in it."""
        with self._lock:
            return frozenset(self._rows)

    @property
    def vector_bytes(self) -> int:
        """Memory of the vectors."""
        return sum(block.nbytes for block in self._blocks)

    def add(self, customer_id: str, template: Embedding) -> None:
        """Replaces an earlier template of this customer. Raises BadInput(BAD_ARGUMENT) for another model or length."""
        self._require_model(template)
        self.add_all((customer_id,), np.asarray([template.vector], np.float32))

    def add_all(self, customer_ids: Sequence[str], vectors: Vectors) -> None:
        """As `add`, many at once: `vectors` n x d of this index's model. They are copied."""
        if len(customer_ids) != len(vectors):
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"{len(customer_ids)} customers with {len(vectors)} templates")
        if not len(customer_ids):
            return
        with self._lock:
            self._prepare(vectors.shape[1])
            for start in range(0, len(vectors), _ROWS):
                part = np.array(vectors[start : start + _ROWS], np.float32)
                if self._metric is Metric.COSINE:
                    part /= np.maximum(np.linalg.norm(part, axis=1, keepdims=True), np.float32(1e-12))
                offsets = np.einsum("ij,ij->i", part, part) * np.float32(-0.5)
                self._put(customer_ids[start : start + _ROWS], part, offsets)

    def remove(self, customer_id: str) -> bool:
        """Whether the customer was there."""
        with self._lock:
            row = self._rows.pop(customer_id, None)
            if row is None:
                return False
            last = len(self._ids) - 1
            if row != last:
                block, at = divmod(row, _ROWS)
                from_block, from_at = divmod(last, _ROWS)
                self._blocks[block][at] = self._blocks[from_block][from_at]
                self._offsets[block][at] = self._offsets[from_block][from_at]
                self._ids[row] = self._ids[last]
                self._rows[self._ids[row]] = row
            self._ids.pop()
            self._blocks[last // _ROWS][last % _ROWS] = 0  # nothing of a person stays behind
            return True

    def search(self, template: Embedding, *, limit: int = 5, exclude: str = "") -> SearchResult:
        """The likest stored customers at or above the bound, at most `limit`, never `exclude`.

        Raises: BadInput(BAD_ARGUMENT) for a template of another model or length.
        """
        began = time.perf_counter()
        self._require_model(template)
        with self._lock:
            nearest, likeness = self._nearest(template, limit + _RESERVE, exclude)
            compared = len(self._ids) - (exclude in self._rows)
        ordered, likest = self._scored(template, nearest)
        bound = 1.0 if likest is None else self._bound(likest, likeness, compared)
        hits = tuple(hit for hit in ordered[:limit] if hit.score >= bound)
        return SearchResult(
            hits, bound, None if likest is None else likest.score, compared, self.model, round((time.perf_counter() - began) * 1000, 2)
        )

    def nearest(self, template: Embedding, *, limit: int = 10, exclude: str = "") -> tuple[FaceHit, ...]:
        """The likest, whatever they score. Raises as `search`."""
        self._require_model(template)
        with self._lock:
            nearest, _ = self._nearest(template, limit + _RESERVE, exclude)
        return self._scored(template, nearest)[0][:limit]

    # --- under the lock --------------------------------------------------------------------------------------------

    def _prepare(self, size: int) -> None:
        if self._metric is None:
            self._metric, self._size = metric_of(self._matcher, size), size
        elif size != self._size:
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"a template of {size} numbers among such of {self._size}")

    def _put(self, customer_ids: Sequence[str], vectors: Vectors, offsets: Vectors) -> None:
        places = np.empty(len(customer_ids), np.int64)
        for position, customer_id in enumerate(customer_ids):
            row = self._rows.get(customer_id)
            if row is None:
                row = len(self._ids)
                self._ids.append(customer_id)
                self._rows[customer_id] = row
            places[position] = row
        while len(self._blocks) * _ROWS < len(self._ids):
            # zeros, of which the system gives pages only as they are written to
            self._blocks.append(np.zeros((_ROWS, self._size), np.float32))
            self._offsets.append(np.zeros(_ROWS, np.float32))
        for number in range(int(places.min()) // _ROWS, int(places.max()) // _ROWS + 1):
            here = places // _ROWS == number
            if here.any():
                self._blocks[number][places[here] % _ROWS] = vectors[here]
                self._offsets[number][places[here] % _ROWS] = offsets[here]

    def _nearest(self, template: Embedding, count: int, exclude: str) -> tuple[list[tuple[str, Embedding]], Vectors]:
        """The `count` nearest with their templates, in no order; and the likeness of everybody (or of a sample) to the template.

        Likeness is the cosine, or the negative distance: larger is liker, and strangers' values are about normally distributed.
        """
        if not self._ids:
            return [], np.zeros(0, np.float32)
        query = np.asarray(template.vector, np.float32)
        if query.shape != (self._size,):
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"a template of {query.size} numbers among such of {self._size}")
        if self._metric is Metric.COSINE:
            query /= max(float(np.linalg.norm(query)), 1e-12)
        # |v - q|^2 = |q|^2 - 2 (v.q - |v|^2 / 2): one product per row ranks by distance, and equal lengths make it the cosine's order, too
        ranks = np.empty(len(self._ids), np.float32)
        for number, (block, offsets) in enumerate(zip(self._blocks, self._offsets, strict=True)):
            part = ranks[number * _ROWS : (number + 1) * _ROWS]
            np.matmul(block[: len(part)], query, out=part)
            part += offsets[: len(part)]
        own = self._rows.get(exclude)
        if own is not None:
            ranks[own] = -np.inf
        count = min(count, len(ranks))
        best = np.argpartition(ranks, len(ranks) - count)[len(ranks) - count :]
        found = [(self._ids[row], self._template(int(row))) for row in best if row != own]
        sample = ranks[:: max(1, len(ranks) // _SAMPLE)]
        likeness = self._likeness(sample[np.isfinite(sample)], float(query @ query))
        if MIN_GALLERY <= len(ranks) < _PAIRS_BELOW:
            likeness = np.concatenate([likeness, *self._pairs(len(ranks))])
        return found, likeness

    def _likeness(self, ranks: Vectors, square: float) -> Vectors:
        """Of ranks against a template of this squared length."""
        likeness: Vectors = (
            ranks + np.float32(0.5) if self._metric is Metric.COSINE else -np.sqrt(np.maximum(np.float32(square) - 2 * ranks, 0))
        )
        return likeness

    def _pairs(self, count: int) -> list[Vectors]:
        """The likeness of each of the first `count` rows to those before it."""
        rows, offsets = (np.concatenate([block[:count] for block in blocks])[:count] for blocks in (self._blocks, self._offsets))
        return [self._likeness(rows[:row] @ rows[row] + offsets[:row], -2 * float(offsets[row])) for row in range(1, count)]

    def _template(self, row: int) -> Embedding:
        return Embedding(tuple(self._blocks[row // _ROWS][row % _ROWS].tolist()), self.model)

    def _scored(self, template: Embedding, others: Sequence[tuple[str, Embedding]]) -> tuple[tuple[FaceHit, ...], Similarity | None]:
        """By the engine itself, the likest first; also the comparison with the likest, None for nobody."""
        scored = [(customer_id, self._matcher.compare(template, other)) for customer_id, other in others]
        scored.sort(key=lambda one: (-one[1].score, one[0]))
        return tuple(FaceHit(customer_id, similarity.score) for customer_id, similarity in scored), scored[0][1] if scored else None

    # --- the bound -------------------------------------------------------------------------------------------------

    def _bound(self, one_to_one: Similarity, likeness: Vectors, compared: int) -> float:
        if compared < _MATES_MATTER_BELOW:
            likeness = likeness[likeness < self._likeness_of(one_to_one.threshold + one_to_one.borderline)]
        if compared < MIN_GALLERY or len(likeness) < _MIN_LIKENESSES:
            return one_to_one.threshold + one_to_one.borderline
        return max(one_to_one.threshold, self._score_at(strangers_bound(likeness, compared, self._fpir)))

    def _score_at(self, likeness: float) -> float:
        """What the engine scores at this likeness: asked of it with two vectors that are just so alike."""
        one, other = np.zeros(max(2, self._size)), np.zeros(max(2, self._size))
        if self._metric is Metric.COSINE:
            cosine = min(1.0, max(-1.0, likeness))
            one[0], other[:2] = 1.0, (cosine, (1 - cosine * cosine) ** 0.5)
        else:
            other[0] = max(0.0, -likeness)
        return self._matcher.compare(_embedding(one, self.model), _embedding(other, self.model)).score

    def _likeness_of(self, score: float) -> float:
        """The least likeness that the engine scores so, by bisection: how it maps one to the other is its own."""
        low, high = (-1.0, 1.0) if self._metric is Metric.COSINE else (-100.0, 0.0)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            low, high = (low, middle) if self._score_at(middle) >= score else (middle, high)
        return high

    def _require_model(self, template: Embedding) -> None:
        if template.model != self.model:
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"a face template of {template.model} among such of {self.model}")


def metric_of(matcher: FaceMatcher, size: int) -> Metric:
    """How the engine compares, found by asking it: a cosine does not feel lengths, or expects them to be one; a distance does."""
    unit = np.zeros(size)
    unit[0] = 1.0
    whole, half = _embedding(unit, matcher.model_id), _embedding(unit / 2, matcher.model_id)
    most = matcher.compare(whole, whole).score
    of_lengths = matcher.compare(half, half).score < most  # a plain product of templates that the engine makes of length one
    return Metric.COSINE if of_lengths or matcher.compare(half, whole).score >= most else Metric.EUCLIDEAN


def strangers_bound(likeness: Vectors, compared: int, fpir: float) -> float:
    """The likeness that, with probability `fpir`, the likest of `compared` strangers reaches.

    Rests on the stored faces themselves: nearly all of them are strangers to the one that is looked for. The upper end of their
    likeness to it is taken as that of a normal distribution, a straight line through two high quantiles on normal probability paper: so a
    crowd of look-alikes (one sex, one age, one region) raises the bound. The person's own earlier template, one among many, hardly moves
    a quantile. That is cohort normalisation (Auckenthaler, Carey, Lloyd-Thomas 2000, T-norm) carried to the extreme; n comparisons
    at rate p give 1 - (1 - p)^n.
    """
    normal = NormalDist()
    lower, upper = next((lower, upper) for least, lower, upper in _TAILS if len(likeness) >= least)
    low, high = (float(value) for value in np.quantile(likeness, [lower, upper]))
    slope = (high - low) / (normal.inv_cdf(upper) - normal.inv_cdf(lower))
    each = -math.expm1(math.log1p(-fpir) / compared)
    return high + slope * max(0.0, -normal.inv_cdf(each) - normal.inv_cdf(upper))


def _embedding(vector: npt.NDArray[np.float64], model: str) -> Embedding:
    return Embedding(tuple(vector.tolist()), model)
