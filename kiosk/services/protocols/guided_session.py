"""The server-driven session (seed 004, protocols 4) without a transport: the service chooses each next screen, the client shows it.

    consent -> the level's screens in order, each once it was answered -> completed | successful | rejected
    consent refused, cancelled, expired -> gone: nothing of the customer is kept

Every call that changes something returns what `preflight` returns, so that a door can push it at once.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from kiosk.domain.challenge import CaptureRecord, Challenge
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Policy
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput, DeviceFault, ErrorCode
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import Clock, CustomerStore, DeviceKey, Json, NfcReader
from kiosk.services.capture_record import open_record, selfie_from_record
from kiosk.services.contact_step import MOST_CODES
from kiosk.services.contacts import Contact, ContactKind, contact
from kiosk.services.one_time_codes import SendOutcome
from kiosk.services.proofs.reader import ProofFile
from kiosk.services.proofs.records import proof_blobs, proof_json
from kiosk.services.protocols.case_files import FINISHED, CaseFiles, fact, page_blobs, page_facts, page_names, stored_document
from kiosk.services.protocols.codec import from_json
from kiosk.services.protocols.engine_desk import DeskEngines, EngineDesk
from kiosk.services.protocols.levels import TERMINAL, Level, Show
from kiosk.services.protocols.refusals import SessionCode, SessionRefusal
from kiosk.services.protocols.session_course import CANCELLED, CHALLENGE, OPEN, REFUSED, STATE, SessionCourse
from kiosk.services.protocols.session_outcome import applicant_of, image_of, mapping_of, number_of, show_of
from kiosk.services.protocols.session_parts import (
    CONTACT_SHOWS,
    NEEDS_CHECK,
    PROOF_SHOWS,
    WISH,
    CodeDesk,
    ProofDesk,
    media_of,
    preflight_json,
)
from kiosk.services.record_verify import RecordVerifier, integrity_check, verified
from kiosk.services.records import checks_json
from kiosk.services.watchlist.screening import WatchlistScreener

WORKFLOW = "session"
_LIVE_FRAMES = 8
_MEMBER = {ContactKind.PHONE: "phone_number", ContactKind.EMAIL: "email_address"}
"""Of the applicant."""


class GuidedSessions:
    """One per process and store. Thread-safe; all state is in the store.

    Args:
        levels: by key, see `load_levels`.
        policies: by key: gives the decision policy of a level; raises BadInput for none.
        screener: None = no list is there.
        proofs, codes, nfc: None = this machine lacks it; a level whose screen needs it and is not optional is then refused.
        tell: called after each event of a session, with the protocol's name of it and the session's id. Runs on the caller's thread.
    """

    def __init__(
        self,
        store: CustomerStore,
        engines: DeskEngines,
        key: DeviceKey,
        clock: Clock,
        *,
        levels: Mapping[str, Level],
        policies: Callable[[str], Policy],
        screener: WatchlistScreener | None = None,
        proofs: ProofDesk | None = None,
        codes: CodeDesk | None = None,
        nfc: NfcReader | None = None,
        tell: Callable[[str, str], None] | None = None,
        keep_s: float = 24 * 3600.0,
        region: str = "SK",
        allow_virtual_cameras: bool = False,
    ) -> None:
        self._files = CaseFiles(store, clock, workflow=WORKFLOW, keep_s=keep_s)
        self._desk = EngineDesk(engines)
        self._tell = tell or (lambda event, session_id: None)
        self._course = SessionCourse(self._files, self._desk, clock, levels=levels, policies=policies, tell=self._tell, screener=screener)
        self._key, self._clock = key, clock
        self._levels, self._policies = levels, policies
        self._proofs, self._codes, self._nfc = proofs, codes, nfc
        self._region = region
        self._allow_virtual = allow_virtual_cameras
        self._verifier = RecordVerifier(key)

    # --- the session -----------------------------------------------------------------------------------------------

    def create(self, level: str, applicant: Mapping[str, str] | None = None, *, return_url: str = "") -> dict[str, Json]:
        """Raises SessionRefusal: NOT_FOUND for a level that is not there; UNPROCESSABLE for one that this machine cannot give, or for what
        is no member of an applicant."""
        wanted = self._levels.get(level)
        if wanted is None:
            raise SessionRefusal(SessionCode.NOT_FOUND, f"no level {level!r}")
        given = applicant_of(applicant)
        policy = self._policies(wanted.policy)  # a level with a policy that is none must not be found out at its end
        skipped: dict[str, Json] = {}
        for screen in wanted.screens:
            lacks = self._lacks(screen.show)
            if lacks and not screen.optional:
                raise SessionRefusal(
                    SessionCode.UNPROCESSABLE, f"level {level}: {screen.show.value} needs {lacks}, which this machine lacks"
                )
            if lacks:
                skipped[screen.show.value] = lacks
        session_id = str(uuid.uuid4())
        now = self._clock.now_utc()
        until = datetime.fromisoformat(now) + timedelta(seconds=wanted.valid_s)
        state: Json = {
            "level": level,
            "policy": policy.key,
            "state": OPEN,
            "until": until.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "return_url": return_url,
            "answered": {},
            "skipped": skipped,
            "tries": {},
        }
        self._files.begin(session_id, {STATE: state, "applicant": dict(given)})
        self._tell("session.created", session_id)
        return {"session_id": session_id, "kyc_level": level, "expires_at": until.isoformat().replace("+00:00", "Z")}

    def show(self, session_id: str) -> dict[str, Json]:
        """The session record. Raises SessionRefusal: NOT_FOUND, GONE when it was cancelled, refused or has expired."""
        case = self._course.open(session_id, finished=True)
        state = fact(case, STATE)
        return {
            "session_id": session_id,
            "kyc_level": state["level"],
            "state": state["state"],
            "expires_at": state["until"],
            "web_sdk_return_url": state["return_url"] or None,
            "applicant": fact(case, "applicant"),
            "skipped": state["skipped"],
        }

    def update(self, session_id: str, applicant: Mapping[str, str]) -> dict[str, Json]:
        """The applicant's data; the level cannot change."""
        given = applicant_of(applicant)
        with self._files.guarded(session_id):
            case = self._course.open(session_id)
            self._files.commit(session_id, "applicant", facts={"applicant": {**fact(case, "applicant"), **given}})
        return self.show(session_id)

    def cancel(self, session_id: str) -> None:
        """Ends it and erases what was collected; afterwards it is gone."""
        with self._files.guarded(session_id):
            self._course.open(session_id)
            self._course.end(session_id, CANCELLED)
        self._tell("session.canceled", session_id)

    def preflight(self, session_id: str) -> dict[str, Json]:
        """The next screen, chosen here. Raises SessionRefusal: NOT_FOUND, GONE."""
        case = self._course.open(session_id, finished=True)
        if case.status != FINISHED and self._course.next(case).show is Show.COMPLETED:
            with self._files.guarded(session_id):  # an engine failed when the last answer came
                self._course.decide(self._course.open(session_id))
            case = self._files.load(session_id)
        document = stored_document(case, self._desk.rules)
        return preflight_json(session_id, self._course.next(case), fact(case, STATE), document.type.type)

    def result(self, session_id: str) -> dict[str, Json]:
        """For the integrator, once it is completed: the decision, every check, what was read, what was skipped and why."""
        case = self._course.open(session_id, finished=True)
        if case.status != FINISHED:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, "the session is not completed", ErrorCode.WRONG_STEP)
        names = ("decision", "checks", "customer", "phone", "email", "chip", "proof.address", "proof.funds")
        return {name: case.facts[name] for name in names if name in case.facts} | {"skipped": fact(case, STATE)["skipped"]}

    def sweep(self) -> int:
        """Erases sessions that were not finished and nobody came back to."""
        return self._files.sweep()

    # --- answers ---------------------------------------------------------------------------------------------------

    def consent(self, session_id: str, accepted: bool) -> dict[str, Json]:
        """Raises SessionRefusal(GONE) for a refusal, after it was recorded and all else was erased."""
        with self._files.guarded(session_id):
            case = self._course.on(session_id, Show.CONSENT)
            if not accepted:
                self._course.end(session_id, REFUSED)
            else:
                check = Check(CheckName.CONSENT, CheckStatus.PASSED, inputs=("consent",))
                consent: Json = {"accepted": True, "at": self._clock.now_utc()}
                self._course.answered(case, Show.CONSENT, (check,), facts={"consent": consent})
        self._tell(f"session.consent.{'accept' if accepted else 'reject'}", session_id)
        return self.preflight(session_id)

    def upload_media(self, session_id: str, app_screen: str, data: bytes) -> dict[str, Json]:
        """A side of the document, for the screen that is on. Raises SessionRefusal: UNPROCESSABLE for another screen, UNSUPPORTED_MEDIA,
        TOO_LARGE; a picture that shows no page asks for another one."""
        show = show_of(app_screen)
        if show not in (Show.DOCUMENT_FRONT, Show.DOCUMENT_BACK):
            raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{show.value} takes no media", ErrorCode.WRONG_STEP)
        self._course.on(session_id, show)
        media_of(data, pdf=False)
        side = PageSide.FRONT if show is Show.DOCUMENT_FRONT else PageSide.BACK
        image = image_of(data)
        try:
            result = self._desk.read_page(image, expected=side)
        except BadInput as error:
            return self._again(session_id, show, error.code.value)
        if result.page.side not in (side, PageSide.UNKNOWN):
            return self._again(session_id, show, "WRONG_SIDE")
        if side is PageSide.FRONT and not result.page.type.type and result.page.mrz is None:
            return self._again(session_id, show, "NOT_A_KNOWN_DOCUMENT")
        result = replace(result, page=replace(result.page, side=side))
        with self._files.guarded(session_id):
            case = self._course.on(session_id, show)
            self._course.answered(
                case, show, (), facts=page_facts(result, side), blobs=page_blobs(result, side, data), forget=page_names(side)
            )
        self._tell(f"session.id_document_{side.value}.received", session_id)
        return self.preflight(session_id)

    def start_liveness(self, session_id: str) -> dict[str, Json]:
        """A challenge for the capture, good for one record. Until it is answered or expires, asking again gives the same; letting it expire
        is a try: one could else ask until a challenge is drawn that fits the film at hand."""
        data = self._course.challenge(session_id)
        self._tell("session.liveness.started", session_id)
        return data

    def complete_liveness(self, session_id: str, record: bytes) -> dict[str, Json]:
        """The sealed capture record of the challenge. One that fails costs a try; the last one stays failed.

        Raises ModelFault: nothing was judged, and the same record may be handed in again.
        """
        case = self._course.on(session_id, Show.LIVENESS)
        issued = fact(case, CHALLENGE)
        if not issued:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, "no liveness capture was started", ErrorCode.WRONG_STEP)
        challenge = from_json(Challenge, issued)
        use = hashlib.sha256(record).hexdigest()
        outcome = verified(self._verifier, record, session=session_id, now=self._clock.now_utc(), challenge=challenge, use=use)
        integrity = integrity_check(outcome, None, allow_virtual=self._allow_virtual)
        checks: list[Check] = [integrity]
        blobs: dict[str, bytes] = {}
        if integrity.status is CheckStatus.PASSED:
            opened = open_record(record, self._key)
            try:
                run, selfie = self._desk.replay(opened, None), selfie_from_record(opened)
            except BadInput as error:
                return self._failed_live(session_id, challenge, error.code.value, used=True)
            checks.append(run.check)
            blobs = {"selfie.picture": encode_jpeg(selfie), "liveness.record": record}
            blobs |= {f"liveness.frame.{number}": encode_jpeg(frame) for number, frame in enumerate(run.frames[:_LIVE_FRAMES])}
        active = next((check for check in checks if check.name is CheckName.ACTIVE_LIVENESS), None)
        passed = active is not None and active.status is CheckStatus.PASSED
        if not passed and not self._course.is_last_try(session_id, Show.LIVENESS):
            self._tell("session.liveness.rejected", session_id)
            used = isinstance(outcome, CaptureRecord)
            return self._failed_live(session_id, challenge, (active or integrity).label.value, used=used)
        with self._files.guarded(session_id):
            case = self._course.on(session_id, Show.LIVENESS)
            self._course.answered(case, Show.LIVENESS, checks, facts={CHALLENGE: None}, blobs=blobs)
        self._tell(f"session.liveness.{'accepted' if passed else 'rejected'}", session_id)
        return self.preflight(session_id)

    def upload_proof(self, session_id: str, app_screen: str, files: Sequence[bytes]) -> dict[str, Json]:
        """One document of proof, as one file or several pages; pictures or a PDF, kept as they were given."""
        show = show_of(app_screen)
        if show not in PROOF_SHOWS or not files:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{show.value} takes no proof, or none was given", ErrorCode.WRONG_STEP)
        case = self._course.on(session_id, show)
        for data in files:
            media_of(data, pdf=True)
        assert self._proofs is not None
        kind = PROOF_SHOWS[show]
        try:
            with self._desk.alone():
                result = self._proofs.judge(kind, tuple(files), stored_document(case, self._desk.rules))
        except BadInput as error:
            return self._again(session_id, show, error.code.value)
        check = result.check
        # what the document does not say no other bill can be compared with
        useless = check.status is CheckStatus.NOT_EXECUTED and check.label is CheckLabel.INPUT_MISSING
        if check.status is not CheckStatus.PASSED and not useless and not self._course.is_last_try(session_id, show):
            return self._again(session_id, show, check.label.value)
        name = f"proof.{kind.value}"
        with self._files.guarded(session_id):
            case = self._course.on(session_id, show)
            blobs = proof_blobs(kind, [ProofFile(name, data) for data in files])
            self._course.answered(case, show, (check,), facts={name: proof_json(result)}, blobs=blobs, forget=frozenset({f"{name}."}))
        self._tell(f"proof_of_{kind.value}.received", session_id)
        return self.preflight(session_id)

    def start_code(self, session_id: str, app_screen: str, address: str = "", *, language: str = "en") -> dict[str, Json]:
        """Sends a code to the number or address; without one to that of the applicant. {sent, wait_s, life_s, trial, reason?}.

        A gateway that fails costs a try; after the last one the screen counts as answered with nothing. So does the last code that one
        session may ask for: it must not become a machine for sending messages.
        """
        show, kind = self._contact_screen(session_id, app_screen)
        given = self._contact(session_id, kind, address)
        assert self._codes is not None
        state = fact(self._course.open(session_id), STATE)
        if number_of(mapping_of(state, "codes"), show) >= MOST_CODES:
            self._end_screen(session_id, show, CheckLabel.TOO_MANY_TRIES)
            return {"sent": False, "wait_s": 0, "life_s": 0, "trial": False, "reason": CheckLabel.TOO_MANY_TRIES.value}
        sending = self._codes.send(given, language=language)
        match sending.outcome:
            case SendOutcome.SENT:
                with self._files.guarded(session_id):
                    case = self._course.on(session_id, show)
                    state, applicant = fact(case, STATE), fact(case, "applicant")
                    sent = mapping_of(state, "codes")
                    state["codes"] = {**sent, show.value: number_of(sent, show) + 1}
                    state["contacts"] = {**mapping_of(state, "contacts"), show.value: given.value}
                    facts: dict[str, Json] = {STATE: state, "applicant": {**applicant, _MEMBER[kind]: given.value}}
                    self._files.commit(session_id, "code_sent", facts=facts)
            case SendOutcome.GATEWAY_FAILED:
                self._again(session_id, show, CheckLabel.GATEWAY_FAILED.value, at_last=CheckLabel.GATEWAY_FAILED)
            case SendOutcome.TOO_MANY_PROCESSES:
                self._again(session_id, show, sending.outcome.value)
        body: dict[str, Json] = {
            "sent": sending.outcome is SendOutcome.SENT,
            "wait_s": sending.wait_s,
            "life_s": sending.life_s,
            "trial": sending.trial,
        }
        return body if body["sent"] else body | {"reason": sending.outcome.value}

    def complete_code(self, session_id: str, app_screen: str, code: str) -> dict[str, Json]:
        """What the customer read. A wrong code leaves the screen on, until no try is left. What is kept is the contact that it went to,
        whatever the applicant's data say by now."""
        show, kind = self._contact_screen(session_id, app_screen)
        sent_to = mapping_of(fact(self._course.open(session_id), STATE), "contacts").get(show.value)
        if not isinstance(sent_to, str):
            return self._again(session_id, show, CheckLabel.INPUT_MISSING.value, counted=False)
        assert self._codes is not None
        answer = self._codes.check(Contact(kind, sent_to), code)
        over = answer.check.status is not CheckStatus.NOT_EXECUTED and not answer.tries_left
        if not over:
            return self._again(session_id, show, answer.check.label.value, counted=False)
        with self._files.guarded(session_id):
            case = self._course.on(session_id, show)
            kept: Json = {"value": sent_to, "check": checks_json((answer.check,))[0]}
            self._course.answered(case, show, (answer.check,), facts={kind.value: kept})
        return self.preflight(session_id)

    def read_chip(self, session_id: str) -> dict[str, Json]:
        """Asks the reader for the chip of the document that was shown. A chip that cannot be read asks for another try."""
        case = self._course.on(session_id, Show.NFC)
        assert self._nfc is not None
        try:
            groups = self._nfc.read(stored_document(case, self._desk.rules))
        except (BadInput, DeviceFault) as error:
            return self._again(session_id, Show.NFC, error.code.value, at_last=CheckLabel.INPUT_MISSING)
        check = Check(CheckName.CHIP_READ, CheckStatus.PASSED, inputs=("chip",), model="chip-reader")
        with self._files.guarded(session_id):
            facts: dict[str, Json] = {"chip": {"groups": [*sorted(groups)], "check": checks_json((check,))[0]}}
            blobs = {f"document.chip.{name}": data for name, data in groups.items()}
            self._course.answered(self._course.on(session_id, Show.NFC), Show.NFC, (check,), facts=facts, blobs=blobs)
        return self.preflight(session_id)

    def skip(self, session_id: str) -> dict[str, Json]:
        """Leaves the screen that is on out, where the level allows it. Raises SessionRefusal(UNPROCESSABLE)."""
        with self._files.guarded(session_id):
            case = self._course.open(session_id)
            screen = self._course.next(case)
            if screen.show in TERMINAL or not screen.optional:
                raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{screen.show.value} cannot be skipped", ErrorCode.WRONG_STEP)
            state = fact(case, STATE)
            state["skipped"] = {**mapping_of(state, "skipped"), screen.show.value: WISH}
            self._course.store_answer(case, state, {}, {}, frozenset())
        return self.preflight(session_id)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _again(
        self, session_id: str, show: Show, reason: str, *, counted: bool = True, at_last: CheckLabel = CheckLabel.TOO_MANY_TRIES
    ) -> dict[str, Json]:
        self._course.once_more(session_id, show, reason, counted=counted, at_last=at_last)
        return self.preflight(session_id)

    def _failed_live(self, session_id: str, challenge: Challenge, reason: str, *, used: bool) -> dict[str, Json]:
        self._course.challenge_failed(session_id, challenge, reason, used=used)
        return self.preflight(session_id)

    def _end_screen(self, session_id: str, show: Show, label: CheckLabel) -> None:
        with self._files.guarded(session_id):
            checks = tuple(not_executed(name, label) for name in NEEDS_CHECK[show])
            self._course.answered(self._course.on(session_id, show), show, checks)

    def _lacks(self, show: Show) -> str:
        """What this machine lacks for a screen; "" when nothing."""
        if show in CONTACT_SHOWS and (self._codes is None or not self._codes.can_send(CONTACT_SHOWS[show])):
            return "a gateway for codes"
        if show in PROOF_SHOWS and self._proofs is None:
            return "a reader of proofs"
        return "a chip reader" if show is Show.NFC and self._nfc is None else ""

    def _contact_screen(self, session_id: str, app_screen: str) -> tuple[Show, ContactKind]:
        show = show_of(app_screen)
        if show not in CONTACT_SHOWS:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{show.value} has no code", ErrorCode.WRONG_STEP)
        self._course.on(session_id, show)
        return show, CONTACT_SHOWS[show]

    def _contact(self, session_id: str, kind: ContactKind, given: str) -> Contact:
        """Raises SessionRefusal(UNPROCESSABLE) when there is none, or it is none."""
        applicant = fact(self._course.open(session_id), "applicant")
        text = given or str(applicant.get(_MEMBER[kind], ""))
        try:
            return contact(kind, text, region=str(applicant.get("phone_country", "") or self._region))
        except BadInput as error:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, str(error), error.code) from error
