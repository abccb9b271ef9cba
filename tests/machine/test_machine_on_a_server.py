"""A sample of the state machine's runs on PostgreSQL, where every turn is a real transaction of a pool."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from tests.machine.server import ServerStore
from tests.machine.test_machine import QUIET, Bridge
from tests.machine.town import Town
from tests.storage.postgres_server import PostgresServer

SAMPLE = settings(
    max_examples=4,
    stateful_step_count=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=QUIET,
)
MANY = settings(SAMPLE, max_examples=60, stateful_step_count=40)


@pytest.fixture
def machine(postgres: PostgresServer) -> Iterator[type[Bridge]]:
    """The machine, with an empty database for each example."""
    with postgres.database() as name:

        class ServedBridge(Bridge):
            @initialize(seed=st.integers(0, 2**16))
            def begin(self, seed: int) -> None:
                postgres.empty(name)
                url = postgres.url(name)
                self.town = Town(seed, make_store=lambda signals, loop: ServerStore(url, signals, loop))
                self.town.begin()

        yield ServedBridge


@pytest.mark.postgres
def test_a_sample_on_a_server(machine: type[Bridge]) -> None:
    run_state_machine_as_test(machine, settings=SAMPLE)


@pytest.mark.postgres
@pytest.mark.slow
def test_many_on_a_server(machine: type[Bridge]) -> None:
    run_state_machine_as_test(machine, settings=MANY)
