"""Spoken advice and tones: optional, never in the way, in the language that is on."""

from __future__ import annotations

import importlib
import struct
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.config import AccessibilityConfig, Config
from kiosk.domain.events import CaptureResultReady, GuidanceGiven, LanguageChosen, PictureTaken, SessionEnded
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.services.doctor import Health
from kiosk.services.sound_parts import sound_finding
from tests.ui import samples
from tests.ui.conftest import Kiosk, settle
from tests.ui.samples import entered
from ui.door import speaker_of, theme_of
from ui.sound import GAP_MS, REPEAT_AFTER_S, PacedSpeaker, pcm, speaker_for
from ui.speaker import SilentSpeaker, Tone
from ui.theme.theme import Theme


class RecordingSpeaker:
    """Obeys ui.speaker.Speaker; writes down what was asked."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.tones: list[Tone] = []
        self.language = ""
        self.stopped = 0
        self.closed = False

    def say(self, text: str) -> None:
        self.said.append(text)

    def tone(self, tone: Tone) -> None:
        self.tones.append(tone)

    def use_language(self, language: str) -> None:
        self.language = language

    def stop(self) -> None:
        self.stopped += 1

    def close(self) -> None:
        self.closed = True


class ScriptedVoice:
    """Obeys ui.sound.Voice; speaks until the test says that it has ended."""

    def __init__(self, languages: tuple[str, ...] = ("en", "sk")) -> None:
        self.languages = languages
        self.said: list[str] = []
        self.speaking = False

    def say(self, text: str) -> None:
        self.said.append(text)
        self.speaking = True

    def use_language(self, language: str) -> bool:
        return language in self.languages

    def stop(self) -> None:
        self.speaking = False


class Now:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _gap_over(speaker: PacedSpeaker) -> None:
    speaker._gap.stop()
    speaker._gap.timeout.emit()


@pytest.fixture
def voice() -> ScriptedVoice:
    return ScriptedVoice()


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def speaker(qapp: QApplication, voice: ScriptedVoice, now: Now) -> Iterator[PacedSpeaker]:
    made = PacedSpeaker(voice, None, clock=now)
    yield made
    made.close()


@pytest.fixture
def heard(dressed: QApplication, qtbot: QtBot) -> Iterator[tuple[Kiosk, RecordingSpeaker]]:
    speaker = RecordingSpeaker()
    kiosk = Kiosk(Theme(reduced_motion=True), speaker=speaker)
    kiosk.window.resize(1280, 720)
    kiosk.window.show()
    settle()
    yield kiosk, speaker
    kiosk.window.close()
    kiosk.window.deleteLater()
    settle()


# --- pace ------------------------------------------------------------------------------------------------------------


def test_of_advice_that_changes_fast_only_the_newest_is_spoken(speaker: PacedSpeaker, voice: ScriptedVoice) -> None:
    for text in ("one", "two", "three"):
        speaker.say(text)
    voice.speaking = False
    _gap_over(speaker)
    assert voice.said == ["one", "three"]
    assert GAP_MS >= 2000


def test_no_advice_is_spoken_into_another(speaker: PacedSpeaker, voice: ScriptedVoice) -> None:
    speaker.say("a long one")
    speaker.say("next")
    _gap_over(speaker)
    assert voice.said == ["a long one"]
    voice.speaking = False
    _gap_over(speaker)
    assert voice.said == ["a long one", "next"]


def test_the_same_words_are_not_said_again_and_again(speaker: PacedSpeaker, voice: ScriptedVoice, now: Now) -> None:
    for seconds in (0.0, REPEAT_AFTER_S / 2, REPEAT_AFTER_S + 0.1):
        now.seconds = seconds
        voice.speaking = False
        _gap_over(speaker)
        speaker.say("Come closer")
    assert len(voice.said) == 2


def test_stopping_forgets_what_waits(speaker: PacedSpeaker, voice: ScriptedVoice) -> None:
    speaker.say("one")
    speaker.say("two")
    speaker.stop()
    _gap_over(speaker)
    assert voice.said == ["one"]
    assert not voice.speaking


@pytest.mark.logs_warnings
def test_without_a_voice_for_the_language_nothing_is_spoken_in_another(speaker: PacedSpeaker, voice: ScriptedVoice) -> None:
    speaker.use_language("xx")
    speaker.say("Come closer")
    assert voice.said == []
    speaker.use_language("en")
    speaker.say("Come closer")
    assert voice.said == ["Come closer"]


def test_tones_are_short_quiet_and_begin_and_end_in_silence() -> None:
    for tone in Tone:
        samples_ = [value for (value,) in struct.iter_unpack("<h", pcm(tone))]
        assert 0.05 < len(samples_) / 44_100 < 0.5
        assert 1000 < max(samples_) < 16_000
        assert abs(samples_[0]) + abs(samples_[-1]) < 200


# --- what is spoken --------------------------------------------------------------------------------------------------


def test_advice_is_spoken_in_the_language_that_is_on(heard: tuple[Kiosk, RecordingSpeaker]) -> None:
    kiosk, speaker = heard
    kiosk.publish(entered("selfie"), LanguageChosen("sk"), GuidanceGiven(Guidance(AdviceCode.SMILE), 1))
    assert speaker.language == "sk"
    assert speaker.said[-1] == "Teraz sa usmejte"


def test_taken_and_done_have_a_tone(heard: tuple[Kiosk, RecordingSpeaker]) -> None:
    kiosk, speaker = heard
    kiosk.publish(entered("document_front"), PictureTaken(1), CaptureResultReady(samples.page_result(), 1))
    assert speaker.tones == [Tone.TAKEN]
    kiosk.publish(entered("done", generation=2))
    assert speaker.tones == [Tone.TAKEN, Tone.DONE]


@pytest.mark.parametrize("end", [entered("consent", generation=2), SessionEnded()], ids=["next screen", "end"])
def test_nothing_is_said_for_a_screen_that_was_left(heard: tuple[Kiosk, RecordingSpeaker], end: object) -> None:
    kiosk, speaker = heard
    kiosk.publish(entered("selfie"))
    stopped = speaker.stopped
    kiosk.publish(end)
    assert speaker.stopped > stopped


def test_a_closed_window_closes_its_speaker(heard: tuple[Kiosk, RecordingSpeaker]) -> None:
    kiosk, speaker = heard
    kiosk.window.close()
    assert speaker.closed


# --- what this machine has -------------------------------------------------------------------------------------------


def test_by_default_the_kiosk_is_silent_and_loads_nothing_for_sound() -> None:
    assert isinstance(speaker_of(Config()), SilentSpeaker)
    assert "PySide6.QtMultimedia" not in sys.modules
    assert sound_finding(sound=False, speech=False).status is Health.OK


@pytest.mark.logs_warnings
def test_what_is_not_installed_is_told_to_the_operator_and_nothing_is_lost(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("PySide6.QtMultimedia", "PySide6.QtTextToSpeech"):
        monkeypatch.setitem(sys.modules, name, None)  # Python's own way to say "cannot be imported"
    speaker = speaker_for(sound=True, speech=True)
    assert isinstance(speaker, SilentSpeaker)
    assert "QtMultimedia" in caplog.text
    assert "QtTextToSpeech" in caplog.text
    speaker.say("heard by nobody")


def test_the_doctor_names_what_is_missing_and_how_to_mend_it() -> None:
    found = sound_finding(sound=True, speech=True)
    if importlib.util.find_spec("PySide6.QtMultimedia") is not None:
        assert found.status is Health.OK
        return
    assert found.status is Health.WARNING
    assert "QtMultimedia and QtTextToSpeech" in found.found
    assert "PySide6-Addons" in found.mend


@pytest.mark.no_qt_log  # Qt's plugins name every library that this machine does not have
@pytest.mark.logs_warnings
def test_qt_speaks_where_its_module_is_installed(qapp: QApplication) -> None:
    pytest.importorskip("PySide6.QtTextToSpeech", reason="PySide6-Addons is an extra", exc_type=ImportError)
    from ui.sound import QtVoice

    voice = QtVoice("mock")
    assert voice.works
    assert voice.use_language("en")
    assert not voice.use_language("sk")  # Qt's mock engine has none
    voice.say("Come a little closer")
    assert voice.speaking
    voice.stop()
    assert not voice.speaking


def test_large_text_is_a_setting() -> None:
    large = theme_of(Config(accessibility=AccessibilityConfig(large_text=True)))
    assert large.font("body").pixelSize() > 1.2 * theme_of(Config()).font("body").pixelSize()
    assert large.px(64) == theme_of(Config()).px(64)
