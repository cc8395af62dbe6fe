"""Reads the pages of a document: finds each, straightens it, turns it upright, and reads what stands on it.

What follows from pages that were read is in `services/document_rules.py`.

Engines are used through their ports; one thread at a time, as they demand.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeVar

from kiosk.domain.document import DocumentPage, PageSide, Quad, Region
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.mrz import MrzFormat
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.page_quality import Strictness, is_blank, page_quality
from kiosk.imaging.recapture import grid_evidence
from kiosk.imaging.rectify import limited, rotated, straighten
from kiosk.imaging.region_crop import region_crop
from kiosk.ports import BarcodeReader, FaceDetector, PageLocation, PageLocator, TextLine, TextReader
from kiosk.services.aamva import is_aamva
from kiosk.services.authenticity import page_signals
from kiosk.services.document_fields import context_of
from kiosk.services.document_layout import count_labels
from kiosk.services.document_pages import are_one_scan
from kiosk.services.mrz_reading import MrzReading
from kiosk.services.page_beside import PageEyes, View
from kiosk.services.page_fields import names_document, page_fields
from kiosk.services.page_look import READABLE, STRONG_EVIDENCE, SURE_LOCATION, PageLook, longest, mrz_zone, readability, side_of, stands
from kiosk.services.page_portrait import portrait_quad
from kiosk.services.page_regions import page_regions, portrait_region
from kiosk.services.page_shape import is_hopeless, is_prose, licence_numbers, shape_warnings, shows_two_holders, with_islands
from kiosk.services.page_slant import locate_level, slant_of
from kiosk.services.template_match import Advice

logger = logging.getLogger(__name__)

T = TypeVar("T")

PAGE_WIDTH_PX = 1200
PICTURE_SIDE_PX = 1800  # a picture without an outline in it is read as it is, no larger than this
PAGE_TEXT_PX = 544  # side of the text detector's input for a straightened page; of 80 values under heavy blur 480 lost none against 640
PICTURE_TEXT_PX = 960
UNSURE_LOCATION = 0.3
"""Outlines less sure than SURE_LOCATION are looked into from here on, where the picture shows no document otherwise."""
DOUBTED_LOCATION = 0.75
"""Of outlines less sure than this some are frames printed on a page that fills its picture."""
MOST_PAGES = 6
SAMPLE_LINES = 4
"""So many of the longest lines tell whether a page can be read the way it lies."""


class MrzSource(Protocol):
    """What is needed of `services.mrz_cascade`."""

    def read(self, image: Image) -> MrzReading | None:
        """The picture's MRZ by every means; may take long."""
        ...

    def read_near(self, image: Image, box: tuple[float, float, float, float]) -> MrzReading | None:
        """The same of an upright picture whose MRZ seems to lie in the box (left, top, right, bottom)."""
        ...

    def glance(self, image: Image) -> MrzReading | None:
        """The MRZ where a quick look is enough to be sure of all of it; costs little where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page as read.

    Attributes:
        straightened: upright, BGR; all places of `page` refer to it.
        portrait: the crop of the holder's portrait, BGR, or None. Never of a page that is, or was asked for as, a back.
        timings_ms: by stage: locate, straighten, text, mrz, faces, barcodes, fields, regions, signals, total. Some run beside the text, so
            that they add up to more than the total. Of a page that was turned over meanwhile, faces and barcodes hold both looks, the first
            of which was in vain.
        crops: the pictures on the page, BGR, as large as the picture that was handed in shows them.
        turns: quarter turns clockwise from the picture as handed in to the page where `page.quad` is None.
    """

    page: DocumentPage
    straightened: Image
    portrait: Image | None
    timings_ms: Mapping[str, float]
    crops: Mapping[Region, Image] = field(default_factory=dict)
    turns: int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the caller expects of the picture."""

    side: PageSide | None
    advice: Advice | None


class DocumentReader:
    """Reads pages. One thread at a time."""

    def __init__(
        self,
        locator: PageLocator,
        text_reader: TextReader,
        mrz_reader: MrzSource,
        barcode_reader: BarcodeReader,
        face_detector: FaceDetector,
        *,
        quick_detector: FaceDetector | None = None,
        today: Callable[[], str] | None = None,
        strictness: Strictness = Strictness.NORMAL,
    ) -> None:
        """
        Args:
            face_detector: finds small and pale faces, too; may take long.
            quick_detector: finds faces of a portrait's size; None = the thorough one does all.
            today: gives the local date YYYY-MM-DD: it decides the century of two-digit years.
            strictness: with glare and blur.
        """
        self._locator = locator
        self._text_reader = text_reader
        self._mrz_reader = mrz_reader
        self._barcode_reader = barcode_reader
        self._eyes = PageEyes(face_detector, quick_detector, barcode_reader)
        self._strictness = strictness
        self._today = today or (lambda: date.today().isoformat())

    def read_page(self, image: Image, *, expected: PageSide | None = None, advice: Advice | None = None) -> PageResult:
        """Read the page of a document that the picture shows; of several the one that shows most clearly.

        Args:
            image: photograph or scan, BGR; a picture with no outline in it is taken as the page alone.
            expected: which side it should be; decides only where the page itself does not tell.
            advice: what the caller knows of the document (DIS `advice.classification`).

        Raises:
            BadInput: NO_DOCUMENT_DETECTED when nothing in the picture speaks for a document.
            ModelFault: an engine is missing or broke.
        """
        began = time.perf_counter()
        timings: dict[str, float] = {}
        look = self._best_look(image, self._located(image, timings)[:2], timings)
        return self._result(image, look, _Asked(expected, advice), began, timings)

    def read_pages(self, image: Image, *, expected: PageSide | None = None, advice: Advice | None = None) -> tuple[PageResult, ...]:
        """Every page of one document in the picture: one page, or both sides in one scan, front first.

        Raises:
            BadInput: NO_DOCUMENT_DETECTED as `read_page`; SEVERAL_DOCUMENTS when pages of different documents are seen.
            ModelFault: an engine is missing or broke.
        """
        began = time.perf_counter()
        timings: dict[str, float] = {}
        locations = self._located(image, timings)[:MOST_PAGES]
        if len(locations) < 2:
            return (self._single(image, locations, _Asked(expected, advice), began, timings),)
        looks = [look for location in locations if (look := self._look_at(image, location, timings)).is_document]
        if not looks:
            return (self._single(image, (), _Asked(expected, advice), began, timings),)
        if any(shows_two_holders(look) for look in looks):
            raise BadInput(ErrorCode.SEVERAL_DOCUMENTS, "the picture shows the portraits of several persons")
        results: list[PageResult] = []
        for number, look in enumerate(looks):
            spent = timings if number == 0 else {}  # finding the pages is counted once
            results.append(self._result(image, look, _Asked(expected if len(looks) == 1 else None, advice), began, spent))
            began = time.perf_counter()
        if not are_one_scan([result.page for result in results]):
            raise BadInput(ErrorCode.SEVERAL_DOCUMENTS, f"the picture shows {len(results)} pages that are not of one document")
        return tuple(sorted(results, key=lambda result: result.page.side is PageSide.BACK))

    def _single(
        self, image: Image, locations: Sequence[PageLocation], asked: _Asked, began: float, timings: dict[str, float]
    ) -> PageResult:
        """The one page; raises BadInput(SEVERAL_DOCUMENTS) when what looks like one are two that lie too close to be told apart."""
        look = self._best_look(image, locations, timings)
        if look is not None and shows_two_holders(look):
            raise BadInput(ErrorCode.SEVERAL_DOCUMENTS, "the picture shows the portraits of several persons")
        return self._result(image, look, asked, began, timings)

    # --- looking -----------------------------------------------------------------------------------------------------

    def _located(self, image: Image, timings: dict[str, float]) -> tuple[PageLocation, ...]:
        with _timed(timings, "locate"):
            return with_islands(image, [one for one in self._locator.locate(image) if one.confidence >= SURE_LOCATION])

    def _look_at(self, image: Image, location: PageLocation, timings: dict[str, float]) -> PageLook:
        with _timed(timings, "straighten"):
            page = straighten(image, location.quad, max_width_px=PAGE_WIDTH_PX)
        return self._read(PageLook(page, location), PAGE_TEXT_PX, timings, picture=image)

    def _best_look(self, image: Image, locations: Sequence[PageLocation], timings: dict[str, float]) -> PageLook | None:
        """The strongest of: the pages that were located, the picture as it is. Stops as soon as the evidence is strong."""
        looks: list[PageLook] = []
        for location in locations:
            look = self._look_at(image, location, timings)
            looks.append(look)
            # an unsure outline may be a frame printed on a page that fills its picture: the MRZ may lie outside it
            doubted = location.confidence < DOUBTED_LOCATION and look.mrz is None
            if look.evidence >= STRONG_EVIDENCE and not location.touches_border and not doubted:
                return look
            if is_hopeless(look):
                return look if look.is_document else None
        whole = self._read(PageLook(limited(image, PICTURE_SIDE_PX), None), PICTURE_TEXT_PX, timings)
        if is_prose(whole):
            best = max((*looks, whole), key=lambda one: one.evidence)
            return best if best.is_document else None
        looks += [whole, *self._by_slant(image, whole, timings)]
        if not locations and not any(one.is_document for one in looks):
            looks += self._by_unsure_outline(image, timings)
        best = max(looks, key=lambda one: one.evidence)
        if best.evidence < STRONG_EVIDENCE and best.mrz is None:
            # the last thing to try: the MRZ reader looks at several scales and turns of its own
            with _timed(timings, "mrz"):
                found = self._mrz_reader.read(whole.image)
            if found is not None:
                whole.turn(found.rotation // 90)
                whole.mrz, whole.mrz_quads = found.mrz, () if found.rotation else found.line_quads
                if found.rotation:  # the text of the wrong turn is worth nothing
                    with _timed(timings, "text"):
                        whole.lines = self._text_reader.read(whole.image, max_side_px=PICTURE_TEXT_PX)
                    with _timed(timings, "faces"):
                        whole.all_faces, whole.faces = self._eyes.faces(_view_of(whole, None))
            best = max(looks, key=lambda one: one.evidence)
        return best if best.is_document else None

    def _by_unsure_outline(self, image: Image, timings: dict[str, float]) -> tuple[PageLook, ...]:
        """The page on ground too busy for a sure outline; its print tells whether it is one."""
        with _timed(timings, "locate"):
            found = [one for one in self._locator.locate(image) if UNSURE_LOCATION <= one.confidence < SURE_LOCATION]
        return tuple(self._look_at(image, one, timings) for one in found[:1])

    def _by_slant(self, image: Image, whole: PageLook, timings: dict[str, float]) -> tuple[PageLook, ...]:
        """The page whose outline does not show, by its print that lies aslant in the picture."""
        slant = slant_of(whole.quads) if whole.mrz is None else None
        if slant is None:
            return ()
        with _timed(timings, "locate"):
            found = [one for one in locate_level(image, slant, self._locator) if one.confidence >= SURE_LOCATION]
        return tuple(self._look_at(image, one, timings) for one in found[:1])

    def _read(self, look: PageLook, text_px: int, timings: dict[str, float], *, picture: Image | None = None) -> PageLook:
        """Turn upright; read MRZ and text, each line once; what does not need the text is done beside it.

        Args:
            picture: that the page was cut out of; None = it is the picture.
        """
        with ThreadPoolExecutor(1, "page-beside") as beside:
            lying = look.image
            glance = beside.submit(self._glance, lying)
            with _timed(timings, "text"):
                look.quads = self._text_reader.find_lines(lying, max_side_px=text_px)
                if stands(look.quads):
                    self._lay_down(look, text_px)
            found, ms = glance.result()  # also where it was in vain: its engines serve one thread at a time
            if look.image is not lying:
                found, ms = self._glance(look.image)
            timings["mrz"] = round(timings.get("mrz", 0.0) + ms, 1)
            self._take(look, found if look.quads else None)
            seen = beside.submit(self._eyes.look, _view_of(look, picture))
            with _timed(timings, "text"):
                self._read_text(look)
            look.beside = seen.result()
        for stage, ms in look.beside.timings_ms.items():
            timings[stage] = round(timings.get(stage, 0.0) + ms, 1)
        look.all_faces, look.faces = look.beside.faces, look.beside.portraits
        look.licence = any(is_aamva(barcode) for barcode in look.beside.barcodes)
        if look.beside.view.image is not look.image:  # turned over since
            with _timed(timings, "faces"):
                look.all_faces, look.faces = self._eyes.faces(_view_of(look, picture))
        if look.mrz is None:
            with _timed(timings, "mrz"):
                self._read_hard_mrz(look)
        look.labels = max(count_labels(look.lines, context_of(self._today())), licence_numbers(look.lines))
        look.titled = not look.is_document and names_document(look, today=self._today())
        look.crop_open_passport()
        return look

    def _lay_down(self, look: PageLook, text_px: int) -> None:
        """Turns a page whose text stands by a quarter: to the side on which it can be read."""
        worth = -1.0
        best = look.image, look.quads, 0
        for quarters in (3, 1):
            image = rotated(look.image, quarters)
            quads = self._text_reader.find_lines(image, max_side_px=text_px)
            now = readability(self._text_reader.read_at(image, longest(quads, SAMPLE_LINES)))
            if now > worth:
                worth, best = now, (image, quads, quarters)
            if worth >= READABLE:
                break
        look.image, look.quads = best[0], best[1]
        look.turns = (look.turns + best[2]) % 4

    def _read_text(self, look: PageLook) -> None:
        """Recognises the lines, those of the MRZ left out. A page that reads badly is turned over when it then reads better.

        Text tells better than faces: detectors find a face in an upside-down portrait, too.
        """
        sample: tuple[Quad, ...] = ()
        known: tuple[TextLine, ...] = ()
        if look.mrz is None and look.quads:
            sample = longest(look.quads, SAMPLE_LINES)
            known = self._text_reader.read_at(look.image, sample)
            worth = readability(known)
            if worth < READABLE:
                over = PageLook(look.image, None, quads=sample)
                over.turn(2)
                lines = self._text_reader.read_at(over.image, over.quads)
                if readability(lines) > worth + 0.03:
                    look.turn(2)
                    sample, known = over.quads, lines
        zones = [geometry.bounds(quad) for quad in look.mrz_quads]
        sampled = frozenset(sample)
        rest = [quad for quad in look.quads if quad not in sampled and not _lies_in(quad, zones)]
        found = {line.quad: line for line in (*known, *self._text_reader.read_at(look.image, rest))}
        look.lines = tuple(found[quad] for quad in look.quads if quad in found)

    def _glance(self, image: Image) -> tuple[MrzReading | None, float]:
        """With the milliseconds that it took."""
        return _clocked(lambda: self._mrz_reader.glance(image))

    def _take(self, look: PageLook, found: MrzReading | None) -> None:
        """The MRZ with its places; the page is turned the way the MRZ stands."""
        if found is None:
            return
        look.mrz, look.mrz_quads = found.mrz, found.line_quads
        look.turn(found.rotation // 90)

    def _read_hard_mrz(self, look: PageLook) -> None:
        """By every means, where the text shows one; a page without a sign of it costs nothing."""
        zone = mrz_zone(look.lines, look.image)
        if zone is None:
            return
        found = self._mrz_reader.read_near(look.image, zone)
        if found is not None:
            look.mrz, look.mrz_quads = found.mrz, found.line_quads

    # --- telling -----------------------------------------------------------------------------------------------------

    def _result(self, image: Image, look: PageLook | None, asked: _Asked, began: float, timings: dict[str, float]) -> PageResult:
        """Raises BadInput(NO_DOCUMENT_DETECTED) when there is neither a look nor a licence's barcode."""
        with _timed(timings, "barcodes"):
            # of a straightened page more codes can be read than of the photograph, in half the time
            beside = look.beside if look is not None and look.beside is not None and look.beside.view.image is look.image else None
            barcodes = beside.barcodes if beside is not None else self._barcode_reader.read(image if look is None else look.image)
        has_licence = any(is_aamva(barcode) for barcode in barcodes)
        if look is None:
            if not has_licence and is_blank(image):
                raise BadInput(ErrorCode.IMAGE_BLANK, "the picture is blank")
            if not has_licence:
                raise BadInput(ErrorCode.NO_DOCUMENT_DETECTED, "no identity document was found in the picture")
            look = PageLook(limited(image, PICTURE_SIDE_PX), None)
            shrink = look.image.shape[1] / image.shape[1]
            barcodes = tuple(replace(code, quad=_scaled(code.quad, shrink)) for code in barcodes)
        with _timed(timings, "fields"):
            taken_for = side_of(look, asked.side, has_licence=has_licence)
            read = page_fields(look, barcodes, taken_for, today=self._today(), advice=asked.advice)
        side = read.kind.side
        quad = look.upright_quad()
        height, width = look.image.shape[:2]
        template = read.kind.match.template if read.kind.match is not None else None
        printed = tuple(reading.quad for one in read.fields for reading in one.readings if reading.quad is not None)
        sure = template if read.kind.match is not None and read.kind.match.edition_sure else None
        # a ghost portrait on a back is a security feature, too small and too pale to compare a face with
        portrait = portrait_quad(look.face, width, height) if look.face is not None and side is not PageSide.BACK else None
        with ThreadPoolExecutor(1, "page-regions") as aside:
            seeking = aside.submit(
                _clocked,
                lambda: page_regions(look.image, look.all_faces, side=side, template=sure, lines=look.lines, printed=printed),
            )
            known_measures = beside.measures if beside is not None else None
            quality = page_quality(look.image, quad, (image.shape[1], image.shape[0]), strictness=self._strictness, measures=known_measures)
            quality = replace(quality, warnings=tuple(dict.fromkeys((*quality.warnings, *shape_warnings(look, template, printed)))))
            with _timed(timings, "signals"):
                known = template.pages.get(side) if template is not None else None
                signals = page_signals(
                    look.image,
                    picture=image if quad is not None else None,
                    quad=quad,
                    portrait=portrait_region(look.all_faces, (width, height), side=side, template=sure) or portrait,
                    fields=read.fields,
                    printed=(*(line.quad for line in look.lines), *(code.quad for code in barcodes if code.quad is not None)),
                    colours=known.colours if known is not None else None,
                    page_sharpness=quality.sharpness,
                    grids=beside.grids_of if beside is not None else grid_evidence,
                )
            regions, timings["regions"] = seeking.result()
        page = DocumentPage(
            side=side,
            quad=quad,
            location_confidence=look.location.confidence if look.location is not None else 0.0,
            size=(width, height),
            quality=quality,
            fields=read.fields,
            mrz=look.mrz,
            barcodes=tuple(replace(barcode, page=side) for barcode in barcodes),
            portrait=portrait,
            text_lines=tuple(line.text for line in look.lines),
            type=read.kind.type,
            regions=regions,
            signals=signals,
        )
        with _timed(timings, "regions"):
            # whose picture hands in a front as a back has shown two documents, or one side twice: it is no portrait to compare with
            wanted: dict[Region, Quad] = {name: place for name, place in regions.items() if name is not Region.PORTRAIT}
            if portrait is not None and asked.side is not PageSide.BACK:
                wanted[Region.PORTRAIT] = portrait
            source = image if quad is not None else rotated(image, look.turns)
            crops = {name: region_crop(source, quad, (width, height), place) for name, place in wanted.items()}
        timings["total"] = _since(began)
        logger.info("page read in %.0f ms: %d lines, %d fields", timings["total"], len(look.lines), len(read.fields))
        return PageResult(page, look.image, crops.get(Region.PORTRAIT), timings, crops, look.turns)


def _view_of(look: PageLook, picture: Image | None) -> View:
    is_back = look.mrz is not None and look.mrz.format is MrzFormat.TD1
    return View(look.image, picture, look.upright_quad(), is_back)


def _lies_in(quad: Quad, zones: Sequence[tuple[float, float, float, float]]) -> bool:
    x, y = geometry.centre(quad)
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in zones)


def _scaled(quad: Quad | None, scale: float) -> Quad | None:
    return None if quad is None else geometry.as_quad(geometry.as_array(quad) * scale)


def _clocked(work: Callable[[], T]) -> tuple[T, float]:
    """With the milliseconds that it took."""
    began = time.perf_counter()
    return work(), _since(began)


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
