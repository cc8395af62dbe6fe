"""Spoken advice and tones through Qt's own modules, where they are installed: QtTextToSpeech and QtMultimedia come with PySide6-Addons."""

from __future__ import annotations

import importlib
import logging
import math
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLocale, QObject, QTimer

from ui.speaker import SilentSpeaker, Speaker, Tone

if TYPE_CHECKING:  # an extra: loaded only where the settings ask for it
    from PySide6.QtMultimedia import QAudioSink
    from PySide6.QtTextToSpeech import QTextToSpeech

_log = logging.getLogger(__name__)

GAP_MS = 3000
"""Between the beginnings of two spoken texts: advice that changes more often would only be heard as noise."""
REPEAT_AFTER_S = 8.0
"""The same words are not said again before."""
_RATE_HZ = 44_100
# (Hz, seconds) of the notes, in the order in which they sound
_NOTES = {Tone.TAKEN: ((880.0, 0.12),), Tone.DONE: ((659.3, 0.12), (880.0, 0.22))}
_LOUDNESS = 0.25


class Voice(Protocol):
    """Speaks one text at a time."""

    @property
    def speaking(self) -> bool: ...
    def say(self, text: str) -> None: ...
    def use_language(self, language: str) -> bool:
        """False = it has no voice for that language."""
        ...

    def stop(self) -> None: ...


class Tones(Protocol):
    def play(self, tone: Tone) -> None: ...
    def stop(self) -> None: ...


class PacedSpeaker(QObject):
    """Obeys `Speaker`. Says the newest advice, never one into another, and the same not again and again. GUI thread.

    Args:
        voice, tones: None = that one is silent.
        clock: monotonic seconds.
    """

    def __init__(self, voice: Voice | None, tones: Tones | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._voice, self._tones, self._clock = voice, tones, clock
        self._can_speak = voice is not None
        self._waiting = ""
        self._said: dict[str, float] = {}
        self._gap = QTimer(self)
        self._gap.setSingleShot(True)
        self._gap.setInterval(GAP_MS)
        self._gap.timeout.connect(self._on_gap)

    def say(self, text: str) -> None:
        if not self._can_speak:
            return
        self._waiting = text
        if not self._gap.isActive():
            self._on_gap()

    def _on_gap(self) -> None:
        text, voice = self._waiting, self._voice
        if not text or voice is None:
            return
        if voice.speaking:
            self._gap.start()
            return
        self._waiting = ""
        now = self._clock()
        self._said = {said: at for said, at in self._said.items() if now - at < REPEAT_AFTER_S}
        if text not in self._said:
            self._said[text] = now
            voice.say(text)
            self._gap.start()

    def tone(self, tone: Tone) -> None:
        if self._tones is not None:
            self._tones.play(tone)

    def use_language(self, language: str) -> None:
        self.stop()
        if self._voice is not None:
            self._can_speak = self._voice.use_language(language)
            if not self._can_speak:
                _log.warning("no voice for language %s: advice is not spoken in it", language)

    def stop(self) -> None:
        self._gap.stop()
        self._waiting = ""
        self._said.clear()
        if self._voice is not None:
            self._voice.stop()

    def close(self) -> None:
        self.stop()
        if self._tones is not None:
            self._tones.stop()


class QtVoice:
    """The system's voice (speech-dispatcher, SAPI, AVFoundation) through QTextToSpeech."""

    def __init__(self, engine: str = "") -> None:
        """Args: `engine` as QTextToSpeech names them; "" = the system's own. Raises ImportError where the module is not installed."""
        module: Any = importlib.import_module("PySide6.QtTextToSpeech")
        self._states = module.QTextToSpeech.State
        self._speech: QTextToSpeech = module.QTextToSpeech(engine) if engine else module.QTextToSpeech()

    @property
    def works(self) -> bool:
        return self._speech.state() is not self._states.Error

    @property
    def speaking(self) -> bool:
        return self._speech.state() in (self._states.Speaking, self._states.Synthesizing)

    def say(self, text: str) -> None:
        self._speech.say(text)

    def use_language(self, language: str) -> bool:
        wanted = QLocale(language).language()
        for locale in self._speech.availableLocales():
            if locale.language() is wanted:
                self._speech.setLocale(locale)
                return True
        return False

    def stop(self) -> None:
        self._speech.stop()


class QtTones:
    """Short sine tones on the default output, made here: no sound file is shipped."""

    def __init__(self) -> None:
        """Raises ImportError where the module is not installed."""
        self._module: Any = importlib.import_module("PySide6.QtMultimedia")
        self._format = self._module.QAudioFormat()
        self._format.setSampleRate(_RATE_HZ)
        self._format.setChannelCount(1)
        self._format.setSampleFormat(self._module.QAudioFormat.SampleFormat.Int16)
        self._pcm = {tone: QByteArray(pcm(tone)) for tone in Tone}
        self._sink: QAudioSink | None = None
        self._buffer: QBuffer | None = None

    @property
    def works(self) -> bool:
        return not self._module.QMediaDevices.defaultAudioOutput().isNull()

    def play(self, tone: Tone) -> None:
        self.stop()
        self._buffer = QBuffer(self._pcm[tone])
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        sink: QAudioSink = self._module.QAudioSink(self._module.QMediaDevices.defaultAudioOutput(), self._format)
        sink.start(self._buffer)
        self._sink = sink

    def stop(self) -> None:
        if self._sink is not None:
            self._sink.stop()
        self._sink = self._buffer = None


def pcm(tone: Tone) -> bytes:
    """16 bit mono samples; each note fades in and out, so that nothing clicks."""
    samples = bytearray()
    for hertz, seconds in _NOTES[tone]:
        count = round(seconds * _RATE_HZ)
        for index in range(count):
            swell = math.sin(math.pi * index / count)
            samples += struct.pack("<h", round(32767 * _LOUDNESS * swell * math.sin(2 * math.pi * hertz * index / _RATE_HZ)))
    return bytes(samples)


def speaker_for(*, sound: bool, speech: bool) -> Speaker:
    """What the settings ask for, as far as this machine has it; the operator finds in the log what is missing."""
    tones: QtTones | None = None
    voice: QtVoice | None = None
    if sound:
        try:
            tones = QtTones()
        except ImportError:
            _log.warning("sound is on in the settings, but QtMultimedia is not installed (PySide6-Addons): no tones")
        else:
            if not tones.works:
                _log.warning("sound is on in the settings, but there is no audio output: no tones")
                tones = None
    if speech:
        try:
            voice = QtVoice()
        except ImportError:
            _log.warning("speech is on in the settings, but QtTextToSpeech is not installed (PySide6-Addons): nothing is spoken")
        else:
            if not voice.works:
                _log.warning("speech is on in the settings, but this system has no speech engine: nothing is spoken")
                voice = None
    return PacedSpeaker(voice, tones) if voice is not None or tones is not None else SilentSpeaker()
