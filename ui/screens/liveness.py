"""The quick check that it is really the customer: what is asked was drawn by the session, the screen shows one thing of it at a time."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent

from kiosk.domain.challenge import Assertion, ChallengeKind
from kiosk.domain.events import CaptureResultReady, Event, PictureTaken
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import CaptureResult, LivenessView
from ui import strings
from ui.stage.capture import CaptureScreen
from ui.stage.screen import Stage
from ui.widgets.gaze import GazeVeil
from ui.widgets.overlay import EYES_ASPECT, FACE_ASPECT, Target

_FACE, _EYES = Target("face", FACE_ASPECT), Target("face", EYES_ASPECT)
_SIDES = {AdviceCode.TURN_LEFT: "left", AdviceCode.TURN_RIGHT: "right", AdviceCode.SMILE: "below"}
_ALL_AROUND = frozenset(
    {AdviceCode.LOOK_STRAIGHT, AdviceCode.LOOK_BACK, AdviceCode.NEUTRAL_FACE, AdviceCode.SHOW_FACE, AdviceCode.ONCE_MORE, AdviceCode.TAKEN}
)
_SHOW_ME = frozenset({AdviceCode.ONCE_MORE, AdviceCode.SHOW_FACE, AdviceCode.ONE_PERSON, AdviceCode.COME_CLOSER, AdviceCode.MOVE_BACK})
"""For these people must see themselves: no dot over the picture."""
_DRAWINGS = {
    ChallengeKind.SMILE: "smile",
    ChallengeKind.MULTI_RANGE: "multi-range",
    ChallengeKind.MAGNIFEYE: "magnifeye",
    ChallengeKind.EYE_GAZE: "eye-gaze",
}


def _drawing(view: LivenessView) -> str:
    if view.kind is not ChallengeKind.HEAD_TURN:
        return _DRAWINGS[view.kind]
    turns = {step for step in view.steps if step in (Assertion.TURN_LEFT, Assertion.TURN_RIGHT)}
    return {frozenset({Assertion.TURN_LEFT}): "head-left", frozenset({Assertion.TURN_RIGHT}): "head-right"}.get(
        frozenset(turns), "head-both"
    )


class LivenessScreen(CaptureScreen):
    """Mirrored: the person's own left is left on the screen. The oval fills as what is asked is done.

    Head turn: an arrow, and that side fills where it is the only one. Smile: the lower side fills. Multi-range: the oval grows and
    shrinks. MagnifEye: it becomes a band for the eyes. Eye gaze: a dot over the whole screen. Colours shine around the face where the
    check has them.
    """

    def __init__(self, stage: Stage, view: LivenessView) -> None:
        self._view = view
        self._drawn = _drawing(view)
        self._turns = sum(step in (Assertion.TURN_LEFT, Assertion.TURN_RIGHT) for step in view.steps)
        self._before_smile = 0.0
        self.gaze: GazeVeil | None = None
        super().__init__(stage, target=_FACE, mirrored=True, drawing=self._drawn, manual_after_s=None, help_after_s=view.help_after_s)
        self.retranslate()

    def first_advice(self) -> AdviceCode:
        return AdviceCode.SHOW_FACE

    def result_title(self, result: CaptureResult) -> str:
        return strings.translate("capture", "Thank you, that's done")

    # --- what is asked ---------------------------------------------------------------------------------------------

    def handle(self, event: Event) -> None:
        if isinstance(event, (PictureTaken, CaptureResultReady)):
            self._end_gaze()
            self.set_colour("")
        super().handle(event)

    def share_of(self, guidance: Guidance) -> float:
        """Of the smile, its own part of the way: the side that it fills is empty when it begins."""
        if guidance.advice is not AdviceCode.SMILE:
            if guidance.advice in _ALL_AROUND:
                self._before_smile = guidance.progress
            return guidance.progress
        return max(0.0, guidance.progress - self._before_smile) / max(1e-6, 1.0 - self._before_smile)

    def show_task(self, guidance: Guidance) -> None:
        advice = guidance.advice
        if advice in _SIDES:
            side = _SIDES[advice]
            # of several turns each is a part of the way only, which is told by the whole oval
            self.preview.set_side("" if self._turns > 1 else side, arrow=side if side != "below" else "")
        elif advice in _ALL_AROUND:
            self.preview.set_side("")
        else:
            self.preview.set_side(self.preview.side)  # a correction: the arrow rests, the side stays
        # a face nearer than the camera's height has no oval any more: its eyes fill a band
        if advice is AdviceCode.EYES_TO_CAMERA:
            self.preview.set_target(_EYES)
        elif guidance.face_size is not None or advice in _ALL_AROUND:
            self.preview.set_target(_FACE)
        self.preview.set_face_size(guidance.face_size if self.preview.target == _FACE else None)
        self.set_colour(guidance.colour)
        if guidance.look_at is None or advice in _SHOW_ME:
            self._end_gaze()
        elif self.gaze is not None or advice is AdviceCode.FOLLOW_THE_DOT:
            self._show_gaze(guidance.look_at, guidance.progress)

    def _show_gaze(self, place: tuple[float, float], progress: float) -> None:
        if self.gaze is None:
            self.gaze = GazeVeil(self.theme, self.window())
            self._cover_gaze()
        self.gaze.look_at(place, progress)
        self.gaze.pill.show_advice(self.pill.text, self.pill.icon, self.pill.tone)

    def _cover_gaze(self) -> None:
        """From the window's top down to the ways out, which stay free."""
        if self.gaze is not None and (content := self.parentWidget()) is not None:
            self.gaze.cover(content.geometry().bottom() + 1)

    def _end_gaze(self) -> None:
        gaze, self.gaze = self.gaze, None
        if gaze is not None:
            gaze.drop()
            gaze.hide()
            gaze.setParent(None)
            gaze.deleteLater()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cover_gaze()

    def drop(self) -> None:
        self._end_gaze()
        super().drop()

    # --- words -----------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        super().retranslate()
        view = self._view
        text, help_text = self._words()
        if view.flashes:
            text += " " + strings.translate("capture", "The screen changes its colours while you do it.")
        attempt = ""
        if view.attempt > 1:
            attempt = strings.translate("capture", "Try {number} of {count}. Take your time.").format(
                number=view.attempt, count=view.attempts
            )
        title = strings.translate("capture", "A quick check that it's really you")
        self.howto.set_words(title, text, help_text, attempt=attempt)

    def _words(self) -> tuple[str, str]:
        """What to do, and what helps when it does not work."""
        kind = self._view.kind
        if kind is ChallengeKind.SMILE:
            return (
                strings.translate("capture", "Look into the camera with a relaxed face. When we ask you to, smile."),
                strings.translate("capture", "A broad smile works best. There's no hurry."),
            )
        if kind is ChallengeKind.MULTI_RANGE:
            return (
                strings.translate("capture", "The oval changes its size. Come nearer or move back until your face fills the oval."),
                strings.translate("capture", "Move your whole body slowly, and keep looking into the camera."),
            )
        if kind is ChallengeKind.MAGNIFEYE:
            return (
                strings.translate("capture", "Look straight ahead first. Then bring your eyes close to the camera, in one movement."),
                strings.translate("capture", "Stay close until the ring is full. Take off glasses if they shine."),
            )
        if kind is ChallengeKind.EYE_GAZE:
            return (
                strings.translate("capture", "A dot moves over the screen. Keep your head still, and follow it with your eyes."),
                strings.translate("capture", "Only your eyes move. Rest them on the dot until its ring is full."),
            )
        help_text = strings.translate("capture", "Turn only your head, and follow the arrow. There's no hurry.")
        if self._drawn == "head-left":
            return strings.translate("capture", "Look straight ahead first, then turn your head slowly to the left."), help_text
        if self._drawn == "head-right":
            return strings.translate("capture", "Look straight ahead first, then turn your head slowly to the right."), help_text
        return strings.translate("capture", "Look straight ahead first, then turn your head slowly to where the arrow points."), help_text
