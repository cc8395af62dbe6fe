"""Authenticity signals: raised on clear simulated attacks, silent on genuine photographs, and honest about what they cannot measure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
import pytest

from kiosk.domain.document import Field, FieldName, PageSide, Quad, Reading, Signal, Source, Suspicion
from kiosk.domain.face import Box
from kiosk.imaging import geometry, tampering
from kiosk.imaging.frame import Image
from kiosk.imaging.recapture import MIN_PAGE_PX, grid_evidence
from kiosk.services.authenticity import page_signals
from kiosk.specimens import attacks
from kiosk.specimens.attacks import Camera, Printer, Screen, exposed
from kiosk.specimens.specimen import Specimen, astronaut, specimen

CAMERA = Camera(width=1000, tilt=5, swing=-6, roll=3, blur=0.5, noise=2, quality=90, seed=5)
SOFT_CAMERA = Camera(width=1000, tilt=3, blur=1.1, noise=6, sharpen=0.2, quality=0, seed=6)
S = Suspicion


@cache
def _card() -> Specimen:
    return specimen("td2", seed=41)


def _page() -> Image:
    return _card().pages[PageSide.FRONT]


@cache
def _genuine() -> tuple[Image, Quad]:
    return exposed(_page(), CAMERA)


@dataclass(frozen=True)
class _Place:
    area: tuple[float, float, float, float]
    bgr: tuple[int, int, int]


def _box_quad(box: Box, scale: float) -> Quad:
    left, top, width, height = (number * scale for number in box)
    return geometry.box_quad(left, top, left + width, top + height)


def _in_picture(quad: Quad, box: Box) -> Quad:
    page = geometry.box_quad(0.0, 0.0, float(_page().shape[1]), float(_page().shape[0]))
    return geometry.as_quad(geometry.mapped(geometry.as_array(_box_quad(box, 1.0)), geometry.homography(page, quad)))


def _known(page: Image) -> dict[str, _Place]:
    """Places of a page without its portrait, as a template would know them."""
    found = {}
    for row in range(4):
        for column in range(3, 8):
            area = (column / 8, row / 4, (column + 1) / 8, (row + 1) / 4)
            part = page[
                int(area[1] * page.shape[0]) : int(area[3] * page.shape[0]), int(area[0] * page.shape[1]) : int(area[2] * page.shape[1])
            ]
            blue, green, red = part.reshape(-1, 3).mean(axis=0).tolist()
            found[f"{row}{column}"] = _Place(area, (round(blue), round(green), round(red)))
    return found


def _signals(picture: Image, quad: Quad, *, known: bool = True) -> dict[Suspicion, Signal]:
    size = (1200, round(1200 * _page().shape[0] / _page().shape[1]))
    page = attacks.straightened(picture, quad, size)
    scale = size[0] / _page().shape[1]
    truth = _card().truth
    fields = [
        Field(name, (Reading(truth.fields[name], Source.VISUAL_ZONE, 1.0, quad=_box_quad(box, scale)),))
        for name, box in truth.field_boxes.items()
    ]
    found = page_signals(
        page,
        picture=picture,
        quad=quad,
        portrait=_box_quad(truth.portrait_box, scale),
        fields=fields,
        colours=_known(specimen("td2", seed=3).pages[PageSide.FRONT]) if known else None,
    )
    assert [signal.suspicion for signal in found] == list(Suspicion)
    return {signal.suspicion: signal for signal in found}


def _raised(picture: Image, quad: Quad) -> set[Suspicion]:
    return {suspicion for suspicion, signal in _signals(picture, quad).items() if signal.raised}


def test_a_genuine_photograph_raises_nothing_and_everything_is_measured() -> None:
    found = _signals(*_genuine())
    assert {suspicion: signal.why for suspicion, signal in found.items() if signal.score is None} == {
        S.PORTRAIT_SUBSTITUTED: "INCONCLUSIVE"
    }
    assert {suspicion: signal.score for suspicion, signal in found.items() if signal.raised} == {}


@pytest.mark.parametrize("layout", ["rgb", "pentile"])
def test_the_pixels_of_a_screen_are_seen(layout: str) -> None:
    shown = attacks.on_screen(_page(), Screen(pixels=680, layout=layout))
    picture, quad = exposed(shown, CAMERA)
    assert S.SCREEN in _raised(picture, quad)


def test_the_dots_of_a_print_are_seen() -> None:
    paper = attacks.printed(_page(), Printer(lpi=100), np.random.default_rng(1), width_mm=105)
    picture, quad = exposed(paper, CAMERA)
    assert S.PRINT_COPY in _raised(picture, quad)


@pytest.mark.parametrize("scan", [True, False])
@pytest.mark.parametrize("warmth", [-0.6, 0.6])
def test_a_grey_copy_is_seen_under_coloured_light(scan: bool, warmth: float) -> None:
    grey = attacks.photocopied(_page(), np.random.default_rng(2), scan=scan)
    picture, quad = exposed(grey, Camera(width=900, warmth=warmth, gradient=0.3, seed=3))
    assert S.GREY_COPY in _raised(picture, quad)


def test_a_grey_portrait_on_a_coloured_card_is_no_grey_copy() -> None:
    portrait = cv2.cvtColor(cv2.cvtColor(astronaut(), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    page = specimen("td2", seed=41, portrait=np.asarray(portrait, np.uint8)).pages[PageSide.FRONT]
    assert S.GREY_COPY not in _raised(*exposed(page, CAMERA))


@pytest.mark.parametrize("warmth", [-0.6, 0.6])
def test_coloured_light_changes_no_colour_profile(warmth: float) -> None:
    picture, quad = exposed(_page(), Camera(width=900, warmth=warmth, gradient=0.2, seed=4))
    assert _signals(picture, quad)[S.COLOUR_PROFILE].raised is False


def test_exchanged_inks_change_the_colour_profile() -> None:
    exchanged = np.ascontiguousarray(_page()[..., ::-1])
    assert S.COLOUR_PROFILE in _raised(*exposed(exchanged, CAMERA))


def test_a_portrait_without_the_pictures_grain_is_seen() -> None:
    picture, quad = exposed(_page(), replace(SOFT_CAMERA, noise=10))
    place = _in_picture(quad, _card().truth.portrait_box)
    stranger = np.asarray(cv2.GaussianBlur(np.ascontiguousarray(astronaut()[20:400, 80:370][:, ::-1]), (0, 0), 9), np.uint8)
    edited = attacks.other_portrait(picture, place, stranger, np.random.default_rng(6), way="smoothed")
    assert S.PORTRAIT_SUBSTITUTED not in _raised(picture, quad)
    assert S.PORTRAIT_SUBSTITUTED in _raised(edited, quad)


@pytest.mark.parametrize("quality", [30, 40])
def test_a_portrait_that_jpeg_wiped_clean_is_not_suspected(quality: int) -> None:
    """What is left of the page's fine lines is no grain."""
    licence = specimen("licence-eu", seed=172005)
    box = licence.truth.portrait_box
    page = licence.pages[PageSide.FRONT]
    picture, quad = exposed(page, Camera(width=1300, blur=0.5, noise=2.5, sharpen=0.7, quality=quality, seed=9))
    to_picture = geometry.homography(geometry.box_quad(0.0, 0.0, float(page.shape[1]), float(page.shape[0])), quad)
    place = geometry.as_quad(geometry.mapped(geometry.as_array(_box_quad(box, 1.0)), to_picture))
    inside, around = (tampering.grain(picture, part) for part in (tampering.inner_part(place, 0.85), tampering.inner_part(quad, 0.9)))
    assert inside is not None
    assert around is not None
    assert around > 2.7 * inside, "else nothing was wiped clean"
    found = page_signals(page, picture=picture, quad=quad, portrait=_box_quad(box, 1.0))
    assert next(signal for signal in found if signal.suspicion is S.PORTRAIT_SUBSTITUTED).why == "INCONCLUSIVE"


