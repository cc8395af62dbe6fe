"""How often attacks pass passive liveness and live people do not, per species, in the terms of ISO/IEC 30107-3, with intervals.

APCER: share of attack presentations of one species that are taken for live. BPCER: share of live presentations that are taken for attacks.
What could not be judged is a non-response and counted apart. None of this is a certification: that takes a laboratory and its attacks.
"""

from __future__ import annotations

import csv
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.bench.intervals import wilson
from kiosk.bench.machine import summary
from kiosk.domain.check import Check, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import load_image
from kiosk.imaging.frame import Image
from kiosk.ports import Json

LIVE = "live"
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
_SHORT_NAME = re.compile(r"(?:^|[_-])([TF])\d+$", re.IGNORECASE)
"""T1, image_F2: true and false, as Silent-Face's samples are named."""
BPCER_AT = (0.01, 0.05, 0.10)
APCER_AT = (0.01, 0.05, 0.10)
DECISION_TARGET_MS = 80.0
"""Of five frames, on two idle cores."""

Judge = Callable[[Sequence[Image]], Check]


@dataclass(frozen=True, slots=True)
class Presentation:
    """Somebody, or something, before the camera once. `frames` loads its pictures."""

    species: str
    frames: Callable[[], Sequence[Image]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`score` None: not judged, for the reason `label`."""

    species: str
    passed: bool
    score: float | None
    label: str
    ms: float = 0.0


def folder(place: Path, truth: Path | None = None) -> list[Presentation]:
    """The presentations of a folder.

    With `truth` (or DIR/truth.csv; columns file, species; a file may be a folder of frames): as it says. Else a folder per species, "live"
    among them: each picture in it is a presentation, and each folder in it is one of several frames. Else, pictures lying in DIR itself,
    names that end in T1, F2 …: live and "attack".

    Raises BadInput(FILE_NOT_FOUND) when there is nothing to judge, BAD_ARGUMENT for a table without these columns.
    """
    listed = truth or place / "truth.csv"
    if listed.is_file():
        found = list(_listed(place, listed))
    else:
        found = [
            Presentation(species.name, _loader(item))
            for species in sorted(place.iterdir() if place.is_dir() else ())
            if species.is_dir()
            for item in sorted(species.iterdir())
            if item.is_dir() or item.suffix.lower() in _SUFFIXES
        ]
        found = found or list(_named(place))
    if not found:
        raise BadInput(
            ErrorCode.FILE_NOT_FOUND, f"no pictures by species in {place.name}: a folder for each, a truth.csv, or names T1, F1 …"
        )
    return found


def judged(presentations: Iterable[Presentation], judge: Judge) -> list[Outcome]:
    """One outcome for each presentation."""
    outcomes = []
    for one in presentations:
        frames = one.frames()
        began = time.perf_counter()
        check = judge(frames)
        ms = (time.perf_counter() - began) * 1000
        score = check.score if check.status is not CheckStatus.NOT_EXECUTED else None
        outcomes.append(Outcome(one.species, check.status is CheckStatus.PASSED, score, check.label.value, ms))
    return outcomes


def report(outcomes: Sequence[Outcome]) -> dict[str, Json]:
    """Figures at the threshold that decided, and at operating points that the figures themselves give (which flatters: same pictures)."""
    live = [one for one in outcomes if one.species == LIVE]
    species = sorted({one.species for one in outcomes} - {LIVE})
    attacks = {name: [one for one in outcomes if one.species == name] for name in species}
    body: dict[str, Json] = {"bpcer": _row(live, error_is_pass=False)}
    body["apcer"] = {name: _row(rows, error_is_pass=True) for name, rows in attacks.items()}
    body["operating_points"] = _operating_points(live, attacks)
    return body


def decision_time(frames: Sequence[Image], judge: Judge, runs: int = 9) -> dict[str, Json]:
    """Milliseconds of one decision over these frames, detection included; the first run, which loads, is left out."""
    judge(frames)
    costs = []
    for _ in range(runs):
        fresh = [frame.copy() for frame in frames]  # what was found in a picture is kept with it
        began = time.perf_counter()
        judge(fresh)
        costs.append((time.perf_counter() - began) * 1000)
    return {"frames": len(frames), "target_ms": DECISION_TARGET_MS, **summary(costs)}


def _row(rows: Sequence[Outcome], *, error_is_pass: bool) -> dict[str, Json]:
    answered = [one for one in rows if one.score is not None]
    wrong = sum(one.passed is error_is_pass for one in answered)
    low, high = wilson(wrong, len(answered))
    reasons: dict[str, Json] = dict(Counter(one.label for one in rows if one.score is None))
    return {
        "wrong": wrong,
        "of": len(answered),
        "rate": round(wrong / len(answered), 4) if answered else None,
        "low": low,
        "high": high,
        "median_score": round(statistics.median(one.score or 0.0 for one in answered), 4) if answered else None,
        "not_judged": reasons,
    }


def _operating_points(live: Sequence[Outcome], attacks: Mapping[str, Sequence[Outcome]]) -> list[Json]:
    lives = sorted(one.score for one in live if one.score is not None)
    scores = {name: [one.score for one in rows if one.score is not None] for name, rows in attacks.items()}
    scores = {name: values for name, values in scores.items() if values}
    if not lives or not scores:
        return []
    points: list[Json] = []
    for share in BPCER_AT:
        threshold = lives[min(len(lives) - 1, int(share * len(lives)))]
        table: dict[str, Json] = {name: _share_of(sum(one >= threshold for one in values), len(values)) for name, values in scores.items()}
        points.append({"fixed": f"BPCER <= {share:.0%}", "threshold": round(threshold, 4), "apcer": table})
    for share in APCER_AT:
        # the least threshold at which no species passes more often than that
        threshold = max(sorted(values, reverse=True)[min(len(values) - 1, int(share * len(values)))] for values in scores.values())
        missed = sum(one <= threshold for one in lives)
        points.append(
            {
                "fixed": f"APCER of the worst species <= {share:.0%}",
                "threshold": round(threshold, 4),
                "bpcer": _share_of(missed, len(lives)),
            }
        )
    return points


def _share_of(hits: int, count: int) -> dict[str, Json]:
    low, high = wilson(hits, count)
    return {"wrong": hits, "of": count, "rate": round(hits / count, 4), "low": low, "high": high}


def _listed(place: Path, table: Path) -> Iterator[Presentation]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"file", "species"} <= set(rows.fieldnames or ()):
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"{table.name} needs the columns file and species")
        for row in rows:
            yield Presentation((row["species"] or "").strip().lower(), _loader(place / (row["file"] or "").strip()))


def _named(place: Path) -> Iterator[Presentation]:
    for item in sorted(place.iterdir() if place.is_dir() else ()):
        name = _SHORT_NAME.search(item.stem)
        if name and item.suffix.lower() in _SUFFIXES:
            yield Presentation(LIVE if name[1].upper() == "T" else "attack", _loader(item))


def _loader(item: Path) -> Callable[[], list[Image]]:
    def load() -> list[Image]:
        if item.is_dir():
            return [load_image(one) for one in sorted(item.iterdir()) if one.suffix.lower() in _SUFFIXES]
        return [load_image(item)]

    return load
