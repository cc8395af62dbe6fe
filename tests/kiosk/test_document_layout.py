"""Which text is the value of which label, on pages given as lines of text with their places."""

from __future__ import annotations

import math
from dataclasses import replace
from difflib import SequenceMatcher

import pytest

from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.imaging.geometry import box_quad
from kiosk.ports import TextLine
from kiosk.services import document_layout
from kiosk.services.document_fields import context_of, visual_fields
from kiosk.services.document_layout import count_labels
from kiosk.services.document_values import value_of

TODAY = "2026-11-21"


def line(text: str, x: float, y: float, *, height: float = 22, confidence: float = 0.99) -> TextLine:
    return TextLine(text, confidence, box_quad(x, y, x + 0.55 * height * len(text), y + height))


def read(*lines: TextLine, state: str = "") -> dict[FieldName, str]:
    found = visual_fields(lines, PageSide.FRONT, context_of(TODAY, state=state))
    return {name: readings[0].value for name, readings in found.items()}


def column(*texts: str, x: float = 300, top: float = 60, pitch: float = 30) -> list[TextLine]:
    """Small labels over larger values, as most cards have them."""
    return [line(text, x, top + number * pitch, height=16 if number % 2 == 0 else 24) for number, text in enumerate(texts)]


def test_values_below_their_labels() -> None:
    lines = column(
        "Surname", "Bell", "Given names", "Brian", "Nationality", "SVK", "Sex", "M", "Date of birth", "06.08.1985", "ID No.", "BB456987"
    )
    assert read(*lines) == {
        FieldName.SURNAME: "BELL",
        FieldName.GIVEN_NAMES: "BRIAN",
        FieldName.NATIONALITY: "SVK",
        FieldName.GENDER: "M",
        FieldName.DATE_OF_BIRTH: "1985-08-06",
        FieldName.DOCUMENT_NUMBER: "BB456987",
    }


def test_values_right_of_their_labels() -> None:
    pairs = [
        ("Priezvisko", "Vzorová"),
        ("Meno", "Mária"),
        ("Pohlavie", "F"),
        ("Dátum narodenia", "1. 2. 1990"),
        ("Rodné číslo", "905201/1234"),
    ]
    lines = [
        one
        for number, (label, value) in enumerate(pairs)
        for one in (line(label, 40, 60 + 40 * number), line(value, 300, 60 + 40 * number))
    ]
    assert read(*lines) == {
        FieldName.SURNAME: "VZOROVÁ",
        FieldName.GIVEN_NAMES: "MÁRIA",
        FieldName.GENDER: "F",
        FieldName.DATE_OF_BIRTH: "1990-02-01",
        FieldName.PERSONAL_NUMBER: "905201/1234",
    }


def test_values_in_the_line_of_their_label() -> None:
    lines = [
        line("CNP 1850509204994", 40, 60),
        line("Date of birth: 06.08.1985", 40, 100),
        line("Sex: F", 40, 140),
        line("Nationality POL", 40, 180),
    ]
    assert read(*lines) == {
        FieldName.PERSONAL_NUMBER: "1850509204994",
        FieldName.DATE_OF_BIRTH: "1985-08-06",
        FieldName.GENDER: "F",
        FieldName.NATIONALITY: "POL",
    }


def test_two_columns_do_not_steal_from_each_other() -> None:
    lines = [
        *column("Date of issue", "24.11.2020", "Date of birth", "06.08.1985", x=60),
        *column("Date of expiry", "24.11.2030", "Place of birth", "LOS ANGELES", x=460),
    ]
    assert read(*lines) == {
        FieldName.DATE_OF_ISSUE: "2020-11-24",
        FieldName.DATE_OF_EXPIRY: "2030-11-24",
        FieldName.DATE_OF_BIRTH: "1985-08-06",
        FieldName.PLACE_OF_BIRTH: "LOS ANGELES",
    }


def test_labels_in_three_languages_in_one_line() -> None:
    lines = column(
        "01 PRIJMENI/SURNAME/NOM",
        "VZOROVÁ",
        "02 JMÉNO/GIVEN NAMES/PRÉNOM",
        "EVA",
        "04 DATUM NAROZENI/DATE OF BIRTH/DATE DE NAISSANCE",
        "22.06.1969",
    )
    assert read(*lines) == {FieldName.SURNAME: "VZOROVÁ", FieldName.GIVEN_NAMES: "EVA", FieldName.DATE_OF_BIRTH: "1969-06-22"}


