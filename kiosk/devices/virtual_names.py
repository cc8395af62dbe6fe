"""Cameras made of software, by what they call themselves: the one table that `CameraInfo.virtual` of system cameras comes from.

A name is a hint, not a proof: whoever loads v4l2loopback chooses the name freely (v4l2loopback issue 460), and a frame grabber that is
fed from a player is real hardware. docs/guides/capture-records.md says what this cannot see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """What of a camera is looked at: NAME as people see it, DRIVER of the kernel, PLACE (bus, device path, place in sysfs)."""

    NAME = "name"
    DRIVER = "driver"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class KnownVirtual:
    """`pattern` regular expression, searched without regard to capitals. `source`: where the string can be looked up."""

    sign: Sign
    pattern: str
    product: str
    source: str


def _name(pattern: str, product: str, source: str) -> KnownVirtual:
    return KnownVirtual(Sign.NAME, pattern, product, source)


KNOWN: tuple[KnownVirtual, ...] = (
    # Linux: the driver does not lie as easily as the name
    KnownVirtual(Sign.PLACE, r"/devices/virtual/", "any camera without a device", "linux: sysfs shows devices without a parent there"),
    KnownVirtual(Sign.DRIVER, r"v4l2.?loopback", "v4l2loopback", "v4l2loopback.c, vidioc_querycap: driver 'v4l2 loopback'"),
    KnownVirtual(Sign.PLACE, r"platform:v4l2loopback", "v4l2loopback, DroidCam's copy", "obsproject/obs-studio issue 3929: v4l2-ctl list"),
    KnownVirtual(Sign.DRIVER, r"^akvcam", "akvcam of Webcamoid", "obsproject/obs-studio issue 3929"),
    KnownVirtual(Sign.PLACE, r"platform:akvcam", "akvcam of Webcamoid", "obsproject/obs-studio issue 3929: 'platform:akvcam-1'"),
    KnownVirtual(Sign.DRIVER, r"^vivid?$", "test driver of Linux", "linux: Documentation/admin-guide/media/vivid.rst"),
    KnownVirtual(Sign.DRIVER, r"^vimc$", "test driver of Linux", "linux: Documentation/admin-guide/media/vimc.rst"),
    KnownVirtual(Sign.PLACE, r"platform:vi(vid|mc)", "test drivers of Linux", "linux-media: v4l2-ctl list, 'platform:vivid-000'"),
    KnownVirtual(Sign.PLACE, r"dummy_hcd", "USB gadget on the machine itself", "linux: drivers/usb/gadget/udc/dummy_hcd.c"),
    KnownVirtual(Sign.PLACE, r"vhci_hcd", "USB over the network (USB/IP)", "linux: Documentation/usb/usbip_protocol.rst"),
    # Windows: MFCreateVirtualCamera adds the words to every name, and Plug and Play puts the device there
    _name(r"windows virtual camera", "any camera of MFCreateVirtualCamera", "learn.microsoft.com: MFCreateVirtualCamera, friendlyName"),
    KnownVirtual(Sign.PLACE, r"swd#vcamdevapi", "any camera of MFCreateVirtualCamera", "symbolic links as MFEnumDeviceSources lists them"),
    KnownVirtual(Sign.PLACE, r"\\\\\?\\root#", "driver without a device", "learn.microsoft.com: root-enumerated devices"),
    # names, on every system
    _name(r"\bvirtual\b", "OBS, ManyCam, Streamlabs, Wirecast, Zoom and others", "'OBS Virtual Camera': obs-studio, plugins/win-dshow"),
    _name(r"\bobs\b", "OBS Studio and its plugin OBS-Camera", "obsproject.com; 'OBS-Camera': CatxFish/obs-virtual-cam"),
    _name(r"\bv4l2loopback\b|^dummy video device", "v4l2loopback", "v4l2loopback.c: default card label"),
    _name(r"\bmanycam\b", "ManyCam", "'ManyCam Virtual Webcam': manycam.com"),
    _name(r"\bsnap ?camera\b", "Snap Camera", "snapcamera.snapchat.com"),
    _name(r"\bv-?cam\b", "XSplit VCam, e2eSoft VCam", "xsplit.com/vcam, e2esoft.com"),
    _name(r"\bxsplit", "XSplit Broadcaster", "xsplit.com"),
    _name(r"\bdroidcam\b", "DroidCam", "'DroidCam Source 3': dev47apps.com"),
    _name(r"\bivcam\b", "iVCam", "'e2eSoft iVCam': e2esoft.com/ivcam"),
    _name(r"\bepoccam\b", "EpocCam", "'EpocCam Camera': elgato.com"),
    _name(r"\biriun\b", "Iriun Webcam", "iriun.com"),
    _name(r"^camo\b|\breincubate\b", "Camo", "reincubate.com/camo"),
    _name(r"\bnvidia broadcast\b", "NVIDIA Broadcast", "'Camera (NVIDIA Broadcast)': nvidia.com"),
    _name(r"\bmmhmm\b", "mmhmm", "'mmhmm Camera': mmhmm.app"),
    _name(r"\bchromacam\b", "ChromaCam", "personifyinc.com"),
    _name(r"\byoucam\b", "CyberLink YouCam", "cyberlink.com"),
    _name(r"\bsplitcam\b", "SplitCam", "splitcam.com"),
    _name(r"\bsparkocam\b", "SparkoCam", "sparkosoft.com"),
    _name(r"\baltercam\b", "AlterCam", "altercam.com"),
    _name(r"\bwebcammax\b", "WebcamMax", "webcammax.com"),
    _name(r"\bcamtwist\b", "CamTwist", "camtwiststudio.com"),
    _name(r"\bfake ?(web)?cam", "FakeWebcam, pyfakewebcam", "webcamsoft.com"),
    _name(r"\bakvcam\b|\bakvirtualcamera\b", "Webcamoid", "github.com/webcamoid"),
    _name(r"\bunity ?video ?capture\b", "UnityCapture", "'Unity Video Capture': schellingb/UnityCapture"),
    _name(r"\bndi (webcam|video|virtual)", "NDI Webcam, NewTek NDI Video", "ndi.video/tools"),
    _name(r"\bspoutcam\b", "SpoutCam", "leadedge/SpoutCam"),
    _name(r"\bvmix\b", "vMix Video", "vmix.com"),
    _name(r"\blogi capture\b", "Logi Capture", "logitech.com/capture"),
    _name(r"screen-capture-recorder", "screen-capture-recorder", "rdp/screen-capture-recorder-to-video-windows-free"),
)

_COMPILED = tuple((entry, re.compile(entry.pattern, re.IGNORECASE)) for entry in KNOWN)


def known_virtual(name: str, *, drivers: tuple[str, ...] = (), places: tuple[str, ...] = ()) -> KnownVirtual | None:
    """The first entry that speaks of a camera with these, None when none does."""
    told = {Sign.NAME: (name,), Sign.DRIVER: drivers, Sign.PLACE: places}
    return next((entry for entry, pattern in _COMPILED if any(pattern.search(text) for text in told[entry.sign])), None)
