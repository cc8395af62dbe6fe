"""The pictures on a page: portrait, ghost portrait, signature, fingerprint. Only what is really there, never an empty place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.domain.document import PageSide, Quad, Region
from kiosk.domain.face import Face
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.ink import Bounds, pen_strokes, printed_again, ridges
from kiosk.ports import TextLine
from kiosk.services.document_words import load_words, plain
from kiosk.services.page_portrait import portrait_faces, portrait_quad
from kiosk.services.template_model import Area, Template, TemplatePage

GHOST_FACE = 0.5
"""Detector score of a ghost portrait's face where a template says that one is, or where it resembles the portrait."""
LONE_GHOST_FACE = 0.8
"""Of a face on a back, where there is no portrait to compare it with."""
_AROUND = 0.05  # of the page, on each side of a template's area
_SIGNATURE_PLACE = (0.36, 0.17)  # of the page's width and height, above or below its label
_COVERED = 0.6
_SURE_PRINT = 0.8  # mean confidence of a line's letters


def page_regions(
    image: Image,
    faces: Sequence[Face],
    *,
    side: PageSide,
    template: Template | None = None,
    lines: Sequence[TextLine] = (),
    printed: Sequence[Quad] = (),
) -> Mapping[Region, Quad]:
    """What pictures a page has and where, in its pixels.

    Args:
        image: the upright straightened page, BGR; 600 px wide or more, or thin strokes are lost.
        faces: all that were found in it, unsure ones (from 0.5) as well.
        side: a back has no portrait.
        template: tells where to look; without it ghost portraits are found by likeness, signatures by the word beside them.
        lines: text of the page; printed: places of the field values that were read. Neither is handwriting.
    """
    height, width = image.shape[:2]
    page = template.pages.get(side) if template is not None else None
    found: dict[Region, Quad] = {}
    portrait = None
    if side is not PageSide.BACK:
        portrait = _portrait(faces, page, (width, height))
        if portrait is not None:
            found[Region.PORTRAIT] = portrait[1]
    ghost = _ghost(image, faces, portrait, page)
    if ghost is not None:
        found[Region.GHOST_PORTRAIT] = ghost
    # handwriting does not run across a photograph that was found
    pictures = [geometry.bounds(quad) for quad in found.values()]
    signature = _signature(image, page, lines, printed, pictures)
    if signature is not None:
        found[Region.SIGNATURE] = signature
    if page is not None and Region.FINGERPRINT in page.regions:
        place = _pixels(page.regions[Region.FINGERPRINT], width, height)
        if ridges(image, place):
            found[Region.FINGERPRINT] = geometry.box_quad(*place)
    return found


def portrait_region(faces: Sequence[Face], size: tuple[int, int], *, side: PageSide, template: Template | None = None) -> Quad | None:
    """As `page_regions` has it. Args: `size` of the page, width and height in pixels; the others as there."""
    if side is PageSide.BACK:
        return None
    portrait = _portrait(faces, template.pages.get(side) if template is not None else None, size)
    return portrait[1] if portrait is not None else None


def _portrait(faces: Sequence[Face], page: TemplatePage | None, size: tuple[int, int]) -> tuple[Face, Quad] | None:
    """The face and its picture: the template's place when the face is well in it, else as much around the face as portraits have."""
    width, height = size
    able = portrait_faces(faces, height)
    if not able:
        return None
    if page is not None and Region.PORTRAIT in page.regions:
        place = _pixels(page.regions[Region.PORTRAIT], width, height)
        inside = [face for face in able if _middle_in(face, place)]
        if inside:
            tall = inside[0].box[3] / (place[3] - place[1])
            return inside[0], geometry.box_quad(*place) if 0.3 <= tall <= 0.85 else portrait_quad(inside[0], width, height)
    return able[0], portrait_quad(able[0], width, height)


