"""The customer's face."""

from __future__ import annotations

from kiosk.domain.guidance import AdviceCode
from kiosk.domain.views import CaptureResult, SelfieCaptureView
from ui import strings
from ui.stage.capture import CaptureScreen
from ui.stage.screen import Stage
from ui.widgets.overlay import FACE_ASPECT, Target


class SelfieCaptureScreen(CaptureScreen):
    """Mirrored, as people know their own face."""

    def __init__(self, stage: Stage, view: SelfieCaptureView) -> None:
        super().__init__(
            stage,
            target=Target("face", FACE_ASPECT),
            mirrored=True,
            drawing="selfie",
            manual_after_s=view.manual_after_s,
            help_after_s=view.help_after_s,
        )
        self.retranslate()

    def first_advice(self) -> AdviceCode:
        return AdviceCode.SHOW_FACE

    def result_title(self, result: CaptureResult) -> str:
        return strings.translate("capture", "Got it")

    def retranslate(self) -> None:
        super().retranslate()
        self.howto.set_words(
            strings.translate("capture", "Now your selfie"),
            strings.translate("capture", "Put your face in the oval and look into the camera. The picture is taken by itself."),
            strings.translate("capture", "Face the light, and take off sunglasses or a cap. A headscarf can stay on."),
        )
