"""Files of a proof -> pages with text: PDFs by their text layer where they have one, everything else by the text engine."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import decode_image
from kiosk.imaging.frame import Image
from kiosk.imaging.pdf import PdfPage, PdfText, is_pdf, pdf_pages
from kiosk.ports import TextLine, TextReader
from kiosk.services.proofs.page import Page, Piece, in_reading_order, tilt_of
from kiosk.services.proofs.reading import ProofReading, read_pages

_log = logging.getLogger(__name__)

_DETECTOR_SIDE_PX = 1600
"""Pixels of an A4 page's height for finding lines: at 736, which is right for cards, 9-point print has four pixels."""
_LEAST_LAYER_LETTERS = 40
"""A text layer with fewer letters is a page number or a stamp on a scan: the picture is read."""
_LEAST_LETTERS_UPRIGHT = 60
_LEAST_CONFIDENCE_UPRIGHT = 0.8


@dataclass(frozen=True, slots=True)
class ProofFile:
    """`data` as it was given: it is stored like this, not re-encoded. `name`: for messages."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ProofLimits:
    """Beyond these a proof is refused."""

    max_bytes: int = 10 * 2**20
    max_side_px: int = 8000
    max_pages: int = 10


class ProofReader:
    """Reads proofs. Thread-safe: one proof at a time, because neither pdfium nor the text engine takes two."""

    def __init__(self, text: Callable[[], TextReader], today: Callable[[], str], *, limits: ProofLimits | None = None) -> None:
        """
        Args:
            text: gives the text engine when pixels must be read; a PDF with text needs none.
            today: the local date YYYY-MM-DD.
        """
        self._text = text
        self._today = today
        self.limits = limits or ProofLimits()
        self._lock = threading.Lock()

    def read(self, files: Sequence[ProofFile]) -> ProofReading:
        """All files as the pages of one proof, in their order.

        Raises:
            BadInput: as `imaging.decode.decode_image` and `imaging.pdf.pdf_pages`; BAD_ARGUMENT for no file;
                PDF_UNSUPPORTED with reason "PAGES" for too many pages together.
            ModelFault: the text engine is missing or breaks.
        """
        if not files:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "a proof needs at least one file")
        with self._lock:
            at = time.perf_counter()
            pages: list[Page] = []
            for file in files:
                pages.extend(self._pages(file, first=len(pages) + 1))
            reading = read_pages(pages, today=self._today())
        ms = (time.perf_counter() - at) * 1000
        pieces = sum(len(page.pieces) for page in pages)
        _log.info("a proof was read: %d files, %d pages, %d pieces of text, %.0f ms", len(files), len(pages), pieces, ms)
        return reading

    def pictures(self, file: ProofFile, *, pages_before: int = 0) -> tuple[Image, ...]:
        """The pages of a file as a person sees them, BGR; nothing is read. Refuses what `read` would refuse: raises BadInput as it."""
        with self._lock:
            return tuple(page.image for page in self._opened(file, first=pages_before + 1))

    def _pages(self, file: ProofFile, *, first: int) -> list[Page]:
        return [
            _layer_page(page.texts, page.image, number) if _has_layer(page.texts) else self._read_pixels(page.image, number)
            for number, page in enumerate(self._opened(file, first=first), first)
        ]

    def _opened(self, file: ProofFile, *, first: int) -> tuple[PdfPage, ...]:
        limits = self.limits
        room = limits.max_pages - first + 1
        if room < 1:
            raise BadInput(ErrorCode.PDF_UNSUPPORTED, f"{file.name}: more than {limits.max_pages} pages", reason="PAGES")
        if not is_pdf(file.data):
            return (PdfPage(decode_image(file.data, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px, name=file.name), ()),)
        if len(file.data) > limits.max_bytes:
            size = len(file.data)
            raise BadInput(ErrorCode.IMAGE_BYTES_EXCEEDED, f"{file.name}: {size} bytes, at most {limits.max_bytes} are read", size=size)
        return pdf_pages(file.data, max_pages=room, max_side_px=limits.max_side_px, name=file.name)

    def _read_pixels(self, image: Image, number: int) -> Page:
        """The text engine on the page as it lies; turned where it does not read well like that."""
        reader = self._text()
        best, turns = _lines(reader, image), 0
        if not _reads_well(best):
            for quarter in (1, 2, 3):
                lines = _lines(reader, np.ascontiguousarray(np.rot90(image, quarter)))
                if _letters(lines) > 1.3 * _letters(best):
                    best, turns = lines, quarter
                if turns and _reads_well(best):
                    break
        height, width = image.shape[:2] if turns % 2 == 0 else image.shape[1::-1]
        tilt = tilt_of([line.quad for line in best])
        pieces = in_reading_order(Piece(line.text, line.confidence, line.quad, number, tilt) for line in best)
        return Page(number, (width, height), pieces)


def _lines(reader: TextReader, image: Image) -> tuple[TextLine, ...]:
    return reader.read(image, max_side_px=_DETECTOR_SIDE_PX)


def _letters(lines: Sequence[TextLine]) -> float:
    """Letters, each worth the confidence of its line squared: text upside down is read, too, but unsurely."""
    return sum(sum(character.isalnum() for character in line.text) * line.confidence**2 for line in lines)


def _reads_well(lines: Sequence[TextLine]) -> bool:
    letters = sum(sum(character.isalnum() for character in line.text) for line in lines)
    wide = sum(abs(line.quad[1][0] - line.quad[0][0]) >= abs(line.quad[1][1] - line.quad[0][1]) for line in lines)
    return letters >= _LEAST_LETTERS_UPRIGHT and _letters(lines) >= _LEAST_CONFIDENCE_UPRIGHT**2 * letters and wide * 2 > len(lines)


def _has_layer(texts: Sequence[PdfText]) -> bool:
    return sum(sum(character.isalpha() for character in piece.text) for piece in texts) >= _LEAST_LAYER_LETTERS


def _layer_page(texts: Sequence[PdfText], image: Image, number: int) -> Page:
    height, width = image.shape[:2]
    pieces = in_reading_order(Piece(piece.text, 1.0, piece.quad, number) for piece in texts)
    return Page(number, (width, height), pieces, layer=True)
