"""The look that is on: colours, scaled sizes, icons and the style sheet. Made once by the window, used on the GUI thread only."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer

from ui.theme import tokens
from ui.theme.stylesheet import stylesheet
from ui.theme.tokens import Look, Palette

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"
MIRRORED = frozenset({"back", "chevron", "list"})
"""Icons that follow the direction of reading. What shows a side of the room (turn your head), an object or a sense of rotation does not."""

# What the drawings are made in; replaced by the theme's colours when they are rendered.
_STROKE = 3.5
_DRAWN_ACCENT, _DRAWN_SOFT, _DRAWN_PAPER = "#1F5EFF", "#E4ECFF", "#FFFFFF"


class Theme:
    """One look at one scale.

    Attributes:
        reduced_motion: every duration is 0.
        large_text: type is a quarter larger; places and buttons stay as they are.
    """

    def __init__(
        self,
        look: Look = Look.LIGHT,
        *,
        scale: float = 1.0,
        reduced_motion: bool = False,
        large_text: bool = False,
        accent: tuple[str, str] | None = None,
    ) -> None:
        self.look = look
        palette = tokens.PALETTES[look]
        self.palette: Palette = tokens.branded(palette, *accent) if accent and look is not Look.CONTRAST else palette
        self.reduced_motion = reduced_motion
        self.large_text = large_text
        self.scale = scale
        self._pixmaps: dict[tuple[str, int, int, str, float], QPixmap] = {}

    def rescale(self, width_px: int, height_px: int) -> bool:
        """Fit the sizes to a window by its shorter side. True when the scale has changed enough to be seen."""
        scale = max(0.5, min(width_px, height_px) / tokens.REFERENCE_SHORT_SIDE_PX)
        if abs(scale - self.scale) < 0.01:
            return False
        self.scale = scale
        self._pixmaps.clear()
        return True

    def px(self, units: float) -> int:
        """Pixels for a length given at 1080 lines; never 0 for something that is there."""
        return max(1, round(units * self.scale)) if units else 0

    def type_px(self, units: float) -> int:
        """Pixels for a size of type given at 1080 lines."""
        return self.px(units * (tokens.LARGE_TEXT if self.large_text else 1.0))

    def ms(self, duration_ms: int) -> int:
        return 0 if self.reduced_motion else duration_ms

    def color(self, name: str) -> QColor:
        """A colour of the palette by its name."""
        return QColor(getattr(self.palette, name))

    def font(self, role: str, *, strong: bool = False) -> QFont:
        font = QFont()
        font.setPixelSize(self.type_px(tokens.FONT_SIZES[role]))
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        return font

    def stylesheet(self) -> str:
        return stylesheet(self.palette, self.px, self.type_px)

    def icon(self, name: str, units: float, color: str = "text", *, ratio: float = 1.0, right_to_left: bool = False) -> QPixmap:
        """A square line icon in one colour of the palette. `right_to_left`: beside words that run so."""
        side = self.px(units)
        drawn = self._drawn(ICONS / f"{name}.svg", QSize(side, side), color, ratio)
        return drawn.transformed(QTransform.fromScale(-1, 1)) if right_to_left and name in MIRRORED else drawn

    def illustration(self, name: str, size: QSize, *, ratio: float = 1.0) -> QPixmap:
        """A drawing that fills `size` (device independent pixels), which should have its proportions."""
        return self._drawn(ICONS / "illustrations" / f"{name}.svg", size, "text", ratio)

    @staticmethod
    def illustration_size(name: str) -> QSizeF:
        """The drawing's own size; only the proportions matter."""
        return _view_box(ICONS / "illustrations" / f"{name}.svg")

    def _drawn(self, path: Path, size: QSize, color: str, ratio: float) -> QPixmap:
        key = (str(path), size.width(), size.height(), color, ratio)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = self._pixmaps[key] = self._render(path, size, color, ratio)
        return pixmap

    def _render(self, path: Path, size: QSize, color: str, ratio: float) -> QPixmap:
        pixmap = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        svg = _read(path)
        svg = svg.replace(_DRAWN_ACCENT, "@accent@").replace(_DRAWN_SOFT, "@soft@").replace(_DRAWN_PAPER, "@paper@")
        for mark, colour in (("accent", self.palette.accent), ("soft", self.palette.accent_soft), ("paper", self.palette.surface)):
            svg = svg.replace(f"@{mark}@", colour)
        svg = svg.replace("currentColor", getattr(self.palette, color))
        if path.parent != ICONS:
            # Lines of one width in every drawing, whatever its size.
            svg = svg.replace('stroke-width="3"', f'stroke-width="{self.scale * _STROKE * _view_box(path).width() / size.width():.3f}"')
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, size.width(), size.height()))
        painter.end()
        return pixmap


@lru_cache(maxsize=128)
def _view_box(path: Path) -> QSizeF:
    _x, _y, width, height = (float(part) for part in _read(path).split('viewBox="', 1)[1].split('"', 1)[0].split())
    return QSizeF(width, height)


@lru_cache(maxsize=128)
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
