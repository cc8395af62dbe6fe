"""Blanks and letters that a recogniser nearly read: given where they are likely, told of where they are less so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from kiosk.engines.text_marks import base_of

_NOTICED = 0.05
"""Of 300 gaps within words, of pages photographed hard, none had a blank's probability of 0.001; all 35 between words had 0.8."""
_LIKELY, _GIVEN = 0.3, 0.51
"""Chance from which on a blank is given, and the least that it is then sure: far below the threshold for a look. Lost ones had 0.4."""
_FAR = 8
"""Steps of 8 px at 48 px height: no two letters of a line with one blank between them stand further apart."""
_NOTHING_SURE = 0.8
_OMITTED = 0.1
"""Probability of letters other than those beside, where nothing is read: of 938 lines of right values on 159 pages none had it."""
_UNSURE = 0.75
"""The most that a line is sure that may lack a blank or a letter: it asks for a look."""

_Steps = npt.NDArray[np.float32]


class GapReader:
    """Thread-safe; never changed."""

    def __init__(self, characters: Sequence[str]) -> None:
        """Args: `characters` by class; "" for nothing, as `text_alphabet.Alphabet.characters`. Without a blank among them none is given."""
        self._blank = characters.index(" ") if " " in characters else 0
        self._letters = np.array([character.isalpha() for character in characters], bool)
        numbers: dict[str, int] = {}
        # one letter under all its marks, as `MarkReader` has them
        self._family = np.array([numbers.setdefault(base_of(one) or one, len(numbers)) for one in characters], np.intp)

    def settled(self, probabilities: _Steps) -> tuple[_Steps, float]:
        """The steps x classes with what is likely to stand in gaps; how sure it is that nothing else is missing there, 0..1.

        A blank may come at any step of a gap, a letter with any mark: the best class of each step may be nothing where something is
        likelier than that.
        """
        probabilities, letters = self._with_letters(probabilities)
        probabilities, blanks = self._with_blanks(probabilities)
        return probabilities, min(letters, blanks)

    def _with_letters(self, probabilities: _Steps) -> tuple[_Steps, float]:
        nothing = probabilities[:, 0]
        open_steps = np.flatnonzero((nothing > _OMITTED) & (nothing < _NOTHING_SURE))
        sure = 1.0
        for step in open_steps.tolist():
            row = probabilities[step]
            if row.argmax() != 0:
                continue
            begin = max(0, step - _FAR)
            beside = probabilities[begin : step + _FAR + 1].argmax(axis=1)
            before, after = np.flatnonzero(beside[: step - begin]), np.flatnonzero(beside[step - begin + 1 :])
            neighbours = [*beside[before[-1:]], *beside[step - begin + 1 + after[:1]]]
            if not neighbours:
                continue
            shares = np.bincount(self._family, row)
            shares[self._family[[0, self._blank, *neighbours]]] = 0.0
            if len(neighbours) < 2:
                # at an end of the line specks are read like letters: none is given, and one likelier than nothing is missed
                sure = _UNSURE if shares.max() > row[0] else sure
            elif shares.max() > row[0]:
                probabilities = probabilities.copy()
                probabilities[step, 0] = 0.0
                probabilities[step, self._family != int(shares.argmax())] = 0.0
            elif shares.sum() > _OMITTED:
                sure = _UNSURE
        return probabilities, sure

    def _with_blanks(self, probabilities: _Steps) -> tuple[_Steps, float]:
        blank = probabilities[:, self._blank]
        near = np.flatnonzero((blank > _NOTICED / 2) & (blank <= 0.5))
        if not self._blank or not len(near):
            return probabilities, 1.0
        # the likeliest of two thousand classes: only where it is asked for
        begin, end = max(0, int(near[0]) - _FAR), int(near[-1]) + _FAR + 1
        best = np.zeros(len(blank), np.intp)
        best[begin:end] = probabilities[begin:end].argmax(axis=1)
        sure = 1.0
        for last, first in pairwise(np.flatnonzero(best).tolist()):
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
                sure = _UNSURE
        return probabilities, sure
