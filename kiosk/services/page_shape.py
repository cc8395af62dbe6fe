"""Whether what was read as a page is one whole page, and only one: by proportion, way up, portraits and print."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np

from kiosk.domain.document import PageWarning, Point, Quad
from kiosk.domain.face import Face
from kiosk.domain.mrz import MrzFormat
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.islands import page_islands
from kiosk.imaging.page_quality import measure_page, page_width
from kiosk.imaging.print_polarity import is_reversed
from kiosk.imaging.rectify import ID1_RATIO, ID3_RATIO, KNOWN_RATIOS, page_ratio
from kiosk.ports import PageLocation, TextLine
from kiosk.services.document_licence import american_numbers
from kiosk.services.document_words import load_words, plain
from kiosk.services.page_look import READABLE, PageLook, mrz_zone, readability
from kiosk.services.template_model import Template

_TILTED = 0.2
"""Logarithm of how far a page's proportion in a photograph may be off: a tilt of 35 degrees. A third of a page missing is 0.4."""
_WIDEST = 2.2  # of a picture without an outline in it: cameras and sheets of paper are less
_ON_PLAIN_GROUND = 0.7
_CUT = 0.95
_SAME_SIZE = 0.78  # of two portraits' heights; a ghost portrait is about half of the portrait
_Bounds = tuple[float, float, float, float]
"""left, top, right, bottom"""
_MRZ_RATIOS = {MrzFormat.TD1: (ID1_RATIO,), MrzFormat.MRV_A: (120 / 80,)}
_LICENCE_FIELD = re.compile(r"^\s*(1|2|3|4a|4b|4c|4d|5|8|9)\.", re.IGNORECASE)
_LICENCE_ORDER = ("1", "2", "3", "4a", "4c", "4b", "4d", "5", "8", "9")
_LEAST_NUMBERS = 4
_WORD = 4
_MANY_LINES = 8
_PROSE_LINES, _PROSE_WORDS = 12, 5
"""Lines of so many words make prose, where they are half of all. Of 29 pages of all designs and 35 public samples one had ten
of 50 lines, the others eight at most, and none more than a third of its lines."""
_LARGE_PX = 900
_SHARP = 0.35
_AT_THE_SIDE = 0.004
_CUT_LINES = 2
"""Lines that run into one side of a picture: none on 35 public scans but a strip with one; of halves of pages four to eleven."""
_CUT_IN_OUTLINE = 5
"""As above, of a page with an outline. One that lies askew cut off the ends of up to three lines (29 photographs of whole pages); of cards
cut in half it was eight to twelve, and their outline is that of a page held upright."""
_KNOWN = 4
"""Labels, values and lines of an MRZ that tell where on the ground the page's print is; of fewer, all print may be the page's."""
_LABEL_SHARE = 0.6
_OF_MRZ = re.compile(r"(?=.*[\d<])[A-Z\d<]{12,}")
"""A line of an MRZ, or the half of one, whether or not the MRZ can be read."""
_BELOW = 2.0  # of a line's height: what is cut below the lowest label is no value that was read
_WITHIN = 0.5
"""Of a line: on 2026-11-21 cut lines of halves lay to 0.89 and more within the known ones, print of the ground to 0.23 at most."""
_ILLEGIBLE = 0.8  # mean confidence by letters; READABLE with a margin


def shape_warnings(look: PageLook, template: Template | None, printed: Sequence[Quad] = ()) -> tuple[PageWarning, ...]:
    """What proportion and colours speak against the page being usable. Arguments as `is_whole`."""
    warnings = [] if is_whole(look, template, printed) else [PageWarning.DOCUMENT_OUT_OF_IMAGE]
    boxes = [geometry.bounds(line.quad) for line in look.lines if len(line.text) >= _WORD]
    if is_reversed(look.image, [(left, top, right, bottom) for left, top, right, bottom in boxes if right - left > bottom - top]):
        # nothing can be compared with the portrait of a negative; its paper is as dark as that of a page in the dark
        warnings.append(PageWarning.BRIGHTNESS_LOW)
    return tuple(warnings)


