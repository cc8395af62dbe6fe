"""Where a server-driven session is, and what becomes of an answer. All state is in the store; nothing is known only here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from kiosk.domain.challenge import Challenge
from kiosk.domain.check import Check, CheckLabel, not_executed
from kiosk.domain.decision import Decision, Outcome, Policy, decide
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Clock, Json, StoredCustomer
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.services.protocols.case_files import FINISHED, CaseFiles, fact, stored_document
from kiosk.services.protocols.codec import from_json, to_json
from kiosk.services.protocols.engine_desk import EngineDesk
from kiosk.services.protocols.levels import Level, LevelScreen, Show
from kiosk.services.protocols.refusals import SessionCode, SessionRefusal
from kiosk.services.protocols.session_outcome import CHECKS, mapping_of, number_of, screening_check, session_checks
from kiosk.services.protocols.session_parts import NEEDS_CHECK, left_out_checks, requires
from kiosk.services.records import checks_json, decision_json, document_json, person_json
from kiosk.services.watchlist.screening import WatchlistScreener

_log = logging.getLogger(__name__)

STATE = "session"
"""Fact: the session's own state."""
CHALLENGE = "session.challenge"
OPEN, CANCELLED, REFUSED, EXPIRED, DONE = "open", "cancelled", "consent_refused", "expired", "completed"
_KEPT = ("level", "policy", "until")
"""Of the state of a session that ended early: nothing of the customer, nor of who sent them."""


