"""Shared by every test: nothing takes more than one core, and shapes in signatures are checked at run time."""

import os

# As a worker. Tests run side by side, and threads of one would wait for cores that the other has; the order of a sum,
# and so its last bit, depends on their number, too. For this process, which has no torch yet, and for all it starts.
os.environ["OMP_NUM_THREADS"] = "1"

from jaxtyping import install_import_hook

# Importing the library below this line checks every annotated tensor shape while the tests run.
install_import_hook("cnn_vs_rnn", "beartype.beartype")
