"""Work on several pictures, two at a time: inference lets go of Python's lock, and each piece is too small to be shared between cores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_AT_ONCE = 2
"""A kiosk has two cores, and a preview may be running."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """The results in the order of `items`; `work` is called from several threads at once, and what it raises passes through.

    The threads end before this returns.
    """
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="side_by_side") as pool:
        return list(pool.map(work, items))
