"""docs/bench.md: the words stay, the figures are those of the last run."""

from __future__ import annotations

from typing import Final

from tests.bench import machine, programs
from tests.bench.table import Table

HEADING: Final = "## Figures\n"


def written(table: Table, runs: int) -> None:
    """Put the table under the page's last heading."""
    page = programs.ROOT / "docs" / "bench.md"
    words = page.read_text(encoding="utf-8").partition(HEADING)[0]
    runs_of = f"Median of {runs} interleaved runs, the burst and the deadlines are one run."
    about = f"{runs_of} {machine.description()}; other work ran meanwhile."
    page.write_text("\n".join([words + HEADING, about, "", *table.lines(), ""]), encoding="utf-8")
