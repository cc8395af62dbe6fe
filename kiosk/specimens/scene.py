"""What a camera over a desk sees: a page laid, tilted, carried or held, with shadow, glare, noise, and its exact corners."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging.frame import Image

Size = tuple[int, int]
"""width, height in pixels."""
SIZE: Size = (1280, 720)
_FOCAL = 1.6
"""In frame widths: a webcam with some 35 degrees of view, so that a tilted page shows perspective as it really does."""
_CORNER_SHARE = 3.18 / 85.6
"""Radius of the rounded corners against the page's width (ISO/IEC 7810: 3.18 mm on ID-1)."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a page is. `x`, `y` its centre in shares of the frame; `width` in shares of the frame's width when it lies flat.

    `roll_deg` turns it in the picture, `tilt_deg` its upper edge away, `swing_deg` its right edge away; 180 of swing shows the other side.
    """

    x: float = 0.5
    y: float = 0.5
    width: float = 0.62
    roll_deg: float = 0.0
    tilt_deg: float = 0.0
    swing_deg: float = 0.0

    def toward(self, other: Placement, share: float) -> Placement:
        def mix(one: float, two: float) -> float:
            return one + (two - one) * share

        return Placement(
            mix(self.x, other.x),
            mix(self.y, other.y),
            mix(self.width, other.width),
            mix(self.roll_deg, other.roll_deg),
            mix(self.tilt_deg, other.tilt_deg),
            mix(self.swing_deg, other.swing_deg),
        )


def fitting_width(page: Image, size: Size = SIZE, share: float = 0.68) -> float:
    """The `Placement.width` at which a page fills the frame well, with room around it whatever its shape."""
    aspect = float(page.shape[1] / page.shape[0])
    return min(share, 0.80 * size[1] * aspect / size[0])


class Desk:
    """A desk under a camera. Used by one thread at a time; the same arguments give the same pixels."""

    def __init__(self, *, size: Size = SIZE, seed: int = 0) -> None:
        self.size = size
        self._top = _desk_top(size, seed)
        self._noise = _noise_bank(size, seed)
        self._sheets: dict[int, tuple[Image, _Sheet]] = {}  # by id; the page is held too, so that its id cannot be reused

    def quad(self, page: Image, placement: Placement) -> Quad:
        """The page's corners in the frame, clockwise from the page's own top left."""
        corners = _project(page.shape[1] / page.shape[0], placement, self.size)
        a, b, c, d = ((float(x), float(y)) for x, y in corners)
        return a, b, c, d

    def shot(
        self,
        page: Image | None,
        placement: Placement | None = None,
        *,
        glare: float = 0.0,
        light: float = 1.0,
        blur_px: float = 0.35,
        noise: bool = True,
        tick: int = 0,
    ) -> Image:
        """One picture, BGR, height x width of `size`.

        Args: `page` None shows the empty desk; `glare` 0..1 a lamp's reflection on the page; `light` 1 = well lit; `blur_px` sigma of the
        lens and of movement; `tick` another number, other noise.
        """
        frame = self._top.copy()
        if page is not None and placement is not None:
            corners = _project(page.shape[1] / page.shape[0], placement, self.size)
            _cast_shadow(frame, corners)
            self._lay(frame, page, corners, glare, blur_px)
        if light != 1.0:
            frame = np.asarray(cv2.convertScaleAbs(frame, alpha=light), np.uint8)
        if noise:
            more, less = self._noise[tick % len(self._noise)]
            cv2.subtract(cv2.add(frame, more, dst=frame), less, dst=frame)
        return frame

    def _lay(self, frame: Image, page: Image, corners: npt.NDArray[np.float32], glare: float, blur_px: float) -> None:
        held = self._sheets.get(id(page))
        if held is None:
            if len(self._sheets) >= 4:
                self._sheets.clear()
            held = self._sheets[id(page)] = (page, _Sheet(page))
        width, height = self.size
        reach = 2 + int(3 * blur_px)
        x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - reach, 0)
        x1, y1 = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + reach, (width, height))
        if x1 <= x0 or y1 <= y0:
            return
        edges = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
        sheet = held[1].level(float(max(edges[0], edges[2])))
        rows, columns = sheet.shape[:2]
        source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32) - 0.5
        matrix = cv2.getPerspectiveTransform(source, (corners - (x0, y0) - 0.5).astype(np.float32))
        warped = cv2.warpPerspective(sheet, matrix, (int(x1 - x0), int(y1 - y0)), flags=cv2.INTER_LINEAR)
        colour, alpha = warped[..., :3], warped[..., 3]
        if glare > 0:
            lit = colour + _glare_spot(colour.shape[0], colour.shape[1], glare) * (alpha[..., None] / np.float32(255))
            colour = np.minimum(lit, 255).astype(np.uint8)
        # The sheet's colours are multiplied by its alpha already, so that no edge of another colour shines through.
        # All in bytes: this runs thirty times a second beside the analysis that it feeds.
        area = frame[y0:y1, x0:x1]
        ground = cv2.multiply(area, cv2.merge([cv2.bitwise_not(alpha)] * 3), scale=1 / 255)
        laid = cv2.add(ground, colour)
        area[:] = cv2.GaussianBlur(laid, (0, 0), blur_px) if blur_px > 0.3 else laid


class _Sheet:
    """A page with rounded corners, in several sizes, because warping down from far too large a picture makes fine lines flicker."""

    def __init__(self, page: Image) -> None:
        height, width = page.shape[:2]
        radius = max(2, round(_CORNER_SHARE * min(width, 1.6 * height)))
        alpha = np.zeros((height, width), np.uint8)
        cv2.rectangle(alpha, (radius, 0), (width - radius - 1, height - 1), 255, -1)
        cv2.rectangle(alpha, (0, radius), (width - 1, height - radius - 1), 255, -1)
        for centre in (
            (radius, radius),
            (width - radius - 1, radius),
            (radius, height - radius - 1),
            (width - radius - 1, height - radius - 1),
        ):
            cv2.circle(alpha, centre, radius, 255, -1, cv2.LINE_AA)
        colour = np.round(page * (alpha[..., None] / np.float32(255))).astype(np.uint8)
        self._levels: list[npt.NDArray[np.uint8]] = [np.dstack([colour, alpha])]
        while self._levels[-1].shape[1] > 200:
            size = (round(self._levels[-1].shape[1] * 0.72), round(self._levels[-1].shape[0] * 0.72))
            self._levels.append(np.asarray(cv2.resize(self._levels[-1], size, interpolation=cv2.INTER_AREA), np.uint8))

    def level(self, wanted_px: float) -> npt.NDArray[np.uint8]:
        """BGRA, the smallest that is not much narrower than wanted."""
        return next((level for level in reversed(self._levels) if level.shape[1] >= wanted_px * 0.97), self._levels[0])


def _project(aspect: float, placement: Placement, size: Size) -> npt.NDArray[np.float32]:
    """Corners 4 x 2 of a page turned in space, seen by a pinhole camera."""
    width, height = size
    half_w = placement.width * width / 2
    half_h = half_w / aspect
    corners = np.array([[-half_w, -half_h, 0], [half_w, -half_h, 0], [half_w, half_h, 0], [-half_w, half_h, 0]], np.float64)
    tilt, swing, roll = (math.radians(angle) for angle in (placement.tilt_deg, placement.swing_deg, placement.roll_deg))
    about_x = np.array([[1, 0, 0], [0, math.cos(tilt), math.sin(tilt)], [0, -math.sin(tilt), math.cos(tilt)]])
    about_y = np.array([[math.cos(swing), 0, -math.sin(swing)], [0, 1, 0], [math.sin(swing), 0, math.cos(swing)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    turned = corners @ (about_z @ about_y @ about_x).T
    focal = _FOCAL * width
    scale = focal / (focal + turned[:, 2])
    return np.asarray(turned[:, :2] * scale[:, None] + (placement.x * width, placement.y * height), np.float32)


def _cast_shadow(frame: Image, corners: npt.NDArray[np.float32]) -> None:
    """Soft, below and to the right, worked out at an eighth of the size."""
    height, width = frame.shape[:2]
    small = np.zeros((height // 8, width // 8), np.uint8)
    cv2.fillConvexPoly(small, np.round((corners + np.array((7, 13))) / 8).astype(np.int32), 255, cv2.LINE_AA)
    soft = cv2.GaussianBlur(small, (0, 0), 2.2)
    kept = cv2.resize(255 - soft // 2, (width, height), interpolation=cv2.INTER_LINEAR)
    rows = np.flatnonzero(kept.min(axis=1) < 255)
    if rows.size:
        band = slice(int(rows[0]), int(rows[-1]) + 1)
        frame[band] = cv2.multiply(frame[band], cv2.merge([kept[band]] * 3), scale=1 / 255)


def _glare_spot(rows: int, columns: int, strength: float) -> npt.NDArray[np.float32]:
    """Additive; over a third of the page's upper right."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    distance = ((x / columns - 0.62) / 0.17) ** 2 + ((y / rows - 0.42) / 0.22) ** 2
    spot: npt.NDArray[np.float32] = np.exp(-(distance**1.6)).astype(np.float32)[..., None] * (330 * strength)
    return spot


