"""Check rules of state numbers: published examples hold, and no single misread digit slips through a check digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.services.number_checks import NUMBER_CHECKS, WITHOUT_DIGIT, holds

# the states' own specimens and textbook examples; no living person's number
GOOD = [
    ("cz-sk-birth-number", "6956220612"),  # the Czech passport's specimen
    ("cz-sk-birth-number", "110101111"),  # nine digits, before 1954
    ("pl-pesel", "44051401359"),
    ("pl-identity-card", "ABA300000"),
    ("pl-passport", "ZS0000177"),  # the Polish passport's specimen
    ("ro-cnp", "1800101221144"),
    ("es-dni", "12345678Z"),
    ("es-dni", "X1234567L"),
    ("nl-bsn", "111222333"),
    ("nl-bsn", "123456782"),
    ("de-serial", "T22000129"),
    ("de-serial", "T220001293"),  # with its check digit
    ("fr-card-1988", "880692310285"),
    ("icao-9303", "L898902C36"),
]


@pytest.mark.parametrize(("rule", "number"), GOOD)
def test_published_examples_hold(rule: str, number: str) -> None:
    assert holds(rule, number)


@pytest.mark.parametrize(("rule", "number"), [one for one in GOOD if one[0] not in WITHOUT_DIGIT and one[1] != "110101111"])
def test_a_digit_read_wrong_does_not_hold(rule: str, number: str) -> None:
    wrong = 0
    for place, character in enumerate(number):
        if character.isdigit():
            other = "1" if character == "0" else "0"
            wrong += holds(rule, number[:place] + other + number[place + 1 :])
    assert wrong == 0


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        ("cz-sk-birth-number", "6913220612"),  # no thirteenth month
        ("cz-sk-birth-number", "695622061"),  # nine digits are too few after 1953
        ("pl-pesel", "44053201359"),  # no 32nd
        ("ro-cnp", "0800101221144"),
        ("nl-bsn", "000000000"),
        ("de-serial", "A22000129"),  # no vowels
        ("fr-card-1988", "881392310285"),  # no thirteenth month
        ("es-dni", "12345678A"),
        ("icao-9303", "L898902C37"),
    ],
)
def test_impossible_numbers_do_not_hold(rule: str, number: str) -> None:
    assert not holds(rule, number)


def test_every_date_of_birth_gives_a_birth_number_that_holds() -> None:
    for year, month, day in ((54, 1, 31), (85, 62, 28), (99, 12, 9), (4, 22, 29), (10, 81, 1)):
        start = f"{year:02d}{month:02d}{day:02d}"
        numbers = [f"{start}{serial:04d}" for serial in range(10_000)]
        assert sum(holds("cz-sk-birth-number", number) for number in numbers) in range(900, 1010)


@given(st.text(max_size=24))
def test_any_text_is_answered(text: str) -> None:
    assert all(rule(text) in (True, False) for rule in NUMBER_CHECKS.values())
