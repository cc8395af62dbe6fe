"""Whether a face takes on the colours of the screen: a hint that never rejects, and says when it cannot be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kiosk.domain.challenge import ChallengeKind
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.services.liveness.flash import SHOWN_S, FlashResponse, rgb
from kiosk.services.liveness.observation import Observation
from tests.fakes.performer import Stand, State, frame_of
from tests.kiosk.liveness.stage import challenge_of, genuine, run_of, still

COLOURS = ("#FF3030", "#30FF30", "#3060FF", "#202020", "#FFFFFF")
ROOM = np.array([60.0, 50.0, 45.0])


def judged(
    *,
    face: float = 0.0,
    behind: float = 0.0,
    room: float = 1.0,
    lag_s: float = 0.12,
    fps: float = 15.0,
    drift: float = 0.0,
    colours: tuple[str, ...] = COLOURS,
    shown: tuple[str, ...] = COLOURS,
    yaw: float = 0.0,
    seed: int = 0,
) -> Check:
    """`face`, `behind`: how much of the screen's light comes back, as a share of the room's. `shown`: what lights the face instead."""
    rng = np.random.default_rng(seed)
    stand = Stand(np.random.default_rng(seed + 1), shapes=False)
    response = FlashResponse(colours)
    response.begin(0.0)
    for number in range(int(5 * fps)):
        at = number / fps
        index = int((at - lag_s) / SHOWN_S)
        light = np.array(rgb(shown[index] if 0 <= index < len(shown) and at >= lag_s else ""))
        slow = 1 + drift * at
        skin, wall = (room * ROOM * slow * (1 + part * light) + rng.normal(0, 0.6, 3) for part in (face, behind))
        seen = stand.observe(State(yaw=yaw), at)
        response.see(_lit(seen, skin, wall))
    return response.check()


def _lit(seen: Observation, skin: np.ndarray, wall: np.ndarray) -> Observation:
    return replace(seen, skin=tuple(float(v) for v in skin), behind=tuple(float(v) for v in wall))


def told(check: Check) -> tuple[CheckStatus, CheckLabel]:
    assert check.name is CheckName.FLASH_RESPONSE
    return check.status, check.label


UNTOLD = (CheckStatus.NOT_EXECUTED, CheckLabel.PRECONDITION_NOT_FULFILLED)


@pytest.mark.parametrize("lag_s", [0.05, 0.2, 0.4])
@pytest.mark.parametrize("drift", [0.0, 0.03])
def test_a_face_that_answers_passes_whatever_the_delay_and_the_drift_of_exposure(lag_s: float, drift: float) -> None:
    for seed in range(5):
        assert told(judged(face=0.14, behind=0.02, lag_s=lag_s, drift=drift, seed=seed)) == (CheckStatus.PASSED, CheckLabel.OK)


def test_a_face_that_does_not_answer_in_a_dim_room_stands_out_and_is_not_rejected() -> None:
    for seed in range(5):
        check = judged(face=0.0, seed=seed)
        assert told(check) == (CheckStatus.WARNING, CheckLabel.STANDS_OUT)
        assert check.score is not None
        assert check.threshold is not None
        assert check.score < check.threshold


def test_a_film_of_other_colours_stands_out() -> None:
    others = ("#3060FF", "#FF3030", "#202020", "#FFFFFF", "#30FF30")
    assert told(judged(face=0.14, behind=0.02, shown=others)) == (CheckStatus.WARNING, CheckLabel.STANDS_OUT)


def test_a_bright_room_tells_nothing() -> None:
    assert told(judged(face=0.0, room=2.6)) == UNTOLD


def test_where_all_around_answers_as_well_the_face_tells_nothing() -> None:
    assert told(judged(face=0.14, behind=0.3)) == UNTOLD


def test_too_few_frames_tell_nothing() -> None:
    assert told(judged(face=0.14, fps=4)) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)
    assert told(judged(face=0.14, yaw=30)) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_without_colours_it_does_not_apply() -> None:
    assert told(judged(colours=(), shown=())) == (CheckStatus.NOT_EXECUTED, CheckLabel.NOT_APPLICABLE)
    assert run_of(challenge_of(ChallengeKind.SMILE, 1)).advisory() == ()


def test_each_colour_stands_for_its_time_and_none_before_or_after() -> None:
    response = FlashResponse(COLOURS[:2])
    assert response.colour(0.0) == ""
    response.begin(10.0)
    response.begin(11.0)
    assert [response.colour(10.0 + at) for at in (0.0, 0.59, 0.61, 1.19, 1.21)] == [*COLOURS[:1] * 2, *COLOURS[1:2] * 2, ""]
    response.restart()
    assert response.colour(10.1) == ""


def test_colours_are_shown_once_the_check_is_under_way_and_begin_again_with_it() -> None:
    run = run_of(challenge_of(ChallengeKind.SMILE, 1, flashes=True))
    stand = Stand(np.random.default_rng(1), shapes=False)
    colours = [run.see(stand.observe(State(), 100 + n / 15), frame_of(1, 100 + n / 15)).colour for n in range(20)]
    assert colours[0] == ""
    assert run.challenge.flashes[0] in colours
    assert run.advisory()[0].name is CheckName.FLASH_RESPONSE


# --- blinks --------------------------------------------------------------------------------------------------------


def test_eyes_that_never_change_in_a_long_run_are_a_hint() -> None:
    check = still(ChallengeKind.SMILE, 1, fps=10).play()
    assert check.params["hint"] == "EYES_NEVER_CHANGED"
    assert check.params["blinks"] == "0"


def test_who_blinks_is_not_hinted_at_and_blinks_are_counted() -> None:
    session = genuine(ChallengeKind.MULTI_RANGE, 2, fps=30, pace=2.0)
    check = session.play()
    assert check.status is CheckStatus.PASSED
    assert int(check.params["blinks"]) >= 1
    assert "hint" not in check.params


def test_a_short_run_without_a_blink_is_no_hint() -> None:
    """People go without for some seconds."""
    session = genuine(ChallengeKind.SMILE, 2, fps=30)
    session.actor._blinks = []  # type: ignore[union-attr]
    check = session.play()
    assert (check.status, check.params["blinks"]) == (CheckStatus.PASSED, "0")
    assert "hint" not in check.params
