"""The part of a recogniser's alphabet that documents are printed in: what may be read, and what only makes a reading doubtful.

PP-OCRv6 knows 18,708 characters, 15,900 of them Chinese. Only the rows of these here are kept of its last layer, which saves a tenth of the
time and keeps a speck from being read as a Chinese sign.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from kiosk.engines.onnx_edit import NotOnnx, Weights, float_shapes, metadata_of, with_initializers

LOOKALIKES = {
    "<": "\u3008\u2039\u00ab\u300a\u304f\u5ddc\u3111\u039b\u2227\u30d8\u3078^\uff1c",  # angle brackets, quotation marks, kana, lambda
    "0": "\u3007",
    "O": "\u00d8",
    "I": "|",
}
"""Characters of the recogniser's large alphabet that look the same: their probability counts for the plain one."""

_READ = (
    (0x0020, 0x024F),  # Latin with its supplements and extensions A and B: every language of Europe, Turkey, Vietnam in part
    (0x0370, 0x052F),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Latin extended additional
    (0x2010, 0x205E),  # dashes, quotation marks, bullets
    (0x2070, 0x20BF),  # superscripts, subscripts, currencies
    (0x2100, 0x214F),  # numero sign, trade mark
)
_DOUBT = (
    (0x0250, 0x02FF),  # phonetic letters
    (0x2150, 0x25FF),  # Roman numerals, arrows, mathematics, lines, shapes
    (0x3000, 0x312F),  # marks, hiragana, katakana, bopomofo
    (0xFF00, 0xFFEF),  # full and half width
)
_DOUBTFUL_SIGNS = "一丁七乙九了二八人入几刀十千口土士工己干日曰月木川田目中下上三王止石里言"
"""Chinese signs of few strokes, which print and specks are taken for."""
_FULL_WIDTH = 0xFEE0
"""From an ASCII character to its full-width form."""
_READABLE = frozenset(chr(code) for first, last in _READ for code in range(first, last + 1))
_KEPT = _READABLE.union(
    (chr(code) for first, last in _DOUBT for code in range(first, last + 1)), _DOUBTFUL_SIGNS, *(signs for signs in LOOKALIKES.values())
)


class Alphabet:
    """The characters of a recogniser's classes, 0 = nothing, and which of them may be read.

    Attributes:
        characters: by class; "" for nothing.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        self._position = {character: index for index, character in enumerate(self.characters)}
        self._read = np.array([index for index, one in enumerate(self.characters) if index == 0 or may_be_read(one)], dtype=np.intp)
        place = {int(index): number for number, index in enumerate(self._read)}
        pairs = [(index, self._position.get(_narrow(one), index)) for index, one in enumerate(self.characters)]
        wide = [(index, place[plain]) for index, plain in pairs if plain != index]
        self._wide, self._plain = (np.array([pair[side] for pair in wide], np.intp) for side in (0, 1))
        self._folds: dict[str, list[npt.NDArray[np.intp]]] = {}

    def text_of(self, probabilities: npt.NDArray[np.float32]) -> tuple[str, float]:
        """The best text of steps x classes, with the mean probability of its characters; ("", 0.0) for none.

        Only what documents are printed in is read; where something else looked likelier, the probability left for it says so.
        """
        text, confidence, _ = self.line_of(probabilities)
        return text, confidence

    def line_of(self, probabilities: npt.NDArray[np.float32]) -> tuple[str, float, tuple[float, ...]]:
        """As `text_of`, and the probability of each letter, in their order.

        The least sure letter tells more than the mean: of 867 values the mean told 1 of 13 wrong ones, this one tells 9.
        """
        read = probabilities.take(self._read, axis=1)
        read[:, self._plain] += probabilities.take(self._wide, axis=1)  # each plain character has one wide form
        best = read.argmax(axis=1)
        values = read[np.arange(len(read)), best]
        keep = (best != 0) & (np.diff(best, prepend=-1) != 0)
        if not keep.any():
            return "", 0.0, ()
        text = "".join(self.characters[index] for index in self._read[best[keep]])
        begins = np.flatnonzero(np.diff(best, prepend=-1) != 0)
        # a letter is as sure as the surest of its steps
        peaks = np.maximum.reduceat(values, begins)[best[begins] != 0]
        return text, min(1.0, float(values[keep].mean())), tuple(min(1.0, float(peak)) for peak in peaks)

    def fold(self, alphabet: str) -> list[npt.NDArray[np.intp]]:
        """For nothing and each character of `alphabet`: the classes that mean it."""
        if alphabet not in self._folds:
            accented: dict[str, str] = {}  # a letter with a mark above, printed or imagined from a speck, counts for the plain letter
            for character in self._position:
                base = unicodedata.normalize("NFD", character)[:1].upper()
                if len(character) == 1 and base != character.upper() and base.isascii() and base.isalpha():
                    accented[base] = accented.get(base, "") + character
            groups = [[0]]
            for character in alphabet:
                same = {character, character.lower(), *LOOKALIKES.get(character, "")}
                if character.isascii() and character.isalnum():
                    same.add(chr(ord(character) + _FULL_WIDTH))
                    same.update(accented.get(character, ""))
                groups.append(sorted(self._position[one] for one in same if one in self._position))
            self._folds[alphabet] = [np.array(group, dtype=np.intp) for group in groups]
        return self._folds[alphabet]


def may_be_read(character: str) -> bool:
    return character in _READABLE


def is_kept(character: str) -> bool:
    """Whether the class is kept at all, to be read or to make readings doubtful."""
    return character in _KEPT


def listed_characters(model: bytes) -> tuple[str, ...] | None:
    """The characters by class as PP-OCR's models list them ("" = nothing first, the space last), or None. Raises NotOnnx."""
    listed = metadata_of(model).get("character")
    return None if listed is None else ("", *listed.splitlines(), " ")


def kept_classes(characters: Sequence[str]) -> list[int]:
    """The classes that are worth computing, nothing first."""
    return [index for index, character in enumerate(characters) if index == 0 or is_kept(character)]


def only_kept_classes(model: bytes) -> bytes:
    """The recogniser with the last layer cut down to `kept_classes`; as it is when its shape is not the known one.

    The softmax runs over what is left, so probabilities are as of the same network trained without the other characters.
    """
    characters = listed_characters(model)
    if characters is None:
        return model
    count = len(characters)
    last = {name: shape for name, shape in float_shapes(model).items() if shape and shape[-1] == count}
    if sorted(len(shape) for shape in last.values()) != [1, 2]:
        return model
    kept = np.array(kept_classes(characters), dtype=np.intp)

    def cut(weights: Weights) -> Weights:
        return np.ascontiguousarray(weights[..., kept])

    change: dict[str, Callable[[Weights], Weights]] = dict.fromkeys(last, cut)
    return with_initializers(model, change)


def alphabet_of(listed: str, classes: int) -> Alphabet:
    """The alphabet of a loaded recogniser that gives so many classes: all that it lists, or those kept. Raises NotOnnx for neither."""
    characters = ("", *listed.splitlines(), " ")
    if classes == len(characters):
        return Alphabet(characters)
    kept = kept_classes(characters)
    if classes != len(kept):
        raise NotOnnx(f"{classes} classes for {len(characters)} characters")
    return Alphabet([characters[index] for index in kept])


def _narrow(character: str) -> str:
    """The ASCII character of a full-width form; any other as it is."""
    return chr(ord(character) - _FULL_WIDTH) if len(character) == 1 and 0xFF01 <= ord(character) <= 0xFF5E else character
