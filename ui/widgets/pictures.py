"""Pictures that stand still: taken pages and faces, and our own drawings."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import tokens
from ui.theme.theme import Theme
from ui.widgets.part import Part


def _beginning(place: QWidget, width: int) -> int:
    """Where something of this width begins that stands where a line of words begins."""
    return place.width() - width if place.layoutDirection() is Qt.LayoutDirection.RightToLeft else 0


class Picture(Part):
    """An encoded picture, whole, with rounded corners, in the middle of its place; an empty frame with an icon when there is none.

    `slide_from` lets it come from where it was taken.
    """

    def __init__(
        self,
        theme: Theme,
        jpeg: bytes | None,
        *,
        empty_icon: str = "person",
        cover: bool = False,
        left: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._image = QImage.fromData(jpeg) if jpeg else QImage()
        self._empty_icon = empty_icon
        self._cover = cover
        self._left = left
        self._scaled: QPixmap | None = None
        self._from = QRectF()
        self._share = 1.0
        self._sliding = QVariantAnimation(self)
        self._sliding.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._sliding.valueChanged.connect(self._on_slide)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def is_empty(self) -> bool:
        return self._image.isNull()

    def show_jpeg(self, jpeg: bytes | None) -> None:
        """Another picture in the same place."""
        self._image, self._scaled = QImage.fromData(jpeg) if jpeg else QImage(), None
        self.update()

    def drop(self) -> None:
        """Hold no picture any more."""
        self._sliding.stop()
        self._image, self._scaled = QImage(), None
        self.update()

    def slide_from(self, place: QRectF) -> None:
        """Come from `place` (this widget's coordinates) to where it belongs."""
        duration = self.theme.ms(250)
        if not duration or self.is_empty:
            return
        self._from = place
        self._share = 0.0
        self._sliding.setDuration(duration)
        self._sliding.setStartValue(0.0)
        self._sliding.setEndValue(1.0)
        self._sliding.start()

    def picture_rect(self) -> QRectF:
        """Where the picture stands at rest."""
        if self._cover or self.is_empty:
            return QRectF(self.rect())
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            _beginning(self, size.width()) if self._left else (self.width() - size.width()) / 2,
            (self.height() - size.height()) / 2,
            size.width(),
            size.height(),
        )

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(240), self.theme.px(180))

    def apply_theme(self) -> None:
        self._scaled = None
        self.update()

    def _on_slide(self, share: float) -> None:
        self._share = share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = self.picture_rect()
        radius = min(px(tokens.CARD_RADIUS), place.height() * 0.12)
        if self.is_empty:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(place, radius, radius)
            units = min(72, min(self.width(), self.height()) / theme.scale * 0.5)
            icon = theme.icon(self._empty_icon, units, "secondary", ratio=self.devicePixelRatioF())
            side = icon.width() / icon.devicePixelRatio()
            painter.drawPixmap(round(place.center().x() - side / 2), round(place.center().y() - side / 2), icon)
            return
        if self._share < 1.0:
            start, share = self._from, self._share
            place = QRectF(
                start.x() + (place.x() - start.x()) * share,
                start.y() + (place.y() - start.y()) * share,
                start.width() + (place.width() - start.width()) * share,
                start.height() + (place.height() - start.height()) * share,
            )
        path = QPainterPath()
        path.addRoundedRect(place, radius, radius)
        painter.setClipPath(path)
        painter.drawPixmap(place, self._scaled_to(place), QRectF())
        painter.setClipping(False)
        painter.setPen(QPen(QColor(0, 0, 0, 30) if theme.look is tokens.Look.LIGHT else theme.color("line"), px(1)))
        painter.drawPath(path)

    def _scaled_to(self, place: QRectF) -> QPixmap:
        # Scaled once for where it comes to rest; on its way there the painter stretches that.
        if self._scaled is None:
            rest = self.picture_rect()
            size = rest.size().toSize() * self.devicePixelRatioF()
            mode = Qt.AspectRatioMode.KeepAspectRatioByExpanding if self._cover else Qt.AspectRatioMode.IgnoreAspectRatio
            scaled = self._image.scaled(size, mode, Qt.TransformationMode.SmoothTransformation)
            if self._cover:
                # A little above the middle: that is where a face is in a portrait.
                left = (scaled.width() - size.width()) // 2
                top = (scaled.height() - size.height()) // 3
                scaled = scaled.copy(left, top, size.width(), size.height())
            self._scaled = QPixmap.fromImage(scaled)
        return self._scaled

    def resizeEvent(self, event: object) -> None:
        self._scaled = None


class Illustration(Part):
    """One of our drawings, as large as its place allows up to `units` of height."""

    def __init__(self, theme: Theme, name: str, units: int = 240, *, left: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._name = name
        self._units = units
        self._left = left
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.apply_theme()

    def sizeHint(self) -> QSize:
        own = self.theme.illustration_size(self._name)
        return QSize(self.theme.px(self._units * own.width() / own.height()), self.theme.px(self._units))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() * 0.4

    def apply_theme(self) -> None:
        self.setMaximumHeight(self.theme.px(self._units))
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.size().boundedTo(self.sizeHint())
        size = self.theme.illustration_size(self._name).scaled(room, Qt.AspectRatioMode.KeepAspectRatio).toSize()
        if size.isEmpty():
            return
        painter = QPainter(self)
        drawing = self.theme.illustration(self._name, size, ratio=self.devicePixelRatioF())
        x = _beginning(self, size.width()) if self._left else (self.width() - size.width()) // 2
        painter.drawPixmap(x, (self.height() - size.height()) // 2, drawing)


class Icon(Part):
    """One line icon; `disc` puts it on a soft round ground of a colour."""

    def __init__(
        self, theme: Theme, name: str, units: float = 28, color: str = "text", *, disc: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._name, self._units, self._color, self._disc = name, units, color, disc
        self.apply_theme()

    def set_icon(self, name: str, color: str | None = None, disc: str | None = None) -> None:
        self._name, self._color, self._disc = name, color or self._color, self._disc if disc is None else disc
        self.update()

    def apply_theme(self) -> None:
        side = self.theme.px(self._units * (2 if self._disc else 1))
        self.setFixedSize(side, side)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._disc:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color(self._disc))
            painter.drawEllipse(self.rect())
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        icon = self.theme.icon(self._name, self._units, self._color, ratio=self.devicePixelRatioF(), right_to_left=rtl)
        side = self.theme.px(self._units)
        painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, icon)
