"""A camera that plays pictures, folders, videos or drawn scenes: it ships with the product for the demo, tests and support."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from kiosk.domain.errors import BadInput, DeviceFault, ErrorCode
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import CameraInfo

Scene = Callable[[float], Image]
"""Seconds since it began -> picture (BGR). Called on the camera's thread."""

PlaySource = str | Path | Image | Sequence[Image] | Scene

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".avi", ".mkv", ".webm", ".mjpeg", ".mjpg"})
_BACKDROP = (32, 30, 28)
"""Around a picture of another shape than the camera's: dark grey, as a switched-off room."""


class VirtualCamera:
    """Passes the camera contract; paced by the monotonic clock as a real one is.

    `read`, `open` and `close` belong to one thread; `play`, `unplug` and `plug` may be called from any.
    """

    def __init__(
        self,
        source: PlaySource,
        *,
        fps: float = 30.0,
        size: tuple[int, int] = (1280, 720),
        loop: bool = True,
        picture_s: float | None = None,
        camera_id: str | None = None,
        name: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """Args: `loop` False holds the last picture; `picture_s` how long each picture of a folder or sequence stands (None: one frame).

        A path need not exist yet: as with a real camera, `open` is what fails. Raises ValueError for a rate below 0.5.
        """
        if fps < 0.5:
            raise ValueError("fps must be 0.5 or more: a camera's read blocks for two seconds at most")
        if camera_id is None:
            camera_id = f"virtual:{source}" if isinstance(source, str | Path) else "virtual"
        if name is None:
            name = f"Virtual camera ({Path(source).name})" if isinstance(source, str | Path) else "Virtual camera"
        self._info = CameraInfo(camera_id, name, virtual=True)
        self._period_s = 1.0 / fps
        self._size = size
        self._loop = loop
        self._picture_s = picture_s or self._period_s
        self._monotonic = monotonic
        self._interrupt = threading.Event()
        self._wait = wait or self._interrupt.wait
        self._lock = threading.Lock()  # guards the next four
        self._source = source
        self._changed = True
        self._plugged = True
        self._open = False
        # From here on the reading thread's own.
        self._reel: _Reel | None = None
        self._began_at = 0.0
        self._due_at = 0.0
        self._number = 0

    @property
    def info(self) -> CameraInfo:
        return self._info

    @property
    def plugged(self) -> bool:
        with self._lock:
            return self._plugged

    def play(self, source: PlaySource) -> None:
        """Show something else from the next frame on, from its beginning. Raises BadInput when a path cannot be played."""
        if isinstance(source, str | Path):
            _reel(source, self._size, self._loop, self._picture_s).close()
        with self._lock:
            self._source = source
            self._changed = True

    def unplug(self) -> None:
        """As if the cable were pulled: a `read` that is under way fails, and so does everything until `plug`."""
        with self._lock:
            self._plugged = False
        self._interrupt.set()

    def plug(self) -> None:
        with self._lock:
            self._plugged = True
        self._interrupt.clear()

    def open(self) -> None:
        self.close()
        if not self.plugged:
            raise DeviceFault(ErrorCode.CAMERA_NOT_FOUND, f"camera {self._info.id} is unplugged")
        try:
            self._take_up_source()
        except BadInput as error:
            raise DeviceFault(ErrorCode.CAMERA_NOT_FOUND, f"camera {self._info.id} has nothing to play: {error}") from error
        with self._lock:
            self._open = True
        self._number = 0
        self._due_at = self._monotonic()

    def read(self) -> Frame:
        self._must_be_there()
        delay_s = self._due_at - self._monotonic()
        if delay_s > 0:
            self._wait(delay_s)
            self._must_be_there()
        # A reader that came late gets the next frame a period from now, not a burst of those it has missed.
        self._due_at = max(self._due_at, self._monotonic() - self._period_s) + self._period_s
        with self._lock:
            changed = self._changed
        try:
            if changed or self._reel is None:
                self._take_up_source()
            now = self._monotonic()
            if self._began_at < 0:
                self._began_at = now
            if self._reel is None:
                raise DeviceFault(ErrorCode.CAMERA_LOST, f"camera {self._info.id} has nothing to play")
            pixels = self._reel.at(now - self._began_at)
        except BadInput as error:
            raise DeviceFault(ErrorCode.CAMERA_LOST, f"camera {self._info.id} cannot play on: {error}") from error
        frame = Frame(pixels, self._monotonic(), self._info.id, self._number)
        self._number += 1
        return frame

    def close(self) -> None:
        with self._lock:
            self._open = False
        reel, self._reel = self._reel, None
        if reel is not None:
            reel.close()

    def _must_be_there(self) -> None:
        with self._lock:
            there = self._open and self._plugged
        if not there:
            raise DeviceFault(ErrorCode.CAMERA_LOST, f"camera {self._info.id} is not there, or not open")

    def _take_up_source(self) -> None:
        with self._lock:
            source, self._changed = self._source, False
        if self._reel is not None:
            self._reel.close()
            self._reel = None
        self._reel = _reel(source, self._size, self._loop, self._picture_s)
        self._began_at = -1.0  # counts from the first frame that is read, not from the opening


# --- what can be played --------------------------------------------------------------------------------------------


class _Reel(Protocol):
    def at(self, seconds: float) -> Image:
        """The picture of that moment, in the camera's size, in a buffer of its own."""
        ...

    def close(self) -> None: ...


class _Pictures:
    """One picture or several, by path or in memory. Only the one that is on is held decoded."""

    def __init__(self, pictures: Sequence[Path | Image], size: tuple[int, int], loop: bool, picture_s: float) -> None:
        self._pictures = pictures
        self._size = size
        self._loop = loop
        self._picture_s = picture_s
        self._shown = -1
        self._fitted: Image | None = None

    def at(self, seconds: float) -> Image:
        index = int(seconds / self._picture_s + 1e-6)
        index = index % len(self._pictures) if self._loop else min(index, len(self._pictures) - 1)
        if index != self._shown or self._fitted is None:
            picture = self._pictures[index]
            self._fitted = letterbox(_load(picture) if isinstance(picture, Path) else picture, self._size)
            self._shown = index
        return self._fitted.copy()

    def close(self) -> None:
        self._fitted = None


class _Video:
    """A video at its own speed, whatever the camera's rate: frames are skipped or shown twice."""

    def __init__(self, path: Path, size: tuple[int, int], loop: bool) -> None:
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            raise BadInput(ErrorCode.IMAGE_UNREADABLE, f"{path.name} is not a video that can be played")
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self._fps = rate if 1 <= rate <= 240 else 30.0
        self._size = size
        self._loop = loop
        self._position = -1  # index of the frame that is on
        self._began_at = 0.0
        self._last: Image | None = None
        self._ended = False
        self.at(0.0)  # a container that opens but holds no picture is refused now

    def at(self, seconds: float) -> Image:
        wanted = int((seconds - self._began_at) * self._fps + 1e-6)
        while self._position < wanted and not self._ended:
            if not self._capture.grab():
                if self._position < 0:
                    raise BadInput(ErrorCode.IMAGE_UNREADABLE, "the video holds no pictures")
                if not self._loop:
                    self._ended = True
                    break
                self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
                self._began_at, self._position, wanted = seconds, -1, 0
                continue
            self._position += 1
            if self._position == wanted or self._last is None or not self._loop:
                # Without looping every frame is decoded, because the last one that decodes is the one to hold.
                good, picture = self._capture.retrieve()
                if good and picture is not None:
                    self._last = letterbox(np.asarray(picture, np.uint8), self._size)
        if self._last is None:
            raise BadInput(ErrorCode.IMAGE_UNREADABLE, "the video cannot be decoded")
        return self._last.copy()

    def close(self) -> None:
        self._capture.release()


class _Drawn:
    """A function of time."""

    def __init__(self, scene: Scene, size: tuple[int, int]) -> None:
        self._scene = scene
        self._size = size

    def at(self, seconds: float) -> Image:
        drawn = self._scene(seconds)
        fitted = letterbox(drawn, self._size)
        # A scene may give the same array again and again.
        return fitted.copy() if fitted is drawn else fitted

    def close(self) -> None:
        pass


def _reel(source: PlaySource, size: tuple[int, int], loop: bool, picture_s: float) -> _Reel:
    if isinstance(source, str | Path):
        path = Path(source)
        if path.is_dir():
            pictures = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in PICTURE_SUFFIXES and entry.name[0] != ".")
            if not pictures:
                raise BadInput(ErrorCode.IMAGE_EMPTY, "the folder holds no pictures")
            reel = _Pictures(pictures, size, loop, picture_s)
            reel.at(0.0)
            return reel
        if not path.is_file():
            raise BadInput(ErrorCode.FILE_NOT_FOUND, "there is no such file or folder")
        if path.suffix.lower() in VIDEO_SUFFIXES:
            return _Video(path, size, loop)
        reel = _Pictures([path], size, loop, picture_s)
        reel.at(0.0)
        return reel
    if isinstance(source, np.ndarray):
        return _Pictures([source], size, loop, picture_s)
    if callable(source):
        return _Drawn(source, size)
    if not source:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "an empty sequence cannot be played")
    return _Pictures(source, size, loop, picture_s)


def _load(path: Path) -> Image:
    """Through a buffer, because OpenCV on Windows cannot open a name outside the system's code page."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"a picture cannot be read: {error.strerror}") from error
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        raise BadInput(ErrorCode.IMAGE_UNREADABLE, "the file is not a picture")
    return np.asarray(picture, np.uint8)


def letterbox(picture: Image, size: tuple[int, int]) -> Image:
    """The whole picture, as large as it fits into (width, height), centred on a dark ground. The same array when it fits already."""
    width, height = size
    if picture.shape[:2] == (height, width):
        return picture
    scale = min(width / picture.shape[1], height / picture.shape[0])
    inner_w, inner_h = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    inner = cv2.resize(picture, (inner_w, inner_h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    fitted = np.empty((height, width, 3), np.uint8)
    fitted[:] = _BACKDROP
    top, left = (height - inner_h) // 2, (width - inner_w) // 2
    fitted[top : top + inner_h, left : left + inner_w] = inner
    return fitted
