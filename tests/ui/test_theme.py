"""Colours that can be read, sizes that follow the screen, a font that is always there."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontDatabase, QFontMetrics
from PySide6.QtWidgets import QApplication

from ui import app as application
from ui.theme.theme import ICONS, Theme
from ui.theme.tokens import PALETTES, Look, Palette

READABLE, LARGE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [part / 255 for part in QColor(colour).getRgb()[:3]]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("look", Look)
def test_words_can_be_read_on_every_ground(look: Look) -> None:
    palette: Palette = PALETTES[look]
    grounds = (palette.background, palette.surface, palette.raised)
    for name in ("text", "secondary"):
        for ground in grounds:
            assert _contrast(getattr(palette, name), ground) >= READABLE, (name, ground)
    for name in ("good", "caution", "stop"):
        assert _contrast(getattr(palette, name), palette.surface) >= READABLE, name
        assert _contrast(getattr(palette, name), getattr(palette, f"{name}_soft")) >= LARGE, name
    assert _contrast(palette.on_accent, palette.accent) >= READABLE
    assert _contrast(palette.accent, palette.surface) >= LARGE
    assert _contrast(palette.focus, palette.surface) >= LARGE


def test_a_brand_sets_the_accent_and_never_the_high_contrast() -> None:
    brand = ("#7A1FA2", "#FFFFFF")
    assert Theme(Look.LIGHT, accent=brand).palette.accent == "#7A1FA2"
    assert Theme(Look.CONTRAST, accent=brand).palette == PALETTES[Look.CONTRAST]


@pytest.mark.parametrize(("size", "pixels"), [((1920, 1080), 64), ((1080, 1920), 64), ((3840, 2160), 128), ((1280, 720), 43)])
def test_sizes_follow_the_shorter_side(size: tuple[int, int], pixels: int) -> None:
    theme = Theme()
    theme.rescale(*size)
    assert theme.px(64) == pixels


def test_a_thin_line_never_vanishes() -> None:
    assert Theme(scale=0.5).px(1) == 1
    assert Theme(scale=0.5).px(0) == 0


def test_reduced_motion_takes_no_time() -> None:
    assert Theme(reduced_motion=True).ms(250) == 0
    assert Theme().ms(250) == 250


@pytest.mark.parametrize("path", sorted(ICONS.rglob("*.svg")), ids=lambda path: path.stem)
def test_every_drawing_is_whole_and_takes_the_colours_of_the_look(path: Path, dressed: QApplication) -> None:
    ET.parse(path)
    is_icon = path.parent == ICONS
    seen = []
    for look in Look:
        theme = Theme(look)
        pixmap = theme.icon(path.stem, 48) if is_icon else theme.illustration(path.stem, QSize(320, 240))
        image = pixmap.toImage()
        drawn = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).alpha() == 255}
        assert drawn, look
        seen.append(drawn)
    assert seen[0] != seen[1]


@pytest.mark.parametrize("text", ["ľščťžýáíéúäňôĎŔĹ", "Привет", "ŁøßçÞ"])
def test_the_font_has_the_letters_of_our_languages(dressed: QApplication, text: str) -> None:
    font = QFontMetrics(dressed.font())
    assert all(font.inFontUcs4(ord(letter)) for letter in text)


def test_a_machine_without_fonts_gets_the_one_that_came_with_a_dependency(dressed: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFontDatabase, "families", staticmethod(lambda *_args: []))
    font = application.choose_font()
    assert font.family() == "DejaVu Sans"
    assert QFontMetrics(font).inFontUcs4(ord("ž"))
