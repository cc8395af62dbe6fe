"""From cells of probabilities to the characters of an MRZ: alphabets by place, then check digits where the reader itself was in doubt.

Nothing is forced. A place's alphabet turns a look-alike (0 in a name is O); a check digit only chooses among readings that the
recogniser gave a real probability. A document whose printed check digits do not hold keeps them and is reported as it is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kiosk.domain.countries import is_known
from kiosk.domain.mrz import Mrz, MrzRepair, check_holds, field_confidences_of, parse_mrz
from kiosk.domain.mrz_layout import ALPHABET, DIGITS, FILLER, LETTERS, FieldPlace, Kind, Layout
from kiosk.services.mrz_names import likeliest_names

Cells = npt.NDArray[np.float32]

TO_LETTER: Mapping[str, str] = dict(zip("01245678", "OIZASGTB", strict=True))
TO_DIGIT: Mapping[str, str] = dict(zip("OQDUILZASGTB", "000011245678", strict=True))
LIKE_LETTERS = ("ODQ", "CG", "IL", "UV", "BR")
LIKE_LETTER_SHARE = 0.05
"""What a letter lends to one that looks like it when a country code is sought: NLO is no country, NLD is."""
REAL_DOUBT = 0.03
"""A reading with less than this share of its cell's best one is no candidate for a check digit to choose."""
REAL_DOUBT_DIGIT = 0.2
"""The same for a check digit itself: with one in ten holding by chance, changing it proves little."""
MAX_CHANGES = 3
MIN_MEAN = 0.6
AMBIGUOUS = 1.15
DOCUMENT_CODES = "ACIPV"
FILLER_PRIOR = 10.0
"""How much commoner a filler is than any one letter as second character of a document code."""
FLOOR = 1e-5


@dataclass(frozen=True, slots=True)
class Decoded:
    """An MRZ with how it was come by.

    Attributes:
        mean: mean probability of the chosen characters, 0..1.
        least: the least probability of a chosen character of a name, the sex or a country, which no check digit covers; fillers apart.
        least_filler: the same of the fillers within and right behind names.
        lead: how many times likelier the reading is than the next one for which every check digit holds too (BD and 80 give the same).
        ambiguous: places that no check digit covers and where two readings are as good as equal.
        certainty: per line the probability of each character.
    """

    mrz: Mrz
    mean: float
    least: float
    lead: float
    ambiguous: int
    least_filler: float = 1.0
    certainty: tuple[npt.NDArray[np.float32], ...] = ()


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
            chosen[part.place.line][part.place.start : part.place.end] = _country(part, shares, read)
        elif part.kind is Kind.NAME:
            places = shares[part.place.line][part.place.start : part.place.end]
            chosen[part.place.line][part.place.start : part.place.end] = likeliest_names([_for_kind(share, Kind.NAME) for share in places])
    code = _document_code(shares[0])
    if code is None:
        return None
    chosen[0][:2] = code
    lines, lead = _by_check_digits(["".join(line) for line in chosen], shares, kinds, layout)
    repairs = [
        MrzRepair(line, column, read[line][column], lines[line][column])
        for line in range(layout.lines)
        for column in range(layout.length)
        if read[line][column] != lines[line][column]
    ]
    sure = [_certainty(cells[line], lines[line]) for line in range(layout.lines)]
    mean = float(np.concatenate(sure).mean())
    if mean < MIN_MEAN:
        return None
    parsed = parse_mrz(lines, confidences=[float(line.mean()) for line in sure], repairs=repairs)
    mrz = replace(parsed, field_confidences=field_confidences_of(lines, [line.tolist() for line in sure], layout))
    letters, fillers = _least(cells, lines, layout)
    return Decoded(mrz, mean, letters, lead, _ambiguous(lines, shares, layout), fillers, tuple(sure))


def _kinds(layout: Layout) -> list[list[Kind]]:
    kinds = [[Kind.TEXT] * layout.length for _ in range(layout.lines)]
    for part in layout.fields:
        for column in range(part.place.start, part.place.end):
            kinds[part.place.line][column] = part.kind
    for check in layout.checks:
        kinds[check.digit.line][check.digit.start] = Kind.CHECK
    return kinds


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
        return _allowed(share, "MFX" + FILLER, {"H": "M", "N": "M", "P": "F", "E": "F", "K": "X"})
    return dict(share)


