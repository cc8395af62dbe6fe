"""How good a picture of a page is: sharp, bright, free of glare, large enough, wholly in the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import PageQuality, PageWarning, Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import limited

# Operating points, chosen on drawn specimens blurred, darkened and over-exposed by known amounts (tests/kiosk/test_page_quality.py)
BRIGHTNESS_LOW_LIMIT = 0.22
BRIGHTNESS_HIGH_LIMIT = 0.94
MIN_PAGE_WIDTH_PX = 450  # ID-1 at 133 dpi: MRZ letters are 12 px high, the least that OCR reads reliably
BORDER_MARGIN = 0.008
_BLANK_PX = 480
_BLANK_STEP = 5.0  # grey levels; the noise of a dark picture, blurred, stays below
_BLANK_SHARE = 0.0008  # of the pixels: a line of text on a whole sheet has more
_MEASURE_PX = 640


class Strictness(StrEnum):
    """How readily glare and blur are called so. The setting decides which pictures are asked for again, not what is measured."""

    STRICT = "strict"
    NORMAL = "normal"
    RELAXED = "relaxed"


class Level(StrEnum):
    """Of a measure, as DIS tells it: sharpness LOW, brightness LOW or HIGH, hotspots HIGH are what a picture is refused for."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


@dataclass(frozen=True, slots=True)
class Limits:
    """Scores below these are warned of."""

    sharpness: float
    hotspots: float


# On drawn TD1, TD2 and TD3 specimens, page 1000 px wide. Blur of sigma 1.5 / 2 / 2.5 / 3 / 3.5 / 4 px scores 0.38 / 0.28 / 0.20 / 0.15 /
# 0.11 / 0.08; the text reader loses none of the printed values up to 3 and 7 % at 3.5. A reflection over 1 / 2 / 4 % of the page scores
# 0.87 / 0.73 / 0.45 and hides none / none / 7 % of the values. Relaxed warns where values begin to be lost, normal before, strict for the
# portrait's sake.
LIMITS: Mapping[Strictness, Limits] = {
    Strictness.STRICT: Limits(sharpness=0.32, hotspots=0.9),
    Strictness.NORMAL: Limits(sharpness=0.22, hotspots=0.75),
    Strictness.RELAXED: Limits(sharpness=0.13, hotspots=0.5),
}
_SHARP = 0.45  # crisp: nothing is gained by taking it again
_SPOTLESS = 0.97


@dataclass(frozen=True, slots=True)
class QualityLevels:
    """Levels of one page's measures; `hotspots` HIGH = much glare, the other way round than the score of PageQuality."""

    sharpness: Level
    brightness: Level
    hotspots: Level


def page_quality(
    page: Image,
    quad: Quad | None,
    picture_size: tuple[int, int],
    *,
    strictness: Strictness = Strictness.NORMAL,
    measures: PageMeasures | None = None,
) -> PageQuality:
    """Judge a straightened page.

    Args:
        page: straightened, BGR.
        quad: where it was in the picture; None = the picture is the page alone, so its border says nothing.
        picture_size: (width, height) of the picture it came from.
        strictness: for glare and blur.
        measures: of `measure_page`, where they are known already.
    """
    limits = LIMITS[strictness]
    measures = measures or measure_page(page, framed=quad is not None)
    sharp, light, spots = measures.sharpness, measures.brightness, measures.hotspots
    width_px = page_width(quad) if quad is not None else max(picture_size)
    warnings: list[PageWarning] = []
    if quad is not None:
        warnings.extend(border_warnings(quad, picture_size))
    if width_px < MIN_PAGE_WIDTH_PX:
        warnings.append(PageWarning.DOCUMENT_SMALL)
    if light < BRIGHTNESS_LOW_LIMIT:
        warnings.append(PageWarning.BRIGHTNESS_LOW)
    if light > BRIGHTNESS_HIGH_LIMIT:
        warnings.append(PageWarning.BRIGHTNESS_HIGH)
    if sharp < limits.sharpness:
        warnings.append(PageWarning.SHARPNESS_LOW)
    if spots < limits.hotspots:
        warnings.append(PageWarning.HOTSPOTS_SCORE_HIGH)
    return PageQuality(sharp, light, spots, round(width_px), tuple(warnings))


def quality_levels(quality: PageQuality) -> QualityLevels:
    """The levels that belong to the scores. A level that a picture is refused for is told by the warning of the same name: how strict the
    page was judged is kept nowhere else, so that the two cannot contradict each other.
    """
    warned = quality.warnings
    blurred, shiny = PageWarning.SHARPNESS_LOW in warned, PageWarning.HOTSPOTS_SCORE_HIGH in warned
    dark, glaring = PageWarning.BRIGHTNESS_LOW in warned, PageWarning.BRIGHTNESS_HIGH in warned
    return QualityLevels(
        sharpness=Level.LOW if blurred else Level.HIGH if quality.sharpness >= _SHARP else Level.MEDIUM,
        brightness=Level.LOW if dark else Level.HIGH if glaring else Level.MEDIUM,
        hotspots=Level.HIGH if shiny else Level.LOW if quality.hotspots >= _SPOTLESS else Level.MEDIUM,
    )


