"""The demo: a specimen customer goes through the real screens by itself; every screen passed is pictured, and a report is left.

It presses the window's own main button, as a person would; the virtual camera plays what a camera would see at each step.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from kiosk.bench.machine import describe
from kiosk.compose.kiosk import Kiosk
from kiosk.compose.setup import load_setup
from kiosk.config import CaptureConfig
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.check import CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode, KioskError
from kiosk.domain.events import CaptureResultReady, Event, GuidanceGiven, StepEntered
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.sentence_texts import STATUS_NAMES
from kiosk.domain.sentences import headline, sentence
from kiosk.domain.views import DecisionView, LivenessView
from kiosk.services.report import Picture, render_report
from kiosk.specimens.customer import DemoCustomer
from kiosk.specimens.face_actor import FaceActor
from ui.app import StopSignals
from ui.theme.theme import Theme
from ui.theme.tokens import Look
from ui.window import Window

MARKER = ".onboarding-kiosk-demo"
"""Stands in a folder that a demo made: only such a one is ever cleared."""
_OWN = re.compile(r"\d\d+-[\w-]+\.png|report\.html")

LIMIT_MS = 240_000
SIZE_OFFSCREEN = (1920, 1080)
_TITLES = {
    "welcome": "Welcome",
    "language": "Language",
    "consent": "Consent",
    "document_front": "Front of the document",
    "document_back": "Back of the document",
    "selfie": "Selfie",
    "liveness": "Quick check",
    "assist": "Help by a colleague",
    "review": "Review",
    "decision": "Decision",
    "done": "Done",
}
_CAPTURES = {"document_front", "document_back", "selfie", "liveness"}
_MARKS = {CheckStatus.PASSED: "+", CheckStatus.WARNING: "!", CheckStatus.REJECTED: "x", CheckStatus.NOT_EXECUTED: "-"}


def run_demo(app: QApplication, out: Path, *, language: str, look: str, design: str) -> int:
    """Returns 0 when the customer was decided, 2 with one line on stderr when it could not start, 1 when the way was not finished.

    130 after Ctrl-C. Whatever happens, the kiosk is closed.
    """
    try:
        make_room(out)
    except KioskError as error:
        sys.stderr.write(f"kiosk: {error.code.value}: {error}\n")
        return 2
    # the demo's customer lives in a store of its own, whose key is a file beside it: nobody's keyring or customers are touched
    os.environ["KIOSK_HOME"] = str((out / "store").absolute())
    os.environ["KIOSK_STORE_KEY"] = "file"
    with StopSignals(app) as signals:
        try:
            customer = DemoCustomer(design)
            camera = VirtualCamera(lambda _seconds: customer.selfie_frame, fps=30, camera_id="demo", name="Demo camera")
            setup = load_setup()
            # the whole demo is made of software, which is no finding here
            setup = replace(setup, config=replace(setup.config, capture=CaptureConfig(allow_virtual_cameras=True)))
            kiosk = Kiosk(setup, virtual=[camera], use_real=False, camera="demo")
        except KioskError as error:
            sys.stderr.write(f"kiosk: {error.code.value}: {error}\n")
            return 2
        with closing(kiosk):
            return _play(signals, out, kiosk, camera, customer, language=language, look=look)


def make_room(out: Path) -> None:
    """A folder for this demo, without what an earlier one left in it.

    Raises:
        BadInput: BAD_ARGUMENT for a folder that holds something and that no demo made, and for one that cannot be written to.
    """
    try:
        if out.exists():
            if not out.is_dir():
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"--out {out}: is a file")
            if any(out.iterdir()) and not (out / MARKER).is_file():
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"--out {out}: holds something that no demo wrote; name an empty or a new folder")
            for entry in list(out.iterdir()):
                if entry.name == "store" and entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                elif (_OWN.fullmatch(entry.name) and entry.is_file()) or entry.name == "store":
                    entry.unlink()
        out.mkdir(parents=True, exist_ok=True)
        (out / MARKER).write_text("Made by the Onboarding Kiosk's demo, which replaces what it wrote here.\n", "utf-8")
    except OSError as error:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"--out {out}: cannot be written ({error.strerror})") from error


def _play(signals: StopSignals, out: Path, kiosk: Kiosk, camera: VirtualCamera, customer: DemoCustomer, *, language: str, look: str) -> int:
    watched = QApplication.platformName() not in ("offscreen", "minimal")
    theme = Theme(Look(look), reduced_motion=not watched)
    window = Window(kiosk.runner, kiosk.capture, kiosk.bus, theme=theme)
    if watched:
        window.setGeometry(window.screen().availableGeometry())  # a screen without a window manager maximises nothing
        window.showMaximized()
    else:
        window.resize(*SIZE_OFFSCREEN)
        window.show()
    demo = Demo(window, kiosk, camera, customer, out, language=language, pace=2.4 if watched else 1.0)
    QTimer.singleShot(LIMIT_MS, demo, lambda: demo.fail("the demo took too long"))
    try:
        window.session.start()
        code = signals.run_loop()
    finally:
        window.close()
    if demo.finished:
        demo.report()
        return 0
    sys.stderr.write(f"kiosk: {demo.problem or 'the demo was stopped before the end'}\n")
    return code or 1


class Demo(QObject):
    """Follows the window's events, takes pictures and presses buttons. Lives on the GUI thread.

    Args:
        pace: how much slower than possible, so that a person can follow.
    """

    def __init__(
        self, window: Window, kiosk: Kiosk, camera: VirtualCamera, customer: DemoCustomer, out: Path, *, language: str, pace: float
    ) -> None:
        super().__init__(window)
        self._window = window
        self._kiosk = kiosk
        self._camera = camera
        self._customer = customer
        self._out = out
        self._language = language
        self._pace = pace
        self._step = ""
        self._entry = 0
        self._person: FaceActor | None = None
        self._advice: set[AdviceCode] = set()
        self._decision: DecisionView | None = None
        self._pictures: list[Picture] = []
        self._tries = 0
        self.problem = ""
        self.finished = False
        window.events.arrived.connect(self._on_event)

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if isinstance(event, StepEntered):
            self._enter(event)
        elif isinstance(event, GuidanceGiven):
            self._guided(event)
        elif isinstance(event, CaptureResultReady):
            self._tries += not event.result.usable
            if self._tries > 4:
                self.fail(f"no usable picture at step {self._step}")
            what = "what was read" if event.result.usable else "take again"
            # fields come in one after the other: the picture is taken when they are there
            self._later(1700, lambda: self._picture(what))
            self._later(2300, self._press)

    def _enter(self, event: StepEntered) -> None:
        self._step = event.step
        self._entry += 1
        self._person = None
        sys.stdout.write(f"  {_TITLES.get(event.step, event.step)}\n")
        sys.stdout.flush()
        self._advice.clear()
        if isinstance(event.view, DecisionView):
            self._decision = event.view
        if event.screen == "sorry":
            self._picture("")
            self.fail(f"the session ended at {event.step}")
            return
        if event.step in _CAPTURES:
            self._play(event)
            return
        self._later(900, lambda: self._picture(""))
        if event.step == "done":
            self._later(1400, self._finish)
        elif event.step == "language":
            self._later(1300, lambda: self._kiosk.runner.advance(language=self._language) if self._language != "en" else self._press())
        else:
            self._later(1400, self._press)

    def _play(self, event: StepEntered) -> None:
        step, view = event.step, event.view
        if isinstance(view, LivenessView):
            entry = self._entry

            def draw() -> None:  # finding the face's points loads models, and bending the mesh takes a moment: not on the GUI thread
                person = self._customer.answering(self._kiosk.engines.face_mesh(self._customer.selfie_frame), pace=min(self._pace, 1.4))
                if entry == self._entry:
                    self._camera.play(person)
                    self._person = person

            threading.Thread(target=draw, name="demo-scene", daemon=True).start()
            return
        self._camera.play(self._customer.scene_for(step, pace=min(self._pace, 1.4)))

    def _guided(self, event: GuidanceGiven) -> None:
        """Does what is asked, and takes one picture of each new advice: this is what a customer sees while the camera is on."""
        if self._person is not None:
            self._person.hear(event.guidance)
        advice = event.guidance.advice
        if advice not in self._advice and advice is not AdviceCode.CAMERA_STARTING and event.guidance.progress < 0.95:
            self._advice.add(advice)
            title = advice.value.replace("_", " ").lower()
            self._later(120, lambda: self._picture(title), paced=False)

    def _press(self) -> None:
        """The main button, as a finger would; waits when it is not ready."""
        button = self._window.footer.main_button
        if button.isVisible() and button.isEnabled():
            button.click()
        else:
            self._later(200, self._press, paced=False)

    def _picture(self, detail: str) -> None:
        title = _TITLES.get(self._step, self._step) + (f": {detail}" if detail else "")
        name = f"{len(self._pictures) + 1:02d}-{self._step}{'-' + detail.replace(' ', '-') if detail else ''}.png"
        self._window.grab().save(str(self._out / name))
        self._pictures.append(Picture(name, title))

    def _later(self, ms: int, action: object, *, paced: bool = True) -> None:
        step = self._step

        def act() -> None:
            if self._step == step and callable(action):
                action()

        QTimer.singleShot(int(ms * (self._pace if paced else 1)), self, act)

    def _finish(self) -> None:
        self.finished = True
        QApplication.exit(0)

    def fail(self, problem: str) -> None:
        self.problem = problem
        QApplication.exit(1)

    def report(self) -> None:
        """Writes report.html and prints the decision with each check."""
        stored = self._kiosk.store.customers()[0]
        view = self._decision
        if view is None:
            raise AssertionError("a finished demo has shown its decision")
        line = headline(view.outcome, view.first_name, view.main_reason)
        machine = describe()
        text = render_report(
            stored,
            self._pictures,
            headline=line,
            machine=f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}",
            resources=self._kiosk.setup.paths.resources,
        )
        (self._out / "report.html").write_text(text, "utf-8")
        say = sys.stdout.write
        say(f"\n{view.outcome.value}: {line}\n")
        for check in view.checks:
            say(f"  {_MARKS[check.status]} {STATUS_NAMES[check.status]:<12} {sentence(check)}\n")
        say(f"\n{len(self._pictures)} pictures and the report: {self._out / 'report.html'}\n")
