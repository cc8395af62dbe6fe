"""Measured from inside the window's own process; `kiosk bench` starts these and adds what only a parent can see."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from kiosk.compose.kiosk import Kiosk
from kiosk.compose.setup import load_setup
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.document import PageSide
from kiosk.domain.events import CaptureResultReady, Event, GuidanceGiven, StepEntered
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.views import WelcomeView
from ui.door import theme_of
from ui.widgets.preview import CameraPreview
from ui.window import Window

HEARTBEAT_MS = 4
LIMIT_MS = 60_000
REACH_MS = 120_000
"""Until the measured step must be on; a busy machine reads the page on the way there for long."""
SETTLE_S = 3.0
MEMORY_EVERY_MS = 2000


def _rss_mb() -> float:
    return float(psutil.Process().memory_info().rss / 2**20)


def _private_home() -> tempfile.TemporaryDirectory[str]:
    """A store of its own, so that a measurement never meets a customer."""
    folder = tempfile.TemporaryDirectory()
    os.environ["KIOSK_HOME"] = folder.name
    os.environ["KIOSK_STORE_KEY"] = "file"
    return folder


class _FirstPaint(QObject):
    """Notes when the content of the welcome screen was painted for the first time."""

    def __init__(self, window: Window, report: Path) -> None:
        super().__init__(window)
        self._window = window
        self._report = report
        self._entered = False
        window.events.arrived.connect(self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StepEntered) and isinstance(event.view, WelcomeView) and not self._entered:
            self._entered = True
            screen = self._window.current
            if screen is not None:
                screen.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._done)  # after the paint event has been carried out
        return False

    def _done(self) -> None:
        self._report.write_text(json.dumps({"shown_at": time.time(), "rss_mb": _rss_mb()}))
        QApplication.quit()


def bench_startup(app: QApplication, report: Path) -> int:
    with _private_home():
        kiosk = Kiosk(load_setup())
        window = Window(kiosk.runner, kiosk.capture, kiosk.bus, theme=theme_of(kiosk.setup.config))
        window.resize(1280, 800)
        first = _FirstPaint(window, report)
        QTimer.singleShot(LIMIT_MS, first, lambda: app.exit(1))
        window.show()
        window.session.start()
        code = app.exec()
        window.close()
        kiosk.close()
    return code


class _Times:
    """Milliseconds, counted by tenths: lists of an hour's samples would be the very growth that a soak looks for."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()

    def add(self, ms: float) -> None:
        self.counts[round(ms * 10)] += 1

    def report(self) -> list[tuple[float, int]]:
        """(milliseconds, how often)."""
        return [(tenths / 10, count) for tenths, count in sorted(self.counts.items())]


