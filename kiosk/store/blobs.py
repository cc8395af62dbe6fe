"""Images as AES-256-GCM files under random names, each customer with a key of their own.

File: 4 bytes "KBLB", 1 byte format version, 12 bytes nonce, ciphertext with its 16-byte tag. What is authenticated besides binds the
file to its customer, its name and the format, so that files cannot be exchanged for one another.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.paths import make_private
from kiosk.store.faults import store_errors
from kiosk.store.files import sync_folder, write_file

KEY_BYTES = 32
_MAGIC = b"KBLB\x01"
_NONCE_BYTES = 12

_MEDIA_TYPES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"%PDF", "application/pdf"),
)


@dataclass(frozen=True, slots=True)
class BlobEntry:
    """A row of the index: which file holds a customer's blob. `sha256` and `size` are of the plain bytes."""

    file: str
    sha256: str
    size: int
    media_type: str


class BlobFolder:
    """The folder tree of encrypted files: `blobs/ab/abcdef…` (32 hexadecimal digits). Holds no state; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_name(self) -> str:
        return secrets.token_hex(16)

    def write(self, file: str, data: bytes, *, key: bytes, customer_id: str, name: str) -> BlobEntry:
        """Encrypt into the new file `file`. On disk when it returns, except for the folder's entry: call `sync` before the commit.

        Raises:
            StoreFault: STORE_FULL, STORE_UNAVAILABLE.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, data, _bound_to(customer_id, name))
        path = self._path(file)
        with store_errors(self.folder):
            if not path.parent.is_dir():
                make_private(path.parent)
                sync_folder(self.folder)
                sync_folder(self.folder.parent)
            write_file(path, b"".join((_MAGIC, nonce, sealed)))
        return BlobEntry(file, hashlib.sha256(data).hexdigest(), len(data), media_type_of(data))

    def sync(self, files: Iterable[str]) -> None:
        """Make the names of `files` durable."""
        with store_errors(self.folder):
            for parent in {self._path(file).parent for file in files}:
                sync_folder(parent)

    def read(self, entry: BlobEntry, *, key: bytes, customer_id: str, name: str) -> bytes:
        """Raises FileNotFoundError (the caller knows whether that is damage), StoreFault(STORE_DAMAGED, STORE_UNAVAILABLE)."""
        path = self._path(entry.file)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreFault(ErrorCode.STORE_UNAVAILABLE, f"stored picture {entry.file} cannot be read: {error.strerror}") from error
        start = len(_MAGIC) + _NONCE_BYTES
        try:
            if not content.startswith(_MAGIC):
                raise InvalidTag
            data = AESGCM(key).decrypt(content[len(_MAGIC) : start], content[start:], _bound_to(customer_id, name))
        except (InvalidTag, ValueError) as error:
            raise _damaged(entry.file) from error
        # the tag alone would let an older picture of the same name be put back in the file's place
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise _damaged(entry.file)
        return data

    def is_whole(self, entry: BlobEntry) -> bool:
        """Whether the file is there with the right length: a cheap look, without its key."""
        try:
            return self._path(entry.file).stat().st_size == len(_MAGIC) + _NONCE_BYTES + entry.size + 16
        except OSError:
            return False

    def remove(self, files: Iterable[str]) -> int:
        """Unlink; returns how many could not be (in use on Windows): the next sweep takes them.

        Not synced: a file that a power cut brings back is an orphan without a key or a row, and the next sweep takes it.
        """
        left = 0
        for file in files:
            try:
                self._path(file).unlink(missing_ok=True)
            except OSError:
                left += 1
        return left

    def names(self) -> set[str]:
        """All files below the folder by name, half-written ones included."""
        with store_errors(self.folder):
            return {path.name for path in self.folder.glob("??/*")}

    def bytes_used(self) -> int:
        total = 0
        for path in self.folder.glob("??/*"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                continue  # just replaced by another process
        return total

    def _path(self, file: str) -> Path:
        return self.folder / file[:2] / file


def missing_file(file: str) -> StoreFault:
    return StoreFault(ErrorCode.STORE_DAMAGED, f"stored picture {file} is missing: restore the blobs folder from a backup")


def media_type_of(data: bytes) -> str:
    """By the first bytes; "application/octet-stream" when they are not of an image we know."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for start, media_type in _MEDIA_TYPES if data.startswith(start)), "application/octet-stream")


def _damaged(file: str) -> StoreFault:
    return StoreFault(ErrorCode.STORE_DAMAGED, f"stored picture {file} has been changed or cut short: restore it from a backup")


def _bound_to(customer_id: str, name: str) -> bytes:
    # JSON, so that no two pairs of id and name give the same bytes
    return json.dumps(["kiosk-blob", 1, customer_id, name]).encode()
