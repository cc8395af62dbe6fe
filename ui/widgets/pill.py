"""One advice at a time, large, in a pill, with its icon."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.pens import stroke
from ui.theme.theme import Theme
from ui.widgets.part import Part

_TONES = {"neutral": ("surface", "text", "line"), "accent": ("accent", "on_accent", "accent"), "good": ("good", "surface", "good")}


class AdvicePill(Part):
    """Takes the whole width and paints the pill in its middle, so that a longer advice moves nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.text = ""
        self.icon = ""
        self.tone = "neutral"
        self._angle = 0
        self._turning = QTimer(self)
        self._turning.setInterval(33)
        self._turning.timeout.connect(self._on_turn)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.apply_theme()

    def show_advice(self, text: str, icon: str, tone: str = "neutral", *, turning: bool = False) -> None:
        """`turning` puts a turning ring in the icon's place: something is being worked on."""
        if turning != self._turning.isActive():
            if turning:
                self._turning.start()
            else:
                self._turning.stop()
        if (text, icon, tone) != (self.text, self.icon, self.tone):
            self.text, self.icon, self.tone = text, icon, tone
            self.setAccessibleName(text)
            self.update()

    def _on_turn(self) -> None:
        self._angle = (self._angle + 12) % 360
        self.update()

    def apply_theme(self) -> None:
        self.setFixedHeight(self.theme.px(72))
        self.setFont(self.theme.font("lead", strong=True))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(400), self.height())

    @property
    def pill_width(self) -> int:
        """What the words need; more than `width()` would be cut off."""
        px = self.theme.px
        mark = px(34 + 14) if self.icon or self._turning.isActive() else 0
        return QFontMetrics(self.font()).horizontalAdvance(self.text) + mark + 2 * px(30)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.text:
            return
        theme, px = self.theme, self.theme.px
        fill, words, edge = _TONES[self.tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = px(64)
        box = QRectF((self.width() - self.pill_width) / 2, (self.height() - height) / 2, self.pill_width, height)
        painter.setPen(QPen(theme.color(edge), px(2)))
        painter.setBrush(theme.color(fill))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), height / 2, height / 2)
        inner = box.adjusted(px(30), 0, -px(30), 0)
        side = px(34)
        if self._turning.isActive() or self.icon:
            rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
            x, y = inner.right() - side if rtl else inner.left(), box.center().y() - side / 2
            if self._turning.isActive():
                painter.setPen(stroke(theme.color(words), px(4)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawArc(QRectF(x + 3, y + 3, side - 6, side - 6), -self._angle * 16, 270 * 16)
            else:
                painter.drawPixmap(QPointF(x, y), theme.icon(self.icon, 34, words, ratio=self.devicePixelRatioF()))
            taken = side + px(14)
            inner.adjust(0 if rtl else taken, 0, -taken if rtl else 0, 0)
        painter.setFont(self.font())
        painter.setPen(theme.color(words))
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, self.text)
