"""Work on several pictures at once: results in order, errors pass, no thread stays."""

from __future__ import annotations

import threading

import pytest

from kiosk.services.side_by_side import side_by_side


def test_results_are_in_the_order_of_the_items() -> None:
    assert side_by_side(lambda number: number * number, range(20)) == [number * number for number in range(20)]
    assert side_by_side(str, []) == []


def test_two_are_worked_on_at_once() -> None:
    met = threading.Barrier(2, timeout=10)  # breaks unless two wait at it
    side_by_side(lambda _item: met.wait(), [1, 2])


def test_one_alone_needs_no_thread() -> None:
    assert side_by_side(lambda _item: threading.current_thread(), [1]) == [threading.current_thread()]


def test_what_the_work_raises_passes_through_and_no_thread_stays() -> None:
    def failing(item: int) -> int:
        if item == 2:
            raise ValueError("this one")
        return item

    before = set(threading.enumerate())
    with pytest.raises(ValueError, match="this one"):
        side_by_side(failing, [1, 2, 3, 4])
    assert not set(threading.enumerate()) - before
