"""The style sheet made from the tokens. What the style sheet cannot do (focus ring by keyboard only, spinner) widgets paint."""

from __future__ import annotations

from collections.abc import Callable

from ui.theme.tokens import CARD_RADIUS, FONT_SIZES, RADIUS, Palette


def stylesheet(palette: Palette, px: Callable[[float], int], type_px: Callable[[float], int]) -> str:
    """For the window: everything inside it inherits. `px` scales lengths, `type_px` type."""
    edge = palette.line if palette.background == palette.surface else palette.raised  # high contrast needs the edge to be seen
    roles = "\n".join(f'QLabel[role="{role}"] {{ font-size: {type_px(size)}px; }}' for role, size in FONT_SIZES.items())
    return f"""
QWidget {{ color: {palette.text}; }}
QLabel {{ font-size: {type_px(FONT_SIZES["body"])}px; }}
QWidget#window, QWidget#content {{ background: {palette.background}; }}
QLabel {{ background: transparent; border: none; }}
{roles}
QLabel[strong="true"] {{ font-weight: 600; }}
QLabel[tone="secondary"] {{ color: {palette.secondary}; }}
QLabel[tone="accent"] {{ color: {palette.accent}; }}
QLabel[tone="good"] {{ color: {palette.good}; }}
QLabel[tone="caution"] {{ color: {palette.caution}; }}
QLabel[tone="stop"] {{ color: {palette.stop}; }}
QWidget[card="true"] {{ background: {palette.surface}; border: {px(1)}px solid {palette.line}; border-radius: {px(CARD_RADIUS)}px; }}
QWidget[card="caution"] {{ background: {palette.surface}; border: {px(2)}px solid {palette.caution}; border-radius: {px(CARD_RADIUS)}px; }}
QFrame[rule="true"] {{ background: {palette.line}; border: none; }}
QWidget#footer {{ background: {palette.surface}; border: none; border-top: {px(1)}px solid {palette.line}; }}
QWidget#header {{ background: transparent; }}
QLineEdit {{
    background: {palette.raised}; color: {palette.text}; border: {px(2)}px solid {edge}; border-radius: {px(RADIUS)}px;
    padding: 0 {px(16)}px; font-size: {type_px(FONT_SIZES["body"] + 2)}px; font-weight: 600; selection-background-color: {palette.accent};
    selection-color: {palette.on_accent};
}}
QLineEdit:focus {{ background: {palette.surface}; border: {px(3)}px solid {palette.accent}; }}
QLineEdit[wrong="true"] {{ border-color: {palette.stop}; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: {px(12)}px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {palette.line}; border-radius: {px(6)}px; min-height: {px(48)}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""
