"""What every widget of ours has: the theme, and the two moments at which it changes (scale, language)."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme.theme import Theme


class Part(QWidget):
    """GUI thread. The window calls `apply_theme` on every part when the scale has changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def apply_theme(self) -> None:
        """Set what depends on the scale: margins, fixed sizes, icons. Parts call it at the end of their making."""

    def retranslate(self) -> None:
        """Write every word anew. Called at the end of the making and when the language changes."""

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class Text(QLabel):
    """Words in a role ("small", "body", "lead", "title", "display") and a tone ("", "secondary", "accent", "good", "caution", "stop")."""

    def __init__(
        self, role: str = "body", *, strong: bool = False, tone: str = "", wrap: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setProperty("strong", strong)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)


def set_style_property(widget: QWidget, name: str, value: object) -> None:
    """A property that the style sheet looks at, applied at once."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()
