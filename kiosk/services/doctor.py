"""`kiosk doctor`: looks at devices, models, providers, store, disk and clock, and names what is missing with the command that mends it.

Every look is a callable that the door passes in, so that the doctor knows no adapter, and each is guarded: a device that throws is a
finding, not the end of the examination.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from kiosk.domain.errors import ErrorCode, KioskError
from kiosk.ports import CameraInfo, Clock

logger = logging.getLogger(__name__)

REQUIRED_TASKS = ("face_detection", "face_embedding")
CHECK_OF_TASK = {
    "passive_liveness": "passive liveness",
    "face_landmarks": "active liveness, pose and eyes",
    "face_embedding": "face match",
    "age_gender": "age and sex beside the document",
}
TASKS_OF_TEXT_ENGINE = {
    "rapidocr": frozenset({"text_detection", "text_recognition"}),
    "easyocr": frozenset({"easyocr_detection", "easyocr_recognition"}),
}
"""By the settings' [text] engine: what it needs. The other engines' models are nobody's loss."""
# nothing of this product was made before; a clock that says so has lost its battery
EARLIEST_DAY = "2026-01-01"
LEAST_CORES = 2


class Health(StrEnum):
    """FAULT: customers cannot be onboarded. WARNING: they can, with less."""

    OK = "OK"
    WARNING = "WARNING"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        name: stable id, "models", "camera", "store", …
        found: one sentence on what is there, without personal data.
        mend: the command or the act that puts it right; empty when all is well.
        code: of the error behind it, or empty.
    """

    name: str
    status: Health
    found: str
    mend: str = ""
    code: str = ""
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class DoctorReport:
    findings: tuple[Finding, ...]

    @property
    def status(self) -> Health:
        """The gravest of all."""
        order = list(Health)
        return max((finding.status for finding in self.findings), key=order.index, default=Health.OK)


class ModelLine(Protocol):
    """What is needed of a model's status; `state` "INSTALLED", "MISSING" or "CORRUPT"."""

    @property
    def model(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def chosen(self) -> bool: ...
    @property
    def default(self) -> bool: ...


class ProviderLine(Protocol):
    """What became of the wish for a provider, for one model. `reason`: why not where it was wished, or empty."""

    @property
    def model(self) -> str: ...
    @property
    def wanted(self) -> str: ...
    @property
    def used(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def agreement(self) -> float | None: ...
    @property
    def cpu_ms(self) -> float | None: ...
    @property
    def provider_ms(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class ListsLook:
    """What is known of the watchlists: names of those installed, of those too old, and of those whose last update failed or never came."""

    installed: Sequence[str]
    outdated: Sequence[str]
    failed: Sequence[str]


class StoreLook(Protocol):
    """What is needed of the store's health. `problems`: one line each, without personal data."""

    @property
    def customers(self) -> int: ...
    @property
    def unfinished(self) -> int: ...
    @property
    def problems(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Looks:
    """The callables that the doctor uses; one that is None is left out.

    Attributes:
        models: states of all models, hashed afresh.
        providers: execution providers of the inference library.
        sound: whether the parts for the tones and speech that the settings wish for are installed.
        provider_notes: the provider that the settings wish for, tried and compared with the CPU per model; None when they wish for the CPU.
        store: the store's health; None from it = there is no store yet. It must not make one.
        watchlists: the lists, asked only where a policy wants names to be looked for.
        overdue: how many customers are kept longer than the rules of retention say.
        last_activity: UTC ISO 8601 time of the latest thing stored, or "": the clock must not be before it.
        text_engine: the settings' [text] engine.
        data_folder, models_folder: whose disks must have room and which must be writable.
    """

    clock: Clock
    data_folder: Path
    models_folder: Path
    cameras: Callable[[], Sequence[CameraInfo]] | None = None
    models: Callable[[], Sequence[ModelLine]] | None = None
    providers: Callable[[], Sequence[str]] | None = None
    provider_notes: Callable[[], Sequence[ProviderLine]] | None = None
    sound: Callable[[], Finding] | None = None
    store: Callable[[], StoreLook | None] | None = None
    watchlists: Callable[[], ListsLook] | None = None
    overdue: Callable[[], int] | None = None
    last_activity: Callable[[], str] | None = None
    min_free_mb: int = 500
    text_engine: str = "rapidocr"


def examine(looks: Looks) -> DoctorReport:
    """Look at everything; never raises for what it finds."""
    parts: list[tuple[str, Callable[[], Iterable[Finding]]]] = []
    if looks.models is not None:
        models = looks.models
        parts.append(("models", lambda: _models(models(), looks.text_engine)))
    if looks.providers is not None:
        providers = looks.providers
        parts.append(("providers", lambda: _providers(providers())))
    if looks.sound is not None:
        sound = looks.sound
        parts.append(("sound", lambda: (sound(),)))
    if looks.provider_notes is not None:
        notes = looks.provider_notes
        parts.append(("provider", lambda: _provider_notes(notes())))
    if looks.cameras is not None:
        cameras = looks.cameras
        parts.append(("cameras", lambda: _cameras(cameras())))
    if looks.store is not None:
        store = looks.store
        parts.append(("store", lambda: _store(store())))
    if looks.watchlists is not None:
        lists = looks.watchlists
        parts.append(("watchlists", lambda: _watchlists(lists())))
    if looks.overdue is not None:
        overdue = looks.overdue
        parts.append(("retention", lambda: _retention(overdue())))
    parts.append(("data folder", lambda: _folder("data folder", looks.data_folder, looks.min_free_mb)))
    parts.append(("models folder", lambda: _folder("models folder", looks.models_folder, looks.min_free_mb)))
    parts.append(("clock", lambda: _clock(looks.clock, looks.last_activity)))
    parts.append(("processor", _processor))
    findings: list[Finding] = []
    for name, look in parts:
        findings.extend(_guarded(name, look))
    return DoctorReport(tuple(findings))


def _guarded(name: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    started = time.perf_counter()
    try:
        findings = list(look())
    except KioskError as error:
        findings = [Finding(name, Health.FAULT, str(error), _MEND.get(error.code, "see docs/errors.md"), error.code)]
    except Exception as error:
        # the doctor's own boundary: a driver may raise anything, and the other findings are wanted all the same
        logger.warning("a look of the doctor failed: %s", type(error).__name__, extra={"check": name})
        findings = [Finding(name, Health.FAULT, f"could not be looked at ({type(error).__name__})", "tell support")]
    ms = (time.perf_counter() - started) * 1000
    return [Finding(f.name, f.status, f.found, f.mend, f.code, round(ms, 1)) for f in findings]


_MEND = {
    ErrorCode.MANIFEST_INVALID: "reinstall the program: its models/manifest.toml was changed",
    ErrorCode.STORE_KEY_MISSING: "put the key back (keyring entry or key file) from the backup",
    ErrorCode.STORE_KEY_WRONG: "put back the key that belongs to this store, or set KIOSK_HOME to the store that belongs to this key",
    ErrorCode.STORE_DAMAGED: "restore the data folder from the latest backup; keep the damaged one for support",
    ErrorCode.STORE_TOO_NEW: "install the newer version of the program that made this store",
    ErrorCode.STORE_FULL: "free disk space, then: kiosk doctor",
    ErrorCode.STORE_UNAVAILABLE: "close the other program that has the store open, check the folder's rights, then: kiosk doctor",
    ErrorCode.CAMERA_NOT_FOUND: "plug the camera in, then: kiosk doctor",
    ErrorCode.CAMERA_LOST: "plug the camera in again, then: kiosk doctor",
}


def _models(lines: Sequence[ModelLine], text_engine: str) -> Iterable[Finding]:
    """A changed file is a fault even of a model that is not needed: somebody changed it."""
    corrupt = [line.model for line in lines if line.state == "CORRUPT"]
    if corrupt:
        mend = f"kiosk models install {' '.join(corrupt)}"
        yield Finding("models", Health.FAULT, f"changed files: {', '.join(corrupt)}", mend, ErrorCode.MODEL_CORRUPT)
    missing_default = [line.model for line in lines if line.default and line.state == "MISSING"]
    of_text = TASKS_OF_TEXT_ENGINE[text_engine]
    of_others = frozenset().union(*TASKS_OF_TEXT_ENGINE.values()) - of_text
    for task in dict.fromkeys(line.task for line in lines if line.task not in of_others):
        chosen = next((line.model for line in lines if line.task == task and line.chosen), None)
        candidates = [line.model for line in lines if line.task == task]
        name = f"model for {task.replace('_', ' ')}"
        if chosen is not None:
            better = candidates[: candidates.index(chosen)]
            hint = f"; {', '.join(better)} would be better" if better else ""
            yield Finding(name, Health.OK, f"{chosen}{hint}", f"kiosk models install {' '.join(better)}" if better else "")
        elif any(line.task == task and line.state == "CORRUPT" for line in lines):
            continue  # told above
        elif task in REQUIRED_TASKS or task in of_text:
            wanted = [model for model in candidates if model in missing_default]
            mend = "kiosk models install" if wanted else f"kiosk models install {candidates[0]}"
            yield Finding(name, Health.FAULT, "none is installed", mend, ErrorCode.MODEL_MISSING)
        else:
            lost = CHECK_OF_TASK.get(task)
            what = f"none is installed: {lost} is reported as not executed" if lost else "none is installed"
            yield Finding(name, Health.WARNING, what, f"kiosk models install {candidates[0]}", ErrorCode.MODEL_MISSING)


def _providers(names: Sequence[str]) -> Iterable[Finding]:
    if "CPUExecutionProvider" not in names:
        yield Finding("providers", Health.FAULT, f"no CPU provider among {', '.join(names) or 'none'}", "python3 bootstrap.py run")
    else:
        yield Finding("providers", Health.OK, ", ".join(names))


def _provider_notes(lines: Sequence[ProviderLine]) -> Iterable[Finding]:
    """A provider that is not used is a warning: everything works, slower than the installation was meant to."""
    for line in lines:
        name = f"provider for {line.model}"
        if line.reason:
            mend = 'install the ONNX Runtime that has it (docs/guides/engines.md), or set [models] provider = "cpu"'
            yield Finding(name, Health.WARNING, f"the CPU computes instead of {line.wanted}: {line.reason}", mend)
        else:
            speed = "" if line.cpu_ms is None else f", {line.provider_ms:.0f} ms against {line.cpu_ms:.0f} ms on the CPU"
            equal = "" if line.agreement is None else f", agreement with the CPU {line.agreement:.4f}"
            yield Finding(name, Health.OK, f"{line.used}{equal}{speed}")


def _cameras(cameras: Sequence[CameraInfo]) -> Iterable[Finding]:
    real = [camera for camera in cameras if not camera.virtual]
    virtual = len(cameras) - len(real)
    also = f" and {virtual} virtual" if virtual else ""
    if real:
        yield Finding("cameras", Health.OK, f"{', '.join(camera.name for camera in real)}{also}")
    elif virtual:
        yield Finding("cameras", Health.WARNING, f"only virtual ones ({virtual})", "plug a camera in for real customers")
    else:
        mend = "plug a camera in (Linux: your user must be in the group video), then: kiosk doctor"
        yield Finding("cameras", Health.WARNING, "none; the command line works from files without one", mend, ErrorCode.CAMERA_NOT_FOUND)


def _store(look: StoreLook | None) -> Iterable[Finding]:
    if look is None:
        yield Finding("store", Health.OK, "none yet; it is made with the first customer")
    elif look.problems:
        found = f"{len(look.problems)} problems, the first: {look.problems[0]}"
        yield Finding("store", Health.FAULT, found, _MEND[ErrorCode.STORE_DAMAGED], ErrorCode.STORE_DAMAGED)
    else:
        yield Finding("store", Health.OK, f"{look.customers} customers, {look.unfinished} of them unfinished")


def _watchlists(look: ListsLook) -> Iterable[Finding]:
    if not look.installed:
        mend = "kiosk watchlist import FILE, or [watchlists.sources] in the settings and: kiosk watchlist update"
        yield Finding("watchlists", Health.WARNING, "no list is installed: customers' names are not looked for", mend)
    elif look.outdated:
        found = f"too old, so that nobody is accepted: {', '.join(look.outdated)}"
        yield Finding("watchlists", Health.WARNING, found, "kiosk watchlist update, or: kiosk watchlist import FILE")
    else:
        yield Finding("watchlists", Health.OK, ", ".join(look.installed))
    if look.failed:
        yield Finding("watchlist updates", Health.WARNING, f"the last one failed: {', '.join(look.failed)}", "kiosk watchlist list")


def _retention(overdue: int) -> Iterable[Finding]:
    if overdue:
        found = f"{overdue} things are kept longer than resources/retention.toml says"
        yield Finding("retention", Health.WARNING, found, "start the kiosk, which erases them between customers, or: kiosk retention run")
    else:
        yield Finding("retention", Health.OK, "nothing is kept longer than it should be")


def _folder(name: str, folder: Path, min_free_mb: int) -> Iterable[Finding]:
    there = folder
    while not there.exists():  # it is made at first use: its nearest parent tells about room and rights
        there = there.parent
    if not os.access(there, os.W_OK):
        yield Finding(name, Health.FAULT, f"{folder} cannot be written to", f"give your user the right to write to {there}")
        return
    free = shutil.disk_usage(there).free // 2**20
    if free < min_free_mb:
        found = f"{folder}: {free} MB free, less than {min_free_mb} MB"
        yield Finding(name, Health.FAULT, found, "free disk space, or set KIOSK_HOME / KIOSK_MODELS to another disk", ErrorCode.STORE_FULL)
    else:
        yield Finding(name, Health.OK, f"{folder}: {free} MB free")


def _clock(clock: Clock, last_activity: Callable[[], str] | None) -> Iterable[Finding]:
    """Expiry dates and audit times are wrong with a wrong clock; ISO 8601 in UTC compares as text."""
    now, mend = clock.now_utc(), "set the clock (Linux: timedatectl set-ntp true; Windows: w32tm /resync)"
    if now < EARLIEST_DAY:
        yield Finding("clock", Health.FAULT, f"says {now}, which is before this program was made", mend)
        return
    last = last_activity() if last_activity is not None else ""
    if last and now < last:
        yield Finding("clock", Health.FAULT, f"says {now}, but something was stored at {last}", mend)
    else:
        yield Finding("clock", Health.OK, now)


def _processor() -> Iterable[Finding]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores < LEAST_CORES:
        yield Finding("processor", Health.WARNING, f"{cores} core; the live preview needs {LEAST_CORES}", "use a machine with more cores")
    else:
        yield Finding("processor", Health.OK, f"{cores} cores")
