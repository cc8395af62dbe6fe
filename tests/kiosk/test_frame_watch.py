"""Frames that stop, repeat, run backwards or change size; a clock that jumps."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.check import CheckLabel
from kiosk.imaging.frame import Frame, Image
from kiosk.services.liveness.frames import FrameWatch

PERIOD_S = 1 / 30
RNG = np.random.default_rng(4)
SCENE = RNG.integers(40, 200, (120, 160, 3)).astype(np.int16)


def live(seed: int, size: tuple[int, int] = (160, 120)) -> Image:
    """The same scene with a sensor's noise."""
    noise = np.random.default_rng(seed).normal(0, 1.5, SCENE.shape)
    picture: Image = np.clip(SCENE + noise, 0, 255).astype(np.uint8)
    return picture[: size[1], : size[0]]


def frames(pictures: Iterable[Image], period_s: float = PERIOD_S, start_s: float = 100.0) -> list[Frame]:
    return [Frame(pixels, start_s + number * period_s, "camera", number) for number, pixels in enumerate(pictures)]


def watched(given: Iterable[Frame]) -> list[CheckLabel | None]:
    watch = FrameWatch()
    return [watch.feed(frame) for frame in given]


def faults(given: Iterable[Frame]) -> set[CheckLabel]:
    return {label for label in watched(given) if label is not None}


def test_a_camera_that_runs_on_has_no_fault() -> None:
    watch = FrameWatch()
    assert [watch.feed(frame) for frame in frames(live(seed) for seed in range(60))] == [None] * 60
    assert watch.fault is None


@pytest.mark.parametrize("period_s", [1 / 60, 1 / 30, 1 / 5, 0.4])
def test_the_rate_of_a_camera_does_not_matter(period_s: float) -> None:
    assert faults(frames((live(seed) for seed in range(12)), period_s)) == set()


