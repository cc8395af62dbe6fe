"""What movements of a face change in a picture: mouth, nose against eyes, perspective, look, light. Read off mesh and pixels.

Mesh points are numbered as in the MediaPipe canonical face model; "right" is the person's own right. Lengths are given in outer eye
distances (points 33 and 263), so that they do not depend on how large the face is.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Face
from kiosk.imaging.face_align import align_face, box_from_points, square_crop
from kiosk.imaging.face_pose import Mesh
from kiosk.imaging.frame import Image

Floats = npt.NDArray[np.float64]

RIGHT_EYE, LEFT_EYE, NOSE_TIP = 33, 263, 1
_TOP, _CHIN = 10, 152
_CORNERS, _LIPS = (61, 291), (0, 13, 14, 17)
# what talks and smiles says nothing of perspective
_UPPER_LIP = (0, 13, 37, 39, 40, 61, 78, 80, 81, 82, 185, 191, 267, 269, 270, 291, 308, 310, 311, 312, 409, 415)
_LOWER_LIP = (14, 17, 84, 87, 88, 91, 95, 146, 178, 181, 314, 317, 318, 321, 324, 375, 402, 405)
_MOUTH = frozenset((*_UPPER_LIP, *_LOWER_LIP))
RIGID = np.array([index for index in range(468) if index not in _MOUTH])
_SIGNATURE_PX = 24
_EYES = ((33, 133, (160, 159, 158), (144, 145, 153)), (362, 263, (385, 386, 387), (380, 374, 373)))
"""Corners from the picture's left to its right, upper and lower lid."""
_EYE_PX = 64
_SMALLEST_EYE_PX = 16.0


def eye_distance(mesh: Mesh) -> float:
    """Between the outer eye corners, pixels."""
    points = np.asarray(mesh, np.float64)
    return float(np.hypot(*(points[LEFT_EYE, :2] - points[RIGHT_EYE, :2])))


def face_height(mesh: Mesh) -> float:
    """Hairline to chin, pixels."""
    points = np.asarray(mesh, np.float64)
    return float(np.hypot(*(points[_CHIN, :2] - points[_TOP, :2])))


def nose_place(mesh: Mesh) -> float:
    """Where the nose tip stands along the line of the outer eye corners, from their middle (picture axes): 0 for a frontal face."""
    points = np.asarray(mesh, np.float64)
    right, left, nose = points[RIGHT_EYE, :2], points[LEFT_EYE, :2], points[NOSE_TIP, :2]
    across = left - right
    return float((nose - (right + left) / 2).dot(across) / max(float(across.dot(across)), 1e-9))


def mouth_shape(mesh: Mesh) -> tuple[float, float]:
    """(width of the mouth, how far its corners stand above the middle of the lips); a smile raises both."""
    points = np.asarray(mesh, np.float64)[:, :2]
    across = points[LEFT_EYE] - points[RIGHT_EYE]
    unit = max(float(np.hypot(*across)), 1e-9)
    across = across / unit
    down = np.array([-across[1], across[0]])
    right, left = points[_CORNERS[0]], points[_CORNERS[1]]
    lips = points[list(_LIPS)].mean(axis=0)
    return float(np.hypot(*(left - right))) / unit, float((lips - (right + left) / 2).dot(down)) / unit


def rigid_points(mesh: Mesh) -> npt.NDArray[np.float32]:
    """The points that keep their places on the head, n x 3: x, y, z from the middle of the eyes, in outer eye distances."""
    points = np.asarray(mesh, np.float64)
    middle = (points[RIGHT_EYE] + points[LEFT_EYE]) / 2
    unit = max(float(np.hypot(*(points[LEFT_EYE, :2] - points[RIGHT_EYE, :2]))), 1e-9)
    return np.asarray((points[RIGID] - middle) / unit, np.float32)


def perspective_change(far: npt.NDArray[np.float32], near: npt.NDArray[np.float32]) -> float:
    """How much more the near points of a face are enlarged than the far ones between two views: about 0 when both are of a flat picture.

    Fits near = similarity(far) + z * (shift + k * place): the shift takes up small turns of the head and its place in the frame, k is
    the change of (outer eye distance / distance of the head), what remains of it after the landmark network's own idea of a face.

    Args: `far`, `near` as `rigid_points` gives them, of two distances. z is the mesh's own, the mean of both.
    Raises ValueError for too few points or different numbers of them.
    """
    if far.shape != near.shape or far.ndim != 2 or far.shape[0] < 8 or far.shape[1] != 3:
        raise ValueError(f"two views of the same points are wanted, not {far.shape} and {near.shape}")
    x, y = far[:, 0].astype(np.float64), far[:, 1].astype(np.float64)
    z = (far[:, 2] + near[:, 2]).astype(np.float64) / 2
    z = z - z.mean()
    none, one = np.zeros(len(x)), np.ones(len(x))
    across = np.column_stack([x, -y, one, none, z, none, -z * x])
    down = np.column_stack([y, x, none, one, none, z, -z * y])
    fit = np.linalg.lstsq(np.vstack([across, down]), np.concatenate([near[:, 0], near[:, 1]]).astype(np.float64), rcond=None)[0]
    return float(fit[6])


