"""How many simulated sessions are played: `pytest tests/kiosk/liveness --sessions 200`, or KIOSK_SESSIONS."""

from __future__ import annotations

import os

import pytest

DEFAULT = 40
"""Of each of the five kinds: 200 in all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sessions", type=int, default=None, help="simulated sessions for each kind of active check (or KIOSK_SESSIONS)")
    parser.addoption("--pixel-sessions", type=int, default=None, help="rendered sessions for each kind (or KIOSK_PIXEL_SESSIONS)")


@pytest.fixture
def sessions(pytestconfig: pytest.Config) -> int:
    return pytestconfig.getoption("sessions", None) or int(os.environ.get("KIOSK_SESSIONS", str(DEFAULT)))


@pytest.fixture
def pixel_sessions(pytestconfig: pytest.Config) -> int:
    return pytestconfig.getoption("pixel_sessions", None) or int(os.environ.get("KIOSK_PIXEL_SESSIONS", "1"))
