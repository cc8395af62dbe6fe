"""A judged proof as JSON for the store and the command line, and the names under which its files are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.domain.document import Quad
from kiosk.ports import Json
from kiosk.services.proofs.judge import ProofKind, ProofResult
from kiosk.services.proofs.reader import ProofFile
from kiosk.services.proofs.reading import Found
from kiosk.services.records import checks_json


def proof_json(result: ProofResult) -> dict[str, Json]:
    """Fact "proof.address" or "proof.funds". Values with page (from 1) and corners in pixels of that page; null = not found."""
    issued, address = result.issued, result.address
    return {
        "check": checks_json((result.check,))[0],
        "name": _found(result.name, alike=result.name_alike.name if result.name_alike is not None else None),
        "address": _found(
            address.found if address else None, alike=result.address_alike.name if result.address_alike is not None else None
        ),
        "issuer": _found(result.issuer),
        "issuedOn": _found(issued.found, date=issued.date.value, ageDays=result.age_days) if issued else None,
        "amounts": [
            _found(one.found, value=str(one.amount.value), currency=one.amount.currency, role=one.role or None) for one in result.amounts
        ],
    }


def proof_blobs(kind: ProofKind, files: Sequence[ProofFile]) -> Mapping[str, bytes]:
    """Blob name -> the file's own bytes, as they were given: what is kept is what was judged."""
    return {f"proof.{kind.value}.{number}": file.data for number, file in enumerate(files, 1)}


def _found(found: Found | None, **more: Json) -> Json:
    if found is None:
        return None
    return {"text": found.text, "confidence": round(found.confidence, 3), "page": found.page, "corners": _corners(found.quad), **more}


def _corners(quad: Quad) -> list[Json]:
    return [[round(x, 1), round(y, 1)] for x, y in quad]
