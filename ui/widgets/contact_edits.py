"""Inputs for a telephone number, an e-mail address and a code of eight digits: from left to right, as these are written everywhere."""

from __future__ import annotations

import re
import unicodedata

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from ui.theme import tokens
from ui.theme.pens import stroke
from ui.theme.theme import Theme

CODE_DIGITS = 8
_IN_A_PHONE_NUMBER = frozenset("0123456789+ -/().")
_LONGEST_PHONE = 32
_LONGEST_EMAIL = 254
"""RFC 5321, 4.5.3.1."""
_CODE_IN_TEXT = re.compile(r"(?<!\d)\d{4}[ \u00a0\u202f-]?\d{4}(?!\d)")


def plain_digits(text: str) -> str:
    """The text with the decimal digits of every script as 0 to 9."""
    return "".join(str(digit) if (digit := unicodedata.decimal(character, None)) is not None else character for character in text)


def code_of(text: str) -> str:
    """The digits of a code in what was typed or pasted, eight at most; a whole message may have been pasted."""
    plain = plain_digits(text)
    found = _CODE_IN_TEXT.search(plain)
    digits = "".join(character for character in (found.group() if found else plain) if character in "0123456789")
    return digits[:CODE_DIGITS]


class ContactEdit(QLineEdit):
    """A telephone number or an e-mail address. What cannot be a part of it is not taken."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        """Args: `kind` "phone" or "email"."""
        super().__init__(parent)
        self._is_phone = kind == "phone"
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setMaxLength(_LONGEST_PHONE if self._is_phone else _LONGEST_EMAIL)
        hints = Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhSensitiveData
        kind_hint = Qt.InputMethodHint.ImhDialableCharactersOnly if self._is_phone else Qt.InputMethodHint.ImhEmailCharactersOnly
        self.setInputMethodHints(hints | kind_hint)
        self.textChanged.connect(self._on_changed)

    @property
    def contact(self) -> str:
        return self.text().strip()

    def _on_changed(self, text: str) -> None:
        plain = plain_digits(text) if self._is_phone else text
        allowed = "".join(c for c in plain if (c in _IN_A_PHONE_NUMBER if self._is_phone else not c.isspace()))
        if allowed != text:
            behind = len(text) - self.cursorPosition()
            self.setText(allowed)
            self.setCursorPosition(max(0, len(allowed) - behind))


class CodeEdit(QLineEdit):
    """Eight places in two groups of four. An input as any other, only painted as places: it is typed into, pasted into and read aloud."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._on_changed)
        # it is typed at the end only: a cursor in the middle could not be seen
        self.cursorPositionChanged.connect(self._on_moved)
        self.selectionChanged.connect(self.update)

    @property
    def code(self) -> str:
        """The digits so far."""
        return code_of(self.text())

    @property
    def is_whole(self) -> bool:
        return len(self.code) == CODE_DIGITS

    def _on_changed(self, text: str) -> None:
        if code_of(text) != text:
            self.setText(code_of(text))
        self.update()

    def _on_moved(self) -> None:
        if self.cursorPosition() != len(self.text()) and not self.hasSelectedText():
            self.end(False)

    # --- looks -----------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(8 * 64 + 6 * 8 + 28), self.theme.px(84))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(8 * 44 + 6 * 6 + 20), self.theme.px(84))

    def places(self) -> list[QRectF]:
        """Of the eight digits."""
        px = self.theme.px
        gap, between = px(8), px(28)
        edge = px(2)
        width = min(float(px(78)), (self.width() - 6 * gap - between - 2 * edge) / CODE_DIGITS)
        left = float(edge)
        rects = []
        for index in range(CODE_DIGITS):
            rects.append(QRectF(left, edge, width, self.height() - 2 * edge))
            left += width + (between if index == CODE_DIGITS // 2 - 1 else gap)
        return rects

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font("title", strong=True)
        digits, places = self.code, self.places()
        # large text must not outgrow its place
        widest = QFontMetricsF(font).horizontalAdvance("0")
        if widest > places[0].width() * 0.7:
            font.setPixelSize(max(1, int(font.pixelSize() * places[0].width() * 0.7 / widest)))
        painter.setFont(font)
        edge = theme.color("line" if theme.look is tokens.Look.CONTRAST else "secondary")
        if self.property("wrong"):
            edge = theme.color("stop")
        chosen = self.hasSelectedText()
        for index, place in enumerate(places):
            here = self.hasFocus() and self.isEnabled() and index == min(len(digits), CODE_DIGITS - 1)
            painter.setPen(QPen(theme.color("accent") if here else edge, px(3 if here else 2)))
            painter.setBrush(theme.color("accent_soft" if chosen and index < len(digits) else "surface" if self.isEnabled() else "raised"))
            painter.drawRoundedRect(place.adjusted(px(1), px(1), -px(1), -px(1)), px(tokens.RADIUS), px(tokens.RADIUS))
            if index < len(digits):
                painter.setPen(theme.color("text" if self.isEnabled() else "secondary"))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, digits[index])
            elif here:
                painter.setPen(stroke(theme.color("accent"), px(3)))
                half = place.height() * 0.22
                painter.drawLine(place.center() - QPointF(0, half), place.center() + QPointF(0, half))
