"""What document, selfie and liveness have in common: live picture with advice, the shutter moment, the result to go on with or not."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from kiosk.domain.events import CaptureResultReady, Event, GuidanceGiven, PictureTaken
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import CaptureResult
from ui import strings
from ui.bridge.frames import Wanted
from ui.speaker import Tone
from ui.stage.screen import Action, Screen, Stage, stop_timers
from ui.widgets.buttons import BigButton
from ui.widgets.fields import FieldLine
from ui.widgets.layouts import Box, Card, Panes, Rule, Scroll, ScrollBox
from ui.widgets.light import PacedLight
from ui.widgets.overlay import Target
from ui.widgets.part import Part, Text
from ui.widgets.pictures import Icon, Illustration, Picture
from ui.widgets.pill import AdvicePill
from ui.widgets.preview import CameraPreview

READABLE_MS = 700  # an advice stands at least this long
AT_ONCE = frozenset(
    {
        AdviceCode.NEUTRAL_FACE, AdviceCode.SMILE, AdviceCode.FIT_THE_OVAL, AdviceCode.EYES_TO_CAMERA, AdviceCode.FOLLOW_THE_DOT,
        AdviceCode.ONCE_MORE, AdviceCode.HOLD_STILL, AdviceCode.TURN_LEFT, AdviceCode.TURN_RIGHT, AdviceCode.LOOK_BACK,
    }
)  # fmt: skip
"""What is asked of the customer next, and that it is right: words and picture must not say different things, and nothing waits for a
reader there."""
_PANEL_WIDTH = 480
_LIVE_SHARES, _READ_SHARES = (3, 2), (3, 4)
"""Of a standing screen's height: what the camera sees or saw, and what is said beside it."""
_FIELD_DELAY_MS = 90


class HowTo(Part):
    """Beside the live picture: what to do, drawn and said; help when it takes long."""

    def __init__(self, stage: Stage, drawing: str, parent: QWidget | None = None) -> None:
        super().__init__(stage.theme, parent)
        theme = stage.theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.content = Box(theme, spacing=24)
        outer.addWidget(self.content)
        self.attempt = Text("body", strong=True, tone="accent")
        self.attempt.hide()
        self.title, self.text = Text("title", strong=True), Text("lead", tone="secondary")
        self.drawing = Illustration(theme, drawing, 260, left=True)
        self.help = Card(theme, padding=24, spacing=12)
        self._help_title, self._help_text = Text("body", strong=True), Text("body", tone="secondary")
        self.staff = BigButton(theme, "chip", icon="staff")
        self.help.add(self._help_title, self._help_text)
        self.help.box.addWidget(self.staff, 0, Qt.AlignmentFlag.AlignLeft)
        self.help.hide()
        self.content.box.addStretch(1)
        self.content.add(self.drawing)
        self.content.add(self.attempt, self.title, self.text, self.help)
        self.content.box.addStretch(2)
        self.retranslate()

    def set_words(self, title: str, text: str, help_text: str, *, attempt: str = "") -> None:
        """`attempt`: which try it is, above the title; "" = not said."""
        self.attempt.setText(attempt)
        self.attempt.setVisible(bool(attempt))
        self.title.setText(title)
        self.text.setText(text)
        self._help_text.setText(help_text)

    def show_help(self) -> None:
        self.help.show()

    def retranslate(self) -> None:
        self._help_title.setText(strings.translate("capture", "Does it not work?"))
        self.staff.setText(strings.translate("capture", "Ask a colleague"))