def is_whole(look: PageLook, template: Template | None, printed: Sequence[Quad] = ()) -> bool:
    """False when a part of the page must be missing: its proportion is no page's, or it stands where such pages lie.

    Args:
        template: what the page was recognised as.
        printed: where values were read.
    """
    height, width = look.image.shape[:2]
    if look.location is None:
        return bool(max(width, height) <= _WIDEST * min(width, height)) and not runs_off(look, printed)
    if look.part is not None:
        return True
    if runs_off(look, printed, least=_CUT_IN_OUTLINE):
        return False
    ratios: Sequence[float] = KNOWN_RATIOS
    if look.mrz is not None:
        ratios = _MRZ_RATIOS.get(look.mrz.format, (ID3_RATIO,))
    if template is not None:
        ratios = (template.ratio,)
    # cards made to be held upright exist, of those that are known and of those with an MRZ none does
    if (look.mrz is not None or (template is not None and template.ratio > 1)) and height > 1.05 * width:
        return False
    ratio = page_ratio(look.location.quad)
    return min(abs(math.log(ratio / max(known, 1 / known))) for known in ratios) <= _TILTED


def runs_off(look: PageLook, printed: Sequence[Quad] = (), *, least: int = _CUT_LINES) -> bool:
    """Print that runs into the left or right side of the picture: the page goes on beyond it. No page is printed up to its edge.

    Print of the ground, a newspaper's, does so too: where enough of the page is known, what lies outside of that does not count.

    Args:
        printed: where values were read.
        least: so many lines must run into one side.
    """
    width = look.image.shape[1]
    zones = [geometry.bounds(quad) for quad in look.mrz_quads]
    # a line of the MRZ that was read as text as well is one line
    lines = [line for line in look.lines if not any(_lies_in(geometry.bounds(line.quad), zone) for zone in zones)]
    labels = [line.quad for line in lines if _OF_MRZ.fullmatch(line.text) or _is_label(line.text)]
    known = list(dict.fromkeys((*printed, *labels, *look.mrz_quads)))
    boxes = [*(geometry.bounds(line.quad) for line in lines), *zones]
    if len(known) >= _KNOWN:
        page = _around(known)
        boxes = [box for box in boxes if _lies_in(box, page)]
    level = [(left, right) for left, top, right, bottom in boxes if right - left > bottom - top]
    left_cut = sum(left <= _AT_THE_SIDE * width for left, _ in level)
    right_cut = sum(right >= (1.0 - _AT_THE_SIDE) * width - 1 for _, right in level)
    return bool(max(left_cut, right_cut) >= least)


def _is_label(text: str) -> bool:
    """Whether most of it is what documents print as the name of a field."""
    words = plain(text).split()
    named = {place for hit in load_words().labels.find(words) for place in range(hit.first, hit.last)}
    return sum(len(words[place]) for place in named) >= _LABEL_SHARE * max(1, sum(map(len, words)))


def _around(quads: Sequence[Quad]) -> _Bounds:
    lefts, tops, rights, bottoms = zip(*map(geometry.bounds, quads), strict=True)
    more = _BELOW * float(np.median([bottom - top for top, bottom in zip(tops, bottoms, strict=True)]))
    return min(lefts), min(tops) - more, max(rights), max(bottoms) + more


def _lies_in(box: _Bounds, zone: _Bounds) -> bool:
    """Whether the middle of a line lies between the zone's top and bottom, and half of its length between the sides."""
    left, top, right, bottom = box
    shared = min(right, zone[2]) - max(left, zone[0])
    return shared >= _WITHIN * (right - left) and zone[1] <= (top + bottom) / 2 <= zone[3]


def shows_two_holders(look: PageLook) -> bool:
    """Two portraits of one size, side by side or one above the other: two pages were taken for one."""
    return any(_are_two_portraits(one, other) for one, other in combinations(look.faces, 2))