@dataclass(frozen=True, slots=True)
class PageMeasures:
    """Scores 0..1 as in PageQuality."""

    sharpness: float
    brightness: float
    hotspots: float


def measure_page(page: Image, *, framed: bool = True) -> PageMeasures:
    """The scores of a straightened page, BGR, measured at 640 px.

    Args:
        framed: it was cut along its outline; else white at its border may be the paper it was scanned on.
    """
    small = limited(page, _MEASURE_PX)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    return PageMeasures(sharpness(grey), brightness(grey), hotspots(small, framed=framed))


def measure_light(picture: Image) -> float:
    """0..1, mean luminance of a whole picture, from every eighth pixel."""
    return brightness(np.asarray(cv2.cvtColor(np.ascontiguousarray(picture[::8, ::8]), cv2.COLOR_BGR2GRAY), dtype=np.uint8))


def is_blank(picture: Image) -> bool:
    """Nothing is to be seen in a whole picture: an empty sheet, a covered lens, one colour with its noise and its shading. BGR.

    Anything printed or any object leaves edges that are steeper than those and that blurring does not take away.
    """
    grey = np.asarray(cv2.cvtColor(limited(picture, _BLANK_PX), cv2.COLOR_BGR2GRAY), dtype=np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), 2.0)
    local = np.abs(smooth - cv2.GaussianBlur(smooth, (0, 0), 12.0))
    return bool(np.count_nonzero(local > _BLANK_STEP) < _BLANK_SHARE * local.size)


def page_width(quad: Quad) -> float:
    """The long side of the page in the picture, pixels."""
    top, right, bottom, left = geometry.sides(quad)
    return max((top + bottom) / 2, (left + right) / 2)


def sharpness(grey: Image) -> float:
    """0..1 from how steep the steepest edges are in relation to their height; independent of contrast and of the amount of print.

    The ratio of fine to coarse differences at the strongest edges: a step one pixel wide gives 1, one blurred over k pixels about 1/k.
    """
    if grey.shape[1] <= 6:
        return 0.0  # no span to measure
    fine = cv2.absdiff(grey[:, 1:], grey[:, :-1]).astype(np.float32)
    coarse = cv2.absdiff(grey[:, 6:], grey[:, :-6]).astype(np.float32)
    # the largest single step inside each 6-pixel span, against the height of the whole span
    steepest = cv2.dilate(fine, np.ones((1, 6), np.uint8), anchor=(3, 0), borderType=cv2.BORDER_REPLICATE)[:, 3 : 3 + coarse.shape[1]]
    strong = coarse >= max(24.0, float(np.percentile(coarse[::2, ::2], 96)))
    heights = coarse[strong]
    if len(heights) < 50:
        return 0.0
    ratio = float(np.median(steepest[strong] / heights))
    return float(np.clip((ratio - 0.2) / 0.5, 0.0, 1.0))


def brightness(grey: Image) -> float:
    """0..1, mean luminance."""
    return float(grey.mean() / 255.0)


