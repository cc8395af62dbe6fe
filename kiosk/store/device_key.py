"""DeviceKey port: who this device is. One secret, kept as the store's key is; a signing key and one key per purpose come from it."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.paths import make_private
from kiosk.store.faults import store_errors
from kiosk.store.files import folder_lock, sync_folder, write_file
from kiosk.store.keys import KeyPlace, KeySort, open_key

PUBLIC_KEY_FILE = "device.pem"
"""Beside the store: the public key as a server wants it (PEM). Written after the key was made, so it also proves that there is one."""

DEVICE_KEY = KeySort(
    "device.json",
    "device.key",
    PUBLIC_KEY_FILE,
    "device key",
    "without it no capture record or facemap that this device made can be used",
    b"onboarding-kiosk device key check ",
)

_NONCE_BYTES, _TAG_BYTES = 12, 16
_ROOT_BYTES = 32


class Ed25519DeviceKey:
    """Immutable after it was made; thread-safe (OpenSSL contexts are made per call)."""

    def __init__(self, root: bytes) -> None:
        """Args: `root` 32 random bytes. Neither they nor what is derived from them can be read back."""
        if len(root) != _ROOT_BYTES:
            raise ValueError("the root secret of a device has 32 bytes")
        # HKDF's `info` separates the uses (RFC 5869, 3.2): no key of one purpose tells anything of another's
        self._root = root
        self._signing = Ed25519PrivateKey.from_private_bytes(self._derive(b"sign", b""))
        self._public = self._signing.public_key()
        self._device_id = hashlib.sha256(self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:32]

    @property
    def device_id(self) -> str:
        return self._device_id

    @property
    def public_pem(self) -> bytes:
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data: bytes) -> bytes:
        return self._signing.sign(data)

    def verify(self, data: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def seal(self, plain: bytes, purpose: str, header: bytes) -> bytes:
        # a random nonce is safe up to 2**32 messages under one key (NIST SP 800-38D, 8.3): more than a device ever makes
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(purpose).encrypt(nonce, plain, header)

    def unseal(self, sealed: bytes, purpose: str, header: bytes) -> bytes:
        try:
            if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
                raise InvalidTag
            return self._cipher(purpose).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], header)
        except InvalidTag:
            raise BadInput(ErrorCode.INVALID_DATA, "sealed data was changed, or sealed by another device or for another purpose") from None

    def _cipher(self, purpose: str) -> AESGCM:
        return AESGCM(self._derive(b"seal", purpose.encode()))

    def _derive(self, use: bytes, purpose: bytes) -> bytes:
        info = b"onboarding-kiosk device v1 " + use + b" " + purpose
        return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(self._root)


def open_device_key(folder: Path, place: KeyPlace | None = None) -> Ed25519DeviceKey:
    """The key of this device; made on the first call, and its public half written to `device.pem`.

    Args:
        folder: the data folder, where the store is too.
        place: for a new key only; None = `KIOSK_STORE_KEY`, else AUTO.

    Raises:
        StoreFault: STORE_KEY_MISSING, STORE_KEY_WRONG, STORE_TOO_NEW, STORE_DAMAGED, STORE_UNAVAILABLE, STORE_FULL.
    """
    with store_errors(folder):
        make_private(folder)
    key = Ed25519DeviceKey(open_key(folder, place, DEVICE_KEY).key)
    with store_errors(folder):
        known = _public_key_file(folder, key)
    # line ends may have been changed by a copy through Windows; what the key is may not
    if known.split() != key.public_pem.split():
        raise StoreFault(
            ErrorCode.STORE_KEY_WRONG,
            f"{PUBLIC_KEY_FILE} is of another key than the {DEVICE_KEY.what} here: put the right key back, "
            f"or remove {PUBLIC_KEY_FILE} to be the device of this key",
        )
    return key


def _public_key_file(folder: Path, key: Ed25519DeviceKey) -> bytes:
    file = folder / PUBLIC_KEY_FILE
    if not file.exists():  # the first start, or one that died before this line
        with folder_lock(folder):
            if not file.exists():
                write_file(file, key.public_pem)
                sync_folder(folder)
    return file.read_bytes()
