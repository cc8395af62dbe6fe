"""Which language is on. Qt tells every widget of a change (QEvent.LanguageChange), and each writes its words anew."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

_log = logging.getLogger(__name__)

TRANSLATIONS = Path(__file__).resolve().parent.parent / "resources" / "translations"
SOURCE_LANGUAGE = "en"

# Written in the language itself, so that who needs it can read it.
OWN_NAMES = {"en": "English", "sk": "Slovenčina"}
_LOCALES = {"en": QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom), "sk": QLocale(QLocale.Language.Slovak)}


class Languages:
    """Owned by the window; GUI thread only."""

    def __init__(self) -> None:
        self.current = SOURCE_LANGUAGE
        self._translator: QTranslator | None = None
        QLocale.setDefault(_LOCALES[SOURCE_LANGUAGE])

    def use(self, language: str) -> None:
        """Show everything in `language` (BCP 47). One that there is no translation for is refused in the log, and English is used."""
        app = QCoreApplication.instance()
        if app is None or language == self.current:
            return
        translator = None
        if language != SOURCE_LANGUAGE:
            translator = QTranslator()
            if not translator.load(str(TRANSLATIONS / f"kiosk_{language}.qm")):
                _log.warning("no translation for language %s", language)
                self.use(SOURCE_LANGUAGE)
                return
        previous, self._translator = self._translator, translator
        # The locale first: widgets write their dates while they are told of the change.
        self.current = language
        QLocale.setDefault(_LOCALES.get(language, QLocale(language)))
        if translator is not None:
            app.installTranslator(translator)
        if previous is not None:
            app.removeTranslator(previous)

    def close(self) -> None:
        """Take the translation out again."""
        app = QCoreApplication.instance()
        if app is not None and self._translator is not None:
            app.removeTranslator(self._translator)
        self._translator = None
