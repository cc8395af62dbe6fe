"""Checks of a decision in lines: status by shape, word and colour, the reason in a sentence, figures on demand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.domain.check import Check, CheckGroup, CheckLabel, CheckStatus
from ui import strings
from ui.theme.theme import Theme
from ui.widgets.layouts import Card, Rule
from ui.widgets.part import Part, Text
from ui.widgets.pictures import Icon

# icon, colour, ground. A check that did not run is grey with a dash: never green, never red.
_MARKS = {
    CheckStatus.PASSED: ("check", "good", "good_soft"),
    CheckStatus.WARNING: ("warning", "caution", "caution_soft"),
    CheckStatus.REJECTED: ("cross", "stop", "stop_soft"),
    CheckStatus.NOT_EXECUTED: ("dash", "secondary", "raised"),
}
_TONES = {CheckStatus.PASSED: "good", CheckStatus.WARNING: "caution", CheckStatus.REJECTED: "stop", CheckStatus.NOT_EXECUTED: "secondary"}


class CheckLine(Part):
    """One check."""

    def __init__(self, theme: Theme, check: Check, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.check = check
        self.mark, color, ground = _MARKS[check.status]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._layout = layout
        layout.addWidget(Icon(theme, self.mark, 22, color, disc=ground), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme.px(3))
        head = QHBoxLayout()
        self._name = Text("body", strong=True, wrap=False)
        self._status = Text("small", strong=True, tone=_TONES[check.status], wrap=False)
        head.addWidget(self._name)
        head.addStretch(1)
        head.addWidget(self._status)
        self._sentence = Text("small", tone="secondary")
        self._figures = Text("small", tone="secondary")
        self._figures.hide()
        words.addLayout(head)
        words.addWidget(self._sentence)
        words.addWidget(self._figures)
        layout.addLayout(words, 1)
        self.apply_theme()
        self.retranslate()

    @property
    def status_text(self) -> str:
        return self._status.text()

    def show_figures(self, shown: bool) -> None:
        self._figures.setVisible(shown and bool(self._figures.text()))

    def apply_theme(self) -> None:
        self._layout.setSpacing(self.theme.px(20))

    def retranslate(self) -> None:
        check = self.check
        self._name.setText(strings.check_name(check.name))
        # "Not needed" is a fact about the document, "not checked" a gap.
        not_needed = check.status is CheckStatus.NOT_EXECUTED and check.label is CheckLabel.NOT_APPLICABLE
        self._status.setText(strings.translate("sentences", "Not needed") if not_needed else strings.check_status(check.status))
        self._sentence.setText(strings.check_sentence(check))
        self._figures.setText(self._figure_words())
        self.setAccessibleName(f"{self._name.text()}: {self._status.text()}. {self._sentence.text()}")

    def _figure_words(self) -> str:
        check = self.check
        parts = []
        if check.score is not None:
            parts.append(strings.translate("decision", "Score {score}").format(score=f"{check.score:.3f}"))
        if check.threshold is not None:
            parts.append(strings.translate("decision", "needed {threshold}").format(threshold=f"{check.threshold:.3f}"))
        if check.model:
            parts.append(check.model)
        if check.ms:
            parts.append(strings.translate("decision", "{ms} ms").format(ms=f"{check.ms:.0f}"))
        parts.append(f"{check.status.value}/{check.label.value}")
        return " · ".join(parts)


class CheckGroupCard(Card):
    """The checks of one group under its name."""

    def __init__(self, theme: Theme, group: CheckGroup, checks: tuple[Check, ...], parent: QWidget | None = None) -> None:
        super().__init__(theme, padding=28, spacing=16, parent=parent)
        self._group = group
        self._title = Text("small", strong=True, tone="secondary", wrap=False)
        self.add(self._title)
        self.lines: list[CheckLine] = []
        for check in checks:
            if self.lines:
                self.add(Rule(theme))
            line = CheckLine(theme, check)
            self.lines.append(line)
            self.add(line)
        self.retranslate()

    def retranslate(self) -> None:
        self._title.setText(strings.check_group(self._group))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
