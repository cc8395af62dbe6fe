"""The decision in one sentence, then every check with its reason."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout

from kiosk.domain.check import GROUP_OF, STAFF_ONLY, Check, CheckGroup
from kiosk.domain.decision import Outcome
from kiosk.domain.views import DecisionView
from ui import strings
from ui.stage.screen import Action, Screen, Stage
from ui.theme.theme import Theme
from ui.widgets.buttons import BigButton
from ui.widgets.check_lines import CheckGroupCard
from ui.widgets.earlier import EarlierRecords
from ui.widgets.layouts import Box, Panes, Scroll, ScrollBox
from ui.widgets.part import Part, Text, set_style_property
from ui.widgets.pictures import Icon

_MARKS = {
    Outcome.ACCEPT: ("check", "good", "good_soft"),
    Outcome.REVIEW: ("staff", "caution", "caution_soft"),
    Outcome.REJECT: ("cross", "stop", "stop_soft"),
}
_TWO_COLUMNS = 1100  # units of width that two cards need for the longest names of checks
_LARGE_UP_TO = 45  # characters that still stand in the largest type


class Columns(Part):
    """Cards in two columns, or in one where there is no room for two."""

    def __init__(self, theme: Theme, cards: dict[CheckGroup, CheckGroupCard]) -> None:
        super().__init__(theme)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._columns = (Box(theme, spacing=24), Box(theme, spacing=24))
        for group, card in cards.items():
            self._columns[0 if group is CheckGroup.DOCUMENT else 1].add(card)
        for column in self._columns:
            column.box.addStretch(1)
            self._layout.addWidget(column, 1)
        self.apply_theme()

    def apply_theme(self) -> None:
        self._layout.setSpacing(self.theme.px(24))

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = self.width() < self.theme.type_px(_TWO_COLUMNS)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._layout.direction() != direction:
            self._layout.setDirection(direction)
        super().resizeEvent(event)


class DecisionScreen(Screen):
    """Green only for what is true; what was not checked is said so.

    What is for staff alone (other customers with this face, lists, guesses at age and sex) stands behind "Details", with the figures: the
    screen belongs to the customer until a colleague takes it over.
    """

    def __init__(self, stage: Stage, view: DecisionView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._view: DecisionView | None = view
        self._headline, self._text = Text("title", strong=True), Text("lead", tone="secondary")
        self._reason = Text("lead")
        self._details = BigButton(theme, "chip", icon="list")
        self._details.setCheckable(True)
        self._details.toggled.connect(self._on_details)
        icon, color, ground = _MARKS[view.outcome]
        left = Box(theme, spacing=28)
        left.box.addStretch(2)
        left.add(Icon(theme, icon, 72, color, disc=ground))
        left.add(self._headline, self._reason, self._text)
        left.box.addStretch(3)
        left.box.addWidget(self._details, 0, Qt.AlignmentFlag.AlignLeft)
        self.cards = _cards(theme, tuple(check for check in view.checks if check.name not in STAFF_ONLY))
        self.staff_cards = _cards(theme, tuple(check for check in view.checks if check.name in STAFF_ONLY))
        self.earlier = EarlierRecords(theme, view) if view.earlier else None
        self._for_staff = Box(theme, spacing=24)
        if self.earlier is not None:
            self._for_staff.add(self.earlier)
        self._for_staff.add(*self.staff_cards.values())
        self._for_staff.hide()
        right = ScrollBox(theme, spacing=24, margins=(0, 0, 24, 0))
        right.add(self._for_staff)
        right.add(Columns(theme, self.cards))
        right.box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Panes(theme, left, Scroll(theme, right), shares=(1, 2), spacing=56))
        self.retranslate()

    @property
    def main(self) -> Action | None:
        return Action(strings.translate("decision", "Continue"))

    def on_main(self) -> None:
        self.session.advance()

    def drop(self) -> None:
        self._view = None
        self._headline.clear()
        self._reason.clear()
        if self.earlier is not None:
            self.earlier.drop()

    def show_details(self, shown: bool) -> None:
        """What is for staff: score, threshold, model and time of every check, and what only they may see."""
        self._details.setChecked(shown)

    def _on_details(self, shown: bool) -> None:
        self._for_staff.setVisible(shown and bool(self.earlier or self.staff_cards))
        for card in (*self.cards.values(), *self.staff_cards.values()):
            for line in card.lines:
                line.show_figures(shown)
        self.retranslate()  # the reason may be one of them

    def _write_details(self, shown: bool) -> None:
        self._details.setText(strings.translate("decision", "Hide details") if shown else strings.translate("decision", "Details"))

    def retranslate(self) -> None:
        if self._view is None:
            return
        view = self._view
        reason = view.main_reason
        if reason is not None and reason.name in STAFF_ONLY and not self._details.isChecked():
            reason = None
        words = strings.headline(view.outcome, view.first_name, reason)
        set_style_property(self._headline, "role", "display" if len(words) <= _LARGE_UP_TO else "title")
        self._headline.setText(words)
        # A rejection's reason stands in its sentence already.
        why = reason if view.outcome is Outcome.REVIEW else None
        self._reason.setVisible(view.outcome is Outcome.REVIEW)
        self._reason.setText(f"{strings.check_name(why.name)}. {strings.check_sentence(why)}" if why is not None else strings.to_customer())
        self._text.setText(
            {
                Outcome.ACCEPT: strings.translate("decision", "Your data is checked and saved."),
                Outcome.REVIEW: strings.translate("decision", "Your data is saved. There's nothing more that you need to do now."),
                Outcome.REJECT: strings.translate(
                    "decision", "If you think that this is wrong, talk to a colleague. They can look at it with you."
                ),
            }[view.outcome]
        )
        self._write_details(self._details.isChecked())
        self.actions_changed.emit()


def _cards(theme: Theme, checks: tuple[Check, ...]) -> dict[CheckGroup, CheckGroupCard]:
    cards = {}
    for group in CheckGroup:
        of_group = tuple(check for check in checks if GROUP_OF[check.name] is group)
        if of_group:
            cards[group] = CheckGroupCard(theme, group, of_group)
    return cards