def _are_two_portraits(one: Face, other: Face) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = one.box, other.box
    apart = max(abs(ax + aw / 2 - bx - bw / 2), abs(ay + ah / 2 - by - bh / 2))
    return min(ah, bh) >= _SAME_SIZE * max(ah, bh) and apart > 2.0 * max(ah, bh)


def licence_numbers(lines: Sequence[TextLine]) -> int:
    """How many of the fields that licences number stand there; fewer than four are none. Those of Europe ("1." "4a.") in order.

    Directive 2006/126/EC, annex I: the numbers are the labels, in every language.
    """
    top: dict[str, float] = {}
    for line in lines:
        match = _LICENCE_FIELD.match(line.text)
        if match is not None:
            top.setdefault(match[1].lower(), geometry.centre(line.quad)[1])
    found = [name for name in _LICENCE_ORDER if name in top]
    heights = [top[name] for name in found]
    tall = np.median([geometry.bounds(line.quad)[3] - geometry.bounds(line.quad)[1] for line in lines]) if lines else 0.0
    in_order = all(after > before - tall for before, after in pairwise(heights))
    european = len(found) if len(found) >= _LEAST_NUMBERS and in_order else 0
    return max(european, american_numbers(lines))


def is_hopeless(look: PageLook) -> bool:
    """Large, sharp print in a sure outline that cannot be read either way up: a mirrored page. No scale or turn makes it legible.

    What is small, blurred or cut may still be read in another way.
    """
    if look.location is None or look.location.touches_border or look.mrz is not None or len(look.lines) < _MANY_LINES:
        return False
    large = look.image.shape[1] >= _LARGE_PX and page_width(look.location.quad) >= _LARGE_PX
    return large and readability(look.lines) < _ILLEGIBLE and measure_page(look.image).sharpness >= _SHARP


def is_prose(look: PageLook) -> bool:
    """A letter, a contract, a page of a book, legible as it lies: other scales, turns and outlines show no document in it either.

    A document's lines of so many words are few. What its labels, its face or its MRZ tell of is not prose, whatever it lies on.
    """
    if look.is_document or look.all_faces or readability(look.lines) < READABLE or mrz_zone(look.lines, look.image) is not None:
        return False
    return sum(len(line.text.split()) >= _PROSE_WORDS for line in look.lines) >= max(_PROSE_LINES, len(look.lines) / 2)


def with_islands(image: Image, found: Sequence[PageLocation]) -> tuple[PageLocation, ...]:
    """The pages that were located, and on plain ground those that were missed, run together or cut.

    Outlines are the finer ones; where the ground is plain, nothing else than a page stands out of it.
    """
    islands = page_islands(image)
    if not islands:
        return tuple(found)
    pages: list[PageLocation] = []
    for quad in islands:
        mine = [one for one in found if _holds(quad, geometry.centre(one.quad))]
        best = max(mine, key=lambda one: geometry.area(one.quad), default=None)
        share = geometry.area(best.quad) / geometry.area(quad) if best is not None else 0.0
        pages.append(best if best is not None and _CUT <= share < 1.3 else PageLocation(quad, _ON_PLAIN_GROUND))
    if len(pages) == 1 and not found:
        # one page that no outline tells is read as the picture is: a scan of it, with its margin
        return ()
    kept = [
        one
        for one in found
        if not any(_holds(quad, geometry.centre(one.quad)) or _holds(one.quad, geometry.centre(quad)) for quad in islands)
    ]
    return (*pages, *kept)


def _holds(quad: Quad, point: Point) -> bool:
    """Whether the point lies in the convex quad."""
    corners = geometry.as_array(quad)
    edges, towards = np.roll(corners, -1, axis=0) - corners, np.asarray(point) - corners
    turns = edges[:, 0] * towards[:, 1] - edges[:, 1] * towards[:, 0]
    return bool(np.all(turns >= 0) or np.all(turns <= 0))
