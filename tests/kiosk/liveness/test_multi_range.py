"""Sizes that were held before the camera are held in the record of few frames, too; to pass through a size holds it nowhere."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from kiosk.domain.challenge import Assertion
from kiosk.services.liveness.multi_range import FACE_HEIGHTS, MultiRange, RangeRules
from kiosk.services.liveness.observation import Observation

LIVE, RECORD = RangeRules(), RangeRules().for_record()
SMALL, LARGE = Assertion.FACE_SIZE_ZERO, Assertion.FACE_SIZE_FOUR
FPS = 6.0
FAR = math.log(FACE_HEIGHTS[SMALL])
WAY = (*[FAR] * 8, -1.28, -1.15, -0.96, -0.79)
# of one check on film, as it was seen live and as the mesh saw its JPEG frames: the last look of the way here, the first still one there
SEEN_LIVE = (-0.605, -0.600, -0.533, -0.559)
SEEN_IN_RECORD = (-0.605, -0.528, -0.533, -0.522)


def is_held(rules: RangeRules, sizes: Sequence[float], *, fps: float = FPS) -> bool:
    """Whether the large face counts as held by one of the frames; `sizes`: logarithms of face heights, frame by frame."""
    check = MultiRange((LARGE,), rules)
    for number, size in enumerate(sizes):
        reply = check.see(Observation(number / fps, (640, 480), size=math.exp(size)))
        assert reply.fault is None
        if check.done:
            return True
    return False


def test_what_was_held_before_a_slow_camera_is_held_in_its_record() -> None:
    assert is_held(LIVE, (*WAY, *SEEN_LIVE))
    assert is_held(RECORD, (*WAY, *SEEN_IN_RECORD))


@pytest.mark.parametrize("rules", [LIVE, RECORD], ids=["live", "replay"])
@pytest.mark.parametrize("fps", [6.0, 15.0])
@pytest.mark.parametrize("speed", [0.8, 1.2])
def test_who_only_passes_through_a_size_has_not_held_it(rules: RangeRules, fps: float, speed: float) -> None:
    """`speed` in logarithms of size a second: four to six neighbouring sizes."""
    target = math.log(FACE_HEIGHTS[LARGE])
    steps = int((target + rules.fits - FAR) / speed * fps)
    assert not is_held(rules, [*[FAR] * 8, *(FAR + speed * step / fps for step in range(1, steps + 1))], fps=fps)
