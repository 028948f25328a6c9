"""Networks whose insides a probe looks at: as they start and as they are trained, on samples of their training."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.learner.batches import Batch, Batches
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.probes.run import Entrant
from cnn_vs_rnn.trials.trial import Trial


class Watched(SequenceEncoder):
    """An encoder that keeps what it read, as a leaf to take gradients by; put in its place in a network.

    Its read-out is the last step, whatever the other's is. read: (batch, time, channel), of the latest batch.
    """

    read: Tensor

    def __init__(self, encoder: SequenceEncoder) -> None:
        super().__init__("last")
        self.encoder = encoder
        self.features = encoder.features

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        self.read = inputs.detach().requires_grad_()
        return self.encoder.sequence(self.read, lengths)


def networks_of(entrant: Entrant) -> list[tuple[str, Network]]:
    """("", the network as it starts), and ("_trained", as validation chose it) where its training came to an end."""
    found = [("", initial_model(entrant.trial))]
    if entrant.folder is not None and entrant.folder.record() is not None:
        found.append(("_trained", model_from(entrant.folder.weights, entrant.trial)))
    return [(suffix, network) for suffix, network in found if isinstance(network, Network)]


def training_batch(trial: Trial, size: int) -> Batch:
    """`size` samples of the training part, or all of it: the same for every model with this seed."""
    train = read_part(trial.data, trial.seed, "train")
    chosen = np.random.default_rng(trial.seed).permutation(len(train))[:size]
    [batch] = Batches(train.take(chosen), size)
    return batch
