"""Customers as the product itself stores them, without engines: made through `Onboarding`, with scores that are easily found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.consent import ConsentPlace
from kiosk.domain.decision import Policy
from kiosk.domain.document import DocumentPage, Field, FieldName, PageQuality, PageSide, Reading, Source
from kiosk.domain.face import AgeGender, Embedding
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import CustomerStore, StepCommit
from kiosk.services.age_gender import AgeGenderJudgement
from kiosk.services.consent import consent_fact
from kiosk.services.consent_texts import ConsentTexts, load_consents
from kiosk.services.document_rules import DocumentRules
from kiosk.services.face_search import FaceHit
from kiosk.services.liveness_step import LivenessOutcome
from kiosk.services.onboarding import Onboarding
from kiosk.services.person_checks import PersonJudgement
from kiosk.services.reading import PageResult

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
MODEL = "a_model"
SCORE = 0.7351
"""The likeness that the face match found; nowhere else does this number occur."""
HOME = ConsentPlace(country="SVK", site="branch-7")


class FixedClock:
    """ports.Clock that stands still until it is told to go."""

    def __init__(self, now: str = "2026-11-21T10:00:00.000Z") -> None:
        self.now = now

    def now_utc(self) -> str:
        return self.now

    def today(self) -> str:
        return self.now[:10]

    def monotonic(self) -> float:
        return 0.0

    def go_on(self, **span: float) -> None:
        """Args as of `timedelta`."""
        moment = datetime.fromisoformat(self.now).astimezone(UTC) + timedelta(**span)
        self.now = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def consents() -> ConsentTexts:
    return load_consents(RESOURCES)


def finished_customer(
    store: CustomerStore,
    clock: FixedClock,
    *,
    workflow: str = "branch",
    biometrics: bool = True,
    recorded_by: str = "op-anna",
    place: ConsentPlace | None = HOME,
    looks_like: str = "",
    finish: bool = True,
) -> str:
    """Stores a customer who went all the way (or stopped before the decision); returns the id.

    Args: `looks_like` id of a customer whose face was found to be this one's.
    """
    onboarding = Onboarding(
        store=store,
        clock=clock,
        policy=Policy("trial", frozenset(CheckName)),
        workflow=workflow,
        rules=DocumentRules(clock.today),
        consents=consents().current(clock.today()),
    )
    onboarding.consent("consent", accepted=True, language="sk", biometrics=biometrics)
    texts = consents().current(clock.today())
    fact = consent_fact(
        texts, accepted=True, biometrics=biometrics, language="sk", at=clock.now_utc(), recorded_by=recorded_by, place=place
    )
    store.commit(StepCommit(onboarding.customer_id, "consent", clock.now_utc(), {"consent": fact}, {}))
    picture = np.full((54, 86, 3), 200, np.uint8)
    fields = (Field(FieldName.SURNAME, (Reading("ERIKSSON", Source.VISUAL_ZONE, 0.99, PageSide.FRONT),)),)
    page = DocumentPage(PageSide.FRONT, None, 1.0, (86, 54), PageQuality(1, 1, 1, 86), fields)
    onboarding.keep_page("document_front", PageSide.FRONT, PageResult(page, picture, picture, {"total": 1.0}), encode_jpeg(picture))
    judged: list[Check] = []
    template = None
    hits: tuple[FaceHit, ...] = ()
    guesses: AgeGenderJudgement | None = None
    if biometrics:
        selfie: Any = SimpleNamespace(check=Check(CheckName.SELFIE_QUALITY, CheckStatus.PASSED, score=0.91))
        onboarding.keep_selfie("selfie", selfie, picture, encode_jpeg(picture), picture)
        live = Check(CheckName.ACTIVE_LIVENESS, CheckStatus.PASSED, score=0.82, model="rule")
        onboarding.keep_liveness("liveness", LivenessOutcome(live, record=b"sealed record of the live check"))
        judged = [
            Check(CheckName.FACE_MATCH, CheckStatus.WARNING, CheckLabel.BORDERLINE, score=SCORE, threshold=0.62, model=MODEL),
            Check(CheckName.GENDER_CONSISTENCY, CheckStatus.WARNING, CheckLabel.INCONSISTENT, score=0.4321, model="estimator"),
        ]
        rng = np.random.default_rng(abs(hash(onboarding.customer_id)) % 2**32)
        template = Embedding(tuple(rng.normal(size=32).astype(np.float32).tolist()), MODEL)
        hits = (FaceHit(looks_like, SCORE),) if looks_like else ()
        same = Check(CheckName.GENDER_CONSISTENCY, CheckStatus.PASSED)
        guesses = AgeGenderJudgement(
            Check(CheckName.AGE_CONSISTENCY, CheckStatus.PASSED), same, selfie=AgeGender(67.0, 60, 69, 0.03, "estimator")
        )
    if finish:
        onboarding.keep_review("review", {})
        onboarding.decide("decision", PersonJudgement(tuple(judged), template, hits, guesses))
    return onboarding.customer_id
