"""Facemaps: several templates of one person in a sealed, signed file that authenticates a returning customer.

    data = make_facemap(templates, matcher, key, created=clock.now_utc())
    facemap = open_facemap(data, key, matcher.model_id)        BadInput(INVALID_DATA) for anything but what this device made
    authenticate(facemap, (selfie_template,), matcher)         -> Check FACE_MATCH

File, numbers little-endian:

    "KFMP" | version u8 | device id 16 bytes | model length u8, model | sealed length u32, sealed | Ed25519 signature 64 bytes

The signature covers everything before it. Sealed (AES-256-GCM of this device, the bytes before it are bound to it): header length u32,
header (JSON: created, customer, poses, size), count x size float32.
"""

from __future__ import annotations

import itertools
import json
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Embedding, Pose
from kiosk.ports import DeviceKey, FaceMatcher

MAGIC = b"KFMP"
VERSION = 1
MAX_TEMPLATES = 16
MAX_BYTES = 1 << 20
"""A file larger than this is none: sixteen templates of 512 numbers take 33 kB."""
_PURPOSE = "facemap"
_SIGNATURE_BYTES = 64
_DEVICE_BYTES = 16
_SAME_PICTURE = 0.999
_INPUTS = ("facemap", "selfie")


@dataclass(frozen=True, slots=True)
class FacemapTemplate:
    """One picture's template; `pose` of the head in it, None when it was not measured."""

    embedding: Embedding
    pose: Pose | None = None


@dataclass(frozen=True, slots=True)
class Facemap:
    """An opened facemap.

    Attributes:
        created: UTC ISO 8601.
        customer: reference of the customer it was made for; may be empty.
    """

    model: str
    created: str
    customer: str
    templates: tuple[FacemapTemplate, ...]

    @property
    def yaw_span(self) -> float:
        """Degrees between the poses most to the left and most to the right; 0 where fewer than two were measured."""
        yaws = [one.pose.yaw for one in self.templates if one.pose is not None]
        return max(yaws) - min(yaws) if yaws else 0.0


def make_facemap(templates: Sequence[FacemapTemplate], matcher: FaceMatcher, key: DeviceKey, *, created: str, customer: str = "") -> bytes:
    """The file's bytes. Of pictures that are all but the same one is kept; beyond MAX_TEMPLATES those go that add least.

    Args:
        templates: of one person, of the matcher's model; at least one. Several poses make it tolerant of poses.
        created: UTC ISO 8601.
        customer: a reference to find the customer's record by; sealed, not readable from outside.

    Raises: BadInput: NOT_ENOUGH_DATA without templates, INVALID_DATA when two are not the same person, BAD_ARGUMENT for another model.
    """
    if not templates:
        raise BadInput(ErrorCode.NOT_ENOUGH_DATA, "a facemap needs at least one picture of a face")
    sizes = {len(one.embedding.vector) for one in templates}
    if len(sizes) != 1 or any(one.embedding.model != matcher.model_id for one in templates):
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"templates of a facemap must be of {matcher.model_id} and of one length")
    for one, other in itertools.combinations(templates, 2):
        if not matcher.compare(one.embedding, other.embedding).is_match:
            raise BadInput(ErrorCode.INVALID_DATA, "the pictures do not show one and the same person: a facemap is of one person")
    kept = _most_different(list(templates), matcher)
    model = matcher.model_id.encode()
    header: dict[str, object] = {
        "created": created,
        "customer": customer,
        "size": sizes.pop(),
        "poses": [None if one.pose is None else [one.pose.yaw, one.pose.pitch, one.pose.roll] for one in kept],
    }
    inner = json.dumps(header, allow_nan=False).encode()
    vectors = np.asarray([one.embedding.vector for one in kept], "<f4").tobytes()
    outer = MAGIC + struct.pack("<B", VERSION) + bytes.fromhex(key.device_id) + struct.pack("<B", len(model)) + model
    sealed = key.seal(struct.pack("<I", len(inner)) + inner + vectors, _PURPOSE, outer)
    body = outer + struct.pack("<I", len(sealed)) + sealed
    return body + key.sign(body)


def open_facemap(data: bytes, key: DeviceKey, model: str, *, customer: str | None = None) -> Facemap:
    """Verifies and opens. Raises BadInput(INVALID_DATA) whose message tells the operator what is wrong.

    Args:
        model: that its templates must be of: a facemap of another is refused, never compared.
        customer: whom it must have been made for, by the reference of then; None = whoever it is, the caller looks at `Facemap.customer`.
    """
    if len(data) > MAX_BYTES:
        raise _invalid("this is no facemap: it is larger than one can be")
    if not data.startswith(MAGIC):
        raise _invalid("this is no facemap")
    if len(data) < len(MAGIC) + 1 or data[len(MAGIC)] != VERSION:
        raise _invalid("this facemap is of a version that this program does not know")
    outer, made_for, sealed = _outer(data)
    if outer[len(MAGIC) + 1 :][:_DEVICE_BYTES] != bytes.fromhex(key.device_id):
        raise _invalid("this facemap was made by another device, or under another key")
    if not key.verify(data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]):
        raise _invalid("this facemap was changed after it was made")
    if made_for != model:
        raise _invalid(f"this facemap is of the model {made_for}, here {model} is in use: make a new one")
    try:
        found = _inner(key.unseal(sealed, _PURPOSE, outer), made_for)
    except (KeyError, TypeError, ValueError, struct.error) as error:
        # signed by us and not readable by us: made by a faulty program
        raise _invalid(f"this facemap cannot be read ({type(error).__name__})") from None
    if customer is not None and found.customer != customer:
        raise _invalid("this facemap was made for another customer")
    return found


