"""Figures beside their targets, as measured and by the yardstick: tells a noisy machine from a slow product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from kiosk.ports import Json

SCALED = "scaled_by_yardstick_ms"
"""The median divided by how many times as long as the anchor the yardstick took: about what it would be on the machine of the targets."""


def against_targets(figures: Sequence[tuple[str, Json, float]], machine: Json) -> list[Json]:
    """A row for each figure that was measured: its median, the same scaled by the yardstick (None without one), its target.

    Args:
        figures: name, summary (`bench.machine.summary`), target in ms.
        machine: `bench.machine.describe`.
    """
    times = _times_the_anchor(machine)
    rows: list[Json] = []
    for name, figure, target in figures:
        median = figure.get("median") if isinstance(figure, dict) else None
        if isinstance(median, int | float):
            scaled = None if times is None else round(median / times, 1)
            rows.append({"figure": name, "median_ms": median, SCALED: scaled, "target_ms": target})
    return rows


def target_lines(rows: Sequence[Json], machine: Json) -> list[str]:
    """For people; nothing for no rows."""
    if not rows:
        return []
    times = _times_the_anchor(machine)
    why = "no yardstick, so none is scaled" if times is None else f"scaled: divided by the {times} times of the yardstick"
    lines = [f"medians against targets, ms ({why})", f"  {'':<44} {'measured':>10} {'scaled':>10} {'target':>10}"]
    for row in cast("list[dict[str, Json]]", rows):
        scaled = "-" if row[SCALED] is None else row[SCALED]
        lines.append(f"  {row['figure']!s:<44} {row['median_ms']!s:>10} {scaled!s:>10} {row['target_ms']!s:>10}")
    return lines


def _times_the_anchor(machine: Json) -> float | None:
    yardstick = machine.get("yardstick") if isinstance(machine, dict) else None
    times = yardstick.get("times_the_anchor") if isinstance(yardstick, dict) else None
    return float(times) if isinstance(times, int | float) and times > 0 else None
