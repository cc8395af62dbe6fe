"""Pages taken so far, small, in a row, each with a button that removes it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QWidget

from ui import strings
from ui.theme import tokens
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.part import Part
from ui.widgets.pictures import Picture

_PAGE_WIDTH, _LEAST_WIDTH, _HEIGHT, _GAP = 108, 72, 140, 12


class RemoveButton(BigButton):
    """A cross on a disc, readable on any picture; larger to touch than it looks."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "quiet", icon="close", parent=parent)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = px(40)
        disc = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        ring = self._ring and self.hasFocus()
        painter.setPen(QPen(theme.color("focus" if ring else "secondary"), px(tokens.FOCUS_RING if ring else 2)))
        painter.setBrush(theme.color("raised" if self.isDown() else "surface"))
        painter.drawEllipse(disc)
        icon = theme.icon("close", 24, "text", ratio=self.devicePixelRatioF())
        painter.drawPixmap(round(disc.center().x() - px(24) / 2), round(disc.center().y() - px(24) / 2), icon)


class PageThumb(Part):
    """One page."""

    def __init__(self, theme: Theme, jpeg: bytes, number: int, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.number = number
        self.picture = Picture(theme, jpeg, empty_icon="page", cover=True, parent=self)
        self.remove = RemoveButton(theme, self)
        self.retranslate()

    def set_width(self, width: int) -> None:
        self.setFixedSize(width, self.theme.px(_HEIGHT))
        self.picture.setGeometry(0, 0, width, self.height())
        side = min(width, self.theme.px(tokens.TOUCH_TARGET))
        left = 0 if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else width - side
        self.remove.setGeometry(left, 0, side, side)

    def retranslate(self) -> None:
        self.picture.setAccessibleName(strings.translate("proof", "Page {number}").format(number=self.number))
        self.remove.setAccessibleName(strings.translate("proof", "Remove page {number}").format(number=self.number))


class PageStrip(Part):
    """Hidden while there is no page.

    Signals:
        removed: (int) the page at this index, from 0, is to go.
    """

    removed = Signal(int)

    def __init__(self, theme: Theme, pages: Sequence[bytes], parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # as wide as there is room, not as the pages would like
        self.thumbs = [PageThumb(theme, jpeg, number) for number, jpeg in enumerate(pages, 1)]
        for thumb in self.thumbs:
            thumb.remove.clicked.connect(self._on_remove)
            self._row.addWidget(thumb)
        self._row.addStretch(1)
        self.apply_theme()
        if not pages:
            self.hide()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(_LEAST_WIDTH), self.theme.px(_HEIGHT))

    def apply_theme(self) -> None:
        self._row.setSpacing(self.theme.px(_GAP))
        self.setFixedHeight(self.theme.px(_HEIGHT))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Narrower where there are many; where not even that is enough the newest stay in sight."""
        px, count = self.theme.px, len(self.thumbs)
        if not count:
            return
        fitting = max(1, (self.width() + px(_GAP)) // (px(_LEAST_WIDTH) + px(_GAP)))
        shown = min(count, fitting)
        width = min(px(_PAGE_WIDTH), (self.width() + px(_GAP)) // shown - px(_GAP))
        for index, thumb in enumerate(self.thumbs):
            thumb.set_width(max(width, 1))
            thumb.setVisible(index >= count - shown)

    def drop(self) -> None:
        """Hold no picture any more."""
        for thumb in self.thumbs:
            thumb.picture.drop()

    def _on_remove(self) -> None:
        index = next((index for index, thumb in enumerate(self.thumbs) if thumb.remove is self.sender()), None)
        if index is not None:
            self.removed.emit(index)
