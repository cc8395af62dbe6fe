"""The door of `run`: a kiosk that cannot start says why, and its button tries again until it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.config import parse_config
from kiosk.domain.errors import BadInput
from kiosk.domain.events import Event, StepEntered
from kiosk.domain.views import SorryView
from kiosk.engines.models import ModelLibrary
from kiosk.services.bus import Bus
from kiosk.store.customers import open_store
from kiosk.store.keys import KeyPlace
from tests.ui.conftest import settle
from ui.door import Door, _Closed, theme_of
from ui.screens.sorry import SorryScreen
from ui.screens.welcome import WelcomeScreen
from ui.theme.brand import contrast
from ui.theme.tokens import PALETTES, Look

LIMIT_MS = 60_000


@pytest.fixture
def door(dressed: QApplication, model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))
    monkeypatch.setattr("ui.door.set_up_logging", lambda *_folder, **_options: None)  # the test's own logging stays
    made = Door(full_screen=False)
    yield made
    window = made.window
    made.close()
    if window is not None:
        window.deleteLater()
    settle()


def press(door: Door) -> None:
    assert door.window is not None
    door.window.footer.main_button.click()
    settle()


@pytest.mark.logs_warnings
def test_the_button_of_a_kiosk_that_cannot_open_its_store_tries_again(door: Door, kiosk_home: Path, qtbot: QtBot) -> None:
    open_store(kiosk_home, keys=KeyPlace.FILE).close()
    key = kiosk_home / "store.key"
    right = key.read_bytes()
    key.write_bytes(b"00" * 32 + b"\n")
    door.open()
    settle()
    for _ in range(2):
        first = door.window
        assert first is not None
        assert isinstance(first.current, SorryScreen)
        press(door)
        assert door.window is not first, "trying again makes a new window"
    key.write_bytes(right)
    press(door)
    qtbot.waitUntil(lambda: door.window is not None and isinstance(door.window.current, WelcomeScreen), timeout=LIMIT_MS)


@pytest.mark.parametrize("press_it", [_Closed.start, _Closed.advance, _Closed.cancel])
def test_a_closed_kiosk_says_why_once_and_every_way_on_tries_again(press_it: Callable[[_Closed], None]) -> None:
    bus, events, tries = Bus(), list[Event](), list[int]()
    bus.subscribe(events.append)
    closed = _Closed(bus, "STORE_KEY_WRONG", lambda: tries.append(1))
    closed.start()
    assert [type(event) for event in events] == [StepEntered]
    assert tries == []
    press_it(closed)
    press_it(closed)
    assert len(events) == 1
    assert len(tries) == 2


def test_a_closed_kiosk_promises_nothing_about_what_is_in_its_store() -> None:
    bus, events = Bus(), list[Event]()
    bus.subscribe(events.append)
    _Closed(bus, "STORE_DAMAGED", lambda: None).start()
    entered = events[0]
    assert isinstance(entered, StepEntered)
    assert isinstance(entered.view, SorryView)
    assert entered.view.kept is None  # there was no customer yet


# --- the brand's accent ------------------------------------------------------------------------------------------------

COLOURS = ["#7A1FA2", "#FFEE00", "#FFFFFF", "#000000", "#808080", "#767676", "#00A651", "#E2001A", "#0b1633"]


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
@pytest.mark.parametrize("colour", COLOURS)
def test_a_configured_accent_can_be_seen_and_read_whatever_it_is(look: Look, colour: str) -> None:
    palette = theme_of(parse_config({"theme": {"name": look.value, "accent": colour}})).palette
    assert contrast(palette.accent, palette.on_accent) >= 4.5
    for ground in (palette.background, palette.surface, palette.accent_soft):
        assert contrast(palette.accent, ground) >= 3.0
    assert contrast(palette.text, palette.accent_soft) >= 4.5


def test_an_accent_that_can_be_read_is_left_as_it_is() -> None:
    assert theme_of(parse_config({"theme": {"accent": "#7A1FA2"}})).palette.accent == "#7A1FA2"


def test_without_an_accent_and_in_high_contrast_the_look_keeps_its_own() -> None:
    assert theme_of(parse_config({})).palette == PALETTES[Look.LIGHT]
    assert theme_of(parse_config({"theme": {"name": "contrast", "accent": "#7A1FA2"}})).palette == PALETTES[Look.CONTRAST]
    with pytest.raises(BadInput):
        parse_config({"theme": {"accent": "#7A1FA"}})
