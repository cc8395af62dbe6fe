"""O printed for 0: what no reader sees, the width of the glyph tells, and only where the zone itself shows both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from kiosk.domain.mrz import MrzRepair, parse_mrz
from kiosk.domain.mrz_layout import LAYOUTS, MrzFormat, check_digit
from kiosk.imaging.mrz_glyphs import spreads
from kiosk.services.mrz_reading import MrzReading
from kiosk.services.mrz_shapes import TRAITS, plain_zeros, shaped_as, with_shapes
from kiosk.specimens.ocrb import draw_line
from tests.fakes.mrz_strips import blurred, noisy, on_table, with_check_digits

LINES = with_check_digits(
    ("P<UTOSPECIMEN<<OTTO<<<<<<<<<<<<<<<<<<<<<<<<<", "KX40170260UTO8703140F31090200KO7731<<<<<<<00"), LAYOUTS[MrzFormat.TD3]
)
PITCH = 20.0
PAIR = TRAITS[2]
ZERO, LETTER = (1, 3), (1, 30)
QUADS = tuple(((60.0, top), (60.0 + 44 * PITCH, top), (60.0 + 44 * PITCH, top + 26.0), (60.0, top + 26.0)) for top in (48.0, 98.0))


def printed(changes: Mapping[tuple[int, int], str] | None = None) -> np.ndarray:
    picture = np.full((180, 1000, 3), 225, np.uint8)
    for row, line in enumerate(LINES):
        text = "".join((changes or {}).get((row, column), character) for column, character in enumerate(line))
        draw_line(picture, text, 60.0, 70.0 + 50.0 * row, pitch=PITCH, height=19.0, ink=(30, 24, 20))
    return picture


def read(*repairs: MrzRepair) -> MrzReading:
    """As a reader says that is deceived: LINES, whatever is printed."""
    return MrzReading(parse_mrz(LINES, repairs=repairs), QUADS[0], QUADS, 0, 1.0, sure=True)


def test_the_lines_are_what_these_tests_take_them_for() -> None:
    assert LINES[1][ZERO[1]] == "0"
    assert LINES[1][LETTER[1]] == "O"
    assert read().mrz.valid


def spoiled(picture: np.ndarray, how: str) -> np.ndarray:
    return {"blurred": blurred(picture, 1.5), "noisy": noisy(picture, 12.0), "clean": picture}[how]


@pytest.mark.parametrize("how", ["clean", "blurred", "noisy"])
def test_an_o_printed_for_the_0_of_a_number_is_not_valid(how: str) -> None:
    found = with_shapes(spoiled(printed({ZERO: "O"}), how), read())
    assert found.mrz.lines == LINES
    assert found.mrz.repairs == (MrzRepair(*ZERO, "O", "0", clear=True),)
    assert found.mrz.in_doubt
    assert not found.mrz.valid
    assert not found.sure
    assert not found.mrz.proves("documentNumber")


def test_a_field_whose_glyph_is_not_what_was_read_is_not_sure() -> None:
    """The reader's certainty was for the other character; the field keeps none of it, whichever of the two is handed out."""
    sure = {"documentNumber": 0.99, "personalNumberOrOptionalDataSecondLine": 0.99, "surname": 0.99}
    taken = deceived(LETTER[1], "0")
    reading = replace(taken, mrz=replace(taken.mrz, field_confidences=sure))
    mrz = with_shapes(printed(), reading).mrz
    assert mrz.lines == LINES
    assert mrz.field_confidences == {**sure, "personalNumberOrOptionalDataSecondLine": 0.5}
    seen = replace(read(), mrz=replace(read().mrz, field_confidences=sure))
    assert with_shapes(printed(), seen).mrz.field_confidences == sure
    doubted = with_shapes(printed({ZERO: "O"}), seen).mrz
    assert doubted.in_doubt
    assert doubted.field_confidences == {**sure, "documentNumber": 0.5}


DUTCH = "D1NLD15094062010659VW87Z78NB8"


