"""Error rates of face comparison from scores: FMR, FNMR, fixed operating points, DET (terms of ISO/IEC 19795-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.bench.intervals import wilson
from kiosk.ports import Json

FIXED_FMRS = (1e-1, 1e-2, 1e-3, 1e-4)
_MOST_POINTS = 200

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairScores:
    """Scores of pairs of the same person and of strangers, each 0..1, in any order."""

    same: Scores
    other: Scores

    @staticmethod
    def of(same: Sequence[float], other: Sequence[float]) -> PairScores:
        return PairScores(np.sort(np.asarray(same, np.float64)), np.sort(np.asarray(other, np.float64)))

    def matches(self, threshold: float) -> tuple[int, int]:
        """How many pairs of strangers reach the threshold, and how many of the same person do not."""
        return int((self.other >= threshold).sum()), int((self.same < threshold).sum())


def rates(scores: PairScores, threshold: float, clear: float) -> dict[str, Json]:
    """Everything that is said of one matcher on one condition.

    Args: `threshold` of a match, `clear`: the score from which no person looks at it.
    """
    return {
        "same_pairs": len(scores.same),
        "other_pairs": len(scores.other),
        "at_threshold": at(scores, threshold),
        "without_a_look": at(scores, clear),
        "at_fmr": {f"{fmr:g}": at_fmr(scores, fmr) for fmr in FIXED_FMRS},
        "eer": equal_error(scores),
        "same_scores": _spread(scores.same),
        "other_scores": _spread(scores.other),
        "det": [list(point) for point in det(scores)],
    }


def at(scores: PairScores, threshold: float) -> dict[str, Json]:
    """Both rates at a threshold, with their 95 % Wilson intervals."""
    false_matches, false_non_matches = scores.matches(threshold)
    return {
        "threshold": round(threshold, 4),
        "fmr": rate(false_matches, len(scores.other)),
        "fnmr": rate(false_non_matches, len(scores.same)),
    }


def at_fmr(scores: PairScores, fmr: float) -> dict[str, Json]:
    """FNMR at the lowest threshold that keeps the false match rate; "why" instead where the pairs are too few to show such a rate.

    The threshold is taken from the very scores that it is judged on, so that the true rates are somewhat worse.
    """
    count = len(scores.other)
    if count * fmr < 1 - 1e-9:
        return {"why": f"needs {round(1 / fmr)} pairs of strangers, there are {count}"}
    allowed = int(count * fmr + 1e-9)
    threshold = float(np.nextafter(scores.other[count - 1 - allowed], 2)) if allowed < count else 0.0
    return at(scores, threshold)


def rate(hits: int, count: int) -> dict[str, Json]:
    low, high = wilson(hits, count, digits=5)
    return {"hits": hits, "of": count, "rate": round(hits / count, 5) if count else None, "low": low, "high": high}


def equal_error(scores: PairScores) -> float | None:
    """Where both rates meet, the mean of the two nearest; None without pairs of both kinds."""
    points = det(scores)
    if not points:
        return None
    fmr, fnmr = min(((one[1], one[2]) for one in points), key=lambda pair: abs(pair[0] - pair[1]))
    return round((fmr + fnmr) / 2, 5)


def det(scores: PairScores) -> list[tuple[float, float, float]]:
    """(threshold, FMR, FNMR) from low to high thresholds, at most some 200 of them; empty without pairs of both kinds."""
    if not len(scores.same) or not len(scores.other):
        return []
    thresholds = np.unique(np.concatenate([[0.0], scores.same, scores.other, [float(np.nextafter(1, 2))]]))
    if len(thresholds) > _MOST_POINTS:
        thresholds = thresholds[np.unique(np.linspace(0, len(thresholds) - 1, _MOST_POINTS).astype(int))]
    fmrs = 1 - np.searchsorted(scores.other, thresholds, side="left") / len(scores.other)
    fnmrs = np.searchsorted(scores.same, thresholds, side="left") / len(scores.same)
    columns = (np.round(one, 5).tolist() for one in (thresholds, fmrs, fnmrs))
    return list(zip(*columns, strict=True))


def _spread(values: Scores) -> dict[str, Json]:
    if not len(values):
        return {}
    names = {"min": 0, "p5": 5, "median": 50, "p95": 95, "max": 100}
    return {name: round(float(np.percentile(values, share)), 4) for name, share in names.items()}