def test_letters_crisper_than_the_others_are_seen_and_their_field_is_named() -> None:
    picture, quad = exposed(_page(), SOFT_CAMERA)
    name, box = next((name, box) for name, box in _card().truth.field_boxes.items() if name.value == "documentNumber")
    left, top, right, bottom = geometry.bounds(_in_picture(quad, box))
    edited = attacks.other_text(picture, (left, top, right - left, bottom - top), "QX4471920", np.random.default_rng(7), way="crisp")
    signal = _signals(attacks.saved(edited, 92), quad)[S.TEXT_RETOUCHED]
    assert signal.raised
    assert [field for field, score in signal.fields.items() if score >= signal.threshold] == [name]


def test_a_single_letter_is_not_compared_with_the_other_fields() -> None:
    picture, quad = _genuine()
    truth = _card().truth
    left, top, width, height = truth.field_boxes[FieldName.GENDER]
    assert len(truth.fields[FieldName.GENDER]) == 1
    # as a text detector frames it
    wide = geometry.box_quad(left - 0.3 * height, top - 0.1 * height, left + width + 0.3 * height, top + 1.1 * height)
    boxes = {name: _box_quad(box, 1.0) for name, box in truth.field_boxes.items()} | {FieldName.GENDER: wide}
    fields = [Field(name, (Reading(truth.fields[name], Source.VISUAL_ZONE, 1.0, quad=box),)) for name, box in boxes.items()]
    page = attacks.straightened(picture, quad, (_page().shape[1], _page().shape[0]))
    signal = page_signals(page, picture=picture, quad=quad, fields=fields)[-1]
    assert signal.score is not None
    assert FieldName.SURNAME in signal.fields
    assert FieldName.GENDER not in signal.fields


