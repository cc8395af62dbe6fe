"""Draws the training set: pictures of random pages and what the network shall say of each.

    nice -n 15 python -m models.training.page_locator.dataset FOLDER --count 8000

Writes chunks of 250: pictures (n x 96 x 128 x 3, BGR) and labels (n x 3 x 48 x 64: page, outline, corners; 255 = 1).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.imaging import geometry
from kiosk.specimens import degrade
from kiosk.specimens.degrade import Degradation
from kiosk.specimens.specimen import specimen
from models.training.page_locator.pages import no_document, random_page
from models.training.page_locator.split import TRAINED_DESIGNS, TRAINED_GROUNDS

WIDTH, HEIGHT, STRIDE = 128, 96, 2
CHUNK = 250
Image = npt.NDArray[np.uint8]
DRAWN = (256, 192)


def labels(quads: tuple[Quad, ...], size: tuple[int, int]) -> Image:
    """3 x 48 x 64: page, outline one cell wide, corners as spots; `quads` in pixels of a picture of `size`."""
    fine = 4  # drawn finer than the cells, then averaged: soft borders tell where in a cell the line runs
    shape = (HEIGHT // STRIDE * fine, WIDTH // STRIDE * fine)
    scale = np.array([shape[1] / size[0], shape[0] / size[1]])
    planes = np.zeros((3, *shape), np.uint8)
    cell = fine
    for quad in quads:
        points = geometry.as_array(quad) * scale - 0.5
        fixed = np.round(points * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.fillPoly(planes[0], [fixed], 255, cv2.LINE_AA, 4)
        cv2.polylines(planes[1], [fixed], True, 255, round(1.6 * cell), cv2.LINE_AA, 4)
        for x, y in points:
            cv2.circle(planes[2], (round(x * 16), round(y * 16)), round(1.4 * cell * 16), 255, -1, cv2.LINE_AA, 4)
    small = (WIDTH // STRIDE, HEIGHT // STRIDE)
    return np.stack([cv2.resize(plane, small, interpolation=cv2.INTER_AREA) for plane in planes])


def _cropped(image: Image, quads: tuple[Quad, ...], random: np.random.Generator) -> tuple[Image, tuple[Quad, ...]]:
    height, width = image.shape[:2]
    share = random.uniform(0.6, 0.95)
    w, h = round(width * share), round(height * share)
    x, y = int(random.uniform(0, width - w)), int(random.uniform(0, height - h))
    moved = tuple(geometry.as_quad(geometry.as_array(quad) - (x, y)) for quad in quads)
    return image[y : y + h, x : x + w], moved


def sample(number: int, designs: list[Image]) -> tuple[Image, Image]:
    random = np.random.default_rng([7, number])

    def page(ratio: float | None = None) -> Image:
        if ratio is None and random.random() < 0.25:
            return designs[int(random.integers(len(designs)))]
        return random_page(random, ratio=ratio)

    seed, severity, kind = 1_000_000 + number, float(random.uniform(0.25, 1.0)), random.random()
    common = {"seed": seed, "severity": severity, "grounds": TRAINED_GROUNDS}
    if kind < 0.055:
        shot = degrade.empty(size=DRAWN, **common)
    elif kind < 0.11:
        sheet = degrade.photograph(no_document(random), size=DRAWN, **common)
        shot = degrade.Photograph(sheet.image, (), sheet.kinds, sheet.ground)
    elif kind < 0.19:
        shot = degrade.several([page() for _ in range(int(random.integers(2, 7)))], size=DRAWN, **common)
    elif kind < 0.26:
        ratio = float(random.choice([85.6 / 53.98, 125 / 88]))
        shot = degrade.stacked_scan([page(ratio), page(ratio)], seed=seed, width_px=330)
    elif kind < 0.33:
        shot = degrade.open_passport(page(125 / 88), size=DRAWN, **common)
    elif kind < 0.39:
        mixture = frozenset(one for one in Degradation if random.random() < 0.25) | {Degradation.SCREEN, Degradation.ROLL}
        shot = degrade.photograph(page(), size=DRAWN, kinds=mixture, **common)
    elif kind < 0.42:  # the page alone: page everywhere, no outline
        alone = page()
        inset = geometry.box_quad(-30, -30, alone.shape[1] + 30, alone.shape[0] + 30)
        shot = degrade.Photograph(alone, (inset,), frozenset(), "none")
    else:
        shot = degrade.photograph(page(), size=DRAWN, **common)
    image, quads = shot.image, shot.quads
    if 0.42 <= kind < 0.55:
        image, quads = _cropped(image, quads, random)
    if image.shape[0] > image.shape[1]:
        side = image.shape[0]
        image = np.asarray(cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE), np.uint8)
        quads = tuple(geometry.as_quad([(side - y, x) for x, y in quad]) for quad in quads)
    done = cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(done, np.uint8), labels(quads, (image.shape[1], image.shape[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=8000)
    parser.add_argument("--first", type=int, default=0, help="go on from this sample")
    parser.add_argument("--pages", type=Path, help="folder with pictures of specimen pages, instead of drawing them")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.pages:
        files = sorted(path for path in options.pages.iterdir() if path.name.split("_")[0] in TRAINED_DESIGNS)
        drawn = [np.asarray(cv2.imread(str(path)), np.uint8) for path in files]
    else:
        drawn = [page for name in TRAINED_DESIGNS for seed in range(4) for page in specimen(name, seed=seed).pages.values()]
    designs = [
        np.asarray(cv2.resize(page, (440, round(440 * page.shape[0] / page.shape[1])), interpolation=cv2.INTER_AREA), np.uint8)
        for page in drawn
    ]
    for first in range(options.first, options.count, CHUNK):
        drawn_now = [sample(number, designs) for number in range(first, min(first + CHUNK, options.count))]
        part = options.folder / f"{first:06d}.part.npz"
        np.savez(part, pictures=np.stack([one for one, _ in drawn_now]), labels=np.stack([other for _, other in drawn_now]))
        part.rename(options.folder / f"{first:06d}.npz")  # training may begin while later chunks are drawn
        print(first + len(drawn_now), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
