"""Pictures on a page: only what is really there is reported, and crops are as large as the original picture allows."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from kiosk.domain.document import PageSide, Region
from kiosk.domain.face import Face
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.ink import pen_strokes, printed_again, ridges
from kiosk.imaging.region_crop import page_crop, region_crop
from kiosk.ports import TextLine
from kiosk.services.document_templates import Template, TemplatePage
from kiosk.services.page_regions import page_regions
from kiosk.specimens.specimen import ASTRONAUT_FACE, astronaut

PAPER = (214, 226, 232)
PLACE = (400.0, 500.0, 760.0, 620.0)


def paper(width: int = 1200, height: int = 757) -> Image:
    """A pale ground with fine wavy lines on it, as cards have."""
    page = np.full((height, width, 3), PAPER, np.uint8)
    across = np.arange(width)
    for offset in range(-40, height + 40, 9):
        points = np.stack([across, offset + 14 * np.sin(across / 45 + offset / 30)], axis=1)
        cv2.polylines(page, [np.round(points).astype(np.int32)], False, (196, 206, 205), 1, cv2.LINE_AA)
    return page


def signed(page: Image, left: float, top: float, colour: tuple[int, int, int] = (110, 50, 40)) -> Image:
    """A looping stroke, 220 x 70 px."""
    t = np.linspace(0, 1, 300)
    points = np.stack([left + 220 * t + 12 * np.sin(40 * t), top + 35 + 33 * np.sin(21 * t) * np.cos(3 * t)], axis=1)
    drawn = page.copy()
    cv2.polylines(drawn, [np.round(points).astype(np.int32)], False, colour, 3, cv2.LINE_AA)
    return drawn


def face(x: float, y: float, size: float, score: float = 0.9) -> Face:
    points = ((x + 0.3 * size, y + 0.35 * size), (x + 0.7 * size, y + 0.35 * size), (x + 0.5 * size, y + 0.55 * size))
    mouth = (x + 0.5 * size, y + 0.8 * size)
    return Face((x, y, size, size * 1.2), score, (*points, mouth, mouth), "test")


@functools.cache
def portrait(height: int) -> Image:
    """Head and shoulders of a public-domain portrait."""
    x, y, w, h = (round(value) for value in ASTRONAUT_FACE)
    head = astronaut()[max(0, y - h // 2) : y + round(1.5 * h), x - w // 2 : x + round(1.5 * w)]
    return np.asarray(cv2.resize(head, (round(height * head.shape[1] / head.shape[0]), height), interpolation=cv2.INTER_AREA), np.uint8)


def with_portrait(page: Image) -> tuple[Image, Face]:
    drawn, picture = page.copy(), portrait(380)
    drawn[160 : 160 + picture.shape[0], 60 : 60 + picture.shape[1]] = picture
    h, w = picture.shape[:2]
    return drawn, face(60 + 0.25 * w, 160 + 0.25 * h, 0.5 * w)


def with_ghost(page: Image, x: int, y: int, height: int = 190) -> Image:
    drawn, picture = page.copy(), cv2.cvtColor(portrait(height), cv2.COLOR_BGR2GRAY).astype(np.float32)[..., None] / 255
    place = drawn[y : y + picture.shape[0], x : x + picture.shape[1]]
    place[:] = np.clip(place * (0.55 + 0.45 * picture), 0, 255).astype(np.uint8)
    return drawn


def template(**areas: tuple[float, float, float, float]) -> Template:
    regions = {Region(name): area for name, area in areas.items()}
    page = TemplatePage(PageSide.FRONT, regions=regions)
    return Template("UTO_test", "UTO", "identity-card", "", "TD1", (85.6, 53.98), "test", {PageSide.FRONT: page})


def text(words: str, x: float, y: float, height: float = 22) -> TextLine:
    return TextLine(words, 0.99, geometry.box_quad(x, y, x + 11 * len(words), y + height))


@pytest.mark.parametrize("colour", [(40, 40, 40), (120, 50, 30), (150, 110, 90)])
def test_a_signature_in_its_place_is_found_around_its_strokes(colour: tuple[int, int, int]) -> None:
    found = pen_strokes(signed(paper(), 450, 530, colour), PLACE)
    assert found is not None
    assert geometry.overlap(geometry.box_quad(*found), geometry.box_quad(440, 530, 682, 602)) > 0.7


def test_an_empty_place_is_no_signature() -> None:
    assert pen_strokes(paper(), PLACE) is None
    grain = np.random.default_rng(3).normal(0, 9, (757, 1200, 3))
    assert pen_strokes(np.clip(paper() + grain, 0, 255).astype(np.uint8), PLACE) is None


def test_print_a_rule_a_block_and_a_photograph_are_no_signature() -> None:
    printed = paper()
    cv2.putText(printed, "NAME OF HOLDER 12.03.1990", (410, 560), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (40, 40, 40), 2, cv2.LINE_AA)
    assert pen_strokes(printed, PLACE, ((405.0, 530.0, 760.0, 570.0),)) is None
    ruled = paper()
    cv2.line(ruled, (380, 590), (780, 590), (40, 40, 40), 2)
    assert pen_strokes(ruled, PLACE) is None
    block = paper()
    cv2.rectangle(block, (430, 520), (700, 610), (60, 60, 60), -1)
    assert pen_strokes(block, PLACE) is None
    pictured = paper()
    pictured[500:620, 400:760] = cv2.resize(astronaut()[100:270, :], (360, 120))
    assert pen_strokes(pictured, PLACE) is None


def test_a_signature_is_found_beside_its_label_in_any_language() -> None:
    page = signed(paper(), 450, 530)
    for words in ("Podpis / Signature", "Unterschrift der Inhaberin", "Firma del titular", "Handtekening"):
        found = page_regions(page, (), side=PageSide.FRONT, lines=(text(words, 450, 620),))
        assert Region.SIGNATURE in found, words
    assert Region.SIGNATURE not in page_regions(page, (), side=PageSide.FRONT, lines=(text("Nationality", 450, 620),))
    assert Region.SIGNATURE not in page_regions(paper(), (), side=PageSide.FRONT, lines=(text("Podpis", 450, 620),))


def test_the_templates_place_of_a_signature_needs_no_label() -> None:
    known = template(signature=(0.33, 0.66, 0.63, 0.82))
    assert Region.SIGNATURE in page_regions(signed(paper(), 450, 530), (), side=PageSide.FRONT, template=known)
    assert Region.SIGNATURE not in page_regions(paper(), (), side=PageSide.FRONT, template=known)


def test_a_signature_that_was_read_as_digits_without_certainty_is_a_signature_and_a_number_is_not() -> None:
    known, page = template(signature=(0.33, 0.66, 0.63, 0.82)), signed(paper(), 450, 530)
    around = geometry.box_quad(440, 520, 690, 612)
    for confidence, found in ((0.66, True), (0.97, False)):
        regions = page_regions(page, (), side=PageSide.FRONT, template=known, lines=(TextLine("253", confidence, around),))
        assert (Region.SIGNATURE in regions) is found


def test_a_ghost_portrait_is_found_by_its_likeness_and_nothing_without_one() -> None:
    page, found = with_portrait(paper())
    ghosted = with_ghost(page, 960, 420)
    regions = page_regions(ghosted, (found,), side=PageSide.FRONT)
    assert geometry.inside_fraction(geometry.box_quad(985, 445, 1085, 570), regions[Region.GHOST_PORTRAIT]) > 0.8
    assert Region.GHOST_PORTRAIT not in page_regions(page, (found,), side=PageSide.FRONT)
    assert printed_again(page, (60, 160, 350, 540)) is None


def test_a_pattern_that_a_detector_takes_for_a_face_is_no_ghost() -> None:
    page, found = with_portrait(paper())
    cv2.circle(page, (1040, 200), 70, (90, 120, 60), 6)
    cv2.line(page, (1000, 200), (1080, 200), (90, 120, 60), 6)
    assert Region.GHOST_PORTRAIT not in page_regions(page, (found, face(990, 140, 95, 0.6)), side=PageSide.FRONT)


def test_the_templates_place_of_a_ghost_portrait_must_hold_one() -> None:
    page, found = with_portrait(paper())
    known = template(ghostPortrait=(0.78, 0.54, 0.93, 0.82))
    assert Region.GHOST_PORTRAIT in page_regions(with_ghost(page, 960, 420), (found,), side=PageSide.FRONT, template=known)
    assert Region.GHOST_PORTRAIT not in page_regions(page, (found,), side=PageSide.FRONT, template=known)


def test_a_back_has_no_portrait_and_a_face_on_it_is_a_ghost() -> None:
    page, found = with_portrait(paper())
    assert page_regions(page, (found,), side=PageSide.BACK).keys() == {Region.GHOST_PORTRAIT}
    assert page_regions(page, (face(*found.box[:3], score=0.7),), side=PageSide.BACK) == {}


def test_the_portrait_is_the_templates_when_the_face_is_in_it() -> None:
    page, found = with_portrait(paper())
    area = (0.05, 0.2, 0.3, 0.72)
    place = geometry.box_quad(0.05 * 1200, 0.2 * 757, 0.3 * 1200, 0.72 * 757)
    regions = page_regions(page, (found,), side=PageSide.FRONT, template=template(portrait=area))
    assert geometry.overlap(regions[Region.PORTRAIT], place) > 0.999
    elsewhere = page_regions(page, (found,), side=PageSide.FRONT, template=template(portrait=(0.6, 0.2, 0.9, 0.7)))
    assert geometry.inside_fraction(geometry.box_quad(*_corners(found)), elsewhere[Region.PORTRAIT]) > 0.95


def _corners(one: Face) -> tuple[float, float, float, float]:
    x, y, w, h = one.box
    return x, y, x + w, y + h


def finger(width: int = 240, height: int = 300, turn: bool = True) -> Image:
    """Ridges around a core, or straight ones."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(x - width / 2, (y - height / 2) * 0.8) if turn else x
    return np.repeat((128 + 100 * np.sin(away * 2 * np.pi / 9))[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("picture", "is_finger"),
    [(finger(), True), (finger(turn=False), False), (paper()[300:600, 500:740], False), (portrait(300)[:, :240], False)],
    ids=["finger", "hatching", "paper", "photograph"],
)
def test_ridges_that_turn_are_a_fingerprint(picture: Image, is_finger: bool) -> None:
    page = paper()
    page[300:600, 500:740] = cv2.resize(picture, (240, 300))
    assert ridges(page, (500.0, 300.0, 740.0, 600.0)) is is_finger


def test_a_fingerprint_is_looked_for_only_where_a_template_has_one() -> None:
    page = paper()
    page[300:600, 500:740] = finger()
    known = template(fingerprint=(500 / 1200, 300 / 757, 740 / 1200, 600 / 757))
    assert Region.FINGERPRINT in page_regions(page, (), side=PageSide.FRONT, template=known)
    assert page_regions(page, (), side=PageSide.FRONT) == {}


def test_a_crop_is_as_large_as_the_picture_shows_it() -> None:
    """The straightened page is half the size of the photograph's."""
    page = signed(paper(2400, 1514), 900, 1000)
    picture = np.full((2000, 3000, 3), 90, np.uint8)
    picture[200 : 200 + 1514, 300 : 300 + 2400] = page
    quad = geometry.box_quad(300, 200, 2700, 1714)
    crop = region_crop(picture, quad, (1200, 757), geometry.box_quad(440, 490, 580, 560))
    assert crop.shape[:2] == (140, 280)
    assert np.abs(crop.astype(int) - page[980:1120, 880:1160].astype(int)).mean() < 2


def test_a_crop_of_a_slanted_page_is_upright() -> None:
    page, _ = with_portrait(paper())
    corners = np.array([(300, 300), (1240, 420), (1190, 1020), (240, 860)], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array([(0, 0), (1200, 0), (1200, 757), (0, 757)], np.float32), corners)
    picture = cv2.warpPerspective(page, matrix, (1600, 1200))
    crop = region_crop(np.asarray(picture, np.uint8), geometry.as_quad(corners), (1200, 757), geometry.box_quad(60, 160, 340, 540))
    expected = cv2.resize(page[160:540, 60:340], (crop.shape[1], crop.shape[0]), interpolation=cv2.INTER_AREA)
    assert np.abs(crop.astype(int) - expected.astype(int)).mean() < 12


def test_a_crop_without_corners_is_of_the_page_alone_and_never_larger_than_asked() -> None:
    page = paper(2400, 1514)
    region = geometry.box_quad(0, 0, 600, 378)
    assert region_crop(page, None, (1200, 757), region).shape[:2] == (756, 1200)
    assert max(region_crop(page, None, (1200, 757), region, max_side_px=400).shape) == 400
    assert region_crop(page, None, (1200, 757), geometry.box_quad(5, 5, 5, 5)).shape[2] == 3


def test_the_whole_page_comes_as_large_as_the_picture_shows_it() -> None:
    page = signed(paper(2400, 1514), 900, 1000)
    picture = np.full((2000, 3000, 3), 90, np.uint8)
    picture[200 : 200 + 1514, 300 : 300 + 2400] = page
    whole = page_crop(picture, geometry.box_quad(300, 200, 2700, 1714), (1200, 757))
    assert whole.shape == (1514, 2400, 3)
    assert np.abs(whole.astype(int) - page.astype(int)).mean() < 2


def test_a_crop_much_smaller_than_what_is_seen_is_not_jagged() -> None:
    """Of a pattern finer than the crop's pixels nothing but its mean is left."""
    picture = np.zeros((3000, 4800, 3), np.uint8)
    picture[::2, ::2] = picture[1::2, 1::2] = 255
    crop = region_crop(picture, None, (1200, 750), geometry.box_quad(0, 0, 1200, 750), max_side_px=1500)
    assert max(crop.shape) == 1500
    assert float(crop[50:-50, 50:-50].std()) < 8
