"""An execution reads its document on a thread of its own while the faces are looked at: nothing of the result may depend on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import pytest

from kiosk.compose.engines import Engines
from kiosk.compose.setup import load_setup
from kiosk.domain.capability import CapabilityName
from kiosk.domain.check import CheckName, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.document import PageSide
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import encode_jpeg
from kiosk.services.execution_order import Judgement, Seen
from kiosk.services.execution_stages import Stages
from kiosk.specimens.specimen import specimen
from tests.fakes.faces import astronaut
from tests.fakes.held_up import held_up
from tests.journeys.judged import JudgedEngines, World, draw_pictures

PICTURES = ("front", "back", "selfie")


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    drawn = draw_pictures()
    again = held_up(specimen("td1").pages[PageSide.FRONT], 1000)
    beside = held_up(specimen("td1").pages[PageSide.FRONT], 560, left=700)
    beside[:640, :640] = cv2.resize(astronaut(), (640, 640))
    more = {"page again": encode_jpeg(again), "page beside the face": encode_jpeg(beside)}
    return {name: drawn[name] for name in (*PICTURES, "wall", "blank")} | more


@pytest.fixture(scope="module")
def engines(model_library: ModelLibrary) -> Iterator[JudgedEngines]:
    made = Engines(load_setup(), model_library)
    yield JudgedEngines(made)
    made.close()


def judged(engines: Any, pictures: dict[str, bytes], *, front: str = "front", selfie: str = "selfie") -> Judgement:
    parts = [("FRONT", pictures[front]), ("BACK", pictures["back"]), ("FACE", pictures[selfie])]
    return World(engines, pictures).run("3", parts)[1]


def said(judgement: Judgement) -> list[tuple[str, ...]]:
    return [(check.name.value, check.status.value, check.label.value, str(check.score)) for check in judgement.checks]


@contextmanager
def _one_after_another(_stages: Stages, _seen: Seen) -> Iterator[None]:
    yield


@pytest.mark.parametrize(("front", "selfie"), [("front", "selfie"), ("front", "wall"), ("blank", "selfie"), ("front", "page again")])
def test_the_result_is_that_of_one_thing_after_another(
    engines: JudgedEngines, pictures: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, front: str, selfie: str
) -> None:
    beside = judged(engines, pictures, front=front, selfie=selfie)
    monkeypatch.setattr(Stages, "ahead", _one_after_another)
    after = judged(engines, pictures, front=front, selfie=selfie)
    assert said(beside) == said(after)
    assert [(one.name, one.status, one.label) for one in beside.capabilities] == [
        (one.name, one.status, one.label) for one in after.capabilities
    ]
    assert beside.decision == after.decision


@pytest.mark.parametrize(("selfie", "refused"), [("page again", True), ("page beside the face", False), ("selfie", False)])
def test_the_document_photographed_again_is_no_selfie(
    engines: JudgedEngines, pictures: dict[str, bytes], selfie: str, refused: bool
) -> None:
    """The portrait is the astronaut's, as is the face of every selfie here: the face alone must not decide."""
    judgement = judged(engines, pictures, selfie=selfie)
    presence = next(check for check in judgement.checks if check.name is CheckName.PASSIVE_LIVENESS)
    liveness = next(one for one in judgement.capabilities if one.name is CapabilityName.LIVENESS)
    assert (presence.params.get("reason") == "ID_USED_AS_SELFIE") is refused
    assert (liveness.label == "ID_USED_AS_SELFIE") is refused
    if refused:
        assert (presence.status, judgement.decision.outcome) == (CheckStatus.REJECTED, Outcome.REJECT)
        assert judgement.template is None


class Watched:
    """A reader that waits for the verifier to be asked: it comes back only when both are at work."""

    def __init__(self, engines: JudgedEngines) -> None:
        self._engines, self._reader = engines, engines.document_reader()
        self.asked = threading.Event()

    def document_reader(self) -> Watched:
        return self

    def read_page(self, *arguments: Any, **options: Any) -> Any:
        assert self.asked.wait(30), "the selfie was not looked at while the document was read"
        return self._reader.read_page(*arguments, **options)

    def verifier(self) -> Any:
        self.asked.set()
        return self._engines.verifier()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engines, name)


def test_the_selfie_is_looked_at_while_the_document_is_read(engines: JudgedEngines, pictures: dict[str, bytes]) -> None:
    judgement = judged(Watched(engines), pictures)
    assert {check.name: check.status for check in judgement.checks}[CheckName.FACE_MATCH] is CheckStatus.PASSED


@pytest.mark.logs_warnings
def test_a_reader_that_fails_on_its_thread_leaves_the_document_unjudged_and_the_selfie_judged(
    engines: JudgedEngines, pictures: dict[str, bytes]
) -> None:
    class Broken:
        def document_reader(self) -> Any:
            raise ModelFault(ErrorCode.MODEL_CORRUPT, "a model whose hash is another")

        def __getattr__(self, name: str) -> Any:
            return getattr(engines, name)

    checks = {check.name: check.status for check in judged(Broken(), pictures).checks}
    assert checks[CheckName.DOCUMENT_USABILITY] is CheckStatus.NOT_EXECUTED
    assert checks[CheckName.SELFIE_QUALITY] is CheckStatus.PASSED
