"""Advisory authenticity signals of a page: is it a screen, a print, a grey copy; are its colours, portrait and fields its own.

Telling recaptures from documents is unsolved (the best of PAD-IDCard 2024 reached an AV_rank of 74.8, arXiv 2409.00372), and these are
rules measured on simulated attacks: they ask a person for a look and prove nothing, neither when raised nor when silent. Operating points,
figures and limits: models/cards/authenticity.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kiosk.domain.document import Field, FieldName, Quad, Signal, Source, Suspicion
from kiosk.imaging import geometry, tampering
from kiosk.imaging.frame import Image
from kiosk.imaging.page_quality import measure_page
from kiosk.imaging.recapture import GridEvidence, grid_evidence
from kiosk.imaging.rectify import KNOWN_RATIOS

RAISED = 0.5
"""Scores are scaled so that every rule's own operating point lies here; the raw measures' points are below."""

# Raw operating points: what at most two in a hundred genuine photographs reached (models/cards/authenticity.md)
GRID_LIMIT = 3.0  # GridEvidence
COLOURFULNESS_LIMIT = 0.022  # chroma that is left of a page when the light is taken out; grey copies have less
COLOUR_DISTANCE_LIMIT = 0.9
PORTRAIT_NOISE_LIMIT = 1.0  # natural logarithm of how much less noise than the page the portrait has
EDGE_LIMIT = 3.0  # robust deviations by which a field's letters are crisper than the other fields'
MIN_PAGE_SIDE_PX = 64
MIN_FIELDS = 5
MIN_LETTERS_PX = 12.0
LEAST_CONTRAST = 0.6  # of a field's letters, against the middle field's
REFLECTION = 1.05  # how much brighter than the middle field's its paper is, at the least, where a reflection makes letters so pale
MIN_STROKES = 8  # sides of strokes; a single letter has fewer, and says little of its page
MIN_SHARPNESS = 0.22  # of the page at 640 px (`page_quality.measure_page`): a blurred picture shows neither grids nor edges

PAGE_TOO_SMALL = "PAGE_TOO_SMALL"
NOT_SHARP = "NOT_SHARP"
NO_TEMPLATE = "NO_TEMPLATE"
NO_PORTRAIT = "NO_PORTRAIT"
NO_FIELDS = "NO_FIELDS"
BADLY_LIT = "BADLY_LIT"
NOT_LOCATED = "NOT_LOCATED"
"""The page lies somewhere in the picture: a table's cloth has grids, colours and grain of its own."""
INCONCLUSIVE = "INCONCLUSIVE"
"""Measured and not raised by a rule that misses most cases: silence says nothing, so it is no score."""


class KnownColour(Protocol):
    """What a template knows of a place (`template_model.TemplateColour`): left, top, right, bottom in shares of the page; mean colour."""

    @property
    def area(self) -> tuple[float, float, float, float]: ...
    @property
    def bgr(self) -> tuple[int, int, int]: ...


@dataclass(frozen=True, slots=True)
class _Seen:
    """The page at the picture's own resolution: what lies in the straightened page's pixels is brought back to the picture."""

    picture: Image
    quad: Quad
    to_picture: geometry.Array

    def place(self, quad: Quad) -> Quad:
        return geometry.as_quad(geometry.mapped(geometry.as_array(quad), self.to_picture))


