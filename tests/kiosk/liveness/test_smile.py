"""A smile is judged when it stands: slow ones count, live and in the record of few frames; a cut from rest to smile never does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kiosk.domain.check import CheckLabel
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.smile import Smile, SmileRules

LIVE, RECORD = SmileRules(), SmileRules().for_record()
REST_S, MOUTH = 0.5, 0.6
SLOWLY = (0.0, 0.09, 0.15, 0.25, 0.30, 0.30, 0.30, 0.30)
CUT = (0.0, 0.30, 0.30, 0.30, 0.30, 0.30, 0.30, 0.30)


def judged(rules: SmileRules, widths: Sequence[float], *, fps: float) -> CheckLabel | None:
    """What was wrong, or None when the smile was met. `widths`: how much wider than at rest, frame by frame after the rest."""
    smile = Smile(REST_S, rules)
    at, rested = 0.0, round(2.0 * fps)
    for wider in (*[0.0] * rested, *widths, *[widths[-1]] * rested):
        at += 1 / fps
        seen = Observation(at, (640, 480), mouth=MOUTH * (1 + wider), lift=0.2 * wider, size=0.4)
        reply = smile.see(seen)
        if smile.done:
            return None
        if reply.fault is not None:
            return reply.fault
    return CheckLabel.CHALLENGE_FAILED


@pytest.mark.parametrize("rules", [LIVE, RECORD], ids=["live", "replay"])
@pytest.mark.parametrize("fps", [5.0, 6.0, 7.0])
def test_a_smile_that_grows_slowly_at_few_frames_a_second_is_met(rules: SmileRules, fps: float) -> None:
    assert judged(rules, SLOWLY, fps=fps) is None


@pytest.mark.parametrize("rules", [LIVE, RECORD], ids=["live", "replay"])
@pytest.mark.parametrize(("fps", "label"), [(6.0, CheckLabel.CHALLENGE_FAILED), (15.0, CheckLabel.SEQUENCE_CUT)])
def test_a_cut_from_rest_to_smile_is_never_met(rules: SmileRules, fps: float, label: CheckLabel) -> None:
    assert judged(rules, CUT, fps=fps) is label


@pytest.mark.parametrize("rules", [LIVE, RECORD], ids=["live", "replay"])
def test_who_came_with_a_slight_smile_and_lets_it_go_can_still_smile(rules: SmileRules) -> None:
    """The rest that was measured was wider and higher than the mouth at rest: both are given up, not the width alone."""
    smile = Smile(REST_S, rules)
    wide, high = 0.72, 0.105
    mouths = [*[(wide, high)] * 9, *[(0.57, 0.08)] * 12, (0.60, 0.087), (0.66, 0.093), *[(0.71, 0.103)] * 4]
    for number, (mouth, lift) in enumerate(mouths):
        reply = smile.see(Observation(number / 6, (640, 480), mouth=mouth, lift=lift, size=0.4))
        assert reply.fault is None
    assert smile.done
