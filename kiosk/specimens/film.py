"""What print, light, lens and sensor do to a picture, one pure function each. Strength 0..1; lengths follow the picture's longer side."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image

Floats = npt.NDArray[np.float32]
Random = np.random.Generator
_NORMAL_PX = 1600  # blur is given for a picture of this side


def _bytes(picture: npt.ArrayLike) -> Image:
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def unit(picture: Image) -> float:
    """Pixels of this picture per pixel of one with 1600 on its longer side."""
    return float(max(picture.shape[:2]) / _NORMAL_PX)


# --- print ---------------------------------------------------------------------------------------------------------


def printed(page: Image, random: Random, strength: float) -> Image:
    """The page copied on a colour printer: ink spread, halftone screens at four angles, paper under it, duller colours."""
    height, width = page.shape[:2]
    colour = page.astype(np.float32)
    spread = 0.0006 * width * (0.5 + strength)
    colour = np.asarray(cv2.GaussianBlur(colour, (0, 0), max(0.3, spread)), np.float32)
    grey = colour.mean(axis=2, keepdims=True)
    colour = grey + (colour - grey) * np.float32(1 - 0.3 * strength)
    colour = 255 * (colour / 255) ** np.float32(1 + 0.25 * strength)  # dots gain
    y, x = np.mgrid[:height, :width].astype(np.float32)
    cell = width / random.uniform(430, 620)
    for channel, angle in enumerate((0.0, 75.0, 15.0)):  # yellow, magenta, cyan; black falls with all three
        turn = np.radians(angle + random.uniform(-2, 2))
        u = (x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))) * np.float32(2 * np.pi / cell)
        v = (y * np.float32(np.cos(turn)) - x * np.float32(np.sin(turn))) * np.float32(2 * np.pi / cell)
        screen = 127.5 + 60 * (np.cos(u) + np.cos(v))
        dots = 255 / (1 + np.exp(np.clip((screen - colour[..., channel]) / 14, -30, 30)))
        colour[..., channel] += np.float32(0.55 * min(1.0, 0.35 + strength)) * (dots - colour[..., channel])
    paper = random.uniform(232, 252, 3).astype(np.float32)
    fibre = random.standard_normal((height // 3 + 1, width // 3 + 1)).astype(np.float32)
    rough = cv2.resize(fibre, (width, height), interpolation=cv2.INTER_LINEAR) * np.float32(2.5)
    ink = random.uniform(18, 40)
    return _bytes(ink + colour * (paper - ink) / 255 + rough[..., None])


def on_glass(screen: Image, random: Random, strength: float) -> Image:
    """What a display adds: black that glows, cold white, and stripes where its grid beats with the sensor's."""
    height, width = screen.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    glow = 10 + screen.astype(np.float32) * np.float32(0.95)
    for channel in range(3):
        turn, period = random.uniform(0, 3.2), width / random.uniform(25, 110)
        wave = np.cos((x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))) * np.float32(2 * np.pi / period) + channel)
        glow[..., channel] *= 1 + np.float32(0.07 * strength) * wave
    rows = max(2.5, height / 700)
    glow *= (1 + np.float32(0.09 * strength) * np.cos(y * np.float32(2 * np.pi / rows)))[..., None]
    return _bytes(glow * np.array([1.05, 1.0, 0.97], np.float32))


# --- light ---------------------------------------------------------------------------------------------------------