def hotspots(page: Image, *, framed: bool = True) -> float:
    """0..1, 1 = no glare. Glare is a blown-out blob clearly brighter than what surrounds it, not white paper as such.

    Args:
        framed: False leaves out blobs that touch the border of the picture.
    """
    height, width = page.shape[:2]
    blown = cv2.inRange(page, np.array([250, 250, 250]), np.array([255, 255, 255]))
    blown = cv2.morphologyEx(blown, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    if not cv2.countNonZero(blown):
        return 1.0
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    paper = float(np.median(grey[::3, ::3]))
    # white paper of a scan lies at 250 and more all over: then nothing stands out, and nothing is a hotspot
    if paper >= 246:
        return 1.0
    share = max(_glaring(page, np.asarray(blown), grey, paper, framed), _round_cores(np.asarray(blown), framed)) / (height * width)
    # 2 % of the page blown out hides a field: that is 0.75; 8 % and more is 0
    return float(np.clip(1.0 - share / 0.08, 0.0, 1.0))


def border_warnings(quad: Quad, picture_size: tuple[int, int]) -> tuple[PageWarning, ...]:
    """Whether corners lie outside of the picture, or so near its border that a part may be missing."""
    width, height = picture_size
    left, top, right, bottom = geometry.bounds(quad)
    margin = BORDER_MARGIN * max(width, height)
    if left < -1 or top < -1 or right > width + 1 or bottom > height + 1:
        return (PageWarning.DOCUMENT_OUT_OF_IMAGE,)
    if left < margin or top < margin or right > width - margin or bottom > height - margin:
        return (PageWarning.DOCUMENT_CLOSE_TO_IMAGE_BORDER,)
    return ()


_PRINT = 0.6
"""Of the paper's brightness print has this and less, blurred fine print included."""
_BOX = 0.88
"""Of its bounding box a printed white field fills this and more, a reflection (an ellipse fills 0.79) less."""
_GAP_PX = 15  # between the lines of print on a white field; what is nearer is one field
_CORE_PX = 31
_CORE_SOLIDITY = 0.85
_CORE_SHARE = 0.008  # of the page; smaller ones hide a letter or two, which the reader notices


_WHITES = (238, 232, 226)
"""All channels: a white field where the light falls off over the page and blows only a part of it out. At several levels, since the paper
beside it may be as bright as the lowest."""
_WHITE_PAGE = 0.5  # of the page; more than that is no field but the paper


def _glaring(page: Image, blown: npt.NDArray[Any], grey: Image, paper: float, framed: bool) -> int:
    """Pixels of the blown-out blobs that are no printed white fields.

    Blobs near each other are judged together: noise breaks a white field at the edge of saturation into pieces between its print.
    """
    shape = (blown.shape[0], blown.shape[1])
    white: npt.NDArray[Any] | None = None
    fields = cv2.morphologyEx(blown, cv2.MORPH_CLOSE, np.ones((_GAP_PX, _GAP_PX), np.uint8))
    total = 0
    for contour in cv2.findContours(fields, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        left, top, wide, tall = box = cv2.boundingRect(contour)
        if not framed and _touches(box, shape):
            continue
        if cv2.contourArea(contour) >= _BOX * wide * tall:
            continue
        place = (slice(top, top + tall), slice(left, left + wide))
        white = _white_fields(page) if white is None else white
        inside = blown[place] > 0
        if float(white[place][inside].mean()) > 0.5:
            continue
        if not _is_printed_on(contour, grey[place], (left, top), paper):
            total += int(cv2.countNonZero(cv2.bitwise_and(blown[place], _filled(contour, (tall, wide), (left, top)))))
    return total


def _white_fields(page: Image) -> npt.NDArray[Any]:
    """1 in places that are white all over and fill their box, as the field around an MRZ does; a reflection is white at its core alone."""
    darkest = page.min(axis=2)
    found = np.zeros(darkest.shape, np.uint8)
    for level in _WHITES:
        white = cv2.morphologyEx((darkest >= level).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        white = cv2.morphologyEx(white, cv2.MORPH_CLOSE, np.ones((_GAP_PX, _GAP_PX), np.uint8))
        for contour in cv2.findContours(white, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
            _, _, wide, tall = cv2.boundingRect(contour)
            if wide * tall < _WHITE_PAGE * white.size and cv2.contourArea(contour) >= _BOX * wide * tall:
                cv2.drawContours(found, [contour], -1, (1,), cv2.FILLED)
    return found


def _round_cores(blown: npt.NDArray[Any], framed: bool) -> int:
    """Pixels of large, round, solid blown-out places: a reflection that runs into a printed white field is seen by its core."""
    height, width = shape = (blown.shape[0], blown.shape[1])
    cores = cv2.morphologyEx(blown, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_CORE_PX, _CORE_PX)))
    total = 0.0
    for contour in cv2.findContours(cores, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        _, _, wide, tall = box = cv2.boundingRect(contour)
        area = cv2.contourArea(contour)
        if (not framed and _touches(box, shape)) or area < _CORE_SHARE * height * width or max(wide, tall) > 3 * min(wide, tall):
            continue
        if area < _BOX * wide * tall and area >= _CORE_SOLIDITY * cv2.contourArea(cv2.convexHull(contour)):
            total += area
    return round(total)


def _touches(box: Sequence[int], shape: tuple[int, int]) -> bool:
    """Whether a bounding box (left, top, width, height) lies at the border of the picture (height, width)."""
    left, top, wide, tall = box
    return left <= 1 or top <= 1 or left + wide >= shape[1] - 1 or top + tall >= shape[0] - 1


def _filled(contour: npt.NDArray[Any], size: tuple[int, int], origin: tuple[int, int]) -> npt.NDArray[np.uint8]:
    mask = np.zeros(size, np.uint8)
    cv2.drawContours(mask, [contour], -1, 255, cv2.FILLED, offset=(-origin[0], -origin[1]))
    return mask


def _is_printed_on(contour: npt.NDArray[Any], part: Image, origin: tuple[int, int], paper: float) -> bool:
    """Whether print stands in the blob or in its bays: a reflection outshines it, white paper does not."""
    mask = _filled(cv2.convexHull(contour), (part.shape[0], part.shape[1]), origin)
    inside = part[mask > 0]
    return bool((inside < _PRINT * paper).mean() > 0.04)
