"""Which cameras there are now: the machine's own and the configured virtual ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kiosk.devices.opencv_camera import OpencvCameras
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.errors import DeviceFault, ErrorCode
from kiosk.ports import Camera, CameraInfo

VIRTUAL_PREFIX = "virtual:"


class DeviceFinder:
    """CameraFinder port; thread-safe on Linux. The machine's cameras come first, so that "" means its own where it has one."""

    def __init__(
        self, virtual: Iterable[VirtualCamera | str | Path] = (), *, real: OpencvCameras | None = None, use_real: bool = True
    ) -> None:
        """Args: `virtual` cameras, or what they are to play ("virtual:PATH" or a path); `use_real` False for the virtual ones alone."""
        self._virtual = [_virtual(entry) for entry in virtual]
        self._real = (real or OpencvCameras()) if use_real else None

    def cameras(self) -> tuple[CameraInfo, ...]:
        """Those that are plugged in now."""
        real = tuple(slot.info for slot in self._real.slots()) if self._real else ()
        return real + tuple(camera.info for camera in self._virtual if camera.plugged)

    def camera(self, id_or_name: str) -> Camera:
        """By id, by name (also without regard to capitals), "" for the first; "virtual:PATH" plays a path that was not configured."""
        for info in self._matches(id_or_name):
            camera = self._by_id(info.id)
            if camera is not None:
                return camera
        path = id_or_name.removeprefix(VIRTUAL_PREFIX)
        if path != id_or_name and Path(path).exists():
            return VirtualCamera(path)
        what = f"no camera {id_or_name!r}" if id_or_name else "no camera at all"
        raise DeviceFault(ErrorCode.CAMERA_NOT_FOUND, f"there is {what}", camera=id_or_name)

    def _matches(self, id_or_name: str) -> list[CameraInfo]:
        """Candidates, the best match first; of equal ones a camera made of software comes last."""
        ranked: list[tuple[int, bool, CameraInfo]] = []
        for info in self.cameras():
            if info.id == id_or_name:
                ranked.append((0, info.virtual, info))
            elif info.name == id_or_name or not id_or_name:
                ranked.append((1, info.virtual, info))
            elif info.name.casefold() == id_or_name.casefold():
                ranked.append((2, info.virtual, info))
        ranked.sort(key=lambda entry: entry[:2])
        return [info for _rank, _virtual, info in ranked]

    def _by_id(self, camera_id: str) -> Camera | None:
        if self._real is not None:
            for slot in self._real.slots():
                if slot.info.id == camera_id:
                    return self._real.camera(slot)
        return next((camera for camera in self._virtual if camera.info.id == camera_id and camera.plugged), None)


def _virtual(entry: VirtualCamera | str | Path) -> VirtualCamera:
    if isinstance(entry, VirtualCamera):
        return entry
    return VirtualCamera(str(entry).removeprefix(VIRTUAL_PREFIX))
