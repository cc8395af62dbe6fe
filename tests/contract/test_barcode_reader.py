"""What every BarcodeReader keeps: content byte for byte, each format that documents carry, any rotation, nothing from nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import qrcode
import zxingcpp

from kiosk.engines.barcode_reader import ZxingBarcodeReader
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import straighten
from kiosk.ports import BarcodeReader
from kiosk.services.aamva import parse_aamva
from kiosk.specimens.degrade import photograph
from kiosk.specimens.specimen import specimen
from tests.fakes.aamva import VERSIONS, aamva, elements_of

LICENCE = "@\n\x1e\rANSI 636000100002DL00410278DLDCSSPECIMEN\nDACPETRA\nDBB08121974\nDAQKX4417026\n"

CONTENTS = {
    "PDF417": LICENCE,
    "QRCode": "https://example.org/id/KX4417026?name=Zofia",
    "Aztec": "KX4417026 AZTEC",
    "DataMatrix": "KX4417026-DM",
    "Code39": "KX4417026",
    "Code128": "KX4417026-128",
}


@pytest.fixture
def reader() -> BarcodeReader:
    return ZxingBarcodeReader()


def code(name: str, content: str, scale: int = 4) -> Image:
    barcode = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, name))
    grey = np.array(barcode.to_image(scale=scale, add_quiet_zones=True))
    return np.ascontiguousarray(np.repeat(grey[:, :, np.newaxis], 3, axis=2))


def on_page(picture: Image, margin: int = 80) -> Image:
    return np.asarray(cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(225, 230, 235)), np.uint8)


@pytest.mark.parametrize("name", list(CONTENTS))
def test_every_format_of_documents_is_read_byte_for_byte(reader: BarcodeReader, name: str) -> None:
    (found,) = reader.read(on_page(code(name, CONTENTS[name])))
    assert found.format == name
    assert found.content == CONTENTS[name].encode()


@pytest.mark.parametrize("turn", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE])
@pytest.mark.parametrize("name", ["PDF417", "QRCode"])
def test_a_turned_code_is_read(reader: BarcodeReader, name: str, turn: int) -> None:
    (found,) = reader.read(np.asarray(cv2.rotate(on_page(code(name, CONTENTS[name])), turn), np.uint8))
    assert found.content == CONTENTS[name].encode()


def test_a_code_drawn_by_another_library_is_read(reader: BarcodeReader) -> None:
    drawing = qrcode.QRCode(box_size=5, border=4)
    drawing.add_data("otpauth://specimen/KX4417026")
    drawing.make()
    grey = np.where(np.array(drawing.get_matrix()), 0, 255).astype(np.uint8)
    picture = cv2.resize(np.repeat(grey[:, :, np.newaxis], 3, axis=2), None, fx=5, fy=5, interpolation=cv2.INTER_NEAREST)
    (found,) = reader.read(np.asarray(picture, np.uint8))
    assert (found.format, found.content) == ("QRCode", b"otpauth://specimen/KX4417026")


def test_bytes_that_are_no_text_come_through(reader: BarcodeReader) -> None:
    content = bytes([0, 1, 2, 250, 251, 255, 65])
    barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode)
    grey = np.array(barcode.to_image(scale=5, add_quiet_zones=True))
    (found,) = reader.read(np.ascontiguousarray(np.repeat(grey[:, :, np.newaxis], 3, axis=2)))
    assert found.content == content


def test_several_codes_on_one_page_all_come(reader: BarcodeReader) -> None:
    one, other = on_page(code("PDF417", CONTENTS["PDF417"], 2)), on_page(code("QRCode", CONTENTS["QRCode"], 3))
    width = max(one.shape[1], other.shape[1])
    page = np.vstack([np.pad(part, ((0, 0), (0, width - part.shape[1]), (0, 0)), constant_values=230) for part in (one, other)])
    assert {found.format for found in reader.read(page)} == {"PDF417", "QRCode"}


def test_a_huge_picture_is_read(reader: BarcodeReader) -> None:
    picture = cv2.resize(on_page(code("QRCode", CONTENTS["QRCode"])), (4000, 4000), interpolation=cv2.INTER_CUBIC)
    (found,) = reader.read(np.asarray(picture, np.uint8))
    assert found.content == CONTENTS["QRCode"].encode()


@pytest.mark.parametrize("scale", [1, 5])
def test_where_a_code_lies_is_told_in_pixels_of_the_picture(reader: BarcodeReader, scale: int) -> None:
    """The second picture is larger than the one that is searched."""
    drawing = code("QRCode", CONTENTS["QRCode"])
    ink = np.argwhere(drawing[..., 0] < 128)
    top, left = (ink.min(axis=0) + 80).tolist()
    bottom, right = (ink.max(axis=0) + 81).tolist()
    picture = cv2.resize(on_page(drawing), None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    (found,) = reader.read(np.asarray(picture, np.uint8))
    assert found.quad is not None
    assert geometry.bounds(found.quad) == pytest.approx([scale * side for side in (left, top, right, bottom)], abs=5 * scale)


def test_a_damaged_code_is_not_given_as_read(reader: BarcodeReader) -> None:
    picture = code("QRCode", CONTENTS["QRCode"])
    height, width = picture.shape[:2]
    picture[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4] = 255
    assert reader.read(on_page(picture)) == ()


def test_no_code_is_an_empty_result(reader: BarcodeReader) -> None:
    assert reader.read(np.full((300, 400, 3), 200, np.uint8)) == ()
    assert reader.read(np.zeros((0, 0, 3), np.uint8)) == ()
    assert reader.read(np.random.default_rng(2).integers(0, 255, (300, 400, 3), np.uint8)) == ()


@pytest.mark.parametrize(("design", "seed"), [("td1", 3), ("td1", 8)])
def test_the_code_of_a_photographed_card_is_read_on_the_straightened_page(reader: BarcodeReader, design: str, seed: int) -> None:
    card = specimen(design, seed=seed)
    (truth,) = [one for one in card.truth.barcodes if one.format == "PDF417"]
    photo = photograph(card.pages[truth.side], seed=seed, severity=0.5)
    page = straighten(photo.image, photo.quad, max_width_px=1200)
    assert truth.content.encode() in {found.content for found in reader.read(page)}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_licence_of_each_version_comes_out_of_its_picture(reader: BarcodeReader, version: int) -> None:
    elements = elements_of(
        version, surname="SPECIMEN", given=("PETRA",), born="1987-03-14", issued="2019-05-02", expires="2027-03-14", number="T64-235-789"
    )
    barcode = zxingcpp.create_barcode(aamva(version, elements), zxingcpp.BarcodeFormat.PDF417)
    grey = np.array(barcode.to_image(scale=3, add_quiet_zones=True))
    (found,) = reader.read(on_page(np.ascontiguousarray(np.repeat(grey[:, :, np.newaxis], 3, axis=2))))
    licence = parse_aamva(found.content)
    assert licence is not None
    assert (licence.version, dict(licence.elements)) == (version, {code: text.strip() for code, text in elements.items()})


def test_the_reader_says_what_it_is(reader: BarcodeReader) -> None:
    assert reader.model_id.startswith("zxing")
