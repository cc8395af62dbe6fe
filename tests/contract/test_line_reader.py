"""What every LineReader keeps, PP-OCR and our own alike: places of the lines of a zone, and doubts character by character."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.mrz_layout import ALPHABET
from kiosk.engines.models import ModelLibrary
from kiosk.engines.mrz_line_reader import MrzLineReader
from kiosk.engines.text_reader import RapidTextReader
from kiosk.imaging.frame import Image
from kiosk.imaging.mrz_zone import zone_candidates
from kiosk.ports import LineReader
from kiosk.services.mrz_cells import cells_of, length_of
from kiosk.specimens.ocrb import draw_line

TD3 = ("P<UTOSPECIMEN<<PETRA<MARIA<<<<<<<<<<<<<<<<<<", "KX44170260UTO8703140F31090200KT7731<<<<<<<00")
PITCH, CAPITALS, LEFT, TOP, SPACING = 20.0, 18.0, 60.0, 470.0, 50.0


def page(lines: tuple[str, ...] = TD3) -> Image:
    picture = np.full((600, 1000, 3), (226, 232, 236), np.uint8)
    for row, line in enumerate(lines):
        draw_line(picture, line, LEFT, TOP + row * SPACING, pitch=PITCH, height=CAPITALS, ink=(30, 24, 20))
    return picture


def crop(text: str) -> Image:
    """One line as it is cut out for a reader: a margin of half the capitals' height above and below."""
    strip = np.full((31, round(PITCH * (len(text) + 1)), 3), 225, np.uint8)
    draw_line(strip, text, PITCH / 2, 6.5, pitch=PITCH, height=CAPITALS, ink=(30, 24, 20))
    return strip


def rapid(library: ModelLibrary) -> LineReader:
    return RapidTextReader(library.path("ppocrv6_det_small"), library.path("ppocrv6_rec_small"), threads=2)


def own(library: ModelLibrary) -> LineReader:
    return MrzLineReader(library.path("mrz_line"), library.path("mrz_finder"), threads=2)


@pytest.fixture(scope="module", params=[rapid, own])
def reader(request: pytest.FixtureRequest, model_library: ModelLibrary) -> LineReader:
    make: Callable[[ModelLibrary], LineReader] = request.param
    return make(model_library)


def test_the_lines_of_a_zone_are_found_where_they_stand(reader: LineReader) -> None:
    zones = zone_candidates(reader.find_lines(page()))
    assert zones
    for row, quad in enumerate(zones[0]):
        (left, top), (right, _), (_, bottom), _ = quad
        assert left < LEFT + PITCH
        assert right > LEFT + 43 * PITCH
        middle = TOP + row * SPACING + CAPITALS / 2
        assert top < middle - 6
        assert bottom > middle + 6


def test_places_are_in_pixels_of_the_picture_whatever_the_network_saw(reader: LineReader) -> None:
    large = np.asarray(cv2.resize(page(), None, fx=2.0, fy=2.0), np.uint8)
    one, other = zone_candidates(reader.find_lines(page()))[0], zone_candidates(reader.find_lines(large))[0]
    assert np.allclose(np.array(one) * 2, np.array(other), atol=50)


def test_a_picture_with_nothing_in_it_has_no_lines(reader: LineReader) -> None:
    assert reader.find_lines(np.full((300, 400, 3), 200, np.uint8)) == ()
    assert reader.find_lines(np.zeros((0, 0, 3), np.uint8)) == ()


def test_every_character_of_the_alphabet_is_read(reader: LineReader) -> None:
    text = ALPHABET[::-1] + "<<<<<<<"
    (steps,) = reader.read_steps([crop(text)], ALPHABET)
    cells = cells_of(steps, len(text), free_tail=3)
    assert cells is not None
    read = "".join(ALPHABET[index] for index in cells.argmax(axis=1))
    assert sum(one != other for one, other in zip(read, text, strict=True)) <= 1  # 0 and O alone, without a neighbour to tell


def test_a_long_run_of_fillers_keeps_its_length(reader: LineReader) -> None:
    (steps,) = reader.read_steps([crop("P<UTOERIKSSON<<ANNA" + "<" * 25)], ALPHABET)
    assert length_of(steps) == 44


def test_steps_cover_the_crop(reader: LineReader) -> None:
    strip = crop(TD3[0])
    (steps,) = reader.read_steps([strip], ALPHABET)
    assert steps.probabilities.shape[1] == 1 + len(ALPHABET)
    assert len(steps.probabilities) * steps.step_px == pytest.approx(strip.shape[1], abs=2 * steps.step_px)
    assert steps.probabilities.min() >= 0
    assert steps.probabilities.sum(axis=1).max() <= 1.001


def test_characters_outside_the_alphabet_asked_for_are_not_given(reader: LineReader) -> None:
    (steps,) = reader.read_steps([crop("ABC0123456789")], "0123456789")
    assert steps.probabilities.shape[1] == 11
    (none,) = reader.read_steps([crop("ABCDEFGHIJK")], "0123456789")
    assert none.probabilities[:, 1:].max(axis=1).mean() < 0.2


def test_no_crops_give_no_steps(reader: LineReader) -> None:
    assert reader.read_steps([], ALPHABET) == ()


def test_a_model_of_another_task_is_refused(model_library: ModelLibrary) -> None:
    line, finder = model_library.path("mrz_line"), model_library.path("mrz_finder")
    with pytest.raises(ModelFault) as caught:
        MrzLineReader(finder, finder)
    assert caught.value.code is ErrorCode.MODEL_CORRUPT
    reader = MrzLineReader(line, line)
    with pytest.raises(ModelFault) as caught:
        reader.find_lines(page())
    assert caught.value.code is ErrorCode.MODEL_CORRUPT
