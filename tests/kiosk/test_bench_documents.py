"""`kiosk bench documents`: the truth is found, outcomes are called by their names, and the report adds up. Readers are stand-ins here."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from kiosk.bench import document_peers
from kiosk.bench.document_cases import Case, PageTruth, folder_cases, generated_cases
from kiosk.bench.document_peers import run_peer
from kiosk.bench.document_scores import Loss, MrzOutcome, Scores, loss_of, mrz_outcome
from kiosk.bench.documents import measure, soak
from kiosk.cli.entry import main
from kiosk.domain.document import DocumentPage, Field, FieldName, PageQuality, PageSide, Reading, Source
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.mrz import Mrz, MrzRepair, parse_mrz
from kiosk.imaging import geometry
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Frame, Image
from kiosk.specimens.specimen import specimen

PICTURE = np.full((60, 90, 3), 200, np.uint8)
LINES = specimen("td3", seed=4).truth.mrz_lines
PAGE = DocumentPage(PageSide.FRONT, None, 0.0, (90, 60), PageQuality(1, 1, 1, 90))


def with_digit(lines: tuple[str, ...], column: int, digit: str) -> tuple[str, ...]:
    return lines[0], lines[1][:column] + digit + lines[1][column + 1 :]


WRONG_DIGIT = with_digit(LINES, 9, str((int(LINES[1][9]) + 1) % 10))


@dataclass
class PageRead:
    page: DocumentPage
    timings_ms: Mapping[str, float] = field(default_factory=lambda: {"text": 8.0, "total": 10.0})


@dataclass
class ScriptedReader:
    """Gives the same page for every picture, or refuses."""

    page: DocumentPage | None
    asked: int = 0

    def read_page(self, image: Image, *, expected: PageSide | None = None) -> PageRead:
        self.asked += 1
        if self.page is None:
            raise BadInput(ErrorCode.NO_DOCUMENT_DETECTED, "none")
        return PageRead(self.page)


@dataclass
class MrzRead:
    mrz: Mrz


class ScriptedMrzReader:
    def read(self, image: Image) -> MrzRead | None:
        return MrzRead(parse_mrz(LINES))


class CountingGuide:
    frames = 0

    def judge(self, frame: Frame) -> Guidance:
        self.frames += 1
        return Guidance(AdviceCode.SHOW_DOCUMENT)


def nothing(_: str) -> None:
    """For notes."""


def case(truth: PageTruth, name: str = "one", kind: str = "") -> Case:
    return Case(name, lambda: PICTURE, truth, kind=kind)


# --- outcomes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "truth", "outcome"),
    [
        (LINES, PageTruth(LINES), MrzOutcome.EQUAL),
        (None, PageTruth(LINES), MrzOutcome.REFUSED),
        (WRONG_DIGIT, PageTruth(LINES), MrzOutcome.WRONG_INVALID),
        (LINES, PageTruth(WRONG_DIGIT, mrz_valid=False), MrzOutcome.WRONG_VALID),
        (WRONG_DIGIT, PageTruth(WRONG_DIGIT, mrz_valid=False), MrzOutcome.EQUAL),
        (LINES, PageTruth(()), MrzOutcome.WRONG_VALID),
        (None, PageTruth(()), MrzOutcome.EQUAL),
        (LINES, PageTruth(), None),
    ],
)
def test_a_reading_is_called_by_its_name(read: tuple[str, ...] | None, truth: PageTruth, outcome: MrzOutcome | None) -> None:
    assert mrz_outcome(None if read is None else parse_mrz(read), truth) is outcome


def test_right_lines_that_the_reader_doubts_are_neither_equal_nor_wrong() -> None:
    # a document number may hold letters: O was as likely as 0 there
    place = next(column for column in range(9) if LINES[1][column].isdigit())
    doubted = replace(parse_mrz(LINES), repairs=(MrzRepair(1, place, "O", LINES[1][place]),))
    assert mrz_outcome(doubted, PageTruth(LINES)) is MrzOutcome.IN_DOUBT
    assert mrz_outcome(doubted, PageTruth(WRONG_DIGIT)) is MrzOutcome.WRONG_INVALID


def test_fields_are_exact_wrong_or_missing_in_the_visual_zone_only() -> None:
    fields = (
        Field(FieldName.SURNAME, (Reading("ERIKSSON", Source.VISUAL_ZONE, 0.9),)),
        Field(FieldName.GIVEN_NAMES, (Reading("ANA", Source.VISUAL_ZONE, 0.9),)),
        Field(FieldName.GENDER, (Reading("F", Source.MRZ, 0.9),)),
    )
    truth = PageTruth(fields={FieldName.SURNAME: "ERIKSSON", FieldName.GIVEN_NAMES: "ANNA", FieldName.GENDER: "F"})
    scores = Scores()
    scores.add("x", truth, replace(PAGE, fields=fields), (90, 60))
    report = scores.report()
    assert report["fields_exact"] == pytest.approx(1 / 3, abs=1e-4)
    assert scores.wrong == ["x: givenNames wrong, notRead", "x: gender missing, notRead"]


def test_a_wrong_value_that_nobody_is_asked_to_look_at_counts_by_itself() -> None:
    sure, unsure = Reading("ANA", Source.VISUAL_ZONE, 0.99), Reading("ERICSON", Source.VISUAL_ZONE, 0.9)
    scores = Scores()
    truth = PageTruth(fields={FieldName.SURNAME: "ERIKSSON", FieldName.GIVEN_NAMES: "ANNA"})
    fields = (Field(FieldName.SURNAME, (unsure,)), Field(FieldName.GIVEN_NAMES, (sure,)))
    scores.add("x", truth, replace(PAGE, fields=fields), (90, 60))
    report = scores.report()
    assert (report["fields_wrong"], report["fields_wrong_certain"], report["fields_exact"]) == (2, 1, 0.0)


@pytest.mark.parametrize(
    ("name", "value", "texts", "overlap", "loss"),
    [
        (FieldName.SURNAME, "VZOROVÁ", ("Priezvisko", "VZOROVÁ"), 0.99, Loss.NOT_ASSIGNED),
        (FieldName.SURNAME, "VZOROVÁ", ("VZ0RQVA",), 0.99, Loss.MISREAD),
        (FieldName.SURNAME, "VZOROVÁ", ("Priezvisko",), 0.99, Loss.NOT_READ),
        (FieldName.SURNAME, "VZOROVÁ", ("Priezvisko",), 0.5, Loss.BAD_OUTLINE),
        (FieldName.DATE_OF_BIRTH, "1976-11-18", ("3 DOB 11/18/1976",), 0.99, Loss.NOT_ASSIGNED),
        (FieldName.DATE_OF_BIRTH, "1976-11-18", ("3 DOB 11/18/1975",), 0.99, Loss.MISREAD),
        (FieldName.GENDER, "F", ("Prefecture",), 0.99, Loss.NOT_READ),
        (FieldName.GENDER, "F", ("15 SEX F",), 0.99, Loss.NOT_ASSIGNED),
    ],
)
def test_why_a_value_was_lost_is_told_by_what_was_read(
    name: FieldName, value: str, texts: tuple[str, ...], overlap: float, loss: Loss
) -> None:
    assert loss_of(name, value, replace(PAGE, text_lines=texts), overlap) is loss
    assert loss_of(name, value, None, overlap) is Loss.NO_PAGE


def test_corners_count_by_their_overlap_and_a_page_that_is_not_found_counts_as_none() -> None:
    scores = Scores()
    whole = geometry.box_quad(0, 0, 90, 60)
    scores.add("as it is", PageTruth(corners=whole), PAGE, (90, 60))
    scores.add("half", PageTruth(corners=whole), replace(PAGE, quad=geometry.box_quad(0, 0, 45, 60)), (90, 60))
    scores.add("lost", PageTruth(corners=whole), None, (90, 60))
    assert [round(iou, 3) for iou in scores.ious] == [1.0, 0.5, 0.0]


# --- cases ---------------------------------------------------------------------------------------------------------


def test_the_truth_of_saved_specimens_is_found_page_by_page(tmp_path: Path) -> None:
    drawn = specimen("td1", seed=2)
    drawn.save(tmp_path / "card")
    front, back = sorted(folder_cases(tmp_path), key=lambda one: one.name, reverse=True)
    assert (front.side, back.side) == (PageSide.FRONT, PageSide.BACK)
    assert front.truth.mrz_lines == ()
    assert back.truth.mrz_lines == drawn.truth.mrz_lines
    assert FieldName.SURNAME in front.truth.fields
    assert FieldName.SURNAME not in back.truth.fields
    assert front.truth.corners == drawn.truth.corners[PageSide.FRONT]


def test_the_truth_of_a_csv_belongs_to_the_files_it_names(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(encode_jpeg(PICTURE))
    (tmp_path / "truth.csv").write_text(f"file,line1,line2,line3,check_digits_hold\na.jpg,{LINES[0]},{LINES[1]},,no: num\n")
    known, unknown = folder_cases(tmp_path)
    assert (known.truth.mrz_lines, known.truth.mrz_valid) == (LINES, False)
    assert unknown.truth.mrz_lines is None


def test_what_is_no_folder_or_no_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        folder_cases(tmp_path)
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND
    (tmp_path / "a.jpg").write_bytes(encode_jpeg(PICTURE))
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(BadInput) as caught:
        folder_cases(tmp_path, tmp_path / "bad.json")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_generated_photographs_are_the_same_each_time_and_carry_their_truth() -> None:
    one, two = (list(generated_cases(2, 0.4, first_seed=3, kinds=["none", "glare"])) for _ in range(2))
    assert [each.kind for each in one] == ["none", "glare"]
    for first, second in zip(one, two, strict=True):
        assert np.array_equal(first.picture(), second.picture())
        assert first.truth == second.truth
        assert first.truth.corners is not None
        assert first.truth.fields or first.truth.mrz_lines


def test_an_unknown_degradation_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        list(generated_cases(1, 0.5, kinds=["fog"]))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


# --- the run -------------------------------------------------------------------------------------------------------


def test_the_report_holds_times_exactness_memory_and_the_machine() -> None:
    reader, guide = ScriptedReader(replace(PAGE, mrz=parse_mrz(LINES))), CountingGuide()
    cases = [case(PageTruth(LINES), "right", "none"), case(PageTruth(WRONG_DIGIT, mrz_valid=False), "false", "glare")]
    body = measure(cases, reader, ScriptedMrzReader(), guide, note=nothing)
    assert reader.asked == 3  # the first once more, to warm up
    assert guide.frames > 30
    assert set(body) >= {"machine", "page_ms", "stages_ms", "mrz_alone_ms", "preview_without_document_ms", "rss_mb", "targets_ms", "kinds"}
    assert body["exactness"]["mrz"] == {"n": 2, "equal": 1, "inDoubt": 0, "refused": 0, "wrongInvalid": 0, "wrongValid": 1}  # type: ignore[index,call-overload]
    assert body["not_exact"] == ["false: MRZ wrongValid"]
    json.dumps(body)


def test_a_page_that_is_refused_is_counted_with_its_code() -> None:
    body = measure([case(PageTruth(LINES))], ScriptedReader(None), ScriptedMrzReader(), CountingGuide(), note=nothing)
    assert body["refused"] == {"NO_DOCUMENT_DETECTED": 1}
    assert body["exactness"]["mrz"]["refused"] == 1  # type: ignore[index,call-overload]


def test_a_soak_reads_so_many_pages_and_tells_the_growth() -> None:
    reader = ScriptedReader(PAGE)
    body = soak([case(PageTruth())], reader, 50, note=nothing)
    assert reader.asked == 50
    assert body["pages"] == 50
    assert isinstance(body["growth_mb_per_1000"], float)


# --- peers ---------------------------------------------------------------------------------------------------------


def test_a_peer_that_is_not_installed_is_said_and_nothing_breaks(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    picture.write_bytes(encode_jpeg(PICTURE))
    assert "ModuleNotFoundError" in run_peer("PassportEye", [picture]).missing or run_peer("PassportEye", [picture]).answers
    assert run_peer("PassportEye", [picture], str(tmp_path / "no-python")).missing


def test_a_peer_is_compared_on_the_same_pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A peer's process that is scripted: it gives the right lines for every picture, after 100 ms each as it says."""
    script = (
        "import json, sys\nprint(json.dumps({'engine': 'Peer 1'}))\n"
        f"for _ in json.load(sys.stdin): print(json.dumps({{'ms': 100.0, 'lines': {list(LINES)!r}, 'valid': True}}))\n"
    )
    monkeypatch.setitem(document_peers.PEERS, "PassportEye", script)
    cases = [case(PageTruth(LINES), "mrz"), case(PageTruth(()), "without")]
    reader = ScriptedReader(PAGE)
    body = measure(cases, reader, ScriptedMrzReader(), CountingGuide(), peers=("PassportEye",), peer_python=sys.executable, note=nothing)
    peer = body["peer_PassportEye"]
    assert isinstance(peer, dict)
    assert peer["engine"] == "Peer 1"
    assert peer["mrz"] == {"n": 1, "equal": 1, "valid": 1, "wrongValid": 0}
    assert isinstance(peer["our_speed"], float)


# --- the command ---------------------------------------------------------------------------------------------------


def test_the_command_reads_a_folder_with_the_real_engines(
    tmp_path: Path, model_library: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))  # type: ignore[attr-defined]
    drawn = specimen("td3", seed=4)
    drawn.save(tmp_path / "passport")
    assert main(["bench", "documents", str(tmp_path / "passport"), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["pictures"] == 1
    assert body["exactness"]["mrz"]["equal"] == 1
    assert body["stages_ms"]["total"]["median"] > 0
    assert body["text"] == {"engine": "ppocrv6_small", "provider": "cpu"}


def test_a_folder_or_generated_pictures_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "documents"]) == 2
    assert "--generated" in capsys.readouterr().err
