"""The quality of a page picture, on drawn specimens spoiled by known amounts."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import pytest

from kiosk.domain.document import PageSide, PageWarning
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.page_likeness import SAME_PAGE, likeness, page_print
from kiosk.imaging.page_quality import LIMITS, Level, Strictness, hotspots, is_blank, measure_page, page_quality, quality_levels
from kiosk.imaging.rectify import limited, rotated, straighten
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.specimen import specimen

SIZE = (1280, 720)
QUAD = geometry.box_quad(200, 80, 1080, 635)


@functools.cache
def page(design: str = "td1", seed: int = 0, side: PageSide = PageSide.FRONT) -> Image:
    return limited(specimen(design, seed=seed).pages[side], 1000)


def blurred(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def lit(image: Image, factor: float) -> Image:
    return np.asarray(np.clip(image.astype(float) * factor, 0, 255), np.uint8)


def glaring(image: Image) -> Image:
    spot = np.zeros(image.shape[:2], np.float32)
    cv2.circle(spot, (image.shape[1] // 2, image.shape[0] // 2), image.shape[0] // 4, 1.0, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), 25)[:, :, None] * 255
    return np.asarray(np.clip(image + spot, 0, 255), np.uint8)


@pytest.mark.parametrize("design", ["td1", "td2", "td3", "mrv-a", "mrv-b"])
def test_a_good_page_has_no_warning(design: str) -> None:
    assert page_quality(page(design), QUAD, SIZE).warnings == ()


@pytest.mark.parametrize("design", ["td1", "td2", "td3"])
def test_sharpness_falls_with_blur(design: str) -> None:
    scores = [measure_page(page(design) if sigma == 0 else blurred(page(design), sigma)).sharpness for sigma in (0, 1, 2, 3, 5)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.4 > 0.2 > scores[3]


def test_a_blurred_page_is_warned_of() -> None:
    assert PageWarning.SHARPNESS_LOW in page_quality(blurred(page(), 4), QUAD, SIZE).warnings


def test_a_blank_page_has_no_sharpness() -> None:
    assert measure_page(np.full((400, 640, 3), 200, np.uint8)).sharpness == 0.0


@pytest.mark.parametrize("size", [(1, 1), (900, 1), (1, 900), (5, 6), (2, 7)])
def test_a_picture_of_hardly_any_pixels_is_measured_like_any_other(size: tuple[int, int]) -> None:
    tiny = np.full((*size, 3), 120, np.uint8)
    assert measure_page(tiny, framed=False).sharpness == 0.0
    assert is_blank(tiny)


def test_dark_and_bright_pages_are_warned_of() -> None:
    assert PageWarning.BRIGHTNESS_LOW in page_quality(lit(page(), 0.15), QUAD, SIZE).warnings
    assert PageWarning.BRIGHTNESS_HIGH in page_quality(lit(page(), 3.0), QUAD, SIZE).warnings


def test_glare_is_warned_of_and_white_paper_is_not() -> None:
    assert PageWarning.HOTSPOTS_SCORE_HIGH in page_quality(glaring(lit(page(), 0.8)), QUAD, SIZE).warnings
    paper = np.full((400, 640, 3), 255, np.uint8)
    paper[100:110, 50:400] = 20
    assert hotspots(paper) == 1.0


def shown(sheet: Image, *, glare: float = 0.0, light: float = 1.0, roll_deg: float = 2.0) -> Image:
    """A page photographed on a desk and straightened."""
    desk = Desk(size=SIZE)
    placement = Placement(width=fitting_width(sheet, SIZE), roll_deg=roll_deg, tilt_deg=6, swing_deg=-4)
    return straighten(desk.shot(sheet, placement, glare=glare, light=light, blur_px=0.7), desk.quad(sheet, placement), max_width_px=1000)


@pytest.mark.parametrize("side", [PageSide.FRONT, PageSide.BACK])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_reflection_is_seen_beside_and_over_a_printed_white_field(side: PageSide, seed: int) -> None:
    """The back has a barcode on white, which the reflection runs into."""
    assert measure_page(shown(page("td1", seed, side), glare=0.9)).hotspots < 0.75


@pytest.mark.parametrize("design", ["td1", "td2", "td3", "mrv-a", "mrv-b"])
@pytest.mark.parametrize("light", [1.0, 1.06, 1.1])
def test_bright_light_on_white_fields_is_not_glare(design: str, light: float) -> None:
    sides = [PageSide.FRONT, *([PageSide.BACK] if design == "td1" else [])]
    assert all(measure_page(shown(page(design, 1, side), light=light)).hotspots >= 0.75 for side in sides)


@pytest.mark.parametrize(("design", "brightest", "noise"), [("td3", 1.04, 2.5), ("passport-bg", 1.06, 5.0)])
def test_a_white_field_that_is_blown_out_where_the_light_is_strongest_is_not_glare(design: str, brightest: float, noise: float) -> None:
    sheet = page(design).astype(np.float32)
    across = np.linspace(0.9, brightest, sheet.shape[1])[None, :, None]
    lamp = sheet * across * np.linspace(0.94, 1.02, sheet.shape[0])[:, None, None]
    grain = np.random.default_rng(4).normal(0, noise, sheet.shape)
    picture = limited(np.clip(lamp + grain, 0, 255).astype(np.uint8), 640)
    assert (picture.min(axis=2) >= 250).mean() > 0.02
    assert hotspots(picture) == 1.0


def test_white_at_the_border_of_a_scan_is_not_glare() -> None:
    scan = lit(page(), 0.8).copy()
    cv2.ellipse(scan, (500, scan.shape[0]), (400, 120), 0, 0, 360, (255, 255, 255), -1)
    assert hotspots(scan, framed=True) < hotspots(scan, framed=False) == 1.0


def test_a_printed_white_field_is_not_glare() -> None:
    form = lit(page(), 0.8).copy()
    form[300:420, 350:800] = 255
    cv2.putText(form, "24.11.2030", (380, 370), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    assert hotspots(form) == 1.0


def test_places_in_the_picture_are_warned_of() -> None:
    def warnings(quad: geometry.Quad) -> tuple[PageWarning, ...]:
        return page_quality(page(), quad, SIZE).warnings

    assert warnings(geometry.box_quad(3, 80, 900, 640)) == (PageWarning.DOCUMENT_CLOSE_TO_IMAGE_BORDER,)
    assert warnings(geometry.box_quad(-40, 80, 900, 640)) == (PageWarning.DOCUMENT_OUT_OF_IMAGE,)
    assert warnings(geometry.box_quad(500, 200, 800, 390)) == (PageWarning.DOCUMENT_SMALL,)


def test_a_page_alone_has_no_border_warning() -> None:
    assert page_quality(page(), None, (1000, 630)).warnings == ()


def test_a_page_is_like_itself_in_other_light_and_upside_down() -> None:
    print_of = page_print(page())
    assert likeness(print_of, page_print(lit(blurred(page(), 1.5), 0.7))) > SAME_PAGE
    assert likeness(print_of, page_print(rotated(page(), 2))) > SAME_PAGE


def test_the_two_sides_of_a_card_are_not_alike() -> None:
    for seed in range(3):
        front, back = page("td1", seed), page("td1", seed, PageSide.BACK)
        assert likeness(page_print(front), page_print(back)) < SAME_PAGE - 0.15


# --- strictness, levels, blank pictures


def spotted(image: Image, share: float) -> Image:
    """A reflection over so much of the page."""
    height, width = image.shape[:2]
    radius = (share * height * width / np.pi) ** 0.5
    spot = np.zeros((height, width), np.float32)
    cv2.circle(spot, (round(width * 0.6), round(height * 0.45)), round(radius), 1.0, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), radius / 4)[:, :, None] * 255
    return np.asarray(np.clip(image * 0.85 + spot, 0, 255), np.uint8)


@pytest.mark.parametrize("design", ["td1", "td2", "td3"])
@pytest.mark.parametrize(
    ("sigma", "warned"),
    [(0.0, ()), (1.0, ()), (2.0, (Strictness.STRICT,)), (2.75, (Strictness.STRICT, Strictness.NORMAL)), (4.0, tuple(Strictness))],
)
def test_how_much_blur_each_strictness_lets_pass(design: str, sigma: float, warned: tuple[Strictness, ...]) -> None:
    sheet = blurred(page(design), sigma) if sigma else page(design)
    found = [one for one in Strictness if PageWarning.SHARPNESS_LOW in page_quality(sheet, QUAD, SIZE, strictness=one).warnings]
    assert tuple(found) == warned


@pytest.mark.parametrize("design", ["td1", "td2", "td3"])
@pytest.mark.parametrize(
    ("share", "warned"),
    [(0.0, ()), (0.013, (Strictness.STRICT,)), (0.03, (Strictness.STRICT, Strictness.NORMAL)), (0.06, tuple(Strictness))],
)
def test_how_much_glare_each_strictness_lets_pass(design: str, share: float, warned: tuple[Strictness, ...]) -> None:
    sheet = spotted(page(design), share) if share else page(design)
    found = [one for one in Strictness if PageWarning.HOTSPOTS_SCORE_HIGH in page_quality(sheet, QUAD, SIZE, strictness=one).warnings]
    assert tuple(found) == warned


def test_strictness_changes_warnings_and_never_scores() -> None:
    sheet = spotted(blurred(page(), 2.0), 0.02)
    scores = {(one.sharpness, one.brightness, one.hotspots) for one in (page_quality(sheet, QUAD, SIZE, strictness=s) for s in Strictness)}
    assert len(scores) == 1
    for limit in ("sharpness", "hotspots"):
        strict, normal, relaxed = (getattr(LIMITS[one], limit) for one in Strictness)
        assert strict > normal > relaxed


@pytest.mark.parametrize("strictness", Strictness)
def test_the_level_that_is_bad_goes_with_the_warning(strictness: Strictness) -> None:
    for sheet in (
        page(),
        blurred(page(), 3),
        blurred(page(), 5),
        spotted(page(), 0.02),
        spotted(page(), 0.08),
        lit(page(), 0.15),
        lit(page(), 3.0),
    ):
        quality = page_quality(sheet, QUAD, SIZE, strictness=strictness)
        levels = quality_levels(quality)
        assert (levels.sharpness is Level.LOW) == (PageWarning.SHARPNESS_LOW in quality.warnings)
        assert (levels.hotspots is Level.HIGH) == (PageWarning.HOTSPOTS_SCORE_HIGH in quality.warnings)
        assert (levels.brightness is Level.LOW) == (PageWarning.BRIGHTNESS_LOW in quality.warnings)
        assert (levels.brightness is Level.HIGH) == (PageWarning.BRIGHTNESS_HIGH in quality.warnings)


def test_an_empty_sheet_and_a_covered_lens_are_blank() -> None:
    random = np.random.default_rng(3)
    shading = np.linspace(150, 235, 1280)[None, :, None] * np.ones((720, 1, 3))
    assert is_blank(np.full((700, 1000, 3), 255, np.uint8))
    assert is_blank(np.clip(random.normal(18, 10, (720, 1280, 3)), 0, 255).astype(np.uint8))
    assert is_blank(np.clip(shading + random.normal(0, 4, shading.shape), 0, 255).astype(np.uint8))


def test_what_shows_anything_is_not_blank() -> None:
    sheet = np.full((1400, 1000, 3), 250, np.uint8)
    cv2.putText(sheet, "this page is left blank", (260, 700), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (40, 40, 40), 2)
    assert not is_blank(sheet)
    assert not is_blank(page())
    assert not is_blank(blurred(page(), 6))
    assert not is_blank(Desk(size=SIZE).shot(None))
