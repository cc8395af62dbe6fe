"""Challenges are drawn from the system's own chance. A test that films what was drawn gets the same each time, by its own name."""

from __future__ import annotations

import random
import secrets
import zlib
from types import SimpleNamespace

import pytest


def fix_challenges(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """All books of one test draw from one source, so that no two of their ids or nonces are the same."""
    drawn = random.Random(zlib.crc32(name.encode()))
    fixed = SimpleNamespace(SystemRandom=lambda: drawn, compare_digest=secrets.compare_digest)
    monkeypatch.setattr("kiosk.services.liveness.challenges.secrets", fixed)
