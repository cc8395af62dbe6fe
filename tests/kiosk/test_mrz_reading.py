"""Reading MRZs from pictures, with the real models: drawn documents always, the shared samples where they are."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.mrz_layout import LAYOUTS, MrzFormat
from kiosk.engines.models import ModelLibrary
from kiosk.engines.text_reader import RapidTextReader
from kiosk.services.mrz_reading import MrzReader, MrzReading
from tests.fakes.mrz_strips import blurred, noisy, on_table, page, squeezed_jpeg, with_check_digits

SHARED = Path(__file__).parents[2].parent / "shared" / "samples"

LINES = {
    MrzFormat.TD1: ("IDUTOKX4417026<<<<<<<<<<<<<<<<", "8703145F3109020UTO<<<<<<<<<<<0", "SPECIMEN<<PETRA<MARIA<<<<<<<<<"),
    MrzFormat.TD2: ("I<UTOSPECIMEN<<PETRA<MARIA<<<<<<<<<<", "KX44170260UTO8703145F3109020<<<<<<<0"),
    MrzFormat.TD3: ("P<UTOSPECIMEN<<PETRA<MARIA<<<<<<<<<<<<<<<<<<", "KX44170260UTO8703140F31090200KT7731<<<<<<<00"),
    MrzFormat.MRV_A: ("V<UTOSPECIMEN<<PETRA<MARIA<<<<<<<<<<<<<<<<<<", "KX44170260UTO8703140F3109020H4417KT<<<<<<<<<"),
    MrzFormat.MRV_B: ("V<UTOSPECIMEN<<PETRA<MARIA<<<<<<<<<<", "KX44170260UTO8703140F3109020H4417KT<"),
}
TRUTH = {mrz_format: with_check_digits(lines, LAYOUTS[mrz_format]) for mrz_format, lines in LINES.items()}


@pytest.fixture(scope="module")
def reader(model_library: ModelLibrary) -> MrzReader:
    return MrzReader(RapidTextReader(model_library.path("ppocrv6_det_small"), model_library.path("ppocrv6_rec_small"), threads=2))


def read(reader: MrzReader, picture: np.ndarray) -> MrzReading:
    found = reader.read(picture)
    assert found is not None
    return found


@pytest.mark.parametrize("mrz_format", list(LAYOUTS))
def test_every_format_is_read_from_a_clean_page(reader: MrzReader, mrz_format: MrzFormat) -> None:
    found = read(reader, page(TRUTH[mrz_format]))
    assert found.mrz.lines == TRUTH[mrz_format]
    assert found.mrz.format is mrz_format
    assert found.mrz.valid
    assert found.rotation == 0
    assert len(found.line_quads) == len(TRUTH[mrz_format])


@pytest.mark.parametrize(
    ("code", "rotation"), [(cv2.ROTATE_90_CLOCKWISE, 270), (cv2.ROTATE_180, 180), (cv2.ROTATE_90_COUNTERCLOCKWISE, 90)]
)
@pytest.mark.parametrize("mrz_format", [MrzFormat.TD1, MrzFormat.TD3])
def test_a_turned_page_is_read_and_the_turn_that_rights_it_is_told(
    reader: MrzReader, mrz_format: MrzFormat, code: int, rotation: int
) -> None:
    found = read(reader, np.ascontiguousarray(cv2.rotate(page(TRUTH[mrz_format]), code)))
    assert found.mrz.lines == TRUTH[mrz_format]
    assert found.rotation == rotation


def test_the_zone_lies_where_it_was_drawn(reader: MrzReader) -> None:
    picture = page(TRUTH[MrzFormat.TD3], width_px=1000)
    (left, top), (right, _), (_, bottom), _ = read(reader, picture).quad
    assert 0 <= left < 60
    assert 940 < right <= 1000
    assert 530 < top < 620
    assert 640 < bottom <= 700


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda picture: on_table(picture, degrees=9.0), id="askew"),
        pytest.param(lambda picture: on_table(picture, degrees=-4.0, tilt=0.06), id="tilted"),
        pytest.param(lambda picture: blurred(picture, 1.4), id="blurred"),
        pytest.param(lambda picture: noisy(picture, 12.0), id="noisy"),
        pytest.param(lambda picture: squeezed_jpeg(picture, 30), id="jpeg"),
        pytest.param(lambda picture: (picture * 0.35).astype(np.uint8), id="dark"),
        pytest.param(lambda picture: cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), id="small"),
    ],
)
@pytest.mark.parametrize("mrz_format", [MrzFormat.TD1, MrzFormat.TD3])
def test_spoiled_pictures_are_still_read(reader: MrzReader, mrz_format: MrzFormat, spoil) -> None:  # type: ignore[no-untyped-def]
    found = read(reader, spoil(page(TRUTH[mrz_format])))
    assert found.mrz.lines == TRUTH[mrz_format]


@pytest.mark.parametrize(("line", "column", "name"), [(1, 19, "dateOfBirth"), (1, 9, "documentNumber"), (1, 43, "composite")])
def test_a_misprinted_check_digit_is_reported_not_mended(reader: MrzReader, line: int, column: int, name: str) -> None:
    lines = list(TRUTH[MrzFormat.TD3])
    wrong = str((int(lines[line][column]) + 4) % 10)
    lines[line] = lines[line][:column] + wrong + lines[line][column + 1 :]
    found = read(reader, page(lines))
    assert found.mrz.lines == tuple(lines)
    assert not found.mrz.valid
    assert not found.mrz.check_digits[name]


def test_a_picture_without_mrz_gives_none(reader: MrzReader) -> None:
    picture = page(TRUTH[MrzFormat.TD3])
    assert reader.read(np.ascontiguousarray(picture[: picture.shape[0] * 7 // 10])) is None
    assert reader.read(np.full((200, 300, 3), 128, np.uint8)) is None
    assert reader.read(np.random.default_rng(1).integers(0, 255, (240, 320, 3), np.uint8)) is None


def test_an_mrz_blurred_beyond_reading_is_never_called_valid_and_wrong(reader: MrzReader) -> None:
    found = reader.read(blurred(page(TRUTH[MrzFormat.TD3], width_px=500), 3.5))
    assert found is None or not found.mrz.valid or found.mrz.lines == TRUTH[MrzFormat.TD3]


def test_known_lines_save_the_search_and_read_the_same(reader: MrzReader) -> None:
    picture = page(TRUTH[MrzFormat.TD1])
    found = read(reader, picture)
    again = reader.read(picture, lines=found.line_quads)
    assert again is not None
    assert again.mrz.lines == TRUTH[MrzFormat.TD1]


def test_what_was_taken_for_a_lookalike_is_recorded(reader: MrzReader) -> None:
    for mrz_format in (MrzFormat.TD1, MrzFormat.TD3):
        mrz = read(reader, page(TRUTH[mrz_format])).mrz
        for repair in mrz.repairs:
            assert mrz.lines[repair.line][repair.column] == repair.taken
            assert repair.read != repair.taken


@pytest.mark.skipif(not (SHARED / "mrz").is_dir(), reason="the shared sample images are not on this machine")
def test_the_shared_specimens_are_read_and_none_is_wrong_but_valid(reader: MrzReader) -> None:
    """`pytest -s` prints one line per image. Every third one, and all with KIOSK_ALL_SPECIMENS=1: the cascade, which the product reads
    with and this reader is a part of, reads them all (test_mrz_cascade.py)."""
    with (SHARED / "mrz" / "truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[:: 1 if os.environ.get("KIOSK_ALL_SPECIMENS") else 3]
    right, wrong_but_valid = 0, []
    for row in rows:
        picture = cv2.imread(str(SHARED / "mrz" / row["file"]))
        truth = [row[name] for name in ("line1", "line2", "line3") if row[name]]
        found = reader.read(np.asarray(picture, np.uint8))
        lines = list(found.mrz.lines) if found else []
        equal = lines[: len(truth)] == truth
        right += equal
        valid = found is not None and found.mrz.valid
        if valid and not (equal and row["check_digits_hold"] == "yes"):
            wrong_but_valid.append(row["file"])
        state = "equal" if equal else "refused" if found is None else "DIFFERS"
        sys.stdout.write(f"{row['file']:20} {state:8} valid={valid!s:5} {found.ms if found else 0:5.0f} ms  {' | '.join(lines)}\n")
    sys.stdout.write(f"{right} of {len(rows)} equal, wrong but valid: {wrong_but_valid}\n")
    assert wrong_but_valid == []
    assert right >= len(rows) * 29 // 33


@pytest.mark.skipif(not (SHARED / "dis").is_dir(), reason="the shared sample images are not on this machine")
def test_the_back_of_the_specimen_card_is_read_from_a_phone_photograph(reader: MrzReader) -> None:
    found = read(reader, np.asarray(cv2.imread(str(SHARED / "dis" / "document-back.jpeg")), np.uint8))
    assert found.mrz.lines == ("ILSVKBB456987<3<<<<<<<<<<<<<<<", "8508063M3011249SVK<<<<<<<<<<<0", "BELL<<BRIAN<<<<<<<<<<<<<<<<<<<")
    assert found.mrz.valid
    assert reader.read(np.asarray(cv2.imread(str(SHARED / "dis" / "document-front.jpeg")), np.uint8)) is None
