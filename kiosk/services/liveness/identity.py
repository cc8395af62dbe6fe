"""Whether it is the same person throughout: faces of the start, the end and random moments between, and the selfie, compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from random import Random

from kiosk.domain.face import Face, Similarity
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import FaceDetector, FaceMatcher
from kiosk.services.face_tracking import find_faces
from kiosk.services.liveness.observation import Observation

_BETWEEN = 3
_STEP_S = 0.15
_MOST_DEG = 12.0
_LEVEL_DEG = 18.0
_SIZES = (0.2, 0.8)
_LEAST_SHARPNESS = 0.2


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame with a face that can be compared."""

    frame: Frame
    face: Face
    at: float


class Moments:
    """Keeps the first and the last comparable frame of an attempt and a few at random between. One thread."""

    def __init__(self, random: Random, *, fewest: int = 3, share: float = 0.4) -> None:
        """Args: moments of the run that there must be, and over which share of its time, for the person to be vouched for."""
        self._random = random
        self._fewest, self._share = fewest, share
        self.restart()

    def restart(self) -> None:
        self._first: Moment | None = None
        self._last: Moment | None = None
        self._drawn: list[Moment] = []
        self._offered = 0
        self._span: tuple[float, float] | None = None

    def see(self, frame: Frame, seen: Observation, *, coming: bool = False) -> None:
        """`coming`: nothing was asked for yet."""
        if seen.face is not None and not coming:
            self._span = (self._span[0] if self._span is not None else seen.at, seen.at)
        if not _is_comparable(seen):
            return
        assert seen.face is not None
        moment = Moment(frame, seen.face, seen.at)
        if self._first is None:
            self._first = moment
            return
        before, self._last = self._last, moment
        if before is None or (self._drawn and before.at - self._drawn[-1].at < _STEP_S):
            return
        # each moment so far is as likely to be among those kept (reservoir sampling), so nobody knows which will count
        self._offered += 1
        if len(self._drawn) < _BETWEEN:
            self._drawn.append(before)
        elif self._random.randrange(self._offered) < _BETWEEN:
            del self._drawn[self._random.randrange(_BETWEEN)]
            self._drawn.append(before)

    @property
    def all(self) -> tuple[Moment, ...]:
        ends = [moment for moment in (self._first, self._last) if moment is not None]
        return (*ends[:1], *self._drawn, *ends[1:])

    def least_similar(self, matcher: FaceMatcher, detector: FaceDetector, reference: Image | None) -> Similarity | None:
        """Of all pairs, those with the reference included. None when too little of the run can be compared. Raises ModelFault."""
        moments = self.all
        if not moments or not self._covers(moments):
            return None
        faces = [matcher.embed(moment.frame.pixels, moment.face) for moment in moments]
        if reference is not None:
            found = find_faces(detector, reference)
            if not found:
                return None
            faces.append(matcher.embed(reference, found[0]))
        if len(faces) < 2:
            return None
        return min((matcher.compare(one, other) for one, other in combinations(faces, 2)), key=lambda similarity: similarity.score)

    def _covers(self, moments: tuple[Moment, ...]) -> bool:
        """Whether what can be compared is of the whole run: one sharp look at its beginning vouches for nobody who comes later."""
        if self._span is None:
            return False
        begin, end = self._span
        return len(moments) >= self._fewest and min(end, moments[-1].at) - max(begin, moments[0].at) >= self._share * (end - begin)


def _is_comparable(seen: Observation) -> bool:
    if seen.face is None or seen.others > 0 or seen.light is not None:
        return False
    frontal = abs(seen.yaw) <= _MOST_DEG and abs(seen.pitch) <= _LEVEL_DEG
    return frontal and _SIZES[0] <= seen.size <= _SIZES[1] and seen.sharpness >= _LEAST_SHARPNESS
