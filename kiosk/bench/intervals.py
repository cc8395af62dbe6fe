"""Intervals of rates that were counted."""

from __future__ import annotations

import math


def wilson(hits: int, count: int, *, digits: int = 3) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927), rounded; (0, 1) when nothing was counted."""
    if not count:
        return 0.0, 1.0
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return round(max(0.0, middle - half), digits), round(min(1.0, middle + half), digits)
