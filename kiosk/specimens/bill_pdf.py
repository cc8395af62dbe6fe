"""A bill as a PDF: with a text layer in an embedded typeface, or as a scan (one picture a page)."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Sequence
from contextlib import closing

from PIL import Image as PilImage

from kiosk.imaging.frame import Image
from kiosk.specimens.bills import A4_MM, Bill, font_file, text_width_mm

_POINTS_PER_MM = 72 / 25.4


def text_pdf(bills: Sequence[Bill], *, hidden: Sequence[tuple[float, float, str]] = ()) -> bytes:
    """One page per bill. `hidden`: white text (x, y in millimetres, text) on each page: what a forger adds for readers of text layers."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    with closing(pypdfium2.PdfDocument.new()) as document:
        fonts = {bold: _font(document, bold) for bold in (False, True)}
        for made in bills:
            page = document.new_page(A4_MM[0] * _POINTS_PER_MM, A4_MM[1] * _POINTS_PER_MM)
            texts = [(text.x, text.y, text.text, text.size, text.bold, text.right, False) for text in made.texts]
            texts += [(x, y, text, 3.4, False, False, True) for x, y, text in hidden]
            for x, y, text, size, bold, right, white in texts:
                thing = pdfium.FPDFPageObj_CreateTextObj(document, fonts[bold], size * _POINTS_PER_MM)
                wide = ctypes.create_string_buffer((text + "\0").encode("utf-16-le"))
                pdfium.FPDFText_SetText(thing, ctypes.cast(wide, ctypes.POINTER(ctypes.c_ushort)))
                left = x - text_width_mm(text, size, bold=bold) if right else x
                pdfium.FPDFPageObj_Transform(thing, 1, 0, 0, 1, left * _POINTS_PER_MM, (A4_MM[1] - y) * _POINTS_PER_MM)
                if white:
                    pdfium.FPDFPageObj_SetFillColor(thing, 255, 255, 255, 255)
                pdfium.FPDFPage_InsertObject(page, thing)
            page.gen_content()
        file = io.BytesIO()
        document.save(file)
    return file.getvalue()


def _font(document: object, bold: bool) -> object:
    import pypdfium2.raw as pdfium

    file = font_file(bold)
    if file is None:
        return pdfium.FPDFText_LoadStandardFont(document, b"Helvetica")
    data = file.read_bytes()
    held = (ctypes.c_ubyte * len(data)).from_buffer_copy(data)
    return pdfium.FPDFText_LoadFont(document, held, len(data), pdfium.FPDF_FONT_TRUETYPE, True)


def scan_pdf(pictures: Sequence[Image], *, dpi: float = 150.0) -> bytes:
    """Pictures (BGR) as pages without a text layer."""
    pages = [PilImage.fromarray(picture[:, :, ::-1]) for picture in pictures]
    file = io.BytesIO()
    pages[0].save(file, "PDF", resolution=dpi, save_all=True, append_images=pages[1:])
    return file.getvalue()
