"""Whether the frames of a sequence can come from a camera that runs on: their times, their size, and that no two are the same.

Nothing here looks at faces. What passes is not proved to be live; what fails is not one unbroken capture.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np

from kiosk.domain.check import CheckLabel
from kiosk.imaging.frame import Frame, Image

MAX_GAP_S = 1.5
"""A camera in the dark still gives three frames a second; the port reports one that gives none for about two seconds as lost."""
LEAP_S = 10.0
"""No stall is this long: the camera would have been lost long before. Then the clock was set, or two takes were joined."""
REPEAT_S = 0.5
"""In the dark drivers fill up to 30 frames a second by giving each exposure several times, for up to a quarter of a second."""
_REPEATS = 3
"""… and so many frames must repeat, however slow the camera is: a duplicate or two is nothing."""
_REMEMBERED = 900
"""Frames by which a loop is known: 30 seconds at 30 a second."""
_SAMPLED_ROWS = 90
_FLAT = 8
"""Levels between the darkest and the brightest sample. A covered lens or a white wall repeats by itself and says nothing."""


class FrameWatch:
    """Feed it every frame of one sequence in order. One thread; about 0.2 ms a frame."""

    def __init__(self, *, max_gap_s: float = MAX_GAP_S, leap_s: float = LEAP_S, repeat_s: float = REPEAT_S) -> None:
        """Args: for a record, whose frames are a selection, `max_gap_s` is as long as the selection leaves out."""
        self._max_gap_s = max_gap_s
        self._leap_s = leap_s
        self._repeat_s = repeat_s
        self._last: Frame | None = None
        self._shape: tuple[int, ...] = ()
        self._print = b""
        self._run = 0  # duplicates of the frame that stands
        self._run_began_at = 0.0
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._met_again = 0  # different frames one after another that had all been there before
        self._fault: CheckLabel | None = None

    @property
    def fault(self) -> CheckLabel | None:
        """The first thing that was wrong; stays."""
        return self._fault

    def feed(self, frame: Frame) -> CheckLabel | None:
        """What is wrong with this frame as the next one: CLOCK_JUMPED, FRAMES_STOPPED, FRAME_SIZE_CHANGED, FRAMES_REPEATED or
        SEQUENCE_CUT (another camera); None = nothing. The same frame fed twice counts once."""
        last = self._last
        if last is not None and (frame is last or (frame.taken_at == last.taken_at and frame.number == last.number > 0)):
            return None
        found = self._in_time(frame, last)
        if last is None:
            self._shape = frame.pixels.shape
        elif frame.source != last.source:
            found = found or CheckLabel.SEQUENCE_CUT
        if frame.pixels.shape != self._shape:
            found = found or CheckLabel.FRAME_SIZE_CHANGED
            self._shape = frame.pixels.shape  # said once: who begins again may do so with the new size
        found = found or self._repeated(frame)
        self._last = frame
        self._fault = self._fault or found
        return found

    def _in_time(self, frame: Frame, last: Frame | None) -> CheckLabel | None:
        if last is None:
            return None
        step_s = frame.taken_at - last.taken_at
        # equal times are allowed: the monotonic clock of Windows ticks 64 times a second. Not a number is no time.
        if not 0 <= step_s <= self._leap_s:
            return CheckLabel.CLOCK_JUMPED
        # numbers that begin again: the camera was opened anew in the middle
        return CheckLabel.FRAMES_STOPPED if step_s > self._max_gap_s or frame.number < last.number else None

    def _repeated(self, frame: Frame) -> CheckLabel | None:
        sample = sampled(frame.pixels)
        digest = hashlib.blake2b(sample.tobytes(), digest_size=16).digest()
        if digest == self._print:
            self._run += 1
            held = self._run >= _REPEATS and frame.taken_at - self._run_began_at >= self._repeat_s
            return CheckLabel.FRAMES_REPEATED if held and not _is_flat(sample) else None
        self._print, self._run, self._run_began_at = digest, 0, frame.taken_at
        # noise makes each frame of a sensor unlike all others: several old acquaintances in a row are a loop, forwards or backwards
        if digest in self._seen and not _is_flat(sample):
            self._met_again += 1
        else:
            self._met_again = 0
        self._seen[digest] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return CheckLabel.FRAMES_REPEATED if self._met_again >= _REPEATS else None


def sampled(pixels: Image) -> Image:
    """About 90 rows of it, contiguous: enough to tell two frames of a sensor apart, at little cost."""
    step = max(1, min(pixels.shape[:2]) // _SAMPLED_ROWS)
    return np.ascontiguousarray(pixels[::step, ::step])


def _is_flat(sample: Image) -> bool:
    return sample.size == 0 or int(sample.max()) - int(sample.min()) < _FLAT
