"""The holder's portrait on a page: which of the faces that were found can be its, and how far it reaches around the face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.domain.document import Quad
from kiosk.domain.face import Face
from kiosk.imaging import geometry

SURE_FACE = 0.7
"""Detector score of a face that counts; guilloche and print of backs reach 0.7, printed portraits 0.8 and more (drawn specimens)."""
LEAST_FACE = 0.08
"""Height of a portrait's face against the picture's, at least; what is smaller is a ghost portrait or a pattern of the print."""
_PORTRAIT_RATIO = 35.0 / 45.0


def portrait_faces(faces: Sequence[Face], height: int) -> tuple[Face, ...]:
    """Faces that can be a portrait's in a picture of that height, the largest first.

    Surely found, large enough, upright: eyes above the mouth, head not tilted by more than 30 degrees.
    """
    upright: list[Face] = []
    for face in faces:
        if face.score < SURE_FACE or face.box[3] < LEAST_FACE * height:
            continue
        (rx, ry), (lx, ly) = face.points[0], face.points[1]
        mouth = (face.points[3][1] + face.points[4][1]) / 2
        if lx > rx and abs(ly - ry) < 0.58 * (lx - rx) and mouth > (ry + ly) / 2 + 0.4 * (lx - rx):
            upright.append(face)
    return tuple(sorted(upright, key=lambda face: -face.box[2] * face.box[3]))


def enlarged(face: Face, scale: float) -> Face:
    """The face in a picture that is `scale` times as large."""
    x, y, w, h = face.box
    return replace(face, box=(x * scale, y * scale, w * scale, h * scale), points=tuple((px * scale, py * scale) for px, py in face.points))


def portrait_quad(face: Face, width: int, height: int) -> Quad:
    """The portrait around a face: 35 x 45 proportions, the face about half its height (9303-3 section 3.9.1.1)."""
    x, y, w, h = face.box
    size = max(h, w * 1.2)
    tall = min(2.0 * size, float(height))
    wide = tall * _PORTRAIT_RATIO
    middle_x, middle_y = x + w / 2, y + h / 2 - 0.06 * tall
    left = min(max(0.0, middle_x - wide / 2), max(0.0, width - wide))
    top = min(max(0.0, middle_y - tall / 2), max(0.0, height - tall))
    return geometry.box_quad(left, top, min(float(width), left + wide), min(float(height), top + tall))
