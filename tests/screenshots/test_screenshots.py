"""Every screen in its states, rendered to out/screenshots to be looked at, and nothing in them cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.screenshots.scenes import SCENES
from tests.ui.conftest import Kiosk, settle
from ui.theme.theme import Theme
from ui.theme.tokens import Look
from ui.widgets.buttons import BigButton
from ui.widgets.part import Text
from ui.widgets.pill import AdvicePill

FOLDER = Path(__file__).resolve().parents[2] / "out" / "screenshots"
SAMPLE = ("01-welcome", "03-consent", "03-consent-choice", "07-document-steady", "11-document-result", "20-selfie-uncover",
          "21-selfie-steady", "25-liveness-left", "30-review", "33-review-keyboard", "41-decision-review", "44-decision-earlier",
          "50-done-accept", "60-sorry-fault", "70-still-there", "80-smile", "81-range-second-try", "82-magnifeye-near", "83-gaze",
          "84-turn-both", "85-flash", "86-assist", "90-phone-wrong", "91-email-wrong", "92-code-trial", "93-proof-ways",
          "93-proof-problem", "93-proof-result", "93-proof-full", "93-proof-help", "93-proof-judged",
          "94-chip-problem")  # fmt: skip

CASES = [
    *((scene, language, Look.LIGHT, (1920, 1080), False) for scene in SCENES for language in ("en", "sk")),
    *((scene, "en", look, (1920, 1080), False) for scene in SAMPLE for look in (Look.DARK, Look.CONTRAST)),
    *((scene, "sk", Look.LIGHT, size, False) for scene in SAMPLE for size in ((1080, 1920), (1280, 720))),
    # type a quarter larger: Slovak is the longer language, and the small and the standing screen have the least room
    *((scene, "sk", Look.LIGHT, size, True) for scene in SAMPLE for size in ((1920, 1080), (1080, 1920), (1280, 720))),
]


def _name(scene: str, language: str, look: Look, size: tuple[int, int], large: bool) -> str:
    return f"{scene}.{language}.{look.value}.{size[0]}x{size[1]}{'.large' if large else ''}"


@pytest.fixture(scope="session")
def pictures_wanted(pytestconfig: pytest.Config) -> bool:
    """Writing a picture takes as long as making it: they are written when these tests are asked for, not with the whole suite."""
    return any("screenshots" in argument for argument in pytestconfig.args)


@pytest.mark.parametrize(("scene", "language", "look", "size", "large"), CASES, ids=[_name(*case) for case in CASES])
def test_screen_is_whole(
    scene: str,
    language: str,
    look: Look,
    size: tuple[int, int],
    large: bool,
    pictures_wanted: bool,
    dressed: QApplication,
    qtbot: QtBot,
) -> None:
    kiosk = Kiosk(Theme(look, reduced_motion=True, large_text=large), default_language=language)
    try:
        kiosk.window.resize(*size)
        kiosk.window.show()
        settle()
        SCENES[scene](kiosk)
        settle()
        image = kiosk.window.grab().toImage()
        problems = cut_off(kiosk.window)
        if pictures_wanted or problems:
            FOLDER.mkdir(parents=True, exist_ok=True)
            # Quick to write rather than small: they are looked at and thrown away.
            image.save(str(FOLDER / f"{_name(scene, language, look, size, large)}.png"), "PNG", 80)
        assert not is_blank(image)
        assert problems == []
    finally:
        kiosk.window.close()
        kiosk.window.deleteLater()
        settle()


def is_blank(image: QImage) -> bool:
    """Fewer than twenty shades on a coarse grid, or nearly all of one."""
    small = image.scaled(96, 54)
    shades: dict[int, int] = {}
    for y in range(small.height()):
        for x in range(small.width()):
            pixel = small.pixel(x, y) & 0xF0F0F0
            shades[pixel] = shades.get(pixel, 0) + 1
    return len(shades) < 4


def cut_off(window: QWidget) -> list[str]:
    """What of the visible words does not have the room that it needs, or lies outside the window."""
    problems = []
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        if label.wordWrap():
            if label.heightForWidth(label.width()) > label.height() + 1:
                problems.append(f"too low: {label.text()[:40]!r} needs {label.heightForWidth(label.width())}, has {label.height()}")
            longest = max(label.fontMetrics().horizontalAdvance(word) for word in label.text().split())
            if longest > label.width() + 1:
                problems.append(f"a word is too wide: {label.text()[:40]!r} has {label.width()}")
        elif label.sizeHint().width() > label.width() + 1 or label.sizeHint().height() > label.height() + 1:
            problems.append(f"too small: {label.text()[:40]!r} needs {label.sizeHint().toTuple()}, has {label.size().toTuple()}")
        problems += _outside(label, window)
    for button in window.findChildren(BigButton):
        if button.isVisible() and button.sizeHint().width() > button.width() + 1 and len(button.text()) > 1:
            problems.append(f"button too narrow: {button.text()!r} needs {button.sizeHint().width()}, has {button.width()}")
        if button.isVisible():
            problems += _outside(button, window)
    for area in window.findChildren(QScrollArea):
        inside = area.widget()
        if area.isVisible() and inside is not None and inside.width() > area.viewport().width():
            problems.append(f"wider than its scroll area: {type(inside).__name__}")
    for pill in window.findChildren(AdvicePill):
        if pill.isVisible() and pill.pill_width > pill.width():
            problems.append(f"advice too long: {pill.text!r}")
    return problems


def _outside(widget: QWidget, window: QWidget) -> list[str]:
    if _scrolls(widget):
        return []
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    return [] if window.rect().contains(place) else [f"outside the window: {type(widget).__name__} {place.getRect()}"]


def _scrolls(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def test_a_label_without_room_is_noticed(dressed: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(200, 100)
    label = Text("title", wrap=False, parent=window)
    label.setText("This does not fit into forty pixels")
    label.resize(40, 20)
    window.show()
    assert cut_off(window)
    window.close()
    window.deleteLater()
    settle()


def test_an_empty_picture_is_noticed() -> None:
    image = QImage(1920, 1080, QImage.Format.Format_RGB32)
    image.fill(0xF6F7F9)
    assert is_blank(image)
