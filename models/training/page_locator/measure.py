"""Measures page locators on photographs that training has not seen: intersection over union on the page, per kind, and false pages.

    python -m models.training.page_locator.measure FOLDER [--model models/page_locator.onnx] [--hard]

The pictures are drawn into FOLDER at the first run and kept there. With `--hard`: nine on one table, halves at the
border, cards on sheets. Grounds are those of `split.MEASURED_GROUNDS`, designs all there are.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import PageSide, Quad
from kiosk.engines.page_locator import ClassicalPageLocator
from kiosk.imaging import geometry
from kiosk.ports import PageLocator
from kiosk.specimens import degrade
from kiosk.specimens.degrade import Degradation
from kiosk.specimens.specimen import DESIGNS, specimen
from models.training.page_locator.hard import cut, on_sheet
from models.training.page_locator.pages import no_document
from models.training.page_locator.split import MEASURED_GROUNDS, TRAINED_DESIGNS

Image = npt.NDArray[np.uint8]
SIZE = (1280, 960)
SURE = 0.55
PER_KIND, MIXED, SEVERAL, STACKED, OPEN, EMPTY = 14, 150, 12, 20, 20, 80
NINE, HALVES, SHEETS = 8, 40, 24


def overlap_on_page(found: Quad, true: Quad, size: tuple[int, int]) -> float:
    """IoU in the frame of the straightened true page; of what the picture shows of it, since nobody sees the rest."""
    frame = geometry.as_array(geometry.box_quad(0, 0, *size)).astype(np.float32)
    to_page = cv2.getPerspectiveTransform(
        geometry.as_array(true).astype(np.float32), np.array([[0, 0], [1.5, 0], [1.5, 1], [0, 1]], np.float32) * 1000
    )

    def seen(quad: Quad) -> npt.NDArray[np.float32]:
        _area, common = cv2.intersectConvexConvex(geometry.as_array(quad).astype(np.float32), frame)
        return np.empty((0, 1, 2), np.float32) if common is None else cv2.perspectiveTransform(common, to_page)

    one, other = seen(found), seen(true)
    if len(one) < 3 or len(other) < 3:
        return 0.0
    common = cv2.intersectConvexConvex(one, other)[0]
    together = cv2.contourArea(one) + cv2.contourArea(other) - common
    return min(1.0, float(common / together)) if together > 0 else 0.0


def draw(folder: Path, pages: Path | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    prints: dict[str, list[Image]] = {}
    if pages is None:
        for design in DESIGNS:
            prints[design] = [page for seed in (11, 12) for page in specimen(design, seed=seed).pages.values()]
    else:
        for path in sorted(pages.iterdir()):
            prints.setdefault(path.name.split("_")[0], []).append(np.asarray(cv2.imread(str(path)), np.uint8))
    names = sorted(prints, key=lambda name: (name in TRAINED_DESIGNS, name))
    truths = []

    def keep(group: str, design: str, shot: degrade.Photograph) -> None:
        file = f"{len(truths):04d}.jpg"
        cv2.imwrite(str(folder / file), shot.image, [cv2.IMWRITE_JPEG_QUALITY, 98])
        truths.append(
            {"file": file, "group": group, "design": design, "ground": shot.ground, "quads": shot.quads, "kinds": sorted(shot.kinds)}
        )

    def page(number: int) -> tuple[str, Image]:
        name = names[number % len(names)]
        return name, prints[name][(number // len(names)) % len(prints[name])]

    common = {"size": SIZE, "grounds": MEASURED_GROUNDS}
    for row, kind in enumerate(Degradation):
        for number in range(PER_KIND):
            name, one = page(number + row)
            kinds = frozenset({kind, Degradation.PERSPECTIVE, Degradation.JPEG})
            keep(kind.value, name, degrade.photograph(one, seed=5000 + 50 * row + number, severity=0.7, kinds=kinds, **common))
    for number in range(MIXED):
        name, one = page(number)
        keep("mixture", name, degrade.photograph(one, seed=7000 + number, severity=0.4 + 0.5 * (number % 5) / 4, **common))
    for number in range(SEVERAL):
        keep("several", "", degrade.several([page(number + one)[1] for one in range(5)], seed=8000 + number, **common))
    cards = [name for name in names if len({one.shape for one in prints[name]}) == 1 and len(prints[name]) > 1]
    for number in range(STACKED):
        name = cards[number % len(cards)]
        keep("stacked", name, degrade.stacked_scan(prints[name][:2], seed=8100 + number))
    books = [name for name in names if abs(prints[name][0].shape[1] / prints[name][0].shape[0] - 125 / 88) < 0.01]
    for number in range(OPEN):
        name = books[number % len(books)]
        keep("openPassport", name, degrade.open_passport(prints[name][0], seed=8200 + number, **common))
    for number in range(EMPTY):
        keep("empty", "", degrade.empty(seed=8300 + number, **common))
    (folder / "truth.json").write_text(json.dumps(truths))


def draw_hard(folder: Path) -> None:
    """Kinds that are measured apart: seven and nine pages in one picture, pages cut in two, cards on letters and passports."""
    folder.mkdir(parents=True, exist_ok=True)
    prints = [page for design in DESIGNS for page in specimen(design, seed=13).pages.values()]
    truths = []
    for number in range(NINE + HALVES + SHEETS):
        random = np.random.default_rng([31, number])
        severity = float(random.uniform(0.3, 0.8))
        one, kind = prints[int(random.integers(len(prints)))], "half" if number < NINE + HALVES else "on a sheet"
        if number < NINE:
            pages = [prints[int(random.integers(len(prints)))] for _ in range(9 if number % 2 else 7)]
            shot, kind = (
                degrade.several(pages, seed=9000 + number, size=SIZE, severity=severity, grounds=MEASURED_GROUNDS),
                "seven and nine",
            )
        elif kind == "half":
            shot = cut(degrade.photograph(one, seed=9000 + number, size=SIZE, severity=severity, grounds=MEASURED_GROUNDS), random)
        else:
            sheet = specimen("td3", seed=number).pages[PageSide.FRONT] if number % 3 == 0 else no_document(random)
            shot = on_sheet(one, sheet, random, seed=9000 + number, size=SIZE, severity=severity, grounds=MEASURED_GROUNDS)
        file = f"{number:04d}.jpg"
        cv2.imwrite(str(folder / file), shot.image, [cv2.IMWRITE_JPEG_QUALITY, 98])
        truths.append({"file": file, "group": kind, "design": "", "ground": shot.ground, "quads": shot.quads, "kinds": sorted(shot.kinds)})
    (folder / "truth.json").write_text(json.dumps(truths))


def measure(locator: PageLocator, folder: Path) -> dict[str, dict[str, float]]:
    groups: dict[str, list[float]] = defaultdict(list)
    false: dict[str, int] = defaultdict(int)
    pictures: dict[str, int] = defaultdict(int)
    times = []
    for truth in json.loads((folder / "truth.json").read_text()):
        image = np.asarray(cv2.imread(str(folder / truth["file"])), np.uint8)
        began = time.perf_counter()
        found = [one for one in locator.locate(image) if one.confidence >= SURE]
        times.append(1000 * (time.perf_counter() - began))
        size = (image.shape[1], image.shape[0])
        quads: list[Quad] = [geometry.as_quad(quad) for quad in truth["quads"]]
        group = truth["group"]
        pictures[group] += 1
        for quad in quads:
            best = max((overlap_on_page(one.quad, quad, size) for one in found), default=0.0)
            groups[group].append(best)
            if best < 0.9:
                print(f"    {truth['file']} {group} {truth['design']} {truth['ground']} {best:.3f} of {len(found)}", file=sys.stderr)  # noqa: T201
        wrong = sum(max((overlap_on_page(one.quad, quad, size) for quad in quads), default=0.0) < 0.5 for one in found)
        if wrong and not quads:
            print(f"    {truth['file']} {group} {truth['ground']} false {wrong}", file=sys.stderr)  # noqa: T201
        false[group] += wrong > 0
    result = {
        group: {
            "n": len(values),
            "mean": float(np.mean(values)),
            "good": float(np.mean(np.array(values) >= 0.9)),
            "false": false[group] / pictures[group],
        }
        for group, values in groups.items()
    }
    single = [value for group, values in groups.items() if group not in ("several", "stacked", "openPassport") for value in values]
    result["all single pages"] = {
        "n": len(single),
        "mean": float(np.mean(single)),
        "good": float(np.mean(np.array(single) >= 0.9)),
        "false": float("nan"),
    }
    result["empty"] = {
        "n": pictures["empty"],
        "mean": float("nan"),
        "good": float("nan"),
        "false": false["empty"] / max(1, pictures["empty"]),
    }
    result["ms"] = {"n": len(times), "mean": float(np.median(times)), "good": float(np.percentile(times, 90)), "false": float("nan")}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--pages", type=Path, help="folder with pictures of specimen pages, instead of drawing them")
    parser.add_argument("--hard", action="store_true", help="the kinds that are measured apart")
    options = parser.parse_args()
    if not (options.folder / "truth.json").exists():
        if options.hard:
            draw_hard(options.folder)
        else:
            draw(options.folder, options.pages)
    locators: list[PageLocator] = [ClassicalPageLocator()]
    if options.model:
        from kiosk.engines.page_locator_neural import NeuralPageLocator

        locators.append(NeuralPageLocator(options.model))
    tables = []
    for locator in locators:
        print(locator.model_id, file=sys.stderr)  # noqa: T201
        tables.append(measure(locator, options.folder))
    print("| kind | pages | " + " | ".join(f"{one.model_id}: mean IoU | >= 0.90 | false pages" for one in locators) + " |")  # noqa: T201
    print("|---|---|" + "---|---|---|" * len(locators))  # noqa: T201
    for group in tables[0]:
        cells = [f"{table[group]['mean']:.3f} | {table[group]['good']:.1%} | {table[group]['false']:.1%}" for table in tables]
        if group == "ms":
            cells = [f"{table[group]['mean']:.0f} ms median | {table[group]['good']:.0f} ms p90 | " for table in tables]
        print(f"| {group} | {tables[0][group]['n']} | " + " | ".join(cells).replace("nan%", "").replace("nan", "") + " |")  # noqa: T201


if __name__ == "__main__":
    main()
