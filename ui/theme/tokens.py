"""Colours and sizes of the three looks. A brand sets the accent, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Look(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #RRGGBB. `*_soft` are backgrounds behind text or icons of that colour."""

    background: str
    surface: str
    raised: str  # quiet buttons and inputs on a surface
    text: str
    secondary: str
    line: str
    accent: str
    on_accent: str
    accent_soft: str
    good: str
    good_soft: str
    caution: str
    caution_soft: str
    stop: str
    stop_soft: str
    focus: str


PALETTES = {
    Look.LIGHT: Palette(
        background="#F6F7F9", surface="#FFFFFF", raised="#EEF1F5", text="#14171F", secondary="#525B6B", line="#DDE2EA",
        accent="#1F5EFF", on_accent="#FFFFFF", accent_soft="#E4ECFF", good="#0F7B4F", good_soft="#DDF3E8",
        caution="#9A6200", caution_soft="#FCEFD6", stop="#B3261E", stop_soft="#FBE3E1", focus="#14171F",
    ),
    Look.DARK: Palette(
        background="#0E1116", surface="#171B22", raised="#232933", text="#F2F4F8", secondary="#A9B2C1", line="#2A313C",
        accent="#7FA6FF", on_accent="#0B1633", accent_soft="#1C2A4A", good="#55D39B", good_soft="#12332A",
        caution="#F2B84B", caution_soft="#3A2C10", stop="#FF8F86", stop_soft="#401C1A", focus="#F2F4F8",
    ),
    Look.CONTRAST: Palette(
        background="#000000", surface="#000000", raised="#1C1C1C", text="#FFFFFF", secondary="#FFFFFF", line="#FFFFFF",
        accent="#FFFFFF", on_accent="#000000", accent_soft="#262626", good="#7CFFB2", good_soft="#002A15",
        caution="#FFE066", caution_soft="#2B2300", stop="#FF9C94", stop_soft="#330806", focus="#FFE500",
    ),
}  # fmt: skip

FONT_SIZES = {"small": 18, "body": 22, "lead": 28, "title": 40, "display": 56}
"""Pixels at 1080 lines, by role of the text. Small and body are a step above the desktop's 16 and 20: people stand at arm's length."""

LARGE_TEXT = 1.25

# Families with Latin, Cyrillic and more that look at home on their system, best first; DejaVu's condensed cut is the calmest
# of what is everywhere.
FONT_FAMILIES = ("Noto Sans", "Segoe UI Variable Text", "Segoe UI", "SF Pro Text", "Roboto", "Ubuntu", "Cantarell", "Open Sans",
                 "Liberation Sans", "DejaVu Sans Condensed", "DejaVu Sans")  # fmt: skip

_SOFT = 0.12
"""How much of a brand's accent is in the ground behind its icons."""

REFERENCE_SHORT_SIDE_PX = 1080
RADIUS = 12
CARD_RADIUS = 20
TOUCH_TARGET = 64
MAIN_BUTTON_HEIGHT = 88
KEY_HEIGHT = 80
FOCUS_RING = 3


def branded(palette: Palette, accent: str, on_accent: str) -> Palette:
    """The palette with a brand's accent and its soft ground; high contrast is never branded."""
    return replace(palette, accent=accent, on_accent=on_accent, accent_soft=mixed(palette.surface, accent, _SOFT))


def mixed(one: str, other: str, share: float) -> str:
    """#RRGGBB between two colours. `share` of the other, 0 to 1."""
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02X}" for mine, theirs in pairs)
