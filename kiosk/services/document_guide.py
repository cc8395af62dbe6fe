"""Live guidance while a customer shows a document: what to do now, and when the picture may be taken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.domain.document import PageSide, Point, Quad
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.imaging import geometry
from kiosk.imaging.frame import Frame, Image
from kiosk.imaging.page_likeness import SAME_PAGE, likeness, page_print
from kiosk.imaging.page_quality import LIMITS, Limits, PageMeasures, Strictness, measure_light, measure_page
from kiosk.imaging.rectify import straighten
from kiosk.ports import PageLocation, PageLocator

STILL_FOR_S = 0.6
"""So long everything must be right before the picture is taken."""
ADVICE_FOR_S = 0.7
"""So long an advice stays, so that it can be read."""
MAX_DRIFT = 0.02
"""Of the page's width: how far corners may move between frames and still be called still."""
CLOSE_FOR_S = 2.0
"""So long a page that was seen too close is taken to be there still."""
LOST_AFTER_S = 0.25
"""A page that is not found in one frame in between is still there."""
APART_S = 1.5
"""Frames of a machine under load, further apart than LOST_AFTER_S: a page that is in both was there in between, up to here."""

_SURE = 0.55
_MIN_WIDTH = 0.40  # of the frame's width
_MIN_WIDTH_PX = 460
_MAX_WIDTH = 0.93
_CLOSE = 0.8
_JUDGED_PX = 640
_DARK_FRAME = 0.12
_DARK, _BRIGHT = 0.24, 0.93
_SHARPER = 0.02
"""More than what a page is warned of: the frame that is taken is another one, and is measured at its own size."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one frame shows."""

    problem: AdviceCode | None
    location: PageLocation | None = None
    worth: float = 0.0


