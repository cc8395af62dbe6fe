"""Pages become one document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.document import DocumentPage, DocumentType, Field, FieldName, PageQuality, PageSide, Reading, Source
from kiosk.domain.mrz import Mrz, parse_mrz
from kiosk.imaging.geometry import box_quad
from kiosk.services.document_checks import uncertain_fields
from kiosk.services.document_fields import fields_of, mrz_fields
from kiosk.services.document_merge import accents_open, agree, contradict, merge, needs_back
from kiosk.services.document_rules import DocumentRules

TODAY = "2026-11-21"
RULES = DocumentRules(lambda: TODAY)
TD1 = ("ILSVKBB456987<3<<<<<<<<<<<<<<<", "8508063M3011249SVK<<<<<<<<<<<0", "BELL<<BRIAN<<<<<<<<<<<<<<<<<<<")
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
GERMAN = ("P<D<<MUELLER<<ERIKA<<<<<<<<<<<<<<<<<<<<<<<<<", "CA00000046D<<6408125F1802212<<<<<<<<<<<<<<<2")


def visual(name: FieldName, value: str, *, confidence: float = 0.97, side: PageSide = PageSide.FRONT, raw: str = "") -> Field:
    return Field(name, (Reading(value, Source.VISUAL_ZONE, confidence, side, None, raw or value),))


def page(
    side: PageSide = PageSide.FRONT, *fields: Field, mrz: Mrz | None = None, size: tuple[int, int] = (1012, 638), text: tuple[str, ...] = ()
) -> DocumentPage:
    machine = fields_of(mrz_fields(mrz, side, (), TODAY)) if mrz else ()
    quality = PageQuality(0.7, 0.6, 1.0, 1000)
    quad = box_quad(10, 10, 10 + size[0], 10 + size[1])
    return DocumentPage(side, quad, 1.0, size, quality, (*fields, *machine), mrz, text_lines=text)


def test_the_front_comes_first_whatever_the_order_of_the_pictures() -> None:
    document = RULES.merge([page(PageSide.BACK, mrz=parse_mrz(TD1)), page(PageSide.FRONT)])
    assert [one.side for one in document.pages] == [PageSide.FRONT, PageSide.BACK]
    assert document.mrz is not None
    assert (document.type.type, document.type.country, document.type.mrtd) == ("identity-card", "SVK", "TD1")


def test_every_source_keeps_its_reading() -> None:
    document = merge([page(PageSide.FRONT, visual(FieldName.SURNAME, "BELL")), page(PageSide.BACK, mrz=parse_mrz(TD1))], today=TODAY)
    field = document.fields[FieldName.SURNAME]
    assert [(reading.source, reading.page) for reading in field.readings] == [
        (Source.VISUAL_ZONE, PageSide.FRONT),
        (Source.MRZ, PageSide.BACK),
    ]


def test_agreement_makes_surer_and_disagreement_does_not() -> None:
    mrz = parse_mrz(TD1, confidences=[0.95, 0.95, 0.95])
    agreed = merge([page(PageSide.FRONT, visual(FieldName.SURNAME, "BELL", confidence=0.9), mrz=mrz)], today=TODAY)
    other = merge([page(PageSide.FRONT, visual(FieldName.SURNAME, "BALL", confidence=0.9), mrz=mrz)], today=TODAY)
    assert agreed.fields[FieldName.SURNAME].chosen.confidence > 0.98
    assert other.fields[FieldName.SURNAME].of(Source.VISUAL_ZONE).confidence == 0.9  # type: ignore[union-attr]


def test_the_printed_name_with_its_accents_is_chosen_over_the_mrzs_form() -> None:
    mrz = parse_mrz(GERMAN, confidences=[0.999, 0.999])
    document = merge([page(PageSide.FRONT, visual(FieldName.SURNAME, "MÜLLER", confidence=0.93), mrz=mrz)], today=TODAY)
    assert document.value(FieldName.SURNAME) == "MÜLLER"


def test_a_proven_value_is_chosen_over_a_printed_one_that_differs() -> None:
    fields = [visual(FieldName.DOCUMENT_NUMBER, "BB456981", confidence=0.999)]
    assert merge([page(PageSide.FRONT, *fields, mrz=parse_mrz(TD1))], today=TODAY).value(FieldName.DOCUMENT_NUMBER) == "BB456987"


def test_a_date_that_can_be_read_two_ways_follows_the_proven_one() -> None:
    """06/08/1985 on an American document is the eighth of June; the MRZ knows."""
    mrz = parse_mrz(TD1)
    wrong_way = visual(FieldName.DATE_OF_BIRTH, "1985-06-08", raw="08/06/1985")
    assert merge([page(PageSide.FRONT, wrong_way, mrz=mrz)], today=TODAY).fields[FieldName.DATE_OF_BIRTH].readings[0].value == "1985-08-06"


@pytest.mark.parametrize(("printed", "said"), [("1990-03-04", "1990-04-03"), ("1990-04-03", "1990-03-04")])
@pytest.mark.parametrize("source", [Source.MRZ, Source.BARCODE])
def test_a_date_follows_the_surer_source_whichever_way_it_was_read(printed: str, said: str, source: Source) -> None:
    name = FieldName.DATE_OF_BIRTH
    sure = Field(name, (Reading(said, source, 1.0, raw=said, proven=source is Source.MRZ),))
    document = merge([page(PageSide.FRONT, visual(name, printed, raw="03/04/1990"), sure)], today=TODAY)
    assert {reading.value for reading in document.fields[name].readings} == {said}


def test_a_date_is_not_turned_into_another_one_of_its_line() -> None:
    name = FieldName.DATE_OF_EXPIRY
    sure = Field(name, (Reading("2030-04-03", Source.MRZ, 1.0, proven=True),))
    document = merge([page(PageSide.FRONT, visual(name, "2031-06-05", raw="03.04.2030-05.06.2031"), sure)], today=TODAY)
    assert "2031-06-05" in {reading.value for reading in document.fields[name].readings}


def test_germany_is_deu_in_fields_and_d_in_the_documents_country() -> None:
    document = RULES.merge([page(PageSide.FRONT, mrz=parse_mrz(GERMAN))])
    assert document.value(FieldName.NATIONALITY) == "DEU"
    assert document.type.country == "D"


@pytest.mark.parametrize(
    ("text", "kind", "country"),
    [
        (("SLOVENSKÁ REPUBLIKA", "OBČIANSKY PREUKAZ / IDENTITY CARD"), "identity-card", "SVK"),
        (("ČESKÁ REPUBLIKA", "CESTOVNÍ PAS"), "passport", "CZE"),
        (("DRIVING LICENCE", "UNITED KINGDOM"), "driving-licence", "GBR"),
        (("LATIN EDITION",), "", ""),
    ],
)
def test_words_tell_the_type_where_no_mrz_does(text: tuple[str, ...], kind: str, country: str) -> None:
    document = RULES.merge([page(text=text)])
    assert (document.type.type, document.type.country) == (kind, country)


def test_a_card_without_mrz_on_its_front_needs_its_back_and_still_does_when_it_is_there() -> None:
    front, back = page(PageSide.FRONT), page(PageSide.BACK, mrz=parse_mrz(TD1))
    assert RULES.needs_back(RULES.merge([front]))
    assert RULES.needs_back(RULES.merge([front, back]))


def test_passports_and_cards_with_their_mrz_in_front_need_no_back() -> None:
    assert not RULES.needs_back(RULES.merge([page(PageSide.FRONT, mrz=parse_mrz(TD3), size=(1200, 845))]))
    assert not RULES.needs_back(RULES.merge([page(PageSide.FRONT, text=("PASSPORT",), size=(1200, 845))]))
    assert not RULES.needs_back(RULES.merge([page(PageSide.FRONT, mrz=parse_mrz(TD1))]))


def test_of_a_picture_that_is_the_page_alone_the_shape_tells_nothing() -> None:
    scan = replace(page(PageSide.FRONT, size=(900, 900)), quad=None)
    assert RULES.needs_back(RULES.merge([scan]))
    assert not RULES.needs_back(RULES.merge([page(PageSide.FRONT, size=(900, 900))]))
    assert needs_back(merge([page(PageSide.FRONT, size=(900, 900))], today=TODAY, kind=DocumentType("residence-permit")))


def test_no_pages_are_an_empty_document() -> None:
    document = RULES.merge([])
    assert document.fields == {}
    assert not RULES.needs_back(document)


# --- cross-checks


def printed(value: str, raw: str = "") -> Reading:
    return Reading(value, Source.VISUAL_ZONE, 0.97, raw=raw or value)


def coded(value: str) -> Reading:
    return Reading(value, Source.MRZ, 0.97, raw=value)


@pytest.mark.parametrize(
    ("name", "one", "other", "agrees", "contradicts"),
    [
        (FieldName.SURNAME, "GARCÍA", "GARCIA LOPEZ", False, False),  # one of two surnames was read
        (FieldName.SURNAME, "GARCÍA LÓPEZ", "GARCIA LOPEZ", True, False),
        (FieldName.SURNAME, "GARZA", "GARCIA LOPEZ", False, True),
        (FieldName.SURNAME, "SOLVI", "SOELVI", False, False),
        (FieldName.DOCUMENT_NUMBER, "O12345678", "012345678", False, False),  # O for 0 is the reader's slip
        (FieldName.DOCUMENT_NUMBER, "112345678", "012345678", False, True),
        (FieldName.DATE_OF_BIRTH, "1985", "1985-08-06", True, False),
        (FieldName.DATE_OF_BIRTH, "1985-08", "1985-08-06", True, False),
        (FieldName.DATE_OF_BIRTH, "1985-09", "1985-08-06", False, True),
        (FieldName.DATE_OF_BIRTH, "198", "1985-08-06", False, True),
        (FieldName.NATIONALITY, "DEU", "D", True, False),
        (FieldName.NATIONALITY, "GBR", "GBD", True, False),
        (FieldName.ADDRESS, "2300 W BROAD ST RICHMOND VA 23269", "2300 WEST BROAD STREET, RICHMOND, VA, 23269", False, False),
        (FieldName.ADDRESS, "2300 WEST BROAD STREET\nRICHMOND", "2300 West Broad Street, Richmond", True, False),
        (FieldName.ADDRESS, "1 HIGH ROAD LONDON", "2300 WEST BROAD STREET RICHMOND", False, True),
        (FieldName.GENDER, "M", "F", False, True),
    ],
)
def test_what_agrees_and_what_contradicts(name: FieldName, one: str, other: str, agrees: bool, contradicts: bool) -> None:
    for pair in ((printed(one), coded(other)), (coded(other), printed(one))):
        assert agree(name, *pair) is agrees
        assert contradict(name, *pair) is contradicts


@pytest.mark.parametrize(
    ("name", "one", "other", "contradicts"),
    [
        (FieldName.SURNAME, "NOVAKOVA", "NOVAK", True),
        (FieldName.SURNAME, "MARTINEZ", "MARTIN", True),
        (FieldName.SURNAME, "LACZYNS", "LACZYNSKA", True),
        (FieldName.GIVEN_NAMES, "ALEXANDRA", "ALEXAND", True),
        (FieldName.GIVEN_NAMES, "JOSEPHINE", "JOSEPH", True),
        (FieldName.GIVEN_NAMES, "JOHN PETER", "JOHN", False),
        (FieldName.SURNAME, "ERIKSSON SMITH", "ERIKSSON", False),
        (FieldName.SURNAME, "ŁACZYÚSKA", "LACZYNSKA", False),
    ],
)
@pytest.mark.parametrize("room", [None, 20])
def test_a_part_of_a_name_is_no_agreement(name: FieldName, one: str, other: str, contradicts: bool, room: int | None) -> None:
    """A word that is missing asks for a look, another spelling is a contradiction."""
    mrz = replace(coded(other), room=room)
    for pair in ((printed(one), mrz), (mrz, printed(one))):
        assert not agree(name, *pair)
        assert contradict(name, *pair) is contradicts


def test_the_mrz_tells_whether_a_name_may_be_cut() -> None:
    short = parse_mrz(("P<UTONOVAK<<ALEXAND".ljust(44, "<"), TD3[1]))
    full = parse_mrz(("P<UTOVAN<DER<ZANDVOORT<NOVAKOVA<HELGA<<ALEXA", TD3[1]))
    given = visual(FieldName.GIVEN_NAMES, "ALEXANDRA")
    for mrz, same in ((short, False), (full, True)):
        readings = merge([page(PageSide.FRONT, given, mrz=mrz)], today=TODAY).fields[FieldName.GIVEN_NAMES].readings
        assert agree(FieldName.GIVEN_NAMES, *readings) is same
        assert contradict(FieldName.GIVEN_NAMES, *readings) is not same


def test_a_short_surname_does_not_give_way_to_given_names() -> None:
    full = parse_mrz(("P<UTOMARTIN<<MARIA<ALEXANDRA<CHARLOTTE<BERNA", TD3[1]))
    fields = [visual(FieldName.SURNAME, "MARTINEZ"), visual(FieldName.GIVEN_NAMES, "MARIA ALEXANDRA CHARLOTTE BERNADETTE")]
    document = merge([page(PageSide.FRONT, *fields, mrz=full)], today=TODAY)
    assert contradict(FieldName.SURNAME, *document.fields[FieldName.SURNAME].readings)
    assert agree(FieldName.GIVEN_NAMES, *document.fields[FieldName.GIVEN_NAMES].readings)


def test_a_full_name_is_cut_with_its_halves() -> None:
    full = parse_mrz(("V<UTOVAN<DER<ZANDVOORT<LACZYNSKA<DE<LA<<MARI", "CN618359<5UTO6901154F3404159<<<<<<<<<<<<<<<<"))
    for value in ("MARIA CHARLOTTE VAN DER ZANDVOORT LACZYNSKA DE LA FUENTE", "VAN DER ZANDVOORT LACZYNSKA DE LA FUENTE MARIA CHARLOTTE"):
        document = merge([page(PageSide.FRONT, visual(FieldName.FULL_NAME, value), mrz=full)], today=TODAY)
        assert not contradict(FieldName.FULL_NAME, *document.fields[FieldName.FULL_NAME].readings)


def test_a_name_cut_at_its_lines_end_is_not_chosen_over_the_whole_one() -> None:
    """Not even where the printed one has an accent misread; both ask for a look. Alone it may be all that is known, but not surely all."""
    full = parse_mrz(("P<UTOVAN<DER<ZANDVOORT<LACZYNSKA<DE<LA<<MARI", TD3[1]))
    whole = "VAN DER ZANDVOORT-ŁACZYÚSKA DE LA PEÑARANDA"
    document = merge([page(PageSide.FRONT, visual(FieldName.SURNAME, whole, confidence=0.96), mrz=full)], today=TODAY)
    assert document.value(FieldName.SURNAME) == whole
    assert FieldName.SURNAME in uncertain_fields(document)
    assert {FieldName.SURNAME, FieldName.GIVEN_NAMES} <= uncertain_fields(merge([page(mrz=full)], today=TODAY))
    assert not uncertain_fields(merge([page(mrz=parse_mrz(TD3))], today=TODAY)) & {FieldName.SURNAME, FieldName.GIVEN_NAMES}


def test_only_visas_cut_numbers() -> None:
    visa = parse_mrz(("V<UTOBELL<<ANNA".ljust(44, "<"), "X123456787UTO6901154F3404159<<<<<<<<<<<<<<<<"))
    passport = parse_mrz((TD3[0], "X123456787" + TD3[1][10:]))
    number = visual(FieldName.DOCUMENT_NUMBER, "X1234567890")
    for mrz, same in ((visa, True), (passport, False)):
        readings = merge([page(PageSide.FRONT, number, mrz=mrz)], today=TODAY).fields[FieldName.DOCUMENT_NUMBER].readings
        assert agree(FieldName.DOCUMENT_NUMBER, *readings) is same
        assert contradict(FieldName.DOCUMENT_NUMBER, *readings) is not same


def test_a_visas_number_of_nine_characters_is_no_reason_to_look() -> None:
    visa = parse_mrz(("V<UTOBELL<<ANNA".ljust(44, "<"), "X123456787UTO6901154F3404159<<<<<<<<<<<<<<<<"))
    number = visual(FieldName.DOCUMENT_NUMBER, "X12345678")
    assert FieldName.DOCUMENT_NUMBER not in uncertain_fields(merge([page(PageSide.FRONT, number, mrz=visa)], today=TODAY))


def test_accents_that_the_mrz_does_not_confirm_are_not_made_surer() -> None:
    mrz = parse_mrz(("P<UTODULKOVA<<ANNA".ljust(44, "<"), TD3[1]))
    document = merge([page(PageSide.FRONT, visual(FieldName.SURNAME, "DÜLKOVÁ", confidence=1.0), mrz=mrz)], today=TODAY)
    field = document.fields[FieldName.SURNAME]
    assert field.chosen.value == "DÜLKOVÁ"
    assert field.chosen.confidence < 0.99
    assert accents_open(FieldName.SURNAME, *field.readings)
    assert FieldName.SURNAME in uncertain_fields(document)
    sure = merge([page(PageSide.FRONT, visual(FieldName.SURNAME, "DÚLKOVÁ"), mrz=mrz)], today=TODAY)
    assert FieldName.SURNAME not in uncertain_fields(sure)


def test_a_full_name_is_compared_with_the_mrz_in_either_order() -> None:
    for value in ("BRIAN BELL", "BELL BRIAN"):
        document = merge([page(PageSide.FRONT, visual(FieldName.FULL_NAME, value), mrz=parse_mrz(TD1))], today=TODAY)
        readings = document.fields[FieldName.FULL_NAME].readings
        assert [(reading.value, reading.source) for reading in readings] == [(value, Source.VISUAL_ZONE), ("BRIAN BELL", Source.MRZ)]
        assert agree(FieldName.FULL_NAME, *readings)
    other = merge([page(PageSide.FRONT, visual(FieldName.FULL_NAME, "BRUNO BELL"), mrz=parse_mrz(TD1))], today=TODAY)
    assert contradict(FieldName.FULL_NAME, *other.fields[FieldName.FULL_NAME].readings)


def test_without_a_printed_full_name_none_is_put_together() -> None:
    document = merge([page(PageSide.FRONT, visual(FieldName.SURNAME, "BELL"), mrz=parse_mrz(TD1))], today=TODAY)
    assert FieldName.FULL_NAME not in document.fields


def test_the_century_of_a_birth_is_the_printed_one() -> None:
    """Somebody of 106 years: two digits of the year alone say 2020."""
    old = ("ILSVKBB456987<3<<<<<<<<<<<<<<<", "2003049M3011249SVK<<<<<<<<<<<0", TD1[2])
    birth = visual(FieldName.DATE_OF_BIRTH, "1920-03-04", raw="04.03.1920")
    document = merge([page(PageSide.FRONT, birth, mrz=parse_mrz(old))], today=TODAY)
    assert {reading.value for reading in document.fields[FieldName.DATE_OF_BIRTH].readings} == {"1920-03-04"}
    guessed = visual(FieldName.DATE_OF_BIRTH, "1920-03-04", raw="04.03.20")
    unsure = merge([page(PageSide.FRONT, guessed, mrz=parse_mrz(old))], today=TODAY)
    assert len({reading.value for reading in unsure.fields[FieldName.DATE_OF_BIRTH].readings}) == 2


def test_the_whole_date_is_chosen_over_a_part_of_it() -> None:
    part = ("ILSVKBB456987<3<<<<<<<<<<<<<<<", "8508<<0M3011249SVK<<<<<<<<<<<0", TD1[2])
    birth = visual(FieldName.DATE_OF_BIRTH, "1985-08-06", confidence=0.9)
    document = merge([page(PageSide.FRONT, birth, mrz=parse_mrz(part))], today=TODAY)
    assert document.value(FieldName.DATE_OF_BIRTH) == "1985-08-06"


def test_a_french_card_is_an_identity_card_of_td2_size() -> None:
    lines = ("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6")
    document = RULES.merge([page(PageSide.FRONT, mrz=parse_mrz(lines), size=(1200, 846))])
    assert (document.type.type, document.type.country, document.type.mrtd) == ("identity-card", "FRA", "TD2")
