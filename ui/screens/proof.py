"""A proof of address or of funds: pages before the document camera, from files or from the scanner."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog

from kiosk.domain.errors import ErrorCode
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.views import CaptureResult, ProofView
from ui import step_problems, strings
from ui.bridge.files import FileReading
from ui.stage.capture import CaptureScreen
from ui.stage.screen import Action, Stage
from ui.widgets.buttons import BigButton
from ui.widgets.layouts import Box
from ui.widgets.note import Note
from ui.widgets.overlay import A4_ASPECT, Target
from ui.widgets.page_strip import PageStrip

_HELP_AFTER_S = 20.0
_PAGE_ADVICE = frozenset({AdviceCode.SHOW_DOCUMENT, AdviceCode.SHOW_WHOLE_DOCUMENT})


class ProofScreen(CaptureScreen):
    """Without a page the main button takes a picture; with one it says that these are all."""

    def __init__(self, stage: Stage, view: ProofView) -> None:
        theme = stage.theme
        self._view = view
        self._trouble = view.problem
        self.files, self.scan = BigButton(theme, "chip", icon="folder"), BigButton(theme, "chip", icon="scanner")
        self.problem = Note(theme)
        self.strip = PageStrip(theme, view.pages)
        super().__init__(
            stage, target=Target("page", A4_ASPECT), mirrored=False, drawing="proof", manual_after_s=None, help_after_s=_HELP_AFTER_S
        )
        self.strip.removed.connect(self._on_removed)
        self.live.add(self.strip)
        self.files.clicked.connect(self._on_choose)
        self.scan.clicked.connect(self._on_scan)
        self._ways = Box(theme, spacing=12)
        self._ways.add(self.files, self.scan)
        below = self.howto.content.box
        below.insertWidget(below.indexOf(self.howto.help), self.problem)
        below.insertWidget(below.indexOf(self.howto.help), self._ways)
        self._help_timer.timeout.connect(self._make_room)
        if view.pages:
            self.howto.drawing.hide()
        self._ways.setVisible(view.can_choose_files or view.scanner)
        self.files.setVisible(view.can_choose_files)
        self.scan.setVisible(view.scanner)
        self._dialog: QFileDialog | None = None
        self._reading = FileReading(self)
        self._reading.done.connect(self._on_read)
        self._reading.failed.connect(self._on_unreadable)
        self.retranslate()
        self._make_room()
        if self.problem.words:
            stage.speaker.say(self.problem.words)

    # --- words -------------------------------------------------------------------------------------------------------

    def first_advice(self) -> AdviceCode:
        return AdviceCode.SHOW_DOCUMENT

    def advice_words(self, code: AdviceCode) -> strings.Advice:
        if code in _PAGE_ADVICE:
            return strings.Advice(strings.translate("proof", "Hold the whole page in the frame"), "page")
        return super().advice_words(code)

    def result_title(self, result: CaptureResult) -> str:
        return strings.translate("proof", "Can you read everything?")

    # --- the window's side -------------------------------------------------------------------------------------------

    @property
    def _can_take(self) -> bool:
        return not self.is_taken and len(self._view.pages) < self._view.most_pages

    @property
    def _is_judged(self) -> bool:
        """These pages were read, and are not what was asked for; unchanged, they go to a colleague."""
        return bool(self._view.pages) and self._view.problem in step_problems.JUDGED

    @property
    def _is_working(self) -> bool:
        return self._reading.is_reading or self._busy is not None

    def show_busy(self, label: str | None) -> bool:
        in_place = super().show_busy(label)
        self.strip.setEnabled(label is None)
        self.actions_changed.emit()
        return in_place

    @property
    def main(self) -> Action | None:
        if self.result is not None:
            if self.result.usable:
                return Action(strings.translate("proof", "Keep this page"))
            return Action(strings.translate("capture", "Take again"), "retake")
        if self.is_taken:
            return None
        if self._view.pages:
            words = strings.translate("proof", "Hand it in like this") if self._is_judged else strings.translate("proof", "Done")
            return Action(words, enabled=not self._is_working)
        return Action(strings.translate("capture", "Take the picture"), "camera", enabled=not self._is_working)

    @property
    def second(self) -> Action | None:
        if self.result is not None:
            return Action(strings.translate("capture", "Take again"), "retake") if self.result.usable else None
        if self.is_taken:
            return None
        if self._view.pages:
            if not self._can_take:
                return None
            return Action(strings.translate("proof", "Another page"), "camera", enabled=not self._is_working)
        return Action(strings.translate("proof", "Not now")) if self._view.optional else None

    def on_main(self) -> None:
        if self.result is None and self._view.pages:
            self.session.advance(finished=True)
        else:
            super().on_main()

    def on_second(self) -> None:
        if self.result is not None:
            super().on_second()
        elif self._view.pages:
            self.session.capture_by_hand()
        else:
            self.session.skip()

    def drop(self) -> None:
        self._reading.close()
        if self._dialog is not None:
            self._dialog.close()
            self._dialog = None
        self.strip.drop()
        super().drop()
        self._view = ProofView(self._view.kind, self._view.camera)

    # --- pages -------------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_removed(self, index: int) -> None:
        self.strip.setEnabled(False)  # what follows has other indices
        self.session.advance(remove=index)

    def _on_scan(self) -> None:
        self.session.advance(scan=True)

    def _on_choose(self) -> None:
        if self._dialog is not None or self._reading.is_reading:
            return
        dialog = QFileDialog(self.window(), strings.translate("proof", "Choose a file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(strings.translate("proof", "Pictures and PDF") + " (*.jpg *.jpeg *.png *.pdf)")
        dialog.filesSelected.connect(self.read_files)
        dialog.finished.connect(self._on_dialog_closed)
        self._dialog = dialog
        dialog.open()  # not exec(): the session goes on, and may end, while it is open

    @Slot(int)
    def _on_dialog_closed(self, _result: int) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()

    @Slot(list)
    def read_files(self, paths: list[str]) -> None:
        """Give these files to the session, or say why not."""
        if len(paths) > self._view.most_pages - len(self._view.pages):
            self._say("TOO_MANY_PAGES")
            return
        self._say("")
        self._reading.read([Path(path) for path in paths])
        self._show_reading()

    @Slot(object)
    def _on_read(self, files: object) -> None:
        self._show_reading()
        self.session.advance(files=files)

    @Slot(object)
    def _on_unreadable(self, code: ErrorCode) -> None:
        self._show_reading()
        self._say(code.value)

    def _show_reading(self) -> None:
        self.files.set_busy(self._reading.is_reading)
        self.actions_changed.emit()

    def _say(self, code: str) -> None:
        self._trouble = code
        self.problem.say(self._trouble_words())
        self._make_room()
        if self.problem.words:
            self.stage.speaker.say(self.problem.words)

    def _make_room(self) -> None:
        """Where more is to be said, the drawing gives way; a problem says what to do, so that no more help is needed beside it."""
        trouble = bool(self._trouble)
        if trouble:
            self.howto.help.hide()
        if trouble or self.howto.help.isVisibleTo(self.howto):
            self.howto.drawing.hide()

    def retranslate(self) -> None:
        super().retranslate()
        view = self._view
        if view.kind == "funds":
            title = strings.translate("proof", "A proof of your funds")
            text = strings.translate("proof", "An account statement with your name and the balance, not older than {days} days.")
        else:
            title = strings.translate("proof", "A proof of your address")
            text = strings.translate("proof", "A bill or an account statement with your name and address, not older than {days} days.")
        help_text = strings.translate("proof", "Lay the page flat in good light, and take one picture of each page.")
        self.howto.set_words(title, text.format(days=view.most_days), help_text)
        self.files.setText(strings.translate("proof", "Choose a file"))
        self.scan.setText(strings.translate("proof", "From the scanner"))
        self.problem.say(self._trouble_words())

    def _trouble_words(self) -> str:
        words = step_problems.proof(self._trouble)
        if self._is_judged and self._trouble in step_problems.JUDGED:
            words += " " + strings.translate("proof", "Or hand it in like this, and a colleague looks at it.")
        return words