class DocumentGuide:
    """Judges frames one after the other; time is the frames' own. Not thread-safe; one per capture."""

    def __init__(
        self,
        locator: PageLocator,
        *,
        side: PageSide = PageSide.FRONT,
        reference: Image | None = None,
        strictness: Strictness = Strictness.NORMAL,
    ) -> None:
        """
        Args:
            side: the side that is wanted.
            reference: the straightened front, BGR, when the back is wanted: seen again, it asks to turn the page over.
            strictness: with glare and blur, the same as that of the reader that judges the picture.
        """
        self._locator = locator
        self._side = side
        self._limits = LIMITS[strictness]
        self._reference = page_print(reference) if reference is not None and side is PageSide.BACK else None
        self._advice: AdviceCode | None = None
        self._advice_since = -math.inf
        self._previous: AdviceCode | None = None
        self._corners: Quad | None = None
        self._seen_at = self._judged_at = -math.inf
        self._close_at: float | None = None
        self._good_since: float | None = None
        self._best: Frame | None = None
        self._best_worth = -1.0
        self._ready = False

    @property
    def ready(self) -> bool:
        """Everything has been right for long enough: take the picture."""
        return self._ready

    @property
    def best(self) -> Frame | None:
        """The sharpest frame of the run that is or was right; None when there was none."""
        return self._best

    def judge(self, frame: Frame) -> Guidance:
        """The verdict on a frame; frames must come in the order of `taken_at`."""
        now = frame.taken_at
        if now < self._judged_at:  # a clock that was set back: nothing that is timed can be compared with before
            self._advice_since = self._seen_at = self._judged_at = -math.inf
            self._close_at = self._good_since = self._corners = None
        seen = self._look(frame.pixels, now)
        height, width = frame.pixels.shape[:2]
        location = seen.location
        moving = location is not None and self._moved(location.quad, now)
        good = location is not None and seen.problem is None
        if location is not None:
            self._corners, self._seen_at = geometry.ordered(location.quad), now
        elif now - self._seen_at > LOST_AFTER_S:
            self._corners = None
        if good and not moving:
            if self._good_since is None:
                self._good_since = now
                self._best, self._best_worth = None, -1.0
            if seen.worth > self._best_worth:
                self._best, self._best_worth = frame, seen.worth
        elif location is not None or self._corners is None:
            self._good_since = None
        progress = 0.0 if self._good_since is None else min(1.0, (now - self._good_since) / STILL_FOR_S)
        self._ready = progress >= 1.0 and good
        self._judged_at = now
        advice = self._shown(seen.problem or AdviceCode.HOLD_STILL, now)
        outline = None if location is None else _relative(location.quad, width, height)
        return Guidance(advice, outline, good, progress, now)

    def _look(self, image: Image, now: float) -> _Seen:
        height, width = image.shape[:2]
        location = next((one for one in self._locator.locate(image, quick=True) if one.confidence >= _SURE), None)
        if location is None:
            if measure_light(image) < _DARK_FRAME:
                return _Seen(AdviceCode.TOO_DARK)
            return _Seen(AdviceCode.MOVE_BACK if self._was_close(now) else AdviceCode.SHOW_DOCUMENT)
        left, top, right, bottom = geometry.bounds(location.quad)
        long_side = max(_long_side(location.quad), 1.0)
        if right - left > _CLOSE * width or bottom - top > _CLOSE * height:
            self._close_at = now
        if location.touches_border:
            fills = (right - left) > _MAX_WIDTH * width or (bottom - top) > _MAX_WIDTH * height
            return _Seen(AdviceCode.MOVE_BACK if fills else AdviceCode.SHOW_WHOLE_DOCUMENT, location)
        if long_side < max(_MIN_WIDTH_PX, _MIN_WIDTH * width) and (bottom - top) < 0.75 * height:
            return _Seen(AdviceCode.COME_CLOSER, location)
        page = straighten(image, location.quad, max_width_px=_JUDGED_PX, fine=False)
        measures = measure_page(page)
        problem = _problem_of(measures, self._limits)
        if problem is None and self._reference is not None and likeness(page_print(page), self._reference) >= SAME_PAGE:
            problem = AdviceCode.TURN_OVER
        return _Seen(problem, location, measures.sharpness * measures.hotspots)

    def _was_close(self, now: float) -> bool:
        """A page that filled the picture and then has no outline any more was brought closer still."""
        return self._close_at is not None and now - self._close_at < CLOSE_FOR_S

    def _moved(self, quad: Quad, now: float) -> bool:
        """Whether the page moved since it was last seen; a page that has just appeared counts as moving."""
        lost_after_s = APART_S if self._seen_at == self._judged_at else LOST_AFTER_S
        if self._corners is None or now - self._seen_at > lost_after_s:
            return True
        limit = MAX_DRIFT * _long_side(quad)
        return any(math.dist(one, other) > limit for one, other in zip(geometry.ordered(quad), self._corners, strict=True))

    def _shown(self, verdict: AdviceCode, now: float) -> AdviceCode:
        """The advice on show: changes when it has stood long enough and two frames running say something else."""
        twice = verdict is self._previous
        self._previous = verdict
        if self._advice is None or (verdict is not self._advice and twice and now - self._advice_since >= ADVICE_FOR_S):
            self._advice, self._advice_since = verdict, now
        return self._advice


def _problem_of(measures: PageMeasures, limits: Limits) -> AdviceCode | None:
    """The first thing to mend: light before focus, because a dark picture is a blurred one."""
    if measures.brightness < _DARK:
        return AdviceCode.TOO_DARK
    if measures.hotspots < limits.hotspots:
        return AdviceCode.GLARE
    if measures.brightness > _BRIGHT:
        return AdviceCode.TOO_BRIGHT
    return AdviceCode.BLURRED if measures.sharpness < limits.sharpness + _SHARPER else None


def _long_side(quad: Quad) -> float:
    top, right, bottom, left = geometry.sides(quad)
    return max((top + bottom) / 2, (left + right) / 2)


def _relative(quad: Quad, width: int, height: int) -> Quad:
    a, b, c, d = _scaled(geometry.ordered(quad), 1 / width, 1 / height)
    return a, b, c, d


def _scaled(quad: Quad, x: float, y: float) -> Iterator[Point]:
    return ((px * x, py * y) for px, py in quad)
