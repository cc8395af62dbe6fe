"""One page of a specimen while it is drawn: millimetres in, pixels and truth out."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from kiosk.domain.document import FieldName, Region
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.specimens.guilloche import Colour, Palette, background, iridescent_patch
from kiosk.specimens.imprints import crop_portrait, fingerprint_ink, ghost_ink, pen_stroke
from kiosk.specimens.ocrb import LineDrawing, draw_line
from kiosk.specimens.symbols import Symbol

PX_PER_MM = 14.0
"""356 dpi: a whole passport page has 1750 pixels, more than any camera of ours sees of it."""
INK: Colour = (26, 26, 34)
MRZ_PITCH_MM, MRZ_CAPITALS_MM, MRZ_LINE_MM = 2.54, 2.42, 4.23
"""ICAO 9303-3 section 4.2 and 4.3: ten characters and six lines to the inch, OCR-B size I."""
_NARROWEST = 0.66
"""Text that is too long is drawn narrower down to this share of its own width, then smaller."""


@dataclass(frozen=True, slots=True)
class Style:
    """How labels and values look: sizes in millimetres of the em, `step` from a label's baseline to that of its value, `line` between
    two lines of a value; `stretch` is the width of the letters against the typeface's own."""

    label: float = 1.45
    value: float = 2.6
    step: float = 3.0
    line: float = 3.0
    font: str = "DejaVuSans"
    label_font: str = "DejaVuSans"
    stretch: float = 0.86
    ink: Colour = INK


