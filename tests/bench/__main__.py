"""`python -m tests.bench`: the product beside the floor. Prints figures; asserts nothing."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import uvloop

from tests.bench import burst, lateness, machine, programs, rates, standing, teams
from tests.bench.report import written
from tests.bench.table import FLOOR, PRODUCT, Table

STANDING = {
    "rates": rates.measure,
    "memory": standing.memory,
    "start": standing.start,
    "both": standing.both,
    "restart": standing.restart,
}
BEGAN = time.monotonic()
ROWS = (*STANDING, "burst", "deadlines", "teams")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS), help="only these rows")
    parser.add_argument("--short", action="store_true", help="one small run without a restart, in less than a minute")
    parser.add_argument("--runs", type=int, default=5, help="interleaved runs whose median is shown (5)")
    parser.add_argument("--rates", type=float, nargs="+", default=[1, 50, 200, 500], help="messages a second")
    parser.add_argument("--seconds", type=float, default=6, help="length of a window at one rate (6)")
    parser.add_argument("--sockets", type=int, default=5000, help="visitors of the memory row (5000)")
    parser.add_argument("--tree", type=Path, default=programs.ROOT, help="measure the product of another checkout")
    parser.add_argument("--write", action="store_true", help="write the table to docs/bench.md")
    return parser.parse_args()


async def _measured(chosen: argparse.Namespace, table: Table) -> None:
    plan = rates.Plan(
        tuple(chosen.rates), chosen.seconds, visitors=100, sockets=chosen.sockets, tree=chosen.tree.resolve()
    )
    if chosen.short:
        plan, chosen.runs = rates.Plan((50.0,), 1.0, visitors=5, sockets=200, settled=1.0, tree=plan.tree), 1
        chosen.rows = [row for row in chosen.rows if row != "restart" or len(chosen.rows) == 1]
    for run in range(chosen.runs):
        await _run(run, plan, chosen, table)
    if "burst" in chosen.rows:
        _say("burst")
        table.add(PRODUCT, await burst.measure(burst.SMALL if chosen.short else burst.FULL, tree=plan.tree))
    if "deadlines" in chosen.rows:
        _say("deadlines")
        table.add(PRODUCT, await lateness.measure(lateness.SMALL if chosen.short else lateness.FULL, tree=plan.tree))
    if "teams" in chosen.rows:
        _say("teams")
        await teams.measure(teams.SMALL if chosen.short else teams.FULL, table)


async def _run(run: int, plan: rates.Plan, chosen: argparse.Namespace, table: Table) -> None:
    """One run of each program, and the other first the next time."""
    for is_floor in (run % 2 == 1, run % 2 == 0):
        name = FLOOR if is_floor else PRODUCT
        for row, measure in STANDING.items():
            if row in chosen.rows:
                _say(f"run {run + 1}, {row}, {name}")
                table.add(name, await measure(plan, is_floor=is_floor))


def _say(text: str) -> None:
    print(f"{time.monotonic() - BEGAN:4.0f} s  {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print, and write if asked."""
    chosen = _arguments()
    machine.raise_file_limit()
    table = Table()
    uvloop.run(_measured(chosen, table))
    print("\n".join(table.lines()))
    if chosen.write:
        written(table, chosen.runs)


if __name__ == "__main__":
    main()
