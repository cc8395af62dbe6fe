"""Drawings are shown whole: nothing of a stroke lies outside the box that is shown."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

DRAWINGS = sorted((Path(__file__).parents[2] / "resources" / "icons").rglob("*.svg"))
_AROUND = 0.1


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_nothing_of_a_drawing_is_cut_off(path: Path) -> None:
    """Painted with a tenth of room around the box, that room stays empty."""
    text = path.read_text()
    found = re.search(r'viewBox="([^"]+)"', text)
    assert found is not None
    left, top, width, height = (float(value) for value in found[1].split())
    room = QRectF(left - _AROUND * width, top - _AROUND * height, (1 + 2 * _AROUND) * width, (1 + 2 * _AROUND) * height)
    wide = text.replace(found[0], f'viewBox="{room.x()} {room.y()} {room.width()} {room.height()}"')
    size = 480
    image = QImage(size, size, QImage.Format.Format_RGBA8888)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer = QSvgRenderer(QByteArray(wide.encode()))
    renderer.setAspectRatioMode(Qt.AspectRatioMode.IgnoreAspectRatio)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    shown = np.frombuffer(image.constBits(), np.uint8).reshape(size, size, 4)[..., 3].copy()
    assert shown.any(), "nothing was painted"
    edge = round(size * _AROUND / (1 + 2 * _AROUND)) - 2  # anti-aliasing
    shown[edge : size - edge, edge : size - edge] = 0
    assert not (shown > 60).any()
