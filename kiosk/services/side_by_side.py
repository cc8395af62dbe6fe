"""Work on several pictures, two at a time: inference lets go of Python's lock, and each piece is too small to be shared between cores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_AT_ONCE = 2
"""A kiosk has two cores, and a preview may be running."""

Item = TypeVar("Item")
Between = TypeVar("Between")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """The results in the order of `items`; `work` is called from several threads at once, and what it raises passes through.

    The threads end before this returns.
    """
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="side_by_side") as pool:
        return list(pool.map(work, items))


def in_two_steps(first: Callable[[Item], Between], second: Callable[[Item, Between], Result], items: Sequence[Item]) -> list[Result]:
    """As `side_by_side`, with the work cut in two: of five items neither thread waits while the other does the fifth.

    `second` gets the item and what `first` gave for it.
    """
    if len(items) < 2:
        return [second(item, first(item)) for item in items]

    def rest(item: Item, begun: Future[Between]) -> Result:
        return second(item, begun.result())  # begun before any second step, so it is done, or being done by the other thread

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="side_by_side") as pool:
        begun = [pool.submit(first, item) for item in items]
        ended = [pool.submit(rest, item, one) for item, one in zip(items, begun, strict=True)]
        return [one.result() for one in ended]
