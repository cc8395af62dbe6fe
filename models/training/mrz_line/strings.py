"""Random text of the MRZ alphabet: half in the shape of an MRZ, half arbitrary, so that no language is learnt and no name invented."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kiosk.domain.mrz_layout import ALPHABET, FILLER

DIGIT = np.arange(10)
LETTER = np.arange(10, 36)
ANY = np.arange(37)
FILL = ALPHABET.index(FILLER)
LENGTHS = (30, 36, 44)
HARD = np.array([ALPHABET.index(one) for one in "0OQDGC6B8S5Z2I1LTUVYMWNHKXREFPA4J73"])


def random_line(rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Indices into ALPHABET, 30, 36 or 44 of them."""
    length = int(rng.choice(LENGTHS))
    kind = rng.random()
    if kind < 0.15:
        line = rng.choice(ANY, length)
    elif kind < 0.25:
        line = rng.choice(HARD, length)
        line[rng.random(length) < 0.2] = FILL
    elif kind < 0.55:
        line = _names(rng, length)
    else:
        line = _mixed(rng, length)
    return np.asarray(line, np.intp)


def _names(rng: np.random.Generator, length: int) -> npt.NDArray[np.intp]:
    """Words of random letters with one or two fillers between them, then fillers to the end."""
    line = np.full(length, FILL)
    at = 0
    for _ in range(int(rng.integers(1, 6))):
        size = int(rng.integers(1, 13))
        word = rng.choice(LETTER, size)
        line[at : at + size] = word[: max(0, length - at)]
        at += size + int(rng.integers(1, 3))
        if at >= length:
            break
    return line


def _mixed(rng: np.random.Generator, length: int) -> npt.NDArray[np.intp]:
    """Runs of digits, letters, both, and fillers, as second lines have them."""
    parts: list[npt.NDArray[np.intp]] = []
    size = 0
    while size < length:
        draw = rng.random()
        run = int(rng.integers(1, 10))
        if draw < 0.4:
            part = rng.choice(DIGIT, run)
        elif draw < 0.6:
            part = rng.choice(LETTER, min(run, 4))
        elif draw < 0.75:
            part = rng.choice(ANY[:36], run)
        else:
            part = np.full(int(rng.integers(1, 16)), FILL)
        parts.append(part)
        size += len(part)
    return np.concatenate(parts)[:length]