def _ghost(image: Image, faces: Sequence[Face], portrait: tuple[Face, Quad] | None, page: TemplatePage | None) -> Quad | None:
    height, width = image.shape[:2]
    place = None
    if page is not None and Region.GHOST_PORTRAIT in page.regions:
        place = _pixels(page.regions[Region.GHOST_PORTRAIT], width, height)
    if portrait is None:
        least = GHOST_FACE if place is not None else LONE_GHOST_FACE
        lone = [face for face in faces if face.score >= least and (place is None or _middle_in(face, place))]
        return (geometry.box_quad(*place) if place is not None else portrait_quad(lone[0], width, height)) if lone else None
    face, quad = portrait
    left, top, right, bottom = geometry.bounds(quad)
    others = [one for one in faces if one is not face and one.score >= GHOST_FACE and one.box[3] < 0.8 * face.box[3]]
    others = [one for one in others if not _middle_in(one, (left, top, right, bottom))]
    if place is not None:
        if any(_middle_in(one, place) for one in others) or printed_again(image, _head(face), (_wider(place, width, height),)) is not None:
            return geometry.box_quad(*place)
        return None
    for one in others:
        # a pattern that a detector takes for a face does not resemble the portrait
        x, y, w, h = one.box
        if printed_again(image, _head(face), ((x - 0.2 * w, y - 0.2 * h, x + 1.2 * w, y + 1.2 * h),)) is not None:
            return portrait_quad(one, width, height)
    again = printed_again(image, _head(face))
    if again is None:
        return None
    # as much around it as the portrait has around its face
    (x0, y0, x1, y1), head = again[0], _head(face)
    scale = (x1 - x0) / (head[2] - head[0])
    box = (x0 - scale * (head[0] - left), y0 - scale * (head[1] - top), x1 + scale * (right - head[2]), y1 + scale * (bottom - head[3]))
    return geometry.box_quad(max(0.0, box[0]), max(0.0, box[1]), min(float(width), box[2]), min(float(height), box[3]))


def _signature(
    image: Image, page: TemplatePage | None, lines: Sequence[TextLine], printed: Sequence[Quad], pictures: Sequence[Bounds]
) -> Quad | None:
    height, width = image.shape[:2]
    labels = [line for line in lines if _is_signature_label(line.text)]
    # a signature is often read as text: only what is known to be print is left out of the ink
    known = [geometry.bounds(quad) for quad in printed] + [
        geometry.bounds(line.quad) for line in lines if line in labels or _is_print(line)
    ]
    holes = tuple((*known, *pictures))
    if page is not None and Region.SIGNATURE in page.regions:
        place = _wider(_pixels(page.regions[Region.SIGNATURE], width, height), width, height, 0.4)
        strokes = pen_strokes(image, place, holes)
        return geometry.box_quad(*strokes) if strokes is not None else None
    best: Bounds | None = None
    for label in labels:
        for place in _beside(geometry.bounds(label.quad), width, height):
            strokes = pen_strokes(image, place, holes)
            if strokes is not None and (best is None or strokes[2] - strokes[0] > best[2] - best[0]):
                best = strokes
    return geometry.box_quad(*best) if best is not None else None


def _beside(label: Bounds, width: int, height: int) -> tuple[Bounds, ...]:
    """Above, below and right of the word "signature"."""
    left, top, right, bottom = label
    across, down = _SIGNATURE_PLACE[0] * width, _SIGNATURE_PLACE[1] * height
    begin, end = max(0.0, left - 0.03 * width), min(float(width), max(right, left + across))
    return (
        (begin, max(0.0, top - down), end, top),
        (begin, bottom, end, min(float(height), bottom + down)),
        (right, max(0.0, top - down / 2), min(float(width), right + across), min(float(height), bottom + down / 2)),
    )


def _is_signature_label(text: str) -> bool:
    book = load_words().signature
    return book is not None and any(hit.likeness >= 0.85 for hit in book.find(plain(text).split()))


def _is_print(line: TextLine) -> bool:
    """Digits, MRZ, and what is mostly words that documents print."""
    tight = "".join(line.text.split())
    # a signature is read as a few digits, too, but not surely
    if "<<" in tight or (sum(c.isdigit() for c in tight) >= 3 and line.confidence >= _SURE_PRINT):
        return True
    words = plain(line.text).split()
    covered = sum(len(word) for hit in load_words().labels.find(words) for word in words[hit.first : hit.last])
    return covered >= _COVERED * max(1, sum(map(len, words)))


def _head(face: Face) -> Bounds:
    """Face with hair and chin."""
    x, y, w, h = face.box
    return x - 0.25 * w, y - 0.35 * h, x + 1.25 * w, y + 1.15 * h


def _middle_in(face: Face, place: Bounds) -> bool:
    x, y, w, h = face.box
    left, top, right, bottom = place
    return left <= x + w / 2 <= right and top <= y + h / 2 <= bottom


def _pixels(area: Area, width: int, height: int) -> Bounds:
    left, top, right, bottom = area
    return left * width, top * height, right * width, bottom * height


def _wider(place: Bounds, width: int, height: int, share: float = 1.0) -> Bounds:
    dx, dy = share * _AROUND * width, share * _AROUND * height
    return max(0.0, place[0] - dx), max(0.0, place[1] - dy), min(float(width), place[2] + dx), min(float(height), place[3] + dy)
