"""A person made of one frontal photograph: the face mesh is bent, turned and moved in space, seen through a pinhole and drags the pixels.

Lengths are pixels of the photograph, which stand for millimetres through the distance between the eyes. The photograph is taken to have
been made by the same lens, from the distance at which eyes are as far apart as they are in it: then nearness changes proportions as it
does before a real camera, the nose first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image
from kiosk.specimens.face_muscles import Muscles, checked_mesh
from kiosk.specimens.face_paint import Paint

Floats = npt.NDArray[np.float64]
Mesh = Sequence[tuple[float, float, float]]

FOCAL = 0.95
"""In frame widths: a webcam with 56 degrees of view."""
_EYES_MM = 63.0
_NEAREST_MM = 28.0
"""Nothing comes nearer to the lens than this: what would, stays there."""
_GRID_PX = 3
_OVAL_STEPS = 48
# as in head_turn.py, where they were chosen: depth of the mesh, the axis on the neck, and how far back hair and ears lie; half face widths
_DEPTH, _AXIS, _EDGE_BACK, _SKULL_BACK = 1.3, 0.7, -0.05, 0.1
_EDGE_SHARE, _SKULL_SHARE, _STILL_SHARE = 1.14, 1.34, 2.2
_BODY_BACK = 0.5
_BELOW = 0.7
"""How much further down than the photograph the body goes on, in picture heights: for the time when the person steps back."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the person does at one moment. None = as in the photograph.

    Attributes:
        yaw, pitch, roll: degrees, the signs of `Pose` (yaw < 0 turned to the person's left).
        smile: 0 a mouth at rest .. 1 a broad smile. mouth: 0 lips closed .. 1 wide open. eyes: 0 shut .. 1 as in the photograph.
        gaze_x, gaze_y: -1..1, where the eyes look in the picture (not mirrored): +x right, +y down.
        size: height of the face (hairline to chin, mesh points 10 and 152) in frame heights.
        at_x, at_y: where the middle of the face is, in shares of the frame.
        centre_eyes: 0 = `at` is the middle of the face, 1 = of the eyes.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    smile: float | None = None
    mouth: float | None = None
    eyes: float = 1.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    size: float | None = None
    at_x: float | None = None
    at_y: float | None = None
    centre_eyes: float = 0.0


class FaceRig:
    """Renders `Look`s. Holds the photograph, its mesh, the person's outline and the room behind; one thread."""

    def __init__(self, image: Image, landmarks: Mesh, *, size: tuple[int, int] | None = None) -> None:
        """Args:
            image: BGR with a frontal face, framed as a webcam would; `landmarks` its 468 mesh points (x, y, z; smaller z is nearer).
            size: (width, height) of the frames; that of the photograph when None. Another shape crops or shows more room.
        Raises ValueError for too few landmarks.
        """
        mesh = checked_mesh(landmarks)
        rows, columns = image.shape[:2]
        self._size = size or (columns, rows)
        # frame pixels per photograph pixel, so that the photograph fills the frame
        self._zoom = max(self._size[0] / columns, self._size[1] / rows)
        self._lens = (columns / 2, rows / 2)
        self._focal = FOCAL * self._size[0] / self._zoom
        self.muscles = Muscles(mesh)
        self._prepare_space(mesh)
        self._prepare_picture(image, mesh)

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    @property
    def still(self) -> Look:
        """The photograph's own look with its numbers filled in."""
        frame_w, frame_h = self._size
        x, y = self._onto_frame(self._anchor[:2][None, :])[0]
        return Look(
            smile=self.muscles.smile,
            mouth=self.muscles.mouth,
            size=self._face_px * self._zoom / frame_h,
            at_x=float(x) / frame_w,
            at_y=float(y) / frame_h,
        )

    def render(self, look: Look) -> Image:
        """The frame, without noise: BGR, a new array."""
        bent = self.muscles.bent(look.smile, look.mouth, look.eyes, look.gaze_y)
        points, depth = self._seen(bent, look)
        shape = _Shape.of(points, depth, self._source, self._triangles)
        width, height = self._size
        columns, rows = -(-width // _GRID_PX) + 1, -(-height // _GRID_PX) + 1
        grid_x, grid_y = shape.sources((0, 0), (columns, rows), _GRID_PX)
        share = cv2.remap(self._matte, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        map_x, map_y = self._full(_soft(grid_x)), self._full(_soft(grid_y))
        for x0, y0, x1, y1 in self._fine(points, look):
            fine_x, fine_y = shape.sources((x0, y0), (x1 - x0, y1 - y0), 1)
            if look.gaze_x or look.gaze_y:
                moved = cv2.remap(self._irises, fine_x, fine_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
                fine_x = fine_x - moved[..., 0] * np.float32(look.gaze_x)
                fine_y = fine_y - moved[..., 1] * np.float32(look.gaze_y)
            map_x[y0:y1, x0:x1], map_y[y0:y1, x0:x1] = _soft(fine_x), _soft(fine_y)
        person = np.asarray(cv2.remap(self._picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        if look.eyes < 1:
            opened = self._seen(self.muscles.bent(look.smile, look.mouth, 1.0), look)[0]
            self._paint.lids(person, points, opened)
        self._paint.mouth(person, points, self.muscles.opened(bent))
        weight = self._full(share)
        return np.asarray(cv2.blendLinear(person, self._room, weight, 1 - weight), np.uint8)

    # --- preparation -----------------------------------------------------------------------------------------------

    def _prepare_space(self, mesh: Floats) -> None:
        """Points beyond the face: hair and ears turn with the skull, shoulders and all further out stay."""
        hull = cv2.convexHull(mesh[:, :2].astype(np.float32)).reshape(-1, 2).astype(np.float64)
        middle = (hull.min(axis=0) + hull.max(axis=0)) / 2
        self._half_w = half_w = float(np.ptp(hull[:, 0])) / 2
        outline = even(hull, _OVAL_STEPS)
        self._back_z = back_z = float(np.quantile(mesh[:, 2], 0.97))
        rings = []
        for ratio, back in ((_EDGE_SHARE, _EDGE_BACK), (_SKULL_SHARE, _SKULL_BACK), (_STILL_SHARE, _BODY_BACK)):
            ring = middle + (outline - middle) * ratio
            rings.append(np.column_stack([ring, np.full(len(ring), back_z + half_w * back)]))
        columns, rows = 2 * self._lens[0], 2 * self._lens[1]
        far = [(x, y) for x in np.linspace(-columns, 2 * columns, 5) for y in np.linspace(-rows, 2.6 * rows, 5)]
        far = [place for place in far if math.dist(place, middle) > 3 * half_w]
        rings.append(np.column_stack([np.array(far), np.full(len(far), back_z + half_w * _BODY_BACK)]))
        self._around = np.vstack(rings)
        self._source = np.vstack([mesh[:, :2], self._around[:, :2]])
        self._turning = len(mesh) + 2 * _OVAL_STEPS
        from scipy.spatial import Delaunay  # type: ignore[import-untyped]  # comes with scikit-image; slow to load

        self._triangles = Delaunay(self._source).simplices
        self._mesh = mesh
        self._face_px = float(np.linalg.norm(mesh[10, :2] - mesh[152, :2]))
        anchor_z = self._deeper(mesh[[10, 152], 2]).mean()
        self._anchor = np.array([*((mesh[10, :2] + mesh[152, :2]) / 2), anchor_z])
        self._eye_line = np.array([*mesh[[33, 133, 263, 362], :2].mean(axis=0), anchor_z])
        eyes_px = float(np.linalg.norm(mesh[[33, 133], :2].mean(axis=0) - mesh[[263, 362], :2].mean(axis=0)))
        self._mm = _EYES_MM / max(eyes_px, 1.0)
        # what is one pixel of the photograph wide at the face was, for this lens, as many such pixels away
        self._far = self._focal
        chin = float(mesh[:, 1].max())
        below = np.clip((self._source[:, 1] - chin) / (0.9 * half_w), 0, 1)
        self._follow = np.where(np.arange(len(self._source)) < self._turning, 1 - below, 0.0)[:, None]
        self._pivot = np.array([float(middle[0]), chin, back_z + _AXIS * half_w])

    def _prepare_picture(self, image: Image, mesh: Floats) -> None:
        from kiosk.specimens.face_matte import outline_of, room_behind

        matte = outline_of(image, mesh)
        rows, columns = image.shape[:2]
        room = room_behind(image, matte)
        shift = np.array(
            [[self._zoom, 0, self._size[0] / 2 - self._zoom * columns / 2], [0, self._zoom, self._size[1] / 2 - self._zoom * rows / 2]]
        )
        self._room = np.asarray(cv2.warpAffine(room, shift, self._size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        below = round(_BELOW * rows)
        self._picture = np.asarray(cv2.copyMakeBorder(image, 0, below, 0, 0, cv2.BORDER_REFLECT_101), np.uint8)
        self._matte = np.asarray(cv2.copyMakeBorder(matte, 0, below, 0, 0, cv2.BORDER_REPLICATE), np.float32)
        self._paint = Paint(image, mesh, self.muscles)
        self._irises = self.muscles.iris_field((rows + below, columns))

    # --- space -----------------------------------------------------------------------------------------------------

    def _deeper(self, z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """MediaPipe's mesh is flatter than heads are."""
        return np.asarray(self._back_z + (z - self._back_z) * _DEPTH, np.float64)

    def _seen(self, bent: Floats, look: Look) -> tuple[Floats, npt.NDArray[np.float64]]:
        """(frame pixels n x 2, depth n) of all points."""
        face = bent.copy()
        face[:, 2] = self._deeper(bent[:, 2])
        points = np.vstack([face, self._around])
        # what the photograph's own perspective put there, taken back: lengths at the depth of the anchor
        depth = self._far + points[:, 2] - self._anchor[2]
        space = np.column_stack([(points[:, :2] - self._lens) * (depth / self._far)[:, None], points[:, 2]])
        pivot = np.array([*(self._pivot[:2] - self._lens), self._pivot[2]])
        turned = (space - pivot) @ rotation(look.yaw, look.pitch, look.roll).T + pivot
        space = space + (turned - space) * self._follow
        anchor = self._anchor + (self._eye_line - self._anchor) * look.centre_eyes
        still = self.still
        frame_w, frame_h = self._size
        wanted = still.size if look.size is None else look.size
        assert wanted is not None
        distance = self._far * self._face_px * self._zoom / (wanted * frame_h)
        at_x = still.at_x if look.at_x is None else look.at_x
        at_y = still.at_y if look.at_y is None else look.at_y
        assert at_x is not None
        assert at_y is not None
        # where the anchor is to be seen, in pixels of the photograph from the middle of the lens
        goal = np.array([(at_x - 0.5) * frame_w, (at_y - 0.5) * frame_h]) / self._zoom
        held = anchor[:2] - self._lens
        z = np.maximum(distance + space[:, 2] - self._anchor[2], _NEAREST_MM / self._mm)
        seen = (space[:, :2] - held + goal * distance / self._far) * (self._far / z)[:, None]
        return self._onto_frame(seen + self._lens), z

    def _onto_frame(self, photo: Floats) -> Floats:
        """Pixels of the photograph to pixels of the frame."""
        return np.asarray((photo - self._lens) * self._zoom + np.array(self._size) / 2, np.float64)

    # --- pixels ----------------------------------------------------------------------------------------------------

    def _fine(self, points: Floats, look: Look) -> list[tuple[int, int, int, int]]:
        """Rectangles of the frame in which the coarse grid would smooth away what lids, eyes or lips do."""
        parts = []
        if look.eyes != 1 or look.gaze_x or look.gaze_y:
            parts += list(self.muscles.eye_regions)
        if (look.smile, look.mouth) != (None, None) and (look.smile, look.mouth) != (self.muscles.smile, self.muscles.mouth):
            parts.append(self.muscles.mouth_region)
        width, height = self._size
        rectangles = []
        for part in parts:
            low, high = points[part].min(axis=0), points[part].max(axis=0)
            margin = 0.15 * (high - low)
            x0, y0 = (max(0, int(one)) for one in low - margin)
            x1, y1 = (min(limit, math.ceil(one)) for one, limit in zip(high + margin, (width, height), strict=True))
            # close up the grid is finer than what it smooths
            if x1 > x0 and y1 > y0 and (x1 - x0) * (y1 - y0) < 0.12 * width * height:
                rectangles.append((x0, y0, x1, y1))
        return rectangles

    def _full(self, grid: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Samples at grid corners spread over the pixels of the frame."""
        spread = np.array([[_GRID_PX, 0, 0], [0, _GRID_PX, 0]], np.float32)
        return np.asarray(
            cv2.warpAffine(np.asarray(grid, np.float32), spread, self._size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
            np.float32,
        )


@dataclass(frozen=True, slots=True)
class _Shape:
    """Triangles as they lie in the frame, the furthest first, each with the affine way back to the photograph."""

    corners: Floats  # n x 3 x 2, frame pixels
    linear: Floats  # n x 2 x 2
    offset: Floats  # n x 2

    @staticmethod
    def of(points: Floats, depth: npt.NDArray[np.float64], source: Floats, triangles: npt.NDArray[np.int32]) -> _Shape:
        corners, sources = points[triangles], source[triangles]
        one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        first, second = sources[:, 1] - sources[:, 0], sources[:, 2] - sources[:, 0]
        area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
        # only what faces the lens as it did in the photograph
        seen = (np.abs(area) > 1e-5) & (area * (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) > 0)
        order = np.argsort(-depth[triangles].mean(axis=1), kind="stable")
        order = order[seen[order]]
        one, two, first, second, corners = one[order], two[order], first[order], second[order], corners[order]
        # source = its first corner + (p - first corner) @ inverse([one; two]) @ [first; second]
        inverse = np.stack([np.stack([two[:, 1], -one[:, 1]], -1), np.stack([-two[:, 0], one[:, 0]], -1)], -2) / area[order][:, None, None]
        linear = inverse @ np.stack([first, second], -2)
        return _Shape(corners, linear, sources[order, 0] - np.einsum("ni,nij->nj", corners[:, 0], linear))

    def sources(self, origin: tuple[int, int], size: tuple[int, int], step: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Which pixel (x, y) of the photograph is seen at each corner of a grid: `size` columns x rows from `origin`, `step` px apart."""
        columns, rows = size
        at = (self.corners - origin) / step
        low, high = at.min(axis=1), at.max(axis=1)
        near = np.flatnonzero((high[:, 0] >= 0) & (high[:, 1] >= 0) & (low[:, 0] < columns) & (low[:, 1] < rows))
        polygons = np.round(np.clip(at[near], -4000, 4000) * 16).astype(np.int32)
        which = np.full((rows, columns), -1, np.int32)
        for number, polygon in enumerate(polygons):
            cv2.fillConvexPoly(which, polygon, number, cv2.LINE_8, 4)
        x, y = np.meshgrid(np.arange(columns, dtype=np.float32) * step + origin[0], np.arange(rows, dtype=np.float32) * step + origin[1])
        chosen = np.maximum(which, 0)
        a, b = self.linear[near].reshape(-1, 4).astype(np.float32), self.offset[near].astype(np.float32)
        if not len(near):
            return np.full_like(x, -9e3), np.full_like(y, -9e3)
        across, along = a[chosen], b[chosen]
        map_x = x * across[..., 0] + y * across[..., 2] + along[..., 0]
        map_y = x * across[..., 1] + y * across[..., 3] + along[..., 1]
        nowhere = which < 0
        map_x[nowhere], map_y[nowhere] = -9e3, -9e3
        return map_x, map_y


def _soft(grid: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), 0.8), np.float32)


def rotation(yaw: float, pitch: float, roll: float) -> Floats:
    """Of points (x right, y down, z away) for a pose of those degrees: columns in, so use `points @ rotation.T`."""
    a, b, c = (math.radians(-angle) for angle in (yaw, pitch, roll))
    about_y = np.array([[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    about_z = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y, np.float64)


def even(hull: Floats, count: int) -> Floats:
    """`count` points at even distances along a closed outline."""
    closed = np.vstack([hull, hull[:1]])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0, length[-1], count, endpoint=False)
    return np.column_stack([np.interp(at, length, closed[:, 0]), np.interp(at, length, closed[:, 1])])
