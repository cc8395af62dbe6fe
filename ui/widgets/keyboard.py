"""Keys on the screen, for a kiosk without a keyboard: letters with the marks of the languages we speak, digits, nothing to learn."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import strings
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.part import Part

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl'", "zxcvbnm-./")
_MARKS = "áäčďéíĺľňóôŕšťúýž"
_EMAIL_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm_+")


class ScreenKeyboard(Part):
    """Types into the line edit that it was given; the focus stays there.

    Args:
        email: small letters, @ and dot, no marks, no space; without "Done", for a screen with this one input.

    Signals:
        done: the customer has finished typing.
    """

    done = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, email: bool = False) -> None:
        super().__init__(theme, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("card", "true")
        self._target: QLineEdit | None = None
        self._capitals = not email
        self._letters: list[BigButton] = []
        self._rows = QVBoxLayout(self)
        self._key_rows: list[QHBoxLayout] = []
        for characters in _EMAIL_ROWS if email else (_ROWS[0], _MARKS, *_ROWS[1:]):
            self._rows.addLayout(self._row_of(characters))
        self._key_rows[0].addWidget(self._key("", self._on_backspace, icon="backspace"), 2)
        self._shift = self._key("", self._on_shift, icon="shift")
        bottom = QHBoxLayout()
        self._key_rows.append(bottom)
        bottom.addWidget(self._shift, 1)
        self._space = self._key("", self._on_space)
        self._ready = self._key("", self.done.emit)
        self._ready.kind = "done"
        if email:
            for key in (self._space, self._ready):
                key.hide()
            for character in "@.":
                bottom.addWidget(self._key(character, self._on_letter), 4)
        else:
            bottom.addWidget(self._space, 5)
            bottom.addWidget(self._ready, 2)
        self._rows.addLayout(bottom)
        self.apply_theme()
        self.retranslate()
        self.hide()

    def type_into(self, edit: QLineEdit | None) -> None:
        """Open for this input, or close (None)."""
        self._target = edit
        self.setVisible(edit is not None)

    def press(self, key: str) -> None:
        """As if the key with this letter or icon had been pressed."""
        found = next(button for button in self.findChildren(BigButton) if key in (button.text(), button.icon_name))
        found.click()

    def _row_of(self, characters: str) -> QHBoxLayout:
        row = QHBoxLayout()
        self._key_rows.append(row)
        for character in characters:
            key = self._key(character, self._on_letter)
            self._letters.append(key)
            row.addWidget(key, 1)
        return row

    def _key(self, text: str, pressed: object, *, icon: str = "") -> BigButton:
        key = BigButton(self.theme, "chip", icon=icon, parent=self)
        key.setText(text)
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.setAutoRepeat(icon == "backspace")
        key.clicked.connect(pressed)
        return key

    def apply_theme(self) -> None:
        px = self.theme.px
        self._rows.setContentsMargins(px(24), px(12), px(24), px(12))
        self._rows.setSpacing(px(2))
        for row in self._key_rows:
            row.setSpacing(px(2))
        for key in self.findChildren(BigButton):
            key.apply_theme()
            key.setMinimumWidth(px(40))

    def retranslate(self) -> None:
        self._space.setText(strings.translate("keyboard", "Space"))
        self._ready.setText(strings.translate("keyboard", "Done"))
        self._shift.setAccessibleName(strings.translate("keyboard", "Capital letters"))
        for key in self._letters:
            key.setText(key.text().upper() if self._capitals else key.text().lower())

    def _on_letter(self) -> None:
        key = self.sender()
        if isinstance(key, BigButton):
            self._insert(key.text())

    def _on_space(self) -> None:
        self._insert(" ")

    def _on_shift(self) -> None:
        self._capitals = not self._capitals
        self.retranslate()

    def _on_backspace(self) -> None:
        if self._target is not None:
            self._target.backspace()
            self._target.textEdited.emit(self._target.text())

    def _insert(self, text: str) -> None:
        if self._target is not None:
            self._target.insert(text)
            self._target.textEdited.emit(self._target.text())
