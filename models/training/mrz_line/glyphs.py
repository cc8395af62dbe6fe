"""Drawn characters of the MRZ alphabet from monospaced typefaces, as stacks of coverage masks.

OCR-B comes from Debian's `fonts-ocr-b`; the others make the reader robust against documents that are not printed by the book.
No typeface is part of the project: they are looked for on the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from kiosk.domain.mrz_layout import ALPHABET
from kiosk.specimens.ocrb import draw_line

CELL_H, CELL_W = 64, 42
CAP = 40
"""Height of capitals within a cell; the cell's width is the pitch of OCR-B (2.54 mm against capitals of 2.4 mm)."""
FACES = (
    # file name, weight in the draw
    ("OCRB.otf", 13.0),
    ("OCRBL.otf", 0.8),
    ("OCRBS.otf", 0.5),
    ("DejaVuSansMono.ttf", 0.8),
    ("DejaVuSansMono-Bold.ttf", 0.3),
    ("LiberationMono-Regular.ttf", 0.6),
    ("LiberationMono-Bold.ttf", 0.3),
    ("Courier Prime Code.otf", 0.4),
    ("Courier Prime Sans.otf", 0.6),
    ("FreeMonoBold.ttf", 0.5),
    ("NotoSansMono-Regular.ttf", 0.5),
    ("Inconsolata.otf", 0.4),
    ("B612Mono-Regular.otf", 0.8),
    ("Hack-Regular.ttf", 0.3),
    ("OCRA.ttf", 0.4),
)
OWN_WEIGHT = 2.0
"""Of the strokes that the specimens are drawn with."""
EXTRA = "abcdefghijklmnopqrstuvwxyz/.,:-"


@dataclass(frozen=True)
class Face:
    """`masks`: alphabet + `EXTRA` x CELL_H x CELL_W coverage, uint8."""

    name: str
    weight: float
    masks: npt.NDArray[np.uint8]


def load_faces(folders: Sequence[Path]) -> list[Face]:
    """The typefaces that are there. Raises FileNotFoundError without OCR-B."""
    files = {file.name: file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix.lower() in (".otf", ".ttf")}
    faces = [Face(name, weight, _drawn(files[name])) for name, weight in FACES if name in files]
    if not any(face.name == "OCRB.otf" for face in faces):
        raise FileNotFoundError("OCRB.otf is not among the fonts: install Debian's fonts-ocr-b, or give its folder with --fonts")
    faces.append(Face("specimens", OWN_WEIGHT, _own()))
    return faces


def _drawn(file: Path) -> npt.NDArray[np.uint8]:
    probe = ImageFont.truetype(str(file), 400)
    mask = probe.getmask("H")
    _, top, _, bottom = mask.getbbox()
    font = ImageFont.truetype(str(file), 400 * CAP / (bottom - top))
    advance = font.getlength("H")
    base = (CELL_H + CAP) // 2
    cells = []
    for character in ALPHABET + EXTRA:
        page = Image.new("L", (CELL_W * 3, CELL_H * 3))
        ImageDraw.Draw(page).text((CELL_W * 1.5 - advance / 2, CELL_H + base), character, 255, font=font, anchor="ls")
        cells.append(np.asarray(page)[CELL_H : 2 * CELL_H, CELL_W : 2 * CELL_W])
    return np.stack(cells)


def _own() -> npt.NDArray[np.uint8]:
    cells = []
    for character in ALPHABET:
        page = np.zeros((CELL_H, CELL_W, 3), np.uint8)
        draw_line(page, character, 0.0, (CELL_H - CAP) / 2, pitch=CELL_W, height=CAP, ink=(255, 255, 255))
        cells.append(page[:, :, 0])
    blank = np.zeros((CELL_H, CELL_W), np.uint8)
    for character in EXTRA:
        page8 = blank.copy()
        cv2.putText(page8, character, (6, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 255, 4, cv2.LINE_AA)
        cells.append(page8)
    return np.stack(cells)
