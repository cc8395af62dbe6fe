"""Views and pictures for the screens' tests: drawn here, of nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QLinearGradient, QPainter, QPainterPath, QPen, QTransform

from kiosk.domain.challenge import Assertion, ChallengeKind
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Outcome
from kiosk.domain.document import FieldName, PageSide, PageWarning, Quad, Source
from kiosk.domain.events import Event, StepEntered
from kiosk.domain.views import (
    Alternative,
    AssistView,
    CaptureResult,
    ChipView,
    ConsentView,
    ContactView,
    DecisionView,
    DocumentCaptureView,
    DoneView,
    EarlierRecord,
    FieldRow,
    LanguageView,
    LivenessView,
    ProofView,
    ReviewView,
    SelfieCaptureView,
    SorryView,
    StepProgress,
    View,
    WelcomeView,
)
from kiosk.flow.workflow import Step
from kiosk.imaging.frame import Frame
from kiosk.services.consent_texts import load_consents
from kiosk.services.step_views import RunnerSettings, opening_view

GROUPS = ("document", "selfie", "liveness", "review", "decision")
MORE_GROUPS = ("document", "chip", "selfie", "liveness", "review", "proof", "contact", "decision")
"""Of a workflow with everything that there is."""
PAGE_QUAD: Quad = ((0.17, 0.16), (0.82, 0.13), (0.84, 0.86), (0.16, 0.84))

# --- fakes of the services -------------------------------------------------------------------------------------------


class RecordingSession:
    """Obeys ui.bridge.session.Session; writes down what was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, object]]] = []

    def names(self) -> list[str]:
        return [name for name, _data in self.calls if name != "touch"]

    def start(self) -> None:
        self.calls.append(("start", {}))

    def advance(self, **data: object) -> None:
        self.calls.append(("advance", data))

    def skip(self) -> None:
        self.calls.append(("skip", {}))

    def back(self) -> None:
        self.calls.append(("back", {}))

    def cancel(self) -> None:
        self.calls.append(("cancel", {}))

    def capture_by_hand(self) -> None:
        self.calls.append(("capture_by_hand", {}))

    def retake(self) -> None:
        self.calls.append(("retake", {}))

    def call_staff(self) -> None:
        self.calls.append(("call_staff", {}))

    def touch(self) -> None:
        self.calls.append(("touch", {}))


class SmallBus:
    """Obeys ui.bridge.session.EventSource."""

    def __init__(self) -> None:
        self.subscribers: list[Callable[[Event], None]] = []

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        self.subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self.subscribers:
                self.subscribers.remove(callback)

        return unsubscribe

    def publish(self, event: Event) -> None:
        for subscriber in tuple(self.subscribers):
            subscriber(event)


class OneFrame:
    """Obeys ui.bridge.session.FrameSource."""

    def __init__(self, frame: Frame | None = None) -> None:
        self.frame = frame

    def newest(self) -> Frame | None:
        return self.frame


# --- pictures --------------------------------------------------------------------------------------------------------


