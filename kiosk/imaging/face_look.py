"""Two looks at faces that the eye also takes: a brighter one in the dark, and a coarse one that tells movement from noise."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Box
from kiosk.imaging.face_align import square_crop
from kiosk.imaging.frame import Image

_THUMB_PX = 24
_CONTRAST = 40.0
_MOST_GAIN = 8.0

CoarseLook = npt.NDArray[np.float32]
"""24 x 24, mean 0, standard deviation 40 where there is any contrast."""


def brightened(image: Image, mean: float, wanted: float) -> Image:
    """Amplified so that its mean luma goes from `mean` to `wanted` (0..1), eight times at the most."""
    return np.asarray(cv2.convertScaleAbs(image, alpha=min(_MOST_GAIN, wanted / max(mean, 0.01))), np.uint8)


def coarse_look(image: Image, box: Box) -> CoarseLook:
    """What is at a place, grey, blurred by shrinking, without brightness and contrast, which a camera changes by itself."""
    crop = square_crop(image, box, 1.0, border=cv2.BORDER_REPLICATE)[0]
    grey = cv2.cvtColor(cv2.resize(crop, (_THUMB_PX, _THUMB_PX), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY).astype(np.float32)
    return np.asarray((grey - grey.mean()) * (_CONTRAST / max(float(grey.std()), 4.0)), np.float32)


def difference(one: CoarseLook, other: CoarseLook) -> float:
    """Mean difference: camera noise gives below 1, a head that sways 4 and more."""
    return float(np.abs(one - other).mean())
