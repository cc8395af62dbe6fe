"""The rules of docs/architecture.md that a machine can check: imports, style, types, and that the core runs where there is no Qt."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.domain.errors import ErrorCode

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ["kiosk", "ui", "tests", "models", "installer", "bootstrap.py"]
LIMIT_S = 300

IMPORT_EVERYTHING_WITHOUT_QT = """
import importlib, pkgutil, sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "PyQt5", "PyQt6", "qtpy", "ui"):
            raise ImportError(f"kiosk must not import {name}")

sys.meta_path.insert(0, NoQt())
import kiosk
names = [module.name for module in pkgutil.walk_packages(kiosk.__path__, "kiosk.") if not module.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
heavy = sorted({"mediapipe", "rapidocr", "dlib", "skimage", "onnxruntime", "matplotlib"} & set(sys.modules))
print(len(names), ",".join(heavy))
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def tool(name: str) -> str:
    """A tool of this environment, whether or not it is on the path."""
    return str(Path(sys.executable).with_name(name + (".exe" if os.name == "nt" else "")))


def test_imports_keep_to_the_layers() -> None:
    # --no-cache: with it, two edits within a second gave stale verdicts
    done = run(tool("lint-imports"), "--no-cache")
    assert done.returncode == 0, done.stdout


def test_the_style_is_kept() -> None:
    done = run(tool("ruff"), "check", *SOURCES)
    assert done.returncode == 0, done.stdout


def test_kiosk_is_fully_typed() -> None:
    done = run(tool("mypy"))
    assert done.returncode == 0, done.stdout


def test_every_module_of_kiosk_imports_with_qt_out_of_reach() -> None:
    """Closes import-linter's blind spot, importlib; also holds that no heavy library is loaded before it is needed."""
    done = run(sys.executable, "-W", "error", "-c", IMPORT_EVERYTHING_WITHOUT_QT)
    assert done.returncode == 0, done.stderr
    count, _, heavy = done.stdout.strip().partition(" ")
    assert int(count) > 50
    assert heavy in ("", "onnxruntime"), f"loaded at import: {heavy}"


# --- documents -----------------------------------------------------------------------------------------------------


def test_every_error_code_is_described_and_no_other() -> None:
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert described == {code.value for code in ErrorCode}


def test_every_setting_is_described() -> None:
    import dataclasses

    from kiosk.config import Config

    text = (ROOT / "docs" / "guides" / "settings.md").read_text(encoding="utf-8")
    for section in dataclasses.fields(Config):
        assert f"## [{section.name}]" in text or f"[{section.name}]" in text, section.name
        for entry in dataclasses.fields(getattr(Config(), section.name)):
            assert f"`{entry.name}`" in text, f"[{section.name}] {entry.name}"


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "SECURITY.md", "docs/architecture.md", "docs/features.md"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    file = ROOT / name
    for target in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (file.parent / target).exists(), f"{name} links to {target}"


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))
    assert {f"{number:04}" for number in range(1, 10)} <= set(numbers)


# --- what ships ----------------------------------------------------------------------------------------------------

# metadata that says nothing, looked up by hand in the package's own licence file
LICENCES_BY_HAND = {"sqlcipher3": "Zlib"}
# GPL beside a choice that we take instead: Qt for Python under LGPL-3.0 (docs/guides/licences.md)
CHOICE_TAKEN = {"PySide6_Essentials": "LGPL-3.0-only", "shiboken6": "LGPL-3.0-only"}


def licence_of(package: str) -> str:
    if package in CHOICE_TAKEN:
        return CHOICE_TAKEN[package]
    meta = importlib.metadata.metadata(package)
    expression = meta.get("License-Expression") or ""
    classifiers = " ".join(entry for entry in meta.get_all("Classifier") or [] if entry.startswith("License"))
    return expression or f"{(meta.get('License') or '').splitlines()[0] if meta.get('License') else ''} {classifiers}".strip()


def test_nothing_in_the_lock_is_under_a_licence_that_reaches_over_to_us() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, re.MULTILINE)
    looked_at = 0
    for name in names:
        try:
            licence = LICENCES_BY_HAND.get(name) or licence_of(importlib.metadata.distribution(name).metadata["Name"])
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system
        looked_at += 1
        assert licence, f"{name} does not say its licence: look, and add it to LICENCES_BY_HAND"
        assert not re.search(r"(?<!L)GPL|General Public", licence.replace("Lesser General Public", "")), f"{name}: {licence}"
    assert looked_at > 60


def test_the_lock_pins_everything_with_hashes_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    for entry in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]:
        assert "==" in entry.partition("\n")[0], entry
        assert "--hash=sha256:" in entry, entry


def test_the_lock_holds_exactly_one_opencv() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"^(opencv[a-z-]*)==", lock, re.MULTILINE) == ["opencv-python-headless"]


def test_the_lock_satisfies_every_requirement_of_the_project() -> None:
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {name.lower().replace("_", "-"): version for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE)}
    for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        wanted = Requirement(text)
        version = pinned.get(wanted.name.lower())
        assert version is not None, f"{wanted.name} is not in requirements.lock"
        assert wanted.specifier.contains(version), f"{wanted} against {version} of the lock"
