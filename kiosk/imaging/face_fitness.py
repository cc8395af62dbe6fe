"""Whether a face carries a comparison at all: with too few pixels, in the dark, smeared, turned away or cut off, a score says nothing."""

from __future__ import annotations

from kiosk.domain.face import Face, FaceIssue, Pose
from kiosk.imaging.face_align import box_from_points
from kiosk.imaging.face_cover import face_cover
from kiosk.imaging.face_patches import face_patches
from kiosk.imaging.face_pose import Mesh, head_pose, mesh_array
from kiosk.imaging.face_quality import eye_span, face_region, face_sharpness, light_of, too_bright, too_dark
from kiosk.imaging.frame import Image

MIN_EYES_PX = 16.0
"""Between the eyes. Measured with dlib on 31 faces made small: down to 15 px, strangers score no higher than in full size (0.64 against
0.61) and another picture of the person loses 0.05."""
MIN_SHARPNESS = 0.12
"""`face_sharpness`. Measured likewise down to 0.1: a lens blur of 3.5 px at 54 px between the eyes."""
MAX_TURN_DEG = 40.0
"""Half of the face is out of sight beyond it; the pose rules of a selfie (face_quality) are stricter."""
MIN_INSIDE = 0.95
"""Share of the region from brows to chin and from cheek to cheek that must lie in the picture."""


def comparison_obstacle(image: Image, face: Face, pose: Pose | None = None) -> FaceIssue | None:
    """The first thing that keeps this face (BGR picture) from being compared; None when nothing does. `pose` None = not known."""
    if eye_span(face) < MIN_EYES_PX:
        return FaceIssue.TOO_SMALL
    if _inside(image, face) < MIN_INSIDE:
        return FaceIssue.NEAR_BORDER
    if pose is not None and max(abs(pose.yaw), abs(pose.pitch)) > MAX_TURN_DEG:
        return FaceIssue.TURNED
    region = face_region(image, face)
    light = light_of(region)
    if too_dark(light):
        return FaceIssue.TOO_DARK
    if too_bright(light):
        return FaceIssue.TOO_BRIGHT
    return FaceIssue.BLURRED if face_sharpness(region) < MIN_SHARPNESS else None


def comparison_obstacle_by_mesh(image: Image, face: Face, mesh: Mesh) -> FaceIssue | None:
    """As `comparison_obstacle`, with what a mesh (may be empty) tells: the pose, and whether a part of the face is covered.

    No threshold was measured on covered faces; a mask or dark glasses on both pictures would be what is compared.
    """
    if len(mesh) == 0:
        return comparison_obstacle(image, face)
    points = mesh_array(mesh)
    obstacle = comparison_obstacle(image, face, head_pose(points))
    if obstacle is not None:
        return obstacle
    patches = face_patches(image, points)
    return FaceIssue.COVERED if patches is not None and face_cover(patches).parts else None


def _inside(image: Image, face: Face) -> float:
    x, y, width, height = box_from_points(face, width=1.7, height=1.7, down=0.5)
    rows, columns = image.shape[:2]
    wide = max(0.0, min(x + width, columns) - max(x, 0.0))
    high = max(0.0, min(y + height, rows) - max(y, 0.0))
    return float(wide * high / max(width * height, 1e-9))
