"""Simulated attacks on specimens: a screen, a printed copy, a grey copy, shifted colours, another portrait, other text.

Each takes a page and gives what would lie before the camera, or the edited page; `exposed` is the camera, the same for genuine pages and
for attacks, so that they differ in the attack alone. Simulations flatter detectors: real screens, printers and forgers vary more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.domain.face import Box
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image

Floats = npt.NDArray[np.float32]
_SUB = 4  # cells per display pixel and direction: red, green, blue and the dark between pixels
Generator = np.random.Generator


@dataclass(frozen=True, slots=True)
class Screen:
    """A display. `pixels` across the page; `gap`: rows of pixels have dark between them; `layout` "rgb", "bgr" or "pentile"."""

    pixels: int = 1100
    gap: bool = True
    layout: str = "rgb"
    gamma: float = 1.0  # of the picture shown, beside what its viewer sees
    black: float = 0.02  # light that leaks from black pixels, 0..1
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)  # B, G, R
    bezel: bool = False

    @staticmethod
    def drawn(random: Generator) -> Screen:
        """One of the screens that people have: a telephone, a tablet, a laptop or a desktop display."""
        blue = float(random.uniform(0.0, 0.10))
        return Screen(
            pixels=int(random.integers(640, 1600)),
            gap=bool(random.random() < 0.8),
            layout=str(random.choice(["rgb", "bgr", "pentile"], p=[0.6, 0.1, 0.3])),
            gamma=float(random.uniform(0.85, 1.2)),
            black=float(random.uniform(0.005, 0.05)),
            tint=(1.0, 1.0 - 0.4 * blue, 1.0 - blue),
            bezel=bool(random.random() < 0.3),
        )


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer. `dpi` of its dots, `lpi` rulings per inch; 0 lpi = scattered dots (ink jet); `gain` how far dots spread, in dots."""

    dpi: int = 600
    lpi: float = 133.0
    angles: tuple[float, float, float, float] = (15.0, 75.0, 0.0, 45.0)  # cyan, magenta, yellow, black
    gain: float = 0.7
    paper: float = 0.93
    grain: float = 0.012
    gamut: float = 0.8  # share of the colourfulness that inks on plain paper reach

    @staticmethod
    def drawn(random: Generator) -> Printer:
        """One of the printers that people have: a colour laser of several rulings, or an ink jet."""
        turn = float(random.uniform(-8, 8))
        sets = ((15.0, 75.0, 0.0, 45.0), (18.4, 71.6, 0.0, 45.0), (37.0, 63.0, 0.0, 45.0))
        angles = sets[int(random.integers(len(sets)))]
        return Printer(
            dpi=600,
            lpi=0.0 if random.random() < 0.3 else float(random.uniform(85, 200)),
            angles=(angles[0] + turn, angles[1] + turn, angles[2] + turn, angles[3] + turn),
            gain=float(random.uniform(0.4, 1.1)),
            paper=float(random.uniform(0.88, 0.97)),
            grain=float(random.uniform(0.006, 0.02)),
            gamut=float(random.uniform(0.65, 0.95)),
        )


@dataclass(frozen=True, slots=True)
class Camera:
    """How a page is photographed. `width` of the page in the picture, pixels; angles in degrees; `quality` of the JPEG, 0 = none."""

    width: int = 1000
    roll: float = 0.0
    tilt: float = 0.0
    swing: float = 0.0
    blur: float = 0.55  # sigma of lens and focus, picture pixels
    noise: float = 2.0  # standard deviation, of 255
    mosaic: bool = True  # a Bayer sensor
    sharpen: float = 0.4
    light: float = 1.0
    warmth: float = 0.0  # -1..1: the light is bluer or redder than the camera thinks
    gradient: float = 0.1
    quality: int = 88
    seed: int = 0

    @staticmethod
    def drawn(random: Generator, widths: tuple[int, int] = (700, 1500)) -> Camera:
        return Camera(
            width=int(random.integers(*widths)),
            roll=float(random.uniform(-12, 12)),
            tilt=float(random.uniform(-14, 14)),
            swing=float(random.uniform(-14, 14)),
            blur=float(random.uniform(0.4, 0.95)),
            noise=float(random.uniform(0.6, 4.0)),
            mosaic=bool(random.random() < 0.75),
            sharpen=float(random.uniform(0.0, 0.9)),
            light=float(random.uniform(0.75, 1.08)),
            warmth=float(random.uniform(-0.6, 0.6)),
            gradient=float(random.uniform(0.0, 0.3)),
            quality=int(random.integers(72, 97)),
            seed=int(random.integers(1 << 30)),
        )


