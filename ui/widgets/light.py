"""The colours that the screen shines with, slow enough for eyes that flicker harms."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LEAST_MS = 340
"""Between two changes: fewer than three in a second, the general flash threshold of WCAG 2.3.1."""


class PacedLight(QObject):
    """Hands a colour on at once when the last change is long enough ago, else when it is; of several that wait, the newest."""

    def __init__(self, show: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._shown = ""
        self._wanted = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(LEAST_MS)
        self._rest.timeout.connect(self._on_rested)

    def set_colour(self, colour: str) -> None:
        """ "#RRGGBB", or "" for none."""
        self._wanted = colour
        if not self._rest.isActive():
            self._on_rested()

    def _on_rested(self) -> None:
        if self._wanted != self._shown:
            self._shown = self._wanted
            self._show(self._shown)
            self._rest.start()
