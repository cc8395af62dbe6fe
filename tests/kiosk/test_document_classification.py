"""What a document is: by template, MRZ and print; rather no template than a wrong one; what is odd about its pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.document import (
    DocumentPage,
    Field,
    FieldName,
    PageFinding,
    PageQuality,
    PageSide,
    Reading,
    Source,
    SupportLevel,
    SupportMethod,
)
from kiosk.domain.mrz import Mrz, parse_mrz
from kiosk.domain.mrz_layout import check_digit
from kiosk.services.document_classification import Advice, PageClass, classify_document, classify_page
from kiosk.services.document_templates import load_templates
from kiosk.services.template_match import evidence_from, evidence_of

TODAY = "2026-11-21"
ID1 = (1200, 757)
ID3 = (1200, 845)

CZE_PASSPORT = (
    "CESTOVNÍ PAS/PASSPORT/PASSEPORT",
    "ČESKÁ REPUBLIKA/CZECH REPUBLIC/RÉPUBLIQUE TCHÈQUE",
    "PŘÍJMENÍ/SURNAME/NOM",
    "JMÉNO/GIVEN NAMES/PRÉNOM",
    "DATUM NAROZENÍ/DATE OF BIRTH/DATE DE NAISSANCE",
    "PLATNOST DO/DATE OF EXPIRY/DATE D'EXPIRATION",
)
POL_FRONT = (
    "RZECZPOSPOLITA POLSKA",
    "DOWÓD OSOBISTY / IDENTITY CARD",
    "NAZWISKO / SURNAME",
    "IMIONA / GIVEN NAMES",
    "OBYWATELSTWO / NATIONALITY",
    "DATA URODZENIA / DATE OF BIRTH",
    "PŁEĆ / SEX",
    "TERMIN WAŻNOŚCI / EXPIRY DATE",
)
POL_BACK = (
    "NUMER PESEL / PERSONAL NUMBER",
    "MIEJSCE URODZENIA / PLACE OF BIRTH",
    "DATA WYDANIA / DATE OF ISSUE",
    "ORGAN WYDAJĄCY / ISSUING AUTHORITY",
)
DEU_FRONT = (
    "BUNDESREPUBLIK DEUTSCHLAND",
    "FEDERAL REPUBLIC OF GERMANY",
    "PERSONALAUSWEIS",
    "Name/Surname/Nom",
    "Vornamen/Given names/Prénoms",
    "Geburtstag/Date of birth/Date de naissance",
    "Staatsangehörigkeit/Nationality/Nationalité",
    "Geburtsort/Place of birth/Lieu de naissance",
    "Gültig bis/Date of expiry/Date d'expiration",
)
DEU_BACK = ("Anschrift/Address/Adresse", "Datum/Date/Date", "Behörde/Authority/Autorité", "Augenfarbe/Colour of eyes/Couleur des yeux")


def td3(state: str, *, code: str = "P<", broken: bool = False) -> Mrz:
    number, birth, expiry, optional = "123456789", "800101", "330101", "<" * 14
    second = (
        f"{number}{check_digit(number)}{state:<3}".replace(" ", "<")
        + f"{birth}{check_digit(birth)}F{expiry}{check_digit(expiry)}{optional}<"
    )
    whole = second[:10] + second[13:20] + second[21:43]
    digit = (check_digit(whole) + broken) % 10
    return parse_mrz((f"{code}{state:<3}".replace(" ", "<").ljust(5, "<") + "NOVAK<<ANNA".ljust(39, "<"), f"{second}{digit}"))


def td1(state: str, *, code: str = "ID", expiry: str = "330101") -> Mrz:
    number, birth = "123456789", "800101"
    first = f"{code}{state.ljust(3, '<')}{number}{check_digit(number)}".ljust(30, "<")
    start = f"{birth}{check_digit(birth)}F{expiry}{check_digit(expiry)}{state.ljust(3, '<')}".ljust(29, "<")
    digit = check_digit(first[5:30] + start[0:7] + start[8:15] + start[18:29])
    return parse_mrz((first, f"{start}{digit}", "NOVAK<<ANNA".ljust(30, "<")))


def page(
    texts: tuple[str, ...],
    mrz: Mrz | None = None,
    *,
    side: PageSide = PageSide.FRONT,
    size: tuple[int, int] = ID1,
    issued: str = "",
    expires: str = "",
    labels: int = 4,
) -> DocumentPage:
    """As the reader gives one: so many printed fields, their dates where given."""
    printed = [(FieldName.DATE_OF_ISSUE, issued), (FieldName.DATE_OF_EXPIRY, expires)]
    names = [
        FieldName.SURNAME,
        FieldName.GIVEN_NAMES,
        FieldName.GENDER,
        FieldName.PLACE_OF_BIRTH,
        FieldName.ADDRESS,
        FieldName.DATE_OF_BIRTH,
    ]
    values = [(name, value) for name, value in printed if value] + [(name, "X") for name in names[:labels]]
    fields = tuple(Field(name, (Reading(value, Source.VISUAL_ZONE, 0.9),)) for name, value in values)
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    return DocumentPage(side, corners, 0.9, size, PageQuality(1, 1, 1, size[0]), fields, mrz, text_lines=texts)


def classed(one: DocumentPage, advice: Advice | None = None) -> PageClass:
    return classify_page(evidence_of(one, TODAY), advice=advice)


def test_a_states_passport_is_known_by_its_mrz_and_titles() -> None:
    kind = classed(page(CZE_PASSPORT, td3("CZE"), size=ID3)).type
    assert (kind.country, kind.type, kind.edition, kind.mrtd) == ("CZE", "passport", "2006", "TD3")
    assert kind.template == "CZE_passport_2006"
    assert (kind.support, kind.method) == (SupportLevel.FULL_SUPPORT, SupportMethod.FULL_TEMPLATE_SUPPORT)


def test_an_edition_is_told_by_what_the_other_does_not_print() -> None:
    older = ("ČESKÁ REPUBLIKA/CZECH REPUBLIC", "CESTOVNÍ PAS / PASSPORT", "PŘÍJMENÍ/SURNAME", "JMÉNO/GIVEN NAMES")
    assert classed(page(older, td3("CZE"), size=ID3)).type.edition == "2000-2006"


def test_any_other_passport_is_read_as_the_icao_page() -> None:
    kind = classed(page(("NEW ZEALAND", "PASSPORT"), td3("NZL"), size=ID3, labels=6)).type
    assert (kind.country, kind.type) == ("NZL", "passport")
    assert (kind.support, kind.method) == (SupportLevel.FULL_SUPPORT, SupportMethod.GLOBAL_PASSPORT_SUPPORT)


def test_an_mrz_alone_is_no_full_support() -> None:
    kind = classed(page((), td3("NZL"), size=ID3, labels=0)).type
    assert (kind.support, kind.method, kind.mrtd) == (SupportLevel.MRZ_EXTRACTION_ONLY, None, "TD3")


def test_labels_without_a_template_are_generic_support() -> None:
    kind = classed(page(("REPUBLIC OF UTOPIA", "LIBRARY CARD", "Surname", "Given names"), labels=3)).type
    assert (kind.support, kind.method, kind.template) == (SupportLevel.GENERIC_SUPPORT, None, "")


def test_nothing_known_is_not_supported() -> None:
    assert classed(page(("MENU OF THE DAY",), labels=0)).type.support is SupportLevel.NOT_SUPPORTED


def test_a_card_front_is_known_by_its_title_and_its_state() -> None:
    found = classed(page(POL_FRONT, expires="2033-01-01"))
    assert (found.type.template, found.side) == ("POL_identity-card_2019", PageSide.FRONT)


def test_a_title_without_its_state_is_not_enough() -> None:
    """The card of another state in the same language prints "Dowód osobisty", too."""
    match = classed(page(("RZECZPOSPOLITA UTOPIJSKA", *POL_FRONT[1:]))).match
    assert match is None or match.template.country == "UTO"


@pytest.mark.parametrize("state", ["Slovenská republika/Slovak Republic", "SLOVENSKA REPUBLIKA"])
def test_states_that_differ_by_one_word_are_told_apart(state: str) -> None:
    found = classed(page((state, "Surname", "Given names")))
    assert found.match is None or found.match.template.country == "SVK"


def test_another_states_mrz_rules_a_template_out() -> None:
    match = classed(page(CZE_PASSPORT, td3("SVK"), size=ID3, labels=0)).match
    assert match is None or match.template.country != "CZE"


def test_an_mrz_and_some_labels_do_not_make_an_edition() -> None:
    assert classed(page(("Adresa/Address", "Something else"), td1("SVK"), side=PageSide.BACK)).match is None


def test_a_residence_permit_is_not_the_identity_card_of_its_state() -> None:
    found = classed(page(DEU_BACK, td1("D", code="AR"), side=PageSide.BACK))
    assert found.match is None


def test_editions_are_told_apart_by_the_date_of_issue() -> None:
    assert classed(page(DEU_BACK, td1("D", expiry="290601"), side=PageSide.BACK, issued="2019-06-02")).type.edition == "2010-2021"
    assert classed(page(DEU_BACK, td1("D", expiry="330601"), side=PageSide.BACK, issued="2023-06-02")).type.edition == "2021"


def test_an_edition_that_two_dates_of_issue_leave_open_is_not_guessed() -> None:
    """Valid until 2028: issued 2018 for ten years, or 2022 for six."""
    found = classed(page(DEU_FRONT, expires="2028-03-01"))
    assert found.match is not None
    assert not found.match.edition_sure
    assert (found.type.country, found.type.type, found.type.edition, found.type.template) == ("DEU", "identity-card", "", "")


def test_the_back_settles_the_edition_of_the_front() -> None:
    front = page(DEU_FRONT, expires="2028-03-01")
    back = page(DEU_BACK, td1("D", expiry="280301"), side=PageSide.BACK, issued="2022-03-02")
    found = classify_document([front, back], today=TODAY)
    assert {one.type.template for one in found.pages} == {"DEU_identity-card_2021"}
    assert (found.type.edition, found.type.mrtd) == ("2021", "TD1")
    assert found.findings[1] == ()


def test_a_back_that_tells_little_is_known_by_its_front() -> None:
    back = page(POL_BACK[:2], td1("POL", code="I<"), side=PageSide.BACK, issued="2021-05-05")
    assert classed(back).match is None
    found = classify_document([page(POL_FRONT, expires="2031-05-05"), back], today=TODAY)
    assert found.pages[1].type.template == "POL_identity-card_2019"
    assert found.pages[1].side is PageSide.BACK


def test_a_page_of_another_document_is_a_mismatch() -> None:
    pages = [page(POL_FRONT, expires="2031-05-05"), page(DEU_BACK, td1("D", expiry="330601"), side=PageSide.BACK, issued="2023-06-02")]
    found = classify_document(pages, today=TODAY)
    assert PageFinding.DOCUMENT_TYPE_MISMATCH_BETWEEN_PAGES in found.findings[1]
    assert found.findings[0] == ()


def test_a_back_of_an_edition_that_the_front_cannot_be_of_is_another_documents() -> None:
    """The front may be of either of two editions; the back is surely of a third."""
    templates = list(load_templates())
    last = next(one for one in templates if one.id == "DEU_identity-card_2021")
    templates[templates.index(last)] = replace(last, issued_to="2024-12-31")
    templates.append(replace(last, id="DEU_identity-card_2025", edition="2025", issued_from="2025-01-01"))
    front = page(DEU_FRONT, expires="2028-03-01")
    back = page(DEU_BACK, td1("D", expiry="360301"), side=PageSide.BACK, issued="2026-03-02")
    alone = classify_document([front], today=TODAY, templates=templates).pages[0].match
    assert alone is not None
    assert set(alone.editions) == {"DEU_identity-card_2010", "DEU_identity-card_2021"}
    found = classify_document([front, back], today=TODAY, templates=templates)
    assert found.pages[1].type.template == "DEU_identity-card_2025"
    assert PageFinding.DOCUMENT_TYPE_MISMATCH_BETWEEN_PAGES in found.findings[1]


def test_a_back_alone_misses_its_front_until_it_comes() -> None:
    back, front = page(DEU_BACK, td1("D", expiry="330601"), side=PageSide.BACK, issued="2023-06-02"), page(DEU_FRONT, expires="2033-06-01")
    found = classify_document([back, front], today=TODAY)
    assert found.findings[0] == (PageFinding.MISSING_FRONT_PAGE,)
    assert PageFinding.MISSING_FRONT_PAGE not in found.findings[1]


def test_an_unknown_page_is_said_to_be_one() -> None:
    found = classify_document([page(("MENU OF THE DAY",), labels=0, side=PageSide.UNKNOWN)], today=TODAY)
    assert found.findings == ((PageFinding.DOCUMENT_TYPE_NOT_RECOGNIZED,),)


def test_a_page_that_a_later_one_makes_another_has_changed() -> None:
    """Handed in first as the only page of its kind, the front was of one edition; the back says that it is of the other."""
    front = page(DEU_FRONT, expires="2028-03-01")
    back = page(DEU_BACK, td1("D", expiry="280301"), side=PageSide.BACK, issued="2022-03-02")
    found = classify_document([front, back], today=TODAY)
    # from "one of two editions" to one of them is knowing more, not a change
    assert PageFinding.PAGE_CLASSIFICATION_CHANGED not in found.findings[1]
    bare = page(("Adresa", "Place"), side=PageSide.UNKNOWN, labels=2)
    known = classify_document([page(POL_BACK[:2], side=PageSide.UNKNOWN, labels=2), page(POL_FRONT, expires="2031-05-05")], today=TODAY)
    assert PageFinding.PAGE_CLASSIFICATION_CHANGED in known.findings[1]
    assert classify_document([bare], today=TODAY).findings == ((),)


def test_advice_restricts_what_a_document_may_be() -> None:
    passport = page(CZE_PASSPORT, td3("CZE"), size=ID3)
    assert classed(passport, Advice(countries=("cze", "svk"), types=("passport",), mrtds=("td3",))).type.template == "CZE_passport_2006"
    for other in (Advice(countries=("svk",)), Advice(types=("identity-card",)), Advice(mrtds=("td1",))):
        kind = classed(passport, other).type
        assert (kind.support, kind.country, kind.template) == (SupportLevel.NOT_SUPPORTED, "", "")
    assert classed(passport, Advice(editions=("2000-2006",))).type.template == ""


def test_the_print_tells_the_side_whatever_was_asked_for() -> None:
    found = classed(page(POL_FRONT, side=PageSide.BACK, expires="2033-01-01"))
    assert found.side is PageSide.FRONT


def test_a_misread_title_still_counts_and_a_page_of_another_shape_does_not() -> None:
    misread = tuple(text.replace("CESTOVNÍ", "CESTDVNl").replace("TCHÈQUE", "TCHÉOUE") for text in CZE_PASSPORT)
    assert classed(page(misread, td3("CZE"), size=ID3)).type.template == "CZE_passport_2006"
    assert classed(page(POL_FRONT, size=(1000, 990), expires="2033-01-01")).match is None


def test_lines_of_the_mrz_are_no_titles() -> None:
    evidence = evidence_from(("P<CZENOVAK<<ANNA<<<<<<<<", "PASSPORT"), None, {}, today=TODAY)
    assert evidence.texts == ("PASSPORT",)


@pytest.mark.parametrize(
    ("printed", "template"),
    [
        (("REPUBLICA UTOPIA", "CARTE DE IDENTITATE"), "specimen-id-ro"),
        (("REPUBLICA UTOPIA", "CARTE D'IDENTITÉ"), ""),  # other documents of the state print that as well
        (("REPUBLICA UTOPIA", "IDENTITY CARD"), ""),
        (("REPUBLICA UTOPIA",), ""),
    ],
)
def test_part_of_a_title_tells_a_document_if_no_other_of_the_state_prints_it(printed: tuple[str, ...], template: str) -> None:
    mrz = parse_mrz(("IDUTOEXEMPLARU<<STEFANIA<<<<<<<<<<<<", "ZH650094<2UTO7610134F3105087<<<<<<<0"))
    assert mrz is not None
    evidence = evidence_from(printed, mrz, {}, today=TODAY)
    assert classify_page(evidence).type.template == template
