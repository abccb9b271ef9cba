"""The bootstrap says in one sentence what a machine lacks, and does nothing twice."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

import dev


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose only programs are the ones that the test puts into the folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SILTA_TEST_BROWSER", raising=False)
    monkeypatch.setattr(dev, "BROWSERS", ("chromium", "google-chrome"))
    monkeypatch.setattr(dev, "root_prefix", list)
    (tmp_path / "env").symlink_to("/usr/bin/env")
    return tmp_path


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """An environment of this Python with nothing stamped; gives the list of steps taken."""
    library = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (tmp_path / "lib" / library).mkdir(parents=True)
    (tmp_path / "python").touch()
    taken: list[str] = []
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(dev, "step", lambda text, _command: taken.append(text))
    return taken


def test_an_unchanged_lock_is_installed_once(venv):
    dev.install("run")
    assert venv == ["installing uv", "installing the packages of requirements/run.txt"]
    dev.install("run")
    assert len(venv) == 2


def test_the_dev_lock_holds_the_run_lock_too(venv):
    dev.install("dev")
    dev.install("run")
    assert len(venv) == 2


def test_a_changed_lock_is_installed_again(venv, tmp_path):
    dev.install("run")
    (tmp_path / "silta-run.stamp").write_text("of another lock")
    dev.install("run")
    assert venv[2:] == ["installing the packages of requirements/run.txt"]


def test_an_old_python_hands_over_or_says_so(machine, monkeypatch, capsys):
    monkeypatch.setattr(dev, "OLDEST", (99, 0))
    assert dev.main("install") == 2
    assert "Silta needs Python 3.11 or newer" in capsys.readouterr().err
    started = []
    monkeypatch.setattr(os, "execv", lambda path, words: started.append((path, words[0])))
    program(machine, "python3.12", "exit 0")
    dev.need_python()
    assert started == [(str(machine / "python3.12"),) * 2]


def test_a_python_without_venv_names_the_package(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(dev.Missing, match="apt-get install python3-venv"):
        dev.make_venv()


def test_a_stub_in_place_of_a_browser_is_passed_over(machine):
    program(machine, "chromium", "echo install the snap >&2; exit 1")
    program(machine, "google-chrome", "echo Chrome 1")
    assert dev.browser() == str(machine / "google-chrome")


def test_a_named_browser_goes_before_all_others(machine, monkeypatch):
    program(machine, "chromium", "echo Chromium 1")
    monkeypatch.setenv("SILTA_TEST_BROWSER", "/elsewhere/browser")
    assert dev.browser() == "/elsewhere/browser"


def test_a_missing_browser_is_installed(machine):
    asked = machine / "asked"
    chromium = "echo '#!/bin/sh' > $0.new; /bin/chmod 755 $0.new; /bin/mv $0.new ${0%/*}/chromium"
    program(machine, "apt-get", f'echo "$@" >> {asked}\n[ "$3" != install ] || {{ {chromium}; }}')
    assert dev.browser() == str(machine / "chromium")
    assert [line.split()[2:] for line in asked.read_text().splitlines()] == [
        ["update"],
        ["install", "-y", "--no-install-recommends", "chromium"],
    ]


def test_no_way_to_a_browser_names_one_command(machine, monkeypatch):
    monkeypatch.setattr(dev, "browser_of_playwright", lambda: "")
    with pytest.raises(dev.Missing, match=r"playwright install chromium$"):
        dev.browser()
    program(machine, "apt-get", "exit 100")
    with pytest.raises(dev.Missing, match=r"sudo apt-get install chromium$"):
        dev.browser()


def test_an_unusable_home_is_replaced(monkeypatch, tmp_path):
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "gone"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("HTTPS_PROXY", "kept")
    env = dev.environment()
    assert env["HOME"] == str(tmp_path / ".cache")
    assert env["UV_CACHE_DIR"].startswith(env["HOME"])
    assert env["HTTPS_PROXY"] == "kept"
    assert "PYTHONDONTWRITEBYTECODE" not in env
