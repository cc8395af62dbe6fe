"""Cameras made of software are named as such: by name, driver, bus and place; real ones are not."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from kiosk.devices import opencv_camera
from kiosk.devices.camera_names import NamedCamera, mac_names, names_on
from kiosk.devices.opencv_camera import OpencvCameras
from kiosk.devices.virtual_names import KNOWN, known_virtual


class Present:
    """A cv2.VideoCapture of a camera that is there, or not."""

    def __init__(self, there: bool = True) -> None:
        self.there = there

    def isOpened(self) -> bool:
        return self.there

    def set(self, propId: int, value: float) -> bool:
        return True

    def read(self) -> tuple[bool, None]:
        return False, None

    def release(self) -> None: ...


# --- the table -----------------------------------------------------------------------------------------------------

SOFTWARE = [
    "OBS Virtual Camera",
    "OBS-Camera",
    "ManyCam Virtual Webcam",
    "Snap Camera",
    "XSplit VCam",
    "XSplitBroadcaster",
    "DroidCam Source 3",
    "Droidcam",
    "e2eSoft iVCam",
    "e2eSoft VCam",
    "EpocCam Camera",
    "Iriun Webcam",
    "Camo",
    "Reincubate Camo",
    "Camera (NVIDIA Broadcast)",
    "mmhmm Camera",
    "Streamlabs Desktop Virtual Webcam",
    "Virtual akvcam",
    "Unity Video Capture #2",
    "NDI Webcam Video 1",
    "Synthetic (Windows Virtual Camera)",
    "Dummy video device (0x0000)",
    "screen-capture-recorder",
]
HARDWARE = [
    "Integrated Camera",
    "Integrated Webcam_HD",
    "HD Pro Webcam C920",
    "Logitech BRIO",
    "Logi C310 HD WebCam",
    "Logitech StreamCam",
    "Microsoft® LifeCam HD-3000",
    "FaceTime HD Camera",
    "iPhone Camera",
    "OBSBOT Tiny 2 StreamCamera",
    "Elgato Facecam",
    "Live! Cam Sync 1080p",
    "USB Video Device",
    "USB2.0 HD UVC WebCam",
    "ROG EYE S",
    "Surface Camera Front",
    "UVC Camera (046d:0809)",
    "CameraPro",
    "Camomile Webcam",
    "PTZ NDI HX",
    "",
]


@pytest.mark.parametrize("name", SOFTWARE)
def test_names_of_software_are_known_whatever_their_capitals(name: str) -> None:
    assert known_virtual(name) is not None
    assert known_virtual(name.upper()) is not None


@pytest.mark.parametrize("name", HARDWARE)
def test_names_of_hardware_are_not_taken_for_software(name: str) -> None:
    assert known_virtual(name) is None


@pytest.mark.parametrize(
    ("drivers", "places"),
    [
        (("v4l2 loopback",), ()),
        ((), ("platform:v4l2loopback-000",)),
        ((), ("platform:v4l2loopback_dc-000",)),
        (("akvcam",), ()),
        (("vivid",), ()),
        ((), ("platform:vivid-000",)),
        ((), ("/sys/devices/virtual/video4linux/video0/",)),
        ((), ("usb-dummy_hcd.0-1",)),
        ((), ("usb-vhci_hcd.0-1",)),
        ((), (r"\\?\swd#vcamdevapi#9a9e#{e5323777-f976-4f5b-9b55-b94699c46e44}\{fcebba03}",)),
        ((), (r"\\?\root#image#0000#{e5323777-f976-4f5b-9b55-b94699c46e44}\global",)),
    ],
)
def test_drivers_and_places_of_software_are_known_under_any_name(drivers: tuple[str, ...], places: tuple[str, ...]) -> None:
    assert known_virtual("HD Pro Webcam C920", drivers=drivers, places=places) is not None


@pytest.mark.parametrize(
    ("drivers", "places"),
    [
        (("uvcvideo",), ("usb-0000:00:14.0-2", "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/video4linux/video0/")),
        (("bm2835 mmal",), ("platform:bcm2835-v4l2-0",)),
        (("rkisp1",), ("platform:rkisp1",)),
        (("ipu6",), ("PCI:0000:00:05.0",)),
        ((), (r"\\?\usb#vid_046d&pid_082d&mi_00#7&17e9de75&0&0000#{e5323777-f976-4f5b-9b55-b94699c46e44}\global",)),
        ((), (r"\\?\swd#sgdevapi#front#{e5323777-f976-4f5b-9b55-b94699c46e44}",)),
    ],
)
def test_drivers_and_places_of_hardware_are_not_taken_for_software(drivers: tuple[str, ...], places: tuple[str, ...]) -> None:
    assert known_virtual("HD Webcam", drivers=drivers, places=places) is None


def test_every_entry_says_where_it_can_be_looked_up() -> None:
    assert all(entry.product and len(entry.source) > 5 for entry in KNOWN)
    assert len({(entry.sign, entry.pattern) for entry in KNOWN}) == len(KNOWN)


# --- Linux ---------------------------------------------------------------------------------------------------------


def plug(root: Path, node: int, name: str, device: str, *, driver: str = "") -> None:
    """A node as sysfs shows it: the class holds a link to where the device is."""
    real = root / "sys/devices" / device / f"video4linux/video{node}"
    real.mkdir(parents=True)
    (real / "name").write_text(name + "\n")
    (real / "index").write_text("0\n")
    classes = root / "sys/class/video4linux"
    classes.mkdir(parents=True, exist_ok=True)
    (classes / f"video{node}").symlink_to(real)
    if driver:
        (root / "sys/bus/usb/drivers" / driver).mkdir(parents=True)
        (real.parents[1] / "driver").symlink_to(root / "sys/bus/usb/drivers" / driver)
        (real / "device").symlink_to(real.parents[1])
    (root / "dev").mkdir(exist_ok=True)
    (root / f"dev/video{node}").touch()


def on_linux(root: Path) -> dict[str, bool]:
    cameras = OpencvCameras(lambda index, backend: Present(), platform="linux", system_root=root)
    return {slot.info.name: slot.info.virtual for slot in cameras.slots()}


WEBCAM = "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0"


def test_a_webcam_on_a_bus_is_real_and_a_loopback_under_its_name_is_not(tmp_path: Path) -> None:
    plug(tmp_path, 0, "HD Pro Webcam C920", WEBCAM, driver="uvcvideo")
    plug(tmp_path, 2, "HD Pro Webcam C922", "virtual")
    plug(tmp_path, 4, "OBS Virtual Camera", "pci0000:00/0000:00:15.0")
    assert on_linux(tmp_path) == {"HD Pro Webcam C920": False, "HD Pro Webcam C922": True, "OBS Virtual Camera": True}


def test_a_driver_of_software_is_seen_through_sysfs(tmp_path: Path) -> None:
    plug(tmp_path, 0, "HD Webcam", "platform/vivid.0", driver="vivid")
    plug(tmp_path, 2, "USB Webcam", "platform/vhci_hcd.0/usb3/3-1")
    assert on_linux(tmp_path) == {"HD Webcam": True, "USB Webcam": True}


def test_where_the_tests_stand_makes_no_camera_virtual(tmp_path: Path) -> None:
    root = tmp_path / "devices/virtual/vhci_hcd"
    plug(root, 0, "HD Webcam", WEBCAM)
    assert on_linux(root) == {"HD Webcam": False}


def test_the_drivers_own_answer_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """struct v4l2_capability as v4l2loopback and uvcvideo fill it."""

    def answer(driver: bytes, card: bytes, bus: bytes, capabilities: int = 0x84200001, device: int = 0x04200001) -> bytes:
        return struct.pack("16s32s32sIII12x", driver, card, bus, 0x060000, capabilities, device)

    answers = {
        "video0": answer(b"uvcvideo", b"HD Webcam", b"usb-0000:00:14.0-2"),
        "video1": answer(b"uvcvideo", b"HD Webcam", b"usb-0000:00:14.0-2", device=0x04A00000),  # its metadata
        "video2": answer(b"v4l2 loopback", b"HD Webcam", b"platform:v4l2loopback-000"),
        "video3": answer(b"uvcvideo", b"OBS Virtual Camera", b"usb-0000:00:14.0-3"),
    }
    monkeypatch.setattr(opencv_camera, "_query", lambda node: opencv_camera._capability(answers[node.name]))
    for node in range(4):
        plug(tmp_path, node, f"Camera {node}", f"{WEBCAM}{node}")
    assert on_linux(tmp_path) == {"Camera 0": False, "Camera 2": True, "Camera 3": True}


# --- Windows and macOS ---------------------------------------------------------------------------------------------

LINK = r"\\?\swd#vcamdevapi#0709#{e5323777-f976-4f5b-9b55-b94699c46e44}"


def probed(names: dict[int, NamedCamera], *there: int) -> list[tuple[str, str, bool]]:
    cameras = OpencvCameras(lambda index, backend: Present(index in there), platform="win32", names=lambda: names)
    return [(slot.info.id, slot.info.name, slot.info.virtual) for slot in cameras.slots()]


def test_names_of_the_system_go_with_the_indexes() -> None:
    names = {0: NamedCamera("Integrated Camera"), 1: NamedCamera("Party", LINK), 2: NamedCamera("Snap Camera")}
    assert probed(names, 0, 1, 2) == [
        ("camera-0", "Integrated Camera", False),
        ("camera-1", "Party", True),
        ("camera-2", "Snap Camera", True),
    ]


def test_when_the_lists_do_not_fit_none_is_called_real_beside_one_of_software() -> None:
    names = {0: NamedCamera("Integrated Camera"), 1: NamedCamera("OBS Virtual Camera")}
    assert probed(names, 0) == [("camera-0", "Camera 1", True)]
    assert probed({0: NamedCamera("Integrated Camera"), 1: NamedCamera("HD Webcam")}, 0) == [("camera-0", "Camera 1", False)]


def test_without_names_cameras_are_numbered() -> None:
    assert probed({}, 0, 2) == [("camera-0", "Camera 1", False), ("camera-2", "Camera 3", False)]


def test_macs_listing_is_in_the_order_of_unique_ids() -> None:
    listing = {
        "SPCameraDataType": [
            {"_name": "Live! Cam Sync 1080p", "spcamera_unique-id": "0x2200000041e409d", "spcamera_model-id": "UVC Camera"},
            {"_name": "OBS Virtual Camera", "spcamera_unique-id": "7626645E-4425-469E-9D8B-97E0FA59AC75"},
            {"_name": "FaceTime HD Camera", "spcamera_unique-id": "3F45E80A-0176-46F7-B185-BB9E2C0E82E3"},
        ]
    }
    named = mac_names(json.dumps(listing).encode())
    assert [named[index].name for index in range(3)] == ["Live! Cam Sync 1080p", "FaceTime HD Camera", "OBS Virtual Camera"]


@pytest.mark.parametrize("listing", [b"", b"{}", b"[]", b'{"SPCameraDataType": [{"_name": "x"}]}', b"\xff", b'{"SPCameraDataType": 3}'])
def test_a_listing_that_is_not_understood_gives_no_names(listing: bytes) -> None:
    assert mac_names(listing) == {}


def test_linux_needs_no_names_from_elsewhere() -> None:
    assert names_on("linux")() == {}
