"""Cameras and scanners of this machine, and those made of pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.compose.setup import Setup
from kiosk.config import CameraConfig

if TYPE_CHECKING:
    from kiosk.devices.finder import DeviceFinder
    from kiosk.devices.virtual_camera import VirtualCamera
    from kiosk.imaging.frame import Image
    from kiosk.ports import Scanner


def camera_finder(setup: Setup, *virtual: VirtualCamera, use_real: bool = True) -> DeviceFinder:
    """The machine's cameras and the virtual ones that the settings name, plus those given."""
    from kiosk.devices.finder import DeviceFinder
    from kiosk.devices.virtual_camera import VirtualCamera

    configured = [
        VirtualCamera(camera.source, fps=camera.fps, size=(camera.width, camera.height))
        for camera in dict.fromkeys((setup.config.document_camera, setup.config.selfie_camera))
        if camera.kind == "virtual"
    ]
    return DeviceFinder([*virtual, *configured], use_real=use_real)


def camera_id(camera: CameraConfig) -> str:
    """What `CameraFinder.camera` is asked for."""
    return f"virtual:{camera.source}" if camera.kind == "virtual" else camera.name


def film_camera(scene: Callable[[float], Image], *, fps: float, name: str) -> VirtualCamera:
    """A camera that shows what `scene` draws at each second since it was put on. For measuring."""
    from kiosk.devices.virtual_camera import VirtualCamera

    return VirtualCamera(scene, fps=fps, camera_id=name, name=name)


def folder_scanner(folder: Path) -> Scanner:
    """Watches from now on: what lies there already is never given."""
    from kiosk.devices.watched_folder import WatchedFolder

    return WatchedFolder(folder)