class SessionCourse:
    """Thread-safe as `CaseFiles`. Args: as of `GuidedSessions`."""

    def __init__(
        self,
        files: CaseFiles,
        desk: EngineDesk,
        clock: Clock,
        *,
        levels: Mapping[str, Level],
        policies: Callable[[str], Policy],
        tell: Callable[[str, str], None],
        screener: WatchlistScreener | None = None,
    ) -> None:
        self._files = files
        self._desk = desk
        self._clock = clock
        self._levels, self._policies = levels, policies
        self._tell = tell
        self._screener = screener

    # --- where the session is ------------------------------------------------------------------------------

    def open(self, session_id: str, *, finished: bool = False) -> StoredCustomer:
        """The session. Raises SessionRefusal: NOT_FOUND, GONE; UNPROCESSABLE for a completed one unless `finished`."""
        try:
            case = self._files.load(session_id)
        except BadInput as error:
            raise SessionRefusal(SessionCode.NOT_FOUND, "no such session", error.code) from error
        state = fact(case, STATE)
        if state["state"] == OPEN and self._clock.now_utc() >= str(state["until"]):
            with self._files.guarded(session_id):
                self.end(session_id, EXPIRED)
            self._tell("session.expired", session_id)
            raise _gone(EXPIRED)
        if state["state"] in (CANCELLED, REFUSED, EXPIRED):
            raise _gone(str(state["state"]))
        if state["state"] == DONE and not finished:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, "the session is completed", ErrorCode.WRONG_STEP)
        return case

    def on(self, session_id: str, show: Show) -> StoredCustomer:
        """The session, with this screen on. Raises SessionRefusal: as `open`; UNPROCESSABLE when another screen is on."""
        case = self.open(session_id)
        on = self.next(case).show
        if on is not show:
            raise SessionRefusal(SessionCode.UNPROCESSABLE, f"{show.value} is not on: {on.value} is", ErrorCode.WRONG_STEP)
        return case

    def level(self, case: StoredCustomer) -> Level:
        key = str(fact(case, STATE)["level"])
        if key not in self._levels:
            raise SessionRefusal(SessionCode.NOT_FOUND, f"level {key!r} is not there any more")
        return self._levels[key]

    def next(self, case: StoredCustomer) -> LevelScreen:
        """The first screen that is neither answered nor left out; at the end the one that the decision asks for."""
        state = fact(case, STATE)
        if case.status == FINISHED:
            ends = {Outcome.ACCEPT.value: Show.SUCCESSFUL, Outcome.REJECT.value: Show.REJECTED}
            return LevelScreen(ends.get(str(fact(case, "decision").get("outcome")), Show.COMPLETED))
        answered, skipped = mapping_of(state, "answered"), mapping_of(state, "skipped")
        for screen in self.level(case).screens:
            left_out = screen.show is Show.DOCUMENT_BACK and not self._needs_back(case)
            if screen.show.value not in answered and screen.show.value not in skipped and not left_out:
                return screen
        return LevelScreen(Show.COMPLETED)

    def _needs_back(self, case: StoredCustomer) -> bool:
        document = stored_document(case, self._desk.rules)
        if document.type.type:
            return document.type.type not in ("passport", "visa")
        return self._desk.rules.needs_back(document)

    # --- what becomes of an answer -------------------------------------------------------------------------

    def answered(
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
        state = fact(case, STATE)
        state["answered"] = {**mapping_of(state, "answered"), show.value: self._clock.now_utc()}
        state["again"] = ""
        kept: dict[str, Json] = {**fact(case, CHECKS), show.value: to_json(tuple(checks))}
        self.store_answer(case, state, {CHECKS: kept, **(facts or {})}, blobs or {}, forget)

    def store_answer(
        self,
        case: StoredCustomer,
        state: dict[str, Json],
        facts: Mapping[str, Json],
        blobs: Mapping[str, bytes],
        forget: frozenset[str],
    ) -> None:
        self._files.commit(case.id, "answer", facts={STATE: state, **facts}, blobs=blobs, forget=forget)
        now = self._files.load(case.id)
        if self.next(now).show is Show.COMPLETED:
            self.decide(now)

    def once_more(
        self,
        session_id: str,
        show: Show,
        reason: str,
        *,
        counted: bool = True,
        at_last: CheckLabel = CheckLabel.TOO_MANY_TRIES,
        facts: Mapping[str, Json] | None = None,
    ) -> None:
        """The same screen again with the reason; after the last try it counts as answered with nothing, for the reason `at_last`.

        `facts`: what changes with it, in the same transaction.
        """
        with self._files.guarded(session_id):
            case = self.on(session_id, show)
            if counted and self.is_last_try(session_id, show):
                checks = tuple(not_executed(name, at_last) for name in NEEDS_CHECK.get(show, ()))
                self.answered(case, show, checks, facts=facts)
            else:
                state = fact(case, STATE)
                tries = mapping_of(state, "tries")
                if counted:
                    state["tries"] = {**tries, show.value: number_of(tries, show) + 1}
                state["again"] = reason
                self._files.commit(session_id, "once_more", facts={STATE: state, **(facts or {})})

    def challenge(self, session_id: str) -> dict[str, Json]:
        """What the live check must show, see `GuidedSessions.start_liveness`. The last try that is left to expire is for the same again."""
        with self._files.guarded(session_id):
            case = self.on(session_id, Show.LIVENESS)
            known = fact(case, CHALLENGE)
            before = from_json(Challenge, known) if known else None
            if before is not None and self._clock.now_utc() < before.expires_at:
                return known
            last = self.is_last_try(session_id, Show.LIVENESS)
            if before is not None and not last:
                self.once_more(session_id, Show.LIVENESS, CheckLabel.CHALLENGE_EXPIRED.value)
            screen = self.level(case).screen(Show.LIVENESS)
            assert screen is not None
            issued = ChallengeBook(self._clock).issue(session_id, screen.challenges, instead_of=before if last else None)
            data = to_json(issued)
            assert isinstance(data, dict)
            self._files.commit(session_id, "liveness_started", facts={CHALLENGE: data})
            return data

    def challenge_failed(self, session_id: str, challenge: Challenge, reason: str, *, used: bool) -> None:
        """Its record was refused or judged as failed: a try, unless it expired meanwhile, was counted then and another one stands.

        `used`: a record of it was taken, so the next one needs a challenge of its own; what is no record of it leaves it as it was.
        """
        with self._files.guarded(session_id):
            standing = fact(self.on(session_id, Show.LIVENESS), CHALLENGE)
            if standing and from_json(Challenge, standing).id == challenge.id:
                spent = used or self._clock.now_utc() >= challenge.expires_at
                self.once_more(session_id, Show.LIVENESS, reason, facts={CHALLENGE: None} if spent else None)

    def is_last_try(self, session_id: str, show: Show) -> bool:
        case = self._files.load(session_id)
        screen = self.level(case).screen(show)
        return screen is not None and number_of(mapping_of(fact(case, STATE), "tries"), show) + 1 >= screen.tries

    def end(self, session_id: str, state: str) -> None:
        """What is kept is that there was a session, and how it ended."""
        case = self._files.load(session_id)
        before = fact(case, STATE)
        # what may stay is named, not what must go: whatever a later screen keeps is then erased, too
        ended: Json = {name: before[name] for name in _KEPT if name in before} | {"state": state}
        self._files.commit(session_id, state, facts={STATE: ended}, forget=frozenset({*case.facts, *case.blobs}))

    def decide(self, case: StoredCustomer) -> None:
        """Judges everything and commits the result. Raises ModelFault, in which case the next call tries again."""
        level, skipped = self.level(case), mapping_of(fact(case, STATE), "skipped")
        policy = requires(self._policies(level.policy), level, frozenset(skipped))
        document = stored_document(case, self._desk.rules)
        listed = (screening_check(document, self._screener, case.id),) if policy.screening else ()
        checks = (*session_checks(case, self._files, self._desk), *listed, *left_out_checks(skipped))
        decision: Decision = decide(checks, policy)
        facts: dict[str, Json] = {
            STATE: {**fact(case, STATE), "state": DONE},
            "checks": checks_json(checks),
            "decision": decision_json(decision, checks),
            "customer": {"id": case.id, **person_json(document), "document": document_json(document)},
        }
        self._files.commit(case.id, "decided", facts=facts, status=FINISHED)
        _log.info("session %s decided: %s", case.id, decision.outcome.value)
        self._tell("session.completed", case.id)


def _gone(state: str) -> SessionRefusal:
    words = {
        CANCELLED: "the session was cancelled",
        REFUSED: "the customer did not agree: a colleague can onboard them without it",
        EXPIRED: "the session has expired",
    }
    return SessionRefusal(SessionCode.GONE, words[state], ErrorCode.CONSENT_MISSING if state == REFUSED else ErrorCode.TIMED_OUT)
