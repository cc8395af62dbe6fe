"""Digits on the screen, for a kiosk without a keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from ui import strings
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.part import Part

_KEY_WIDTH = 128


class NumberPad(Part):
    """Types into the line edit that it was given; the focus stays there. As telephones have it, in every writing direction."""

    def __init__(self, theme: Theme, target: QLineEdit, *, plus: bool, parent: QWidget | None = None) -> None:
        """Args: `plus` a key for the + before a country code."""
        super().__init__(theme, parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._target = target
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._keys: list[BigButton] = []
        for index, character in enumerate("123456789"):
            self._add(character, index // 3, index % 3)
        if plus:
            self._add("+", 3, 0)
        self._add("0", 3, 1)
        self._erase = self._add("", 3, 2, icon="backspace")
        self._erase.setAutoRepeat(True)
        self.apply_theme()
        self.retranslate()

    def _add(self, text: str, row: int, column: int, *, icon: str = "") -> BigButton:
        key = BigButton(self.theme, "key", icon=icon)
        key.setText(text)
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.clicked.connect(self._on_key)
        self._grid.addWidget(key, row, column)
        self._keys.append(key)
        return key

    def press(self, key: str) -> None:
        """As if the key with this character or icon had been pressed."""
        next(button for button in self._keys if key in (button.text(), button.icon_name)).click()

    def apply_theme(self) -> None:
        px = self.theme.px
        self._grid.setSpacing(px(8))
        for key in self._keys:
            key.apply_theme()
            key.setFixedWidth(px(_KEY_WIDTH))

    def retranslate(self) -> None:
        self._erase.setAccessibleName(strings.translate("keyboard", "Erase the last character"))

    def _on_key(self) -> None:
        key = self.sender()
        if not isinstance(key, BigButton) or not self._target.isEnabled():
            return
        if key is self._erase:
            self._target.backspace()
        else:
            self._target.insert(key.text())
        self._target.textEdited.emit(self._target.text())
