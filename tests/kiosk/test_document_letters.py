"""Accents that were read with doubt: chosen by the document's languages, never made certain by an MRZ that does not print them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.document import FieldName, PageSide, Source
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.domain.mrz import parse_mrz
from kiosk.domain.national_letters import languages_of, letters_of
from kiosk.engines.text_alphabet import Alphabet
from kiosk.engines.text_marks import MarkReader, base_of
from kiosk.engines.text_reader import text_line
from kiosk.ports import LetterDoubt, TextLine
from kiosk.services.document_boxes import box_of
from kiosk.services.document_checks import uncertain_fields
from kiosk.services.document_letters import languages_read, respelled
from kiosk.services.document_merge import merge
from kiosk.services.document_templates import check_template, load_templates
from kiosk.services.document_words import load_words
from tests.kiosk.test_document_merge import TD3, TODAY, page, visual

QUAD = ((0.0, 0.0), (90.0, 0.0), (90.0, 20.0), (0.0, 20.0))


def line(text: str, *doubts: LetterDoubt, least: float = 1.0, rest: float | None = 1.0) -> TextLine:
    marks = min((doubt.ways[0][1] for doubt in doubts), default=1.0)
    return TextLine(text, 0.97, QUAD, least, marks, doubts, rest)


def doubt(place: int, *ways: tuple[str, float], sure: float = 1.0) -> LetterDoubt:
    return LetterDoubt(place, sure, ways)


@pytest.mark.parametrize(
    ("text", "place", "ways", "language", "spelled"),
    [
        ("PIŇON", 2, (("Ň", 0.6), ("Ñ", 0.38)), "es", "PIÑON"),
        ("ĖVA", 0, (("Ė", 0.55), ("É", 0.4)), "hu", "ÉVA"),
        ("KĻAVA", 1, (("Ļ", 0.6), ("Ĺ", 0.3)), "lv", "KĻAVA"),
        ("KOĻAR", 2, (("Ļ", 0.6), ("L", 0.3)), "cs", "KOLAR"),
        ("Élan", 0, (("É", 0.6), ("E", 0.3)), "fr", "Élan"),
    ],
)
def test_a_doubted_letter_is_one_of_the_documents_languages(
    text: str, place: int, ways: tuple[tuple[str, float], ...], language: str, spelled: str
) -> None:
    (found,) = respelled([line(text, doubt(place, *ways), least=ways[0][1])], [language])
    assert found.text == spelled


def test_a_foreign_letter_that_was_read_clearly_stays() -> None:
    (found,) = respelled([line("ŁUKASZ", doubt(0, ("Ł", 0.96), ("L", 0.03)), least=0.96)], ["de"])
    assert found.text == "ŁUKASZ"
    assert respelled([line("ŁUKASZ")], ["de"]) == (line("ŁUKASZ"),)


def test_without_a_language_everything_stays_as_it_was_read() -> None:
    lines = (line("PIŇON", doubt(2, ("Ň", 0.6), ("Ñ", 0.38)), least=0.6),)
    assert respelled(lines, []) == lines


def test_a_foreign_letter_that_was_doubted_asks_for_a_look() -> None:
    """Blurred, È is taken for Ė with a probability of 0.989."""
    (foreign,) = respelled([line("INĖS", doubt(2, ("Ė", 0.989), ("È", 0.009)), least=0.989)], ["fr"])
    assert foreign.text == "INĖS"
    assert box_of(foreign).sureness < OCR_THRESHOLD
    assert box_of(foreign).accents < OCR_THRESHOLD, "an MRZ that says the same does not print accents"
    (own,) = respelled([line("INĖS", doubt(2, ("Ė", 0.989), ("È", 0.009)), least=0.989)], ["lt"])
    assert box_of(own).sureness > OCR_THRESHOLD


def test_the_languages_of_labels_make_no_letter_surer_than_it_was_read() -> None:
    """French stands on every visa: WZÓR, whose Ô had 0.65, is no French name."""
    ways = (("Ô", 0.649), ("Ó", 0.216), ("Ò", 0.113))
    (told,) = respelled([line("WZÔR", doubt(2, *ways), least=0.649)], ["fr"])
    (labelled,) = respelled([line("WZÔR", doubt(2, *ways), least=0.649)], ["fr"], told=False)
    assert told.marks > 0.9
    assert labelled.marks == pytest.approx(0.649)
    assert box_of(labelled).accents < OCR_THRESHOLD


def test_labels_tell_the_languages_of_a_document_whose_state_does_not() -> None:
    words = load_words()
    page_lines = [line("Surname / Priezvisko / Nom"), line("Given names/Meno"), line("ANNA KATARÍŅA")]
    assert languages_read(page_lines, words) == ("fr", "sk")
    assert languages_read([line("Surname"), line("Given names")], words) == (), "English is printed everywhere"
    assert languages_read([line("NOMBRE Y CHIEN")], words) == (), "a label is a line or stands between slashes"


@pytest.mark.parametrize("share", [0.94, 0.9, 0.6])
def test_the_languages_of_labels_change_no_letter_and_doubt_foreign_ones(share: float) -> None:
    """One label "Nom" makes ŠIMEK no French name."""
    languages = languages_read([line("Nom")], load_words())
    read = line("ŠIMEK", doubt(0, ("Š", share), ("S", round(0.995 - share, 3))), least=share)
    (found,) = respelled([read], languages, told=False)
    assert found.text == "ŠIMEK"
    assert box_of(found).sureness < OCR_THRESHOLD
    assert box_of(found).accents < OCR_THRESHOLD, "an MRZ that says the same does not print accents"
    assert (found.least, found.marks) <= (read.least, read.marks)
    own = line("ÉVA", doubt(0, ("É", 0.985), ("E", 0.01)), least=0.985)
    assert respelled([own], languages, told=False) == (own,), "a French letter is as sure as it was read"


def test_a_states_languages_give_way_to_a_foreign_letter_that_was_read_nearly_surely() -> None:
    (found,) = respelled([line("ŠIMEK", doubt(0, ("Š", 0.94), ("S", 0.055)), least=0.94)], ["fr"])
    assert found.text == "ŠIMEK"
    assert box_of(found).sureness < OCR_THRESHOLD


@pytest.mark.parametrize("told", [True, False])
def test_a_ligature_that_may_have_been_read_as_two_letters_asks_for_a_look(told: bool) -> None:
    """CŒURVILLE out of focus is read as CCEURVILLE, every letter with 0.99."""
    (french,) = respelled([line("CCEURVILLE")], ["fr"], told=told)
    assert french.text == "CCEURVILLE"
    assert box_of(french).sureness < OCR_THRESHOLD < box_of(french).accents, "an MRZ that says the same settles it"
    for text, language in (("FRANCE", "fr"), ("LECEUR", "de")):
        assert respelled([line(text)], [language], told=told) == (line(text),)


def test_what_was_chosen_anew_is_only_as_sure_as_the_choice() -> None:
    (close,) = respelled([line("PIŇON", doubt(2, ("Ň", 0.85), ("Ñ", 0.12)), least=0.85)], ["es"])
    assert close.text == "PIÑON"
    assert box_of(close).sureness < 0.92
    (clear,) = respelled([line("PIŇON", doubt(2, ("Ň", 0.5), ("Ñ", 0.48)), least=0.5)], ["es"])
    assert box_of(clear).sureness > 0.94
    (other,) = respelled([line("PIŇQN", doubt(2, ("Ň", 0.5), ("Ñ", 0.48)), least=0.3, rest=0.3)], ["es"])
    assert other.least == 0.3, "another letter is the least sure one still"


def test_a_reader_that_does_not_tell_of_the_other_letters_gains_nothing_by_a_choice() -> None:
    (found,) = respelled([line("PIŇON", doubt(2, ("Ň", 0.5), ("Ñ", 0.48)), least=0.5, rest=None)], ["es"])
    assert (found.text, found.least) == ("PIÑON", 0.5)


def test_a_plain_letter_nearly_as_doubtful_as_the_accent_stays_as_doubtful_as_it_is() -> None:
    """Ï is settled as a foreign letter; whether V or Y stands there is not."""
    characters = "LEIÏVYO"
    rows = [{"L": 1.0}, {"E": 1.0}, {"Ï": 0.51, "I": 0.49}, {"V": 0.52, "Y": 0.48}, {"O": 1.0}]
    reader, found = steps(*rows, characters=characters)
    read = text_line(Alphabet(["", *characters]), reader, found, QUAD)
    assert (read.text, read.least, read.rest) == ("LEÏVO", pytest.approx(0.51), pytest.approx(0.52))
    (chosen,) = respelled([read], ["pl"])
    assert chosen.text == "LEIVO"
    assert chosen.least == pytest.approx(0.52)
    assert box_of(chosen).sureness < 0.94


def test_states_print_names_in_their_languages() -> None:
    assert "Ů" in letters_of(languages_of("CZE"))
    assert "Ñ" not in letters_of(languages_of("CZE"))
    assert letters_of(languages_of("D")) >= set("ÄÖÜ")
    assert languages_of("UTO") == ()


def test_a_template_may_name_its_languages_and_only_known_ones(tmp_path: Path) -> None:
    assert any(template.languages for template in load_templates())
    text = Path("resources/documents/specimen-id-ro.toml").read_text(encoding="utf-8")
    changed = tmp_path / "one.toml"
    changed.write_text(text.replace('languages = ["ro"]', 'languages = ["ro", "xx"]'), encoding="utf-8")
    assert [wrong for wrong in check_template(changed) if "xx" in wrong]


# --- how sure marks are --------------------------------------------------------------------------------------------------


def steps(*rows: dict[str, float], characters: str = "EÉĖNÑ中") -> tuple[MarkReader, np.ndarray]:
    classes = ["", *characters]
    found = np.zeros((len(rows), len(classes)), np.float32)
    for number, row in enumerate(rows):
        for character, share in row.items():
            found[number, classes.index(character)] = share
    return MarkReader(classes), found


def test_a_mark_is_doubted_within_its_letter_alone() -> None:
    reader, found = steps({"É": 0.5, "Ė": 0.3, "N": 0.2}, {"": 1.0}, {"N": 1.0})
    (told,) = reader.doubts(found, "ÉN") or ()
    assert told.place == 0
    assert told.sure == pytest.approx(0.8)
    assert dict(told.ways) == pytest.approx({"É": 0.625, "Ė": 0.375})


def test_a_letter_that_is_another_letter_perhaps_has_no_doubted_mark() -> None:
    reader, found = steps({"E": 0.6, "N": 0.4})
    assert reader.doubts(found, "E") == ()


def test_steps_that_do_not_match_the_text_tell_nothing() -> None:
    reader, found = steps({"中": 0.6, "E": 0.4}, {"": 1.0}, {"N": 1.0})
    assert reader.doubts(found, "N") is None


@pytest.mark.parametrize(("letter", "base"), [("É", "E"), ("ø", "O"), ("Ł", "L"), ("Ț", "T"), ("7", ""), ("Ж", ""), ("ß", "")])
def test_letters_have_a_base(letter: str, base: str) -> None:
    assert base_of(letter) == base


# --- with an MRZ ---------------------------------------------------------------------------------------------------------


def printed(text: str, *, accents: float, confidence: float):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    field = visual(FieldName.SURNAME, text, confidence=confidence)
    return replace(field, readings=tuple(replace(reading, accents=accents) for reading in field.readings))


@pytest.mark.parametrize("text", ["ČERNÝ", "CERNY"])
def test_an_mrz_vouches_for_letters_and_not_for_accents_read_or_missed(text: str) -> None:
    mrz = parse_mrz(("P<UTOCERNY<<ANNA".ljust(44, "<"), TD3[1]))
    doubted = merge([page(PageSide.FRONT, printed(text, accents=0.8, confidence=0.8), mrz=mrz)], today=TODAY)
    assert doubted.value(FieldName.SURNAME) == text
    assert doubted.fields[FieldName.SURNAME].chosen.confidence == pytest.approx(0.8)
    assert FieldName.SURNAME in uncertain_fields(doubted)
    clear = merge([page(PageSide.FRONT, printed(text, accents=1.0, confidence=0.8), mrz=mrz)], today=TODAY)
    assert clear.fields[FieldName.SURNAME].chosen.confidence > 0.98
    assert clear.fields[FieldName.SURNAME].of(Source.VISUAL_ZONE).value == text  # type: ignore[union-attr]