def _changed(picture: Image, quad: Quad, *, letters: float, light: float, margin: int) -> Image:
    """The surname's place with so much of its letters' contrast left, and so much light added; its border is soft."""
    box = _in_picture(quad, _card().truth.field_boxes[FieldName.SURNAME])
    left, top, right, bottom = (round(number) for number in geometry.bounds(box))
    place = slice(top - margin, bottom + margin), slice(left - margin, right + margin)
    changed = picture.astype(np.float32)
    paper = np.percentile(picture[top:bottom, left:right].astype(np.float32), 80, axis=(0, 1))
    changed[place] = np.minimum(paper - letters * (paper - changed[place]) + light, 244)
    mask = np.zeros(picture.shape[:2], np.float32)
    mask[place] = 1
    soft = cv2.GaussianBlur(mask, (0, 0), max(1.0, margin / 6))[..., None]
    return np.asarray((soft * changed + (1 - soft) * picture).clip(0, 255), np.uint8)


def test_a_field_that_a_reflection_makes_pale_is_not_compared_with_the_others() -> None:
    picture, quad = _genuine()
    pale = _changed(picture, quad, letters=0.4, light=30, margin=40)
    signal = _signals(pale, quad)[S.TEXT_RETOUCHED]
    assert FieldName.SURNAME in _signals(picture, quad)[S.TEXT_RETOUCHED].fields
    assert FieldName.SURNAME not in signal.fields
    assert signal.score is not None


@pytest.mark.parametrize(("light", "margin"), [(0, 3), (20, 3)], ids=("pale ink", "a brighter patch under it"))
def test_pale_letters_on_paper_as_bright_as_elsewhere_are_compared(light: float, margin: int) -> None:
    picture, quad = _genuine()
    pale = _changed(picture, quad, letters=0.4, light=light, margin=margin)
    assert FieldName.SURNAME in _signals(pale, quad)[S.TEXT_RETOUCHED].fields


