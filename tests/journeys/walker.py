"""A door without a window: answers the session runner as a person would, and remembers what was said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from kiosk.compose.kiosk import Kiosk
from kiosk.compose.setup import load_setup
from kiosk.config import CaptureConfig, CodesConfig, LivenessConfig, SessionConfig
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.events import CaptureResultReady, Event, FrameReady, GuidanceGiven, StepEntered
from kiosk.domain.views import ContactView, LivenessView, ProofView
from kiosk.specimens.customer import DemoCustomer
from kiosk.specimens.face_actor import FaceActor
from tests.fakes.gateway_servers import GatewayServers

T = TypeVar("T")
LIMIT_S = 60.0


@dataclass
class Belongings:
    """What the simulated person has besides document and face; what is None they skip.

    Attributes:
        phone, email: with the server that their codes come to.
        proofs: files by kind of proof.
    """

    servers: GatewayServers | None = None
    phone: str | None = None
    email: str | None = None
    proofs: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


class Walker:
    """Owns a kiosk with a virtual camera. `close` it."""

    def __init__(
        self,
        customer: DemoCustomer | None = None,
        *,
        workflow: str = "branch",
        has: Belongings | None = None,
        codes: CodesConfig | None = None,
    ) -> None:
        self.customer = customer or DemoCustomer("td1")
        self.has = has or Belongings()
        self.camera = VirtualCamera(lambda _seconds: self.customer.selfie_frame, fps=20, camera_id="walker", name="walker")
        setup = load_setup()
        config = replace(setup.config, session=SessionConfig(workflow), capture=CaptureConfig(allow_virtual_cameras=True))
        # one kind, so that a walk is the same each time; all kinds are tried in tests/kiosk/liveness
        config = replace(config, liveness=LivenessConfig(challenges=("HEAD_TURN",)))
        if self.has.servers is not None:
            config = replace(config, smtp=self.has.servers.smtp, sms=self.has.servers.sms)
            config = replace(config, codes=codes or CodesConfig(phone="http", email="smtp"))
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

    def confirm(self, step: StepEntered) -> None:
        """Gives the contact and the code that came to it; skips without one."""
        view, servers = step.view, self.has.servers
        assert isinstance(view, ContactView)
        mine = self.has.phone if view.kind == "phone" else self.has.email
        if mine is None or servers is None:
            self.runner.skip()
            return
        self.runner.advance(contact=mine)
        asked = self.wait(StepEntered).view
        assert isinstance(asked, ContactView)
        assert asked.sent_to, asked
        self.runner.advance(code=servers.last(mine))

    def prove(self, step: StepEntered) -> None:
        """Hands in the file that they have; skips without one."""
        assert isinstance(step.view, ProofView)
        mine = self.has.proofs.get(step.view.kind)
        if mine is None:
            self.runner.skip()
            return
        self.runner.advance(files=(mine,))
        given = self.wait(StepEntered).view
        assert isinstance(given, ProofView)
        assert given.pages, given.problem
        self.runner.advance(finished=True)

    def _actors_tries(self, step: StepEntered) -> None:
        """Once more where the check was not met: on a busy machine frames come too seldom for a turn of the head."""
        seen = self._seen
        result = self._either(step)
        while isinstance(result, CaptureResultReady):
            self.runner.retake()
            self.show(self.at(step.step))
            seen = self._seen
            result = self._either(step)
        self._seen = seen

    def _either(self, step: StepEntered) -> CaptureResultReady | StepEntered:
        until = time.monotonic() + LIMIT_S
        with self._news:
            while True:
                for event in self.events[self._seen :]:
                    if isinstance(event, (CaptureResultReady, StepEntered)):
                        return event
                left = until - time.monotonic()
                assert left > 0, f"nothing came of {step.step}; the last events were {self.events[-6:]}"
                self._news.wait(left)

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
                    self.runner.advance(accepted=True, biometrics=True)
                case "document_capture" | "selfie_capture":
                    self.show(step)
                    result = self.wait(CaptureResultReady)
                    assert result.result.usable, result.result.advice
                    self.runner.advance()
                case "liveness":
                    self.show(step)
                    self._actors_tries(step)
                case "contact":
                    self.confirm(step)
                case "proof":
                    self.prove(step)
                case "chip":
                    self.runner.skip()
                case "review":
                    self.runner.advance(edits={})
                case "sorry":
                    raise AssertionError(f"the way ended at {step.step}: {step.view}")
                case _:
                    self.runner.advance()
