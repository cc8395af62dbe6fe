"""What the engines judge of a person for the decision: the same face on document, selfie and live check, a live one, known or new."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

from kiosk.domain.check import Check, CheckLabel, CheckName, not_executed
from kiosk.domain.document import Document
from kiosk.domain.errors import ModelFault
from kiosk.domain.face import Embedding
from kiosk.imaging.frame import Image
from kiosk.ports import CustomerStore
from kiosk.services.verification import Verifier

_log = logging.getLogger(__name__)

_DECLINABLE = (CheckName.FACE_MATCH, CheckName.PASSIVE_LIVENESS)


@dataclass(frozen=True, slots=True)
class PersonQuestion:
    """What is known of a customer when the decision is due.

    Attributes:
        live_frames: frontal pictures of the active check.
        declined: the customer chose the way without comparing faces.
        search: whether stored faces are searched, and this one is kept for later searches.
    """

    customer_id: str
    document: Document
    portrait: Image | None
    selfie: Image | None
    live_frames: tuple[Image, ...] = ()
    declined: bool = False
    search: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored customer with a face like this one."""

    customer_id: str
    score: float


@dataclass(frozen=True, slots=True)
class PersonJudgement:
    """`template`: the selfie's, to be kept for later searches; None where the policy wants no search."""

    checks: tuple[Check, ...]
    template: Embedding | None = None
    hits: tuple[Hit, ...] = ()


class PersonEngines(Protocol):
    """What is needed of the engine set."""

    def verifier(self) -> Verifier:
        """Raises ModelFault."""
        ...


class PersonChecks:
    """Runs on the analysis lane; holds no customer."""

    def __init__(self, engines: PersonEngines, store: CustomerStore) -> None:
        self._engines = engines
        self._store = store

    def judge(self, question: PersonQuestion) -> PersonJudgement:
        """An engine that cannot be loaded leaves its checks not executed, nothing more."""
        if question.declined:
            return PersonJudgement(tuple(not_executed(name, CheckLabel.DECLINED, inputs=("selfie",)) for name in _DECLINABLE))
        inputs = ("liveness",) if question.live_frames else ("selfie",)
        try:
            verifier = self._engines.verifier()
        except ModelFault as error:
            _log.error("faces could not be judged: %s", error.code.value)
            return PersonJudgement(tuple(not_executed(name, CheckLabel.ENGINE_FAILED, inputs=("selfie",)) for name in _DECLINABLE))
        frames = question.live_frames or (() if question.selfie is None else (question.selfie,))
        checks = [verifier.face_match(question.portrait, question.selfie), verifier.passive_liveness(frames, inputs=inputs)]
        return PersonJudgement(tuple(checks))
