"""What the session runner and the command line ask of the engines; built by `kiosk.compose`, loaded when first needed."""

from __future__ import annotations

from typing import Protocol

from kiosk.domain.challenge import Challenge
from kiosk.domain.document import PageSide
from kiosk.imaging.frame import Image
from kiosk.ports import FaceMatcher
from kiosk.services.age_gender import AgeGenderJudge
from kiosk.services.document_guide import DocumentGuide
from kiosk.services.document_rules import DocumentRules
from kiosk.services.face_guide import FaceGuide
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.reading import DocumentReader
from kiosk.services.verification import Verifier


class EngineSet(Protocol):
    """One set per process. Everything but `can_check_actively` may load models: call it off the GUI thread, one thread at a time."""

    @property
    def can_check_actively(self) -> bool:
        """Whether the models of the active check are installed; loads nothing."""
        ...

    @property
    def document_rules(self) -> DocumentRules:
        """As the settings want them; loads nothing."""
        ...

    def document_reader(self) -> DocumentReader: ...
    def verifier(self) -> Verifier: ...
    def matcher(self) -> FaceMatcher | None:
        """None when no embedding model is installed."""
        ...

    def age_gender(self) -> AgeGenderJudge: ...
    def document_guide(self, side: PageSide, front: Image | None) -> DocumentGuide:
        """`front`: the picture that the front was read from, when the back is wanted."""
        ...

    def face_guide(self) -> FaceGuide: ...
    def active_check(self, challenge: Challenge, reference: Image | None) -> ActiveCheck:
        """`reference`: the selfie, BGR."""
        ...

    def warm_up(self) -> None:
        """Loads what every customer needs, so that the first one does not wait."""
        ...

    def close(self) -> None: ...
