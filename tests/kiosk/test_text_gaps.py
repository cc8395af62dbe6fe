"""Blanks and letters that a recogniser nearly read."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.domain.document import Quad
from kiosk.engines.text_alphabet import Alphabet
from kiosk.engines.text_gaps import GapReader
from kiosk.engines.text_marks import MarkReader
from kiosk.engines.text_reader import no_surer, text_line
from kiosk.ports import TextLine
from kiosk.services.document_boxes import box_of

QUAD: Quad = ((0.0, 0.0), (90.0, 0.0), (90.0, 20.0), (0.0, 20.0))
CHARACTERS = ("", *"ELJÖ·1YÝ", " ")


def steps(*rows: dict[str, float]) -> np.ndarray:
    found = np.zeros((len(rows), len(CHARACTERS)), np.float32)
    for number, row in enumerate(rows):
        for character, share in row.items():
            found[number, CHARACTERS.index(character)] = share
        found[number, 0] += 1.0 - sum(row.values())
    return found


def read(*rows: dict[str, float]) -> TextLine:
    """As `RapidTextReader` reads a line."""
    settled, sure = GapReader(CHARACTERS).settled(steps(*rows))
    return no_surer(text_line(Alphabet(CHARACTERS), MarkReader(CHARACTERS), settled, QUAD), sure)


L, J, NOTHING = {"L": 1.0}, {"J": 1.0}, {"": 1.0}


def test_a_blank_that_two_steps_share_is_read() -> None:
    line = read(L, {" ": 0.4}, {" ": 0.4}, J)
    assert line.text == "L J"
    assert line.least == pytest.approx(0.64), "one minus the chance of nothing at both"


@pytest.mark.parametrize("share", [0.06, 0.15, 0.25])
def test_letters_with_perhaps_a_blank_between_them_ask_for_a_look(share: float) -> None:
    line = read(L, NOTHING, {" ": share}, J)
    assert line.text == "LJ"
    assert box_of(line).sureness < 0.92


def test_a_blank_less_likely_than_none_is_given_with_doubt() -> None:
    """Within words its chance is below 0.001: HÄNSEL JÖRG photographed in low light had 0.43 between the two."""
    line = read(L, {" ": 0.03}, {" ": 0.41}, {" ": 0.01}, J)
    assert line.text == "L J"
    assert box_of(line).sureness < 0.92


@pytest.mark.parametrize("left", [L, {"Ö": 1.0}])
def test_letters_without_a_trace_of_a_blank_are_as_sure_as_they_were(left: dict[str, float]) -> None:
    line = read(left, NOTHING, {" ": 0.01}, J)
    assert (line.least, line.rest) == (1.0, 1.0)


@pytest.mark.parametrize("sign", ["·", "1"])
def test_beside_punctuation_and_figures_a_blank_says_nothing(sign: str) -> None:
    line = read({sign: 1.0}, {" ": 0.45}, J)
    assert (line.text, line.least) == (f"{sign}J", 1.0)


def test_a_blank_at_a_lines_end_is_none_between_letters() -> None:
    assert read({" ": 0.4}, L, J, {" ": 0.4}, {" ": 0.4}).text == "LJ"


def test_a_blank_that_is_read_is_given_once() -> None:
    assert read(L, {" ": 0.4}, {" ": 0.9}, {" ": 0.45}, J).text == "L J"


def test_a_letter_whose_marks_share_it_is_read() -> None:
    """NOVÝ from a display had nothing 0.39, Ý 0.36, Y 0.23: between letters that is a Ý, at a line's end it asks for a look (below)."""
    line = read(L, NOTHING, {"Ý": 0.36, "Y": 0.25}, NOTHING, J)
    assert line.text == "LÝJ"
    assert box_of(line).sureness < 0.92
    assert dict(line.doubts[0].ways) == pytest.approx({"Ý": 0.59, "Y": 0.41}, abs=0.01)


def test_a_letter_less_likely_than_none_asks_for_a_look() -> None:
    line = read(L, NOTHING, {"Y": 0.3}, NOTHING, J)
    assert line.text == "LJ"
    assert box_of(line).sureness < 0.92


def test_what_is_left_of_a_letter_beside_is_no_other_one() -> None:
    line = read({"Ö": 1.0}, {"Ö": 0.4}, NOTHING, {"J": 0.3}, J)
    assert (line.text, line.least) == ("ÖJ", 1.0)


def test_specks_at_a_lines_ends_are_no_letters() -> None:
    assert read({"Y": 0.3}, L, J, {"Y": 0.3}).least == 1.0


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_letter_likelier_than_none_at_a_lines_end_asks_for_a_look(mirrored: bool) -> None:
    """NOVÝ from a display ended its line and was read NOV, each letter of it sure."""
    rows = [L, NOTHING, J, NOTHING, {"Ý": 0.36, "Y": 0.25}, NOTHING]
    line = read(*(reversed(rows) if mirrored else rows))
    assert line.text in ("LJ", "JL"), "specks there are read like letters, too"
    assert box_of(line).sureness < 0.92


def test_what_is_left_of_a_lines_last_letter_is_no_further_one() -> None:
    assert read(L, {"Ý": 1.0}, {"Ý": 0.4, "Y": 0.3}).least == 1.0


def test_a_line_without_letters_is_read_as_nothing() -> None:
    assert read(NOTHING, {"Ý": 0.36, "Y": 0.25}, NOTHING).text == ""
