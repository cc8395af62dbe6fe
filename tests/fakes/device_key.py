"""Device keys without files or a keyring: the product's own class on a secret that follows from a word."""

from __future__ import annotations

import hashlib

from kiosk.store.device_key import Ed25519DeviceKey


class MemoryDeviceKey(Ed25519DeviceKey):
    """`MemoryDeviceKey("other")` is another device. The same word is the same device."""

    def __init__(self, seed: str = "device") -> None:
        super().__init__(hashlib.sha256(seed.encode()).digest())