def test_two_labels_in_one_line_have_a_value_each() -> None:
    label = line("DATE OF ISSUE/DATE DE DELIVRANCE   DATE OF EXPIRY/DATE D'EXPIRATION", 40, 60, height=16)
    values = [line("29.07.2006", 44, 84), line("29.07.2016", 360, 84)]
    assert read(label, *values) == {FieldName.DATE_OF_ISSUE: "2006-07-29", FieldName.DATE_OF_EXPIRY: "2016-07-29"}


@pytest.mark.parametrize("label", ["Sumame", "Surnarne/Nom", "SURNAME / PRIEZV1SKO", "Prijmeni/Sumame", "Familienname"])
def test_misread_labels_are_still_labels(label: str) -> None:
    assert read(*column(label, "ERIKSSON", "Date of blrth", "12.08.1974")) == {
        FieldName.SURNAME: "ERIKSSON",
        FieldName.DATE_OF_BIRTH: "1974-08-12",
    }


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("Name", "Surname"), {FieldName.GIVEN_NAMES: "ONE", FieldName.SURNAME: "TWO"}),
        (("Name", "Vornamen"), {FieldName.SURNAME: "ONE", FieldName.GIVEN_NAMES: "TWO"}),
        (("Name", "Date of birth"), {FieldName.FULL_NAME: "ONE"}),
    ],
)
def test_what_name_means_depends_on_its_neighbours(labels: tuple[str, str], expected: dict[FieldName, str]) -> None:
    assert read(*column(labels[0], "ONE", labels[1], "TWO")) == expected


def test_an_address_of_several_lines_is_one_value() -> None:
    lines = [
        line("Address", 40, 60, height=14),
        line("5 4th Street", 160, 56),
        line("New York", 160, 84),
        line("Place of birth", 40, 118, height=14),
        line("Los Angeles", 160, 114),
    ]
    assert read(*lines) == {FieldName.ADDRESS: "5 4TH STREET, NEW YORK", FieldName.PLACE_OF_BIRTH: "LOS ANGELES"}


def test_a_period_of_validity_is_issue_and_expiry() -> None:
    assert read(*column("Valabilitate/Validite/Validity", "17.10.03-09.05.2013")) == {
        FieldName.DATE_OF_ISSUE: "2003-10-17",
        FieldName.DATE_OF_EXPIRY: "2013-05-09",
    }


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("SLOVENSKÁ REPUBLIKA", "SVK"),
        ("MAGYAR/HUNGARIAN", "HUN"),
        ("ČESKÁ REPUBLIKA/ CZECH REPUBLIC", "CZE"),
        ("British citizen", "GBR"),
        ("D", "D"),
    ],
)
def test_a_nationality_in_words_becomes_its_code(printed: str, code: str) -> None:
    assert read(*column("Nationality/Nationalité", printed)) == {FieldName.NATIONALITY: code}


@pytest.mark.parametrize(
    ("printed", "letter"), [("M", "M"), ("F/F", "F"), ("N/F", "F"), ("K", "F"), ("Ž/F", "F"), ("male", "M"), ("ŽENA", "F"), ("X", "X")]
)
def test_sexes_as_they_are_printed(printed: str, letter: str) -> None:
    assert read(*column("Sex / Pohlavie", printed)) == {FieldName.GENDER: letter}


def test_a_value_that_cannot_be_one_is_not_taken() -> None:
    assert read(*column("Date of birth", "PRAHA", "Document No.", "BELL", "Sex", "23.05.1980", "Surname", "12345")) == {}


def test_titles_and_signatures_are_not_values() -> None:
    lines = column("Surname / Nom", "PASSPORT", "Signature", "Bell")
    assert FieldName.SURNAME not in read(*lines)


def test_an_authority_that_begins_like_a_title_is_a_value() -> None:
    assert read(*column("Authority / Autorité", "PASSPORT OFFICE")) == {FieldName.ISSUING_AUTHORITY: "PASSPORT OFFICE"}


def test_american_documents_print_the_month_first() -> None:
    assert read(*column("Date of birth", "06/08/1985"), state="USA") == {FieldName.DATE_OF_BIRTH: "1985-06-08"}


