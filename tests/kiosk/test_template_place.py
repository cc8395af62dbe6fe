"""Where a template's page lies: by anchors that agree; no answer rather than a bent one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.document import Point
from kiosk.services.template_place import AS_IT_LIES, placed_by

AREAS: tuple[Point, ...] = ((0.4, 0.2), (0.4, 0.4), (0.42, 0.6), (0.75, 0.3), (0.7, 0.8))
Map = tuple[float, float, float, float]


def seen(areas: tuple[Point, ...], scale: float = 0.6, dx: float = 0.2, dy: float = 0.1, shear: float = 0.0) -> list[tuple[Point, Point]]:
    """The areas as a picture shows them that holds more than the page."""
    return [((dx + scale * (x + shear * y), dy + scale * (y - shear * x)), (x, y)) for x, y in areas]


@given(scale=st.floats(0.3, 1.2), dx=st.floats(-0.2, 0.4), dy=st.floats(-0.2, 0.4), shear=st.floats(-0.05, 0.05))
def test_the_page_is_found_wherever_it_lies(scale: float, dx: float, dy: float, shear: float) -> None:
    placement = placed_by(seen(AREAS, scale, dx, dy, shear))
    for (x, y), meant in seen(AREAS, scale, dx, dy, shear):
        assert placement.on_page((x, y)) == pytest.approx(meant, abs=0.021)


def test_one_value_under_a_wrong_label_does_not_count() -> None:
    anchors = seen(AREAS)
    anchors[1] = ((0.9, 0.9), anchors[1][1])
    assert placed_by(anchors).on_page((0.2 + 0.6 * 0.5, 0.1 + 0.6 * 0.5)) == pytest.approx((0.5, 0.5), abs=0.02)


def test_a_page_that_lies_as_it_should_is_left() -> None:
    assert placed_by([(one, one) for one in AREAS]) is AS_IT_LIES


@pytest.mark.parametrize(
    "anchors",
    [
        [],
        seen(AREAS[:2]),
        seen(((0.4, 0.2), (0.4, 0.4), (0.4, 0.6))),
        [((0.1, 0.9), AREAS[0]), ((0.9, 0.8), AREAS[1]), ((0.2, 0.1), AREAS[2]), ((0.5, 0.5), AREAS[3])],
        seen(AREAS, scale=0.1),
        seen(AREAS, scale=-0.6, dx=0.8, dy=0.8),
    ],
    ids=["none", "two", "one above the other", "at odds", "too small", "upside down"],
)
def test_anchors_that_do_not_tell_change_nothing(anchors: list[tuple[Point, Point]]) -> None:
    assert placed_by(anchors) is AS_IT_LIES
