"""Where a page lies in its picture, in the words of the DIS page answer: corners outside, too near to the border, how much is in sight."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.domain.document import PageWarning, Quad
from kiosk.imaging import geometry

CLOSE_MARGIN = 0.008  # of the picture's longer side
_OUT_PX = 1.0  # corners are found to about a pixel


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Attributes:
    corners_outside: top left, top right, bottom right, bottom left (in the quad's own order): beyond the picture's border or on it.
    close_to_border: a side or corner is within 0.8 % of the picture's longer side of the border, or beyond it.
    visible_share: of the page's area, 0..1, that the picture shows. A page cut along a side has its quad end at the border: its
        share says nothing of what is missing, `touches_border` of its location does.
    """

    corners_outside: tuple[bool, bool, bool, bool]
    close_to_border: bool
    visible_share: float

    @property
    def corner_out_of_image(self) -> bool:
        """DIS `detection.cornerOutOfImage`."""
        return any(self.corners_outside)

    @property
    def warnings(self) -> tuple[PageWarning, ...]:
        """What `page/quality` says of the place; out of the image includes being close to its border."""
        if self.corner_out_of_image:
            return (PageWarning.DOCUMENT_OUT_OF_IMAGE,)
        return (PageWarning.DOCUMENT_CLOSE_TO_IMAGE_BORDER,) if self.close_to_border else ()


def page_place(quad: Quad, size: tuple[int, int], *, cut: bool = False) -> PagePlace:
    """Args:
    quad: corners in the picture, pixels.
    size: width, height of the picture.
    cut: the locator says that the picture cuts the page (`PageLocation.touches_border`): corners on the border then count as outside.
    """
    width, height = size
    points = geometry.as_array(quad)
    margin = CLOSE_MARGIN * max(width, height)
    reach = margin if cut else -_OUT_PX
    x, y = points.T
    outside = (x < reach) | (y < reach) | (x > width - 1 - reach) | (y > height - 1 - reach)
    left, top, right, bottom = geometry.bounds(quad)
    close = min(left, top, width - 1 - right, height - 1 - bottom) < margin
    frame = geometry.as_array(geometry.box_quad(0, 0, width - 1, height - 1)).astype(np.float32)
    seen, _common = cv2.intersectConvexConvex(points.astype(np.float32), frame)
    area = geometry.area(quad)
    a, b, c, d = (bool(one) for one in outside)
    return PagePlace((a, b, c, d), bool(close), min(1.0, float(seen) / area) if area > 0 else 0.0)
