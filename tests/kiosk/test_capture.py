"""The bus, the worker loop and the camera that is on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from kiosk.devices.finder import DeviceFinder
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.errors import DeviceFault, ErrorCode, KioskBug
from kiosk.domain.events import CameraStateChanged, Event, FrameReady, SessionEnded
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import Camera, CameraInfo
from kiosk.services.bus import Bus
from kiosk.services.capture import CaptureService
from kiosk.services.clock import SystemClock
from kiosk.services.worker import Worker

SOON_S = 30.0


def picture(value: int = 80) -> Image:
    return np.full((72, 128, 3), value, np.uint8)


def camera(name: str = "v", value: int = 80) -> VirtualCamera:
    return VirtualCamera(picture(value), fps=200, size=(128, 72), camera_id=name, name=name)


# --- bus -----------------------------------------------------------------------------------------------------------


def test_every_subscriber_hears_every_event_on_the_publishers_thread() -> None:
    bus, heard = Bus(), []
    for name in "ab":
        bus.subscribe(lambda event, name=name: heard.append((name, event, threading.get_ident())))
    bus.publish(FrameReady(1))
    assert heard == [("a", FrameReady(1), threading.get_ident()), ("b", FrameReady(1), threading.get_ident())]


def test_who_has_unsubscribed_hears_nothing_more() -> None:
    bus, heard = Bus(), []
    leave = bus.subscribe(heard.append)
    bus.subscribe(heard.append)
    leave()
    leave()
    bus.publish(FrameReady(1))
    assert heard == [FrameReady(1)]


@pytest.mark.logs_warnings
def test_a_subscriber_that_fails_stops_nobody() -> None:
    bus, heard = Bus(), []

    def broken(event: Event) -> None:
        raise RuntimeError("broken")

    bus.subscribe(broken)
    bus.subscribe(heard.append)
    bus.publish(SessionEnded())
    assert heard == [SessionEnded()]


def test_a_subscriber_may_leave_while_it_is_called() -> None:
    bus, heard = Bus(), []

    def once(event: Event) -> None:
        heard.append(event)
        leave()

    leave = bus.subscribe(once)
    bus.publish(FrameReady(1))
    bus.publish(FrameReady(2))
    assert heard == [FrameReady(1)]


# --- worker --------------------------------------------------------------------------------------------------------


class ScriptedWorker(Worker):
    """Plays one list of outcomes: an exception is raised by that turn, None is a good turn; then it asks itself to stop."""

    def __init__(self, script: list[Exception | None]) -> None:
        self.pauses: list[float] = []
        self.calls: list[str] = []
        self.failures: list[tuple[ErrorCode, bool]] = []
        self._script = script
        super().__init__("scripted", pause=self._note_pause)

    def _note_pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return False

    def open(self) -> None:
        self.calls.append("open")

    def run(self) -> None:
        if not self._script:
            self.stop()
            return
        outcome = self._script.pop(0)
        self.calls.append("run")
        if outcome is not None:
            raise outcome

    def close(self) -> None:
        self.calls.append("close")

    def failed(self, code: ErrorCode, permanent: bool) -> None:
        self.failures.append((code, permanent))

    def play(self) -> None:
        self.start()
        self._thread.join(SOON_S)
        assert not self.running


def lost(retryable: bool = True) -> DeviceFault:
    return DeviceFault(ErrorCode.CAMERA_LOST, "lost", retryable=retryable)


def test_pauses_double_up_to_five_seconds_and_begin_anew_after_a_good_turn() -> None:
    worker = ScriptedWorker([lost() for _ in range(7)] + [None, lost(), lost()])
    worker.play()
    assert worker.pauses == [0.25, 0.5, 1, 2, 4, 5, 5, 0.25, 0.5]


def test_what_was_opened_is_closed_after_each_failure() -> None:
    worker = ScriptedWorker([lost(), None])
    worker.play()
    assert worker.calls == ["open", "run", "close", "open", "run", "close"]


@pytest.mark.parametrize("error", [lost(retryable=False), KioskBug("bug")], ids=["device", "bug"])
def test_a_permanent_failure_ends_the_worker(error: Exception) -> None:
    worker = ScriptedWorker([error, None, None])
    worker.play()
    assert worker.calls == ["open", "run", "close"]
    assert worker.failures[0][1]
    assert worker.pauses == []


@pytest.mark.logs_warnings
def test_an_unforeseen_error_is_temporary_and_logged() -> None:
    worker = ScriptedWorker([ZeroDivisionError(), None])
    worker.play()
    assert worker.failures == [(ErrorCode.INTERNAL, False)]
    assert worker.calls.count("open") == 2


class HangingWorker(Worker):
    """A driver that does not return until it is let go."""

    def __init__(self) -> None:
        super().__init__("hanging")
        self.hangs, self.let_go, self.closed = threading.Event(), threading.Event(), threading.Event()

    def open(self) -> None: ...

    def run(self) -> None:
        self.hangs.set()
        self.let_go.wait(SOON_S)

    def close(self) -> None:
        self.closed.set()


@pytest.mark.logs_warnings
def test_stopping_does_not_wait_for_a_driver_that_hangs_and_it_ends_when_it_comes_back() -> None:
    worker = HangingWorker()
    worker.start()
    assert worker.hangs.wait(SOON_S)
    assert worker.stop(within_s=0.05) is False
    worker.let_go.set()
    assert worker.closed.wait(SOON_S)
    assert worker.stop() is True
    assert not worker.running


# --- capture -------------------------------------------------------------------------------------------------------


@dataclass
class Heard:
    """Events so far; `wait` until one fits."""

    events: list[Event] = field(default_factory=list)
    _arrived: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, event: Event) -> None:
        with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()

    def wait(self, fits: Callable[[Event], bool], count: int = 1) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: sum(fits(event) for event in self.events) >= count, SOON_S)

    @property
    def states(self) -> list[tuple[str, ErrorCode | None]]:
        with self._arrived:
            return [(event.camera, event.error) for event in self.events if isinstance(event, CameraStateChanged)]


class Rig:
    def __init__(self, finder: object) -> None:
        bus = Bus()
        self.heard = Heard()
        bus.subscribe(self.heard)
        self.capture = CaptureService(finder, bus, SystemClock(), first_pause_s=0.005, longest_pause_s=0.01)  # type: ignore[arg-type]


@pytest.fixture
def make_rig() -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def make(*virtual: VirtualCamera, finder: object = None) -> Rig:
        rigs.append(Rig(finder or DeviceFinder(virtual, use_real=False)))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.capture.stop()


def test_the_newest_frame_is_there_and_told(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(camera())
    rig.capture.start("v")
    frame = rig.capture.wait_newer(-1, SOON_S)
    assert frame is not None
    rig.heard.wait(lambda event: event == FrameReady(frame.number))
    assert rig.heard.states == [("v", None)]
    assert rig.capture.camera == CameraInfo("v", "v", virtual=True)
    assert rig.capture.error is None


def test_only_newer_frames_are_waited_for(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(camera())
    rig.capture.start("v")
    number = -1
    for _ in range(5):
        frame = rig.capture.wait_newer(number, SOON_S)
        assert frame is not None
        assert frame.number > number
        number = frame.number
    newest = rig.capture.newest()
    assert newest is not None
    assert newest.number >= number


class OneFrame:
    """A scene that gives one frame; the second does not come until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self._given = False

    def __call__(self, seconds: float) -> Image:
        if self._given:
            self.let_go.wait(SOON_S)
        self._given = True
        return picture()


