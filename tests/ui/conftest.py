"""For every test that shows something: offscreen, our style and font, and nothing left behind."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.samples import OneFrame, RecordingSession, SmallBus
from ui.app import dress
from ui.speaker import Speaker
from ui.theme.theme import Theme
from ui.window import Window


class Kiosk:
    """A window with everything around it that a test needs."""

    def __init__(
        self, theme: Theme, *, screen_keyboard: bool = False, default_language: str = "en", speaker: Speaker | None = None
    ) -> None:
        self.session = RecordingSession()
        self.bus = SmallBus()
        self.frames = OneFrame()
        self.window = Window(
            self.session,
            self.frames,
            self.bus,
            theme=theme,
            screen_keyboard=screen_keyboard,
            default_language=default_language,
            speaker=speaker,
        )

    def publish(self, *events: object) -> None:
        """Publish and let the GUI thread take them."""
        for event in events:
            self.bus.publish(event)  # type: ignore[arg-type]
        settle()

    @property
    def screen(self) -> object:
        return self.window.current


def settle() -> None:
    """Deliver what is queued now, deletions too. No waiting."""
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def dressed(qapp: QApplication) -> QApplication:
    dress(qapp)
    return qapp


@pytest.fixture
def kiosk(dressed: QApplication, qtbot: QtBot) -> Iterator[Kiosk]:
    made = Kiosk(Theme(reduced_motion=True))
    made.window.resize(1920, 1080)
    made.window.show()
    settle()
    yield made
    made.window.close()
    made.window.deleteLater()
    settle()


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """After each test: no top-level widget, no running timer of ours, no thread that Qt started and did not end."""
    before = set(QApplication.topLevelWidgets())
    yield
    settle()
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in before]
    assert not left, f"top-level widgets left: {[type(widget).__name__ for widget in left]}"
    timers = [timer for timer in qapp.findChildren(QTimer) if timer.isActive()]
    assert not timers, "a timer runs on"
    assert not qapp.findChildren(QThread)


def visible(root: QWidget, kind: type[QWidget]) -> list[QWidget]:
    return [widget for widget in root.findChildren(kind) if widget.isVisible()]
