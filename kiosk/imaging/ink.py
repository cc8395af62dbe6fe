"""What is drawn on a page: strokes of a pen, ridges of a finger, a picture printed once more. Pure pixel functions."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image

Bounds = tuple[float, float, float, float]
"""left, top, right, bottom in pixels."""
Grey = npt.NDArray[np.float32]

PEN_CONTRAST = 38.0
"""Grey levels (0..255) by which a stroke is darker than the ground around it; security print under it reaches about 25."""
_LEAST_STROKE_LENGTH = 0.9  # of all strokes together, against the shorter side of the place
_LEAST_SPAN = 0.18  # of the longest connected stroke's box, against the place's width
_THICKEST = 0.16  # of a stroke, against the height of the writing
_MOST_INK = 0.22
_DARK_GROUND = 0.2
_WORK_HEIGHT_PX = 160

RIDGE_COHERENCE = 0.55
_RIDGE_CONTRAST = 22.0
_RIDGE_SHARE = 0.5
_RIDGE_TURN = 0.12
_RIDGE_FINE = 0.6
_RIDGE_SIDE_PX = 192
_BLOCK = 16

GHOST_LIKENESS = 0.62
"""Of a place anywhere on the page: chance likenesses reach 0.55 on 30 pages without a ghost portrait, printed ones 0.68 to 0.82."""
GHOST_LIKENESS_IN_PLACE = 0.45
_GHOST_WIDTH_PX = 320
_GHOST_BLUR = 5.0
_GHOST_SCALES = (0.3, 0.35, 0.41, 0.48, 0.56, 0.65)


def grey_of(image: Image) -> Grey:
    """height x width, 0..255."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.float32)


def pen_strokes(image: Image, place: Bounds, holes: tuple[Bounds, ...] = ()) -> Bounds | None:
    """The box around handwriting inside `place`, or None where there is none.

    Args:
        image: BGR page.
        holes: boxes in it that are known to be print (text lines); what lies in them does not count.
    """
    left, top, right, bottom = _clipped(place, image)
    if right - left < 24 or bottom - top < 12:
        return None
    scale = min(1.0, _WORK_HEIGHT_PX / (bottom - top))
    part = cv2.resize(image[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = part.shape[:2]
    grey = grey_of(np.asarray(part, np.uint8))
    ground = _ground(grey)
    # a photograph or a block of colour is dark between its edges, too
    if float(np.mean(ground < np.percentile(ground, 80) - PEN_CONTRAST)) > _DARK_GROUND:
        return None
    ink = _ink(grey, ground)
    for x0, y0, x1, y1 in holes:
        a, b = max(0, round((x0 - left) * scale)), max(0, round((y0 - top) * scale))
        ink[b : max(b, round((y1 - top) * scale)), a : max(a, round((x1 - left) * scale))] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    strokes = [number for number in range(1, count) if _is_stroke(np.asarray(stats[number], np.int32), width, height)]
    if not strokes:
        return None
    kept = np.isin(labels, strokes)
    boxes: npt.NDArray[np.int32] = np.asarray(stats[strokes], np.int32)
    x0, y0 = int(boxes[:, cv2.CC_STAT_LEFT].min()), int(boxes[:, cv2.CC_STAT_TOP].min())
    x1 = int((boxes[:, cv2.CC_STAT_LEFT] + boxes[:, cv2.CC_STAT_WIDTH]).max())
    y1 = int((boxes[:, cv2.CC_STAT_TOP] + boxes[:, cv2.CC_STAT_HEIGHT]).max())
    if not _is_handwriting(kept, boxes, (width, height), (x1 - x0, y1 - y0)):
        return None
    return left + x0 / scale, top + y0 / scale, left + x1 / scale, top + y1 / scale


def _ground(grey: Grey) -> Grey:
    """What is left when everything thin and dark is filled from around it."""
    side = max(9, round(0.22 * min(grey.shape))) | 1
    return np.asarray(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))), np.float32)


def _ink(grey: Grey, ground: Grey) -> npt.NDArray[np.uint8]:
    """1 where it is darker than what surrounds it."""
    darker = cv2.GaussianBlur(ground, (0, 0), 0.07 * min(grey.shape) + 3) - grey
    # light pens on pale cards: half of what the darkest strokes reach is ink, never less than print reaches
    bound = max(PEN_CONTRAST, 0.45 * float(np.percentile(darker, 99.5)))
    return np.asarray(darker > bound, np.uint8)


def _is_stroke(stat: npt.NDArray[np.int32], width: int, height: int) -> bool:
    """Larger than a dot, and no rule or frame that runs through the whole place."""
    w, h, area = int(stat[cv2.CC_STAT_WIDTH]), int(stat[cv2.CC_STAT_HEIGHT]), int(stat[cv2.CC_STAT_AREA])
    if max(w, h) < 0.08 * height or area < 6:
        return False
    is_rule = (w > 0.9 * width and h < 0.12 * height) or (h > 0.95 * height and w < 0.06 * width)
    return not is_rule