def signature(image: Image, face: Face) -> npt.NDArray[np.float32]:
    """A small, light-free print of the face, unit length: neighbouring frames of one face have a product near 1."""
    aligned = cv2.cvtColor(align_face(image, face.points), cv2.COLOR_BGR2GRAY).astype(np.float32)
    fine = aligned - cv2.GaussianBlur(aligned, (0, 0), 14)
    small = np.asarray(cv2.resize(fine, (_SIGNATURE_PX, _SIGNATURE_PX), interpolation=cv2.INTER_AREA), np.float32).ravel()
    small = small - small.mean()
    return np.asarray(small / max(float(np.linalg.norm(small)), 1e-6), np.float32)


def mean_colours(image: Image, face: Face) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Mean R, G, B (0..255) of the cheeks and nose, and of what lies left and right of the head."""
    skin, _ = square_crop(image, box_from_points(face, width=1.0, height=1.0, down=0.5), 1.0, border=cv2.BORDER_REPLICATE)
    x, _, width, _ = box_from_points(face, width=4.0, height=1.0, down=0.5)
    left, right = max(0, round(x)), max(0, image.shape[1] - round(x + width))
    parts = [image[::4, :left:4], image[::4, image.shape[1] - right :: 4]]
    pixels = np.concatenate([part.reshape(-1, 3) for part in parts]) if left + right >= 8 else np.zeros((0, 3), np.uint8)
    behind = pixels.mean(axis=0) if len(pixels) else np.zeros(3)
    blue, green, red = skin.reshape(-1, 3).mean(axis=0)
    return (float(red), float(green), float(blue)), (float(behind[2]), float(behind[1]), float(behind[0]))


def gaze_of(image: Image, mesh: Mesh) -> tuple[float, float] | None:
    """Where the irises stand in the eyes: right and down in the picture, in eye widths from the middle of the corners; mean of both eyes.

    None when the eyes are too small in the picture or shut. A shift against the same person's look into the camera means something; the
    figure itself depends on the person.
    """
    points = np.asarray(mesh, np.float64)[:, :2]
    found = [_iris_place(image, points, eye) for eye in _EYES]
    seen = [place for place in found if place is not None]
    if len(seen) < 2:
        return None
    return (seen[0][0] + seen[1][0]) / 2, (seen[0][1] + seen[1][1]) / 2


def _iris_place(image: Image, points: Floats, eye: tuple[int, int, tuple[int, ...], tuple[int, ...]]) -> tuple[float, float] | None:
    """The middle of what is dark within the lids."""
    begin, end, upper, lower = eye
    across = points[end] - points[begin]
    width = float(np.hypot(*across))
    gap = float(np.mean([np.hypot(*(points[above] - points[below])) for above, below in zip(upper, lower, strict=True)]))
    if width < _SMALLEST_EYE_PX or gap < 0.12 * width:
        return None
    scale = 0.8 * _EYE_PX / width
    cos, sin = across / width * scale
    middle = (points[begin] + points[end]) / 2
    matrix = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
    matrix[:, 2] = (_EYE_PX / 2, _EYE_PX / 4) - matrix[:, :2] @ middle
    flags = cv2.INTER_LINEAR
    view = cv2.warpAffine(image, matrix, (_EYE_PX, _EYE_PX // 2), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    luma = cv2.GaussianBlur(cv2.cvtColor(view, cv2.COLOR_BGR2GRAY), (0, 0), 1.0).astype(np.float32)
    outline = points[[begin, *upper, end, *reversed(lower)]] @ matrix[:, :2].T + matrix[:, 2]
    lids = np.zeros(luma.shape, np.uint8)
    cv2.fillPoly(lids, [np.round(outline).astype(np.int32)], 1)
    inside = luma[lids > 0]
    if inside.size < 40:
        return None
    dark, light = (float(value) for value in np.percentile(inside, (5, 85)))
    if light - dark < 12:
        return None
    weight = np.clip((dark + 0.45 * (light - dark) - luma) / (light - dark), 0, None) * lids
    total = float(weight.sum())
    if total < 1e-3:
        return None
    rows, columns = np.mgrid[0 : luma.shape[0], 0 : luma.shape[1]]
    unit = 0.8 * _EYE_PX
    x = float((weight * columns).sum()) / total - _EYE_PX / 2
    y = float((weight * rows).sum()) / total - _EYE_PX / 4
    return x / unit, y / unit


def luma_of(colour: tuple[float, float, float]) -> float:
    """0..1 of mean R, G, B."""
    red, green, blue = colour
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
