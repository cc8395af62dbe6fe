"""AAMVA barcodes: every version, what issuers get wrong, and that no content breaks the parser."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.document import Barcode, FieldName, PageSide
from kiosk.services.aamva import aamva_date, barcode_fields, is_aamva, licence_fields, parse_aamva
from tests.fakes.aamva import VERSIONS, aamva, elements_of

HOLDER = {"surname": "SPECIMEN", "given": ("PETRA", "MARIA"), "born": "1987-03-14", "issued": "2019-05-02", "expires": "2027-03-14"}


def values(content: bytes) -> dict[FieldName, str]:
    return {name: readings[0].value for name, readings in barcode_fields([Barcode("PDF417", content)], PageSide.BACK, "2026-11-21").items()}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("canadian", [False, True])
def test_every_version_gives_the_same_fields(version: int, canadian: bool) -> None:
    elements = elements_of(version, number="T64-235-789", canadian=canadian, **HOLDER)  # type: ignore[arg-type]
    found = values(aamva(version, elements))
    assert found == {
        FieldName.SURNAME: "SPECIMEN",
        FieldName.GIVEN_NAMES: "PETRA MARIA",
        FieldName.DATE_OF_BIRTH: "1987-03-14",
        FieldName.GENDER: "F",
        FieldName.ADDRESS: "12 MAIN STREET, ANYTOWN, ON, K1A0B1" if canadian else "12 MAIN STREET, ANYTOWN, VA, 12345",
        FieldName.DOCUMENT_NUMBER: "T64-235-789",
        FieldName.DATE_OF_ISSUE: "2019-05-02",
        FieldName.DATE_OF_EXPIRY: "2027-03-14",
        FieldName.ISSUING_STATE: "CAN" if canadian else "USA",
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_the_header_is_read(version: int) -> None:
    elements = elements_of(version, number="1", **HOLDER)  # type: ignore[arg-type]
    licence = parse_aamva(aamva(version, elements, kind="ID", extra={"ZVA": "01"}, issuer="636026"))
    assert licence is not None
    assert (licence.issuer, licence.version, licence.kind) == ("636026", version, "ID")
    assert licence.jurisdiction_version == (None if version == 1 else 0)
    assert licence.other == {"ZVA": "01"}


def test_names_of_version_1_may_be_apart() -> None:
    elements = {"DAQ": "1", "DAB": "SPECIMEN", "DAC": "PETRA", "DAD": "MARIA", "DAE": "JR", "DBB": "19870314"}
    found = values(aamva(1, elements))
    assert (found[FieldName.SURNAME], found[FieldName.GIVEN_NAMES]) == ("SPECIMEN", "PETRA MARIA")


@pytest.mark.parametrize("name", ["SPECIMEN,PETRA,MARIA", "SPECIMEN, PETRA, MARIA, JR", "SPECIMEN@PETRA@MARIA", "SPECIMEN,PETRA MARIA,JR"])
def test_a_full_name_of_version_1_comes_apart_at_its_separators(name: str) -> None:
    found = values(aamva(1, {"DAQ": "1", "DAA": name}))
    assert (found[FieldName.SURNAME], found[FieldName.GIVEN_NAMES]) == ("SPECIMEN", "PETRA MARIA")


def test_a_second_subfile_whose_place_is_not_told_ends_the_first() -> None:
    text = aamva(8, {"DAQ": "1", "DCS": "SPECIMEN"}).decode() + "ZVZVADCSOTHER\r"
    licence = parse_aamva(text.encode())
    assert licence is not None
    assert dict(licence.elements) == {"DAQ": "1", "DCS": "SPECIMEN"}


def test_a_full_name_that_does_not_say_which_is_which_stays_whole() -> None:
    found = values(aamva(1, {"DAQ": "1", "DAA": "SPECIMEN PETRA MARIA"}))
    assert found[FieldName.FULL_NAME] == "SPECIMEN PETRA MARIA"
    assert FieldName.SURNAME not in found


def test_cut_names_are_told() -> None:
    licence = parse_aamva(aamva(9, {"DAQ": "1", "DCS": "SPEC", "DAC": "PE", "DDE": "T", "DDF": "N", "DDG": "U"}))
    assert licence is not None
    assert licence.cut == {FieldName.SURNAME}


def test_what_has_no_field_is_told_as_encoded() -> None:
    licence = parse_aamva(aamva(10, {"DAQ": "1", "DCS": "A", "DAU": "068 in", "DAY": "BRO", "DAZ": "NONE", "DAW": "170", "DCU": "JR"}))
    assert licence is not None
    assert licence.described == {"height": "068 in", "eyeColour": "BRO", "weight": "170", "nameSuffix": "JR"}


def test_elements_that_say_nothing_are_no_values() -> None:
    found = values(
        aamva(8, {"DAQ": "1", "DCS": "SPECIMEN", "DAC": "PETRA", "DAD": "NONE", "DBD": "00000000", "DBA": "MMDDCCYY", "DBC": "0"})
    )
    assert found == {FieldName.SURNAME: "SPECIMEN", FieldName.GIVEN_NAMES: "PETRA", FieldName.DOCUMENT_NUMBER: "1"}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("ANSI ", "AAMVA"),
        lambda text: text.replace("\x1e", "\x1c"),
        lambda text: text.replace("\x1e", ""),
        lambda text: " " + text,
        lambda text: text.replace("DL0031", "DL0032"),
        lambda text: text.replace("DL0031", "DL9999"),
        lambda text: text.rstrip("\r"),
        lambda text: text.replace("\n", "\r\n", 1),
        lambda text: text + "\r\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
    ],
)
def test_what_issuers_get_wrong_is_understood(change) -> None:  # type: ignore[no-untyped-def]
    text = aamva(8, elements_of(8, number="T64235789", **HOLDER)).decode()  # type: ignore[arg-type]
    assert "DL0031" in text
    found = values(change(text).encode())
    assert found == values(text.encode())
    assert found[FieldName.SURNAME] == "SPECIMEN"


def test_letters_with_accents_come_through_in_either_encoding() -> None:
    content = aamva(9, {"DAQ": "1", "DCS": "LÉVESQUE", "DAC": "ANDRÉ"})
    assert values(content)[FieldName.SURNAME] == "LÉVESQUE"
    assert values(content.decode("latin-1").encode())[FieldName.SURNAME] == "LÉVESQUE"


@pytest.mark.parametrize(
    "content", [b"", b"@", b"https://example.org", b"@\n\x1e\rANSI ", b"@\n\x1e\rANSI 6360000800", b"ANSI 636000080002DL00410278"]
)
def test_other_contents_are_no_licence(content: bytes) -> None:
    assert parse_aamva(content) is None
    assert not is_aamva(Barcode("PDF417", content))


@given(st.binary(max_size=400))
def test_no_bytes_break_the_parser(content: bytes) -> None:
    for start in (b"", b"@\n\x1e\rANSI 636000100002DL00310100ZV01310010DL"):
        licence = parse_aamva(start + content)
        if licence is not None:
            licence_fields(licence, PageSide.BACK)
            assert licence.described is not None


names = st.text(string.ascii_uppercase, min_size=2, max_size=12).filter(lambda name: name not in {"NONE", "UNAVL", "UNAVAIL"})
days = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str)


@given(
    st.sampled_from(VERSIONS),
    st.booleans(),
    names,
    st.lists(names, min_size=1, max_size=3),
    st.tuples(days, days, days),
    st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=25).filter(lambda text: text not in {"NONE", "UNAVL", "UNAVAIL"}),
    st.sampled_from("MFX"),
)
def test_what_is_encoded_validly_is_decoded_exactly(
    version: int, canadian: bool, surname: str, given_names: list[str], dates: tuple[str, str, str], number: str, gender: str
) -> None:
    given_names = given_names[:2] if version == 1 else given_names
    born, issued, expires = dates
    elements = elements_of(
        version,
        surname=surname,
        given=given_names,
        born=born,
        issued=issued,
        expires=expires,
        number=number,
        gender=gender,
        canadian=canadian,
    )
    licence = parse_aamva(aamva(version, elements, extra={"ZVA": "X"}))
    assert licence is not None
    assert dict(licence.elements) == {code: text.strip() for code, text in elements.items()}
    found = {name: readings[0].value for name, readings in licence_fields(licence, PageSide.BACK).items()}
    assert found[FieldName.SURNAME] == surname
    assert found[FieldName.GIVEN_NAMES] == " ".join(given_names)
    assert found[FieldName.DOCUMENT_NUMBER] == number
    assert found[FieldName.GENDER] == gender
    assert [found[name] for name in (FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_ISSUE, FieldName.DATE_OF_EXPIRY)] == [born, issued, expires]


@given(st.text(string.digits, min_size=8, max_size=8))
def test_no_text_is_a_date_both_ways(text: str) -> None:
    found = aamva_date(text)
    if found:
        year, month, day = found.split("-")
        assert text in (month + day + year, year + month + day)


def test_a_first_name_that_is_written_like_a_suffix_is_a_name() -> None:
    assert values(aamva(1, {"DAQ": "1", "DAA": "DOE,IV,AN"}))[FieldName.GIVEN_NAMES] == "IV AN"


def test_a_permits_elements_between_returns_do_not_end_the_licence() -> None:
    text = aamva(1, {"DAQ": "1", "DAA": "SPECIMEN,PETRA", "PAA": "C", "DBB": "19870314"}).decode().replace("\n", "\r")
    assert values(text.encode())[FieldName.DATE_OF_BIRTH] == "1987-03-14"