@pytest.fixture
def one_frame() -> Iterator[OneFrame]:
    scene = OneFrame()
    yield scene
    scene.let_go.set()


def test_waiting_ends_when_the_camera_is_turned_off(make_rig: Callable[..., Rig], one_frame: OneFrame) -> None:
    rig = make_rig(VirtualCamera(one_frame, size=(128, 72), camera_id="v"))
    rig.capture.start("v")
    first = rig.capture.wait_newer(-1, SOON_S)
    assert first is not None
    got: list[Frame | None] = []
    waiter = threading.Thread(target=lambda: got.append(rig.capture.wait_newer(first.number, 10 * SOON_S)))
    waiter.start()
    stopper = threading.Thread(target=rig.capture.stop)
    stopper.start()
    waiter.join(SOON_S)
    one_frame.let_go.set()
    stopper.join(SOON_S)
    assert got == [None]


def test_clear_wipes_the_slot_and_the_camera_goes_on(make_rig: Callable[..., Rig], one_frame: OneFrame) -> None:
    rig = make_rig(VirtualCamera(one_frame, size=(128, 72), camera_id="v"))
    rig.capture.start("v")
    first = rig.capture.wait_newer(-1, SOON_S)
    assert first is not None
    rig.capture.clear()
    assert rig.capture.newest() is None
    one_frame.let_go.set()
    assert rig.capture.wait_newer(first.number, SOON_S) is not None


