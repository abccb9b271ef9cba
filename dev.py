#!/usr/bin/env python3
"""One bootstrap for everything: a virtual environment from hashed locks, then the wanted command.

Standard library only, and readable by older Pythons, so that they can say what is missing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
HEARTBEAT = 15.0
BEGAN = time.monotonic()
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FETCH = ".venv/bin/python -m playwright install chromium"
CACHES = (".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "htmlcov")
COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
)


class Missing(Exception):
    """Something this machine lacks; the message is one sentence that says what to do."""


def say(text: str) -> None:
    print(f"[{time.monotonic() - BEGAN:6.1f} s] {text}", flush=True)


# --- the environment that commands run in


def is_writable(folder: str) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def environment() -> dict[str, str]:
    """The caller's environment, passed through, with what uv needs and without slow starts."""
    env = dict(os.environ)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start compiles everything again
    env.setdefault("UV_SYSTEM_CERTS", "1")
    env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    if not is_writable(env.get("HOME") or os.path.expanduser("~")):
        cache = ROOT / ".cache"
        cache.mkdir(exist_ok=True)
        env["HOME"] = str(cache)
        env.setdefault("UV_CACHE_DIR", str(cache / "uv"))
    return env


def step(text: str, command: list[str], *, needed: bool = True) -> bool:
    """Run quietly, show that it lives, and show all of its output only when it fails."""
    say(text)
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=output, stderr=subprocess.STDOUT)
        while not ended(child):
            say(f"  still at it: {text}")
        if child.returncode == 0:
            return True
        output.seek(0)
        print(output.read().decode(errors="replace"), file=sys.stderr)
    if needed:
        raise Missing(f"This step failed (its output is above): {' '.join(command)}")
    return False


def ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(timeout=HEARTBEAT)
    except subprocess.TimeoutExpired:
        return False
    return True


def python(*arguments: str, **extra: str) -> int:
    """Run the environment's Python with the terminal attached; its exit code."""
    return subprocess.call([str(PYTHON), *arguments], cwd=ROOT, env={**environment(), **extra})


def become(*arguments: str) -> int:
    """Like python(), but replaces this process, so that signals reach the program itself."""
    if os.name != "nt":
        os.chdir(ROOT)
        os.execve(PYTHON, [str(PYTHON), *arguments], environment())
    return python(*arguments)


def first_that_starts(programs: tuple[str, ...]) -> str:
    return next((path for path in map(shutil.which, programs) if path and starts(path)), "")


def starts(path: str) -> bool:
    """A program of the right name may be a stub that only says what else to install."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


# --- the virtual environment


def installed(lock: str) -> bool:
    stamp = VENV / f"silta-{lock}.stamp"
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == fingerprint(lock)


def fingerprint(lock: str) -> str:
    digest = hashlib.sha256((LOCKS / f"{lock}.txt").read_bytes()).hexdigest()
    return f"{sys.version_info[0]}.{sys.version_info[1]} {digest}"


def is_of_this_python() -> bool:
    """A system upgrade leaves an environment whose packages the new Python does not see."""
    library = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return PYTHON.exists() and (os.name == "nt" or (VENV / "lib" / library).is_dir())


def install(lock: str) -> None:
    """Nothing when the lock is unchanged; the dev lock holds the run lock too."""
    if installed(lock) or installed("dev"):
        return
    if not is_of_this_python():
        make_venv()
    if not installed("boot"):
        install_uv()
    packages = ["pip", "install", "--require-hashes", "-r", f"requirements/{lock}.txt"]
    uv = [str(BIN / "uv"), *packages, "--quiet", "--python", str(PYTHON)]
    step(f"installing the packages of requirements/{lock}.txt", uv)
    stamp(lock)
    say("packages are in place")


def make_venv() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Missing(
            "Python cannot make virtual environments here: install the package python3-venv"
            " (Debian, Ubuntu: apt-get install python3-venv), then run this again."
        )
    make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    step("making the virtual environment .venv", make)


def install_uv() -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes"]
    step("installing uv", [*pip, "-r", "requirements/boot.txt"])
    stamp("boot")


def stamp(lock: str) -> None:
    (VENV / f"silta-{lock}.stamp").write_text(fingerprint(lock))


# --- a browser for the browser tests


def browser() -> str:
    """The path of a browser that starts; installed when there is none."""
    found = os.environ.get("SILTA_TEST_BROWSER") or first_that_starts(BROWSERS)
    if not found and shutil.which("apt-get") and root_prefix() is not None:
        apt_install("chromium")
        found = first_that_starts(BROWSERS)
    if not found:
        found = browser_of_playwright()
    if not found:
        by_hand = "sudo apt-get install chromium" if shutil.which("apt-get") else FETCH
        raise Missing(f"The browser tests need a browser, and this is how to get one: {by_hand}")
    return found


def root_prefix() -> list[str] | None:
    """What to put before a command that needs root; None when there is no way without asking."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
        sudo = None
    return [sudo, "-n"] if sudo else None


