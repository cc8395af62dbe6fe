"""DeviceKey in memory: no files, no keyring, the same cryptography. The same seed is the same device."""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.domain.errors import BadInput, ErrorCode


class MemoryDeviceKey:
    """`MemoryDeviceKey("other")` is another device."""

    def __init__(self, seed: str = "device") -> None:
        self._secret = hashlib.sha256(seed.encode()).digest()
        self._signing = Ed25519PrivateKey.from_private_bytes(self._secret)
        self._public = self._signing.public_key()

    @property
    def device_id(self) -> str:
        return hashlib.sha256(self._public.public_bytes_raw()).hexdigest()[:32]

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
        nonce = os.urandom(12)
        return nonce + self._cipher(purpose).encrypt(nonce, plain, header)

    def unseal(self, sealed: bytes, purpose: str, header: bytes) -> bytes:
        try:
            return self._cipher(purpose).decrypt(sealed[:12], sealed[12:], header)
        except (InvalidTag, ValueError):
            raise BadInput(ErrorCode.INVALID_DATA, "not sealed here, or changed") from None

    def _cipher(self, purpose: str) -> AESGCM:
        return AESGCM(hashlib.sha256(self._secret + purpose.encode()).digest())
