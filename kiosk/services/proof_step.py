"""The step for a proof of address or of funds: pages from the camera, a scanner or files; then they are read and judged.

pages ──> finished ──> read: passed ─> kept │ not for certain ─> said, with the pages still there
                                             └─ finished once more, unchanged ─> kept as it is: a person looks at it
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.check import Check, CheckLabel, CheckStatus, not_executed
from kiosk.domain.document import Document
from kiosk.domain.errors import BadInput, DeviceFault, ErrorCode, KioskBug, ModelFault
from kiosk.domain.views import CaptureResult, ProofView
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.imaging.scale import fit
from kiosk.ports import Clock, Json, Scanner
from kiosk.services.answer_step import Move, Reply, Task
from kiosk.services.proofs.judge import CHECK_OF, ProofKind, ProofResult, judge_proof
from kiosk.services.proofs.reader import ProofFile, ProofReader
from kiosk.services.proofs.reading import ProofReading
from kiosk.services.proofs.records import proof_blobs, proof_json
from kiosk.services.proofs.stored import document_subject
from kiosk.services.scanning import gather_pages
from kiosk.services.step_answers import StepAnswer, left_out

_log = logging.getLogger(__name__)

PROOF_TRIES = 3
"""Readings of one customer and one kind after which a proof is kept as it is."""
SMALL_PX = 320
_SCANNER_WAIT_S = 8.0


@dataclass(frozen=True, slots=True)
class ProofRules:
    """`most_days`: an older proof is refused; `files`: a file on this machine may be picked."""

    most_days: int = 90
    optional: bool = False
    files: bool = False


@dataclass(frozen=True, slots=True)
class _Given:
    """One file of the proof with a small picture of its first page, JPEG."""

    file: ProofFile
    small: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a proof could not be judged at all."""

    check: Check


