"""Figures beside their targets, as measured and by the yardstick: tells a noisy machine from a slow product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from kiosk.ports import Json

BUSY = 1.5
"""A yardstick that took so many times its own processor time shows that others use the machine.

Made for the face yardstick, which is one thread. The page yardstick uses every core and is, undisturbed, shorter than its processor time:
it shows only much heavier use, and that nothing is said of it does not mean that the machine was idle.
"""
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
    took, computed = _of_yardstick(machine, "ms"), _of_yardstick(machine, "cpu_ms")
    if took is not None and computed is not None and took > BUSY * computed:
        waited = f"the yardstick took {took / computed:.1f} times its own processor time"
        lines.append(f"others use this machine: {waited}; scaled figures are no measurement")
    return lines


def _times_the_anchor(machine: Json) -> float | None:
    return _of_yardstick(machine, "times_the_anchor")


def _of_yardstick(machine: Json, key: str) -> float | None:
    """None without a yardstick, or when it has no such number above 0."""
    yardstick = machine.get("yardstick") if isinstance(machine, dict) else None
    number = yardstick.get(key) if isinstance(yardstick, dict) else None
    return float(number) if isinstance(number, int | float) and number > 0 else None
