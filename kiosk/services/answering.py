"""Carries out the steps for contacts, proofs and the chip: what they send for is done on its lane, and what comes late is dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from kiosk.domain.check import CheckLabel
from kiosk.domain.document import Document
from kiosk.domain.events import CaptureResultReady, PictureTaken
from kiosk.domain.views import View
from kiosk.flow.workflow import Step
from kiosk.ports import Clock, NfcReader, Scanner
from kiosk.services.answer_step import AnswerStep, Move, Reply, Task
from kiosk.services.bus import Bus
from kiosk.services.camera_work import CameraWork
from kiosk.services.capture import CaptureService
from kiosk.services.chip_step import ChipStep
from kiosk.services.contact_step import ContactStep
from kiosk.services.contacts import ContactKind
from kiosk.services.lanes import Lanes
from kiosk.services.onboarding import Onboarding
from kiosk.services.one_time_codes import OneTimeCodes
from kiosk.services.proof_step import ProofRules, ProofStep
from kiosk.services.proofs.judge import ProofKind
from kiosk.services.proofs.reader import ProofReader
from kiosk.services.step_answers import StepAnswer, answer_name, is_optional, left_out


@dataclass(frozen=True, slots=True)
class AnswerDesks:
    """What this machine has for these steps. None = it lacks it.

    Attributes:
        region: country of telephone numbers without their country code.
        proof_days: an older proof is refused where the step says nothing else.
        scanner: gives a scanner that is watched from now on.
    """

    codes: OneTimeCodes | None = None
    proofs: ProofReader | None = None
    chip: NfcReader | None = None
    scanner: Callable[[], Scanner] | None = None
    region: str = "SK"
    proof_days: int = 90

    def lacks(self, name: str) -> CheckLabel | None:
        """Why an answer of this name cannot be had on this machine; None when it can."""
        match name:
            case "phone" | "email":
                able = self.codes is not None and self.codes.can_send(ContactKind(name))
                return None if able else CheckLabel.GATEWAY_FAILED
            case "chip":
                return None if self.chip is not None else CheckLabel.DEVICE_MISSING
            case "proof.address" | "proof.funds":
                return None if self.proofs is not None else CheckLabel.MODEL_MISSING
        return None

    @property
    def flags(self) -> frozenset[str]:
        """What a workflow's conditions may ask."""
        asked = {"phone": "engine.codes.phone", "email": "engine.codes.email", "chip": "engine.chip"}
        return frozenset(flag for name, flag in asked.items() if self.lacks(name) is None)


class Host(Protocol):
    """The session, as far as these steps know it. Called on the session lane."""

    def show_again(self, view: View) -> None: ...
    def answered(self, answer: StepAnswer) -> None: ...
    def wait_for(self, label: str | None) -> None: ...


class Answering:
    """Belongs to the session lane; at most one step is on."""

    def __init__(
        self, desks: AnswerDesks, lanes: Lanes, camera: CameraWork, capture: CaptureService, bus: Bus, clock: Clock, host: Host
    ) -> None:
        self.desks = desks
        self._lanes = lanes
        self._camera = camera
        self._capture = capture
        self._bus = bus
        self._clock = clock
        self._host = host
        self._step: AnswerStep | None = None
        self._waits_in: int | None = None  # the generation that a task was sent for in
        self._left = Event()  # of the step that is on: what was sent for need not be waited for

    def begin(self, step: Step, customer: Onboarding, *, language: str, staffed: bool) -> View:
        """Enters a step; its view."""
        self._left.set()
        self._left = Event()
        self._step, self._waits_in = self._made(step, customer, language, staffed), None
        return self._step.view()

    def end(self) -> None:
        """The step is left; what it had sent for comes to nothing."""
        self._step = self._waits_in = None
        self._left.set()

    def left_out(self, step: Step) -> StepAnswer | None:
        """The answer of a step that nobody is asked for, because this machine lacks what it needs; None for any other step."""
        lacking = self.desks.lacks(answer_name(step))
        if lacking is None or (step.screen == "contact" and not is_optional(step)):
            return None  # a number that cannot be confirmed now is still worth having where it is demanded
        return left_out(answer_name(step), lacking)

    def answer(self, data: Mapping[str, object]) -> None:
        if self._step is not None and self._waits_in is None:
            self._follow(self._step.answer(data))

    def skip(self) -> None:
        """Also while something is awaited: nobody has to wait for a gateway that does not answer."""
        if self._step is not None:
            self._follow(self._step.skip())

    def take_picture(self) -> None:
        frame = self._capture.newest()
        if not isinstance(self._step, ProofStep) or self._waits_in is not None or frame is None:
            return
        taken = self._step.take(frame.pixels)
        if taken is not None:
            generation = self._camera.generation
            self._bus.publish(PictureTaken(generation))
            self._bus.publish(CaptureResultReady(taken, generation))

    def drop_picture(self) -> None:
        if isinstance(self._step, ProofStep) and self._waits_in is None:
            self._step.drop()
            self._host.show_again(self._step.view())

    # --- inside ----------------------------------------------------------------------------------------------------

    def _made(self, step: Step, customer: Onboarding, language: str, staffed: bool) -> AnswerStep:
        desks, name, optional = self.desks, answer_name(step), is_optional(step)
        options = step.options or {}
        if step.screen == "chip":
            assert desks.chip is not None  # else the step is left out
            return ChipStep(desks.chip, customer.document(), optional=optional)
        if step.screen == "contact":
            kind = ContactKind(name)
            return ContactStep(
                kind, desks.codes, self._clock, region=desks.region, language=language, optional=optional, sent=customer.codes_sent
            )
        rules = ProofRules(int(options.get("most_days", desks.proof_days)), optional, files=staffed)
        document: Callable[[], Document] = customer.document
        assert desks.proofs is not None  # else the step is left out
        left, lanes = self._left, self._lanes
        return ProofStep(
            ProofKind(options["kind"]),
            rules,
            desks.proofs,
            document,
            self._clock,
            scanner=desks.scanner() if desks.scanner is not None else None,
            camera=self._camera.camera_name,
            readings=customer.proof_readings,
            refused=lambda check: customer.note_refusal(name, check),
            wanted=lambda: not left.is_set() and not lanes.closing,
        )

    def _follow(self, reply: Reply) -> None:
        step = self._step
        assert step is not None
        match reply:
            case Move.SHOW:
                self._host.show_again(step.view())
            case Move.LEAVE:
                self._left.set()
                self._host.answered(step.result())
            case Task():
                self._send_for(reply)

    def _send_for(self, task: Task) -> None:
        generation = self._waits_in = self._camera.generation
        self._host.wait_for(task.label)

        def job() -> None:
            then = task.run()
            self._lanes.post(lambda: self._came(generation, then))

        lane = self._lanes.analyse if task.engines else self._lanes.ask_outside
        lane(job, lambda error: self._broke(generation, error))

    def _came(self, generation: int, then: Callable[[], Reply]) -> None:
        if self._is_awaited(generation):
            self._waits_in = None
            self._host.wait_for(None)
            self._follow(then())

    def _broke(self, generation: int, error: Exception) -> None:
        if self._is_awaited(generation):
            self._waits_in = None
            raise error

    def _is_awaited(self, generation: int) -> bool:
        return self._waits_in == generation == self._camera.generation
