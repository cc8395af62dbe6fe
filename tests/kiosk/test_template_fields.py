"""Fields by template: labels, place and format together; a wrong value is refused rather than given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain.document import FieldName, PageSide, Reading, Source
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.imaging.geometry import box_quad
from kiosk.ports import TextLine
from kiosk.services.document_fields import context_of, visual_fields
from kiosk.services.document_templates import Template, load_template
from kiosk.services.template_fields import _without_short_label, merge_readings, read_fields
from kiosk.services.template_model import Format, TemplateField
from kiosk.services.template_values import BROKEN_CHECK, template_value

SIZE = (1000, 630)
CONTEXT = context_of("2026-11-21")
TOML = """
id = "UTO_identity-card_test"
country = "UTO"
type = "identity-card"
size_mm = [85.60, 53.98]
basis = "a test"
[pages.front]
titles = ["Identity card"]
ignored = ["Height"]
[pages.front.fields.surname]
labels = ["Priezvisko/Surname"]
area = [0.40, 0.20, 0.90, 0.26]
lines = 2
[pages.front.fields.givenNames]
labels = ["Meno/Given names"]
area = [0.40, 0.34, 0.90, 0.40]
[pages.front.fields.dateOfBirth]
labels = ["Date of birth"]
area = [0.40, 0.48, 0.70, 0.54]
patterns = ["DD.MM.YYYY"]
[pages.front.fields.personalNumber]
labels = ["Personal No."]
regex = "\\\\d{10}"
check = "cz-sk-birth-number"
[pages.front.fields.documentNumber]
regex = "[A-Z]{2}\\\\d{6}"
drop = ["SERIA", "NR"]
anywhere = true
[pages.front.fields.dateOfIssue]
labels = ["Validity"]
patterns = ["DD.MM.YY"]
part = "first"
[pages.front.fields.dateOfExpiry]
labels = ["Validity"]
patterns = ["DD.MM.YY"]
part = "last"
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    path: Path = tmp_path_factory.mktemp("templates") / "one.toml"
    path.write_text(TOML, encoding="utf-8")
    return load_template(path)


def line(text: str, x: float, y: float, confidence: float = 0.99, height: float = 0.05) -> TextLine:
    """Places as shares of the page."""
    left, top = x * SIZE[0], y * SIZE[1]
    return TextLine(text, confidence, box_quad(left, top, left + 13 * len(text), top + height * SIZE[1]))


def read(template: Template, *lines: TextLine, placed: bool = True) -> dict[FieldName, Reading]:
    found = read_fields(lines, template, PageSide.FRONT, CONTEXT, size=SIZE if placed else None)
    return {name: readings[0] for name, readings in found.items()}


def test_values_below_their_labels_are_read_with_their_place(template: Template) -> None:
    value = line("NOVÁKOVÁ", 0.40, 0.205)
    found = read(template, line("Priezvisko / Surname", 0.40, 0.155), value)
    assert found[FieldName.SURNAME].value == "NOVÁKOVÁ"
    assert found[FieldName.SURNAME].quad == value.quad
    assert found[FieldName.SURNAME].source is Source.VISUAL_ZONE


def test_a_value_in_its_area_is_read_when_its_label_is_illegible(template: Template) -> None:
    garbled = line("Prvzko Surnare", 0.40, 0.158, 0.5)
    found = read(template, garbled, line("NOVÁKOVÁ", 0.40, 0.205), line("ANNA", 0.40, 0.345))
    assert found[FieldName.SURNAME].value == "NOVÁKOVÁ"
    assert found[FieldName.GIVEN_NAMES].value == "ANNA"
    assert found[FieldName.SURNAME].confidence < 0.99


def test_without_a_place_of_the_page_areas_count_for_nothing(template: Template) -> None:
    assert FieldName.SURNAME not in read(template, line("NOVÁKOVÁ", 0.40, 0.205), placed=False)


