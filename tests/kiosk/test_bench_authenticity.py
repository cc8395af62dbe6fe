"""The bench of authenticity signals counts what was raised, what was not measured and what was refused, by signal and by design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiosk.bench.authenticity import GENUINE, authenticity
from kiosk.domain.document import DocumentPage, FieldName, PageQuality, PageSide, Signal, Suspicion
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.frame import Image


@dataclass(frozen=True)
class _Result:
    page: DocumentPage


class ScriptedReader:
    """Refuses the first picture, raises retouched text on the second, and sees nothing in the others."""

    def __init__(self) -> None:
        self.asked: list[PageSide | None] = []

    def read_page(self, image: Image, *, expected: PageSide | None = None) -> _Result:
        self.asked.append(expected)
        if len(self.asked) == 1:
            raise BadInput(ErrorCode.NO_DOCUMENT_DETECTED, "scripted")
        raised = len(self.asked) == 2
        fields = {FieldName.SURNAME: 0.9, FieldName.GIVEN_NAMES: 0.1} if raised else {}
        signals = tuple(
            Signal(one, 0.9, 0.5, "rule", fields=fields)
            if raised and one is Suspicion.TEXT_RETOUCHED
            else Signal(one, None, 0.5, "rule", why="NOT_SHARP")
            if one is Suspicion.SCREEN
            else Signal(one, 0.1, 0.5, "rule")
            for one in Suspicion
        )
        return _Result(DocumentPage(PageSide.FRONT, None, 1.0, (1200, 756), PageQuality(1.0, 0.5, 1.0, 1200), signals=signals))


def test_false_alarms_are_told_by_kind_by_design_and_one_by_one() -> None:
    reader = ScriptedReader()
    body: dict[str, Any] = authenticity(1, first_seed=7, reader=reader, attacks_too=False)
    kinds = list(GENUINE)
    assert len(reader.asked) == len(kinds)
    first, second = (body["genuine"][kind] for kind in kinds[:2])
    assert (first["any"]["refused"], first["any"]["of"]) == (1, 0)
    assert (second["any"]["raised"], second["any"]["of"], second["any"]["refused"]) == (1, 1, 0)
    assert (second["textRetouched"]["raised"], second["textRetouched"]["of"]) == (1, 1)
    assert second["screen"] | {"low": 0, "high": 0} == {
        "raised": 0, "of": 0, "rate": None, "low": 0, "high": 0, "not_measured": {"NOT_SHARP": 1}
    }  # fmt: skip
    (alarm,) = body["alarms"]
    assert (alarm["kind"], alarm["seed"], alarm["signal"], alarm["fields"]) == (kinds[1], 7, "textRetouched", ["surname"])
    drawn = body["genuine_by_design"][alarm["design"]]
    assert (drawn["textRetouched"]["raised"], drawn["textRetouched"]["of"], drawn["any"]["refused"]) == (1, len(kinds) - 1, 1)
    assert body["attacks"] == {}


def test_a_page_that_is_held_straight_is_among_the_genuine_photographs() -> None:
    body: dict[str, Any] = authenticity(1, first_seed=2, attacks_too=False)
    assert body["genuine"]["desk"]["any"]["of"] == 1
    assert body["places"] == "drawn"
