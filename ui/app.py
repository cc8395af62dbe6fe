"""The QApplication of the kiosk: style, fonts, scaling. The window brings theme and language."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication, QStyleFactory

from ui.theme.tokens import FONT_FAMILIES

_log = logging.getLogger(__name__)


def make_application(argv: Sequence[str]) -> QApplication:
    """The application, ready for a window. Call it once, before any widget is made, on the main thread."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(list(argv))
    dress(app)
    return app


def dress(app: QApplication) -> None:
    """Style and font of an application that is there already (tests)."""
    app.setApplicationName("Onboarding Kiosk")
    # The same everywhere; our style sheet and our own painting lie on top.
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(choose_font())


def choose_font() -> QFont:
    """The calmest family that this machine has; never none."""
    families = set(QFontDatabase.families())
    if not any(QFontDatabase.isSmoothlyScalable(family) for family in families):
        families |= set(_bundled_families())
    family = next((name for name in FONT_FAMILIES if name in families), "")
    font = QFont(family) if family else QFont()
    if family == "DejaVu Sans":
        font.setStretch(QFont.Stretch.SemiCondensed)
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    return font


def _bundled_families() -> list[str]:
    """DejaVu Sans out of matplotlib's data, which is installed with our dependencies, so that text never shows as boxes."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        _log.error("no font on this machine and matplotlib's is not there: text cannot be shown")
        return []
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    families: list[str] = []
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        number = QFontDatabase.addApplicationFont(str(folder / name))
        if number >= 0:
            families += QFontDatabase.applicationFontFamilies(number)
    return families