# --- what lies before the camera -----------------------------------------------------------------------------------------------------


def on_screen(page: Image, screen: Screen) -> Image:
    """The page as the light of a display: every pixel is three colour cells with dark between them. BGR, four cells per pixel each way."""
    height = round(screen.pixels * page.shape[0] / page.shape[1])
    shown = cv2.resize(page, (screen.pixels, height), interpolation=cv2.INTER_AREA if page.shape[1] > screen.pixels else cv2.INTER_CUBIC)
    curve = np.clip(255 * (screen.black + (1 - screen.black) * (np.arange(256) / 255) ** screen.gamma), 0, 255)
    light = _linear(np.asarray(cv2.LUT(shown, curve.astype(np.uint8)), np.uint8)) * np.array(screen.tint, np.float32)
    cell = np.zeros((2 * _SUB, 2 * _SUB, 3), np.uint8)  # two by two pixels: what a pentile display repeats
    for row in range(2):
        for column in range(2):
            y, x = row * _SUB, column * _SUB
            if screen.layout == "pentile":
                # green in each pixel, small; red and blue take turns and are larger
                cell[y + 1 : y + 3, x, 1] = 255
                cell[y : y + 3, x + 1 : x + 3, 2 if (row + column) % 2 else 0] = 255
                continue
            lit = _SUB - 1 if screen.gap else _SUB
            for place, channel in enumerate((2, 1, 0) if screen.layout == "rgb" else (0, 1, 2)):
                cell[y : y + lit, x + place, channel] = 255
    # a cell that lights a twelfth of the time and place must shine twelve times as bright: kept below white here, the camera exposes for it
    share = cell.mean(axis=(0, 1)) / 255
    big = cv2.resize(_encoded(light * (share.min() / share)), None, fx=_SUB, fy=_SUB, interpolation=cv2.INTER_NEAREST)
    tiles = (math.ceil(big.shape[0] / cell.shape[0]), math.ceil(big.shape[1] / cell.shape[1]), 1)
    lit_page = np.asarray(cv2.bitwise_and(big, np.tile(cell, tiles)[: big.shape[0], : big.shape[1]]), np.uint8)
    if screen.bezel:
        edge = round(0.02 * lit_page.shape[1])
        lit_page = np.asarray(cv2.copyMakeBorder(lit_page, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(5, 5, 5)), np.uint8)
    return lit_page


def printed(page: Image, printer: Printer, random: Generator, *, width_mm: float = 85.6) -> Image:
    """The page as dots of ink on paper. BGR, at the printer's resolution."""
    width = round(width_mm / 25.4 * printer.dpi)
    height = round(width * page.shape[0] / page.shape[1])
    flat = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA if page.shape[1] > width else cv2.INTER_CUBIC)
    colour = flat.astype(np.float32) / 255
    grey = colour.mean(axis=2, keepdims=True)
    colour = np.clip(grey + printer.gamut * (colour - grey), 0, 1)
    inks = 1 - colour[..., ::-1]  # cyan, magenta, yellow
    black = np.clip(inks.min(axis=2) - 0.25, 0, 1) / 0.75
    plates = [np.clip(inks[..., channel] - 0.85 * black, 0, 1) for channel in range(3)] + [black]
    absorbs = ((0.88, 0.35, 0.10), (0.15, 0.85, 0.30), (0.05, 0.12, 0.85), (0.95, 0.95, 0.95))  # R, G, B of each ink
    light = np.full((height, width, 3), printer.paper, np.float32)
    for plate, angle, absorb in zip(plates, printer.angles, absorbs, strict=True):
        dots = _dots(plate.astype(np.float32), angle, printer, random)
        light *= 1 - dots[..., None] * np.array(absorb[::-1], np.float32)
    light *= 1 + printer.grain * _grain((height, width), random)[..., None]
    return np.asarray(np.clip(light * 255, 0, 255), np.uint8)


