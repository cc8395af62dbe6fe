"""Fits how page quads are ranked, and their confidence, to a trained network, and writes the weights into its ONNX file.

    python -m models.training.page_locator.rank FOLDER models/page_locator.onnx

Photographs for it are drawn into FOLDER at the first run, on the grounds and designs of training. Each candidate quad is an example:
its features (`kiosk.engines.page_locator_score`) against whether it overlaps a true page by 0.9.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnx

from kiosk.engines.page_locator_edges import EdgeField, working_copy
from kiosk.engines.page_locator_neural import RANKING, NeuralPageLocator
from kiosk.engines.page_locator_regions import candidates, page_regions
from kiosk.engines.page_locator_score import FEATURES, Outline, expanded, features
from kiosk.imaging import geometry
from kiosk.specimens import degrade
from kiosk.specimens.degrade import Degradation
from kiosk.specimens.specimen import specimen
from models.training.page_locator.measure import overlap_on_page
from models.training.page_locator.pages import random_page
from models.training.page_locator.split import TRAINED_DESIGNS, TRAINED_GROUNDS

COUNT = 260
Floats = npt.NDArray[np.float64]


def draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    designs = [page for name in TRAINED_DESIGNS for seed in range(3) for page in specimen(name, seed=seed).pages.values()]
    truths = []
    for number in range(COUNT):
        random = np.random.default_rng([99, number])

        def page(ratio: float | None = None, random: np.random.Generator = random) -> npt.NDArray[np.uint8]:
            if ratio is None and random.random() < 0.3:
                return designs[int(random.integers(len(designs)))]
            return np.asarray(cv2.resize(random_page(random, ratio=ratio), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)

        kind, seed = number % 13, 40_000 + number
        common = {"seed": seed, "size": (896, 672), "severity": float(random.uniform(0.3, 0.9)), "grounds": TRAINED_GROUNDS}
        if kind < 3:
            shot = degrade.empty(**common)
        elif kind == 3:
            shot = degrade.several([page() for _ in range(4)], **common)
        elif kind == 4:
            shot = degrade.stacked_scan([page(1.586), page(1.586)], seed=seed, width_px=800)
        elif kind == 5:
            shot = degrade.open_passport(page(125 / 88), **common)
        elif kind == 6:
            shot = degrade.photograph(page(), kinds=frozenset({Degradation.SCREEN, Degradation.ROLL, Degradation.JPEG}), **common)
        else:
            shot = degrade.photograph(page(), **common)
        cv2.imwrite(str(folder / f"{number:04d}.jpg"), shot.image, [cv2.IMWRITE_JPEG_QUALITY, 97])
        truths.append({"file": f"{number:04d}.jpg", "quads": shot.quads})
    (folder / "truth.json").write_text(json.dumps(truths))


def examples(locator: NeuralPageLocator, folder: Path) -> tuple[Floats, Floats, Floats]:
    """Features n x FEATURES, best overlap with a true page n, weights n: many candidates of one picture count little more than few."""
    rows, overlaps, weights = [np.empty((0, FEATURES))], [np.empty(0)], [np.empty(0)]
    for truth in json.loads((folder / "truth.json").read_text()):
        image = np.asarray(cv2.imread(str(folder / truth["file"])), np.uint8)
        small = working_copy(image)
        planes = locator.planes(small)
        field = EdgeField(small)
        outline = Outline(planes, field)
        quads, framed = candidates(page_regions(planes), field, outline)
        if not len(quads):
            continue
        size = (image.shape[1], image.shape[0])
        back = np.array([size[0] / field.width, size[1] / field.height])
        found = [geometry.as_quad((quad + 0.5) * back - 0.5) for quad in quads]
        rows.append(features(quads, framed, field, outline))
        overlaps.append(np.array([max((overlap_on_page(one, true, size) for true in truth["quads"]), default=0.0) for one in found]))
        weights.append(np.full(len(quads), len(quads) ** -0.5))
    return np.concatenate(rows), np.concatenate(overlaps), np.concatenate(weights)


def fitted(rows: Floats, overlaps: Floats, weights: Floats, penalty: float = 0.3) -> Floats:
    """Logistic regression by Newton's method; an overlap of 0.82 counts as none, 0.94 and more as full."""
    wanted = np.clip((overlaps - 0.82) / 0.12, 0, 1)
    wide = expanded(rows)
    mean, spread = wide.mean(axis=0), wide.std(axis=0) + 1e-6
    mean[0], spread[0] = 0, 1
    scaled = (wide - mean) / spread
    beta = np.zeros(scaled.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ beta, -30, 30)))
        slope = scaled.T @ (weights * (chance - wanted)) + penalty * np.concatenate([[0], beta[1:]])
        bend = (scaled * (weights * chance * (1 - chance))[:, None]).T @ scaled + penalty * np.eye(len(beta))
        step = np.linalg.solve(bend, slope)
        beta -= step
        if np.abs(step).max() < 1e-4:
            break
    plain = beta / spread
    plain[0] = beta[0] - (beta[1:] * mean[1:] / spread[1:]).sum()
    return np.asarray(plain, np.float64)


def write(path: Path, weights: Floats) -> None:
    model = onnx.load(path)
    for entry in [one for one in model.metadata_props if one.key == RANKING]:
        model.metadata_props.remove(entry)
    onnx.helper.set_model_props(model, {RANKING: json.dumps([round(float(one), 6) for one in weights])})
    onnx.save(model, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    if not (options.folder / "truth.json").exists():
        draw(options.folder)
    blank = len(expanded(np.zeros((1, FEATURES)))[0])
    write(options.model, np.zeros(blank))
    rows, overlaps, weights = examples(NeuralPageLocator(options.model, threads=1), options.folder)
    write(options.model, fitted(rows, overlaps, weights))
    print(f"{len(rows)} examples, {np.mean(overlaps >= 0.9):.1%} of them pages")  # noqa: T201


if __name__ == "__main__":
    main()
