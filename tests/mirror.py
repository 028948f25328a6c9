"""Tests on real files need a mirror of them: a folder that DATA_MIRROR names."""

import os

import pytest

needs_mirror = pytest.mark.skipif(not os.environ.get("DATA_MIRROR"), reason="DATA_MIRROR names no folder of data sets")