def photocopied(page: Image, random: Generator, *, scan: bool | None = None) -> Image:
    """A grey copy: a photocopier's (harsh, with dots and specks) or, with `scan`, a plain greyscale picture."""
    scan = bool(random.random() < 0.5) if scan is None else scan
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255
    if not scan:
        grey = np.clip((grey - 0.08) * float(random.uniform(1.05, 1.35)), 0, 1)
        grey *= 1 + 0.015 * _grain(grey.shape, random)
        specks = random.random(grey.shape) < 2e-5
        grey[cv2.dilate(specks.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 0.2
        grey = 0.05 + 0.9 * grey
    return np.repeat(np.clip(grey * 255, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def recoloured(page: Image, random: Generator) -> Image:
    """The page in colours that are not its own: hues turned, colourfulness changed, or two inks exchanged."""
    kind = int(random.integers(3))
    if kind == 0:
        hsv = cv2.cvtColor(page, cv2.COLOR_BGR2HSV_FULL)
        hsv[..., 0] = (hsv[..., 0].astype(np.int16) + int(random.choice([-1, 1]) * random.integers(28, 128))) % 256
        return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR_FULL), np.uint8)
    if kind == 1:
        factor = float(random.choice([random.uniform(0.1, 0.35), random.uniform(2.2, 3.2)]))
        grey = page.mean(axis=2, keepdims=True)
        return np.asarray(np.clip(grey + factor * (page - grey), 0, 255), np.uint8)
    order = [(2, 1, 0), (1, 0, 2), (0, 2, 1)][int(random.integers(3))]
    return np.ascontiguousarray(page[..., order])


# --- edits ---------------------------------------------------------------------------------------------------------------------------


PORTRAIT_WAYS = ("smoothed", "recompressed", "resampled", "matched")
TEXT_WAYS = ("crisp", "matched")


def other_portrait(picture: Image, quad: Quad, stranger: Image, random: Generator, *, way: str = "") -> Image:
    """Another portrait set into a picture that was taken already.

    Args:
        quad: of the portrait in `picture`, clockwise from its top left.
        stranger: BGR, of about the portrait's proportion.
        way: of `PORTRAIT_WAYS`: without fine grain, out of a small JPEG file, only scaled, or with the picture's own grain put over it
            (as a careful forger does); drawn when empty.
    """
    way = way or str(random.choice(PORTRAIT_WAYS))
    top, right, _, _ = geometry.sides(quad)
    size = (max(8, round(top)), max(8, round(right)))
    scaling = cv2.INTER_AREA if stranger.shape[1] > size[0] else cv2.INTER_CUBIC
    face = np.asarray(cv2.resize(stranger, size, interpolation=scaling), np.uint8)
    if way == "smoothed":
        face = np.asarray(cv2.GaussianBlur(face, (0, 0), float(random.uniform(0.6, 1.2))), np.uint8)
    elif way == "recompressed":
        face = _recompressed(face, int(random.integers(35, 75)))
    elif way == "matched":
        own = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
        grain = float(np.median(np.abs(own - cv2.GaussianBlur(own, (0, 0), 1.0)))) * 1.48
        noise = cv2.GaussianBlur(random.standard_normal(face.shape, dtype=np.float32), (0, 0), 0.6)
        face = np.asarray(np.clip(face + noise * (grain / float(noise.std())), 0, 255), np.uint8)
    matrix = geometry.homography(geometry.box_quad(0, 0, *size), quad)
    whole = (picture.shape[1], picture.shape[0])
    laid = cv2.warpPerspective(face, matrix, whole, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((picture.shape[0], picture.shape[1], 1), np.float32)
    cv2.fillConvexPoly(mask, np.round(geometry.as_array(quad) * 16).astype(np.int32), (1.0,), cv2.LINE_AA, 4)
    soft = float(random.uniform(0.3, 1.2))
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), soft), np.float32).reshape(mask.shape)
    return np.asarray(np.clip(picture * (1 - mask) + laid * mask + 0.5, 0, 255), np.uint8)


