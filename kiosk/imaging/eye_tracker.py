"""Follows the eyes when they have come so near that no detector sees a face any more."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image

Points = npt.NDArray[np.float32]

_TRACKED_AT_PX = 480
_MOST, _FEWEST = 90, 14
_INLIERS = 0.55
_ERROR_PX = 1.2
"""A point that does not come back to where it was when the flow is followed backwards is lost."""
_SCALES = (0.6, 1.7)
"""Nearer or further than this from one frame to the next is no movement."""


class EyeTracker:
    """Optical flow of details in the eye region, their scale fitted robustly from frame to frame. One thread."""

    def __init__(self, image: Image, eyes: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Args: `eyes` the outer eye corners in pixels of `image`."""
        self._factor: float = min(1.0, _TRACKED_AT_PX / max(image.shape[:2]))
        self._last = self._small(image)
        self._eyes = np.asarray(eyes, np.float32) * np.float32(self._factor)
        self._points = self._details()

    @property
    def eyes_px(self) -> float:
        """Distance of the outer eye corners now, pixels of the frame; they may lie outside it."""
        span: float = float(np.hypot(*(self._eyes[1] - self._eyes[0])))
        return span / float(self._factor)

    @property
    def eyes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The outer eye corners in pixels of the frame."""
        (ax, ay), (bx, by) = self._eyes / self._factor
        return (float(ax), float(ay)), (float(bx), float(by))

    def follow(self, image: Image) -> bool:
        """False when the eyes were lost: too few details moved together. Then it is of no further use."""
        now = self._small(image)
        if now.shape != self._last.shape or len(self._points) < _FEWEST:
            return False
        moved, good = self._flow(now)
        if int(good.sum()) < _FEWEST:
            return False
        before, after = self._points[good], moved[good]
        matrix, kept = cv2.estimateAffinePartial2D(before, after, method=cv2.RANSAC, ransacReprojThreshold=2.5)
        if matrix is None or float(kept.mean()) < _INLIERS:
            return False
        scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
        if not _SCALES[0] < scale < _SCALES[1]:
            return False
        self._eyes = np.asarray(self._eyes @ matrix[:, :2].T + matrix[:, 2], np.float32)
        self._points = np.asarray(after[kept.ravel() > 0], np.float32)
        self._last = now
        if len(self._points) < _MOST // 2:
            self._points = self._details()
        return len(self._points) >= _FEWEST

    def _flow(self, now: Image) -> tuple[Points, npt.NDArray[np.bool_]]:
        begin = self._points[:, None]
        there, found, _ = cv2.calcOpticalFlowPyrLK(self._last, now, begin, begin.copy(), winSize=(21, 21), maxLevel=4)
        back, _, _ = cv2.calcOpticalFlowPyrLK(now, self._last, there, there.copy(), winSize=(21, 21), maxLevel=4)
        error = np.hypot(*(back[:, 0] - self._points).T)
        return np.asarray(there[:, 0], np.float32), np.asarray((found.ravel() > 0) & (error < _ERROR_PX), np.bool_)

    def _small(self, image: Image) -> Image:
        luma = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        return np.asarray(cv2.resize(luma, None, fx=self._factor, fy=self._factor, interpolation=cv2.INTER_AREA), np.uint8)

    def _details(self) -> Points:
        """Corners within and around the eyes."""
        (ax, ay), (bx, by) = self._eyes
        reach = float(np.hypot(bx - ax, by - ay))
        rows, columns = self._last.shape
        mask = np.zeros((rows, columns), np.uint8)
        left, right = max(0, int(min(ax, bx) - 0.25 * reach)), min(columns, int(max(ax, bx) + 0.25 * reach))
        top, bottom = max(0, int(min(ay, by) - 0.45 * reach)), min(rows, int(max(ay, by) + 0.45 * reach))
        mask[top:bottom, left:right] = 255
        found = cv2.goodFeaturesToTrack(self._last, _MOST, 0.01, 5, mask=mask)
        return np.zeros((0, 2), np.float32) if found is None else np.asarray(found[:, 0], np.float32)
