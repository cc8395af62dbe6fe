"""Chooses the frames of a run that go into its capture record: few, and enough for the same judgement later."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kiosk.domain.challenge import Assertion, RecordedFrame
from kiosk.domain.check import CheckLabel
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Frame
from kiosk.services.face_guide import movement
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.watch import graver, span

MOST_FRAMES = 60
JPEG_QUALITY = 85
_RECENT = 4
_KEEP_FROM = 0.45
"""A frame is kept once so much has changed since the last kept one (1 = as much as may lie between two frames of a record)."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """One frame of the run; `number` counts them as they came, whatever their times say."""

    number: int
    frame: Frame
    seen: Observation
    shows: Assertion | None
    colour: str


@dataclass(frozen=True, slots=True)
class _Kept:
    number: int
    recorded: RecordedFrame
    seen: Observation
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
        now = _Shown(self._count, frame, seen, shows, colour)
        before = self._recent[-1] if self._recent else None
        self._recent = [*self._recent, now][-_RECENT:]
        if key and before is not None:
            self._keep(before, key=False)
        if key or not self._kept or _between(self._kept[-1].seen, seen) >= _KEEP_FROM:
            self._keep(now, key=key)

    def forget_before(self, at: float) -> None:
        """What came long before an attempt is of no use."""
        while len(self._kept) > 1 and self._kept[0].seen.at < at:
            del self._kept[0]

    def attempt_failed(self, label: CheckLabel) -> None:
        """The last frame seen was the one on which an attempt ended: it and those just before it belong into the record."""
        for shown in self._recent:
            self._keep(shown, key=True)
        if self._worst_label is None or graver(self._worst_label, label) is label:
            self._worst, self._worst_label = self._kept, label
        self._kept, self._recent = [], []

    def frames(self, *, failed: bool) -> tuple[RecordedFrame, ...]:
        """Of the attempt that succeeded or is under way; after a failure, of the gravest."""
        kept = self._worst if failed and self._worst else self._kept
        if not kept:
            return ()
        first = kept[0].seen.at
        return tuple(replace(one.recorded, at_s=round(one.seen.at - first, 4)) for one in kept)

    def _keep(self, shown: _Shown, *, key: bool) -> None:
        if any(one.number == shown.number for one in self._kept[-2 * _RECENT :]):
            return
        jpeg = encode_jpeg(shown.frame.pixels, JPEG_QUALITY)
        recorded = RecordedFrame(jpeg, shown.seen.at, shown.shows, shown.colour)
        self._kept.append(_Kept(shown.number, recorded, shown.seen, key))
        self._kept.sort(key=lambda one: one.number)
        if len(self._kept) > self._most:
            del self._kept[self._least_missed()]

    def _least_missed(self) -> int:
        """The frame without which the least would be left out; key frames only when there are no others."""
        inner = range(1, len(self._kept) - 1)
        free = [index for index in inner if not self._kept[index].key] or list(inner)
        return min(free, key=lambda index: _between(self._kept[index - 1].seen, self._kept[index + 1].seen))


def _between(one: Observation, other: Observation) -> float:
    """How much changed between two frames; 1 = as much as should lie between two frames of a record."""
    parts = [(other.at - one.at) / 0.5]
    if one.face is not None and other.face is not None:
        parts += [
            abs(other.yaw - one.yaw) / 9,
            abs(math.log(max(span(other.face), 1e-6) / max(span(one.face), 1e-6))) / 0.16,
            movement(one.face, other.face) / 0.4,
            abs(other.mouth - one.mouth) / 0.05,
        ]
    elif one.close_up > 0 and other.close_up > 0:
        parts.append(abs(math.log(other.close_up / one.close_up)) / 0.16)
    elif (one.face is None) != (other.face is None):
        parts.append(0.5)
    return max(parts)
