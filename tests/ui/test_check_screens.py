"""The active checks before the camera, and the help after them: what is shown for what is asked, and what is answered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from kiosk.domain.challenge import Assertion, ChallengeKind
from kiosk.domain.events import CaptureResultReady, FrameReady, GuidanceGiven, PictureTaken, SessionEnded
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import AssistView, CaptureResult, LivenessView
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import entered, liveness_view
from ui.screens.assist import AssistScreen
from ui.screens.liveness import LivenessScreen
from ui.widgets.gaze import GazeVeil
from ui.widgets.light import LEAST_MS, PacedLight
from ui.widgets.pictures import Illustration

MAGENTA, GREEN = "#D946A6", "#2FBF71"


def _check(kiosk: Kiosk, kind: ChallengeKind, *steps: Assertion, view: LivenessView | None = None) -> LivenessScreen:
    kiosk.publish(entered("liveness", view or liveness_view(kind, *steps)))
    kiosk.frames.frame = samples.face_frame()
    kiosk.publish(FrameReady(1))
    assert isinstance(kiosk.window.current, LivenessScreen)
    return kiosk.window.current


def _guide(kiosk: Kiosk, advice: AdviceCode, **more: object) -> None:
    kiosk.publish(GuidanceGiven(Guidance(advice, **more), 1))  # type: ignore[arg-type]


def _words(kiosk: Kiosk) -> str:
    return "\n".join(label.text() for label in kiosk.window.findChildren(QLabel) if label.isVisible())


def _painted(screen: LivenessScreen) -> QImage:
    return screen.preview.grab().toImage()


def _beside_the_oval(screen: LivenessScreen) -> QColor:
    place = screen.preview.picture_rect
    return _painted(screen).pixelColor(round(place.left() + place.width() * 0.06), round(place.center().y()))


# --- every kind ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ChallengeKind)
def test_every_kind_of_check_says_what_to_do_and_draws_it(kiosk: Kiosk, kind: ChallengeKind) -> None:
    screen = _check(kiosk, kind)
    assert screen.howto.text.text()
    assert screen.howto.drawing.isVisible()
    assert screen.main is None


def test_every_kind_of_check_has_words_and_a_drawing_of_its_own(kiosk: Kiosk) -> None:
    texts, drawings = set(), set()
    for kind in ChallengeKind:
        screen = _check(kiosk, kind)
        texts.add(screen.howto.text.text())
        drawing = screen.findChild(Illustration)
        assert drawing is not None
        drawings.add(bytes(drawing.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8).constBits()))
    assert len(texts) == len(drawings) == len(ChallengeKind)


def test_the_try_is_told_from_the_second_on(kiosk: Kiosk) -> None:
    first = _check(kiosk, ChallengeKind.SMILE)
    assert first.howto.attempt.isHidden()
    second = _check(kiosk, ChallengeKind.SMILE, view=liveness_view(ChallengeKind.SMILE, attempt=2))
    assert second.howto.attempt.isVisible()
    assert second.howto.attempt.text().startswith("Try 2 of 3")


def test_what_is_asked_shows_at_once_even_when_another_advice_has_just_come(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.SMILE)
    _guide(kiosk, AdviceCode.COME_CLOSER)
    _guide(kiosk, AdviceCode.SMILE)
    assert screen.pill.text == "Now smile"


# --- head turn and smile ---------------------------------------------------------------------------------------------


def test_the_arrow_changes_its_side_within_one_check(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.HEAD_TURN, Assertion.TURN_LEFT, Assertion.TURN_RIGHT)
    accent = screen.theme.color("accent").rgb()
    target = screen.preview.target_rect
    gap, y = screen.theme.px(110), round(target.center().y())
    seen = []
    for advice in (AdviceCode.TURN_LEFT, AdviceCode.LOOK_BACK, AdviceCode.TURN_RIGHT):
        _guide(kiosk, advice)
        image = _painted(screen)
        seen.append((image.pixel(round(target.left() - gap), y) == accent, image.pixel(round(target.right() + gap), y) == accent))
    assert seen == [(True, False), (False, False), (False, True)]


def test_a_smile_fills_the_oval_from_below(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.SMILE)
    _guide(kiosk, AdviceCode.SMILE, steady=True, progress=0.75)
    image, target, accent = _painted(screen), screen.preview.target_rect, screen.theme.color("accent").rgb()
    assert image.pixel(round(target.center().x()), round(target.bottom())) == accent
    assert image.pixel(round(target.center().x()), round(target.top())) != accent


def test_a_smile_begins_with_an_empty_side(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.SMILE)
    _guide(kiosk, AdviceCode.NEUTRAL_FACE, progress=0.4)
    _guide(kiosk, AdviceCode.SMILE, progress=0.4)
    target = screen.preview.target_rect
    assert _painted(screen).pixel(round(target.center().x()), round(target.bottom())) != screen.theme.color("accent").rgb()


@pytest.mark.parametrize(("steps", "side"), [((Assertion.TURN_LEFT,), True), ((Assertion.TURN_LEFT, Assertion.TURN_RIGHT), False)])
def test_a_side_fills_only_where_it_is_the_whole_way(kiosk: Kiosk, steps: tuple[Assertion, ...], side: bool) -> None:
    screen = _check(kiosk, ChallengeKind.HEAD_TURN, *steps)
    _guide(kiosk, AdviceCode.TURN_LEFT, steady=True, progress=0.25)
    image, target, accent = _painted(screen), screen.preview.target_rect, screen.theme.color("accent").rgb()
    assert (image.pixel(round(target.left()), round(target.center().y())) == accent) is side
    assert (image.pixel(round(target.center().x() + 20), round(target.top())) == accent) is not side


# --- multi-range and MagnifEye ---------------------------------------------------------------------------------------


def test_the_oval_has_the_size_of_the_face_that_is_asked_for(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.MULTI_RANGE)
    usual = screen.preview.target_rect.height()
    heights = []
    for size in (0.26, 0.5, 0.72):
        _guide(kiosk, AdviceCode.FIT_THE_OVAL, face_size=size)
        heights.append(screen.preview.target_rect.height())
    assert heights == sorted(heights)
    assert heights[1] / heights[0] == pytest.approx(0.5 / 0.26)
    _guide(kiosk, AdviceCode.LOOK_STRAIGHT)
    assert screen.preview.target_rect.height() == usual


def test_the_oval_grows_smoothly_and_comes_to_its_size(kiosk: Kiosk, qtbot: QtBot) -> None:
    kiosk.window.theme.reduced_motion = False
    screen = _check(kiosk, ChallengeKind.MULTI_RANGE)
    sizes: list[float] = []
    _guide(kiosk, AdviceCode.FIT_THE_OVAL, face_size=0.3)

    def there() -> bool:
        sizes.append(screen.preview.face_size or 0.0)
        return sizes[-1] == pytest.approx(0.3)

    qtbot.waitUntil(there, timeout=30_000)
    assert sizes[0] > 0.6, "it begins where it was"
    assert any(0.35 < size < 0.7 for size in sizes), "it passes what lies between"


def test_with_reduced_motion_the_oval_has_its_size_at_once(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.MULTI_RANGE)
    _guide(kiosk, AdviceCode.FIT_THE_OVAL, face_size=0.3)
    assert screen.preview.face_size == 0.3


def test_eyes_that_come_near_fill_a_band_and_a_new_beginning_an_oval(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.MAGNIFEYE)
    lying = []
    for advice in (AdviceCode.LOOK_STRAIGHT, AdviceCode.EYES_TO_CAMERA, AdviceCode.TOO_DARK, AdviceCode.ONCE_MORE):
        _guide(kiosk, advice, face_size=1.6 if advice is AdviceCode.EYES_TO_CAMERA else None)
        assert screen.preview.picture_rect.contains(screen.preview.target_rect)
        lying.append(screen.preview.target_rect.width() > screen.preview.target_rect.height())
    assert lying == [False, True, True, False]


def test_with_reduced_motion_the_ring_fills_in_quarters(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.MULTI_RANGE)
    pictures = []
    for progress in (0.26, 0.4, 0.49, 0.51):
        _guide(kiosk, AdviceCode.HOLD_STILL, steady=True, progress=progress)
        pictures.append(_painted(screen))
    assert pictures[0] == pictures[1] == pictures[2]
    assert pictures[2] != pictures[3]


# --- eye gaze --------------------------------------------------------------------------------------------------------


def _veils(kiosk: Kiosk) -> list[GazeVeil]:
    return kiosk.window.findChildren(GazeVeil)


def test_the_dot_goes_over_the_whole_screen_and_leaves_the_ways_out_free(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.EYE_GAZE)
    _guide(kiosk, AdviceCode.FOLLOW_THE_DOT, look_at=(0.0, 0.0))
    (veil,) = _veils(kiosk)
    corner = veil.dot
    _guide(kiosk, AdviceCode.FOLLOW_THE_DOT, look_at=(1.0, 1.0))
    assert corner.x() < 0.1 * kiosk.window.width()
    assert veil.dot.x() > 0.9 * kiosk.window.width()
    assert veil.geometry().bottom() < kiosk.window.footer.geometry().top()
    middle = veil.dot.toPoint()
    assert veil.grab().toImage().pixel(middle) == screen.theme.color("accent").rgb()
    staff = kiosk.window.footer.staff_button
    assert kiosk.window.childAt(staff.mapTo(kiosk.window, staff.rect().center())) is staff


def test_the_picture_stays_until_the_eyes_are_asked_to_move(kiosk: Kiosk) -> None:
    _check(kiosk, ChallengeKind.EYE_GAZE)
    _guide(kiosk, AdviceCode.LOOK_STRAIGHT, look_at=(0.5, 0.5))
    assert _veils(kiosk) == []


@pytest.mark.parametrize(
    "end", [PictureTaken(1), CaptureResultReady(CaptureResult(None, True), 1), SessionEnded()], ids=lambda event: type(event).__name__
)
def test_the_dot_goes_with_its_check(kiosk: Kiosk, end: object) -> None:
    _check(kiosk, ChallengeKind.EYE_GAZE)
    _guide(kiosk, AdviceCode.FOLLOW_THE_DOT, look_at=(0.0, 0.0))
    kiosk.publish(end)
    assert _veils(kiosk) == []


def test_who_is_lost_sees_themselves_again(kiosk: Kiosk) -> None:
    _check(kiosk, ChallengeKind.EYE_GAZE)
    _guide(kiosk, AdviceCode.FOLLOW_THE_DOT, look_at=(0.0, 0.0))
    _guide(kiosk, AdviceCode.SHOW_FACE, look_at=(0.5, 0.5))
    assert _veils(kiosk) == []


def test_the_dot_moves_calmly(kiosk: Kiosk, qtbot: QtBot) -> None:
    kiosk.window.theme.reduced_motion = False
    _check(kiosk, ChallengeKind.EYE_GAZE)
    _guide(kiosk, AdviceCode.FOLLOW_THE_DOT, look_at=(0.0, 0.5))
    (veil,) = _veils(kiosk)
    start = veil.dot.x()
    _guide(kiosk, AdviceCode.FOLLOW_THE_DOT, look_at=(1.0, 0.5))
    places: list[float] = []

    def there() -> bool:
        places.append(veil.dot.x())
        return places[-1] > 0.9 * kiosk.window.width()

    qtbot.waitUntil(there, timeout=30_000)
    assert any(start + 100 < place < 0.85 * kiosk.window.width() for place in places)


# --- colours ---------------------------------------------------------------------------------------------------------


def test_the_screen_shines_in_the_colour_around_the_face(kiosk: Kiosk) -> None:
    kiosk.window.theme.reduced_motion = False
    screen = _check(kiosk, ChallengeKind.SMILE)
    _guide(kiosk, AdviceCode.NEUTRAL_FACE, colour=MAGENTA)
    assert _beside_the_oval(screen) == QColor(MAGENTA)


def test_with_reduced_motion_nothing_flashes(kiosk: Kiosk) -> None:
    screen = _check(kiosk, ChallengeKind.SMILE)
    _guide(kiosk, AdviceCode.NEUTRAL_FACE, colour=MAGENTA)
    assert screen.preview.light == ""


def test_colours_change_fewer_than_three_times_a_second(kiosk: Kiosk) -> None:
    """However fast they are asked for; the newest comes when its time has come."""
    assert 1000 / LEAST_MS < 3
    shown: list[str] = []
    light = PacedLight(shown.append, kiosk.window)
    rest = light.findChild(QTimer)
    assert rest is not None
    assert rest.interval() == LEAST_MS
    for colour in (MAGENTA, GREEN, MAGENTA, GREEN, ""):
        light.set_colour(colour)
    assert shown == [MAGENTA]
    light.set_colour(GREEN)
    rest.stop()
    rest.timeout.emit()
    assert shown == [MAGENTA, GREEN]
    assert rest.isActive()
    rest.stop()


def test_that_the_screen_will_shine_is_said_beforehand(kiosk: Kiosk) -> None:
    _check(kiosk, ChallengeKind.SMILE, view=liveness_view(ChallengeKind.SMILE, flashes=True))
    assert "changes its colours" in _words(kiosk)


def test_light_for_a_dark_face_does_not_go_out_again_at_once(kiosk: Kiosk) -> None:
    """With the light it is no longer dark: going out, it would come back, and flicker."""
    kiosk.publish(entered("selfie"))
    screen = kiosk.window.current
    _guide(kiosk, AdviceCode.TOO_DARK)
    _guide(kiosk, AdviceCode.HOLD_STILL)
    assert screen.preview.light == "#FFFFFF"  # type: ignore[union-attr]


# --- help ------------------------------------------------------------------------------------------------------------


def _assist(kiosk: Kiosk, *, can_go_on: bool, can_retry: bool) -> AssistScreen:
    kiosk.publish(entered("assist", AssistView("CHALLENGE_FAILED", can_go_on, can_retry)))
    assert isinstance(kiosk.window.current, AssistScreen)
    return kiosk.window.current


def test_where_it_is_allowed_help_leads_on_without_the_check(kiosk: Kiosk) -> None:
    screen = _assist(kiosk, can_go_on=True, can_retry=False)
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {})
    assert screen.colleague.isVisible()
    assert kiosk.window.footer.second_button.isHidden()


def test_where_it_is_not_allowed_there_is_only_a_colleague(kiosk: Kiosk) -> None:
    _assist(kiosk, can_go_on=False, can_retry=False)
    main = kiosk.window.footer.main_button
    main.click()
    assert kiosk.session.names() == ["call_staff"]
    assert kiosk.window.confirm.isVisible()
    kiosk.window.confirm.no_button.click()
    settle()
    assert not main.busy
    assert not main.isEnabled()
    assert "on the way" in _words(kiosk)
    assert kiosk.window.hasFocus(), "no button takes the focus that nobody gave it"


def test_with_staff_there_it_can_be_tried_once_more(kiosk: Kiosk) -> None:
    _assist(kiosk, can_go_on=False, can_retry=True)
    kiosk.window.footer.second_button.click()
    assert kiosk.session.names() == ["retake"]


def test_help_blames_nobody_and_names_the_reason_for_staff_only(kiosk: Kiosk) -> None:
    _assist(kiosk, can_go_on=True, can_retry=True)
    words = _words(kiosk)
    assert "For staff: CHALLENGE_FAILED" in words
    assert not any(word in words.lower() for word in ("fail ", "wrong", "error", "reject"))


def test_every_way_of_the_help_is_reached_by_keyboard(kiosk: Kiosk) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    screen = _assist(kiosk, can_go_on=True, can_retry=True)
    reached = set()
    for _ in range(12):
        QTest.keyClick(kiosk.window.focusWidget(), Qt.Key.Key_Tab)
        reached.add(kiosk.window.focusWidget())
    assert {screen.colleague, kiosk.window.footer.main_button, kiosk.window.footer.second_button} <= reached


def test_a_picture_shows_through_where_no_oval_dims_it(kiosk: Kiosk) -> None:
    """An oval larger than the picture leaves all of it bright, and draws nothing outside of it."""
    screen = _check(kiosk, ChallengeKind.MULTI_RANGE)
    _guide(kiosk, AdviceCode.FIT_THE_OVAL, face_size=2.5, progress=1.0, steady=True)
    image, place = _painted(screen), screen.preview.picture_rect
    outside = QPoint(round(place.center().x()), max(0, round(place.top()) - 1))
    assert outside.y() >= place.top() or image.pixelColor(outside) == screen.theme.color("background")
    assert _beside_the_oval(screen).lightness() > 60
