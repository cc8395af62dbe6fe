"""Renews requirements.lock from pyproject.toml: `python installer/renew_lock.py [--upgrade]`. Needs uv; see docs/guides/dependencies.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Renewed with installer/renew_lock.py; installed by bootstrap.py with --no-deps --require-hashes. Names no package index.\n"
NEVER = "sys_platform == 'never'"


def entries(text: str) -> list[str]:
    """One text per package: its line, its hashes, its comments."""
    return [entry for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE) if entry.strip()]


def without_never(text: str) -> str:
    """Drops the packages that the overrides forbid, and their mention in the comments of others."""
    dropped = {entry.partition("==")[0] for entry in entries(text) if NEVER in entry.partition("\n")[0]}
    kept = [entry for entry in entries(text) if entry.partition("==")[0] not in dropped]
    mention = re.compile(rf"^    #(?: via)?   (?:{'|'.join(map(re.escape, sorted(dropped)))})\n", re.MULTILINE) if dropped else None
    return "".join(mention.sub("", entry) if mention else entry for entry in kept)


def main(arguments: list[str]) -> int:
    lock = ROOT / "requirements.lock"
    raw = lock.with_suffix(".lock.new")
    if "--upgrade" not in arguments and lock.is_file():
        raw.write_text(lock.read_text(encoding="utf-8"), encoding="utf-8")  # uv keeps the versions that it finds there
    command = ["uv", "pip", "compile", "pyproject.toml", "--extra", "dev", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet"]
    command += ["--overrides", "installer/overrides.txt", "-o", raw.name, *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode == 0:
            lock.write_text(HEADER + without_never(raw.read_text(encoding="utf-8")), encoding="utf-8")
    except FileNotFoundError:
        print("uv is not on the path: get it with `python -m pip install uv` in an environment of its own", file=sys.stderr)
        return 2
    finally:
        raw.unlink(missing_ok=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
