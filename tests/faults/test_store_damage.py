"""A wrong key, a missing key, a damaged or too new database, a changed picture: each has its own code, and nothing is made worse."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.ports import StepCommit
from kiosk.store.customers import SqlCustomerStore
from tests.faults.store_child import AT, check, files_on_disk, step

Opener = Callable[..., SqlCustomerStore]


@pytest.fixture
def folder(opened: Opener, tmp_path: Path) -> Path:
    """A closed store with a customer of three steps and some bulk."""
    store = opened()
    store.begin("c", "branch", AT)
    for number in (1, 2, 3):
        store.commit(step("c", number))
    store.begin("bulk", "branch", AT)
    store.commit(StepCommit("bulk", "one", AT, facts={f"f{number}": "x" * 3000 for number in range(40)}, blobs={}))
    store.close()
    return tmp_path / "store"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(opened: Opener) -> StoreFault:
    with pytest.raises(StoreFault) as caught:
        opened()
    return caught.value


def test_a_wrong_key_is_told_from_damage_and_changes_nothing(opened: Opener, folder: Path) -> None:
    right = (folder / "store.key").read_bytes()
    (folder / "store.key").write_bytes(b"00" * 32 + b"\n")
    before = contents(folder)
    assert refused(opened).code is ErrorCode.STORE_KEY_WRONG
    assert contents(folder) == before
    (folder / "store.key").write_bytes(right)
    assert check(opened(), "c", 3) == 3


@pytest.mark.parametrize("text", [b"", b"not hexadecimal\n", b"ab" * 31, b"\xff\xfe"])
def test_a_key_file_that_holds_no_key_is_a_wrong_key(opened: Opener, folder: Path, text: bytes) -> None:
    (folder / "store.key").write_bytes(text)
    assert refused(opened).code is ErrorCode.STORE_KEY_WRONG
    assert (folder / "store.key").read_bytes() == text, "never overwritten"


@pytest.mark.parametrize("lost", ["store.key", "store.json"])
def test_a_lost_key_is_said_and_no_new_one_is_made(opened: Opener, folder: Path, lost: str) -> None:
    kept = (folder / lost).read_bytes()
    (folder / lost).unlink()
    assert refused(opened).code is ErrorCode.STORE_KEY_MISSING
    assert not (folder / lost).exists()
    (folder / lost).write_bytes(kept)
    (folder / lost).chmod(0o600)
    assert check(opened(), "c", 3) == 3


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not json", '{"format": 1}'])
def test_a_damaged_key_record_is_damage(opened: Opener, folder: Path, text: str) -> None:
    (folder / "store.json").write_text(text)
    assert refused(opened).code is ErrorCode.STORE_DAMAGED


@pytest.mark.parametrize("lost", ["missing", "empty"])
def test_a_lost_database_is_damage_not_a_first_start(opened: Opener, folder: Path, lost: str) -> None:
    """Taken for a first start, the sweep would erase every picture before the backup can be put back."""
    path = folder / "store.db"
    kept, pictures = path.read_bytes(), files_on_disk(folder)
    path.unlink()
    if lost == "empty":
        path.touch()
    assert refused(opened).code is ErrorCode.STORE_DAMAGED
    assert files_on_disk(folder) == pictures
    path.write_bytes(kept)
    assert check(opened(), "c", 3) == 3


@pytest.mark.parametrize("where", [0, 20, 100, 4095])
def test_a_changed_byte_in_the_first_page_is_damage(opened: Opener, folder: Path, where: int) -> None:
    flip(folder / "store.db", where)
    assert refused(opened).code is ErrorCode.STORE_DAMAGED


def test_a_changed_byte_anywhere_is_found(opened: Opener, folder: Path) -> None:
    """At the start, when the page is read, or by the doctor; never taken for data."""
    path = folder / "store.db"
    whole = path.read_bytes()
    pages = len(whole) // 4096
    assert pages > 10
    for page in range(0, pages, 3):
        flip(path, page * 4096 + 1000)
        problem: object = None
        try:
            store = opened()
            problem = store.health().problems
            store.close()
        except StoreFault as fault:
            problem = fault.code
        assert problem, f"page {page}"
        path.write_bytes(whole)


@pytest.mark.logs_warnings  # where the damage is in the index of pictures, nothing is swept, and that is said
def test_whatever_page_is_damaged_the_code_is_the_same(opened: Opener, folder: Path) -> None:
    codes = set()
    whole = (folder / "store.db").read_bytes()
    for page in range(1, len(whole) // 4096):
        flip(folder / "store.db", page * 4096 + 1000)
        try:
            # closed whatever comes: the file is not to be replaced under an open store
            with contextlib.closing(opened()) as store:
                store.customers()
                store.commit(step("c", 4))
        except StoreFault as fault:
            codes.add(fault.code)
        (folder / "store.db").write_bytes(whole)
        for log in ("store.db-wal", "store.db-shm"):
            (folder / log).unlink(missing_ok=True)
    assert codes == {ErrorCode.STORE_DAMAGED}


@pytest.mark.parametrize("part", [0.5, 0.9, 0.01])
def test_a_truncated_database_is_damage(opened: Opener, folder: Path, part: float) -> None:
    path = folder / "store.db"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(StoreFault) as caught:
        opened().customers()
    assert caught.value.code is ErrorCode.STORE_DAMAGED
    path.write_bytes(whole)
    assert check(opened(), "c", 3) == 3


def test_the_database_of_another_store_is_damage_that_says_so(opened: Opener, folder: Path, tmp_path: Path) -> None:
    opened(tmp_path / "other").close()
    (folder / "store.db").write_bytes((tmp_path / "other" / "store.db").read_bytes())
    fault = refused(opened)
    assert fault.code is ErrorCode.STORE_DAMAGED
    assert "another store" in str(fault)


def test_a_newer_schema_is_refused_and_left_alone(opened: Opener, folder: Path) -> None:
    store = opened()
    store._database.write(
        lambda tables: tables.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('store', '9999_from_the_future', '2099-01-01')"
        )
    )
    store.close()
    before = contents(folder)["store.db"]
    assert refused(opened).code is ErrorCode.STORE_TOO_NEW
    assert contents(folder)["store.db"] == before


def test_a_newer_key_record_is_refused(opened: Opener, folder: Path) -> None:
    record = json.loads((folder / "store.json").read_text())
    (folder / "store.json").write_text(json.dumps({**record, "format": 2}))
    assert refused(opened).code is ErrorCode.STORE_TOO_NEW


@pytest.mark.parametrize("fault", ["missing", "first byte", "last byte", "nonce", "short", "empty", "exchanged"])
def test_a_lost_or_changed_picture_is_damage_that_names_no_person(opened: Opener, folder: Path, fault: str) -> None:
    store = opened()
    rows = dict(store._database.read(lambda tables: tables.execute("SELECT name, file FROM blobs").fetchall()))
    path, other = (folder / "blobs" / file[:2] / file for file in (rows["selfie"], rows["page.3"]))
    data = path.read_bytes()
    match fault:
        case "missing":
            path.unlink()
        case "first byte":
            flip(path, 0)
        case "last byte":
            flip(path, len(data) - 1)
        case "nonce":
            flip(path, 6)
        case "short":
            path.write_bytes(data[:-1])
        case "empty":
            path.write_bytes(b"")
        case "exchanged":
            path.write_bytes(other.read_bytes())
    with pytest.raises(StoreFault) as caught:
        store.blob("c", "selfie")
    assert caught.value.code is ErrorCode.STORE_DAMAGED
    assert "selfie" not in str(caught.value)
    assert store.blob("c", "page.3") == step("c", 3).blobs["page.3"], "the others can still be read"
    if fault in ("missing", "short", "empty"):
        assert store.health().problems
    store.commit(step("c", 4))
    assert store.blob("c", "selfie") == step("c", 4).blobs["selfie"], "a new picture takes the place of the damaged one"


def test_an_older_picture_put_back_in_the_file_s_place_is_found(opened: Opener, folder: Path) -> None:
    store = opened()
    row = "SELECT file FROM blobs WHERE name = 'selfie'"
    (file,) = store._database.read(lambda tables: tables.execute(row).fetchone())
    older = (folder / "blobs" / file[:2] / file).read_bytes()
    store.commit(step("c", 4))
    (file,) = store._database.read(lambda tables: tables.execute(row).fetchone())
    (folder / "blobs" / file[:2] / file).write_bytes(older)
    with pytest.raises(StoreFault) as caught:
        store.blob("c", "selfie")
    assert caught.value.code is ErrorCode.STORE_DAMAGED


def test_files_that_nobody_names_are_swept_at_the_next_start(opened: Opener, folder: Path) -> None:
    known = files_on_disk(folder)
    (folder / "blobs" / "ab").mkdir(exist_ok=True)
    (folder / "blobs" / "ab" / ("ab" * 16)).write_bytes(b"an orphan")
    (folder / "blobs" / "ab" / ("ab" * 16 + ".tmp")).write_bytes(b"half an orphan")
    store = opened()
    assert files_on_disk(folder) == known
    assert check(store, "c", 3) == 3


def flip(path: Path, where: int) -> None:
    data = bytearray(path.read_bytes())
    data[where] ^= 0x40
    path.write_bytes(data)
