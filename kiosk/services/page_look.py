"""One way to look at a picture, a page that was located in it or the picture as it is, and what can be told from what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kiosk.domain.document import PageSide, Quad
from kiosk.domain.face import Face
from kiosk.domain.mrz import Mrz, MrzFormat
from kiosk.domain.mrz_layout import CARD_FORMATS
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.imaging.rectify import cropped, rotated
from kiosk.ports import PageLocation, TextLine
from kiosk.services.page_beside import Beside

READABLE = 0.85
"""Mean confidence by letters: upright pages reach 0.93 and more, upside down ones 0.75 at most."""
STRONG_EVIDENCE = 4.0
WEAK_EVIDENCE = 2.0
PORTRAIT_FACE = 0.24
"""Height of the face against the page's on an ID-1 front, at least; a ghost portrait's is about half of a portrait's 0.3."""
GHOST_FACE = 0.16
"""Height of the face against the page's, below which it is no portrait on a card whatever else the page shows."""
SURE_LOCATION = 0.55
"""From which on an outline is a page's by itself (`ports.PageLocation`); a less sure one speaks for nothing, its print must."""
SURE_AT_BORDER = 0.9
"""From which on an outline that touches the picture's border speaks for the page as one within it does."""
MRZ_AIR = 2.2
"""Line heights above and below what looks like an MRZ, in what is read as one."""
_SHORT_LINE = 26
"""Characters that are read of a line of 30 at least."""
_PASSPORT_RATIO = 125.0 / 88.0


@dataclass(slots=True)
class PageLook:
    """What was seen. All places are pixels of `image`.

    Attributes:
        image: BGR, turned upright as soon as that is known.
        turns: quarter turns clockwise that made it so.
        all_faces: as found, unsure and small ones too.
        faces: those of them that can be a portrait's, the largest first.
        labels: how many different fields it has labels of.
        licence: the barcode of a licence was read on it.
        titled: a template's own title stands on it; asked only where nothing else tells.
        part: of the straightened page (0..1 left, top, right, bottom), when it was cut to the data page.
        beside: what was found while the text was read; of use as long as `image` is the one that was looked at.
    """

    image: Image
    location: PageLocation | None
    turns: int = 0
    quads: tuple[Quad, ...] = ()
    lines: tuple[TextLine, ...] = ()
    mrz: Mrz | None = None
    mrz_quads: tuple[Quad, ...] = ()
    all_faces: tuple[Face, ...] = ()
    faces: tuple[Face, ...] = ()
    labels: int = 0
    licence: bool = False
    titled: bool = False
    part: tuple[float, float, float, float] | None = None
    beside: Beside | None = None

    @property
    def face(self) -> Face | None:
        """The portrait's: the largest, because printed ghost images are smaller."""
        return self.faces[0] if self.faces else None

    @property
    def evidence(self) -> float:
        """How much speaks for a document being what is seen."""
        mrz = 0.0 if self.mrz is None else 5.0 if self.mrz.holds else 3.0
        face = 1.0 if self.faces else 0.0
        # at the picture's border an outline that is not quite sure may be a part of the page or of its ground
        outline = self.location
        least = SURE_AT_BORDER if outline is not None and outline.touches_border else SURE_LOCATION
        located = 0.5 if outline is not None and outline.confidence >= least else 0.0
        code = 5.0 if self.licence else 0.0
        return mrz + code + min(self.labels, 6) + face + located + min(len(self.lines), 8) / 16

    @property
    def is_document(self) -> bool:
        """Evidence enough to call it one; a face with a frame around it, a book or a blank card is not."""
        if self.mrz is not None or self.licence or self.labels >= 2 or self.titled:
            return True
        framed = self.location is not None and self.location.confidence >= SURE_LOCATION and len(self.lines) >= 3
        return self.evidence >= WEAK_EVIDENCE and bool(self.faces) and (self.labels >= 1 or framed)

    def turn(self, quarters: int) -> None:
        """Turns picture and places clockwise."""
        quarters %= 4
        if not quarters:
            return
        height, width = self.image.shape[:2]
        self.quads = tuple(turned_quad(quad, quarters, width, height) for quad in self.quads)
        self.mrz_quads = tuple(turned_quad(quad, quarters, width, height) for quad in self.mrz_quads)
        self.image = rotated(self.image, quarters)
        self.turns = (self.turns + quarters) % 4
        self.lines, self.faces, self.all_faces = (), (), ()

    def crop_open_passport(self) -> None:
        """An open booklet shows two pages: the data page is the lower one, above and including its MRZ."""
        if self.mrz is None or self.mrz.format in CARD_FORMATS or not self.mrz_quads or self.location is None:
            return
        height, width = self.image.shape[:2]
        wanted = width / _PASSPORT_RATIO
        if height < 1.3 * wanted:
            return
        bottom = min(float(height), max(geometry.bounds(quad)[3] for quad in self.mrz_quads) + 0.05 * width)
        top = max(0.0, bottom - wanted)
        self.image = cropped(self.image, 0, top, width, bottom)
        self.mrz_quads = tuple(geometry.moved(quad, 0, -top) for quad in self.mrz_quads)
        below = [line for line in self.lines if geometry.centre(line.quad)[1] > top]
        self.lines = tuple(replace(line, quad=geometry.moved(line.quad, 0, -top)) for line in below)
        self.faces = tuple(_moved_face(face, -top) for face in self.faces if face.box[1] + face.box[3] / 2 > top)
        self.all_faces = tuple(_moved_face(face, -top) for face in self.all_faces if face.box[1] + face.box[3] / 2 > top)
        self.part = (0.0, top / height, 1.0, bottom / height)

    def upright_quad(self) -> Quad | None:
        """Corners in the picture, starting with the one that is top left when the text is upright."""
        if self.location is None:
            return None
        corners = geometry.ordered(self.location.quad)
        top, right, bottom, left = geometry.sides(corners)
        if top + bottom < left + right:
            corners = geometry.rolled(corners, 1)
        # a page turned clockwise by n quarters has its new top left corner n corners before
        upright = geometry.rolled(corners, -self.turns)
        if self.part is None:
            return upright
        back = geometry.homography(geometry.box_quad(0, 0, 1, 1), upright)
        return geometry.as_quad(geometry.mapped(geometry.box_quad(*self.part), back))


