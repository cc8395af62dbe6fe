"""What was read, to be looked over and put right. Uncertain first."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.domain.document import FieldName
from kiosk.domain.views import ReviewView
from ui import strings
from ui.stage.screen import Action, Screen, Stage, stop_timers
from ui.widgets.fields import FieldEditor, ValueEdit
from ui.widgets.keyboard import ScreenKeyboard
from ui.widgets.layouts import Box, Card, Panes, Scroll, ScrollBox
from ui.widgets.part import Part, Text
from ui.widgets.pictures import Picture


class Pictures(Part):
    """Portrait of the document and selfie, side by side at the same size."""

    def __init__(self, stage: Stage, portrait: bytes | None, selfie: bytes | None) -> None:
        super().__init__(stage.theme)
        theme = stage.theme
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.pictures = (Picture(theme, portrait, cover=True), Picture(theme, selfie, cover=True))
        self._words = (Text("small", tone="secondary"), Text("small", tone="secondary"))
        for picture, words in zip(self.pictures, self._words, strict=True):
            column = Box(theme, spacing=8)
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.add(picture, words)
            self._layout.addWidget(column)
        self._layout.addStretch(1)
        self.apply_theme()
        self.retranslate()

    def apply_theme(self) -> None:
        self._layout.setSpacing(self.theme.px(24))
        for picture in self.pictures:
            picture.setFixedSize(self.theme.px(208), self.theme.px(260))

    def retranslate(self) -> None:
        portrait, selfie = self._words
        portrait.setText(strings.translate("review", "On your document"))
        selfie.setText(strings.translate("review", "Your selfie"))


class ReadPlace(Part):
    """Where on the document the touched field was read. It keeps its room while it is empty: nothing may move under a finger."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.theme)
        self._editor: FieldEditor | None = None
        self._words = Text("small", tone="secondary")
        self.picture = Picture(stage.theme, None, left=True)
        keeps = self.picture.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self.picture.setSizePolicy(keeps)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._words)
        self._layout.addWidget(self.picture)
        self.picture.hide()
        self.apply_theme()
        self.retranslate()

    def show_place_of(self, editor: FieldEditor | None) -> None:
        """None = of no field."""
        self._editor = editor
        self.picture.show_jpeg(editor.row.cutout if editor is not None else None)
        self.picture.setVisible(not self.picture.is_empty)
        self.retranslate()

    def apply_theme(self) -> None:
        self._layout.setSpacing(self.theme.px(8))
        self.picture.setFixedHeight(self.theme.px(64))
        self._words.setMinimumHeight(self.theme.type_px(2 * 24))  # two lines, so that the picture stays where it is

    def retranslate(self) -> None:
        if self._editor is None:
            self._words.setText(strings.translate("review", "Touch a value to see where we read it."))
        elif self.picture.is_empty:
            self._words.setText(strings.translate("review", "This one wasn't read at one place on a page."))
        else:
            self._words.setText(strings.field(self._editor.row.name))


class ReviewScreen(Screen):
    """Answers edits={FieldName: value in storage form} with what is different from what was read."""

    def __init__(self, stage: Stage, view: ReviewView) -> None:
        super().__init__(stage)
        theme = stage.theme
        today = date.today()
        self._title, self._lead = Text("title", strong=True), Text("body", tone="secondary")
        self.pictures = Pictures(stage, view.portrait, view.selfie)
        self._card = Card(theme, padding=28)
        self.place = ReadPlace(stage)
        self._card.add(self.pictures, self.place)
        left = Box(theme, spacing=20)
        left.add(self._title, self._lead)
        left.add(self._card)
        left.box.addStretch(1)
        self.editors = [FieldEditor(theme, row, today) for row in sorted(view.rows, key=lambda row: not row.uncertain)]
        for editor in self.editors:
            editor.changed.connect(self.actions_changed)
            editor.entered.connect(self._on_entered)
            editor.touched.connect(self.place.show_place_of)
        self._scroll = Scroll(theme, self._make_fields())
        self._keyboard: ScreenKeyboard | None = None  # sixty buttons, made when the first is needed
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.addWidget(Panes(theme, left, self._scroll, shares=(2, 5), second_width=0, spacing=48), 1)
        self._show_later = QTimer(self)
        self._show_later.setSingleShot(True)
        self._show_later.setInterval(0)
        self._show_later.timeout.connect(self._bring_into_view)
        self._entered: ValueEdit | None = None
        self.retranslate()

    def _make_fields(self) -> QWidget:
        theme = self.theme
        fields = ScrollBox(theme, spacing=20, margins=(0, 0, 24, 0))
        certain = [editor for editor in self.editors if not editor.row.uncertain]
        for editor in self.editors:
            if editor.row.uncertain:
                fields.add(editor)
        if certain:
            card = Card(theme, padding=28, spacing=0)
            grid = QGridLayout()
            grid.setHorizontalSpacing(theme.px(32))
            grid.setVerticalSpacing(theme.px(18))
            for index, editor in enumerate(certain):
                grid.addWidget(editor, index // 2, index % 2, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(0, 1)
            grid.setColumnStretch(1, 1)
            card.box.addLayout(grid)
            fields.add(card)
        fields.box.addStretch(1)
        return fields

    @property
    def edits(self) -> dict[FieldName, str]:
        return {editor.row.name: editor.value for editor in self.editors if editor.is_changed and editor.value is not None}

    @property
    def main(self) -> Action | None:
        return Action(strings.translate("review", "Everything is right"), enabled=not any(editor.problem for editor in self.editors))

    def on_main(self) -> None:
        self.session.advance(edits=self.edits)

    def first_focus(self) -> QWidget | None:
        return next((editor.edit for editor in self.editors if editor.row.uncertain and not self.stage.screen_keyboard), None)

    def drop(self) -> None:
        stop_timers(self)
        self.place.show_place_of(None)
        for picture in self.findChildren(Picture):
            picture.drop()
        for editor in self.editors:
            editor.edit.clear()
        if self._keyboard is not None:
            self._keyboard.type_into(None)

    def _on_entered(self, edit: ValueEdit) -> None:
        self._entered = edit
        if self.stage.screen_keyboard:
            self.open_keyboard(edit)
        self._show_later.start()

    def open_keyboard(self, edit: ValueEdit) -> None:
        """Keys on the screen that type into this input."""
        if self._keyboard is None:
            self._keyboard = ScreenKeyboard(self.theme)
            self._keyboard.done.connect(self._on_typed)
            self._outer.addWidget(self._keyboard)
        self._keyboard.type_into(edit)
        for widget in (self.pictures, self._lead):
            widget.hide()  # the keys take their room

    def _on_typed(self) -> None:
        if self._keyboard is not None:
            self._keyboard.type_into(None)
        for widget in (self.pictures, self._lead):
            widget.show()
        if self._entered is not None:
            self._entered.clearFocus()

    def _bring_into_view(self) -> None:
        # A turn later: the keyboard has taken its room by then.
        if self._entered is not None:
            self._scroll.ensureWidgetVisible(self._entered, 0, self.theme.px(80))

    def retranslate(self) -> None:
        self._title.setText(strings.translate("review", "Is everything right?"))
        if any(editor.row.uncertain for editor in self.editors):
            self._lead.setText(strings.translate("review", "What we couldn't read for certain comes first. Tap anything to change it."))
        else:
            self._lead.setText(strings.translate("review", "Tap anything that should be different."))
        self.actions_changed.emit()