@pytest.mark.parametrize("column", [7, 10, 15])
def test_an_o_for_a_0_of_a_dutch_licences_number_is_told_by_its_other_0s(column: int) -> None:
    """Its line has no date; its number is digits alone."""
    line = DUTCH + str(check_digit(DUTCH))
    assert line[column] == "0"
    quad = QUADS[0][0], (60.0 + 30 * PITCH, 48.0), (60.0 + 30 * PITCH, 74.0), QUADS[0][3]
    for character, valid in (("0", True), ("O", False)):
        picture = np.full((130, 760, 3), 225, np.uint8)
        text = line[:column] + character + line[column + 1 :]
        draw_line(picture, text, 60.0, 70.0, pitch=PITCH, height=19.0, ink=(30, 24, 20))
        found = with_shapes(picture, MrzReading(parse_mrz((line,)), quad, (quad,), 0, 1.0, sure=True))
        assert found.mrz.valid is valid


@pytest.mark.parametrize("how", ["clean", "blurred", "noisy"])
@pytest.mark.parametrize("column", [15, 23])
@pytest.mark.parametrize("seen", [False, True], ids=["silently", "as the digit's look-alike"])
def test_an_o_printed_for_the_0_of_a_date_is_not_valid(how: str, column: int, seen: bool) -> None:
    """Only digits may stand there, and the check digit holds for the digit: the print alone says that it is none."""
    assert LINES[1][column] == "0"
    repairs = (MrzRepair(1, column, "O", "0"),) if seen else ()
    assert read(*repairs).mrz.valid
    found = with_shapes(spoiled(printed({(1, column): "O"}), how), read(*repairs))
    assert found.mrz.repairs == (MrzRepair(1, column, "O", "0", clear=True),)
    assert found.mrz.in_doubt


@pytest.mark.parametrize("how", ["clean", "blurred", "noisy"])
def test_a_0_that_is_one_stays_valid(how: str) -> None:
    assert with_shapes(spoiled(printed(), how), read()) == read()


def test_a_0_printed_for_the_o_of_a_number_is_not_valid() -> None:
    found = with_shapes(printed({LETTER: "0"}), read())
    assert found.mrz.repairs == (MrzRepair(*LETTER, "0", "O", clear=True),)
    assert not found.mrz.valid


def test_an_i_printed_for_the_1_of_a_number_is_not_valid() -> None:
    assert LINES[1][4] == "1"
    found = with_shapes(printed({(1, 4): "I"}), read())
    assert found.mrz.repairs == (MrzRepair(1, 4, "I", "1", clear=True),)
    assert not found.mrz.valid


def test_a_readers_doubt_is_settled_where_the_glyph_is_what_was_read() -> None:
    doubted = read(MrzRepair(*ZERO, "O", "0"), MrzRepair(1, 1, "K", "X"))
    assert with_shapes(printed(), doubted).mrz.repairs == (MrzRepair(1, 1, "K", "X"),)
    confirmed = with_shapes(printed({ZERO: "O"}), doubted).mrz
    assert [(one.line, one.column) for one in confirmed.repairs] == [(1, 1), ZERO]
    assert confirmed.in_doubt


def deceived(column: int, character: str) -> MrzReading:
    """LINES with one character of the second taken otherwise."""
    taken = LINES[1][:column] + character + LINES[1][column + 1 :]
    return MrzReading(parse_mrz((LINES[0], taken)), QUADS[0], QUADS, 0, 1.0, sure=True)


@pytest.mark.parametrize("how", ["clean", "blurred", "noisy"])
def test_a_genuine_zone_whose_o_was_taken_for_a_0_is_in_doubt_and_not_called_misprinted(how: str) -> None:
    reading = deceived(LETTER[1], "0")
    assert not reading.mrz.holds
    found = with_shapes(spoiled(printed(), how), reading)
    assert found.mrz.lines == LINES
    assert found.mrz.in_doubt
    assert not found.sure
    assert MrzRepair(*LETTER, "0", "O", clear=True) in found.mrz.repairs


def test_a_misprint_stays_one_whatever_its_glyphs_are_shaped_as() -> None:
    """A 0 printed for the O, and another number's digit: no check digit holds for either, and nothing is changed."""
    for column, character, print_ in ((LETTER[1], "0", {LETTER: "0"}), (4, "7", {(1, 4): "7"})):
        reading = deceived(column, character)
        assert with_shapes(printed(print_), reading) == reading
    both = LINES[1][:4] + "7" + LINES[1][5:]
    taken = both[: LETTER[1]] + "0" + both[LETTER[1] + 1 :]
    reading = MrzReading(parse_mrz((LINES[0], taken)), QUADS[0], QUADS, 0, 1.0)
    assert with_shapes(printed({(1, 4): "7"}), reading) == reading, "the O is seen, and the number's digit is wrong with it, too"


