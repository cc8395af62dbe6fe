"""Which cameras there are: names, stable ids, and where a camera is looked for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.devices.finder import DeviceFinder
from kiosk.devices.opencv_camera import OpencvCameras
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.errors import DeviceFault, ErrorCode


class Absent:
    """A cv2.VideoCapture of an index where nothing is, or something is."""

    def __init__(self, there: bool = False) -> None:
        self.there = there

    def isOpened(self) -> bool:
        return self.there

    def set(self, propId: int, value: float) -> bool:
        return True

    def read(self) -> tuple[bool, None]:
        return False, None

    def release(self) -> None: ...


def plug(root: Path, node: int, name: str, *, first: bool = True, by_id: str = "", by_path: str = "") -> None:
    """A camera node as Linux shows it."""
    entry = root / f"sys/class/video4linux/video{node}"
    entry.mkdir(parents=True)
    (entry / "name").write_text(name + "\n")
    (entry / "index").write_text("0\n" if first else "1\n")
    (root / "dev").mkdir(exist_ok=True)
    (root / f"dev/video{node}").touch()
    for kind, alias in (("by-id", by_id), ("by-path", by_path)):
        if alias:
            folder = root / "dev/v4l" / kind
            folder.mkdir(parents=True, exist_ok=True)
            (folder / alias).symlink_to(root / f"dev/video{node}")


def linux(root: Path) -> OpencvCameras:
    return OpencvCameras(lambda index, backend: Absent(True), platform="linux", system_root=root)


def finder(root: Path, *virtual: VirtualCamera) -> DeviceFinder:
    return DeviceFinder(virtual, real=linux(root))


def still(name: str = "virtual-1") -> VirtualCamera:
    return VirtualCamera(np.zeros((10, 10, 3), np.uint8), camera_id=name, name=name.title())


def test_a_machine_without_cameras_has_none(tmp_path: Path) -> None:
    assert finder(tmp_path).cameras() == ()
    with pytest.raises(DeviceFault) as caught:
        finder(tmp_path).camera("")
    assert caught.value.code is ErrorCode.CAMERA_NOT_FOUND


def test_linux_names_cameras_and_leaves_out_their_metadata_nodes(tmp_path: Path) -> None:
    plug(tmp_path, 0, "HD Webcam", by_id="usb-HD_Webcam_0001-video-index0")
    plug(tmp_path, 1, "HD Webcam", first=False, by_id="usb-HD_Webcam_0001-video-index1")
    assert [(info.id, info.name) for info in finder(tmp_path).cameras()] == [("usb-HD_Webcam_0001-video-index0", "HD Webcam")]


def test_ids_fall_back_to_the_socket_and_then_to_the_node(tmp_path: Path) -> None:
    plug(tmp_path, 0, "A", by_path="pci-0-usb-2")
    plug(tmp_path, 2, "B")
    assert [info.id for info in finder(tmp_path).cameras()] == ["pci-0-usb-2", "video2"]


def test_a_camera_keeps_its_id_when_it_comes_back_under_another_index(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    plug(before, 0, "HD Webcam", by_id="usb-1")
    plug(after, 4, "HD Webcam", by_id="usb-1")
    assert finder(before).cameras() == finder(after).cameras()
    assert [slot.index for slot in linux(before).slots() + linux(after).slots()] == [0, 4]


def test_ten_nodes_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for node in (10, 2, 0):
        plug(tmp_path, node, f"Camera {node}")
    assert [info.name for info in finder(tmp_path).cameras()] == ["Camera 0", "Camera 2", "Camera 10"]


def test_a_name_that_says_itself_twice_is_tidied(tmp_path: Path) -> None:
    plug(tmp_path, 0, "Integrated Camera: Integrated C")
    plug(tmp_path, 2, "Reader: left")
    assert [info.name for info in finder(tmp_path).cameras()] == ["Integrated Camera", "Reader: left"]


def test_cameras_are_found_by_id_name_and_name_without_capitals(tmp_path: Path) -> None:
    plug(tmp_path, 0, "HD Webcam", by_id="usb-1")
    found = finder(tmp_path, still())
    assert [found.camera(key).info.id for key in ("usb-1", "HD Webcam", "hd webcam", "virtual-1", "Virtual-1")] == ["usb-1"] * 3 + [
        "virtual-1"
    ] * 2


def test_an_exact_id_wins_over_another_cameras_name(tmp_path: Path) -> None:
    plug(tmp_path, 0, "usb-2", by_id="usb-1")
    plug(tmp_path, 2, "Other", by_id="usb-2")
    assert finder(tmp_path).camera("usb-2").info.id == "usb-2"


def test_no_name_means_the_machines_own_camera_first(tmp_path: Path) -> None:
    assert finder(tmp_path, still()).camera("").info.id == "virtual-1"
    plug(tmp_path, 0, "HD Webcam", by_id="usb-1")
    assert finder(tmp_path, still()).camera("").info.id == "usb-1"


def test_a_system_camera_made_of_software_is_found_too_but_after_the_others(tmp_path: Path) -> None:
    plug(tmp_path, 0, "OBS Virtual Camera", by_id="loop-1")
    assert finder(tmp_path).camera("").info == finder(tmp_path).camera("obs virtual camera").info
    assert finder(tmp_path).camera("loop-1").info.virtual
    plug(tmp_path, 2, "HD Webcam", by_id="usb-1")
    assert finder(tmp_path).camera("").info.id == "usb-1"
    assert [info.id for info in finder(tmp_path).cameras()] == ["loop-1", "usb-1"]


def test_an_unplugged_virtual_camera_is_not_there(tmp_path: Path) -> None:
    camera = still()
    found = finder(tmp_path, camera)
    camera.unplug()
    assert found.cameras() == ()
    with pytest.raises(DeviceFault):
        found.camera("virtual-1")
    camera.plug()
    assert found.camera("virtual-1") is camera


def test_a_path_can_be_played_without_having_been_configured(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "card.png"), np.full((72, 128, 3), 9, np.uint8))
    camera = finder(tmp_path).camera(f"virtual:{tmp_path / 'card.png'}")
    camera.open()
    assert camera.read().pixels[360, 640, 0] == 9
    with pytest.raises(DeviceFault):
        finder(tmp_path).camera(f"virtual:{tmp_path / 'none.png'}")


def test_configured_paths_are_virtual_cameras(tmp_path: Path) -> None:
    found = DeviceFinder([f"virtual:{tmp_path / 'card.png'}", tmp_path / "other.png"], use_real=False)
    assert [(info.id, info.virtual) for info in found.cameras()] == [
        (f"virtual:{tmp_path / 'card.png'}", True),
        (f"virtual:{tmp_path / 'other.png'}", True),
    ]


def test_where_the_system_gives_no_names_indexes_are_tried_once() -> None:
    tried: list[int] = []

    def open_capture(index: int, backend: int) -> Absent:
        tried.append(index)
        return Absent(index in (0, 2))

    cameras = OpencvCameras(open_capture, platform="win32")
    assert [(slot.info.id, slot.index) for slot in cameras.slots()] == [("camera-0", 0), ("camera-2", 2)]
    count = len(tried)
    cameras.slots()
    assert len(tried) == count


def test_where_no_camera_was_found_it_is_looked_for_again_after_a_while() -> None:
    now = [0.0]
    there = [False]
    cameras = OpencvCameras(lambda index, backend: Absent(there[0] and index == 0), platform="darwin", monotonic=lambda: now[0])
    assert cameras.slots() == ()
    there[0] = True
    now[0] = 5
    assert cameras.slots() == ()
    now[0] = 11
    assert len(cameras.slots()) == 1
