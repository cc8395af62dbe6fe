"""A search for wrong readings that are called valid: zones of all formats, genuine and forged, photographed hard, read, compared."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from kiosk.bench.intervals import wilson
from kiosk.bench.machine import summary
from kiosk.domain.document import DocumentPage, Quad
from kiosk.domain.errors import BadInput
from kiosk.domain.mrz import Mrz, MrzFormat
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import straighten
from kiosk.ports import Json
from kiosk.services.mrz_reading import MrzReading
from kiosk.services.page_look import MRZ_AIR
from kiosk.services.reading import PAGE_WIDTH_PX
from kiosk.specimens.backgrounds import stream
from kiosk.specimens.degrade import Degradation, photograph
from kiosk.specimens.ocrb import draw_line
from kiosk.specimens.zones import FORMATS, ZonePage, typeface, zone_page

__all__ = ["FORMATS", "Outcome", "ZoneCase", "outcome_of", "search", "zone_cases"]

FORGED_SHARE = 0.5
CORNER_ERROR = 0.003
"""Of the page's width: how far off the located corners are, standard deviation."""
KINDS = (
    Degradation.PERSPECTIVE,
    Degradation.SMALL,
    Degradation.PRINT,
    Degradation.SHADOW,
    Degradation.UNEVEN_LIGHT,
    Degradation.GLARE,
    Degradation.LENS_BLUR,
    Degradation.MOTION_BLUR,
    Degradation.LOW_LIGHT,
    Degradation.JPEG,
)


class Outcome(StrEnum):
    """What became of a zone, told by what stands in the picture."""

    VALID = "exact_valid"
    DOUBT = "exact_in_doubt"
    INVALID = "exact_invalid"  # right for what is printed wrong; check digits are never wrong for exact lines
    WRONG_DOUBT = "wrong_in_doubt"
    WRONG_INVALID = "wrong_invalid"
    WRONG_VALID = "WRONG_VALID"
    REFUSED = "refused"


class MrzSource(Protocol):
    """What is used of `services.mrz_cascade.MrzCascade`."""

    def glance(self, image: Image) -> MrzReading | None: ...

    def read_near(self, image: Image, box: tuple[float, float, float, float]) -> MrzReading | None: ...


class PageRead(Protocol):
    """What is used of `services.reading.PageResult`."""

    @property
    def page(self) -> DocumentPage: ...


class PageReader(Protocol):
    """What is used of `services.reading.DocumentReader`."""

    def read_page(self, image: Image) -> PageRead: ...


@dataclass(frozen=True, slots=True)
class ZoneCase:
    """A photograph with what is printed in its zone. `page`: as drawn; `quad`: its corners in `picture`."""

    name: str
    picture: Image
    page: ZonePage
    quad: Quad
    seed: int


