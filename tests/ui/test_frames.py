"""Camera frames on their way to the preview."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from kiosk.domain.events import FrameReady
from kiosk.imaging.frame import Frame
from tests.ui.conftest import settle
from tests.ui.samples import OneFrame, SmallBus
from ui.bridge.frames import FrameBridge, Wanted, to_qimage


def _frame(number: int = 0, *, left: tuple[int, int, int] = (255, 0, 0), right: tuple[int, int, int] = (0, 0, 255)) -> Frame:
    """Left half and right half of one colour each (BGR)."""
    pixels = np.zeros((720, 1280, 3), np.uint8)
    pixels[:, :640] = left
    pixels[:, 640:] = right
    return Frame(pixels, 0.0, "virtual", number)


class _Preview:
    """A bridge with what it delivers."""

    def __init__(self, frame: Frame | None = None) -> None:
        self.bus, self.source = SmallBus(), OneFrame(frame or _frame())
        self.bridge = FrameBridge(self.bus, self.source)
        self.pictures: list[QImage] = []
        self.bridge.ready.connect(self.pictures.append)

    def frame_comes(self) -> None:
        self.bus.publish(FrameReady(1))


@pytest.fixture
def preview(qtbot: QtBot) -> _Preview:
    return _Preview()


def test_the_picture_outlives_the_buffer_that_it_was_made_of(qtbot: QtBot) -> None:
    pixels = np.full((48, 64, 3), (10, 20, 200), np.uint8)
    image = to_qimage(pixels)
    pixels[:] = 0
    del pixels
    assert image.pixelColor(30, 20) == QColor(200, 20, 10)


def test_rows_of_a_width_that_is_no_multiple_of_four_are_not_sheared(qtbot: QtBot) -> None:
    pixels = np.zeros((9, 7, 3), np.uint8)
    pixels[:, 3] = (0, 255, 0)
    image = to_qimage(pixels)
    assert [image.pixelColor(3, y).green() for y in range(9)] == [255] * 9


def test_nothing_is_made_while_no_preview_wants_it(preview: _Preview) -> None:
    preview.frame_comes()
    settle()
    assert preview.pictures == []


def test_the_picture_fits_the_size_that_is_wanted(preview: _Preview) -> None:
    preview.bridge.want(Wanted(QSize(640, 640), mirror=False))
    preview.frame_comes()
    settle()
    assert preview.pictures[0].size() == QSize(640, 360)


def test_only_a_mirrored_preview_is_mirrored(preview: _Preview) -> None:
    for mirror, colour in ((False, QColor(0, 0, 255)), (True, QColor(255, 0, 0))):
        preview.bridge.want(Wanted(QSize(640, 360), mirror=mirror))
        preview.frame_comes()
        settle()
        assert preview.pictures[-1].pixelColor(10, 10) == colour


def test_a_standing_preview_shows_the_middle_of_the_frame(preview: _Preview) -> None:
    preview.bridge.want(Wanted(QSize(450, 600), mirror=False, aspect=0.75))
    preview.frame_comes()
    settle()
    picture = preview.pictures[0]
    assert picture.size() == QSize(450, 600)
    assert picture.pixelColor(220, 300) == QColor(0, 0, 255)
    assert picture.pixelColor(230, 300) == QColor(255, 0, 0)


def test_frames_are_dropped_while_the_gui_is_behind(preview: _Preview) -> None:
    preview.bridge.want(Wanted(QSize(320, 180), mirror=False))
    for _ in range(20):
        preview.frame_comes()
    settle()
    assert (len(preview.pictures), preview.bridge.dropped) == (1, 19)
    preview.frame_comes()
    settle()
    assert len(preview.pictures) == 2


def test_scaling_happens_on_the_publishing_thread_and_delivery_on_this_one(preview: _Preview, qtbot: QtBot) -> None:
    asked: list[int] = []
    delivered: list[int] = []
    newest = preview.source.newest
    preview.source.newest = lambda: (asked.append(threading.get_ident()), newest())[1]  # type: ignore[method-assign]
    preview.bridge.ready.connect(lambda _picture: delivered.append(threading.get_ident()))
    preview.bridge.want(Wanted(QSize(320, 180), mirror=False))
    camera = threading.Thread(target=preview.frame_comes)
    camera.start()
    camera.join(30)
    qtbot.waitUntil(lambda: bool(delivered), timeout=30_000)
    assert asked == [camera.ident]
    assert delivered == [threading.get_ident()]


def test_a_picture_for_a_preview_that_is_gone_is_not_delivered(preview: _Preview) -> None:
    preview.bridge.want(Wanted(QSize(320, 180), mirror=False))
    preview.frame_comes()
    preview.bridge.want(None)
    settle()
    assert preview.pictures == []
    preview.bridge.want(Wanted(QSize(320, 180), mirror=False))
    preview.frame_comes()
    settle()
    assert len(preview.pictures) == 1


def test_a_frame_that_cannot_be_scaled_does_not_stop_the_next(preview: _Preview) -> None:
    preview.bridge.want(Wanted(QSize(320, 180), mirror=False))
    preview.source.frame = Frame(np.zeros((0, 0, 3), np.uint8), 0.0, "virtual", 0)
    with pytest.raises(ZeroDivisionError):
        preview.frame_comes()  # the real bus logs it
    preview.source.frame = _frame(1)
    preview.frame_comes()
    settle()
    assert len(preview.pictures) == 1


def test_nothing_arrives_after_closing(preview: _Preview) -> None:
    preview.bridge.want(Wanted(QSize(320, 180), mirror=False))
    preview.frame_comes()
    preview.bridge.close()
    preview.frame_comes()
    settle()
    assert preview.pictures == []
    assert preview.bus.subscribers == []