def apt_install(package: str) -> None:
    apt = [*(root_prefix() or []), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    apt += ["-o", "DPkg::Lock::Timeout=600"]
    step("reading the list of system packages", [*apt, "update"], needed=False)
    install_it = [*apt, "install", "-y", "--no-install-recommends", package]
    step(f"installing {package}", install_it, needed=False)


def browser_of_playwright() -> str:
    fetch = [str(PYTHON), "-m", "playwright", "install", "chromium"]
    if shutil.which("apt-get") and root_prefix() == []:
        fetch.append("--with-deps")
    if not step("fetching a browser with playwright", fetch, needed=False):
        return ""
    ask = (
        "from playwright.sync_api import sync_playwright as start\nwith start() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([str(PYTHON), "-c", ask], capture_output=True, text=True, env=environment(), check=False)
    path = answer.stdout.strip()
    return path if path and starts(path) else ""


# --- the commands


def cmd_install(_rest: list[str]) -> int:
    install("dev")
    say("ready: .venv holds everything")
    return 0


def cmd_demo(rest: list[str]) -> int:
    install("run")
    return become("app.py", "demo", *rest)


def cmd_run(rest: list[str]) -> int:
    install("run")
    return become("app.py", *(rest or ["serve"]))


def cmd_test(rest: list[str]) -> int:
    """All but the slow ones and, unless a folder is named, the kills: they are minutes of waiting for processes."""
    names_some = any(argument.startswith("tests") for argument in rest)
    return tested(rest if names_some else ["--ignore=tests/kill", *rest])


def cmd_test_kill(rest: list[str]) -> int:
    return tested(["tests/kill", *rest])


def tested(rest: list[str]) -> int:
    install("dev")
    extra = {"PYTHONHASHSEED": "0"}  # what is random then is the same each time
    if not any("not browser" in argument for argument in rest):
        extra["SILTA_TEST_BROWSER"] = browser()
    say("running the tests")
    return python("-m", "pytest", "-q", "-n", "2", "--dist", "loadscope", *rest, **extra)


def cmd_test_slow(rest: list[str]) -> int:
    return tested(["-m", "slow", *rest])


def cmd_check(_rest: list[str]) -> int:
    """All of them are run, so that one look shows everything there is to mend."""
    install("dev")
    wanted = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("pytest", "-q", "tests/house"),
    )
    failed = [" ".join(command) for command in wanted if checked(command)]
    say("check: " + (f"failed: {', '.join(failed)}" if failed else "all is well"))
    return 1 if failed else 0


def checked(command: tuple[str, ...]) -> int:
    say(" ".join(command))
    return python("-m", *command)


def cmd_bench(rest: list[str]) -> int:
    install("dev")
    return become("-m", "tests.bench", *rest)


def cmd_lock(rest: list[str]) -> int:
    """Write the locks anew; pins stay as they are unless --upgrade is given."""
    install("dev")
    floors = ["-c", "requirements/floors.txt"]
    lock("run", [*floors, "pyproject.toml"], rest)
    lock("dev", [*floors, "-c", "requirements/run.txt", "--group", "dev", "pyproject.toml"], rest)
    lock("boot", ["-c", "requirements/dev.txt", "requirements/boot.in"], rest)
    return 0


def cmd_clean(_rest: list[str]) -> int:
    """Everything that can be made again; never data, never .env."""
    for name in (".venv", ".cache", *CACHES):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    return 0


def lock(name: str, sources: list[str], rest: list[str]) -> None:
    header = ["--custom-compile-command", "python3 dev.py lock"]
    output = ["-o", f"requirements/{name}.txt"]
    step(f"locking {name}", [str(BIN / "uv"), *COMPILE, *header, *output, *sources, *rest])


COMMANDS = {
    "install": (cmd_install, "make .venv with everything needed for developing"),
    "demo": (cmd_demo, "the whole product on this machine, no accounts needed"),
    "run": (cmd_run, "start the server; other words go to app.py as they are"),
    "test": (cmd_test, "all tests but the slow ones; further arguments go to pytest"),
    "test-kill": (cmd_test_kill, "the bridge is killed, stopped and cut off while everybody talks"),
    "test-slow": (cmd_test_slow, "the slow tests"),
    "check": (cmd_check, "lint, format, types and the house rules"),
    "bench": (cmd_bench, "the benchmarks"),
    "clean": (cmd_clean, "remove .venv and the caches; data and .env stay"),
    "lock": (cmd_lock, "write the lock files anew (--upgrade for newer versions)"),
}


def need_python() -> None:
    """Hand over to a newer Python on this machine, or say that there is none."""
    if sys.version_info >= OLDEST:
        return
    newer = first_that_starts(NEWER)
    if not newer:
        have = ".".join(map(str, sys.version_info[:2]))
        raise Missing(f"Silta needs Python 3.11 or newer, and this is {have}: install it first.")
    os.execv(newer, [newer, *sys.argv])


def usage() -> str:
    lines = (f"  {name:<10} {text}" for name, (_, text) in COMMANDS.items())
    return "\n".join(["usage: python3 dev.py COMMAND [what the command is handed]", "", *lines])


def main(command: str = "", *rest: str) -> int:
    if command not in COMMANDS:
        print(usage())
        return 0 if command in ("-h", "--help", "help") else 2
    try:
        need_python()
        return COMMANDS[command][0](list(rest))
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
