"""A court for each test."""

import pytest
from court import Court


@pytest.fixture
def court(tmp_path) -> Court:
    return Court(tmp_path)


@pytest.fixture
def new_court(tmp_path):
    return lambda: Court(tmp_path)
