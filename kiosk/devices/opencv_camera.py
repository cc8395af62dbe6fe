"""Real cameras through OpenCV, listed by name and found again under a stable id."""

from __future__ import annotations

import os
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

if sys.platform == "win32":
    # Media Foundation otherwise sets up hardware transforms for 10 to 60 s at each opening (opencv issue 17687). Read when cv2 is loaded.
    os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
elif sys.platform == "linux":
    # The port promises that `read` blocks two seconds at most; V4L2's own default is ten.
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.devices.camera_names import Names, names_on
from kiosk.devices.virtual_names import known_virtual
from kiosk.domain.errors import DeviceFault, ErrorCode
from kiosk.imaging.frame import Frame
from kiosk.ports import CameraInfo

WIDTH_PX, HEIGHT_PX, FPS = 1280, 720, 30
_FIRST_FRAME_TRIES = 5
"""Some drivers answer the first reads after opening with nothing."""
_PROBED_INDEXES = 4


class _Capture(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def isOpened(self) -> bool: ...
    def set(self, propId: int, value: float) -> bool: ...
    def read(self) -> tuple[bool, npt.NDArray[np.uint8] | None]: ...
    def release(self) -> None: ...


OpenCapture = Callable[[int, int], _Capture]
"""(index, backend) -> capture. A test gives one that plays missing hardware."""


def _open_capture(index: int, backend: int) -> _Capture:
    # Our DeviceFault says what failed; OpenCV's own lines on stderr would only stand beside it at every retry.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_FATAL)
    return cv2.VideoCapture(index, backend)  # type: ignore[return-value]


def _backend() -> int:
    if sys.platform == "win32":
        return int(cv2.CAP_MSMF)
    if sys.platform == "darwin":
        return int(cv2.CAP_AVFOUNDATION)
    return int(cv2.CAP_V4L2)


@dataclass(frozen=True, slots=True)
class Slot:
    """A camera that is there now, and the index it stands under until it is plugged anew."""

    info: CameraInfo
    index: int


class OpencvCamera:
    """Synchronous, used by one thread at a time. 1280x720, MJPG, 30 frames a second, where the camera has them."""

    def __init__(self, slot: Slot, open_capture: OpenCapture = _open_capture) -> None:
        self._slot = slot
        self._open_capture = open_capture
        self._capture: _Capture | None = None
        self._number = 0

    @property
    def info(self) -> CameraInfo:
        return self._slot.info

    def open(self) -> None:
        self.close()
        capture = self._open_capture(self._slot.index, _backend())
        if not capture.isOpened():
            capture.release()
            raise DeviceFault(ErrorCode.CAMERA_NOT_FOUND, f"camera {self.info.id} cannot be opened: not there, or used by another program")
        # The format first: over USB 2 only MJPG carries 1280x720 at 30 frames a second, and a change of format resets the size.
        capture.set(cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG")))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH_PX)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT_PX)
        capture.set(cv2.CAP_PROP_FPS, FPS)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # an old frame is worth nothing here
        self._capture = capture
        self._number = 0

    def read(self) -> Frame:
        if self._capture is None:
            raise DeviceFault(ErrorCode.CAMERA_LOST, f"camera {self.info.id} is not open")
        for _ in range(_FIRST_FRAME_TRIES if self._number == 0 else 1):
            try:
                good, pixels = self._capture.read()
            except cv2.error as error:
                raise DeviceFault(ErrorCode.CAMERA_LOST, f"camera {self.info.id} failed in its driver") from error
            if good and pixels is not None and pixels.size:
                frame = Frame(_as_bgr(pixels), time.monotonic(), self.info.id, self._number)
                self._number += 1
                return frame
        raise DeviceFault(ErrorCode.CAMERA_LOST, f"camera {self.info.id} gives no frames")

    def close(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()


def _as_bgr(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A grey (infrared) camera gives two dimensions; the port promises three colours."""
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    return pixels


# --- listing -------------------------------------------------------------------------------------------------------


class OpencvCameras:
    """Lists the cameras that are there now. Thread-safe where the system lists without opening (Linux)."""

    def __init__(
        self,
        open_capture: OpenCapture = _open_capture,
        *,
        platform: str = sys.platform,
        system_root: Path = Path("/"),
        monotonic: Callable[[], float] = time.monotonic,
        names: Names | None = None,
    ) -> None:
        """Args: `platform`, `system_root` and `names` (where OpenCV gives none) let a test show another machine."""
        self._open_capture = open_capture
        self._platform = platform
        self._root = system_root
        self._monotonic = monotonic
        self._names = names or names_on(platform)
        self._probed: tuple[float, tuple[Slot, ...]] | None = None

    def slots(self) -> tuple[Slot, ...]:
        return _linux_slots(self._root) if self._platform == "linux" else self._probe()

    def camera(self, slot: Slot) -> OpencvCamera:
        return OpencvCamera(slot, self._open_capture)

    def _probe(self) -> tuple[Slot, ...]:
        """Windows and macOS list no cameras through OpenCV: try the first indexes, once, because opening takes long and blinks the light.

        What was found stays listed; a camera that is gone fails at `open`. Looked for again after ten seconds only while none is known.
        """
        now = self._monotonic()
        if self._probed is None or (not self._probed[1] and now - self._probed[0] > 10):
            there = []
            for index in range(_PROBED_INDEXES):
                capture = self._open_capture(index, _backend())
                if capture.isOpened():
                    there.append(index)
                capture.release()
            self._probed = (now, _named_slots(there, self._names) if there else ())
        return self._probed[1]


def _named_slots(indexes: list[int], names: Names) -> tuple[Slot, ...]:
    named = names()
    virtual = {index: known_virtual(camera.name, places=(camera.place,)) is not None for index, camera in named.items()}
    if sorted(named) == indexes:
        return tuple(Slot(CameraInfo(f"camera-{index}", named[index].name, virtual[index]), index) for index in indexes)
    # the lists do not fit: nobody can say which of them the one made of software is, so none of them is called real
    return tuple(Slot(CameraInfo(f"camera-{index}", f"Camera {index + 1}", any(virtual.values())), index) for index in indexes)


def _linux_slots(root: Path) -> tuple[Slot, ...]:
    """From sysfs, opening nothing for pictures. The id is udev's by-id name (make, model, serial number), else by-path, else the node."""
    slots = []
    aliases = _aliases(root / "dev/v4l/by-path") | _aliases(root / "dev/v4l/by-id")
    for entry in sorted((root / "sys/class/video4linux").glob("video*"), key=lambda path: (len(path.name), path.name)):
        digits = entry.name.removeprefix("video")
        if not digits.isdigit():
            continue
        told = _query(root / "dev" / entry.name)
        if not (told.captures if told is not None else _is_first_node(entry)):
            continue
        try:
            name = _tidy((entry / "name").read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue  # unplugged while we looked
        info = CameraInfo(aliases.get(entry.name, entry.name), name or entry.name, _is_virtual(name, entry, root, told))
        slots.append(Slot(info, int(digits)))
    return tuple(slots)


def _aliases(folder: Path) -> dict[str, str]:
    """Node name -> stable name."""
    if not folder.is_dir():
        return {}
    return {os.path.basename(os.path.realpath(link)): link.name for link in sorted(folder.iterdir())}


def _tidy(name: str) -> str:
    """ "Integrated Camera: Integrated C" says the same twice: uvcvideo joins card and interface name and cuts at 31 characters."""
    name = name.strip()
    first, _, rest = name.partition(": ")
    return first if rest and first.startswith(rest) else name


_VIDIOC_QUERYCAP = 0x80685600
_CAPABILITY = struct.Struct("16s32s32sIII12x")
_HAS_DEVICE_CAPS, _CAPTURES, _CAPTURES_PLANAR = 0x80000000, 0x1, 0x1000


@dataclass(frozen=True, slots=True)
class _Capability:
    """What a node's driver says of itself. `captures`: it gives pictures (a webcam has further nodes for metadata)."""

    captures: bool
    driver: str
    card: str
    bus: str


def _query(node: Path) -> _Capability | None:
    """linux/videodev2.h, struct v4l2_capability; None when the node cannot be asked."""
    try:
        descriptor = os.open(node, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        import fcntl  # not on Windows

        answer = bytearray(_CAPABILITY.size)
        fcntl.ioctl(descriptor, _VIDIOC_QUERYCAP, answer)
    except (OSError, ImportError):
        return None
    finally:
        os.close(descriptor)
    return _capability(bytes(answer))


def _capability(answer: bytes) -> _Capability:
    driver, card, bus, _version, capabilities, device_capabilities = _CAPABILITY.unpack(answer)
    wanted = device_capabilities if capabilities & _HAS_DEVICE_CAPS else capabilities
    texts = (text.partition(b"\0")[0].decode(errors="replace") for text in (driver, card, bus))
    return _Capability(bool(wanted & (_CAPTURES | _CAPTURES_PLANAR)), *texts)


def _is_virtual(name: str, entry: Path, root: Path, told: _Capability | None) -> bool:
    """By name, driver, bus, and where sysfs shows the device: one made of software has no device above it."""
    drivers = [os.path.basename(os.path.realpath(entry / "device" / "driver"))] if (entry / "device" / "driver").exists() else []
    places = ["/" + os.path.relpath(os.path.realpath(entry), os.path.realpath(root)) + "/"]
    if told is not None:
        drivers.append(told.driver)
        places.append(told.bus)
    return any(known_virtual(text, drivers=tuple(drivers), places=tuple(places)) for text in {name, told.card if told else name})


def _is_first_node(entry: Path) -> bool:
    """The kernel's index among the nodes of one device; the first is the one with pictures."""
    try:
        return int((entry / "index").read_text()) == 0
    except (OSError, ValueError):
        return False
