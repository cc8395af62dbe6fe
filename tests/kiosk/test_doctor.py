"""The doctor names what is missing and the command that mends it, and survives whatever it looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kiosk.compose.health import doctor_looks
from kiosk.compose.setup import load_setup
from kiosk.domain.errors import DeviceFault, ErrorCode, StoreFault
from kiosk.engines.model_install import ModelStatus, statuses
from kiosk.engines.models import ModelLibrary, ModelState
from kiosk.ports import CameraInfo
from kiosk.services.doctor import Finding, Health, ListsLook, Looks, examine


class FixedClock:
    def __init__(self, now: str = "2027-03-01T10:00:00.000Z") -> None:
        self.now = now

    def now_utc(self) -> str:
        return self.now

    def today(self) -> str:
        return self.now[:10]

    def monotonic(self) -> float:
        return 0.0


@dataclass(frozen=True)
class SoundStore:
    customers: int = 3
    unfinished: int = 1
    problems: Sequence[str] = ()


@pytest.fixture
def looks(tmp_path: Path) -> Looks:
    return Looks(FixedClock(), tmp_path / "data", tmp_path / "models", min_free_mb=1)


def finding(looks: Looks, name: str) -> Finding:
    return next(found for found in examine(looks).findings if found.name == name)


def model(name: str, task: str, state: ModelState, *, chosen: bool = False, default: bool = True) -> ModelStatus:
    return ModelStatus(name, task, state, chosen, default, "Apache-2.0", 1, f"{name}.onnx")


def all_of(*lines: ModelStatus) -> Callable[[], Sequence[ModelStatus]]:
    return lambda: lines


def test_the_default_models_leave_passive_liveness_and_age_to_wish_for(looks: Looks, model_library: ModelLibrary) -> None:
    report = examine(replace(looks, models=lambda: statuses(model_library, afresh=True)))
    assert report.status is Health.WARNING
    wanting = {found.name: found.mend for found in report.findings if found.status is not Health.OK}
    assert wanting == {
        "model for passive liveness": "kiosk models install minifas_v2se",
        "model for age gender": "kiosk models install fairface",
    }
    lost = {found.name: found.found for found in report.findings}
    assert lost["model for age gender"] == "none is installed: age and sex beside the document is reported as not executed"


def test_a_missing_needed_model_is_a_fault_with_its_command(looks: Looks) -> None:
    found = finding(replace(looks, models=all_of(model("blaze", "face_detection", ModelState.MISSING))), "model for face detection")
    assert (found.status, found.mend, found.code) == (Health.FAULT, "kiosk models install", "MODEL_MISSING")


def test_a_changed_file_is_a_fault_even_when_another_model_serves_the_task(looks: Looks) -> None:
    changed = model("yunet", "face_detection", ModelState.CORRUPT, default=False)
    lines = all_of(changed, model("blaze", "face_detection", ModelState.INSTALLED, chosen=True))
    found = finding(replace(looks, models=lines), "models")
    assert (found.status, found.mend, found.code) == (Health.FAULT, "kiosk models install yunet", "MODEL_CORRUPT")


def test_a_better_model_is_suggested_without_alarm(looks: Looks) -> None:
    better = model("yunet", "face_detection", ModelState.MISSING, default=False)
    lines = all_of(better, model("blaze", "face_detection", ModelState.INSTALLED, chosen=True))
    found = finding(replace(looks, models=lines), "model for face detection")
    assert (found.status, found.mend) == (Health.OK, "kiosk models install yunet")


def test_no_camera_is_a_warning_because_files_still_work(looks: Looks) -> None:
    assert finding(replace(looks, cameras=lambda: ()), "cameras").status is Health.WARNING
    only_virtual = finding(replace(looks, cameras=lambda: (CameraInfo("virtual:x", "x", virtual=True),)), "cameras")
    assert only_virtual.status is Health.WARNING
    assert finding(replace(looks, cameras=lambda: (CameraInfo("usb-1", "Cam"),)), "cameras").status is Health.OK


def test_a_look_that_raises_is_a_finding_with_its_code(looks: Looks) -> None:
    def lost() -> Sequence[CameraInfo]:
        raise DeviceFault(ErrorCode.CAMERA_LOST, "camera usb-1 stopped")

    found = finding(replace(looks, cameras=lost), "cameras")
    assert (found.status, found.code, found.found) == (Health.FAULT, "CAMERA_LOST", "camera usb-1 stopped")
    assert "plug" in found.mend


@pytest.mark.logs_warnings
def test_a_driver_that_raises_anything_does_not_end_the_examination(looks: Looks) -> None:
    def crash() -> Sequence[CameraInfo]:
        raise RuntimeError("BELL BRIAN")

    report = examine(replace(looks, cameras=crash))
    found = next(found for found in report.findings if found.name == "cameras")
    assert found.status is Health.FAULT
    assert "BELL" not in found.found
    assert any(found.name == "clock" for found in report.findings)


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.STORE_KEY_WRONG,
        ErrorCode.STORE_KEY_MISSING,
        ErrorCode.STORE_DAMAGED,
        ErrorCode.STORE_TOO_NEW,
        ErrorCode.STORE_FULL,
        ErrorCode.STORE_UNAVAILABLE,
    ],
)
def test_every_fault_of_the_store_comes_with_a_way_out(looks: Looks, code: ErrorCode) -> None:
    def broken() -> SoundStore:
        raise StoreFault(code, "what is wrong")

    found = finding(replace(looks, store=broken), "store")
    assert (found.status, found.code) == (Health.FAULT, code)
    assert found.mend != "see docs/errors.md"


def test_a_store_with_problems_is_a_fault_and_none_yet_is_not(looks: Looks) -> None:
    assert finding(replace(looks, store=lambda: None), "store").status is Health.OK
    assert finding(replace(looks, store=SoundStore), "store").status is Health.OK
    assert finding(replace(looks, store=lambda: SoundStore(problems=("audit line 3 is missing",))), "store").status is Health.FAULT


def test_too_little_room_on_the_disk_is_a_fault(looks: Looks) -> None:
    found = finding(replace(looks, min_free_mb=2**40), "data folder")
    assert (found.status, found.code) == (Health.FAULT, "STORE_FULL")


def test_a_clock_before_the_program_or_before_the_last_customer_is_a_fault(looks: Looks) -> None:
    assert finding(replace(looks, clock=FixedClock("1970-01-01T00:00:12.000Z")), "clock").status is Health.FAULT
    assert finding(replace(looks, last_activity=lambda: "2027-03-01T10:00:00.001Z"), "clock").status is Health.FAULT
    assert finding(replace(looks, last_activity=lambda: "2027-03-01T09:00:00.000Z"), "clock").status is Health.OK


def test_looking_makes_no_folder(looks: Looks) -> None:
    examine(looks)
    assert not looks.data_folder.exists()
    assert not looks.models_folder.exists()


@pytest.mark.parametrize(
    ("look", "status", "said"),
    [
        (ListsLook((), (), ()), Health.WARNING, "no list is installed"),
        (ListsLook(("eu", "un"), ("un",), ()), Health.WARNING, "too old, so that nobody is accepted: un"),
        (ListsLook(("eu", "un"), (), ()), Health.OK, "eu, un"),
    ],
)
def test_lists_that_are_missing_or_old_are_said_to_staff(looks: Looks, look: ListsLook, status: Health, said: str) -> None:
    found = next(one for one in examine(replace(looks, watchlists=lambda: look)).findings if one.name == "watchlists")
    assert found.status is status
    assert said in found.found
    assert bool(found.mend) is (status is not Health.OK)


def test_an_update_that_failed_is_said_beside_the_lists(looks: Looks) -> None:
    findings = {one.name: one for one in examine(replace(looks, watchlists=lambda: ListsLook(("eu",), (), ("eu",)))).findings}
    assert findings["watchlists"].status is Health.OK
    assert findings["watchlist updates"].status is Health.WARNING


@pytest.mark.parametrize(("overdue", "status"), [(0, Health.OK), (3, Health.WARNING)])
def test_what_is_kept_too_long_is_said(looks: Looks, overdue: int, status: Health) -> None:
    found = next(one for one in examine(replace(looks, overdue=lambda: overdue)).findings if one.name == "retention")
    assert found.status is status


def test_the_doctor_of_this_machine_says_that_there_is_no_list(kiosk_home: Path) -> None:
    looks = replace(doctor_looks(load_setup()), models=None, cameras=None, providers=None)
    findings = {one.name: one for one in examine(looks).findings}
    assert findings["watchlists"].found.startswith("no list is installed")
    assert findings["retention"].status is Health.OK
    assert not kiosk_home.exists(), "looking makes nothing"


@pytest.mark.parametrize(("workflow", "looked_for"), [("kiosk", True), ("3", True), ("6", False)])
def test_lists_are_looked_at_where_the_workflow_of_this_machine_takes_names(
    workflow: str, looked_for: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kiosk.toml").write_text(f'[session]\nworkflow = "{workflow}"\n')
    monkeypatch.setenv("KIOSK_CONFIG", str(tmp_path / "kiosk.toml"))
    assert (doctor_looks(load_setup()).watchlists is not None) is looked_for
