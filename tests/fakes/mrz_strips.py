"""Draws documents with an MRZ whose truth is known, and spoils the pictures as cameras do. The font comes with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from kiosk.domain.mrz_layout import Layout, check_digit
from kiosk.imaging.frame import Image

PAPER = (226, 232, 236)
TABLE = (96, 104, 92)


@cache
def font(px: int) -> ImageFont.FreeTypeFont:
    import matplotlib

    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf"), px)


def with_check_digits(lines: Sequence[str], layout: Layout) -> tuple[str, ...]:
    """The lines with the check digits that belong there."""
    result = list(lines)
    for check in layout.checks:
        covered = "".join(result[place.line][place.start : place.end] for place in check.covers)
        line, column = check.digit.line, check.digit.start
        result[line] = result[line][:column] + str(check_digit(covered)) + result[line][column + 1 :]
    return tuple(result)


def page(lines: Sequence[str], *, width_px: int = 900, ratio: float = 0.7) -> Image:
    """A page with some text above and the MRZ at its foot; BGR."""
    height_px = round(width_px * ratio)
    picture = PillowImage.new("RGB", (width_px, height_px), PAPER[::-1])
    draw = ImageDraw.Draw(picture)
    small = font(max(10, width_px // 45))
    for index, text in enumerate(("UTOPIA", "Surname / Nom", "SPECIMEN", "Given names", "PETRA", "Date of birth", "12 AUG 1974")):
        draw.text((width_px * 0.4, height_px * (0.06 + 0.07 * index)), text, (40, 40, 60), font=small)
    draw.rectangle((width_px * 0.05, height_px * 0.15, width_px * 0.32, height_px * 0.6), fill=(150, 160, 170))
    pitch = width_px * 0.92 / len(lines[0])
    letters = font(round(pitch / 0.602))
    spacing = pitch * 2.5
    top = height_px - spacing * len(lines) - 0.4 * spacing
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            draw.text((width_px * 0.04 + column * pitch, top + row * spacing), character, (20, 20, 20), font=letters)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def on_table(picture: Image, *, degrees: float = 0.0, tilt: float = 0.0, margin: float = 0.25) -> Image:
    """The page lying on a table: turned, and seen from the side by `tilt` (0..0.1)."""
    pad = round(margin * picture.shape[1])
    big = cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=TABLE)
    tall, wide = big.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    seen = corners + np.array([[tilt, tilt / 2], [-tilt, 0], [0, -tilt / 2], [tilt / 2, 0]], np.float32) * (wide, tall)
    turn = cv2.getRotationMatrix2D((wide / 2, tall / 2), degrees, 1.0)
    seen = (seen @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    return np.asarray(cv2.warpPerspective(big, matrix, (wide, tall), flags=cv2.INTER_LINEAR, borderValue=TABLE), np.uint8)


def blurred(picture: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def noisy(picture: Image, sigma: float, seed: int = 7) -> Image:
    noise = np.random.default_rng(seed).normal(0.0, sigma, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def squeezed_jpeg(picture: Image, quality: int) -> Image:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
