"""BlazeFace short range, the face detector of the default set, and what detectors share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Box, Face
from kiosk.engines.tflite import TfliteNet
from kiosk.imaging.face_align import scaled, square_crop, with_margin
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import limited

_INPUT_PX = 128
_TILE_OVERLAP = 0.5
MARGIN = 0.4
"""Of the longer side, around a picture that a face may fill."""
TIGHT_FACE = 0.5
"""Such a face is at least this share of the picture's shorter side."""
_MIN_TIGHT_SCORE = 0.8
"""A whole card in a frame scores up to 0.73 as a face."""
_SURE_LIVE = 0.8
"""On live frames a surer find needs no second look: what stands still before a camera is looked at again soon, and landmarks follow."""
_MIN_TILE_SCORE = 0.6
"""Many looks need a stricter bound: patterns of a card's back reach 0.68, but do not stand up to a second look."""
_TILE_LEVELS = (1.0, 0.55, 0.3)  # tile side in units of the picture's shorter side
_MIN_TILE_PX = 96
_SMALL_FACE = 0.12
_SEEN = 0.16
"""BlazeFace finds nearly all faces from this share of what it looks at, and few below `_SMALL_FACE` of it."""
_CLEAR = 0.35
_COMPANION = 0.4
"""A second person is looked for down to this share of the largest face's width."""


class BlazeFaceDetector:
    """MediaPipe's face_detection_short_range.tflite. Faces below about 20 of its 128 input pixels need a second pass over tiles.

    It gives one mouth point, on the lower lip. The two mouth corners of `Face.points` are that point moved 0.12 of the eyes-to-mouth
    distance up and 0.4 of the eye distance to either side: good for cropping, too coarse to align a face for a network
    (dlib's matcher and the face mesh refine them). Thread-safe.

    Args:
        thorough: also look at tiles, down to faces of about 4 % of the picture (some 40 calls when there is no face at all); without it
            only squares of the full height are looked at, and only when the whole shows no large face, which suits live frames.
        exact: look at each find once more, larger. Live frames can do without where the find is sure.
    """

    def __init__(
        self, path: Path, *, model_id: str = "blazeface_short", min_score: float = 0.5, thorough: bool = True, exact: bool | None = None
    ) -> None:
        """Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT)."""
        self._model_id = model_id
        self._min_score = min_score
        self._thorough = thorough
        self._exact = thorough if exact is None else exact
        self._net = TfliteNet(path, ("regressors", "classificators"))

    @property
    def model_id(self) -> str:
        return self._model_id

    def detect(self, image: Image) -> tuple[Face, ...]:
        """All faces, the largest first. A picture without a face costs the most: every tile is looked at."""
        longest = max(image.shape[:2])
        small = limited(image, 1280)  # tiles below are seen at 128 pixels: more than this carries nothing
        factor = longest / max(small.shape[:2])
        found = self._detect_once(small, self._min_score)
        if not self._is_enough(found, max(small.shape[:2])):
            found += self._search_tiles(small, found)
        found = [sharper for face in _without_doubles(found) if (sharper := self._second_look(small, face)) is not None]
        if not found and self._thorough:
            # A face that fills the picture (a portrait cut out of a document): these networks were trained on faces with surroundings.
            framed, (left, top) = with_margin(small, MARGIN)
            tight = [scaled(face, 1, (-left, -top)) for face in self._detect_once(framed, max(self._min_score, _MIN_TIGHT_SCORE))]
            found = [face for face in tight if face.box[2] >= TIGHT_FACE * min(small.shape[:2])]
        return _without_doubles([scaled(face, factor) for face in found])

    def _second_look(self, image: Image, face: Face) -> Face | None:
        """The same face seen larger: better points, and no face where only a pattern was. None when the second look sees nothing.

        Measured on 36 pictures against the face mesh: nine in ten eyes within 0.08 eye distances instead of 0.11.
        """
        x, y, width, height = face.box
        if width > _CLEAR * max(image.shape[:2]) or (not self._exact and face.score >= _SURE_LIVE):
            return face
        crop, (left, top, _) = square_crop(image, (x, y, width, height), 2.4)
        again = [scaled(other, 1, (left, top)) for other in self._detect_once(crop, self._min_score)]
        same = [other for other in again if _overlap(other.box, face.box, of_union=True) > 0.3]
        return max(same, key=lambda other: other.score) if same else None

    def _is_enough(self, found: list[Face], seen_side: float) -> bool:
        """Whether finer looks than one at `seen_side` pixels can be spared."""
        if not found:
            return False
        largest = max(face.box[2] for face in found)
        if not self._thorough:
            return largest >= _SMALL_FACE * seen_side
        return _SEEN * seen_side <= _COMPANION * largest

    def _search_tiles(self, image: Image, known: list[Face]) -> list[Face]:
        """Faces in ever smaller tiles, until somebody is found and a companion of that person would have been, too."""
        height, width = image.shape[:2]
        found: list[Face] = []
        for level in _TILE_LEVELS if self._thorough else _TILE_LEVELS[:1]:
            side = round(level * min(height, width))
            tiles = list(_tiles(width, height, side))
            if side < _MIN_TILE_PX or ((known or found) and level == _TILE_LEVELS[-1]):
                break
            if len(tiles) > 1:
                for left, top in tiles:
                    tile = image[top : top + side, left : left + side]
                    faces = self._detect_once(tile, max(self._min_score, _MIN_TILE_SCORE))
                    # A face that fills a tile of its own was already looked for in the larger ones: most such are textures.
                    found.extend(scaled(face, 1, (left, top)) for face in faces if level == 1 or face.box[2] < 0.8 * side)
            if self._is_enough(known + found, side):
                break
        return found

    def _detect_once(self, image: Image, min_score: float) -> list[Face]:
        """One look at the whole of `image`, padded to a square; in its pixels, doubles not yet removed."""
        rows, columns = image.shape[:2]
        side = max(rows, columns)
        shrunk = limited(image, _INPUT_PX) if side > _INPUT_PX else image
        scale = _INPUT_PX / side
        if side < _INPUT_PX:
            shrunk = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.uint8)
        top, left = (_INPUT_PX - shrunk.shape[0]) // 2, (_INPUT_PX - shrunk.shape[1]) // 2
        square = np.zeros((_INPUT_PX, _INPUT_PX, 3), np.uint8)
        square[top : top + shrunk.shape[0], left : left + shrunk.shape[1]] = shrunk
        tensor = cv2.dnn.blobFromImage(square, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True)
        regressors, logits = self._net.run(np.asarray(tensor, np.float32))
        scores = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        keep = np.flatnonzero(scores >= min_score)
        raw = regressors.reshape(-1, 8, 2)[keep]  # centre (from the anchor), size, then six key points (from the anchor)
        sizes = raw[:, 1] / scale
        points = (raw + _ANCHORS[keep, np.newaxis] - (left, top)) / scale
        boxes = np.concatenate([points[:, 0] - sizes / 2, sizes], axis=1)
        faces = [
            Face(box=(x, y, width, height), score=score, points=tuple((px, py) for px, py in five), model=self._model_id)
            for (x, y, width, height), score, five in zip(
                boxes.tolist(), scores[keep].tolist(), _with_mouth_corners(points[:, 2:6]).tolist(), strict=True
            )
            if width > 0 and height > 0
        ]
        return _blended(faces)


