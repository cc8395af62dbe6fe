"""Opens the window on a kiosk; when the kiosk cannot start, shows why and lets staff try again."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kiosk.compose.kiosk import Kiosk
from kiosk.compose.setup import load_setup
from kiosk.config import Config
from kiosk.domain.errors import KioskError
from kiosk.domain.events import StepEntered
from kiosk.domain.views import SorryView, StepProgress
from kiosk.imaging.frame import Frame
from kiosk.log import set_up_logging
from kiosk.services.bus import Bus
from ui.speaker import SilentSpeaker, Speaker
from ui.theme.brand import accent_for
from ui.theme.theme import Theme
from ui.theme.tokens import Look
from ui.window import Window

_log = logging.getLogger(__name__)


def theme_of(config: Config) -> Theme:
    look = Look(config.theme.name)
    accent = accent_for(look, config.theme.accent) if config.theme.accent else None
    return Theme(look, reduced_motion=config.theme.reduced_motion, large_text=config.accessibility.large_text, accent=accent)


def speaker_of(config: Config) -> Speaker:
    """Silent unless the settings ask for sound or speech."""
    wanted = config.accessibility
    if not (wanted.sound or wanted.speech):
        return SilentSpeaker()
    from ui.sound import speaker_for

    return speaker_for(sound=wanted.sound, speech=wanted.speech)


class Door:
    """Made on the GUI thread by `python -m ui run`. Holds the window and the kiosk behind it."""

    def __init__(self, *, full_screen: bool) -> None:
        self._full_screen = full_screen
        self._kiosk: Kiosk | None = None
        self.window: Window | None = None

    def open(self) -> None:
        """Shows the welcome screen, or why there is none."""
        config = Config()
        try:
            setup = load_setup()
            config = setup.config
            set_up_logging(
                setup.paths.logs, level=setup.config.log.level, max_bytes=setup.config.log.max_bytes, files=setup.config.log.files
            )
            self._kiosk = Kiosk(setup)
        except KioskError as error:
            _log.error("the kiosk cannot start: %s", error.code)
            bus = Bus()
            closed = _Closed(bus, error.code.value, self._again)
            brand, language = config.theme.brand, config.languages.default
            self._show(Window(closed, _NoCamera(), bus, theme=theme_of(config), brand=brand, default_language=language))
            return
        window = Window(
            self._kiosk.runner,
            self._kiosk.capture,
            self._kiosk.bus,
            theme=theme_of(config),
            brand=config.theme.brand,
            screen_keyboard=config.session.workflow == "kiosk",
            default_language=config.languages.default,
            speaker=speaker_of(config),
        )
        self._show(window)

    def close(self) -> None:
        if self.window is not None:
            self.window.close()
            self.window = None
        if self._kiosk is not None:
            self._kiosk.close()
            self._kiosk = None

    def _show(self, window: Window) -> None:
        self.window = window
        if self._full_screen:
            window.showFullScreen()
        else:
            window.resize(1280, 800)
            window.show()
        window.session.start()

    def _again(self) -> None:
        before, self.window = self.window, None
        try:
            self.open()
        finally:  # the new window is there first: Qt ends the program when the last one closes
            if before is not None:
                before.close()
                before.deleteLater()


class _NoCamera:
    def newest(self) -> Frame | None:
        return None


class _Closed:
    """The session of a kiosk that could not start: one screen that says why; its button tries again."""

    def __init__(self, bus: Bus, code: str, again: Callable[[], None]) -> None:
        self._bus = bus
        self._code = code
        self._again = again
        self._shown = False

    def start(self) -> None:
        """Shows why, the first time; after that it is the screen's button, which tries again."""
        if self._shown:
            self._again()
            return
        self._shown = True
        # nobody has given anything to this kiosk, and what is in a store that cannot be opened is not ours to promise
        view = SorryView(self._code, kept=None)
        self._bus.publish(StepEntered("sorry", "sorry", view, StepProgress((), -1, 1), can_go_back=False, generation=1, timeout_s=0))

    def advance(self, **_data: object) -> None:
        self.start()

    def cancel(self) -> None:
        self.start()

    def skip(self) -> None: ...
    def back(self) -> None: ...
    def capture_by_hand(self) -> None: ...
    def retake(self) -> None: ...
    def call_staff(self) -> None: ...
    def touch(self) -> None: ...
