"""Reads the pages of a document: finds each, straightens it, turns it upright, reads what stands on it, and merges the pages.

Engines are used through their ports; one thread at a time, as they demand.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from kiosk.domain.document import Barcode, Document, DocumentPage, Field, FieldName, PageSide, Quad
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Face
from kiosk.domain.mrz import Mrz, MrzFormat
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.page_quality import page_quality
from kiosk.imaging.rectify import cropped, limited, rotated, straighten
from kiosk.ports import BarcodeReader, FaceDetector, PageLocation, PageLocator, TextLine, TextReader
from kiosk.services import document_merge
from kiosk.services.document_fields import (
    Readings,
    barcode_fields,
    context_of,
    fields_of,
    is_aamva,
    mrz_fields,
    reconciled,
    visual_fields,
)
from kiosk.services.document_layout import count_labels
from kiosk.services.mrz_reading import MrzReading
from kiosk.services.page_portrait import enlarged, portrait_faces, portrait_quad

logger = logging.getLogger(__name__)

PAGE_WIDTH_PX = 1200
PICTURE_SIDE_PX = 1800  # a picture without an outline in it is read as it is, no larger than this
FACE_SIDE_PX = 640
PAGE_TEXT_PX = 640  # side of the text detector's input for a straightened page
PICTURE_TEXT_PX = 960
SURE_LOCATION = 0.55
READABLE = 0.85  # mean confidence by letters: upright pages reach 0.93 and more, upside down ones 0.75 at most
STRONG_EVIDENCE = 4.0
WEAK_EVIDENCE = 2.0
MIN_READING_CONFIDENCE = 0.65
PORTRAIT_FACE = 0.24
"""Height of the face against the page's on an ID-1 front, at least; a ghost portrait's is about half of a portrait's 0.3."""
GHOST_FACE = 0.16
"""Height of the face against the page's, below which it is no portrait on a card whatever else the page shows."""
_CARD_FORMATS = frozenset({MrzFormat.TD1, MrzFormat.TD2})
_PASSPORT_RATIO = 125.0 / 88.0


