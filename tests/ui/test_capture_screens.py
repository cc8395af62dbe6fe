"""Document, selfie and liveness: live advice, the shutter moment, the result."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, QTimer
from pytestqt.qtbot import QtBot

from kiosk.domain.challenge import Assertion, ChallengeKind
from kiosk.domain.document import PageSide, PageWarning
from kiosk.domain.events import Busy, CaptureResultReady, FrameReady, GuidanceGiven, PictureTaken
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import CaptureResult, DocumentCaptureView, SelfieCaptureView
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import PAGE_QUAD, entered, liveness_view
from ui.stage.capture import READABLE_MS, CaptureScreen
from ui.widgets.overlay import Target, part_of, to_screen
from ui.widgets.preview import CameraPreview

CAPTURE_STEPS = ("document_front", "document_back", "selfie", "liveness")


def _enter(kiosk: Kiosk, step: str, view: object = None) -> CaptureScreen:
    kiosk.publish(entered(step, view))  # type: ignore[arg-type]
    assert isinstance(kiosk.window.current, CaptureScreen)
    return kiosk.window.current


def _guide(kiosk: Kiosk, advice: AdviceCode, **more: object) -> None:
    kiosk.publish(GuidanceGiven(Guidance(advice, **more), 1))  # type: ignore[arg-type]


def _ring(timer: QTimer) -> None:
    """The timer's moment has come."""
    timer.stop()
    timer.timeout.emit()
    settle()


def _timer(screen: CaptureScreen, ms: int) -> QTimer:
    return next(timer for timer in screen.findChildren(QTimer) if timer.interval() == ms)


@pytest.mark.parametrize(("step", "mirrored"), [("document_front", False), ("document_back", False), ("selfie", True), ("liveness", True)])
def test_faces_are_mirrored_and_documents_never(kiosk: Kiosk, step: str, mirrored: bool) -> None:
    screen = _enter(kiosk, step)
    assert screen.wanted is not None
    assert screen.wanted.mirror is mirrored


@pytest.mark.parametrize("step", CAPTURE_STEPS)
def test_the_camera_picture_is_painted(kiosk: Kiosk, step: str) -> None:
    screen = _enter(kiosk, step)
    dark = screen.preview.grab().toImage().pixelColor(screen.preview.rect().center())
    kiosk.frames.frame = samples.face_frame()
    kiosk.publish(FrameReady(1))
    assert screen.preview.grab().toImage().pixelColor(screen.preview.rect().center()) != dark


