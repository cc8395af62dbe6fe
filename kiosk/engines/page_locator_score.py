"""How likely a quad is to be the outline of a page: what edges and the page network say along its sides, inside and outside of it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.engines.page_locator_edges import EdgeField, Floats, sampled

Planes = npt.NDArray[np.float32]
_T = np.linspace(0.06, 0.94, 32)
_BEYOND = np.concatenate([np.linspace(-0.15, -0.03, 5), np.linspace(1.03, 1.15, 5)])
_ACROSS = np.array([-1.0, 0.0, 1.0])
_KNOWN_RATIOS = (1.586, 1.42)  # ID-1; ID-2 and ID-3 (ISO/IEC 7810)
FEATURES = 16


class Outline:
    """The network's planes, sampled at places of the working copy."""

    def __init__(self, planes: Planes, field: EdgeField) -> None:
        self.page, self.rim = planes[0], planes[1]
        # where the network is unsure of the outline, the border of what it calls page still shows the way
        self.ridge = np.maximum(self.rim, 2.0 * self.page * (1.0 - self.page))
        self.scale = np.array([planes.shape[2] / field.width, planes.shape[1] / field.height])
        self.size = np.array([field.width, field.height], np.float64)
        self.cell_px = float(1 / self.scale.min())

    def at(self, plane: Planes, points: Floats) -> Floats:
        return sampled(plane, (points + 0.5) * self.scale - 0.5)

    def is_inside(self, points: Floats) -> npt.NDArray[np.bool_]:
        return np.asarray(((points >= 0) & (points <= self.size - 1)).all(axis=-1))


def features(quads: Floats, framed: npt.NDArray[np.bool_], field: EdgeField, outline: Outline) -> Floats:
    """n x 16 of n x 4 x 2 quads (clockwise, working copy) whose sides of `framed` (n x 4) lie on the picture's border."""
    count = len(quads)
    after = np.roll(quads, -1, axis=1)
    delta = after - quads
    length = np.maximum(np.linalg.norm(delta, axis=2, keepdims=True), 1e-6)
    normal = np.stack([-delta[..., 1], delta[..., 0]], axis=-1) / length  # inwards
    real = (~framed).astype(np.float64)
    sides = np.maximum(real.sum(axis=1), 1)

    def edges(t: Floats) -> tuple[Floats, Floats, Floats]:
        """Of each side (n x 4): share on an edge, mean strength, share seen."""
        base = quads[:, :, None, :] + t[None, None, :, None] * delta[:, :, None, :]
        points = base[:, :, :, None, :] + _ACROSS[:, None] * normal[:, :, None, None, :]
        seen = outline.is_inside(points)
        dx, dy = (sampled(plane, points.reshape(count, -1, 2)).reshape(points.shape[:-1]) for plane in (field.fine_dx, field.fine_dy))
        nx, ny = normal[:, :, None, None, 0], normal[:, :, None, None, 1]
        across, beside = np.abs(dx * nx + dy * ny), np.abs(dx * ny - dy * nx)
        best = np.where(seen & (across > 2.0 * beside), across, 0.0).max(axis=3)
        held = np.maximum(seen.any(axis=3).sum(axis=2), 1)
        return (
            (best > field.low).sum(axis=2) / held,
            np.minimum(best / (4 * field.low), 1).sum(axis=2) / held,
            seen.any(axis=3).mean(axis=2),
        )

    share, strength, in_sight = edges(_T)
    overrun, _strength, _seen = edges(_BEYOND)
    points = quads[:, :, None, :] + _T[None, None, :, None] * delta[:, :, None, :]

    def along(plane: Planes, off: float) -> Floats:
        moved = points + off * outline.cell_px * normal[:, :, None, :]
        seen = outline.is_inside(moved)
        values = np.where(seen, outline.at(plane, moved.reshape(count, -1, 2)).reshape(seen.shape), 0.0)
        return np.asarray(values.sum(axis=2) / np.maximum(seen.sum(axis=2), 1))

    def mean(values: Floats) -> Floats:
        return np.asarray((values * real).sum(axis=1) / sides)

    def least(values: Floats) -> Floats:
        return np.asarray(np.where(real > 0, values, 1.0).min(axis=1))

    rim, outside, inside = (along(outline.ridge, 0.0), along(outline.page, -2.2), along(outline.page, 2.2))
    across, down = ((length[:, 0, 0] + length[:, 2, 0]) / 2, (length[:, 1, 0] + length[:, 3, 0]) / 2)
    ratio = np.maximum(across, down) / np.maximum(np.minimum(across, down), 1e-6)
    off = np.min([np.abs(np.log(ratio / known)) for known in _KNOWN_RATIOS], axis=0)
    cut = framed.sum(axis=1)
    proportion = np.where(cut > 0, 0.6, np.exp(-((off / 0.16) ** 2)))
    return np.column_stack(
        [
            _covered(quads, outline),
            mean(rim),
            least(rim),
            mean(share),
            least(share),
            mean(strength),
            mean(overrun),
            mean(outside),
            (outside * real).max(axis=1),
            mean(inside),
            least(inside),
            proportion,
            cut == 1,
            (cut >= 2) | (least(in_sight) < 0.3),
            least(strength),
            (overrun * real).max(axis=1),
        ]
    ).astype(np.float64)


def _covered(quads: Floats, outline: Outline) -> Floats:
    """Mean of the page plane within each quad."""
    values = []
    for quad in quads:
        points = (quad + 0.5) * outline.scale - 0.5
        mask = np.zeros(outline.page.shape, np.uint8)
        cv2.fillConvexPoly(mask, np.round(np.clip(points, -100, 200) * 16).astype(np.int32), 1, cv2.LINE_8, 4)
        inside = mask > 0
        values.append(float(outline.page[inside].mean()) if inside.any() else 0.0)
    return np.asarray(values, np.float64)


def expanded(raw: Floats) -> Floats:
    """What the weights belong to: the first 14 features, their squares, and products of the network's word with that of the edges."""
    raw = raw[:, :14]
    pairs = [(1, 3), (1, 0), (0, 3), (2, 4), (2, 10), (8, 10), (1, 11), (4, 11), (6, 2)]
    return np.column_stack([np.ones(len(raw)), raw, raw[:, :12] ** 2, *(raw[:, a] * raw[:, b] for a, b in pairs)])


def are_clear_cuts(raw: Floats) -> npt.NDArray[np.bool_]:
    """Of n features: three sides on whole, strong edges that end at the corners, the fourth on the picture's border, mostly page within.

    Of 73 such quads on drawn photographs 53 were pages that the picture cuts, and 12 overlapped one by half: the ranking, which was
    fitted to few of them, trusts them too little.
    """
    share, strength, overrun, covered, cut = (raw[:, 4], raw[:, 14], raw[:, 15], raw[:, 0], raw[:, 12])
    return np.asarray((cut > 0) & (share >= 0.93) & (strength >= 0.7) & (overrun <= 0.12) & (covered >= 0.5))
