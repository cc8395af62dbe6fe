"""How sure a recogniser is of the marks (accents, cedillas, strokes) on the letters that it read, apart from the letters themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kiosk.ports import LetterDoubt

STROKED = str.maketrans("ØøŁłĐđÐðĦħŦŧıŒœÆæ", "OoLlDdDdHhTtiOoAa")
"""Letters that Unicode does not take apart, by the letter that they are read as when the mark is missed."""
_SURE, _SURE_MARK = 0.98, 0.995
"""Plain letters are what most letters are; a mark is told of sooner, since a language may speak against it."""
_NOTICED = 0.005
_MOST_WAYS = 4


class MarkReader:
    """The families of an alphabet's letters: one letter under all its marks, in capitals and small."""

    def __init__(self, characters: Sequence[str]) -> None:
        """Args: `characters` by class; "" for nothing, as `text_alphabet.Alphabet.characters`."""
        self._characters = tuple(characters)
        members: dict[str, list[int]] = {}
        for index, character in enumerate(self._characters):
            base = base_of(character)
            if base:
                members.setdefault(base, []).append(index)
        self._members = {base: np.array(indices, np.intp) for base, indices in members.items()}

    def doubts(self, probabilities: npt.NDArray[np.float32], text: str) -> tuple[LetterDoubt, ...] | None:
        """The letters of `text` whose marks are not beyond doubt; None when the steps do not say how sure the marks are.

        Args:
            probabilities: steps x classes of the line, 0 = nothing.
            text: as it was read from them, before it was stripped.
        """
        best = probabilities.argmax(axis=1)
        begins = np.flatnonzero(np.diff(best, prepend=-1) != 0)
        ends = np.append(begins[1:], len(best))
        letters = [(first, last) for first, last in zip(begins, ends, strict=True) if best[first] != 0]
        if len(letters) != len(text):  # something that is never read looked likelier somewhere
            return None
        found: list[LetterDoubt] = []
        for place, (first, last) in enumerate(letters):
            members = self._members.get(base_of(text[place]))
            if members is None:
                continue
            step = first + int(probabilities[first:last, best[first]].argmax())
            family = probabilities[step, members]
            mass = float(family.sum())
            shares = self._shares(text[place], members, family / max(mass, 1e-9))
            if shares[0][1] < (_SURE if text[place].isascii() else _SURE_MARK):
                found.append(LetterDoubt(place, min(1.0, mass), shares))
        return tuple(found)

    def _shares(self, letter: str, members: npt.NDArray[np.intp], family: npt.NDArray[np.float32]) -> tuple[tuple[str, float], ...]:
        """The letter itself, then the likeliest others, in its case."""
        shares: dict[str, float] = {letter: 0.0}
        for index, share in zip(members, family, strict=True):
            other = _in_case_of(letter, self._characters[index])
            shares[other] = shares.get(other, 0.0) + float(share)
        others = sorted((pair for pair in shares.items() if pair[0] != letter and pair[1] >= _NOTICED), key=lambda pair: -pair[1])
        return ((letter, min(1.0, shares[letter])), *others[:_MOST_WAYS])


def base_of(character: str) -> str:
    """A to Z for a Latin letter under any mark, "" for anything else."""
    base = unicodedata.normalize("NFD", character.translate(STROKED))[:1].upper()
    return base if len(character) == len(base) == 1 and base.isascii() and base.isalpha() else ""


def _in_case_of(letter: str, other: str) -> str:
    changed = other.upper() if letter.isupper() else other.lower()
    return changed if len(changed) == 1 else other
