"""Whether pictures of this camera count: one made of software shows whatever it is told to."""

from __future__ import annotations

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import CameraInfo


def virtual_camera_refused(info: CameraInfo, *, allow: bool, staffed: bool = False) -> bool:
    """Whether a session must not begin with this camera.

    Args:
        allow: `[capture] allow_virtual_cameras` of the settings.
        staffed: a colleague looks on; then the camera may be used and CAPTURE_INTEGRITY warns.
    """
    return info.virtual and not allow and not staffed


def require_real_camera(info: CameraInfo, *, allow: bool, staffed: bool = False) -> None:
    """Raises BadInput(VIRTUAL_CAMERA) where `virtual_camera_refused`."""
    if virtual_camera_refused(info, allow=allow, staffed=staffed):
        raise BadInput(
            ErrorCode.VIRTUAL_CAMERA,
            f"camera {info.id} is made of software and not allowed here: connect a camera, or set allow_virtual_cameras in [capture]",
            camera=info.id,
        )