def _is_handwriting(ink: npt.NDArray[np.bool_], boxes: npt.NDArray[np.int32], place: tuple[int, int], span: tuple[int, int]) -> bool:
    """Thin, connected, long for its place; a photograph or a block of colour is thick, a line of print has no long stroke."""
    width, height = place
    longest = int(boxes[:, cv2.CC_STAT_WIDTH].max())
    if float(ink.mean()) > _MOST_INK or longest < _LEAST_SPAN * width:
        return False
    inner = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 3)
    ridge = inner[(inner > 0) & (inner >= cv2.dilate(inner, np.ones((3, 3), np.uint8)))]
    thickness = 2.0 * float(np.percentile(ridge, 80)) if ridge.size else 0.0
    length = float(ink.sum()) / max(1.0, 1.2 * float(np.median(ridge)) * 2 - 0.5)
    return 0 < thickness <= max(3.0, _THICKEST * span[1]) and length >= _LEAST_STROKE_LENGTH * min(width, 2.5 * height)


def ridges(image: Image, place: Bounds) -> bool:
    """Whether a fingerprint is printed in `place`: dense parallel lines whose direction turns smoothly, dark on light."""
    left, top, right, bottom = _clipped(place, image)
    if min(right - left, bottom - top) < 32:
        return False
    scale = _RIDGE_SIDE_PX / max(right - left, bottom - top)
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    grey = grey_of(np.asarray(cv2.resize(image[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=flags), np.uint8))
    flat = grey - cv2.GaussianBlur(grey, (0, 0), 8)
    dx, dy = cv2.Sobel(flat, cv2.CV_32F, 1, 0), cv2.Sobel(flat, cv2.CV_32F, 0, 1)
    rows, columns = grey.shape[0] // _BLOCK, grey.shape[1] // _BLOCK
    if min(rows, columns) < 3:
        return False

    def blocks(values: Grey) -> Grey:
        cut = values[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
        return np.asarray(cut.mean(axis=(1, 3)), np.float32)

    xx, yy, xy = blocks(dx * dx), blocks(dy * dy), blocks(dx * dy)
    energy = xx + yy
    coherence = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / np.maximum(energy, 1e-3)
    contrast = np.sqrt(np.maximum(blocks(flat * flat) - blocks(flat) ** 2, 0))
    good = (coherence > RIDGE_COHERENCE) & (contrast > _RIDGE_CONTRAST / 2)
    # ridges are all of one width; a face has edges of every size
    fine = cv2.GaussianBlur(grey, (0, 0), 1) - cv2.GaussianBlur(grey, (0, 0), 3.5)
    if float(good[1:-1, 1:-1].mean()) < _RIDGE_SHARE or float(fine.std()) < _RIDGE_FINE * float(flat.std()):
        return False
    # lines of one direction are a hatching; a finger's turn
    angle = np.arctan2(2 * xy, xx - yy)[good]
    return float(1.0 - abs(np.exp(1j * angle).mean())) > _RIDGE_TURN


def printed_again(image: Image, portrait: Bounds, places: tuple[Bounds, ...] = ()) -> tuple[Bounds, float] | None:
    """Where the portrait is printed a second time, smaller and paler, with how alike it is (0..1); None when nowhere surely.

    Args:
        image: BGR page; portrait: of the face with hair and chin, in it.
        places: where to look; empty = all of the page but the portrait.
    """
    scale = min(1.0, _GHOST_WIDTH_PX / image.shape[1])
    grey: Grey = np.asarray(cv2.resize(grey_of(image), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
    page = _detail(grey)
    x0, y0, x1, y1 = _clipped((portrait[0] * scale, portrait[1] * scale, portrait[2] * scale, portrait[3] * scale), page)
    if x1 - x0 < 24 or y1 - y0 < 24:
        return None
    best: tuple[Bounds, float] | None = None
    for share in _GHOST_SCALES:
        size = (max(8, round(share * (x1 - x0))), max(8, round(share * (y1 - y0))))
        pattern = _detail(np.asarray(cv2.resize(grey[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA), np.float32))
        if size[0] >= page.shape[1] or size[1] >= page.shape[0]:
            continue
        likeness = cv2.matchTemplate(page, pattern, cv2.TM_CCOEFF_NORMED)
        likeness[max(0, y0 - size[1]) : y1, max(0, x0 - size[0]) : x1] = -1  # the portrait itself
        if places:
            likeness = np.where(_allowed(likeness.shape, places, scale, size), likeness, np.float32(-1))
        _, value, _, (x, y) = cv2.minMaxLoc(likeness)
        if best is None or value > best[1]:
            best = (x / scale, y / scale, (x + size[0]) / scale, (y + size[1]) / scale), float(value)
    return best if best is not None and best[1] >= (GHOST_LIKENESS_IN_PLACE if places else GHOST_LIKENESS) else None


def _allowed(shape: tuple[int, ...], places: tuple[Bounds, ...], scale: float, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Top left corners whose patch has its middle in one of the places."""
    mask = np.zeros(shape[:2], np.bool_)
    for left, top, right, bottom in places:
        x0, y0 = max(0, round(left * scale - size[0] / 2)), max(0, round(top * scale - size[1] / 2))
        mask[y0 : max(0, round(bottom * scale - size[1] / 2)), x0 : max(0, round(right * scale - size[0] / 2))] = True
    return mask


def _detail(grey: Grey) -> Grey:
    """Without the slow changes of light and ground."""
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), _GHOST_BLUR), np.float32)


def _clipped(place: Bounds, image: npt.NDArray[np.uint8] | Grey) -> tuple[int, int, int, int]:
    height, width = image.shape[:2]
    left, top = int(np.clip(round(place[0]), 0, width - 1)), int(np.clip(round(place[1]), 0, height - 1))
    return left, top, int(np.clip(round(place[2]), left + 1, width)), int(np.clip(round(place[3]), top + 1, height))
