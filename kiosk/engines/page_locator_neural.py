"""Finds pages with a small network of our own that says where pages, their outlines and corners are; edges give the fraction of a pixel.

The network is trained by models/training/page_locator; what it was measured at is in models/cards/page_locator.md.
"""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Quad
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.ort import OnnxSession, Provider
from kiosk.engines.page_locator_edges import EdgeField, Floats, refined, touches_border, working_copy
from kiosk.engines.page_locator_regions import candidates, page_regions
from kiosk.engines.page_locator_score import Outline, expanded, features
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import PageLocation

log = logging.getLogger(__name__)

Planes = npt.NDArray[np.float32]
RANKING = "ranking"
"""Key of the model's metadata: weights of `page_locator_score.expanded`, JSON, fitted to this very network."""
_NET_PX = 128
_STEP = 16  # the network's input is a multiple of this
_MOST = 9
_COMPARED = 60
_SURE_CHANCE = 0.2
"""Chance of an overlap of 0.9 from which on a page is called sure: the figures at it are in models/cards/page_locator.md."""
_LEAST_CHANCE = 0.08
_ALONG_BORDER = 0.025  # of the picture's longer side
_POWER = math.log(0.55) / math.log(_SURE_CHANCE)  # makes that chance a confidence of 0.55, the ports' word for sure


class NeuralPageLocator:
    """ports.PageLocator. One thread at a time.

    Of an open passport it gives the data page, of a page shown on a display the page, not the display. Several pages, also touching
    ones, are several. A picture that is the page alone gives nothing.
    """

    model_id = "page_locator"

    def __init__(self, path: Path, *, threads: int | None = None, provider: Provider = Provider.CPU) -> None:
        """Raises ModelFault: MODEL_MISSING, MODEL_CORRUPT."""
        self._session = OnnxSession(path, threads=threads, provider=provider)
        self._input = self._session.inputs[0]
        try:
            self._weights = np.asarray(json.loads(self._session.metadata()[RANKING]), np.float64)
        except (KeyError, ValueError) as error:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} holds no weights for ranking", model=path.stem) from error

    def locate(self, image: Image) -> tuple[PageLocation, ...]:
        """Every page, the surest first. Corners are clockwise from the top left one, pixels of `image`.

        A confidence of 0.55 and more is sure. Corners may lie outside the picture, where two sides that it shows meet.
        """
        height, width = image.shape[:2]
        if min(height, width) < 48:
            return ()
        small = working_copy(image)
        planes = self.planes(small)
        regions = page_regions(planes)
        if not regions:
            return ()
        field = EdgeField(small)
        outline = Outline(planes, field)
        quads, framed = candidates(regions, field, outline)
        if not len(quads):
            return ()
        chances = 1 / (1 + np.exp(-expanded(features(quads, framed, field, outline)) @ self._weights))
        chances = _split(quads, chances)
        back = np.array([width / small.shape[1], height / small.shape[0]])
        found: list[PageLocation] = []
        for index in _apart(quads, chances):
            fine = quads[index] if framed[index].any() else refined(field, quads[index])
            corners = geometry.ordered(geometry.as_quad((fine + 0.5) * back - 0.5))
            if _is_all_there_is(corners, width, height):
                continue
            touching = touches_border(corners, width, height) or bool(framed[index].any())
            found.append(PageLocation(corners, round(float(chances[index]) ** _POWER, 4), touching))
        return tuple(found)

    def planes(self, small: Image) -> Planes:
        """3 x rows x columns, 0..1: page, outline, corner of each cell. Sides are stretched to multiples of 16."""
        height, width = small.shape[:2]
        scale = _NET_PX / max(height, width)
        size = (max(32, _STEP * round(width * scale / _STEP)), max(32, _STEP * round(height * scale / _STEP)))
        fit = cv2.resize(small, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        (logits,) = self._session.run({self._input: np.ascontiguousarray(fit.transpose(2, 0, 1)[None])})
        return np.asarray(1 / (1 + np.exp(-logits[0])), np.float32)


def _apart(quads: Floats, chances: Floats) -> list[int]:
    """The likeliest quads that are not parts of one another."""
    kept: list[int] = []
    for index in np.argsort(-chances)[:_COMPARED].tolist():
        if chances[index] < _LEAST_CHANCE or len(kept) >= _MOST:
            break
        one = geometry.as_quad(quads[index])
        others = [geometry.as_quad(quads[other]) for other in kept]
        if all(geometry.inside_fraction(one, other) < 0.3 and geometry.inside_fraction(other, one) < 0.3 for other in others):
            kept.append(index)
    return kept


def _is_all_there_is(quad: Quad, width: int, height: int) -> bool:
    """Three sides along the picture's border: the picture is the page, or a part of it, and is read as it is."""
    near = _ALONG_BORDER * max(width, height)
    points = geometry.as_array(quad)
    gaps = np.column_stack([points[:, 0], points[:, 1], width - 1 - points[:, 0], height - 1 - points[:, 1]])
    along = (np.maximum(gaps, np.roll(gaps, -1, axis=0)) < near).any(axis=1)
    return int(along.sum()) >= 3


def _split(quads: Floats, chances: Floats) -> Floats:
    """The chances, those of a likely quad given to two likely ones that make it up.

    Two sides of a card that touch, and the two pages of a passport, have an outline together that is as clear as a page's.
    """
    chances = chances.copy()
    order = np.argsort(-chances)[:_COMPARED].tolist()
    if not order or chances[order[0]] < _SURE_CHANCE:
        return chances
    quad = {index: geometry.as_quad(quads[index]) for index in order}
    area = {index: geometry.area(quad[index]) for index in order}
    for whole in order[:8]:
        if chances[whole] < _SURE_CHANCE:
            break
        least = max(_SURE_CHANCE / 2, 0.2 * chances[whole])
        parts = [
            one
            for one in order
            if 0.33 < area[one] / area[whole] < 0.67 and chances[one] >= least and geometry.inside_fraction(quad[one], quad[whole]) > 0.93
        ]
        for place, one in enumerate(parts):
            rest = [other for other in parts[place + 1 :] if area[one] + area[other] > 0.86 * area[whole]]
            mate = next((other for other in rest if geometry.inside_fraction(quad[other], quad[one]) < 0.08), None)
            if mate is not None:
                chances[whole] = 0.0
                for part in (one, mate):
                    chances[part] = max(chances[part], _SURE_CHANCE)
                break
    return chances
