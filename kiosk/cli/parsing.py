"""Types that every command needs."""

from __future__ import annotations

import argparse
from typing import Any

Subparsers = Any
"""argparse's sub-parser action: its class is private to argparse."""

Arguments = argparse.Namespace