def shaded(picture: Image, random: Random, strength: float) -> Image:
    """The shadow of a hand or a head falls over part of it, softly."""
    height, width = picture.shape[:2]
    small = np.zeros((height // 8 + 1, width // 8 + 1), np.uint8)
    rows, columns = small.shape
    side = random.uniform(0, 2 * np.pi)
    middle = np.array([columns / 2 + np.cos(side) * columns * 0.42, rows / 2 + np.sin(side) * rows * 0.42])
    count = int(random.integers(5, 10))
    angles = np.sort(random.uniform(0, 2 * np.pi, count))
    reach = random.uniform(0.25, 0.6, count) * columns
    points = middle + np.column_stack([np.cos(angles), np.sin(angles)]) * reach[:, None]
    cv2.fillPoly(small, [np.round(points).astype(np.int32)], 255)
    soft = cv2.GaussianBlur(small, (0, 0), random.uniform(0.008, 0.06) * columns)
    veil = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
    return _bytes(picture * (1 - np.float32(0.15 + 0.5 * strength * random.uniform(0.5, 1)) * veil)[..., None])


def unevenly_lit(picture: Image, random: Random, strength: float) -> Image:
    """A lamp at one side: brighter there, darker away from it."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    at_x, at_y = random.uniform(-0.2, 1.2) * width, random.uniform(-0.2, 1.2) * height
    far = np.hypot(x - at_x, y - at_y) / np.hypot(width, height)
    light = 1 + np.float32(0.9 * strength * random.uniform(0.5, 1)) * (0.4 - far)
    return _bytes(picture * light[..., None])


def dim(picture: Image, random: Random, strength: float) -> Image:
    """Little light: dark, and the noise of a sensor that amplifies."""
    light = np.float32(1 - strength * random.uniform(0.45, 0.75))
    return noisy(_bytes(picture * light), random, 1.5 + 7 * strength)


def tinted(picture: Image, random: Random, strength: float) -> Image:
    """White balance off: towards lamp light or towards shade, with a little green or magenta."""
    warm, green = random.uniform(0.4, 1) * random.choice([-1, 1]) * 0.3 * strength, random.uniform(-1, 1) * 0.08 * strength
    return _bytes(picture * np.array([1 - warm, 1 + green, 1 + warm], np.float32))


def glare_spots(shape: tuple[int, int], random: Random, strength: float) -> Floats:
    """Additive, rows x columns: one or two reflections of a lamp, soft at the rim, white in the middle when strong."""
    rows, columns = shape
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    field = np.zeros(shape, np.float32)
    for _ in range(1 + int(random.random() < 0.4)):
        at = random.uniform(0.1, 0.9, 2)
        wide, high = random.uniform(0.05, 0.12 + 0.10 * strength, 2)
        turn = random.uniform(0, 3.2)
        u, v = (x / columns - at[0]), (y / rows - at[1])
        a = (u * np.cos(turn) + v * np.sin(turn)) / wide
        b = (v * np.cos(turn) - u * np.sin(turn)) / high
        field += np.float32(60 + 260 * strength) * np.exp(-((a * a + b * b) ** 1.3)).astype(np.float32)
    return field


# --- lens and sensor -----------------------------------------------------------------------------------------------


def lens_blurred(picture: Image, random: Random, strength: float) -> Image:
    """Out of focus by a sigma of 0.6 to 3 px at 1600 px."""
    sigma = unit(picture) * (0.6 + 2.4 * strength * random.uniform(0.5, 1))
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.3, sigma)), np.uint8)


def motion_blurred(picture: Image, random: Random, strength: float) -> Image:
    """Smeared along a straight line of 3 to 16 px at 1600 px."""
    length = max(1.5, unit(picture) * (3 + 13 * strength * random.uniform(0.5, 1)))
    side = int(np.ceil(length)) // 2 * 2 + 3
    turn = random.uniform(0, np.pi)
    kernel = np.zeros((side, side), np.float32)
    middle = side // 2
    for step in np.linspace(-length / 2, length / 2, 8 * side):
        x, y = middle + step * np.cos(turn), middle + step * np.sin(turn)
        kernel[round(y), round(x)] += 1
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def noisy(picture: Image, random: Random, sigma: float) -> Image:
    """Sensor noise, a tile of it laid four times because fresh noise for two million pixels takes longer than all the rest."""
    height, width = picture.shape[:2]
    tile = random.standard_normal((height // 2 + 1, width // 2 + 1, 3)).astype(np.float32) * np.float32(sigma)
    whole = np.vstack([np.hstack([tile, tile[::-1, ::-1]]), np.hstack([tile[:, ::-1], tile[::-1]])])[:height, :width]
    return _bytes(picture + whole)


def compressed(picture: Image, quality: int) -> Image:
    """Through JPEG of that quality and back."""
    _done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
