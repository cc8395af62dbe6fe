"""Proofs of the server-driven session, read and judged as everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.domain.document import Document
from kiosk.services.proofs.judge import ProofKind, ProofResult, judge_proof
from kiosk.services.proofs.reader import ProofFile, ProofReader
from kiosk.services.proofs.stored import document_subject


class ReadProofs:
    """A `ProofDesk`. Args: `today` the local date YYYY-MM-DD."""

    def __init__(self, reader: ProofReader, today: Callable[[], str], *, max_age_days: int) -> None:
        self._reader = reader
        self._today = today
        self._max_age_days = max_age_days

    def judge(self, kind: ProofKind, files: Sequence[bytes], customer: Document) -> ProofResult:
        reading = self._reader.read([ProofFile(f"file {number}", data) for number, data in enumerate(files, 1)])
        return judge_proof(reading, document_subject(customer), kind, today=self._today(), max_age_days=self._max_age_days)
