"""A customer store that forgets everything when the program ends. Obeys `ports.CustomerStore` and passes its contract suite."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kiosk.domain.erasure import MENTIONS
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug, KioskError, StoreFault
from kiosk.ports import Json, StepCommit, StoredCustomer


@dataclass
class _Kept:
    workflow: str
    created_at: str
    updated_at: str
    status: str = "IN_PROGRESS"
    steps: list[tuple[str, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    templates: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)


class MemoryCustomerStore:
    """`fail_next` (an error) is raised by the next commit, which then changes nothing. `audit` lists (event, customer id)."""

    def __init__(self) -> None:
        self.fail_next: KioskError | None = None
        self.audit: list[tuple[str, str]] = []
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self._closed = False

    def begin(self, customer_id: str, workflow: str, at: str) -> None:
        with self._lock:
            self._check_open()
            if customer_id in self._kept:
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"customer {customer_id} is there already")
            self._kept[customer_id] = _Kept(workflow, at, at)
            self.audit.append(("CUSTOMER_CREATED", customer_id))

    def commit(self, step: StepCommit) -> None:
        try:
            facts = {name: json.dumps(value, allow_nan=False) for name, value in step.facts.items()}
        except (TypeError, ValueError):
            raise KioskBug("a fact is not JSON") from None
        vector = None if step.template is None else np.asarray(step.template.vector, np.float32)
        if vector is not None and (vector.size == 0 or not np.isfinite(vector).all()):
            raise KioskBug("a face template is empty or not finite")
        with self._lock:
            kept = self._find(step.customer_id)
            if step.template is not None and vector is not None:
                known = self._vectors(step.template.model)
                if known and len(known[0][1]) != len(vector):
                    raise KioskBug("templates of one model have one length")
            if self.fail_next is not None:
                error, self.fail_next = self.fail_next, None
                raise error
            for forget in step.forget:
                for named in (kept.facts, kept.blobs):
                    for name in [name for name in named if name == forget or (forget.endswith(".") and name.startswith(forget))]:
                        del named[name]
            if "selfie" in step.forget:
                kept.templates.clear()
            if step.template is not None and vector is not None:
                kept.templates[step.template.model] = vector
            kept.facts.update(facts)
            kept.blobs.update({name: bytes(data) for name, data in step.blobs.items()})
            kept.steps.append((step.step, step.at))
            kept.updated_at = step.at
            kept.status = step.status or kept.status
            self.audit.append(("STEP_CONFIRMED", step.customer_id))

    def load(self, customer_id: str) -> StoredCustomer:
        with self._lock:
            return self._seen(customer_id)

    def blob(self, customer_id: str, name: str) -> bytes:
        with self._lock:
            try:
                return self._find(customer_id).blobs[name]
            except KeyError:
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"customer {customer_id} has no picture {name}") from None

    def customers(self) -> tuple[StoredCustomer, ...]:
        with self._lock:
            self._check_open()
            newest_last = sorted(self._kept, key=lambda customer_id: self._kept[customer_id].created_at)
            return tuple(self._seen(customer_id) for customer_id in reversed(newest_last))

    def templates(self, model: str) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
        with self._lock:
            self._check_open()
            found = self._vectors(model)
            vectors = np.stack([vector for _, vector in found]) if found else np.zeros((0, 0), np.float32)
            return tuple(customer_id for customer_id, _ in found), vectors

    def template_counts(self) -> Mapping[str, int]:
        with self._lock:
            self._check_open()
            return {customer_id: len(kept.templates) for customer_id, kept in self._kept.items() if kept.templates}

    def unfinished(self) -> tuple[StoredCustomer, ...]:
        return tuple(customer for customer in self.customers() if customer.status == "IN_PROGRESS")

    def delete(self, customer_id: str, at: str) -> None:
        with self._lock:
            self._find(customer_id)
            del self._kept[customer_id]
            for other in self._kept.values():
                for name in [
                    name for name in other.facts if any(name == one or (one[-1] == "." and name.startswith(one)) for one in MENTIONS)
                ]:
                    after = _without(json.loads(other.facts[name]), customer_id)
                    if after:
                        other.facts[name] = json.dumps(after)
                    else:
                        del other.facts[name]
            self.audit.append(("CUSTOMER_DELETED", customer_id))

    def close(self) -> None:
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise StoreFault(ErrorCode.STORE_UNAVAILABLE, "the store is closed")

    def _vectors(self, model: str) -> list[tuple[str, npt.NDArray[np.float32]]]:
        return [(customer_id, kept.templates[model]) for customer_id, kept in self._kept.items() if model in kept.templates]

    def _find(self, customer_id: str) -> _Kept:
        self._check_open()
        try:
            return self._kept[customer_id]
        except KeyError:
            raise BadInput(ErrorCode.CUSTOMER_NOT_FOUND, f"no customer {customer_id}") from None

    def _seen(self, customer_id: str) -> StoredCustomer:
        kept = self._find(customer_id)
        return StoredCustomer(
            id=customer_id,
            workflow=kept.workflow,
            status=kept.status,
            created_at=kept.created_at,
            updated_at=kept.updated_at,
            steps=tuple(kept.steps),
            facts={name: json.loads(text) for name, text in sorted(kept.facts.items())},
            blobs=tuple(sorted(kept.blobs)),
        )


def _without(value: Json, customer_id: str) -> Json:
    """A fact without the entries about this customer in its lists."""
    if isinstance(value, dict):
        return {key: _without(entry, customer_id) for key, entry in value.items()}
    if not isinstance(value, list):
        return value
    about = [entry == customer_id or (isinstance(entry, dict) and entry.get("customer") == customer_id) for entry in value]
    return [_without(entry, customer_id) for entry, drop in zip(value, about, strict=True) if not drop]
