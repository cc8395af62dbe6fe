"""Questions and notices that the window itself has: start over, a colleague was called."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import strings
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.part import Text
from ui.widgets.veils import Veil


class ConfirmVeil(Veil):
    """Asks before something is erased; tells what was done. The safe answer is the main button."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent, width=900)
        self._what = "start_over"
        self._then: Callable[[], None] | None = None
        self._title, self._text = Text("title", strong=True), Text("lead", tone="secondary")
        self.no_button, self.yes_button = BigButton(theme, "main"), BigButton(theme, "second")
        self.card.add(self._title, self._text)
        row = QHBoxLayout()
        row.addWidget(self.yes_button)
        row.addWidget(self.no_button)
        self.card.box.addLayout(row)
        self.no_button.clicked.connect(self.hide)
        self.yes_button.clicked.connect(self._on_yes)

    def ask(self, what: str, then: Callable[[], None]) -> None:
        self._open(what, then)

    def tell(self, what: str) -> None:
        self._open(what, None)

    def _open(self, what: str, then: Callable[[], None] | None) -> None:
        self._what, self._then = what, then
        self.yes_button.setVisible(then is not None)
        self.retranslate()
        self.cover()
        self.no_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_yes(self) -> None:
        self.hide()
        if self._then is not None:
            self._then()

    def hideEvent(self, event: QHideEvent) -> None:
        # Qt would hand the focus to the first button behind it, ring and all, where Enter may do something that nobody meant.
        self.window().setFocus(Qt.FocusReason.OtherFocusReason)
        super().hideEvent(event)

    def retranslate(self) -> None:
        if self._what == "start_over":
            self._title.setText(strings.translate("veils", "Start over?"))
            self._text.setText(strings.translate("veils", "Everything that you've shown us so far will be erased."))
            self.yes_button.setText(strings.translate("veils", "Erase and start over"))
            self.no_button.setText(strings.translate("veils", "Keep going"))
        else:
            self._title.setText(strings.translate("veils", "A colleague has been called"))
            self._text.setText(strings.translate("veils", "You can go on in the meantime."))
            self.no_button.setText(strings.translate("veils", "OK"))