@lru_cache(maxsize=4)
def _desk_top(size: Size, seed: int) -> Image:
    """Dark walnut under a lamp: streaks of noise stretched along the grain."""
    width, height = size
    random = np.random.default_rng(seed)
    grain = np.zeros((height, width), np.float32)
    for columns, rows, strength in ((6, 240, 9.0), (14, 90, 6.0), (60, 720, 4.5)):
        streaks = random.standard_normal((rows, columns)).astype(np.float32)
        grain += strength * cv2.resize(streaks, (width, height), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    lamp = 1.12 - 0.42 * ((x / width - 0.45) ** 2 + 0.7 * (y / height - 0.35) ** 2) * 2
    tone = np.array([52, 74, 104], np.float32)  # B, G, R
    top = (tone + grain[..., None] * np.array([0.7, 0.9, 1.1], np.float32)) * lamp[..., None]
    return np.asarray(np.clip(top, 0, 255), np.uint8)


@lru_cache(maxsize=4)
def _noise_bank(size: Size, seed: int, strength: float = 1.8) -> tuple[tuple[Image, Image], ...]:
    """Sensor noise as (what to add, what to take away); four of them are enough for the eye and for any difference of two frames."""
    random = np.random.default_rng(seed + 1)
    bank = []
    for _ in range(4):
        noise = np.round(random.standard_normal((size[1], size[0], 3)) * strength)
        bank.append((np.maximum(noise, 0).astype(np.uint8), np.maximum(-noise, 0).astype(np.uint8)))
    return tuple(bank)


# --- movement ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """What holds at one moment; between two of them things move smoothly. `page` indexes the scene's pages, None = none to be seen."""

    at_s: float
    placement: Placement
    page: int | None = 0
    glare: float = 0.0
    light: float = 1.0


class DocumentScene:
    """A page carried before the camera: callable(seconds) -> Image. After the last key it is held still for ever."""

    def __init__(self, pages: Sequence[Image], keys: Sequence[Key], *, desk: Desk | None = None, tremor: float = 1.0) -> None:
        self.pages = tuple(pages)
        self.keys = tuple(keys)
        self._desk = desk or Desk()
        self._tremor = tremor

    @property
    def still_from_s(self) -> float:
        """From then on nothing moves but the hand's tremor."""
        return self.keys[-1].at_s

    def __call__(self, seconds: float) -> Image:
        key, speed = self._state(seconds)
        page = None if key.page is None else self.pages[key.page]
        # Movement smears over an exposure of a sixtieth of a second; a quarter of the way is the sigma that looks like it.
        blur_px = min(4.5, math.hypot(0.35, speed * self._desk.size[0] / 60 * 0.25))
        return self._desk.shot(page, key.placement, glare=key.glare, light=key.light, blur_px=blur_px, tick=int(seconds * 30))

    def quad_at(self, seconds: float) -> Quad | None:
        """The page's true corners at that moment; None while there is none. They may lie outside the frame."""
        key, _speed = self._state(seconds)
        return None if key.page is None else self._desk.quad(self.pages[key.page], key.placement)

    def page_at(self, seconds: float) -> int | None:
        return self._state(seconds)[0].page

    def _state(self, seconds: float) -> tuple[Key, float]:
        """What holds now, and how fast the page moves in frame widths per second."""
        here = self._between(seconds)
        before = self._between(seconds - 0.02)
        one, two = here.placement, before.placement
        travelled = math.hypot(one.x - two.x, one.y - two.y) + abs(one.width - two.width) / 2 + abs(one.swing_deg - two.swing_deg) / 400
        speed = travelled / 0.02
        moving = min(1.0, speed * 8)
        tremble = self._tremor * (0.35 + moving)
        shaken = Placement(
            one.x + tremble * 0.0005 * (math.sin(7.1 * seconds) + math.sin(11.3 * seconds + 1)),
            one.y + tremble * 0.0007 * (math.sin(6.3 * seconds + 2) + math.sin(12.7 * seconds)),
            one.width,
            one.roll_deg + tremble * 0.06 * math.sin(5.2 * seconds),
            one.tilt_deg,
            one.swing_deg,
        )
        return Key(seconds, shaken, here.page, here.glare, here.light), speed

    def _between(self, seconds: float) -> Key:
        keys = self.keys
        if seconds <= keys[0].at_s:
            return keys[0]
        for before, after in itertools.pairwise(keys):
            if seconds < after.at_s:
                share = (seconds - before.at_s) / (after.at_s - before.at_s)
                eased = share * share * (3 - 2 * share)
                return Key(
                    seconds,
                    before.placement.toward(after.placement, eased),
                    before.page,
                    before.glare + (after.glare - before.glare) * eased,
                    before.light + (after.light - before.light) * eased,
                )
        return keys[-1]


def showing(page: Image, *, story: str = "full", pace: float = 1.0, size: Size = SIZE, seed: int = 0) -> DocumentScene:
    """A customer shows a page.

    Args: `story` "full": an empty desk, the page comes in, is too far, comes closer, glares, is held well (still after 5.4 s);
        "brief": it comes in and is held (1.2 s); "still": it lies there from the start. `pace` 2 = twice as slow.
    Raises KeyError for another story.
    """
    best = Placement(0.5, 0.49, fitting_width(page, size), roll_deg=-1.2, tilt_deg=5, swing_deg=-3)
    away = Placement(1.45, 0.62, best.width * 0.6, roll_deg=9, tilt_deg=10)
    far = Placement(0.56, 0.53, best.width * 0.52, roll_deg=4, tilt_deg=9, swing_deg=6)
    shiny = Placement(0.49, 0.5, best.width * 0.97, roll_deg=2.5, tilt_deg=13, swing_deg=9)
    keys = {
        "full": (
            Key(0.0, away, None),
            Key(0.5, away),
            Key(1.4, far),
            Key(2.4, far),
            Key(3.2, shiny, glare=0.9),
            Key(4.5, shiny, glare=0.9),
            Key(5.4, best),
        ),
        "brief": (Key(0.0, away, None), Key(0.2, away), Key(1.2, best)),
        "still": (Key(0.0, best),),
    }[story]
    slowed = [Key(key.at_s * pace, key.placement, key.page, key.glare, key.light) for key in keys]
    return DocumentScene([page], slowed, desk=Desk(size=size, seed=seed))


def turning_over(front: Image, back: Image, *, story: str = "full", pace: float = 1.0, size: Size = SIZE, seed: int = 0) -> DocumentScene:
    """The page in the hand is turned to its back. Stories as in `showing`: "full" is still after 3.2 s, "brief" after 1.2 s."""
    best = Placement(0.5, 0.49, fitting_width(back, size), roll_deg=1.0, tilt_deg=5, swing_deg=2)
    edge_on = 86.0
    keys = {
        "full": (
            Key(0.0, best),
            Key(1.4, best),
            Key(2.2, Placement(0.5, 0.49, best.width * 0.9, swing_deg=edge_on)),
            Key(2.2001, Placement(0.5, 0.49, best.width * 0.9, swing_deg=-edge_on), page=1),
            Key(3.2, best, page=1),
        ),
        "brief": (
            Key(0.0, best),
            Key(0.2, best),
            Key(0.7, Placement(0.5, 0.49, best.width * 0.9, swing_deg=edge_on)),
            Key(0.7001, Placement(0.5, 0.49, best.width * 0.9, swing_deg=-edge_on), page=1),
            Key(1.2, best, page=1),
        ),
        "still": (Key(0.0, best, page=1),),
    }[story]
    slowed = [Key(key.at_s * pace, key.placement, key.page) for key in keys]
    return DocumentScene([front, back], slowed, desk=Desk(size=size, seed=seed))