def page_signals(
    page: Image,
    *,
    picture: Image | None = None,
    quad: Quad | None = None,
    portrait: Quad | None = None,
    fields: Iterable[Field] = (),
    printed: Iterable[Quad] = (),
    colours: Mapping[str, KnownColour] | None = None,
    page_sharpness: float | None = None,
    grids: Callable[[Image, Quad], GridEvidence | None] = grid_evidence,
) -> tuple[Signal, ...]:
    """Look for every suspicion; pure.

    Args:
        page: straightened and upright, BGR.
        picture: as the camera gave it, BGR, never scaled: moire and halftone live in its pixels. None = the page is the picture.
        quad: of the page in `picture`, from the page's own top left; None = the whole picture, if the page's own print reaches over it
            (`_is_page_alone`); else the page lies somewhere in it.
        portrait: in `page`.
        fields: as read from this page; readings of the visual zone that have a place are compared.
        printed: every line of text and every barcode that was read, in `page`; asked only where `quad` is None.
        colours: of the document's template (`TemplatePage.colours`).
        page_sharpness: `PageQuality.sharpness` where it is known already.
        grids: as `recapture.grid_evidence`, where its answer may be known already.

    Returns: one signal per suspicion, in the order of `Suspicion`; what could not be measured has no score and says why.
    """
    if min(page.shape[:2]) < MIN_PAGE_SIDE_PX:
        return tuple(Signal(suspicion, None, RAISED, "", why=PAGE_TOO_SMALL) for suspicion in Suspicion)
    seen = _seen(page, picture, quad)
    if page_sharpness is None:
        page_sharpness = measure_page(page).sharpness
    sharp = page_sharpness >= MIN_SHARPNESS
    fields = tuple(fields)
    if quad is None and not _is_page_alone(page, fields, portrait, tuple(printed)):
        return _of_unlocated(page, _texts(seen, fields, sharp))
    return (
        *_grids(grids(seen.picture, seen.quad) if sharp else None, sharp),
        _grey_copy(page),
        _colour_profile(page, colours),
        _portrait(seen, portrait, sharp),
        _texts(seen, fields, sharp),
    )


def _is_page_alone(page: Image, fields: Sequence[Field], portrait: Quad | None, printed: Sequence[Quad]) -> bool:
    """Is an unlocated page's picture a scan or a cut-out? Its proportion must be a page's, and the page's own print must reach over it.

    Cameras give 1280 x 800 and scanners A4, nearly a passport's, so that the proportion alone says nothing. An MRZ takes 87 to 89 %
    of the width of its page (9303-4 to 9303-7), and a page that wide in a picture of its proportion is as high as it, too. Where few
    fields were read (backs of licences) all print counts.
    """
    height, width = page.shape[:2]
    readings = [reading for field in fields for reading in field.readings]
    zone = [one.quad for one in readings if one.source is Source.MRZ and one.quad is not None]
    # only visas of size A have that proportion, and all of them an MRZ
    known = (*KNOWN_RATIOS, _VISA_RATIO) if zone else KNOWN_RATIOS
    ratio = math.log(max(height, width) / min(height, width))
    if min(abs(ratio - math.log(one)) for one in known) > _RATIO_TOLERANCE:
        return False
    if zone:
        return bool(width > height and _span(zone)[0] >= _ZONE_SPAN * width)
    own = [one.quad for one in readings if one.source is Source.VISUAL_ZONE and one.quad is not None]
    if portrait is not None and own and _stands_beside(portrait, own):
        own.append(portrait)
    if own and _reaches(own, _PRINT_SPAN, width, height):
        return True
    return bool(printed) and _reaches(printed, _ALL_SPAN, width, height) and _ends_inside(printed, width, height)


def _reaches(quads: Sequence[Quad], shares: tuple[float, float], width: int, height: int) -> bool:
    wide, high = _span(quads)
    return bool(wide >= shares[0] * width and high >= shares[1] * height)


def _ends_inside(printed: Sequence[Quad], width: int, height: int) -> bool:
    """A page ends after its print; a newspaper or a form that the page lies on runs off the picture."""
    air = _AIR * width
    boxes = [geometry.bounds(quad) for quad in printed]
    return all(left >= air and top >= air and right <= width - air and bottom <= height - air for left, top, right, bottom in boxes)


def _span(quads: Sequence[Quad]) -> tuple[float, float]:
    """Width and height of the box around quads."""
    boxes = [geometry.bounds(quad) for quad in quads]
    wide = max(box[2] for box in boxes) - min(box[0] for box in boxes)
    high = max(box[3] for box in boxes) - min(box[1] for box in boxes)
    return wide, high


def _stands_beside(portrait: Quad, printed: Sequence[Quad]) -> bool:
    """On a level with the fields, as a page's portrait is. The face of who holds a page up is above them."""
    boxes = [geometry.bounds(quad) for quad in printed]
    return min(box[1] for box in boxes) < geometry.centre(portrait)[1] < max(box[3] for box in boxes)