def test_badly_read_text_is_not_taken_for_its_place_alone(template: Template) -> None:
    assert FieldName.GIVEN_NAMES not in read(template, line("AMMA", 0.40, 0.345, 0.6))


def test_a_label_in_another_fields_area_is_no_value(template: Template) -> None:
    assert FieldName.GIVEN_NAMES not in read(template, line("Nationality", 0.40, 0.345))


def test_areas_yield_where_the_labels_say_that_the_page_lies_otherwise(template: Template) -> None:
    """The page is cut one row too low: surname's area holds the given name, that of the given names what stands below."""
    found = read(
        template,
        line("Surname", 0.40, 0.015),
        line("NOVÁKOVÁ", 0.40, 0.065),
        line("Date of birth", 0.40, 0.295),
        line("03.02.1990", 0.40, 0.345),
        line("ANNA", 0.40, 0.205),
        line("KOŠICE", 0.60, 0.345),
    )
    assert found[FieldName.SURNAME].value == "NOVÁKOVÁ"
    assert found[FieldName.DATE_OF_BIRTH].value == "1990-02-03"
    assert FieldName.GIVEN_NAMES not in found


def test_a_field_without_a_label_is_found_where_the_labelled_ones_say_that_the_page_lies(template: Template) -> None:
    """The page takes the middle of the picture: three values by their labels tell where the fourth stands."""

    def there(text: str, x: float, y: float, height: float = 0.05) -> TextLine:
        return line(text, 0.2 + 0.6 * x, 0.25 + 0.5 * y, height=0.5 * height)

    lines = (
        there("Identity card", 0.1, 0.05),
        there("Priezvisko/Surname", 0.4, 0.15),
        there("VZOROVÁ", 0.4, 0.205),
        there("Date of birth", 0.4, 0.43),
        there("01.02.1990", 0.4, 0.485),
        there("MÁRIA", 0.4, 0.345),
        there("Place", 0.7, 0.72),
        there("PRÍSTAV", 0.7, 0.775),
    )
    page = template.pages[PageSide.FRONT]
    fields = {
        **page.fields,
        FieldName.PLACE_OF_BIRTH: replace(
            page.fields[FieldName.GIVEN_NAMES], name=FieldName.PLACE_OF_BIRTH, labels=("Place",), area=(0.7, 0.77, 0.95, 0.83)
        ),
        FieldName.SURNAME: replace(page.fields[FieldName.SURNAME], lines=1),
    }
    placed = replace(template, pages={PageSide.FRONT: replace(page, fields=fields)})
    found = {name: readings[0] for name, readings in read_fields(lines, placed, PageSide.FRONT, CONTEXT, size=SIZE).items()}
    assert found[FieldName.GIVEN_NAMES].value == "MÁRIA"
    assert found[FieldName.GIVEN_NAMES].quad == lines[5].quad


def test_a_number_that_may_have_swallowed_its_fields_number_is_doubted(template: Template) -> None:
    field = replace(
        template.pages[PageSide.FRONT].fields[FieldName.GIVEN_NAMES], name=FieldName.ADDRESS, format=Format.TEXT, drop=("8",), lines=2
    )
    clear, glued = (template_value(field, text, CONTEXT) for text in ("8 5 STATION ROAD", "85 STATION ROAD"))
    assert clear is not None
    assert glued is not None
    assert (clear.value, clear.fit) == ("5 STATION ROAD", 1.0)
    assert glued.fit == BROKEN_CHECK


def test_a_fields_number_without_a_blank_behind_it_is_no_part_of_a_name(template: Template) -> None:
    field = replace(template.pages[PageSide.FRONT].fields[FieldName.GIVEN_NAMES], drop=("2",))
    value = template_value(field, "2ROSE-MARIE, ANN", CONTEXT)
    assert value is not None
    assert value.value == "ROSE-MARIE ANN"


