"""Chooses the frames of a run that go into its capture record: few, and enough for the same judgement later."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kiosk.domain.challenge import Assertion, RecordedFrame
from kiosk.domain.check import CheckLabel
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.face_align import face_axis
from kiosk.imaging.frame import Frame
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.watch import graver, span

MOST_FRAMES = 60
JPEG_QUALITY = 85
TOLD_BY_ALL = frozenset(
    {
        CheckLabel.FRAMES_STOPPED,
        CheckLabel.FRAMES_REPEATED,
        CheckLabel.FRAME_SIZE_CHANGED,
        CheckLabel.CLOCK_JUMPED,
        CheckLabel.SEQUENCE_CUT,
        CheckLabel.FACE_LEFT,
        CheckLabel.SEVERAL_FACES,
    }
)
"""What is told by frames that a record leaves out: the frame on which it was seen says so."""
_RECENT = 4
_KEEP_FROM = 0.45
"""A frame is kept once so much has changed since the last kept one (1 = as much as may lie between two frames of a record)."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """One frame of the run; `number` counts them as they came, whatever their times say."""

    number: int
    frame: Frame
    marks: _Marks
    shows: Assertion | None
    colour: str


@dataclass(frozen=True, slots=True)
class _Kept:
    number: int
    recorded: RecordedFrame
    marks: _Marks
    key: bool


class Recorder:
    """Fed with every frame of a run. One thread.

    Frames on which a script decided something are kept; of the others those between which least changed go first. When attempts fail, the
    one that failed most gravely is what the record tells of.
    """

    def __init__(self, *, most: int = MOST_FRAMES) -> None:
        self._most = most
        self._count = 0
        self._kept: list[_Kept] = []
        self._recent: list[_Shown] = []
        self._worst: list[_Kept] = []
        self._worst_label: CheckLabel | None = None

    def see(self, frame: Frame, seen: Observation, *, key: bool, shows: Assertion | None, colour: str) -> None:
        self._count += 1
        now = _Shown(self._count, frame, _marks_of(seen), shows, colour)
        before = self._recent[-1] if self._recent else None
        self._recent = [*self._recent, now][-_RECENT:]
        if key and before is not None:
            self._keep(before, key=False)
        if key or not self._kept or _between(self._kept[-1].marks, now.marks) >= _KEEP_FROM:
            self._keep(now, key=key)

    def forget_before(self, at: float) -> None:
        """What came long before an attempt is of no use."""
        while len(self._kept) > 1 and self._kept[0].marks.at < at:
            del self._kept[0]

    def attempt_failed(self, label: CheckLabel) -> None:
        """The last frame seen was the one on which an attempt ended: it and those just before it belong into the record."""
        for shown in self._recent:
            self._keep(shown, key=True)
        if label in TOLD_BY_ALL and self._kept:
            self._kept[-1] = replace(self._kept[-1], recorded=replace(self._kept[-1].recorded, fault=label))
        if self._worst_label is None or graver(self._worst_label, label) is label:
            self._worst, self._worst_label = self._kept, label
        self._kept, self._recent = [], []

    def frames(self, *, failed: bool) -> tuple[RecordedFrame, ...]:
        """Of the attempt that succeeded or is under way; after a failure, of the gravest."""
        kept = self._worst if failed and self._worst else self._kept
        if not kept:
            return ()
        first = kept[0].marks.at
        return tuple(replace(one.recorded, at_s=round(one.marks.at - first, 6)) for one in kept)

    def _keep(self, shown: _Shown, *, key: bool) -> None:
        if any(one.number == shown.number for one in self._kept[-2 * _RECENT :]):
            return
        jpeg = encode_jpeg(shown.frame.pixels, JPEG_QUALITY)
        recorded = RecordedFrame(jpeg, shown.marks.at, shown.shows, shown.colour)
        self._kept.append(_Kept(shown.number, recorded, shown.marks, key))
        self._kept.sort(key=lambda one: one.number)
        if len(self._kept) > self._most:
            del self._kept[self._least_missed()]

    def _least_missed(self) -> int:
        """The frame without which the least would be left out; key frames only when there are no others."""
        inner = range(1, len(self._kept) - 1)
        free = [index for index in inner if not self._kept[index].key] or list(inner)
        return min(free, key=lambda index: _between(self._kept[index - 1].marks, self._kept[index + 1].marks))


@dataclass(frozen=True, slots=True)
class _Marks:
    """What two frames are compared by, worked out once. `place` and `width` in pixels; `kind`: face, close-up or nothing."""

    at: float
    kind: str
    yaw: float = 0.0
    size: float = 0.0
    place: tuple[float, float] = (0.0, 0.0)
    width: float = 1.0
    mouth: float = 0.0


def _marks_of(seen: Observation) -> _Marks:
    if seen.face is not None:
        (eyes_x, eyes_y), (mouth_x, mouth_y), length = face_axis(seen.face)
        place = ((eyes_x + mouth_x) / 2, (eyes_y + mouth_y) / 2)
        return _Marks(seen.at, "face", seen.yaw, math.log(max(span(seen.face), 1e-6)), place, max(2.1 * length, 1.0), seen.mouth)
    if seen.close_up > 0:
        return _Marks(seen.at, "close-up", size=math.log(seen.close_up))
    return _Marks(seen.at, "")


def _between(one: _Marks, other: _Marks) -> float:
    """How much changed between two frames; 1 = as much as should lie between two frames of a record."""
    time = abs(other.at - one.at) / 0.5
    if one.kind != other.kind:
        return max(time, 0.5)
    moved = math.dist(one.place, other.place) / one.width
    changes = (abs(other.yaw - one.yaw) / 9, abs(other.size - one.size) / 0.16, moved / 0.4, abs(other.mouth - one.mouth) / 0.05)
    return max(time, *changes)
