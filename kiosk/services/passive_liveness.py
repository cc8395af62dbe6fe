"""Passive liveness over several frames: which of them can be judged at all, and what their scores come to."""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable, Sequence

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import ModelFault
from kiosk.domain.face import Face, LivenessScore
from kiosk.imaging.face_detail import detail_excess
from kiosk.imaging.face_quality import eye_span, face_region, face_sharpness, light_of, too_bright, too_dark
from kiosk.imaging.frame import Image
from kiosk.ports import PassiveLiveness
from kiosk.services.side_by_side import in_two_steps

_log = logging.getLogger(__name__)

MIN_EYES_PX = 28.0
"""Between the eyes: from here on a crop has the 128 px that the model sees. DIS asks for 90 to 120 px and an image of 600 x 600; a face
that fills a third of the height of 1280 x 720 has about 80, so those bounds would refuse many cameras that people have."""
MIN_SHARPNESS = 0.12
"""Softer, the pixels that tell skin from paper are gone: a Gaussian blur of some 2 % of the face's width."""
MAX_DETAIL_EXCESS = 0.70
"""Sharper than cameras are: a filter drew those edges. Ordinary pictures end at 0.48 (`face_detail.detail_excess`)."""
STRICT_FROM = 5
"""With so many frames the lower quartile decides instead of the median: a live face is live in nearly all of them, a replay flickers."""
_PASSIVE = CheckName.PASSIVE_LIVENESS


def judge(
    images: Sequence[Image],
    *,
    find: Callable[[Image], Face | None],
    model: PassiveLiveness | None,
    inputs: tuple[str, ...] = ("selfie",),
) -> Check:
    """PASSIVE_LIVENESS of one person over one or more frames.

    PASSED or REJECTED/BELOW_THRESHOLD; NOT_EXECUTED when there is nothing to judge (INPUT_MISSING, MODEL_MISSING, NO_FACE), nothing that
    can be judged (LOW_QUALITY) or the model fails (ENGINE_FAILED). The score is the median of the frames that can be judged, or, from
    `STRICT_FROM` of them on, their lower quartile.

    Args: `find` gives the largest face of a picture, `inputs` the fact that the frames come from. `find` and `model` are called from
        several threads at once.
    """
    if not images:
        return not_executed(_PASSIVE, CheckLabel.INPUT_MISSING, inputs=inputs)
    if model is None:
        return not_executed(_PASSIVE, CheckLabel.MODEL_MISSING, inputs=inputs)
    began = time.perf_counter()
    try:
        seen = in_two_steps(
            lambda image: _face_to_judge(image, find),
            lambda image, face: model.assess(image, face) if isinstance(face, Face) else face,
            images,
        )
        scores = [one for one in seen if isinstance(one, LivenessScore)]
        if not scores:
            poor = CheckLabel.LOW_QUALITY in seen
            return not_executed(_PASSIVE, CheckLabel.LOW_QUALITY if poor else CheckLabel.NO_FACE, inputs=inputs)
    except ModelFault as error:
        _log.error("%s could not run: %s", _PASSIVE.value, error.code.value)
        return not_executed(_PASSIVE, CheckLabel.ENGINE_FAILED, inputs=inputs)
    score, threshold = fused([one.score for one in scores]), scores[0].threshold
    live = score >= threshold
    return Check(
        _PASSIVE,
        CheckStatus.PASSED if live else CheckStatus.REJECTED,
        CheckLabel.OK if live else CheckLabel.BELOW_THRESHOLD,
        score=round(score, 4),
        threshold=threshold,
        inputs=inputs,
        model=scores[0].model,
        ms=round((time.perf_counter() - began) * 1000, 1),
    )


def _face_to_judge(image: Image, find: Callable[[Image], Face | None]) -> Face | CheckLabel:
    """The face of one frame, or why it has no score."""
    face = find(image)
    if face is None:
        return CheckLabel.NO_FACE
    return face if can_judge(image, face) else CheckLabel.LOW_QUALITY


def fused(scores: Sequence[float]) -> float:
    """One score of several frames. Raises statistics.StatisticsError for none."""
    if len(scores) < STRICT_FROM:
        return statistics.median(scores)
    return sorted(scores)[(len(scores) - 1) // 4]


def can_judge(image: Image, face: Face) -> bool:
    """Whether a face has what the model needs: pixels, light, and detail as a camera gives it, neither smeared nor drawn by a filter."""
    if eye_span(face) < MIN_EYES_PX:
        return False
    region = face_region(image, face)
    light = light_of(region)
    if too_dark(light) or too_bright(light):
        return False
    return face_sharpness(region) >= MIN_SHARPNESS and detail_excess(region) <= MAX_DETAIL_EXCESS
