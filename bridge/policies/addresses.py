"""Where an address leads."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def parts(address: str) -> SplitResult | None:
    """The address in parts; nothing when it is not an address at all."""
    try:
        found = urlsplit(address)
        _ = found.port
    except ValueError:
        return None
    return found


def is_loopback(address: str, *, scheme: str = "http") -> bool:
    """Whether the address leads to this machine, without a user name that could hide its host."""
    found = parts(address)
    return found is not None and found.scheme == scheme and "@" not in found.netloc and _is_here(found.hostname or "")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
