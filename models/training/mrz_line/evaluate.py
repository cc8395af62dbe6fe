"""Measures the line reader on drawn lines of a seed that training never used, one kind of degradation at a time:

    python -m models.training.mrz_line.evaluate models/mrz_line.onnx --lines 200

Prints a table: characters wrong per hundred (edit distance), lines read exactly, and lines read exactly among those whose least sure
character is above 0.9.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from kiosk.domain.mrz_layout import ALPHABET
from kiosk.engines.mrz_line_reader import MrzLineReader
from kiosk.services.mrz_cells import cells_of
from models.training.mrz_line.glyphs import load_faces
from models.training.mrz_line.render import Degradation, Renderer, clean_degradation, random_degradation
from models.training.mrz_line.strings import random_line

SEED = 990_001
SURE = 0.9
Random = np.random.Generator
KINDS: Mapping[str, Callable[[Random], Degradation]] = {
    "clean, capitals 20 px": lambda rng: clean_degradation(20),
    "capitals 12 px": lambda rng: clean_degradation(12),
    "capitals 9 px": lambda rng: clean_degradation(9),
    "capitals 7 px": lambda rng: clean_degradation(7),
    "blur 0.10 of capitals": lambda rng: replace(clean_degradation(), blur=0.10),
    "blur 0.14 of capitals": lambda rng: replace(clean_degradation(), blur=0.14),
    "motion blur 0.3": lambda rng: replace(clean_degradation(), motion=0.3, motion_angle=float(rng.uniform(0, np.pi))),
    "JPEG 30": lambda rng: replace(clean_degradation(16), jpeg=30),
    "noise 12, contrast 60": lambda rng: replace(clean_degradation(16), noise=20, contrast=60),
    "contrast 35": lambda rng: replace(clean_degradation(16), contrast=35),
    "strong background": lambda rng: replace(clean_degradation(16), pattern=1.0),
    "gradient of light": lambda rng: replace(clean_degradation(16), gradient=0.7),
    "glare": lambda rng: replace(clean_degradation(16), glare=True),
    "halftone": lambda rng: replace(clean_degradation(24), halftone=True),
    "worn print": lambda rng: replace(clean_degradation(16), worn=0.4),
    "bold and thin": lambda rng: replace(clean_degradation(16), weight=float(rng.choice((-0.9, 0.9)))),
    "turned 1 degree": lambda rng: replace(clean_degradation(16), turn=float(rng.choice((-1, 1)))),
    "misplaced by 0.2": lambda rng: replace(clean_degradation(16), offset=float(rng.choice((-0.2, 0.2)))),
    "bent": lambda rng: replace(clean_degradation(16), bend=0.25),
    "neighbours and edges": lambda rng: replace(clean_degradation(16), cut=True),
    "all at random, capitals 10 px or more": lambda rng: _at_least(random_degradation(rng), 10.0),
    "all at random": random_degradation,
}


def _at_least(degradation: Degradation, cap_px: float) -> Degradation:
    degradation.cap_px = max(degradation.cap_px, cap_px)
    return degradation


def distance(one: str, other: str) -> int:
    """Edit distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--lines", type=int, default=200, help="of each kind")
    parser.add_argument("--fonts", type=Path, nargs="*", default=[Path("/usr/share/fonts")])
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    reader = MrzLineReader(arguments.model, arguments.model, threads=1)
    faces = [face for face in load_faces(arguments.fonts) if face.name in ("OCRB.otf", "specimens")]
    sys.stdout.write(f"{'degradation':40} characters wrong  lines exact  sure lines exact\n")
    for number, (kind, draw) in enumerate(KINDS.items()):
        renderer = Renderer(faces, SEED + number)
        wrong = characters = exact = sure = sure_exact = 0
        for _ in range(arguments.lines):
            codes = random_line(renderer.rng)
            sample = renderer.line(codes, draw(renderer.rng))
            (steps,) = reader.read_steps([cv2.cvtColor(sample.pixels, cv2.COLOR_GRAY2BGR)], ALPHABET)
            cells = cells_of(steps, len(codes), free_tail=0)
            text = "" if cells is None else "".join(ALPHABET[index] for index in cells.argmax(axis=1))
            wrong += distance(text, sample.text)
            characters += len(codes)
            exact += text == sample.text
            if cells is not None and float(cells.max(axis=1).min()) >= SURE:
                sure += 1
                sure_exact += text == sample.text
        sys.stdout.write(f"{kind:40} {100 * wrong / characters:12.2f} %  {exact:5} of {arguments.lines:4}  {sure_exact:6} of {sure:4}\n")


if __name__ == "__main__":
    main()
