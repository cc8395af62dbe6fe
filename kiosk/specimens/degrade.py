"""Photographs of a page with exact corners: laid on many grounds, tilted, lit, blurred, held, copied, compressed, as cameras see it.

For measuring and training. Everything is drawn from `seed`; each effect has a random stream of its own, so that asking for one kind
more or less leaves the placement and every other effect as they were, and tables per kind compare like with like.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.specimens import film
from kiosk.specimens.backgrounds import BACKGROUNDS, Random, Size, background, clutter, similar, stream

SIZE: Size = (1600, 1200)
Corners = npt.NDArray[np.float64]
_FOCAL = 1.3  # in picture widths: the wide lens of a phone or a webcam
_CORNER_SHARE = 3.18 / 85.6  # ISO/IEC 7810: radius against the width of ID-1
_OTHER_CORNERS = 0.2  # of the pages have square corners (cut copies, visas)


class Degradation(StrEnum):
    """What can be wrong with a photograph; the names of the tables' rows."""

    ROLL = "roll"  # any turn, 0 to 360 degrees; without it within 5 degrees of upright
    PERSPECTIVE = "perspective"
    SMALL = "small"  # the page's long side is a quarter to two fifths of the picture's
    BORDER = "border"  # touches the picture's border or crosses it a little
    CLUTTER = "clutter"  # other flat things on the table
    LOW_CONTRAST = "lowContrast"  # the table has nearly the page's colour
    SCREEN = "screen"  # shown on a display with a bezel; only when asked for
    PRINT = "print"  # a colour print of the page
    SHADOW = "shadow"
    UNEVEN_LIGHT = "unevenLight"
    GLARE = "glare"
    FINGERS = "fingers"  # one or two over its edges
    LENS_BLUR = "lensBlur"
    MOTION_BLUR = "motionBlur"
    LOW_LIGHT = "lowLight"  # dark and noisy
    WHITE_BALANCE = "whiteBalance"
    JPEG = "jpeg"  # quality 40 to 95; without it 95


_CHANCES = {
    Degradation.ROLL: 0.5,
    Degradation.PERSPECTIVE: 0.7,
    Degradation.SMALL: 0.1,
    Degradation.BORDER: 0.1,
    Degradation.CLUTTER: 0.25,
    Degradation.LOW_CONTRAST: 0.08,
    Degradation.PRINT: 0.12,
    Degradation.SHADOW: 0.3,
    Degradation.UNEVEN_LIGHT: 0.3,
    Degradation.GLARE: 0.25,
    Degradation.FINGERS: 0.25,
    Degradation.LENS_BLUR: 0.35,
    Degradation.MOTION_BLUR: 0.15,
    Degradation.LOW_LIGHT: 0.15,
    Degradation.WHITE_BALANCE: 0.3,
    Degradation.JPEG: 0.8,
}


