"""Tells a picture on the wall from a person behind the customer: the picture never moves while the customer does."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.face import Box, Face
from kiosk.imaging.face_look import CoarseLook, coarse_look, difference
from kiosk.imaging.frame import Image

STILL_FOR_S = 1.5
AS_LARGE = 0.75
"""Share of a face's width from which another may as well be meant: what looks at single pictures takes the largest face."""
_FORGOTTEN_S = 1.0
_MOVED = 3.0
"""See `face_look.difference`."""


@dataclass(slots=True)
class _Track:
    """One face over time. `box`, `look`: where and what it was when it last moved; `alive`: it has moved since it came."""

    box: Box
    look: CoarseLook
    since: float
    seen_at: float
    alive: bool = False


class StillFaces:
    """Watches frames with more than one face. One thread; time is that of the frames."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._pictures: tuple[Face, ...] = ()
        self._pictured_at = 0.0

    @property
    def pictures(self) -> tuple[Face, ...]:
        """What `without` left out when it last saw several faces, a second ago at most: between two looks only the customer is followed."""
        return self._pictures

    def rivals(self, face: Face) -> bool:
        """Whether one of the pictures is so large that a look at this frame alone could take it for `face`."""
        return any(picture.box[2] >= AS_LARGE * face.box[2] for picture in self._pictures)

    def without(self, image: Image, faces: tuple[Face, ...], at: float) -> tuple[Face, ...]:
        """`faces` less those that have not moved for STILL_FOR_S while another one has. When nothing moved, nothing is told apart.

        Somebody who moved once is a person as long as they stay: holding still for the picture does not make one of them.
        """
        if len(faces) > 1 or not 0 <= at - self._pictured_at < _FORGOTTEN_S:
            self._pictures, self._pictured_at = (), at
        self._tracks = [track for track in self._tracks if 0 <= at - track.seen_at < _FORGOTTEN_S]
        if len(faces) < 2 and not self._tracks:
            return faces
        pairs = [(face, self._track_of(face, image, at)) for face in faces]
        for face, track in pairs:
            track.seen_at = at
            if difference(coarse_look(image, track.box), track.look) > _MOVED:
                track.alive = True
                track.box, track.look = face.box, coarse_look(image, face.box)
        if not any(track.alive for _, track in pairs):
            return faces
        left = tuple(face for face, track in pairs if track.alive or at - track.since < STILL_FOR_S)
        if len(faces) > 1:
            self._pictures = tuple(face for face in faces if face not in left)
        return left

    def _track_of(self, face: Face, image: Image, at: float) -> _Track:
        for track in self._tracks:
            if is_same_place(track.box, face.box):
                return track
        track = _Track(face.box, coarse_look(image, face.box), at, at)
        self._tracks.append(track)
        return track


def unmoved(before: Image, after: Image, faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """Of `faces`, found in `before`, those beside the first that look the same in `after`, though the first has moved."""

    def stayed(face: Face) -> bool:
        return difference(coarse_look(before, face.box), coarse_look(after, face.box)) <= _MOVED

    if not faces or before.shape != after.shape or stayed(faces[0]):
        return ()
    return tuple(face for face in faces[1:] if stayed(face))


def is_same_place(one: Box, other: Box) -> bool:
    """Whether the middles are less than half a face apart, and the sizes alike."""
    size = max(one[2], other[2])
    near = abs(one[0] + one[2] / 2 - other[0] - other[2] / 2) + abs(one[1] + one[3] / 2 - other[1] - other[3] / 2)
    return near < 0.5 * size and min(one[2], other[2]) > 0.6 * size