class MrzSource(Protocol):
    """What is needed of `services.mrz_reading.MrzReader`."""

    def read(self, image: Image) -> MrzReading | None: ...


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page as read.

    Attributes:
        straightened: upright, BGR; all places of `page` refer to it.
        portrait: the crop of the holder's portrait, BGR, or None. Never of a page that is, or was asked for as, a back.
        timings_ms: by stage: locate, straighten, faces, text, mrz, barcodes, fields, total.
    """

    page: DocumentPage
    straightened: Image
    portrait: Image | None
    timings_ms: Mapping[str, float]


@dataclass(slots=True)
class _Attempt:
    """One way to look at the picture: a located page, or the picture as it is."""

    image: Image
    location: PageLocation | None
    turns: int = 0
    lines: tuple[TextLine, ...] = ()
    mrz: Mrz | None = None
    mrz_quads: tuple[Quad, ...] = ()
    face: Face | None = None
    labels: int = 0
    part: tuple[float, float, float, float] | None = None  # of the straightened page (0..1 left, top, right, bottom), when it was cut
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def evidence(self) -> float:
        """How much speaks for a document being what is seen."""
        mrz = 0.0 if self.mrz is None else 5.0 if self.mrz.valid else 3.0
        face = 1.0 if self.face is not None else 0.0
        located = 0.5 if self.location is not None and not self.location.touches_border else 0.0
        return mrz + min(self.labels, 6) + face + located + min(len(self.lines), 8) / 16


class DocumentReader:
    """Reads pages and merges them. One thread at a time."""

    def __init__(
        self,
        locator: PageLocator,
        text_reader: TextReader,
        mrz_reader: MrzSource,
        barcode_reader: BarcodeReader,
        face_detector: FaceDetector,
        *,
        today: Callable[[], str] | None = None,
    ) -> None:
        """`today` gives the local date YYYY-MM-DD: it decides the century of two-digit years."""
        self._locator = locator
        self._text_reader = text_reader
        self._mrz_reader = mrz_reader
        self._barcode_reader = barcode_reader
        self._face_detector = face_detector
        self._today = today or (lambda: date.today().isoformat())

    def read_page(self, image: Image, *, expected: PageSide | None = None) -> PageResult:
        """Read one page of a document.

        Args:
            image: photograph or scan, BGR; a picture with no outline in it is taken as the page alone.
            expected: which side it should be; decides only where the page itself does not tell.

        Raises:
            BadInput: NO_DOCUMENT_DETECTED when nothing in the picture speaks for a document.
            ModelFault: an engine is missing or broke.
        """
        began = time.perf_counter()
        timings: dict[str, float] = {}
        with _timed(timings, "barcodes"):
            barcodes = self._barcode_reader.read(image)
        attempt = self._best_attempt(image, timings)
        has_licence = any(is_aamva(barcode) for barcode in barcodes)
        if attempt is None and not has_licence:
            raise BadInput(ErrorCode.NO_DOCUMENT_DETECTED, "no identity document was found in the picture")
        if attempt is None:
            attempt = _Attempt(limited(image, PICTURE_SIDE_PX), None)
        side = _side_of(attempt, expected, has_licence=has_licence)
        with _timed(timings, "fields"):
            fields = self._fields(attempt, barcodes, side)
        quad = _upright_quad(attempt)
        height, width = attempt.image.shape[:2]
        # a ghost portrait on a back is a security feature, too small and too pale to compare a face with
        has_portrait = attempt.face is not None and side is not PageSide.BACK
        portrait = portrait_quad(attempt.face, width, height) if attempt.face is not None and has_portrait else None
        page = DocumentPage(
            side=side,
            quad=quad,
            location_confidence=attempt.location.confidence if attempt.location is not None else 0.0,
            size=(width, height),
            quality=page_quality(attempt.image, quad, (image.shape[1], image.shape[0])),
            fields=fields,
            mrz=attempt.mrz,
            barcodes=tuple(replace(barcode, page=side) for barcode in barcodes),
            portrait=portrait,
            text_lines=tuple(line.text for line in attempt.lines),
        )
        timings["total"] = _since(began)
        logger.info("page read in %.0f ms: %d lines, %d fields", timings["total"], len(attempt.lines), len(fields))
        # whose picture hands in a front as a back has shown two documents, or one side twice: it is no portrait to compare with
        shown = portrait if expected is not PageSide.BACK else None
        crop = cropped(attempt.image, *geometry.bounds(shown)) if shown is not None else None
        return PageResult(page, attempt.image, crop, timings)

    def merge(self, pages: Sequence[DocumentPage]) -> Document:
        """All pages as one document: its type, country and fields with every source's reading."""
        return document_merge.merge(pages, today=self._today())

    def needs_back(self, document: Document) -> bool:
        """True for cards whose front holds no MRZ: the rest stands on the back."""
        return document_merge.needs_back(document)

    def _best_attempt(self, image: Image, timings: dict[str, float]) -> _Attempt | None:
        """The strongest of: the pages that were located, the picture as it is. Stops as soon as the evidence is strong."""
        with _timed(timings, "locate"):
            locations = [one for one in self._locator.locate(image) if one.confidence >= SURE_LOCATION][:2]
        attempts: list[_Attempt] = []
        for location in locations:
            with _timed(timings, "straighten"):
                page = straighten(image, location.quad, max_width_px=PAGE_WIDTH_PX)
            attempt = self._read(_Attempt(page, location), PAGE_TEXT_PX, timings)
            attempts.append(attempt)
            if attempt.evidence >= STRONG_EVIDENCE and not location.touches_border:
                return attempt
        whole = self._read(_Attempt(limited(image, PICTURE_SIDE_PX), None), PICTURE_TEXT_PX, timings)
        attempts.append(whole)
        best = max(attempts, key=lambda one: one.evidence)
        if best.evidence < STRONG_EVIDENCE and best.mrz is None:
            # the last thing to try: the MRZ reader looks at several scales and turns of its own
            with _timed(timings, "mrz"):
                self._take_mrz(whole, self._mrz_reader.read(whole.image), (0.0, 0.0))
            best = max(attempts, key=lambda one: one.evidence)
        return best if _is_document(best) else None

    def _read(self, attempt: _Attempt, text_px: int, timings: dict[str, float]) -> _Attempt:
        """Turn upright, read text and MRZ."""
        with _timed(timings, "text"):
            attempt.lines = self._text_reader.read(attempt.image, max_side_px=text_px)
            self._turn_upright(attempt, text_px)
        with _timed(timings, "faces"):
            attempt.face = self._face(attempt.image)
        with _timed(timings, "mrz"):
            self._read_mrz(attempt)
        attempt.labels = count_labels(attempt.lines, context_of(self._today()))
        _crop_open_passport(attempt)
        return attempt

    def _face(self, image: Image) -> Face | None:
        """The portrait's face: the largest upright one, because printed ghost images are smaller."""
        small = limited(image, FACE_SIDE_PX)
        faces = portrait_faces(self._face_detector.detect(small), small.shape[0])
        return enlarged(faces[0], image.shape[1] / small.shape[1]) if faces else None

    def _turn_upright(self, attempt: _Attempt, text_px: int) -> None:
        """Turns the picture and reads it again when the text stands on its side or reads badly; the better reading stays.

        Text tells better than faces: detectors find a face in an upside-down portrait, too.
        """
        worth = _readability(attempt.lines)
        turns: tuple[int, ...] = ()
        if _stands(attempt.lines):
            # the text reader reads standing lines turned counter-clockwise: legible so, that is the way to turn the page
            turns = (3, 1) if worth >= READABLE else (1, 3)
            worth = 0.0
        elif attempt.lines and worth < READABLE:
            turns = (2,)
        image, before = attempt.image, attempt.turns
        for turn in turns:
            turned = rotated(image, turn)
            lines = self._text_reader.read(turned, max_side_px=text_px)
            if not _stands(lines) and _readability(lines) > worth + 0.03:
                worth = _readability(lines)
                attempt.image, attempt.lines, attempt.turns = turned, lines, (before + turn) % 4
            if worth >= READABLE:
                return

    def _read_mrz(self, attempt: _Attempt) -> None:
        """Reads the zone where the text shows one; a page without a sign of it costs nothing."""
        zone = _mrz_zone(attempt.lines, attempt.image)
        if zone is None:
            return
        left, top, right, bottom = zone
        found = self._mrz_reader.read(cropped(attempt.image, left, top, right, bottom))
        if found is None or found.rotation != 0:
            found, left, top = self._mrz_reader.read(attempt.image), 0.0, 0.0
        if found is not None and found.rotation == 0:
            self._take_mrz(attempt, found, (left, top))

    def _take_mrz(self, attempt: _Attempt, found: MrzReading | None, offset: tuple[float, float]) -> None:
        if found is None:
            return
        attempt.mrz = found.mrz
        turns = found.rotation // 90
        if turns:
            # only the MRZ was legible: the picture is turned for people, the text of the wrong turn is worth nothing
            attempt.image, attempt.turns = rotated(attempt.image, turns), (attempt.turns + turns) % 4
            attempt.lines, attempt.mrz_quads, attempt.face = (), (), None
            attempt.lines = self._text_reader.read(attempt.image, max_side_px=PICTURE_TEXT_PX)
            attempt.face = self._face(attempt.image)
            return
        attempt.mrz_quads = tuple(_moved(quad, *offset) for quad in found.line_quads)

    def _fields(self, attempt: _Attempt, barcodes: Sequence[Barcode], side: PageSide) -> tuple[Field, ...]:
        today = self._today()
        machine: Readings = {}
        coded = barcode_fields(barcodes, side, today)
        if attempt.mrz is not None:
            machine = mrz_fields(attempt.mrz, side, attempt.mrz_quads, today)
        state = attempt.mrz.values.get("issuingState", "") if attempt.mrz is not None else ""
        state = state or next((reading.value for reading in coded.get(FieldName.ISSUING_STATE, ())), "")
        context = context_of(today, state=state)
        labelled = {
            name: kept
            for name, readings in visual_fields(attempt.lines, side, context).items()
            if (kept := tuple(reading for reading in readings if reading.confidence >= MIN_READING_CONFIDENCE))
        }
        printed = reconciled(labelled, attempt.lines, machine, side, context)
        return fields_of(printed, machine, coded)