class ResultPanel(Part):
    """Beside the taken picture: is it good, and what was read, field by field."""

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(stage.theme, parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._content = Box(stage.theme, spacing=20)
        outer.addWidget(self._content)
        self._mark = Icon(stage.theme, "check", 36, "good", disc="good_soft")
        self.title, self.text = Text("title", strong=True), Text("body", tone="secondary")
        self._fields = ScrollBox(stage.theme, spacing=12, margins=(0, 0, 24, 0))
        self._scroll = Scroll(stage.theme, self._fields)
        self._content.add(self._mark, self.title, self.text)
        self._content.add(self._scroll, stretch=1)
        self.lines: list[FieldLine] = []

    def show_result(self, result: CaptureResult) -> None:
        caution = result.usable and bool(result.warnings)
        if not result.usable:
            self._mark.set_icon("retake", "caution", "caution_soft")
        elif caution:
            self._mark.set_icon("warning", "caution", "caution_soft")
        else:
            self._mark.set_icon("check", "good", "good_soft")
        for index, row in enumerate(result.fields):
            if self.lines:
                self._fields.add(Rule(self.theme))
            line = FieldLine(self.theme, row)
            self.lines.append(line)
            self._fields.add(line)
            line.appear(150 + index * _FIELD_DELAY_MS)
        self._fields.box.addStretch(1)
        self._scroll.setVisible(bool(result.fields))
        if not result.fields:
            self._content.box.insertStretch(0, 1)
            self._content.box.addStretch(2)

    def set_words(self, title: str, text: str) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))


