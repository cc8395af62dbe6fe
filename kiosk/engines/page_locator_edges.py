"""What both page locators look at: edges of a picture at working size, and lines fitted to them to a fraction of a pixel."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image

Floats = npt.NDArray[np.float64]
Plane = npt.NDArray[np.int16]

WORK_PX = 512
BORDER_MARGIN = 0.008  # of the longer side: nearer to the border, part of a page may be outside
_T = np.linspace(0.08, 0.92, 40)  # places along a side, its corners left out
_REACH = np.arange(-4.0, 4.01, 0.5)  # pixels across it


def working_copy(image: Image) -> Image:
    """The picture with its longer side at most 512 px."""
    height, width = image.shape[:2]
    scale = min(1.0, WORK_PX / max(height, width))
    return shrunk(image, (round(width * scale), round(height * scale)))


def shrunk(image: Image, size: tuple[int, int]) -> Image:
    """Halved as often as possible, then the rest: halving is the fast case of area interpolation (1 ms instead of 5 for 1280x720)."""
    while image.shape[1] >= 2 * size[0] and image.shape[0] >= 2 * size[1]:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if (image.shape[1], image.shape[0]) == size:
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


class EdgeField:
    """Gradients of the strongest colour channel at each pixel, and the thin edges in them."""

    def __init__(self, small: Image) -> None:
        self.height, self.width = small.shape[:2]
        soft = cv2.GaussianBlur(small, (0, 0), 1.2)
        dx = cv2.Sobel(soft, cv2.CV_16S, 1, 0, ksize=3)
        dy = cv2.Sobel(soft, cv2.CV_16S, 0, 1, ksize=3)
        best_x: Plane = np.empty(0, np.int16)
        best_y, total = best_x, best_x
        for channel in range(3):
            x = np.asarray(cv2.extractChannel(dx, channel), dtype=np.int16)
            y = np.asarray(cv2.extractChannel(dy, channel), dtype=np.int16)
            strength = np.abs(x) + np.abs(y)
            if channel == 0:
                best_x, best_y, total = x, y, strength
                continue
            stronger = cv2.compare(strength, total, cv2.CMP_GT)
            cv2.copyTo(x, stronger, best_x)
            cv2.copyTo(y, stronger, best_y)
            cv2.copyTo(strength, stronger, total)
        self.dx, self.dy = best_x, best_y
        self.fine_dx, self.fine_dy = best_x.astype(np.float32), best_y.astype(np.float32)  # for sampling between pixels
        # a white card on a white table shows only the shadow of its rim: the threshold follows the picture's own noise
        noise = float(np.median(total[::2, ::2]))
        self.low = max(14.0, 2.2 * noise)
        self.edges = cv2.Canny(self.dx, self.dy, self.low, self.low * 2.2, L2gradient=False)


def refined(field: EdgeField, quad: Floats) -> Floats:
    """Each side fitted to the steepest places across it, then met with its neighbours again."""
    lines: list[tuple[Floats, float]] = []
    start, end = quad, np.roll(quad, -1, axis=0)
    for a, b in zip(start, end, strict=True):
        delta = b - a
        normal = np.array([-delta[1], delta[0]]) / max(float(np.linalg.norm(delta)), 1e-6)
        base = a[None, :] + _T[:, None] * delta[None, :]
        points = base[:, None, :] + _REACH[None, :, None] * normal[None, None, :]
        across = np.abs(sampled(field.fine_dx, points) * normal[0] + sampled(field.fine_dy, points) * normal[1])
        peak = across.max(axis=1)
        good = peak > field.low
        c = float(normal @ a)
        if good.sum() < 12:
            lines.append((normal, c))
            continue
        # centre of mass about the peak gives a fraction of a pixel
        weights = np.where(across >= 0.6 * peak[:, None], across, 0.0)
        offset = (weights * _REACH[None, :]).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-6)
        slope, height = robust_line(_T[good], offset[good])
        first = a + (0.0 * slope + height) * normal
        last = b + (slope + height) * normal
        direction = (last - first) / max(float(np.linalg.norm(last - first)), 1e-6)
        fitted = np.array([-direction[1], direction[0]])
        lines.append((fitted, float(fitted @ first)))
    corners: list[Floats] = []
    for index in range(4):
        (n0, c0), (n1, c1) = lines[index - 1], lines[index]
        determinant = n0[0] * n1[1] - n0[1] * n1[0]
        if abs(determinant) < 1e-6:
            return quad
        corners.append(np.array([(c0 * n1[1] - n0[1] * c1) / determinant, (n0[0] * c1 - c0 * n1[0]) / determinant]))
    better = np.asarray(corners)
    return better if float(np.abs(better - quad).max()) < 10.0 else quad


def robust_line(t: Floats, y: Floats) -> tuple[float, float]:
    """Slope and height of y = slope * t + height, outliers dropped twice."""
    keep = np.ones(len(t), dtype=bool)
    slope = height = 0.0
    for _ in range(3):
        slope, height = _fitted(t[keep], y[keep])
        off = np.abs(y - (slope * t + height))
        limit = max(0.4, 2.0 * _median(off[keep]))
        keep = off <= limit
        if keep.sum() < 8:
            break
    return slope, height


def _fitted(t: Floats, y: Floats) -> tuple[float, float]:
    """Least squares: slope and height. As numpy's polyfit, which takes ten times as long for so few points."""
    middle_t, middle_y = float(t.mean()), float(y.mean())
    off = t - middle_t
    slope = float(off @ (y - middle_y)) / max(float(off @ off), 1e-12)
    return slope, middle_y - slope * middle_t


def _median(values: Floats) -> float:
    """As numpy's, which takes ten times as long for so few values."""
    ordered, count = np.sort(values), len(values)
    return float(ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def sampled(plane: Plane | npt.NDArray[np.float32], points: Floats) -> Floats:
    """Bilinear samples of a plane at (…, 2) points."""
    sampled = cv2.remap(
        plane.astype(np.float32, copy=False),
        points[..., 0].astype(np.float32),
        points[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(sampled, dtype=np.float64)


def touches_border(quad: Quad, width: int, height: int) -> bool:
    left, top, right, bottom = geometry.bounds(quad)
    margin = BORDER_MARGIN * max(width, height)
    return left < margin or top < margin or right > width - 1 - margin or bottom > height - 1 - margin
