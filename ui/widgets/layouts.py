"""Cards, panes and columns with spacing in units of the theme."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QScroller, QVBoxLayout, QWidget

from ui.theme.theme import Theme
from ui.widgets.part import Part


class Box(Part):
    """A row or column with margins and spacing that follow the scale."""

    def __init__(
        self,
        theme: Theme,
        *,
        row: bool = False,
        margins: tuple[int, int, int, int] = (0, 0, 0, 0),
        spacing: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.box: QBoxLayout = QHBoxLayout(self) if row else QVBoxLayout(self)
        self._margins, self._spacing = margins, spacing
        self.apply_theme()

    def add(self, *items: QWidget, stretch: int = 0) -> None:
        for item in items:
            self.box.addWidget(item, stretch)

    def apply_theme(self) -> None:
        self.box.setContentsMargins(*(self.theme.px(units) for units in self._margins))
        self.box.setSpacing(self.theme.px(self._spacing))


class ScrollBox(Box):
    """For the inside of a scroll area: as high as its words need at the width that it has."""

    def minimumSizeHint(self) -> QSize:
        # A layout's own minimum is for its narrowest width, where wrapped words are highest: the area would scroll without need.
        least = super().minimumSizeHint()
        return QSize(least.width(), 1) if self.box.hasHeightForWidth() else least


class Card(QFrame):
    """A surface with a thin edge; `kind` "plain" or "caution"."""

    def __init__(
        self, theme: Theme, *, kind: str = "plain", row: bool = False, padding: int = 32, spacing: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", "caution" if kind == "caution" else "true")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.inside = Box(theme, row=row, margins=(padding, padding, padding, padding), spacing=spacing, parent=self)
        outer.addWidget(self.inside)

    @property
    def box(self) -> QBoxLayout:
        return self.inside.box

    def add(self, *items: QWidget, stretch: int = 0) -> None:
        self.inside.add(*items, stretch=stretch)


class Panes(Part):
    """Two panes beside each other on a lying screen, one above the other on a standing one."""

    def __init__(
        self,
        theme: Theme,
        first: QWidget,
        second: QWidget,
        *,
        shares: tuple[int, int] = (1, 1),
        standing_shares: tuple[int, int] = (0, 1),
        second_width: int = 0,
        spacing: int = 40,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.first, self.second = first, second
        self._shares, self._standing_shares = shares, standing_shares
        self._second_width, self._spacing = second_width, spacing
        self._standing: bool | None = None
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.addWidget(first, shares[0])
        self._layout.addWidget(second, shares[1])
        self.apply_theme()

    @property
    def standing(self) -> bool:
        return bool(self._standing)

    def share_standing(self, first: int, second: int) -> None:
        """Other shares of a standing screen's height, from now on."""
        self._standing_shares = (first, second)
        self._arrange(self._standing or False)

    def apply_theme(self) -> None:
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(self.theme.px(self._spacing))
        self._arrange(self._standing or False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        standing = self.height() > self.width()
        if standing != self._standing:
            self._arrange(standing)
        super().resizeEvent(event)

    def _arrange(self, standing: bool) -> None:
        self._standing = standing
        self._layout.setDirection(QBoxLayout.Direction.TopToBottom if standing else QBoxLayout.Direction.LeftToRight)
        for index, share in enumerate(self._standing_shares if standing else self._shares):
            self._layout.setStretch(index, share)
        if self._second_width:
            width = self.theme.px(self._second_width)
            self.second.setMinimumWidth(0 if standing else width)
            self.second.setMaximumWidth(16777215 if standing else width)


class Scroll(QScrollArea):
    """Scrolls by finger, wheel and keyboard, never sideways."""

    def __init__(self, theme: Theme, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self._fade = _Fade(theme, self)
        for signal in (self.verticalScrollBar().valueChanged, self.verticalScrollBar().rangeChanged):
            signal.connect(self._on_moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._on_moved()

    def _on_moved(self) -> None:
        bar = self.verticalScrollBar()
        height = self._fade.height()
        self._fade.setGeometry(0, self.height() - height, self.width() - bar.sizeHint().width(), height)
        self._fade.setVisible(bar.value() < bar.maximum())
        self._fade.raise_()


class _Fade(Part):
    """Where more lies below, the last lines fade out."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.apply_theme()

    def apply_theme(self) -> None:
        self.resize(self.width(), self.theme.px(72))

    def paintEvent(self, event: QPaintEvent) -> None:
        ground, clear = self.theme.color("background"), self.theme.color("background")
        clear.setAlpha(0)
        gradient = QLinearGradient(0, 0, 0, self.height())
        gradient.setColorAt(0, clear)
        gradient.setColorAt(1, ground)
        QPainter(self).fillRect(self.rect(), gradient)


class Rule(QFrame):
    """A thin line between rows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("rule", "true")
        self.setFixedHeight(theme.px(1))


def empty(layout: QLayout) -> None:
    """Take everything out of a layout and destroy it."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
