"""What the page network finds beyond the contract: many pages, touching pages, open passports, displays, photographs of every kind."""

from __future__ import annotations

import functools
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.document import PageSide
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.page_locator_neural import NeuralPageLocator, Planes
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import PageLocation
from kiosk.specimens import degrade
from kiosk.specimens.degrade import Degradation, Photograph
from kiosk.specimens.scene import Desk
from kiosk.specimens.specimen import specimen

MODEL = Path(__file__).parents[2] / "models/page_locator.onnx"
SIZE = (800, 600)
SURE = 0.55


@functools.cache
def locator() -> NeuralPageLocator:
    return NeuralPageLocator(MODEL, threads=1)


@functools.cache
def page(design: str, seed: int = 0, side: PageSide = PageSide.FRONT) -> Image:
    return specimen(design, seed=seed).pages[side]


def sure(shot: Photograph) -> list[PageLocation]:
    return [one for one in locator().locate(shot.image) if one.confidence >= SURE]


def overlaps(shot: Photograph) -> list[float]:
    """Of each true page with the best that was found."""
    found = sure(shot)
    return [max((geometry.overlap(one.quad, quad) for one in found), default=0.0) for quad in shot.quads]


def test_photographs_of_every_kind_are_found() -> None:
    designs = ("td1", "td2", "td3", "mrv-b")
    values = [
        overlaps(degrade.photograph(page(designs[number % 4]), seed=31_000 + number, size=SIZE, severity=0.5))[0] for number in range(24)
    ]
    assert np.mean(values) >= 0.9
    assert np.median(values) >= 0.97


def test_five_cards_on_a_table_are_five() -> None:
    pages = [page("td1"), page("td2"), page("td3"), page("mrv-a"), page("td1", 0, PageSide.BACK)]
    for seed in (3, 4):
        shot = degrade.several(pages, seed=seed, size=(1200, 900), severity=0.3, kinds=frozenset({Degradation.ROLL}), grounds=["wood"])
        assert len(sure(shot)) == 5
        assert min(overlaps(shot)) > 0.9


def test_nine_small_documents_on_one_table_are_nine() -> None:
    """In the first look each is 17 cells wide, and some run together; the second, finer one keeps them apart."""
    designs = ("td1", "td2", "td3", "mrv-a", "mrv-b")
    pages = [page(designs[number % 5]) for number in range(9)]
    shot = degrade.several(pages, seed=910_005, size=(960, 720), severity=0.3, kinds=frozenset({Degradation.ROLL}), grounds=["stripes"])
    assert len(sure(shot)) == 9
    assert min(overlaps(shot)) > 0.85


@pytest.mark.parametrize(("design", "ground", "seed"), [("td3", "marble", 5), ("mrv-a", "paper", 3), ("mrv-a", "tiles", 3)])
def test_the_upper_part_of_a_page_that_the_picture_cuts_is_found_though_no_page_is_so_wide(design: str, ground: str, seed: int) -> None:
    whole = degrade.photograph(page(design), seed=seed, size=SIZE, severity=0.3, kinds=frozenset(), grounds=[ground])
    left, top, right, bottom = geometry.bounds(whole.quad)
    cut = round(top + 0.4 * (bottom - top))
    found = [one for one in locator().locate(np.ascontiguousarray(whole.image[:cut])) if one.confidence >= SURE]
    assert len(found) == 1
    assert geometry.overlap(found[0].quad, geometry.box_quad(left, top, right, cut)) > 0.8  # of its box: it lies a little aslant
    assert found[0].touches_border


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_half_a_page_at_the_border_is_found_and_touches_it(side: str) -> None:
    whole = degrade.photograph(page("mrv-a"), seed=12, size=SIZE, severity=0.3, kinds=frozenset(), grounds=["wood"])
    left, top, right, bottom = geometry.bounds(whole.quad)
    x, y = round((left + right) / 2), round((top + bottom) / 2)
    boxes = {"left": (0, 0, x, SIZE[1]), "right": (x, 0, SIZE[0], SIZE[1]), "top": (0, 0, SIZE[0], y), "bottom": (0, y, SIZE[0], SIZE[1])}
    x0, y0, x1, y1 = boxes[side]
    half = np.ascontiguousarray(whole.image[y0:y1, x0:x1])
    seen = geometry.box_quad(max(left, x0) - x0, max(top, y0) - y0, min(right, x1) - x0, min(bottom, y1) - y0)
    found = [one for one in locator().locate(half) if one.confidence >= SURE]
    assert len(found) == 1
    assert geometry.overlap(found[0].quad, seen) > 0.8  # of its box: the page lies a little aslant
    assert found[0].touches_border


