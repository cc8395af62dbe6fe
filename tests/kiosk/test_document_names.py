"""Whether a printed name and its MRZ form are the same (ICAO 9303-3 section 6)."""

from __future__ import annotations

import pytest

from kiosk.services.document_names import looks_same_number, same_but_for_lost_accents, same_name, same_number


@pytest.mark.parametrize(
    ("printed", "mrz"),
    [
        ("BELL", "BELL"),
        ("Brian", "BRIAN"),
        ("ROZÁLIA IRMA", "ROZALIA IRMA"),
        ("MÜLLER", "MUELLER"),
        ("MÜLLER", "MULLER"),
        ("GROß", "GROSS"),
        ("ØSTERGÅRD", "OESTERGAARD"),
        ("ØSTERGÅRD", "OSTERGARD"),
        ("ŁUKASZ", "LUKASZ"),
        ("MUÑOZ", "MUNOZ"),
        ("ÞÓRDÍS", "THORDIS"),
        ("KOWALSKA-KWIATKOWSKA", "KOWALSKA KWIATKOWSKA"),
        ("O'CONNOR", "OCONNOR"),
        ("O\u2019CONNOR", "OCONNOR"),
        ("D'ARC, MARIE", "DARC MARIE"),
        ("ANNAMARIA", "ANNA MARIA"),
        ("NILAVADHANANANDA CHAYAPA DEJTHAMRONG", "NILAVADHANANANDA"),
        ("PAPANDROPOULOUS JONATHON WARREN TREVOR", "PAPANDROPOULOUS JONATHON WARREN TR"),
    ],
)
def test_forms_of_one_name(printed: str, mrz: str) -> None:
    assert same_name(printed, mrz)


@pytest.mark.parametrize(("printed", "mrz"), [("BELL", "BALL"), ("BELL", ""), ("BELLA", "BELL"), ("ANNA", "HANNA"), ("MÜLLER", "MOLLER")])
def test_different_names(printed: str, mrz: str) -> None:
    assert not same_name(printed, mrz)


def test_an_accent_that_ocr_missed_is_no_contradiction_and_no_agreement() -> None:
    assert not same_name("SOLVI", "SOELVI")
    assert same_but_for_lost_accents("SOLVI", "SOELVI")
    assert not same_but_for_lost_accents("SOLVI", "SILVI")


def test_numbers_are_compared_without_their_punctuation() -> None:
    assert same_number("695622/0612", "6956220612")
    assert not same_number("BB456987", "BB456981")
    assert looks_same_number("O12345", "012345")
    assert not looks_same_number("O12345", "012346")