def other_text(picture: Image, box: Box, text: str, random: Generator, *, way: str = "") -> Image:
    """The text in a box of a picture replaced: its ground cloned from beside it, then other letters.

    Args:
        box: left, top, width, height of the printed value in `picture` (pixels, about upright).
        way: of `TEXT_WAYS`: letters as a drawing program sets them, or softened as the picture is (as a careful forger does); drawn when
            empty.
    """
    way = way or str(random.choice(TEXT_WAYS))
    left, top, width, height = (round(number) for number in box)
    pad = max(2, round(0.2 * height))
    x0, y0 = max(0, left - pad), max(0, top - pad)
    x1, y1 = min(picture.shape[1], left + width + pad), min(picture.shape[0], top + height + pad)
    ink = np.percentile(picture[y0:y1, x0:x1].reshape(-1, 3), 4, axis=0)
    ground = _ground_of(picture, (x0, y0, x1, y1))
    font = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX)[int(random.integers(3))]
    thick = max(1, round(height / 11))
    (wide, tall), _ = cv2.getTextSize(text, font, 1.0, thick)
    scale = min((x1 - x0 - 2 * pad) / max(1, wide), height / max(1, tall))
    big = 4
    layer = np.zeros(((y1 - y0) * big, (x1 - x0) * big), np.uint8)
    cv2.putText(layer, text, (pad * big, (y1 - y0 - pad) * big), font, scale * big, (255,), thick * big, cv2.LINE_AA)
    letters = np.asarray(cv2.resize(layer, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA), np.float32) / 255
    soft = float(random.uniform(0.1, 0.5) if way == "crisp" else random.uniform(0.7, 1.1))
    cover = np.asarray(cv2.GaussianBlur(letters, (0, 0), soft), np.float32)[..., None]
    patch = ground * (1 - cover) + ink * cover
    # a patch with hard borders would show by these, not by its letters
    inside = np.zeros((y1 - y0, x1 - x0), np.float32)
    inside[2:-2, 2:-2] = 1
    inside = np.asarray(cv2.GaussianBlur(inside, (0, 0), 1.2), np.float32)[..., None]
    edited = picture.copy()
    edited[y0:y1, x0:x1] = np.clip(picture[y0:y1, x0:x1] * (1 - inside) + patch * inside + 0.5, 0, 255).astype(np.uint8)
    return edited


def saved(picture: Image, quality: int) -> Image:
    """As it comes back out of a JPEG file."""
    return _recompressed(picture, quality)


# --- the camera ----------------------------------------------------------------------------------------------------------------------


def exposed(surface: Image, camera: Camera, *, ground: Sequence[int] = (92, 104, 112)) -> tuple[Image, Quad]:
    """A photograph of a surface, BGR, and where its corners lie in it.

    The surface is sampled finer than the picture, blurred by the lens, and only then taken by the sensor: what moire and halftone look
    like depends on that order.
    """
    over = 3 if max(surface.shape[1] / camera.width, 1) > 2.2 else 2
    random = np.random.default_rng(camera.seed)
    aspect = surface.shape[0] / surface.shape[1]
    margin = 0.06 * camera.width
    corners = _corners(camera, aspect, margin)
    wide, high = (int(number) for number in np.ceil(corners.max(axis=0) + margin))
    wide, high = wide + wide % 2, high + high % 2
    quad = geometry.as_quad(corners)
    source = _light_of(surface, camera.width * over)
    # the metering: what is shown is exposed for, whether it reflects or shines
    white = float(np.percentile(cv2.resize(source, (96, 64), interpolation=cv2.INTER_AREA), 96))
    box = geometry.box_quad(0, 0, source.shape[1], source.shape[0])
    matrix = geometry.homography(box, geometry.as_quad(corners * over))
    light = np.empty((high * over, wide * over, 3), np.float32)
    light[:] = _linear(np.array(ground, np.uint8).reshape(1, 1, 3))[0, 0]
    shine = source.astype(np.float32) * (0.80 * camera.light**2.2 / max(1.0, white))
    cv2.warpPerspective(shine, matrix, (wide * over, high * over), light, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
    soft = cv2.GaussianBlur(light, (0, 0), max(0.1, camera.blur) * over)
    light = np.asarray(cv2.resize(soft, (wide, high), interpolation=cv2.INTER_AREA), np.float32)
    slope = np.linspace(-0.5, 0.5, wide, dtype=np.float32)[None, :] * math.cos(camera.seed) + np.linspace(
        -0.5, 0.5, high, dtype=np.float32
    )[:, None] * math.sin(camera.seed)
    light *= (1 + camera.gradient * slope)[..., None]
    light *= np.array([1 - 0.22 * camera.warmth, 1.0, 1 + 0.22 * camera.warmth], np.float32)
    shot = _encoded(light).astype(np.float32)
    if camera.mosaic:
        shot = _demosaiced(shot + camera.noise * random.standard_normal(shot.shape, dtype=np.float32))
    else:
        shot = shot + camera.noise * random.standard_normal(shot.shape, dtype=np.float32)
    if camera.sharpen > 0.05:
        shot = shot + camera.sharpen * (shot - cv2.GaussianBlur(shot, (0, 0), 1.0))
    picture = np.clip(shot + 0.5, 0, 255).astype(np.uint8)
    return (_recompressed(picture, camera.quality) if camera.quality else picture), quad


def straightened(picture: Image, quad: Quad, size: tuple[int, int]) -> Image:
    """The page of a photograph, upright as its quad says, `size` width x height: for measuring where the place is known."""
    box = geometry.box_quad(0.0, 0.0, float(size[0]), float(size[1]))
    return np.asarray(cv2.warpPerspective(picture, geometry.homography(quad, box), size, flags=cv2.INTER_CUBIC), np.uint8)


def _corners(camera: Camera, aspect: float, margin: float) -> npt.NDArray[np.float64]:
    half = np.array([[-0.5, -aspect / 2, 0], [0.5, -aspect / 2, 0], [0.5, aspect / 2, 0], [-0.5, aspect / 2, 0]])
    a, b, c = (math.radians(angle) for angle in (camera.roll, camera.tilt, camera.swing))
    around_z = np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])
    around_x = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    around_y = np.array([[math.cos(c), 0, math.sin(c)], [0, 1, 0], [-math.sin(c), 0, math.cos(c)]])
    space = half @ (around_z @ around_x @ around_y).T
    distance = 2.4  # page widths between camera and page
    seen = space[:, :2] * distance / (distance + space[:, 2:3]) * camera.width
    return np.asarray(seen - seen.min(axis=0) + margin, np.float64)