@pytest.mark.parametrize(
    ("birth", "issue", "state", "read_as", "asked"),
    [
        ("06/08/1985", "05/07/2020", "", "1985-08-06", True),
        ("06-08-1985", "05-07-2020", "", "1985-08-06", True),
        ("06.08.1985", "05.07.2020", "", "1985-08-06", False),
        ("06/08/1985", "05/07/2020", "SVK", "1985-08-06", False),
        ("06/08/1985", "05/07/2020", "CAN", "1985-08-06", True),
        ("06/08/1985", "25/07/2020", "", "1985-08-06", False),
        ("06/08/1985", "07/25/2020", "", "1985-06-08", False),
        ("06/08/1985", "07/25/2020", "SVK", "1985-06-08", True),
        ("06/08/1985", "25/07/2020", "USA", "1985-08-06", True),
    ],
)
def test_one_order_for_all_dates_of_a_page_and_a_look_where_none_is_told(
    birth: str, issue: str, state: str, read_as: str, asked: bool
) -> None:
    lines = column("Date of birth", birth, "Date of issue", issue)
    found = visual_fields(lines, PageSide.FRONT, context_of(TODAY, state=state))
    assert found[FieldName.DATE_OF_BIRTH][0].value == read_as
    assert (found[FieldName.DATE_OF_BIRTH][0].confidence < OCR_THRESHOLD) is asked
    assert found[FieldName.DATE_OF_ISSUE][0].value.endswith("-07-25" if "25" in issue else "-07-05")


def test_a_date_of_birth_in_the_future_is_no_date_of_birth() -> None:
    assert read(*column("Date of birth", "06.08.2031")) == {}


def test_text_of_another_kind_has_no_labels() -> None:
    prose = [
        "It was the best of times, it was the worst",
        "of times, it was the age of wisdom, it was",
        "the age of foolishness",
        "CHAPTER ONE",
        "42",
    ]
    context = context_of(TODAY)
    assert count_labels([line(text, 40, 40 + 30 * number) for number, text in enumerate(prose)], context) == 0
    assert count_labels(column("Surname", "BELL", "Date of birth", "06.08.1985"), context) == 2


@pytest.mark.parametrize("degrees", [3, 40, 130, 179.9, -90])
def test_a_page_that_lies_aslant_is_read_as_if_it_were_level(degrees: float) -> None:
    """Three degrees: the bounds of a long label reach below the value under it. Without an outline a page lies in the picture anyhow."""
    angle = math.radians(degrees)

    def turned(one: TextLine) -> TextLine:
        a, b, c, d = ((math.cos(angle) * x - math.sin(angle) * y, math.sin(angle) * x + math.cos(angle) * y) for x, y in one.quad)
        return replace(one, quad=(a, b, c, d))

    lines = column("Address / Adresa trvalého pobytu / Adresse", "STANIČNÁ 1", "Date of birth / Dátum narodenia", "06.08.1985", pitch=24)
    assert read(*map(turned, lines)) == {FieldName.ADDRESS: "STANIČNÁ 1", FieldName.DATE_OF_BIRTH: "1985-08-06"}


def test_a_line_that_lies_the_other_way_round_turns_no_page() -> None:
    """The first line is on its head, the others slant by half a degree to either side."""
    texts = ("Address / Adresa trvalého pobytu / Adresse", "STANIČNÁ 1", "Date of birth / Dátum narodenia", "06.08.1985")

    def slanted(one: TextLine, degrees: float) -> TextLine:
        a, b, c, d = ((x, y + (x - 300) * math.tan(math.radians(degrees))) for x, y in one.quad)
        return replace(one, quad=(a, b, c, d))

    rest = map(slanted, column(*texts), (0.5, -0.5, 0.4, -0.4))
    head = line("SPECIMEN PRINTED ABOVE IT", 300, 20)
    a, b, c, d = head.quad
    assert read(replace(head, quad=(c, d, a, b)), *rest) == {FieldName.ADDRESS: "STANIČNÁ 1", FieldName.DATE_OF_BIRTH: "1985-08-06"}


def test_a_specimen_may_be_called_so_and_a_stamp_elsewhere_is_nobodys_name() -> None:
    rest = (line("Given names", 300, 130, height=16), line("ANNA", 300, 150))
    named = (line("Surname", 300, 60, height=16), line("SPECIMEN", 300, 80))
    assert read(*named, *rest)[FieldName.SURNAME] == "SPECIMEN"
    assert read(named[0], line("MUSTERÉ", 300, 80), *rest)[FieldName.SURNAME] == "MUSTERÉ"  # nearly the stamp "MUSTER"
    assert FieldName.SURNAME not in read(named[0], line("SPECIMEN", 700, 400), *rest)
    assert read(named[0], line("BELL", 300, 80), line("SPECIMEN", 330, 104), *rest)[FieldName.SURNAME] == "BELL"


