"""Fair, budget-matched contests of convolutional against recurrent networks.

The library behind the Kedro application in ``pipelines/``. It knows torch and Lightning and none of
kedro, hydra, mlflow or dvc, so it is usable from a notebook and testable alone. Importing this
package, ``cnn_vs_rnn.config`` or ``cnn_vs_rnn.errors`` does not import torch: a typo in a configuration is
reported before the slow imports.
"""

import os

__version__ = "0.1.0"

# numba (below aeon) sets the thread count of the OpenMP runtime that it shares with torch: after one MiniRocket, a
# process limited to one torch thread would train on all cores again, and small networks tens of times slower.
os.environ.setdefault("NUMBA_NUM_THREADS", "1")
