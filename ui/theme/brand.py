"""A brand's accent made readable on a look: one colour is named, the rest follows from contrast (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

from ui.theme import tokens
from ui.theme.tokens import Look

_AGAINST_GROUND = 3.0
_STEPS = 20


def accent_for(look: Look, colour: str) -> tuple[str, str]:
    """The accent and what is written on it, for `Theme(accent=…)`.

    The colour itself when it stands out from the look's grounds; else moved towards the look's text colour until it does (a pale yellow on
    white would leave words and icons invisible). White or black on it, whichever is read better: one of the two always has 4.5 : 1.

    Args:
        colour: #RRGGBB.
    """
    palette = tokens.PALETTES[look]
    for step in range(_STEPS + 1):
        accent = tokens.mixed(colour, palette.text, step / _STEPS)
        branded = tokens.branded(palette, accent, accent)
        if all(contrast(accent, ground) >= _AGAINST_GROUND for ground in (branded.background, branded.surface, branded.accent_soft)):
            break
    return accent, max("#FFFFFF", "#000000", key=lambda writing: contrast(accent, writing))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours #RRGGBB, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
