"""docs/bench.md: what is measured, and the table of the last run."""

from __future__ import annotations

from typing import Final

from tests.bench import machine
from tests.bench.table import Table

WORDS: Final = """# The benchmark

Silta beside the least that such a program can do. `make bench` measures and prints; `make bench ARGS=--write` writes this page.
No test asserts a speed: the figures depend on the machine, the ratios less so.

- **The floor** (`tests/bench/floor.py`): one process, uvloop, a WebSocket for each visitor, raw sqlite3 (WAL, synchronous FULL),
  one INSERT a message, grouped commits in a writer thread, one HTTP session that posts, a bare socket for events. It has no
  accounts, limits, order, retries, receipts, cards or history: it says what the machine takes, not what would be enough.
- **Silta** runs as `app.py serve`, with its limits and its pace out of the way (`SILTA_LIMIT_*`, `SILTA_SLACK_PACE=off`), but for the burst.
- **The pretend Slack** (`tests/bench/slack.py`) is a third process, the visitors (`tests/bench/visitors.py`) are a fourth. It answers
  at once, speaks Web API and Socket Mode, and does not limit. In the burst it is the strict one of `adapters/playground` with Slack's limits.
- **Open loop**: messages go out when they are due, whatever came back; lateness counts from then. All visitors are connected
  and in claimed threads. Runs of the two programs take turns; a value is the median of the runs, a ratio that of the medians.
- **CPU** is the processor time of the server's threads (`/proc`) divided by the messages, with what it does by itself meanwhile: at 1/s that
  is most of it. At 1/s the p99 is the slowest of a few.
- **A rate that was not reached** has a line *rate reached*; the times above it are then those of a queue that grows.
- **Memory** is PSS. The import script imports what the server has imported, and waits.
- **Silta does more than the floor by design**: a message is read, stored, queued, posted, marked as posted and shown again to every
  tab of its visitor; durable in three commits.

`--rows`, `--rates`, `--runs`, `--seconds` and `--sockets` choose a part, `--short` is one small run of all, `--tree FOLDER` measures another checkout.
"""


def page(table: Table, runs: int) -> str:
    """The whole page."""
    about = f"Median of {runs} interleaved runs. {machine.description()}; other work ran on the machine meanwhile."
    return "\n".join([WORDS, "## Figures", "", about, "", *table.lines(), ""])
