"""One page of a specimen while it is drawn: millimetres in, pixels and truth out."""

from __future__ import annotations

import importlib.util
import math
import random
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from kiosk.domain.document import FieldName
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.specimens.guilloche import Colour, Palette, background, iridescent_patch
from kiosk.specimens.ocrb import draw_line

PX_PER_MM = 14.0
"""356 dpi: a whole passport page has 1750 pixels, more than any camera of ours sees of it."""
INK: Colour = (26, 26, 34)
MRZ_PITCH_MM, MRZ_CAPITALS_MM, MRZ_LINE_MM = 2.54, 2.42, 4.23
"""ICAO 9303-3 section 4.2 and 4.3: ten characters and six lines to the inch, OCR-B size I."""


@lru_cache(maxsize=64)
def _font(name: str, size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """DejaVu from matplotlib's data (comes with mediapipe); the font built into Pillow where it is missing."""
    found = importlib.util.find_spec("matplotlib")  # finds its folder without paying for its import
    for root in (found.submodule_search_locations or ()) if found else ():
        path = Path(root) / "mpl-data/fonts/ttf" / f"{name}.ttf"
        if path.is_file():
            return ImageFont.truetype(str(path), size_px)
    return ImageFont.load_default(size_px)


class Canvas:
    """Draws on one page; all arguments in millimetres from the top left corner. Remembers where each field's value went."""

    def __init__(self, size_mm: tuple[float, float], palette: Palette, seed: int) -> None:
        self.size_mm = size_mm
        self.palette = palette
        self.field_boxes: dict[FieldName, Box] = {}
        width, height = round(size_mm[0] * PX_PER_MM), round(size_mm[1] * PX_PER_MM)
        self._page = PilImage.fromarray(background(width, height, palette, PX_PER_MM, seed))
        self._draw = ImageDraw.Draw(self._page)

    # --- text ------------------------------------------------------------------------------------------------------

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        font: str = "DejaVuSans",
        ink: Colour = INK,
        anchor: str = "ls",
        width: float = 0,
    ) -> Box:
        """One line; `y` is its baseline. Narrowed to `width` when it would be wider. Returns its place in pixels."""
        face = _font(font, round(size * PX_PER_MM))
        while width and self._draw.textlength(words, font=face) > width * PX_PER_MM and size > 1:
            size *= 0.95
            face = _font(font, round(size * PX_PER_MM))
        at = (x * PX_PER_MM, y * PX_PER_MM)
        self._draw.text(at, words, font=face, fill=ink, anchor=anchor)
        left, top, right, bottom = self._draw.textbbox(at, words, font=face, anchor=anchor)
        return left, top, right - left, bottom - top

    def field(
        self,
        x: float,
        y: float,
        label: str,
        value: str,
        name: FieldName | None = None,
        *,
        width: float = 0,
        size: float = 2.9,
        step: float = 3.5,
    ) -> None:
        """Label in small, its value under it in bold."""
        self.text(x, y, label, 1.55, ink=self.palette.dark, width=width)
        box = self.text(x, y + step, value, size, font="DejaVuSans-Bold", width=width)
        if name is not None:
            self.field_boxes[name] = box

    def mrz(self, lines: tuple[str, ...], top: float) -> Box:
        """On a plain band down to the page's foot, centred; `top` of the first line's capitals. Returns the lines' place in pixels."""
        width_mm = self.size_mm[0]
        band_top = round((top - 3.0) * PX_PER_MM)
        pixels = np.array(self._page)
        band = pixels[band_top:]
        # ICAO 9303-3 4.1: the ground of the MRZ must not disturb reading. The print shows through faintly, as it does on real cards.
        band[:] = np.round(band * 0.13 + 250 * 0.87).astype(np.uint8)
        pixels[band_top : band_top + 2] = np.array(self.palette.accent, np.uint8)
        left = (width_mm - MRZ_PITCH_MM * len(lines[0])) / 2
        for index, line in enumerate(lines):
            draw_line(
                pixels,
                line,
                left * PX_PER_MM,
                (top + index * MRZ_LINE_MM) * PX_PER_MM,
                pitch=MRZ_PITCH_MM * PX_PER_MM,
                height=MRZ_CAPITALS_MM * PX_PER_MM,
                ink=INK,
            )
        self._replace(pixels)
        height = (len(lines) - 1) * MRZ_LINE_MM + MRZ_CAPITALS_MM
        return left * PX_PER_MM, top * PX_PER_MM, MRZ_PITCH_MM * len(lines[0]) * PX_PER_MM, height * PX_PER_MM

    # --- pictures --------------------------------------------------------------------------------------------------

    def portrait(self, picture: Image, x: float, y: float, width: float, height: float, face: Box | None) -> Box:
        """The holder's portrait, printed as documents print it: paler, with the ground's lines running through its edge."""
        size = (round(width * PX_PER_MM), round(height * PX_PER_MM))
        cut = crop_portrait(picture, width / height, face)
        shrinks = cut.shape[1] > size[0]
        cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC), np.uint8)
        printed = cv2.cvtColor(cut, cv2.COLOR_BGR2RGB).astype(np.float32)
        grey = printed.mean(axis=2, keepdims=True)
        printed = 14 + 0.93 * (grey + 0.88 * (printed - grey))
        left, top = round(x * PX_PER_MM), round(y * PX_PER_MM)
        pixels = np.array(self._page)
        area = pixels[top : top + size[1], left : left + size[0]]
        mask = np.zeros((size[1], size[0]), np.float32)
        edge = round(0.5 * PX_PER_MM)
        mask[edge:-edge, edge:-edge] = 1
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.28 * PX_PER_MM), np.float32)
        area[:] = np.clip(np.round(area * (1 - mask[..., None]) + printed * mask[..., None]), 0, 255).astype(np.uint8)
        self._replace(pixels)
        return float(left), float(top), float(size[0]), float(size[1])

    def shimmer(self, x: float, y: float, size: float) -> None:
        """An optically variable device, centred."""
        patch = PilImage.fromarray(iridescent_patch(round(size * PX_PER_MM)), "RGBA")
        self._page.paste(patch, (round((x - size / 2) * PX_PER_MM), round((y - size / 2) * PX_PER_MM)), patch)

    def signature(self, x: float, y: float, width: float, seed: int) -> None:
        """A pen stroke that is nobody's."""
        draw = random.Random(f"signature/{seed}")
        t = np.linspace(0, 1, 260)
        swing = 1.5 + draw.random()
        across = x + width * (t + 0.028 * np.sin(2 * math.pi * 9 * t + draw.uniform(0, 6)))
        down = y - (0.25 + 1.5 * (1 - t) ** 1.4) * np.sin(2 * math.pi * (4.6 + swing) * t) - 0.9 * np.sin(2 * math.pi * 1.3 * t)
        points = [(float(a) * PX_PER_MM, float(b) * PX_PER_MM) for a, b in zip(across, down, strict=True)]
        pixels = np.array(self._page)
        fixed = np.round(np.array(points) * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(pixels, [fixed], False, (38, 44, 120), max(2, round(0.2 * PX_PER_MM)), cv2.LINE_AA, 4)
        self._replace(pixels)

    def emblem(self, x: float, y: float, size: float) -> None:
        """Utopia's device: a compass star in a ring. Centred."""
        unit = size * PX_PER_MM / 2
        cx, cy = x * PX_PER_MM, y * PX_PER_MM
        big = 4
        span = round(unit * 2.2)
        layer = PilImage.new("RGBA", (span * 2 * big, span * 2 * big), (0, 0, 0, 0))
        pen = ImageDraw.Draw(layer)
        middle = span * big
        dark, accent = self.palette.dark, self.palette.accent
        pen.ellipse(
            [middle - unit * big, middle - unit * big, middle + unit * big, middle + unit * big],
            outline=dark,
            width=round(0.11 * unit * big),
        )
        for turn in range(8):
            long = 0.86 if turn % 2 == 0 else 0.5
            angle = turn * math.pi / 4 - math.pi / 2
            tip = (middle + long * unit * big * math.cos(angle), middle + long * unit * big * math.sin(angle))
            for side, ink in ((-1, dark), (1, accent)):
                hip = angle + side * math.pi / 8
                waist = (middle + 0.24 * unit * big * math.cos(hip), middle + 0.24 * unit * big * math.sin(hip))
                pen.polygon([(middle, middle), tip, waist], fill=ink)
        layer = layer.resize((span * 2, span * 2), PilImage.Resampling.LANCZOS)
        self._page.paste(layer, (round(cx - span), round(cy - span)), layer)

    def stamp(self, x: float, y: float, size: float, angle_deg: float = 12) -> None:
        """SPECIMEN in red, slanted, see-through; centred."""
        face = _font("DejaVuSans-Bold", round(size * PX_PER_MM))
        left, top, right, bottom = self._draw.textbbox((0, 0), "SPECIMEN", font=face)
        pad = size * PX_PER_MM * 0.45
        layer = PilImage.new("RGBA", (int(right - left + 2 * pad), int(bottom - top + 2 * pad)), (0, 0, 0, 0))
        pen = ImageDraw.Draw(layer)
        pen.text((pad - left, pad - top), "SPECIMEN", font=face, fill=(196, 36, 48, 120))
        line = max(2, round(size * PX_PER_MM * 0.09))
        pen.rounded_rectangle([1, 1, layer.width - 2, layer.height - 2], radius=pad * 0.7, outline=(196, 36, 48, 120), width=line)
        layer = layer.rotate(angle_deg, expand=True, resample=PilImage.Resampling.BICUBIC)
        self._page.paste(layer, (round(x * PX_PER_MM - layer.width / 2), round(y * PX_PER_MM - layer.height / 2)), layer)

    def rule(self, x: float, y: float, width: float, thickness: float = 0.3) -> None:
        box = [x * PX_PER_MM, y * PX_PER_MM, (x + width) * PX_PER_MM, (y + thickness) * PX_PER_MM]
        self._draw.rectangle(box, fill=self.palette.accent)

    def code(self, x: float, y: float, width: float, height: float, modules: npt.NDArray[np.uint8]) -> Box:
        """A barcode on white, as large as fits, centred; one pixel of `modules` (0 ink, 255 paper) per module."""
        left, top, right, bottom = (round(number * PX_PER_MM) for number in (x, y, x + width, y + height))
        self._draw.rectangle([left, top, right, bottom], fill=(252, 252, 252))
        scale = int(min((right - left) / modules.shape[1], (bottom - top) / modules.shape[0]))
        drawn = PilImage.fromarray(np.kron(modules, np.ones((scale, scale), np.uint8)))
        at = (left + (right - left - drawn.width) // 2, top + (bottom - top - drawn.height) // 2)
        self._page.paste(drawn.convert("RGB"), at)
        return float(at[0]), float(at[1]), float(drawn.width), float(drawn.height)

    def picture(self) -> Image:
        """The finished page, BGR."""
        return np.ascontiguousarray(np.array(self._page)[..., ::-1])

    def _replace(self, pixels: npt.NDArray[np.uint8]) -> None:
        self._page = PilImage.fromarray(pixels)
        self._draw = ImageDraw.Draw(self._page)


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
