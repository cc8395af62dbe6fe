"""PDF pages as pixels and as text: the only module that calls pdfium. pdfium is not thread-safe: one thread at a time.

Nothing in a file is run or opened: no scripts, no forms, no attachments, no links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from kiosk.domain.document import Quad
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.frame import Image

DPI = 150.0
"""Small print of a bill (8 pt) has capitals of 12 pixels then, which the text engine reads."""
_POINTS_PER_INCH = 72.0
_MAX_TEXTS = 4000
"""Pieces of text on one page; a page with more is no bill."""
_LEAST_INK = 40
"""Levels of grey between ink and paper from which text is taken as seen: what a person cannot see must not count as read."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """A piece of one line. `quad` in pixels of the rendered page."""

    text: str
    quad: Quad


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page. `image` BGR uint8, as a person sees it; `texts` of its text layer, empty when it has none (a scan)."""

    image: Image
    texts: tuple[PdfText, ...]


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024]  # ISO 32000-1, annex H.3.4.1


def pdf_pages(data: bytes, *, max_pages: int, max_side_px: int, name: str = "file") -> tuple[PdfPage, ...]:
    """All pages of a PDF, rendered at `DPI`, or smaller where a page would be wider or higher than `max_side_px`.

    Raises:
        BadInput: PDF_UNSUPPORTED with params["reason"]: "ENCRYPTED" (it asks for a password), "DAMAGED", "PAGES" (too many), "EMPTY".
    """
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            count = len(document)
            if count == 0:
                raise _refused(name, "EMPTY", "the PDF has no page")
            if count > max_pages:
                raise _refused(name, "PAGES", f"the PDF has {count} pages, at most {max_pages} are read")
            return tuple(_page(document, number, max_side_px, name) for number in range(count))
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY):
            raise _refused(name, "ENCRYPTED", "the PDF asks for a password") from error
        raise _refused(name, "DAMAGED", "the PDF is damaged") from error


def _page(document: Any, number: int, max_side_px: int, name: str) -> PdfPage:
    with closing(document[number]) as page:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise _refused(name, "DAMAGED", "a page of the PDF has no size")
        scale = min(DPI / _POINTS_PER_INCH, max_side_px / max(width, height))
        with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
            pixels = np.array(bitmap.to_numpy(), dtype=np.uint8)
        image = np.ascontiguousarray(pixels[:, :, :3]) if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)
        if page.get_rotation():
            return PdfPage(image, ())  # where its text stands would have to be turned: it is read like a scan
        with closing(page.get_textpage()) as layer:
            return PdfPage(image, tuple(_seen(_texts(layer, scale, page.get_bbox()), image)))


def _texts(layer: Any, scale: float, box: tuple[float, float, float, float]) -> Iterator[PdfText]:
    """Words of the text layer joined to pieces of lines, as far as no wide gap lies between them."""
    left0, _, _, top0 = box
    count: int = layer.count_chars()
    pieces = 0
    text, rect = "", (0.0, 0.0, 0.0, 0.0)

    def done() -> Iterator[PdfText]:
        bare = re.sub(r"\s+", " ", text).strip()
        if bare:
            left, bottom, right, top = rect
            x0, x1, y0, y1 = (left - left0) * scale, (right - left0) * scale, (top0 - top) * scale, (top0 - bottom) * scale
            yield PdfText(bare, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))

    whole: str = layer.get_text_range() if count else ""
    if len(whole) != count:
        whole = ""
    for index in range(count):
        character = whole[index] if whole else layer.get_text_range(index, 1)
        if not character or character in "\r\n":
            yield from done()
            text = ""
            continue
        if character.isspace():
            text += " " if text else ""
            continue
        left, bottom, right, top = layer.get_charbox(index, loose=True)
        tall = max(1.0, top - bottom)
        same = text and abs(bottom - rect[1]) < 0.6 * tall and -0.5 * tall < left - rect[2] < 1.5 * tall
        if text and not same:
            yield from done()
            text = ""
            pieces += 1
            if pieces > _MAX_TEXTS:
                return
        if text:
            rect = (min(rect[0], left), min(rect[1], bottom), max(rect[2], right), max(rect[3], top))
        else:
            rect = (left, bottom, right, top)
        text += character
    yield from done()


def _seen(texts: Iterator[PdfText], image: Image) -> Iterator[PdfText]:
    """Without what leaves no ink on the page: text in white, behind a picture or off the paper."""
    height, width = image.shape[:2]
    grey = image.min(axis=2)
    for piece in texts:
        (x0, y0), _, (x1, y1), _ = piece.quad
        part = grey[max(0, int(y0)) : min(height, int(y1) + 1), max(0, int(x0)) : min(width, int(x1) + 1)]
        if part.size and int(part.max()) - int(part.min()) >= _LEAST_INK:
            yield piece


def _refused(name: str, reason: str, what: str) -> BadInput:
    return BadInput(ErrorCode.PDF_UNSUPPORTED, f"{name}: {what}", reason=reason)