_ONE_PAGE_ONLY = frozenset({Degradation.SMALL, Degradation.BORDER, Degradation.SCREEN, Degradation.FINGERS})


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture and its truth.

    Attributes:
        image: BGR.
        quads: corners of each page, clockwise from the page's own top left; pixel i covers [i, i + 1). They may lie outside the picture.
        kinds: what was done to it.
        ground: name of the background.
    """

    image: Image
    quads: tuple[Quad, ...]
    kinds: frozenset[Degradation]
    ground: str

    @property
    def quad(self) -> Quad:
        """Corners of the first (often the only) page."""
        return self.quads[0]


def photograph(
    page: Image,
    *,
    seed: int,
    size: Size = SIZE,
    severity: float = 0.5,
    kinds: frozenset[Degradation] | None = None,
    grounds: Sequence[str] | None = None,
) -> Photograph:
    """A photograph of one page. Pure: the same arguments give the same pixels.

    Args:
        page: BGR, upright, the page alone.
        size: width, height of the picture, pixels.
        severity: 0 = barely, 0.5 = an ordinary bad photograph, 1 = the worst that a person still reads.
        kinds: what to do to it; None draws a mixture from `seed`, as photographs come.
        grounds: names of `backgrounds.BACKGROUNDS` to draw from; None = all.
    """
    chosen = kinds if kinds is not None else _mixture(seed)
    ground_name, picture = _ground(page, seed, size, chosen, grounds)
    sheet, inner = page, geometry.box_quad(0, 0, page.shape[1], page.shape[0])
    if Degradation.PRINT in chosen:
        sheet = film.printed(page, stream(seed, "print"), severity)
    square = stream(seed, "corners").random() < _OTHER_CORNERS
    if Degradation.SCREEN in chosen:
        sheet, inner = _display(sheet, stream(seed, "screen"), severity)
        square = True
    corners = _placed(sheet, inner, seed, size, severity, chosen)
    _lay(picture, sheet, corners, seed, rounded=not square)
    quad = geometry.as_quad(geometry.mapped(inner, geometry.homography(_box(sheet), geometry.as_quad(corners))))
    return _developed(picture, (quad,), ground_name, seed, severity, chosen)


def several(
    pages: Sequence[Image],
    *,
    seed: int,
    size: Size = SIZE,
    severity: float = 0.5,
    kinds: frozenset[Degradation] | None = None,
    grounds: Sequence[str] | None = None,
) -> Photograph:
    """Up to nine pages beside one another on a table, each turned its own way; none hides another. Arguments as in `photograph`."""
    chosen = (kinds if kinds is not None else _mixture(seed)) - _ONE_PAGE_ONLY
    ground_name, picture = _ground(pages[0], seed, size, chosen, grounds)
    random = stream(seed, "several")
    columns = math.ceil(math.sqrt(len(pages) * size[0] / size[1] / 1.3))
    rows = math.ceil(len(pages) / columns)
    cell = np.array([size[0] / columns, size[1] / rows])
    cells = random.permutation(columns * rows)[: len(pages)]
    quads = []
    for number, (page, place) in enumerate(zip(pages, cells.tolist(), strict=True)):
        sheet = film.printed(page, stream(seed, "print", number), severity) if Degradation.PRINT in chosen else page
        roll = random.uniform(0, 360) if Degradation.ROLL in chosen else random.uniform(-6, 6)
        lean = 14 * severity if Degradation.PERSPECTIVE in chosen else 0.0
        flat = _turned(page.shape[1] / page.shape[0], roll, random.uniform(-lean, lean), random.uniform(-lean, lean))
        room = cell * random.uniform(0.78, 0.93)
        flat *= float((room / np.ptp(flat, axis=0)).min())
        slack = (cell - np.ptp(flat, axis=0)) / 2 * 0.9
        middle = (np.array([place % columns, place // columns]) + 0.5) * cell
        corners = flat - (flat.min(axis=0) + flat.max(axis=0)) / 2 + middle + random.uniform(-1, 1, 2) * slack
        _lay(picture, sheet, corners, seed + number, rounded=True)
        quads.append(geometry.as_quad(corners))
    return _developed(picture, tuple(quads), ground_name, seed, severity, chosen)


def stacked_scan(pages: Sequence[Image], *, seed: int, width_px: int = 1400, touching: bool | None = None) -> Photograph:
    """Sides of a document one above the other on a scanner's white sheet, with a gap or touching (drawn from `seed` when None)."""
    random = stream(seed, "stacked")
    gap = 0.0 if (random.random() < 0.4 if touching is None else touching) else random.uniform(0.01, 0.12)
    share = random.uniform(0.5, 0.9)
    wide = share * width_px
    heights = [wide * page.shape[0] / page.shape[1] for page in pages]
    tall = sum(heights) + gap * width_px * (len(pages) - 1)
    height_px = round(tall + random.uniform(0.08, 0.7) * width_px)
    tone = random.uniform(238, 255)
    picture = np.full((height_px, width_px, 3), tone, np.uint8)
    left, top = random.uniform(0.03, 0.97 - share) * width_px, random.uniform(0.25, 0.75) * (height_px - tall)
    quads = []
    for number, (page, high) in enumerate(zip(pages, heights, strict=True)):
        skew = math.radians(random.uniform(-1.5, 1.5)) if gap > 0.02 else 0.0
        turn = np.array([[math.cos(skew), math.sin(skew)], [-math.sin(skew), math.cos(skew)]])
        flat = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]]) / 2 @ turn
        corners = flat + np.array([left + wide / 2, top + high / 2])
        _lay(picture, page, corners, seed + number, rounded=random.random() < 0.6, shadow=0.12 * random.random())
        quads.append(geometry.as_quad(corners))
        top += high + gap * width_px
    picture = film.noisy(picture, stream(seed, "noise"), 1.2)
    return Photograph(film.compressed(picture, int(random.integers(60, 96))), tuple(quads), frozenset({Degradation.JPEG}), "scan")


