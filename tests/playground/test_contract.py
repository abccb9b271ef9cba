"""The pretend Slack against the published contract of every method, and against its own page."""

import re
from pathlib import Path

import pytest

from adapters.playground.api import HANDLERS
from adapters.playground.contract import GENERIC, METHODS
from adapters.playground.events import EVENTS
from adapters.playground.faults import AFTER, BEFORE, CODED, CODED_AFTER
from adapters.playground.scopes import SCOPES
from adapters.playground.wiring import SOCKET_FAULTS
from tests.playground.samples import load, needed

PAGE = (Path(__file__).parents[2] / "docs" / "playground.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def published():
    return load("method_contracts.json")


@needed
@pytest.mark.parametrize("method", METHODS)
class TestTheContractOf:
    def test_its_tier_and_body_format(self, published, method):
        ours, theirs = METHODS[method], published[method]
        assert (ours.tier, ours.json) == (theirs["rate_limit_tier"], theirs["json_input"])

    def test_its_required_arguments(self, published, method):
        assert {"token", *METHODS[method].required} == set(published[method]["required"])

    def test_its_arguments(self, published, method):
        assert METHODS[method].arguments == set(published[method]["arguments"])

    def test_its_errors_are_documented(self, published, method):
        assert set(METHODS[method].errors) <= set(published[method]["error_codes"])


@needed
@pytest.mark.parametrize("method", METHODS)
def test_the_scopes_of(published, method):
    theirs = published[method]["scope"].get("bot") if published[method]["scope"] else None
    wanted = [] if method == "chat.getPermalink" else theirs or []
    assert set(SCOPES.get(method, ())) == set(wanted)


def test_every_method_of_the_table_is_implemented_and_no_other():
    assert set(HANDLERS) == set(METHODS)


def test_a_generic_error_is_not_listed_again():
    repeated = {name: GENERIC & set(row.errors) for name, row in METHODS.items()}
    assert not any(repeated.values())


def rows(title: str) -> dict[str, list[str]]:
    """A table of the page: its first column and the rest."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first.strip("`"): rest for first, *rest in cells}


def test_the_page_lists_the_methods():
    assert {name: rest[:2] for name, rest in rows("Methods").items()} == {
        name: [row.tier, "JSON" if row.json else "form"] for name, row in METHODS.items()
    }


def test_the_page_lists_the_events():
    assert {name: rest[0] for name, rest in rows("Events").items()} == EVENTS


def test_the_page_lists_the_faults():
    listed = {re.sub(r"<.*>", "", name) for name in rows("Faults of a call")}
    assert listed == {*BEFORE, *AFTER, CODED, CODED_AFTER}


def test_the_page_lists_the_faults_of_the_sockets():
    assert {name: rest[0] for name, rest in rows("Faults of the sockets").items()} == SOCKET_FAULTS
