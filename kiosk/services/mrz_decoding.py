"""From cells of probabilities to the characters of an MRZ: alphabets by place, then check digits where the reader itself was in doubt.

Nothing is forced. A place's alphabet turns a look-alike (0 in a name is O) and no other character that was clearly read; a check digit,
or a list of countries, only chooses among readings that were nearly as likely to the recogniser. A document whose printed check digits do
not hold keeps them and is reported as it is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kiosk.domain.countries import is_known
from kiosk.domain.mrz import TO_DIGIT, TO_LETTER, Mrz, MrzRepair, check_holds, field_confidences_of, parse_mrz
from kiosk.domain.mrz_layout import ALPHABET, DIGITS, FILLER, LETTERS, FieldPlace, Kind, Layout, layout_for
from kiosk.services.mrz_names import likeliest_names

Cells = npt.NDArray[np.float32]

REAL_DOUBT = 0.5
"""A reading with less than this share of its cell's best one is no candidate for a check digit or a list of countries to choose."""
REAL_TWIN = 0.05
"""The same between characters that give every check digit alike (6 and G, 8 and S, 1 and L, 0 and U): no digit speaks for either."""
REAL_DOUBT_O = 0.2
"""The same between O and 0: photographed 0s are read as O with up to 0.97 and Os as 0 with up to 1.0, so neither reading is sure."""
CLEAR_READING, CLEAR_O = 0.8, 0.98
"""So sure of a letter in the place of a digit, the reader sees print. Photographed 0s are read as O with up to 0.97; of the dates and check
digits of 33 public scans and photographs that were read right, none had any other letter for a digit."""
MAX_CHANGES = 3
MIN_MEAN = 0.6
AMBIGUOUS = 1.15
DOCUMENT_CODES = "ACIPV"
LICENCE_CODE = "D1"
FILLER_PRIOR = 10.0
"""How much commoner a filler is than any one letter as second character of a document code."""
FLOOR = 1e-5


@dataclass(frozen=True, slots=True)
class Decoded:
    """An MRZ with how it was come by.

    Attributes:
        mean: mean probability of the chosen characters, 0..1.
        least: the least probability of a chosen character that no check digit covers (names, the sex, a country, the document code,
            a visa's optional data); fillers apart.
        least_filler: the same of the fillers among them, of names and optional data those within and right behind.
        lead: how many times likelier the reading is than the next one for which every check digit holds too (BD and 80 give the same).
        ambiguous: places that no check digit covers and where two readings are as good as equal.
        certainty: per line the probability of each character.
        second: of a zone of one line, the likeliest character of each place but the chosen one.
    """

    mrz: Mrz
    mean: float
    least: float
    lead: float
    ambiguous: int
    least_filler: float = 1.0
    certainty: tuple[npt.NDArray[np.float32], ...] = ()
    second: str = ""


def decode(cells: Sequence[Cells], layout: Layout) -> Decoded | None:
    """The likeliest MRZ of the cells (one array of length x alphabet per line), or None when they are none.

    None is said when the document code is impossible or the characters are too unsure on the whole.
    """
    kinds = _kinds(layout)
    shares = [_shares(line) for line in cells]
    read = ["".join(ALPHABET[index] for index in line.argmax(axis=1)) for line in cells]
    chosen = [[_by_place(shares[line][column], kinds[line][column]) for column in range(layout.length)] for line in range(layout.lines)]
    for part in layout.fields:
        if part.kind is Kind.COUNTRY:
            chosen[part.place.line][part.place.start : part.place.end] = _country(part, shares)
        elif part.kind is Kind.NAME:
            places = shares[part.place.line][part.place.start : part.place.end]
            chosen[part.place.line][part.place.start : part.place.end] = likeliest_names([_for_kind(share, Kind.NAME) for share in places])
    code = _licence_code(shares[0]) if layout.lines == 1 else _document_code(shares[0])
    if code is None:
        return None
    chosen[0][:2] = code
    lines, lead = _by_check_digits(["".join(line) for line in chosen], shares, kinds, layout)
    if layout_for(layout.lines, layout.length, lines[0]) is None:
        return None  # no other zone is of one line
    repairs = _repairs(read, lines, cells, shares, kinds, layout)
    sure = [_certainty(cells[line], lines[line], kinds[line]) for line in range(layout.lines)]
    mean = float(np.concatenate(sure).mean())
    if mean < MIN_MEAN:
        return None
    parsed = parse_mrz(lines, confidences=[float(line.mean()) for line in sure], repairs=repairs)
    mrz = replace(parsed, field_confidences=field_confidences_of(lines, [line.tolist() for line in sure], layout))
    letters, fillers = _least(cells, lines, layout)
    second = _second(shares[0], lines[0]) if layout.lines == 1 else ""
    return Decoded(mrz, mean, letters, lead, _ambiguous(lines, shares, layout), fillers, tuple(sure), second)


