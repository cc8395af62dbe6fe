"""A door without a window: answers the session runner as a person would, and remembers what was said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from kiosk.compose import Kiosk, load_setup
from kiosk.config import CaptureConfig, LivenessConfig, SessionConfig
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.events import CaptureResultReady, Event, FrameReady, GuidanceGiven, StepEntered
from kiosk.domain.views import LivenessView
from kiosk.specimens.customer import DemoCustomer
from kiosk.specimens.face_actor import FaceActor

T = TypeVar("T")
LIMIT_S = 60.0


class Walker:
    """Owns a kiosk with a virtual camera. `close` it."""

    def __init__(self, customer: DemoCustomer | None = None, *, workflow: str = "branch") -> None:
        self.customer = customer or DemoCustomer("td1")
        self.camera = VirtualCamera(lambda _seconds: self.customer.selfie_frame, fps=20, camera_id="walker", name="walker")
        setup = load_setup()
        config = replace(setup.config, session=SessionConfig(workflow), capture=CaptureConfig(allow_virtual_cameras=True))
        # one kind, so that a walk is the same each time; all kinds are tried in tests/kiosk/liveness
        config = replace(config, liveness=LivenessConfig(challenges=("HEAD_TURN",)))
        setup = replace(setup, config=config)
        self.kiosk = Kiosk(setup, virtual=[self.camera], use_real=False, camera="walker")
        self.runner = self.kiosk.runner
        self.events: list[Event] = []
        self._seen = 0
        self._news = threading.Condition()
        self._actor: FaceActor | None = None
        self._unsubscribe = self.kiosk.bus.subscribe(self._on_event)

    def close(self) -> None:
        self._unsubscribe()
        self.kiosk.close()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, FrameReady):
            return
        if isinstance(event, GuidanceGiven) and self._actor is not None:
            self._actor.hear(event.guidance)
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def wait(self, kind: type[T], matches: Callable[[T], bool] = lambda _event: True, within_s: float = LIMIT_S) -> T:
        """The next event of the kind that matches, later than the one returned before."""
        until = time.monotonic() + within_s
        with self._news:
            while True:
                for index in range(self._seen, len(self.events)):
                    event = self.events[index]
                    if isinstance(event, kind) and matches(event):
                        self._seen = index + 1
                        return event
                left = until - time.monotonic()
                assert left > 0, f"no {kind.__name__} came; the last events were {self.events[-6:]}"
                self._news.wait(left)

    def at(self, step: str) -> StepEntered:
        return self.wait(StepEntered, lambda event: event.step == step)

    def show(self, step: StepEntered) -> None:
        """Puts before the camera what the step asks for."""
        if isinstance(step.view, LivenessView):
            mesh = self.kiosk.engines.face_mesh(self.customer.selfie_frame)
            self._actor = FaceActor(self.customer.selfie_frame, mesh)
            self.camera.play(self._actor)
        else:
            self.camera.play(self.customer.scene_for(step.step, story="brief"))

    def walk_to(self, target: str) -> StepEntered:
        """Goes the ordinary way until the step is entered."""
        self.runner.start()
        while True:
            step = self.wait(StepEntered)
            if step.step == target:
                return step
            match step.screen:
                case "language":
                    self.runner.advance(language="sk")
                case "consent":
                    self.runner.advance(accepted=True)
                case "document_capture" | "selfie_capture":
                    self.show(step)
                    result = self.wait(CaptureResultReady)
                    assert result.result.usable, result.result.advice
                    self.runner.advance()
                case "liveness":
                    self.show(step)
                case "review":
                    self.runner.advance(edits={})
                case "sorry":
                    raise AssertionError(f"the way ended at {step.step}: {step.view}")
                case _:
                    self.runner.advance()
