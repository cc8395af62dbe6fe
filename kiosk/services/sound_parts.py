"""`kiosk doctor` on sound and speech: whether Qt's modules for them are installed, told without loading Qt."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from kiosk.services.doctor import Finding, Health

_SOUND, _SPEECH = "QtMultimedia", "QtTextToSpeech"
_MEND = "pip install PySide6-Addons, of the version of PySide6-Essentials that is installed; or turn [accessibility] sound and speech off"


def sound_finding(*, sound: bool, speech: bool) -> Finding:
    """Args are the settings' [accessibility] sound and speech. Never a fault: without it everything is still shown."""
    wanted = [name for name, on in ((_SOUND, sound), (_SPEECH, speech)) if on]
    if not wanted:
        return Finding("sound", Health.OK, "tones and speech are off")
    missing = [name for name in wanted if not _is_installed(name)]
    if missing:
        return Finding("sound", Health.WARNING, f"{' and '.join(missing)} not installed: the kiosk stays silent there", _MEND)
    return Finding("sound", Health.OK, f"{' and '.join(wanted)} installed")


def _is_installed(module: str) -> bool:
    """By the binding's file: the type stubs alone come with Essentials."""
    package = importlib.util.find_spec("PySide6")
    folders = (package.submodule_search_locations or []) if package is not None else []
    return any(path.suffix in (".so", ".pyd") for folder in folders for path in Path(folder).glob(f"{module}.*"))
