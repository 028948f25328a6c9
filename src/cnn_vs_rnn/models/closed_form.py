"""The contract of baselines: fitted in one go, then used like any network."""

from __future__ import annotations

from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, Samples


class ClosedForm(nn.Module):
    """A model without gradient training; what it learns lies in buffers, so that a checkpoint is a state_dict.

    Constructed as ``Class(input, output, **options)``. `fit` may replace buffers by others of another shape;
    `load_state_dict` must then accept them (see `_load_from_state_dict`).
    """

    reads: ClassVar[frozenset[str]] = frozenset({"image", "sequence"})

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__()
        self.input, self.output = input, output

    def warm_up(self) -> None:
        """Load or compile what the first `fit` of a process would, so that its time is no training time."""

    def fit(self, train: Samples, seed: int) -> None:
        """Learn from scaled training samples."""
        raise NotImplementedError

    def forward(
        self, inputs: Float[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch ... output"]:
        """Class scores (logits), values, or class scores a step."""
        raise NotImplementedError

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs) -> None:  # noqa: ANN001, ANN002, ANN003
        # Buffers learnt by `fit` have shapes that the constructor cannot know.
        for name, buffer in list(self.named_buffers(recurse=False)):
            loaded = state_dict.get(prefix + name)
            if loaded is not None and loaded.shape != buffer.shape:
                setattr(self, name, loaded.new_empty(loaded.shape))
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
