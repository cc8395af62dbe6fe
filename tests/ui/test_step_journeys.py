"""The screens with the session behind them: a number and its code; pages of a proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.compose.kiosk import Kiosk
from kiosk.compose.setup import load_setup
from kiosk.config import CaptureConfig
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.engines.models import ModelLibrary
from kiosk.services.workflows import load_workflow_file
from tests.ui import samples
from tests.ui.conftest import settle
from ui.door import Door
from ui.screens.contact import ContactScreen
from ui.screens.proof import ProofScreen
from ui.theme.theme import Theme
from ui.widgets.contact_edits import CodeEdit
from ui.window import Window

LIMIT_MS = 60_000
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
    assert "Trial: no message is sent" in window.current.unsent.words
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


# --- proofs ----------------------------------------------------------------------------------------------------------

PROOF_ONLY = """
title = "Proof alone"
policy = "branch"
on_failure = "sorry"
on_timeout = "sorry"
staffed = true

[[step]]
id = "welcome"
screen = "welcome"
timeout_s = 0
back = false
next = ["consent"]

[[step]]
id = "consent"
screen = "consent"
timeout_s = 180
gives = ["consent"]
next = [{ to = "proof", when = ["consent.accepted"] }, "sorry"]

[[step]]
id = "proof"
screen = "proof"
group = "proofs"
needs = ["consent.accepted"]
gives = ["proof.address"]
timeout_s = 300
options = { kind = "address", optional = "true" }
next = ["done"]

[[step]]
id = "done"
screen = "done"
timeout_s = 20
back = false
end = true

[[step]]
id = "sorry"
screen = "sorry"
timeout_s = 30
back = false
end = true
options = { code = "CONSENT_MISSING" }
"""


@pytest.fixture
def desk(
    dressed: QApplication, model_library: ModelLibrary, kiosk_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Window]:
    """A window with a session and a camera before which a bill lies."""
    workflow = tmp_path / "proof.toml"
    workflow.write_text(PROOF_ONLY, "utf-8")
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))
    monkeypatch.setenv("KIOSK_STORE_KEY", "file")
    monkeypatch.setattr("kiosk.services.workflows.load_workflow", lambda *_key: load_workflow_file(workflow))
    bill = samples.bill_frame().pixels
    camera = VirtualCamera(lambda _seconds: bill, fps=15, camera_id="desk", name="Desk camera")
    setup = load_setup()
    setup = replace(setup, config=replace(setup.config, capture=CaptureConfig(allow_virtual_cameras=True)))
    kiosk = Kiosk(setup, virtual=[camera], use_real=False, camera="desk")
    window = Window(kiosk.runner, kiosk.capture, kiosk.bus, theme=Theme(reduced_motion=True))
    window.resize(1280, 720)
    window.show()
    kiosk.runner.start()
    yield window
    window.close()
    window.deleteLater()
    kiosk.close()
    settle()


def test_pages_are_taken_kept_removed_and_chosen(desk: Window, qtbot: QtBot, tmp_path: Path) -> None:
    def press_on(kind: str) -> None:
        qtbot.waitUntil(lambda: desk.screen_kind == kind and desk.footer.main_button.isEnabled(), timeout=LIMIT_MS)
        desk.footer.main_button.click()

    def pages() -> int:
        return len(desk.current.strip.thumbs) if isinstance(desk.current, ProofScreen) and desk.current.result is None else -1

    def take() -> None:
        qtbot.waitUntil(lambda: isinstance(desk.current, ProofScreen) and desk.current.preview.painted > 1, timeout=LIMIT_MS)
        assert isinstance(desk.current, ProofScreen)
        desk.current.session.capture_by_hand()
        qtbot.waitUntil(lambda: isinstance(desk.current, ProofScreen) and desk.current.result is not None, timeout=LIMIT_MS)

    press_on("welcome")
    press_on("consent")
    take()
    desk.footer.second_button.click()  # take again
    qtbot.waitUntil(lambda: pages() == 0, timeout=LIMIT_MS)
    take()
    assert desk.footer.main_button.text() == "Keep this page"
    desk.footer.main_button.click()
    qtbot.waitUntil(lambda: pages() == 1, timeout=LIMIT_MS)
    chosen = tmp_path / "bill.jpg"
    chosen.write_bytes(samples.bill_jpeg())
    assert isinstance(desk.current, ProofScreen)
    assert not desk.current.files.isHidden()
    desk.current.read_files([str(chosen)])
    qtbot.waitUntil(lambda: pages() == 2, timeout=LIMIT_MS)
    assert isinstance(desk.current, ProofScreen)
    desk.current.strip.thumbs[0].remove.click()
    qtbot.waitUntil(lambda: pages() == 1, timeout=LIMIT_MS)
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    desk.current.read_files([str(tmp_path / "no.pdf")])
    qtbot.waitUntil(
        lambda: isinstance(desk.current, ProofScreen) and "This PDF can't be used" in desk.current.problem.words, timeout=LIMIT_MS
    )
    assert pages() == 1