class _Meter(QObject):
    """Counts paints, verdicts and the pauses of the event loop while a capture screen is on."""

    def __init__(self, window: Window, step: str, play: Callable[[], None]) -> None:
        """Args: `play` shows the moving film; called when the measured step is on."""
        super().__init__(window)
        self._window = window
        self._step = step
        self._play = play
        self.on = False
        self.shown = 0
        self.painted = 0
        self.analysed = 0
        self.retaken = 0
        self.advice_age_ms = _Times()
        self.blocked_ms = _Times()
        self.rss_mb: list[float] = []
        self.entered = False
        self._last = time.perf_counter()
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(HEARTBEAT_MS)
        self._beat.timeout.connect(self._on_beat)
        self._memory = QTimer(self)
        self._memory.setInterval(MEMORY_EVERY_MS)
        self._memory.timeout.connect(lambda: self.rss_mb.append(_rss_mb()))
        window.events.arrived.connect(self._on_event)
        window.frames.ready.connect(self._on_frame)
        self._beat.start()

    def start(self) -> None:
        self.shown = self.painted = self.analysed = 0
        self.advice_age_ms, self.blocked_ms = _Times(), _Times()
        self._last = time.perf_counter()
        self._memory.start()
        self.on = True

    def _on_beat(self) -> None:
        now = time.perf_counter()
        if self.on:
            self.blocked_ms.add(max(0.0, (now - self._last) * 1000 - HEARTBEAT_MS))
        self._last = now

    def _on_frame(self, _picture: object) -> None:
        if self.on:
            self.shown += 1

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if self.on and event.type() is QEvent.Type.Paint:
            self.painted += 1
        return False

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StepEntered):
            if event.step == self._step:
                self.entered = True
                self._play()
                screen = self._window.current  # the screen before it still waits to be deleted
                preview = screen.findChild(CameraPreview) if screen is not None else None
                if preview is not None:
                    preview.installEventFilter(self)
            elif not self.entered:
                answers: dict[str, dict[str, object]] = {"language": {"language": "en"}, "consent": {"accepted": True, "biometrics": True}}
                self._window.session.advance(**answers.get(event.step, {}))
        elif isinstance(event, CaptureResultReady):
            if not self.entered:
                self._window.session.advance()
            else:  # a fallback picture was taken after all: once more, or nothing would be measured from here on
                self.retaken += 1
                self._window.session.retake()
        elif isinstance(event, GuidanceGiven) and self.on:
            self.analysed += 1
            if event.guidance.advice is not AdviceCode.CAMERA_STARTING:
                self.advice_age_ms.add((time.monotonic() - event.guidance.frame_taken_at) * 1000)


def bench_preview(app: QApplication, report: Path, *, seconds: float, screen: str, fps: float = 30.0) -> int:
    """The scene never gets good enough for a picture, so that the preview goes on for as long as it is measured."""
    from kiosk.specimens.customer import DemoCustomer
    from kiosk.specimens.endless import film, swaying_person, wandering_page

    with _private_home() as home:
        # a passport has no back: its page leads straight to the selfie
        customer = DemoCustomer("td3")
        moving = wandering_page(customer.specimen.pages[PageSide.FRONT]) if screen == "document" else swaying_person(customer.selfie_frame)
        reel = film(moving, Path(home) / "moving.avi")
        still = customer.scene_for("document_front", story="still")
        camera = VirtualCamera(reel if screen == "document" else still, fps=fps, size=(1280, 720), camera_id="bench", name="bench")
        kiosk = Kiosk(load_setup(), virtual=[camera], use_real=False, camera=camera.info.id)
        window = Window(kiosk.runner, kiosk.capture, kiosk.bus, theme=theme_of(kiosk.setup.config))
        window.resize(1920, 1080)
        meter = _Meter(window, "document_front" if screen == "document" else "selfie", lambda: camera.play(reel))
        began = [0.0]

        def measure() -> None:
            if not meter.entered:
                QTimer.singleShot(200, meter, measure)
                return
            QTimer.singleShot(int(SETTLE_S * 1000), meter, begin)

        def begin() -> None:
            began[0] = time.perf_counter()
            meter.start()
            QTimer.singleShot(int(seconds * 1000), meter, end)

        def end() -> None:
            meter.on = False
            figures = {
                "seconds": time.perf_counter() - began[0],
                "shown": meter.shown,
                "painted": meter.painted,
                "analysed": meter.analysed,
                "retaken": meter.retaken,
                "advice_age_ms": meter.advice_age_ms.report(),
                "blocked_ms": meter.blocked_ms.report(),
                "rss_mb": _rss_mb(),
                "rss_samples_mb": meter.rss_mb,
                "platform": app.platformName(),
            }
            report.write_text(json.dumps(figures))
            app.exit(0)

        def give_up() -> None:
            if not meter.on:  # what is measured by now has its own end
                app.exit(1)

        QTimer.singleShot(REACH_MS, meter, give_up)
        window.show()
        window.session.start()
        measure()
        code = app.exec()
        window.close()
        kiosk.close()
    return code
