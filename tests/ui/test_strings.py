"""Every code has words, in every language."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from PySide6.QtWidgets import QApplication

from kiosk.domain.check import Check, CheckGroup, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.document import FieldName, PageWarning, Source
from kiosk.domain.errors import ErrorCode
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.sentences import all_templates
from tests.ui import samples
from ui import strings
from ui.language import TRANSLATIONS, Languages
from ui.theme.theme import ICONS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["en", "sk"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    languages = Languages()
    languages.use(request.param)
    yield request.param
    languages.close()


@pytest.mark.parametrize("code", AdviceCode)
def test_every_advice_has_words_and_an_icon(code: AdviceCode, language: str) -> None:
    advice = strings.advice(code)
    assert advice.text
    assert not advice.text.endswith(("!", "."))
    assert (ICONS / f"{advice.icon}.svg").is_file()


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_tells_customers_and_staff(code: ErrorCode, language: str) -> None:
    words = strings.error(code)
    assert words.title
    assert not words.title.endswith(".")
    assert words.text.endswith(".")
    assert words.for_staff
    assert code.value not in words.title + words.text
    assert "!" not in words.title + words.text


def test_every_other_code_has_words(language: str) -> None:
    assert all(strings.page_warning(warning).endswith(".") for warning in PageWarning)
    assert all(strings.field(name) for name in FieldName)
    assert all(strings.source(source)[0] and (ICONS / f"{strings.source(source)[1]}.svg").is_file() for source in Source)
    assert all(strings.check_name(name) for name in CheckName)
    assert all(strings.check_group(group) for group in CheckGroup)
    assert len({strings.check_status(status) for status in CheckStatus}) == len(CheckStatus)
    assert all(strings.busy(label) for label in ("READING", "COMPARING", "SAVING", "DECIDING", "SENDING", "LOADING", "unknown"))
    assert all(strings.step(group) != group for group in samples.MORE_GROUPS)


def test_every_group_of_a_workflow_that_ships_has_a_name(language: str) -> None:
    files = sorted((ROOT / "resources" / "workflows").glob("*.toml"))
    groups = {step["group"] for file in files for step in tomllib.loads(file.read_text("utf-8")).get("step", ()) if "group" in step}
    assert groups
    assert [group for group in groups if strings.step(group) == group] == []


def test_every_check_has_a_sentence_in_every_language(language: str) -> None:
    for name in CheckName:
        for status in CheckStatus:
            for label in CheckLabel:
                assert strings.check_sentence(Check(name, status, label, params={"date": "2020-11-24", "field": "surname"})).endswith(".")


def test_dates_are_written_for_the_language(language: str) -> None:
    assert strings.long_date(date(2020, 11, 24)) == {"en": "24 November 2020", "sk": "24. novembra 2020"}[language]
    expired = Check(CheckName.DOCUMENT_EXPIRY, CheckStatus.REJECTED, CheckLabel.EXPIRED, params={"date": "2020-11-24"})
    assert strings.long_date(date(2020, 11, 24)) in strings.headline(Outcome.REJECT, "", expired)


def test_the_headline_names_the_customer(language: str) -> None:
    assert "Anna" in strings.headline(Outcome.ACCEPT, "ANNA", None)


def test_an_advice_that_nobody_knows_is_still_said_in_words(language: str) -> None:
    assert strings.advice_of("SOMETHING_NEW").text
    assert strings.advice_of("GLARE") == strings.advice(AdviceCode.GLARE)


@pytest.mark.logs_warnings
def test_a_language_without_translation_falls_back_to_english(qapp: QApplication) -> None:
    languages = Languages()
    languages.use("sk")
    languages.use("xx")
    assert languages.current == "en"
    assert strings.field(FieldName.SURNAME) == "Surname"
    languages.close()


# --- the translation files -------------------------------------------------------------------------------------------


def _messages() -> list[tuple[str, str, ET.Element]]:
    tree = ET.parse(TRANSLATIONS / "kiosk_sk.ts")
    return [
        (context.findtext("name") or "", message.findtext("source") or "", found)
        for context in tree.getroot().findall("context")
        for message in context.findall("message")
        if (found := message.find("translation")) is not None
    ]


def _tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} comes with PySide6-Essentials and is not there"
    return found


def test_nothing_is_untranslated_in_slovak() -> None:
    assert [source for _context, source, found in _messages() if found.get("type") or not (found.text or "").strip()] == []


def test_translations_keep_the_places_to_fill_in() -> None:
    def places(text: str) -> set[str]:
        return {name for _text, name, _format, _conversion in Formatter().parse(text) if name}

    assert [source for _context, source, translation in _messages() if places(source) != places(translation.text or "")] == []


def test_translations_end_as_the_source_does() -> None:
    ends = re.compile(r"[.?:]$")
    wrong = [source for _c, source, t in _messages() if bool(ends.search(source)) != bool(ends.search(t.text or ""))]
    assert wrong == []


def test_every_sentence_of_a_check_is_in_the_translation() -> None:
    assert all_templates() <= {source for _context, source, _translation in _messages()}


def test_the_translation_file_knows_every_text_of_the_screens(tmp_path: Path) -> None:
    copy = tmp_path / "kiosk_sk.ts"
    shutil.copyfile(TRANSLATIONS / "kiosk_sk.ts", copy)
    files = [str(path) for path in sorted((ROOT / "ui").rglob("*.py"))] + [str(ROOT / "kiosk" / "domain" / "sentence_texts.py")]
    command = [_tool("pyside6-lupdate"), "-no-obsolete", "-locations", "none", *files, "-ts", str(copy)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)

    def texts(path: Path) -> set[tuple[str, str]]:
        return {
            (context.findtext("name") or "", message.findtext("source") or "")
            for context in ET.parse(path).getroot().findall("context")
            for message in context.findall("message")
        }

    assert texts(copy) == texts(TRANSLATIONS / "kiosk_sk.ts"), "run: see docs/guides/screens.md, Translations"


def test_the_compiled_translation_is_up_to_date(tmp_path: Path) -> None:
    made = tmp_path / "kiosk_sk.qm"
    command = [_tool("pyside6-lrelease"), "-silent", str(TRANSLATIONS / "kiosk_sk.ts"), "-qm", str(made)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert made.read_bytes() == (TRANSLATIONS / "kiosk_sk.qm").read_bytes(), "run: see docs/guides/screens.md, Translations"
