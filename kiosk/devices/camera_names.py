"""Names of cameras where OpenCV gives none: Windows and macOS, under the index that OpenCV opens them by.

Neither could be tried on its system yet (docs/guides/capture-records.md); what they parse was taken from published listings.
"""

from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedCamera:
    """`place`: device path, "" where the system gives none."""

    name: str
    place: str = ""


Names = Callable[[], Mapping[int, NamedCamera]]
"""Index of OpenCV -> camera. Empty when the system does not say."""

_PROFILER_LIMIT_S = 8.0


def names_on(platform: str) -> Names:
    """The source of names for `sys.platform`."""
    return {"win32": _windows_names, "darwin": _mac_names}.get(platform, dict)


def _windows_names() -> dict[int, NamedCamera]:
    """Through cv2-enumerate-cameras, where it is installed: Media Foundation's list is in the order of OpenCV's MSMF indexes."""
    try:
        listing = importlib.import_module("cv2_enumerate_cameras")
    except ImportError:
        return {}
    return {
        int(camera.index): NamedCamera(str(camera.name), str(camera.path or ""))
        for camera in listing.enumerate_cameras(1400)  # cv2.CAP_MSMF
    }


def _mac_names() -> dict[int, NamedCamera]:
    try:
        done = subprocess.run(
            ["/usr/sbin/system_profiler", "SPCameraDataType", "-json"], capture_output=True, timeout=_PROFILER_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return mac_names(done.stdout)


def mac_names(listing: bytes) -> dict[int, NamedCamera]:
    """From `system_profiler SPCameraDataType -json`. OpenCV's AVFoundation backend orders cameras by their unique ids."""
    try:
        cameras = json.loads(listing)["SPCameraDataType"]
        told = sorted((str(camera["spcamera_unique-id"]), str(camera["_name"])) for camera in cameras)
    except (ValueError, KeyError, TypeError):
        return {}
    return {index: NamedCamera(name) for index, (_id, name) in enumerate(told)}
