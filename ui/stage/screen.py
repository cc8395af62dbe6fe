"""The contract between the window and a screen: what a screen shows, the main button it wants, the answer it reports."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from kiosk.domain.events import Event
from ui.bridge.frames import Wanted
from ui.bridge.session import Session
from ui.speaker import SilentSpeaker, Speaker
from ui.theme.theme import Theme
from ui.widgets.part import Part


@dataclass(frozen=True, slots=True)
class Action:
    """A button that the window shows for the screen, always in the same place."""

    text: str
    icon: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """What every screen is given.

    Attributes:
        screen_keyboard: the kiosk has no keyboard of its own: keys are shown on the screen.
        speaker: says advice and plays tones, or is silent.
    """

    theme: Theme
    session: Session
    screen_keyboard: bool = False
    speaker: Speaker = field(default_factory=SilentSpeaker)


class Screen(Part):
    """One kind of step. Made when the step is entered, destroyed when it is left; it keeps nothing elsewhere.

    Signals:
        actions_changed: `main` or `second` is different.
        wanted_changed: `wanted` is different.
        language_tried: (str) show everything in this language at once.
        staff_asked: a colleague is to be called, and the customer to be told so.
    """

    actions_changed = Signal()
    wanted_changed = Signal()
    language_tried = Signal(str)
    staff_asked = Signal()

    # Whether it may stay when the session has ended, because it shows nothing that is the customer's own.
    outlives_session = False

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(stage.theme, parent)
        self.stage = stage
        self.session = stage.session

    # --- asked by the window ---------------------------------------------------------------------------------------

    @property
    def main(self) -> Action | None:
        """The main button, or None for an empty place."""
        return None

    @property
    def second(self) -> Action | None:
        """The other way on, beside the main button."""
        return None

    @property
    def wanted(self) -> Wanted | None:
        """The camera pictures that it needs, or None."""
        return None

    def first_focus(self) -> QWidget | None:
        """Where the keyboard begins when it is not the main button."""
        return None

    # --- told by the window ----------------------------------------------------------------------------------------

    def on_main(self) -> None:
        """The main button was pressed."""

    def on_second(self) -> None:
        """The second button was pressed."""

    def handle(self, event: Event) -> None:
        """An event of this entry of the step (older ones never get here)."""

    def show_frame(self, picture: QImage) -> None:
        """A camera picture as asked for by `wanted`."""

    def show_busy(self, label: str | None) -> bool:
        """Work began (its label) or ended (None). True when the screen shows it in its own place; else the window lies a veil over it."""
        return False

    def drop(self) -> None:
        """Hold no picture and no text of the customer any more; the screen is about to be destroyed."""


def stop_timers(owner: QObject) -> None:
    """Every timer that belongs to `owner` stands still, so that nothing fires between `drop` and destruction."""
    for timer in owner.findChildren(QTimer):
        timer.stop()