def zone_cases(count: int, first_seed: int, *, formats: Sequence[MrzFormat] = FORMATS, fonts: Sequence[Path] = ()) -> Iterator[ZoneCase]:
    """`count` photographs: the formats in turn, half of them forged, the typefaces in turn; the same arguments give the same pixels.

    Each has one to four things wrong with it, from barely to nearly the worst that a person still reads.

    Args:
        fonts: typeface files of zones, besides the strokes of the specimens.

    Raises:
        BadInput: FILE_NOT_FOUND for a typeface that cannot be read.
    """
    faces = [("own", draw_line), *((path.stem, typeface(path)) for path in fonts)]
    for seed in range(first_seed, first_seed + count):
        random = stream(seed, "mrz")
        mrz_format = formats[seed % len(formats)]
        face_name, draw = faces[seed // len(formats) % len(faces)]
        page = zone_page(mrz_format, seed=seed, forge=bool(random.random() < FORGED_SHARE), draw=draw)
        kinds = frozenset(KINDS[int(one)] for one in random.permutation(len(KINDS))[: int(random.integers(1, 5))])
        shot = photograph(page.picture, seed=seed, severity=float(random.uniform(0.1, 0.8)), kinds=kinds)
        what = "genuine" if page.forgery is None else f"{page.forgery.was}>{page.forgery.printed}"
        yield ZoneCase(f"{seed}-{mrz_format.value}-{face_name}-{what}", shot.image, page, shot.quad, seed)


def search(reader: MrzSource, cases: Iterator[ZoneCase], *, pages: PageReader | None = None) -> dict[str, Json]:
    """Counts of `Outcome` for genuine and forged zones, in all and by format; every wrong reading by name.

    Args:
        reader: of MRZs, asked as the page reader asks it, on the page straightened by its true corners (a little off).
        pages: instead the whole reader, which finds the page itself.
    """
    counts: dict[str, dict[str, dict[str, int]]] = {"genuine": {}, "forged": {}}
    wrong: list[Json] = []
    costs: list[float] = []
    glanced = 0
    for case in cases:
        began = time.process_time()
        if pages is not None:
            found, at_once = _read_whole(pages, case.picture), False
        else:
            found, at_once = _read(reader, case)
        costs.append((time.process_time() - began) * 1000)
        glanced += at_once
        outcome = outcome_of(found, case.page.lines)
        kind = "genuine" if case.page.forgery is None else "forged"
        for row in ("all", case.page.format.value):
            table = counts[kind].setdefault(row, {one.value: 0 for one in Outcome})
            table[outcome.value] += 1
        if found is not None and outcome in (Outcome.WRONG_VALID, Outcome.WRONG_INVALID, Outcome.WRONG_DOUBT):
            wrong.append({"case": case.name, "outcome": outcome.value, "differs": _differences(found, case.page.lines)})
    return {
        "how": "mrz reader" if pages is None else "page reader",
        "zones": len(costs),
        "genuine": _told(counts["genuine"]),
        "forged": _told(counts["forged"]),
        "wrong_valid": [one for one in wrong if isinstance(one, dict) and one["outcome"] == Outcome.WRONG_VALID.value],
        "wrong": wrong,
        "read_at_a_glance": glanced,
        "processor_ms": summary(costs),
    }


def outcome_of(found: Mrz | None, printed: Sequence[str]) -> Outcome:
    """Judges a reading by the printed lines. One that is called valid although a printed character was taken otherwise is the worst."""
    if found is None:
        return Outcome.REFUSED
    exact = found.lines == tuple(printed)
    if found.valid:
        return Outcome.VALID if exact else Outcome.WRONG_VALID
    if found.in_doubt:
        return Outcome.DOUBT if exact else Outcome.WRONG_DOUBT
    return Outcome.INVALID if exact else Outcome.WRONG_INVALID


def _read(reader: MrzSource, case: ZoneCase) -> tuple[Mrz | None, bool]:
    """As `services.reading`: a glance at the page; else by every means, the strip of the zone first. True = the glance sufficed."""
    random = stream(case.seed, "corners")
    width = max(geometry.sides(case.quad))
    off = random.normal(0.0, CORNER_ERROR * width, (4, 2))
    page = straighten(case.picture, geometry.as_quad(geometry.as_array(case.quad) + off), max_width_px=PAGE_WIDTH_PX)
    found = reader.glance(page)
    if found is not None:
        return found.mrz, True
    scale = page.shape[1] / case.page.picture.shape[1]
    _, top, _, bottom = (number * scale for number in geometry.bounds(case.page.zone))
    air = MRZ_AIR * (bottom - top) / (2 * len(case.page.lines) - 1)
    found = reader.read_near(page, (0.0, max(0.0, top - air), float(page.shape[1]), min(float(page.shape[0]), bottom + air)))
    return (found.mrz if found is not None else None), False


def _read_whole(pages: PageReader, picture: Image) -> Mrz | None:
    try:
        return pages.read_page(picture).page.mrz
    except BadInput:
        return None


def _differences(found: Mrz, printed: Sequence[str]) -> Json:
    """LINE.COLUMN PRINTED>TAKEN of the first few; the formats where they differ."""
    if tuple(map(len, found.lines)) != tuple(map(len, printed)):
        return f"read as {found.format.value}"
    places = [
        f"{line}.{column} {there}>{here}"
        for line, (now, was) in enumerate(zip(found.lines, printed, strict=True))
        for column, (here, there) in enumerate(zip(now, was, strict=True))
        if here != there
    ]
    return ", ".join(places[:6])


def _told(rows: dict[str, dict[str, int]]) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for row in sorted(rows, key=lambda name: (name != "all", name)):
        table, count = rows[row], sum(rows[row].values())
        told: dict[str, Json] = {"zones": count, **{name: hits for name, hits in table.items() if hits or name == "WRONG_VALID"}}
        if row == "all":
            told["wrong_valid_at_most"] = wilson(table[Outcome.WRONG_VALID.value], count)[1]
        result[row] = told
    return result