def side_of(look: PageLook, expected: PageSide | None, *, has_licence: bool = False) -> PageSide:
    """The front bears the portrait; a card's MRZ without one is the back's; a passport's data page is the front (9303-4, 9303-5).

    The MRZ of an ID-1 card is its back's (9303-5, 3.1), as the barcode of a licence is (AAMVA DL/ID, annex A): a face there is a ghost
    portrait, unless it is as large as a portrait's.
    """
    if look.mrz is not None and look.mrz.format not in CARD_FORMATS:
        return PageSide.FRONT
    if look.face is not None:
        ghost = look.face.box[3] < PORTRAIT_FACE * look.image.shape[0]
        of_backs = has_licence or (look.mrz is not None and look.mrz.format is MrzFormat.TD1)
        if of_backs and (ghost or expected is PageSide.BACK):
            return PageSide.BACK
        tiny = look.location is not None and look.face.box[3] < GHOST_FACE * look.image.shape[0]
        if tiny and expected is PageSide.BACK and look.mrz is None:
            return PageSide.BACK
        return PageSide.FRONT
    if look.mrz is not None or has_licence:
        return PageSide.BACK
    return expected or PageSide.UNKNOWN


def readability(lines: Sequence[TextLine]) -> float:
    """Confidence by letters, 0..1; 0 without text."""
    letters = sum(len(line.text) for line in lines)
    return sum(len(line.text) * line.confidence for line in lines) / letters if letters else 0.0


def stands(quads: Sequence[Quad]) -> bool:
    """Whether most of the text runs up or down; short pieces say nothing."""
    words = [(right - left, bottom - top) for left, top, right, bottom in map(geometry.bounds, quads)]
    long = [(wide, tall) for wide, tall in words if max(wide, tall) >= 2.5 * min(wide, tall)]
    return sum(tall > 1.2 * wide for wide, tall in long) > 0.5 * len(long)


def longest(quads: Sequence[Quad], count: int) -> tuple[Quad, ...]:
    """The lines with the most letters, by shape: what tells best whether a page can be read the way it lies."""
    return tuple(sorted(quads, key=lambda quad: -_slenderness(quad))[:count])


def mrz_zone(lines: Sequence[TextLine], image: Image) -> tuple[float, float, float, float] | None:
    """left, top, right, bottom around the lines that look like an MRZ, with air; None when none does."""
    signs = [line for line in lines if line.text.count("<") >= 3 or _is_code(line.text)]
    if not signs:
        return None
    boxes = [geometry.bounds(line.quad) for line in signs]
    tallest = max(bottom - top for _, top, _, bottom in boxes)
    height, width = image.shape[:2]
    top = min(top for _, top, _, _ in boxes) - MRZ_AIR * tallest
    bottom = max(bottom for _, _, _, bottom in boxes) + MRZ_AIR * tallest
    return 0.0, max(0.0, top), float(width), min(float(height), bottom)


def turned_quad(quad: Quad, quarters: int, width: int, height: int) -> Quad:
    """A text's quad after its picture of that size was turned clockwise; it starts at the corner that is top left for the new reader.

    The order of corners is taken along for half turns; after quarter turns the quad starts where the new top left is.
    """
    points = list(quad)
    for _ in range(quarters % 4):
        points = [(height - y, x) for x, y in points]
        width, height = height, width
    a, b, c, d = points[-(quarters % 4) :] + points[: -(quarters % 4)] if quarters % 4 else points
    return a, b, c, d


def _slenderness(quad: Quad) -> float:
    left, top, right, bottom = geometry.bounds(quad)
    return max(right - left, bottom - top) / max(1.0, min(right - left, bottom - top))


def _is_code(text: str) -> bool:
    """As long as a line of an MRZ, in its characters, and not words: titles are in capitals, too, but have blanks and no fillers."""
    tight = text.replace(" ", "")
    alike = len(tight) >= _SHORT_LINE and sum(c.isupper() or c.isdigit() or c == "<" for c in tight) >= 0.9 * len(tight)
    return alike and tight.isascii() and ("<" in tight or " " not in text.strip())


def _moved_face(face: Face, dy: float) -> Face:
    x, y, w, h = face.box
    return replace(face, box=(x, y + dy, w, h), points=tuple((px, py + dy) for px, py in face.points))
