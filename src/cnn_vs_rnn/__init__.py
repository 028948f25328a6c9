"""Fair, budget-matched contests of convolutional against recurrent networks.

The library behind the Kedro application in ``pipelines/``. It knows torch and Lightning and none of
kedro, hydra, mlflow or dvc, so it is usable from a notebook and testable alone. Importing this
package, ``cnn_vs_rnn.config`` or ``cnn_vs_rnn.errors`` does not import torch: a typo in a configuration is
reported before the slow imports.
"""

__version__ = "0.1.0"
