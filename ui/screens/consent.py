"""Consent, by purpose, in plain words: those of `resources/consents` that are in force. Nothing is recorded before it."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QVBoxLayout

from kiosk.domain.consent import BIOMETRIC, ConsentText
from kiosk.domain.views import ConsentView
from ui import strings
from ui.stage.screen import Action, Screen, Stage
from ui.widgets.buttons import BigButton
from ui.widgets.layouts import Box, Card, Panes, Scroll, ScrollBox
from ui.widgets.part import Text
from ui.widgets.pictures import Icon, Illustration

_ICONS = {"identify": "document", "biometric": "selfie", "store": "lock"}


class ConsentScreen(Screen):
    """Answers accepted=True or False; where there is a way without comparing faces also biometrics=True or False."""

    def __init__(self, stage: Stage, view: ConsentView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._version = view.version
        self._texts = view.texts
        self._asks_biometrics = view.without_biometrics
        self.without = BigButton(theme, "chip")
        self.without.clicked.connect(self._on_without)
        self._without_text = Text("body", tone="secondary")
        self._title, self._lead = Text("title", strong=True), Text("lead", tone="secondary")
        self._note = Text("small", tone="secondary")
        left = Box(theme, spacing=24)
        left.box.addStretch(1)
        left.add(Illustration(theme, "shield", 260, left=True))
        left.add(self._title, self._lead, self._note)
        left.box.addStretch(1)
        cards = ScrollBox(theme, spacing=24)
        cards.box.addStretch(1)
        self._purposes: list[tuple[str, Text, Text]] = []
        for purpose in view.purposes:
            card = Card(theme, row=True, padding=32, spacing=28)
            card.box.addWidget(Icon(theme, _ICONS.get(purpose, "info"), 34, "accent", disc="accent_soft"), 0, Qt.AlignmentFlag.AlignTop)
            heading, text = Text("lead", strong=True), Text("body", tone="secondary")
            words = Box(theme, spacing=6)
            words.add(heading, text)
            if purpose == BIOMETRIC and view.without_biometrics:
                words.add(self._without_text)
                words.box.addSpacing(theme.px(10))
                words.box.addWidget(self.without, 0, Qt.AlignmentFlag.AlignLeft)
            card.add(words, stretch=1)
            self._purposes.append((purpose, heading, text))
            cards.add(card)
        cards.box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Panes(theme, left, Scroll(theme, cards), shares=(3, 4), spacing=64))
        self.retranslate()

    @property
    def main(self) -> Action | None:
        return Action(strings.translate("consent", "I agree"))

    @property
    def second(self) -> Action | None:
        return Action(strings.translate("consent", "I don't agree"))

    def on_main(self) -> None:
        if self._asks_biometrics:
            self.session.advance(accepted=True, biometrics=True)
        else:
            self.session.advance(accepted=True)

    def _on_without(self) -> None:
        self.session.advance(accepted=True, biometrics=False)

    def on_second(self) -> None:
        self.session.advance(accepted=False)

    def retranslate(self) -> None:
        self._title.setText(strings.translate("consent", "Before we start"))
        self._lead.setText(strings.translate("consent", "With your consent we do three things, and nothing else."))
        self.without.setText(strings.translate("consent", "Continue without comparing my face"))
        self._note.setText(strings.translate("consent", "You can stop at any time. Version {version}.").format(version=self._version))
        for purpose, heading, text in self._purposes:
            words = self._words(purpose)
            heading.setText(words.heading)
            text.setText(words.text)
            if purpose == BIOMETRIC:
                self._without_text.setText(words.choice)
        self.actions_changed.emit()

    def _words(self, purpose: str) -> ConsentText:
        """In the language that is on. The kiosk does not start with texts that lack an offered one."""
        language = QLocale().bcp47Name()
        found = [text for text in self._texts if text.purpose == purpose]
        fitting = [text for text in found if text.language.partition("-")[0] == language.partition("-")[0]]
        return max(fitting or found, key=lambda text: text.language == language)
