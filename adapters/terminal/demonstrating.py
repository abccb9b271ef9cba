"""The settings of the demo: everything on this machine, and a database that is thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters import settings as table
from adapters.settings import Settings


def demo_settings(folder: Path, port: int, access: dict[str, Any]) -> Settings:
    """`access` is how the pretend workplaces and the pretend mail server are reached."""
    return table.load(
        None,
        port=port,
        database=str(folder / "demo.db"),
        smtp_security="none",
        mail_from="chat@shop.example",
        log_level="WARNING",
        **access,
    )