_RATIO_TOLERANCE = 0.04
_VISA_RATIO = 120.0 / 80.0  # 9303-7, MRV-A
_ZONE_SPAN = 0.8  # the page takes 90 % of the picture's width, at the least
_PRINT_SPAN = (0.75, 0.45)
"""Of the picture's width and height: portrait and fields of cards without an MRZ take 77 to 91 % and 47 to 80 % of the page's."""
_ALL_SPAN = (0.8, 0.75)
"""The same of all lines and barcodes, which take 83 to 95 % and 84 to 93 % of most pages; more is asked, they need not be the page's."""
_AIR = 0.005
"""Of the picture's width: text detectors draw a line that is cut off up to the border."""


def _of_unlocated(page: Image, texts: Signal) -> tuple[Signal, ...]:
    """Letters can be compared wherever they lie, and where nothing in the picture has colour, the page has none."""
    grey = _grey_copy(page)
    if not grey.raised and grey.score is not None:
        grey = Signal(grey.suspicion, None, RAISED, grey.model, why=NOT_LOCATED)
    return (
        _signal(Suspicion.SCREEN, None, GRID_LIMIT, "screen_grid", NOT_LOCATED),
        _signal(Suspicion.PRINT_COPY, None, GRID_LIMIT, "halftone_grid", NOT_LOCATED),
        grey,
        _signal(Suspicion.COLOUR_PROFILE, None, COLOUR_DISTANCE_LIMIT, "colour_profile", NOT_LOCATED),
        _signal(Suspicion.PORTRAIT_SUBSTITUTED, None, PORTRAIT_NOISE_LIMIT, "portrait_noise", NOT_LOCATED),
        texts,
    )


def _seen(page: Image, picture: Image | None, quad: Quad | None) -> _Seen:
    own = geometry.box_quad(0.0, 0.0, float(page.shape[1]), float(page.shape[0]))
    if picture is None:
        return _Seen(page, own, np.eye(3))
    whole = geometry.box_quad(0.0, 0.0, float(picture.shape[1]), float(picture.shape[0]))
    there = quad or whole
    return _Seen(picture, there, geometry.homography(own, there))


def _score(measure: float, limit: float) -> float:
    """0..1, 0.5 at the operating point; four times the limit is as good as 1."""
    return 1.0 / (1.0 + math.exp(-3.0 * (measure / limit - 1.0)))


def _signal(suspicion: Suspicion, measure: float | None, limit: float, model: str, why: str = "") -> Signal:
    if measure is None:
        return Signal(suspicion, None, RAISED, model, why=why)
    return Signal(suspicion, round(_score(measure, limit), 3), RAISED, model)


def _grids(evidence: GridEvidence | None, sharp: bool) -> tuple[Signal, Signal]:
    why = PAGE_TOO_SMALL if sharp else NOT_SHARP
    screen = printed = None
    if evidence is not None:
        screen, printed = evidence.screen, evidence.halftone
    return (
        _signal(Suspicion.SCREEN, screen, GRID_LIMIT, "screen_grid", why),
        _signal(Suspicion.PRINT_COPY, printed, GRID_LIMIT, "halftone_grid", why),
    )


def _grey_copy(page: Image) -> Signal:
    colour = tampering.colourfulness(page)
    # the less colour the more suspicious: turned round, so that 1 = as little as the limit
    measure = None if colour is None else COLOURFULNESS_LIMIT / max(colour, 1e-4)
    return _signal(Suspicion.GREY_COPY, measure, 1.0, "grey_copy", BADLY_LIT)


def _colour_profile(page: Image, colours: Mapping[str, KnownColour] | None) -> Signal:
    suspicion, model = Suspicion.COLOUR_PROFILE, "colour_profile"
    places = list((colours or {}).values())
    known = [tampering.chroma_of(one.bgr) for one in places]
    if len(known) < tampering.MIN_PLACES or tampering.colour_spread(known) < tampering.LEAST_SPREAD:
        return _signal(suspicion, None, COLOUR_DISTANCE_LIMIT, model, NO_TEMPLATE)
    distance = tampering.colour_distance(tampering.chroma_at(page, [one.area for one in places]), known)
    return _signal(suspicion, distance, COLOUR_DISTANCE_LIMIT, model, BADLY_LIT)


