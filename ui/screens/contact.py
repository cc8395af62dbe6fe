"""A telephone number or an e-mail address, then the code that proves it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from kiosk.domain.views import ContactView
from ui import step_problems, strings
from ui.stage.screen import Action, Screen, Stage, stop_timers
from ui.theme import tokens
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.contact_edits import CodeEdit, ContactEdit
from ui.widgets.keyboard import ScreenKeyboard
from ui.widgets.layouts import Box, Card, Panes
from ui.widgets.note import Note
from ui.widgets.number_pad import NumberPad
from ui.widgets.part import Text, set_style_property
from ui.widgets.pictures import Illustration

_EDIT_HEIGHT = 84
_CARD_WIDTH = 760
_WRONG_INPUT = frozenset({"INVALID_DATA", "CODE_WRONG"})


class ContactScreen(Screen):
    """Two faces: the contact is asked for, or the code that was sent to it. The step is entered anew for each.

    Attributes:
        clock: monotonic seconds.
    """

    def __init__(self, stage: Stage, view: ContactView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._view: ContactView | None = view
        self._is_phone = view.kind != "email"
        self._asks_code = bool(view.sent_to)
        self.clock: Callable[[], float] = time.monotonic
        self.entered_at = self.clock()
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.on_tick)
        self._make_words(theme)
        self._make_entry(theme, view)
        self._words, self._entry = left, right = Box(theme, spacing=20), Box(theme)
        left.box.addStretch(1)
        if not self._keys_below:
            left.add(Illustration(theme, "phone" if self._is_phone else "mail", 220, left=True))
        left.add(self._title, self._lead, self.unsent, self.problem)
        left.box.addStretch(1)
        right.box.addStretch(1)
        right.add(self._card)
        right.box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.px(20))
        outer.addWidget(Panes(theme, left, right, shares=(1, 1), standing_shares=(3, 4), second_width=_CARD_WIDTH, spacing=64), 1)
        self.keyboard: ScreenKeyboard | None = None
        if self._keys_below:
            self.keyboard = ScreenKeyboard(theme, email=True)
            outer.addWidget(self.keyboard)
            self.keyboard.type_into(self.edit)
        self.apply_theme()
        self.retranslate()
        if self._asks_code and (view.again_in_s > 0 or view.valid_s > 0):
            self._tick.start()
        if said := self.problem.words or (self.unsent.words if view.noted else ""):
            stage.speaker.say(said)

    def _make_words(self, theme: Theme) -> None:
        self._title, self._lead = Text("title", strong=True), Text("lead", tone="secondary")
        self.unsent, self.problem = Note(theme, "info"), Note(theme)
        self._label, self._hint = Text("small", tone="secondary"), Text("body" if self._asks_code else "small", tone="secondary")

    def _make_entry(self, theme: Theme, view: ContactView) -> None:
        self.edit: QLineEdit
        self._code: CodeEdit | None = None
        self._contact: ContactEdit | None = None
        if self._asks_code:
            self.edit = self._code = CodeEdit(theme)
        else:
            self.edit = self._contact = ContactEdit(view.kind)
            self._contact.setText(view.contact)
        self.edit.textChanged.connect(self.actions_changed)
        self.edit.textEdited.connect(self._on_edited)
        self._card = Card(theme, padding=36, spacing=16)
        self._card.add(self._label, self.edit, self._hint)
        self.pad: NumberPad | None = None
        if self.stage.screen_keyboard and not self._keys_below:
            self.pad = NumberPad(theme, self.edit, plus=not self._asks_code)
            self._card.box.addWidget(self.pad, 0, Qt.AlignmentFlag.AlignHCenter)
        self.again, self.change = BigButton(theme, "chip", icon="retake"), BigButton(theme, "chip", icon="pencil")
        self.again.clicked.connect(self._on_again)
        self.change.clicked.connect(self._on_change)
        self._ways = Box(theme, row=True, spacing=12)
        self._ways.add(self.again, self.change)
        self._ways.box.addStretch(1)
        self._card.add(self._ways)
        self._ways.setVisible(self._asks_code)

    @property
    def _keys_below(self) -> bool:
        """Letters need the whole width."""
        return self.stage.screen_keyboard and not self._is_phone and not self._asks_code

    # --- what is left ------------------------------------------------------------------------------------------------

    def _left(self, seconds: int) -> int:
        """Of `seconds` since the step was entered; 0 when they have run down."""
        return max(0, round(seconds - (self.clock() - self.entered_at)))

    @property
    def _code_counts(self) -> bool:
        """Whether a code could still be right; else only another one helps."""
        view = self._view
        if view is None or view.tries_left == 0 or view.problem == "TOO_MANY_TRIES":
            return False
        if view.valid_s:
            return self._left(view.valid_s) > 0
        return view.problem not in ("CODE_EXPIRED", "INPUT_MISSING")

    # --- the window's side -------------------------------------------------------------------------------------------

    @property
    def main(self) -> Action | None:
        view = self._view
        if view is None:
            return None
        if self._contact is not None:
            words = strings.translate("contact", "Continue") if view.noted else strings.translate("contact", "Send me a code")
            return Action(words, enabled=bool(self._contact.contact))
        if self._code is None or not self._code_counts:
            return Action(self._again_words(), "retake", enabled=not self._left(view.again_in_s))
        return Action(strings.translate("contact", "Confirm"), enabled=self._code.is_whole)

    @property
    def second(self) -> Action | None:
        if self._view is None or not self._view.optional:
            return None
        return Action(strings.translate("contact", "Not now"))

    def on_main(self) -> None:
        if self._contact is not None:
            self.session.advance(contact=self._contact.contact)
        elif self._code is not None and self._code_counts:
            self.session.advance(code=self._code.code)
        else:
            self._on_again()

    def on_second(self) -> None:
        self.session.skip()

    def first_focus(self) -> QWidget | None:
        return self.edit if self.edit.isEnabled() else None

    def drop(self) -> None:
        stop_timers(self)
        self.stage.speaker.stop()
        self._view = None
        if self.keyboard is not None:
            self.keyboard.type_into(None)
        self.edit.setText("")  # unlike clear() this forgets what could be undone, too
        for text in (self._lead, self._hint):
            text.clear()

    # --- pressed -----------------------------------------------------------------------------------------------------

    def _on_edited(self) -> None:
        # The old fault is not the new text's.
        set_style_property(self.edit, "wrong", False)
        self.edit.update()

    def _on_again(self) -> None:
        self.again.setEnabled(False)  # pressed twice, the second would only be told to wait
        self.session.advance(again=True)

    def _on_change(self) -> None:
        self.session.advance(change=True)

    @Slot()
    def on_tick(self) -> None:
        """A second has gone by."""
        view = self._view
        if view is None or not (self._left(view.again_in_s) or self._left(view.valid_s)):
            self._tick.stop()
        if self._code_counts:
            self._write_time()
            self.actions_changed.emit()
        else:
            self.retranslate()

    # --- looks and words ---------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        # On a standing screen the words end where the input begins, and both are seen as one.
        standing = self.height() > self.width()
        self._words.box.setStretch(self._words.box.count() - 1, 0 if standing else 1)
        self._entry.box.setStretch(0, 0 if standing else 1)
        super().resizeEvent(event)

    def apply_theme(self) -> None:
        self.edit.setFixedHeight(self.theme.px(_EDIT_HEIGHT if self._asks_code else tokens.TOUCH_TARGET + 8))

    def _again_words(self) -> str:
        wait = self._left(self._view.again_in_s) if self._view is not None else 0
        if wait:
            return strings.translate("contact", "Another code in {seconds} s").format(seconds=wait)
        return strings.translate("contact", "Send another code")

    def _write_time(self) -> None:
        view = self._view
        if view is None or not self._asks_code:
            return
        counts = self._code_counts
        if not counts and self.edit.hasFocus():
            # Qt would hand it to the next button, where Enter may do something that nobody meant.
            self.window().setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.setEnabled(counts)
        if self.pad is not None:
            self.pad.setVisible(counts)
        # Where only another code helps, the main button sends it.
        self.again.setVisible(counts)
        self.again.setText(self._again_words())
        self.again.setEnabled(not self._left(view.again_in_s))
        parts = []
        if not counts:
            parts.append(strings.translate("contact", "This code doesn't count any more."))
        elif view.valid_s:
            minutes, seconds = divmod(self._left(view.valid_s), 60)
            parts.append(strings.translate("contact", "Counts for {time}").format(time=f"{minutes}:{seconds:02d} min"))
        if counts and view.tries_left is not None:
            parts.append(strings.translate("contact", "tries left: {count}").format(count=view.tries_left))
        self._hint.setText(" · ".join(parts))
        self._hint.setVisible(bool(parts))

    def retranslate(self) -> None:
        view = self._view
        if view is None:
            return
        if self._asks_code:
            if self._code_counts:
                title, to = (
                    strings.translate("contact", "Type the code"),
                    strings.translate("contact", "We sent eight digits to {contact}."),
                )
            else:
                title, to = strings.translate("contact", "Another code is needed"), strings.translate("contact", "It goes to {contact}.")
            self._title.setText(title)
            self._lead.setText(to.format(contact=strings.left_to_right(view.sent_to)))
            self._label.setText(strings.translate("contact", "Code"))
        else:
            self._write_question(view)
        self.edit.setAccessibleName(self._label.text())
        self.change.setText(
            strings.translate("contact", "Another number") if self._is_phone else strings.translate("contact", "Another address")
        )
        unsent = ""
        if view.noted:
            unsent = strings.translate("contact", "No code can be sent from here. A colleague confirms it with you later.")
        elif view.trial:
            unsent = strings.translate("contact", "Trial: no message is sent; the code is shown on the machine's console.")
        self.unsent.say(unsent)
        # that nothing can be sent is no fault of what was typed, and said above
        self.problem.say("" if view.noted and view.problem == "GATEWAY_FAILED" else step_problems.contact(view.kind, view.problem))
        self.edit.setAccessibleDescription(self.problem.words or (unsent if view.noted else ""))
        set_style_property(self.edit, "wrong", view.problem in _WRONG_INPUT)
        self._write_time()
        self.actions_changed.emit()

    def _write_question(self, view: ContactView) -> None:
        if self._is_phone:
            title, label = strings.translate("contact", "Your telephone number"), strings.translate("contact", "Telephone number")
            why = strings.translate("contact", "We send you a code, to know that the number is yours.")
            self._hint.setText(strings.translate("contact", "A number from abroad begins with + and the code of its country."))
        else:
            title, label = strings.translate("contact", "Your e-mail address"), strings.translate("contact", "E-mail address")
            why = strings.translate("contact", "We send you a code, to know that the address is yours.")
            self._hint.hide()
        self._title.setText(title)
        self._label.setText(label)
        self._lead.setText(strings.translate("contact", "So that we can reach you.") if view.noted else why)
