"""Two MRZ readers: when one is enough, when both must agree, when nothing is said."""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.domain.mrz import MrzRepair, parse_mrz
from kiosk.domain.mrz_layout import LAYOUTS, MrzFormat
from kiosk.engines.models import ModelLibrary
from kiosk.engines.mrz_line_reader import MrzLineReader
from kiosk.engines.text_reader import RapidTextReader
from kiosk.imaging.frame import Image
from kiosk.services.mrz_cascade import MrzCascade, settled
from kiosk.services.mrz_reading import MrzReader, MrzReading
from kiosk.specimens.ocrb import draw_line
from tests.fakes.mrz_strips import blurred, noisy, on_table, squeezed_jpeg, with_check_digits

SHARED = Path(__file__).parents[2].parent / "shared" / "samples"
LINES = with_check_digits(
    ("P<UTOSPECIMEN<<PETRA<MARIA<<<<<<<<<<<<<<<<<<", "KX44170260UTO8703140F31090200KT7731<<<<<<<00"), LAYOUTS[MrzFormat.TD3]
)
QUAD = ((0.0, 0.0), (44.0, 0.0), (44.0, 2.0), (0.0, 2.0))
NAME_PLACE, NUMBER_PLACE = (0, 6), (1, 2)


def drawn(lines: tuple[str, ...] = LINES, *, pitch: float = 20.0) -> Image:
    width, height = round(pitch * 50), round(pitch * 35)
    picture = np.full((height, width, 3), (226, 232, 236), np.uint8)
    cv2.putText(picture, "UTOPIA", (width // 3, height // 5), cv2.FONT_HERSHEY_SIMPLEX, pitch / 14, (40, 40, 60), 2, cv2.LINE_AA)
    cv2.rectangle(picture, (round(0.05 * width), round(0.2 * height)), (round(0.3 * width), round(0.65 * height)), (150, 160, 170), -1)
    for row, line in enumerate(lines):
        draw_line(picture, line, 3 * pitch, height - (6 - 2.5 * row) * pitch, pitch=pitch, height=0.95 * pitch, ink=(30, 24, 20))
    return picture


def reading(
    changes: dict[tuple[int, int], str] | None = None, doubts: dict[tuple[int, int], float] | None = None, *, plausible: bool = True
) -> MrzReading:
    """LINES with characters changed, certain at 0.99 save where there are doubts."""
    lines = [list(line) for line in LINES]
    for (line, column), character in (changes or {}).items():
        lines[line][column] = character
    certainty = [[0.99] * 44, [0.99] * 44]
    for (line, column), value in (doubts or {}).items():
        certainty[line][column] = value
    mrz = parse_mrz(["".join(line) for line in lines], confidences=[float(np.mean(line)) for line in certainty])
    least = min(certainty[0][5:27])
    return MrzReading(mrz, QUAD, (QUAD, QUAD), 0, 1.0, plausible=plausible, least=least, certainty=tuple(map(tuple, certainty)))


# --- what two readings are worth together --------------------------------------------------------------------------


def test_the_lines_of_these_tests_hold() -> None:
    assert reading().mrz.valid


def test_two_readers_that_agree_are_believed() -> None:
    found = settled(reading(doubts={NAME_PLACE: 0.4}), reading())
    assert found is not None
    assert found.mrz.lines == LINES


def test_a_zone_that_two_readers_read_otherwise_is_not_called_misprinted() -> None:
    """Worn print: each misread another digit, so no check digit holds in either; nobody knows what is printed."""
    one = reading({NUMBER_PLACE: "9"}, {NUMBER_PLACE: 0.95})
    assert settled(one, reading({(1, 4): "9"}, {(1, 4): 0.95})) is None
    assert settled(reading({(1, 4): "9"}, {(1, 4): 0.95}), one) is None
    surely = settled(one, reading({NUMBER_PLACE: "9", (1, 4): "9"}, {(1, 4): 0.5}))
    assert surely is not None
    assert surely.mrz.lines == one.mrz.lines
    assert not surely.mrz.holds


def test_a_guess_of_one_reader_alone_does_not_call_a_zone_misprinted() -> None:
    wrong = reading({NUMBER_PLACE: "9"}, {NUMBER_PLACE: 0.95, NAME_PLACE: 0.6})
    assert not wrong.mrz.holds
    assert settled(wrong, None) is None
    assert settled(None, reading({NUMBER_PLACE: "9"})) is not None


@pytest.mark.parametrize("place", [NUMBER_PLACE, (1, 9), (1, 43)], ids=("number", "its check digit", "composite digit"))
def test_a_guess_where_check_digits_stand_does_not_call_a_zone_misprinted(place: tuple[int, int]) -> None:
    wrong = {place: "9" if LINES[1][place[1]] != "9" else "4"}
    guessed, seen = reading(wrong, {place: 0.5}), reading(wrong)
    assert not guessed.mrz.holds
    assert settled(guessed, None) is None
    assert settled(None, guessed) is None
    unfit = reading({NUMBER_PLACE: "8"}, plausible=False)
    assert settled(guessed, unfit) is None
    for found in (settled(seen, None), settled(seen, unfit)):
        assert found is not None
        assert found.mrz.lines == seen.mrz.lines
    proven = reading(doubts={place: 0.5})
    assert settled(proven, None) is not None, "check digits that hold speak for it"


def test_names_that_differ_are_refused_when_neither_outweighs_the_other() -> None:
    assert settled(reading({NAME_PLACE: "R"}), reading()) is None
    assert settled(reading({NAME_PLACE: "R"}, {NAME_PLACE: 0.5}), reading(doubts={NAME_PLACE: 0.7})) is None


def test_a_sure_letter_outweighs_a_doubtful_one() -> None:
    found = settled(reading({NAME_PLACE: "R"}, {NAME_PLACE: 0.4}), reading())
    assert found is not None
    assert found.mrz.lines == LINES


def test_check_digits_decide_what_they_cover() -> None:
    found = settled(reading({NUMBER_PLACE: "A"}, {NUMBER_PLACE: 0.9}), reading(doubts={NUMBER_PLACE: 0.7}))
    assert found is not None
    assert found.mrz.lines == LINES
    assert found.mrz.holds
    assert not found.mrz.valid
    assert found.mrz.repairs == (MrzRepair(1, 2, "A", "4"),)
    assert not found.mrz.proves("documentNumber")
    assert found.mrz.proves("dateOfBirth")
    assert not found.sure


@pytest.mark.parametrize("certain", [0.985, 0.999])
def test_a_character_that_was_clearly_read_is_not_overruled_by_check_digits(certain: float) -> None:
    printed = reading({NUMBER_PLACE: "A"}, {NUMBER_PLACE: certain})
    found = settled(printed, reading(doubts={NUMBER_PLACE: 0.54}))
    assert found is not None
    assert found.mrz.lines == printed.mrz.lines
    assert not found.mrz.valid
    assert settled(printed, reading()) is None  # each is sure: neither is believed


def test_letters_of_a_country_outweigh_the_digits_that_the_other_reader_saw() -> None:
    found = settled(reading(), reading({(1, 10): "0"}))
    assert found is not None
    assert found.mrz.lines == LINES
    assert MrzRepair(1, 10, "0", "U") in found.mrz.repairs
    assert settled(reading(), reading({(1, 10): "V"})) is None


def test_a_reading_that_nobody_would_hand_out_does_not_veto_a_sure_one() -> None:
    by_chance = with_check_digits((LINES[0], "A" + LINES[1][1:]), LAYOUTS[MrzFormat.TD3])
    chance = replace(reading(), mrz=parse_mrz(by_chance))
    assert chance.mrz.valid
    sure = replace(reading(), sure=True)
    found = settled(replace(chance, plausible=False), sure)
    assert found is not None
    assert found.mrz.lines == LINES
    assert settled(chance, sure) is None  # two plausible readings that hold and differ
    assert settled(replace(chance, plausible=False), reading()) is None  # not sure either


def test_check_digits_say_nothing_of_names() -> None:
    assert settled(reading({NUMBER_PLACE: "A", NAME_PLACE: "R"}), reading()) is None


def test_a_doubtful_reading_of_one_reader_alone_is_refused_and_a_clear_one_is_not() -> None:
    assert settled(reading(doubts={NAME_PLACE: 0.8}), None) is None
    assert settled(None, reading(doubts={NAME_PLACE: 0.8})) is None
    assert settled(None, reading()) is not None
    assert settled(None, replace(reading(), lead=3.0)) is None
    assert settled(None, None) is None


def test_a_misprint_that_both_read_stays_as_it_is_printed() -> None:
    found = settled(reading({NUMBER_PLACE: "A"}), reading({NUMBER_PLACE: "A"}))
    assert found is not None
    assert not found.mrz.valid
    assert found.mrz.lines[1][2] == "A"


# --- with the models -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cascade(model_library: ModelLibrary) -> MrzCascade:
    quick = MrzLineReader(model_library.path("mrz_line"), model_library.path("mrz_finder"), threads=2)
    text = RapidTextReader(model_library.path("ppocrv6_det_small"), model_library.path("ppocrv6_rec_small"), threads=2)
    return MrzCascade(quick, MrzReader(text))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_clean_page_needs_the_quick_reader_alone_at_any_quarter_turn(cascade: MrzCascade, quarters: int) -> None:
    picture = np.ascontiguousarray(np.rot90(drawn(), quarters))  # counter-clockwise
    found = cascade.glance(picture)
    assert found is not None
    assert found.mrz.lines == LINES
    assert found.rotation == quarters * 90


def test_the_quick_reader_says_the_same_as_the_cascade(cascade: MrzCascade) -> None:
    one, other = cascade.glance(drawn()), cascade.read(drawn())
    assert one is not None
    assert other is not None
    assert one.mrz == other.mrz


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(on_table(drawn(), degrees=25.0), id="askew"),
        pytest.param(on_table(drawn(), degrees=-4.0, tilt=0.05), id="tilted"),
        pytest.param(blurred(drawn(), 1.8), id="blurred"),
        pytest.param(noisy(drawn(), 15.0), id="noisy"),
        pytest.param(squeezed_jpeg(drawn(pitch=11.0), 35), id="small jpeg"),
        pytest.param((drawn() * 0.3).astype(np.uint8), id="dark"),
    ],
)
def test_spoiled_pages_are_still_read(cascade: MrzCascade, picture: Image) -> None:
    found = cascade.read(picture)
    assert found is not None
    assert found.mrz.lines == LINES
    assert found.mrz.valid


