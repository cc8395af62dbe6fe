"""The quick check that it is really the customer: turn the head to a side."""

from __future__ import annotations

from kiosk.domain.guidance import AdviceCode
from kiosk.domain.views import CaptureResult, LivenessView
from ui import strings
from ui.stage.capture import CaptureScreen
from ui.stage.screen import Stage
from ui.widgets.overlay import FACE_ASPECT, Target


class LivenessScreen(CaptureScreen):
    """Mirrored: the person's own left is left on the screen. The side of the oval fills as the head turns."""

    def __init__(self, stage: Stage, view: LivenessView) -> None:
        self._side = view.side
        super().__init__(
            stage,
            target=Target("face", FACE_ASPECT, view.side),
            mirrored=True,
            drawing=f"head-{view.side}",
            manual_after_s=None,
            help_after_s=view.help_after_s,
        )
        self.retranslate()

    def first_advice(self) -> AdviceCode:
        return AdviceCode.SHOW_FACE

    def result_title(self, result: CaptureResult) -> str:
        return strings.translate("capture", "Thank you, that's done")

    def retranslate(self) -> None:
        super().retranslate()
        if self._side == "left":
            text = strings.translate("capture", "Look straight ahead first, then turn your head slowly to the left.")
        else:
            text = strings.translate("capture", "Look straight ahead first, then turn your head slowly to the right.")
        self.howto.set_words(
            strings.translate("capture", "A quick check that it's really you"),
            text,
            strings.translate("capture", "Turn only your head, and follow the arrow. There's no hurry."),
        )