def test_a_picture_that_shows_nothing_says_nothing() -> None:
    empty = np.full((180, 1000, 3), 225, np.uint8)
    assert spreads(empty, QUADS[0], 44) == ((None,) * 44,)
    assert with_shapes(empty, read()) == read()


def test_a_tilted_line_is_measured_place_by_place() -> None:
    """A page seen from the side has other distances at both ends of a line."""
    tilted = on_table(printed(), tilt=0.05, margin=0.0)
    (widths,) = spreads(tilted, ((0.0, 60.0), (1000.0, 60.0), (1000.0, 130.0), (0.0, 130.0)), 44)
    assert len(widths) == 44


# --- the rule alone ------------------------------------------------------------------------------------------------


def widths(zero: float, letter: float, at: Mapping[tuple[int, int], float]) -> list[list[float | None]]:
    usual = {"0": zero, "O": letter}
    return [[at.get((row, column), usual.get(one)) for column, one in enumerate(line)] for row, line in enumerate(LINES)]


def test_where_a_typeface_does_not_tell_the_two_apart_nothing_is_said() -> None:
    assert shaped_as(parse_mrz(LINES), widths(0.28, 0.27, {ZERO: 0.27}), PAIR) == {}


def test_what_is_neither_is_not_named() -> None:
    assert ZERO not in shaped_as(parse_mrz(LINES), widths(0.2, 0.3, {ZERO: 0.248}), PAIR)
    assert shaped_as(parse_mrz(LINES), widths(0.2, 0.3, {ZERO: 0.3}), PAIR)[ZERO] == "O"
    assert shaped_as(parse_mrz(LINES), widths(0.2, 0.3, {}), PAIR)[ZERO] == "0"


@pytest.mark.parametrize(("share", "told"), [(0.95, False), (0.86, False), (0.84, True), (0.7, True), (0.5, False)])
def test_a_glyph_with_narrower_shoulders_than_the_0s_of_its_zone_is_none(share: float, told: bool) -> None:
    """As an O of the genuine OCR-B; letters of names are not compared, their lines are lower."""
    shoulder = TRAITS[0]
    assert shaped_as(parse_mrz(LINES), widths(0.2, 0.2, {}), shoulder) == {}
    found = shaped_as(parse_mrz(LINES), widths(0.2, 0.2, {ZERO: 0.2 * share}), shoulder)
    assert found == ({ZERO: "O"} if told else {})


@pytest.mark.parametrize(("share", "told"), [(1.05, False), (1.13, True), (1.7, False)])
def test_a_glyph_that_is_wider_than_the_0s_of_its_zone_is_none_though_its_letters_are_hardly_wider(share: float, told: bool) -> None:
    found = shaped_as(parse_mrz(LINES), widths(0.2, 0.22, {ZERO: 0.2 * share, LETTER: 0.2}), TRAITS[1])
    assert found == ({ZERO: "O"} if told else {})


DUTCH_ZEROS = ((0, 7), (0, 10), (0, 13), (0, 15))


def dutch_widths(at: Mapping[tuple[int, int], float]) -> list[list[float | None]]:
    return [[at.get((0, column), 0.2) for column in range(30)]]


def test_the_0s_of_one_line_that_are_all_alike_are_0s() -> None:
    mrz = parse_mrz((DUTCH + str(check_digit(DUTCH)),))
    same = dutch_widths({})
    assert plain_zeros(mrz, [same, same]) == set(DUTCH_ZEROS)
    for width in (0.186, 0.214):
        other = dutch_widths({DUTCH_ZEROS[0]: width})
        assert plain_zeros(mrz, [same, other]) == set()
        assert plain_zeros(mrz, [other, same]) == set()
    few = parse_mrz(("D1NLD15094962110" + "0" * 13 + "1",))
    assert plain_zeros(few, [same, same]) == {(0, column) for column in range(16, 29)}, "a 0 is no sample of itself"


def test_samples_that_do_not_agree_are_none() -> None:
    scattered = {(1, 16): 0.1, (1, 23): 0.35, (1, 25): 0.5, (1, 27): 0.05, (1, 43): 0.7, (1, 42): 0.9}
    assert shaped_as(parse_mrz(LINES), widths(0.2, 0.3, scattered | {ZERO: 0.3}), PAIR) == {}
