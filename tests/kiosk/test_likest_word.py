"""The word that a misread one is most like."""

from __future__ import annotations

from difflib import SequenceMatcher

from hypothesis import given
from hypothesis import strategies as st

from kiosk.services.likest_word import KnownWords

WORDS = st.text("abcdei", min_size=2, max_size=9)


def _by_comparing_each(words: list[str], word: str, least: float) -> tuple[str, float] | None:
    """What has too few pairs of letters in common is left out; of equals the first."""
    best: tuple[str, float] | None = None
    for other in words:
        one, two = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (word, other))
        if not one & two or 2 * len(one & two) < 0.5 * (len(one) + len(two)):
            continue
        ratio = SequenceMatcher(None, word, other, autojunk=False).ratio()
        if ratio >= least and (best is None or ratio > best[1]):
            best = other, ratio
    return best


@given(st.lists(WORDS, min_size=1, max_size=12, unique=True), WORDS, st.sampled_from([0.0, 0.5, 0.8, 1.0]))
def test_it_is_the_word_that_comparing_each_would_find(words: list[str], word: str, least: float) -> None:
    assert KnownWords(words).likest(word, least) == _by_comparing_each(words, word, least)


def test_of_words_that_are_equally_like_it_the_first_is_taken() -> None:
    assert KnownWords(["surnames", "surnamed"]).likest("surname", 0.8) == ("surnames", 14 / 15)
    assert KnownWords(["surnamed", "surnames"]).likest("surname", 0.8) == ("surnamed", 14 / 15)


def test_nothing_is_found_where_all_words_are_less_like_it() -> None:
    assert KnownWords(["nationality"]).likest("surname", 0.8) is None
    assert KnownWords([]).likest("surname", 0.8) is None
