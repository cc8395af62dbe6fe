"""What a screen held of a customer is gone with the screen, and with the session."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QLabel, QLineEdit

from kiosk.domain.decision import Outcome
from kiosk.domain.document import FieldName, Source
from kiosk.domain.events import CaptureResultReady, FrameReady, PictureTaken, SessionEnded
from kiosk.domain.views import CaptureResult, ContactView, FieldRow, ProofView, ReviewView
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import VIEWS, entered
from ui.widgets.pictures import Picture
from ui.widgets.preview import CameraPreview

SECRET = "QUITE-UNUSUAL-NAME"


def _fill(kiosk: Kiosk, step: str) -> None:
    """Bring a screen into the state in which it holds most."""
    if step == "review":
        row = FieldRow(FieldName.SURNAME, SECRET, Source.MRZ, 0.5, True, cutout=samples.cutout_jpeg())
        kiosk.publish(entered("review", ReviewView(samples.portrait_jpeg(), samples.selfie_jpeg(), (row,))))
    elif step in ("document_front", "document_back", "selfie", "liveness"):
        kiosk.frames.frame = samples.face_frame()
        kiosk.publish(entered(step), FrameReady(1), PictureTaken(1))
        row = FieldRow(FieldName.SURNAME, SECRET, Source.MRZ, 1.0, False)
        kiosk.publish(CaptureResultReady(CaptureResult(samples.page_jpeg(), True, (row,)), 1))
    elif step == "contact":
        kiosk.publish(entered("contact", ContactView("email", contact=f"{SECRET}@example.com", problem="INVALID_DATA")))
    elif step == "proof":
        kiosk.frames.frame = samples.bill_frame()
        kiosk.publish(entered("proof", ProofView("address", "virtual", (samples.bill_jpeg(220),) * 3)), FrameReady(1), PictureTaken(1))
        kiosk.publish(CaptureResultReady(CaptureResult(samples.bill_jpeg(), True), 1))
    elif step == "decision":
        kiosk.publish(entered("decision", samples.decision_view(Outcome.ACCEPT)))
    else:
        kiosk.publish(entered(step))


def _texts(kiosk: Kiosk) -> Iterator[str]:
    for widget in kiosk.window.findChildren(QObject):
        if isinstance(widget, (QLabel, QLineEdit)):
            yield widget.text()
        if hasattr(widget, "accessibleName"):
            yield widget.accessibleName()


def _collect() -> None:
    settle()
    gc.collect()
    QCoreApplication.processEvents()


@pytest.mark.parametrize("step", [step for step in VIEWS if step not in ("welcome", "done", "sorry")])
def test_the_end_of_the_session_leaves_nothing_of_a_screen(kiosk: Kiosk, step: str) -> None:
    _fill(kiosk, step)
    screen = kiosk.window.current
    assert screen is not None
    pictures = [*screen.findChildren(Picture), *screen.findChildren(CameraPreview)]
    held = [weakref.ref(widget) for widget in (screen, *pictures)]
    del screen, pictures
    kiosk.publish(SessionEnded())
    _collect()
    assert kiosk.window.current is None
    assert [ref() for ref in held if ref() is not None] == []
    assert not any(SECRET in text or "Anna" in text for text in _texts(kiosk))


@pytest.mark.parametrize("step", [step for step in VIEWS if step not in ("welcome", "done", "sorry")])
def test_the_next_step_leaves_nothing_of_the_one_before(kiosk: Kiosk, step: str) -> None:
    _fill(kiosk, step)
    held = weakref.ref(kiosk.window.current)
    kiosk.publish(entered("done", generation=2))
    _collect()
    assert held() is None
    assert not any(SECRET in text or "Anna" in text for text in _texts(kiosk))


@pytest.mark.parametrize("step", ["welcome", "done", "sorry"])
def test_the_last_screens_stay_and_hold_nothing_personal(kiosk: Kiosk, step: str) -> None:
    kiosk.publish(entered("review"), entered(step, generation=2), SessionEnded())
    assert kiosk.window.current is not None
    assert kiosk.window.current.findChildren(Picture) == []


def test_a_result_taken_again_is_dropped(kiosk: Kiosk) -> None:
    _fill(kiosk, "document_front")
    screen = kiosk.window.current
    assert screen is not None
    held = [weakref.ref(widget) for widget in screen.findChildren(Picture)]
    assert held
    screen.on_second()
    del screen
    _collect()
    assert [ref() for ref in held if ref() is not None] == []
    assert not any(SECRET in text for text in _texts(kiosk))


def test_no_frame_is_kept_by_the_bridge_after_the_session(kiosk: Kiosk) -> None:
    kiosk.frames.frame = samples.face_frame()
    kiosk.publish(entered("selfie"))
    kiosk.bus.publish(FrameReady(1))  # made, and not delivered yet
    kiosk.publish(SessionEnded())
    assert kiosk.window.frames.holds_picture is False