def _jpeg(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPG", 90)
    return bytes(data.data())


def _pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_BGR888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def _draw_person(painter: QPainter, box: QRectF, shirt: str = "#3F5B8C") -> None:
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    x, y, w, h = box.getRect()
    painter.setBrush(QColor(shirt))
    body = QPainterPath()
    body.addRoundedRect(QRectF(x + w * 0.06, y + h * 0.78, w * 0.88, h * 0.5), w * 0.3, w * 0.3)
    painter.drawPath(body)
    painter.setBrush(QColor("#C98F6B"))
    painter.drawRoundedRect(QRectF(x + w * 0.38, y + h * 0.6, w * 0.24, h * 0.26), w * 0.08, w * 0.08)
    painter.setBrush(QColor("#3A2A22"))
    painter.drawEllipse(QRectF(x + w * 0.2, y + h * 0.06, w * 0.6, h * 0.6))
    painter.setBrush(QColor("#DBA37E"))
    painter.drawEllipse(QRectF(x + w * 0.26, y + h * 0.16, w * 0.48, h * 0.56))
    painter.setBrush(QColor("#2A1F1A"))
    for dx in (0.39, 0.57):
        painter.drawEllipse(QRectF(x + w * dx, y + h * 0.39, w * 0.05, h * 0.035))
    painter.setPen(QPen(QColor("#A45A48"), max(1.0, w * 0.014)))
    painter.drawArc(QRectF(x + w * 0.42, y + h * 0.5, w * 0.16, h * 0.09), 200 * 16, 140 * 16)
    painter.restore()


def consent_view(*, without_biometrics: bool = False) -> ConsentView:
    """As the session makes it, of the newest words that ship."""
    texts = load_consents(Path(__file__).resolve().parents[2] / "resources").sets[-1]
    step = Step("consent", "consent", options={"without_biometrics": str(without_biometrics).lower()})
    view = opening_view(step, RunnerSettings(), "en", texts)
    assert isinstance(view, ConsentView)
    return view


@lru_cache
def page_image(side: str = "front") -> QImage:
    image = QImage(1012, 638, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QLinearGradient(0, 0, 1012, 638)
    ground.setColorAt(0, QColor("#E3EEF6"))
    ground.setColorAt(1, QColor("#F4EADF"))
    painter.fillRect(image.rect(), QBrush(ground))
    painter.setPen(QColor("#28364A"))
    font = QFont("DejaVu Sans")
    if side == "front":
        font.setPixelSize(36)
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(QPointF(46, 74), "UTOPIA  ·  IDENTITY CARD  ·  SPECIMEN")
        painter.fillRect(QRectF(46, 120, 270, 350), QColor("#C6D6E2"))
        painter.setClipRect(QRectF(46, 120, 270, 350))
        _draw_person(painter, QRectF(46, 130, 270, 350), "#6B4E71")
        painter.setClipping(False)
        lines = (("SURNAME", "SPECIMEN"), ("GIVEN NAMES", "ANNA MARIA"), ("DATE OF BIRTH", "12 08 1990"), ("DOCUMENT NO", "SPEC2014"),
                 ("DATE OF EXPIRY", "24 11 2030"))  # fmt: skip
        for index, (name, value) in enumerate(lines):
            y = 150 + index * 78
            font.setPixelSize(20)
            font.setBold(False)
            painter.setFont(font)
            painter.drawText(QPointF(360, y), name)
            font.setPixelSize(34)
            font.setBold(True)
            painter.setFont(font)
            painter.drawText(QPointF(360, y + 36), value)
    else:
        font = QFont("DejaVu Sans Mono")
        font.setPixelSize(48)
        painter.setFont(font)
        for index, line in enumerate(("I<UTOSPEC20145<<<<<<<<<<<<<<<", "9008122F3011248UTO<<<<<<<<<<<8", "SPECIMEN<<ANNA<MARIA<<<<<<<<<<")):
            painter.drawText(QPointF(44, 430 + index * 66), line)
    painter.end()
    return image


@lru_cache
def person_image(width: int = 480, height: int = 600, shirt: str = "#3F5B8C") -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QLinearGradient(0, 0, 0, height)
    ground.setColorAt(0, QColor("#B9C4CC"))
    ground.setColorAt(1, QColor("#8E9CA8"))
    painter.fillRect(image.rect(), QBrush(ground))
    side = min(width, height * 0.8)
    _draw_person(painter, QRectF((width - side) / 2, height * 0.1, side, height * 0.9), shirt)
    painter.end()
    return image


@lru_cache
def document_frame(side: str = "front") -> Frame:
    """A card on a desk, its corners at PAGE_QUAD."""
    image = QImage(1280, 720, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    ground = QLinearGradient(0, 0, 1280, 720)
    ground.setColorAt(0, QColor("#4C3F36"))
    ground.setColorAt(1, QColor("#2C2520"))
    painter.fillRect(image.rect(), QBrush(ground))
    page = page_image(side)
    corners = [QPointF(x * 1280, y * 720) for x, y in PAGE_QUAD]
    source = [QPointF(0, 0), QPointF(page.width(), 0), QPointF(page.width(), page.height()), QPointF(0, page.height())]
    transform = QTransform()
    QTransform.quadToQuad(source, corners, transform)
    painter.setTransform(transform)
    painter.drawImage(0, 0, page)
    painter.end()
    return Frame(_pixels(image), 0.0, "virtual", 0)


@lru_cache
def bill_image() -> QImage:
    """A bill of a company that there is none of, A4."""
    image = QImage(744, 1052, QImage.Format.Format_RGB32)
    image.fill(QColor("#FBFAF7"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("#28364A"))
    font = QFont("DejaVu Sans")
    for y, pixels, bold, text in (
        (110, 40, True, "ZENITH WATERWORKS"), (150, 20, False, "Specimen 1, 010 01 Zenith"), (300, 26, False, "Anna Maria Specimen"),
        (336, 26, False, "12 Harbour Street"), (372, 26, False, "010 01 Zenith"), (500, 30, True, "Bill for October 2026"),
        (540, 22, False, "Issued on 3 November 2026"),
    ):  # fmt: skip
        font.setPixelSize(pixels)
        font.setBold(bold)
        painter.setFont(font)
        painter.drawText(QPointF(80, y), text)
    for index in range(9):
        painter.fillRect(QRectF(80, 600 + index * 40, 380 - (index * 53) % 140, 8), QColor("#B7BEC8"))
        painter.fillRect(QRectF(580, 600 + index * 40, 84, 8), QColor("#B7BEC8"))
    painter.end()
    return image


@lru_cache
def bill_frame() -> Frame:
    """The bill upright on a desk."""
    image = QImage(1280, 720, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.fillRect(image.rect(), QColor("#3A312B"))
    painter.translate(640, 360)
    painter.rotate(1.5)
    painter.drawImage(QRectF(-196, -277, 392, 554), bill_image())
    painter.end()
    return Frame(_pixels(image), 0.0, "virtual", 0)


@lru_cache
def bill_jpeg(width: int = 744) -> bytes:
    return _jpeg(bill_image().scaledToWidth(width, Qt.TransformationMode.SmoothTransformation))


@lru_cache
def face_frame() -> Frame:
    return Frame(_pixels(person_image(1280, 720)), 0.0, "virtual", 0)


@lru_cache
def page_jpeg(side: str = "front") -> bytes:
    return _jpeg(page_image(side))


@lru_cache
def portrait_jpeg() -> bytes:
    return _jpeg(page_image().copy(46, 120, 270, 350))


@lru_cache
def selfie_jpeg() -> bytes:
    return _jpeg(person_image())


@lru_cache
def other_selfie_jpeg() -> bytes:
    return _jpeg(person_image(shirt="#6B4E71"))


@lru_cache
def cutout_jpeg(line: int = 2) -> bytes:
    return _jpeg(page_image().copy(350, 130 + 78 * line, 330, 66))


# --- views -----------------------------------------------------------------------------------------------------------


def rows() -> tuple[FieldRow, ...]:
    page, mrz = Source.VISUAL_ZONE, Source.MRZ
    return (
        FieldRow(FieldName.SURNAME, "SPECIMEN", mrz, 1.0, False),
        FieldRow(FieldName.GIVEN_NAMES, "ANNA MARIA", mrz, 1.0, False),
        FieldRow(FieldName.DATE_OF_BIRTH, "1990-08-12", mrz, 0.62, uncertain=True, cutout=cutout_jpeg(),
                 alternatives=(Alternative("1990-08-17", page),)),
        FieldRow(FieldName.GENDER, "F", mrz, 1.0, False),
        FieldRow(FieldName.NATIONALITY, "UTO", mrz, 1.0, False),
        FieldRow(FieldName.DOCUMENT_NUMBER, "SPEC2014", page, 0.71, uncertain=True, cutout=cutout_jpeg(3)),
        FieldRow(FieldName.PLACE_OF_BIRTH, "ZENITH", page, 0.96, False),
        FieldRow(FieldName.DATE_OF_ISSUE, "2020-11-24", page, 0.97, False),
        FieldRow(FieldName.DATE_OF_EXPIRY, "2030-11-24", mrz, 1.0, False),
        FieldRow(FieldName.ISSUING_AUTHORITY, "MINISTRY OF THE INTERIOR", page, 0.96, False),
        FieldRow(FieldName.ADDRESS, "12 HARBOUR STREET, ZENITH", page, 0.95, False, edited=True),
    )  # fmt: skip


def checks(outcome: Outcome) -> tuple[Check, ...]:
    passed, warning, rejected = CheckStatus.PASSED, CheckStatus.WARNING, CheckStatus.REJECTED
    expiry = Check(CheckName.DOCUMENT_EXPIRY, passed, params={"date": "2030-11-24"}, model="calendar")
    match = Check(CheckName.FACE_MATCH, passed, score=0.812, threshold=0.6, model="dlib-resnet", ms=61.4)
    reading = Check(CheckName.OCR_CONFIDENCE, passed, score=0.97, threshold=0.8, model="rapidocr-v5", ms=512)
    if outcome is Outcome.REJECT:
        expiry = Check(CheckName.DOCUMENT_EXPIRY, rejected, CheckLabel.EXPIRED, params={"date": "2020-11-24"}, model="calendar")
    if outcome is Outcome.REVIEW:
        match = Check(CheckName.FACE_MATCH, warning, CheckLabel.BORDERLINE, score=0.583, threshold=0.6, model="dlib-resnet", ms=61.4)
        reading = Check(CheckName.OCR_CONFIDENCE, warning, CheckLabel.LOW_CONFIDENCE, score=0.71, threshold=0.8, model="rapidocr", ms=512,
                        params={"fields": "dateOfBirth, placeOfBirth"})  # fmt: skip
    liveness = Check(CheckName.PASSIVE_LIVENESS, passed, score=0.94, threshold=0.5, model="minifas-v2", ms=22)
    if outcome is not Outcome.ACCEPT:
        liveness = not_executed(CheckName.PASSIVE_LIVENESS, CheckLabel.MODEL_MISSING)
    return (
        Check(CheckName.CONSENT, passed),
        Check(CheckName.DOCUMENT_USABILITY, passed, score=0.91, threshold=0.5, model="page-quality", ms=8.2),
        Check(CheckName.MRZ_CHECK_DIGITS, passed, model="icao9303-3-4.9"),
        expiry,
        Check(CheckName.DATA_PLAUSIBILITY, passed),
        Check(CheckName.DATA_CONSISTENCY, passed),
        reading,
        not_executed(CheckName.OPERATOR_EDITS, CheckLabel.NOT_APPLICABLE),
        Check(CheckName.SELFIE_QUALITY, passed, score=0.88, threshold=0.5, model="face-quality", ms=12),
        match,
        liveness,
        Check(CheckName.ACTIVE_LIVENESS, passed, score=0.9, threshold=0.5, model="face-mesh", ms=18),
    )


def decision_view(outcome: Outcome) -> DecisionView:
    all_checks = checks(outcome)
    gravest = {Outcome.REJECT: CheckStatus.REJECTED, Outcome.REVIEW: CheckStatus.WARNING}.get(outcome)
    main = next((check for check in all_checks if check.status is gravest), None)
    return DecisionView(outcome, "ANNA" if outcome is Outcome.ACCEPT else "", all_checks, main)


def page_result(side: str = "front", *, warnings: tuple[PageWarning, ...] = ()) -> CaptureResult:
    fields = tuple(row for row in rows() if row.name not in (FieldName.ADDRESS, FieldName.ISSUING_AUTHORITY))
    return CaptureResult(page_jpeg(side), True, fields[:8], warnings)


def liveness_view(kind: ChallengeKind, *steps: Assertion, attempt: int = 1, flashes: bool = False) -> LivenessView:
    return LivenessView(kind, steps, "virtual", 15.0, attempt, 3, flashes)


def earlier_view() -> DecisionView:
    """What staff sees when the face is on record twice."""
    view = decision_view(Outcome.REVIEW)
    known = Check(
        CheckName.KNOWN_PERSON, CheckStatus.WARNING, CheckLabel.FOUND_BEFORE, score=0.83, threshold=0.6, model="dlib-resnet", ms=3.1
    )
    earlier = (
        EarlierRecord("K7M-4PX", "HANA VZOROVÁ", "1990-08-12", "2026-03-02", 0.831, other_selfie_jpeg()),
        EarlierRecord("B2C-9QT", "MARIA SPECIMEN", "1988-01-30", "2025-11-17", 0.642, None),
    )
    return replace(
        view, checks=(*view.checks, known), earlier=earlier, selfie=selfie_jpeg(), name="ANNA MARIA SPECIMEN", date_of_birth="1990-08-12"
    )


VIEWS: dict[str, tuple[str, View]] = {
    "welcome": ("welcome", WelcomeView("Onboarding Kiosk")),
    "language": ("language", LanguageView(("en", "sk"), "en")),
    "consent": ("consent", consent_view()),
    "document_front": ("document_capture", DocumentCaptureView(PageSide.FRONT, "virtual", 6.0, 15.0)),
    "document_back": ("document_capture", DocumentCaptureView(PageSide.BACK, "virtual", 6.0, 15.0)),
    "selfie": ("selfie_capture", SelfieCaptureView("virtual", 6.0, 15.0)),
    "liveness": ("liveness", liveness_view(ChallengeKind.HEAD_TURN, Assertion.FRONT, Assertion.TURN_LEFT)),
    "assist": ("assist", AssistView("CHALLENGE_FAILED", can_go_on=True, can_retry=True)),
    "contact": ("contact", ContactView("phone")),
    "proof": ("proof", ProofView("address", "virtual")),
    "chip": ("chip", ChipView()),
    "review": ("review", ReviewView(None, None, ())),
    "decision": ("decision", DecisionView(Outcome.REVIEW, "", (), None)),
    "done": ("done", DoneView(Outcome.ACCEPT, "K7M-4PX")),
    "sorry": ("sorry", SorryView("INTERNAL", kept=False)),
}
_GROUP_OF = {"document_front": 0, "document_back": 0, "selfie": 1, "liveness": 2, "assist": 2, "review": 3, "decision": 4}


def view_of(step: str) -> View:
    """The view of a step; those with pictures are made when they are asked for, because drawing needs a QGuiApplication."""
    if step == "review":
        return ReviewView(portrait_jpeg(), selfie_jpeg(), rows())
    if step == "decision":
        return decision_view(Outcome.ACCEPT)
    return VIEWS[step][1]


_MORE_GROUP_OF = {"chip": 1, "proof": 5, "contact": 6}


def entered(step: str, view: View | None = None, *, generation: int = 1) -> StepEntered:
    groups, current = (MORE_GROUPS, _MORE_GROUP_OF[step]) if step in _MORE_GROUP_OF else (GROUPS, _GROUP_OF.get(step, -1))
    return StepEntered(
        step=step,
        screen=VIEWS[step][0],
        view=view if view is not None else view_of(step),
        progress=StepProgress(groups, current, max(1, 3 - max(0, current) // 2)),
        can_go_back=step not in ("welcome", "decision", "done", "sorry"),
        generation=generation,
        timeout_s=60.0,
    )