def _second(line: Sequence[Mapping[str, float]], text: str) -> str:
    return "".join(max((one for one in share if one != taken), key=share.__getitem__) for share, taken in zip(line, text, strict=True))


def _kinds(layout: Layout) -> list[list[Kind]]:
    return [[layout.kind_at(line, column) for column in range(layout.length)] for line in range(layout.lines)]


def _shares(line: Cells) -> list[dict[str, float]]:
    """Per cell: character -> share of what was seen in the alphabet."""
    result = []
    for vector in line:
        total = float(vector.sum()) + FLOOR * len(ALPHABET)
        result.append({character: (float(vector[index]) + FLOOR) / total for index, character in enumerate(ALPHABET)})
    return result


def _allowed(share: Mapping[str, float], alphabet: str, lookalikes: Mapping[str, str]) -> dict[str, float]:
    """Shares within an alphabet, where a character outside of it counts for the one it looks like."""
    result = {character: share[character] for character in alphabet}
    for outside, inside in lookalikes.items():
        if outside not in result and inside in result:
            result[inside] += share[outside]
    return result


def _for_kind(share: Mapping[str, float], kind: Kind) -> dict[str, float]:
    if kind is Kind.NAME:
        return _allowed(share, LETTERS + FILLER, TO_LETTER)
    if kind in (Kind.DATE, Kind.CHECK):
        return _allowed(share, DIGITS + FILLER, TO_DIGIT)
    if kind is Kind.SEX:
        return _allowed(share, "MFX" + FILLER, {})
    if kind is Kind.COUNTRY:
        return _allowed(share, LETTERS + FILLER, TO_LETTER)
    return dict(share)


def _by_place(share: Mapping[str, float], kind: Kind) -> str:
    """The likeliest character that may stand there; what was clearly read stays even if it may not."""
    options = _for_kind(share, kind)
    best, read = max(options, key=options.__getitem__), max(share, key=share.__getitem__)
    return best if options[best] >= REAL_DOUBT * share[read] else read


def _document_code(shares: Sequence[Mapping[str, float]]) -> str | None:
    """The first two characters, or None when the first is none of those that begin a document code (9303-4 to 9303-7)."""
    options = _allowed(shares[0], DOCUMENT_CODES, {"1": "I", "L": "I", "T": "I", "4": "A"})
    first = max(options, key=options.__getitem__)
    if options[first] < 0.1:
        return None
    digits = "12" if first == "C" else ""  # C1 and C2 are residence cards of the United States; no other code has a digit
    lookalikes = {**TO_LETTER, "0": "D"} if first == "I" else TO_LETTER
    seconds = _allowed(shares[1], LETTERS + FILLER + digits, {digit: letter for digit, letter in lookalikes.items() if digit not in digits})
    seconds[FILLER] *= FILLER_PRIOR
    return first + max(seconds, key=seconds.__getitem__)


def _licence_code(shares: Sequence[Mapping[str, float]]) -> str | None:
    """D1 of the driving licences (ISO/IEC 18013-2), or None where neither it nor what looks like it was seen."""
    seen = (_allowed(shares[0], "D", {"0": "D", "O": "D", "Q": "D"})["D"], _allowed(shares[1], "1", {"I": "1", "L": "1"})["1"])
    return LICENCE_CODE if min(seen) >= 0.1 else None


