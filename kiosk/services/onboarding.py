"""One customer's onboarding: what is known so far, each confirmed step stored in one transaction, and the decision.

The three doors call this same object. It is used by one thread at a time; reading pictures (the engines) happens outside and may run
elsewhere. `wipe()` drops everything that is held of the customer in memory.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Decision, Outcome, Policy, decide
from kiosk.domain.document import Document, DocumentPage, Field, FieldName, PageSide, Reading, Source
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Embedding
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.ports import Clock, CustomerStore, Json, StepCommit
from kiosk.services.consent import consent_fact
from kiosk.services.consent_texts import ConsentSet
from kiosk.services.document_rules import DocumentRules
from kiosk.services.liveness_step import LIVENESS_TRIES, LivenessOutcome
from kiosk.services.person_checks import PersonJudgement, PersonQuestion
from kiosk.services.person_records import selfie_inspection_json
from kiosk.services.reading import PageResult
from kiosk.services.records import checks_json, customer_json, decision_json, page_json
from kiosk.services.step_answers import StepAnswer, checks_of, flags_of, graver_refusal
from kiosk.services.verification import SelfieResult

_MACHINES_FAULT = (CheckLabel.MODEL_MISSING, CheckLabel.ENGINE_FAILED)

REFUSED = "refused"
"""The fact of refused answers: no step gives it, so that going back does not forget it."""

IN_PROGRESS, FINISHED = "IN_PROGRESS", "FINISHED"


class Onboarding:
    """Holds one customer in memory and commits each confirmed step.

    Args:
        rules: what follows from read pages.
        consents: the texts that the customer is asked to agree to.
        recorded_by: who takes the consent: an operator's id, "customer" where nobody is beside them, "" when not known.
        asked: answers that the workflow has a step for, with why one is missing that never came (`step_answers.asked_by`).
    """

    def __init__(
        self,
        *,
        store: CustomerStore,
        clock: Clock,
        policy: Policy,
        workflow: str,
        rules: DocumentRules,
        consents: ConsentSet,
        recorded_by: str = "",
        asked: Mapping[str, CheckLabel] | None = None,
    ) -> None:
        self.customer_id = str(uuid.uuid4())
        self._store = store
        self._clock = clock
        self._policy = policy
        self._workflow = workflow
        self._consents = consents
        self._recorded_by = recorded_by
        self.rules = rules
        self._begun = False
        self.finished = False
        self.consent_given: bool | None = None
        self.biometrics_agreed = True
        self.pages: dict[PageSide, PageResult] = {}
        self._merged: tuple[tuple[DocumentPage, ...], Document | None] = ((), None)
        self.selfie: Image | None = None
        self.selfie_crop: Image | None = None
        self._selfie_check: Check | None = None
        self._wrong_side: set[PageSide] = set()
        self._liveness_checks: tuple[Check, ...] = ()
        self._liveness_lost: tuple[Check, ...] = ()
        self.liveness_failures = 0
        """Of this round; a colleague may begin another."""
        self._failures_before = 0
        self.virtual_camera = False
        """Whether a picture came from a camera made of software, which the settings do not allow."""
        self.live_frames: tuple[Image, ...] = ()
        self._asked = asked or {}
        self._answers: dict[str, StepAnswer] = {}
        self.codes_sent: dict[str, int] = {}
        """By kind of contact, of the whole session."""
        self.proof_readings: dict[str, int] = {}
        """By kind of proof, of the whole session."""
        self._refused: dict[str, Check] = {}
        self.edits: dict[FieldName, str] = {}
        self.reviewed = False
        self.checks: tuple[Check, ...] = ()
        self.decision: Decision | None = None
        self.timings_ms: dict[str, float] = {}

    # --- what is known ---------------------------------------------------------------------------------------------

    @property
    def flags(self) -> frozenset[str]:
        """What the workflow's conditions and needs may ask."""
        known: set[str] = set()
        if self.consent_given is not None:
            known.add("consent")
        if self.consent_given:
            known.add("consent.accepted")
            if self.biometrics_agreed:
                known.add("consent.biometrics")
        for side in self.pages:
            known.add(f"document.{side.value}")
        if self.pages and self.rules.needs_back(self.document()):
            known.add("document.needs_back")
        if self.selfie is not None:
            known.add("selfie")
        if self._liveness_checks:
            known.add("liveness")
        if self._liveness_lost:
            known.add("liveness.failed")
        if self.reviewed:
            known.add("review")
        known |= flags_of(self._answers)
        return frozenset(known)

    def document(self) -> Document:
        """All pages merged, with what a person typed on top."""
        return with_edits(self._as_read(), self.edits)

    def _as_read(self) -> Document:
        """Merged once for the pages there are: every step, view and check asks, and telling what pages are takes a tenth of a second."""
        ordered = (PageSide.FRONT, PageSide.BACK, PageSide.UNKNOWN)
        pages = tuple(self.pages[side].page for side in ordered if side in self.pages)
        before, document = self._merged
        if document is None or len(before) != len(pages) or any(one is not other for one, other in zip(before, pages, strict=True)):
            document = self.rules.merge(pages)
            self._merged = pages, document
        return document

    @property
    def portrait(self) -> Image | None:
        """The portrait of the document, BGR, or None."""
        return next((result.portrait for result in self.pages.values() if result.portrait is not None), None)  # a back keeps none

    @property
    def _portrait_page(self) -> Image | None:
        return next((result.straightened for result in self.pages.values() if result.portrait is not None), None)

    # --- confirmed steps -------------------------------------------------------------------------------------------

    # each commits first: a step that could not be stored has not happened here either, and can be confirmed again

    def consent(self, step: str, *, accepted: bool, language: str, biometrics: bool = True) -> None:
        """Records the answer. A refusal is recorded too, without anything else of the person.

        Args: `biometrics` False: accepted but for comparing faces; nothing of the face is then measured, compared or kept.
        """
        facts = consent_fact(
            self._consents,
            accepted=accepted,
            biometrics=biometrics,
            language=language,
            at=self._clock.now_utc(),
            recorded_by=self._recorded_by,
        )
        # who declines leaves nothing but that
        self._commit(step, facts={"consent": facts}, forget=set() if accepted else {REFUSED})
        self.consent_given, self.biometrics_agreed = accepted, biometrics
        if not accepted:
            self._refused.clear()

    def keep_page(self, step: str, side: PageSide, result: PageResult, picture: bytes) -> None:
        """Keeps a read page under the side that was asked for. `picture` is the encoded image it was read from."""
        self._require_consent()
        wrong = result.page.side not in (side, PageSide.UNKNOWN)
        result = replace(result, page=_as_side(result.page, side), portrait=None if side is PageSide.BACK else result.portrait)
        name = f"document.{side.value}"
        blobs = {f"{name}.picture": picture, f"{name}.page": encode_jpeg(result.straightened)}
        if result.portrait is not None:
            blobs[f"{name}.portrait"] = encode_jpeg(result.portrait)
        self._commit(step, facts={name: page_json(result.page)}, blobs=blobs, forget={name, f"{name}."})
        self.pages[side] = result
        self._wrong_side = self._wrong_side | {side} if wrong else self._wrong_side - {side}
        self.timings_ms[f"read_{side.value}"] = result.timings_ms["total"]

    def keep_selfie(self, step: str, result: SelfieResult, image: Image, picture: bytes, crop: Image) -> None:
        self._require_consent()
        self._require_biometrics()
        self._commit(
            step,
            facts={"selfie": checks_json((result.check,))},
            blobs={"selfie.picture": picture, "selfie.crop": encode_jpeg(crop)},
            forget={"selfie", "selfie."},
        )
        self.selfie, self.selfie_crop, self._selfie_check = image, crop, result.check

    def keep_liveness(self, step: str, outcome: LivenessOutcome) -> None:
        """Keeps the outcome of the active check, and its sealed record.

        A failure that used up the tries stays, however often the customer goes back; only `allow_liveness_again` lifts it.
        """
        self._require_consent()
        self._require_biometrics()
        check = outcome.check
        failures = self._failures_before + self.liveness_failures
        if check.status is CheckStatus.PASSED and (self._failures_before or self.liveness_failures >= LIVENESS_TRIES):
            check = replace(check, status=CheckStatus.WARNING, params={**check.params, "failures": str(failures)})
        checks = self._liveness_lost or (check, *outcome.others)
        facts: Json = {"checks": checks_json(checks), "failures": failures}
        blobs = {} if outcome.record is None else {"liveness.record": outcome.record}
        self._commit(step, facts={"liveness": facts}, blobs=blobs, forget={"liveness", "liveness."})
        self._liveness_checks, self.live_frames = checks, outcome.frames
        if outcome.check.status is CheckStatus.REJECTED or outcome.check.label not in (CheckLabel.OK, *_MACHINES_FAULT):
            self._liveness_lost = checks

    def allow_liveness_again(self) -> None:
        """A colleague stands beside the customer and lets them try once more. What then passes is still for a look."""
        self._liveness_lost = ()
        self._failures_before += self.liveness_failures
        self.liveness_failures = 0

    @property
    def liveness_reason(self) -> str:
        """Why the active check did not pass, a CheckLabel value; "" when it did or was not tried."""
        return self._liveness_lost[0].label.value if self._liveness_lost else ""

    def keep_answer(self, step: str, answer: StepAnswer) -> None:
        """Keeps what a step for a contact, a proof or the chip came to, also that it was left out."""
        self._require_consent()
        name = answer.name
        self.note_refusal(name, answer.check)
        self._commit(step, facts={name: answer.stored, **self._refusals}, blobs=answer.blobs, forget={name, f"{name}."})
        self._answers[name] = answer

    def note_refusal(self, name: str, check: Check) -> None:
        """Holds what speaks against the customer, also when they then go back and leave the step out; stored with what comes next.

        It counts where nothing is judged after it. Unlike all else it counts at once: a store that fails must not wash it away.
        """
        refused = graver_refusal(self._refused.get(name), check)
        if refused is not None:
            self._refused[name] = refused

    def keep_review(self, step: str, edits: Mapping[FieldName, str]) -> None:
        """Keeps what a person typed over; an edit equal to what was read is no edit."""
        read = self._as_read()
        made = {name: value.strip() for name, value in edits.items() if value.strip() != read.value(name)}
        self._commit(step, facts={"review": {"edits": {name.value: value for name, value in made.items()}}})
        self.edits, self.reviewed = made, True

    def forget(self, names: frozenset[str]) -> None:
        """The customer went back: drops these facts in the store and here."""
        if self._begun:
            self._commit("back", facts=self._refusals, forget={*names, *(f"{name}." for name in names)})
        for side in list(self.pages):
            if f"document.{side.value}" in names:
                del self.pages[side]
                self._merged = (), None
        if "selfie" in names:
            self.selfie = self.selfie_crop = self._selfie_check = None
        if "liveness" in names:
            self._liveness_checks, self.live_frames = (), ()
        for name in names & set(self._answers):
            del self._answers[name]
        if "review" in names:
            self.reviewed, self.edits = False, {}
        if "consent" in names:
            self.consent_given = None

    # --- the decision ----------------------------------------------------------------------------------------------

    def person_question(self) -> PersonQuestion:
        """What the engines are to judge of the person for the decision."""
        return PersonQuestion(
            customer_id=self.customer_id,
            document=self.document(),
            portrait=self.portrait,
            selfie=self.selfie,
            live_frames=self.live_frames,
            declined=self.consent_given is True and not self.biometrics_agreed,
            search=self._policy.one_to_many,
            page=self._portrait_page,
            screening=self._policy.screening,
        )

    def judge(self, person: Sequence[Check], *, can_check_actively: bool = True) -> tuple[Check, ...]:
        """Every check of this customer.

        Args:
            person: those that need an engine (`PersonChecks`).
            can_check_actively: False when the active check was left out because its model is not installed.
        """
        document = self.document()
        checks: list[Check] = [self._consent_check()]
        for check in self.rules.checks(document):
            checks.append(self._with_side(check))
        if self.edits:
            checks.append(
                Check(
                    CheckName.OPERATOR_EDITS,
                    CheckStatus.WARNING,
                    CheckLabel.EDITED,
                    inputs=("review",),
                    params={"fields": ", ".join(name.value for name in self.edits)},
                )
            )
        declined = self.consent_given is True and not self.biometrics_agreed
        if self._selfie_check is not None:
            checks.append(self._selfie_check)
        else:
            why = CheckLabel.DECLINED if declined else CheckLabel.INPUT_MISSING
            checks.append(not_executed(CheckName.SELFIE_QUALITY, why, inputs=("selfie",)))
        checks.extend(person)
        if self._liveness_checks:
            checks.extend(self._liveness_checks)
        else:
            why = CheckLabel.INPUT_MISSING if can_check_actively else CheckLabel.MODEL_MISSING
            why = CheckLabel.DECLINED if declined else why
            for name in (CheckName.ACTIVE_LIVENESS, CheckName.CAPTURE_INTEGRITY):
                checks.append(not_executed(name, why, inputs=("liveness",)))
        checks.extend(checks_of(self._answers, self._asked, self._refused))
        return tuple(map(self._with_camera, checks))

    def decide(self, step: str, judgement: PersonJudgement, *, can_check_actively: bool = True) -> Decision:
        """Judges, decides and commits the whole result; after it the customer is FINISHED."""
        # a proof is compared with the document as it is now: pages were taken anew, fields typed over since it was read
        self._answers = {name: answer.at_the_end(self.document()) for name, answer in self._answers.items()}
        checks = self.judge(judgement.checks, can_check_actively=can_check_actively)
        decision = decide(checks, self._policy)
        facts: dict[str, Json] = {
            "customer": customer_json(self),
            "checks": checks_json(checks),
            "decision": decision_json(decision, checks),
            "timings_ms": {name: round(value, 1) for name, value in self.timings_ms.items()},
            **{name: answer.stored for name, answer in self._answers.items()},
            **self._refusals,
        }
        selfie = selfie_inspection_json(judgement, self.document())
        if selfie:
            facts["selfieInspection"] = selfie
        if judgement.hits:
            facts["known_as"] = [{"customer": hit.customer_id, "score": round(hit.score, 4)} for hit in judgement.hits]
        # a person who is known under other data is searched for from now on, too: the colleague who decides needs both
        # whoever was rejected may have shown somebody else's face: it must not stand under this name
        template = None if decision.outcome is Outcome.REJECT else judgement.template
        self._commit(step, facts=facts, status=FINISHED, template=template)
        self.checks, self.decision, self.finished = checks, decision, True
        return decision

    # --- the end ---------------------------------------------------------------------------------------------------

    def erase(self) -> None:
        """Removes an unfinished customer from the store (cancelled, or not kept by the workflow), then from memory.

        A finished one is the institution's record: leaving the last screen does not erase it, `kiosk customers delete` does.
        """
        if self._begun and not self.finished:
            self._store.delete(self.customer_id, self._clock.now_utc())
            self._begun = False
        self.wipe()

    def wipe(self) -> None:
        """Drops all that is held in memory of the customer. What is stored stays."""
        self.pages.clear()
        self._merged = (), None
        self.selfie = self.selfie_crop = self._selfie_check = None
        self._liveness_checks, self.live_frames = (), ()
        self._liveness_lost = ()
        self.edits.clear()
        self._answers.clear()
        self._refused.clear()
        self.checks, self.decision = (), None
        self.consent_given, self.reviewed = None, False

    # --- inside ----------------------------------------------------------------------------------------------------

    @property
    def _refusals(self) -> dict[str, Json]:
        """The fact of what was refused by name of the answer; none when nothing was."""
        if not self._refused:
            return {}
        return {REFUSED: {name: checks_json((check,))[0] for name, check in self._refused.items()}}

    def _with_side(self, check: Check) -> Check:
        """A page that looked like the other side, and was taken on the customer's word, is never a matter of course."""
        if check.name is not CheckName.DOCUMENT_USABILITY or check.status is not CheckStatus.PASSED or not self._wrong_side:
            return check
        label = CheckLabel.BACK_MISSING if PageSide.BACK in self._wrong_side else CheckLabel.FRONT_MISSING
        return replace(check, status=CheckStatus.WARNING, label=label)

    def _with_camera(self, check: Check) -> Check:
        """Pages and selfies from a camera made of software are for a look, wherever they were allowed."""
        if check.name is not CheckName.CAPTURE_INTEGRITY or not self.virtual_camera or check.status is CheckStatus.REJECTED:
            return check
        return replace(check, status=CheckStatus.WARNING, label=CheckLabel.VIRTUAL_CAMERA)

    def _consent_check(self) -> Check:
        if self.consent_given is None:
            return not_executed(CheckName.CONSENT, CheckLabel.INPUT_MISSING, inputs=("consent",))
        if not self.consent_given:
            return Check(CheckName.CONSENT, CheckStatus.REJECTED, CheckLabel.REFUSED, inputs=("consent",))
        return Check(CheckName.CONSENT, CheckStatus.PASSED, inputs=("consent",))

    def _require_consent(self) -> None:
        if not self.consent_given:
            raise BadInput(ErrorCode.CONSENT_MISSING, "the customer has not consented: nothing is read or kept")

    def _require_biometrics(self) -> None:
        if not self.biometrics_agreed:
            raise BadInput(ErrorCode.CONSENT_MISSING, "the customer has not agreed to comparing faces: nothing of the face is kept")

    def _commit(
        self,
        step: str,
        *,
        facts: Mapping[str, Json] | None = None,
        blobs: Mapping[str, bytes] | None = None,
        forget: set[str] | None = None,
        status: str | None = None,
        template: Embedding | None = None,
    ) -> None:
        at = self._clock.now_utc()
        if not self._begun:
            self._store.begin(self.customer_id, self._workflow, at)
            self._begun = True
        self._store.commit(StepCommit(self.customer_id, step, at, facts or {}, blobs or {}, frozenset(forget or ()), status, template))


def _as_side(page: DocumentPage, side: PageSide) -> DocumentPage:
    """The page under the side that was asked for: where reader and customer differ, the step's own word counts from here on."""
    if page.side is side:
        return page
    fields = tuple(Field(field.name, tuple(replace(reading, page=side) for reading in field.readings)) for field in page.fields)
    return replace(page, side=side, fields=fields, barcodes=tuple(replace(code, page=side) for code in page.barcodes))


def typed_fields(data: object) -> dict[FieldName, str]:
    """What a screen says was typed over. Raises ValueError for a field that is none."""
    if not isinstance(data, dict):
        return {}
    return {FieldName(name): str(value) for name, value in data.items()}


def with_edits(document: Document, edits: Mapping[FieldName, str]) -> Document:
    """The document with a typed reading added to each edited field. What was read stays beside it."""
    if not edits:
        return document
    fields = dict(document.fields)
    for name, value in edits.items():
        typed = Reading(value, Source.OPERATOR, 1.0, raw=value)
        before = fields[name].readings if name in fields else ()
        fields[name] = Field(name, (typed, *before))
    return replace(document, fields=fields)
