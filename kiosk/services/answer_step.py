"""What the steps for contacts, proofs and the chip have in common: they are answered with data and end with one `StepAnswer`.

A step is plain state. It starts no thread and knows no bus; what takes long it hands back as a `Task`, which `Answering` has done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from kiosk.domain.views import View
from kiosk.services.step_answers import StepAnswer


class Move(Enum):
    """What follows from an answer."""

    STAY = auto()
    """Nothing new."""
    SHOW = auto()
    """The step is shown again, with its view as it is now."""
    LEAVE = auto()
    """It is over: `result` is kept, and the customer goes on."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that takes long. No other answer is taken meanwhile.

    Attributes:
        label: of `events.Busy`.
        run: done on another thread; gives what is to be done with it on the session's. An expected failure is no exception.
        engines: it touches the engines (or pdfium); else it waits for somebody else.
    """

    label: str
    run: Callable[[], Callable[[], Reply]]
    engines: bool = False


Reply = Move | Task


class AnswerStep(Protocol):
    """One entry of one such step. Belongs to the session's thread. Methods raise StoreFault."""

    def view(self) -> View: ...
    def answer(self, data: Mapping[str, object]) -> Reply:
        """What the screen's `advance` was given. An answer to a question that is not on is STAY."""
        ...

    def skip(self) -> Reply: ...
    def result(self) -> StepAnswer:
        """After LEAVE; may be asked more than once."""
        ...
