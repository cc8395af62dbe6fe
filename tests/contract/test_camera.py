"""What every camera keeps to: the virtual camera in each of its kinds, and OpenCV's with the hardware played."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.devices.opencv_camera import OpencvCamera, Slot
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.errors import BadInput, DeviceFault, ErrorCode
from kiosk.imaging.frame import Image
from kiosk.ports import Camera, CameraInfo

FAST = 500.0


def coloured(value: int, height: int = 48, width: int = 64) -> Image:
    picture = np.full((height, width, 3), value, np.uint8)
    picture[: height // 3, : width // 3] = (value + 60) % 256
    return picture


def write_video(path: Path, count: int = 6) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (64, 48))
    assert writer.isOpened()
    for index in range(count):
        writer.write(coloured(30 * index))
    writer.release()


class PlayedCapture:
    """Stands for cv2.VideoCapture: a webcam that counts its pictures up, and may be pulled out."""

    def __init__(self) -> None:
        self.there = True
        self.silent_reads = 0
        self.released = 0
        self.settings: list[tuple[int, float]] = []
        self._shade = 0

    def isOpened(self) -> bool:
        return self.there

    def set(self, propId: int, value: float) -> bool:
        self.settings.append((propId, value))
        return True

    def read(self) -> tuple[bool, Image | None]:
        if self.silent_reads:
            self.silent_reads -= 1
            return False, None
        if not self.there:
            return False, None
        self._shade = (self._shade + 10) % 256
        return True, coloured(self._shade, 720, 1280)

    def release(self) -> None:
        self.released += 1


Made = tuple[Camera, Callable[[], None], Callable[[], None]]
"""The camera, how it is pulled out, how it comes back."""


def virtual(source: object) -> Made:
    camera = VirtualCamera(source, fps=FAST)  # type: ignore[arg-type]
    return camera, camera.unplug, camera.plug


def make_picture(tmp_path: Path) -> Made:
    cv2.imwrite(str(tmp_path / "card.png"), coloured(90))
    return virtual(tmp_path / "card.png")


def make_folder(tmp_path: Path) -> Made:
    for index in range(3):
        cv2.imwrite(str(tmp_path / f"{index}.png"), coloured(60 * index))
    return virtual(tmp_path)


def make_video(tmp_path: Path) -> Made:
    write_video(tmp_path / "clip.avi")
    return virtual(tmp_path / "clip.avi")


def make_sequence(tmp_path: Path) -> Made:
    return virtual([coloured(10), coloured(100)])


def make_scene(tmp_path: Path) -> Made:
    return virtual(lambda seconds: coloured(int(seconds * 100) % 200))


def make_opencv(tmp_path: Path) -> Made:
    capture = PlayedCapture()

    def pull() -> None:
        capture.there = False

    def return_it() -> None:
        capture.there = True

    return OpencvCamera(Slot(CameraInfo("usb-1", "Webcam"), 0), lambda index, backend: capture), pull, return_it


@pytest.fixture(
    params=[make_picture, make_folder, make_video, make_sequence, make_scene, make_opencv],
    ids=lambda make: make.__name__.removeprefix("make_"),
)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Made]:
    parts: Made = request.param(tmp_path)
    yield parts
    parts[0].close()


def test_frames_are_1280x720_bgr_bytes(made: Made) -> None:
    camera = made[0]
    camera.open()
    frame = camera.read()
    assert frame.pixels.shape == (720, 1280, 3)
    assert frame.pixels.dtype == np.uint8


def test_numbers_count_up_from_zero_per_opening(made: Made) -> None:
    camera = made[0]
    camera.open()
    assert [camera.read().number for _ in range(3)] == [0, 1, 2]
    camera.close()
    camera.open()
    assert camera.read().number == 0


def test_frames_carry_the_camera_and_a_monotonic_time(made: Made) -> None:
    camera = made[0]
    before = time.monotonic()
    camera.open()
    one, two = camera.read(), camera.read()
    assert one.source == camera.info.id
    assert before <= one.taken_at <= two.taken_at <= time.monotonic()


def test_a_frame_owns_its_pixels(made: Made) -> None:
    camera = made[0]
    camera.open()
    first = camera.read().pixels
    kept = first.copy()
    for _ in range(4):
        camera.read().pixels[:] = 7
    assert np.array_equal(first, kept)
    assert not (camera.read().pixels == 7).all()


def test_reading_a_camera_that_is_not_open_is_a_lost_camera(made: Made) -> None:
    with pytest.raises(DeviceFault) as caught:
        made[0].read()
    assert caught.value.code is ErrorCode.CAMERA_LOST
    assert caught.value.retryable


def test_a_pulled_camera_is_lost_then_not_found_then_works_again(made: Made) -> None:
    camera, pull, return_it = made
    camera.open()
    camera.read()
    pull()
    with pytest.raises(DeviceFault) as lost:
        camera.read()
    assert lost.value.code is ErrorCode.CAMERA_LOST
    camera.close()
    with pytest.raises(DeviceFault) as missing:
        camera.open()
    assert missing.value.code is ErrorCode.CAMERA_NOT_FOUND
    assert missing.value.retryable
    return_it()
    camera.open()
    assert camera.read().number == 0


def test_closing_twice_does_no_harm(made: Made) -> None:
    camera = made[0]
    camera.close()
    camera.open()
    camera.close()
    camera.close()


# --- the virtual camera's own --------------------------------------------------------------------------------------


class FakeTime:
    """Waiting moves the clock."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def shade(image: Image) -> int:
    return int(image[image.shape[0] // 2, image.shape[1] // 2, 0])


def test_it_is_paced_by_the_clock_and_skips_what_a_slow_reader_missed() -> None:
    clock = FakeTime()
    camera = VirtualCamera(coloured(5), fps=10, monotonic=clock.monotonic, wait=clock.wait)
    camera.open()
    times = [camera.read().taken_at for _ in range(4)]
    assert np.allclose(np.diff(times), 0.1)
    clock.now += 5
    late = [camera.read().taken_at for _ in range(3)]
    assert late[0] == pytest.approx(105.3)
    assert late[2] - late[0] <= 0.2 + 1e-6
    assert late[2] - late[0] >= 0.1 - 1e-6


def test_a_folder_is_played_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name, value in (("b.png", 100), ("a.png", 50), ("c.png", 150)):
        cv2.imwrite(str(tmp_path / name), np.full((720, 1280, 3), value, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")
    clock = FakeTime()
    camera = VirtualCamera(tmp_path, fps=10, monotonic=clock.monotonic, wait=clock.wait)
    camera.open()
    assert [shade(camera.read().pixels) for _ in range(5)] == [50, 100, 150, 50, 100]


def test_without_looping_the_last_picture_is_held() -> None:
    clock = FakeTime()
    pictures = [np.full((720, 1280, 3), value, np.uint8) for value in (10, 20, 30)]
    camera = VirtualCamera(pictures, fps=10, loop=False, monotonic=clock.monotonic, wait=clock.wait)
    camera.open()
    assert [shade(camera.read().pixels) for _ in range(5)] == [10, 20, 30, 30, 30]


@pytest.mark.parametrize(("loop", "last"), [(True, 0), (False, 150)])
def test_a_video_loops_or_holds_its_last_frame(tmp_path: Path, loop: bool, last: int) -> None:
    write_video(tmp_path / "clip.avi", count=6)
    clock = FakeTime()
    camera = VirtualCamera(tmp_path / "clip.avi", fps=30, loop=loop, monotonic=clock.monotonic, wait=clock.wait)
    camera.open()
    shades = [shade(camera.read().pixels) for _ in range(7)]
    camera.close()
    assert shades[:6] == pytest.approx([0, 30, 60, 90, 120, 150], abs=6)
    assert shades[6] == pytest.approx(last, abs=6)


def test_play_shows_something_else_from_its_beginning_while_open() -> None:
    clock = FakeTime()
    seen: list[float] = []

    def scene(seconds: float) -> Image:
        seen.append(seconds)
        return coloured(1)

    camera = VirtualCamera(coloured(200), fps=10, monotonic=clock.monotonic, wait=clock.wait)
    camera.open()
    assert shade(camera.read().pixels) == 200
    camera.play(scene)
    assert shade(camera.read().pixels) == 1
    camera.read()
    assert seen == pytest.approx([0.0, 0.1])


def test_play_refuses_what_cannot_be_played_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    camera = VirtualCamera(coloured(200), fps=FAST)
    camera.open()
    for bad, code in (("bad.png", ErrorCode.IMAGE_UNREADABLE), ("none.png", ErrorCode.FILE_NOT_FOUND)):
        with pytest.raises(BadInput) as caught:
            camera.play(tmp_path / bad)
        assert caught.value.code is code
    assert shade(camera.read().pixels) == 200


def test_a_picture_of_another_shape_is_shown_whole() -> None:
    tall = np.full((400, 100, 3), 255, np.uint8)
    camera = VirtualCamera(tall, fps=FAST)
    camera.open()
    bright = camera.read().pixels[..., 0] > 200
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    assert (rows[0], rows[-1]) == (0, 719)
    assert columns[-1] - columns[0] + 1 == 180
    assert columns[0] == 1280 - 1 - columns[-1]


def test_unplugging_ends_a_read_that_is_waiting() -> None:
    camera = VirtualCamera(coloured(5))
    camera.open()
    camera.read()
    camera._due_at += 600  # the second frame is far away
    codes: list[ErrorCode] = []

    def read() -> None:
        try:
            camera.read()
        except DeviceFault as fault:
            codes.append(fault.code)

    reader = threading.Thread(target=read)
    reader.start()
    camera.unplug()
    reader.join(30)
    assert codes == [ErrorCode.CAMERA_LOST]


def test_a_rate_that_would_block_reading_for_seconds_is_refused() -> None:
    with pytest.raises(ValueError, match="fps"):
        VirtualCamera(coloured(5), fps=0.1)


# --- OpenCV's own --------------------------------------------------------------------------------------------------


def test_opencv_asks_for_mjpg_before_the_size_and_for_one_buffer() -> None:
    capture = PlayedCapture()
    camera = OpencvCamera(Slot(CameraInfo("usb-1", "Webcam"), 3), lambda index, backend: capture)
    camera.open()
    asked = dict(capture.settings)
    assert next(name for name, _value in capture.settings) == cv2.CAP_PROP_FOURCC
    assert int(asked[cv2.CAP_PROP_FOURCC]) == cv2.VideoWriter.fourcc(*"MJPG")
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT], asked[cv2.CAP_PROP_FPS]) == (1280, 720, 30)
    assert asked[cv2.CAP_PROP_BUFFERSIZE] == 1


def test_opencv_opens_the_index_of_its_slot() -> None:
    asked: list[int] = []

    def open_capture(index: int, backend: int) -> PlayedCapture:
        asked.append(index)
        return PlayedCapture()

    OpencvCamera(Slot(CameraInfo("usb-1", "Webcam"), 3), open_capture).open()
    assert asked == [3]


def test_opencv_forgives_silence_before_the_first_frame_only() -> None:
    capture = PlayedCapture()
    camera = OpencvCamera(Slot(CameraInfo("usb-1", "Webcam"), 0), lambda index, backend: capture)
    camera.open()
    capture.silent_reads = 3
    assert camera.read().number == 0
    capture.silent_reads = 1
    with pytest.raises(DeviceFault):
        camera.read()


def test_opencv_releases_the_driver_when_it_cannot_be_opened() -> None:
    capture = PlayedCapture()
    capture.there = False
    with pytest.raises(DeviceFault):
        OpencvCamera(Slot(CameraInfo("usb-1", "Webcam"), 0), lambda index, backend: capture).open()
    assert capture.released == 1


def test_opencv_gives_three_colours_of_a_grey_camera() -> None:
    class Grey(PlayedCapture):
        def read(self) -> tuple[bool, Image | None]:
            return True, np.full((720, 1280), 90, np.uint8)

    camera = OpencvCamera(Slot(CameraInfo("ir", "Infrared"), 0), lambda index, backend: Grey())
    camera.open()
    assert camera.read().pixels.shape == (720, 1280, 3)
