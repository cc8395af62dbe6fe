"""Runs one customer after another through the workflow: the machine, the camera, the engines, the store, told to the bus.

Threads: every public method returns at once and is carried out on the session lane, one after another. Pictures are judged and read on
the analysis lane, which alone touches the engines. Events are published from both. The generation, which grows with every entered step,
tells late results from current ones.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from kiosk.domain.check import Check, CheckStatus
from kiosk.domain.decision import Policy
from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug, KioskError, StoreFault
from kiosk.domain.events import (
    Busy,
    CaptureResultReady,
    GuidanceGiven,
    LanguageChosen,
    PictureTaken,
    ProblemShown,
    SessionEnded,
    StepEntered,
    StillThere,
)
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import (
    CaptureResult,
    ConsentView,
    DocumentCaptureView,
    DoneView,
    LanguageView,
    LivenessView,
    SelfieCaptureView,
    SorryView,
    View,
    WelcomeView,
)
from kiosk.flow import machine
from kiosk.flow.workflow import Step, Workflow
from kiosk.imaging.crop import around_box
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import Clock, CustomerStore
from kiosk.services.bus import Bus
from kiosk.services.capture import CaptureService
from kiosk.services.engine_set import EngineSet
from kiosk.services.onboarding import CONSENT_PURPOSES, CONSENT_VERSION, Onboarding
from kiosk.services.reading import PageResult
from kiosk.services.screen_views import decision_view, page_view, review_view, step_progress
from kiosk.services.verification import SelfieResult

logger = logging.getLogger(__name__)

WARN_BEFORE_S = 15
LIVENESS_TRIES = 3
WRONG_SIDE_TRIES = 2
_CAPTURES = {"document_capture", "selfie_capture", "liveness"}
_NOBODY = {AdviceCode.SHOW_DOCUMENT, AdviceCode.SHOW_FACE, AdviceCode.CAMERA_STARTING}


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """What the configuration says: cameras by id or name, words and times."""

    document_camera: str = ""
    selfie_camera: str = ""
    brand: str = "Onboarding Kiosk"
    languages: tuple[str, ...] = ("en", "sk")
    language: str = "en"
    manual_after_s: float = 6.0
    help_after_s: float = 15.0


@dataclass(slots=True)
class _Work:
    """One run of the camera loop for one entered step."""

    generation: int
    stop: threading.Event = field(default_factory=threading.Event)
    by_hand: threading.Event = field(default_factory=threading.Event)


_Pending = tuple[PageResult, Frame] | tuple[SelfieResult, Frame] | None


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
        choose_side: Callable[[], str] = lambda: secrets.choice(("left", "right")),
    ) -> None:
        self._workflow = workflow
        self._policy = policy
        self._engines = engines
        self._store = store
        self._capture = capture
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._choose_side = choose_side
        self._session = ThreadPoolExecutor(1, "session")
        self._analysis = ThreadPoolExecutor(1, "analysis")
        self._closing = threading.Event()
        self._ticker = threading.Thread(target=self._tick_loop, name="session-clock", daemon=True)
        # all below belong to the session lane
        self._position = machine.start(workflow)
        self._generation = 0
        self._onboarding: Onboarding | None = None
        self._language = settings.language
        self._work: _Work | None = None
        self._pending: _Pending = None
        self._liveness_tries = 0
        self._wrong_side_tries = 0
        self._deciding = False
        self._last_activity = clock.monotonic()
        self._warned = False

    # --- what a door calls -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Enters the first step; nothing of an earlier customer remains."""
        if not self._ticker.is_alive() and not self._closing.is_set():
            self._ticker.start()
        self._post(self._restart)
        self._analysis.submit(self._warm_up)

    def advance(self, **data: object) -> None:
        """The main answer of the step: language=…, accepted=…, edits={FieldName: str}; a capture step takes the picture that was shown."""
        self.touch()
        self._post(lambda: self._advance(data))

    def back(self) -> None:
        self.touch()
        self._post(self._back)

    def cancel(self) -> None:
        """Start over: the customer is erased."""
        self._post(self._cancel)

    def capture_by_hand(self) -> None:
        self.touch()
        self._post(lambda: self._work.by_hand.set() if self._work else None)

    def retake(self) -> None:
        self.touch()
        self._post(self._retake)

    def call_staff(self) -> None:
        """Staff was asked for: no time-out chases the customer away meanwhile."""
        self.touch()
        logger.info("staff called at step %s", self._position.step)

    def touch(self) -> None:
        """Somebody is there."""
        self._last_activity = self._clock.monotonic()
        if self._warned:
            self._warned = False
            self._bus.publish(StillThere(None))

    def close(self) -> None:
        """Stops all work; what is confirmed is stored. Blocks until the lanes have ended. Idempotent."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._stop_work()
        self._session.submit(self._stop_work)
        self._session.shutdown(wait=True)
        self._stop_work()
        self._analysis.shutdown(wait=True)
        if self._ticker.is_alive():
            self._ticker.join(timeout=2)
        self._capture.stop()
        if self._onboarding is not None:
            self._onboarding.wipe()

    # --- the session lane ------------------------------------------------------------------------------------------

    def _post(self, action: Callable[[], object]) -> None:
        if not self._closing.is_set():
            self._session.submit(self._guarded, action)

    def _guarded(self, action: Callable[[], object]) -> None:
        """One of the three places where errors are caught: what can be mended is said, all else ends in the failsafe step."""
        try:
            action()
        except (BadInput, StoreFault) as error:
            logger.warning("step %s: %s", self._position.step, error.code)
            self._deciding = False
            self._bus.publish(Busy(None))
            self._bus.publish(ProblemShown(error.code))
        except Exception as error:  # the failsafe: whatever it is, the customer must not see a frozen screen
            logger.error("step %s failed", self._position.step, exc_info=error)
            self._fail(error.code if isinstance(error, KioskError) else ErrorCode.INTERNAL)

    def _restart(self) -> None:
        self._end_session()
        self._position = machine.start(self._workflow)
        self._enter()

    def _end_session(self) -> None:
        """Wipes whatever is held of a customer; erases an unfinished one where the workflow does not keep it."""
        self._stop_work()
        self._camera_off()
        self._pending = None
        if self._onboarding is not None:
            onboarding, self._onboarding = self._onboarding, None
            if onboarding.decision is None and not self._workflow.keep_unfinished:
                onboarding.erase()
            else:
                onboarding.wipe()
        self._liveness_tries = self._wrong_side_tries = 0
        self._deciding = False
        self._language = self._settings.language
        self._bus.publish(Busy(None))
        self._bus.publish(SessionEnded())

    def _advance(self, data: dict[str, object]) -> None:
        step = self._step
        if step.end:
            self._restart()
            return
        if self._deciding:
            return
        match step.screen:
            case "welcome":
                self._onboarding = self._new_onboarding()
            case "language":
                self._language = str(data.get("language", self._language))
                self._bus.publish(LanguageChosen(self._language))
            case "consent":
                if "accepted" not in data:
                    return  # only an answer to this very question counts, never a late press from another screen
                self._customer.consent(step.id, accepted=bool(data.get("accepted")), language=self._language)
            case "document_capture" | "selfie_capture":
                if self._pending is None:
                    return
                self._busy("SAVING")
                self._keep(step, self._pending)
            case "liveness":
                return  # the challenge itself goes on when it is done
            case "review":
                self._busy("SAVING")
                self._customer.keep_review(step.id, _edits(data.get("edits")))
        self._go_on()

    def _go_on(self) -> None:
        flags = self._customer.flags | ({"engine.head_turn"} if self._engines.can_turn_head else frozenset())
        target = machine.advance(self._workflow, self._position, flags)
        if self._workflow.steps[target.step].screen == "decision":
            self._begin_decision(target)
        else:
            self._position = target
            self._enter()

    def _back(self) -> None:
        if self._deciding or not machine.can_go_back(self._workflow, self._position):
            return
        position = machine.back(self._workflow, self._position)
        if self._onboarding is not None and position.forget:
            self._onboarding.forget(position.forget)
        self._position = position
        self._enter()

    def _cancel(self) -> None:
        if self._onboarding is not None and self._onboarding.decision is None:
            self._onboarding.erase()
            self._onboarding = None
        self._restart()

    def _retake(self) -> None:
        if self._step.screen in _CAPTURES:
            self._enter()

    def _fail(self, code: ErrorCode) -> None:
        self._leave(machine.fail(self._workflow, self._position), code.value)

    def _leave(self, position: machine.Position, code: str) -> None:
        """To a step that ends the session without a decision."""
        kept = self._onboarding is not None and self._onboarding.consent_given is True and self._workflow.keep_unfinished
        try:
            self._end_session()
        except KioskError as error:  # the store itself may be what failed; the customer must still see the last screen
            logger.error("erasing at the end of the session failed: %s", error.code)
            self._bus.publish(SessionEnded())
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
        self._stop_work()
        self._pending = None
        step = self._step
        if step.screen in _CAPTURES:
            self._ensure_camera()
        else:
            self._camera_off()
        options = step.options or {}
        match step.screen:
            case "welcome":
                self._show(WelcomeView(self._settings.brand))
            case "language":
                self._show(LanguageView(self._settings.languages, self._language))
            case "consent":
                self._show(ConsentView(CONSENT_PURPOSES, CONSENT_VERSION))
            case "document_capture":
                side = PageSide(options.get("side", "front"))
                self._show(DocumentCaptureView(side, self._camera_name, self._settings.manual_after_s, self._settings.help_after_s))
                self._watch(lambda work: self._document_loop(work, side))
            case "selfie_capture":
                self._show(SelfieCaptureView(self._camera_name, self._settings.manual_after_s, self._settings.help_after_s))
                self._watch(self._selfie_loop)
            case "liveness":
                turn_to = self._choose_side()
                self._show(LivenessView(turn_to, self._camera_name, self._settings.help_after_s))
                self._watch(lambda work: self._liveness_loop(work, turn_to))
            case "review":
                self._show(review_view(self._customer))
            case "done":
                customer = self._customer
                outcome = customer.decision.outcome if customer.decision else None
                if outcome is None:
                    raise KioskBug("done without a decision")
                self._show(DoneView(outcome, customer.customer_id[:8].upper()))
                customer.wipe()
            case "sorry":
                self._leave(self._position, options.get("code", ErrorCode.INTERNAL.value))
            case unknown:
                raise KioskBug(f"no screen {unknown}")

    def _show(self, view: View) -> None:
        step = self._step
        self._generation += 1
        self._last_activity = self._clock.monotonic()
        self._warned = False
        self._bus.publish(Busy(None))
        logger.info("step %s", step.id)
        self._bus.publish(
            StepEntered(
                step=step.id,
                screen=step.screen,
                view=view,
                progress=step_progress(self._workflow, step.id),
                can_go_back=machine.can_go_back(self._workflow, self._position),
                generation=self._generation,
                timeout_s=step.timeout_s,
            )
        )

    def _new_onboarding(self) -> Onboarding:
        # the reader is asked for only when a page is merged: consent needs no model
        return Onboarding(
            store=self._store,
            clock=self._clock,
            policy=self._policy,
            workflow=self._workflow.key,
            merge=lambda pages: self._engines.document_reader().merge(pages),
            needs_back=lambda document: self._engines.document_reader().needs_back(document),
        )

    # --- capture ---------------------------------------------------------------------------------------------------

    @property
    def _camera_name(self) -> str:
        camera = self._capture.camera
        return camera.name if camera else ""

    def _ensure_camera(self) -> None:
        """The camera of the step is on; the other one, if there are two, is off."""
        document = self._step.screen == "document_capture"
        self._capture.start(self._settings.document_camera if document else self._settings.selfie_camera)

    def _camera_off(self) -> None:
        self._capture.stop()
        self._capture.clear()

    def _watch(self, loop: Callable[[_Work], None]) -> None:
        work = self._work = _Work(self._generation)
        self._analysis.submit(self._watched, loop, work)

    def _stop_work(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            work.stop.set()

    def _watched(self, loop: Callable[[_Work], None], work: _Work) -> None:
        try:
            loop(work)
        except Exception as error:  # told to the session lane, which is the one to decide
            self._post(partial(_raise, error))

    def _guide(self, work: _Work, judge: Callable[[Frame], Guidance], ready: Callable[[], bool]) -> Frame | None:
        """Judges the newest frame again and again until a picture is due; None when the step was left."""
        number = -1
        while not work.stop.is_set():
            frame = self._capture.wait_newer(number, 0.25)
            if frame is None:
                continue
            number = frame.number
            guidance = judge(frame)
            if work.stop.is_set():
                return None
            self._bus.publish(GuidanceGiven(guidance, work.generation))
            if guidance.advice not in _NOBODY:
                self._last_activity = self._clock.monotonic()
            if ready() or work.by_hand.is_set():
                return frame
        return None

    def _document_loop(self, work: _Work, side: PageSide) -> None:
        customer = self._onboarding
        front = customer.pages.get(PageSide.FRONT) if customer is not None and side is PageSide.BACK else None
        guide = self._engines.document_guide(side, front.straightened if front else None)
        frame = self._guide(work, guide.judge, lambda: guide.ready)
        if frame is None or customer is None:
            return
        if not work.by_hand.is_set() and guide.best is not None:
            frame = guide.best
        self._bus.publish(PictureTaken(work.generation))
        self._busy("READING")
        reader = self._engines.document_reader()
        try:
            result = reader.read_page(frame.pixels, expected=side)
        except BadInput as error:
            logger.info("page not usable: %s", error.code)
            self._unusable(work, frame.pixels, AdviceCode.SHOW_DOCUMENT)
            return
        opposite = PageSide.BACK if side is PageSide.FRONT else PageSide.FRONT
        if result.page.side is opposite and self._wrong_side_tries < WRONG_SIDE_TRIES:
            # telling the sides apart can err: after two tries the customer's word counts
            self._wrong_side_tries += 1
            self._unusable(work, result.straightened, AdviceCode.TURN_OVER)
            return
        view = page_view(result, reader.merge([result.page]))
        self._post(lambda: self._offer(work, (result, frame), view))

    def _selfie_loop(self, work: _Work) -> None:
        guide = self._engines.face_guide()
        frame = self._guide(work, guide.judge, lambda: guide.ready)
        if frame is None:
            return
        if not work.by_hand.is_set() and guide.best is not None:
            frame = guide.best
        self._bus.publish(PictureTaken(work.generation))
        self._busy("READING")
        try:
            result = self._engines.verifier().selfie(frame.pixels, strict=True)
        except BadInput as error:
            several = error.code is ErrorCode.MULTIPLE_FACES_DETECTED
            self._unusable(work, frame.pixels, AdviceCode.ONE_PERSON if several else AdviceCode.SHOW_FACE)
            return
        crop = around_box(frame.pixels, result.face.box, margin=0.45)
        self._post(lambda: self._offer(work, (result, frame), CaptureResult(encode_jpeg(crop), usable=True)))

    def _liveness_loop(self, work: _Work, turn_to: str) -> None:
        reference = self._onboarding.selfie if self._onboarding is not None else None
        if reference is None:
            return
        challenge = self._engines.head_turn(turn_to, reference)
        frame = self._guide(work, challenge.judge, lambda: challenge.finished)
        if frame is None:
            return
        self._busy("COMPARING")
        check = challenge.check()
        frames = tuple(challenge.frames)
        self._post(lambda: self._turned(work, check, frames))

    def _unusable(self, work: _Work, picture: Image, advice: AdviceCode) -> None:
        view = CaptureResult(encode_jpeg(picture), usable=False, advice=advice.value)
        self._post(lambda: self._offer(work, None, view))

    def _offer(self, work: _Work, pending: _Pending, view: CaptureResult) -> None:
        if work.generation == self._generation:
            self._pending = pending
            self._bus.publish(Busy(None))
            self._bus.publish(CaptureResultReady(view, work.generation))

    def _keep(self, step: Step, pending: tuple[PageResult, Frame] | tuple[SelfieResult, Frame]) -> None:
        result, frame = pending
        picture = encode_jpeg(frame.pixels)
        if isinstance(result, PageResult):
            self._wrong_side_tries = 0
            self._customer.keep_page(step.id, PageSide((step.options or {}).get("side", "front")), result, picture)
        else:
            self._customer.keep_selfie(step.id, result, frame.pixels, picture, around_box(frame.pixels, result.face.box, margin=0.45))

    def _turned(self, work: _Work, check: Check, frames: Sequence[Image]) -> None:
        if work.generation != self._generation:
            return
        self._bus.publish(Busy(None))
        self._liveness_tries += 1
        if check.status is not CheckStatus.PASSED and self._liveness_tries < LIVENESS_TRIES:
            self._bus.publish(CaptureResultReady(CaptureResult(None, usable=False, advice=AdviceCode.LOOK_STRAIGHT.value), work.generation))
            return
        self._customer.keep_liveness(self._step.id, (check,), frames)
        self._go_on()

    # --- the decision ----------------------------------------------------------------------------------------------

    def _begin_decision(self, target: machine.Position) -> None:
        self._deciding = True
        self._busy("DECIDING")
        customer, generation = self._customer, self._generation
        portrait, selfie = customer.portrait, customer.selfie
        frames = customer.live_frames or ((selfie,) if selfie is not None else ())

        def compare() -> None:
            verifier = self._engines.verifier()
            checks = (verifier.face_match(portrait, selfie), verifier.passive_liveness(frames))
            self._post(lambda: self._decide(target, generation, checks))

        self._analysis.submit(self._watched, lambda work: compare(), _Work(generation))

    def _decide(self, target: machine.Position, generation: int, checks: tuple[Check, ...]) -> None:
        if generation != self._generation:
            return
        customer = self._customer
        decision = customer.decide(target.step, checks)
        self._deciding = False
        self._position = target
        self._show(decision_view(decision, customer.checks, customer.document().value(FieldName.GIVEN_NAMES)))

    # --- time ------------------------------------------------------------------------------------------------------

    def _tick_loop(self) -> None:
        while not self._closing.wait(0.5):
            self._post(self._tick)

    def _tick(self) -> None:
        step = self._step
        if step.timeout_s <= 0 or self._deciding:
            return
        idle_s = self._clock.monotonic() - self._last_activity
        if step.end:
            if idle_s >= step.timeout_s:
                self._restart()
        elif idle_s >= step.timeout_s + WARN_BEFORE_S:
            self._leave(machine.time_out(self._workflow, self._position), ErrorCode.TIMED_OUT.value)
        elif idle_s >= step.timeout_s:
            self._warned = True
            self._bus.publish(StillThere(max(1, round(step.timeout_s + WARN_BEFORE_S - idle_s))))

    def _busy(self, label: str) -> None:
        self._bus.publish(Busy(label))

    def _warm_up(self) -> None:
        try:
            self._engines.warm_up()
        except KioskError as error:  # a missing model is said when it is needed, in its step
            logger.warning("warming up: %s", error.code)


def _raise(error: Exception) -> None:
    raise error


def _edits(data: object) -> dict[FieldName, str]:
    if not isinstance(data, dict):
        return {}
    return {FieldName(name): str(value) for name, value in data.items()}