def test_without_labels_areas_are_trusted_only_where_most_of_them_hold_what_they_should(template: Template) -> None:
    shifted = read(template, line("ANNA", 0.40, 0.205), line("03.02.1990", 0.40, 0.345), line("BRATISLAVA", 0.40, 0.485))
    assert shifted == {}
    right = read(template, line("NOVÁKOVÁ", 0.40, 0.205), line("ANNA", 0.40, 0.345), line("03.02.1990", 0.40, 0.485))
    assert right.keys() == {FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.DATE_OF_BIRTH}


def test_a_date_of_another_form_is_no_value(template: Template) -> None:
    assert FieldName.DATE_OF_BIRTH not in read(template, line("Date of birth", 0.40, 0.43), line("1990-02-03", 0.40, 0.485))


@pytest.mark.parametrize("text", ["03.02.1990", "03 02 1990", "03.021990", "O3.02.199O"])
def test_a_date_survives_lost_separators_and_letters_for_digits(template: Template, text: str) -> None:
    assert read(template, line("Date of birth", 0.40, 0.43), line(text, 0.40, 0.485))[FieldName.DATE_OF_BIRTH].value == "1990-02-03"


def test_a_date_that_is_none_or_yet_to_come_is_no_date_of_birth(template: Template) -> None:
    for text in ("31.02.1990", "03.02.2031"):
        assert FieldName.DATE_OF_BIRTH not in read(template, line("Date of birth", 0.40, 0.43), line(text, 0.40, 0.485))


@pytest.mark.parametrize(
    ("country", "issued", "read_as", "asked"),
    [("*", "05/07/2020", "1985-08-06", True), ("SVK", "05/07/2020", "1985-08-06", False), ("*", "07/25/2020", "1985-06-08", False)],
)
def test_a_date_without_a_pattern_is_read_as_the_templates_state_or_the_page_tells(
    template: Template, country: str, issued: str, read_as: str, asked: bool
) -> None:
    front = template.pages[PageSide.FRONT]
    birth = replace(front.fields[FieldName.DATE_OF_BIRTH], patterns=())
    free = replace(front, fields={**front.fields, FieldName.DATE_OF_BIRTH: birth})
    other = replace(template, country=country, pages={**template.pages, PageSide.FRONT: free})
    found = read(other, line("Date of birth", 0.40, 0.43), line("06/08/1985", 0.40, 0.485), line(issued, 0.40, 0.8))
    assert found[FieldName.DATE_OF_BIRTH].value == read_as
    assert (found[FieldName.DATE_OF_BIRTH].confidence < OCR_THRESHOLD) is asked


def test_a_period_gives_both_its_dates(template: Template) -> None:
    found = read(template, line("Validity", 0.10, 0.80), line("17.10.19-09.05.29", 0.10, 0.85))
    assert found[FieldName.DATE_OF_ISSUE].value == "2019-10-17"
    assert found[FieldName.DATE_OF_EXPIRY].value == "2029-05-09"


def test_half_a_period_says_nothing(template: Template) -> None:
    found = read(template, line("Validity", 0.10, 0.80), line("17.10.19", 0.10, 0.85))
    assert not {FieldName.DATE_OF_ISSUE, FieldName.DATE_OF_EXPIRY} & found.keys()


def test_a_number_whose_check_digit_holds_is_proven(template: Template) -> None:
    found = read(template, line("Personal No.", 0.10, 0.60), line("695622/0612", 0.10, 0.65))
    assert found[FieldName.PERSONAL_NUMBER].value == "6956220612"
    assert found[FieldName.PERSONAL_NUMBER].proven


def test_a_number_that_breaks_its_rule_is_kept_as_printed_and_doubted(template: Template) -> None:
    found = read(template, line("Personal No.", 0.10, 0.60), line("695622/0613", 0.10, 0.65))
    assert found[FieldName.PERSONAL_NUMBER].value == "6956220613"
    assert not found[FieldName.PERSONAL_NUMBER].proven
    assert found[FieldName.PERSONAL_NUMBER].confidence < 0.92 * 0.99