class CaptureScreen(Screen):
    """GUI thread. Subclasses say what is looked for and in which words."""

    def __init__(
        self, stage: Stage, *, target: Target, mirrored: bool, drawing: str, manual_after_s: float | None, help_after_s: float
    ) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._manual = False
        self._taken = False
        self._busy: str | None = None
        self._result: CaptureResult | None = None
        self._advice = AdviceCode.CAMERA_STARTING
        self._pending: Guidance | None = None
        self.pill = AdvicePill(theme)
        self.preview = CameraPreview(theme, target, mirrored=mirrored)
        self.preview.wanted_changed.connect(self.wanted_changed)
        self._dark = False
        self._colour = ""
        self._light = PacedLight(self.preview.set_light, self)
        self.howto = HowTo(stage, drawing)
        self.howto.staff.clicked.connect(self.staff_asked)
        self.live = Box(theme, spacing=12)
        self.live.add(self.pill)
        self.live.add(self.preview, stretch=1)
        left, right = QWidget(), QWidget()
        self._left, self._right = QStackedLayout(left), QStackedLayout(right)
        self._left.addWidget(self.live)
        self._right.addWidget(self.howto)
        self._panes = Panes(theme, left, right, shares=(3, 2), standing_shares=_LIVE_SHARES, second_width=_PANEL_WIDTH, spacing=56)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._panes)
        self.picture: Picture | None = None
        self.panel: ResultPanel | None = None
        self._readable = QTimer(self)
        self._readable.setSingleShot(True)
        self._readable.setInterval(READABLE_MS)
        self._readable.timeout.connect(self._on_readable)
        self._manual_timer = self._after(manual_after_s, self._on_manual) if manual_after_s is not None else None
        self._help_timer = self._after(help_after_s, self.howto.show_help)
        self._show_advice(AdviceCode.CAMERA_STARTING, steady=False)

    def _after(self, seconds: float, call: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(round(seconds * 1000))
        timer.timeout.connect(call)
        timer.start()
        return timer

    # --- words of the subclass ---------------------------------------------------------------------------------------

    def result_title(self, result: CaptureResult) -> str:
        raise NotImplementedError

    def advice_words(self, code: AdviceCode) -> strings.Advice:
        return strings.advice(code)

    # --- the window's side -------------------------------------------------------------------------------------------

    @property
    def main(self) -> Action | None:
        if self._result is not None:
            if self._result.usable:
                return Action(strings.translate("capture", "Continue"), enabled=self._busy is None)
            return Action(strings.translate("capture", "Take again"), "retake", enabled=self._busy is None)
        if self._manual and not self._taken:
            return Action(strings.translate("capture", "Take the picture"), "camera")
        return None

    @property
    def second(self) -> Action | None:
        if self._result is not None and self._result.usable:
            # while it is saved or decided about, another picture would pull the ground from under that
            return Action(strings.translate("capture", "Take again"), "retake", enabled=self._busy is None)
        return None

    @property
    def wanted(self) -> Wanted | None:
        if self._result is not None:
            return None
        return Wanted(self.preview.wanted_size, self.preview.mirrored, self.preview.crop_aspect)

    def on_main(self) -> None:
        if self._result is None:
            self.session.capture_by_hand()
        elif self._result.usable:
            self.session.advance()
        else:
            self._take_again()

    def on_second(self) -> None:
        self._take_again()

    def show_frame(self, picture: QImage) -> None:
        if self._result is None:
            if self._advice is AdviceCode.CAMERA_STARTING and not self._readable.isActive():
                self._show_advice(self.first_advice(), steady=False)
            self.preview.set_picture(picture)

    def first_advice(self) -> AdviceCode:
        """What to say when there is a picture and nothing has been judged yet."""
        return AdviceCode.SHOW_DOCUMENT

    def show_busy(self, label: str | None) -> bool:
        if self._result is None:
            if label is not None:
                self.pill.show_advice(strings.busy(label), "", "accent", turning=True)
            else:
                self._show_advice(self._advice, steady=self._taken)
        changed, self._busy = (label is None) is not (self._busy is None), label
        if changed and self._result is not None:
            self.actions_changed.emit()
        return True

    def handle(self, event: Event) -> None:
        if isinstance(event, GuidanceGiven) and not self._taken:
            self._show_guidance(event.guidance)
            self.show_task(event.guidance)
        elif isinstance(event, PictureTaken):
            self._on_taken()
        elif isinstance(event, CaptureResultReady):
            self._show_result(event.result)

    def share_of(self, guidance: Guidance) -> float:
        """How full the ring is, 0..1."""
        return guidance.progress

    def show_task(self, guidance: Guidance) -> None:
        """What a subclass shows of a guidance beside advice, outline and ring."""

    @property
    def result(self) -> CaptureResult | None:
        """What was taken and is looked at now."""
        return self._result

    @property
    def is_taken(self) -> bool:
        """The shutter has fallen, and "take again" was not pressed."""
        return self._taken

    def drop(self) -> None:
        stop_timers(self)
        self.stage.speaker.stop()
        self.preview.drop()
        if self.picture is not None:
            self.picture.drop()
        self._result = None

    # --- live --------------------------------------------------------------------------------------------------------

    def _show_guidance(self, guidance: Guidance) -> None:
        self.preview.set_guidance(guidance.outline, tone="steady" if guidance.steady else "wrong", progress=self.share_of(guidance))
        if guidance.advice is self._advice:
            self._pending = None
            self._show_advice(guidance.advice, steady=guidance.steady)
        elif self._readable.isActive() and guidance.advice not in AT_ONCE:
            self._pending = guidance  # the newest one, when the present one has been readable long enough
        else:
            self._pending = None
            self._show_advice(guidance.advice, steady=guidance.steady)
            self._readable.start()

    def _on_readable(self) -> None:
        if self._pending is not None and not self._taken:
            self._show_advice(self._pending.advice, steady=self._pending.steady)
            self._pending = None
            self._readable.start()

    def _show_advice(self, code: AdviceCode, *, steady: bool) -> None:
        self._advice = code
        words = self.advice_words(code)
        tone = "good" if code is AdviceCode.TAKEN else "accent" if steady else "neutral"
        self.pill.show_advice(words.text, words.icon, tone)
        self.stage.speaker.say(words.text)
        if self.preview.target.kind == "face":
            self._light_face(code)

    def _light_face(self, code: AdviceCode) -> None:
        """White around the face from when it is dark on: with the light it is no longer dark, and going out again it would flicker."""
        if code in (AdviceCode.TOO_DARK, AdviceCode.TOO_BRIGHT):
            self._dark = code is AdviceCode.TOO_DARK
            self._write_light()

    def set_colour(self, colour: str) -> None:
        """A colour for the screen to shine with, "#RRGGBB"; "" = none. Not shown with reduced motion."""
        self._colour = colour if self.theme.ms(1) else ""
        self._write_light()

    def _write_light(self) -> None:
        self._light.set_colour(self._colour or ("#FFFFFF" if self._dark else ""))

    def _on_manual(self) -> None:
        self._manual = True
        self.actions_changed.emit()

    def _on_taken(self) -> None:
        self._taken = True
        self._pending = None
        self.set_colour("")
        self._show_advice(AdviceCode.TAKEN, steady=True)
        self.stage.speaker.tone(Tone.TAKEN)
        self.preview.flash()
        self.actions_changed.emit()

    # --- result ------------------------------------------------------------------------------------------------------

    def _show_result(self, result: CaptureResult) -> None:
        self._forget_result()
        self._taken = True
        self._result = result
        for timer in (self._manual_timer, self._help_timer):
            if timer is not None:
                timer.stop()
        self.panel = ResultPanel(self.stage)
        self._right.addWidget(self.panel)
        self._right.setCurrentWidget(self.panel)
        self.panel.show_result(result)
        if result.fields:  # a page lies in the upper part of a standing screen, and what was read of it needs the rest
            self._panes.share_standing(*_READ_SHARES)
        if result.picture is not None:
            # In a turn of its own: decoding takes as long as building the panel, and together they would hold up the event loop.
            QTimer.singleShot(0, self, self._slide_in)
        else:
            # Nothing was cut out: what the camera saw stays on.
            self.preview.freeze("taken" if result.usable else "wrong")
        self._write_result()
        self.wanted_changed.emit()
        self.actions_changed.emit()

    def _slide_in(self) -> None:
        """The straightened page or the face comes from where it was taken to its place."""
        if self._result is None or self._result.picture is None or self.picture is not None:
            return  # taken again, or left, in the meantime
        start = QRectF(self.preview.target_rect)
        start.translate(QPointF(self.preview.mapTo(self.live, self.preview.rect().topLeft())))
        self.picture = Picture(self.theme, self._result.picture)
        self._left.addWidget(self.picture)
        self._left.setCurrentWidget(self.picture)
        self.picture.slide_from(start)

    def _write_result(self) -> None:
        if self._result is None or self.panel is None:
            return
        if not self._result.usable:
            known = self._result.advice in AdviceCode.__members__
            words = self.advice_words(AdviceCode(self._result.advice)) if known else strings.advice_of(self._result.advice)
            self.pill.show_advice(words.text, words.icon)
            self.panel.set_words(strings.translate("capture", "Let's take it once more"), words.text + ".")
            return
        lines = [strings.page_warning(warning) for warning in self._result.warnings[:2]]
        if lines:
            lines.append(strings.translate("capture", "You can continue, or take it again."))
        self.panel.set_words(self.result_title(self._result), " ".join(lines))

    def _take_again(self) -> None:
        self._back_to_live()
        self.session.retake()

    def _back_to_live(self) -> None:
        self._forget_result()
        self._taken = False
        self._left.setCurrentWidget(self.live)
        self._right.setCurrentWidget(self.howto)
        self.preview.thaw()
        self._show_advice(self.first_advice(), steady=False)
        for timer in (self._manual_timer if not self._manual else None, self._help_timer):
            if timer is not None:
                timer.start()
        self.wanted_changed.emit()
        self.actions_changed.emit()

    def _forget_result(self) -> None:
        self._result = None
        self._panes.share_standing(*_LIVE_SHARES)
        for widget in (self.picture, self.panel):
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        if self.picture is not None:
            self.picture.drop()
        self.picture = self.panel = None

    # --- words -------------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        words = self.advice_words(self._advice)
        self.pill.show_advice(words.text, words.icon, self.pill.tone)
        if self._busy is not None:
            self.show_busy(self._busy)
        self._write_result()
        self.actions_changed.emit()
