"""Which language: each name in its own language; the choice shows at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from kiosk.domain.views import LanguageView
from ui import strings
from ui.language import OWN_NAMES
from ui.stage.screen import Action, Screen, Stage
from ui.theme import tokens
from ui.widgets.buttons import BigButton
from ui.widgets.layouts import Box
from ui.widgets.part import Text
from ui.widgets.pictures import Icon


class LanguageTile(BigButton):
    """A choice, twice as high as a button."""

    def apply_theme(self) -> None:
        super().apply_theme()
        self.setFixedHeight(self.theme.px(tokens.MAIN_BUTTON_HEIGHT * 1.5))
        self.setMinimumWidth(self.theme.px(420))
        self.setFont(self.theme.font("title", strong=True))


class LanguageScreen(Screen):
    """Answers language=BCP 47."""

    def __init__(self, stage: Stage, view: LanguageView) -> None:
        super().__init__(stage)
        theme = stage.theme
        self._chosen = view.current
        self._title = Text("display", strong=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.tiles: dict[str, LanguageTile] = {}
        group = QButtonGroup(self)
        tiles = Box(theme, row=True, spacing=24)
        tiles.box.addStretch(1)
        for language in view.languages:
            tile = LanguageTile(theme, "chip")
            tile.setText(OWN_NAMES.get(language, language))
            tile.setCheckable(True)
            tile.setChecked(language == view.current)
            tile.clicked.connect(self._on_tile)
            group.addButton(tile)
            self.tiles[language] = tile
            tiles.add(tile)
        tiles.box.addStretch(1)
        content = Box(theme, spacing=48)
        content.box.addStretch(2)
        content.box.addWidget(Icon(theme, "language", 56, "accent", disc="accent_soft"), 0, Qt.AlignmentFlag.AlignHCenter)
        content.add(self._title, tiles)
        content.box.addStretch(3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(content)
        self.retranslate()

    @property
    def main(self) -> Action | None:
        return Action(strings.translate("language", "Continue"))

    def on_main(self) -> None:
        self.session.advance(language=self._chosen)

    def first_focus(self) -> QWidget | None:
        return self.tiles.get(self._chosen)

    def _on_tile(self) -> None:
        self._chosen = next(language for language, tile in self.tiles.items() if tile.isChecked())
        self.language_tried.emit(self._chosen)

    def retranslate(self) -> None:
        self._title.setText(strings.translate("language", "Choose your language"))
        self.actions_changed.emit()
