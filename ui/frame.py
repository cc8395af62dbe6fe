"""The window's head and foot: brand, steps, time left; ways out on the left, the main button always in the same place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from kiosk.domain.views import StepProgress
from ui import strings
from ui.stage.screen import Action
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.part import Part, Text
from ui.widgets.stepper import Stepper


class BrandMark(Part):
    """A mark in the brand's accent until a brand brings its logo."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.apply_theme()

    def apply_theme(self) -> None:
        self.setFixedSize(self.theme.px(44), self.theme.px(44))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("accent"))
        radius = self.width() * 0.28
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        side = round(self.width() * 0.68)
        icon = self.theme.icon("shield", side / self.theme.scale, "on_accent", ratio=self.devicePixelRatioF())
        painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, icon)


class Header(Part):
    """Brand, steps, time left."""

    def __init__(self, theme: Theme, brand: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("header")
        self._progress = StepProgress((), -1, 0)
        self._brand = Text("lead", strong=True, wrap=False)
        self._brand.setText(brand)
        self._stepper = Stepper(theme)
        self._time = Text("body", tone="secondary", wrap=False)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._left = QWidget()
        self._brand_row = left = QHBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(BrandMark(theme))
        left.addWidget(self._brand)
        left.addStretch(1)
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self._left, 1)
        self._layout.addWidget(self._stepper, 3)
        self._layout.addWidget(self._time, 1)
        self.apply_theme()

    @property
    def brand(self) -> str:
        return self._brand.text()

    def set_brand(self, brand: str) -> None:
        self._brand.setText(brand)

    def show_progress(self, progress: StepProgress) -> None:
        self._progress = progress
        shown = progress.current >= 0
        self._stepper.setVisible(shown)
        self._stepper.set_progress(progress.names, progress.current)
        self.retranslate()
        self._fit()

    def apply_theme(self) -> None:
        px = self.theme.px
        side = px(64 if self.window().width() >= self.window().height() else 40)
        self._layout.setContentsMargins(side, px(16), side, px(12))
        self._layout.setSpacing(px(24))
        self._brand_row.setSpacing(px(16))
        self.setFixedHeight(px(112))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.apply_theme()
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        # On a standing screen the steps need the room of the brand's name.
        self._brand.setVisible(self.width() > self.theme.px(1400) or self._progress.current < 0)
        self._left.setMaximumWidth(16777215 if self._brand.isVisibleTo(self) else self.theme.px(60))

    def retranslate(self) -> None:
        shown = self._progress.current >= 0 and self._progress.minutes_left > 0
        self._time.setText(strings.minutes_left(self._progress.minutes_left) if shown else "")


class Footer(Part):
    """Signals:
    back, start_over, ask_staff, main, second: what was pressed.
    """

    back = Signal()
    start_over = Signal()
    ask_staff = Signal()
    main = Signal()
    second = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("footer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.back_button = BigButton(theme, "quiet", icon="back")
        self.over_button = BigButton(theme, "quiet", icon="restart")
        self.staff_button = BigButton(theme, "quiet", icon="staff")
        self.second_button = BigButton(theme, "second")
        self.main_button = BigButton(theme, "main")
        for button, signal in (
            (self.back_button, self.back),
            (self.over_button, self.start_over),
            (self.staff_button, self.ask_staff),
            (self.second_button, self.second),
            (self.main_button, self.main),
        ):
            button.clicked.connect(signal)
        self._quiet, self._loud = QWidget(), QWidget()
        self._quiet_row, self._loud_row = quiet, loud = QHBoxLayout(self._quiet), QHBoxLayout(self._loud)
        for layout in (quiet, loud):
            layout.setContentsMargins(0, 0, 0, 0)
        for button in (self.back_button, self.over_button, self.staff_button):
            quiet.addWidget(button)
        quiet.addStretch(1)
        loud.addStretch(1)
        loud.addWidget(self.second_button)
        loud.addWidget(self.main_button)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.addWidget(self._quiet, 1)
        self._layout.addWidget(self._loud, 1)
        self.set_standing(False)
        self.retranslate()

    def set_standing(self, standing: bool) -> None:
        """On a standing screen the main row lies above the quiet one and fills the width."""
        self._standing = standing
        self._layout.setDirection(QBoxLayout.Direction.BottomToTop if standing else QBoxLayout.Direction.LeftToRight)
        loud = self._loud_row
        loud.setStretch(0, 0 if standing else 1)
        loud.setStretch(1, 2 if standing else 0)
        loud.setStretch(2, 3 if standing else 0)
        self.apply_theme()

    def apply_theme(self) -> None:
        px = self.theme.px
        # The quiet buttons' words begin, and the main button ends, where the screen's own content does.
        left, right = (22, 36) if self._standing else (46, 60)
        self._layout.setContentsMargins(px(left), px(20), px(right), px(20))
        self._layout.setSpacing(px(16))
        self._loud_row.setSpacing(px(16))
        self._quiet_row.setSpacing(px(8))
        self.setFixedHeight(px(88 + 40) + (px(64 + 16) if self._standing else 0))

    def show_actions(self, main: Action | None, second: Action | None) -> None:
        for button, action in ((self.main_button, main), (self.second_button, second)):
            if action is None or not action.enabled:
                self._let_go(button)
            button.setVisible(action is not None)
            if action is not None:
                button.set_icon(action.icon)
                button.setText(action.text)
                if not button.busy:
                    button.setEnabled(action.enabled)

    def _let_go(self, button: BigButton) -> None:
        """Before it is hidden or disabled: Qt would hand its focus to the next one, where Enter may do something that nobody meant."""
        if button.hasFocus():
            self.window().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_ways_out(self, *, back: bool, start_over: bool) -> None:
        self.back_button.setVisible(back)
        self.over_button.setVisible(start_over)

    def emphasise_staff(self, on: bool) -> None:
        self.staff_button.kind = "chip" if on else "quiet"
        self.staff_button.apply_theme()
        self.staff_button.update()

    def set_waiting(self, waiting: bool) -> None:
        """The main button turns its ring until something comes of the press."""
        if waiting:
            for button in (self.main_button, self.second_button):
                self._let_go(button)
        self.main_button.set_busy(waiting)
        self.second_button.setEnabled(not waiting)

    def retranslate(self) -> None:
        self.back_button.setText(strings.translate("footer", "Back"))
        self.over_button.setText(strings.translate("footer", "Start over"))
        self.staff_button.setText(strings.translate("footer", "Ask a colleague"))
