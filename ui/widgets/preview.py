"""The live picture of the camera with its overlay. Painting takes no decisions: it draws what was set."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.domain.document import Quad
from ui.theme import tokens
from ui.theme.theme import Theme
from ui.widgets import overlay
from ui.widgets.overlay import Target
from ui.widgets.part import Part

FRAME_ASPECT = 16 / 9
_GROW_MS = 600  # calm: a person follows it with the whole body
_EASE = 0.5  # share of the way that the outline moves towards the newest corners with each picture


class CameraPreview(Part):
    """GUI thread.

    Signals:
        wanted_changed: size, mirroring or crop are different from before: the bridge must be told.
    """

    wanted_changed = Signal()

    def __init__(self, theme: Theme, target: Target, *, mirrored: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.target = target
        self.mirrored = mirrored
        self._picture: QImage | None = None
        self._frame_aspect = FRAME_ASPECT
        self._mask: QPixmap | None = None
        self._goal: Quad | None = None
        self._shown: Quad | None = None
        self._tone = "wrong"
        self._progress = 0.0
        self._light = ""
        self._side = ""
        self._arrow = ""
        self._face_size: float | None = None
        self._growing = QVariantAnimation(self)
        self._growing.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._growing.valueChanged.connect(self._on_grown)
        self._frozen = False
        self._flash = 0.0
        self._flashing = QVariantAnimation(self)
        self._flashing.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._flashing.valueChanged.connect(self._on_flash)
        self.painted = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        # Every pixel is painted by us.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # --- what to show ----------------------------------------------------------------------------------------------

    def set_picture(self, picture: QImage) -> None:
        """The newest frame, scaled to `wanted_size` and mirrored already."""
        if self._frozen:
            return
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        if self._picture is None:
            self._mask = None  # with the first picture the target shows
        self._picture = picture
        if self.crop_aspect is None:
            aspect = picture.width() / max(1, picture.height())
            if abs(aspect - self._frame_aspect) > 0.02:
                self._frame_aspect = aspect
                self._mask = None
        self._move_outline()
        self.update()

    def set_guidance(self, outline: Quad | None, *, tone: str, progress: float) -> None:
        """`outline` in 0..1 of the frame; `tone` "wrong", "steady" or "taken"."""
        self._goal, self._tone, self._progress = outline, tone, progress
        if outline is None or self._shown is None or self.theme.reduced_motion:
            self._shown = outline
        self.update()

    def set_light(self, colour: str) -> None:
        """Everything around the face shines in `colour` ("#RRGGBB"), to light it with the screen; "" = it is dimmed as usual."""
        if colour != self._light:
            self._light = colour
            self._mask = None
            self.update()

    @property
    def light(self) -> str:
        return self._light

    def set_side(self, side: str, *, arrow: str = "") -> None:
        """Where the oval fills: "left", "right", "below", or "" for all around. `arrow` "left" or "right": one points there."""
        if (side, arrow) != (self._side, self._arrow):
            if side != self._side:
                self._mask = None
            self._side, self._arrow = side, arrow
            self.update()

    @property
    def side(self) -> str:
        return self._side

    def set_target(self, target: Target) -> None:
        """Another shape to fill."""
        if target != self.target:
            self.target = target
            self._mask = None
            self.update()

    def set_face_size(self, size: float | None) -> None:
        """The oval grows or shrinks until a face of this height (face height / frame height) fills it; None = the usual one, at once."""
        goal = self._growing.endValue() if self._growing.state() is QVariantAnimation.State.Running else self._face_size
        if size == goal:
            return
        start = self._face_size if self._face_size is not None else self.target.usual_face_size(self.picture_rect)
        self._growing.stop()
        if size is None or not self.theme.ms(1):
            self._on_grown(size)
            return
        self._growing.setDuration(self.theme.ms(_GROW_MS))
        self._growing.setStartValue(start)
        self._growing.setEndValue(size)
        self._growing.start()

    @property
    def face_size(self) -> float | None:
        """Of the oval that is shown now."""
        return self._face_size

    def freeze(self, tone: str) -> None:
        """The picture stands still until `thaw`."""
        self._frozen = True
        self._tone = tone
        self._progress = 0.0
        self.update()

    def flash(self) -> None:
        """The shutter moment; after it the picture stands still until `thaw`."""
        self.freeze("taken")
        self._flashing.stop()
        if self.theme.ms(1):
            self._flashing.setDuration(self.theme.ms(250))
            self._flashing.setStartValue(0.85)
            self._flashing.setEndValue(0.0)
            self._flashing.start()
        self.update()

    def thaw(self) -> None:
        self._frozen = False
        self._flashing.stop()
        self._flash = 0.0
        self.set_guidance(None, tone="wrong", progress=0.0)

    def drop(self) -> None:
        """Hold no picture any more."""
        self._flashing.stop()
        self._growing.stop()
        self._picture = self._mask = None
        self._goal = self._shown = None
        self.update()

    # --- geometry --------------------------------------------------------------------------------------------------

    @property
    def crop_aspect(self) -> float | None:
        """A face on a standing screen is shown from a crop of the frame that fills the space; everything else whole."""
        if self.target.kind != "face" or self.width() <= 0 or self.height() <= 0:
            return None
        aspect = max(0.75, self.width() / self.height())
        return aspect if aspect < FRAME_ASPECT * 0.9 else None

    @property
    def wanted_size(self) -> QSize:
        """Physical pixels that the bridge should scale to."""
        return self.size() * self.devicePixelRatioF()

    @property
    def picture_rect(self) -> QRectF:
        aspect = self.crop_aspect or self._frame_aspect
        height = min(self.height(), self.width() / aspect)
        width = height * aspect
        return QRectF(round((self.width() - width) / 2), round((self.height() - height) / 2), round(width), round(height))

    @property
    def target_rect(self) -> QRectF:
        return self.target.rect(self.picture_rect, self._face_size)

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(960), self.theme.px(540))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(320), self.theme.px(180))

    def apply_theme(self) -> None:
        self._mask = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._mask = None
        self.wanted_changed.emit()
        super().resizeEvent(event)

    # --- motion ----------------------------------------------------------------------------------------------------

    def _move_outline(self) -> None:
        if self._goal is not None and self._shown is not None:
            a, b, c, d = (
                (sx + (gx - sx) * _EASE, sy + (gy - sy) * _EASE) for (sx, sy), (gx, gy) in zip(self._shown, self._goal, strict=True)
            )
            self._shown = (a, b, c, d)

    def _on_grown(self, size: float | None) -> None:
        self._face_size = size
        self._mask = None
        self.update()

    def _on_flash(self, value: float) -> None:
        self._flash = value
        self.update()

    # --- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        place = self.picture_rect
        # The mask paints all that is outside of `place`; below it only what the picture leaves free needs a ground.
        if self._picture is None or self._picture.deviceIndependentSize().toSize() != place.size().toSize():
            painter.fillRect(place, QColor("#20262F"))
        if self._picture is not None:
            painter.drawImage(self._centred(place), self._picture)
        if self._mask is None:
            self._mask = self._make_mask(place)
        painter.drawPixmap(0, 0, self._mask)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._picture is not None:
            self._paint_overlay(painter, place, px(6))
        else:
            side = px(96)
            painter.setOpacity(0.6)
            icon = theme.icon("camera", 96, "surface" if theme.look is tokens.Look.LIGHT else "text", ratio=self.devicePixelRatioF())
            painter.drawPixmap(QPointF(place.center().x() - side / 2, place.center().y() - side / 2), icon)
            painter.setOpacity(1.0)
        if self._flash > 0:
            painter.setOpacity(self._flash)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("white"))
            painter.drawRoundedRect(place, px(tokens.CARD_RADIUS), px(tokens.CARD_RADIUS))

    def _centred(self, place: QRectF) -> QPointF:
        assert self._picture is not None
        size = self._picture.deviceIndependentSize()
        return QPointF(round(place.center().x() - size.width() / 2), round(place.center().y() - size.height() / 2))

    def _paint_overlay(self, painter: QPainter, place: QRectF, width: float) -> None:
        # Over a camera picture the theme's own shades would drown: these are light in every look.
        wrong, steady, good = QColor(235, 238, 243, 230), QColor("#6E9BFF"), QColor("#3DDC97")
        if self.theme.look is tokens.Look.LIGHT:
            steady = self.theme.color("accent")
        elif self.theme.look is tokens.Look.CONTRAST:
            steady = self.theme.color("focus")
        if self._light not in ("", "#FFFFFF"):
            steady = QColor("#14171F")  # seen on every colour that the screen shines in
        colour = {"wrong": wrong, "steady": steady, "taken": good}[self._tone]
        filled = good if self._tone == "taken" else steady
        if self.target.kind == "face":
            painter.setClipRect(place)  # an oval for a face that is very near is larger than the picture
            if self._tone == "taken":
                overlay.draw_ring(painter, self.target_rect, 1.0, filled, width, self._side)
            else:
                overlay.draw_ring(painter, self.target_rect, self._stepped(self._progress), filled, width, self._side)
            painter.setClipping(False)
            if self._arrow and not self._frozen:
                self._paint_arrow(painter, place)
            return
        if self._shown is not None:
            aspect, frame = self.crop_aspect, self._frame_aspect
            points = overlay.to_screen(self._shown, place, mirrored=self.mirrored, visible=aspect / frame if aspect else 1.0)
            taken = self._tone == "taken"
            if taken:
                overlay.wash(painter, points, colour)
            overlay.draw_outline(painter, points, colour, width * 0.8, 1.0 if taken else self._progress, filled)

    def _stepped(self, progress: float) -> float:
        """With reduced motion the ring fills in steps of a quarter."""
        return progress if self.theme.ms(1) else int(progress * 4 + 1e-6) / 4

    def _paint_arrow(self, painter: QPainter, place: QRectF) -> None:
        side = self.theme.px(88)
        target = self.target_rect
        gap = min(self.theme.px(48), max(0, (place.width() - target.width()) / 2 - side) / 2)
        x = target.left() - side - gap if self._arrow == "left" else target.right() + gap
        disc = QRectF(x, target.center().y() - side / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("accent"))
        painter.drawEllipse(disc)
        inner = self.theme.px(48)
        name = "back" if self._arrow == "left" else "chevron"
        painter.drawPixmap(
            QPointF(disc.center().x() - inner / 2, disc.center().y() - inner / 2),
            self.theme.icon(name, 48, "on_accent", ratio=self.devicePixelRatioF()),
        )

    def _make_mask(self, place: QRectF) -> QPixmap:
        """Dims what is outside the target, rounds the picture's corners, and holds what of the overlay stands still.

        Made once per size and painted with each frame: stroking the large oval alone would cost 3 ms each time.
        """
        ratio = self.devicePixelRatioF()
        mask = QPixmap(self.size() * ratio)
        mask.setDevicePixelRatio(ratio)
        mask.fill(Qt.GlobalColor.transparent)
        painter = QPainter(mask)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rounded = QPainterPath()
        radius = self.theme.px(tokens.CARD_RADIUS)
        rounded.addRoundedRect(place, radius, radius)
        dim = QColor(self._light) if self._light else QColor(10, 14, 20, 120 if self.target.kind == "page" else 150)
        painter.fillPath(rounded.subtracted(self.target.path(place, self._face_size)), dim)
        everything = QPainterPath()
        everything.addRect(QRectF(self.rect()))
        painter.fillPath(everything.subtracted(rounded), self.theme.color("background"))
        if self._picture is not None:
            width = self.theme.px(6)
            if self.target.kind == "face":
                track = QColor(90, 100, 115) if self._light else QColor(235, 238, 243, 230)
                painter.setClipRect(place)
                overlay.draw_ring_track(painter, self.target_rect, track, width, self._side)
                painter.setClipping(False)
            else:
                overlay.draw_brackets(painter, self.target_rect, QColor(255, 255, 255, 220), width)
        painter.end()
        return mask
