"""Finds pages with a small network of our own that says where pages, their outlines and corners are; edges give the fraction of a pixel.

The network is trained by models/training/page_locator; what it was measured at is in models/cards/page_locator.md.
"""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.ort import OnnxSession, Provider
from kiosk.engines.page_locator_choice import SURE_CHANCE, Found, apart, better, in_order, split
from kiosk.engines.page_locator_edges import EdgeField, Floats, refined, touches_border, working_copy
from kiosk.engines.page_locator_regions import Flags, Region, candidates, page_regions, suggested
from kiosk.engines.page_locator_score import Outline, are_clear_cuts, expanded, features
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import PageLocation

log = logging.getLogger(__name__)

Planes = npt.NDArray[np.float32]
RANKING = "ranking"
"""Key of the model's metadata: weights of `page_locator_score.expanded`, JSON, fitted to this very network."""
_NET_PX = 128
_FINER_PX = 256
"""Of the second look: nine pages on one table are 17 cells wide in the first, and run together."""
_SMALL = 0.36
"""Of the picture's longer side, a page's: smaller ones are judged by the second look. Chosen, as `_CLEAR`, on the development pictures."""
_CLEAR = 0.4  # of it, a page that needs no second look
_LEFT_OVER = 0.02  # of the picture: no page is as small
_NOTHING_SEEN = 0.01
"""Mean of the page plane, below which nothing is looked for: so it was on 37 of 50 empty tables, and not below 0.028 on any of 8 pictures
of seven and nine small pages."""
_MOSTLY = 0.5  # of the picture: no page in it can be small
_SURE_BESIDE = 0.6
"""Chance from which on a page is sure that the finer look alone found; one that is cut clearly is sure there as anywhere. Chosen on the
development pictures."""
_CLEAR_CUT = 0.6
"""Least chance of a page with three clear sides that the picture cuts: sure in every look, but behind a whole outline that is surer.

Where a page is sure by this alone, no closer look is taken: of the four seen none gained by it."""
_DOUBTED = 0.75
"""Less is looked at once more, closer: of 57 ordinary pages that were found well on 2026-11-21 one had less."""
_AIR = 0.3  # of a page's longer side, what is seen around it in a closer look. Chosen on the development pictures
_STEP = 16  # the network's input is a multiple of this
_ALONG_BORDER = 0.025  # of the picture's longer side
_POWER = math.log(0.55) / math.log(SURE_CHANCE)  # makes that chance a confidence of 0.55, the ports' word for sure


@dataclass(frozen=True, slots=True)
class _Seen:
    """Quads in the working copy (n x 4 x 2), their sides on the picture's border (n x 4), the chance of each to be a page (n).

    Attributes:
        size: width, height of the working copy.
    """

    size: tuple[int, int]
    quads: Floats
    framed: Flags
    chances: Floats


_NOTHING = _Seen((1, 1), np.empty((0, 4, 2)), np.empty((0, 4), bool), np.empty(0))


