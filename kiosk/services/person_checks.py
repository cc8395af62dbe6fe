"""What the engines judge of a person for the decision: the same face on document, selfie and live check, a live one, known or new."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.countries import alpha3
from kiosk.domain.document import Document, FieldName
from kiosk.domain.errors import ModelFault
from kiosk.domain.face import Embedding
from kiosk.imaging.frame import Image
from kiosk.ports import CustomerStore, FaceMatcher
from kiosk.services import selfie_source
from kiosk.services.age_gender import AgeGenderJudge, AgeGenderJudgement
from kiosk.services.face_search import FaceHit
from kiosk.services.known_person import KnownPeople
from kiosk.services.stored_person import StoredPerson
from kiosk.services.verification import Verifier
from kiosk.services.watchlist.model import Sex, Subject
from kiosk.services.watchlist.screening import WatchlistScreener

_log = logging.getLogger(__name__)

_GRAVEST_FIRST = (CheckStatus.REJECTED, CheckStatus.WARNING, CheckStatus.NOT_EXECUTED, CheckStatus.PASSED)
_FACE_CHECKS = (CheckName.FACE_MATCH, CheckName.PASSIVE_LIVENESS, CheckName.LIVENESS_MATCH)


@dataclass(frozen=True, slots=True)
class PersonQuestion:
    """What is known of a customer when the decision is due.

    Attributes:
        live_frames: frontal pictures of the active check.
        declined: the customer chose the way without comparing faces.
        search: whether stored faces are searched, and this one is kept for later searches.
        page: the straightened page with the portrait: a selfie that is a picture of it is refused. None = not looked at.
        screening: whether the name is looked for on the watchlists.
    """

    customer_id: str
    document: Document
    portrait: Image | None
    selfie: Image | None
    live_frames: tuple[Image, ...] = ()
    declined: bool = False
    search: bool = False
    page: Image | None = None
    screening: bool = False


@dataclass(frozen=True, slots=True)
class PersonJudgement:
    """What the engines say.

    Attributes:
        template: the selfie's, to be kept for later searches; None where the policy wants no search.
        hits: stored customers with this face, the likest first.
        age_gender: what the checks of age and sex rest on; None when they were not asked for.
    """

    checks: tuple[Check, ...]
    template: Embedding | None = None
    hits: tuple[FaceHit, ...] = ()
    age_gender: AgeGenderJudgement | None = None


@dataclass(frozen=True, slots=True)
class PersonLook:
    """What the pictures alone say, worked out before the decision is due.

    Attributes:
        question: what was known then.
        checks: FACE_MATCH, PASSIVE_LIVENESS, LIVENESS_MATCH.
    """

    question: PersonQuestion
    checks: tuple[Check, ...]
    template: Embedding | None
    age_gender: AgeGenderJudgement

    def answers(self, question: PersonQuestion) -> bool:
        """Whether it is of the very same pictures. What was typed over the document since changes only what an age is held against."""
        then = self.question
        pictures = ((then.portrait, question.portrait), (then.selfie, question.selfie), (then.page, question.page))
        same = len(then.live_frames) == len(question.live_frames) and all(
            one is other for one, other in (*pictures, *zip(then.live_frames, question.live_frames, strict=True))
        )
        return same and then.search == question.search


@dataclass(slots=True)
class LookAhead:
    """Where a look is kept until the decision asks. Written and read on the engines' lane, one job after another."""

    look: PersonLook | None = None


class PersonEngines(Protocol):
    """What is needed of the engine set. Both raise ModelFault."""

    def verifier(self) -> Verifier: ...
    def matcher(self) -> FaceMatcher | None:
        """None when no embedding model is installed."""
        ...

    def age_gender(self) -> AgeGenderJudge: ...


