"""What a customer at the screens waits for: the real session runner, a drawn customer before a virtual camera, no window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from kiosk.bench.decision_files import install_list, own_data_folder
from kiosk.bench.machine import summary
from kiosk.domain.errors import ErrorCode, KioskError
from kiosk.domain.events import Busy, CaptureResultReady, Event, FrameReady, GuidanceGiven, PictureTaken, StepEntered
from kiosk.domain.views import DecisionView, LivenessView
from kiosk.imaging.frame import Image
from kiosk.ports import Json
from kiosk.specimens.customer import DemoCustomer
from kiosk.specimens.face_actor import FaceActor

if TYPE_CHECKING:
    from kiosk.compose.kiosk import Kiosk
    from kiosk.compose.setup import Setup

_E = TypeVar("_E")
END_TARGET_MS = 1000.0
_LIMIT_S = 90.0
_CAMERA = "bench-film"
_FPS = 20
_AT_REST_S = 5.0
_LOOKS_AT_RESULT_S = 1.5
"""A person looks at a picture that was taken, and at the review, before pressing "continue": as long as reading the heading takes."""


@dataclass(slots=True)
class _Waits:
    """Milliseconds, per kind of wait."""

    ms: dict[str, list[float]] = field(default_factory=dict)

    def add(self, kind: str, ms: float) -> None:
        self.ms.setdefault(kind, []).append(ms)


def walks(
    setup: Setup, *, workflow: str = "32", runs: int = 3, names: int = 100_000, look_s: float = _LOOKS_AT_RESULT_S
) -> dict[str, Json]:
    """So many customers one after another, after one that is not counted; each goes from welcome to the decision.

    `end_wait` is all that is waited for after the last capture: until the review is shown, and from its confirmation to the decision. For
    the latter "decision, computed" is what the processor did, whoever else uses the machine.

    Args: `look_s` how long each customer looks at a picture that was taken, and at the review.

    Raises BadInput(WORKFLOW_INVALID) for a workflow without screens; KioskError(INTERNAL) when a customer gets stuck; ModelFault,
        StoreFault.
    """
    from kiosk.compose.devices import film_camera
    from kiosk.compose.kiosk import Kiosk

    with own_data_folder(setup) as own:
        config = own.config
        config = replace(
            config,
            session=replace(config.session, workflow=workflow),
            capture=replace(config.capture, allow_virtual_cameras=True),
            liveness=replace(config.liveness, challenges=("HEAD_TURN",)),
        )
        own = replace(own, config=config)
        customer = DemoCustomer("td1")
        camera = film_camera(lambda _seconds: customer.selfie_frame, fps=_FPS, name=_CAMERA)
        kiosk = Kiosk(own, virtual=[camera], use_real=False, camera=_CAMERA)
        try:
            install_list(own, kiosk.engines.clock, names)
            walk = _Walk(kiosk, customer, camera.play, look_s)
            outcome = walk.go(_Waits())
            waits = _Waits()
            for _ in range(runs):
                outcome = walk.go(waits)
        finally:
            kiosk.close()
    ends = [one + other for one, other in zip(waits.ms["review"], waits.ms["decision"], strict=True)]
    shown: dict[str, Json] = {kind: _short(values) for kind, values in waits.ms.items()}
    return {"end_wait_ms": _short(ends), "end_target_ms": END_TARGET_MS, "waits_ms": shown, "looks_s": look_s, "outcome": outcome}


class _Walk:
    """Answers the runner as a person would, and times what it waits for."""

    def __init__(self, kiosk: Kiosk, customer: DemoCustomer, play: Callable[[Callable[[float], Image]], object], look_s: float) -> None:
        self._kiosk = kiosk
        self._customer = customer
        self._play = play
        self._look_s = look_s
        self._news = threading.Condition()
        self._events: list[tuple[float, Event]] = []
        self._actor: FaceActor | None = None
        self._generation = -1
        self._steady = threading.Event()
        kiosk.bus.subscribe(self._on_event)

    def go(self, waits: _Waits) -> str:
        """From the welcome screen to the decision; its outcome."""
        runner = self._kiosk.runner
        with self._news:
            self._events.clear()
        runner.start()
        asked, kind, confirmed = time.perf_counter(), "welcome", 0.0
        while True:
            at, step = self._next(StepEntered)
            waits.add(kind, (at - asked) * 1000)
            if step.screen == "decision":
                waits.add("decision, computed", (time.process_time() - confirmed) * 1000)
            asked, kind = 0.0, step.step
            match step.screen:
                case "decision":
                    assert isinstance(step.view, DecisionView)
                    return step.view.outcome.value
                case "language":
                    asked, kind = self._answer("consent", language="en")
                case "consent":
                    asked, kind = self._answer("first capture", accepted=True, biometrics=True)
                case "document_capture" | "selfie_capture":
                    self._show(step)
                    taken, _ = self._next(PictureTaken)
                    told, result = self._next(CaptureResultReady)
                    waits.add(f"result of {step.step}", (told - taken) * 1000)
                    if not result.result.usable:
                        raise KioskError(
                            ErrorCode.INTERNAL, f"the drawn customer's picture at {step.step} was refused: {result.result.advice}"
                        )
                    threading.Event().wait(self._look_s)
                    asked, kind = self._answer(f"after {step.step}")
                case "liveness":
                    self._show(step)
                    asked, _ = self._next(Busy, lambda event: event.label == "COMPARING")
                    kind = "review"
                case "review":
                    threading.Event().wait(self._look_s)
                    confirmed = time.process_time()  # of all threads; no camera is on now
                    asked, kind = self._answer("decision", edits={})
                case "sorry" | "done":
                    raise KioskError(ErrorCode.INTERNAL, f"the drawn customer ended at {step.step}")
                case _:
                    asked, kind = self._answer("language")

    def _answer(self, kind: str, **data: object) -> tuple[float, str]:
        at = time.perf_counter()
        self._kiosk.runner.advance(**data)
        return at, kind

    def _show(self, step: StepEntered) -> None:
        if isinstance(step.view, LivenessView):
            self._actor = FaceActor(self._customer.selfie_frame, self._kiosk.engines.face_mesh(self._customer.selfie_frame))
            self._play(self._actor)
        else:
            still = self._customer.selfie_frame
            if step.screen == "document_capture":
                still = self._customer.scene_for(step.step, story="still")(_AT_REST_S)
            self._steady.clear()
            self._generation = step.generation
            self._play(lambda _seconds: still)
            # by hand, so that a machine that is busy with something else does not miss the moment; what is measured begins after it
            if not self._steady.wait(_LIMIT_S):
                raise KioskError(ErrorCode.INTERNAL, f"the drawn customer was not seen at {step.step}")
            self._kiosk.runner.capture_by_hand()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, FrameReady):
            return
        if isinstance(event, GuidanceGiven):
            if self._actor is not None:
                self._actor.hear(event.guidance)
            if event.guidance.steady and event.generation == self._generation:
                self._steady.set()
            return
        with self._news:
            self._events.append((time.perf_counter(), event))
            self._news.notify_all()

    def _next(self, kind: type[_E], matches: Callable[[_E], bool] = lambda _event: True) -> tuple[float, _E]:
        """The next event of the kind; what came before it is forgotten."""
        until = time.monotonic() + _LIMIT_S
        with self._news:
            while True:
                while self._events:
                    at, event = self._events.pop(0)
                    if isinstance(event, kind) and matches(event):
                        return at, event
                    if isinstance(event, CaptureResultReady) and not event.result.usable:
                        why = "the drawn customer did not pass the live check: a machine that is busy sees too few frames of it"
                        raise KioskError(ErrorCode.INTERNAL, why)
                if not self._news.wait(until - time.monotonic()):
                    raise KioskError(ErrorCode.INTERNAL, f"no {kind.__name__} came within {_LIMIT_S:.0f} s")


def _short(values: list[float]) -> dict[str, Json]:
    found = summary(values)
    return {name: found[name] for name in ("median", "p90")}