def _anchors() -> npt.NDArray[np.float64]:
    """Centres of the 896 anchors in input pixels: two per cell of 8 px, then six per cell of 16 px."""
    centres = []
    for step, per_cell in ((8, 2), (16, 6)):
        line = (np.arange(_INPUT_PX // step) + 0.5) * step
        ys, xs = np.meshgrid(line, line, indexing="ij")
        centres.append(np.repeat(np.stack([xs.ravel(), ys.ravel()], axis=1), per_cell, axis=0))
    return np.concatenate(centres)


_ANCHORS = _anchors()


def _blended(faces: list[Face]) -> list[Face]:
    """Overlapping finds of one look become their mean, weighted by score (MediaPipe does the same): steadier than the best alone."""
    left = sorted(faces, key=lambda face: face.score, reverse=True)
    result = []
    while left:
        group = left[:1]
        rest: list[Face] = []
        for face in left[1:]:
            (group if _overlap(left[0].box, face.box, of_union=True) > 0.3 else rest).append(face)
        weights = np.array([face.score for face in group])
        weights /= weights.sum()
        box = np.average([face.box for face in group], axis=0, weights=weights)
        points = np.average([face.points for face in group], axis=0, weights=weights)
        result.append(
            Face(
                box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                score=group[0].score,
                points=tuple((float(x), float(y)) for x, y in points),
                model=group[0].model,
            )
        )
        left = rest
    return result


def _with_mouth_corners(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Args: right eye, left eye, nose, mouth of each find (n x 4 x 2). Returns n x 5 x 2."""
    right, left, mouth = points[:, 0], points[:, 1], points[:, 3]
    lift = 0.12 * ((right + left) / 2 - mouth)
    side = 0.4 * (left - right)
    return np.stack([right, left, points[:, 2], mouth + lift - side, mouth + lift + side], axis=1)


def _tiles(width: int, height: int, side: int) -> Iterator[tuple[int, int]]:
    """Top left corners of overlapping squares that cover the picture."""
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield left, top


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    count = int(np.ceil((length - side) / (side * _TILE_OVERLAP))) + 1
    return [round(start) for start in np.linspace(0, length - side, count)]


def largest_first(faces: list[Face] | tuple[Face, ...]) -> tuple[Face, ...]:
    """By the area of their boxes."""
    return tuple(sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True))


def _without_doubles(faces: list[Face]) -> tuple[Face, ...]:
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: face.score, reverse=True):
        if all(_overlap(face.box, other.box) < 0.3 for other in kept):
            kept.append(face)
    return largest_first(kept)


def _overlap(one: Box, other: Box, *, of_union: bool = False) -> float:
    """Intersection over the smaller area (a face cut by a tile lies inside the whole one), or over the union."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = (one[2] * one[3], other[2] * other[3])
    common = width * height
    return float(common / (sum(areas) - common if of_union else min(areas)))
