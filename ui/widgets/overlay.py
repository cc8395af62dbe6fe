"""What is drawn over the camera picture: targets, live outline, filling ring. Pure drawing: geometry in, strokes out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from kiosk.domain.document import Quad
from ui.theme.pens import stroke

ID1_ASPECT = 85.60 / 53.98  # ISO/IEC 7810 ID-1
A4_ASPECT = 210 / 297  # ISO 216, upright
FACE_ASPECT = 0.78  # width / height of an oval with room for hair and headscarf
EYES_ASPECT = 1.9  # of the band that both eyes fill
_FACE_ROOM = 1.1
"""Height of the oval that a face fills, in face heights: faces are measured from hairline to chin, and the line is drawn around them."""


@dataclass(frozen=True, slots=True)
class Target:
    """`kind` "page" or "face"."""

    kind: str
    aspect: float = ID1_ASPECT

    def rect(self, picture: QRectF, face_size: float | None = None) -> QRectF:
        """Where the target stands in the shown picture; `face_size` (face height / picture height) makes the oval fit such a face."""
        room = 0.84 if self.kind == "page" else 0.9
        height = min(picture.height() * room, picture.width() * room / self.aspect)
        if face_size is not None:
            height = picture.height() * face_size * _FACE_ROOM
        width = height * self.aspect
        return QRectF(picture.center().x() - width / 2, picture.center().y() - height / 2, width, height)

    def usual_face_size(self, picture: QRectF) -> float:
        """The face height / picture height that fills the usual oval."""
        return self.rect(picture).height() / max(1.0, picture.height()) / _FACE_ROOM

    def path(self, picture: QRectF, face_size: float | None = None) -> QPainterPath:
        path, rect = QPainterPath(), self.rect(picture, face_size)
        if self.kind == "face":
            path.addEllipse(rect)
        else:
            radius = rect.height() * 0.055
            path.addRoundedRect(rect, radius, radius)
        return path


def to_screen(quad: Quad, picture: QRectF, *, mirrored: bool, visible: float = 1.0) -> list[QPointF]:
    """Corners in 0..1 of the frame to points over the shown picture, of which only the middle `visible` of the width is shown."""
    points = []
    for x, y in quad:
        across = (x - (1 - visible) / 2) / visible
        across = 1 - across if mirrored else across
        points.append(QPointF(picture.left() + picture.width() * across, picture.top() + picture.height() * y))
    return points


def draw_brackets(painter: QPainter, rect: QRectF, colour: QColor, width: float) -> None:
    """Four corners of the page target."""
    painter.setPen(stroke(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    arm, radius = rect.height() * 0.12, rect.height() * 0.055
    path = QPainterPath()
    left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
    for x, y, dx, dy in ((left, top, 1, 1), (right, top, -1, 1), (right, bottom, -1, -1), (left, bottom, 1, -1)):
        path.moveTo(x, y + dy * arm)
        path.lineTo(x, y + dy * radius)
        path.quadTo(x, y, x + dx * radius, y)
        path.lineTo(x + dx * arm, y)
    painter.drawPath(path)


def draw_outline(painter: QPainter, points: list[QPointF], colour: QColor, width: float, progress: float, filled: QColor) -> None:
    """The page's live outline; `progress` of its way around is drawn again in `filled`."""
    ring = [*points, points[0]]
    # A light line over a white page would not be seen without a dark edge.
    pens = [stroke(colour, width)] if colour.lightness() < 200 else [stroke(QColor(10, 14, 20), width * 1.8), stroke(colour, width)]
    for pen in pens:
        painter.setPen(pen)
        _draw_lines(painter, ring)
    if progress > 0:
        painter.setPen(stroke(filled, width * 2))
        _draw_lines(painter, part_of(points, progress))


def wash(painter: QPainter, points: list[QPointF], colour: QColor) -> None:
    """Tints the page. Dear (6 ms for a large one): not for every frame."""
    tint = QColor(colour)
    tint.setAlpha(28)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawPolygon(QPolygonF(points))


def _draw_lines(painter: QPainter, way: list[QPointF]) -> None:
    # One by one: as a polyline the same strokes cost half as much again.
    for start, end in pairwise(way):
        painter.drawLine(start, end)


def part_of(points: list[QPointF], share: float) -> list[QPointF]:
    """The first `share` (0..1) of the way around closed `points`."""
    ring = [*points, points[0]]
    lengths = [(ring[i + 1] - ring[i]).manhattanLength() for i in range(len(points))]
    left = max(0.0, min(1.0, share)) * sum(lengths)
    way = [ring[0]]
    for index, length in enumerate(lengths):
        if left <= 0:
            break
        step = min(1.0, left / length) if length else 1.0
        way.append(ring[index] + (ring[index + 1] - ring[index]) * step)
        left -= length
    return way


_REACH = 55  # degrees up and down from the middle of a side


def draw_ring_track(painter: QPainter, rect: QRectF, track: QColor, width: float, side: str) -> None:
    """The oval; with `side` ("left", "right" for a turn of the head, "below" for a smile) thicker where it will fill."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(track, width * 0.6))
    painter.drawEllipse(rect)
    if side:
        painter.setPen(stroke(track, width * 2))
        painter.drawArc(rect, (_middle(side) - _REACH) * 16, 2 * _REACH * 16)


def draw_ring(painter: QPainter, rect: QRectF, progress: float, filled: QColor, width: float, side: str) -> None:
    """How full the oval is. Without `side` from the top around; with it, from that side both ways."""
    if progress <= 0:
        return
    share = min(1.0, progress)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(stroke(filled, width * 2))
    if side:
        reach = _REACH * share
        painter.drawArc(rect, round((_middle(side) - reach) * 16), round(2 * reach * 16))
    else:
        painter.drawArc(rect, 90 * 16, -round(360 * 16 * share))


def _middle(side: str) -> int:
    """Degrees, counted as Qt does: 0 at three o'clock, counter-clockwise."""
    return {"left": 180, "right": 0, "below": 270}[side]
