"""The database key and the device's: made once, kept in the OS keyring or in a key file, and proved right before anything is opened.

`store.json` beside the database (`device.json` for the device's key) is the one record of where the key is. It holds no secret: an HMAC
made with the key tells a wrong key from a damaged database, and a keyring that is out of reach is an error, never a reason to make a
second key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.store.faults import store_errors
from kiosk.store.files import folder_lock, sync_folder, write_file

_log = logging.getLogger(__name__)

DATABASE_FILE = "store.db"
RECORD_FILE = "store.json"
KEY_FILE = "store.key"
PLACE_VARIABLE = "KIOSK_STORE_KEY"
"""Environment variable: "auto", "keyring" or "file". Read only when a store is made; afterwards the record decides."""

_KEY_BYTES = 32
_FORMAT = 1
_SERVICE = "onboarding-kiosk"


class KeyPlace(StrEnum):
    """Where a new store keeps its key. AUTO: the OS keyring when there is one that works, else the key file."""

    AUTO = "auto"
    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class KeySort:
    """One of the keys that are kept in this way.

    Attributes:
        record, file: names of the record and of the key file.
        proof: a file that exists only after the key was made; while it is there a missing record is damage, not a first start.
        what, loss: for messages: which key it is, and what is lost without it.
        check: what its check value is made over, before the id.
    """

    record: str
    file: str
    proof: str
    what: str
    loss: str
    check: bytes


STORE_KEY = KeySort(
    RECORD_FILE, KEY_FILE, DATABASE_FILE, "database key", "without it the store cannot be read", b"onboarding-kiosk store key check "
)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """`store.json`, or another sort's record.

    Attributes:
        store: random id of this store; the keyring entry is named after it, so that two stores never share one.
        place: KEYRING or FILE.
        check: HMAC-SHA-256 made with the key.
        made: the database has been made; from then on a missing or empty database is damage, not a first start.
    """

    store: str
    place: KeyPlace
    check: str
    made: bool = False


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """`key` 32 raw bytes, proved against `record`."""

    key: bytes
    record: KeyRecord


def open_key(folder: Path, place: KeyPlace | None = None, sort: KeySort = STORE_KEY) -> OpenedKey:
    """The key of the store in `folder`; made on the first call.

    Args:
        place: for a new store only; None = `KIOSK_STORE_KEY`, else AUTO.

    Raises:
        StoreFault: STORE_KEY_MISSING, STORE_KEY_WRONG, STORE_TOO_NEW, STORE_DAMAGED (record unreadable),
            STORE_UNAVAILABLE (keyring out of reach, key file open to others).
    """
    with store_errors(folder):
        record = _read_record(folder, sort)
        if record is None:
            with folder_lock(folder):
                record = _read_record(folder, sort)
                if record is None:
                    return _make(folder, place or _place_from_environment(), sort)
        key = _from_keyring(record.store, sort) if record.place is KeyPlace.KEYRING else _from_file(folder, sort)
    if key is None:
        where = "keyring" if record.place is KeyPlace.KEYRING else sort.file
        raise StoreFault(
            ErrorCode.STORE_KEY_MISSING, f"the {sort.what} is not in its {where} any more: put it back from a backup; {sort.loss}"
        )
    if not hmac.compare_digest(_check_value(key, record.store, sort), record.check):
        raise StoreFault(
            ErrorCode.STORE_KEY_WRONG, f"the key in the {record.place} is not the {sort.what} that was made here: put the right one back"
        )
    return OpenedKey(key, record)


def mark_made(folder: Path, record: KeyRecord) -> KeyRecord:
    """Record that the database exists. Called once, with `folder_lock` held."""
    made = replace(record, made=True)
    with store_errors(folder):
        _write_record(folder, made, STORE_KEY)
    return made


# --- making --------------------------------------------------------------------------------------------------------


def _make(folder: Path, place: KeyPlace, sort: KeySort) -> OpenedKey:
    if (folder / sort.proof).exists():
        raise StoreFault(
            ErrorCode.STORE_KEY_MISSING, f"{sort.record}, which says where the {sort.what} is, is missing: put it back from a backup"
        )
    store = secrets.token_hex(16)
    # a key file without a record: an earlier start died between the two. It is taken up, never overwritten.
    key = _from_file(folder, sort)
    if key is not None:
        place = KeyPlace.FILE
    else:
        key = secrets.token_bytes(_KEY_BYTES)
        if place is not KeyPlace.FILE and _put_into_keyring(store, key, sort, required=place is KeyPlace.KEYRING):
            place = KeyPlace.KEYRING
        else:
            place = KeyPlace.FILE
            write_file(folder / sort.file, key.hex().encode() + b"\n")
            sync_folder(folder)
    record = KeyRecord(store, place, _check_value(key, store, sort))
    _write_record(folder, record, sort)
    _log.info("%s made, kept in the %s", sort.what, place)
    return OpenedKey(key, record)


def _place_from_environment() -> KeyPlace:
    name = os.environ.get(PLACE_VARIABLE, KeyPlace.AUTO).lower()
    try:
        return KeyPlace(name)
    except ValueError:
        raise StoreFault(ErrorCode.STORE_UNAVAILABLE, f"{PLACE_VARIABLE} must be auto, keyring or file") from None


def _check_value(key: bytes, store: str, sort: KeySort) -> str:
    return hmac.new(key, sort.check + store.encode(), hashlib.sha256).hexdigest()


# --- the record ----------------------------------------------------------------------------------------------------


def _read_record(folder: Path, sort: KeySort) -> KeyRecord | None:
    try:
        text = (folder / sort.record).read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise _bad_record(sort) from None
    try:
        data = json.loads(text)
        if int(data["format"]) > _FORMAT:
            raise StoreFault(ErrorCode.STORE_TOO_NEW, "the store was made by a newer version of this program: install that version")
        return KeyRecord(str(data["store"]), KeyPlace(data["key_in"]), str(data["key_check"]), bool(data["made"]))
    except (ValueError, KeyError, TypeError):
        raise _bad_record(sort) from None


def _bad_record(sort: KeySort) -> StoreFault:
    return StoreFault(ErrorCode.STORE_DAMAGED, f"{sort.record} is damaged: put it back from a backup")


def _write_record(folder: Path, record: KeyRecord, sort: KeySort) -> None:
    data = {"format": _FORMAT, "store": record.store, "key_in": record.place, "key_check": record.check, "made": record.made}
    write_file(folder / sort.record, json.dumps(data, indent=1).encode() + b"\n")
    sync_folder(folder)


# --- the key file --------------------------------------------------------------------------------------------------


def _from_file(folder: Path, sort: KeySort) -> bytes | None:
    path = folder / sort.file
    try:
        with open(path, "rb") as file:
            # refused, not mended: a key that others could read may have been read, and a person must know (docs/decisions/0011)
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                raise StoreFault(
                    ErrorCode.STORE_UNAVAILABLE, f"{sort.file} can be read by other users of this machine: run chmod 600 on {path}"
                )
            text = file.read(256).strip()
    except FileNotFoundError:
        return None
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise StoreFault(ErrorCode.STORE_KEY_WRONG, f"{sort.file} does not hold a key of 64 hexadecimal digits: put the right one back")
    return key


# --- the keyring ---------------------------------------------------------------------------------------------------


def _from_keyring(store: str, sort: KeySort) -> bytes | None:
    import keyring  # 0.1 s to import, not needed with a key file
    import keyring.errors

    try:
        text = keyring.get_password(_SERVICE, store)
    except keyring.errors.KeyringError as error:
        raise StoreFault(
            ErrorCode.STORE_UNAVAILABLE,
            f"the keyring that holds the {sort.what} is out of reach ({type(error).__name__}): unlock it or sign in on the desktop",
        ) from error
    if text is None:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""  # an entry that someone changed: fails the check as a wrong key


def _put_into_keyring(store: str, key: bytes, sort: KeySort, *, required: bool) -> bool:
    import keyring
    import keyring.errors

    try:
        keyring.set_password(_SERVICE, store, key.hex())
        kept = keyring.get_password(_SERVICE, store) == key.hex()  # the null backend takes everything and keeps nothing
        reason = "" if kept else "it does not keep what it is given"
    except keyring.errors.KeyringError as error:
        kept, reason = False, type(error).__name__
    if not kept and required:
        raise StoreFault(ErrorCode.STORE_UNAVAILABLE, f"no keyring can hold the {sort.what} ({reason}): set {PLACE_VARIABLE}=file")
    if not kept:
        _log.info("no keyring for the %s (%s), a key file is used", sort.what, reason)
    return kept
