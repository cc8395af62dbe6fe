"""Barcodes for printing, made with zxing-cpp's writer, and the content of a driving licence's.

Source of the latter: AAMVA DL/ID Card Design Standard, annex D.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

LINEAR = frozenset({"Code39", "Code128"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """`format` "PDF417", "QRCode", "Aztec", "DataMatrix", "Code39" or "Code128"; `modules` uint8, one pixel per module (0 ink,
    255 paper), quiet zone included; one row for linear ones."""

    format: str
    content: str
    modules: npt.NDArray[np.uint8]

    @property
    def linear(self) -> bool:
        return self.format in LINEAR


def symbol(format: str, content: str, **options: Any) -> Symbol:
    """`options` of zxing-cpp's writer, e.g. columns and ec_level."""
    import zxingcpp  # an engine's library; needed here only for designs with a barcode

    code = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, format), **options)
    modules = np.asarray(code.to_image(scale=1, add_quiet_zones=True), np.uint8)
    return Symbol(format, content, modules[modules.shape[0] // 2][None] if format in LINEAR else modules)


def aamva(elements: Mapping[str, str], *, issuer: str = "000000", version: int = 9) -> str:
    """The text of a licence's barcode: header, one subfile "DL" with `elements` (three-letter element id -> value), in their order.

    `issuer` is the six-digit identification number of the issuing jurisdiction; 000000 is nobody's.
    """
    body = "DL" + "".join(f"{code}{value}\n" for code, value in elements.items())[:-1] + "\r"
    header = f"@\n\x1e\rANSI {issuer}{version:02d}0001"
    # the designator: type, offset of the subfile from the first character, its length (D.12.4)
    offset = len(header) + 10
    return f"{header}DL{offset:04d}{len(body):04d}{body}"
