"""The search for MRZs wrongly called valid: what it draws is what it says, and what it counts is what was read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.bench.mrz import FORMATS, Outcome, outcome_of, search, zone_cases
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.mrz import Mrz, MrzRepair, parse_mrz
from kiosk.domain.mrz_layout import MrzFormat, layout_of
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.services.mrz_reading import MrzReading
from kiosk.specimens.zones import FORMATS as DRAWN
from kiosk.specimens.zones import LOOK_ALIKES, forged, genuine_lines, typeface

QUAD = geometry.box_quad(0, 0, 10, 2)


class ScriptedReader:
    """Sees at a glance what it is told to, one zone after the other; None = nothing, by no means."""

    def __init__(self, *seen: Mrz | None) -> None:
        self._seen = list(seen)

    def glance(self, image: Image) -> MrzReading | None:
        assert image.shape[1] <= 1200
        seen = self._seen.pop(0)
        return None if seen is None else MrzReading(seen, QUAD, (QUAD,), 0, 1.0)

    def read_near(self, image: Image, box: tuple[float, float, float, float]) -> MrzReading | None:
        return None


@pytest.mark.parametrize("mrz_format", FORMATS)
def test_a_genuine_zone_holds_by_the_products_own_rules(mrz_format: MrzFormat) -> None:
    for seed in range(40):
        mrz = parse_mrz(genuine_lines(mrz_format, seed))
        assert mrz.format is mrz_format
        assert mrz.valid


@pytest.mark.parametrize("mrz_format", FORMATS)
def test_a_forgery_changes_one_character_that_a_check_digit_covers(mrz_format: MrzFormat) -> None:
    alike = holding = 0
    for seed in range(60):
        lines = genuine_lines(mrz_format, seed)
        changed, forgery = forged(lines, mrz_format, seed)
        differing = [
            (line, column) for line, text in enumerate(lines) for column in range(len(text)) if text[column] != changed[line][column]
        ]
        assert differing == [(forgery.line, forgery.column)]
        covered = [place for check in layout_of(mrz_format).checks for place in (*check.covers, check.digit)]
        assert any(place.line == forgery.line and place.start <= forgery.column < place.end for place in covered)
        alike += forgery.printed in LOOK_ALIKES.get(forgery.was, "")
        holding += parse_mrz(changed).holds
    assert alike >= 30
    assert holding <= 20  # such as 6 and G, which every check digit takes for one another


def test_a_reading_is_judged_by_what_is_printed() -> None:
    # of these two seeds the first is forged so that no check digit notices
    assert parse_mrz(forged(genuine_lines(MrzFormat.TD3, 5), MrzFormat.TD3, 5)[0]).holds
    lines = genuine_lines(MrzFormat.TD3, 6)
    read = parse_mrz(lines)
    doubted = replace(read, repairs=(MrzRepair(1, 2, "O" if lines[1][2] != "O" else "0", lines[1][2]),))
    misprint, _ = forged(lines, MrzFormat.TD3, 6)
    assert not parse_mrz(misprint).holds
    assert outcome_of(None, lines) is Outcome.REFUSED
    assert outcome_of(read, lines) is Outcome.VALID
    assert outcome_of(doubted, lines) is Outcome.DOUBT
    assert outcome_of(read, misprint) is Outcome.WRONG_VALID
    assert outcome_of(doubted, misprint) is Outcome.WRONG_DOUBT
    assert outcome_of(parse_mrz(misprint), misprint) is Outcome.INVALID
    assert outcome_of(parse_mrz(misprint), lines) is Outcome.WRONG_INVALID


def test_what_was_read_is_counted_by_kind_and_format_and_every_wrong_valid_has_its_name() -> None:
    drawn = list(zone_cases(2, 301, formats=(MrzFormat.TD1,)))
    cases = [drawn[0], drawn[1], replace(drawn[1], name="another")]
    assert {case.page.forgery is None for case in cases} == {True, False}
    genuine = genuine_lines(MrzFormat.TD1, 999)
    told = search(ScriptedReader(parse_mrz(cases[0].page.lines), None, parse_mrz(genuine)), iter(cases))
    rows = [told[kind] for kind in ("genuine", "forged")]
    counted = [row["all"] for row in rows if isinstance(row, dict)]
    assert sum(int(str(one["zones"])) for one in counted if isinstance(one, dict)) == 3
    assert sum(int(str(one.get("refused", 0))) for one in counted if isinstance(one, dict)) == 1
    assert sum(int(str(one["WRONG_VALID"])) for one in counted if isinstance(one, dict)) == 1
    assert [one["case"] for one in told["wrong_valid"]] == [cases[2].name]  # type: ignore[union-attr, index, call-overload]
    assert told["read_at_a_glance"] == 2


def test_a_typeface_that_is_not_there_is_said() -> None:
    with pytest.raises(BadInput) as raised:
        typeface(Path("no-such.otf"))
    assert raised.value.code is ErrorCode.FILE_NOT_FOUND
    assert set(DRAWN) == set(MrzFormat)
