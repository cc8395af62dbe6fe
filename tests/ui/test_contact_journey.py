"""The screens with the session behind them: a number, a wrong code, the right one, and on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.engines.models import ModelLibrary
from tests.ui.conftest import settle
from ui.door import Door
from ui.screens.contact import ContactScreen
from ui.widgets.contact_edits import CodeEdit

LIMIT_MS = 15_000
SETTINGS = """
[session]
workflow = "full"
[codes]
phone = "console"
resend_s = 1
"""


@pytest.fixture
def door(
    dressed: QApplication, model_library: ModelLibrary, kiosk_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    settings = tmp_path / "kiosk.toml"
    settings.write_text(SETTINGS, "utf-8")
    monkeypatch.setenv("KIOSK_CONFIG", str(settings))
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))
    monkeypatch.setattr("ui.door.set_up_logging", lambda *_folder, **_options: None)  # the test's own logging stays
    made = Door(full_screen=False)
    yield made
    window = made.window
    made.close()
    if window is not None:
        window.deleteLater()
    settle()


def test_a_number_is_confirmed_by_the_code_on_the_console(door: Door, qtbot: QtBot, capfd: pytest.CaptureFixture[str]) -> None:
    door.open()
    window = door.window
    assert window is not None

    def press_on(kind: str) -> None:
        qtbot.waitUntil(lambda: window.screen_kind == kind and window.footer.main_button.isEnabled(), timeout=LIMIT_MS)
        window.footer.main_button.click()

    def code_screen(problem: str = "") -> bool:
        screen = window.current
        if not isinstance(screen, ContactScreen) or not isinstance(screen.edit, CodeEdit):
            return False
        return (problem in screen.problem.words) if problem else not screen.problem.words

    def type_in(text: str) -> None:
        assert isinstance(window.current, ContactScreen)
        QTest.keyClicks(window.current.edit, text)
        window.footer.main_button.click()

    for kind in ("welcome", "language", "consent"):
        press_on(kind)
    qtbot.waitUntil(lambda: window.screen_kind == "contact", timeout=LIMIT_MS)
    type_in("12")
    qtbot.waitUntil(
        lambda: isinstance(window.current, ContactScreen) and "no telephone number like this" in window.current.problem.words,
        timeout=LIMIT_MS,
    )
    assert isinstance(window.current, ContactScreen)
    window.current.edit.setText("")
    capfd.readouterr()
    type_in("+421 905 123 456")
    qtbot.waitUntil(code_screen, timeout=LIMIT_MS)
    assert isinstance(window.current, ContactScreen)
    assert "Trial: no message is sent" in window.current.trial.words
    said = capfd.readouterr()
    found = re.search(r"\b(\d{4}) ?(\d{4})\b", said.err + said.out)
    assert found
    right = "".join(found.groups())
    type_in(f"{(int(right) + 1) % 10**8:08d}")
    qtbot.waitUntil(lambda: code_screen("That was not the code"), timeout=LIMIT_MS)
    assert "tries left: 4" in window.current._hint.text()
    type_in(right)
    # the e-mail address is left out: nothing can be sent to it here
    qtbot.waitUntil(lambda: window.screen_kind == "document_capture", timeout=LIMIT_MS)