def test_a_misprinted_check_digit_is_read_as_printed(cascade: MrzCascade) -> None:
    lines = (LINES[0], LINES[1][:9] + str((int(LINES[1][9]) + 4) % 10) + LINES[1][10:])
    found = cascade.read(drawn(lines))
    assert found is not None
    assert found.mrz.lines == lines
    assert not found.mrz.valid
    assert cascade.glance(drawn(lines)) is None  # not proven: never without the second reader


@pytest.mark.parametrize(
    "picture", [np.full((600, 900, 3), 200, np.uint8), drawn(()), np.zeros((0, 0, 3), np.uint8)], ids=("empty", "none", "0")
)
def test_a_picture_without_mrz_gives_none(cascade: MrzCascade, picture: Image) -> None:
    assert cascade.glance(picture) is None
    assert cascade.read(picture) is None


@pytest.mark.skipif(not (SHARED / "mrz").is_dir(), reason="the shared sample images are not on this machine")
def test_the_shared_specimens_are_read_and_none_is_wrong_but_valid(cascade: MrzCascade) -> None:
    """`pytest -s` prints one line per image."""
    with (SHARED / "mrz" / "truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    right, glances, wrong_but_valid = 0, 0, []
    for row in rows:
        picture = np.asarray(cv2.imread(str(SHARED / "mrz" / row["file"])), np.uint8)
        truth = tuple(row[name] for name in ("line1", "line2", "line3") if row[name])
        found = cascade.read(picture)
        equal = found is not None and found.mrz.lines[: len(truth)] == truth  # one line with a letter outside the alphabet has no truth
        right += equal
        glances += found is not None and found.sure
        if found is not None and found.mrz.valid and not (equal and row["check_digits_hold"] == "yes"):
            wrong_but_valid.append(row["file"])
        state = "equal" if equal else "refused" if found is None else "DIFFERS"
        how = "" if found is None else f"valid={found.mrz.valid!s:5} sure={found.sure!s:5} {found.ms:5.0f} ms"
        sys.stdout.write(f"{row['file']:20} {state:8} {how}\n")
    sys.stdout.write(f"{right} of {len(rows)} equal, {glances} at a glance, wrong but valid: {wrong_but_valid}\n")
    assert wrong_but_valid == []
    assert right >= 32
