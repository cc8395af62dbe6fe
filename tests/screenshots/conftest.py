"""The same window and watch as in tests/ui."""

from tests.ui.conftest import dressed, nothing_left

__all__ = ["dressed", "nothing_left"]
