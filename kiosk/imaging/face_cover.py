"""Whether something covers the mouth (mask, scarf, hand), the eyes (dark glasses) or one half of a face, told from the face itself.

No network: a mask or a lens has no structure where lips or eyes have some, and is of another colour than the face around it. Both must
hold, so that a beard (hair has structure, and the nose above it is skin), a headscarf (covers neither), clear glasses and shadow stay
silent. Measured on 30 faces (ten photographs, twenty portraits printed on documents; also darker, brighter, blurred, lit from the
side) and on masks, lenses and hands drawn over them. Lip structure over eye structure: 0.28 to 2.5 uncovered, 0.03 to 0.2 under a
mask. Lightness below the eyes over the forehead's: 0.78 to 1.2 uncovered (0.56 after a gamma of 2.2), 0.1 to 0.6 behind dark glasses.
A hand of the colour of the face has structure: it is not told here, but in most frames no landmarks are found under it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kiosk.domain.face import FacePart
from kiosk.imaging import face_patches as at
from kiosk.imaging.face_patches import FacePatches, Numbers

COVERED = 0.5
_FLAT_SIDE = 0.18
"""Structure of the flatter eye over the other's: 0.74 to 1 on 33 uncovered faces (0.23 in light from one side only), 0 to 0.13 where half
of the face was hidden. An eye patch, hair or a reflection on one lens is flat, too, but the cheek below is of the other's colour."""
_OTHER_CHEEK = 25.0
"""Difference of the cheeks' colours in L*a*b*: up to 24 uncovered, 34 to 50 with half of the face hidden."""
_FLAT_MOUTH = 0.22
"""Lip structure over eye structure below which no lips are seen; in the same picture, so that light and blur count for both."""
_FLAT_EYES = 0.45
_OTHER_COLOUR = 10.0
"""Difference of colour from the skin, in L*a*b*, of the nose tip and the upper lip: 0.5 to 8 uncovered, 15 to 80 under a mask."""
_OTHER_CHIN = 18.0
_LENS = 0.62
_BLACK_LENS = 0.4
"""Lightness below the eye over the forehead's. Below the second nothing but a lens is that dark, whatever it reflects."""


@dataclass(frozen=True, slots=True)
class FaceCover:
    """`mouth`, `eyes`, `side` (one half): 0..1, covered from COVERED; None when the picture does not tell."""

    mouth: float | None
    eyes: float | None
    side: float | None = None

    @property
    def parts(self) -> tuple[FacePart, ...]:
        found = [(FacePart.EYES, self.eyes), (FacePart.MOUTH, self.mouth), (FacePart.SIDE, self.side)]
        return tuple(part for part, score in found if score is not None and score >= COVERED)


def face_cover(patches: FacePatches) -> FaceCover:
    """See the module."""
    right, left = (_structure(patches.lightness(eye, 1.4)) for eye in (at.RIGHT_EYE, at.LEFT_EYE))
    eyes = max(right, left)
    lips = _structure(patches.lightness(at.LIPS, 1.15))
    return FaceCover(mouth=_mouth(patches, eyes, lips), eyes=_lenses(patches, eyes, lips), side=_half(patches, right, left))


def skin_colour(patches: FacePatches) -> Numbers:
    """L*, a*, b* of the upper face, each the median of brow, bridge of the nose and both cheeks; NaN when none is in the picture."""
    colours = np.array([patches.colour(points) for points in (at.FOREHEAD, at.BRIDGE, at.RIGHT_CHEEK, at.LEFT_CHEEK)])
    there = colours[~np.isnan(colours[:, 0])]
    return np.asarray(np.median(there, axis=0), np.float64) if len(there) else np.full(3, np.nan)


def _mouth(patches: FacePatches, eyes: float, lips: float) -> float | None:
    if eyes < 2.0 and lips < 2.0:
        return None  # dark, blurred or behind glasses: nothing here has structure
    skin = skin_colour(patches)
    nose, upper_lip, chin = (float(np.linalg.norm(patches.colour(part) - skin)) for part in (at.NOSE_TIP, at.UPPER_LIP, at.CHIN))
    if any(np.isnan(value) for value in (nose, upper_lip, chin)):
        return None
    flat = lips / max(eyes, 0.1) / _FLAT_MOUTH
    # over the nose as well, or below it: then only what differs more than any beard and has less structure than hair
    other = max(min(nose, upper_lip) / _OTHER_COLOUR, min(chin / _OTHER_CHIN, 1.6 - flat))
    return _score(min(2 - flat, other))


def _lenses(patches: FacePatches, eyes: float, lips: float) -> float | None:
    forehead, nose = patches.colour(at.FOREHEAD)[0], patches.colour(at.NOSE_TIP)[0]
    right, left = patches.colour(at.RIGHT_UNDER_EYE)[0], patches.colour(at.LEFT_UNDER_EYE)[0]
    under = float(max(right, left))  # both: one dark eye socket is a matter of light
    if not all(np.isfinite((forehead, nose, right, left))) or min(forehead, nose) < 8:
        return None
    dark = max(under / forehead, under / nose)  # nose too: a fringe may shade the forehead, a mask may darken the nose
    if dark <= _BLACK_LENS:
        return _score(2 - dark / _BLACK_LENS)
    if lips < 2.0:
        return None
    flat = eyes / lips / _FLAT_EYES
    return _score(min(2 - dark / _LENS, 2 - flat))


def _half(patches: FacePatches, right: float, left: float) -> float | None:
    pairs = ((at.RIGHT_CHEEK, at.LEFT_CHEEK), (at.RIGHT_LOWER_CHEEK, at.LEFT_LOWER_CHEEK))
    # both pairs: an eye patch may reach down to the upper cheek
    other = min(float(np.linalg.norm(patches.colour(one) - patches.colour(two))) for one, two in pairs)
    if max(right, left) < 4.0 or np.isnan(other):
        return None
    flat = min(right, left) / max(right, left) / _FLAT_SIDE
    return _score(min(2 - flat, other / _OTHER_CHEEK))


def _structure(lightness: at.Pixels) -> float:
    return float(lightness.std()) if lightness.size >= 12 else 0.0


def _score(margin: float) -> float:
    """1 at the bound becomes COVERED."""
    return float(np.clip(margin * COVERED, 0, 1))