def _light_of(surface: Image, width: int) -> npt.NDArray[np.uint16]:
    """Linear light, no wider than `width`, so that the sampling itself makes no moire."""
    table = np.round(65535 * (np.arange(256) / 255.0) ** 2.2).astype(np.uint16)
    light = np.asarray(cv2.LUT(surface, table), np.uint16)
    factor = width / surface.shape[1]
    if factor >= 1:
        return light
    return np.asarray(cv2.resize(light, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint16)


def _demosaiced(shot: Floats) -> Floats:
    flat = np.clip(shot + 0.5, 0, 255).astype(np.uint8)
    raw = flat[..., 1].copy()
    raw[0::2, 0::2] = flat[0::2, 0::2, 2]
    raw[1::2, 1::2] = flat[1::2, 1::2, 0]
    return np.asarray(cv2.cvtColor(raw, cv2.COLOR_BayerRGGB2BGR_EA), np.float32)


def _linear(picture: npt.NDArray[np.uint8]) -> Floats:
    table = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)
    return np.asarray(cv2.LUT(picture, table), np.float32)


def _encoded(light: Floats) -> npt.NDArray[np.uint8]:
    return np.asarray(np.clip(255 * np.sqrt(np.clip(light, 0, 1)) ** (2 / 2.2) + 0.5, 0, 255), np.uint8)


def _recompressed(picture: Image, quality: int) -> Image:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _dots(plate: Floats, angle: float, printer: Printer, random: Generator) -> Floats:
    height, width = plate.shape
    if printer.lpi <= 0:
        scattered = random.random(plate.shape, dtype=np.float32)
        scattered = scattered - cv2.GaussianBlur(scattered, (0, 0), 1.0)  # dots keep apart, as error diffusion has them
        ranks = 0.5 + scattered / (3.2 * float(scattered.std()))
    else:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        turn, step = math.radians(angle), 2 * math.pi * printer.lpi / printer.dpi
        across = x * np.float32(step * math.cos(turn)) + y * np.float32(step * math.sin(turn))
        down = y * np.float32(step * math.cos(turn)) - x * np.float32(step * math.sin(turn))
        ranks = 0.5 + 0.25 * (np.cos(across) + np.cos(down))
    dots = np.clip((plate - ranks) * 6 + 0.5, 0, 1).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(dots, (0, 0), max(0.3, printer.gain)), np.float32)


def _grain(shape: tuple[int, ...], random: Generator) -> Floats:
    fine = random.standard_normal((shape[0], shape[1]), dtype=np.float32)
    coarse = cv2.GaussianBlur(fine, (0, 0), 2.0)
    return np.asarray(0.4 * fine + coarse / max(1e-6, float(coarse.std())), np.float32)


def _ground_of(picture: Image, box: tuple[int, int, int, int]) -> Floats:
    """The quietest patch of the same size near a box."""
    x0, y0, x1, y1 = box
    wide, high = x1 - x0, y1 - y0
    best, quietest = picture[y0:y1, x0:x1], math.inf
    for dx in np.arange(-2.0, 2.01, 0.25).tolist():
        for dy in np.arange(-3.0, 3.01, 0.5).tolist():
            left, top = x0 + round(dx * wide), y0 + round(dy * high)
            if left < 0 or top < 0 or left + wide > picture.shape[1] or top + high > picture.shape[0]:
                continue
            patch = picture[top : top + high, left : left + wide]
            if (spread := float(patch.std())) < quietest:
                best, quietest = patch, spread
    return np.asarray(best, np.float32)