def test_a_lookalike_is_put_right_where_only_one_number_can_be_meant(template: Template) -> None:
    field = template.pages[PageSide.FRONT].fields[FieldName.DOCUMENT_NUMBER]
    value = template_value(field, "HD 1980Z5", CONTEXT)
    assert value is not None
    assert value.value == "HD198025"
    assert value.fit < 1.0
    # three letters where digits belong are another number, not a misread one
    assert template_value(field, "HD ISBOZS", CONTEXT) is None


def test_nothing_is_mended_into_a_number_that_breaks_its_rule(template: Template) -> None:
    field = template.pages[PageSide.FRONT].fields[FieldName.PERSONAL_NUMBER]
    assert template_value(field, "69S622/0613", CONTEXT) is None
    broken = template_value(field, "695622/0613", CONTEXT)
    assert broken is not None
    assert broken.fit == BROKEN_CHECK


def test_a_number_without_a_label_is_found_by_its_form_in_one_piece_or_two(template: Template) -> None:
    assert read(template, line("SERIA HD NR 198025", 0.5, 0.1))[FieldName.DOCUMENT_NUMBER].value == "HD198025"
    found = read(template, line("SERIA HD", 0.50, 0.1), line("NR 198025", 0.615, 0.1))
    assert found[FieldName.DOCUMENT_NUMBER].value == "HD198025"


def test_of_two_texts_of_a_numbers_form_none_is_taken(template: Template) -> None:
    assert FieldName.DOCUMENT_NUMBER not in read(template, line("HD198025", 0.5, 0.1), line("KX555444", 0.5, 0.8))


def test_a_name_of_two_lines_is_one_and_the_next_fields_value_is_not_part_of_it(template: Template) -> None:
    label, first = line("Surname", 0.40, 0.155), line("VELMI DLHÉ", 0.40, 0.205)
    assert read(template, label, first, line("SEDEMSLIVKOVÁ", 0.40, 0.256))[FieldName.SURNAME].value == "VELMI DLHÉ SEDEMSLIVKOVÁ"
    apart = line("ANNA", 0.40, 0.345)
    assert read(template, label, first, apart)[FieldName.SURNAME].value == "VELMI DLHÉ"


def test_a_label_of_what_is_not_read_takes_its_value(template: Template) -> None:
    found = read(template, line("Height", 0.40, 0.29), line("ANNA", 0.40, 0.345), line("Surname", 0.40, 0.155), line("NOVÁ", 0.40, 0.205))
    assert found[FieldName.SURNAME].value == "NOVÁ"


def test_generic_labels_fill_what_the_template_does_not_know(template: Template) -> None:
    lines = [line("Surname", 0.40, 0.155), line("NOVÁ", 0.40, 0.205), line("Place of birth", 0.1, 0.7), line("KOŠICE", 0.1, 0.75)]
    own = read_fields(lines, template, PageSide.FRONT, CONTEXT, size=SIZE)
    merged = merge_readings(own, visual_fields(lines, PageSide.FRONT, CONTEXT), template, PageSide.FRONT, CONTEXT)
    assert FieldName.PLACE_OF_BIRTH not in own
    assert merged[FieldName.PLACE_OF_BIRTH][0].value == "KOŠICE"
    assert merged[FieldName.SURNAME] == own[FieldName.SURNAME]


def test_a_generic_reading_that_does_not_fit_the_templates_format_is_left_out(template: Template) -> None:
    reading = Reading("X123", Source.VISUAL_ZONE, 0.99, PageSide.FRONT, None, "X123")
    generic = {
        FieldName.PERSONAL_NUMBER: (reading,),
        FieldName.DOCUMENT_NUMBER: (Reading("HD198025", Source.VISUAL_ZONE, 0.9, raw="HD198025"),),
    }
    merged = merge_readings({}, generic, template, PageSide.FRONT, CONTEXT)
    assert merged.keys() == {FieldName.DOCUMENT_NUMBER}


