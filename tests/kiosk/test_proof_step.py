"""The step for a proof: real files, the real reader of them; a PDF with text needs no engine. Tasks are done at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.devices.watched_folder import WatchedFolder
from kiosk.domain.check import Check, CheckLabel, CheckStatus
from kiosk.domain.document import Document, DocumentType, Field, FieldName, Reading, Source
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.imaging.decode import encode_jpeg
from kiosk.ports import TextReader
from kiosk.services.answer_step import Move, Reply, Task
from kiosk.services.clock import SystemClock
from kiosk.services.proof_step import PROOF_TRIES, ProofRules, ProofStep
from kiosk.services.proofs.judge import ProofKind
from kiosk.services.proofs.reader import ProofLimits, ProofReader
from kiosk.specimens.bill_pdf import scan_pdf, text_pdf
from kiosk.specimens.bills import bill
from tests.fakes.customers import FixedClock

TODAY, HOLDER = "2026-11-21", ("Anna Maria Eriksson", "12 Harbour Street", "1040 Zenith")
MINE = {
    FieldName.SURNAME: "ERIKSSON",
    FieldName.GIVEN_NAMES: "ANNA MARIA",
    FieldName.ADDRESS: "12 HARBOUR STREET, 1040 ZENITH",
}
GREY = np.full((300, 200, 3), 128, np.uint8)


def document(**values: str) -> Document:
    said = {**MINE, **{FieldName(name): value for name, value in values.items()}}
    return Document(DocumentType("identity-card"), (), {name: Field(name, (Reading(said[name], Source.MRZ, 1.0),)) for name in said})


def pdf(*, issued: str = "2026-11-02", to: tuple[str, str, str] = HOLDER, pages: int = 1) -> bytes:
    made = bill("window", "en", seed=3, issued=issued, due="2026-12-01", to=to)
    return text_pdf([made] * pages)


def no_engine() -> TextReader:
    raise ModelFault(ErrorCode.MODEL_MISSING, "no model")


def done(reply: Reply) -> Move:
    while isinstance(reply, Task):
        reply = reply.run()()
    return reply


Steps = Callable[..., ProofStep]


@pytest.fixture
def step() -> Steps:
    def make(
        kind: ProofKind = ProofKind.ADDRESS,
        of: Document | None = None,
        readings: dict[str, int] | None = None,
        refused: Callable[[Check], None] = lambda _check: None,
        **rules: object,
    ) -> ProofStep:
        reader = ProofReader(no_engine, lambda: TODAY, limits=ProofLimits(max_bytes=2**20, max_pages=3))
        wanted = replace(ProofRules(files=True), **rules)  # type: ignore[arg-type]
        clock = FixedClock(f"{TODAY}T10:00:00.000Z")
        mine = of or document()
        return ProofStep(kind, wanted, reader, lambda: mine, clock, camera="desk camera", readings=readings, refused=refused)

    return make


def give(step: ProofStep, *files: bytes) -> Move:
    return done(step.answer({"files": tuple((f"file {number}", data) for number, data in enumerate(files))}))


def test_a_recent_bill_of_the_customer_passes_and_its_very_bytes_are_kept(step: Steps) -> None:
    proof, file = step(), pdf()
    assert give(proof, file) is Move.SHOW
    assert proof.view().pages[0].startswith(b"\xff\xd8")
    assert done(proof.answer({"finished": True})) is Move.LEAVE
    result = proof.result()
    assert (result.name, result.check.status) == ("proof.address", CheckStatus.PASSED)
    assert result.blobs == {"proof.address.1": file}
    assert result.fact["issuedOn"]["date"] == "2026-11-02"  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (pdf(to=("Somebody Else", *HOLDER[1:])), "NAME_DIFFERS"),
        (pdf(to=(HOLDER[0], "7 Other Lane", "9999 Elsewhere")), "ADDRESS_DIFFERS"),
        (pdf(issued="2026-05-02"), "TOO_OLD"),
    ],
)
def test_what_does_not_do_is_said_and_handed_in_as_it_is_when_they_insist(step: Steps, file: bytes, problem: str) -> None:
    proof = step()
    give(proof, file)
    assert done(proof.answer({"finished": True})) is Move.SHOW
    assert (proof.view().problem, len(proof.view().pages)) == (problem, 1)
    assert proof.answer({"finished": True}) is Move.LEAVE
    assert proof.result().check.status in (CheckStatus.WARNING, CheckStatus.REJECTED)
    assert proof.result().check.label.value == problem


def test_another_bill_in_its_place_is_read_anew_and_after_some_readings_a_person_decides(step: Steps) -> None:
    proof = step()
    for number in range(PROOF_TRIES):
        give(proof, pdf(to=("Somebody Else", *HOLDER[1:])))
        move = done(proof.answer({"finished": True}))
        assert move is (Move.LEAVE if number == PROOF_TRIES - 1 else Move.SHOW)
        if move is Move.SHOW:
            assert proof.answer({"remove": 0}) is Move.SHOW
            assert (proof.view().pages, proof.view().problem) == ((), "")
    assert proof.result().check.label is CheckLabel.NAME_DIFFERS
    assert proof.result().fact["readings"] == PROOF_TRIES


def test_an_age_limit_of_the_step_counts(step: Steps) -> None:
    proof = step(most_days=10)
    assert proof.view().most_days == 10
    give(proof, pdf())
    assert done(proof.answer({"finished": True})) is Move.SHOW
    assert proof.view().problem == "TOO_OLD"


def test_a_document_without_an_address_is_compared_with_no_bill(step: Steps) -> None:
    proof = step(of=document(address=""))
    give(proof, pdf())
    assert done(proof.answer({"finished": True})) is Move.LEAVE  # another bill would not help
    check = proof.result().check
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_it_is_judged_again_with_what_the_document_says_at_the_end(step: Steps) -> None:
    proof = step()
    give(proof, pdf())
    done(proof.answer({"finished": True}))
    result = proof.result()
    assert result.at_the_end(document()).check.status is CheckStatus.PASSED
    later = result.at_the_end(document(surname="SOMEBODY"))
    assert later.check.label is CheckLabel.NAME_DIFFERS
    assert later.blobs == result.blobs


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (b"%PDF-1.7 nothing", "PDF_UNSUPPORTED"),
        (b"GIF89a" + bytes(100), "IMAGE_FORMAT_UNSUPPORTED"),
        (b"", "IMAGE_EMPTY"),
        (pdf() + bytes(2**20), "IMAGE_BYTES_EXCEEDED"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_when_it_is_given(step: Steps, file: bytes, problem: str) -> None:
    proof = step()
    assert give(proof, pdf(), file) is Move.SHOW
    assert (len(proof.view().pages), proof.view().problem) == (1, problem)


def test_no_more_pages_than_are_read(step: Steps) -> None:
    proof = step()
    give(proof, pdf(pages=2), pdf(pages=2))
    assert (len(proof.view().pages), proof.view().problem) == (1, "PDF_UNSUPPORTED")
    give(proof, pdf())
    assert proof.take(GREY) is None


def test_a_picture_becomes_a_page_when_it_is_confirmed(step: Steps) -> None:
    proof = step()
    assert proof.answer({}) is Move.STAY  # nothing was taken
    taken = proof.take(GREY)
    assert taken is not None
    assert taken.usable
    proof.drop()
    assert proof.answer({}) is Move.STAY
    proof.take(GREY)
    assert proof.answer({}) is Move.SHOW
    assert len(proof.view().pages) == 1


@pytest.mark.logs_warnings
def test_a_proof_that_the_machine_cannot_read_is_kept_and_not_executed(step: Steps) -> None:
    proof = step()
    give(proof, scan_pdf([GREY]))  # no text layer: the text engine would be needed
    assert done(proof.answer({"finished": True})) is Move.LEAVE
    result = proof.result()
    assert (result.check.status, result.check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.MODEL_MISSING)
    assert list(result.blobs) == ["proof.address.1"]


def test_finished_without_a_page_is_said(step: Steps) -> None:
    proof = step()
    assert proof.answer({"finished": True}) is Move.SHOW
    assert proof.view().problem == "INPUT_MISSING"


def test_files_are_taken_only_where_a_colleague_picks_them(step: Steps) -> None:
    proof = step(files=False)
    assert give(proof, pdf()) is Move.STAY
    assert not proof.view().can_choose_files


@pytest.mark.parametrize("data", [{"remove": 0}, {"remove": -1}, {"remove": "x"}, {"files": ()}, {"files": 3}, {"scan": True}])
def test_what_is_not_there_changes_nothing(step: Steps, data: dict[str, object]) -> None:
    assert step().answer(data) is Move.STAY


def test_only_what_is_optional_can_be_skipped(step: Steps) -> None:
    assert step().skip() is Move.STAY
    proof = step(optional=True)
    give(proof, pdf())
    assert proof.skip() is Move.LEAVE
    assert proof.result().skipped
    assert proof.result().blobs == {}


def test_what_arrives_from_the_scanner_is_taken_and_nothing_that_lay_there(tmp_path: Path) -> None:
    (tmp_path / "before.jpg").write_bytes(encode_jpeg(GREY))
    scanner = WatchedFolder(tmp_path, settle_s=0)
    reader = ProofReader(no_engine, lambda: TODAY)
    proof = ProofStep(ProofKind.ADDRESS, ProofRules(), reader, document, SystemClock(), scanner=scanner)
    assert proof.view().scanner
    (tmp_path / "page.jpg").write_bytes(encode_jpeg(GREY))
    scan = proof.answer({"scan": True})
    assert isinstance(scan, Task)
    assert not scan.engines  # waiting for a scanner keeps nobody from the engines
    look = scan.run()()
    assert isinstance(look, Task)
    assert look.engines
    assert done(look) is Move.SHOW
    assert len(proof.view().pages) == 1


OTHERS = pdf(to=("Somebody Else", *HOLDER[1:]))


NOT_READ_HERE = pytest.param(scan_pdf([GREY]), id="not to be read here", marks=pytest.mark.logs_warnings)


@pytest.mark.parametrize("given", [pytest.param(pdf(), id="good"), pytest.param(OTHERS, id="somebody else's"), NOT_READ_HERE])
def test_what_comes_after_the_step_was_left_out_changes_nothing(step: Steps, given: bytes) -> None:
    proof = step(optional=True)
    give(proof, given)
    reading = proof.answer({"finished": True})
    assert isinstance(reading, Task)
    proof.skip()  # which then could not be stored
    assert reading.run()() is Move.STAY
    assert (proof.view().problem, len(proof.view().pages)) == ("", 1)
    assert give(proof, pdf()) is Move.LEAVE  # nothing is taken that would be lost
    assert proof.result().skipped


def test_files_that_were_being_opened_when_the_step_was_left_out_are_no_pages(step: Steps) -> None:
    proof = step(optional=True)
    opening = proof.answer({"files": (("bill", pdf()),)})
    assert isinstance(opening, Task)
    proof.skip()
    assert done(opening) is Move.STAY
    assert proof.view().pages == ()


def test_going_back_begins_no_new_count_of_readings_and_takes_no_refusal_away(step: Steps) -> None:
    counted, told = {"address": PROOF_TRIES - 1}, list[Check]()
    proof = step(readings=counted, refused=told.append)
    give(proof, OTHERS)
    assert done(proof.answer({"finished": True})) is Move.LEAVE  # the last one
    assert [check.label for check in told] == [CheckLabel.NAME_DIFFERS]
    assert counted == {"address": PROOF_TRIES}
    assert proof.result().fact["readings"] == PROOF_TRIES
