"""Face templates for one-to-many search: a row per customer and model, sealed with the customer's own key.

Row: 12 bytes nonce, AES-256-GCM of the float32 little-endian vector, 16-byte tag. What is authenticated besides binds it to its customer
and model, so that rows cannot be exchanged for one another. Why rows and not files: docs/decisions/0026.
"""

from __future__ import annotations

import secrets

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlite_utils import Database as Tables

from kiosk.domain.errors import ErrorCode, KioskBug, StoreFault
from kiosk.domain.face import Embedding

FORGOTTEN_WITH = "selfie"
"""The fact that a template was made of: forgetting it drops the template."""
_NONCE_BYTES, _TAG_BYTES, _FLOAT_BYTES = 12, 16, 4
_ROWS_AT_ONCE = 1024


def packed(template: Embedding) -> bytes:
    """The vector's bytes. Raises KioskBug when it is no vector of finite numbers."""
    vector = np.asarray(template.vector, "<f4")
    if not template.model or vector.ndim != 1 or vector.size == 0 or not np.isfinite(vector).all():
        raise KioskBug("a face template is empty, not finite or of no model")
    return vector.tobytes()


def put(tables: Tables, customer_id: str, key: bytes, model: str, vector: bytes) -> None:
    """Called inside a write transaction. Raises KioskBug when this model's templates have another length."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, vector, _bound_to(customer_id, model))
    other = tables.execute("SELECT length(sealed) FROM templates WHERE model = ? LIMIT 1", (model,)).fetchone()
    if other is not None and other[0] != len(sealed):
        raise KioskBug(f"a face template of {model} has {_numbers(len(sealed))} numbers, those stored have {_numbers(other[0])}")
    tables.execute("INSERT OR REPLACE INTO templates (customer_id, model, sealed) VALUES (?, ?, ?)", (customer_id, model, sealed))


def forget(tables: Tables, customer_id: str) -> None:
    """Drop all templates of a customer, whatever their model."""
    tables.execute("DELETE FROM templates WHERE customer_id = ?", (customer_id,))


def counts(tables: Tables) -> dict[str, int]:
    """How many each customer has who has any."""
    return {str(row[0]): int(row[1]) for row in tables.execute("SELECT customer_id, count(*) FROM templates GROUP BY customer_id")}


def reseal(tables: Tables, customer_id: str, old_key: bytes, key: bytes) -> None:
    """Give all templates of a customer a new key. Called inside a write transaction. Raises StoreFault(STORE_DAMAGED)."""
    for model, sealed in tables.execute("SELECT model, sealed FROM templates WHERE customer_id = ?", (customer_id,)).fetchall():
        try:
            plain = AESGCM(old_key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(customer_id, model))
        except (InvalidTag, ValueError):
            raise _damaged(model) from None
        put(tables, customer_id, key, model, plain)


def of_model(tables: Tables, model: str) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
    """Customer ids and vectors (n x d; 0 x 0 when there are none), in the order they were entered.

    Called inside a read, which is what makes count and rows those of one moment. Raises StoreFault(STORE_DAMAGED).
    """
    counted = "SELECT count(*), min(length(sealed)), max(length(sealed)) FROM templates WHERE model = ?"
    count, least, most = tables.execute(counted, (model,)).fetchone()
    if not count:
        return (), np.zeros((0, 0), np.float32)
    if least != most or most <= _NONCE_BYTES + _TAG_BYTES or (most - _NONCE_BYTES - _TAG_BYTES) % _FLOAT_BYTES:
        raise _damaged(model)
    ids: list[str] = []
    vectors = np.empty((count, _numbers(most)), np.float32)
    rows = tables.execute(
        'SELECT customer_id, "key", sealed FROM templates JOIN customers ON customers.id = customer_id WHERE model = ? '
        "ORDER BY templates.rowid",
        (model,),
    )
    # opened into the one array that is returned: a million of them are half a gigabyte, which is not held twice
    while block := rows.fetchmany(_ROWS_AT_ONCE):
        for customer_id, key, sealed in block:
            try:
                plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(customer_id, model))
            except InvalidTag:
                raise _damaged(model) from None
            vectors[len(ids)] = np.frombuffer(plain, "<f4")
            ids.append(customer_id)
    return tuple(ids), vectors


def _numbers(sealed_bytes: int) -> int:
    return (sealed_bytes - _NONCE_BYTES - _TAG_BYTES) // _FLOAT_BYTES


def _bound_to(customer_id: str, model: str) -> bytes:
    # the length in front, so that no two pairs of id and model give the same bytes
    return f"kiosk-template 1 {len(customer_id)} {customer_id}{model}".encode()


def _damaged(model: str) -> StoreFault:
    return StoreFault(ErrorCode.STORE_DAMAGED, f"the face templates of {model} have been changed: restore store.db from a backup")
