"""What goes into judging an execution, what comes out, and what is known on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.domain.capability import Capability, CapabilityName, Category, CredentialRef, Part
from kiosk.domain.challenge import CaptureRecord
from kiosk.domain.check import Check
from kiosk.domain.decision import Decision, Policy
from kiosk.domain.document import Document
from kiosk.domain.face import Embedding
from kiosk.flow.definition import CredentialRule, Definition
from kiosk.imaging.frame import Image
from kiosk.ports import FaceMatcher, Json
from kiosk.services.age_gender import AgeGenderJudge
from kiosk.services.document_rules import DocumentRules
from kiosk.services.face_search import FaceHit
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.reading import DocumentReader, PageResult
from kiosk.services.risk import Risk
from kiosk.services.verification import SelfieResult, Verifier

RecordReplay = Callable[[CaptureRecord, Image | None], ActiveCheck]
"""Judges an active check from its record (`services.liveness.replay.replayed` on the installed engines). Raises ModelFault, BadInput."""


class ExecutionEngines(Protocol):
    """What is needed of the engine set. All but `document_rules` may raise ModelFault."""

    @property
    def document_rules(self) -> DocumentRules: ...
    def document_reader(self) -> DocumentReader: ...
    def verifier(self) -> Verifier: ...
    def matcher(self) -> FaceMatcher | None: ...
    def age_gender(self) -> AgeGenderJudge: ...


class Screening(Protocol):
    """Looks a person up in the lists."""

    def __call__(self, document: Document, user_reference: str) -> tuple[Check, Mapping[str, Json]]:
        """WATCHLIST_SCREENING, and the protocol's data (searchDate, searchStatus, searchId, searchReference, searchResults)."""
        ...


@dataclass(frozen=True, slots=True)
class Handed:
    """One credential with the parts that were handed in; `on_file`: in an earlier execution."""

    ref: CredentialRef
    rule: CredentialRule
    parts: Mapping[Part, bytes]
    on_file: bool = False


@dataclass(frozen=True, slots=True)
class JudgingOrder:
    """What is to be judged.

    Attributes:
        facemap: enrolled earlier in this account, that the customer is compared with; None when there is none.
        execution_id: what a capture record is used up for.
        record_session: session that a capture record must be bound to; "" = whatever it names itself (files handed in by staff).
        url: of the account, for links.
    """

    account_id: str
    definition: Definition
    policy: Policy
    handed: tuple[Handed, ...]
    consented: bool
    execution_id: str = ""
    user_reference: str = ""
    facemap: bytes | None = None
    record_session: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of it.

    Attributes:
        enrolled: credential id and the facemap made of it; only where the decision is ACCEPT.
        template, selfie_crop: to be kept for later searches, where the policy searches.
    """

    capabilities: tuple[Capability, ...]
    checks: tuple[Check, ...]
    decision: Decision
    risk: Risk
    document: Document | None
    timings_ms: Mapping[str, float]
    enrolled: tuple[str, bytes] | None = None
    template: Embedding | None = None
    selfie_crop: bytes | None = None
    hits: tuple[FaceHit, ...] = ()


Pages = tuple[list[PageResult], Check | None]
"""Of one document: its pages as read, and the check that refuses them."""


@dataclass(slots=True)
class Seen:
    """What is known of one execution while it is judged.

    Attributes:
        readings: of documents, under way on another thread.
        portrait_pages: pages with a portrait, straightened, BGR; also of a document that was refused.
        is_sourced: it was asked whether a selfie is a picture of one of them.
        looked: usability of what was looked at meanwhile.
        spent_ms: per capability, of what was worked out ahead of its stage.
    """

    order: JudgingOrder
    documents: dict[str, Document] = field(default_factory=dict)
    pages: dict[str, list[PageResult]] = field(default_factory=dict)
    rule_checks: dict[str, tuple[Check, ...]] = field(default_factory=dict)
    portrait_pages: list[Image] = field(default_factory=list)
    selfies: dict[str, tuple[Image, SelfieResult | None]] = field(default_factory=dict)
    selfie_checks: list[Check] = field(default_factory=list)
    record: CaptureRecord | None = None
    record_data: bytes = b""
    record_check: Check | None = None
    active: Check | None = None
    advisory: tuple[Check, ...] = ()
    frames: tuple[Image, ...] = ()
    facemap: bytes | None = None
    presence: tuple[Check, ...] = ()
    is_sourced: bool = False
    hits: tuple[FaceHit, ...] = ()
    readings: Mapping[str, Future[Pages]] = field(default_factory=dict)
    looked: dict[str, tuple[Check, ...]] = field(default_factory=dict)
    spent_ms: dict[CapabilityName, float] = field(default_factory=dict)

    def add_time(self, name: CapabilityName, ms: float) -> None:
        self.spent_ms[name] = self.spent_ms.get(name, 0.0) + ms

    def portrait(self, credential: str) -> Image | None:
        return next((page.portrait for page in self.pages.get(credential, ()) if page.portrait is not None), None)

    @property
    def any_portrait(self) -> Image | None:
        return next((portrait for credential in self.pages if (portrait := self.portrait(credential)) is not None), None)

    @property
    def selfie(self) -> Image | None:
        return next((image for image, _ in self.selfies.values()), None)

    @property
    def is_searched(self) -> bool:
        """Faces are searched for where the policy wants it and a person is onboarded: a new document and a new selfie."""
        new = {one.ref.category for one in self.order.handed if not one.on_file}
        chosen = self.order.definition.combinations
        return self.order.policy.one_to_many and not chosen and {Category.ID, Category.SELFIE} <= new
