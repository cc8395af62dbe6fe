"""One whole page, and only one: what proportion, way up, portraits and print tell."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.domain.document import PageWarning
from kiosk.domain.face import Face
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.islands import page_islands
from kiosk.ports import PageLocation, TextLine
from kiosk.services.document_templates import template_by_id
from kiosk.services.page_look import PageLook
from kiosk.services.page_shape import is_prose, is_whole, licence_numbers, shape_warnings, shows_two_holders, with_islands


def on_ground(boxes: list[tuple[int, int, int, int]], *, size: tuple[int, int] = (1600, 1200), noise: float = 2.0) -> Image:
    """Bright boxes (left, top, right, bottom) on a grey-green ground."""
    picture = np.empty((size[1], size[0], 3), np.float64)
    picture[:] = (90, 110, 100)
    for left, top, right, bottom in boxes:
        picture[top:bottom, left:right] = (225, 215, 220)
    picture += np.random.default_rng(0).normal(0, noise, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def look_of(width: int, height: int, *, located: bool = True, faces: tuple[Face, ...] = ()) -> PageLook:
    image = np.full((height, width, 3), 200, np.uint8)
    quad = geometry.box_quad(50, 50, 50 + width, 50 + height)
    return PageLook(image, PageLocation(quad, 0.9) if located else None, faces=faces)


def face(x: float, y: float, size: float) -> Face:
    eyes = ((x + 0.3 * size, y + 0.4 * size), (x + 0.7 * size, y + 0.4 * size))
    return Face((x, y, size, size), 0.95, (*eyes, (x + size / 2, y + size * 0.6), *((px, y + 0.8 * size) for px, _ in eyes)), "test")


def line(text: str, left: float, top: float) -> TextLine:
    return TextLine(text, 0.99, geometry.box_quad(left, top, left + 12 * len(text), top + 20))


def test_two_cards_on_plain_ground_are_two_pages() -> None:
    found = page_islands(on_ground([(60, 60, 760, 501), (820, 60, 1520, 501)]))
    assert [round(geometry.centre(quad)[0], -2) for quad in sorted(found)] == [400, 1200]


@pytest.mark.parametrize("box", [(60, 60, 1500, 300), (60, 60, 560, 560), (60, 60, 120, 98)])
def test_what_has_no_page_s_proportion_or_is_tiny_is_no_page(box: tuple[int, int, int, int]) -> None:
    assert page_islands(on_ground([box])) == ()


def test_ground_of_several_colours_tells_nothing() -> None:
    assert page_islands(on_ground([(60, 60, 760, 501)], noise=40)) == ()


def test_an_outline_around_two_pages_gives_way_to_both() -> None:
    picture = on_ground([(60, 60, 760, 501), (820, 60, 1520, 501)])
    both = PageLocation(geometry.box_quad(60, 60, 1520, 501), 0.8)
    assert len(with_islands(picture, [both])) == 2


def test_a_good_outline_is_kept_and_one_that_cuts_the_page_is_not() -> None:
    picture = on_ground([(60, 60, 760, 501)])
    good = PageLocation(geometry.box_quad(61, 60, 760, 502), 0.9)
    cut = PageLocation(geometry.box_quad(61, 60, 760, 450), 0.9)
    assert with_islands(picture, [good]) == (good,)
    assert with_islands(picture, [cut])[0].quad[2][1] == pytest.approx(501, abs=5)


@pytest.mark.parametrize(("side", "cut"), [("left", True), ("right", True), ("inside", False)])
def test_a_picture_that_cuts_through_the_print_is_not_the_whole_page(side: str, cut: bool) -> None:
    """Half a card on the scanner: of a page's proportion, with nothing around it that could tell."""
    look = look_of(845, 756, located=False)
    lefts = {"left": -2.0, "right": 845 - 12 * 8, "inside": 60.0}
    look.lines = tuple(line("SURNAMES", lefts[side], 100 + 60 * row) for row in range(2))
    assert (PageWarning.DOCUMENT_OUT_OF_IMAGE in shape_warnings(look, None)) is cut
    look.lines = look.lines[:1]  # a stamp or the print of the next page may reach the side
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE not in shape_warnings(look, None)


def card_on_print(*, cut: bool = False) -> PageLook:
    """Labels with values in the middle of a picture without an outline, print of the ground on either side; `cut`: labels run off, too."""
    look = look_of(1400, 900, located=False)
    labels = ("SURNAME", "GIVEN NAMES", "DATE OF BIRTH", "NATIONALITY")
    own = [line(text, 0 if cut else 400, 300 + 80 * row) for row, text in enumerate(labels)]
    left = [line("trains ran late in most", -2, 40 + 60 * row) for row in range(14)]
    right = [line("prices of homes rose", 1400 - 12 * 20, 40 + 60 * row) for row in range(14)]
    look.lines = (*own, *([] if cut else left), *right)
    return look


@pytest.mark.parametrize(("lines", "whole"), [(8, False), (3, True)])
def test_a_card_that_was_cut_in_half_is_not_whole_though_its_outline_is_seen(lines: int, whole: bool) -> None:
    """Its half has the proportion of a card that is held upright; an outline that lies askew touches a line or two."""
    look = look_of(500, 710)
    look.lines = tuple(line("SURNAMES", 500 - 12 * 8, 60 + 60 * row) for row in range(lines))
    assert is_whole(look, None) is whole


