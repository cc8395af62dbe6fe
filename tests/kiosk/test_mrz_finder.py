"""From the finder's map to quads, on maps drawn here."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from kiosk.imaging.mrz_finder import CAPITAL_SHARE, END_MARGIN, lines_of_map

ROWS, COLUMNS = 96, 128


def line_map(degrees: float, *, reading: float | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A bar of 80 x 4 cells in the middle, turned clockwise, read along `reading` degrees (None = as turned)."""
    core = np.zeros((ROWS * 8, COLUMNS * 8), np.float32)
    corners = cv2.boxPoints(((COLUMNS * 4, ROWS * 4), (80 * 8, 4 * 8), degrees)).astype(np.int32)
    cv2.fillPoly(core, [corners], 1.0)
    core = cv2.resize(core, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    angle = math.radians(degrees if reading is None else reading)
    return core, np.full_like(core, math.cos(angle)), np.full_like(core, math.sin(angle))


@pytest.mark.parametrize("degrees", [0.0, 7.0, 90.0, -20.0, 45.0])
@pytest.mark.parametrize("over", [0.0, 180.0])
def test_a_line_is_found_at_any_turn_and_runs_along_its_reading(degrees: float, over: float) -> None:
    (quad,) = lines_of_map(*line_map(degrees, reading=degrees + over), (5.0, 5.0))
    a, b, _, d = (np.array(corner) for corner in quad)
    found = math.degrees(math.atan2(*(b - a)[::-1]))
    assert (found - degrees - over + 180) % 360 - 180 == pytest.approx(0, abs=1.0)
    assert np.hypot(*(b - a)) == pytest.approx((80 + 2 * END_MARGIN * 4) * 5, rel=0.05)
    assert np.hypot(*(d - a)) * CAPITAL_SHARE == pytest.approx(4 * 5, rel=0.2)
    assert np.allclose(np.mean(quad, axis=0), (COLUMNS * 2.5, ROWS * 2.5), atol=6)


def test_cells_need_not_be_square() -> None:
    (quad,) = lines_of_map(*line_map(0.0), (6.0, 5.0))
    assert math.dist(quad[0], quad[1]) == pytest.approx(80 * 6 + 2 * END_MARGIN * 4 * 5, rel=0.05)
    assert math.dist(quad[0], quad[3]) * CAPITAL_SHARE == pytest.approx(4 * 5, rel=0.2)


def test_blots_and_faint_traces_are_no_lines() -> None:
    core, cosine, sine = line_map(0.0)
    assert lines_of_map(core * 0.45, cosine, sine, (4.0, 4.0)) == ()
    blot = np.zeros_like(core)
    blot[20:40, 20:40] = 1.0
    assert lines_of_map(blot, cosine, sine, (4.0, 4.0)) == ()
    assert lines_of_map(np.zeros_like(core), cosine, sine, (4.0, 4.0)) == ()


def test_a_line_whose_reading_is_not_clear_is_kept() -> None:
    """The reader tries both ways."""
    core, cosine, sine = line_map(0.0)
    assert len(lines_of_map(core, cosine * 0, sine * 0, (4.0, 4.0))) == 1


def test_lines_that_run_together_in_the_map_are_told_apart() -> None:
    core, cosine, sine = line_map(0.0)
    middle = ROWS // 2
    core[middle + 2 : middle + 5, 24:104] = 0.55
    core[middle + 5 : middle + 9] = core[middle - 2 : middle + 2]
    upper, lower = sorted(lines_of_map(core, cosine, sine, (4.0, 4.0)), key=lambda quad: quad[0][1])
    assert np.mean(lower, axis=0)[1] - np.mean(upper, axis=0)[1] == pytest.approx(7 * 4, abs=5)