@dataclass(frozen=True, slots=True)
class PrintedField:
    """A value as it stands on the page.

    Attributes:
        value: normalised as `Reading.value`; printed: as it stands there, lines joined by a newline; label: the words beside it.
        box: around the printed value, pixels. room: width that a longer value may take, pixels; 0 = not bounded.
    """

    value: str
    printed: str
    label: str
    box: Box
    room: float = 0.0

    def labelled(self, label: str) -> PrintedField:
        """For a label that was drawn apart."""
        return replace(self, label=label)


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
    """Draws on one page; all arguments in millimetres from the top left corner. Remembers where everything went.

    Attributes:
        fields: what was printed, by field; regions: places of pictures; symbols: barcodes with their places; mrz_box: around the lines;
            other_labels: beside what is no field.
    """

    def __init__(self, size_mm: tuple[float, float], palette: Palette, seed: int, *, style: Style | None = None) -> None:
        self.size_mm = size_mm
        self.palette = palette
        self.style = style or Style()
        self.fields: dict[FieldName, PrintedField] = {}
        self.regions: dict[Region, Box] = {}
        self.symbols: list[tuple[Symbol, Box]] = []
        self.other_labels: list[str] = []
        self.mrz_box: Box | None = None
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
        stretch: float = 1.0,
    ) -> Box:
        """One line; `y` is its baseline. Narrowed to `width` when it would be wider. Returns its place in pixels.

        `anchor`: "ls" = x is its left end, "ms" its middle, "rs" its right end.
        """
        if stretch != 1.0:
            return self._stretched(x, y, words, size, font=font, ink=ink, anchor=anchor, width=width, stretch=stretch)
        face = _font(font, round(size * PX_PER_MM))
        while width and self._draw.textlength(words, font=face) > width * PX_PER_MM and size > 1:
            size *= 0.95
            face = _font(font, round(size * PX_PER_MM))
        at = (x * PX_PER_MM, y * PX_PER_MM)
        self._draw.text(at, words, font=face, fill=ink, anchor=anchor)
        left, top, right, bottom = self._draw.textbbox(at, words, font=face, anchor=anchor)
        return left, top, right - left, bottom - top

    def _stretched(
        self, x: float, y: float, words: str, size: float, *, font: str, ink: Colour, anchor: str, width: float, stretch: float
    ) -> Box:
        face = _font(font, round(size * PX_PER_MM))
        room = width * PX_PER_MM
        natural = self._draw.textlength(words, font=face)
        if room and natural * stretch > room:
            stretch = max(room / natural, _NARROWEST * stretch)
            while natural * stretch > room and size > 1:
                size *= 0.97
                face = _font(font, round(size * PX_PER_MM))
                natural = self._draw.textlength(words, font=face)
        left, top, right, bottom = (int(edge) for edge in self._draw.textbbox((0, 0), words, font=face, anchor="ls"))
        layer = PilImage.new("L", (max(1, right - left), max(1, bottom - top)), 0)
        ImageDraw.Draw(layer).text((-left, -top), words, font=face, fill=255, anchor="ls")
        layer = layer.resize((max(1, round(layer.width * stretch)), layer.height), PilImage.Resampling.LANCZOS)
        shift = {"l": left * stretch, "m": -layer.width / 2, "r": -layer.width}[anchor[0]]
        at = (round(x * PX_PER_MM + shift), round(y * PX_PER_MM + top))
        self._page.paste(PilImage.new("RGB", layer.size, ink), at, layer)
        return float(at[0]), float(at[1]), float(layer.width), float(layer.height)

    def label(self, x: float, y: float, words: str, *, width: float = 0, anchor: str = "ls", size: float = 0) -> Box:
        """Small print in the style's label type."""
        style = self.style
        return self.text(
            x,
            y,
            words,
            size or style.label,
            font=style.label_font,
            ink=self.palette.dark,
            anchor=anchor,
            width=width,
            stretch=style.stretch,
        )

    def field(
        self,
        x: float,
        y: float,
        label: str,
        printed: str,
        name: FieldName | None = None,
        *,
        value: str | None = None,
        width: float = 0,
        size: float = 2.9,
        step: float = 3.5,
    ) -> None:
        """Label in small, what is printed under it in bold; `value` normalised, when that is something else."""
        self.text(x, y, label, 1.55, ink=self.palette.dark, width=width)
        box = self.text(x, y + step, printed, size, font="DejaVuSans-Bold", width=width)
        if name is None:
            self.other_labels.append(label)
        elif printed:
            self.remember(name, printed if value is None else value, printed, label, box, width)

    def entry(
        self,
        x: float,
        y: float,
        label: str,
        printed: str | Sequence[str],
        name: FieldName | None = None,
        *,
        value: str | None = None,
        width: float = 0,
        size: float = 0,
        font: str = "",
        beside: float | None = None,
    ) -> None:
        """A label with its value in the style of the page.

        Args:
            y: baseline of the label.
            printed: one line or several; nothing printed, nothing remembered.
            value: normalised, when it is not what is printed.
            width: room for label and value.
            beside: the value stands on the label's own line, so far right of `x` (0 = right after the label); None = under it.
        """
        style = self.style
        drawn = self.label(x, y, label, width=width if beside is None else 0) if label else (x * PX_PER_MM, 0.0, 0.0, 0.0)
        lines = [line for line in ([printed] if isinstance(printed, str) else printed) if line]
        left, first = x, y + style.step
        if beside is not None:
            left, first = x + (beside or drawn[2] / PX_PER_MM + 0.8), y
        room = max(0.0, width - (left - x)) if width else 0.0
        boxes = [
            self.text(
                left,
                first + index * style.line,
                line,
                size or style.value,
                font=font or style.font,
                ink=style.ink,
                width=room,
                stretch=style.stretch,
            )
            for index, line in enumerate(lines)
        ]
        if name is None:
            self.other_labels.append(label)
        elif boxes:
            self.remember(name, " ".join(lines) if value is None else value, "\n".join(lines), label, around(boxes), room)

    def remember(self, name: FieldName, value: str, printed: str, label: str, box: Box, room: float = 0.0) -> None:
        """For what was drawn by `text`: it is a field. `room` in millimetres."""
        self.fields[name] = PrintedField(value, printed, label, box, room * PX_PER_MM)

    def mrz(self, lines: tuple[str, ...], top: float, *, draw: LineDrawing = draw_line) -> None:
        """On a plain band down to the page's foot, centred; `top` of the first line's capitals. `draw` has the typeface."""
        width_mm = self.size_mm[0]
        band_top = round((top - 3.0) * PX_PER_MM)
        pixels = np.array(self._page)
        band = pixels[band_top:]
        # ICAO 9303-3 4.1: the ground of the MRZ must not disturb reading. The print shows through faintly, as it does on real cards.
        band[:] = np.round(band * 0.13 + 250 * 0.87).astype(np.uint8)
        pixels[band_top : band_top + 2] = np.array(self.palette.accent, np.uint8)
        left = (width_mm - MRZ_PITCH_MM * len(lines[0])) / 2
        for index, line in enumerate(lines):
            draw(
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
        self.mrz_box = (left * PX_PER_MM, top * PX_PER_MM, MRZ_PITCH_MM * len(lines[0]) * PX_PER_MM, height * PX_PER_MM)

    # --- pictures --------------------------------------------------------------------------------------------------

    def portrait(self, picture: Image, x: float, y: float, width: float, height: float, face: Box | None, *, colour: float = 0.88) -> None:
        """The holder's portrait, printed as documents print it: paler, with the ground's lines running through its edge.

        `colour`: 0 = engraved in grey, 0.88 = printed in colour.
        """
        size = (round(width * PX_PER_MM), round(height * PX_PER_MM))
        cut = crop_portrait(picture, width / height, face)
        shrinks = cut.shape[1] > size[0]
        cut = np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC), np.uint8)
        printed = cv2.cvtColor(cut, cv2.COLOR_BGR2RGB).astype(np.float32)
        grey = printed.mean(axis=2, keepdims=True)
        printed = 14 + 0.93 * (grey + colour * (printed - grey))
        left, top = round(x * PX_PER_MM), round(y * PX_PER_MM)
        pixels = np.array(self._page)
        area = pixels[top : top + size[1], left : left + size[0]]
        mask = np.zeros((size[1], size[0]), np.float32)
        edge = round(0.5 * PX_PER_MM)
        mask[edge:-edge, edge:-edge] = 1
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.28 * PX_PER_MM), np.float32)
        area[:] = np.clip(np.round(area * (1 - mask[..., None]) + printed * mask[..., None]), 0, 255).astype(np.uint8)
        self._replace(pixels)
        self.regions[Region.PORTRAIT] = (float(left), float(top), float(size[0]), float(size[1]))

    def ghost(self, picture: Image, x: float, y: float, width: float, height: float, face: Box | None, *, strength: float = 0.5) -> None:
        """The portrait once more, small, in one colour, with the ground showing through."""
        size = (round(width * PX_PER_MM), round(height * PX_PER_MM))
        self._ink(ghost_ink(picture, size, face) * strength, x, y, self.palette.dark, Region.GHOST_PORTRAIT)

    def fingerprint(self, x: float, y: float, width: float, height: float, seed: int) -> None:
        """Ridges that are nobody's."""
        size = (round(width * PX_PER_MM), round(height * PX_PER_MM))
        self._ink(fingerprint_ink(size, seed) * 0.85, x, y, (40, 40, 52), Region.FINGERPRINT)

    def _ink(self, strength: npt.NDArray[np.float32], x: float, y: float, ink: Colour, region: Region) -> None:
        """`strength` h x w, 0 paper to 1 ink, over the ground."""
        left, top = round(x * PX_PER_MM), round(y * PX_PER_MM)
        height, width = strength.shape
        pixels = np.array(self._page)
        area = pixels[top : top + height, left : left + width]
        cover = strength[..., None]
        area[:] = np.clip(np.round(area * (1 - cover) + np.array(ink, np.float32) * cover), 0, 255).astype(np.uint8)
        self._replace(pixels)
        self.regions[region] = (float(left), float(top), float(width), float(height))

    def shimmer(self, x: float, y: float, size: float) -> None:
        """An optically variable device, centred."""
        patch = PilImage.fromarray(iridescent_patch(round(size * PX_PER_MM)), "RGBA")
        self._page.paste(patch, (round((x - size / 2) * PX_PER_MM), round((y - size / 2) * PX_PER_MM)), patch)

    def signature(self, x: float, y: float, width: float, seed: int) -> None:
        """A pen stroke that is nobody's; `y` is the line that it is written on."""
        points = pen_stroke(x, y, width, seed) * PX_PER_MM
        pixels = np.array(self._page)
        fixed = np.round(points * 16).astype(np.int32).reshape(-1, 1, 2)
        pen = max(2, round(0.2 * PX_PER_MM))
        cv2.polylines(pixels, [fixed], False, (38, 44, 120), pen, cv2.LINE_AA, 4)
        self._replace(pixels)
        (left, top), (right, bottom) = points.min(axis=0) - pen, points.max(axis=0) + pen
        self.regions[Region.SIGNATURE] = (float(left), float(top), float(right - left), float(bottom - top))

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

    def block(self, x: float, y: float, width: float, height: float, ink: Colour) -> None:
        """A plain area, as behind a heading."""
        self._draw.rectangle([edge * PX_PER_MM for edge in (x, y, x + width, y + height)], fill=ink)

    def frame(self, x: float, y: float, width: float, height: float, thickness: float = 0.15) -> None:
        """A box of thin lines in the accent colour."""
        edges = [edge * PX_PER_MM for edge in (x, y, x + width, y + height)]
        self._draw.rectangle(edges, outline=self.palette.accent, width=max(1, round(thickness * PX_PER_MM)))

    def rule(self, x: float, y: float, width: float, thickness: float = 0.3) -> None:
        box = [x * PX_PER_MM, y * PX_PER_MM, (x + width) * PX_PER_MM, (y + thickness) * PX_PER_MM]
        self._draw.rectangle(box, fill=self.palette.accent)

    def code(self, x: float, y: float, width: float, height: float, symbol: Symbol) -> None:
        """A barcode on white, as large as fits, centred; a linear one fills the height."""
        left, top, right, bottom = (round(number * PX_PER_MM) for number in (x, y, x + width, y + height))
        self._draw.rectangle([left, top, right, bottom], fill=(252, 252, 252))
        modules = symbol.modules
        across = (right - left) // modules.shape[1]
        scale = (bottom - top, across) if symbol.linear else (min(across, (bottom - top) // modules.shape[0]),) * 2
        drawn = PilImage.fromarray(np.kron(modules, np.ones(scale, np.uint8)))
        at = (left + (right - left - drawn.width) // 2, top + (bottom - top - drawn.height) // 2)
        self._page.paste(drawn.convert("RGB"), at)
        self.symbols.append((symbol, (float(at[0]), float(at[1]), float(drawn.width), float(drawn.height))))

    def picture(self) -> Image:
        """The finished page, BGR."""
        return np.ascontiguousarray(np.array(self._page)[..., ::-1])

    def _replace(self, pixels: npt.NDArray[np.uint8]) -> None:
        self._page = PilImage.fromarray(pixels)
        self._draw = ImageDraw.Draw(self._page)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of them."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top
