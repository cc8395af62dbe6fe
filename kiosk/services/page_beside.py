"""What is looked for on a page besides its text: faces, barcodes, how sharp it is, the grid of a screen or a print.

None of it needs the text, and the text needs none of it. So it is done on a thread of its own while the lines are read, which leaves
cores idle at its beginning and at its end. A page that is turned over meanwhile is looked at again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from kiosk.domain.document import Barcode, Quad
from kiosk.domain.face import Face
from kiosk.imaging.frame import Image
from kiosk.imaging.page_quality import PageMeasures, measure_page
from kiosk.imaging.recapture import GridEvidence, grid_evidence
from kiosk.imaging.rectify import limited
from kiosk.ports import BarcodeReader, FaceDetector
from kiosk.services.authenticity import MIN_SHARPNESS
from kiosk.services.page_portrait import enlarged, portrait_faces

T = TypeVar("T")

FACE_SIDE_PX = 640


@dataclass(frozen=True, slots=True)
class View:
    """What is to be looked at.

    Attributes:
        image: the page, straightened, BGR, as it lies now.
        picture: as the camera gave it, BGR, where the page was cut out of one; `quad`: the page in it, from the page's own top left.
        is_back: its MRZ tells that it bears no portrait.
    """

    image: Image
    picture: Image | None
    quad: Quad | None
    is_back: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What was found. It holds for `view.image` as it lay then, in the very same array.

    Attributes:
        faces: as found, in pixels of the page; `portraits`: those that can be a portrait's, the largest first.
        timings_ms: of the thread that looked: faces, barcodes, signals.
    """

    view: View
    faces: tuple[Face, ...]
    portraits: tuple[Face, ...]
    barcodes: tuple[Barcode, ...]
    measures: PageMeasures
    grids: GridEvidence | None
    timings_ms: dict[str, float] = field(default_factory=dict)

    def grids_of(self, picture: Image, quad: Quad) -> GridEvidence | None:
        """As `recapture.grid_evidence`, without looking again for what was asked already."""
        known = picture is self.view.picture and quad == self.view.quad and self.measures.sharpness >= MIN_SHARPNESS
        return self.grids if known else grid_evidence(picture, quad)


class PageEyes:
    """Looks at pages with the engines that are not about text. One thread at a time, as they demand."""

    def __init__(self, faces: FaceDetector, quick_faces: FaceDetector | None, barcodes: BarcodeReader) -> None:
        """
        Args:
            faces: finds small and pale faces, too; may take long.
            quick_faces: finds faces of a portrait's size; None = the thorough one does all.
        """
        self._thorough = faces
        self._quick = quick_faces
        self._barcodes = barcodes

    def look(self, view: View) -> Beside:
        """Raises ModelFault when an engine is missing or breaks."""
        timings: dict[str, float] = {}
        small = limited(view.image, FACE_SIDE_PX)
        faces, portraits = _timed(timings, "faces", lambda: self._faces(view, small))
        barcodes = _timed(timings, "barcodes", lambda: self._barcodes.read(view.image))
        measures = measure_page(small, framed=view.quad is not None)  # it would be shrunk to this size for it
        grids = _timed(timings, "signals", lambda: _grids(view, measures))
        return Beside(view, faces, portraits, barcodes, measures, grids, timings)

    def faces(self, view: View) -> tuple[tuple[Face, ...], tuple[Face, ...]]:
        """All faces, and those that can be a portrait's, in pixels of the page."""
        return self._faces(view, limited(view.image, FACE_SIDE_PX))

    def _faces(self, view: View, small: Image) -> tuple[tuple[Face, ...], tuple[Face, ...]]:
        height, scale = small.shape[0], view.image.shape[1] / small.shape[1]
        if self._quick is None or view.quad is None:
            found = self._thorough.detect(small)
        else:
            # a located page fills its picture, so a portrait on it is large; a back that its MRZ tells need not be searched for one
            found = self._quick.detect(small)
            if not view.is_back and not portrait_faces(found, height):
                found = self._thorough.detect(small)
        return tuple(enlarged(face, scale) for face in found), tuple(enlarged(face, scale) for face in portrait_faces(found, height))


def _grids(view: View, measures: PageMeasures) -> GridEvidence | None:
    """Of a located page that is sharp enough to show one; else it is left to `page_signals`, which hardly ever needs it."""
    if view.picture is None or view.quad is None or measures.sharpness < MIN_SHARPNESS:
        return None
    return grid_evidence(view.picture, view.quad)


def _timed(timings: dict[str, float], stage: str, work: Callable[[], T]) -> T:
    began = time.perf_counter()
    result = work()
    timings[stage] = round(1000 * (time.perf_counter() - began), 1)
    return result