def _is_document(attempt: _Attempt) -> bool:
    """Evidence enough to call it one; a face with a frame around it, a book or a blank card is not."""
    if attempt.mrz is not None or attempt.labels >= 2:
        return True
    located = attempt.location is not None
    return attempt.evidence >= WEAK_EVIDENCE and attempt.face is not None and (attempt.labels >= 1 or (located and len(attempt.lines) >= 3))


def _side_of(attempt: _Attempt, expected: PageSide | None, *, has_licence: bool = False) -> PageSide:
    """The front bears the portrait; a card's MRZ without one is the back's; a passport's data page is the front (9303-4, 9303-5).

    The MRZ of an ID-1 card is its back's (9303-5, 3.1), as the barcode of a licence is (AAMVA DL/ID, annex A): a face there is a ghost
    portrait, unless it is as large as a portrait's.
    """
    if attempt.mrz is not None and attempt.mrz.format not in _CARD_FORMATS:
        return PageSide.FRONT
    if attempt.face is not None:
        ghost = attempt.face.box[3] < PORTRAIT_FACE * attempt.image.shape[0]
        of_backs = has_licence or (attempt.mrz is not None and attempt.mrz.format is MrzFormat.TD1)
        if of_backs and (ghost or expected is PageSide.BACK):
            return PageSide.BACK
        tiny = attempt.location is not None and attempt.face.box[3] < GHOST_FACE * attempt.image.shape[0]
        if tiny and expected is PageSide.BACK and attempt.mrz is None:
            return PageSide.BACK
        return PageSide.FRONT
    if attempt.mrz is not None or has_licence:
        return PageSide.BACK
    return expected or PageSide.UNKNOWN


