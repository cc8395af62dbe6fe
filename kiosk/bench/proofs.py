"""Proofs measured on invented bills: how often the right customer passes, what else is said, and whether a wrong one ever passes."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kiosk.domain.check import CheckStatus
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import Json

if TYPE_CHECKING:
    from kiosk.services.proofs.reader import ProofFile, ProofReader
    from kiosk.specimens.bills import Bill

WAYS = ("pdf", "scan", "photo")
"""A PDF with text; pixels at 150 dpi; a photograph in perspective, blurred, shaded and compressed."""
TODAY, ISSUED, DUE = "2025-07-01", "2025-06-03", "2025-06-24"


def bench_proofs(
    reader: ProofReader, *, ways: Sequence[str] = WAYS, seeds: Sequence[int] = (1,), photo_px: tuple[int, int] = (2400, 3200)
) -> dict[str, Json]:
    """Every layout in every language, each once per seed and way.

    Each is judged for its holder, for another name, for another address, and on a day a year later. Nothing but the first may pass, and
    the first must not be told that something differs or is too old: `wrong` counts both.

    Args:
        photo_px: width, height of photographs; their page takes about half of the width.
    """
    from kiosk.services.proofs.judge import ProofKind, ProofSubject, judge_proof
    from kiosk.specimens.bills import FUNDS_LAYOUTS, LANGUAGES, LAYOUTS, bill

    results: dict[str, Json] = {}
    for way in ways:
        labels: Counter[str] = Counter()
        wrong, count, times = 0, 0, []
        for layout in LAYOUTS:
            for language in LANGUAGES:
                for seed in seeds:
                    made = bill(layout, language, seed=seed, issued=ISSUED, due=DUE)
                    file = _file(made, way, seed, photo_px)
                    at = time.perf_counter()
                    reading = reader.read([file])
                    times.append((time.perf_counter() - at) * 1000)
                    kind = ProofKind.FUNDS if layout in FUNDS_LAYOUTS else ProofKind.ADDRESS
                    mine = ProofSubject(made.truth.name, made.truth.address)
                    check = judge_proof(reading, mine, kind, today=TODAY).check
                    labels[check.label.value] += 1
                    count += 1
                    wrong += check.label.value not in ("OK", "LOW_CONFIDENCE", "LOW_QUALITY")
                    others = [(ProofSubject("Marta Inakšia", mine.address), kind, TODAY), (mine, kind, "2026-07-01")]
                    others.append((ProofSubject(mine.name, ("Nikde 7", "999 01 Zem")), ProofKind.ADDRESS, TODAY))
                    for subject, what, day in others:
                        wrong += judge_proof(reading, subject, what, today=day).check.status is CheckStatus.PASSED
        found: dict[str, Json] = dict(labels)
        results[way] = {"proofs": count, "labels": found, "wrong": wrong, "medianMs": round(statistics.median(times), 1)}
    return results


def _file(made: Bill, way: str, seed: int, photo_px: tuple[int, int]) -> ProofFile:
    from kiosk.services.proofs.reader import ProofFile
    from kiosk.specimens.bill_pdf import text_pdf
    from kiosk.specimens.bills import picture
    from kiosk.specimens.degrade import Degradation, photograph

    if way == "pdf":
        return ProofFile("bill.pdf", text_pdf([made]))
    image = picture(made)
    if way == "photo":
        kinds = frozenset({Degradation.PERSPECTIVE, Degradation.LENS_BLUR, Degradation.JPEG, Degradation.UNEVEN_LIGHT, Degradation.SHADOW})
        image = photograph(image, seed=seed * 1000 + len(made.truth.name), size=photo_px, severity=0.35, kinds=kinds).image
    return ProofFile("bill.jpg", encode_jpeg(image))
