"""Flash response: whether the face takes on the colours that the screen shines with. A hint: bright rooms hide it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.services.liveness.observation import Observation

MODEL = "flash-lag-correlation"
SHOWN_S = 0.6
"""How long each colour stands."""
_LAGS_S = np.arange(0.0, 0.61, 0.05)
"""From the word to the screen to the picture: display, camera and driver."""
_FEWEST = 20
_SURE = 4.0
"""Standard errors that a response must stand out by."""
_LEAST = 0.35
"""Correlation of a face that answers; simulated faces reach 0.6 to 0.95, constant light stays below 0.25."""
_BRIGHT = 0.35
"""Mean luma of a face in a room so bright that a screen adds little."""


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    shown: tuple[float, float, float]
    skin: tuple[float, float, float]
    behind: tuple[float, float, float]


class FlashResponse:
    """Collects while the colours of a challenge are shown, one after another, and judges at the end. One thread."""

    def __init__(self, colours: tuple[str, ...]) -> None:
        self._colours = colours
        self._began_at: float | None = None
        self._samples: list[_Sample] = []

    def restart(self) -> None:
        self._began_at = None
        self._samples = []

    def begin(self, at: float) -> None:
        """The colours start now; only the first call counts."""
        if self._began_at is None:
            self._began_at = at

    def colour(self, at: float) -> str:
        """What the screen should shine with at that moment, "" before and after."""
        if self._began_at is None or not self._colours:
            return ""
        index = int((at - self._began_at) / SHOWN_S)
        return self._colours[index] if 0 <= index < len(self._colours) else ""

    def see(self, seen: Observation) -> None:
        colour = self.colour(seen.at)
        if seen.face is None or self._began_at is None or abs(seen.yaw) > 15:
            return
        if colour or seen.at - self._began_at < SHOWN_S * len(self._colours) + 0.6:
            self._samples.append(_Sample(seen.at, rgb(colour), seen.skin, seen.behind))

    def check(self) -> Check:
        """FLASH_RESPONSE: PASSED, WARNING/STANDS_OUT, or NOT_EXECUTED with the reason."""
        inputs = ("liveness",)
        if not self._colours:
            return not_executed(CheckName.FLASH_RESPONSE, CheckLabel.NOT_APPLICABLE, inputs=inputs)
        if len(self._samples) < _FEWEST:
            return not_executed(CheckName.FLASH_RESPONSE, CheckLabel.INPUT_MISSING, inputs=inputs)
        face, behind = self._correlation("skin"), self._correlation("behind")
        threshold = max(_LEAST, _SURE / float(np.sqrt(3 * len(self._samples))))
        if face >= threshold and face > behind:
            return self._check(CheckStatus.PASSED, CheckLabel.OK, face, threshold)
        luma = float(np.mean([(0.299 * r + 0.587 * g + 0.114 * b) / 255 for r, g, b in (one.skin for one in self._samples)]))
        if luma >= _BRIGHT or face >= threshold:
            # a bright room drowns the screen; where all around answers as the face does, it is not the face that tells
            return not_executed(CheckName.FLASH_RESPONSE, CheckLabel.PRECONDITION_NOT_FULFILLED, inputs=inputs)
        return self._check(CheckStatus.WARNING, CheckLabel.STANDS_OUT, face, threshold)

    def _correlation(self, part: str) -> float:
        """The best over all lags of the correlation between what was shown and the colour that came back, all channels together."""
        times = np.array([one.at for one in self._samples])
        shown = np.array([one.shown for one in self._samples])
        back = _settled(times, np.log(np.array([getattr(one, part) for one in self._samples]) + 8.0))
        best = -1.0
        for lag in _LAGS_S:
            index = np.searchsorted(times, times - lag, side="right") - 1
            usable = index >= 0
            if int(usable.sum()) < _FEWEST // 2:
                continue
            one = shown[index[usable]] - shown[index[usable]].mean(axis=0)
            other = back[usable] - back[usable].mean(axis=0)
            norm = float(np.sqrt((one**2).sum() * (other**2).sum()))
            best = max(best, float((one * other).sum()) / norm if norm > 1e-9 else 0.0)
        return best

    def _check(self, status: CheckStatus, label: CheckLabel, score: float, threshold: float) -> Check:
        score, threshold = round(float(np.clip(score, 0, 1)), 4), round(threshold, 4)
        return Check(CheckName.FLASH_RESPONSE, status, label, score=score, threshold=threshold, inputs=("liveness",), model=MODEL)


def _settled(times: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Without the slow drift of exposure and of a head that comes nearer: a straight line is taken out of each channel."""
    design = np.column_stack([np.ones(len(times)), times - times.mean()])
    return np.asarray(values - design @ np.linalg.lstsq(design, values, rcond=None)[0], np.float64)


def rgb(colour: str) -> tuple[float, float, float]:
    """ "#RRGGBB" as 0..1; "" is dark."""
    if not colour:
        return 0.0, 0.0, 0.0
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue
