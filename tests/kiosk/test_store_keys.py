"""The database key: one source of truth, made once, never overwritten."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.store.keys import PLACE_VARIABLE, KeyPlace, mark_made, open_key


class WorkingKeyring(keyring.backend.KeyringBackend):
    """In memory. `out_of_reach`: as a locked keyring; `forgets`: as the null backend."""

    priority = -1  # never chosen by itself

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.out_of_reach = False
        self.forgets = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.out_of_reach:
            raise keyring.errors.KeyringLocked("locked")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.out_of_reach:
            raise keyring.errors.KeyringLocked("locked")
        if not self.forgets:
            self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture
def ring() -> Iterator[WorkingKeyring]:
    before = keyring.get_keyring()
    made = WorkingKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PLACE_VARIABLE, raising=False)


def code_of(folder: Path, place: KeyPlace | None = None) -> ErrorCode:
    with pytest.raises(StoreFault) as caught:
        open_key(folder, place)
    return caught.value.code


def test_the_key_is_kept_in_the_keyring_where_there_is_one(ring: WorkingKeyring, tmp_path: Path) -> None:
    opened = open_key(tmp_path)
    assert opened.record.place is KeyPlace.KEYRING
    assert list(ring.entries.values()) == [opened.key.hex()]
    assert not (tmp_path / "store.key").exists()
    assert opened.key.hex() not in (tmp_path / "store.json").read_text()
    assert open_key(tmp_path) == opened


@pytest.mark.usefixtures("no_ring")
def test_without_a_keyring_the_key_is_in_a_file_for_its_owner_only(tmp_path: Path) -> None:
    opened = open_key(tmp_path)
    assert opened.record.place is KeyPlace.FILE
    assert (tmp_path / "store.key").read_text() == opened.key.hex() + "\n"
    if os.name == "posix":
        assert (tmp_path / "store.key").stat().st_mode & 0o777 == 0o600
    assert open_key(tmp_path) == opened


def test_a_keyring_that_keeps_nothing_is_no_keyring(ring: WorkingKeyring, tmp_path: Path) -> None:
    ring.forgets = True
    assert open_key(tmp_path).record.place is KeyPlace.FILE


def test_a_keyring_out_of_reach_makes_no_second_key(ring: WorkingKeyring, tmp_path: Path) -> None:
    opened = open_key(tmp_path)
    ring.out_of_reach = True
    assert code_of(tmp_path) is ErrorCode.STORE_UNAVAILABLE
    assert code_of(tmp_path, KeyPlace.FILE) is ErrorCode.STORE_UNAVAILABLE
    assert not (tmp_path / "store.key").exists()
    ring.out_of_reach = False
    assert open_key(tmp_path) == opened


def test_an_entry_gone_from_the_keyring_is_a_missing_key(ring: WorkingKeyring, tmp_path: Path) -> None:
    open_key(tmp_path)
    ring.entries.clear()
    assert code_of(tmp_path) is ErrorCode.STORE_KEY_MISSING
    assert ring.entries == {}


@pytest.mark.parametrize("text", ["00" * 32, "not hexadecimal"])
def test_an_entry_that_someone_changed_is_a_wrong_key(ring: WorkingKeyring, tmp_path: Path, text: str) -> None:
    open_key(tmp_path)
    for name in ring.entries:
        ring.entries[name] = text
    assert code_of(tmp_path) is ErrorCode.STORE_KEY_WRONG


def test_two_stores_of_one_user_have_two_keys(ring: WorkingKeyring, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert open_key(tmp_path / "a").key != open_key(tmp_path / "b").key
    assert len(ring.entries) == 2


def test_the_record_decides_not_the_setting_of_the_day(ring: WorkingKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_key(tmp_path, KeyPlace.FILE)
    monkeypatch.setenv(PLACE_VARIABLE, "keyring")
    assert open_key(tmp_path) == opened
    assert open_key(tmp_path, KeyPlace.KEYRING) == opened
    assert ring.entries == {}


def test_the_environment_forces_the_key_file(ring: WorkingKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE_VARIABLE, "file")
    assert open_key(tmp_path).record.place is KeyPlace.FILE
    assert ring.entries == {}


def test_a_setting_that_means_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE_VARIABLE, "somewhere")
    assert code_of(tmp_path) is ErrorCode.STORE_UNAVAILABLE
    assert list(tmp_path.glob("store.key")) == []


@pytest.mark.usefixtures("no_ring")
def test_a_keyring_that_is_demanded_and_not_there_is_an_error(tmp_path: Path) -> None:
    assert code_of(tmp_path, KeyPlace.KEYRING) is ErrorCode.STORE_UNAVAILABLE
    assert not (tmp_path / "store.json").exists()


def test_a_key_file_from_a_start_that_died_is_taken_up(ring: WorkingKeyring, tmp_path: Path) -> None:
    opened = open_key(tmp_path, KeyPlace.FILE)
    (tmp_path / "store.json").unlink()
    again = open_key(tmp_path)
    assert (again.key, again.record.place) == (opened.key, KeyPlace.FILE)
    assert ring.entries == {}


@pytest.mark.skipif(os.name != "posix", reason="file modes are of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_key_file_open_to_others_is_refused_until_a_person_closes_it(tmp_path: Path, mode: int) -> None:
    opened = open_key(tmp_path, KeyPlace.FILE)
    (tmp_path / "store.key").chmod(mode)
    assert code_of(tmp_path) is ErrorCode.STORE_UNAVAILABLE
    assert (tmp_path / "store.key").stat().st_mode & 0o777 == mode, "refused, not silently mended"
    (tmp_path / "store.key").chmod(0o600)
    assert open_key(tmp_path) == opened


def test_the_record_says_once_that_the_database_was_made(tmp_path: Path) -> None:
    opened = open_key(tmp_path, KeyPlace.FILE)
    assert not opened.record.made
    mark_made(tmp_path, opened.record)
    assert open_key(tmp_path).record.made
    assert json.loads((tmp_path / "store.json").read_text())["key_in"] == "file"


def test_no_error_shows_the_key(ring: WorkingKeyring, tmp_path: Path) -> None:
    key = open_key(tmp_path).key.hex()
    for name in ring.entries:
        ring.entries[name] = key[::-1]
    with pytest.raises(StoreFault) as caught:
        open_key(tmp_path)
    assert key not in str(caught.value)
    assert key[::-1] not in str(caught.value)
