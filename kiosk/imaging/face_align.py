"""Face geometry: the similarity transform that brings five points onto a template, and crops around a face."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Box, Face
from kiosk.imaging.frame import Image

Points = Sequence[tuple[float, float]]

ARCFACE_112: Points = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Where ArcFace-style networks (SFace too) expect right eye, left eye, nose tip, right and left mouth corner in a 112x112 picture."""


def similarity_transform(source: Points, target: Points) -> npt.NDArray[np.float64]:
    """The 2x3 matrix (rotation, one scale, shift) that brings `source` onto `target` with the least squared error (Umeyama 1991).

    Raises ValueError when the source points all coincide.
    """
    src, dst = np.asarray(source, np.float64), np.asarray(target, np.float64)
    src_mean, dst_mean = src.mean(axis=0), dst.mean(axis=0)
    src_zero, dst_zero = src - src_mean, dst - dst_mean
    variance = float((src_zero**2).sum() / len(src))
    if variance <= 1e-12:
        raise ValueError("the points coincide")
    u, scales, vt = np.linalg.svd(dst_zero.T @ src_zero / len(src))
    flip = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])  # never a mirror image
    rotation = u @ np.diag(flip) @ vt
    scale = float((scales * flip).sum() / variance)
    matrix = np.empty((2, 3))
    matrix[:, :2] = scale * rotation
    matrix[:, 2] = dst_mean - matrix[:, :2] @ src_mean
    return matrix


def align_face(image: Image, points: Points, template: Points = ARCFACE_112, size_px: int = 112) -> Image:
    """`size_px` square BGR picture in which `points` lie on `template` (given for that size); outside is black as in training."""
    matrix = similarity_transform(points, template)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 0.5:
        # Plain bilinear warping of a large face aliases; an area-averaged reduction first keeps the skin smooth.
        shrink = 2 * scale
        image = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        matrix = similarity_transform([(x * shrink, y * shrink) for x, y in points], template)
    return cv2.warpAffine(image, matrix, (size_px, size_px), flags=cv2.INTER_LINEAR, borderValue=(0, 0, 0)).astype(np.uint8, copy=False)


def face_axis(face: Face) -> tuple[tuple[float, float], tuple[float, float], float]:
    """(middle of the eyes, middle of the mouth, their distance in pixels). The distance does not shrink when the head turns sideways."""
    right, left, _, mouth_right, mouth_left = face.points
    eyes = ((right[0] + left[0]) / 2, (right[1] + left[1]) / 2)
    mouth = ((mouth_right[0] + mouth_left[0]) / 2, (mouth_right[1] + mouth_left[1]) / 2)
    return eyes, mouth, float(np.hypot(mouth[0] - eyes[0], mouth[1] - eyes[1]))


def box_from_points(face: Face, *, width: float, height: float, down: float) -> Box:
    """A box of the habits of another detector, so that a model gets the crop it was trained on whichever detector found the face.

    Args: in units of the eyes-to-mouth distance; `down` moves the centre from the middle of the eyes towards the mouth.
    """
    eyes, mouth, length = face_axis(face)
    centre_x = eyes[0] + down * (mouth[0] - eyes[0])
    centre_y = eyes[1] + down * (mouth[1] - eyes[1])
    return (centre_x - width * length / 2, centre_y - height * length / 2, width * length, height * length)


def square_crop(image: Image, box: Box, scale: float, *, border: int = cv2.BORDER_REFLECT_101) -> tuple[Image, tuple[float, float, float]]:
    """A square around `box` with side = `scale` x its longer side; what lies outside the picture is filled by `border`.

    Returns the crop and (x, y, side) of it in pixels of `image`; x, y may be negative.
    """
    x, y, width, height = box
    side = max(2, round(scale * max(width, height)))
    left, top = round(x + width / 2 - side / 2), round(y + height / 2 - side / 2)
    rows, columns = image.shape[:2]
    pads = (max(0, -top), max(0, top + side - rows), max(0, -left), max(0, left + side - columns))
    inside = image[max(0, top) : max(0, min(rows, top + side)), max(0, left) : max(0, min(columns, left + side))]
    if inside.size == 0:
        return np.zeros((side, side, 3), np.uint8), (float(left), float(top), float(side))
    if any(pads):
        inside = cv2.copyMakeBorder(inside, *pads, border, value=(0, 0, 0)).astype(np.uint8, copy=False)
    return inside, (float(left), float(top), float(side))


def scaled(face: Face, factor: float, shift: tuple[float, float] = (0.0, 0.0)) -> Face:
    """The face in another picture's pixels: multiply, then shift."""
    x, y, width, height = face.box
    dx, dy = shift
    return Face(
        box=(x * factor + dx, y * factor + dy, width * factor, height * factor),
        score=face.score,
        points=tuple((px * factor + dx, py * factor + dy) for px, py in face.points),
        model=face.model,
    )
