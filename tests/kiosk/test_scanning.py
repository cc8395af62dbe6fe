"""Which pages belong together, and for how long they are waited for."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.scanning import MOST_S, gather_pages


class Time:
    """A clock that a pause moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def now_utc(self) -> str:
        raise AssertionError("no date is needed")

    def today(self) -> str:
        raise AssertionError("no date is needed")

    def monotonic(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


class Feeder:
    """Gives pages at set moments; `writing` are spans during which one is on its way."""

    def __init__(self, time: Time, pages: dict[float, str], writing: tuple[tuple[float, float], ...] = ()) -> None:
        self._time = time
        self._pages = dict(pages)
        self._writing = writing

    def pages(self) -> tuple[Path, ...]:
        due = [at for at in self._pages if at <= self._time.now]
        return tuple(Path(self._pages.pop(at)) for at in sorted(due))

    def is_writing(self) -> bool:
        return any(start <= self._time.now < end for start, end in self._writing)


def gather(time: Time, feeder: Feeder, wait_s: float = 10.0) -> list[str]:
    return [path.name for path in gather_pages(feeder, time, wait_s=wait_s, quiet_s=2.0, pause=time.pause)]


def test_pages_that_follow_one_another_are_one_document_and_a_later_one_is_not() -> None:
    time = Time()
    assert gather(time, Feeder(time, {3.0: "front", 4.5: "back", 20.0: "next customer"})) == ["front", "back"]
    assert time.now < 7


def test_a_page_that_is_still_being_written_is_waited_for() -> None:
    time = Time()
    assert gather(time, Feeder(time, {1.0: "front", 9.0: "back"}, writing=((2.0, 9.0),))) == ["front", "back"]


def test_a_first_page_that_is_being_written_when_the_time_is_up_still_counts() -> None:
    time = Time()
    assert gather(time, Feeder(time, {12.0: "front"}, writing=((9.0, 12.0),))) == ["front"]


def test_no_page_in_time_is_told() -> None:
    time = Time()
    with pytest.raises(BadInput, match="within 10 s") as caught:
        gather(time, Feeder(time, {11.0: "late"}))
    assert caught.value.code is ErrorCode.TIMED_OUT


def test_a_scanner_that_never_stops_ends_after_a_minute() -> None:
    time = Time()
    assert len(gather(time, Feeder(time, {float(at): f"{at}" for at in range(500)}))) > 50
    assert time.now <= MOST_S + 1
    with pytest.raises(BadInput):
        gather(time, Feeder(time, {}, writing=((0.0, 10_000.0),)))


@pytest.mark.parametrize(("left_at", "expected"), [(1.0, []), (4.0, ["front"])])
def test_as_soon_as_nobody_waits_what_has_come_so_far_is_given(left_at: float, expected: list[str]) -> None:
    time = Time()
    feeder = Feeder(time, {3.0: "front", 4.5: "back"})
    pages = gather_pages(feeder, time, wait_s=10.0, pause=time.pause, wanted=lambda: time.now < left_at)
    assert [page.name for page in pages] == expected
    assert time.now < left_at + 0.2