def open_passport(
    page: Image,
    *,
    seed: int,
    size: Size = SIZE,
    severity: float = 0.5,
    kinds: frozenset[Degradation] | None = None,
    grounds: Sequence[str] | None = None,
) -> Photograph:
    """A passport held open: the data page below another page, a fold between, the cover's rim around. `quads` is the data page alone."""
    random = stream(seed, "passport")
    height, width = page.shape[:2]
    rim = round(width * random.uniform(0.006, 0.03))
    tone = random.uniform(190, 240) + random.uniform(-14, 14, 3)
    book = np.empty((2 * height + 2 * rim, width + 2 * rim, 3), np.uint8)
    book[:] = (np.array([90, 40, 40]) + random.uniform(-35, 60, 3)).clip(5, 200).astype(np.uint8)
    other = np.asarray(np.clip(np.broadcast_to(tone, (height, width, 3)) + random.uniform(-5, 5), 0, 255), np.uint8)
    other = np.ascontiguousarray(other)
    ink = (tone * random.uniform(0.4, 0.85)).tolist()
    for _ in range(int(random.integers(0, 26))):  # print of the page above: lines, a seal
        y, x0 = round(random.uniform(0.08, 0.92) * height), round(random.uniform(0.06, 0.3) * width)
        cv2.line(
            other, (x0, y), (round(x0 + random.uniform(0.1, 0.6) * width), y), ink, max(1, round(width * random.uniform(0.002, 0.008)))
        )
    if random.random() < 0.5:
        at = (round(random.uniform(0.3, 0.7) * width), round(random.uniform(0.3, 0.7) * height))
        cv2.circle(other, at, round(0.2 * height), ink, max(1, width // 300), cv2.LINE_AA)
    book[rim : rim + height, rim : rim + width] = other
    book[rim + height : rim + 2 * height, rim : rim + width] = page
    deep = round(0.05 * height)
    y = np.arange(-deep, deep, dtype=np.float32) / deep
    fold = 1 - np.float32(random.uniform(0.15, 0.5)) * np.exp(-((y * 3) ** 2)).astype(np.float32)
    band = book[rim + height - deep : rim + height + deep]
    band[:] = (band * fold[:, None, None]).astype(np.uint8)
    shot = photograph(book, seed=seed, size=size, severity=severity, kinds=kinds, grounds=grounds)
    inner = geometry.box_quad(rim, rim + height, rim + width, rim + 2 * height)
    quad = geometry.as_quad(geometry.mapped(inner, geometry.homography(_box(book), shot.quad)))
    return Photograph(shot.image, (quad,), shot.kinds, shot.ground)


def empty(*, seed: int, size: Size = SIZE, severity: float = 0.5, grounds: Sequence[str] | None = None) -> Photograph:
    """A table with things on it and no document. The things are plain rectangles with lines on them."""
    chosen = _mixture(seed) - {Degradation.PRINT, Degradation.LOW_CONTRAST, Degradation.GLARE, Degradation.FINGERS}
    ground_name, picture = _ground(None, seed, size, chosen, grounds)
    return _developed(picture, (), ground_name, seed, severity, chosen)


# --- parts ---------------------------------------------------------------------------------------------------------


def _mixture(seed: int) -> frozenset[Degradation]:
    random = stream(seed, "kinds")
    return frozenset(kind for kind, chance in _CHANCES.items() if random.random() < chance)


def _box(page: Image) -> Quad:
    return geometry.box_quad(0, 0, page.shape[1], page.shape[0])


def _ground(page: Image | None, seed: int, size: Size, chosen: frozenset[Degradation], grounds: Sequence[str] | None) -> tuple[str, Image]:
    random = stream(seed, "ground")
    names = sorted(BACKGROUNDS) if grounds is None else list(grounds)
    name = names[int(random.integers(len(names)))]
    if page is not None and Degradation.LOW_CONTRAST in chosen:
        name, picture = "similar", similar(page, size, random)
    else:
        picture = background(name, size, seed=seed)
    if Degradation.CLUTTER in chosen:
        clutter(picture, stream(seed, "clutter"), int(random.integers(2, 8)))
    return name, picture


def _turned(aspect: float, roll_deg: float, tilt_deg: float, swing_deg: float) -> Corners:
    """Corners of a page of width 1 about its centre, turned in space, seen by a pinhole camera in which it fills half the width."""
    half_w, half_h = 0.5, 0.5 / aspect
    flat = np.array([[-half_w, -half_h, 0], [half_w, -half_h, 0], [half_w, half_h, 0], [-half_w, half_h, 0]], np.float64)
    tilt, swing, roll = (math.radians(angle) for angle in (tilt_deg, swing_deg, roll_deg))
    about_x = np.array([[1, 0, 0], [0, math.cos(tilt), math.sin(tilt)], [0, -math.sin(tilt), math.cos(tilt)]])
    about_y = np.array([[math.cos(swing), 0, -math.sin(swing)], [0, 1, 0], [math.sin(swing), 0, math.cos(swing)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    turned = flat @ (about_x @ about_y @ about_z).T  # rolled on the table first, then the table is seen at an angle
    focal = 2 * _FOCAL
    return np.asarray(turned[:, :2] * (focal / (focal + turned[:, 2]))[:, None], np.float64)


def _placed(sheet: Image, inner: Quad, seed: int, size: Size, severity: float, chosen: frozenset[Degradation]) -> Corners:
    random = stream(seed, "place")
    roll, tilt, swing, fill, small, x, y = random.uniform(-1, 1, 7)
    lean = 38 * severity if Degradation.PERSPECTIVE in chosen else 0.0
    corners = _turned(sheet.shape[1] / sheet.shape[0], roll * (180 if Degradation.ROLL in chosen else 5), tilt * lean, swing * lean)
    frame = np.array(size, np.float64)
    scale = float((frame / np.ptp(corners, axis=0)).min()) * (0.76 + 0.18 * fill)
    if Degradation.SMALL in chosen:
        scale = (0.325 + 0.075 * small) * max(size) * (sheet.shape[1] / (inner[1][0] - inner[0][0]))
        scale = min(scale, float((frame / np.ptp(corners, axis=0)).min()) * 0.97)
    corners *= scale
    low, high = corners.min(axis=0), corners.max(axis=0)
    slack = frame - (high - low)
    corners += -low + slack / 2 + np.array([x, y]) * np.maximum(slack / 2 - 0.012 * max(size), 0)
    if Degradation.BORDER in chosen:
        edge = stream(seed, "border")
        axis, far, out = int(edge.integers(2)), edge.random() < 0.5, edge.uniform(-0.004, 0.11 * severity)
        now = (frame[axis] - corners[:, axis].max()) if far else -corners[:, axis].min()
        beyond = out * float(np.ptp(corners[:, axis]))
        corners[:, axis] += now + beyond if far else now - beyond
    return corners


def _lay(picture: Image, sheet: Image, corners: Corners, seed: int, *, rounded: bool, shadow: float | None = None) -> None:
    """The sheet over the picture with a contact shadow; changes `picture` in place."""
    height, width = picture.shape[:2]
    random = stream(seed, "lay")
    _contact_shadow(picture, corners, random, shadow)
    alpha = np.full(sheet.shape[:2], 255, np.uint8)
    if rounded:
        alpha[:] = 0
        radius = max(2, round(_CORNER_SHARE * min(sheet.shape[1], 1.6 * sheet.shape[0])))
        right, bottom = sheet.shape[1] - 1, sheet.shape[0] - 1
        cv2.rectangle(alpha, (radius, 0), (right - radius, bottom), 255, -1)
        cv2.rectangle(alpha, (0, radius), (right, bottom - radius), 255, -1)
        for at in ((radius, radius), (right - radius, radius), (radius, bottom - radius), (right - radius, bottom - radius)):
            cv2.circle(alpha, at, radius, 255, -1, cv2.LINE_AA)
    longest = float(max(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)))
    shrink = longest / max(sheet.shape[:2])
    colour = sheet
    if shrink < 0.9:  # filtered first: warping far down makes fine lines into dots
        target = (max(2, round(sheet.shape[1] * shrink * 1.05)), max(2, round(sheet.shape[0] * shrink * 1.05)))
        colour = np.asarray(cv2.resize(sheet, target, interpolation=cv2.INTER_AREA), np.uint8)
        alpha = np.asarray(cv2.resize(alpha, target, interpolation=cv2.INTER_AREA), np.uint8)
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2, 0).tolist()
    x1, y1 = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, (width, height)).tolist()
    if x1 <= x0 or y1 <= y0:
        return
    source = np.array(_box(colour), np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(source, (corners - (x0, y0) - 0.5).astype(np.float32))
    box = (x1 - x0, y1 - y0)
    laid = cv2.warpPerspective(colour, matrix, box, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    cover = cv2.warpPerspective(alpha, matrix, box, flags=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
    area = picture[y0:y1, x0:x1]
    area[:] = np.round(area * (1 - cover) + laid * cover).astype(np.uint8)


def _contact_shadow(picture: Image, corners: Corners, random: Random, strength: float | None) -> None:
    height, width = picture.shape[:2]
    depth = random.uniform(0, 0.5) if strength is None else strength
    side, reach = random.uniform(0, 2 * np.pi), max(width, height) * random.uniform(0.001, 0.012)
    small = np.zeros((height // 4 + 1, width // 4 + 1), np.uint8)
    moved = (corners + reach * np.array([math.cos(side), math.sin(side)])) / 4
    cv2.fillConvexPoly(small, np.round(moved * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.5, reach / 6))
    kept = cv2.resize(cv2.convertScaleAbs(soft, alpha=-depth, beta=255), (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.multiply(picture, cv2.merge([kept] * 3), dst=picture, scale=1 / 255)


def _display(page: Image, random: Random, severity: float) -> tuple[Image, Quad]:
    """A monitor, tablet or phone that shows the page in a window, and where on it the page is."""
    height, width = page.shape[:2]
    left, right, top, bottom = (random.uniform(0.02, 0.3, 4) * width).round().astype(int).tolist()
    screen = np.empty((height + top + bottom, width + left + right, 3), np.uint8)
    screen[:] = int(random.choice([14, 32, 60, 200, 235, 255]))
    if random.random() < 0.5:  # the window's bar
        bar = max(4, round(top * random.uniform(0.2, 0.6)))
        screen[:bar] = random.integers(60, 230, 3).astype(np.uint8)
    screen[top : top + height, left : left + width] = page
    screen = film.on_glass(screen, random, severity)
    bezel = round(random.uniform(0.01, 0.07) * width)
    framed = cv2.copyMakeBorder(screen, bezel, bezel, bezel, bezel, cv2.BORDER_CONSTANT, value=[random.uniform(5, 60)] * 3)
    return np.asarray(framed, np.uint8), geometry.box_quad(bezel + left, bezel + top, bezel + left + width, bezel + top + height)


def _fingers(picture: Image, quad: Quad, random: Random, severity: float) -> None:
    """One or two, from beyond the page over one of its edges, tips in by 2 to 10 % of the height: no further than people hold a card."""
    corners = geometry.as_array(quad)
    centre = corners.mean(axis=0)
    long = max(geometry.sides(quad))
    thick = long * random.uniform(0.11, 0.18)
    skin = np.array([random.uniform(60, 175), 0, 0])
    skin[1], skin[2] = skin[0] + random.uniform(12, 32), skin[0] + random.uniform(38, 75)
    for _ in range(int(random.integers(1, 3))):
        side = int(random.integers(4))
        a, b = corners[side], corners[(side + 1) % 4]
        at = a + (b - a) * random.uniform(0.12, 0.88)
        outward = at - centre
        outward /= max(float(np.linalg.norm(outward)), 1e-6)
        # the last line of an MRZ ends 5 % above the foot: fingers there may hide the rim only
        deep = 0.035 if side == 2 else 0.02 + 0.08 * severity * random.random()
        tip = at - outward * (deep * long * 0.63 - thick / 2)
        base = tip + outward * long * 1.2
        mask = np.zeros(picture.shape[:2], np.uint8)
        cv2.line(mask, np.round(tip).astype(int).tolist(), np.round(base).astype(int).tolist(), 255, max(1, round(thick)), cv2.LINE_AA)
        x, y, w, h = cv2.boundingRect(mask)
        if w == 0 or h == 0:
            continue
        part = mask[y : y + h, x : x + w]
        depth = cv2.distanceTransform((part > 127).astype(np.uint8), cv2.DIST_L2, 3) / max(thick / 2, 1)
        shade = (0.62 + 0.4 * np.sqrt(np.clip(depth, 0, 1))).astype(np.float32)[..., None]
        cover = cv2.GaussianBlur(part, (0, 0), max(0.4, 0.7 * film.unit(picture))).astype(np.float32)[..., None] / 255
        area = picture[y : y + h, x : x + w]
        area[:] = np.clip(area * (1 - cover) + skin * shade * cover, 0, 255).astype(np.uint8)


def _glare(picture: Image, quads: tuple[Quad, ...], random: Random, severity: float) -> None:
    left, top, right, bottom = geometry.bounds(quads[int(random.integers(len(quads)))])
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = max(0, int(left)), max(0, int(top)), min(width, int(right) + 1), min(height, int(bottom) + 1)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    spots = film.glare_spots((y1 - y0, x1 - x0), random, severity)
    area = picture[y0:y1, x0:x1]
    area[:] = np.minimum(area + spots[..., None], 255).astype(np.uint8)


def _developed(
    picture: Image, quads: tuple[Quad, ...], ground: str, seed: int, severity: float, chosen: frozenset[Degradation]
) -> Photograph:
    """Light, hands, lens, sensor and file over the laid scene."""
    if Degradation.GLARE in chosen and quads:
        _glare(picture, quads, stream(seed, "glare"), severity)
    if Degradation.FINGERS in chosen and quads:
        _fingers(picture, quads[0], stream(seed, "fingers"), severity)
    for kind, effect in (
        (Degradation.SHADOW, film.shaded),
        (Degradation.UNEVEN_LIGHT, film.unevenly_lit),
        (Degradation.LENS_BLUR, film.lens_blurred),
        (Degradation.MOTION_BLUR, film.motion_blurred),
        (Degradation.WHITE_BALANCE, film.tinted),
        (Degradation.LOW_LIGHT, film.dim),
    ):
        if kind in chosen:
            picture = effect(picture, stream(seed, kind), severity)
    picture = film.noisy(picture, stream(seed, "noise"), 1.5)
    quality = 95
    if Degradation.JPEG in chosen:
        quality = round(95 - 55 * min(1.0, 1.4 * severity) * stream(seed, "jpeg").random())
    return Photograph(film.compressed(picture, quality), quads, chosen, ground)
