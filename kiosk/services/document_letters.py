"""Letters whose accents were read with doubt, chosen anew by the languages that the document is printed in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kiosk.domain.national_letters import is_known_language, letters_of
from kiosk.ports import LetterDoubt, TextLine
from kiosk.services.document_words import Words, compact

_FOREIGN = 0.1
"""Weight of a letter that the state's languages lack: holders have names from elsewhere, but one letter in doubt is seldom of them."""

_FOREIGN_SURE = 0.75
"""The most that a doubted letter is sure which the languages lack: of blurred marks the network is surer than it is right."""
_LIGATURE_READ_AS = "CEU"
"""Blurred, the Œ of CŒUR is read as C and E, each with 0.99 and more; nearly every Œ of French stands before U, hardly any CE does."""
_BETWEEN_LABELS = re.compile(r"[/|\\•·:;()]")


def languages_read(lines: Sequence[TextLine], words: Words) -> tuple[str, ...]:
    """The languages, other than English, that labels of the page are printed in, read letter by letter; for a state that is not known."""
    parts = {compact(part) for line in lines for part in (line.text, *_BETWEEN_LABELS.split(line.text))}
    found = {language for part in parts for language in words.label_languages.get(part, ())}
    return tuple(sorted(filter(is_known_language, found)))


def respelled(lines: Sequence[TextLine], languages: Sequence[str], *, told: bool = True) -> tuple[TextLine, ...]:
    """The lines of a document in these languages (empty = not known), each doubted letter as the likeliest one, foreign ones being rare.

    A letter that was read without doubt stays, whatever the language: names travel. What was chosen anew is as sure as the choice.

    Args:
        told: the languages are the state's or the template's. Those of labels alone (French is on every visa) change no letter and make
            none surer: they say which ones to doubt.
    """
    known = letters_of(languages)
    if not languages:
        return tuple(lines)
    anew = _respelled if told else _doubted
    return tuple(_without_ligature(anew(line, known) if line.doubts else line, known) for line in lines)


def _without_ligature(line: TextLine, known: frozenset[str]) -> TextLine:
    """A line that may have had an Œ asks for a look."""
    if "Œ" not in known or _LIGATURE_READ_AS not in line.text.upper() or line.least <= _FOREIGN_SURE:
        return line
    return replace(line, least=_FOREIGN_SURE)


def _doubted(line: TextLine, known: frozenset[str]) -> TextLine:
    """The line as it was read, its doubted letters that are foreign no surer than such ones are."""
    if not any(_is_foreign(doubt.ways[0][0], known) for doubt in line.doubts):
        return line
    return replace(line, least=min(line.least, _FOREIGN_SURE), marks=min(line.marks, _FOREIGN_SURE))


def _respelled(line: TextLine, known: frozenset[str]) -> TextLine:
    letters = list(line.text)
    doubts: list[LetterDoubt] = []
    for doubt in line.doubts:
        ways = _weighed(doubt, known)
        letters[doubt.place] = ways[0][0]
        doubts.append(replace(doubt, ways=ways))
    after = min(doubt.sure * doubt.ways[0][1] for doubt in doubts)
    # where another letter is the least sure one, it still is; where that is not told, it may be
    least = min(line.least if line.rest is None else line.rest, after)
    marks = min(doubt.ways[0][1] for doubt in doubts)
    if any(_is_foreign(doubt.ways[0][0], known) for doubt in doubts):
        least, marks = min(least, _FOREIGN_SURE), min(marks, _FOREIGN_SURE)
    return replace(line, text="".join(letters), least=least, marks=marks, doubts=tuple(doubts))


def _weighed(doubt: LetterDoubt, known: frozenset[str]) -> tuple[tuple[str, float], ...]:
    weighed = [(letter, share * (_FOREIGN if _is_foreign(letter, known) else 1.0)) for letter, share in doubt.ways]
    total = sum(share for _, share in weighed) + max(0.0, 1.0 - sum(share for _, share in doubt.ways))
    # of letters that are as likely the one that was read stays
    ordered = sorted(weighed, key=lambda pair: -pair[1])
    return tuple((letter, share / total) for letter, share in ordered) if total > 0 else doubt.ways


def _is_foreign(letter: str, known: frozenset[str]) -> bool:
    return not letter.isascii() and letter.upper() not in known
