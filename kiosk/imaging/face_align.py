"""Face geometry: the similarity transform that brings five points onto a template, and crops around a face."""

from __future__ import annotations

import math
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
    back = cv2.invertAffineTransform(matrix)
    centre = back @ (size_px / 2, size_px / 2, 1)
    angle = -math.atan2(matrix[1, 0], matrix[0, 0])
    return turned_square(image, (float(centre[0]), float(centre[1])), size_px / scale, angle, size_px)[0]


def turned_square(
    image: Image, centre: tuple[float, float], side: float, angle: float, size_px: int
) -> tuple[Image, npt.NDArray[np.float64]]:
    """A square cut at an angle: `side` pixels of `image` become `size_px`, what lies at `angle` (radians, clockwise) becomes level.

    Returns the square (black outside the picture) and the 2x3 matrix from `image` to it.
    """
    scale = size_px / side
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    x, y = centre
    half = size_px / 2
    matrix = np.array([[cos, sin, half - cos * x - sin * y], [-sin, cos, half + sin * x - cos * y]])
    around = (x - side * 0.71, y - side * 0.71, side * 1.42, side * 1.42)  # room for any angle
    crop, (left, top, _) = square_crop(image, around, 1.0, border=cv2.BORDER_CONSTANT)
    inner = matrix.copy()
    inner[:, 2] += matrix[:, :2] @ (left, top)
    # Plain warping of a large face would alias, so it is halved first as often as leaves 1.4 to 2.8 pixels to one. Means of 2 x 2 take a
    # twentieth of the time of any other ratio. Pixels are told by their middles, which lie half a pixel on.
    for _ in range(max(0, round(-math.log2(2 * scale)))):
        rows, columns = crop.shape[0] // 2, crop.shape[1] // 2
        crop = np.asarray(cv2.resize(crop[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
        inner[:, 2] += inner[:, :2] @ (0.5, 0.5)
        inner[:, :2] *= 2
    return np.asarray(cv2.warpAffine(crop, inner, (size_px, size_px), flags=cv2.INTER_LINEAR), np.uint8), matrix


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


def with_margin(image: Image, share: float) -> tuple[Image, tuple[int, int]]:
    """The picture in a grey frame of `share` of its longer side; also the (left, top) width of the frame in pixels."""
    pixels = max(1, round(share * max(image.shape[:2])))
    framed = cv2.copyMakeBorder(image, pixels, pixels, pixels, pixels, cv2.BORDER_CONSTANT, value=(128, 128, 128))
    return np.asarray(framed, np.uint8), (pixels, pixels)