class PersonChecks:
    """Runs on the analysis lane; holds no customer, but the stored templates once a search was asked for."""

    def __init__(self, engines: PersonEngines, store: CustomerStore, screener: WatchlistScreener | None = None) -> None:
        """Args: `screener` None: screening that is asked for is not executed."""
        self._engines = engines
        self._store = store
        self._screener = screener
        self._known: KnownPeople | None = None

    def look(self, question: PersonQuestion) -> PersonLook | None:
        """The part of `judge` that takes long: nearly a second of engines. None when nothing is to be compared, or an engine is missing."""
        if question.declined:
            return None
        try:
            verifier, age_gender = self._engines.verifier(), self._engines.age_gender()
        except ModelFault as error:
            _log.error("faces could not be judged: %s", error.code.value)
            return None
        live, selfie = question.live_frames, question.selfie
        frames = live or (() if selfie is None else (selfie,))
        guesses = age_gender.judge(question.document, selfie, question.portrait)
        checks = (
            verifier.face_match(question.portrait, selfie),
            _presence(verifier, question, frames),
            verifier.liveness_match(selfie, live),
        )
        return PersonLook(question, checks, self._template(verifier, selfie) if question.search else None, guesses)

    def judge(self, question: PersonQuestion, look: PersonLook | None = None) -> PersonJudgement:
        """An engine that cannot be loaded leaves its checks not executed, nothing more.

        Args: `look` what was worked out ahead; used where it still is of what is asked.
        """
        judgement = self._faces(question, look)
        return replace(judgement, checks=(*judgement.checks, self._lists(question))) if question.screening else judgement

    def _lists(self, question: PersonQuestion) -> Check:
        if self._screener is None:
            return not_executed(CheckName.WATCHLIST_SCREENING, CheckLabel.LIST_MISSING)
        # what somebody typed over the document must not lead past the lists: the gravest answer counts
        subjects = dict.fromkeys((subject_of(question.document.as_read()), subject_of(question.document)))
        return gravest([self._screener.screen(subject, question.customer_id).check for subject in subjects])

    def _faces(self, question: PersonQuestion, ahead: PersonLook | None) -> PersonJudgement:
        if question.declined:
            return PersonJudgement(_left_out(CheckLabel.DECLINED))
        look = ahead if ahead is not None and ahead.answers(question) else self.look(question)
        if look is None:
            return PersonJudgement(_left_out(CheckLabel.ENGINE_FAILED))
        try:
            known = self._known_people() if question.search else None
            selfie, guesses, template = question.selfie, look.age_gender, look.template
            if look.question.document is not question.document:
                guesses = self._engines.age_gender().judge(question.document, selfie, question.portrait)
        except ModelFault as error:
            _log.error("faces could not be judged: %s", error.code.value)
            return PersonJudgement(_left_out(CheckLabel.ENGINE_FAILED))
        checks = [*look.checks, *guesses.checks]
        if not question.search:
            return PersonJudgement(tuple(checks), age_gender=guesses)
        if known is None:
            checks.append(not_executed(CheckName.KNOWN_PERSON, CheckLabel.MODEL_MISSING, inputs=("selfie",)))
            return PersonJudgement(tuple(checks), age_gender=guesses)
        if template is None and selfie is not None:
            checks.append(not_executed(CheckName.KNOWN_PERSON, CheckLabel.LOW_QUALITY, inputs=("selfie",)))
            return PersonJudgement(tuple(checks), age_gender=guesses)
        found = known.check(template, person_of(question.document.as_read()), customer_id=question.customer_id)
        return PersonJudgement((*checks, found.check), template, found.hits, guesses)

    def keep(self, customer_id: str, template: Embedding | None) -> None:
        """After the customer was stored with this template: the next search finds them."""
        if template is not None and self._known is not None:
            self._known.keep(customer_id, template)

    def _known_people(self) -> KnownPeople | None:
        if self._known is None:
            matcher = self._engines.matcher()
            if matcher is not None:
                self._known = KnownPeople(self._store, matcher)
        return self._known

    @staticmethod
    def _template(verifier: Verifier, selfie: Image | None) -> Embedding | None:
        try:
            return None if selfie is None else verifier.embed_selfie(selfie)
        except ModelFault as error:
            _log.error("the selfie has no template: %s", error.code.value)
            return None


def _presence(verifier: Verifier, question: PersonQuestion, frames: Sequence[Image]) -> Check:
    """Passive liveness; a selfie of the document itself needs no model to be told."""
    page, selfie = question.page, question.selfie
    if page is not None and selfie is not None:
        began = time.perf_counter()
        face = verifier.portrait_face(selfie)
        if face is not None and selfie_source.is_on_page(page, verifier.portrait_face(page), selfie, face):
            return selfie_source.refusal(ms=round((time.perf_counter() - began) * 1000, 1))
    return verifier.passive_liveness(frames, inputs=("liveness",) if question.live_frames else ("selfie",))


def gravest(checks: Sequence[Check]) -> Check:
    """Of several answers to one question. A warning counts before an answer that could not be had, and that before a good one."""
    return min(checks, key=lambda check: _GRAVEST_FIRST.index(check.status))


def person_of(document: Document) -> StoredPerson:
    """Name and date of birth as the document gives them."""
    parts = (document.value(FieldName.GIVEN_NAMES), document.value(FieldName.SURNAME))
    name = document.value(FieldName.FULL_NAME) or " ".join(part for part in parts if part)
    return StoredPerson(name, document.value(FieldName.DATE_OF_BIRTH))


def subject_of(document: Document) -> Subject:
    """Whom a watchlist is asked about."""
    person = person_of(document)
    nationality, sex = document.value(FieldName.NATIONALITY), document.value(FieldName.GENDER)
    return Subject(
        name=person.name,
        birth=person.date_of_birth,
        countries=(alpha3(nationality),) if nationality else (),
        sex=Sex(sex) if sex in ("M", "F") else Sex.UNKNOWN,
    )


def _left_out(why: CheckLabel) -> tuple[Check, ...]:
    return tuple(not_executed(name, why, inputs=("selfie",)) for name in _FACE_CHECKS)