def test_labels_are_not_compared_with_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """12 label lines of a page took 5 ms of processor time for that, twice or thrice a look."""
    compared: list[str] = []

    class Counted(SequenceMatcher[str]):
        def ratio(self) -> float:
            compared.append(self.a)  # type: ignore[attr-defined]
            return super().ratio()

    monkeypatch.setattr(document_layout, "SequenceMatcher", Counted)
    texts = ("Surname / Priezvisko / Nom", "BELL", "Given names / Meno", "ANNA", "Date of birth / Dátum narodenia", "06.08.1985")
    read(*column(*texts))
    assert compared == []
    read(*column("Surname", "MUSTERÉ"))
    assert set(compared) == {"mustere"}


def test_one_letter_in_doubt_makes_the_value_doubtful() -> None:
    lines = column("Surname", "VZOROVÁ", "Given names", "MÁRIA")
    doubted = replace(lines[1], least=0.6)
    found = visual_fields([lines[0], doubted, *lines[2:]], PageSide.FRONT, context_of(TODAY))
    assert found[FieldName.SURNAME][0].confidence < OCR_THRESHOLD < found[FieldName.GIVEN_NAMES][0].confidence


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (FieldName.GIVEN_NAMES, "JEAN, PAUL", "JEAN PAUL"),
        (FieldName.FULL_NAME, "BELL, BRIAN", "BELL, BRIAN"),
        (FieldName.SURNAME, "Ľ'UDOVÍTOVÁ", "ĽUDOVÍTOVÁ"),
        (FieldName.SURNAME, "L'ESTRANGE", "L'ESTRANGE"),
        (FieldName.DOCUMENT_NUMBER, "LVVDPTV44", "LVVDPTV44"),
        (FieldName.DOCUMENT_NUMBER, "PASSPORTNO44", None),
        (FieldName.DOCUMENT_NUMBER, "LICENCE NO. F5132986", None),
        (FieldName.DOCUMENT_NUMBER, "NO. F513 2986", "F5132986"),
    ],
)
def test_how_a_value_is_written(field: FieldName, text: str, value: str | None) -> None:
    found = value_of(field, text, context_of(TODAY))
    assert (found.value if found is not None else None) == value


_CARDS = {
    "it": "Cognome|Nome|Data di nascita|Luogo di nascita|Cittadinanza|Sesso|Data di scadenza|Numero documento",
    "hu": "Családi név|Utónév|Születési idő|Születési hely|Állampolgárság|Nem|Érvényesség|Okmányazonosító",
    "fi": "Sukunimi|Etunimet|Syntymäaika|Syntymäpaikka|Kansalaisuus|Sukupuoli|Viimeinen voimassaolopäivä|Kortin numero",
    "hr": "Prezime|Ime|Datum rođenja|Mjesto rođenja|Državljanstvo|Spol|Vrijedi do|Broj osobne iskaznice",
    "pt": "Apelidos|Nomes próprios|Data de nascimento|Local de nascimento|Nacionalidade|Sexo|Data de validade|Número do documento",
    "sv": "Efternamn|Förnamn|Födelsedatum|Födelseort|Medborgarskap|Kön|Giltigt t.o.m.|Kortnummer",
    "lt": "Pavardė|Vardas|Gimimo data|Gimimo vieta|Pilietybė|Lytis|Galioja iki|Kortelės numeris",
    "sl": "Priimek|Ime|Datum rojstva|Kraj rojstva|Državljanstvo|Spol|Velja do|Številka osebne izkaznice",
    "et": "Perekonnanimi|Eesnimi|Sünniaeg|Sünnikoht|Kodakondsus|Sugu|Kehtiv kuni|Dokumendi number",
    "lv": "Uzvārds|Vārds|Dzimšanas datums|Dzimšanas vieta|Pilsonība|Dzimums|Derīga līdz|Dokumenta numurs",
}


@pytest.mark.parametrize("language", _CARDS)
def test_a_card_without_a_template_is_read_by_labels_of_one_language_alone(language: str) -> None:
    values = ("BELL", "ANNA", "06.08.1985", "HANOVER", "UTO", "F", "24.11.2030", "XA1234567")
    found = read(*column(*(text for pair in zip(_CARDS[language].split("|"), values, strict=True) for text in pair)))
    assert found == {
        FieldName.SURNAME: "BELL",
        FieldName.GIVEN_NAMES: "ANNA",
        FieldName.DATE_OF_BIRTH: "1985-08-06",
        FieldName.PLACE_OF_BIRTH: "HANOVER",
        FieldName.NATIONALITY: "UTO",
        FieldName.GENDER: "F",
        FieldName.DATE_OF_EXPIRY: "2030-11-24",
        FieldName.DOCUMENT_NUMBER: "XA1234567",
    }
