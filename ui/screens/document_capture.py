"""A side of the document in front of the camera."""

from __future__ import annotations

from kiosk.domain.document import PageSide
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.views import CaptureResult, DocumentCaptureView
from ui import strings
from ui.stage.capture import CaptureScreen
from ui.stage.screen import Stage
from ui.widgets.overlay import Target


class DocumentCaptureScreen(CaptureScreen):
    """Front, or "now turn it over" and back. Never mirrored."""

    def __init__(self, stage: Stage, view: DocumentCaptureView) -> None:
        self._is_back = view.side is PageSide.BACK
        super().__init__(
            stage,
            target=Target("page"),
            mirrored=False,
            drawing="card-turn" if self._is_back else "card-front",
            manual_after_s=view.manual_after_s,
            help_after_s=view.help_after_s,
        )
        self.retranslate()

    def first_advice(self) -> AdviceCode:
        return AdviceCode.TURN_OVER if self._is_back else AdviceCode.SHOW_DOCUMENT

    def result_title(self, result: CaptureResult) -> str:
        if result.warnings:
            return strings.translate("capture", "Can you read everything?")
        return strings.translate("capture", "Got it")

    def retranslate(self) -> None:
        super().retranslate()
        if self._is_back:
            title = strings.translate("capture", "Now turn it over")
            text = strings.translate("capture", "Hold the back in the frame. The picture is taken by itself.")
        else:
            title = strings.translate("capture", "Show the front of your document")
            text = strings.translate("capture", "Identity card or passport, page with the photo. The picture is taken by itself.")
        self.howto.set_words(
            title, text, strings.translate("capture", "Take it out of its cover, and hold it by its edge in front of something dark.")
        )
