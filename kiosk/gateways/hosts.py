"""Which hosts are this machine: only to them may a code travel unencrypted."""

from __future__ import annotations

import ipaddress


def is_this_machine(host: str) -> bool:
    """By its name or number alone; nothing is looked up, so that no DNS answer can make another machine ours."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
