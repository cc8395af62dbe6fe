"""Levels of the server-driven session: TOML files that an integrator writes, saying which screens a customer meets and in which order."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kiosk.domain.challenge import DEFAULT_KINDS, ChallengeKind
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.source_lines import Place, line_of


class Show(StrEnum):
    """Every screen of the protocol (seed 004)."""

    CONSENT = "consent_screen"
    DOCUMENT_FRONT = "scan_id_document_front_screen"
    DOCUMENT_BACK = "scan_id_document_back_screen"
    LIVENESS = "liveness_screen"
    PROOF_OF_ADDRESS = "proof_of_address_screen"
    PROOF_OF_FUNDS = "proof_of_funds_screen"
    PHONE = "phone_verification_start_screen"
    EMAIL = "email_verification_start_screen"
    NFC = "nfc_capture_screen"
    COMPLETED = "completed_screen"
    SUCCESSFUL = "successful_screen"
    REJECTED = "rejected_screen"
    CANCEL = "cancel_screen"


TERMINAL = frozenset({Show.COMPLETED, Show.SUCCESSFUL, Show.REJECTED, Show.CANCEL})
POLL_AFTER_S: Mapping[Show, int] = {
    Show.DOCUMENT_FRONT: 90,
    Show.DOCUMENT_BACK: 90,
    Show.LIVENESS: 10,
    Show.PROOF_OF_ADDRESS: 10,
    Show.PROOF_OF_FUNDS: 10,
    Show.PHONE: 10,
    Show.EMAIL: 30,
    Show.NFC: 10,
}
"""A client that heard nothing for so long asks again (seed 004)."""
_ALWAYS = frozenset({Show.CONSENT, Show.DOCUMENT_FRONT})


@dataclass(frozen=True, slots=True)
class LevelScreen:
    """One screen. `optional`: may be skipped, and is where this machine lacks what it needs. `title`, `text`: shown as they are."""

    show: Show
    title: str = ""
    text: str = ""
    optional: bool = False
    allow_manual_upload: bool = False
    challenges: tuple[ChallengeKind, ...] = ()
    tries: int = 5


@dataclass(frozen=True, slots=True)
class Level:
    """`policy`: key of the decision policy; `valid_s`: life of a session."""

    key: str
    title: str
    policy: str
    screens: tuple[LevelScreen, ...]
    valid_s: int = 3600

    def screen(self, show: Show) -> LevelScreen | None:
        return next((screen for screen in self.screens if screen.show is show), None)


def load_levels(folder: Path) -> dict[str, Level]:
    """Every `folder/levels/*.toml`, by key. Raises BadInput(WORKFLOW_INVALID) that names file and line."""
    return {path.stem: load_level(path) for path in sorted((folder / "levels").glob("*.toml"))}


def load_level(path: Path) -> Level:
    """Raises BadInput(WORKFLOW_INVALID) that names file and line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} cannot be read: {error}") from error
    return parse_level(path.stem, text)


def parse_level(key: str, text: str) -> Level:
    """Raises BadInput(WORKFLOW_INVALID) that names file and line."""
    name = f"{key}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{name} is not TOML: {error}") from error

    def wrong(what: str, place: Place | None = None) -> BadInput:
        return BadInput(ErrorCode.WORKFLOW_INVALID, f"{name}, line {line_of(text, place or Place())}: {what}")

    if not re.fullmatch(r"[a-z0-9_-]+", key):
        raise wrong("the file's name takes small letters, digits, - and _")
    for unknown in sorted(set(data) - {"title", "policy", "valid_s", "screen"}):
        raise wrong(f"unknown {unknown}", Place(key=unknown))
    for needed in ("title", "policy"):
        if not isinstance(data.get(needed), str) or not data[needed]:
            raise wrong(f"{needed} is missing", Place(key=needed))
    valid_s = data.get("valid_s", 3600)
    if isinstance(valid_s, bool) or not isinstance(valid_s, int) or not 60 <= valid_s <= 7 * 86400:
        raise wrong("valid_s is a number of seconds from 60 to 604800", Place(key="valid_s"))
    listed = data.get("screen")
    if not isinstance(listed, list) or not listed:
        raise wrong("there is no [[screen]]")
    screens: list[LevelScreen] = []
    for number, raw in enumerate(listed):
        try:
            screen = _screen(raw)
            _check_order(screens, screen)
        except _Wrong as error:
            raise wrong(str(error), Place("screen", number, error.key)) from None
        screens.append(screen)
    missing = sorted(show.value for show in _ALWAYS - {screen.show for screen in screens})
    if missing:
        raise wrong(f"no {', no '.join(missing)}")
    return Level(key, data["title"], data["policy"], tuple(screens), valid_s)


class _Wrong(Exception):
    def __init__(self, what: str, key: str) -> None:
        super().__init__(what)
        self.key = key


_KEYS = {"show", "title", "text", "optional", "allow_manual_upload", "challenges", "tries"}


def _screen(raw: object) -> LevelScreen:
    if not isinstance(raw, dict):
        raise _Wrong("a [[screen]] is a table", "show")
    for unknown in sorted(set(raw) - _KEYS):
        raise _Wrong(f"unknown {unknown}", unknown)
    try:
        show = Show(raw.get("show", ""))
    except ValueError:
        raise _Wrong(f"{raw.get('show')!r} is no screen of the protocol", "show") from None
    if show in TERMINAL:
        raise _Wrong(f"{show.value} is shown at the end by itself", "show")
    for key, kind in (("title", str), ("text", str), ("optional", bool), ("allow_manual_upload", bool)):
        if not isinstance(raw.get(key, kind()), kind):
            raise _Wrong(f"{key} is of another kind", key)
    if raw.get("optional") and show in _ALWAYS:
        raise _Wrong(f"{show.value} cannot be optional", "optional")
    tries = raw.get("tries", 5)
    if isinstance(tries, bool) or not isinstance(tries, int) or not 1 <= tries <= 20:
        raise _Wrong("tries is a number from 1 to 20", "tries")
    return LevelScreen(
        show,
        raw.get("title", ""),
        raw.get("text", ""),
        raw.get("optional", False),
        raw.get("allow_manual_upload", False),
        _challenges(raw, show),
        tries,
    )


def _challenges(raw: Mapping[str, object], show: Show) -> tuple[ChallengeKind, ...]:
    given = raw.get("challenges")
    if given is None:
        return DEFAULT_KINDS if show is Show.LIVENESS else ()
    if show is not Show.LIVENESS:
        raise _Wrong(f"challenges belong to {Show.LIVENESS.value}", "challenges")
    try:
        kinds = tuple(ChallengeKind(kind) for kind in given) if isinstance(given, list) else ()
    except ValueError as error:
        raise _Wrong(str(error), "challenges") from None
    if not kinds:
        raise _Wrong("challenges is a list of at least one", "challenges")
    return kinds


def _check_order(before: list[LevelScreen], screen: LevelScreen) -> None:
    shown = {one.show for one in before}
    if screen.show in shown:
        raise _Wrong(f"{screen.show.value} stands twice", "show")
    if not before and screen.show is not Show.CONSENT:
        raise _Wrong(f"{Show.CONSENT.value} comes first: nothing is asked before the customer has agreed", "show")
    if screen.show in (Show.DOCUMENT_BACK, Show.NFC) and Show.DOCUMENT_FRONT not in shown:
        raise _Wrong(f"{screen.show.value} comes after {Show.DOCUMENT_FRONT.value}", "show")
