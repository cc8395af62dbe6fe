"""Fields of a document: a line that shows one, a row that lets it be changed."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kiosk.domain.document import DATE_FIELDS, FieldName
from kiosk.domain.views import FieldRow
from ui import strings
from ui.theme import tokens
from ui.theme.theme import Theme
from ui.widgets import dates
from ui.widgets.buttons import BigButton
from ui.widgets.layouts import Box, Card
from ui.widgets.part import Part, Text, set_style_property
from ui.widgets.pictures import Icon, Picture


class FieldLine(Part):
    """What was read of one field: name, value, where it stood; uncertain ones in caution with its shape."""

    def __init__(self, theme: Theme, row: FieldRow, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._row = row
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._name = Text("small", tone="secondary")
        self._value = Text("body", strong=True, tone="caution" if row.uncertain else "")
        words.addWidget(self._name)
        words.addWidget(self._value)
        layout.addLayout(words, 1)
        icon, color = ("warning", "caution") if row.uncertain else (strings.source(row.source)[1], "secondary")
        self._mark = Icon(theme, icon, 26, color)
        layout.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        self._fade: QPropertyAnimation | None = None
        self.retranslate()

    def appear(self, after_ms: int) -> None:
        """Fade in after a moment; at once when motion is reduced."""
        duration = self.theme.ms(200)
        if not duration:
            return
        effect = QGraphicsOpacityEffect(self)
        effect.setOpacity(0.0)
        self.setGraphicsEffect(effect)
        self._fade = QPropertyAnimation(effect, b"opacity", self)
        self._fade.setDuration(duration + after_ms)
        self._fade.setStartValue(0.0)
        self._fade.setKeyValueAt(after_ms / (duration + after_ms), 0.0)
        self._fade.setEndValue(1.0)
        self._fade.setEasingCurve(QEasingCurve.Type.Linear)
        self._fade.finished.connect(self._on_appeared)
        self._fade.start()

    def _on_appeared(self) -> None:
        # An effect costs an extra picture at every repaint.
        self.setGraphicsEffect(None)  # type: ignore[arg-type]

    def retranslate(self) -> None:
        self._name.setText(strings.field(self._row.name))
        self._value.setText(strings.value(self._row.name, self._row.value))
        where, _icon = strings.source(self._row.source)
        self._mark.setToolTip(strings.translate("fields", "Uncertain") if self._row.uncertain else where)


class ValueEdit(QLineEdit):
    """Tells when it is entered and left, for the on-screen keyboard and for bringing it into view.

    Signals:
        entered: (ValueEdit)
    """

    entered = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter goes to the next field; it must not confirm the whole screen.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit(self)


class FieldEditor(Part):
    """One field of the review. Uncertain: in a caution card with the cut-out of the picture and other readings to tap.

    Signals:
        changed: the value or its validity is different.
        entered: (ValueEdit) the input has the focus.
        touched: (FieldEditor) any of it was touched or entered: its place in the picture may be shown.
    """

    changed = Signal()
    entered = Signal(object)
    touched = Signal(object)

    def __init__(self, theme: Theme, row: FieldRow, today: date, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.row = row
        self._today = today
        self._name = Text("small", tone="secondary", wrap=False)
        # With a parent from the start: which of them is laid out depends on the row.
        self._source_icon = Icon(theme, strings.source(row.source)[1], 22, "secondary", parent=self)
        self._source = Text("small", tone="secondary", wrap=False, parent=self)
        self._problem = Text("small", strong=True, tone="stop", parent=self)
        self._hint = Text("small", strong=True, tone="caution", wrap=False, parent=self)
        self.edit = ValueEdit(self)
        self.edit.entered.connect(self.entered)
        self.edit.entered.connect(self._on_touched)
        self.edit.textEdited.connect(self._on_edited)
        self.genders: dict[str, BigButton] = {}
        self._gender = row.value if row.name is FieldName.GENDER else ""
        self._chips: list[tuple[str, BigButton]] = []
        self._build(row)
        self._show_value(row.value)
        self.apply_theme()
        self.retranslate()

    # --- making ----------------------------------------------------------------------------------------------------

    def _build(self, row: FieldRow) -> None:
        theme = self.theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        holder: Card | Box
        holder = Card(theme, kind="caution", padding=20, spacing=12) if row.uncertain else Box(theme, spacing=6)
        outer.addWidget(holder)
        top = QHBoxLayout()
        top.addWidget(self._name)
        top.addStretch(1)
        if row.uncertain:
            top.addWidget(Icon(theme, "warning", 22, "caution"))
            top.addWidget(self._hint)
            self._source_icon.hide()
            self._source.hide()
        else:
            self._hint.hide()
            top.addWidget(self._source_icon)
            top.addWidget(self._source)
        holder.box.addLayout(top)
        line = Box(theme, row=True, spacing=16)
        if row.cutout and row.uncertain:
            cutout = Picture(theme, row.cutout, empty_icon="page", left=True)
            cutout.setFixedHeight(theme.px(tokens.TOUCH_TARGET + 8))
            self._cutout: Picture | None = cutout
            line.add(cutout, stretch=2)
        else:
            self._cutout = None
        if row.name is FieldName.GENDER:
            for code in strings.genders():
                chip = BigButton(theme, "chip")
                chip.setCheckable(True)
                chip.clicked.connect(self._on_gender)
                self.genders[code] = chip
                line.add(chip)
            line.box.addStretch(1)
            self.edit.hide()
        else:
            line.add(self.edit, stretch=3)
        holder.add(line)
        if row.alternatives:
            holder.add(self._make_chips(row))
        holder.add(self._problem)
        self._problem.hide()

    def _make_chips(self, row: FieldRow) -> QWidget:
        chips = Box(self.theme, row=True, spacing=12)
        values = [(row.value, row.source), *((other.value, other.source) for other in row.alternatives)]
        for value, source in values:
            chip = BigButton(self.theme, "chip", icon=strings.source(source)[1])
            chip.setCheckable(True)
            chip.setProperty("reading", value)
            chip.clicked.connect(self._on_chip)
            self._chips.append((value, chip))
            chips.add(chip)
        chips.box.addStretch(1)
        return chips

    def apply_theme(self) -> None:
        self.edit.setFixedHeight(self.theme.px(tokens.TOUCH_TARGET))
        if self._cutout is not None:
            self._cutout.setFixedHeight(self.theme.px(tokens.TOUCH_TARGET + 8))

    # --- value -----------------------------------------------------------------------------------------------------

    @property
    def chips(self) -> list[BigButton]:
        """The readings to choose from, the chosen source's first."""
        return [chip for _reading, chip in self._chips]

    @property
    def value(self) -> str | None:
        """In storage form; None while what is typed cannot be one."""
        if self.row.name is FieldName.GENDER:
            return self._gender
        text = self.edit.text().strip()
        if self.row.name in DATE_FIELDS and text:
            if text == self.row.value:
                return text  # not a date as it was read: left alone until it is touched
            day = dates.parse(text)
            return day.isoformat() if day else None
        return text

    @property
    def problem(self) -> str:
        """Why the value cannot be, in words, or empty."""
        if self.row.name in DATE_FIELDS and self.value != "":
            return dates.problem(self.row.name, self.value, self._today)
        return ""

    @property
    def is_changed(self) -> bool:
        return self.value is not None and self.value != self.row.value

    def _show_value(self, stored: str) -> None:
        shown = stored
        if self.row.name in DATE_FIELDS and stored:
            shown = dates.short(stored)
        if self.row.name is FieldName.GENDER:
            self._gender = stored
            for code, chip in self.genders.items():
                chip.setChecked(code == stored)
        self.edit.setText(shown)
        self.edit.setCursorPosition(0)
        self._refresh()

    def _on_touched(self) -> None:
        self.touched.emit(self)

    def _on_edited(self) -> None:
        self._refresh()

    def _on_chip(self) -> None:
        self._on_touched()
        self._show_value(str(self.sender().property("reading")))

    def _on_gender(self) -> None:
        self._on_touched()
        chosen = next(code for code, chip in self.genders.items() if chip is self.sender())
        self._show_value(chosen)

    def _refresh(self) -> None:
        for reading, chip in self._chips:
            chip.setChecked(reading == self.value)
        problem = self.problem
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        set_style_property(self.edit, "wrong", bool(problem))
        self._mark_source()
        self.changed.emit()

    def _mark_source(self) -> None:
        edited = self.is_changed or self.row.edited
        words, icon = strings.source(self.row.source)
        if edited:
            words, icon = strings.translate("fields", "Typed"), "pencil"
        self._source.setText(words)
        self._source_icon.set_icon(icon)

    def retranslate(self) -> None:
        name = strings.field(self.row.name)
        self._name.setText(name)
        self._hint.setText(strings.translate("fields", "Is this right?"))
        self.edit.setAccessibleName(name)
        if self.row.name in DATE_FIELDS:
            self.edit.setPlaceholderText(dates.pattern())
            stored = self.value
            if stored:
                self.edit.setText(dates.short(stored))
        for code, words in strings.genders().items():
            if code in self.genders:
                self.genders[code].setText(words)
        for reading, chip in self._chips:
            chip.setText(dates.short(reading) if self.row.name in DATE_FIELDS else strings.value(self.row.name, reading))
        self._refresh()
