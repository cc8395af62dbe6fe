"""Blanks between words that a recogniser nearly read: given where they are likely, told of where they are less so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

_NOTICED = 0.05
"""Of 300 gaps within words, of pages photographed hard, none had a blank's probability of 0.001; all 35 between words had 0.8."""
_LIKELY, _GIVEN = 0.3, 0.51
"""Chance from which on a blank is given, and the least that it is then sure: far below the threshold for a look. Lost ones had 0.4."""
_FAR = 8
"""Steps of 8 px at 48 px height: no two letters of a line with one blank between them stand further apart."""
_UNSURE = 0.75
"""The most that a line is sure that may lack a blank: two names in one ask for a look."""


class BlankReader:
    """Thread-safe; never changed."""

    def __init__(self, characters: Sequence[str]) -> None:
        """Args: `characters` by class; "" for nothing, as `text_alphabet.Alphabet.characters`. Without a blank among them all stays."""
        self._blank = characters.index(" ") if " " in characters else 0
        self._letters = np.array([character.isalpha() for character in characters], bool)

    def settled(self, probabilities: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], float]:
        """The steps x classes with the blanks that are likely; how sure it is that no other is missing between letters, 0..1.

        A blank may come at any step of a gap: the best class of each step may be nothing where a blank somewhere is likelier than none.
        """
        blank = probabilities[:, self._blank]
        near = np.flatnonzero((blank > _NOTICED / 2) & (blank <= 0.5))
        if not self._blank or not len(near):
            return probabilities, 1.0
        # the likeliest of two thousand classes: only where it is asked for
        begin, end = max(0, int(near[0]) - _FAR), int(near[-1]) + _FAR + 1
        best = np.zeros(len(blank), np.intp)
        best[begin:end] = probabilities[begin:end].argmax(axis=1)
        steps = np.flatnonzero(best)
        sure = 1.0
        for last, first in pairwise(steps.tolist()):
            if first - last < 2 or not (self._letters[best[last]] and self._letters[best[first]]):
                continue
            gap = blank[last + 1 : first]
            chance = 1.0 - float(np.prod(1.0 - gap))
            if chance > _LIKELY:
                probabilities = probabilities.copy()
                place = last + 1 + int(gap.argmax())
                probabilities[place] = 0.0
                probabilities[place, self._blank] = max(chance, _GIVEN)
            elif chance > _NOTICED:
                sure = min(sure, _UNSURE)
        return probabilities, sure