def stamped(picture: Image, degrees: float, share: float) -> Image:
    """A page with a rectangular stamp of this share of its area, turned against its sides."""
    marked = picture.copy()
    height, width = marked.shape[:2]
    long = math.sqrt(1.5 * share * width * height)
    box = cv2.boxPoints(((0.55 * width, 0.5 * height), (long, long / 1.5), degrees))
    cv2.polylines(marked, [np.round(box).astype(np.int32)], True, (140, 40, 60), max(3, width // 110), cv2.LINE_AA)
    return marked


@pytest.mark.parametrize("degrees", [-15, 20])
def test_a_page_with_an_oblique_stamp_is_the_page_and_not_the_stamp(degrees: float) -> None:
    shot = degrade.photograph(stamped(page("td1"), degrees, 0.3), seed=41, size=SIZE, severity=0.3, kinds=frozenset(), grounds=["wood"])
    assert min(overlaps(shot)) > 0.9


def test_two_sides_in_one_scan_are_two() -> None:
    """A floor under what was measured (models/cards/page_locator.md): touching sides on white paper are not always told apart."""
    found = []
    for seed in range(8):
        front, back = page("td1", seed % 2), page("td1", seed % 2, PageSide.BACK)
        shot = degrade.stacked_scan([front, back], seed=seed, width_px=800, touching=seed % 2 == 0)
        found += overlaps(shot)
    assert np.median(found) > 0.9
    assert np.mean(np.array(found) > 0.75) >= 0.5


def test_of_an_open_passport_the_data_page_is_found() -> None:
    values = [overlaps(degrade.open_passport(page("td3"), seed=seed, size=(700, 900), severity=0.3))[0] for seed in range(4)]
    assert np.median(values) > 0.9


def test_of_a_display_the_page_on_it_is_found() -> None:
    """Or at least the display that is mostly filled by it: a bright window around a bright page hides its outline."""
    kinds = frozenset({Degradation.SCREEN, Degradation.PERSPECTIVE})
    values = [overlaps(degrade.photograph(page("td1"), seed=seed, size=SIZE, severity=0.4, kinds=kinds))[0] for seed in range(6)]
    assert np.median(values) > 0.7
    assert max(values) > 0.95


def test_a_page_that_the_picture_cuts_touches_the_border() -> None:
    shot = degrade.photograph(page("td1"), seed=2, size=SIZE, severity=1.0, kinds=frozenset({Degradation.BORDER}), grounds=["wood"])
    found = sure(shot)
    assert found
    assert found[0].touches_border


def looks(monkeypatch: pytest.MonkeyPatch, picture: Image, *, quick: bool) -> int:
    """How often the network runs for a picture."""
    net, count = locator(), 0

    def counted(small: Image, side_px: int = 128) -> Planes:
        nonlocal count
        count += 1
        return NeuralPageLocator.planes(net, small, side_px)

    with monkeypatch.context() as patched:
        patched.setattr(net, "planes", counted)
        net.locate(picture, quick=quick)
    return count


def test_an_empty_table_and_an_ordinary_page_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [looks(monkeypatch, Desk(seed=seed).shot(None), quick=False) for seed in range(3)] == [1, 1, 1]
    shot = degrade.photograph(page("td1"), seed=41, size=SIZE, severity=0.3, kinds=frozenset(), grounds=["wood"])
    assert looks(monkeypatch, shot.image, quick=False) == 1


def test_a_preview_is_looked_at_once_whatever_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    shot = degrade.several(
        [page("td1"), page("td2"), page("td3")] * 3, seed=910_005, size=(960, 720), severity=0.3, kinds=frozenset(), grounds=["stripes"]
    )
    assert looks(monkeypatch, shot.image, quick=False) > 1
    assert looks(monkeypatch, shot.image, quick=True) == 1


def test_the_same_picture_gives_the_same_answer() -> None:
    shot = degrade.photograph(page("td1"), seed=5, size=SIZE)
    assert locator().locate(shot.image) == locator().locate(shot.image)


def test_a_file_that_is_no_model_is_a_model_fault(tmp_path: Path) -> None:
    broken = tmp_path / "page_locator.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(ModelFault) as fault:
        NeuralPageLocator(broken)
    assert fault.value.code is ErrorCode.MODEL_CORRUPT
