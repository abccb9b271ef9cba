"""Plumbing for the whole test run; what tests are made of lives in tests/world.py."""

pytest_plugins = ["tests.world", "tests.storage.postgres_server"]
