"""A proof of address or of funds: pages from the camera, from files, from the scanner."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from kiosk.domain.errors import ErrorCode
from kiosk.domain.events import Busy, CaptureResultReady, FrameReady, PictureTaken, SessionEnded
from kiosk.domain.views import CaptureResult, ProofView
from kiosk.services.proofs.reader import ProofLimits
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import entered
from ui import step_problems
from ui.bridge import files
from ui.bridge.files import FileReading
from ui.screens.proof import ProofScreen
from ui.widgets.page_strip import PageStrip
from ui.widgets.pictures import Picture

LABELS = ("TOO_OLD", "NAME_DIFFERS", "ADDRESS_DIFFERS", "LOW_QUALITY", "LOW_CONFIDENCE", "INPUT_MISSING", "TOO_MANY_PAGES")


def _words(kiosk: Kiosk) -> str:
    return "\n".join(label.text() for label in kiosk.window.findChildren(QLabel) if label.isVisible())


def _show(kiosk: Kiosk, *, pages: int = 0, kind: str = "address", **more: object) -> ProofScreen:
    kiosk.frames.frame = samples.bill_frame()
    view = ProofView(kind, "virtual", (samples.bill_jpeg(220),) * pages, **more)  # type: ignore[arg-type]
    kiosk.publish(entered("proof", view), FrameReady(1))
    assert isinstance(kiosk.window.current, ProofScreen)
    return kiosk.window.current


def _buttons(kiosk: Kiosk) -> tuple[str, str]:
    footer = kiosk.window.footer
    return tuple(button.text() if button.isVisible() else "" for button in (footer.main_button, footer.second_button))  # type: ignore[return-value]


# --- pictures --------------------------------------------------------------------------------------------------------


def test_a_page_is_taken_by_hand_at_once(kiosk: Kiosk) -> None:
    _show(kiosk)
    assert _buttons(kiosk) == ("Take the picture", "")
    kiosk.window.footer.main_button.click()
    assert kiosk.session.names() == ["capture_by_hand"]


def test_the_frame_has_the_shape_of_a_page(kiosk: Kiosk) -> None:
    target = _show(kiosk).preview.target_rect
    assert target.height() / target.width() == pytest.approx(297 / 210, abs=0.01)


def test_a_taken_page_is_kept_or_taken_again(kiosk: Kiosk) -> None:
    screen = _show(kiosk)
    kiosk.publish(PictureTaken(1))
    assert _buttons(kiosk) == ("", "")
    kiosk.publish(CaptureResultReady(CaptureResult(samples.bill_jpeg(), True), 1))
    assert _buttons(kiosk) == ("Keep this page", "Take again")
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {})
    screen.on_second()
    assert kiosk.session.names() == ["advance", "retake"]
    assert _buttons(kiosk)[0] == "Take the picture"


def test_a_page_that_was_not_found_can_only_be_taken_again(kiosk: Kiosk) -> None:
    _show(kiosk, pages=1)
    kiosk.publish(PictureTaken(1), CaptureResultReady(CaptureResult(None, False, advice="SHOW_DOCUMENT"), 1))
    assert _buttons(kiosk) == ("Take again", "")
    assert "Hold the whole page in the frame." in _words(kiosk)
    kiosk.window.footer.main_button.click()
    assert kiosk.session.names() == ["retake"]


def test_with_a_page_the_main_button_says_that_these_are_all(kiosk: Kiosk) -> None:
    _show(kiosk, pages=2, optional=True)
    assert _buttons(kiosk) == ("Done", "Another page")
    kiosk.window.footer.second_button.click()
    assert kiosk.session.names() == ["capture_by_hand"]
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {"finished": True})


def test_no_more_pages_are_taken_than_allowed(kiosk: Kiosk) -> None:
    _show(kiosk, pages=3, most_pages=3)
    assert _buttons(kiosk) == ("Done", "")


def test_a_page_is_removed_by_its_own_button_once(kiosk: Kiosk) -> None:
    screen = _show(kiosk, pages=3)
    thumb = screen.strip.thumbs[1]
    assert thumb.remove.accessibleName() == "Remove page 2"
    thumb.remove.click()
    thumb.remove.click()
    assert kiosk.session.names() == ["advance"]
    assert kiosk.session.calls[-1] == ("advance", {"remove": 1})


def test_while_work_is_on_nothing_else_is_begun(kiosk: Kiosk) -> None:
    _show(kiosk, pages=1)
    kiosk.publish(Busy("READING"))
    footer = kiosk.window.footer
    assert not footer.main_button.isEnabled()
    assert not footer.second_button.isEnabled()
    assert kiosk.window.focusWidget() is kiosk.window, "Enter would press what got the focus"
    kiosk.publish(Busy(None))
    assert footer.main_button.isEnabled()
    assert footer.second_button.isEnabled()


@pytest.mark.parametrize("optional", [True, False])
def test_not_now_is_offered_only_where_it_is_allowed(kiosk: Kiosk, optional: bool) -> None:
    _show(kiosk, optional=optional)
    assert _buttons(kiosk)[1] == ("Not now" if optional else "")
    if optional:
        kiosk.window.footer.second_button.click()
        assert kiosk.session.names() == ["skip"]


def test_what_counts_is_said(kiosk: Kiosk) -> None:
    _show(kiosk, most_days=60)
    assert "A bill or an account statement with your name and address, not older than 60 days." in _words(kiosk)
    _show(kiosk, kind="funds")
    assert "balance" in _words(kiosk)


def test_what_was_wrong_is_said_where_the_drawing_stood(kiosk: Kiosk) -> None:
    screen = _show(kiosk, problem="TOO_OLD")
    assert "This one is too old. Show a newer one." in _words(kiosk)
    assert not screen.howto.drawing.isVisible()


@pytest.mark.parametrize(("width", "fitting"), [(1200, 10), (1000, 10), (400, 4)])
def test_pages_get_narrower_until_only_the_newest_are_in_sight(kiosk: Kiosk, width: int, fitting: int) -> None:
    strip = PageStrip(kiosk.window.theme, (samples.bill_jpeg(220),) * 10, kiosk.window)
    strip.resize(width, strip.height())
    strip.show()
    settle()
    shown = [thumb.number for thumb in strip.thumbs if thumb.isVisible()]
    assert shown == list(range(11 - fitting, 11))
    assert max(thumb.geometry().right() for thumb in strip.thumbs if thumb.isVisible()) <= width


def test_pages_that_were_not_what_was_asked_for_may_be_handed_in_all_the_same(kiosk: Kiosk) -> None:
    _show(kiosk, pages=1, problem="NAME_DIFFERS")
    assert _buttons(kiosk) == ("Hand it in like this", "Another page")
    assert "Or hand it in like this, and a colleague looks at it." in _words(kiosk)
    kiosk.window.footer.main_button.click()
    assert kiosk.session.calls[-1] == ("advance", {"finished": True})


@pytest.mark.parametrize(("pages", "problem"), [(0, "NAME_DIFFERS"), (1, "PDF_UNSUPPORTED"), (1, "")])
def test_only_what_was_read_and_judged_is_handed_in_like_this(kiosk: Kiosk, pages: int, problem: str) -> None:
    _show(kiosk, pages=pages, problem=problem)
    assert "like this" not in _words(kiosk) + _buttons(kiosk)[0]


# --- files and scanner -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("files_too", "scanner"), [(False, False), (True, False), (False, True)])
def test_other_ways_are_shown_only_where_they_are_there(kiosk: Kiosk, files_too: bool, scanner: bool) -> None:
    screen = _show(kiosk, can_choose_files=files_too, scanner=scanner)
    assert (screen.files.isVisible(), screen.scan.isVisible()) == (files_too, scanner)


def test_the_scanner_is_asked(kiosk: Kiosk) -> None:
    _show(kiosk, scanner=True).scan.click()
    assert kiosk.session.calls[-1] == ("advance", {"scan": True})


def test_chosen_files_are_read_and_handed_over_with_their_names(kiosk: Kiosk, qtbot: QtBot, tmp_path: Path) -> None:
    screen = _show(kiosk, can_choose_files=True)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "b.png").write_bytes(b"\x89PNG")
    screen.read_files([str(tmp_path / "a.pdf"), str(tmp_path / "b.png")])
    assert not kiosk.window.footer.main_button.isEnabled()
    qtbot.waitUntil(lambda: bool(kiosk.session.names()), timeout=30_000)
    assert kiosk.session.calls[-1] == ("advance", {"files": (("a.pdf", b"%PDF-1.7"), ("b.png", b"\x89PNG"))})
    assert kiosk.window.footer.main_button.isEnabled()


@pytest.mark.parametrize("what", ["missing", "empty", "large", "folder"])
def test_a_file_that_does_not_do_is_said_and_nothing_is_handed_over(
    kiosk: Kiosk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    screen = _show(kiosk, can_choose_files=True)
    path = tmp_path / "statement.pdf"
    if what == "folder":
        path.mkdir()
    elif what != "missing":
        path.write_bytes(b"" if what == "empty" else bytes(1001))
    screen.read_files([str(path)])
    qtbot.waitUntil(lambda: bool(screen.problem.words), timeout=30_000)
    assert ("too large" in screen.problem.words) is (what == "large")
    assert kiosk.session.names() == []


def test_more_files_than_pages_are_left_are_not_even_read(kiosk: Kiosk, tmp_path: Path) -> None:
    screen = _show(kiosk, pages=2, most_pages=3, can_choose_files=True)
    screen.read_files([str(tmp_path / "a.png"), str(tmp_path / "b.png")])
    assert "more pages than we can take" in screen.problem.words
    assert kiosk.session.names() == []


def test_what_is_read_when_the_session_ends_goes_nowhere(kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def wait(path: Path) -> bytes:
        gate.wait(30)
        return b"late"

    monkeypatch.setattr(files, "_bytes_of", wait)
    screen = _show(kiosk, can_choose_files=True)
    screen.read_files([str(tmp_path / "a.png")])
    reader = next(thread for thread in threading.enumerate() if thread.name == "files")
    del screen
    kiosk.publish(SessionEnded())
    gate.set()
    reader.join(30)
    settle()
    assert kiosk.session.names() == []


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the dialog's own: the offscreen platform has no native one
def test_the_end_of_the_session_closes_the_choice_of_files(kiosk: Kiosk, qtbot: QtBot) -> None:
    screen = _show(kiosk, can_choose_files=True)
    screen.files.click()
    assert [dialog for dialog in kiosk.window.findChildren(QFileDialog) if dialog.isVisible()]
    screen.files.click()
    assert len(kiosk.window.findChildren(QFileDialog)) == 1
    del screen
    kiosk.publish(SessionEnded())
    assert not [dialog for dialog in kiosk.window.findChildren(QFileDialog) if dialog.isVisible()]


def test_one_reading_at_a_time(qtbot: QtBot, tmp_path: Path, qapp: QApplication) -> None:
    (tmp_path / "a.png").write_bytes(b"a")
    reading = FileReading()
    with qtbot.waitSignal(reading.done, timeout=30_000) as blocker:
        reading.read([tmp_path / "a.png"])
        reading.read([tmp_path / "nothing.png"])
    assert blocker.args == [(("a.png", b"a"),)]
    reading.close()


def test_the_screen_takes_files_as_large_as_their_reader() -> None:
    assert ProofLimits().max_bytes == files.MAX_BYTES


# --- words and privacy -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [*LABELS, *ErrorCode])
def test_every_problem_is_a_sentence_without_its_code(code: str, qapp: QApplication) -> None:
    words = step_problems.proof(code)
    assert words.endswith(".")
    assert code not in words
    assert "!" not in words


def test_pages_are_dropped_with_the_screen(kiosk: Kiosk) -> None:
    screen = _show(kiosk, pages=3)
    pictures = screen.findChildren(Picture)
    assert len(pictures) == 3
    screen.drop()
    assert all(picture.is_empty for picture in pictures)
    assert screen._view.pages == ()