def _letters(shift: float, *, light: float = 0.8) -> Image:
    """Upright letters that begin so far between two pixels, out of a lens."""
    fine = np.full((40 * 8, 200 * 8), 255, np.uint8)
    cv2.putText(fine, "HLTEFN", (round((12 + shift) * 8), 28 * 8), cv2.FONT_HERSHEY_SIMPLEX, 7.2, (30,), 24)
    soft = cv2.GaussianBlur(fine, (0, 0), 0.5 * 8)
    small = cv2.resize(soft, (200, 40), interpolation=cv2.INTER_AREA).astype(np.float32) * light
    return np.asarray(cv2.cvtColor(np.clip(small, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


def test_edges_are_as_steep_wherever_they_lie_between_two_pixels() -> None:
    place = geometry.box_quad(0.0, 0.0, 200.0, 40.0)
    measured = [tampering.edges(_letters(shift / 8), place) for shift in range(8)]
    steep = [one.steepness for one in measured if one is not None and one.strokes >= 8]
    assert len(steep) == 8
    assert max(steep) / min(steep) < 1.1


def _strokes(thick: float, apart: int) -> tampering.Edges:
    """Upright strokes with a short bar at the top, out of the same lens."""
    fine = np.full((40 * 8, 200 * 8), 220, np.uint8)
    for left in range(12, 180, apart):
        fine[64:256, left * 8 : round((left + thick) * 8)] = 40
        fine[64:112, left * 8 : round((left + 0.6 * apart) * 8)] = 40
    soft = cv2.resize(cv2.GaussianBlur(fine, (0, 0), 0.7 * 8), (200, 40), interpolation=cv2.INTER_AREA)
    found = tampering.edges(np.asarray(cv2.cvtColor(soft, cv2.COLOR_GRAY2BGR), np.uint8), geometry.box_quad(0.0, 0.0, 200.0, 40.0))
    assert found is not None
    return found


@pytest.mark.parametrize("thick", [1.0, 1.5, 2.0])
def test_small_letters_whose_strokes_stand_close_seem_hardly_crisper(thick: float) -> None:
    """Five pixels over two sides of strokes rise and fall by far more than their ends differ."""
    assert _strokes(thick, 6).steepness < 1.6 * _strokes(5.0, 12).steepness


def test_letters_on_paper_that_is_blown_out_are_not_measured() -> None:
    place = geometry.box_quad(0.0, 0.0, 200.0, 40.0)
    found = tampering.edges(_letters(0.3, light=1.3), place)
    assert found is not None
    assert found.strokes == 0


def _on_cloth(page: Image, size: tuple[int, int] = (1600, 1200)) -> Image:
    """A photograph of that width and height of a page on woven cloth, out of which no outline was found."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    weave = 120 + 30 * (np.sin(2 * math.pi * x / 2.5) + np.sin(2 * math.pi * y / 2.5))
    cloth = np.repeat(weave[..., None], 3, axis=2).astype(np.uint8)
    small = cv2.resize(page, (620, round(620 * page.shape[0] / page.shape[1])), interpolation=cv2.INTER_AREA)
    cloth[300 : 300 + small.shape[0], 500:1120] = small
    return np.asarray(cv2.GaussianBlur(cloth, (0, 0), 0.4), np.uint8)


def _as_read(scale: float, *, zone: bool, at: tuple[float, float] = (0.0, 0.0)) -> list[Field]:
    """What is printed on the card, where it lies when the card was scaled and laid there."""
    truth = _card().truth
    found = {name: (box, Source.VISUAL_ZONE) for name, box in truth.field_boxes.items()}
    if zone:
        assert truth.mrz_box is not None
        found[FieldName.FULL_NAME] = (truth.mrz_box, Source.MRZ)
    fields = []
    for name, (box, source) in found.items():
        left, top, right, bottom = geometry.bounds(_box_quad(box, scale))
        quad = geometry.box_quad(left + at[0], top + at[1], right + at[0], bottom + at[1])
        fields.append(Field(name, (Reading("X", source, 1.0, quad=quad),)))
    return fields


@pytest.mark.parametrize("zone", [True, False])
@pytest.mark.parametrize("size", [(1600, 1200), (1600, 1000), (1280, 800), (1754, 1240)], ids=str)
def test_a_page_that_was_not_located_is_not_judged_by_the_cloth_it_lies_on(size: tuple[int, int], zone: bool) -> None:
    """Cameras of 1280 x 800 and scans of A4 have a page's proportion."""
    picture = _on_cloth(_page(), size)
    evidence = grid_evidence(picture, geometry.box_quad(0.0, 0.0, *map(float, size)))
    assert evidence is not None
    assert max(evidence.screen, evidence.halftone) > 3.0, "the cloth has a grid"
    fields = _as_read(620 / _page().shape[1], zone=zone, at=(500, 300))
    portrait = geometry.box_quad(520, 400, 700, 600)
    found = {signal.suspicion: signal for signal in page_signals(picture, portrait=portrait, fields=fields)}
    unjudged = {suspicion for suspicion, signal in found.items() if signal.why == "NOT_LOCATED"}
    assert unjudged == {S.SCREEN, S.PRINT_COPY, S.GREY_COPY, S.COLOUR_PROFILE, S.PORTRAIT_SUBSTITUTED}


@pytest.mark.parametrize("zone", [True, False])
def test_a_scan_that_is_the_page_alone_is_judged_without_an_outline(zone: bool) -> None:
    scan = cv2.resize(_page(), (1000, round(1000 * _page().shape[0] / _page().shape[1])), interpolation=cv2.INTER_AREA)
    scale = 1000 / _page().shape[1]
    portrait = _box_quad(_card().truth.portrait_box, scale)
    signals = page_signals(np.asarray(scan, np.uint8), portrait=portrait, fields=_as_read(scale, zone=zone))
    found = {signal.suspicion: signal for signal in signals}
    assert not [signal for signal in signals if signal.why == "NOT_LOCATED"]
    assert all(found[one].score is not None for one in (S.SCREEN, S.PRINT_COPY, S.GREY_COPY))


def _unlocated(size: tuple[int, int], printed: list[Quad]) -> bool:
    picture = np.full((size[1], size[0], 3), 200, np.uint8)
    picture[::7] = 60
    return any(signal.why == "NOT_LOCATED" for signal in page_signals(picture, printed=printed))


def _lines(box: Box, count: int = 8) -> list[Quad]:
    left, top, width, height = box
    pitch = height / count
    return [geometry.box_quad(left, top + row * pitch, left + width, top + (row + 0.6) * pitch) for row in range(count)]


def test_a_scan_without_fields_is_the_page_alone_where_its_lines_and_codes_reach_over_it() -> None:
    assert not _unlocated((1012, 639), _lines((40, 40, 930, 570)))


@pytest.mark.parametrize(
    ("size", "box"),
    [
        pytest.param((1280, 800), (250, 100, 780, 600), id="a page that takes less of its picture"),
        pytest.param((1280, 800), (100, 300, 1080, 300), id="print in one part of it"),
        pytest.param((1280, 800), (0, 0, 1280, 800), id="print that runs off the picture"),
        pytest.param((1600, 1200), (100, 80, 1400, 1040), id="no page's proportion"),
        pytest.param((1500, 1000), (60, 50, 1380, 900), id="a visa's proportion and no MRZ"),
    ],
)
def test_print_that_does_not_reach_over_a_page_or_is_not_its_own_makes_no_page_alone(size: tuple[int, int], box: Box) -> None:
    assert _unlocated(size, _lines(box))


def test_a_face_above_the_fields_is_that_of_who_holds_the_page() -> None:
    picture = np.full((1000, 1600, 3), 200, np.uint8)
    picture[::7] = 60
    fields = _as_read(900 / _page().shape[1], zone=False, at=(700, 350))
    face = geometry.box_quad(60, 20, 400, 400)
    found = {signal.suspicion: signal for signal in page_signals(picture, portrait=face, fields=fields)}
    assert found[S.PORTRAIT_SUBSTITUTED].why == "NOT_LOCATED"


def test_a_picture_without_any_colour_is_a_grey_copy_wherever_the_page_lies() -> None:
    grey = cv2.cvtColor(cv2.cvtColor(_on_cloth(_page()), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    found = {signal.suspicion: signal for signal in page_signals(np.asarray(grey, np.uint8))}
    assert found[S.GREY_COPY].raised


# --- what cannot be measured says so -------------------------------------------------------------------------------------------------


def test_a_small_page_is_not_judged_for_grids() -> None:
    picture, quad = exposed(_page(), Camera(width=MIN_PAGE_PX - 60))
    found = _signals(picture, quad)
    assert grid_evidence(picture, quad) is None
    for suspicion in (S.SCREEN, S.PRINT_COPY):
        assert (found[suspicion].score, found[suspicion].why) == (None, "PAGE_TOO_SMALL")


def test_a_blurred_page_is_not_judged_for_grids_and_edges() -> None:
    picture, quad = exposed(_page(), Camera(width=800, blur=6.0, sharpen=0.0))
    found = _signals(picture, quad)
    for suspicion in (S.SCREEN, S.PRINT_COPY, S.PORTRAIT_SUBSTITUTED, S.TEXT_RETOUCHED):
        assert (found[suspicion].score, found[suspicion].why) == (None, "NOT_SHARP")


def test_without_template_portrait_and_fields_there_is_nothing_to_compare() -> None:
    found = {signal.suspicion: signal for signal in page_signals(_page(), quad=geometry.box_quad(0, 0, *_page().shape[1::-1]))}
    assert found[S.COLOUR_PROFILE].why == "NO_TEMPLATE"
    assert found[S.PORTRAIT_SUBSTITUTED].why == "NO_PORTRAIT"
    assert found[S.TEXT_RETOUCHED].why == "NO_FIELDS"
    assert all(found[one].score is None for one in (S.COLOUR_PROFILE, S.PORTRAIT_SUBSTITUTED, S.TEXT_RETOUCHED))
    assert found[S.GREY_COPY].score is not None


@pytest.mark.parametrize("page", [np.zeros((400, 640, 3), np.uint8), np.full((756, 1198, 3), 255, np.uint8), np.zeros((2, 3, 3), np.uint8)])
def test_pages_with_nothing_on_them_are_not_judged_and_break_nothing(page: Image) -> None:
    found = page_signals(page, colours=_known(_page()), portrait=geometry.box_quad(0, 0, 1, 1))
    assert not any(signal.raised for signal in found)
    assert all(signal.score is None or math.isfinite(signal.score) for signal in found)


def test_a_portrait_outside_the_picture_is_not_judged() -> None:
    picture, quad = _genuine()
    page = attacks.straightened(picture, quad, (1200, 846))
    found = page_signals(page, picture=picture, quad=quad, portrait=geometry.box_quad(-900, -900, -500, -400))
    assert next(signal for signal in found if signal.suspicion is S.PORTRAIT_SUBSTITUTED).score is None


def test_scores_lie_between_0_and_1_and_the_same_picture_has_the_same() -> None:
    one = _signals(*_genuine())
    assert one == _signals(*_genuine())
    assert all(0 <= signal.score <= 1 for signal in one.values() if signal.score is not None)
