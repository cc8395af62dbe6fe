"""Where a page that is already known lies in another picture: local features that agree on one perspective. No model, no colour.

Answers one question: is the "selfie" a picture of the very document that was shown before?
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import limited

_SIDE_PX = 1000
_FEATURES = 2000
_RATIO = 0.8
_REPROJECTION_PX = 4.0
MIN_AGREEING = 20
"""Features that agree on one perspective. Measured on two specimen designs: pages photographed again, 450 to 1000 px wide, 90 to 580; nine
selfies at most 10. Two designs of one issuer share 75, but in one strip of the page."""
_MIN_SPREAD = 0.12
"""Of the page's width and height, standard deviation: features of one corner or one picture on it do not make a page."""


def page_in_picture(page: Image, picture: Image, hidden: Sequence[Box] = ()) -> Quad | None:
    """The page's corners in `picture`, pixels, clockwise from its own top left; None when it is not seen there.

    Args:
        page: straightened, BGR. hidden: boxes on it that say nothing of the page, such as the portrait: the person's own face may
            well be in the other picture.
    """
    small_page, small_picture = limited(page, _SIDE_PX), limited(picture, _SIDE_PX)
    scale = small_page.shape[1] / page.shape[1]
    mask = np.full(small_page.shape[:2], 255, np.uint8)
    for x, y, width, height in hidden:
        mask[max(0, int(y * scale)) : max(0, int((y + height) * scale)), max(0, int(x * scale)) : max(0, int((x + width) * scale))] = 0
    orb = cv2.ORB.create(_FEATURES, fastThreshold=10)
    points, described = orb.detectAndCompute(cv2.cvtColor(small_page, cv2.COLOR_BGR2GRAY), mask)
    others, other_described = orb.detectAndCompute(
        cv2.cvtColor(small_picture, cv2.COLOR_BGR2GRAY), np.full(small_picture.shape[:2], 255, np.uint8)
    )
    if len(points) < MIN_AGREEING or len(others) < MIN_AGREEING:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(described, other_described, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    if len(good) < MIN_AGREEING:
        return None
    source = np.array([points[match.queryIdx].pt for match in good], np.float32)
    target = np.array([others[match.trainIdx].pt for match in good], np.float32)
    matrix, agreeing = cv2.findHomography(source, target, cv2.RANSAC, _REPROJECTION_PX)
    solved: object = matrix  # None when no perspective fits, whatever the stub says
    if solved is None:
        return None
    inside = agreeing.ravel() > 0
    height, width = small_page.shape[:2]
    spread = source[inside].std(axis=0) / (width, height) if inside.any() else np.zeros(2)
    if int(inside.sum()) < MIN_AGREEING or float(spread.min()) < _MIN_SPREAD:
        return None
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    found = cv2.perspectiveTransform(corners[None], matrix)[0] * (picture.shape[1] / small_picture.shape[1])
    return _quad(np.asarray(found, np.float64))


def lies_on(quad: Quad, point: tuple[float, float]) -> bool:
    """Whether a point of the picture is on the page, its edge included."""
    return bool(cv2.pointPolygonTest(np.asarray(quad, np.float32), point, False) >= 0)


def _quad(corners: npt.NDArray[np.float64]) -> Quad | None:
    """None for corners that cannot be those of a page seen from its front."""
    if not np.isfinite(corners).all() or not cv2.isContourConvex(np.asarray(corners, np.float32)[:, None]):
        return None
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = ((float(x), float(y)) for x, y in corners)
    return ((ax, ay), (bx, by), (cx, cy), (dx, dy))