def test_stopping_forgets_the_frame_and_leaves_no_thread(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(camera())
    rig.capture.start("v")
    assert rig.capture.wait_newer(-1, SOON_S) is not None
    rig.capture.stop()
    assert rig.capture.newest() is None
    assert rig.capture.camera is None
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("kiosk-camera")]


def test_a_pulled_camera_is_told_once_and_comes_back_with_rising_numbers(make_rig: Callable[..., Rig]) -> None:
    device = camera()
    rig = make_rig(device)
    rig.capture.start("v")
    before = rig.capture.wait_newer(-1, SOON_S)
    assert before is not None
    device.unplug()
    rig.heard.wait(lambda event: isinstance(event, CameraStateChanged) and event.error is not None)
    assert rig.capture.error is ErrorCode.CAMERA_LOST
    assert rig.capture.newest() is None, "a frozen picture must not pass for a live one"
    device.plug()
    after = rig.capture.wait_newer(before.number, SOON_S)
    assert after is not None
    assert rig.capture.error is None
    rig.heard.wait(lambda event: event == CameraStateChanged("v", None), count=2)
    assert rig.heard.states == [("v", None), ("v", ErrorCode.CAMERA_LOST), ("v", None)]


def test_a_camera_that_is_not_there_yet_is_waited_for(make_rig: Callable[..., Rig]) -> None:
    device = camera()
    device.unplug()
    rig = make_rig(device)
    rig.capture.start("v")
    rig.heard.wait(lambda event: event == CameraStateChanged("v", ErrorCode.CAMERA_NOT_FOUND))
    device.plug()
    assert rig.capture.wait_newer(-1, SOON_S) is not None


def test_switching_gives_no_frame_of_the_old_camera(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(camera("front", 10), camera("back", 200))
    rig.capture.start("front")
    old = rig.capture.wait_newer(-1, SOON_S)
    assert old is not None
    rig.capture.switch("back")
    new = rig.capture.wait_newer(-1, SOON_S)
    assert new is not None
    assert (new.source, int(new.pixels[0, 0, 0])) == ("back", 200)
    assert new.number > old.number


def test_starting_the_camera_that_is_on_changes_nothing(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(camera())
    rig.capture.start("v")
    first = rig.capture.wait_newer(-1, SOON_S)
    rig.capture.start("v")
    assert first is not None
    assert rig.capture.wait_newer(first.number, SOON_S) is not None
    assert rig.heard.states == [("v", None)]


class MovingFinder:
    """A machine on which a camera comes back under another id, as after a change of socket."""

    def __init__(self, *present: VirtualCamera) -> None:
        self.present = list(present)

    def cameras(self) -> tuple[CameraInfo, ...]:
        return tuple(device.info for device in self.present)

    def camera(self, id_or_name: str) -> Camera:
        for device in self.present:
            if id_or_name in (device.info.id, device.info.name):
                return device
        raise DeviceFault(ErrorCode.CAMERA_NOT_FOUND, "not there")


def named(camera_id: str, name: str) -> VirtualCamera:
    return VirtualCamera(picture(), fps=200, size=(128, 72), camera_id=camera_id, name=name)


def test_the_same_camera_may_come_back_under_another_id(make_rig: Callable[..., Rig]) -> None:
    before, after = named("usb-1", "Webcam"), named("usb-2", "Webcam")
    finder = MovingFinder(before)
    rig = make_rig(finder=finder)
    rig.capture.start("usb-1")
    frame = rig.capture.wait_newer(-1, SOON_S)
    assert frame is not None
    finder.present = [after]
    before.unplug()
    back = rig.capture.wait_newer(frame.number, SOON_S)
    while back is not None and back.source == "usb-1":
        back = rig.capture.wait_newer(back.number, SOON_S)
    assert back is not None
    assert back.source == "usb-2"


def test_a_twin_does_not_take_the_place_of_a_lost_camera(make_rig: Callable[..., Rig]) -> None:
    document, selfie = named("usb-1", "Webcam"), named("usb-2", "Webcam")
    finder = MovingFinder(document, selfie)
    rig = make_rig(finder=finder)
    rig.capture.start("usb-1")
    assert rig.capture.wait_newer(-1, SOON_S) is not None
    finder.present = [selfie]
    document.unplug()
    rig.heard.wait(lambda event: isinstance(event, CameraStateChanged) and event.error is not None)
    assert rig.capture.wait_newer(-1, 0.1) is None
