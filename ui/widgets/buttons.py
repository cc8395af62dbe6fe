"""Buttons for fingers: large, painted by us, with a focus ring that shows for the keyboard only."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ui.theme import tokens
from ui.theme.pens import stroke
from ui.theme.theme import Theme

_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class BigButton(QAbstractButton):
    """Kinds: "main" (accent, one per screen), "second" (outlined), "quiet" (words and icon only), "chip" (a choice; can be checked),
    "done" (as main, of a chip's size), "key" (of a number pad).

    While `busy` it shows a turning ring in place and takes no presses.
    """

    def __init__(self, theme: Theme, kind: str = "main", *, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.kind = kind
        self.icon_name = icon
        self.trailing_icon = ""
        self._ring = False
        self._angle = 0
        self._turning = QTimer(self)
        self._turning.setInterval(33)
        self._turning.timeout.connect(self._on_turn)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.apply_theme()

    # --- state -----------------------------------------------------------------------------------------------------

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def set_icon(self, name: str) -> None:
        self.icon_name = name
        self.updateGeometry()
        self.update()

    @property
    def busy(self) -> bool:
        return self._turning.isActive()

    def set_busy(self, busy: bool) -> None:
        if busy == self.busy:
            return
        if busy:
            self._turning.start()
        else:
            self._turning.stop()
        self.setEnabled(not busy)
        self.update()

    def apply_theme(self) -> None:
        heights = {"main": tokens.MAIN_BUTTON_HEIGHT, "second": tokens.MAIN_BUTTON_HEIGHT, "key": tokens.KEY_HEIGHT}
        self.setFixedHeight(self.theme.px(heights.get(self.kind, tokens.TOUCH_TARGET)))
        self.setFont(self.theme.font("lead" if self.kind in heights else "body", strong=self.kind != "quiet"))
        self.updateGeometry()

    # --- geometry --------------------------------------------------------------------------------------------------

    @property
    def _icon_side(self) -> int:
        return self.theme.px(32 if self.kind in ("main", "second") else 26)

    def sizeHint(self) -> QSize:
        px = self.theme.px
        # Measured with the weight that is painted.
        metrics = QFontMetrics(self.font())
        width = metrics.horizontalAdvance(self.text()) + 2 * px({"main": 44, "second": 36, "quiet": 18}.get(self.kind, 24))
        icons = sum(1 for name in (self.icon_name, self.trailing_icon) if name)
        width += icons * (self._icon_side + px(12))
        least = {"main": 300, "second": 200}.get(self.kind, tokens.TOUCH_TARGET)
        return QSize(max(width, px(least)), self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    # --- painting --------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter presses what has the focus, as Space does; it must not fall through to the main button.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def _on_turn(self) -> None:
        self._angle = (self._angle + 12) % 360
        self.update()

    def _colors(self) -> tuple[QColor, QColor, QColor]:
        """fill, words, edge"""
        theme = self.theme
        clear = QColor(0, 0, 0, 0)
        if not self.isEnabled() and not self.busy:
            words = theme.color("secondary")
            words.setAlpha(150)
            return (theme.color("raised") if self.kind in ("main", "second") else clear), words, clear
        if self.kind in ("main", "done"):
            return theme.color("accent"), theme.color("on_accent"), clear
        if self.kind == "quiet":
            return clear, theme.color("text"), clear
        if self.kind == "chip" and self.isChecked():
            return theme.color("accent_soft"), theme.color("text"), theme.color("accent")
        return theme.color("surface"), theme.color("text"), theme.color("line")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        fill, words, edge = self._colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inset = px(4)  # room for the focus ring
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        radius = px(16 if self.kind in ("main", "second") else tokens.RADIUS)
        if self.isDown() or (self.underMouse() and self.isEnabled()):
            strength = 40 if self.isDown() else 14
            shade = QColor(0, 0, 0, strength) if self.kind == "main" and theme.look is tokens.Look.LIGHT else theme.color("text")
            shade.setAlpha(strength)
        else:
            shade = QColor(0, 0, 0, 0)
        for colour in (fill, shade):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(box, radius, radius)
        if edge.alpha():
            width = px(3) if self.isChecked() else px(2)
            painter.setPen(QPen(edge, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = width / 2
            painter.drawRoundedRect(box.adjusted(half, half, -half, -half), radius, radius)
        self._paint_content(painter, box, words)
        if self._ring and self.hasFocus():
            painter.setPen(QPen(theme.color("focus"), px(tokens.FOCUS_RING)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = px(tokens.FOCUS_RING) / 2
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius + inset, radius + inset)

    def _paint_content(self, painter: QPainter, box: QRectF, words: QColor) -> None:
        px = self.theme.px
        if self.busy:
            side = self._icon_side
            place = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
            painter.setPen(stroke(words, px(4)))
            painter.drawArc(place, -self._angle * 16, 270 * 16)
            return
        painter.setFont(self.font())
        gap, side = px(12), self._icon_side
        text_width = painter.fontMetrics().horizontalAdvance(self.text())
        total = text_width + (side + gap) * bool(self.icon_name) + (side + gap) * bool(self.trailing_icon)
        if not self.text():
            total -= gap
        first, last = self.icon_name, self.trailing_icon
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            first, last = last, first
        x = box.center().x() - total / 2
        if first:
            self._paint_icon(painter, first, QPointF(x, box.center().y() - side / 2), words)
            x += side + gap
        painter.setPen(words)
        painter.drawText(QRectF(x, box.top(), text_width + 2, box.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        if last:
            self._paint_icon(painter, last, QPointF(x + text_width + gap, box.center().y() - side / 2), words)

    def _paint_icon(self, painter: QPainter, name: str, place: QPointF, words: QColor) -> None:
        color = "on_accent" if self.kind in ("main", "done") and self.isEnabled() else "text"
        painter.setOpacity(words.alphaF())
        units = 32 if self.kind in ("main", "second") else 26
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        painter.drawPixmap(place, self.theme.icon(name, units, color, ratio=self.devicePixelRatioF(), right_to_left=rtl))
        painter.setOpacity(1.0)
