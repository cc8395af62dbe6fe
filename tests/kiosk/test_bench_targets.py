"""Figures beside their targets: what was measured stays as it is, what is scaled is called so, and without a yardstick nothing is."""

from __future__ import annotations

import pytest

from kiosk.bench.machine import before_and_after, summary
from kiosk.bench.targets import SCALED, against_targets, target_lines
from kiosk.ports import Json

MACHINE: Json = {"yardstick": {"what": "one face", "ms": 155.0, "anchor_ms": 62.0, "times_the_anchor": 2.5}}
FIGURES: list[tuple[str, Json, float]] = [("decision", summary([100.0, 200.0, 300.0]), 80.0), ("not measured", summary([]), 5.0)]


def test_a_slow_machine_is_told_from_a_slow_product() -> None:
    assert against_targets(FIGURES, MACHINE) == [{"figure": "decision", "median_ms": 200.0, SCALED: 80.0, "target_ms": 80.0}]


@pytest.mark.parametrize("machine", [{}, {"yardstick": {"what": "one face", "missing": "MODEL_MISSING"}}, None])
def test_without_a_yardstick_nothing_is_scaled(machine: Json) -> None:
    rows = against_targets(FIGURES, machine)
    assert rows == [{"figure": "decision", "median_ms": 200.0, SCALED: None, "target_ms": 80.0}]
    assert "no yardstick" in target_lines(rows, machine)[0]


def test_people_read_which_figure_is_scaled() -> None:
    head, names, row = target_lines(against_targets(FIGURES, MACHINE), MACHINE)
    assert "scaled: divided by the 2.5 times of the yardstick" in head
    assert names.split() == ["measured", "scaled", "target"]
    assert row.split() == ["decision", "200.0", "80.0", "80.0"]
    assert target_lines([], MACHINE) == []


@pytest.mark.parametrize(("cpu_ms", "said"), [(150.0, False), (50.0, True), (None, False)])
def test_a_machine_that_others_use_is_named(cpu_ms: float | None, *, said: bool) -> None:
    machine: Json = {"yardstick": {"what": "one face", "ms": 155.0, "cpu_ms": cpu_ms, "anchor_ms": 62.0, "times_the_anchor": 2.5}}
    lines = target_lines(against_targets(FIGURES, machine), machine)
    assert ("3.1 times its own processor time" in lines[-1]) is said


def test_the_yardstick_is_the_mean_of_before_and_after() -> None:
    before: dict[str, Json] = {"what": "one face", "ms": 100.0, "anchor_ms": 62.0, "times_the_anchor": 1.61}
    both = before_and_after(before, {**before, "ms": 148.0})
    assert (both["ms"], both["ms_before"], both["ms_after"], both["times_the_anchor"]) == (124.0, 100.0, 148.0, 2.0)
    assert "cpu_ms" not in both
    assert before_and_after({**before, "cpu_ms": 99.0}, {**before, "cpu_ms": 97.0})["cpu_ms"] == 97.0
    missing: dict[str, Json] = {"what": "one face", "missing": "MODEL_MISSING"}
    assert before_and_after(missing, missing) == missing
