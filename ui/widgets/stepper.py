"""Where the customer is: dots with names."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import strings
from ui.theme.pens import stroke
from ui.theme.theme import Theme
from ui.theme.tokens import Look
from ui.widgets.part import Part


class Stepper(Part):
    """Done steps carry a tick, the current one is filled, coming ones are rings; words under each."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._names: tuple[str, ...] = ()
        self._current = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.apply_theme()

    def set_progress(self, names: tuple[str, ...], current: int) -> None:
        self._names, self._current = names, current
        self.retranslate()

    def apply_theme(self) -> None:
        self.setFixedHeight(self.theme.px(76))
        self.update()

    def retranslate(self) -> None:
        if 0 <= self._current < len(self._names):
            words = strings.translate("header", "Step {number} of {count}: {name}")
            self.setAccessibleName(
                words.format(number=self._current + 1, count=len(self._names), name=strings.step(self._names[self._current]))
            )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(170 * max(1, len(self._names))), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(90 * max(1, len(self._names))), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._names:
            return
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pitch = min(px(190), self.width() / len(self._names))
        left = (self.width() - pitch * len(self._names)) / 2
        y, radius = px(20), px(13)
        centres = [QPointF(left + pitch * (index + 0.5), y) for index in range(len(self._names))]
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            centres.reverse()
        for index in range(len(centres) - 1):
            start, end = sorted((centres[index].x(), centres[index + 1].x()))
            painter.setPen(stroke(theme.color("accent") if index < self._current else self._coming, px(3)))
            painter.drawLine(QPointF(start + radius + px(8), y), QPointF(end - radius - px(8), y))
        all_named = self.fits_all_names(pitch)
        for index, centre in enumerate(centres):
            self._paint_dot(painter, centre, radius, index)
            if not all_named and index != self._current:
                continue
            painter.setFont(theme.font("small", strong=index == self._current))
            painter.setPen(theme.color("text" if index == self._current else "secondary"))
            width = pitch if all_named else min(self.width(), 3 * pitch)
            x = min(max(0.0, centre.x() - width / 2), self.width() - width)
            place = QRectF(x, y + radius + px(6), width, px(30))
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, strings.step(self._names[index]))

    def fits_all_names(self, pitch: float) -> bool:
        """Many steps on a narrow screen: then only the current one is named, rather than names that run into one another."""
        metrics = QFontMetricsF(self.theme.font("small", strong=True))
        return all(metrics.horizontalAdvance(strings.step(name)) + self.theme.px(10) <= pitch for name in self._names)

    @property
    def _coming(self) -> QColor:
        """What is still to come: quiet, but seen on any ground; a line's own colour is lost in the dark."""
        color = self.theme.color("secondary")
        if self.theme.look is not Look.CONTRAST:
            color.setAlpha(110)
        return color

    def _paint_dot(self, painter: QPainter, centre: QPointF, radius: float, index: int) -> None:
        theme, px = self.theme, self.theme.px
        if index <= self._current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(centre, radius, radius)
            if index < self._current:
                side = px(18)
                painter.drawPixmap(
                    QPointF(centre.x() - side / 2, centre.y() - side / 2),
                    theme.icon("check", 18, "on_accent", ratio=self.devicePixelRatioF()),
                )
            else:
                painter.setBrush(theme.color("on_accent"))
                painter.drawEllipse(centre, radius * 0.38, radius * 0.38)
        else:
            painter.setPen(QPen(self._coming, px(3)))
            painter.setBrush(theme.color("surface"))
            painter.drawEllipse(centre, radius - px(1.5), radius - px(1.5))
