"""What lies over a screen for a moment: busy, "are you still there", a lost camera, a problem that can be mended."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.domain.errors import ErrorCode
from ui import strings
from ui.theme.pens import stroke
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.layouts import Card
from ui.widgets.part import Part, Text
from ui.widgets.pictures import Icon, Illustration


class Spinner(Part):
    """A turning ring. Runs only while it can be seen."""

    def __init__(self, theme: Theme, units: int = 64, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._units, self._angle = units, 0
        self._turning = QTimer(self)
        self._turning.setInterval(33)
        self._turning.timeout.connect(self._on_turn)
        self.apply_theme()

    def apply_theme(self) -> None:
        self.setFixedSize(self.theme.px(self._units), self.theme.px(self._units))

    def showEvent(self, event: object) -> None:
        self._turning.start()

    def hideEvent(self, event: object) -> None:
        self._turning.stop()

    def _on_turn(self) -> None:
        self._angle = (self._angle + 10) % 360
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        width = self.theme.px(self._units) / 9
        place = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("line"), width))
        painter.drawEllipse(place)
        painter.setPen(stroke(self.theme.color("accent"), width))
        painter.drawArc(place, -self._angle * 16, 100 * 16)


class Countdown(Part):
    """A ring that empties around the seconds that are left."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._left, self._of = 0, 1
        self.apply_theme()

    def set_seconds(self, left: int) -> None:
        self._of = left if left > self._left else self._of
        self._left = left
        self.update()

    def apply_theme(self) -> None:
        self.setFixedSize(self.theme.px(176), self.theme.px(176))

    def paintEvent(self, event: QPaintEvent) -> None:
        width = self.theme.px(10)
        place = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("line"), width))
        painter.drawEllipse(place)
        painter.setPen(stroke(self.theme.color("accent"), width))
        painter.drawArc(place, 90 * 16, -round(360 * 16 * self._left / max(1, self._of)))
        painter.setPen(self.theme.color("text"))
        painter.setFont(self.theme.font("display", strong=True))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(self._left))


class Veil(Part):
    """Covers its parent, dims it, and holds a card in the middle. Clicks do not reach what is below."""

    def __init__(self, theme: Theme, parent: QWidget, *, width: int = 720, dim: int = 140) -> None:
        super().__init__(theme, parent)
        self._over = parent
        self._width, self._dim = width, dim
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.card = Card(theme, padding=56, spacing=24, parent=self)
        layout.addWidget(self.card)
        self.hide()

    def apply_theme(self) -> None:
        self.card.setFixedWidth(min(self.theme.px(self._width), max(200, self._over.width() - self.theme.px(48))))

    def cover(self) -> None:
        """Lie over the parent as it is now."""
        self.setGeometry(self._over.rect())
        self.apply_theme()
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = QColor(10, 14, 20, self._dim)
        QPainter(self).fillRect(self.rect(), shade)


class BusyVeil(Veil):
    """What takes longer than a moment, in words, with a turning ring."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent, width=560, dim=70)
        self._label = ""
        self._words = Text("lead", strong=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.card.box.addWidget(Spinner(theme, 84), 0, Qt.AlignmentFlag.AlignCenter)
        self.card.add(self._words)

    @property
    def label(self) -> str:
        return self._label

    def show_label(self, label: str | None) -> None:
        if label is None:
            self._label = ""
            self.hide()
            return
        self._label = label
        self.retranslate()
        self.cover()

    def retranslate(self) -> None:
        self._words.setText(strings.busy(self._label))
        self.setAccessibleName(self._words.text())


class StillThereVeil(Veil):
    """Counts down before the session ends.

    Signals:
        here: the customer says that they are.
    """

    here = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._title, self._text = Text("title", strong=True), Text("body", tone="secondary")
        self._button = BigButton(theme, "main")
        self._count = Countdown(theme)
        for text in (self._title, self._text):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.card.box.addWidget(self._count, 0, Qt.AlignmentFlag.AlignCenter)
        self.card.add(self._title, self._text)
        self.card.box.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        self._button.clicked.connect(self.here)
        self.retranslate()

    def show_seconds(self, left: int | None) -> None:
        if left is None:
            self.hide()
            return
        self._count.set_seconds(left)
        if not self.isVisible():
            self.cover()
            self._button.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        self._title.setText(strings.translate("veils", "Are you still there?"))
        self._text.setText(strings.translate("veils", "Otherwise we'll stop, so that nobody else sees your data."))
        self._button.setText(strings.translate("veils", "I'm still here"))


class CameraVeil(Veil):
    """The camera is gone: says so, and that it goes on by itself. Lies over the picture only; leaving stays possible."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent, dim=0)
        self._code = ErrorCode.CAMERA_LOST
        self._title, self._text, self._staff = Text("title", strong=True), Text("body"), Text("small", tone="secondary")
        self.card.add(Illustration(theme, "camera-lost", 220))
        for text in (self._title, self._text, self._staff):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.card.add(text)

    def show_error(self, code: ErrorCode | None) -> None:
        if code is None:
            self.hide()
            return
        self._code = code
        self.retranslate()
        self.cover()

    def retranslate(self) -> None:
        words = strings.error(self._code)
        self._title.setText(words.title)
        self._text.setText(words.text)
        staff = strings.translate("veils", "For staff: {advice} ({code})")
        self._staff.setText(staff.format(advice=words.for_staff, code=self._code.value))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("background"))


class ProblemBanner(Part):
    """Something that can be mended, above the screen, which goes on. What happened, what it means, what to do."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.code: ErrorCode | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        card = Card(theme, kind="caution", row=True, padding=20, spacing=20, parent=self)
        outer.addWidget(card)
        words = QVBoxLayout()
        self._title, self._text = Text("body", strong=True), Text("body", tone="secondary")
        words.addWidget(self._title)
        words.addWidget(self._text)
        self.close_button = BigButton(theme, "quiet", icon="close")
        card.box.addWidget(Icon(theme, "warning", 30, "caution", disc="caution_soft"), 0, Qt.AlignmentFlag.AlignVCenter)
        card.box.addLayout(words, 1)
        card.box.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.close_button.clicked.connect(self.hide)
        self.hide()

    def show_problem(self, code: ErrorCode | None) -> None:
        self.code = code
        self.setVisible(code is not None)
        self.retranslate()

    def retranslate(self) -> None:
        self.close_button.setAccessibleName(strings.translate("veils", "Close this message"))
        if self.code is not None:
            words = strings.error(self.code)
            self._title.setText(words.title)
            self._text.setText(words.text)
            self.setAccessibleName(f"{words.title}. {words.text}")
