"""Spoken advice and short tones: what the screens ask for, and who keeps silent. Qt's own voices are in `ui/sound.py`."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Tone(StrEnum):
    TAKEN = "TAKEN"  # a picture was taken
    DONE = "DONE"  # the customer has come to the end


class Speaker(Protocol):
    """GUI thread. Every call returns at once; nothing of it is ever needed to go on."""

    def say(self, text: str) -> None:
        """Speak, as soon as it does not fall into the last words; of several texts that wait, the newest."""

    def tone(self, tone: Tone) -> None: ...

    def use_language(self, language: str) -> None:
        """BCP 47. Without a voice for it nothing is spoken."""

    def stop(self) -> None:
        """Be silent now; what waits is forgotten."""

    def close(self) -> None: ...


class SilentSpeaker:
    """The default."""

    def say(self, text: str) -> None: ...
    def tone(self, tone: Tone) -> None: ...
    def use_language(self, language: str) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
