"""What a program costs while nothing happens: memory for itself and for each visitor, and the time of a start."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.playground.teams.workspace import APP_ID, APP_PASSWORD, TENANT
from tests.bench import machine, programs
from tests.bench.programs import Program
from tests.bench.rates import Found, Plan, staged
from tests.bench.table import Figure
from tests.bench.visitors import Crowd

IMPORTS = """import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
print("ready", flush=True)
sys.stdin.read()
"""
IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)
MIB, KIB = 2**20, 2**10


async def memory(plan: Plan, *, is_floor: bool) -> Found:
    """The growth from nobody to so many connected visitors who are silent, shared among them."""
    with TemporaryDirectory(prefix="bench-") as name:
        async with programs.slack_running() as slack:
            folder = Path(name)
            made = programs.floor(folder, slack) if is_floor else programs.product(folder, slack.api, tree=plan.tree)
            async with programs.running(made):
                grown = await _each(made, plan, is_floor=is_floor)
    return {Figure(f"memory, {plan.sockets} connected", "a connected visitor", "KiB"): grown}


async def _each(made: Program, plan: Plan, *, is_floor: bool) -> float:
    crowd = Crowd(made.url, is_floor)
    try:
        await crowd.arrive(plan.sockets)
        await asyncio.sleep(plan.settled)
        before = machine.pss(made.pid)
        await crowd.connect()
        await asyncio.sleep(plan.settled)
        return (machine.pss(made.pid) - before) / plan.sockets / KIB
    finally:
        await crowd.leave()


async def start(plan: Plan, *, is_floor: bool) -> Found:
    """The product on a database that is there already, beside a script that imports the same modules and waits."""
    return await _begun(plan, "nobody there (floor: a script with the same imports)", is_floor=is_floor)


async def both(plan: Plan, *, is_floor: bool) -> Found:
    """The same with Slack and Teams. Nobody answers for Teams: nothing but the memory of its modules is asked for."""
    nowhere = f"http://127.0.0.1:{programs.free_port()}"
    teams = {
        "teams_app_id": APP_ID,
        "teams_app_password": APP_PASSWORD,
        "teams_tenant_id": TENANT,
        "teams_login_url": nowhere,
        "teams_openid_url": nowhere,
        "teams_service_url": nowhere,
        "log_level": "ERROR",
    }
    return await _begun(plan, "nobody there, Slack and Teams (floor: the imports)", is_floor=is_floor, **teams)


async def _begun(plan: Plan, row: str, *, is_floor: bool, **changes: str) -> Found:
    with TemporaryDirectory(prefix="bench-") as name:
        async with programs.slack_running() as slack:
            made = programs.product(Path(name), slack.api, tree=plan.tree, **changes)
            names = await _modules(made, plan.tree)
            figures = await _imported(names, plan) if is_floor else await _started(made, plan)
    about = (("start", "s"), ("start, CPU", "s"), ("idle", "MiB"))
    return {Figure(row, *name): value for name, value in zip(about, figures, strict=True)}


async def _modules(made: Program, tree: Path) -> list[str]:
    """What the server imports, in its order. Starts it once, which also makes its database."""
    command = [made.command[0], "-X", "importtime", *made.command[1:]]
    child = await asyncio.create_subprocess_exec(*command, cwd=tree, stderr=asyncio.subprocess.PIPE)
    talk = asyncio.create_task(child.communicate())
    await made.listens(child)
    await asyncio.sleep(1.0)
    child.send_signal(signal.SIGTERM)
    _, said = await talk
    return IMPORTED.findall(said.decode())


async def _started(made: Program, plan: Plan) -> tuple[float, float, float]:
    async with programs.running(made):
        worked = machine.cpu(made.pid)
        await asyncio.sleep(plan.settled)
        return made.took, worked, machine.pss(made.pid) / MIB


async def _imported(names: list[str], plan: Plan) -> tuple[float, float, float]:
    began = time.monotonic()
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", IMPORTS, *names, cwd=plan.tree, stdin=pipe, stdout=pipe
    )
    assert child.stdout is not None
    await child.stdout.readline()
    took, worked = time.monotonic() - began, machine.cpu(child.pid)
    await asyncio.sleep(plan.settled)
    memory = machine.pss(child.pid) / MIB
    child.kill()
    await child.wait()
    return took, worked, memory


async def restart(plan: Plan, *, is_floor: bool) -> Found:
    """From SIGTERM to the next open port, with visitors connected and their conversations in the database."""
    async with staged(plan, is_floor=is_floor) as stage:
        down = await stage.program.stop()
        up = await stage.program.start()
    row = f"restart with {plan.visitors} connected"
    return {Figure(row, "down", "s"): down, Figure(row, "up", "s"): up, Figure(row, "away", "s"): down + up}
