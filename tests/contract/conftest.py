"""The contracts are no test modules themselves: their assertions explain themselves all the same."""

import pytest

pytest.register_assert_rewrite("tests.contract.workplace", "tests.contract.wire")
