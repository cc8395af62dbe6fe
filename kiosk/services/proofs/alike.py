"""Are two words, names or addresses the same? Three answers: yes, no, and could not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum

from rapidfuzz.distance import Levenshtein

from kiosk.services.document_names import same_name
from kiosk.services.proofs.words import latin, proof_words


class Alike(IntEnum):
    """Ordered: the least of several is what all of them give."""

    DIFFERENT = 0
    UNSURE = 1
    SAME = 2


_ONE_MISREAD, _TWO_MISREAD = 4, 8
"""Letters of words from which on one, or two, may be misread: then nobody can tell "Horný" from "Horná"."""
_UMLAUTS = re.compile(r"(?<=[aou])e")
_LOOKS = str.maketrans("01l58", "oiisb")


def words_alike(one: str, other: str) -> Alike:
    """Two words of `latin` text. The same when they differ only in how ä, ö, ü are written, or in letters that readers mix up."""
    if one == other or _UMLAUTS.sub("", one) == _UMLAUTS.sub("", other):
        return Alike.SAME
    if _looks(one) == _looks(other):
        return Alike.SAME if one.isalpha() and other.isalpha() else Alike.UNSURE
    if not (one.isalpha() and other.isalpha()):
        return Alike.DIFFERENT
    short = min(len(one), len(other))
    most = 2 if short >= _TWO_MISREAD else 1 if short >= _ONE_MISREAD else 0
    return Alike.UNSURE if Levenshtein.distance(one, other, score_cutoff=most) <= most else Alike.DIFFERENT


def _looks(word: str) -> str:
    """Letters and digits that readers take for one another made one: 0 O, 1 I l, 5 S, 8 B, rn m."""
    return word.replace("rn", "m").translate(_LOOKS)


def names_alike(customer: str, printed: str) -> Alike:
    """A customer's full name against one that is printed: in any order, without titles, without further given names.

    An initial in place of a given name, or one of two surnames alone, could be somebody else: UNSURE.
    Two holders in one line ("Jana & Peter Novák") are each of them.
    """
    known = _name_words(customer)
    if not known:
        return Alike.DIFFERENT
    best = max((_one_name(known, holder) for holder in _holders(printed)), default=Alike.DIFFERENT)
    if best is Alike.DIFFERENT and not printed.isascii() and same_name(re.sub(r"[,;]", " ", printed), latin(customer).upper()):
        return Alike.SAME  # Cyrillic and Greek by the tables of ICAO 9303-3
    return best


def _name_words(text: str) -> list[str]:
    titles = proof_words().titles
    words = latin(text).split()
    return [word for word in words if word not in titles or len(words) <= 2]


def _holders(printed: str) -> list[list[str]]:
    joins = proof_words().joins
    holders: list[list[str]] = [[]]
    for part in re.split(r"\s*[&+/]\s*", printed):
        for word in _name_words(part):
            if word in joins:
                holders.append([])
            else:
                holders[-1].append(word)
        holders.append([])
    found = [holder for holder in holders if holder]
    if len(found) > 1 and len(found[-1]) > 1:
        # the surname stands behind the last of them only
        found = [[*holder, found[-1][-1]] if len(holder) == 1 else holder for holder in found]
    return found


def _one_name(known: Sequence[str], printed: Sequence[str]) -> Alike:
    initials = [word for word in printed if len(word) == 1]
    whole = [word for word in printed if len(word) > 1]
    mine = [word for word in known if len(word) > 1]
    if not whole or not mine:
        return Alike.DIFFERENT
    pairs, left = _paired(mine, whole)
    if len(pairs) < min(len(mine), len(whole)):
        return Alike.DIFFERENT
    least = min(alike for _, alike in pairs)
    if len(mine) == len(whole) == 1 and not initials:
        return least  # a person of one name
    matched = {index for index, _ in pairs}
    if len(whole) > len(mine):
        return least if len(mine) >= 2 else Alike.UNSURE
    if not left:
        return least
    if initials and all(any(mine[index].startswith(initial) for index in left) for initial in initials):
        return Alike.UNSURE
    # fewer words than known: the first given name and the last surname must be there
    if len(whole) >= 2 and {0, len(mine) - 1} <= matched:
        return least
    return Alike.UNSURE


def _paired(mine: Sequence[str], whole: Sequence[str]) -> tuple[list[tuple[int, Alike]], list[int]]:
    """Each printed word with the customer's word that it is likest to, each once: (index of the customer's, how alike); what is left."""
    left = list(range(len(mine)))
    pairs: list[tuple[int, Alike]] = []
    for word in whole:
        index = max(left, key=lambda one: words_alike(mine[one], word), default=None)
        if index is None:
            break
        alike = words_alike(mine[index], word)
        if alike is not Alike.DIFFERENT:
            pairs.append((index, alike))
            left.remove(index)
    return pairs, left