def _upright_quad(attempt: _Attempt) -> Quad | None:
    """Corners in the picture, starting with the one that is top left when the text is upright."""
    if attempt.location is None:
        return None
    corners = geometry.ordered(attempt.location.quad)
    top, right, bottom, left = geometry.sides(corners)
    if top + bottom < left + right:
        corners = geometry.rolled(corners, 1)
    # a page turned clockwise by n quarters has its new top left corner n corners before
    upright = geometry.rolled(corners, -attempt.turns)
    if attempt.part is None:
        return upright
    back = geometry.homography(geometry.box_quad(0, 0, 1, 1), upright)
    return geometry.as_quad(geometry.mapped(geometry.box_quad(*attempt.part), back))


def _readability(lines: Sequence[TextLine]) -> float:
    """Confidence by letters, 0..1; 0 without text."""
    letters = sum(len(line.text) for line in lines)
    return sum(len(line.text) * line.confidence for line in lines) / letters if letters else 0.0


def _stands(lines: Sequence[TextLine]) -> bool:
    """Whether most of the text runs up or down; single letters say nothing."""
    words = [geometry.bounds(line.quad) for line in lines if len(line.text.strip()) >= 4]
    standing = sum(bottom - top > 1.2 * (right - left) for left, top, right, bottom in words)
    return standing > 0.5 * len(words)


def _mrz_zone(lines: Sequence[TextLine], image: Image) -> tuple[float, float, float, float] | None:
    """left, top, right, bottom around the lines that look like an MRZ, with air; None when none does."""
    signs = [line for line in lines if line.text.count("<") >= 3 or (len(line.text.replace(" ", "")) >= 26 and _is_code(line.text))]
    if not signs:
        return None
    boxes = [geometry.bounds(line.quad) for line in signs]
    tallest = max(bottom - top for _, top, _, bottom in boxes)
    height, width = image.shape[:2]
    top = min(top for _, top, _, _ in boxes) - 2.2 * tallest
    bottom = max(bottom for _, _, _, bottom in boxes) + 2.2 * tallest
    return 0.0, max(0.0, top), float(width), min(float(height), bottom)


def _is_code(text: str) -> bool:
    tight = text.replace(" ", "")
    return tight.isascii() and sum(c.isupper() or c.isdigit() or c == "<" for c in tight) >= 0.9 * len(tight)


def _crop_open_passport(attempt: _Attempt) -> None:
    """An open booklet shows two pages: the data page is the lower one, above and including its MRZ."""
    if attempt.mrz is None or attempt.mrz.format in _CARD_FORMATS or not attempt.mrz_quads or attempt.location is None:
        return
    height, width = attempt.image.shape[:2]
    wanted = width / _PASSPORT_RATIO
    if height < 1.3 * wanted:
        return
    bottom = min(float(height), max(geometry.bounds(quad)[3] for quad in attempt.mrz_quads) + 0.05 * width)
    top = max(0.0, bottom - wanted)
    attempt.image = cropped(attempt.image, 0, top, width, bottom)
    attempt.mrz_quads = tuple(_moved(quad, 0, -top) for quad in attempt.mrz_quads)
    attempt.lines = tuple(replace(line, quad=_moved(line.quad, 0, -top)) for line in attempt.lines if geometry.centre(line.quad)[1] > top)
    if attempt.face is not None:
        x, y, w, h = attempt.face.box
        moved = replace(attempt.face, box=(x, y - top, w, h), points=tuple((px, py - top) for px, py in attempt.face.points))
        attempt.face = moved if y + h / 2 > top else None
    attempt.part = (0.0, top / height, 1.0, bottom / height)


def _moved(quad: Quad, dx: float, dy: float) -> Quad:
    a, b, c, d = ((x + dx, y + dy) for x, y in quad)
    return a, b, c, d


def _since(began: float) -> float:
    return round(1000 * (time.perf_counter() - began), 1)


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    """Adds the time of the block to a stage."""
    began = time.perf_counter()
    try:
        yield
    finally:
        timings[stage] = round(timings.get(stage, 0.0) + _since(began), 1)