def _country(part: FieldPlace, shares: Sequence[Sequence[Mapping[str, float]]]) -> list[str]:
    """What was read; where letters were in real doubt, the likeliest known code of those. An unknown code that was clearly read stays."""
    places = [shares[part.place.line][column] for column in range(part.place.start, part.place.end)]
    as_read = [_by_place(share, Kind.COUNTRY) for share in places]
    options = [_rivals(share, Kind.COUNTRY, now) | {now: 1.0} for share, now in zip(places, as_read, strict=True)]
    known = [code for code in itertools.product(*options) if is_known("".join(code).rstrip(FILLER))]
    if known:
        likelihood = [math.prod(seen[character] for seen, character in zip(options, code, strict=True)) for code in known]
        return list(known[likelihood.index(max(likelihood))])
    printed = [max(share, key=share.__getitem__) for share in places]
    # some documents print a number there; a single digit is a misread letter
    return printed if sum(character in DIGITS for character in printed) > 1 else as_read


def _rivals(share: Mapping[str, float], kind: Kind, now: str, *, between_o: float = REAL_DOUBT) -> dict[str, float]:
    """Other characters that may stand in a place and were nearly as likely as `now`, with how likely against it."""
    seen = _for_kind(share, kind)
    taken = seen.get(now, share[now])
    least = {one: between_o if {one, now} == {"O", "0"} else REAL_DOUBT for one in seen}
    return {one: other / taken for one, other in seen.items() if one != now and other >= least[one] * taken}


def _twins(share: Mapping[str, float], kind: Kind, now: str) -> dict[str, float]:
    """Characters that no check digit tells from `now`, as far as they were seen. A filler is seen as K too often to be doubted so."""
    if kind is not Kind.TEXT or now == FILLER:
        return {}
    twins = ALPHABET[:-1][int(now, 36) % 10 :: 10] + (FILLER if int(now, 36) % 10 == 0 else "")
    return {one: share[one] / share[now] for one in twins if one != now and share[one] >= REAL_TWIN * share[now]}


@dataclass(frozen=True, slots=True)
class _Option:
    line: int
    column: int
    character: str
    cost: float


def _by_check_digits(
    lines: list[str], shares: Sequence[Sequence[Mapping[str, float]]], kinds: Sequence[Sequence[Kind]], layout: Layout
) -> tuple[list[str], float]:
    """Among readings with real probability, the likeliest for which every check digit holds; the lines as they are when there is none.

    The second value is how many times likelier it is than the next such reading; when it is small, the check digits do not tell.
    """
    holding = _all_hold(lines, layout)
    options = _options(lines, shares, kinds, layout)
    best: tuple[float, list[str]] | None = (0.0, lines) if holding else None
    runner_up = math.inf
    for cost, changed in _changes(lines, options):
        if not _all_hold(changed, layout):
            continue
        if best is None or cost < best[0]:
            runner_up = best[0] if best else runner_up
            best = cost, changed
        else:
            runner_up = min(runner_up, cost)
    if best is None:
        return lines, math.inf
    return best[1], math.exp(min(runner_up - best[0], 50.0))


def _options(
    lines: Sequence[str], shares: Sequence[Sequence[Mapping[str, float]]], kinds: Sequence[Sequence[Kind]], layout: Layout
) -> list[_Option]:
    options = [
        _Option(line, column, character, -math.log(likely))
        for line, column in _covered(layout)
        for character, likely in _rivals(shares[line][column], kinds[line][column], lines[line][column], between_o=REAL_DOUBT_O).items()
    ]
    return sorted(options, key=lambda option: option.cost)[:12]


def _covered(layout: Layout) -> list[tuple[int, int]]:
    """(line, column) of what check digits cover, the digits included."""
    places = [place for check in layout.checks for place in (*check.covers, check.digit)]
    return sorted({(place.line, column) for place in places for column in range(place.start, place.end)})


