"""Options and makers that the fault tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.keys import KeyPlace


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=None, help="how many times test_store_kill.py kills the writing process (or KIOSK_KILLS)")


@pytest.fixture
def kills(pytestconfig: pytest.Config) -> int:
    # the option is known only when this folder is named on the command line; then as always the environment may say it
    return pytestconfig.getoption("kills", None) or int(os.environ.get("KIOSK_KILLS", "12"))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., SqlCustomerStore]]:
    """Opens stores that are closed after the test; by default the one in `tmp_path / "store"`."""
    stores: list[SqlCustomerStore] = []

    def open_one(folder: Path | None = None, **options: object) -> SqlCustomerStore:
        store = open_store(folder or tmp_path / "store", **{"keys": KeyPlace.FILE, **options})  # type: ignore[arg-type]
        stores.append(store)
        return store

    yield open_one
    for store in stores:
        store.close()
