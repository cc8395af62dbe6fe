"""A sentence that must be seen: what went wrong last, or what is not as usual here."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.theme.theme import Theme
from ui.widgets.layouts import Card
from ui.widgets.part import Text
from ui.widgets.pictures import Icon


class Note(Card):
    """In caution, with its icon; hidden while it has nothing to say."""

    def __init__(self, theme: Theme, icon: str = "warning") -> None:
        super().__init__(theme, kind="caution", row=True, padding=20, spacing=16)
        self._text = Text("body", strong=True)
        self.box.addWidget(Icon(theme, icon, 28, "caution"), 0, Qt.AlignmentFlag.AlignTop)
        self.add(self._text, stretch=1)
        self.hide()

    @property
    def words(self) -> str:
        return self._text.text()

    def say(self, words: str) -> None:
        """ "" = nothing."""
        self._text.setText(words)
        self.setVisible(bool(words))