def test_the_legend_on_a_known_back_gives_no_name(template: Template) -> None:
    """ "2. Other names" above the list of classes explains the front."""
    two_sided = replace(template, pages={**template.pages, PageSide.BACK: replace(template.pages[PageSide.FRONT], fields={})})
    generic = {FieldName.GIVEN_NAMES: (Reading("GROUP", Source.VISUAL_ZONE, 0.97, PageSide.BACK, None, "GROUP"),)}
    assert merge_readings({}, generic, two_sided, PageSide.BACK, CONTEXT) == {}
    assert merge_readings({}, generic, template, PageSide.BACK, CONTEXT).keys() == {FieldName.GIVEN_NAMES}


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("àZÉNITH", "ZÉNITH"),
        ("aŁÓDŹ", "ŁÓDŹ"),
        ("à : PARIS", "PARIS"),
        ("ŽILINA", "ŽILINA"),
        ("deGAULLE", "deGAULLE"),
        ("ŁÓDŹ", "ŁÓDŹ"),
        ("tSIONAINN", "tSIONAINN"),
        ("hÉIREANN", "hÉIREANN"),
        ("ağaç", "ağaç"),
    ],
)
def test_a_label_of_one_small_letter_is_no_part_of_a_place(read: str, value: str) -> None:
    assert _without_short_label(TemplateField(FieldName.PLACE_OF_BIRTH, Format.TEXT, labels=("à",)), read) == value


@pytest.mark.parametrize(("name", "labels"), [(FieldName.SURNAME, ("à",)), (FieldName.PLACE_OF_BIRTH, ("Lieu de naissance",))])
def test_a_small_letter_before_capitals_is_cut_from_no_name_and_from_no_place_without_such_a_label(
    name: FieldName, labels: tuple[str, ...]
) -> None:
    field = TemplateField(name, Format.NAME, labels=labels)
    for read in ("dARTAGNAN", "hÉIREANN", "àPARIS"):
        assert _without_short_label(field, read) == read


@pytest.mark.parametrize(
    ("read", "value"),
    [("1. JASENSKÁ", "JASENSKÁ"), ("1JASENSKÁ", "JASENSKÁ"), ("LI JASENSKÁ", "LI JASENSKÁ"), ("1 I WAYAN", "I WAYAN")],
)
def test_the_number_one_of_a_field_is_no_part_of_its_value(read: str, value: str) -> None:
    field = TemplateField(FieldName.SURNAME, Format.NAME, drop=("1",))
    found = template_value(field, read, CONTEXT)
    assert found is not None
    assert (found.value, found.fit) == (value, 1.0)


@pytest.mark.parametrize("read", ["Ļ JASENSKÁ", "l. JASENSKÁ", "I JASENSKÁ", "L. JASENSKÁ", "| JASENSKÁ"])
def test_a_letter_that_is_the_fields_number_or_part_of_the_name_asks_for_a_look(read: str) -> None:
    """A misread 1, "I WAYAN" of Bali or an initial: the text alone does not tell."""
    field = TemplateField(FieldName.SURNAME, Format.NAME, drop=("1",))
    found = template_value(field, read, CONTEXT)
    assert found is not None
    assert (found.value, found.fit) == ("JASENSKÁ", BROKEN_CHECK)
    assert template_value(replace(field, drop=()), "I WAYAN", CONTEXT).value == "I WAYAN"  # type: ignore[union-attr]


def test_a_number_that_may_stand_anywhere_is_found_behind_a_label_that_was_half_lost(template: Template) -> None:
    found = read(template, line("NALE D'IDENTITÉ N°:AB123456", 0.4, 0.8))
    assert found[FieldName.DOCUMENT_NUMBER].value == "AB123456"
    found = read(template, line("NALE D'IDENTITÉ N°:AB123456", 0.4, 0.8), line("CD654321", 0.4, 0.9))
    assert FieldName.DOCUMENT_NUMBER not in found, "two texts fit"
