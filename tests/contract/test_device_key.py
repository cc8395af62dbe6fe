"""What every device key promises, over the one on disk and the fake; and how the one on disk is kept."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.ports import DeviceKey
from kiosk.store.device_key import Ed25519DeviceKey, open_device_key
from kiosk.store.keys import KeyPlace
from tests.fakes.device_key import MemoryDeviceKey


@pytest.fixture(params=["ed25519", "memory"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[DeviceKey, DeviceKey]:
    """Two devices."""
    if request.param == "memory":
        return MemoryDeviceKey("a"), MemoryDeviceKey("b")
    return open_device_key(tmp_path / "a", KeyPlace.FILE), open_device_key(tmp_path / "b", KeyPlace.FILE)


def refused(key: DeviceKey, sealed: bytes, purpose: str = "facemap", header: bytes = b"h") -> bool:
    with pytest.raises(BadInput) as caught:
        key.unseal(sealed, purpose, header)
    return caught.value.code is ErrorCode.INVALID_DATA


def test_a_device_is_named_by_32_hexadecimal_digits(keys: tuple[DeviceKey, DeviceKey]) -> None:
    one, other = keys
    assert len(one.device_id) == 32
    assert set(one.device_id) <= set("0123456789abcdef")
    assert one.device_id != other.device_id


def test_only_the_device_that_signed_says_so(keys: tuple[DeviceKey, DeviceKey]) -> None:
    one, other = keys
    signature = one.sign(b"text")
    assert len(signature) == 64
    assert one.verify(b"text", signature)
    assert not other.verify(b"text", signature)


@pytest.mark.parametrize("size", [0, 1, 63, 65, 200])
def test_a_signature_of_another_length_is_none(keys: tuple[DeviceKey, DeviceKey], size: int) -> None:
    assert not keys[0].verify(b"text", bytes(size))


def test_every_changed_bit_of_text_or_signature_is_seen(keys: tuple[DeviceKey, DeviceKey]) -> None:
    key = keys[0]
    text = b"some text"
    signature = key.sign(text)
    for bit in range(len(text) * 8):
        assert not key.verify(flipped(text, bit), signature)
    for bit in range(len(signature) * 8):
        assert not key.verify(text, flipped(signature, bit))


def test_what_was_sealed_comes_back(keys: tuple[DeviceKey, DeviceKey]) -> None:
    key = keys[0]
    for plain in (b"", b"x", bytes(range(256)) * 300):
        sealed = key.seal(plain, "facemap", b"h")
        assert key.unseal(sealed, "facemap", b"h") == plain
        assert len(sealed) == len(plain) + 12 + 16
        assert len(plain) < 16 or plain[:16] not in sealed


def test_sealing_twice_gives_two_texts(keys: tuple[DeviceKey, DeviceKey]) -> None:
    assert keys[0].seal(b"same", "p", b"") != keys[0].seal(b"same", "p", b"")


def test_what_is_anothers_is_refused(keys: tuple[DeviceKey, DeviceKey]) -> None:
    one, other = keys
    sealed = one.seal(b"plain", "facemap", b"h")
    assert refused(other, sealed)
    assert refused(one, sealed, purpose="capture-record")
    assert refused(one, sealed, header=b"H")
    assert refused(one, sealed, header=b"")


def test_every_changed_bit_and_every_cut_of_sealed_data_is_refused(keys: tuple[DeviceKey, DeviceKey]) -> None:
    key = keys[0]
    sealed = key.seal(b"plain", "facemap", b"h")
    for bit in range(len(sealed) * 8):
        assert refused(key, flipped(sealed, bit))
    for length in range(len(sealed)):
        assert refused(key, sealed[:length])
    assert refused(key, sealed + b"\0")


def test_many_threads_may_use_it(keys: tuple[DeviceKey, DeviceKey]) -> None:
    key = keys[0]
    wrong: list[int] = []

    def work(number: int) -> None:
        for turn in range(30):
            text = f"{number} {turn}".encode()
            if not key.verify(text, key.sign(text)) or key.unseal(key.seal(text, "p", b""), "p", b"") != text:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_server_proves_a_signature_with_the_public_key(keys: tuple[DeviceKey, DeviceKey]) -> None:
    public = load_pem_public_key(keys[0].public_pem)
    assert isinstance(public, Ed25519PublicKey)
    public.verify(keys[0].sign(b"text"), b"text")
    with pytest.raises(InvalidSignature):
        public.verify(keys[1].sign(b"text"), b"text")
    assert hashlib.sha256(public.public_bytes_raw()).hexdigest()[:32] == keys[0].device_id


# --- the one on disk -----------------------------------------------------------------------------------------------


def code_of(folder: Path) -> ErrorCode:
    with pytest.raises(StoreFault) as caught:
        open_device_key(folder, KeyPlace.FILE)
    return caught.value.code


def test_the_device_is_the_same_tomorrow(tmp_path: Path) -> None:
    today = open_device_key(tmp_path / "data", KeyPlace.FILE)
    sealed, signature = today.seal(b"plain", "p", b""), today.sign(b"text")
    tomorrow = open_device_key(tmp_path / "data")
    assert tomorrow.device_id == today.device_id
    assert tomorrow.unseal(sealed, "p", b"") == b"plain"
    assert tomorrow.verify(b"text", signature)


def test_the_public_key_is_also_in_a_file(tmp_path: Path) -> None:
    key = open_device_key(tmp_path, KeyPlace.FILE)
    assert (tmp_path / "device.pem").read_bytes() == key.public_pem


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX; on Windows the profile's own rights hold")
def test_the_secret_is_for_its_owner_only_and_refused_otherwise(tmp_path: Path) -> None:
    open_device_key(tmp_path / "data", KeyPlace.FILE)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    file = tmp_path / "data" / "device.key"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    assert code_of(tmp_path / "data") is ErrorCode.STORE_UNAVAILABLE


def test_the_public_files_hold_nothing_of_the_secret(tmp_path: Path) -> None:
    open_device_key(tmp_path, KeyPlace.FILE)
    secret = (tmp_path / "device.key").read_text().strip()
    assert len(secret) == 64
    for name in ("device.pem", "device.json"):
        assert secret not in (tmp_path / name).read_text()


def test_a_lost_key_or_record_never_makes_a_second_device(tmp_path: Path) -> None:
    open_device_key(tmp_path, KeyPlace.FILE)
    for name in ("device.key", "device.json"):
        kept = (tmp_path / name).read_bytes()
        (tmp_path / name).unlink()
        assert code_of(tmp_path) is ErrorCode.STORE_KEY_MISSING
        assert not (tmp_path / name).exists()
        (tmp_path / name).write_bytes(kept)
        (tmp_path / name).chmod(0o600)
    open_device_key(tmp_path)


def test_another_devices_key_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        open_device_key(tmp_path / name, KeyPlace.FILE)
    kept = (tmp_path / "a" / "device.key").read_bytes()
    (tmp_path / "a" / "device.key").write_bytes((tmp_path / "b" / "device.key").read_bytes())
    assert code_of(tmp_path / "a") is ErrorCode.STORE_KEY_WRONG
    (tmp_path / "a" / "device.key").write_bytes(kept)
    (tmp_path / "a" / "device.pem").write_bytes((tmp_path / "b" / "device.pem").read_bytes())
    assert code_of(tmp_path / "a") is ErrorCode.STORE_KEY_WRONG


def test_a_start_that_died_before_the_public_key_is_taken_up(tmp_path: Path) -> None:
    key = open_device_key(tmp_path, KeyPlace.FILE)
    (tmp_path / "device.pem").unlink()
    assert open_device_key(tmp_path).device_id == key.device_id
    assert (tmp_path / "device.pem").exists()


def test_two_that_start_at_once_are_one_device(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(open_device_key(tmp_path / "data", KeyPlace.FILE).device_id)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_store_and_device_have_keys_of_their_own(tmp_path: Path) -> None:
    from kiosk.store.keys import open_key

    open_device_key(tmp_path, KeyPlace.FILE)
    open_key(tmp_path, KeyPlace.FILE)
    assert (tmp_path / "store.key").read_bytes() != (tmp_path / "device.key").read_bytes()


def test_a_root_of_another_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Ed25519DeviceKey(b"short")


@settings(max_examples=30, deadline=None)
@given(
    plain=st.binary(max_size=300),
    purposes=st.lists(st.text(max_size=8), min_size=2, max_size=2, unique=True),
    header=st.binary(max_size=40),
)
def test_no_purpose_opens_anothers(plain: bytes, purposes: list[str], header: bytes) -> None:
    key = Ed25519DeviceKey(bytes(32))
    sealed = key.seal(plain, purposes[0], header)
    assert key.unseal(sealed, purposes[0], header) == plain
    assert refused(key, sealed, purposes[1], header)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
