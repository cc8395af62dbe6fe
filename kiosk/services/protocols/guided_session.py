"""The server-driven session (seed 004, protocols 4) without a transport: the service chooses each next screen, the client shows it.

    consent -> the level's screens in order, each once it was answered -> completed | successful | rejected
    consent refused, cancelled, expired -> gone: nothing of the customer is kept

Every call that changes something returns what `preflight` returns, so that a door can push it at once.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from kiosk.domain.challenge import Challenge
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Decision, Outcome, Policy, decide
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import Clock, CustomerStore, DeviceKey, Json, StoredCustomer
from kiosk.services.capture_record import open_record, selfie_from_record
from kiosk.services.contacts import Contact, ContactKind, contact
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.services.one_time_codes import SendOutcome
from kiosk.services.protocols.case_files import FINISHED, CaseFiles, fact, page_blobs, page_facts, page_names, stored_document
from kiosk.services.protocols.codec import from_json, to_json
from kiosk.services.protocols.engine_desk import DeskEngines, EngineDesk
from kiosk.services.protocols.levels import TERMINAL, Level, LevelScreen, Show
from kiosk.services.protocols.refusals import SessionCode, SessionRefusal
from kiosk.services.protocols.session_outcome import CHECKS, applicant_of, image_of, mapping_of, number_of, session_checks, show_of
from kiosk.services.protocols.session_parts import (
    CONTACT_SHOWS,
    NEEDS_CHECK,
    PROOF_SHOWS,
    CodeDesk,
    NfcReader,
    ProofDesk,
    media_of,
    preflight_json,
    requires,
)
from kiosk.services.record_verify import RecordVerifier, integrity_check, verified
from kiosk.services.records import checks_json, decision_json, document_json, person_json

_log = logging.getLogger(__name__)

WORKFLOW = "session"
_FACT, _CHECKS, _CHALLENGE = "session", CHECKS, "session.challenge"
_OPEN, _CANCELLED, _REFUSED, _EXPIRED, _DONE = "open", "cancelled", "consent_refused", "expired", "completed"
_PERSONAL = frozenset({"applicant", "consent", _CHECKS, _CHALLENGE, "page.", "document.", "selfie", "selfie.", "liveness.", "proof."})
_LIVE_FRAMES = 8


class GuidedSessions:
    """One per process and store. Thread-safe; all state is in the store.

    Args:
        levels: by key, see `load_levels`.
        policies: by key: gives the decision policy of a level; raises BadInput for none.
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
        self._key, self._clock = key, clock
        self._levels, self._policies = levels, policies
        self._proofs, self._codes, self._nfc = proofs, codes, nfc
        self._tell = tell or (lambda event, session_id: None)
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
            "state": _OPEN,
            "until": until.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "return_url": return_url,
            "answered": {},
            "skipped": skipped,
            "tries": {},
        }
        self._files.begin(session_id, {_FACT: state, "applicant": dict(given)})
        self._tell("session.created", session_id)
        return {"session_id": session_id, "kyc_level": level, "expires_at": until.isoformat().replace("+00:00", "Z")}

    def show(self, session_id: str) -> dict[str, Json]:
        """The session record. Raises SessionRefusal: NOT_FOUND, GONE when it was cancelled, refused or has expired."""
        case = self._open(session_id, finished=True)
        state = fact(case, _FACT)
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
            case = self._open(session_id)
            self._files.commit(session_id, "applicant", facts={"applicant": {**fact(case, "applicant"), **given}})
        return self.show(session_id)

    def cancel(self, session_id: str) -> None:
        """Ends it and erases what was collected; afterwards it is gone."""
        with self._files.guarded(session_id):
            self._open(session_id)
            self._end(session_id, _CANCELLED)
        self._tell("session.canceled", session_id)

    def preflight(self, session_id: str) -> dict[str, Json]:
        """The next screen, chosen here. Raises SessionRefusal: NOT_FOUND, GONE."""
        case = self._open(session_id, finished=True)
        if case.status != FINISHED and self._next(case).show is Show.COMPLETED:
            with self._files.guarded(session_id):  # an engine failed when the last answer came
                self._decide(self._open(session_id))
            case = self._files.load(session_id)
        document = stored_document(case, self._desk.rules)
        return preflight_json(session_id, self._next(case), fact(case, _FACT), document.type.type)

    def result(self, session_id: str) -> dict[str, Json]:
        """For the integrator, once it is completed: the decision, every check, what was read, what was skipped and why."""
        case = self._open(session_id, finished=True)
        if case.status != FINISHED:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, "the session is not completed", ErrorCode.WRONG_STEP)
        names = ("decision", "checks", "customer")
        return {name: case.facts[name] for name in names if name in case.facts} | {"skipped": fact(case, _FACT)["skipped"]}

    def sweep(self) -> int:
        """Erases sessions that were not finished and nobody came back to."""
        return self._files.sweep()

    # --- answers ---------------------------------------------------------------------------------------------------

    def consent(self, session_id: str, accepted: bool) -> dict[str, Json]:
        """Raises SessionRefusal(GONE) for a refusal, after it was recorded and all else was erased."""
        with self._files.guarded(session_id):
            case = self._on(session_id, Show.CONSENT)
            if not accepted:
                self._end(session_id, _REFUSED)
            else:
                check = Check(CheckName.CONSENT, CheckStatus.PASSED, inputs=("consent",))
                consent: Json = {"accepted": True, "at": self._clock.now_utc()}
                self._answered(case, Show.CONSENT, (check,), facts={"consent": consent})
        self._tell(f"session.consent.{'accept' if accepted else 'reject'}", session_id)
        return self.preflight(session_id)

    def upload_media(self, session_id: str, app_screen: str, data: bytes) -> dict[str, Json]:
        """A side of the document, for the screen that is on. Raises SessionRefusal: UNPROCESSABLE for another screen, UNSUPPORTED_MEDIA,
        TOO_LARGE; a picture that shows no page asks for another one."""
        show = show_of(app_screen)
        if show not in (Show.DOCUMENT_FRONT, Show.DOCUMENT_BACK):
            raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{show.value} takes no media", ErrorCode.WRONG_STEP)
        self._on(session_id, show)
        media_of(data, pdf=False)
        side = PageSide.FRONT if show is Show.DOCUMENT_FRONT else PageSide.BACK
        image = image_of(data)
        try:
            result = self._desk.read_page(image, expected=side)
        except BadInput as error:
            return self._once_more(session_id, show, error.code.value)
        if result.page.side not in (side, PageSide.UNKNOWN):
            return self._once_more(session_id, show, "WRONG_SIDE")
        if side is PageSide.FRONT and not result.page.type.type and result.page.mrz is None:
            return self._once_more(session_id, show, "NOT_A_KNOWN_DOCUMENT")
        result = replace(result, page=replace(result.page, side=side))
        with self._files.guarded(session_id):
            case = self._on(session_id, show)
            self._answered(case, show, (), facts=page_facts(result, side), blobs=page_blobs(result, side, data), forget=page_names(side))
        self._tell(f"session.id_document_{side.value}.received", session_id)
        return self.preflight(session_id)

    def start_liveness(self, session_id: str) -> dict[str, Json]:
        """A challenge for the capture, good for one record."""
        with self._files.guarded(session_id):
            case = self._on(session_id, Show.LIVENESS)
            screen = self._level(case).screen(Show.LIVENESS)
            assert screen is not None
            challenge = ChallengeBook(self._clock).issue(session_id, screen.challenges)
            data = to_json(challenge)
            self._files.commit(session_id, "liveness_started", facts={_CHALLENGE: data})
        self._tell("session.liveness.started", session_id)
        assert isinstance(data, dict)
        return data

    def complete_liveness(self, session_id: str, record: bytes) -> dict[str, Json]:
        """The sealed capture record of the challenge. One that fails costs a try; the last one stays failed. Raises ModelFault."""
        case = self._on(session_id, Show.LIVENESS)
        issued = fact(case, _CHALLENGE)
        if not issued:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, "no liveness capture was started", ErrorCode.WRONG_STEP)
        challenge = from_json(Challenge, issued)
        outcome = verified(self._verifier, record, session=session_id, now=self._clock.now_utc(), challenge=challenge)
        integrity = integrity_check(outcome, None, allow_virtual=self._allow_virtual)
        checks: list[Check] = [integrity]
        blobs: dict[str, bytes] = {}
        if integrity.status is CheckStatus.PASSED:
            opened = open_record(record, self._key)
            try:
                run, selfie = self._desk.replay(opened, None), selfie_from_record(opened)
            except BadInput as error:
                return self._once_more(session_id, Show.LIVENESS, error.code.value)
            checks.append(run.check)
            blobs = {"selfie.picture": encode_jpeg(selfie), "liveness.record": record}
            blobs |= {f"liveness.frame.{number}": encode_jpeg(frame) for number, frame in enumerate(run.frames[:_LIVE_FRAMES])}
        active = next((check for check in checks if check.name is CheckName.ACTIVE_LIVENESS), None)
        passed = active is not None and active.status is CheckStatus.PASSED
        if not passed and not self._is_last_try(session_id, Show.LIVENESS):
            self._tell("session.liveness.rejected", session_id)
            return self._once_more(session_id, Show.LIVENESS, (active or integrity).label.value)
        with self._files.guarded(session_id):
            case = self._on(session_id, Show.LIVENESS)
            self._answered(case, Show.LIVENESS, checks, facts={_CHALLENGE: None}, blobs=blobs)
        self._tell(f"session.liveness.{'accepted' if passed else 'rejected'}", session_id)
        return self.preflight(session_id)

    def upload_proof(self, session_id: str, app_screen: str, files: Sequence[bytes]) -> dict[str, Json]:
        """One document of proof, as one file or several pages; pictures or a PDF, kept as they were given."""
        show = show_of(app_screen)
        if show not in PROOF_SHOWS or not files:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{show.value} takes no proof, or none was given", ErrorCode.WRONG_STEP)
        case = self._on(session_id, show)
        for data in files:
            media_of(data, pdf=True)
        assert self._proofs is not None
        try:
            check = self._proofs.judge(PROOF_SHOWS[show], tuple(files), stored_document(case, self._desk.rules))
        except BadInput as error:
            return self._once_more(session_id, show, error.code.value)
        if check.status is not CheckStatus.PASSED and not self._is_last_try(session_id, show):
            return self._once_more(session_id, show, check.label.value)
        with self._files.guarded(session_id):
            case = self._on(session_id, show)
            blobs = {f"proof.{PROOF_SHOWS[show]}.{number}": data for number, data in enumerate(files)}
            self._answered(case, show, (check,), blobs=blobs, forget=frozenset({f"proof.{PROOF_SHOWS[show]}."}))
        self._tell(f"proof_of_{PROOF_SHOWS[show]}.received", session_id)
        return self.preflight(session_id)

    def start_code(self, session_id: str, app_screen: str, address: str = "", *, language: str = "en") -> dict[str, Json]:
        """Sends a code to the number or address; without one to that of the applicant. {sent, wait_s, reason?, trial}."""
        show, kind = self._contact_screen(session_id, app_screen)
        given = self._contact(session_id, kind, address)
        assert self._codes is not None
        sending = self._codes.send(given, language=language)
        if sending.outcome is SendOutcome.SENT:
            with self._files.guarded(session_id):
                case = self._on(session_id, show)
                member = "phone_number" if kind is ContactKind.PHONE else "email_address"
                self._files.commit(session_id, "code_sent", facts={"applicant": {**fact(case, "applicant"), member: given.value}})
        body: dict[str, Json] = {"sent": sending.outcome is SendOutcome.SENT, "wait_s": sending.wait_s, "trial": sending.trial}
        return body if body["sent"] else body | {"reason": sending.outcome.value}

    def complete_code(self, session_id: str, app_screen: str, code: str) -> dict[str, Json]:
        """What the customer read. A wrong code leaves the screen on, until no try is left."""
        show, kind = self._contact_screen(session_id, app_screen)
        given = self._contact(session_id, kind, "")
        assert self._codes is not None
        answer = self._codes.check(given, code)
        if answer.check.status is not CheckStatus.PASSED and answer.tries_left > 0:
            return self._once_more(session_id, show, answer.check.label.value, counted=False)
        with self._files.guarded(session_id):
            self._answered(self._on(session_id, show), show, (answer.check,))
        return self.preflight(session_id)

    def read_chip(self, session_id: str) -> dict[str, Json]:
        """Asks the reader for the chip of the document that was shown. A chip that cannot be read asks for another try."""
        case = self._on(session_id, Show.NFC)
        assert self._nfc is not None
        try:
            data = self._nfc.read(stored_document(case, self._desk.rules))
        except BadInput as error:
            return self._once_more(session_id, Show.NFC, error.code.value)
        with self._files.guarded(session_id):
            self._answered(self._on(session_id, Show.NFC), Show.NFC, (), blobs={f"document.chip.{name}": raw for name, raw in data.items()})
        return self.preflight(session_id)

    def skip(self, session_id: str) -> dict[str, Json]:
        """Leaves the screen that is on out, where the level allows it. Raises SessionRefusal(UNPROCESSABLE)."""
        with self._files.guarded(session_id):
            case = self._open(session_id)
            screen = self._next(case)
            if screen.show in TERMINAL or not screen.optional:
                raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{screen.show.value} cannot be skipped", ErrorCode.WRONG_STEP)
            state = fact(case, _FACT)
            state["skipped"] = {**mapping_of(state, "skipped"), screen.show.value: "the customer's wish"}
            self._store_answer(case, state, {}, {}, frozenset())
        return self.preflight(session_id)

    # --- inside: where the session is ------------------------------------------------------------------------------

    def _open(self, session_id: str, *, finished: bool = False) -> StoredCustomer:
        """Raises SessionRefusal: NOT_FOUND, GONE; UNPROCESSABLE for a completed one unless `finished`."""
        try:
            case = self._files.load(session_id)
        except BadInput as error:
            raise SessionRefusal(SessionCode.NOT_FOUND, "no such session", error.code) from error
        state = fact(case, _FACT)
        if state["state"] == _OPEN and self._clock.now_utc() >= str(state["until"]):
            with self._files.guarded(session_id):
                self._end(session_id, _EXPIRED)
            self._tell("session.expired", session_id)
            raise _gone(_EXPIRED)
        if state["state"] in (_CANCELLED, _REFUSED, _EXPIRED):
            raise _gone(str(state["state"]))
        if state["state"] == _DONE and not finished:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, "the session is completed", ErrorCode.WRONG_STEP)
        return case

    def _on(self, session_id: str, show: Show) -> StoredCustomer:
        """The session, with this screen on. Raises SessionRefusal: as `_open`; UNPROCESSABLE when another screen is on."""
        case = self._open(session_id)
        on = self._next(case).show
        if on is not show:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{show.value} is not on: {on.value} is", ErrorCode.WRONG_STEP)
        return case

    def _level(self, case: StoredCustomer) -> Level:
        key = str(fact(case, _FACT)["level"])
        if key not in self._levels:
            raise SessionRefusal(SessionCode.NOT_FOUND, f"level {key!r} is not there any more")
        return self._levels[key]

    def _next(self, case: StoredCustomer) -> LevelScreen:
        """The first screen that is neither answered nor left out; at the end the one that the decision asks for."""
        state = fact(case, _FACT)
        if case.status == FINISHED:
            ends = {Outcome.ACCEPT.value: Show.SUCCESSFUL, Outcome.REJECT.value: Show.REJECTED}
            return LevelScreen(ends.get(str(fact(case, "decision").get("outcome")), Show.COMPLETED))
        answered, skipped = mapping_of(state, "answered"), mapping_of(state, "skipped")
        for screen in self._level(case).screens:
            left_out = screen.show is Show.DOCUMENT_BACK and not self._needs_back(case)
            if screen.show.value not in answered and screen.show.value not in skipped and not left_out:
                return screen
        return LevelScreen(Show.COMPLETED)

    def _needs_back(self, case: StoredCustomer) -> bool:
        document = stored_document(case, self._desk.rules)
        if document.type.type:
            return document.type.type not in ("passport", "visa")
        return self._desk.rules.needs_back(document)

    def _lacks(self, show: Show) -> str:
        """What this machine lacks for a screen; "" when nothing."""
        if show in CONTACT_SHOWS and (self._codes is None or not self._codes.can_send(CONTACT_SHOWS[show])):
            return "a gateway for codes"
        if show in PROOF_SHOWS and self._proofs is None:
            return "a reader of proofs"
        return "a chip reader" if show is Show.NFC and self._nfc is None else ""

    # --- inside: what becomes of an answer -------------------------------------------------------------------------

    def _answered(
        self,
        case: StoredCustomer,
        show: Show,
        checks: Sequence[Check],
        *,
        facts: Mapping[str, Json] | None = None,
        blobs: Mapping[str, bytes] | None = None,
        forget: frozenset[str] = frozenset(),
    ) -> None:
        """Keeps the answer; after the last one judges and decides. Inside the guard."""
        state = fact(case, _FACT)
        state["answered"] = {**mapping_of(state, "answered"), show.value: self._clock.now_utc()}
        state["again"] = ""
        kept: dict[str, Json] = {**fact(case, _CHECKS), show.value: to_json(tuple(checks))}
        self._store_answer(case, state, {_CHECKS: kept, **(facts or {})}, blobs or {}, forget)

    def _store_answer(
        self,
        case: StoredCustomer,
        state: dict[str, Json],
        facts: Mapping[str, Json],
        blobs: Mapping[str, bytes],
        forget: frozenset[str],
    ) -> None:
        self._files.commit(case.id, "answer", facts={_FACT: state, **facts}, blobs=blobs, forget=forget)
        now = self._files.load(case.id)
        if self._next(now).show is Show.COMPLETED:
            self._decide(now)

    def _once_more(self, session_id: str, show: Show, reason: str, *, counted: bool = True) -> dict[str, Json]:
        """The same screen again with the reason; after the last try the screen counts as answered with nothing."""
        with self._files.guarded(session_id):
            case = self._on(session_id, show)
            if counted and self._is_last_try(session_id, show):
                checks = tuple(not_executed(name, CheckLabel.TOO_MANY_TRIES) for name in NEEDS_CHECK.get(show, ()))
                self._answered(case, show, checks)
            else:
                state = fact(case, _FACT)
                tries = mapping_of(state, "tries")
                if counted:
                    state["tries"] = {**tries, show.value: number_of(tries, show) + 1}
                state["again"] = reason
                self._files.commit(session_id, "once_more", facts={_FACT: state})
        return self.preflight(session_id)

    def _is_last_try(self, session_id: str, show: Show) -> bool:
        case = self._files.load(session_id)
        screen = self._level(case).screen(show)
        return screen is not None and number_of(mapping_of(fact(case, _FACT), "tries"), show) + 1 >= screen.tries

    def _end(self, session_id: str, state: str) -> None:
        """What is kept is that there was a session, and how it ended."""
        before = fact(self._files.load(session_id), _FACT)
        ended: Json = {**before, "state": state, "answered": {}, "return_url": ""}
        self._files.commit(session_id, state, facts={_FACT: ended}, forget=_PERSONAL)

    def _decide(self, case: StoredCustomer) -> None:
        """Judges everything and commits the result. Raises ModelFault, in which case the next call tries again."""
        checks = self._all_checks(case)
        level = self._level(case)
        policy = requires(self._policies(level.policy), level, frozenset(mapping_of(fact(case, _FACT), "skipped")))
        decision: Decision = decide(checks, policy)
        document = stored_document(case, self._desk.rules)
        facts: dict[str, Json] = {
            _FACT: {**fact(case, _FACT), "state": _DONE},
            "checks": checks_json(checks),
            "decision": decision_json(decision, checks),
            "customer": {"id": case.id, **person_json(document), "document": document_json(document)},
        }
        self._files.commit(case.id, "decided", facts=facts, status=FINISHED)
        _log.info("session %s decided: %s", case.id, decision.outcome.value)
        self._tell("session.completed", case.id)

    def _all_checks(self, case: StoredCustomer) -> tuple[Check, ...]:
        return session_checks(case, self._files, self._desk)

    def _contact_screen(self, session_id: str, app_screen: str) -> tuple[Show, ContactKind]:
        show = show_of(app_screen)
        if show not in CONTACT_SHOWS:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{show.value} has no code", ErrorCode.WRONG_STEP)
        self._on(session_id, show)
        return show, CONTACT_SHOWS[show]

    def _contact(self, session_id: str, kind: ContactKind, given: str) -> Contact:
        """Raises SessionRefusal(UNPROCESSABLE) when there is none, or it is none."""
        applicant = fact(self._open(session_id), "applicant")
        text = given or str(applicant.get("phone_number" if kind is ContactKind.PHONE else "email_address", ""))
        try:
            return contact(kind, text, region=str(applicant.get("phone_country", "") or self._region))
        except BadInput as error:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, str(error), error.code) from error


def _gone(state: str) -> SessionRefusal:
    words = {
        _CANCELLED: "the session was cancelled",
        _REFUSED: "the customer did not agree: a colleague can onboard them without it",
        _EXPIRED: "the session has expired",
    }
    return SessionRefusal(SessionCode.GONE, words[state], ErrorCode.CONSENT_MISSING if state == _REFUSED else ErrorCode.TIMED_OUT)
