"""What tests of the configuration share."""

import shutil

import pytest
from contest import CONF


@pytest.fixture
def conf(tmp_path):
    """A copy of conf/ to make mistakes in."""
    return shutil.copytree(CONF, tmp_path / "conf mit Umläuten = $x")