def test_print_of_the_ground_that_runs_off_is_not_the_pages() -> None:
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE not in shape_warnings(card_on_print(), None)
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE in shape_warnings(card_on_print(cut=True), None)


def test_values_cut_below_the_lowest_label_and_lines_of_an_mrz_are_the_pages() -> None:
    look = look_of(840, 1120, located=False)
    labels = ("SURNAME", "GIVEN NAMES", "DATE OF BIRTH", "DATE OF ISSUE")
    own = [TextLine(text, 0.9, geometry.box_quad(560, 236 + 110 * row, 820, 262 + 110 * row)) for row, text in enumerate(labels)]
    value = TextLine("16 APR 202", 0.9, geometry.box_quad(560, 604, 839, 636))
    mrz = TextLine("V<UTOOERNEK<<SOELVI<<<", 0.9, geometry.box_quad(57, 915, 839, 963))
    look.lines = (*own, value, mrz)
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE in shape_warnings(look, None)
    cut = ("IDUTO1716752344", "0802248M2910275")  # of a card's half: no filler is left in them
    look.lines = (*own, *(TextLine(text, 0.9, geometry.box_quad(69, 850 + 60 * row, 839, 890 + 60 * row)) for row, text in enumerate(cut)))
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE in shape_warnings(look, None)


def test_where_little_of_the_page_is_known_all_print_may_be_its_own() -> None:
    look = card_on_print()
    look.lines = look.lines[2:]
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE in shape_warnings(look, None)
    values = tuple(geometry.box_quad(400, 330 + 80 * row, 600, 350 + 80 * row) for row in range(2))
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE not in shape_warnings(look, None, values)


def test_a_line_of_the_mrz_that_was_read_as_text_as_well_is_one_line() -> None:
    look = look_of(845, 600, located=False)
    look.mrz_quads = (geometry.box_quad(-2, 500, 700, 530), geometry.box_quad(20, 540, 700, 570))
    look.lines = (TextLine("I<UTO", 0.9, geometry.box_quad(-1, 502, 690, 529)),)
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE not in shape_warnings(look, None)
    look.lines = (line("SURNAMES", -2, 100),)
    assert PageWarning.DOCUMENT_OUT_OF_IMAGE in shape_warnings(look, None)


def test_half_a_page_is_not_whole() -> None:
    passport = template_by_id("ICAO_passport")
    assert passport is not None
    assert is_whole(look_of(1200, 845), passport)
    assert is_whole(look_of(1200, 980), passport)  # tilted by 30 degrees
    assert not is_whole(look_of(845, 1200), passport)  # the left half: of a page's proportion, and yet it stands upright
    assert not is_whole(look_of(1200, 520), passport)
    assert not is_whole(look_of(1200, 1150), None)
    assert not is_whole(look_of(1750, 616, located=False), None)
    assert is_whole(look_of(756, 1200), None)  # cards made to be held upright exist
    assert shape_warnings(look_of(1200, 520), passport) == (PageWarning.DOCUMENT_OUT_OF_IMAGE,)


def test_two_portraits_of_one_size_are_two_holders_and_a_ghost_is_none() -> None:
    assert shows_two_holders(look_of(1800, 584, faces=(face(100, 150, 180), face(1000, 155, 175))))
    assert not shows_two_holders(look_of(1200, 757, faces=(face(100, 200, 200), face(900, 400, 100))))
    assert not shows_two_holders(look_of(1200, 757, faces=(face(100, 200, 200), face(110, 210, 190))))


def test_numbered_fields_in_order_are_a_licence_s_labels() -> None:
    texts = ["1. MUSTER", "2. EVA", "3. 07.01.1971", "4a. 19.03.2025", "5. KB725365"]
    assert licence_numbers([line(text, 400, 100 + 60 * n) for n, text in enumerate(texts)]) == 5
    assert licence_numbers([line(text, 400, 500 - 60 * n) for n, text in enumerate(texts)]) == 0
    assert licence_numbers([line(text, 400, 100 + 60 * n) for n, text in enumerate(texts[:3])]) == 0


PROSE = tuple(line(f"the customer gives notice of change {row} in writing", 60, 40 + 30 * row) for row in range(20))


def test_a_letter_is_prose() -> None:
    look = look_of(1200, 1700, located=False)
    look.lines = PROSE
    assert is_prose(look)
    look.lines = PROSE[:8]
    assert not is_prose(look)


def test_a_document_that_lies_on_a_letter_is_not_prose() -> None:
    """By its face, its MRZ or its labels."""
    with_face = look_of(1200, 1700, located=False)
    with_face.lines, with_face.all_faces = PROSE, (face(100, 800, 200),)
    with_zone = look_of(1200, 1700, located=False)
    with_zone.lines = (*PROSE, line("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", 60, 900))
    with_labels = look_of(1200, 1700, located=False)
    with_labels.lines, with_labels.labels = PROSE, 2
    assert not any(is_prose(look) for look in (with_face, with_zone, with_labels))


def test_words_that_hardly_can_be_read_are_not_prose() -> None:
    look = look_of(1200, 1700, located=False)
    look.lines = tuple(TextLine(one.text, 0.6, one.quad) for one in PROSE)
    assert not is_prose(look)