def _portrait(seen: _Seen, portrait: Quad | None, sharp: bool) -> Signal:
    suspicion, model = Suspicion.PORTRAIT_SUBSTITUTED, "portrait_noise"
    if portrait is None:
        return _signal(suspicion, None, PORTRAIT_NOISE_LIMIT, model, NO_PORTRAIT)
    if not sharp:
        return _signal(suspicion, None, PORTRAIT_NOISE_LIMIT, model, NOT_SHARP)
    # inner parts: what lies at the border of either belongs to the other
    inside = tampering.grain(seen.picture, tampering.inner_part(seen.place(portrait), 0.85))
    around = tampering.grain(seen.picture, tampering.inner_part(seen.quad, 0.9))
    if inside is None or around is None:
        return _signal(suspicion, None, PORTRAIT_NOISE_LIMIT, model, PAGE_TOO_SMALL)
    lacking = math.log((around + _NOISE_FLOOR) / (inside + _NOISE_FLOOR))
    # few substitutions leave this trace (models/cards/authenticity.md), so that its absence is worth nothing
    measure = lacking if lacking >= PORTRAIT_NOISE_LIMIT else None
    return _signal(suspicion, measure, PORTRAIT_NOISE_LIMIT, model, INCONCLUSIVE)


_NOISE_FLOOR = 0.3
"""Grey levels. Rounding leaves 0.1; JPEG of quality 30 to 50 wipes a portrait clean and leaves 0.3 to 0.8 of a page's fine lines."""


def _texts(seen: _Seen, fields: Iterable[Field], sharp: bool) -> Signal:
    suspicion, model = Suspicion.TEXT_RETOUCHED, "text_edges"
    if not sharp:
        return _signal(suspicion, None, EDGE_LIMIT, model, NOT_SHARP)
    found: dict[FieldName, tampering.Edges] = {}
    places: dict[FieldName, Quad] = {}
    for field in fields:
        printed = field.of(Source.VISUAL_ZONE)
        if printed is None or printed.quad is None:
            continue
        place = seen.place(printed.quad)
        if min(geometry.sides(place)) < MIN_LETTERS_PX:
            continue
        measured = tampering.edges(seen.picture, place, margin=0.15)
        if measured is not None and measured.strokes >= MIN_STROKES:
            found[field.name], places[field.name] = measured, place
    reflections = _under_reflections(seen.picture, found, places)
    edges = {name: one.steepness for name, one in found.items() if name not in reflections}
    if len(edges) < MIN_FIELDS:
        return _signal(suspicion, None, EDGE_LIMIT, model, NO_FIELDS)
    apart = dict(zip(edges, tampering.outlying(list(edges.values()), least=_EDGE_SPREAD), strict=True))
    scores = {name: round(_score(max(0.0, value), EDGE_LIMIT), 3) for name, value in apart.items()}
    return Signal(suspicion, max(scores.values()), RAISED, model, fields=scores)


def _under_reflections(
    picture: Image, found: Mapping[FieldName, tampering.Edges], places: Mapping[FieldName, Quad]
) -> frozenset[FieldName]:
    """Fields whose letters are pale because light lies over them: there they are thin, too, and thin ones seem crisp.

    Letters that are pale on paper as bright as elsewhere were printed or written so: they are compared.
    """
    usual = float(np.median([one.height for one in found.values()])) if found else 0.0
    pale = [name for name, one in found.items() if one.height < LEAST_CONTRAST * usual]
    if not pale:
        return frozenset()
    papers = {name: paper for name, place in places.items() if (paper := tampering.paper_around(picture, place)) is not None}
    if not papers:
        return frozenset()
    middle = float(np.median(list(papers.values())))
    return frozenset(name for name in pale if name in papers and papers[name] >= REFLECTION * middle)


_EDGE_SPREAD = 0.04
"""Share of an edge's height: fields of one genuine page differ so much by their letters alone."""
