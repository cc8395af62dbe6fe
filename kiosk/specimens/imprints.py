"""Pictures that documents print of their holder: portrait, ghost portrait, fingerprint, signature. Drawn from formulas or a given photo."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Box
from kiosk.imaging.frame import Image


def crop_portrait(picture: Image, aspect: float, face: Box | None) -> Image:
    """Head and shoulders with width / height = `aspect`.

    With `face` (a detector's box) the head takes the share that ISO/IEC 19794-5 asks of a passport photograph; without it the picture is
    taken for a portrait already: its upper middle is kept.
    """
    height, width = picture.shape[:2]
    if face is None:
        cut_w = min(width, round(height * aspect))
        cut_h = min(height, round(cut_w / aspect))
        left = (width - cut_w) // 2
        return picture[:cut_h, left : left + cut_w]
    x, y, w, h = face
    cut_h = round(h * 2.15)
    cut_w = round(cut_h * aspect)
    left, top = round(x + w / 2 - cut_w / 2), round(y + h * 0.47 - cut_h * 0.46)
    # What lies outside is mirrored in: a face near the border keeps its place in the middle.
    pads = (max(0, -top), max(0, top + cut_h - height), max(0, -left), max(0, left + cut_w - width))
    if any(pads):
        picture = np.asarray(cv2.copyMakeBorder(picture, *pads, cv2.BORDER_REFLECT_101), np.uint8)
    left, top = left + pads[2], top + pads[0]
    return picture[top : top + cut_h, left : left + cut_w]


def ghost_ink(picture: Image, size: tuple[int, int], face: Box | None) -> npt.NDArray[np.float32]:
    """Ink of a small single-coloured portrait, height x width, 0 none to 1 full; `size` (width, height), fading out at its edge."""
    cut = np.asarray(cv2.resize(crop_portrait(picture, size[0] / size[1], face), size, interpolation=cv2.INTER_AREA), np.uint8)
    grey = cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255
    mask = np.zeros(grey.shape, np.float32)
    centre = (size[0] // 2, size[1] // 2)
    cv2.ellipse(mask, centre, (round(size[0] * 0.44), round(size[1] * 0.46)), 0, 0, 360, 1.0, -1)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.04 * size[0]), np.float32)
    return np.asarray((1 - np.clip(grey, 0, 1)) * mask, np.float32)


def fingerprint_ink(size: tuple[int, int], seed: int) -> npt.NDArray[np.float32]:
    """Ink of a whorl of ridges in an oval, height x width, 0..1; `size` (width, height)."""
    draw = random.Random(f"fingerprint/{seed}")
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - width * 0.5) / width * 2, (y - height * draw.uniform(0.42, 0.52)) / height * 2
    angle = np.arctan2(y, x)
    # A spiral whose rings are bent by slow waves: ridges then end and fork where the phase of the spiral wraps.
    bend = 0.16 * np.sin(3.1 * x + draw.uniform(0, 6)) + 0.14 * np.sin(2.3 * y + draw.uniform(0, 6)) + 0.05 * np.sin(7 * x * y)
    radius = np.hypot(x * 0.86, y * 1.05) + bend * np.hypot(x, y)
    ridges = np.sin(2 * math.pi * 11 * radius + angle * draw.choice((1, -1, 2)))
    noise = np.random.default_rng(seed).normal(0, 1, (height, width)).astype(np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.float32)
    ink = np.clip(1.6 * ridges + 0.6 + 4 * noise, 0, 1)
    oval = np.clip((1 - np.hypot(x / 0.94, y / 0.98)) * 9, 0, 1)
    return np.asarray(ink * oval, np.float32)


def pen_stroke(x: float, y: float, width: float, seed: int) -> npt.NDArray[np.float64]:
    """Points (n x 2) of a signature that starts at `x` on the line `y`, in the unit of the arguments (millimetres)."""
    draw = random.Random(f"signature/{seed}")
    t = np.linspace(0, 1, 260)
    swing = 1.5 + draw.random()
    across = x + width * (t + 0.028 * np.sin(2 * math.pi * 9 * t + draw.uniform(0, 6)))
    down = y - (0.25 + 1.5 * (1 - t) ** 1.4) * np.sin(2 * math.pi * (4.6 + swing) * t) - 0.9 * np.sin(2 * math.pi * 1.3 * t)
    return np.asarray(np.stack([across, down], axis=1), np.float64)
