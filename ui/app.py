"""The QApplication of the kiosk: style, fonts, scaling. The window brings theme and language."""

from __future__ import annotations

import importlib.util
import logging
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication, QStyleFactory

from ui.theme.tokens import FONT_FAMILIES

_SIGNAL_LOOK_MS = 200

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


class StopSignals:
    """Ctrl-C and SIGTERM end the event loop like a last closed window, so that everything is put away. A context manager.

    From `with` on, and not from the loop on: an exception out of a handler is lost where Qt calls Python. A second signal does raise
    KeyboardInterrupt, for a program that hangs before or after its loop.
    """

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._code = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        self._before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def run_loop(self) -> int:
        """`app.exec()`; 128 + the signal when one has ended it, or came before it."""
        # Python looks at signals only between its own instructions: without this the loop might run none until somebody touches the screen
        beat = QTimer()
        beat.timeout.connect(self._end_loop)
        beat.start(_SIGNAL_LOOK_MS)
        try:
            return self._code or self._app.exec()
        finally:
            beat.stop()

    def _stop(self, number: int, _frame: object) -> None:
        if self._code:
            raise KeyboardInterrupt
        self._code = 128 + number
        self._app.exit(self._code)

    def _end_loop(self) -> None:
        if self._code:  # it came just before the loop began, which does not look back
            self._app.exit(self._code)


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