def _repairs(
    read: Sequence[str],
    lines: Sequence[str],
    cells: Sequence[Cells],
    shares: Sequence[Sequence[Mapping[str, float]]],
    kinds: Sequence[Sequence[Kind]],
    layout: Layout,
) -> list[MrzRepair]:
    """What was taken otherwise than read, and where a check digit speaks for one of two characters that were nearly as likely."""
    found: dict[tuple[int, int], str] = {}
    for line, column in _covered(layout):
        rivals = _rivals(shares[line][column], kinds[line][column], lines[line][column])
        rivals = rivals or _twins(shares[line][column], kinds[line][column], lines[line][column])
        if rivals:
            found[line, column] = max(rivals, key=rivals.__getitem__)
    for line, (before, after) in enumerate(zip(read, lines, strict=True)):
        found |= {(line, column): one for column, (one, other) in enumerate(zip(before, after, strict=True)) if one != other}
    repairs: list[MrzRepair] = []
    for (line, column), one in sorted(found.items()):
        seen = float(cells[line][column][ALPHABET.index(one)])
        repairs.append(MrzRepair(line, column, one, lines[line][column], seen >= (CLEAR_O if one in "OQ" else CLEAR_READING)))
    return repairs


def _changes(lines: Sequence[str], options: Sequence[_Option]) -> Iterator[tuple[float, list[str]]]:
    for count in range(1, MAX_CHANGES + 1):
        for combination in itertools.combinations(options, count):
            if len({(option.line, option.column) for option in combination}) < count:
                continue
            changed = [list(line) for line in lines]
            for option in combination:
                changed[option.line][option.column] = option.character
            yield sum(option.cost for option in combination), ["".join(line) for line in changed]


def _all_hold(lines: Sequence[str], layout: Layout) -> bool:
    return all(check_holds(lines, layout, check) for check in layout.checks)


def _certainty(line: Cells, text: str, kinds: Sequence[Kind]) -> npt.NDArray[np.float32]:
    """Probability of each chosen character, with the look-alike of the other class where its place rules that out."""
    values = []
    for vector, character, kind in zip(line, text, kinds, strict=True):
        lookalikes = TO_DIGIT if character in DIGITS else TO_LETTER
        same = [character, *(other for other, inside in lookalikes.items() if inside == character and kind is not Kind.TEXT)]
        values.append(min(1.0, sum(float(vector[ALPHABET.index(one)]) for one in same)))
    return np.array(values, np.float32)


def _least(cells: Sequence[Cells], lines: Sequence[str], layout: Layout) -> tuple[float, float]:
    """(letters, fillers) of what no check digit covers.

    Of fillers only those between names and the two behind the last count: further on the grammar of names decides. A country is proven
    when it stands in two places that were read apart. One line has one or two check digits for all of it, and of ten misread lines one
    holds: there every character counts.
    """
    if layout.lines == 1:
        found = _certainty(cells[0], lines[0], [layout.kind_at(0, column) for column in range(layout.length)]).tolist()
        told = list(zip(found, lines[0], strict=True))
        return min(one for one, at in told if at != FILLER), min([1.0, *(one for one, at in told if at == FILLER)])
    letters, fillers = [1.0], [1.0]
    countries = [_text(lines, part) for part in layout.fields if part.kind is Kind.COUNTRY]
    agreed = len(countries) > 1 and len(set(countries)) == 1
    covered = set(_covered(layout))
    for part in layout.fields:
        if (part.place.line, part.place.start) in covered or (part.kind is Kind.COUNTRY and agreed):
            continue
        text = _text(lines, part)
        sure = _certainty(cells[part.place.line][part.place.start : part.place.end], text, [part.kind] * len(text))
        used = 0 if part.kind is Kind.COUNTRY else len(text.rstrip(FILLER)) + 2
        for index, (one, character) in enumerate(zip(sure, text, strict=True)):
            if character != FILLER:
                letters.append(float(one))
            elif index < used:
                fillers.append(float(one))
    return min(letters), min(fillers)


def _text(lines: Sequence[str], part: FieldPlace) -> str:
    return lines[part.place.line][part.place.start : part.place.end]


def _ambiguous(lines: Sequence[str], shares: Sequence[Sequence[Mapping[str, float]]], layout: Layout) -> int:
    count = 0
    for part in layout.fields:
        if part.kind not in (Kind.NAME, Kind.SEX):
            continue
        for column in range(part.place.start, part.place.end):
            seen = _for_kind(shares[part.place.line][column], part.kind)
            character = lines[part.place.line][column]
            if character == FILLER:
                continue  # the grammar of names decided
            taken = seen.get(character, shares[part.place.line][column][character])
            second = max(share for other, share in seen.items() if other != character)
            count += taken < AMBIGUOUS * second
    return count
