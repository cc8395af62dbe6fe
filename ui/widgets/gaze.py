"""The dot that eyes follow over the whole screen."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme.pens import stroke
from ui.theme.theme import Theme
from ui.widgets.part import Part
from ui.widgets.pill import AdvicePill

_MOVE_MS = 700  # calm: eyes follow it without a leap
_DOT = 44
_RING = 84
_WORDS_AT = 0.3  # of the height: the dot rests in the corners and in the middle


class GazeVeil(Part):
    """Lies over the parent down to `bottom`, so that nothing else draws the eye; the ways out below it stay free.

    It takes no presses and no focus. The place of the dot is given in 0..1 of what it covers.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._over = parent
        self._place: QPointF | None = None
        self._progress = 0.0
        self.pill = AdvicePill(theme, self)
        self._moving = QVariantAnimation(self)
        self._moving.setEasingCurve(QEasingCurve.Type.InOutSine)
        self._moving.valueChanged.connect(self._on_moved)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self, height: int) -> None:
        """Lie over the upper `height` pixels of the parent."""
        self.setGeometry(0, 0, self._over.width(), height)
        self.pill.setGeometry(0, round(height * _WORDS_AT) - self.pill.height() // 2, self.width(), self.pill.height())
        self.show()
        self.raise_()

    def look_at(self, place: tuple[float, float], progress: float) -> None:
        """Move the dot there; `progress` 0..1 fills the ring around it."""
        goal = QPointF(*place)
        self._progress = progress
        at_goal = self._moving.endValue() if self._moving.state() is QVariantAnimation.State.Running else self._place
        if goal != at_goal:
            start = self._place
            self._moving.stop()
            duration = self.theme.ms(_MOVE_MS)
            if start is None or not duration:
                self._place = goal
            else:
                self._moving.setDuration(duration)
                self._moving.setStartValue(start)
                self._moving.setEndValue(goal)
                self._moving.start()
        self.update()

    @property
    def dot(self) -> QPointF:
        """The middle of the dot in pixels; it never touches the edge."""
        edge = self.theme.px(_RING)
        place = self._place if self._place is not None else QPointF(0.5, 0.5)  # a QPointF of zeros is false
        return QPointF(edge + place.x() * (self.width() - 2 * edge), edge + place.y() * (self.height() - 2 * edge))

    def _on_moved(self, place: QPointF) -> None:
        self._place = place
        self.update()

    def drop(self) -> None:
        self._moving.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("background"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.dot
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(middle, px(_DOT) / 2, px(_DOT) / 2)
        ring = QRectF(middle.x() - px(_RING) / 2, middle.y() - px(_RING) / 2, px(_RING), px(_RING))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(stroke(theme.color("line"), px(6)))
        painter.drawEllipse(ring)
        if self._progress > 0:
            painter.setPen(stroke(theme.color("accent"), px(6)))
            painter.drawArc(ring, 90 * 16, -round(360 * 16 * min(1.0, self._progress)))
