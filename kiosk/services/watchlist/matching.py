"""How alike two names are, and what date of birth, country and sex add to it: a score of 0 to 1.

Name: words are paired one to one, the likest first. A pair counts by its likeness (1 the same; 0.97 the same romanised differently;
0.88 the same consonants; else 1 - edits / letters, swaps of neighbours as one edit, nothing below 0.7; an initial and a word that begins
with it 0.8) and by its weight (common words and short ones weigh less). Score = 2 x what pairs weigh / what all words weigh, where a word
without a partner weighs 0.33 of itself, a patronymic 0.15. One shared word of several is a stranger: below two pairs the score is halved,
unless one of the names has one word only. Two names that differ in where the words divide are compared without the gaps too.

Narrowing (added to the name's score, the sum kept within 0..1): birth the same +0.05, the year the same or day and month swapped +0.02,
years at most 2 apart -0.04, else -0.25; several dates on the list: the best counts. Country shared +0.02, none shared -0.03. Another sex
-0.12. What either side does not know changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rapidfuzz.distance import OSA

from kiosk.services.watchlist.model import Listed, Sex, Subject
from kiosk.services.watchlist.names import folded, is_patronymic, skeleton

THRESHOLD = 0.85
"""An alert from here on. Measured by `kiosk bench screening`; see docs/guides/watchlists.md."""
_ALONE, _PATRONYMIC_ALONE = 0.33, 0.15
_LEAST_ALIKE = 0.7
_SAME_FOLDED, _SAME_CONSONANTS, _INITIAL = 0.97, 0.88, 0.8
_LEAST_CONSONANTS = 3
_NO_GAPS = 0.96

Weigh = Callable[[str], float]


def word_likeness(one: str, other: str) -> float:
    """0..1; 0 for words that are not alike."""
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return _INITIAL if one[0] == other[0] else 0.0
    mine, theirs = folded(one), folded(other)
    if mine == theirs:
        return _SAME_FOLDED
    bones = skeleton(one)
    best = _SAME_CONSONANTS if len(bones) >= _LEAST_CONSONANTS and bones == skeleton(other) else 0.0
    alike = max(
        OSA.normalized_similarity(one, other, score_cutoff=_LEAST_ALIKE),
        OSA.normalized_similarity(mine, theirs, score_cutoff=_LEAST_ALIKE) * _SAME_FOLDED,
    )
    return max(best, alike)


def letters_weight(word: str) -> float:
    """Of a word by its length alone: an initial 0.4, from six letters on 1."""
    return 0.4 if len(word) == 1 else min(1.0, 0.6 + 0.08 * (len(word) - 1))


def name_score(asked: Sequence[str], listed: Sequence[str], weigh: Weigh = letters_weight) -> float:
    """0..1 of two names as `names.words_of` gives them."""
    if not asked or not listed:
        return 0.0
    score = _paired(asked, listed, weigh)
    if len(asked) != len(listed) or score < THRESHOLD:
        one, other = "".join(asked), "".join(listed)
        if abs(len(one) - len(other)) <= 2 and min(len(one), len(other)) >= 6:
            alike = OSA.normalized_similarity(one, other, score_cutoff=0.9)
            score = max(score, alike * _NO_GAPS)
    return score


def _paired(asked: Sequence[str], listed: Sequence[str], weigh: Weigh) -> float:
    pairs = sorted(
        (
            (likeness, i, j)
            for i, mine in enumerate(asked)
            for j, theirs in enumerate(listed)
            if (likeness := word_likeness(mine, theirs)) > 0
        ),
        key=lambda pair: (-pair[0], abs(pair[1] - pair[2])),
    )
    left, right = set(range(len(asked))), set(range(len(listed)))
    shared, found, strong = 0.0, 0, 0
    weight = 0.0
    for likeness, i, j in pairs:
        if i in left and j in right:
            left.discard(i)
            right.discard(j)
            both = (weigh(asked[i]) + weigh(listed[j])) / 2
            shared += likeness * both
            weight += both
            found += 1
            strong += len(asked[i]) > 1 and len(listed[j]) > 1
    if not strong:
        return 0.0
    for word in [asked[i] for i in left] + [listed[j] for j in right]:
        weight += weigh(word) * (_PATRONYMIC_ALONE if is_patronymic(word) else _ALONE)
    score = shared / weight
    lone = min(len(asked), len(listed)) == 1
    return score / 2 if found < 2 and not lone else score


def narrowed(score: float, subject: Subject, listed: Listed) -> tuple[float, tuple[str, ...]]:
    """The score with date of birth, country and sex, and what agreed or did not."""
    reasons = ["NAME"]
    for change, reason in (_birth(subject.birth, listed.births), _country(subject, listed), _sex(subject.sex, listed.sex)):
        score += change
        if reason:
            reasons.append(reason)
    return min(1.0, max(0.0, score)), tuple(reasons)


def _birth(asked: str, listed: Sequence[str]) -> tuple[float, str]:
    found = [_one_birth(asked, date) for date in listed if date]
    return max(found) if asked and found else (0.0, "")


def _one_birth(asked: str, listed: str) -> tuple[float, str]:
    shared = min(len(asked), len(listed))
    if asked[:shared] == listed[:shared]:
        return (0.05, "BIRTH_SAME") if shared == 10 else (0.02, "BIRTH_YEAR_SAME")
    if len(asked) == len(listed) == 10 and asked[:4] == listed[:4] and asked[5:7] == listed[8:] and asked[8:] == listed[5:7]:
        return 0.02, "BIRTH_DAY_AND_MONTH_SWAPPED"
    apart = abs(int(asked[:4]) - int(listed[:4]))
    return (-0.04, "BIRTH_NEAR") if apart <= 2 else (-0.25, "BIRTH_DIFFERS")


def _country(subject: Subject, listed: Listed) -> tuple[float, str]:
    if not subject.countries or not listed.countries:
        return 0.0, ""
    return (0.02, "COUNTRY_SAME") if set(subject.countries) & set(listed.countries) else (-0.03, "COUNTRY_DIFFERS")


def _sex(asked: Sex, listed: Sex) -> tuple[float, str]:
    if not asked or not listed:
        return 0.0, ""
    return (0.0, "SEX_SAME") if asked is listed else (-0.12, "SEX_DIFFERS")