@pytest.mark.parametrize("times", [2, 3, 6])
def test_drivers_may_give_each_exposure_several_times(times: int) -> None:
    assert faults(frames(live(seed // times) for seed in range(90))) == set()


def test_a_still_picture_is_told_after_half_a_second() -> None:
    labels = watched(frames(live(0) for _ in range(30)))
    assert labels[:15] == [None] * 15
    assert labels[16:] == [CheckLabel.FRAMES_REPEATED] * 14


def test_a_slow_camera_may_repeat_twice_but_not_for_good() -> None:
    labels = watched(frames((live(max(0, seed - 2)) for seed in range(6)), 0.4))
    assert set(labels) == {None}
    assert faults(frames((live(0) for _ in range(6)), 0.4)) == {CheckLabel.FRAMES_REPEATED}


@pytest.mark.parametrize("back", [False, True], ids=["round", "to and fro"])
def test_a_loop_is_told_when_it_comes_round(back: bool) -> None:
    take = list(range(20))
    labels = watched(frames(live(seed) for seed in take + (take[-2::-1] if back else take)))
    assert labels[:20] == [None] * 20
    assert CheckLabel.FRAMES_REPEATED in labels[20:24]


@pytest.mark.parametrize("level", [0, 16, 255])
def test_a_covered_lens_is_not_called_a_repeat(level: int) -> None:
    assert faults(frames(np.full((120, 160, 3), level, np.uint8) for _ in range(60))) == set()


def test_frames_that_stopped_and_came_again_are_told() -> None:
    first, second, *_ = frames(live(seed) for seed in range(5))
    late = Frame(live(9), second.taken_at + 2.0, "camera", 2)
    assert watched([first, second, late]) == [None, None, CheckLabel.FRAMES_STOPPED]


def test_a_camera_opened_anew_has_stopped() -> None:
    before = Frame(live(0), 100.0, "camera", 40)
    assert watched([before, Frame(live(1), 100.5, "camera", 0)]) == [None, CheckLabel.FRAMES_STOPPED]


@pytest.mark.parametrize("step_s", [-0.001, -5.0, 10.1, 3600.0, math.nan, math.inf, -math.inf])
def test_times_that_run_backwards_or_leap_are_told(step_s: float) -> None:
    given = [Frame(live(0), 100.0, "camera", 0), Frame(live(1), 100.0 + step_s, "camera", 1)]
    assert watched(given) == [None, CheckLabel.CLOCK_JUMPED]


def test_a_film_played_backwards_with_its_own_times_runs_backwards() -> None:
    assert CheckLabel.CLOCK_JUMPED in faults(reversed(frames(live(seed) for seed in range(5))))


def test_two_frames_within_one_tick_of_the_clock_are_nothing() -> None:
    assert watched([Frame(live(0), 100.0, "camera", 0), Frame(live(1), 100.0, "camera", 1)]) == [None, None]


def test_every_change_of_size_is_told_once() -> None:
    """A camera that changed its size for good must not make every later attempt fail."""
    given = frames([live(0), live(1), live(2, (120, 120)), live(3, (120, 120)), live(4)])
    assert watched(given) == [None, None, CheckLabel.FRAME_SIZE_CHANGED, None, CheckLabel.FRAME_SIZE_CHANGED]


def test_another_camera_in_the_middle_is_a_cut() -> None:
    first, second = frames([live(0), live(1)])
    other = Frame(second.pixels, second.taken_at, "other", 1)
    assert watched([first, other]) == [None, CheckLabel.SEQUENCE_CUT]


def test_the_same_frame_twice_counts_once() -> None:
    frame = frames([live(0), live(1)])[1]
    assert watched([frame] * 40) == [None] * 40


def test_the_first_fault_stays() -> None:
    watch = FrameWatch()
    for frame in [*frames([live(0), live(1, (100, 100))]), *frames((live(seed) for seed in range(5)), start_s=50.0)]:
        watch.feed(frame)
    assert watch.fault is CheckLabel.FRAME_SIZE_CHANGED


def test_what_is_remembered_is_bounded() -> None:
    watch = FrameWatch()
    for frame in frames(np.full((9, 9, 3), (number % 250, number // 250, 99), np.uint8) for number in range(2000)):
        watch.feed(frame)
    assert len(watch._seen) <= 900


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.floats(0.001, 1.4), min_size=1, max_size=20))
def test_any_steps_of_a_camera_are_fine_and_any_one_turned_back_is_not(steps: list[float]) -> None:
    times = np.concatenate([[5.0], 5.0 + np.cumsum(steps)]).tolist()
    run = [Frame(live(number), at, "camera", number) for number, at in enumerate(times)]
    assert faults(run) == set()
    back = Frame(live(999), times[-1] - 0.0005, "camera", len(times))
    assert faults([*run, back]) == {CheckLabel.CLOCK_JUMPED}


def test_it_costs_next_to_nothing() -> None:
    pixels = RNG.integers(0, 255, (720, 1280, 3)).astype(np.uint8)
    watch = FrameWatch()
    run = [Frame(pixels, number * PERIOD_S, "camera", number) for number in range(40)]
    took = []
    for frame in run:
        start = time.thread_time()  # of this thread alone: what else the machine does is no cost of this
        watch.feed(frame)
        took.append(time.thread_time() - start)
    assert sorted(took)[20] < 0.005, "the aim is 1 ms; five leave room for a slow machine"


# --- what software cameras really give -----------------------------------------------------------------------------


def played(source: object, seconds: float) -> list[tuple[float, CheckLabel]]:
    """Faults and when they were told, of what the virtual camera plays at 30 frames a second; time is played too."""
    now = [100.0]

    def wait(delay_s: float) -> None:
        now[0] += delay_s

    camera = VirtualCamera(source, size=(320, 240), monotonic=lambda: now[0], wait=wait)  # type: ignore[arg-type]
    camera.open()
    watch = FrameWatch()
    told = []
    for _ in range(round(seconds * 30)):
        frame = camera.read()
        label = watch.feed(frame)
        if label is not None:
            told.append((frame.taken_at - 100.0, label))
    camera.close()
    return told


def test_a_picture_played_to_the_kiosk_is_told_within_a_second() -> None:
    told = played(live(0), 1.0)
    assert told[0][0] < 0.6
    assert {label for _, label in told} == {CheckLabel.FRAMES_REPEATED}


@pytest.mark.parametrize("fps", [30.0, 24.0, 10.0])
def test_a_video_in_a_loop_is_told_when_it_comes_round_and_not_before(tmp_path: Path, fps: float) -> None:
    file = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), fps, (160, 120))
    for seed in range(round(2 * fps)):
        writer.write(live(seed))
    writer.release()
    told = played(file, 3.0)
    assert 1.9 < told[0][0] < 2.6
    assert told[0][1] is CheckLabel.FRAMES_REPEATED


def test_a_drawn_scene_with_noise_runs_on() -> None:
    assert played(lambda at_s: live(round(at_s * 1000)), 2.0) == []
