"""What is printed on a specimen, exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from kiosk.domain.document import FieldName, PageSide, Quad, Region
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image


@dataclass(frozen=True, slots=True)
class BarcodeTruth:
    """`format` as `domain.document.Barcode` names it; `content` is the text in the barcode; `box` its place, quiet zone included."""

    format: str
    content: str
    side: PageSide
    box: Box


@dataclass(frozen=True, slots=True)
class SpecimenTruth:
    """Places are pixels of the specimen's own pages (`Specimen.pages`).

    Attributes:
        fields: normalised as `Reading.value`: dates YYYY-MM-DD, gender M/F/X, countries alpha-3, names in capitals as printed.
        field_sides, field_boxes: where each field's value is printed in the visual zone; a value of several lines has one box.
        mrz_lines: as printed, empty without an MRZ; `mrz_valid` False when a check digit was misprinted on purpose.
        mrz_side, mrz_box: where; the box goes around the printed lines and is empty (0, 0, 0, 0) without an MRZ.
        corners: of each page, clockwise from the top left.
        portrait_box: on the front.
        size_mm: of the page (ISO/IEC 7810).
        barcode: the first of `barcodes`, None without any.
        regions: pictures on the pages, the portrait among them.
        printed: what stands on the page for each field, lines joined by a newline; labels: the words beside it.
        edition, template: of the document's template, empty without one. case: what is unusual about the holder (`person.Case`).
    """

    design: str
    type: str
    mrtd: str
    country: str
    fields: Mapping[FieldName, str]
    field_sides: Mapping[FieldName, PageSide]
    field_boxes: Mapping[FieldName, Box]
    mrz_lines: tuple[str, ...]
    mrz_valid: bool
    mrz_side: PageSide
    mrz_box: Box
    expired: bool
    portrait_box: Box
    corners: Mapping[PageSide, Quad]
    size_mm: tuple[float, float]
    barcode: BarcodeTruth | None = None
    barcodes: tuple[BarcodeTruth, ...] = ()
    regions: Mapping[Region, tuple[PageSide, Box]] = field(default_factory=dict)
    printed: Mapping[FieldName, str] = field(default_factory=dict)
    labels: Mapping[FieldName, str] = field(default_factory=dict)
    edition: str = ""
    template: str = ""
    case: str = ""

    def to_json(self) -> str:
        """One JSON object, members named as the attributes."""
        return json.dumps(
            {
                "design": self.design,
                "type": self.type,
                "mrtd": self.mrtd,
                "country": self.country,
                "fields": {name.value: value for name, value in self.fields.items()},
                "fieldSides": {name.value: side.value for name, side in self.field_sides.items()},
                "fieldBoxes": {name.value: [round(number, 1) for number in box] for name, box in self.field_boxes.items()},
                "mrzLines": list(self.mrz_lines),
                "mrzValid": self.mrz_valid,
                "mrzSide": self.mrz_side.value,
                "mrzBox": list(self.mrz_box),
                "expired": self.expired,
                "portraitBox": list(self.portrait_box),
                "corners": {side.value: [list(corner) for corner in quad] for side, quad in self.corners.items()},
                "sizeMm": list(self.size_mm),
                "barcode": None if self.barcode is None else _barcode_json(self.barcode),
                "barcodes": [_barcode_json(barcode) for barcode in self.barcodes],
                "regions": {
                    region.value: {"side": side.value, "box": [round(number, 1) for number in box]}
                    for region, (side, box) in self.regions.items()
                },
                "printed": {name.value: text for name, text in self.printed.items()},
                "labels": {name.value: text for name, text in self.labels.items()},
                "edition": self.edition,
                "template": self.template,
                "case": self.case,
            },
            ensure_ascii=False,
            indent=2,
        )


def _barcode_json(barcode: BarcodeTruth) -> dict[str, object]:
    return {"format": barcode.format, "content": barcode.content, "side": barcode.side.value, "box": list(barcode.box)}


@dataclass(frozen=True, slots=True)
class Specimen:
    """`pages`: each page alone, upright, filling its picture, BGR."""

    pages: Mapping[PageSide, Image]
    truth: SpecimenTruth

    def save(self, folder: Path) -> tuple[Path, ...]:
        """Write front.png, back.png … and truth.json into a folder; returns the paths of the pages."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = tuple(save_picture(page, folder / f"{side.value}.png") for side, page in self.pages.items())
        (folder / "truth.json").write_text(self.truth.to_json(), encoding="utf-8")
        return paths


def save_picture(picture: Image, path: Path) -> Path:
    """A PNG file. Raises OSError."""
    good, data = cv2.imencode(".png", picture)
    if not good:
        raise OSError(f"{path.name} could not be encoded")
    path.write_bytes(data.tobytes())
    return path