def authenticate(facemap: Facemap, selfies: Sequence[Embedding], matcher: FaceMatcher) -> Check:
    """FACE_MATCH of selfies with the facemap: PASSED, WARNING/BORDERLINE, REJECTED/BELOW_THRESHOLD; without a selfie NOT_EXECUTED.

    A selfie's score is the mean of its two best comparisons (poses differ, so not all can fit; one lucky one is not enough); the worst
    selfie counts.

    Raises: BadInput: INVALID_DATA for a facemap, BAD_ARGUMENT for a selfie of another model than the matcher's.
    """
    if facemap.model != matcher.model_id:
        raise _invalid(f"this facemap is of the model {facemap.model}, here {matcher.model_id} is in use: make a new one")
    if not selfies:
        return not_executed(CheckName.FACE_MATCH, CheckLabel.INPUT_MISSING, inputs=_INPUTS)
    began = time.perf_counter()
    likest = matcher.compare(facemap.templates[0].embedding, selfies[0])
    scores = []
    for selfie in selfies:
        compared = sorted((matcher.compare(one.embedding, selfie).score for one in facemap.templates), reverse=True)[:2]
        scores.append(sum(compared) / len(compared))
    worst = replace(likest, score=min(scores))
    if worst.is_borderline:
        status, label = CheckStatus.WARNING, CheckLabel.BORDERLINE
    elif worst.is_match:
        status, label = CheckStatus.PASSED, CheckLabel.OK
    else:
        status, label = CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD
    return Check(
        CheckName.FACE_MATCH,
        status,
        label,
        score=round(worst.score, 4),
        threshold=worst.threshold,
        inputs=_INPUTS,
        model=worst.model,
        ms=round((time.perf_counter() - began) * 1000, 1),
    )


def _most_different(templates: list[FacemapTemplate], matcher: FaceMatcher) -> list[FacemapTemplate]:
    """In the order given, without pictures that repeat another; of too many, those that are least like the ones already kept."""
    kept, waiting = [0], list(range(1, len(templates)))
    while waiting and len(kept) < MAX_TEMPLATES:
        likeness = {
            one: max(matcher.compare(templates[one].embedding, templates[other].embedding).score for other in kept) for one in waiting
        }
        least = min(waiting, key=likeness.__getitem__)
        if likeness[least] >= _SAME_PICTURE:
            break
        kept.append(least)
        waiting.remove(least)
    return [templates[index] for index in sorted(kept)]


def _outer(data: bytes) -> tuple[bytes, str, bytes]:
    """(everything before the sealed part's length, model, sealed part)."""
    try:
        at = len(MAGIC) + 1 + _DEVICE_BYTES
        (length,) = struct.unpack_from("<B", data, at)
        end = at + 1 + length
        (sealed_length,) = struct.unpack_from("<I", data, end)
        model = data[at + 1 : end].decode()
    except (struct.error, UnicodeDecodeError):
        raise _invalid("this facemap was cut short or changed") from None
    start = end + 4
    if len(data) != start + sealed_length + _SIGNATURE_BYTES:
        raise _invalid("this facemap was cut short or changed: its length is wrong")
    return data[:end], model, data[start : start + sealed_length]


def _inner(plain: bytes, model: str) -> Facemap:
    """Raises ValueError, KeyError, TypeError or struct.error when it is not what `make_facemap` writes."""
    (length,) = struct.unpack_from("<I", plain)
    header: Any = json.loads(plain[4 : 4 + length])
    poses, size = header["poses"], int(header["size"])
    vectors = np.frombuffer(plain[4 + length :], "<f4").reshape(len(poses), size)
    if not poses or not size or not np.isfinite(vectors).all():
        raise ValueError("no templates")
    templates = tuple(
        FacemapTemplate(Embedding(tuple(vector.tolist()), model), None if pose is None else Pose(*(float(angle) for angle in pose)))
        for vector, pose in zip(vectors, poses, strict=True)
    )
    return Facemap(model, str(header["created"]), str(header["customer"]), templates)


def _invalid(message: str) -> BadInput:
    return BadInput(ErrorCode.INVALID_DATA, message)
