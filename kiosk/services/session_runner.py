"""Runs one customer after another through the workflow: the machine, the camera, the engines, the store, told to the bus.

Threads: every public method returns at once and is carried out on the session lane, one after another. Pictures are judged and read on
the analysis lane, which alone touches the engines. Events are published from both. The generation, which grows with every entered step,
tells late results from current ones.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.domain.decision import Outcome, Policy
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug, KioskError, StoreFault
from kiosk.domain.events import (
    Busy,
    CaptureResultReady,
    LanguageChosen,
    ProblemShown,
    SessionEnded,
    StepEntered,
)
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.operators import CUSTOMER
from kiosk.domain.views import CaptureResult, SorryView, View
from kiosk.flow import machine
from kiosk.flow.workflow import Step, Workflow
from kiosk.imaging.crop import around_box
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import Clock, CustomerStore, DeviceKey
from kiosk.services.answering import AnswerDesks, Answering
from kiosk.services.bus import Bus
from kiosk.services.camera_work import CameraWork
from kiosk.services.capabilities import policy_for
from kiosk.services.capture import CaptureService
from kiosk.services.capture_steps import SELFIE_MARGIN, CaptureSteps, Taken, Work
from kiosk.services.consent_texts import ConsentSet
from kiosk.services.deciding import Deciding
from kiosk.services.engine_set import EngineSet
from kiosk.services.idle import IdleWatch
from kiosk.services.known_person import earlier_records_told
from kiosk.services.lanes import Lanes
from kiosk.services.left_over import erase_left_over
from kiosk.services.liveness_step import LIVENESS_TRIES, LivenessOutcome, LivenessStep, is_failure
from kiosk.services.onboarding import Onboarding, typed_fields
from kiosk.services.person_checks import PersonChecks, PersonJudgement
from kiosk.services.reading import PageResult
from kiosk.services.screen_views import decision_view, step_progress
from kiosk.services.step_answers import StepAnswer, answer_name, asked_by, with_steps
from kiosk.services.step_views import RunnerSettings, customer_view, opening_view, option, page_side
from kiosk.services.watchlist.screening import WatchlistScreener

logger = logging.getLogger(__name__)

_CAPTURES = {"document_capture", "selfie_capture", "liveness", "proof"}


class SessionRunner:
    """The way of customers through one workflow. Owned by the door that runs it; `close` before the store and the engines close."""

    def __init__(
        self,
        *,
        workflow: Workflow,
        policy: Policy,
        engines: EngineSet,
        store: CustomerStore,
        capture: CaptureService,
        bus: Bus,
        clock: Clock,
        settings: RunnerSettings,
        device_key: DeviceKey,
        consents: ConsentSet,
        screener: WatchlistScreener | None = None,
        desks: AnswerDesks | None = None,
    ) -> None:
        self._workflow = workflow
        self._policy = with_steps(policy if workflow.definition is None else policy_for(policy, workflow.definition), workflow)
        self._consents = consents
        self._engines = engines
        self._store = store
        self._capture = capture
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._lanes = Lanes(self._failed)
        self._ticker = threading.Thread(target=self._tick_loop, name="session-clock", daemon=True)
        # all below belong to the session lane
        self._position = machine.start(workflow)
        self._camera = CameraWork(capture, bus, self._lanes)
        self._onboarding: Onboarding | None = None
        self._language = settings.language
        self._pending: Taken | None = None
        self._wrong_side_tries = 0
        self._idle = IdleWatch(clock, bus)
        self._steps = CaptureSteps(engines, capture, bus, self)
        self._liveness = LivenessStep(
            engines,
            device_key,
            clock,
            kinds=settings.challenges,
            flashes=settings.flashes,
            staffed=workflow.staffed,
            allow_virtual=settings.allow_virtual_cameras,
        )
        self._answering = Answering(desks or AnswerDesks(), self._lanes, self._camera, capture, bus, clock, self)
        self._person_checks = PersonChecks(engines, store, screener)
        self._deciding = Deciding(self._person_checks, self._camera, self._lanes)

    # --- what a door calls -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Enters the first step; nothing of an earlier customer remains."""
        if not self._ticker.is_alive() and not self._lanes.closing:
            self._ticker.start()
        self._post(self._restart)
        self._lanes.analyse(self._warm_up, self._failed)

    def advance(self, **data: object) -> None:
        """The main answer of the step: language | accepted, biometrics | edits={FieldName: str} | what `views.ContactView`, `ProofView` and
        `ChipView` name; a capture step takes what was shown."""
        self.touch()
        self._post(lambda: self._advance(data))

    def skip(self) -> None:
        """On without this step, where the workflow allows it."""
        self.touch()
        self._post(self._skip)

    def back(self) -> None:
        self.touch()
        self._post(self._back)

    def cancel(self) -> None:
        """Start over: the customer is erased."""
        self._post(self._cancel)

    def capture_by_hand(self) -> None:
        self.touch()
        self._post(self._take_by_hand)

    def retake(self) -> None:
        self.touch()
        self._post(self._retake)

    def call_staff(self) -> None:
        """Staff was asked for: for some minutes no time-out chases the customer away."""
        self._idle.call_staff()
        logger.info("staff called at step %s", self._position.step)

    def touch(self) -> None:
        """Somebody is there."""
        self._idle.touch()

    def close(self) -> None:
        """Stops all work; what is confirmed is stored. Blocks until the lanes have ended. Idempotent."""
        if self._lanes.closing:
            return
        self._lanes.stop_taking()
        self._camera.stop()
        self._lanes.close(self._leave_customer)
        if self._ticker.is_alive():
            self._ticker.join(timeout=2)
        self._capture.stop()

    # --- the session lane ------------------------------------------------------------------------------------------

    def _post(self, action: Callable[[], object]) -> None:
        self._lanes.post(action)

    def _failed(self, error: Exception) -> None:
        """What can be mended is said; all else ends in the failsafe step, because a customer must not see a frozen screen."""
        if isinstance(error, (BadInput, StoreFault)):
            logger.warning("step %s: %s", self._position.step, error.code)
            self._deciding.give_up()
            self._busy(None)
            self._bus.publish(ProblemShown(error.code))
            return
        logger.error("step %s failed", self._position.step, exc_info=error)
        self._fail(error.code if isinstance(error, KioskError) else ErrorCode.INTERNAL)

    def _restart(self) -> None:
        self._end_session()
        self._sweep()
        self._position = machine.start(self._workflow)
        self._enter()

    def _end_session(self) -> None:
        """Wipes whatever is held of a customer; erases an unfinished one where the workflow does not keep it."""
        self._camera.turn_off()
        self._language = self._settings.language
        self._busy(None)
        try:
            self._leave_customer()
        finally:
            self._bus.publish(SessionEnded())

    def _leave_customer(self) -> None:
        self._camera.stop()
        self._answering.end()
        self._pending = None
        self._wrong_side_tries = 0
        self._deciding.forget()
        onboarding, self._onboarding = self._onboarding, None
        if onboarding is None:
            return
        if self._workflow.keep_unfinished:
            onboarding.wipe()
        else:
            onboarding.erase()

    def _sweep(self) -> None:
        """Erases what a session that could not say goodbye has left, where the workflow keeps nothing unfinished."""
        if self._workflow.keep_unfinished:
            return
        erase_left_over(self._store, self._workflow.key, self._clock)

    def _advance(self, data: dict[str, object]) -> None:
        step = self._step
        if step.end:
            self._restart()
            return
        if self._deciding.is_on:
            return
        match step.screen:
            case "welcome":
                self._onboarding = self._new_onboarding()
            case "language":
                self._language = str(data.get("language", self._language))
                self._bus.publish(LanguageChosen(self._language))
            case "consent":
                asked = {"accepted", "biometrics"} if data.get("accepted") and option(step, "without_biometrics") else {"accepted"}
                if not asked <= data.keys():
                    return  # only an answer to this very question counts, never a late press from another screen, nor a half one
                self._customer.consent(
                    step.id,
                    accepted=bool(data.get("accepted")),
                    biometrics=bool(data.get("biometrics", True)),
                    language=self._language,
                )
            case "document_capture" | "selfie_capture":
                if self._pending is None:
                    return
                self._busy("SAVING")
                self._keep(step, self._pending)
            case "liveness":
                return  # the challenge itself goes on when it is done
            case "contact" | "proof" | "chip":
                self._answering.answer(data)
                return
            case "assist":
                if not option(step, "can_go_on"):
                    return
            case "review":
                if "edits" not in data:
                    return  # a second press on the screen before
                self._busy("SAVING")
                self._customer.keep_review(step.id, typed_fields(data.get("edits")))
        self._go_on()

    def _go_on(self) -> None:
        target = machine.advance(self._workflow, self._position, self._flags)
        while (missing := self._answering.left_out(self._workflow.steps[target.step])) is not None:
            self._customer.keep_answer(target.step, missing)
            target = machine.pass_over(self._workflow, target, self._flags)
        if self._workflow.steps[target.step].screen == "decision":
            self._begin_decision(target)
        else:
            self._position = target
            self._enter()

    def _skip(self) -> None:
        if not self._deciding.is_on:
            self._answering.skip()

    def _back(self) -> None:
        if self._deciding.is_on or not machine.can_go_back(self._workflow, self._position):
            return
        # leaving in the middle is a try: else one could go back until a challenge fits the video at hand
        if self._onboarding is not None and self._step.screen == "liveness":
            self._onboarding.liveness_failures += self._camera.is_under_way
        self._camera.stop()
        position = machine.back(self._workflow, self._position)
        if self._onboarding is not None and position.forget:
            self._onboarding.forget(position.forget)
            self._deciding.forget()  # what was looked at ahead may be of what is forgotten
        self._position = position
        self._enter()

    def _cancel(self) -> None:
        if self._onboarding is not None:
            self._camera.stop()
            self._onboarding.erase()
        self._restart()

    def _retake(self) -> None:
        if self._deciding.is_on:
            return
        step = self._step
        if step.screen == "proof":
            self._answering.drop_picture()
        elif step.screen in _CAPTURES:
            self._enter()
        elif step.screen == "assist" and option(step, "can_retry"):
            self._customer.allow_liveness_again()
            self._back()

    def _fail(self, code: ErrorCode) -> None:
        self._leave(machine.fail(self._workflow, self._position), code.value)

    def _leave(self, position: machine.Position, code: str) -> None:
        """To a step that ends the session without going on."""
        onboarding = self._onboarding
        stored = onboarding is not None and onboarding.consent_given is True
        kept = stored and (self._workflow.keep_unfinished or (onboarding is not None and onboarding.finished))
        try:
            self._end_session()
        except KioskError as error:  # the store itself may be what failed; the customer must still see the last screen, and the truth
            logger.error("erasing at the end of the session failed: %s", error.code)
            kept = stored
        self._position = position
        self._show(SorryView(code, kept))

    # --- entering steps --------------------------------------------------------------------------------------------

    @property
    def _step(self) -> Step:
        return machine.current(self._workflow, self._position)

    @property
    def _customer(self) -> Onboarding:
        if self._onboarding is None:
            raise KioskBug("a step needs a customer and there is none")
        return self._onboarding

    def _enter(self) -> None:
        """Shows the current step and starts what it needs."""
        self._camera.stop()
        self._answering.end()
        self._pending = None
        step = self._step
        if step.screen in _CAPTURES:
            document = step.screen in ("document_capture", "proof")
            self._camera.turn_on(self._settings.document_camera if document else self._settings.selfie_camera)
        else:
            self._camera.turn_off()
        if step.screen == "sorry":
            self._leave(self._position, (step.options or {}).get("code", ErrorCode.INTERNAL.value))
            return
        view = opening_view(step, self._settings, self._language, self._consents)
        if view is not None:
            self._show(view)
            return
        customer = self._customer
        if answer_name(step):
            self._show(self._answering.begin(step, customer, language=self._language, staffed=self._workflow.staffed))
            if step.screen == "proof":
                self._camera.watch(lambda _work: None)  # nobody guides; but a camera that is lost is told
            return
        challenge = self._liveness.issue(customer.customer_id) if step.screen == "liveness" else None
        self._show(customer_view(step, self._settings, customer, self._camera.camera_name, challenge))
        match step.screen:
            case "document_capture":
                side, tries = page_side(step), self._wrong_side_tries
                front = customer.pages.get(PageSide.FRONT) if side is PageSide.BACK else None
                picture = front.straightened if front else None
                self._camera.watch(lambda work: self._steps.document(work, side, picture, tries))
            case "selfie_capture":
                self._camera.watch(self._steps.selfie)
            case "liveness" if challenge is not None:
                reference = customer.selfie
                self._camera.watch(lambda work: self._steps.active_check(work, self._liveness, challenge, reference))
            case "review":
                self._deciding.look_ahead(customer)
            case "done":
                customer.wipe()
                self._deciding.forget()  # it holds the pictures, too

    def _show(self, view: View) -> None:
        step = self._step
        generation = self._camera.next_generation()
        self._idle.begin()
        self._busy(None)
        logger.info("step %s", step.id)
        self._bus.publish(
            StepEntered(
                step=step.id,
                screen=step.screen,
                view=view,
                progress=step_progress(self._workflow, step.id),
                can_go_back=machine.can_go_back(self._workflow, self._position),
                generation=generation,
                timeout_s=step.timeout_s,
            )
        )

    def _new_onboarding(self) -> Onboarding:
        return Onboarding(
            store=self._store,
            clock=self._clock,
            policy=self._policy,
            workflow=self._workflow.key,
            rules=self._engines.document_rules,
            consents=self._consents,
            recorded_by="" if self._workflow.staffed else CUSTOMER,
            asked=asked_by(self._workflow, self._answering.desks.lacks),
        )

    @property
    def _flags(self) -> frozenset[str]:
        """What the customer has given and what this machine can do, for the workflow's conditions."""
        active = {"engine.active_liveness"} if self._engines.can_check_actively else set()
        return self._customer.flags | self._answering.desks.flags | active

    # --- contacts, proofs and the chip: what `Answering` asks of the session, on its lane ---------------------------

    def show_again(self, view: View) -> None:
        self._show(view)

    def answered(self, answer: StepAnswer) -> None:
        self._busy("SAVING")
        self._customer.keep_answer(self._step.id, answer)
        self._go_on()

    def wait_for(self, label: str | None) -> None:
        self._busy(label)

    # --- capture ---------------------------------------------------------------------------------------------------

    # the capture steps' listener, on the analysis lane: all goes through the session lane, where it is known whether it is late

    def activity(self) -> None:
        self.touch()

    def busy(self, work: Work, label: str) -> None:
        self._post(lambda: self._busy(label) if self._camera.is_current(work) else None)

    def offered(self, work: Work, taken: Taken | None, view: CaptureResult) -> None:
        self._post(lambda: self._offer(work, taken, view))

    def checked(self, work: Work, outcome: LivenessOutcome) -> None:
        self._post(lambda: self._checked(work, outcome))

    def _take_by_hand(self) -> None:
        if self._step.screen == "proof":
            self._note_camera()
            self._answering.take_picture()
        else:
            self._camera.take_by_hand()

    def _note_camera(self) -> None:
        camera = self._capture.camera
        if camera is not None and camera.virtual and not self._settings.allow_virtual_cameras:
            self._customer.virtual_camera = True

    def _offer(self, work: Work, taken: Taken | None, view: CaptureResult) -> None:
        if not self._camera.is_current(work):
            return
        self._note_camera()
        if view.advice == AdviceCode.TURN_OVER:
            self._wrong_side_tries += 1
        self._pending = taken
        self._busy(None)
        self._bus.publish(CaptureResultReady(view, work.generation))

    def _keep(self, step: Step, taken: Taken) -> None:
        result, frame = taken
        picture = encode_jpeg(frame.pixels)
        if isinstance(result, PageResult):
            self._customer.keep_page(step.id, page_side(step), result, picture)
            self._wrong_side_tries = 0
        else:
            crop = around_box(frame.pixels, result.face.box, margin=SELFIE_MARGIN)
            self._customer.keep_selfie(step.id, result, frame.pixels, picture, crop)

    def _checked(self, work: Work, outcome: LivenessOutcome) -> None:
        """Goes on by itself when the check was met or the tries are used up; else offers another try."""
        if not self._camera.is_current(work):
            return
        self._busy(None)
        customer = self._customer
        failed = is_failure(outcome)
        customer.liveness_failures += failed
        again = CaptureResult(None, usable=False, advice=AdviceCode.ONCE_MORE.value)
        if failed and customer.liveness_failures < LIVENESS_TRIES:
            self._bus.publish(CaptureResultReady(again, work.generation))
            return
        try:
            customer.keep_liveness(self._step.id, outcome)
            self._go_on()  # stores what the next steps were passed over for
        except StoreFault:
            # nothing runs any more in this step: without this the customer could only go back
            self._bus.publish(CaptureResultReady(again, work.generation))
            raise

    # --- the decision ----------------------------------------------------------------------------------------------

    def _begin_decision(self, target: machine.Position) -> None:
        self._busy("DECIDING")
        self._deciding.begin(self._customer, lambda judgement: self._decide(target, judgement))

    def _decide(self, target: machine.Position, judgement: PersonJudgement) -> None:
        customer = self._customer
        decision = customer.decide(target.step, judgement, can_check_actively=self._engines.can_check_actively)
        if decision.outcome is not Outcome.REJECT:
            self._person_checks.keep(customer.customer_id, judgement.template)
        staffed = self._workflow.staffed
        earlier = earlier_records_told(self._store, judgement.hits) if staffed else ()
        self._position = target
        self._show(decision_view(decision, customer, earlier, staffed=staffed))

    # --- time ------------------------------------------------------------------------------------------------------

    def _tick_loop(self) -> None:
        while not self._lanes.pause(0.5):
            self._post(self._tick)

    def _tick(self) -> None:
        step = self._step
        if self._deciding.is_on or not self._idle.is_over(step.timeout_s, ask=not step.end):
            return
        if step.end:
            self._restart()
        else:
            self._leave(machine.time_out(self._workflow, self._position), ErrorCode.TIMED_OUT.value)

    def _busy(self, label: str | None) -> None:
        self._bus.publish(Busy(label))

    def _warm_up(self) -> None:
        try:
            self._engines.warm_up()
        except KioskError as error:  # a missing model is said when it is needed, in its step
            logger.warning("warming up: %s", error.code)