class NeuralPageLocator:
    """ports.PageLocator. One thread at a time.

    Of an open passport it gives the data page, of a page on a display the page where its outline shows. Several pages, also touching
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

    def locate(self, image: Image, *, quick: bool = False) -> tuple[PageLocation, ...]:
        """Every page, the surest first. Corners are clockwise from the top left one, pixels of `image`.

        A confidence of 0.55 and more is sure. Corners may lie outside the picture, where two sides that it shows meet.

        Args:
            quick: one look at all of the picture and no other.
        """
        height, width = image.shape[:2]
        if min(height, width) < 48:
            return ()
        small = working_copy(image)
        seen, field = self._look(small, quick=quick)
        if field is None:
            return ()
        back = np.array([width / small.shape[1], height / small.shape[0]])
        found: list[Found] = []
        likeliest = apart(seen.quads, seen.chances)
        for place, index in enumerate(likeliest):
            quad, framed, chance = seen.quads[index], seen.framed[index], float(seen.chances[index])
            fine = quad if framed.any() else refined(field, quad)
            page = Found((fine + 0.5) * back - 0.5, framed, chance)
            is_doubted = chance < _DOUBTED and chance != _CLEAR_CUT and (chance >= SURE_CHANCE or place == 0)
            if is_doubted and not quick:
                others = [
                    (seen.quads[other] + 0.5) * back - 0.5 for other in likeliest if other != index and seen.chances[other] >= SURE_CHANCE
                ]
                page = better(page, self._closer(image, page.quad), others)
            found.append(page)
        return tuple(_location(page, width, height) for page in in_order(found) if not _is_all_there_is(page, width, height))

    def _look(self, small: Image, *, quick: bool) -> tuple[_Seen, EdgeField | None]:
        """Once at all of a working copy and, where that leaves something open, once more finely. No field where nothing is seen."""
        planes = self.planes(small)
        regions = page_regions(planes)
        field = EdgeField(small) if regions else None
        seen = self._seen(regions, planes, field) if field is not None else _NOTHING
        if not quick and not _is_settled(planes, seen):
            finer = self.planes(small, _FINER_PX)
            regions = page_regions(finer)
            if regions:
                field = field or EdgeField(small)
                seen = self._with_small(seen, regions, Outline(finer, field), field)
        return seen, field

    def _closer(self, image: Image, quad: Floats) -> Found:
        """The page about a doubtful quad, in a part of the picture around it: its edges are told from noise of that part alone."""
        height, width = image.shape[:2]
        low, high = quad.min(axis=0), quad.max(axis=0)
        air = _AIR * float((high - low).max())
        left, top = np.floor(np.maximum(low - air, 0)).astype(int).tolist()
        right, bottom = np.ceil(np.minimum(high + air, (width, height))).astype(int).tolist()
        nothing = Found(quad, np.zeros(4, bool), 0.0)
        if min(right - left, bottom - top) < 48:
            return nothing
        small = working_copy(image[top:bottom, left:right])
        planes = self.planes(small)
        regions = page_regions(planes)
        if not regions:
            return nothing
        field = EdgeField(small)
        seen = self._seen(regions, planes, field)
        # a side along the border of the part is a page's only where the picture ends there, too
        ends = np.array([top <= 0, right >= width, bottom >= height, left <= 0])
        cut = _cut_by(seen.quads, seen.framed, small.shape[1], small.shape[0]) & ~ends
        chances = np.where(cut.any(axis=1), 0.0, seen.chances)
        if not len(chances):
            return nothing
        best = int(np.argmax(chances))
        framed = seen.framed[best]
        fine = seen.quads[best] if framed.any() else refined(field, seen.quads[best])
        back = np.array([(right - left) / small.shape[1], (bottom - top) / small.shape[0]])
        return Found((fine + 0.5) * back - 0.5 + (left, top), framed, float(chances[best]))

    def _seen(self, regions: list[Region], planes: Planes, field: EdgeField) -> _Seen:
        outline = Outline(planes, field)
        quads, framed = candidates(regions, field, outline)
        if not len(quads):
            return _NOTHING
        chances, _cuts = self._judged(quads, framed, field, outline)
        return _Seen((field.width, field.height), quads, framed, split(quads, chances))

    def _with_small(self, seen: _Seen, regions: list[Region], outline: Outline, field: EdgeField) -> _Seen:
        """What was seen, and small pages by the finer planes: a page of few cells is a blot in the others."""
        quads, framed = suggested(regions, field, outline)
        quads, framed = np.concatenate([seen.quads, quads]), np.concatenate([seen.framed, framed])
        is_small = _longest(quads) < _SMALL * max(field.width, field.height)
        is_small[: len(seen.quads)] &= seen.chances > 0
        kept = is_small.copy()
        kept[: len(seen.quads)] = True
        chances = np.concatenate([seen.chances, np.zeros(len(quads) - len(seen.quads))])
        if is_small.any():
            judged, cuts = self._judged(quads[is_small], framed[is_small], field, outline)
            judged = np.where(cuts | (judged >= _SURE_BESIDE), judged, np.minimum(judged, SURE_CHANCE - 0.01))
            chances[is_small] = np.maximum(chances[is_small], judged)
        return _Seen((field.width, field.height), quads[kept], framed[kept], chances[kept])

    def _judged(self, quads: Floats, framed: Flags, field: EdgeField, outline: Outline) -> tuple[Floats, Flags]:
        """Of each quad the chance that it overlaps a page by 0.9, and whether it is a page that the picture cuts, of three clear sides."""
        raw = features(quads, framed, field, outline)
        chances = 1 / (1 + np.exp(-expanded(raw) @ self._weights))
        cuts = are_clear_cuts(raw)
        return np.where(cuts, np.maximum(chances, _CLEAR_CUT), chances), cuts

    def planes(self, small: Image, side_px: int = _NET_PX) -> Planes:
        """3 x rows x columns, 0..1: page, outline, corner of each cell. Sides are stretched to multiples of 16."""
        height, width = small.shape[:2]
        scale = side_px / max(height, width)
        size = (max(32, _STEP * round(width * scale / _STEP)), max(32, _STEP * round(height * scale / _STEP)))
        fit = cv2.resize(small, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        (logits,) = self._session.run({self._input: np.ascontiguousarray(fit.transpose(2, 0, 1)[None])})
        return np.asarray(1 / (1 + np.exp(-logits[0])), np.float32)


def _location(page: Found, width: int, height: int) -> PageLocation:
    corners = geometry.ordered(geometry.as_quad(page.quad))
    return PageLocation(corners, round(page.chance**_POWER, 4), touches_border(corners, width, height) or bool(page.framed.any()))


def _cut_by(quads: Floats, framed: Flags, width: int, height: int) -> Flags:
    """n x 4: is there a side of the quad that lies on the top, right, bottom, left border."""
    middle = (quads + np.roll(quads, -1, axis=1)) / 2
    gaps = np.stack([middle[..., 1], width - 1 - middle[..., 0], height - 1 - middle[..., 1], middle[..., 0]], axis=-1)
    nearest = np.argmin(gaps, axis=2)
    return np.stack([(framed & (nearest == border)).any(axis=1) for border in range(4)], axis=1)


def _longest(quads: Floats) -> Floats:
    """Of n quads, the longest side, pixels."""
    return np.asarray(np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2).max(axis=1, initial=0.0))


def _is_settled(planes: Planes, seen: _Seen) -> bool:
    """Whether large, sure pages account for all that the network calls page; or it is next to nothing, as of an empty table, or so much
    that no page in it can be small."""
    if float(planes[0].mean()) < _NOTHING_SEEN:
        return True
    page = (planes[0] > 0.5).astype(np.uint8)
    sure = [seen.quads[index] for index in apart(seen.quads, seen.chances) if seen.chances[index] >= SURE_CHANCE]
    if not sure:
        return float(page.mean()) > _MOSTLY
    size = np.array(page.shape[::-1])
    scale = size / seen.size
    if float(_longest(np.asarray(sure)).min()) < _CLEAR * max(seen.size):
        return False
    for quad in sure:
        points = np.round(np.clip((quad + 0.5) * scale - 0.5, -100, 200)).astype(np.int32)
        cv2.fillConvexPoly(page, points, 0)
        cv2.polylines(page, [points], True, 0, 3)
    return bool(page.mean() < _LEFT_OVER)


def _is_all_there_is(page: Found, width: int, height: int) -> bool:
    """Three sides along the picture's border: the picture is the page, or a part of it, and is read as it is."""
    near = _ALONG_BORDER * max(width, height)
    points = geometry.as_array(geometry.ordered(geometry.as_quad(page.quad)))
    gaps = np.column_stack([points[:, 0], points[:, 1], width - 1 - points[:, 0], height - 1 - points[:, 1]])
    along = (np.maximum(gaps, np.roll(gaps, -1, axis=0)) < near).any(axis=1)
    return int(along.sum()) >= 3
