"""The likeliest name field of an MRZ, by its grammar: surname, two fillers, given names, then fillers to the end (ICAO 9303-3 4.6).

The grammar is what tells a specked filler from a letter C or K: letters do not come back once the fillers at the end have begun.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from kiosk.domain.mrz_layout import FILLER, LETTERS

FLOOR = 1e-6
AGAIN = math.log(1e-5)
"""For what the grammar forbids and some issuers print all the same: two fillers between given names."""
UNDIVIDED = math.log(1e-3)
"""For a field filled to its end by a surname alone: far likelier, one of the two dividing fillers was misread."""

# States: first letter, surname, one filler in it, the two fillers, given names, one filler in them, the end.
_START, _SURNAME, _SURNAME_GAP, _DIVIDER, _GIVEN, _GIVEN_GAP, _END = range(7)
_LETTER_STATES = (_SURNAME, _GIVEN)
_STEPS: Mapping[int, tuple[tuple[int, float], ...]] = {
    _START: ((_SURNAME, 0.0),),
    _SURNAME: ((_SURNAME, 0.0), (_SURNAME_GAP, 0.0)),
    _SURNAME_GAP: ((_SURNAME, 0.0), (_DIVIDER, 0.0)),
    _DIVIDER: ((_GIVEN, 0.0), (_END, 0.0)),
    _GIVEN: ((_GIVEN, 0.0), (_GIVEN_GAP, 0.0)),
    _GIVEN_GAP: ((_GIVEN, 0.0), (_END, 0.0)),
    _END: ((_END, 0.0), (_GIVEN, AGAIN)),
}


def likeliest_names(cells: Sequence[Mapping[str, float]]) -> str:
    """The most probable text of a name field.

    Args:
        cells: per place the share of each letter and the filler.
    """
    letters = [max(LETTERS, key=lambda letter, cell=cell: cell.get(letter, 0.0)) for cell in cells]  # type: ignore[misc]
    scores: dict[int, float] = {_START: 0.0}
    trail: list[dict[int, int]] = []
    for cell, letter in zip(cells, letters, strict=True):
        after: dict[int, float] = {}
        came: dict[int, int] = {}
        for state, score in scores.items():
            for target, cost in _STEPS[state]:
                seen = cell.get(letter if target in _LETTER_STATES else FILLER, 0.0)
                total = score + cost + math.log(seen + FLOOR)
                if total > after.get(target, -math.inf):
                    after[target], came[target] = total, state
        scores = after
        trail.append(came)
    state = max(scores, key=lambda state: scores[state] + (UNDIVIDED if state in (_SURNAME, _SURNAME_GAP) else 0.0))
    text = []
    for letter, came in zip(reversed(letters), reversed(trail), strict=True):
        text.append(letter if state in _LETTER_STATES else FILLER)
        state = came[state]
    return "".join(reversed(text))
