"""Reading documents, measured in one run: per stage, exactness against the truth, memory, and other readers on the same pictures."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from kiosk.bench import document_peers
from kiosk.bench.document_cases import Case
from kiosk.bench.document_scores import MrzOutcome, Scores, mrz_outcome
from kiosk.bench.machine import describe, summary
from kiosk.domain.document import DocumentPage, PageSide
from kiosk.domain.errors import BadInput
from kiosk.domain.guidance import Guidance
from kiosk.domain.mrz import Mrz
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import Json

TARGETS_MS: Mapping[str, float] = {"mrz_alone": 150, "page": 450, "preview_without_document": 40}
PREVIEW_FRAMES = 40
PREVIEW_SIZE = (1280, 720)
SOAK_POINTS = 20
"""Measurements of memory over a soak."""

Note = Callable[[str], None]


class PageRead(Protocol):
    """What is used of `services.reading.PageResult`."""

    @property
    def page(self) -> DocumentPage: ...
    @property
    def timings_ms(self) -> Mapping[str, float]: ...


class MrzRead(Protocol):
    @property
    def mrz(self) -> Mrz: ...


class Reader(Protocol):
    """What is used of `services.reading.DocumentReader`."""

    def read_page(self, image: Image, *, expected: PageSide | None = None) -> PageRead: ...


class MrzReader(Protocol):
    """What is used of `services.mrz_reading.MrzReader`."""

    def read(self, image: Image) -> MrzRead | None: ...


class Guide(Protocol):
    """What is used of `services.document_guide.DocumentGuide`."""

    def judge(self, frame: Frame) -> Guidance: ...


@dataclass(slots=True)
class _Measured:
    """What the run over the pictures gave; peers are compared with it."""

    stages: dict[str, list[float]] = field(default_factory=dict)
    mrz_ms: list[float] = field(default_factory=list)
    mrz: dict[str, int] = field(default_factory=dict)
    scores: Scores = field(default_factory=Scores)
    kinds: dict[str, Scores] = field(default_factory=dict)
    page_ms: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    pictures: list[Path] = field(default_factory=list)
    lines: list[tuple[str, ...] | None] = field(default_factory=list)


def measure(
    cases: Iterable[Case],
    reader: Reader,
    mrz_reader: MrzReader,
    guide: Guide,
    *,
    peers: Sequence[str] = (),
    peer_python: str = "",
    note: Note,
) -> dict[str, Json]:
    """Reads every case once, after the first was read once to warm up. Nothing of what is read leaves but counts, times and case names.

    Args:
        peers: names of `document_peers.PEERS` to run on the same pictures afterwards.
        peer_python: their interpreter; empty = ours.
        note: told how far it is.
    """
    memory = psutil.Process().memory_info
    begun = memory().rss
    measured = _Measured()
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as name:
        for number, case in enumerate(cases):
            image = case.picture()
            if number == 0:
                _read(reader, image, case.side)
                mrz_reader.read(image)
                warm = memory().rss
            _measure_one(case, image, reader, mrz_reader, measured)
            if peers:
                measured.pictures.append(_file_of(case, image, Path(name)))
            if number % 10 == 9:
                note(f"{number + 1} pictures read")
        body: dict[str, Json] = {"machine": describe(), "pictures": measured.scores.pages}
        ended = memory().rss
        body["page_ms"] = summary(measured.page_ms)
        body["stages_ms"] = {stage: summary(values) for stage, values in sorted(measured.stages.items(), key=lambda one: -sum(one[1]))}
        body["mrz_alone_ms"] = summary(measured.mrz_ms)
        body["preview_without_document_ms"] = summary(_preview(guide))
        body["targets_ms"] = dict(TARGETS_MS)
        body["rss_mb"] = {"start": _mb(begun), "warm": _mb(warm), "end": _mb(ended)}
        if measured.refused:
            body["refused"] = dict(measured.refused)
        body["exactness"] = measured.scores.report()
        if measured.mrz:
            body["mrz_alone"] = dict(measured.mrz)
        if len(measured.kinds) > 1:
            body["kinds"] = {kind: scores.report() for kind, scores in sorted(measured.kinds.items())}
        if measured.scores.wrong:
            body["not_exact"] = list(measured.scores.wrong)
        for peer in peers:
            note(f"{peer} on {len(measured.pictures)} pictures")
            body[f"peer_{peer}"] = _compared(document_peers.run_peer(peer, measured.pictures, peer_python or None), measured)
    return body


def soak(cases: Sequence[Case], reader: Reader, count: int, *, note: Note) -> dict[str, Json]:
    """Reads `count` pages in this process, the cases over and over, and watches the memory.

    `growth_mb_per_1000`: slope of a straight line through the second half, where caches are full.
    """
    process = psutil.Process()
    images = [(case.picture(), case.side) for case in cases]
    began, every = time.perf_counter(), max(1, count // SOAK_POINTS)
    points: list[tuple[int, float]] = []
    for number in range(count):
        image, side = images[number % len(images)]
        _read(reader, image, side)
        if (number + 1) % every == 0:
            points.append((number + 1, _mb(process.memory_info().rss)))
            note(f"{number + 1} pages: {points[-1][1]:.0f} MB")
    half = points[len(points) // 2 :]
    return {
        "machine": describe(),
        "pages": count,
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "rss_mb": [[pages, megabytes] for pages, megabytes in points],
        "growth_mb_per_1000": round(1000 * _slope(half), 1),
    }


def _read(reader: Reader, image: Image, side: PageSide | None) -> PageRead | BadInput:
    try:
        return reader.read_page(image, expected=side)
    except BadInput as refusal:
        return refusal


def _measure_one(case: Case, image: Image, reader: Reader, mrz_reader: MrzReader, into: _Measured) -> None:
    began = time.perf_counter()
    result = _read(reader, image, case.side)
    into.page_ms.append(1000 * (time.perf_counter() - began))
    page: DocumentPage | None = None
    if isinstance(result, BadInput):
        into.refused[result.code.value] = into.refused.get(result.code.value, 0) + 1
    else:
        page = result.page
        for stage, ms in result.timings_ms.items():
            into.stages.setdefault(stage, []).append(ms)
    size = (image.shape[1], image.shape[0])
    into.scores.add(case.name, case.truth, page, size)
    if case.kind:
        into.kinds.setdefault(case.kind, Scores()).add(case.name, case.truth, page, size)
    into.lines.append(case.truth.mrz_lines)
    if case.truth.mrz_lines == ():  # a page that is known to have none says nothing about the time that an MRZ takes
        return
    began = time.perf_counter()
    found = mrz_reader.read(image)
    into.mrz_ms.append(1000 * (time.perf_counter() - began))
    outcome = mrz_outcome(None if found is None else found.mrz, case.truth)
    if outcome is not None:
        into.mrz[outcome.value] = into.mrz.get(outcome.value, 0) + 1


def _preview(guide: Guide) -> list[float]:
    """An empty desk at 1280x720, other noise in each frame, as a camera gives it."""
    from kiosk.specimens.scene import Desk

    desk = Desk(size=PREVIEW_SIZE)
    spent: list[float] = []
    for number in range(PREVIEW_FRAMES + 5):
        frame = Frame(desk.shot(None, tick=number), number / 30, "bench", number)
        began = time.perf_counter()
        guide.judge(frame)
        if number >= 5:
            spent.append(1000 * (time.perf_counter() - began))
    return spent


def _file_of(case: Case, image: Image, folder: Path) -> Path:
    if case.path is not None:
        return case.path.resolve()
    path = folder / f"{case.name}.jpg"
    path.write_bytes(encode_jpeg(image, 98))
    return path


def _compared(run: document_peers.PeerRun, measured: _Measured) -> dict[str, Json]:
    """PassportEye against our MRZ reader, EasyOCR against our whole page. `our_speed`: how many times faster we are, by medians."""
    if run.missing:
        return {"missing": run.missing, "how": "docs/guides/engines.md, section Peers"}
    of_mrz = run.name == "PassportEye"
    pairs = [(answer, lines) for answer, lines in zip(run.answers, measured.lines, strict=True) if lines != () or not of_mrz]
    theirs, ours = [answer.ms for answer, _ in pairs], measured.mrz_ms if of_mrz else measured.page_ms
    body: dict[str, Json] = {"engine": run.engine, "ms": summary(theirs)}
    if theirs and ours:
        body["our_speed"] = round(_median(theirs) / _median(ours), 1)
        body["our_speed_by_means"] = round(sum(theirs) / sum(ours), 1)
    known = [(answer, lines) for answer, lines in pairs if lines]
    if of_mrz and known:
        equal = sum(answer.lines == lines for answer, lines in known)
        wrong_valid = sum(answer.valid and answer.lines != lines for answer, lines in known)
        valid = sum(answer.valid for answer, _ in known)
        body["mrz"] = {"n": len(known), MrzOutcome.EQUAL.value: equal, "valid": valid, MrzOutcome.WRONG_VALID.value: wrong_valid}
    return body


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def _slope(points: Sequence[tuple[int, float]]) -> float:
    """Least squares; 0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / sum((x - middle_x) ** 2 for x, _ in points)


def _mb(count: int) -> float:
    return round(count / 2**20, 1)
