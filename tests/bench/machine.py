"""What the system says of a process, and of the machine."""

from __future__ import annotations

import os
import platform
import resource
import sqlite3
from importlib.metadata import version
from pathlib import Path


def cpu(pid: int) -> float:
    """Seconds of processor time of all of its threads, to the nanosecond."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


def pss(pid: int) -> int:
    """Bytes: its own pages, and its share of those that it has in common with others."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def database_bytes(path: str) -> int:
    """How much of the database is in use, whether it stands in the file or still in its log."""
    connection = sqlite3.connect(path)
    try:
        names = ("page_count", "freelist_count", "page_size")
        pages, free, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in names)
        return (pages - free) * size
    finally:
        connection.close()


def raise_file_limit() -> int:
    """As many open files as we may have; returns how many those are."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def description() -> str:
    """The machine in a line, without anything that names it."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "uvloop"))
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}"
    return f"{cores} shared cores, {memory:.0f} GiB of memory, {platform.system()}, {versions}"
