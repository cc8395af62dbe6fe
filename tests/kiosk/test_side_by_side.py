"""Work on several pictures at once: results in order, errors pass, no thread stays."""

from __future__ import annotations

import threading

import pytest

from kiosk.services.side_by_side import in_two_steps, side_by_side


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


# --- in two steps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 5, 20])
def test_the_second_step_gets_the_item_and_what_the_first_made_of_it(count: int) -> None:
    found = in_two_steps(lambda item: item * 2, lambda item, between: (item, between), range(count))
    assert found == [(item, item * 2) for item in range(count)]


def test_a_second_step_begins_while_the_last_first_step_is_not_done() -> None:
    """Else one thread would wait whenever the number of items is odd."""
    begun = threading.Event()

    def first(item: int) -> bool:
        return begun.wait(20) if item == 4 else False

    def second(_item: int, between: bool) -> bool:
        begun.set()
        return between

    assert in_two_steps(first, second, range(5)) == [False, False, False, False, True]


def failing(item: int) -> int:
    raise LookupError(str(item))


@pytest.mark.parametrize("count", [1, 5])
def test_what_either_step_raises_passes_through(count: int) -> None:
    with pytest.raises(LookupError, match="0"):
        in_two_steps(failing, lambda _item, between: between, range(count))
    with pytest.raises(LookupError, match="0"):
        in_two_steps(lambda item: item, lambda item, _between: failing(item), range(count))
