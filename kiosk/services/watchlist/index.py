"""The index of one list: which spellings share words, or nearly the same words, with a name. Built at import, mapped from disk in use.

Files of a folder (little-endian numpy arrays, read with mmap):
    words.bin, word_at          the different words, sorted by first use; word k is words.bin[word_at[k]:word_at[k+1]]
    word_pairs  (uint64)        a bit per pair of neighbouring letters of the folded word, hashed to 64
    word_bones  (uint32)        CRC-32 of the word's consonants
    word_names, name_at         spellings that hold word k: word_names[name_at[k]:name_at[k+1]]
    name_words, name_word_at    words of spelling r
    name_entry                  entry of spelling r
    entries.jsonl, entry_at     the entries

A query word is compared with all different words by their 64 bits (popcount, one pass of numpy), the likest by rapidfuzz; the spellings
that hold what is left are summed up in one array of a number per spelling, and the best of those are scored exactly.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.services.watchlist.matching import letters_weight, name_score, word_likeness
from kiosk.services.watchlist.model import Kind, Listed
from kiosk.services.watchlist.names import folded, skeleton, words_of

_ARRAYS = ("word_at", "word_pairs", "word_bones", "word_names", "name_at", "name_words", "name_word_at", "name_entry", "entry_at")
_NEAR = 0.45
"""Share of letter pairs that a word must have in common to be looked at."""
_WORDS_COMPARED = 400
_SCORED = 250
_PAIR_BITS = 64

Array = npt.NDArray[Any]


def build_index(entries: Iterable[Listed], folder: Path) -> tuple[int, int]:
    """Writes the files into `folder`, one pass over `entries`; returns how many entries and spellings. Raises OSError."""
    numbers: dict[str, int] = {}
    name_words, name_word_at, name_entry = array("i"), array("q", [0]), array("i")
    entry_at = array("q", [0])
    with open(folder / "entries.jsonl", "wb") as file:
        for count, entry in enumerate(entries):
            line = entry.packed() + b"\n"
            file.write(line)
            entry_at.append(entry_at[-1] + len(line))
            seen: set[tuple[str, ...]] = set()
            for name in entry.names:
                words = words_of(name, organisation=entry.kind is Kind.ORGANISATION)
                if not words or words in seen:
                    continue
                seen.add(words)
                name_words.extend(numbers.setdefault(word, len(numbers)) for word in words)
                name_word_at.append(len(name_words))
                name_entry.append(count)
    blob = [word.encode() for word in numbers]
    (folder / "words.bin").write_bytes(b"".join(blob))
    holders = np.frombuffer(name_words, np.int32) if name_words else np.zeros(0, np.int32)
    starts = np.frombuffer(name_word_at, np.int64)
    rows = np.repeat(np.arange(len(name_entry), dtype=np.int32), np.diff(starts))
    order = np.argsort(holders, kind="stable")
    counts = np.bincount(holders, minlength=len(numbers))
    arrays: dict[str, Array] = {
        "word_at": np.concatenate([[0], np.cumsum([len(word) for word in blob])]).astype(np.int64),
        "word_pairs": np.array([_pairs(word) for word in numbers], np.uint64),
        "word_bones": np.array([_bones(word) for word in numbers], np.uint32),
        "word_names": rows[order],
        "name_at": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "name_words": holders,
        "name_word_at": starts,
        "name_entry": np.frombuffer(name_entry, np.int32) if name_entry else np.zeros(0, np.int32),
        "entry_at": np.frombuffer(entry_at, np.int64),
    }
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    return len(entry_at) - 1, len(name_entry)


class NameIndex:
    """Reads what `build_index` wrote. Thread-safe: nothing in it changes."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreFault(STORE_DAMAGED)."""
        try:
            # an empty array cannot be mapped
            self._a: dict[str, Array] = {name: _mapped(folder / f"{name}.npy") for name in _ARRAYS}
            self._words: bytes = (folder / "words.bin").read_bytes()
            self._entries = folder / "entries.jsonl"
            size = self._entries.stat().st_size
        except (OSError, ValueError) as error:
            raise StoreFault(ErrorCode.STORE_DAMAGED, f"the watchlist in {folder.parent.name} is damaged: import it again") from error
        if int(self._a["word_at"][-1]) != len(self._words) or int(self._a["entry_at"][-1]) != size:
            raise StoreFault(ErrorCode.STORE_DAMAGED, f"the watchlist in {folder.parent.name} is damaged: import it again")
        self._pairs_of_word = np.bitwise_count(self._a["word_pairs"]).astype(np.uint8)
        self._name_length = np.diff(self._a["name_word_at"]).astype(np.int8)

    @property
    def spellings(self) -> int:
        return len(self._a["name_entry"])

    def search(self, words: Sequence[str], *, least: float) -> list[tuple[int, int, float]]:
        """(entry, spelling, score of the name) of the likest spellings, one per entry, the best first.

        Args: `least` scores below are left out.
        """
        best: dict[int, tuple[int, float]] = {}
        for row in self._candidates(words):
            score = name_score(words, self.words_of_spelling(row), self._weigh)
            entry = int(self._a["name_entry"][row])
            if score >= least and (entry not in best or score > best[entry][1]):
                best[entry] = (row, score)
        return sorted(((entry, row, score) for entry, (row, score) in best.items()), key=lambda hit: -hit[2])

    def words_of_spelling(self, row: int) -> tuple[str, ...]:
        start, end = self._a["name_word_at"][row : row + 2]
        return tuple(self._word(int(word)) for word in self._a["name_words"][start:end])

    def entry(self, number: int) -> Listed:
        """Raises StoreFault(STORE_DAMAGED)."""
        start, end = (int(place) for place in self._a["entry_at"][number : number + 2])
        try:
            with open(self._entries, "rb") as file:
                file.seek(start)
                return Listed.unpacked(file.read(end - start))
        except (OSError, ValueError) as error:
            raise StoreFault(ErrorCode.STORE_DAMAGED, "an entry of the watchlist cannot be read: import the list again") from error

    def _candidates(self, words: Sequence[str]) -> list[int]:
        count = self.spellings
        if not count or not words:
            return []
        total = np.zeros(count, np.float32)
        one = np.empty(count, np.float32)
        asked = list(words)
        # words that the list may have written as one
        asked += [a + b for a, b in pairwise(words) if len(a) > 1 and len(b) > 1]
        for word in asked:
            one.fill(0)
            for likeness, number in sorted(self._near(word)):  # the likest last: it stays
                start, end = self._a["name_at"][number : number + 2]
                one[self._a["word_names"][start:end]] = likeness * self._weigh(self._word(number))
            total += one
        rows = np.flatnonzero(total)
        if len(rows) > _SCORED:
            rank = total[rows] - 0.05 * np.abs(self._name_length[rows] - len(words))
            rows = rows[np.argpartition(-rank, _SCORED)[:_SCORED]]
        return [int(row) for row in rows]

    def _near(self, word: str) -> list[tuple[float, int]]:
        if len(word) == 1:
            return []  # an initial finds nobody; the other words do, and then it counts
        mine = _pairs(word)
        common = np.bitwise_count(self._a["word_pairs"] & np.uint64(mine))
        # most words go by one comparison of bytes; the share is taken of those that are left
        near = np.flatnonzero(common >= max(1, int(_NEAR * mine.bit_count() / 2)))
        share = 2.0 * common[near] / (self._pairs_of_word[near].astype(np.int32) + mine.bit_count())
        near, share = near[share >= _NEAR], share[share >= _NEAR]
        if len(near) > _WORDS_COMPARED:
            near = near[np.argpartition(-share, _WORDS_COMPARED)[:_WORDS_COMPARED]]
        bones = np.flatnonzero(self._a["word_bones"] == _bones(word))[:_WORDS_COMPARED] if len(skeleton(word)) >= 3 else near[:0]
        found = ((word_likeness(word, self._word(int(number))), int(number)) for number in np.union1d(near, bones))
        return [(likeness, number) for likeness, number in found if likeness > 0]

    def _word(self, number: int) -> str:
        start, end = self._a["word_at"][number : number + 2]
        return self._words[start:end].decode()

    def _weigh(self, word: str) -> float:
        return letters_weight(word)


def _mapped(path: Path) -> Array:
    array = np.load(path, allow_pickle=False) if path.stat().st_size < 4096 else np.load(path, mmap_mode="r", allow_pickle=False)
    # plain arrays over the map: numpy's memmap class costs a microsecond and more at every slice
    return np.asarray(array)


def _pairs(word: str) -> int:
    text = f"^{folded(word)}$"
    bits = 0
    for one, other in pairwise(text):
        bits |= 1 << ((ord(one) * 37 + ord(other) * 11) % _PAIR_BITS)
    return bits


def _bones(word: str) -> int:
    return zlib.crc32(skeleton(word).encode())