class ProofStep:
    """An `AnswerStep`, and what takes the camera's pictures.

    Args:
        document: the customer's, as it is known now; asked anew at each judgement.
        scanner: watched since the step was entered; None = there is none.
        camera: its name, for the screen.
        readings: how many this customer had by kind; counted here, so that going back begins no new count.
        refused: told of every reading that speaks against the customer, also when they then take the proof away.
        wanted: from any thread: whether the customer still waits for what was sent for.
    """

    def __init__(
        self,
        kind: ProofKind,
        rules: ProofRules,
        reader: ProofReader,
        document: Callable[[], Document],
        clock: Clock,
        *,
        scanner: Scanner | None = None,
        camera: str = "",
        readings: MutableMapping[str, int] | None = None,
        refused: Callable[[Check], None] = lambda _check: None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._kind = kind
        self._rules = rules
        self._reader = reader
        self._document = document
        self._clock = clock
        self._scanner = scanner
        self._camera = camera
        self._given: list[_Given] = []
        self._picture: _Given | None = None
        self._number = 0
        self._readings = {} if readings is None else readings
        self._refused = refused
        self._wanted = wanted
        self._problem = ""
        self._judged: tuple[ProofReading, ProofResult] | _Failed | None = None
        self._over = self._skipped = False

    def view(self) -> ProofView:
        limits = self._reader.limits
        return ProofView(
            kind=self._kind.value,
            camera=self._camera,
            pages=tuple(given.small for given in self._given),
            most_pages=limits.max_pages,
            most_days=self._rules.most_days,
            can_choose_files=self._rules.files,
            scanner=self._scanner is not None,
            optional=self._rules.optional,
            problem=self._problem,
        )

    def take(self, picture: Image) -> CaptureResult | None:
        """A picture of the camera; `answer({})` makes it a page. None: nothing is taken now."""
        if self._over or self._pages >= self._reader.limits.max_pages:
            return None
        self._number += 1
        shown = encode_jpeg(picture)
        self._picture = _Given(ProofFile(f"photograph {self._number}", shown), _small(picture), 1)
        return CaptureResult(shown, usable=True)

    def drop(self) -> None:
        """The picture that was taken is no page."""
        self._picture = None

    def answer(self, data: Mapping[str, object]) -> Reply:
        if self._over:
            return Move.LEAVE  # it could not be stored the first time
        if "files" in data:
            return self._look_at(_files(data["files"])) if self._rules.files else Move.STAY
        if data.get("scan"):
            return self._scan()
        if "remove" in data:
            return self._remove(data["remove"])
        if data.get("finished"):
            return self._finish()
        if self._picture is None:
            return Move.STAY
        self._add([self._picture])
        self._picture = None
        return Move.SHOW

    def skip(self) -> Reply:
        if not self._rules.optional:
            return Move.STAY
        self._skipped = self._skipped or not self._over
        self._over = True
        return Move.LEAVE

    def result(self) -> StepAnswer:
        name = f"proof.{self._kind.value}"
        if self._skipped:
            return left_out(name)
        blobs = proof_blobs(self._kind, [given.file for given in self._given])
        match self._judged:
            case _Failed(check):
                return StepAnswer(name, check, {"pages": self._pages}, blobs)
            case (reading, result):
                return StepAnswer(
                    name, result.check, self._fact(result), blobs, judge_again=lambda document: self._again(reading, document)
                )
            case None:
                raise KioskBug("a proof step was left without a result")

    # --- pages -----------------------------------------------------------------------------------------------------

    @property
    def _pages(self) -> int:
        return sum(given.pages for given in self._given)

    def _add(self, given: list[_Given]) -> None:
        self._given.extend(given)
        self._judged, self._problem = None, ""

    def _remove(self, index: object) -> Reply:
        if not isinstance(index, int) or not 0 <= index < len(self._given):
            return Move.STAY
        del self._given[index]
        self._judged, self._problem = None, ""
        return Move.SHOW

    def _look_at(self, files: list[ProofFile]) -> Reply:
        """Opened and made small where the engines are: a PDF takes its time, and pdfium one thread."""
        if not files or self._over:
            return Move.STAY
        reader, before = self._reader, self._pages

        def run() -> Callable[[], Reply]:
            given: list[_Given] = []
            problem = ""
            for file in files:
                try:
                    pictures = reader.pictures(file, pages_before=before + sum(one.pages for one in given))
                except BadInput as error:
                    problem = error.code.value
                    break
                given.append(_Given(file, _small(pictures[0]), len(pictures)))
            return lambda: self._were_looked_at(given, problem)

        return Task("LOADING", run, engines=True)

    # what comes after the step was left out, which then could not be stored, changes nothing any more

    def _were_looked_at(self, given: list[_Given], problem: str) -> Reply:
        if self._over:
            return Move.STAY
        self._add(given)
        self._problem = problem
        return Move.SHOW

    def _scan(self) -> Reply:
        scanner, clock, wanted = self._scanner, self._clock, self._wanted
        if scanner is None:
            return Move.STAY

        def run() -> Callable[[], Reply]:
            try:
                paths = gather_pages(scanner, clock, wait_s=_SCANNER_WAIT_S, wanted=wanted)
                files = [_scanned(path, number) for number, path in enumerate(paths, 1)]
            except (BadInput, DeviceFault) as error:
                code = error.code.value
                return lambda: self._were_looked_at([], code)
            return lambda: self._look_at(files)

        return Task("LOADING", run)

    # --- reading ---------------------------------------------------------------------------------------------------

    def _finish(self) -> Reply:
        if not self._given:
            self._problem = CheckLabel.INPUT_MISSING.value
            return Move.SHOW
        if self._judged is not None:  # they know what is wrong with it, and hand it in as it is
            self._over = True
            return Move.LEAVE
        reader, files = self._reader, [given.file for given in self._given]

        def run() -> Callable[[], Reply]:
            try:
                reading = reader.read(files)
            except BadInput as error:
                code = error.code
                return lambda: self._unreadable(code)
            except ModelFault as error:
                _log.warning("a proof was not read: %s", error.code)
                missing = error.code is ErrorCode.MODEL_MISSING
                return lambda: self._not_judged(CheckLabel.MODEL_MISSING if missing else CheckLabel.ENGINE_FAILED)
            return lambda: self._was_read(reading)

        return Task("READING", run, engines=True)

    def _unreadable(self, code: ErrorCode) -> Reply:
        if self._over:
            return Move.STAY
        self._problem = code.value
        return Move.SHOW

    def _not_judged(self, label: CheckLabel) -> Reply:
        if self._over:
            return Move.STAY
        self._judged = _Failed(not_executed(CHECK_OF[self._kind], label, inputs=(f"proof.{self._kind.value}",)))
        self._over = True
        return Move.LEAVE

    def _was_read(self, reading: ProofReading) -> Reply:
        readings = self._readings[self._kind.value] = self._readings.get(self._kind.value, 0) + 1
        result = self._judge(reading, self._document())
        check = result.check
        self._refused(check)
        if self._over:
            return Move.STAY
        self._judged = reading, result
        # what the customer's document does not say no other bill can be compared with
        useless = check.status is CheckStatus.NOT_EXECUTED and check.label is CheckLabel.INPUT_MISSING
        self._over = check.status is CheckStatus.PASSED or useless or readings >= PROOF_TRIES
        self._problem = "" if self._over else check.label.value
        return Move.LEAVE if self._over else Move.SHOW

    def _judge(self, reading: ProofReading, document: Document) -> ProofResult:
        subject, today = document_subject(document), self._clock.today()
        return judge_proof(reading, subject, self._kind, today=today, max_age_days=self._rules.most_days)

    def _again(self, reading: ProofReading, document: Document) -> tuple[Check, Mapping[str, Json]]:
        result = self._judge(reading, document)
        return result.check, self._fact(result)

    def _fact(self, result: ProofResult) -> dict[str, Json]:
        fact = proof_json(result)
        del fact["check"]  # stands beside it
        return {**fact, "pages": self._pages, "readings": self._readings.get(self._kind.value, 0)}


def _small(picture: Image) -> bytes:
    return encode_jpeg(fit(picture, SMALL_PX, SMALL_PX), quality=80)


def _files(given: object) -> list[ProofFile]:
    if not isinstance(given, (tuple, list)):
        return []
    return [ProofFile(str(name), bytes(data)) for name, data in given]


def _scanned(path: Path, number: int) -> ProofFile:
    try:
        return ProofFile(f"scan {number}", path.read_bytes())
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"a scanned page cannot be read: {error.strerror}") from error
