"""What an MRZ reader does with doubt: two readings that check digits cannot tell apart are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from kiosk.domain.document import Quad
from kiosk.domain.mrz_layout import ALPHABET, LAYOUTS, MrzFormat
from kiosk.imaging.frame import Image
from kiosk.imaging.geometry import box_quad
from kiosk.ports import LineSteps
from kiosk.services.mrz_decoding import Decoded, decode
from kiosk.services.mrz_reading import MrzReader, MrzReading
from tests.fakes.mrz_strips import with_check_digits

STEPS = 3
"""Per character: nothing, the character, nothing."""
PITCH_PX = 15
LINES = with_check_digits(
    ("P<UTOSPECIMEN<<PETRA<MARIA<<<<<<<<<<<<<<<<<<", "80417026<0UTO8703140F3109020<<<<<<<<<<<<<<<0"), LAYOUTS[MrzFormat.TD3]
)
Doubts = Mapping[tuple[int, int], Mapping[str, float]]


class ScriptedLineReader:
    """LineReader that sees LINES in a picture of two bars, certain save where told otherwise; the bars differ in their bright half."""

    model_id = "scripted"

    def __init__(self, doubts: Doubts) -> None:
        self._doubts = doubts

    def find_lines(self, image: Image, *, max_side_px: int = 736) -> tuple[Quad, ...]:
        width = 44.0 * PITCH_PX
        return box_quad(20, 400, 20 + width, 422), box_quad(20, 440, 20 + width, 462)

    def read_steps(self, lines: Sequence[Image], alphabet: str) -> tuple[LineSteps, ...]:
        assert alphabet == ALPHABET
        halves = [(line[:, : line.shape[1] // 2].mean(), line[:, line.shape[1] // 2 :].mean()) for line in lines]
        return tuple(self._steps(0 if left > right else 1, line.shape[1]) for line, (left, right) in zip(lines, halves, strict=True))

    def _steps(self, row: int, width: int) -> LineSteps:
        found = np.zeros((44 * STEPS, 1 + len(ALPHABET)), np.float32)
        found[:, 0] = 1.0
        for column, character in enumerate(LINES[row]):
            at = column * STEPS + 1
            found[at, 0] = 0.0
            for seen, probability in self._doubts.get((row, column), {character: 0.99}).items():
                found[at, 1 + ALPHABET.index(seen)] = probability
        return LineSteps(found, width / len(found))


def read(doubts: Doubts) -> MrzReading | None:
    width = 44 * PITCH_PX + 40
    picture = np.full((600, width, 3), 90, np.uint8)
    picture[395:431, : width // 2] = picture[431:470, width // 2 :] = 220
    return MrzReader(ScriptedLineReader(doubts)).read(picture)


def test_what_is_seen_surely_is_read() -> None:
    found = read({})
    assert found is not None
    assert found.mrz.lines == LINES
    assert found.mrz.valid
    assert found.sure


@pytest.mark.parametrize(("share", "is_read"), [(0.51, False), (0.8, True)])
def test_two_readings_that_keep_every_check_digit_are_told_apart_by_what_was_seen_or_not_at_all(share: float, is_read: bool) -> None:
    """80 and BD give the same check digits (9303-3 4.9: 8 * 7 + 0 * 3 and 11 * 7 + 13 * 3 both end in 6)."""
    found = read({(1, 0): {"8": share, "B": 0.99 - share}, (1, 1): {"0": share, "D": 0.99 - share}})
    assert (found is not None) is is_read
    assert found is None or found.mrz.lines == LINES


@pytest.mark.parametrize(("share", "is_read"), [(0.5, False), (0.8, True)])
def test_a_letter_of_a_name_that_may_be_another_makes_the_zone_unread(share: float, is_read: bool) -> None:
    assert LINES[0][11] == "E"
    found = read({(0, 11): {"E": share, "F": 0.97 - share}})
    assert (found is not None) is is_read


def test_a_check_digit_chooses_among_what_was_really_seen_and_the_choice_is_recorded() -> None:
    assert LINES[1][3] == "1"
    found = read({(1, 3): {"7": 0.6, "1": 0.39}})
    assert found is not None
    assert found.mrz.lines == LINES
    assert [(one.line, one.column, one.read, one.taken) for one in found.mrz.repairs] == [(1, 3, "7", "1")]


def test_a_check_digit_never_makes_valid_what_was_not_seen() -> None:
    found = read({(1, 3): {"7": 0.99}})
    assert found is not None
    assert found.mrz.lines[1][3] == "7"
    assert not found.mrz.valid
    assert found.mrz.repairs == ()


@pytest.mark.parametrize(("share", "is_repaired"), [(0.1, False), (0.3, False), (0.45, True)])
def test_a_check_digit_only_takes_what_was_nearly_as_likely(share: float, is_repaired: bool) -> None:
    assert LINES[1][3] == "1"
    found = read({(1, 3): {"I": 0.85 - share / 2, "1": share}})
    assert found is not None
    assert found.mrz.holds is is_repaired
    assert not found.mrz.valid
    assert found.mrz.lines[1][3] == ("1" if is_repaired else "I")
    assert not found.mrz.proves("documentNumber")


def test_what_could_as_well_have_been_another_is_recorded_and_proves_nothing() -> None:
    assert LINES[1][1] == "0"
    found = read({(1, 1): {"0": 0.6, "O": 0.4}})
    assert found is not None
    assert found.mrz.holds
    assert found.mrz.in_doubt
    assert not found.mrz.valid
    assert found.mrz.lines == LINES
    assert [(one.line, one.column, one.read, one.taken) for one in found.mrz.doubtful_repairs] == [(1, 1, "O", "0")]
    assert not found.mrz.proves("documentNumber")
    assert not found.mrz.proves("composite")
    assert found.mrz.proves("dateOfBirth")


def test_a_look_alike_that_its_place_rules_out_is_no_doubt() -> None:
    assert LINES[1][14] == "7"
    found = read({(1, 14): {"T": 0.7}, (0, 4): {"0": 0.99}, (1, 12): {"0": 0.99}})
    assert found is not None
    assert found.mrz.lines == LINES
    assert found.mrz.valid
    assert found.mrz.doubtful_repairs == ()
    assert len(found.mrz.repairs) == 3
    assert found.mrz.proves("dateOfBirth")


@pytest.mark.parametrize(("column", "printed"), [(12, "D"), (10, "V")])
def test_an_unknown_country_that_was_clearly_read_stays_unknown(column: int, printed: str) -> None:
    found = read({(1, column): {printed: 0.99}})
    assert found is not None
    assert found.mrz.lines[1][column] == printed
    assert found.mrz.values["nationality"] != "UTO"
    assert found.mrz.repairs == ()


def test_a_country_read_in_doubt_is_a_known_one_and_the_choice_is_recorded() -> None:
    found = read({(1, 12): {"D": 0.51, "O": 0.46}})
    assert found is not None
    assert found.mrz.values["nationality"] == "UTO"
    assert [(one.column, one.read, one.taken) for one in found.mrz.doubtful_repairs] == [(12, "D", "O")]


def test_a_letter_that_is_no_sex_stays_in_the_lines_and_says_none() -> None:
    found = read({(1, 20): {"H": 0.99}})
    assert found is not None
    assert found.mrz.lines[1][20] == "H"
    assert found.mrz.values["gender"] == ""
    assert found.mrz.repairs == ()


def test_a_letter_in_a_date_that_looks_like_no_digit_stays() -> None:
    found = read({(1, 14): {"K": 0.99}})
    assert found is not None
    assert found.mrz.lines[1][14] == "K"
    assert not found.mrz.valid


def test_a_month_13_stays_as_it_is_printed() -> None:
    printed = with_check_digits((LINES[0], LINES[1][:13] + "851345" + LINES[1][19:]), LAYOUTS[MrzFormat.TD3])
    changed = {(1, at): {printed[1][at]: 0.99} for at in range(44) if printed[1][at] != LINES[1][at]}
    found = read(changed)
    assert found is not None
    assert found.mrz.valid
    assert found.mrz.values["dateOfBirth"] == "851345"
    assert found.mrz.repairs == ()


# --- what no check digit covers, and what none can tell ------------------------------------------------------------

VISA = with_check_digits(
    ("V<UTOSPECIMEN<<PETRA<MARIA<<<<<<<<<<<<<<<<<<", "8G417026<0UTO8703140F3109020EN7SAB68<<<<<<<<"), LAYOUTS[MrzFormat.MRV_A]
)


def decoded(lines: Sequence[str], doubts: Doubts, mrz_format: MrzFormat) -> Decoded:
    """Of cells that are certain save where told otherwise."""
    cells = [np.zeros((len(line), len(ALPHABET)), np.float32) for line in lines]
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            for seen, probability in doubts.get((row, column), {character: 0.99}).items():
                cells[row][column, ALPHABET.index(seen)] = probability
    found = decode(cells, LAYOUTS[mrz_format])
    assert found is not None
    return found


def test_the_lines_of_these_tests_are_read() -> None:
    for lines, mrz_format in ((LINES, MrzFormat.TD3), (VISA, MrzFormat.MRV_A)):
        found = decoded(lines, {}, mrz_format)
        assert found.mrz.lines == lines
        assert found.mrz.valid
        assert min(found.least, found.least_filler) > 0.95


@pytest.mark.parametrize("column", [28, 30, 35])
def test_the_optional_data_of_a_visa_has_no_check_digit_and_must_be_read_surely(column: int) -> None:
    """9303-7 4.2.2: nothing is computed over it, so that its least sure character is what the reading is worth."""
    found = decoded(VISA, {(1, column): {VISA[1][column]: 0.6, "X": 0.35}}, MrzFormat.MRV_A)
    assert found.mrz.holds
    assert found.least < 0.65


@pytest.mark.parametrize(("row", "column", "other", "filler"), [(0, 0, "V", False), (0, 1, "N", True), (1, 20, "M", False)])
def test_the_document_code_and_the_sex_must_be_seen_too(row: int, column: int, other: str, filler: bool) -> None:
    found = decoded(LINES, {(row, column): {LINES[row][column]: 0.6, other: 0.35}}, MrzFormat.TD3)
    assert found.mrz.holds
    assert (found.least_filler if filler else found.least) < 0.65


def test_a_sex_that_is_not_said_must_be_seen_not_to_be() -> None:
    unsaid = (LINES[0], LINES[1][:20] + "<" + LINES[1][21:])
    assert decoded(unsaid, {(1, 20): {"<": 0.6, "M": 0.35}}, MrzFormat.TD3).least_filler < 0.65


def test_a_second_letter_of_the_document_code_that_may_be_there_proves_nothing() -> None:
    """A filler is likelier there than any letter; what was seen as a letter all the same is no proof of a filler."""
    found = decoded(LINES, {(0, 1): {"N": 0.75, "<": 0.2}}, MrzFormat.TD3)
    assert found.mrz.lines == LINES
    assert found.mrz.holds
    assert not found.mrz.valid


@pytest.mark.parametrize(("character", "twin"), [("G", "6"), ("8", "S"), ("1", "L"), ("0", "U")])
@pytest.mark.parametrize(("share", "valid"), [(0.1, False), (0.01, True)])
def test_characters_that_every_check_digit_takes_for_one_another_are_told_by_what_was_seen(
    character: str, twin: str, share: float, valid: bool
) -> None:
    """6 counts 6 and G 16, so that modulo 10 no check digit can tell them apart (9303-3 4.9)."""
    first, second = LINES
    lines = with_check_digits((first, f"80{character}" + second[3:]), LAYOUTS[MrzFormat.TD3])
    twins = with_check_digits((first, f"80{twin}" + second[3:]), LAYOUTS[MrzFormat.TD3])
    assert lines[1].replace(character, "*") == twins[1].replace(twin, "*") or lines[1][9:] == twins[1][9:]
    found = decoded(lines, {(1, 2): {character: 0.99 - share, twin: share}}, MrzFormat.TD3)
    assert found.mrz.lines == lines
    assert found.mrz.holds
    assert found.mrz.valid is valid


@pytest.mark.parametrize(
    ("digit", "letter", "certainty", "valid"),
    [("2", "Z", 0.9, False), ("2", "Z", 0.7, True), ("1", "I", 0.85, False), ("0", "O", 0.97, True), ("0", "O", 0.985, False)],
)
def test_a_letter_that_is_clearly_printed_in_a_date_is_not_silently_a_digit(digit: str, letter: str, certainty: float, valid: bool) -> None:
    """Z for 2: the digit of the date holds for what should have been printed, and the print says otherwise. Real 0s look like O."""
    column = LINES[1].index(digit, 21)
    assert column < 27
    found = decoded(LINES, {(1, column): {letter: certainty, digit: 0.99 - certainty}}, MrzFormat.TD3)
    assert found.mrz.lines == LINES
    assert found.mrz.holds
    assert found.mrz.valid is valid
    assert [(one.read, one.taken) for one in found.mrz.repairs] == [(letter, digit)]
