"""Whether a sequence shows one face in one unbroken movement: nothing jumps from one frame to the next, the face stays, it stays alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from kiosk.domain.check import CheckLabel
from kiosk.domain.face import Face
from kiosk.services.face_tracking import movement
from kiosk.services.liveness.observation import Observation

GRAVITY = (
    CheckLabel.DIFFERENT_PERSON,
    CheckLabel.FLAT_FACE,
    CheckLabel.SEQUENCE_CUT,
    CheckLabel.FRAMES_REPEATED,
    CheckLabel.CLOCK_JUMPED,
    CheckLabel.FRAME_SIZE_CHANGED,
    CheckLabel.FRAMES_STOPPED,
    CheckLabel.SEVERAL_FACES,
    CheckLabel.IMPLAUSIBLE_TIMING,
    CheckLabel.FACE_LEFT,
    CheckLabel.CHALLENGE_EXPIRED,
    CheckLabel.CHALLENGE_FAILED,
)
"""The gravest first: of several things that went wrong one is named."""
_AWAY_DEG = 20.0
"""Detectors lose faces that are turned further than this and a little more."""


def graver(one: CheckLabel | None, other: CheckLabel) -> CheckLabel:
    return other if one is None or GRAVITY.index(other) < GRAVITY.index(one) else one


@dataclass(frozen=True, slots=True)
class Jumps:
    """How much two neighbouring frames may differ: a part that does not depend on time, and one for each second between them.

    Attributes:
        yaw, yaw_per_s: degrees; heads turn at up to 200 degrees a second.
        place, place_per_s: face widths. size, size_per_s: logarithm of the ratio; an arm's length in a second is 1.1.
        mouth, mouth_per_s: outer eye distances; a quick smile widens the mouth by 0.2 in 0.3 s.
        likeness: least product of two signatures within `likeness_s`, with the head turned by less than `likeness_deg` between them.
        hidden_s: who was out of sight for longer must come back with the head turned as it was, so that both looks can be compared.
        longest_s: a gap counts as no longer than this.
        whole: size up to which a face is seen whole. Larger ones leave the frame, and the mesh guesses what it does not see: there the
            followed details of the eyes say that it is the same face.
    """

    yaw: float = 14.0
    yaw_per_s: float = 180.0
    place: float = 0.25
    place_per_s: float = 3.0
    size: float = 0.16
    size_per_s: float = 2.2
    mouth: float = 0.1
    mouth_per_s: float = 1.6
    likeness: float = 0.45
    likeness_s: float = 0.35
    likeness_deg: float = 10.0
    hidden_s: float = 0.35
    longest_s: float = 0.5
    whole: float = 0.85

    def for_record(self) -> Jumps:
        """A record leaves frames out, so what was hidden for a moment seems to have been so for longer."""
        return replace(self, hidden_s=self.hidden_s + 0.5)


class SequenceWatch:
    """Feed it every observation of one attempt. One thread."""

    def __init__(self, *, jumps: Jumps | None = None, lost_s: float = 0.5, several_s: float = 0.12) -> None:
        self._jumps = jumps or Jumps()
        self._lost_s = lost_s
        self._several_s = several_s
        self.restart()

    def restart(self) -> None:
        self._last: Observation | None = None
        self._present_at: float | None = None
        self._several_since: float | None = None
        self._hidden = False  # since the last face there was a frame without one

    def see(self, seen: Observation) -> CheckLabel | None:
        """What is wrong with this frame after those before it; None = nothing."""
        if seen.fault is not None:
            return seen.fault
        if seen.face is None:
            if seen.close_up > 0:
                self._present_at = seen.at
            else:
                self._hidden = True
            lost = self._present_at is not None and seen.at - self._present_at > self._lost_s
            return CheckLabel.FACE_LEFT if lost else None
        if seen.others > 0:
            self._several_since = seen.at if self._several_since is None else self._several_since
            if seen.at - self._several_since >= self._several_s:
                return CheckLabel.SEVERAL_FACES
        else:
            self._several_since = None
        before, self._last, self._present_at = self._last, seen, seen.at
        hidden, self._hidden = self._hidden, False
        return CheckLabel.SEQUENCE_CUT if before is not None and self._is_cut(before, seen, hidden=hidden) else None

    def _is_cut(self, before: Observation, now: Observation, *, hidden: bool) -> bool:
        passed_s = now.at - before.at
        if passed_s < 0:
            return True
        jumps, time_s = self._jumps, min(passed_s, self._jumps.longest_s)
        assert before.face is not None
        assert now.face is not None
        if abs(now.yaw - before.yaw) > jumps.yaw + jumps.yaw_per_s * time_s:
            return True
        # near the camera everything moves more, in face widths no less
        if movement(before.face, now.face) > jumps.place + jumps.place_per_s * time_s:
            return True
        if abs(math.log(max(span(now.face), 1e-6) / max(span(before.face), 1e-6))) > jumps.size + jumps.size_per_s * time_s:
            return True
        # a mouth seen from the side is another mouth
        frontal = abs(now.yaw) < 15 and abs(before.yaw) < 15
        if frontal and abs(now.mouth - before.mouth) > jumps.mouth + jumps.mouth_per_s * time_s:
            return True
        return self._is_another(before, now, passed_s, hidden=hidden)

    def _is_another(self, before: Observation, now: Observation, passed_s: float, *, hidden: bool) -> bool:
        jumps = self._jumps
        if before.signature is None or now.signature is None or (passed_s > jumps.likeness_s and not hidden):
            return False
        if before.close_up > 0 and now.close_up > 0 and max(before.size, now.size) > jumps.whole:
            return False
        turned = max(abs(now.yaw - before.yaw), abs(now.pitch - before.pitch), abs(now.roll - before.roll))
        # who was out of sight must come back looking alike: a hand before the lens is time enough to hold up another face
        if turned >= jumps.likeness_deg:
            return hidden and passed_s > jumps.hidden_s and min(abs(now.yaw), abs(before.yaw)) < _AWAY_DEG
        return float(np.dot(before.signature, now.signature)) < jumps.likeness


def span(face: Face) -> float:
    """Size of a face that neither a turn of the head nor a smile changes much: pixels."""
    (ax, ay), (bx, by) = face.points[0], face.points[1]
    eyes_x, eyes_y = (ax + bx) / 2, (ay + by) / 2
    (cx, cy), (dx, dy) = face.points[3], face.points[4]
    length = math.hypot((cx + dx) / 2 - eyes_x, (cy + dy) / 2 - eyes_y)
    return max(math.hypot(ax - bx, ay - by), 0.9 * length)