def _by_place(share: Mapping[str, float], kind: Kind) -> str:
    options = _for_kind(share, kind)
    return max(options, key=options.__getitem__)


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


def _country(part: FieldPlace, shares: Sequence[Sequence[Mapping[str, float]]], read: Sequence[str]) -> list[str]:
    """A known code when its characters, look-alikes counted, are likely; else what was read: some documents print no code there."""
    places = [shares[part.place.line][column] for column in range(part.place.start, part.place.end)]
    letters = [_with_like_letters(_allowed(share, LETTERS + FILLER, TO_LETTER)) for share in places]
    ranked = [sorted(options, key=options.__getitem__, reverse=True)[:3] for options in letters]
    as_read = read[part.place.line][part.place.start : part.place.end]
    likely: tuple[float, str] = (0.0, as_read)
    for combination in itertools.product(*ranked):
        code = "".join(combination)
        if is_known(code.rstrip(FILLER)):
            probability = math.prod(options[character] for options, character in zip(letters, code, strict=True))
            likely = max(likely, (probability, code))
    if likely[0] >= 0.01:
        return list(likely[1])
    plain = "".join(options[0] for options in ranked)
    shape_holds = plain[:2].isalpha() and plain.endswith(FILLER)  # a two-letter code, as some specimens have
    return list(plain if shape_holds else as_read)


def _with_like_letters(options: Mapping[str, float]) -> dict[str, float]:
    lent = dict(options)
    for group in LIKE_LETTERS:
        for letter in group:
            lent[letter] += LIKE_LETTER_SHARE * max(options[other] for other in group)
    return lent


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
    covered = {(place.line, column) for check in layout.checks for place in check.covers for column in range(place.start, place.end)}
    digits = {(check.digit.line, check.digit.start) for check in layout.checks}
    options: list[_Option] = []
    for line, column in sorted(covered | digits):
        seen = _for_kind(shares[line][column], kinds[line][column])
        now = seen.get(lines[line][column], FLOOR)
        least = REAL_DOUBT_DIGIT if (line, column) in digits else REAL_DOUBT
        options.extend(
            _Option(line, column, character, math.log(now / share))
            for character, share in seen.items()
            if character != lines[line][column] and share >= least * now
        )
    return sorted(options, key=lambda option: option.cost)[:12]


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


def _certainty(line: Cells, text: str) -> npt.NDArray[np.float32]:
    """Probability of each chosen character, with the look-alike of the other class that its place rules out."""
    values = []
    for vector, character in zip(line, text, strict=True):
        lookalikes = TO_DIGIT if character in DIGITS else TO_LETTER
        same = [character, *(other for other, inside in lookalikes.items() if inside == character)]
        values.append(min(1.0, sum(float(vector[ALPHABET.index(one)]) for one in same)))
    return np.array(values, np.float32)


def _least(cells: Sequence[Cells], lines: Sequence[str], layout: Layout) -> tuple[float, float]:
    """(letters, fillers) of what no check digit covers.

    Of fillers only those between names and the two behind the last count: further on the grammar of names decides. A country is proven
    when it stands in two places that were read apart.
    """
    letters, fillers = [1.0], [1.0]
    countries = [_text(lines, part) for part in layout.fields if part.kind is Kind.COUNTRY]
    agreed = len(countries) > 1 and len(set(countries)) == 1
    for part in layout.fields:
        if part.kind not in (Kind.NAME, Kind.SEX) and (part.kind is not Kind.COUNTRY or agreed):
            continue
        text = _text(lines, part)
        sure = _certainty(cells[part.place.line][part.place.start : part.place.end], text)
        used = len(text.rstrip(FILLER)) + 2 if part.kind is Kind.NAME else 0
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
            taken = seen[character]
            second = max(share for other, share in seen.items() if other != character)
            count += taken < AMBIGUOUS * second
    return count
