"""A data set of 70,000 images is ingested, prepared and trained on in less than 2 GiB."""

import os
import subprocess
import sys
from pathlib import Path

from mirror import needs_mirror

TESTS = Path(__file__).parents[1]
GIB = 2**30


@needs_mirror
def test_fashion_mnist_stays_below_2_gib(tmp_path):
    # A process of its own: the peak of this one is that of all tests before
    done = subprocess.run(
        [sys.executable, str(TESTS / "fashion_mnist_memory.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(TESTS.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    train, epochs, peak = map(int, done.stdout.split())
    assert (train, epochs) == (48000, 1)
    assert 0.2 * GIB < peak < 2 * GIB
