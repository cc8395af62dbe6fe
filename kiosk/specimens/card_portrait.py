"""What a face suffers on its way from a photograph onto a card and back into a picture: the conditions of `kiosk bench faces --card`.

Simulated from a real photograph: head and shoulders are cut out, made as small as a portrait is in a picture of a card, printed, laminated,
saved. Real cards vary more (security print over the face, ghost images, wear), so the figures are a lower bound of the harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.domain.face import Face
from kiosk.imaging.face_align import box_from_points
from kiosk.imaging.frame import Image
from kiosk.specimens.attacks import Generator, Printer, printed, saved

_PORTRAIT_MM = 28.0
"""Width of the printed portrait with its surroundings: with the rulings below it gives the dots per face."""
_SUPERSAMPLED = 3


@dataclass(frozen=True, slots=True)
class CardLook:
    """One condition.

    Attributes:
        face_px: width of the face from cheek to cheek in the resulting picture; the eyes are 0.45 of it apart.
        lpi: rulings per inch of the halftone, 0 = not printed.
        glare: 0..1, light reflected by the laminate: a bright band across the portrait and a veil over all of it.
        quality: of the JPEG, 0 = not saved.
        grey: engraved by laser, without colour.
        blur: sigma of the lens in pixels of the result.
    """

    face_px: int
    lpi: float = 0.0
    glare: float = 0.0
    quality: int = 0
    grey: bool = False
    blur: float = 0.0


CONDITIONS: Mapping[str, CardLook] = {
    "small_120": CardLook(120),
    "small_80": CardLook(80),
    "small_50": CardLook(50),
    "jpeg": CardLook(100, quality=25),
    "printed": CardLook(100, lpi=150, blur=0.6),
    "laminated": CardLook(100, glare=0.6),
    "soft": CardLook(100, blur=1.6),
    "grey": CardLook(100, grey=True, lpi=150, blur=0.6),
    "card": CardLook(100, lpi=150, glare=0.35, quality=70, blur=0.7),
    "poor_card": CardLook(70, lpi=110, glare=0.5, quality=50, blur=0.8, grey=True),
}


def on_card(image: Image, face: Face, look: CardLook, *, seed: int) -> Image:
    """The face as a card's portrait, BGR; the card around it is plain."""
    random = np.random.default_rng(seed)
    portrait = _head_and_shoulders(image, face)
    x_scale = look.face_px / (portrait.shape[1] * 2.1 / 3.6)  # the face is 2.1 of the 3.6 units of the crop
    size = (max(8, round(portrait.shape[1] * x_scale)), max(8, round(portrait.shape[0] * x_scale)))
    if look.grey:
        portrait = np.repeat(cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY)[:, :, None], 3, axis=2)
    if look.lpi:
        large = cv2.resize(portrait, (size[0] * _SUPERSAMPLED, size[1] * _SUPERSAMPLED), interpolation=cv2.INTER_AREA)
        portrait = printed(np.asarray(large, np.uint8), Printer(lpi=look.lpi, paper=0.95), random, width_mm=_PORTRAIT_MM)
    small = np.asarray(cv2.resize(portrait, size, interpolation=cv2.INTER_AREA), np.float32)
    if look.glare:
        small = _glare(small, look.glare, random)
    if look.blur:
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), look.blur), np.float32)
    small += random.normal(0, 2, small.shape).astype(np.float32)  # the sensor's noise
    margin = size[0] // 3
    card = cv2.copyMakeBorder(
        np.clip(small, 0, 255).astype(np.uint8), margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(205, 210, 208)
    )
    return saved(np.asarray(card, np.uint8), look.quality) if look.quality else np.asarray(card, np.uint8)


def _head_and_shoulders(image: Image, face: Face) -> Image:
    x, y, width, height = box_from_points(face, width=3.6, height=4.6, down=0.42)
    left, top, right, bottom = round(x), round(y), round(x + width), round(y + height)
    rows, columns = image.shape[:2]
    pads = (max(0, -top), max(0, bottom - rows), max(0, -left), max(0, right - columns))
    inside = image[max(0, top) : min(rows, bottom), max(0, left) : min(columns, right)]
    return np.asarray(cv2.copyMakeBorder(inside, *pads, cv2.BORDER_REPLICATE), np.uint8)


def _glare(portrait: np.ndarray, strength: float, random: Generator) -> np.ndarray:
    height, width = portrait.shape[:2]
    angle = float(random.uniform(0.2, 1.3))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across = (x / width - float(random.uniform(0.3, 0.7))) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)
    band = np.exp(-((across / 0.12) ** 2))[:, :, None]
    light = 90 * strength * band + 45 * strength
    return np.asarray(portrait + light * (1 - portrait / 300), np.float32)
