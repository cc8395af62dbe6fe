"""Parts of a page cut from the picture that it was found in, at the largest size that the picture truthfully has."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image

MAX_SIDE_PX = 2400
_FILTERED_BELOW = 0.65


def region_crop(
    picture: Image, page_quad: Quad | None, page_size: tuple[int, int], region: Quad, *, max_side_px: int = MAX_SIDE_PX
) -> Image:
    """A region of a straightened page, upright, from the original picture.

    The straightened page is limited in width; a large photograph holds more of a portrait than it does. Nothing is enlarged: the crop is
    as large as the region appears in the picture, up to `max_side_px`.

    Args:
        picture: BGR, as it was handed in.
        page_quad: corners of the page in it, beginning with the one that is top left when the text is upright (`DocumentPage.quad`);
            None = the picture is the page alone, upright.
        page_size: (width, height) of the straightened page, which `region` refers to.
        region: in pixels of the straightened page.

    Returns:
        A copy, height x width x 3 BGR; of at least one pixel. What lies outside the picture repeats its border.
    """
    width, height = page_size
    corners = page_quad or geometry.box_quad(0, 0, picture.shape[1], picture.shape[0])
    seen = geometry.as_quad(geometry.mapped(region, geometry.homography(geometry.box_quad(0, 0, width, height), corners)))
    top, right, bottom, left = geometry.sides(seen)
    across, down = max(top, bottom), max(left, right)
    # the proportions are the page's: a side seen at a slant is stretched to them, none is shrunk below what is seen
    region_top, region_right, _, _ = geometry.sides(region)
    ratio = region_top / max(1e-6, region_right)
    wide = max(across, down * ratio)
    scale = min(1.0, max_side_px / max(1.0, wide, wide / max(1e-6, ratio)))
    size = max(1, round(wide * scale)), max(1, round(wide * scale / max(1e-6, ratio)))
    matrix = geometry.homography(seen, geometry.box_quad(0, 0, *size))
    if scale < _FILTERED_BELOW:
        # the warp takes single pixels: what is much larger than its crop would come out jagged
        whole = picture.shape
        picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = matrix @ np.diag([whole[1] / picture.shape[1], whole[0] / picture.shape[0], 1.0])
    flat = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, dtype=np.uint8)


def page_crop(picture: Image, page_quad: Quad | None, page_size: tuple[int, int], *, max_side_px: int = MAX_SIDE_PX) -> Image:
    """The whole page, straightened, as large as the picture shows it. Arguments and result as in `region_crop`."""
    return region_crop(picture, page_quad, page_size, geometry.box_quad(0, 0, *page_size), max_side_px=max_side_px)
