"""Stored customers whose face is like this one's, beside this one: for a colleague to compare. It gives no verdict."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from kiosk.domain.check import CheckName
from kiosk.domain.views import DecisionView, EarlierRecord
from ui import strings
from ui.theme.theme import Theme
from ui.widgets.layouts import Box, Card, Rule
from ui.widgets.part import Part, Text
from ui.widgets.pictures import Picture

_VERY_ALIKE = 0.5
"""Of the way from the threshold to the highest score there is."""


def likeness(score: float, threshold: float | None) -> str:
    """In words; without a threshold no word is honest."""
    if threshold is None:
        return ""
    if score < threshold:
        return strings.translate("earlier", "A little alike")
    if score >= threshold + (1.0 - threshold) * _VERY_ALIKE:
        return strings.translate("earlier", "Very alike")
    return strings.translate("earlier", "Alike")


class RecordColumn(Part):
    """One record: picture, who, what is known of it."""

    def __init__(self, theme: Theme, selfie: bytes | None) -> None:
        super().__init__(theme)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.picture = Picture(theme, selfie, cover=True)
        self.heading, self.name = Text("small", strong=True, tone="secondary"), Text("body", strong=True)
        self.lines = Text("small", tone="secondary")
        words = Box(theme, spacing=4)
        words.add(self.heading, self.name, self.lines)
        words.box.addStretch(1)
        self._layout.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(words, 1)
        self.apply_theme()

    def apply_theme(self) -> None:
        self._layout.setSpacing(self.theme.px(20))
        self.picture.setFixedSize(self.theme.px(144), self.theme.px(180))

    def write(self, heading: str, name: str, lines: list[str]) -> None:
        self.heading.setText(heading)
        self.name.setText(name)
        self.name.setVisible(bool(name))
        self.lines.setText("\n".join(line for line in lines if line))

    def drop(self) -> None:
        self.picture.drop()
        self.write("", "", [])


class _Pair(Part):
    """Two columns, or one above the other where there is no room for two."""

    def __init__(self, theme: Theme, one: QWidget, other: QWidget) -> None:
        super().__init__(theme)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(one, 1)
        self._layout.addWidget(other, 1)
        self.apply_theme()

    def apply_theme(self) -> None:
        self._layout.setSpacing(self.theme.px(32))

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = self.width() < self.theme.type_px(700)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._layout.direction() != direction:
            self._layout.setDirection(direction)
        super().resizeEvent(event)


class EarlierRecords(Card):
    """GUI thread. Neither green nor red: two people may be alike, and one may come back."""

    def __init__(self, theme: Theme, view: DecisionView, parent: QWidget | None = None) -> None:
        super().__init__(theme, padding=28, spacing=16, parent=parent)
        self._view: DecisionView | None = view
        self._threshold = next((check.threshold for check in view.checks if check.name is CheckName.KNOWN_PERSON), None)
        self._title, self._text = Text("lead", strong=True), Text("small", tone="secondary")
        self.add(self._title, self._text)
        self.pairs: list[tuple[RecordColumn, RecordColumn, EarlierRecord]] = []
        for record in view.earlier:
            now, then = RecordColumn(theme, view.selfie), RecordColumn(theme, record.selfie)
            self.pairs.append((now, then, record))
            self.add(Rule(theme), _Pair(theme, now, then))
        self.retranslate()

    def drop(self) -> None:
        """Hold no picture and no name any more."""
        self._view = None
        for now, then, _record in self.pairs:
            now.drop()
            then.drop()
        self.pairs.clear()

    def retranslate(self) -> None:
        if self._view is None:
            return
        view = self._view
        self._title.setText(strings.translate("earlier", "A face like this one is on record"))
        self._text.setText(strings.translate("earlier", "For staff: compare both. It may be the same person, or somebody who is alike."))
        born = strings.translate("earlier", "Born {date}")
        for now, then, record in self.pairs:
            mine = [born.format(date=_written(view.date_of_birth))] if view.date_of_birth else []
            now.write(strings.translate("earlier", "Now"), view.name, mine)
            word = likeness(record.score, self._threshold)
            score = strings.translate("earlier", "likeness {score}").format(score=f"{record.score:.3f}")
            theirs = [
                born.format(date=_written(record.date_of_birth)) if record.date_of_birth else "",
                strings.translate("earlier", "Record {reference}").format(reference=record.reference),
                strings.translate("earlier", "Onboarded {date}").format(date=_written(record.onboarded_on)) if record.onboarded_on else "",
                f"{word}, {score}" if word else score[:1].upper() + score[1:],
            ]
            then.write(strings.translate("earlier", "On record"), record.name, theirs)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _written(day: str) -> str:
    try:
        return strings.long_date(date.fromisoformat(day))
    except ValueError:
        return day
