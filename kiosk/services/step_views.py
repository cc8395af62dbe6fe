"""The view of each step: what its screen is given to show. Reads the session, changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.challenge import DEFAULT_KINDS, Challenge, ChallengeKind
from kiosk.domain.document import PageSide
from kiosk.domain.errors import KioskBug
from kiosk.domain.views import (
    AssistView,
    ConsentView,
    DocumentCaptureView,
    DoneView,
    LanguageView,
    LivenessView,
    SelfieCaptureView,
    View,
    WelcomeView,
)
from kiosk.flow.workflow import Step
from kiosk.services.consent_texts import ConsentSet
from kiosk.services.liveness_step import LIVENESS_TRIES
from kiosk.services.onboarding import Onboarding
from kiosk.services.screen_views import review_view


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """What the configuration says: cameras by id or name, words, times, and which active checks may be asked for."""

    document_camera: str = ""
    selfie_camera: str = ""
    brand: str = "Onboarding Kiosk"
    languages: tuple[str, ...] = ("en", "sk")
    language: str = "en"
    manual_after_s: float = 6.0
    help_after_s: float = 15.0
    challenges: tuple[ChallengeKind, ...] = DEFAULT_KINDS
    flashes: bool = False
    allow_virtual_cameras: bool = False


def opening_view(step: Step, settings: RunnerSettings, language: str, consents: ConsentSet) -> View | None:
    """Of a step that comes before there is a customer; None for another."""
    match step.screen:
        case "welcome":
            return WelcomeView(settings.brand)
        case "language":
            return LanguageView(settings.languages, language)
        case "consent":
            purposes = tuple(purpose.key for purpose in consents.purposes)
            return ConsentView(purposes, consents.version, option(step, "without_biometrics"), tuple(consents.texts.values()))
    return None


def customer_view(step: Step, settings: RunnerSettings, customer: Onboarding, camera: str, challenge: Challenge | None) -> View:
    """Of a step that concerns a customer. `challenge`: of a liveness step. Raises KioskBug for a step that cannot be shown now."""
    match step.screen:
        case "document_capture":
            return DocumentCaptureView(page_side(step), camera, settings.manual_after_s, settings.help_after_s)
        case "selfie_capture":
            return SelfieCaptureView(camera, settings.manual_after_s, settings.help_after_s)
        case "liveness":
            if challenge is None:
                raise KioskBug("an active check without a challenge")
            attempt = min(customer.liveness_failures + 1, LIVENESS_TRIES)
            return LivenessView(
                challenge.kind, challenge.steps, camera, settings.help_after_s, attempt, LIVENESS_TRIES, bool(challenge.flashes)
            )
        case "assist":
            return AssistView(customer.liveness_reason, option(step, "can_go_on"), option(step, "can_retry"))
        case "review":
            return review_view(customer)
        case "done":
            if customer.decision is None:
                raise KioskBug("done without a decision")
            return DoneView(customer.decision.outcome, customer.customer_id[:8].upper())
        case unknown:
            raise KioskBug(f"no screen {unknown}")


def option(step: Step, name: str) -> bool:
    """A yes-or-no option of a workflow's step."""
    return (step.options or {}).get(name, "") == "true"


def page_side(step: Step) -> PageSide:
    """Which side a document step asks for."""
    return PageSide((step.options or {}).get("side", "front"))
