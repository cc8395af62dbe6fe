"""The consent texts of `resources/consents/`: one file per version, checked against the hashes that stand in it."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kiosk.domain.consent import BIOMETRIC, ConsentText, Purpose, WithdrawalEffect
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.source_lines import Place, line_of

ALWAYS = date.min
"""In force from the beginning: where a file names no day. A kiosk whose clock is wrong still has words to show."""

_PURPOSE_KEYS = {"key", "required", "withdrawal", "one_to_many"}
_TEXT_KEYS = {"purpose", "language", "heading", "text", "choice", "sha256"}
_NAME = re.compile(r"[a-z][a-z0-9_]{1,31}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class ConsentSet:
    """One version of the texts. `texts` by purpose and language; every purpose is there in every language."""

    version: str
    valid_from: date
    purposes: tuple[Purpose, ...]
    texts: Mapping[tuple[str, str], ConsentText]

    @property
    def from_when(self) -> str:
        return "the beginning" if self.valid_from == ALWAYS else self.valid_from.isoformat()

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(language for _, language in self.texts))

    @property
    def covers_search(self) -> bool:
        """Whether who agrees to it has been told that their face is searched for among earlier customers, and kept for that."""
        return any(purpose.one_to_many for purpose in self.purposes)

    def purpose(self, key: str) -> Purpose | None:
        return next((purpose for purpose in self.purposes if purpose.key == key), None)

    def in_language(self, language: str) -> tuple[ConsentText, ...]:
        """In the order of the purposes. Raises BadInput(BAD_ARGUMENT) when there are no texts in this language."""
        if language not in self.languages:
            raise BadInput(
                ErrorCode.BAD_ARGUMENT, f"consent {self.version} has no texts in {language!r}; it has {', '.join(self.languages)}"
            )
        return tuple(self.texts[purpose.key, language] for purpose in self.purposes)


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """All versions, the oldest first: old ones stay, because customers have agreed to them."""

    sets: tuple[ConsentSet, ...]

    def current(self, today: str) -> ConsentSet:
        """The latest that is in force. Args: `today` YYYY-MM-DD. Raises BadInput(WORKFLOW_INVALID) when none is yet."""
        day = date.fromisoformat(today)
        in_force = [one for one in self.sets if one.valid_from <= day]
        if not in_force:
            raise BadInput(ErrorCode.WORKFLOW_INVALID, f"no consent text is in force on {today}: look at valid_from in resources/consents")
        return in_force[-1]

    def version(self, version: str) -> ConsentSet | None:
        return next((one for one in self.sets if one.version == version), None)


def load_consents(resources: Path) -> ConsentTexts:
    """From `resources/consents/*.toml`. Raises BadInput(WORKFLOW_INVALID) with the file and line of the first mistake."""
    paths = sorted((resources / "consents").glob("*.toml"))
    if not paths:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, "there are no consent texts in resources/consents")
    sets = sorted((read_consent_file(path) for path in paths), key=lambda one: (one.valid_from, one.version))
    for one, other in itertools.pairwise(sets):
        if one.valid_from == other.valid_from:
            raise BadInput(ErrorCode.WORKFLOW_INVALID, f"consents {one.version} and {other.version} are both valid from {one.from_when}")
    return ConsentTexts(tuple(sets))


def read_consent_file(path: Path) -> ConsentSet:
    """One version. Raises BadInput: FILE_NOT_FOUND, WORKFLOW_INVALID with file, line and what is wrong there."""
    try:
        source = path.read_text("utf-8")
        data = tomllib.loads(source)
    except FileNotFoundError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path} is not there") from error
    except OSError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(ErrorCode.WORKFLOW_INVALID, f"{path.name} is not TOML: {error}") from error
    return _Reader(path, source).read(data)


class _Reader:
    """Reads one file; the first mistake ends it."""

    def __init__(self, path: Path, source: str) -> None:
        self._path = path
        self._source = source

    def read(self, data: Mapping[str, object]) -> ConsentSet:
        self._refuse_unknown(data, {"version", "valid_from", "purpose", "text"}, Place())
        version = data.get("version")
        if not isinstance(version, str) or version != self._path.stem:
            raise self._wrong(Place(key="version"), f"version must be the file's own name, {self._path.stem!r}")
        valid_from = data.get("valid_from", ALWAYS)
        if type(valid_from) is not date:
            raise self._wrong(Place(key="valid_from"), "valid_from must be a date, written 2026-11-01 without quotes")
        purposes = self._purposes(data.get("purpose"))
        texts = self._texts(data.get("text"), version, {purpose.key for purpose in purposes})
        languages = dict.fromkeys(language for _, language in texts)
        for language in languages:
            for purpose in purposes:
                if (purpose.key, language) not in texts:
                    raise self._wrong(Place(), f"purpose {purpose.key} has no text in {language!r}")
        return ConsentSet(version, valid_from, purposes, texts)

    def _purposes(self, raw: object) -> tuple[Purpose, ...]:
        found: dict[str, Purpose] = {}
        for number, table in enumerate(raw if isinstance(raw, list) else []):
            place = Place("purpose", number)
            if not isinstance(table, dict):
                raise self._wrong(place, "a purpose is a table, written [[purpose]]")
            self._refuse_unknown(table, _PURPOSE_KEYS, place)
            key, required, effect = table.get("key"), table.get("required"), table.get("withdrawal")
            if not isinstance(key, str) or not _NAME.fullmatch(key):
                raise self._wrong(self._at(place, "key"), "key must be small letters, digits and _")
            if key in found:
                raise self._wrong(self._at(place, "key"), f"purpose {key} stands twice")
            if not isinstance(required, bool):
                raise self._wrong(self._at(place, "required"), "required must be true or false")
            if not isinstance(effect, str) or effect not in set(WithdrawalEffect):
                raise self._wrong(self._at(place, "withdrawal"), f"withdrawal must be one of {', '.join(WithdrawalEffect)}")
            search = table.get("one_to_many", False)
            if not isinstance(search, bool) or (search and key != BIOMETRIC):
                raise self._wrong(self._at(place, "one_to_many"), f"one_to_many is true or false, and of {BIOMETRIC} alone")
            found[key] = Purpose(key, required, WithdrawalEffect(effect), search)
        if BIOMETRIC not in found:
            raise self._wrong(Place(), f"there is no purpose {BIOMETRIC}: nobody may be compared without being asked")
        if found[BIOMETRIC].withdrawal is WithdrawalEffect.NOTHING:
            number = list(found).index(BIOMETRIC)
            raise self._wrong(Place("purpose", number, "withdrawal"), f"withdrawal of {BIOMETRIC} must erase at least biometrics")
        return tuple(found.values())

    def _texts(self, raw: object, version: str, purposes: set[str]) -> dict[tuple[str, str], ConsentText]:
        found: dict[tuple[str, str], ConsentText] = {}
        for number, table in enumerate(raw if isinstance(raw, list) else []):
            place = Place("text", number)
            if not isinstance(table, dict):
                raise self._wrong(place, "a text is a table, written [[text]]")
            self._refuse_unknown(table, _TEXT_KEYS, place)
            words = {key: table.get(key, "") for key in sorted(_TEXT_KEYS)}
            for key, value in words.items():
                if not isinstance(value, str) or (not value.strip() and key not in ("choice", "sha256")):
                    raise self._wrong(self._at(place, key), f"{key} must be a text")
            if words["purpose"] not in purposes:
                raise self._wrong(self._at(place, "purpose"), f"there is no [[purpose]] {words['purpose']!r}")
            if not _LANGUAGE.fullmatch(words["language"]):
                raise self._wrong(self._at(place, "language"), f"{words['language']!r} is no language code (BCP 47)")
            digest = words.pop("sha256")
            text = ConsentText(version=version, **words)
            if (text.purpose, text.language) in found:
                raise self._wrong(self._at(place, "purpose"), f"{text.purpose} stands twice in {text.language!r}")
            if digest != text.sha256:
                # a text that customers have agreed to must not change under its version
                why = f"sha256 is not that of the words. A changed text needs a new version; of a new one the sha256 is {text.sha256}"
                raise self._wrong(self._at(place, "sha256"), why)
            found[text.purpose, text.language] = text
        if not found:
            raise self._wrong(Place(), "there is no [[text]]")
        return found

    def _refuse_unknown(self, table: Mapping[str, object], known: set[str], place: Place) -> None:
        unknown = sorted(set(table) - known)
        if unknown:
            raise self._wrong(self._at(place, unknown[0]), f"unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")

    def _at(self, place: Place, key: str) -> Place:
        return Place(place.table, place.number, key)

    def _wrong(self, place: Place, what: str) -> BadInput:
        return BadInput(ErrorCode.WORKFLOW_INVALID, f"{self._path.name}:{line_of(self._source, place)}: {what}")
