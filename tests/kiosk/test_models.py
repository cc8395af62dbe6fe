"""The model library: the manifest, which model serves a task, and that no changed byte is used."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.engines.model_install import install
from kiosk.engines.models import HttpsSource, ModelLibrary, ModelState, PackageSource, PypiSource, ShippedSource, read_manifest
from kiosk.paths import find_paths

MANIFEST = find_paths().manifest
GOOD = b"a model's bytes"
BETTER = b"a better model's bytes"


def entry(name: str, content: bytes, extra: str = "") -> str:
    return (
        f'[[model]]\nid = "{name}"\ntask = "face_detection"\nfile = "{name}.onnx"\nsha256 = "{hashlib.sha256(content).hexdigest()}"\n'
        f'size = {len(content)}\nlicence = "MIT"\n{extra}\n'
    )


def manifest_text(*entries: str, order: str = '["better", "good"]') -> str:
    return f"version = 1\n[tasks]\nface_detection = {order}\n" + "\n".join(entries)


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(manifest_text(entry("better", BETTER), entry("good", GOOD, "default = true\nthreshold = 0.5")), encoding="utf-8")
    (tmp_path / "models").mkdir()
    return ModelLibrary(manifest, tmp_path / "models")


# --- the shipped manifest ------------------------------------------------------------------------------------------


def test_every_model_says_how_it_is_licensed_and_has_a_card() -> None:
    for info in read_manifest(MANIFEST).models.values():
        assert info.licence in {"Apache-2.0", "MIT", "CC0-1.0", "CC-BY-4.0"} or info.is_non_commercial, info.id
        assert (MANIFEST.parent / "cards" / info.card).is_file(), f"{info.id}: no card {info.card}"


def test_the_default_set_serves_every_task_that_onboarding_needs_without_https() -> None:
    manifest = read_manifest(MANIFEST)
    served = {info.task for info in manifest.models.values() if info.default}
    assert served >= {"face_detection", "face_landmarks", "face_embedding", "text_detection", "text_recognition"}
    for info in manifest.models.values():
        if info.default:
            assert any(isinstance(source, PypiSource | PackageSource | ShippedSource) for source in info.sources), info.id


def test_https_addresses_name_one_version_for_good() -> None:
    for info in read_manifest(MANIFEST).models.values():
        for source in info.sources:
            if isinstance(source, HttpsSource):
                # a release may be replaced, but then its file is refused by its hash
                assert source.archive_sha256 or re.search(r"/[0-9a-f]{40}/|/releases/download/", source.url), source.url


def test_better_engines_come_first() -> None:
    tasks = read_manifest(MANIFEST).tasks
    assert tasks["face_detection"] == ("yunet_n_640", "blazeface_short")
    assert tasks["face_embedding"] == ("sface_2021dec", "dlib_resnet_v1", "edgeface_xs")


def test_a_model_for_non_commercial_use_comes_after_the_default_set_and_is_not_part_of_it() -> None:
    manifest = read_manifest(MANIFEST)
    restricted = [info for info in manifest.models.values() if info.is_non_commercial]
    assert [info.id for info in restricted] == ["edgeface_xs"]
    for info in restricted:
        order = manifest.tasks[info.task]
        assert not info.default
        assert any(manifest.models[other].default for other in order[: order.index(info.id)])


def test_a_licence_that_forbids_the_usual_use_is_said_at_installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from kiosk.cli.models import _say_licences

    _say_licences(ModelLibrary(MANIFEST, tmp_path), ["dlib_resnet_v1", "edgeface_xs"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("edgeface_xs is under CC-BY-NC-SA-4.0: not for commercial use")


def test_the_default_set_is_installed_and_verified(model_library: ModelLibrary) -> None:
    for info in model_library.models.values():
        if info.default:
            path = model_library.path(info.id)
            assert path.stat().st_size == info.size


# --- which model serves --------------------------------------------------------------------------------------------


def test_no_installed_model_means_none(library: ModelLibrary) -> None:
    assert library.best("face_detection") is None
    assert library.best("a task that nobody serves") is None


def test_the_first_installed_of_the_order_serves(library: ModelLibrary) -> None:
    (library.models_dir / "good.onnx").write_bytes(GOOD)
    first = library.best("face_detection")
    assert first is not None
    assert first.id == "good"
    (library.models_dir / "better.onnx").write_bytes(BETTER)
    second = library.best("face_detection")
    assert second is not None
    assert second.id == "better"


def test_a_setting_changes_the_order(library: ModelLibrary) -> None:
    for name, content in (("good", GOOD), ("better", BETTER)):
        (library.models_dir / f"{name}.onnx").write_bytes(content)
    changed = ModelLibrary(library.manifest_path, library.models_dir, {"face_detection": ["good"]})
    best = changed.best("face_detection")
    assert best is not None
    assert best.id == "good"


@pytest.mark.parametrize("order", [{"face_detecton": ["good"]}, {"face_detection": ["god"]}])
def test_a_misspelt_order_is_refused(library: ModelLibrary, order: dict[str, list[str]]) -> None:
    with pytest.raises(BadInput):
        ModelLibrary(library.manifest_path, library.models_dir, order)


def test_a_changed_better_model_is_reported_and_not_replaced_by_the_weaker(library: ModelLibrary) -> None:
    (library.models_dir / "good.onnx").write_bytes(GOOD)
    (library.models_dir / "better.onnx").write_bytes(b"x" + BETTER[1:])
    best = library.best("face_detection")
    assert best is not None
    with pytest.raises(ModelFault) as caught:
        library.path(best.id)
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_an_unknown_id_is_bad_input(library: ModelLibrary) -> None:
    with pytest.raises(BadInput, match="no model is called 'nobody'"):
        library.path("nobody")


# --- verification --------------------------------------------------------------------------------------------------


def test_a_missing_file_is_told_with_the_command(library: ModelLibrary) -> None:
    assert library.verify("good") is ModelState.MISSING
    with pytest.raises(ModelFault, match="kiosk models install good") as caught:
        library.path("good")
    assert caught.value.code is ErrorCode.MODEL_MISSING


def test_one_changed_byte_is_found_also_after_a_first_good_look(library: ModelLibrary) -> None:
    file = library.models_dir / "good.onnx"
    file.write_bytes(GOOD)
    assert library.path("good") == file
    before = file.stat()
    file.write_bytes(b"A" + GOOD[1:])  # same size
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    with pytest.raises(ModelFault) as caught:
        library.path("good")
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_looking_afresh_finds_a_change_that_hides_behind_the_same_size_and_time(library: ModelLibrary) -> None:
    file = library.models_dir / "good.onnx"
    file.write_bytes(GOOD)
    assert library.verify("good") is ModelState.INSTALLED
    before = file.stat()
    file.write_bytes(b"A" + GOOD[1:])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert library.verify("good", afresh=True) is ModelState.CORRUPT


def test_a_file_that_was_checked_is_not_hashed_again(library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    (library.models_dir / "good.onnx").write_bytes(GOOD)
    library.path("good")

    def hashed(*_: object) -> str:
        raise AssertionError("hashed again")

    monkeypatch.setattr("kiosk.engines.models.sha256_of", hashed)
    library.path("good")


def test_a_file_inside_an_installed_package_is_used_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "model_giver" / "data"
    package.mkdir(parents=True)
    (package / "good.bin").write_bytes(GOOD)
    monkeypatch.syspath_prepend(tmp_path / "site")
    source = '[[model.source]]\nkind = "installed"\npackage = "model_giver"\nmember = "data/good.bin"'
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(manifest_text(entry("good", GOOD, source), order='["good"]'), encoding="utf-8")
    library = ModelLibrary(manifest, tmp_path / "models")
    assert library.path("good") == package / "good.bin"
    (package / "good.bin").write_bytes(GOOD + b"!")
    assert library.verify("good") is ModelState.CORRUPT


def test_a_file_that_comes_with_the_product_is_used_where_it_lies(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(manifest_text(entry("good", GOOD, '[[model.source]]\nkind = "shipped"'), order='["good"]'), encoding="utf-8")
    library = ModelLibrary(manifest, tmp_path / "models")
    assert library.verify("good") is ModelState.MISSING
    (tmp_path / "good.onnx").write_bytes(GOOD)
    assert library.path("good") == tmp_path / "good.onnx"
    (tmp_path / "good.onnx").write_bytes(GOOD + b"!")
    assert library.verify("good") is ModelState.CORRUPT
    (result,) = install(library, ["good"])
    assert result.error is not None
    assert result.error.code is ErrorCode.MODEL_CORRUPT
    assert "install the product again" in str(result.error)


def test_our_own_models_come_with_the_product() -> None:
    shipped = {info.id for info in read_manifest(MANIFEST).models.values() if ShippedSource() in info.sources}
    assert shipped >= {"mrz_line", "mrz_finder"}
    library = ModelLibrary(MANIFEST, MANIFEST.parent / "no such folder")
    assert all(library.verify(name) is ModelState.INSTALLED for name in shipped)


# --- a manifest with a mistake -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("version = 2", "version = 1"),
        ("version = 1\n[modle]", "unknown modle"),
        ("version = ", "is not TOML"),
        (manifest_text(entry("good", GOOD), order="[]"), "good: its task face_detection does not list it"),
        (manifest_text(entry("good", GOOD)), "better is not a model of this task"),
        (manifest_text(entry("good", GOOD), entry("good", GOOD), order='["good"]'), "names good twice"),
        (manifest_text(entry("good", GOOD, "sha265 = 1"), order='["good"]'), "good: unknown sha265"),
        (manifest_text(entry("good", GOOD).replace('file = "', 'file = "../'), order='["good"]'), "good: file must be a plain name"),
        (manifest_text(re.sub(r"sha256 = .*", 'sha256 = "abc"', entry("good", GOOD)), order='["good"]'), "good: sha256"),
        (manifest_text(entry("good", GOOD, '[[model.source]]\nkind = "ftp"'), order='["good"]'), "source kind 'ftp'"),
        (
            manifest_text(entry("good", GOOD, '[[model.source]]\nkind = "https"\nurl = "http://x"'), order='["good"]'),
            "must begin with https://",
        ),
        (
            manifest_text(entry("good", GOOD, '[[model.source]]\nkind = "installed"\npackage = "p"\nmember = "../x"'), order='["good"]'),
            "member must stay inside",
        ),
    ],
)
def test_a_mistake_in_the_manifest_is_refused_and_named(tmp_path: Path, text: str, named: str) -> None:
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(ModelFault, match=re.escape(named)) as caught:
        ModelLibrary(manifest, tmp_path)
    assert caught.value.code is ErrorCode.MANIFEST_INVALID


def test_the_shipped_manifest_names_publishers_only_and_no_package_index() -> None:
    manifest = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))
    urls = [source["url"] for model in manifest["model"] for source in model.get("source", ()) if "url" in source]
    assert {urlsplit(url).hostname for url in urls} <= {"github.com", "raw.githubusercontent.com", "media.githubusercontent.com"}
    assert manifest["version"] == 1
