"""From a fresh checkout to a running product, with nothing but Python 3.11 or newer.

    python3 bootstrap.py demo     onboards a specimen customer by itself; pictures and a report in out/demo
    python3 bootstrap.py run      the kiosk on this machine's cameras
    python3 bootstrap.py test     the whole test suite (further arguments go to pytest)

Makes .venv, installs requirements.lock into it, checks the system's libraries, installs the default models, then starts. What is done
already is skipped. Exit code 2: something that this machine lacks, said in words with what to do. Standard library only, and no syntax
newer than Python 3.6, so that an old Python gets a sentence and not a syntax error.
"""

import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
LOCK = os.path.join(ROOT, "requirements.lock")
MIN_PYTHON = (3, 11)
MODES = ("demo", "run", "test", "serve")
NEEDED_MB = 2600  # .venv 1300, pip's downloads and unpacking, archives of models
PIP_RETRIES = 3
END_S = 10
BIG_DOWNLOAD = re.compile(r"Downloading (?:\S*/)?([A-Za-z0-9_.]+?)-\d\S* \(([\d.]+ [MG]B)\)")
UNREACHABLE = ("Retrying (", "Max retries", "NewConnectionError", "NameResolutionError", "ConnectTimeout", "ReadTimeout", "SSLError")
COLLECTING = re.compile(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9_.-]+)==")

# shared library -> Debian and Ubuntu package; the libraries that Qt's widgets, its platform plug-ins and mediapipe ask for
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLESv2.so.2": "libgles2",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
}
FONTS_PACKAGE = "fonts-dejavu-core"


class Stop(Exception):
    """Something that this machine lacks; the text says what and what to do."""


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        say(__doc__.strip())
        return 0 if arguments else 2
    mode, rest = arguments[0], arguments[1:]
    try:
        check_python(sys.version_info, struct.calcsize("P") * 8)
        if mode not in MODES:
            raise Stop("bootstrap.py knows %s, not %r." % (", ".join(MODES), mode))
        if mode == "serve":
            raise Stop("The HTTP door is not part of this version yet. There are: demo, run, test, and the command line (.venv/bin/kiosk).")
        started = time.time()
        venv = os.environ.get("KIOSK_VENV") or os.path.join(ROOT, ".venv")
        python = make_environment(venv)
        install_dependencies(venv, python)
        write_launchers(venv, python)
        check_libraries(python)
        install_models(python)
        say("Ready after %.0f s." % (time.time() - started))
        return start(mode, python, rest)
    except Stop as stop:
        sys.stderr.write("\nbootstrap.py: %s\n" % stop)
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nbootstrap.py: stopped; run it again to go on.\n")
        return 130


def check_python(version, bits=64):
    """Raises Stop for a Python that cannot run the product."""
    if tuple(version[:2]) < MIN_PYTHON:
        raise Stop(
            "this is Python %d.%d; the product needs 3.11 or newer. Get it from python.org or your system (Debian 12: apt-get install "
            "python3.11 python3.11-venv), then run: python3.11 bootstrap.py" % tuple(version[:2])
        )
    if bits < 64:
        raise Stop("this is a 32-bit Python; the libraries exist for 64 bits only. Install a 64-bit Python 3.11 or newer.")


# --- the environment ---------------------------------------------------------------------------------------------------


def python_of(venv):
    return os.path.join(venv, "Scripts", "python.exe") if os.name == "nt" else os.path.join(venv, "bin", "python")