def test_the_back_asks_to_turn_the_document_over(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_back", DocumentCaptureView(PageSide.BACK, "virtual", 6, 15))
    assert screen.howto.title.text() == "Now turn it over"


def test_one_advice_stands_long_enough_to_be_read_and_the_newest_follows(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    _guide(kiosk, AdviceCode.GLARE)
    glare = screen.pill.text
    _guide(kiosk, AdviceCode.TOO_DARK)
    _guide(kiosk, AdviceCode.COME_CLOSER)
    assert screen.pill.text == glare
    _ring(_timer(screen, READABLE_MS))
    assert screen.pill.text == "Come a little closer"


def test_an_advice_that_is_no_longer_true_is_not_shown_late(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    _guide(kiosk, AdviceCode.GLARE)
    glare = screen.pill.text
    _guide(kiosk, AdviceCode.TOO_DARK)
    _guide(kiosk, AdviceCode.GLARE)
    _ring(_timer(screen, READABLE_MS))
    assert screen.pill.text == glare


def test_the_advice_is_written_at_least_28_pixels_high(kiosk: Kiosk) -> None:
    assert _enter(kiosk, "selfie").pill.font().pixelSize() >= 28


def test_steady_is_shown_by_colour_and_the_outline_by_its_corners(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    kiosk.frames.frame = samples.document_frame()
    kiosk.publish(FrameReady(1))
    nothing = screen.preview.grab().toImage()
    _guide(kiosk, AdviceCode.HOLD_STILL, outline=PAGE_QUAD)
    wrong = screen.preview.grab().toImage()
    _guide(kiosk, AdviceCode.HOLD_STILL, outline=PAGE_QUAD, steady=True)
    steady = screen.preview.grab().toImage()
    corner = to_screen(PAGE_QUAD, screen.preview.picture_rect, mirrored=False)[0].toPoint()
    assert len({image.pixelColor(corner).rgb() for image in (nothing, wrong, steady)}) == 3


def test_the_ring_fills_with_the_progress(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "selfie")
    kiosk.frames.frame = samples.face_frame()
    kiosk.publish(FrameReady(1))
    accent = screen.theme.color("accent").rgb()
    filled = []
    for progress in (0.1, 0.5, 0.9):
        _guide(kiosk, AdviceCode.HOLD_STILL, steady=True, progress=progress)
        image = screen.preview.grab().toImage()
        filled.append(sum(image.pixel(x, y) == accent for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)))
    assert filled[0] < filled[1] < filled[2]


def test_the_button_comes_after_its_time_and_takes_by_hand(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "selfie", SelfieCaptureView("virtual", 6.0, 15.0))
    assert screen.main is None
    _ring(_timer(screen, 6000))
    assert kiosk.window.footer.main_button.isVisible()
    screen.on_main()
    assert kiosk.session.names() == ["capture_by_hand"]


def test_a_head_turn_cannot_be_taken_by_hand(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "liveness", liveness_view(ChallengeKind.HEAD_TURN, Assertion.TURN_RIGHT))
    assert sorted(timer.interval() for timer in screen.findChildren(QTimer) if timer.isActive()) == [15000]


def test_the_arrow_shows_only_while_the_head_is_to_be_turned(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "liveness", liveness_view(ChallengeKind.HEAD_TURN, Assertion.TURN_LEFT))
    kiosk.frames.frame = samples.face_frame()
    kiosk.publish(FrameReady(1))
    accent = screen.theme.color("accent").rgb()
    x = round(screen.preview.target_rect.left() - screen.theme.px(110))
    y = round(screen.preview.target_rect.center().y())

    def arrow() -> bool:
        return screen.preview.grab().toImage().pixel(x, y) == accent

    seen = []
    for advice in (AdviceCode.LOOK_STRAIGHT, AdviceCode.TURN_LEFT, AdviceCode.LOOK_BACK):
        _guide(kiosk, advice)
        _ring(_timer(screen, READABLE_MS))
        seen.append(arrow())
    assert seen == [False, True, False]


def test_help_comes_after_its_time_with_a_way_to_staff(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    assert screen.howto.help.isHidden()
    _ring(_timer(screen, 15000))
    assert screen.howto.help.isVisible()
    screen.howto.staff.click()
    assert kiosk.session.names() == ["call_staff"]


def test_the_picture_stands_still_from_the_shutter_on(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    kiosk.frames.frame = samples.document_frame()
    kiosk.publish(FrameReady(1), PictureTaken(1))
    still = screen.preview.grab().toImage()
    kiosk.frames.frame = samples.document_frame("back")
    kiosk.publish(FrameReady(2), GuidanceGiven(Guidance(AdviceCode.GLARE), 1))
    assert screen.preview.grab().toImage() == still
    assert screen.pill.text == "Got it"


def test_a_good_result_shows_the_page_and_its_fields_and_can_be_confirmed(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    kiosk.publish(PictureTaken(1), CaptureResultReady(samples.page_result(), 1))
    assert screen.picture is not None
    assert screen.picture.isVisible()
    assert screen.panel is not None
    assert len(screen.panel.lines) == 8
    assert screen.wanted is None
    screen.on_main()
    assert kiosk.session.names() == ["advance"]


def test_a_result_can_be_taken_again(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    kiosk.publish(PictureTaken(1), CaptureResultReady(samples.page_result(), 1))
    screen.on_second()
    assert kiosk.session.names() == ["retake"]
    assert screen.picture is None
    assert screen.wanted is not None
    kiosk.frames.frame = samples.document_frame()
    kiosk.publish(FrameReady(3), GuidanceGiven(Guidance(AdviceCode.GLARE), 1))
    assert "shine" in screen.pill.text


def test_what_cannot_be_used_can_only_be_taken_again(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    kiosk.publish(CaptureResultReady(CaptureResult(None, False, advice="GLARE"), 1))
    assert screen.second is None
    assert screen.panel is not None
    assert "shine" in screen.panel.text.text()
    screen.on_main()
    assert kiosk.session.names() == ["retake"]


def test_what_is_not_ideal_is_said_the_worst_first(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    warnings = (PageWarning.HOTSPOTS_SCORE_HIGH, PageWarning.DOCUMENT_SMALL, PageWarning.SHARPNESS_LOW)
    kiosk.publish(CaptureResultReady(samples.page_result(warnings=warnings), 1))
    assert screen.panel is not None
    assert screen.panel.text.text().startswith("There is a shine on the document. The document is small")
    assert "sharp" not in screen.panel.text.text()


def test_too_dark_lights_the_face_with_the_screen(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "selfie")
    kiosk.frames.frame = samples.face_frame()
    kiosk.publish(FrameReady(1))
    corner = screen.preview.picture_rect.topLeft().toPoint()
    corner.setX(corner.x() + 60)
    corner.setY(corner.y() + 60)
    assert screen.preview.grab().toImage().pixelColor(corner).lightness() < 150
    _guide(kiosk, AdviceCode.TOO_DARK)
    assert screen.preview.grab().toImage().pixelColor(corner).lightness() == 255


def test_words_of_a_result_follow_the_language(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "document_front")
    kiosk.publish(CaptureResultReady(CaptureResult(None, False, advice="GLARE"), 1))
    kiosk.window.languages.use("sk")
    settle()
    assert screen.panel is not None
    assert screen.panel.title.text() == "Odfoťme to ešte raz"


# --- with motion -----------------------------------------------------------------------------------------------------


def test_motion_ends_by_itself_and_never_blocks_an_answer(kiosk: Kiosk, qtbot: QtBot) -> None:
    kiosk.window.theme.reduced_motion = False
    screen = _enter(kiosk, "document_front")
    kiosk.frames.frame = samples.document_frame()
    kiosk.publish(FrameReady(1), PictureTaken(1), CaptureResultReady(samples.page_result(), 1))
    assert screen.panel is not None
    assert screen.panel.lines[-1].graphicsEffect() is not None
    screen.on_main()
    assert kiosk.session.names() == ["advance"]
    qtbot.waitUntil(lambda: screen.panel is not None and all(line.graphicsEffect() is None for line in screen.panel.lines), timeout=30_000)


# --- geometry --------------------------------------------------------------------------------------------------------


def test_the_page_target_has_the_proportion_of_a_card() -> None:
    target = Target("page").rect(QRectF(0, 0, 1280, 720))
    assert target.width() / target.height() == pytest.approx(85.60 / 53.98)
    assert QRectF(0, 0, 1280, 720).contains(target)


def test_an_outline_is_mirrored_with_its_picture() -> None:
    place = QRectF(100, 50, 1000, 500)
    quad = ((0.1, 0.2), (0.9, 0.2), (0.9, 0.8), (0.1, 0.8))
    assert to_screen(quad, place, mirrored=False)[0] == QPointF(200, 150)
    assert to_screen(quad, place, mirrored=True)[0] == QPointF(1000, 150)


def test_an_outline_over_a_cropped_picture_keeps_its_place() -> None:
    points = to_screen(((0.5, 0.0), (0.75, 0.0), (0.25, 1.0), (0.5, 1.0)), QRectF(0, 0, 500, 500), mirrored=False, visible=0.5)
    assert [point.x() for point in points] == [250, 500, 0, 250]


def test_a_share_of_the_outline_is_that_share_of_its_length() -> None:
    square = [QPointF(0, 0), QPointF(10, 0), QPointF(10, 10), QPointF(0, 10)]
    assert part_of(square, 0.5) == [QPointF(0, 0), QPointF(10, 0), QPointF(10, 10)]
    assert part_of(square, 0.125)[-1] == QPointF(5, 0)
    assert part_of(square, 7.0)[-1] == QPointF(0, 0)


def test_painting_changes_nothing(kiosk: Kiosk) -> None:
    screen = _enter(kiosk, "selfie")
    kiosk.frames.frame = samples.face_frame()
    kiosk.publish(FrameReady(1))
    _guide(kiosk, AdviceCode.HOLD_STILL, steady=True, progress=0.4)
    preview: CameraPreview = screen.preview
    assert preview.grab().toImage() == preview.grab().toImage()


@pytest.mark.parametrize("usable", [True, False])
def test_while_a_result_is_saved_or_decided_about_nothing_is_taken_again(kiosk: Kiosk, usable: bool) -> None:
    _enter(kiosk, "selfie")
    result = CaptureResult(None, usable, advice="" if usable else "GLARE")
    kiosk.publish(PictureTaken(1), CaptureResultReady(result, 1))
    footer = kiosk.window.footer
    buttons = [footer.main_button, *([footer.second_button] if usable else [])]
    for label in ("SAVING", "DECIDING"):
        kiosk.publish(Busy(label))
        assert not any(button.isEnabled() for button in buttons)
        kiosk.publish(Busy(None))  # it could not be done now
        assert all(button.isEnabled() for button in buttons)
