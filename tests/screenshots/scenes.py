"""Every screen in its states, as steps that bring a window there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from kiosk.domain.challenge import Assertion, ChallengeKind
from kiosk.domain.decision import Outcome
from kiosk.domain.document import DATE_FIELDS, FieldName, PageSide, PageWarning, Source
from kiosk.domain.errors import ErrorCode
from kiosk.domain.events import (
    Busy,
    CameraStateChanged,
    CaptureResultReady,
    FrameReady,
    GuidanceGiven,
    PictureTaken,
    ProblemShown,
    StillThere,
)
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import (
    AssistView,
    CaptureResult,
    ChipView,
    ContactView,
    DocumentCaptureView,
    DoneView,
    FieldRow,
    ProofView,
    ReviewView,
    SorryView,
)
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from ui.screens.contact import ContactScreen
from ui.screens.decision import DecisionScreen
from ui.screens.review import ReviewScreen
from ui.stage.capture import CaptureScreen

Scene = Callable[[Kiosk], None]


def _enter(step: str, view: object = None) -> Scene:
    def play(kiosk: Kiosk) -> None:
        kiosk.publish(samples.entered(step, view() if callable(view) else view))  # type: ignore[arg-type]

    return play


def _live(
    step: str,
    advice: AdviceCode,
    *,
    found: bool = True,
    steady: bool = False,
    progress: float = 0.0,
    view: object = None,
    **shown: object,
) -> Scene:
    def play(kiosk: Kiosk) -> None:
        is_page = step.startswith("document")
        kiosk.frames.frame = samples.document_frame("back" if step.endswith("back") else "front") if is_page else samples.face_frame()
        _enter(step, view)(kiosk)
        kiosk.publish(FrameReady(1))
        outline = samples.PAGE_QUAD if found and is_page else None
        kiosk.publish(GuidanceGiven(Guidance(advice, outline, steady, progress, **shown), 1))  # type: ignore[arg-type]
        kiosk.publish(FrameReady(2))

    return play


def _check(kind: ChallengeKind, advice: AdviceCode, *steps: Assertion, attempt: int = 1, flashes: bool = False, **more: object) -> Scene:
    view = samples.liveness_view(kind, *steps, attempt=attempt, flashes=flashes)
    return _live("liveness", advice, view=view, **more)  # type: ignore[arg-type]


def _with_motion(scene: Scene) -> Scene:
    """Colours are not shown with reduced motion."""

    def play(kiosk: Kiosk) -> None:
        kiosk.window.theme.reduced_motion = False
        scene(kiosk)

    return play


def _then(first: Scene, *events: object) -> Scene:
    def play(kiosk: Kiosk) -> None:
        first(kiosk)
        kiosk.publish(*(event() if callable(event) else event for event in events))

    return play


def _help(first: Scene) -> Scene:
    def play(kiosk: Kiosk) -> None:
        first(kiosk)
        screen = kiosk.window.current
        assert isinstance(screen, CaptureScreen)
        for timer in screen.findChildren(QTimer):
            if timer.interval() >= 6000:
                timer.stop()
                timer.timeout.emit()
        settle()

    return play


def _review(kiosk: Kiosk, *, wrong: bool = False, certain: bool = False) -> None:
    rows = tuple(row for row in samples.rows() if not row.uncertain) if certain else samples.rows()
    _enter("review", ReviewView(samples.portrait_jpeg(), samples.selfie_jpeg(), rows))(kiosk)
    screen = kiosk.window.current
    assert isinstance(screen, ReviewScreen)
    if wrong:
        editor = next(editor for editor in screen.editors if editor.row.name in DATE_FIELDS)
        editor.edit.setText("31/02/199")
        editor.edit.textEdited.emit(editor.edit.text())
        settle()


def _details(first: Scene) -> Scene:
    def play(kiosk: Kiosk) -> None:
        first(kiosk)
        screen = kiosk.window.current
        assert isinstance(screen, DecisionScreen)
        screen.show_details(True)
        settle()

    return play


def _keys(first: Scene) -> Scene:
    """On a kiosk without a keyboard."""

    def play(kiosk: Kiosk) -> None:
        kiosk.window.show_screen_keyboard(True)
        first(kiosk)

    return play


def _right_to_left(first: Scene) -> Scene:
    def play(kiosk: Kiosk) -> None:
        kiosk.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        first(kiosk)

    return play


def _contact(kind: str, *, typed: str = "", after_s: float = 0, **more: object) -> Scene:
    def play(kiosk: Kiosk) -> None:
        _enter("contact", ContactView(kind, **more))(kiosk)  # type: ignore[arg-type]
        screen = kiosk.window.current
        assert isinstance(screen, ContactScreen)
        screen.clock = lambda: screen.entered_at + after_s
        screen.on_tick()
        for timer in screen.findChildren(QTimer):
            timer.stop()  # the picture is of this second
        screen.edit.setText(typed or screen.edit.text())
        settle()

    return play


def _code(*, kind: str = "phone", typed: str = "", after_s: float = 5, **more: object) -> Scene:
    sent_to = "+421 ••• 456" if kind == "phone" else "a•••@example.com"
    return _contact(kind, typed=typed, after_s=after_s, **{"sent_to": sent_to, "again_in_s": 30, "valid_s": 300, "tries_left": 5, **more})


def _proof(*events: object, pages: int = 0, kind: str = "address", live: bool = True, **more: object) -> Scene:
    def play(kiosk: Kiosk) -> None:
        kiosk.frames.frame = samples.bill_frame()
        _enter("proof", ProofView(kind, "virtual", (samples.bill_jpeg(220),) * pages, **more))(kiosk)  # type: ignore[arg-type]
        if live:
            kiosk.publish(FrameReady(1))
        kiosk.publish(*(event() if callable(event) else event for event in events))

    return play


def _bill_result(**more: object) -> CaptureResultReady:
    return CaptureResultReady(CaptureResult(samples.bill_jpeg(), True, **more), 1)  # type: ignore[arg-type]


def _keyboard(kiosk: Kiosk) -> None:
    _review(kiosk)
    screen = kiosk.window.current
    assert isinstance(screen, ReviewScreen)
    screen.open_keyboard(screen.editors[0].edit)
    settle()


def _place(kiosk: Kiosk) -> None:
    row = FieldRow(FieldName.SURNAME, "SPECIMEN", Source.MRZ, 1.0, False, cutout=samples.cutout_jpeg(0))
    rows = (row, *(row for row in samples.rows() if not row.uncertain and row.name is not FieldName.SURNAME))
    _enter("review", ReviewView(samples.portrait_jpeg(), samples.selfie_jpeg(), rows))(kiosk)
    screen = kiosk.window.current
    assert isinstance(screen, ReviewScreen)
    screen.editors[0].edit.setFocus()
    settle()


def _press(button: str) -> Scene:
    def play(kiosk: Kiosk) -> None:
        _live("document_front", AdviceCode.SHOW_DOCUMENT, found=False)(kiosk)
        pressed: QWidget = getattr(kiosk.window.footer, button)
        pressed.click()  # type: ignore[attr-defined]
        settle()

    return play


def _then_press(first: Scene) -> Scene:
    def play(kiosk: Kiosk) -> None:
        first(kiosk)
        kiosk.window.footer.main_button.click()
        settle()
        kiosk.window.confirm.hide()
        settle()

    return play


_TURN = ChallengeKind.HEAD_TURN
_page = _live("document_front", AdviceCode.HOLD_STILL, steady=True, progress=1.0)
_face = _live("selfie", AdviceCode.HOLD_STILL, steady=True, progress=1.0)
_turned = _live("liveness", AdviceCode.TURN_LEFT, steady=True, progress=1.0)
_WARNED = (PageWarning.HOTSPOTS_SCORE_HIGH, PageWarning.DOCUMENT_SMALL)

SCENES: Mapping[str, Scene] = {
    "01-welcome": _enter("welcome"),
    "02-language": _enter("language"),
    "03-consent": _enter("consent"),
    "04-document-starting": _enter("document_front"),
    "05-document-searching": _live("document_front", AdviceCode.SHOW_DOCUMENT, found=False),
    "06-document-glare": _live("document_front", AdviceCode.GLARE),
    "07-document-steady": _live("document_front", AdviceCode.HOLD_STILL, steady=True, progress=0.6),
    "08-document-help": _help(_live("document_front", AdviceCode.GLARE)),
    "09-document-taken": _then(_page, PictureTaken(1)),
    "10-document-reading": _then(_page, PictureTaken(1), Busy("READING")),
    "11-document-result": _then(_page, PictureTaken(1), lambda: CaptureResultReady(samples.page_result(), 1)),
    "12-document-result-warned": _then(_page, PictureTaken(1), lambda: CaptureResultReady(samples.page_result(warnings=_WARNED), 1)),
    "13-document-unusable": _then(_page, PictureTaken(1), CaptureResultReady(CaptureResult(None, False, advice="GLARE"), 1)),
    "14-document-back": _live("document_back", AdviceCode.COME_CLOSER, view=DocumentCaptureView(PageSide.BACK, "virtual", 6, 15)),
    "15-document-camera-lost": _then(_page, CameraStateChanged("virtual", ErrorCode.CAMERA_LOST)),
    "16-document-problem": _then(_page, ProblemShown(ErrorCode.NO_DOCUMENT_DETECTED)),
    "20-selfie": _live("selfie", AdviceCode.CENTRE_FACE),
    "21-selfie-steady": _live("selfie", AdviceCode.HOLD_STILL, steady=True, progress=0.7),
    "22-selfie-dark": _live("selfie", AdviceCode.TOO_DARK),
    "23-selfie-taken": _then(_face, PictureTaken(1)),
    "24-selfie-result": _then(_face, PictureTaken(1), lambda: CaptureResultReady(CaptureResult(samples.selfie_jpeg(), True), 1)),
    "25-liveness-left": _live("liveness", AdviceCode.TURN_LEFT, steady=True, progress=0.5),
    "26-liveness-right": _live("liveness", AdviceCode.TURN_RIGHT, progress=0.2, view=samples.liveness_view(_TURN, Assertion.TURN_RIGHT)),
    "27-liveness-result": _then(_turned, PictureTaken(1), CaptureResultReady(CaptureResult(None, True), 1)),
    "28-liveness-unusable": _then(_turned, CaptureResultReady(CaptureResult(None, False, advice="LOOK_STRAIGHT"), 1)),
    "20-selfie-backlight": _live("selfie", AdviceCode.LIGHT_BEHIND),
    "20-selfie-uncover": _live("selfie", AdviceCode.UNCOVER_FACE),
    "20-selfie-mouth": _live("selfie", AdviceCode.CLOSE_MOUTH),
    "80-smile": _check(ChallengeKind.SMILE, AdviceCode.SMILE, progress=0.5, steady=True),
    "80-smile-neutral": _check(ChallengeKind.SMILE, AdviceCode.NEUTRAL_FACE, progress=0.25),
    "81-range-far": _check(ChallengeKind.MULTI_RANGE, AdviceCode.FIT_THE_OVAL, progress=0.25, face_size=0.35),
    "81-range-near": _check(ChallengeKind.MULTI_RANGE, AdviceCode.FIT_THE_OVAL, progress=0.75, steady=True, face_size=0.7),
    "81-range-second-try": _check(ChallengeKind.MULTI_RANGE, AdviceCode.ONCE_MORE, attempt=2, face_size=0.5),
    "82-magnifeye": _check(ChallengeKind.MAGNIFEYE, AdviceCode.HOLD_STILL, progress=0.5, steady=True),
    "82-magnifeye-near": _check(ChallengeKind.MAGNIFEYE, AdviceCode.EYES_TO_CAMERA, progress=0.5, steady=True, face_size=1.6),
    "83-gaze-start": _check(ChallengeKind.EYE_GAZE, AdviceCode.LOOK_STRAIGHT),
    "83-gaze": _check(ChallengeKind.EYE_GAZE, AdviceCode.FOLLOW_THE_DOT, progress=0.5, look_at=(0.0, 0.0)),
    "83-gaze-below": _check(ChallengeKind.EYE_GAZE, AdviceCode.FOLLOW_THE_DOT, progress=0.75, look_at=(1.0, 1.0)),
    "84-turn-both": _check(_TURN, AdviceCode.TURN_RIGHT, Assertion.TURN_RIGHT, Assertion.TURN_LEFT, progress=0.75, attempt=3),
    "85-flash": _with_motion(
        _check(ChallengeKind.SMILE, AdviceCode.NEUTRAL_FACE, progress=0.3, steady=True, flashes=True, colour="#D946A6")
    ),
    "86-assist": _enter("assist"),
    "86-assist-staff-only": _enter("assist", AssistView("FLAT_FACE", can_go_on=False, can_retry=False)),
    "86-assist-retry": _enter("assist", AssistView("FACE_LEFT", can_go_on=False, can_retry=True)),
    "86-assist-called": _then_press(_enter("assist", AssistView("FACE_LEFT", can_go_on=False, can_retry=True))),
    "03-consent-choice": _enter("consent", samples.consent_view(without_biometrics=True)),
    "44-decision-earlier": _details(_enter("decision", samples.earlier_view)),
    "44-decision-earlier-hidden": _enter("decision", samples.earlier_view),
    "30-review": lambda kiosk: _review(kiosk),
    "31-review-wrong-date": lambda kiosk: _review(kiosk, wrong=True),
    "32-review-certain": lambda kiosk: _review(kiosk, certain=True),
    "33-review-keyboard": _keyboard,
    "34-review-deciding": _then(_enter("review"), Busy("DECIDING")),
    "40-decision-accept": _enter("decision", lambda: samples.decision_view(Outcome.ACCEPT)),
    "41-decision-review": _enter("decision", lambda: samples.decision_view(Outcome.REVIEW)),
    "42-decision-reject": _enter("decision", lambda: samples.decision_view(Outcome.REJECT)),
    "43-decision-details": _details(_enter("decision", lambda: samples.decision_view(Outcome.REVIEW))),
    "50-done-accept": _enter("done", DoneView(Outcome.ACCEPT, "K7M-4PX")),
    "51-done-review": _enter("done", DoneView(Outcome.REVIEW, "K7M-4PX")),
    "52-done-reject": _enter("done", DoneView(Outcome.REJECT, "K7M-4PX")),
    "60-sorry-fault": _enter("sorry", SorryView("INTERNAL", kept=True)),
    "61-sorry-timed-out": _enter("sorry", SorryView("TIMED_OUT", kept=False)),
    "62-sorry-declined": _enter("sorry", SorryView("CONSENT_MISSING", kept=False)),
    "63-sorry-models": _enter("sorry", SorryView("MODEL_SOURCE_UNREACHABLE", kept=False)),
    "90-phone": _contact("phone", optional=True),
    "90-phone-keys": _keys(_contact("phone", typed="+421 900 123 456", optional=True)),
    "90-phone-wrong": _keys(_contact("phone", contact="+421 12", problem="INVALID_DATA", optional=True)),
    "90-phone-trial": _contact("phone", contact="+421 900 123 456", trial=True),
    "90-phone-noted": _keys(_contact("phone", problem="GATEWAY_FAILED", optional=True, noted=True)),
    "90-phone-noted-wrong": _keys(_contact("phone", contact="+421 12", problem="INVALID_DATA", noted=True)),
    "90-phone-rtl": _right_to_left(_keys(_contact("phone", contact="+421 900 123 456", optional=True))),
    "91-email": _contact("email", contact="anna.specimen@example.com", optional=True),
    "91-email-keys": _keys(_contact("email", typed="anna.spec", optional=True)),
    "91-email-wrong": _keys(_contact("email", contact="anna.specimen@example", problem="INVALID_DATA")),
    "92-code": _code(typed="1234", optional=True),
    "92-code-keys": _keys(_code(typed="12345678", after_s=40)),
    "92-code-wrong": _keys(_code(problem="CODE_WRONG", tries_left=4, after_s=31, optional=True)),
    "92-code-expired": _keys(_code(after_s=300)),
    "92-code-tries": _code(problem="TOO_MANY_TRIES", tries_left=0, again_in_s=12, valid_s=0, kind="email", optional=True),
    "92-code-trial": _keys(_code(trial=True, kind="email", problem="CODE_WRONG", tries_left=1, optional=True)),
    "92-code-rtl": _right_to_left(_keys(_code(typed="12345", problem="CODE_WRONG", tries_left=4, optional=True))),
    "93-proof": _proof(optional=True),
    "93-proof-ways": _proof(optional=True, can_choose_files=True, scanner=True),
    "93-proof-problem": _proof(kind="funds", problem="NAME_DIFFERS", can_choose_files=True, scanner=True),
    "93-proof-result": _proof(PictureTaken(1), _bill_result),
    "93-proof-warned": _proof(PictureTaken(1), lambda: _bill_result(warnings=_WARNED), pages=2),
    "93-proof-unusable": _proof(PictureTaken(1), CaptureResultReady(CaptureResult(None, False, advice="SHOW_DOCUMENT"), 1)),
    "93-proof-pages": _proof(pages=2, optional=True, can_choose_files=True, scanner=True),
    "93-proof-full": _proof(pages=10, can_choose_files=True, problem="PDF_UNSUPPORTED"),
    "93-proof-judged": _proof(pages=2, problem="ADDRESS_DIFFERS", can_choose_files=True, scanner=True, optional=True),
    "93-proof-help": _help(_proof(pages=1, can_choose_files=True, scanner=True)),
    "93-proof-reading": _proof(Busy("READING"), pages=3),
    "93-proof-rtl": _right_to_left(_proof(pages=3, can_choose_files=True, scanner=True)),
    "95-rtl-welcome": _right_to_left(_enter("welcome")),
    "95-rtl-consent": _right_to_left(_enter("consent")),
    "95-rtl-document": _right_to_left(_live("document_front", AdviceCode.GLARE)),
    "95-rtl-document-result": _right_to_left(_then(_page, PictureTaken(1), lambda: CaptureResultReady(samples.page_result(), 1))),
    "95-rtl-liveness": _right_to_left(_turned),
    "95-rtl-review": _right_to_left(lambda kiosk: _review(kiosk)),
    "95-rtl-decision": _right_to_left(_details(_enter("decision", lambda: samples.decision_view(Outcome.REVIEW)))),
    "94-chip": _enter("chip", ChipView(optional=True)),
    "94-chip-problem": _enter("chip", ChipView(problem="NOT_ENOUGH_DATA")),
    "30-review-place": _place,
    "70-still-there": _then(_live("selfie", AdviceCode.SHOW_FACE), StillThere(12)),
    "71-start-over": _press("over_button"),
    "72-staff-called": _press("staff_button"),
}