def make_environment(venv):
    """The environment's Python; made when it is not there or does not start (moved folder, removed base Python)."""
    python = python_of(venv)
    if os.path.exists(python) and quiet([python, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"])[0] == 0:
        say("Environment: %s is there." % os.path.relpath(venv, ROOT))
        return python
    if os.path.isdir(venv) and os.listdir(venv) and not os.path.exists(os.path.join(venv, "pyvenv.cfg")):
        raise Stop("%s is in the way: it is not a Python environment. Move it away and run again." % venv)
    say("Environment: making %s ..." % os.path.relpath(venv, ROOT))
    code, said = quiet([sys.executable, "-m", "venv", "--clear", venv])
    if code != 0:
        if "ensurepip" in said or "No module named venv" in said:
            raise Stop(
                "this Python cannot make environments. On Debian and Ubuntu: apt-get install python%d.%d-venv" % sys.version_info[:2]
            )
        if no_room(said):
            raise Stop("the disk is full: .venv cannot be made. About %d MB are needed." % NEEDED_MB)
        raise Stop("the environment cannot be made: %s" % last_line(said))
    return python


def install_dependencies(venv, python):
    with open(LOCK, "rb") as stream:
        content = stream.read()
    wanted = {"lock": hashlib.sha256(content).hexdigest(), "python": quiet([python, "-c", "import sys; print(sys.version)"])[1].strip()}
    stamp = os.path.join(venv, "kiosk-installed.json")
    if read_json(stamp) == wanted:
        say("Dependencies: as in requirements.lock.")
        return
    free = shutil.disk_usage(venv).free // 2**20
    if free < NEEDED_MB and not os.path.exists(stamp):
        raise Stop("the disk has %d MB free; installing needs about %d MB. Make room and run again." % (free, NEEDED_MB))
    count = len(re.findall(rb"^[A-Za-z0-9].*==", content, re.MULTILINE))
    say("Dependencies: installing requirements.lock (%d packages, those for other systems among them) ..." % count)
    # --no-deps: the lock is complete, and two packages ask for an OpenCV each that would overwrite the one we use
    command = [python, "-m", "pip", "install", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--retries", str(PIP_RETRIES), "--progress-bar", "off", "-r", LOCK]
    said = run_pip(command, os.path.join(venv, "kiosk-pip.log"))
    if said is not None:
        raise Stop(pip_failure(said, os.path.join(venv, "kiosk-pip.log")))
    with open(stamp, "w") as stream:
        json.dump(wanted, stream)


def run_pip(command, log_path):
    """Runs pip with a line per package of a size worth telling; its whole text goes to a log. None when it went well, else what it said."""
    lines, seen = [], set()
    environment = dict(os.environ, PYTHONUNBUFFERED="1", NO_COLOR="1", PYTHONWARNINGS="ignore")
    with open(log_path, "w") as log:
        pip = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            for raw in pip.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                log.write(line + "\n")
                lines.append(line)
                package, download = COLLECTING.match(line.strip()), BIG_DOWNLOAD.search(line)
                if package:
                    seen.add(package.group(1))
                    if len(seen) % 20 == 0:  # how many of the lock this system needs is known only at the end
                        say("  %d packages looked up" % len(seen))
                elif download:
                    say("  %s (%s)" % download.groups())
                elif line.startswith("Installing collected packages"):
                    say("  unpacking, about a minute ...")
                elif "Retrying (" in line and not any("Retrying (" in earlier for earlier in lines[:-1]):
                    say("  the package index does not answer, trying again ...")
        except BaseException:
            pip.kill()
            raise
        finally:
            pip.stdout.close()
            code = pip.wait()
    return None if code == 0 else "\n".join(lines)


def pip_failure(said, log_path):
    """What pip's failure means, in a sentence."""
    if "DO NOT MATCH THE HASHES" in said:
        return (
            "the package index gave a file that is not the one in requirements.lock (its SHA-256 differs); nothing of it was installed. "
            "pip's own words: %s" % log_path
        )
    if no_room(said):
        return "the disk is full. About %d MB are needed; make room and run again." % NEEDED_MB
    if any(sign in said for sign in UNREACHABLE):
        return (
            "the package index cannot be reached. Check the network; behind a proxy set HTTPS_PROXY, for an index of your own set "
            "PIP_INDEX_URL, then run again. pip's own words: %s" % log_path
        )
    missing = re.search(r"No matching distribution found for ([A-Za-z0-9_.-]+==[^ ;]+)", said)
    if missing:
        return (
            "the package index has no %s for this system (Python %d.%d, %s); Python 3.11 on 64-bit Linux is what is tested. "
            "pip's own words: %s" % (missing.group(1), sys.version_info[0], sys.version_info[1], sys.platform, log_path)
        )
    return "installing the dependencies failed: %s. pip's own words: %s" % (last_line(said), log_path)


def write_launchers(venv, python):
    """`kiosk` on the environment's path, from the source tree: nothing of ours is built or installed."""
    site = quiet([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])[1].strip()
    write_if_changed(os.path.join(site, "onboarding-kiosk.pth"), ROOT + "\n")
    if os.name == "nt":
        write_if_changed(os.path.join(venv, "Scripts", "kiosk.cmd"), '@"%~dp0python.exe" -m kiosk %*\n')
        return
    launcher = os.path.join(venv, "bin", "kiosk")
    write_if_changed(launcher, '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -m kiosk "$@"\n')
    os.chmod(launcher, 0o755)


# --- the system's libraries --------------------------------------------------------------------------------------------

# run by the environment's Python: prints one name per library that is not there, or NO-FONTS
PROBE = """
import importlib.util, os, re, subprocess, sys
def folder(name):
    return list(importlib.util.find_spec(name).submodule_search_locations)[0]
qt, files = folder("PySide6"), []
files += [os.path.join(qt, "Qt", "lib", name) for name in ("libQt6Gui.so.6", "libQt6Widgets.so.6", "libQt6DBus.so.6")]
files += [os.path.join(qt, "Qt", "plugins", "platforms", "lib%s.so" % name) for name in sys.argv[1:]]
files.append(os.path.join(folder("mediapipe"), "tasks", "c", "libmediapipe.so"))
missing = set()
for file in files:
    if os.path.exists(file):
        said = subprocess.run(["ldd", file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True).stdout
        missing |= set(re.findall(r"(\\S+) => not found", said))
if missing:
    print("\\n".join(sorted(missing)))
    sys.exit(0)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtGui import QFontDatabase, QGuiApplication
import PySide6.QtWidgets
application = QGuiApplication([])
if not QFontDatabase.families():
    print("NO-FONTS")
"""


def platform_plugins(environment):
    """The Qt platform plug-ins that this session may load, by their file names."""
    chosen = environment.get("QT_QPA_PLATFORM", "").split(":")[0]
    if chosen:
        return ["q" + chosen]
    plugins = ["qoffscreen"]
    if environment.get("WAYLAND_DISPLAY"):
        plugins.append("qwayland")
    elif environment.get("DISPLAY"):
        plugins.append("qxcb")
    return plugins


def check_libraries(python):
    """Raises Stop that names the Debian packages when Qt cannot load."""
    if not sys.platform.startswith("linux"):
        code, said = quiet([python, "-c", "import PySide6.QtGui, PySide6.QtWidgets"])
        if code != 0:
            raise Stop("Qt cannot be loaded: %s" % last_line(said))
        return
    code, said = quiet([python, "-c", PROBE, *platform_plugins(os.environ)])
    problem = library_problem(code, said)
    if problem:
        raise Stop(problem)
    say("System libraries: all there.")


def library_problem(code, said):
    """What the probe's result means; None = all well."""
    loader = re.findall(r"(\S+\.so[.\d]*): cannot open shared object file", said)
    missing = [line.strip() for line in said.splitlines() if re.match(r"\S+\.so[.\d]*$", line.strip())] + loader
    if missing:
        known = sorted(set(DEBIAN_PACKAGES[name] for name in missing if name in DEBIAN_PACKAGES))
        unknown = sorted(set(name for name in missing if name not in DEBIAN_PACKAGES))
        text = "the product's screens need shared libraries that are missing: %s." % ", ".join(sorted(set(missing)))
        if known:
            text += " On Debian and Ubuntu: apt-get install %s" % " ".join(known)
        if unknown:
            text += " (for %s search packages.debian.org)" % ", ".join(unknown)
        return text
    if "NO-FONTS" in said:
        return "this system has no font at all, so the screens would be blank. On Debian and Ubuntu: apt-get install %s" % FONTS_PACKAGE
    return None if code == 0 else "Qt cannot be loaded: %s" % last_line(said)


# --- models, start -----------------------------------------------------------------------------------------------------


def install_models(python):
    say("Models: checking, and downloading what is missing (about 135 MB the first time) ...")
    code = subprocess.call([python, "-m", "kiosk", "models", "install"], cwd=ROOT)
    if code == 2:
        raise Stop(
            "the default models are not complete (see above). Without a network: make a bundle on another machine with "
            "`kiosk models bundle FILE`, then `%s -m kiosk models install --from FILE`." % os.path.relpath(python, ROOT)
        )
    if code != 0:
        raise Stop("`kiosk models install` ended with code %d (see above)." % code)


def start(mode, python, rest):
    if mode == "test":
        # a file stays with one process: its models are loaded once. Each process takes some 2 GB. tests/conftest.py says which come first
        command = [python, "-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder", *rest]
    else:
        command = [python, "-m", "ui", mode, *from_here(rest)]
    say("Starting: %s" % " ".join([os.path.relpath(python, ROOT), *command[1:]]))
    child = subprocess.Popen(command, cwd=ROOT)
    try:
        code = child.wait()
    except KeyboardInterrupt:
        end(child)
        raise
    return code if code >= 0 else 128 - code  # as a shell tells that a signal ended it


def end(child):
    """After Ctrl-C: the terminal has told the child too, which may put its things away; then it is told again, then it is ended."""
    for tell in (None, child.terminate, child.kill):
        if tell is not None:
            tell()
        try:
            child.wait(END_S)
            return
        except subprocess.TimeoutExpired:
            pass
        except KeyboardInterrupt:  # no patience left
            pass


def from_here(arguments):
    """The demo's folder as the person means it who stands in another folder than this file's."""
    done = []
    for number, argument in enumerate(arguments):
        if number and arguments[number - 1] == "--out":
            argument = os.path.abspath(argument)
        elif argument.startswith("--out="):
            argument = "--out=" + os.path.abspath(argument[len("--out=") :])
        done.append(argument)
    return done


# --- small things ------------------------------------------------------------------------------------------------------


def quiet(command):
    """(exit code, everything it said)"""
    try:
        done = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        return 127, str(error)
    return (lambda said: (done.returncode, said.decode("utf-8", "replace")))(done.communicate()[0])


def no_room(said):
    return "No space left on device" in said or "[Errno 28]" in said or "not enough space on the disk" in said


def last_line(said):
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1]


def read_json(path):
    try:
        with open(path) as stream:
            return json.load(stream)
    except (OSError, ValueError):
        return None


def write_if_changed(path, text):
    try:
        with open(path) as stream:
            if stream.read() == text:
                return
    except OSError:
        pass
    with open(path, "w") as stream:
        stream.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
